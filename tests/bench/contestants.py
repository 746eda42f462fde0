"""The engines that take part: timbao through its seam, tantivy, SQLite FTS5, stock Whoosh 2.7.4."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

from index.document import Document, dump_document, load_document, published_day
from index.engine import SearchOptions
from index.opening import open_engine
from index.query import And, Between, Keyword, Or, Phrase, Query, Term
from index.text.tokens import keyword_key
from tests.bench.contest import (
    ANY,
    EITHER_FIELD,
    FOLDED,
    PHRASE,
    TOP,
    Case,
    Contestant,
    Found,
    Question,
    analysed_texts,
    day_number,
    source_key,
)

_TANTIVY_HEAP = 2_000_000_000
"""Bytes: so much that one commit gives one segment."""


class TimbaoBuilder:
    """Through the seam, as `timbao index` writes."""

    def __init__(self, folder: Path, _segments: int) -> None:
        self._writer = open_engine(f"whoosh:{folder}").writer(rebuild=True)
        self.put = self._writer.put

    def commit(self) -> None:
        """One commit."""
        self._writer.commit("")

    def close(self) -> None:
        """Give the lock back."""
        self._writer.__exit__(None, None, None)


class TimbaoReader:
    """Through the seam, whose hits read their documents when asked."""

    segments: int | None = None

    def __init__(self, folder: Path) -> None:
        self._engine = open_engine(f"whoosh:{folder}")
        self.close = self._engine.close

    def question(self, case: Case) -> Question:
        """A tree of exact terms, or of terms whose marks are left open."""
        query, within = timbao_query(case), timbao_filter(case)

        def ask() -> Found:
            found = self._engine.search(query, SearchOptions(within=within, limit=TOP))
            return Found(found.total, lambda: [hit.document for hit in found.hits])

        return ask


def timbao_query(case: Case) -> Query:
    """The case as a `Query` tree."""
    leaves = tuple(Term(term, any_marks=case.kind == FOLDED, field="body") for term in case.terms)
    match case.kind:
        case kind if kind == PHRASE:
            return Phrase(tuple(Term(term) for term in case.terms), "body")
        case kind if kind == EITHER_FIELD:
            return And(tuple(Or((replace(leaf, field="title"), leaf)) for leaf in leaves))
        case kind if len(leaves) > 1:
            return Or(leaves) if kind == ANY else And(leaves)
        case _:
            return leaves[0]


def timbao_filter(case: Case) -> Query | None:
    """What narrows the case, or None."""
    if case.source is None:
        return None
    return And((Between(case.first, case.last), Keyword("source", keyword_key(case.source))))


class TantivyBuilder:
    """tantivy with one indexing thread."""

    def __init__(self, folder: Path, _segments: int) -> None:
        import tantivy

        builder = tantivy.SchemaBuilder()
        for name in ("title", "body", "title_folded", "body_folded"):
            builder.add_text_field(name, tokenizer_name="whitespace")
        builder.add_text_field("source", tokenizer_name="raw", index_option="basic", fast=True)
        builder.add_unsigned_field("day", indexed=True, fast=True)
        builder.add_bytes_field("stored", stored=True)
        folder.mkdir()
        opened = tantivy.Index(builder.build(), str(folder))
        _register(opened)
        self._document = tantivy.Document
        self._writer = opened.writer(_TANTIVY_HEAP, num_threads=1)

    def put(self, document: Document) -> None:
        """Add a document."""
        texts = analysed_texts(document)
        new = self._document()
        new.add_text("title", texts.title)
        new.add_text("body", texts.body)
        new.add_text("title_folded", texts.title_folded)
        new.add_text("body_folded", texts.body_folded)
        new.add_text("source", source_key(document))
        new.add_unsigned("day", day_number(published_day(document)))
        new.add_bytes("stored", dump_document(document))
        self._writer.add_document(new)

    def commit(self) -> None:
        """One commit."""
        self._writer.commit()

    def close(self) -> None:
        """Let merges end."""
        self._writer.wait_merging_threads()


def _register(opened: Any) -> None:
    import tantivy

    opened.register_tokenizer(
        "whitespace", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    )


class TantivyReader:
    """Returns addresses of hits, at which their stored documents are read."""

    def __init__(self, folder: Path) -> None:
        import tantivy

        self._opened = tantivy.Index.open(str(folder))
        _register(self._opened)
        self._searcher = self._opened.searcher()
        self.segments: int | None = self._searcher.num_segments

    def question(self, case: Case) -> Question:
        """A tree of tantivy's queries."""
        query, searcher = self._query(case), self._searcher

        def ask() -> Found:
            found = searcher.search(query, TOP)
            addresses = [address for _score, address in found.hits]
            return Found(
                found.count,  # type: ignore[attr-defined]
                lambda: [load_document(bytes(searcher.doc(address)["stored"][0])) for address in addresses],
            )

        return ask

    def _query(self, case: Case) -> Any:
        from tantivy import FieldType, Occur
        from tantivy import Query as Tree

        schema = self._opened.schema
        field = "body_folded" if case.kind == FOLDED else "body"
        if case.kind == PHRASE and len(case.terms) > 1:
            return Tree.phrase_query(schema, field, list(case.terms))
        leaves = [Tree.term_query(schema, field, term) for term in case.terms]
        if case.kind == EITHER_FIELD:
            titles = [Tree.term_query(schema, "title", term) for term in case.terms]
            pairs = zip(titles, leaves, strict=True)
            leaves = [Tree.boolean_query([(Occur.Should, part) for part in pair]) for pair in pairs]
        if case.source is not None:
            days = (day_number(case.first), day_number(case.last))
            leaves.append(Tree.range_query(schema, "day", FieldType.Unsigned, *days))
            leaves.append(Tree.term_query(schema, "source", keyword_key(case.source)))
        if len(leaves) == 1:
            return leaves[0]
        occur = Occur.Should if case.kind == ANY else Occur.Must
        return Tree.boolean_query([(occur, leaf) for leaf in leaves])

    def close(self) -> None:
        """tantivy closes itself."""


