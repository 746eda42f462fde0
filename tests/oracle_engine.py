"""What an engine must match, said by brute force: nothing is prepared, every document is read every time.

This is the definition. Every engine is compared with it; where they differ, the engine is wrong.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from types import TracebackType
from typing import Self

from crawl.article import VIETNAM
from index.document import TEXT_FIELDS, Document, keyword_values, published_day, text_terms
from index.engine import (
    DEFAULT_OPTIONS,
    EngineBusy,
    EngineStatus,
    Group,
    Hit,
    Hits,
    NoIndex,
    QueryTimeout,
    SearchOptions,
    Sort,
    TermCount,
    TooManyWords,
    ValueCount,
)
from index.query import (
    MAX_EXPANSION,
    And,
    AtLeast,
    Between,
    Everything,
    Fuzzy,
    Keyword,
    Near,
    Not,
    Or,
    Phrase,
    Prefer,
    Query,
    SameParagraph,
    Term,
    Text,
    Weighted,
    Wildcard,
    Word,
)
from index.text.tokens import ANALYSIS_VERSION
from index.text.vietnamese import canonical, fold, folds

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

    def search(self, query: Query, options: SearchOptions = DEFAULT_OPTIONS) -> Hits:
        """Ask every document, without haste."""
        if options.seconds is not None and options.seconds <= 0:
            raise QueryTimeout(options.seconds)
        corpus = _Corpus(list(self._documents().values()))
        corpus.refuse_too_many_words((query, options.within))
        matching = [
            d for d in corpus.documents if corpus.matches(query, d) and corpus.matches(options.within, d)
        ]
        if options.sort is Sort.RELEVANCE:
            hits = [_hit(d, corpus.score(query, d)) for d in matching]
            hits.sort(key=lambda hit: (-hit.score, hit.document.id))
        else:
            dated = sorted((d for d in matching if d.published is not None), key=lambda d: d.id)
            dated.sort(
                key=_moment, reverse=options.sort is Sort.NEWEST
            )  # stable: equal moments stay in the order of ids
            undated = sorted((d for d in matching if d.published is None), key=lambda d: d.id)
            hits = [_hit(d, 0.0) for d in dated + undated]
        firsts: dict[str, Hit] = {}
        for hit in hits:
            firsts.setdefault(f"group {hit.document.group}" if hit.document.group else hit.document.id, hit)
        shown = list(firsts.values()) if options.fold else hits
        return Hits(
            len(hits),
            len(firsts),
            tuple(shown[options.offset : options.offset + options.limit]),
            str(self.commits),
        )

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
        # Not what a test put in the place of a search.
        whole = OracleEngine.search(self, query, SearchOptions(within=within, limit=10**9, seconds=seconds))
        return sorted((hit.document for hit in whole.hits), key=lambda document: document.id)

    def groups(self, names: Sequence[str], *, seconds: float | None = None) -> tuple[Group, ...]:
        """Look at every document for each name."""
        every = self._matching(Everything(), None, seconds)
        found = [[one for one in every if one.group == name] for name in dict.fromkeys(names)]
        return tuple(Group(len(group), min(group, key=_printed)) for group in found if group)

    def matching(self, query: Query, ids: Sequence[str], *, seconds: float | None = None) -> frozenset[str]:
        """Ask every document."""
        return frozenset(ids) & {document.id for document in self._matching(query, None, seconds)}

    def documents(self, ids: Sequence[str]) -> tuple[Document, ...]:
        """Look each one up."""
        documents = self._documents()
        return tuple(documents[id] for id in ids if id in documents)

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


def _hit(document: Document, score: float) -> Hit:
    return Hit(lambda: document, score)


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


def _printed(document: Document) -> tuple[bool, datetime, datetime, str]:
    """By what the first of a group is the first."""
    dated = document.published is not None
    moment = _moment(document) if dated else document.first_seen
    return not dated, moment, document.first_seen, document.id


class _Corpus:
    """All documents, each text field as a mapping from position to terms, and its length in terms."""

    def __init__(self, documents: list[Document]) -> None:
        self.documents = documents
        self.places: dict[tuple[str, str], Places] = {}
        self.breaks: dict[tuple[str, str], list[int]] = {}
        self.lengths: Counter[tuple[str, str]] = Counter()
        for d in documents:
            for name, found in text_terms(d).items():
                places = self.places[d.id, name] = {}
                self.breaks[d.id, name] = found.breaks
                self.lengths[d.id, name] = len(found.terms)
                for place, term in zip(found.positions, found.terms, strict=True):
                    places.setdefault(place, set()).add(term)

    def refuse_too_many_words(self, asked: object) -> None:
        """Look at every pattern in the query."""
        if isinstance(asked, Wildcard):
            terms = {term for places in self.places.values() for found in places.values() for term in found}
            count = sum(_spells(asked, {term}) for term in terms)
            if count > MAX_EXPANSION:
                raise TooManyWords(asked.pattern, count, MAX_EXPANSION)
        elif isinstance(asked, tuple):
            for part in asked:
                self.refuse_too_many_words(part)
        elif is_dataclass(asked):
            for field in fields(asked):
                self.refuse_too_many_words(getattr(asked, field.name))

    def matches(self, query: Query | None, document: Document) -> bool:
        """Whether the document matches; None asks for nothing."""
        match query:
            case None | Everything():
                return True
            case Term() | Wildcard() | Fuzzy() | Phrase() | Near() | SameParagraph():
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
            case Term() | Wildcard() | Fuzzy() | Phrase() | Near() | SameParagraph():
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
        terms = (query,) if isinstance(query, Word) else query.terms
        asked = {query.field, *(term.field for term in terms)} - {None}
        if not terms or not asked <= {field}:
            return 0.0
        if isinstance(query, Near) and len(terms) > 1:
            return float(sum(_near(query, places, start) for start in places))
        if isinstance(query, SameParagraph) and len(terms) > 1:
            paragraphs = _paragraphs(places, self.breaks.get((document.id, field), []))
            return float(sum(all(_spells(term, found) for term in terms) for found in paragraphs))
        if len(terms) == 1:
            found = [term for here in places.values() for term in here]
            fitting = {term for term in set(found) if _spells(terms[0], {term})}
            found = [term for term in found if term in fitting]
            exact = found.count(_typed(terms[0]))
            return exact + 0.9 * (len(found) - exact)
        return float(
            sum(
                all(_spells(term, places.get(start + step, set())) for step, term in enumerate(terms))
                for start in places
            )
        )


def _near(query: Near, places: Places, start: int) -> bool:
    window = [places[at] for at in sorted(places) if start <= at <= start + query.distance]
    if query.ordered:
        chosen = ((*window[:1], *rest) for rest in itertools.combinations(window[1:], len(query.terms) - 1))
        return bool(window) and any(all(map(_spells, query.terms, found)) for found in chosen)
    here = any(_spells(term, places[start]) for term in query.terms)
    return here and all(any(_spells(term, found) for found in window) for term in query.terms)


def _paragraphs(places: Places, breaks: Sequence[int]) -> list[set[str]]:
    """The terms of each."""
    borders = [-1, *breaks, max(places, default=0) + 1]
    return [
        {term for place, terms in places.items() if start < place < stop for term in terms}
        for start, stop in itertools.pairwise(borders)
    ]


def _typed(word: Word) -> str:
    """The word of a query without what is open in it."""
    return canonical(word.pattern.replace("*", "")) if isinstance(word, Wildcard) else word.term


def _spells(word: Word, found: set[str]) -> bool:
    typed = _typed(word)
    if typed in found:
        return True
    spellings = {form for term in found for form in folds(term)} if word.any_marks else found
    fold_if_open = fold if word.any_marks else str
    match word:
        case Term():
            return fold_if_open(typed) in spellings
        case Wildcard(pattern):
            return fold_if_open(typed) in spellings or any(
                _fits(fold_if_open(pattern), form) for form in spellings
            )
        case Fuzzy():
            return any(_slips(fold_if_open(typed), form) <= 1 for form in spellings)


def _fits(pattern: str, text: str) -> bool:
    """Whether the pattern fits: its first character is a star that swallows some or none, or the text's."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(_fits(pattern[1:], text[start:]) for start in range(len(text) + 1))
    return text[:1] == pattern[0] and _fits(pattern[1:], text[1:])


@functools.cache
def _slips(one: str, other: str) -> int:
    """The optimal string alignment distance, by its recursive definition (Boytsov 2011, section 2.2.3)."""
    if not one or not other:
        return len(one) + len(other)
    steps = [
        _slips(one[1:], other) + 1,
        _slips(one, other[1:]) + 1,
        _slips(one[1:], other[1:]) + (one[0] != other[0]),
    ]
    if one[:2] == other[1::-1] and len(one) > 1:
        steps.append(_slips(one[2:], other[2:]) + 1)
    return min(steps)
