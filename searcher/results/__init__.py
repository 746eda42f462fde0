"""Search: a request goes in, a page of results comes out.

request    what is asked, and its faults          timelimit  how long the engine may be asked
search     one search, the same for all fronts    why_none   why a page is empty
snippets   marked excerpts                        lookup     one article by any of its names
"""
