"""Everything that is kept: raw pages (WARC) and articles with all their revisions (SQLite).

In go pages and articles, out come the same, whole; nothing is overwritten. Anybody may read: it loads neither
requests nor bs4.

    store         put: pages, articles, revisions, absences      duplicates    which articles are one
    reader        looked up: articles, revisions, pages, counts  transactions  changes kept or undone together
    database      the SQLite file: its tables and versions       warc          the raw pages on disk
"""
