"""What timbao's relevance is compared with: other engines and research rankings over the same passages.

Each is used as its documentation shows: its own analysis, its own ranking, any of the query's words.
"""

from __future__ import annotations

import re
import sqlite3
import tempfile
import unicodedata
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

from index.text.tokens import analyse_terms
from index.text.vietnamese import fold
from tests.bench.corpora import Passage

DEPTH = 10
"""How many passages are asked for."""


class Ranking(Protocol):
    """A way of finding passages."""

    def search(self, query: str) -> Sequence[str]:
        """The ids of the DEPTH best passages, best first."""


Maker = Callable[[Sequence[Passage]], Ranking]


def typed_words(text: str) -> list[str]:
    """The words of a query, combining marks included, without what a peer's query syntax could trip over."""
    return re.findall("[\\w\u0300-\u036f]+", text)


def plain_syllables(text: str) -> list[str]:
    """NFC, lower case."""
    return re.findall(r"\w+", unicodedata.normalize("NFC", text).lower())


def canonical_pairs(text: str) -> list[str]:
    """timbao's terms, and every two neighbours as a term of their own."""
    return _with_pairs(analyse_terms(text))


def folded_pairs(text: str) -> list[str]:
    """The same without marks."""
    return _with_pairs([fold(term) for term in analyse_terms(text)])


def _with_pairs(terms: list[str]) -> list[str]:
    return terms + [f"{first} {second}" for first, second in pairwise(terms)]


class Fts5:
    """SQLite's full-text search."""

    def __init__(self, passages: Sequence[Passage], tokenizer: str) -> None:
        self._database = sqlite3.connect(":memory:")
        self._database.execute(
            f"CREATE VIRTUAL TABLE passages USING fts5(id UNINDEXED, text, tokenize = '{tokenizer}')"
        )
        rows = [(passage.id, passage.text) for passage in passages]
        self._database.executemany("INSERT INTO passages VALUES (?, ?)", rows)

    def search(self, query: str) -> Sequence[str]:
        """Any of the words."""
        any_word = " OR ".join(f'"{word}"' for word in typed_words(query))
        found = self._database.execute(
            "SELECT id FROM passages WHERE passages MATCH ? ORDER BY rank LIMIT ?", (any_word, DEPTH)
        )
        return [row[0] for row in found]


class Tantivy:
    """tantivy, in memory; with `folding` its ASCII folding filter."""

    def __init__(self, passages: Sequence[Passage], *, folding: bool) -> None:
        import tantivy

        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw")
        builder.add_text_field("text", tokenizer_name="folding" if folding else "default")
        opened = tantivy.Index(builder.build())
        analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase())
        opened.register_tokenizer("folding", analyzer.filter(tantivy.Filter.ascii_fold()).build())
        writer = opened.writer(num_threads=1)
        for passage in passages:
            writer.add_document(tantivy.Document(id=passage.id, text=passage.text))
        writer.commit()
        writer.wait_merging_threads()
        opened.reload()
        self._opened, self._searcher = opened, opened.searcher()

    def search(self, query: str) -> Sequence[str]:
        """Any of the words, which is tantivy's default; in lower case none is an operator."""
        parsed = self._opened.parse_query(" ".join(typed_words(query.lower())), ["text"])
        found = self._searcher.search(parsed, DEPTH).hits
        return [self._searcher.doc(address)["id"][0] for _score, address in found]


class Bm25s:
    """bm25s (https://bm25s.github.io), a research ranking, over the terms that `analyse` gives."""

    def __init__(self, passages: Sequence[Passage], analyse: Callable[[str], list[str]]) -> None:
        import bm25s

        self._analyse = analyse
        self._ids = [passage.id for passage in passages]
        self._ranking = bm25s.BM25()
        self._ranking.index([analyse(passage.text) for passage in passages], show_progress=False)

    def search(self, query: str) -> Sequence[str]:
        """Any of the terms; passages that hold none of them are not found."""
        known: dict[str, int] = self._ranking.vocab_dict
        terms = [term for term in self._analyse(query) if term in known]
        if not terms:
            return []
        places, scores = self._ranking.retrieve([terms], k=min(DEPTH, len(self._ids)), show_progress=False)
        return [self._ids[place] for place, score in zip(places[0], scores[0], strict=True) if score > 0]


class StockWhoosh:
    """Whoosh 2.7.4 as its introduction shows it; `every` asks for all words, its default, instead of any."""

    def __init__(self, passages: Sequence[Passage], *, every: bool) -> None:
        from whoosh.analysis import StandardAnalyzer
        from whoosh.fields import ID, TEXT, Schema
        from whoosh.index import create_in

        self._every = every
        self._analyzer = StandardAnalyzer()
        # Not in memory: what a writer spills would lie in one folder for all processes, and go with the first.
        self._folder = tempfile.TemporaryDirectory(prefix="timbao-bench-")
        opened = create_in(self._folder.name, Schema(id=ID(stored=True), text=TEXT(self._analyzer)))
        writer = opened.writer(limitmb=512)
        for passage in passages:
            writer.add_document(id=passage.id, text=passage.text)
        writer.commit()
        self._searcher: Any = opened.searcher()

    def search(self, query: str) -> Sequence[str]:
        """All of the words, or any."""
        from whoosh.query import And, Or, Term

        terms = [Term("text", token.text) for token in self._analyzer(query)]
        found = self._searcher.search((And if self._every else Or)(terms), limit=DEPTH)
        return [hit["id"] for hit in found]


class Timbao:
    """timbao as people use it: the embedded engine, and `Searcher` for what they type."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        from crawl.article import utc_now
        from index.document import Document
        from index.opening import open_engine
        from searcher.results.search import Searcher

        self._folder = tempfile.TemporaryDirectory(prefix="timbao-bench-")
        engine = open_engine(f"whoosh:{Path(self._folder.name)}")
        seen = utc_now()
        with engine.writer() as writer:
            for passage in passages:
                writer.put(Document(passage.id, "bench", "", seen, body=passage.text))
            writer.commit("")
        self._searcher = Searcher(engine)

    def search(self, query: str) -> Sequence[str]:
        """The first page; a text that is no query finds nothing."""
        from searcher.querylang.syntax import QuerySyntaxError
        from searcher.results.request import SearchRequest

        try:
            page = self._searcher.search(SearchRequest(query, limit=DEPTH))
        except QuerySyntaxError:
            return []
        return [hit.document.id for hit in page.hits]


SYSTEMS: dict[str, Maker] = {
    "timbao": Timbao,
    "fts5": lambda passages: Fts5(passages, "unicode61"),
    "fts5-no-diacritics": lambda passages: Fts5(passages, "unicode61 remove_diacritics 2"),
    "tantivy": lambda passages: Tantivy(passages, folding=False),
    "tantivy-folding": lambda passages: Tantivy(passages, folding=True),
    "bm25s-syllables": lambda passages: Bm25s(passages, plain_syllables),
    "bm25s-pairs": lambda passages: Bm25s(passages, canonical_pairs),
    "bm25s-folded-pairs": lambda passages: Bm25s(passages, folded_pairs),
    "whoosh-and": lambda passages: StockWhoosh(passages, every=True),
    "whoosh-or": lambda passages: StockWhoosh(passages, every=False),
}
"""Every system by the name under which it is reported; the first is ours."""