class Fts5Builder:
    """SQLite's full-text search, without a second copy of the texts; one commit leaves it optimised."""

    def __init__(self, folder: Path, segments: int) -> None:
        folder.mkdir()
        self._optimised = segments == 1
        self._database = sqlite3.connect(folder / "articles.db")
        self._database.execute(
            "CREATE VIRTUAL TABLE texts USING fts5(title, body, title_folded, body_folded, content = '',"
            " tokenize = \"unicode61 remove_diacritics 0 tokenchars '.'\")"
        )
        self._database.execute(
            "CREATE TABLE articles (number INTEGER PRIMARY KEY, source TEXT, day INTEGER, stored BLOB)"
        )
        self._database.execute("CREATE INDEX by_source ON articles (source, day)")

    def put(self, document: Document) -> None:
        """Two rows."""
        row = (source_key(document), day_number(published_day(document)), dump_document(document))
        number = self._database.execute(
            "INSERT INTO articles (source, day, stored) VALUES (?, ?, ?)", row
        ).lastrowid
        texts = analysed_texts(document)
        self._database.execute(
            "INSERT INTO texts (rowid, title, body, title_folded, body_folded) VALUES (?, ?, ?, ?, ?)",
            (number, texts.title, texts.body, texts.title_folded, texts.body_folded),
        )

    def commit(self) -> None:
        """One transaction."""
        if self._optimised:
            self._database.execute("INSERT INTO texts (texts) VALUES ('optimize')")
        self._database.commit()

    def close(self) -> None:
        """Close the file."""
        self._database.close()


class Fts5Reader:
    """Two statements for a case: FTS5 counts all matches only in one that does not rank them."""

    segments: int | None = None

    def __init__(self, folder: Path) -> None:
        self._database = sqlite3.connect(f"file:{folder / 'articles.db'}?mode=ro", uri=True)
        self.close = self._database.close

    def question(self, case: Case) -> Question:
        """Two SQL statements."""
        where = "FROM texts WHERE texts MATCH ?"
        values: tuple[str | int, ...] = (_fts5_match(case),)
        if case.source is not None:
            where += " AND rowid IN (SELECT number FROM articles WHERE source = ? AND day BETWEEN ? AND ?)"
            values += (keyword_key(case.source), day_number(case.first), day_number(case.last))
        best, count = f"SELECT rowid {where} ORDER BY rank LIMIT {TOP}", f"SELECT count(*) {where}"

        def ask() -> Found:
            numbers = self._database.execute(best, values).fetchall()
            total: int = self._database.execute(count, values).fetchone()[0]
            return Found(total, lambda: [self._document(number) for number in numbers])

        return ask

    def _document(self, number: tuple[int]) -> Document:
        stored = self._database.execute("SELECT stored FROM articles WHERE number = ?", number)
        return load_document(stored.fetchone()[0])


