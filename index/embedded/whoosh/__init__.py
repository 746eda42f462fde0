"""The same index for Whoosh's own programs: its searcher, query parsers, highlighter, facets, suggestions.

    from index.embedded.whoosh import open_dir
    from whoosh.qparser import MultifieldParser

    opened = open_dir("archive/search")
    with opened.searcher() as searcher:
        query = MultifieldParser(["title", "body"], opened.schema).parse("lũ quét")
        for hit in searcher.search(query):
            print(hit.score, hit["published"], hit.highlights("title"))

What comes in is a folder of the embedded engine, what goes out a `whoosh.index.FileIndex` over the very same segments,
read by a codec of ours; nothing is copied, pickled or written. Only this folder imports Whoosh.

    opening      the index, its generations and segments, and what is refused
    schema       its fields, and the analysis that text goes through
    scoring      Whoosh's BM25F with the figures of `index.ranking`; phrases and prefixes weighed as one term
    terms        terms, how common they are, walking them
    fields       what each kind of field has for terms and postings
    matcher      walking the postings of one term
    documents    lengths, columns, stored fields, deletions
"""

from index.embedded.whoosh.opening import ReadOnlyIndex, exists_in, open_dir
from index.embedded.whoosh.scoring import Phrase, Prefix, Weighting

__all__ = ["Phrase", "Prefix", "ReadOnlyIndex", "Weighting", "exists_in", "open_dir"]
