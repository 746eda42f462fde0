"""What to visit next, when again, where not.

frontier    what waits; survives a kill    entries     what sitemaps and feeds name
visits      what is visited, and what for  sitemaps    sitemap → entries
database    the SQLite file: its tables    feeds       RSS or Atom → entries
revisit     when to come again             links       HTML page → where it leads
traps       where a crawl would be lost    url_shapes  what a URL alone tells of its page
"""