def _fts5_match(case: Case) -> str:
    quoted = [f'"{term}"' for term in case.terms]
    match case.kind:
        case kind if kind == PHRASE:
            return "body : " + " + ".join(quoted)
        case kind if kind == EITHER_FIELD:
            return " AND ".join(f"({{title body}} : {term})" for term in quoted)
        case kind:
            field = "body_folded" if kind == FOLDED else "body"
            return f"{field} : (" + (" OR " if kind == ANY else " AND ").join(quoted) + ")"


class WhooshBuilder:
    """Stock Whoosh 2.7.4 with its own codec."""

    def __init__(self, folder: Path, segments: int) -> None:
        from whoosh.analysis import SpaceSeparatedTokenizer
        from whoosh.fields import ID, NUMERIC, STORED, TEXT, Schema
        from whoosh.index import create_in

        folder.mkdir()
        names = ("title", "body", "title_folded", "body_folded")
        texts = {name: TEXT(SpaceSeparatedTokenizer()) for name in names}
        self._opened = create_in(
            folder, Schema(**texts, source=ID(), day=NUMERIC(sortable=True), stored=STORED())
        )
        self._optimised = segments == 1
        self._writer: Any = None

    def put(self, document: Document) -> None:
        """Add a document."""
        if self._writer is None:
            self._writer = self._opened.writer(limitmb=512)
        texts = analysed_texts(document)
        self._writer.add_document(
            title=texts.title,
            body=texts.body,
            title_folded=texts.title_folded,
            body_folded=texts.body_folded,
            source=source_key(document),
            day=day_number(published_day(document)),
            stored=dump_document(document),
        )

    def commit(self) -> None:
        """One commit, merged with the others only where one segment is wanted."""
        if self._writer is not None:
            self._writer.commit(optimize=self._optimised, merge=self._optimised)
            self._writer = None

    def close(self) -> None:
        """Close the files."""
        self._opened.close()


class WhooshReader:
    """Reads the stored fields of a hit when asked."""

    def __init__(self, folder: Path) -> None:
        from whoosh.index import open_dir

        self._searcher = open_dir(folder).searcher()
        self.close = self._searcher.close
        self.segments: int | None = len(self._searcher.reader().leaf_readers())

    def question(self, case: Case) -> Question:
        """A tree of Whoosh's queries; `len` makes it count exactly."""
        from whoosh.query import And as AllOf
        from whoosh.query import NumericRange
        from whoosh.query import Term as Leaf

        query = self._query(case)
        if case.source is not None:
            days = NumericRange("day", day_number(case.first), day_number(case.last))
            # Not as `filter=`: one that nothing passes is ignored there.
            query = AllOf([query, days, Leaf("source", keyword_key(case.source))])

        def ask() -> Found:
            found = self._searcher.search(query, limit=TOP)
            return Found(len(found), lambda: [load_document(hit["stored"]) for hit in found])

        return ask

    @staticmethod
    def _query(case: Case) -> Any:
        from whoosh import query as tree

        field = "body_folded" if case.kind == FOLDED else "body"
        if case.kind == PHRASE and len(case.terms) > 1:
            return tree.Phrase(field, list(case.terms))
        leaves = [tree.Term(field, term) for term in case.terms]
        if case.kind == EITHER_FIELD:
            leaves = [tree.Or([tree.Term("title", leaf.text), leaf]) for leaf in leaves]
        return (tree.Or if case.kind == ANY else tree.And)(leaves)


CONTESTANTS = {
    "timbao": Contestant(TimbaoBuilder, TimbaoReader),
    "tantivy": Contestant(TantivyBuilder, TantivyReader),
    "fts5": Contestant(Fts5Builder, Fts5Reader),
    "whoosh": Contestant(WhooshBuilder, WhooshReader),
}
