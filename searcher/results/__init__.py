"""Search: a request goes in, a page of results comes out.

request     what is asked, and its faults            search      one search, the same for all fronts
snippets    marked excerpts                          timelimit   how long the engine may be asked
permalinks  a request as an address's query string   why_none    why a page is empty
reprints    the printings of one article compared    lookup      one article by any of its names
"""
