"""The embedded engine: an index in a folder, with segments and an evaluator of our own.

It has the shape of a Whoosh index (a folder of immutable segments, generations of tables of contents, deletion by
marking, merging) and scores by Whoosh's formula of BM25 (`index.ranking`). What Whoosh does one posting at a time in
Python is done here by NumPy over whole arrays, tables of contents are JSON, every file has checksums, and nothing is
pickled. None of it imports Whoosh; `index.embedded.whoosh` opens the same folder for programs that do.

    put ─▶ batch ─▶ segment file ◀─ merge
                        │
    search ─▶ evaluator ─▶ leaves ─▶ phrases
                  │           ├─▶ expansion
                  │           └─▶ snapshot
                  └─▶ searching, counting

    adapter      the engine behind the seam             generations  which is current, and who writes
    evaluator    a query tree → matches and scores      contents     what one commit left
    leaves       what terms, phrases, words near score  storage      the disk, its failures in our words
    leaf         one of them, as far as it is needed    writer       changes, made durable by a commit
    phrases      where terms stand near each other      batch        documents inverted together
    expansion    the terms that a word stands for       runs         segments whenever memory is used up
    searching    the slice of hits that is asked for    workers      the same, side by side
    counting     matches by value and by day            merge        one segment of several
    snapshot     the segments of a generation as one    layout       what every array of a segment is
    segment      one file: words, postings, documents   segmentfile  named arrays in a file, checksums
    cache        what was computed, within bounds       postings, columns  their parts, written
    deadline     when to give up                        stored       documents, compressed
    opening      the newest generation, opened          budget       the memory that indexing may take
    whoosh/      the same folder for Whoosh's programs
"""
