"""The embedded engine: an index in a folder, in Whoosh's shell, with segments and an evaluator of our own.

Of Whoosh it keeps the shape of an index (a folder of immutable segments, generations of tables of contents, deletion
by marking, merging) and the classes that stand for it: `whoosh.filedb.filestore.FileStorage`, made durable in
`storage`; `whoosh.index.TOC` and `whoosh.codec.base.Segment`, as JSON with checksums in `contents`; and the formula of
BM25 (`index.ranking`). What Whoosh does one posting at a time in Python (codec, writer, matchers) is done here
by NumPy over whole arrays, and nothing is pickled.

    put ─▶ batch ─▶ segment file ◀─ merge          layout: what every array of a segment is
                        │                          segmentfile: named arrays in one file, checksums
    search ─▶ evaluator ─▶ leaves ─▶ phrases       segment: one file as vocabulary, postings, documents
                  │           ├─▶ expansion        expansion: the terms that a word of a query stands for
                  │           └─▶ snapshot         snapshot: the segments of a generation as one
                  └─▶ searching, counting          contents, generations: what is current, and who writes
                                                   budget: the memory that indexing may take
"""
