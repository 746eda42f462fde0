"""What an engine must match, said by brute force: nothing is prepared, every document is read every time.

This is the definition. Every engine is compared with it; where they differ, the engine is wrong.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time
from types import TracebackType
from typing import Self

from crawl.article import VIETNAM
from index.document import TEXT_FIELDS, Document, keyword_values, published_day, text_terms
from index.engine import (
    EngineBusy,
    EngineStatus,
    Hit,
    Hits,
    NoIndex,
    QueryTimeout,
    Sort,
    TermCount,
    ValueCount,
)
from index.query import (
    And,
    AtLeast,
    Between,
    Everything,
    Keyword,
    Near,
    Not,
    Or,
    Phrase,
    Prefer,
    Query,
    Term,
    Text,
    Weighted,
)
from index.tokens import ANALYSIS_VERSION
from index.vietnamese import fold, folds

Places = dict[int, set[str]]
"""The terms at each position: a word, and the keys of a date that ends with it."""


class OracleEngine:
    """An index in memory."""

    locator = "oracle:"

    def __init__(self) -> None:
        self.committed: dict[str, Document] | None = None
        self.checkpoint = ""
        self.commits = 0
        self.being_written = False

    def search(
        self,
        query: Query,
        *,
        within: Query | None = None,
        sort: Sort = Sort.RELEVANCE,
        limit: int = 10,
        offset: int = 0,
        seconds: float | None = None,
    ) -> Hits:
        """Ask every document, without haste."""
        if seconds is not None and seconds <= 0:
            raise QueryTimeout(seconds)
        corpus = _Corpus(list(self._documents().values()))
        matching = [d for d in corpus.documents if corpus.matches(query, d) and corpus.matches(within, d)]
        if sort is Sort.RELEVANCE:
            hits = [Hit(d, corpus.score(query, d)) for d in matching]
            hits.sort(key=lambda hit: (-hit.score, hit.document.id))
        else:
            dated = sorted((d for d in matching if d.published is not None), key=lambda d: d.id)
            dated.sort(
                key=_moment, reverse=sort is Sort.NEWEST
            )  # stable: equal moments stay in the order of ids
            undated = sorted((d for d in matching if d.published is None), key=lambda d: d.id)
            hits = [Hit(d, 0.0) for d in dated + undated]
        return Hits(len(hits), tuple(hits[offset : offset + limit]), str(self.commits))

    def value_counts(
        self, query: Query, field: str, *, within: Query | None = None, seconds: float | None = None
    ) -> tuple[ValueCount, ...]:
        """Look at every match, in the order of ids."""
        counts: Counter[str] = Counter()
        written: dict[str, str] = {}
        for document in self._matching(query, within, seconds):
            key = keyword_values(document).get(field)
            if key is not None:
                counts[key] += 1
                written.setdefault(key, getattr(document, field))
        found = [ValueCount(key, written[key], count) for key, count in counts.items()]
        return tuple(sorted(found, key=lambda one: (-one.count, one.key)))

    def day_counts(
        self, query: Query, *, within: Query | None = None, seconds: float | None = None
    ) -> tuple[tuple[date, int], ...]:
        """Look at every match."""
        days = Counter(map(published_day, self._matching(query, within, seconds)))
        return tuple(sorted((day, count) for day, count in days.items() if day is not None))

    def _matching(self, query: Query, within: Query | None, seconds: float | None) -> list[Document]:
        whole = self.search(query, within=within, limit=10**9, seconds=seconds)
        return sorted((hit.document for hit in whole.hits), key=lambda document: document.id)

    def documents(self, ids: Sequence[str]) -> tuple[Document, ...]:
        """Look each one up."""
        documents = self._documents()
        return tuple(documents[id] for id in ids if id in documents)

    def term_counts(self) -> tuple[tuple[str, int], ...]:
        """Count each field's terms once."""
        documents = self._documents().values()
        fields = [set(found.terms) for document in documents for found in text_terms(document).values()]
        return tuple(sorted(Counter(term for terms in fields for term in terms).items()))

    def verify(self) -> None:
        """Memory is believed."""
        self._documents()

    def spellings(self, folded: Sequence[str]) -> tuple[TermCount, ...]:
        """The terms with one of these folded forms, and how many fields hold each."""
        documents = self._documents().values()
        fields = [set(found.terms) for document in documents for found in text_terms(document).values()]
        counts = Counter(term for terms in fields for term in terms if set(folds(term)) & set(folded))
        return tuple(TermCount(term, count) for term, count in sorted(counts.items()))

    def writer(self, *, rebuild: bool = False, workers: int = 1) -> OracleWriter:  # noqa: ARG002 - it is simple
        """Work on a copy."""
        if self.being_written:
            raise EngineBusy(self.locator, "this process")
        return OracleWriter(self, {} if rebuild else dict(self.committed or {}))

    def status(self) -> EngineStatus:
        """Count."""
        return EngineStatus(str(self.commits), len(self._documents()), self.checkpoint, ANALYSIS_VERSION, 0)

    def close(self) -> None:
        """Nothing is open."""

    def _documents(self) -> dict[str, Document]:
        if self.committed is None:
            raise NoIndex(self.locator)
        return self.committed


