"""What to visit next, when again, where not.

frontier   what waits; survives a kill    revisit  when to come again
lists      sitemaps, feeds, sections      traps    where a crawler would be lost
"""
