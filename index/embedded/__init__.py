"""The embedded engine: an index in a folder, with segments and an evaluator of our own.

It has the shape of a Whoosh index (a folder of immutable segments, generations of tables of contents, deletion by
marking, merging) and scores by Whoosh's formula of BM25 (`index.ranking`). What Whoosh does one posting at a time in
Python is done here by NumPy over whole arrays, tables of contents are JSON, every file has checksums, and nothing is
pickled. None of it imports Whoosh; `index.embedded.whoosh` opens the same folder for programs that do.

    put ─▶ batch ─▶ segment file ◀─ merge          layout: what every array of a segment is
                        │                          segmentfile: named arrays in one file, checksums
    search ─▶ evaluator ─▶ leaves ─▶ phrases       segment: one file as vocabulary, postings, documents
                  │           ├─▶ expansion        expansion: the terms that a word of a query stands for
                  │           └─▶ snapshot         snapshot: the segments of a generation as one
                  └─▶ searching, counting          contents, generations: what is current, and who writes
"""
