"""Search: a request goes in, a page of results comes out.

search     one search, the same for all fronts    timelimit   how long the engine may be asked
snippets   marked excerpts                        why_none    why a page is empty
lookup     one article by any of its names        permalinks  a request as the query string of an address
"""