class OracleWriter:
    """A copy of the documents that takes the place of the original."""

    def __init__(self, engine: OracleEngine, documents: dict[str, Document]) -> None:
        self.engine = engine
        self.documents = documents
        engine.being_written = True

    def put(self, document: Document) -> None:
        """Last wins."""
        self.documents[document.id] = document

    def delete(self, id: str) -> None:
        """Unknown is fine."""
        self.documents.pop(id, None)

    def commit(self, checkpoint: str) -> str:
        """Replace everything at once."""
        self.engine.committed = dict(self.documents)
        self.engine.checkpoint = checkpoint
        self.engine.commits += 1
        return str(self.engine.commits)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.engine.being_written = False


def _moment(document: Document) -> datetime:
    """The moment of publication; a bare date is the midnight with which that day begins in Vietnam."""
    when = document.published
    assert when is not None
    return when if isinstance(when, datetime) else datetime.combine(when, time(), VIETNAM)


class _Corpus:
    """All documents, each text field as a mapping from position to terms, and its length in terms."""

    def __init__(self, documents: list[Document]) -> None:
        self.documents = documents
        self.places: dict[tuple[str, str], Places] = {}
        self.lengths: Counter[tuple[str, str]] = Counter()
        for d in documents:
            for name, found in text_terms(d).items():
                places = self.places[d.id, name] = {}
                self.lengths[d.id, name] = len(found.terms)
                for place, term in zip(found.positions, found.terms, strict=True):
                    places.setdefault(place, set()).add(term)

    def matches(self, query: Query | None, document: Document) -> bool:
        """Whether the document matches; None asks for nothing."""
        match query:
            case None | Everything():
                return True
            case Term() | Phrase() | Near():
                return any(self.frequency(query, document, field.name) > 0 for field in TEXT_FIELDS)
            case Keyword(name, value, any_marks):
                key = keyword_values(document).get(name)
                return key is not None and (key == value or (any_marks and fold(key) == fold(value)))
            case Between(first, last):
                day = published_day(document)
                return day is not None and (first or date.min) <= day <= (last or date.max)
            case And(children):
                return all(self.matches(child, document) for child in children)
            case Or(children):
                return any(self.matches(child, document) for child in children)
            case AtLeast(count, children):
                return sum(self.matches(child, document) for child in children) >= count
            case Not(child):
                return not self.matches(child, document)
            case Prefer(required) | Weighted(required):
                return self.matches(required, document)

    def score(self, query: Query, document: Document) -> float:
        """What a matching document scores."""
        match query:
            case Term() | Phrase() | Near():
                return sum(self.bm25(query, document, field.name, field.weight) for field in TEXT_FIELDS)
            case And(children) | Or(children) | AtLeast(_, children):
                return sum(self.score(child, document) for child in children if self.matches(child, document))
            case Prefer(required, preferred, weight):
                score = self.score(required, document)
                if self.matches(preferred, document):
                    score += weight * self.score(preferred, document)
                return score
            case Weighted(child, weight):
                return weight * self.score(child, document)
            case _:
                return 0.0

    def bm25(self, query: Text, document: Document, field: str, weight: float) -> float:
        """One leaf's score in one field, over the documents that exist now."""
        tf = self.frequency(query, document, field)
        if tf == 0:
            return 0.0
        n = len(self.documents)
        df = sum(self.frequency(query, other, field) > 0 for other in self.documents)
        mean = sum(self.lengths[other.id, field] for other in self.documents) / n
        length = self.lengths[document.id, field]
        return (
            weight
            * (math.log(n / (df + 1)) + 1)
            * tf
            * (0.9 + 1)
            / (tf + 0.9 * (1 - 0.75 + 0.75 * length / mean))
        )

    def frequency(self, query: Text, document: Document, field: str) -> float:
        """How often a leaf stands in a field; another spelling than the exact one counts 0.9."""
        places = self.places.get((document.id, field), {})
        terms = (query,) if isinstance(query, Term) else query.terms
        asked = {query.field, *(term.field for term in terms)} - {None}
        if not terms or not asked <= {field}:
            return 0.0
        if isinstance(query, Near) and len(terms) > 1:
            return float(sum(_near(query, places, start) for start in places))
        starts = [
            start
            for start in places
            if all(_spells(term, places.get(start + step, set())) for step, term in enumerate(terms))
        ]
        if len(terms) > 1:
            return float(len(starts))
        exact = sum(terms[0].term in places[start] for start in starts)
        return exact + 0.9 * (len(starts) - exact)


def _near(query: Near, places: Places, start: int) -> bool:
    window = [places[at] for at in sorted(places) if start <= at <= start + query.distance]
    if query.ordered:
        chosen = ((*window[:1], *rest) for rest in itertools.combinations(window[1:], len(query.terms) - 1))
        return bool(window) and any(all(map(_spells, query.terms, found)) for found in chosen)
    here = any(_spells(term, places[start]) for term in query.terms)
    return here and all(any(_spells(term, found) for found in window) for term in query.terms)


def _spells(term: Term, found: set[str]) -> bool:
    if term.term in found:
        return True
    return term.any_marks and any(fold(term.term) in folds(other) for other in found)
