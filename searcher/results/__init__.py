"""Search: a request goes in, a page of results comes out.

search      one search, the same for all fronts      snippets    marked excerpts
permalinks  a request as an address's query string   timelimit   how long the engine may be asked
reprints    the printings of one article compared    why_none    why a page is empty
lookup      one article by any of its names
"""
