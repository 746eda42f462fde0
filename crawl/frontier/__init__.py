"""What to visit next, when again, where not.

frontier    what waits; survives a kill      entries     what sitemaps and feeds name
revisit     when to come again               sitemaps    sitemap → entries
traps       where a crawler would be lost    feeds       RSS or Atom → entries
url_shapes  what a URL alone tells           links       HTML page → where it leads
"""
