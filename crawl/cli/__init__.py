"""The commands that fill the archive, one file for each group of them; `searcher.cli` puts them together.

crawling     timbao crawl        sources    timbao sources list, enable, disable, add, check, try
importing    timbao import
"""

USAGE_ERROR = 2
"""The exit status when what was asked for makes no sense."""

PARTLY_DONE = 4
"""The exit status when some of it was done and the output says what was not."""

INTERRUPTED = 130
"""The exit status when Ctrl-C or SIGTERM ended it."""
