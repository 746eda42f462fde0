"""From articles to an index, and from a query to hits.

text/      the one door for text             embedded/   the engine, in a folder
document   what is indexed                   reprints/   the same article in several papers
query      what is asked                     build       archive → engine, only what changed
ranking    how much a match counts           cli         timbao index
engine     the seam between timbao and engines
opening    which engine a locator names
"""
