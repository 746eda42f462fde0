"""One search, the same for terminal, web page and programs: `Searcher.search(request) → ResultPage`."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from crawl.datafolder.folder import DataFolder
from index.document import Document
from index.engine import Engine, Hit, QueryTimeout, SearchOptions, Sort, TooManyWords
from index.opening import open_engine
from index.query import And, Not, Prefer, Query
from searcher.querylang.syntax import ParsedQuery, parse, too_many_words, understood
from searcher.results.request import MAX_REACH, SearchRequest, check, filters
from searcher.results.snippets import Marks, Snippet, marks, snippet
from searcher.suggest.corrections import Slip, correction, mended, quoted_values, slips
from searcher.suggest.other_provinces import with_other_provinces

MAX_PARTIAL = 100
"""How many partial matches follow the whole ones at most: they are ranked by how much they hold of the query,
so what comes later has little to do with it."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Another query worth trying, how many articles it finds, and the request that finds them."""

    text: str
    total: int
    request: SearchRequest


@dataclass(frozen=True, slots=True)
class Reprints:
    """How many other articles are reprints of one, and which of them all was the first to be printed.

    Filters do not apply to them. Among articles of one moment, and among those without a date, what was seen first
    is the first.
    """

    count: int
    first: Document


@dataclass(frozen=True, slots=True)
class ResultHit:
    """One article to show. `partial` says that it holds only some of the words; `reprints` is None if it has none."""

    document: Document
    score: float
    partial: bool
    snippet: Snippet
    title_marks: Marks
    reprints: Reprints | None = None


@dataclass(frozen=True, slots=True)
class ResultPage:
    """One page of hits. `total` counts the articles that match whole, `groups` the same with reprints folded.

    `parsed` is how `text` was understood, `took_ms` the time it took in milliseconds, `generation` the
    index's state that answered. `slips` are words that no article has, and with what instead partial matches
    were looked for.
    """

    text: str
    parsed: str
    total: int
    groups: int
    took_ms: float
    generation: str
    hits: tuple[ResultHit, ...]
    page: int
    limit: int
    has_next: bool
    suggestions: tuple[Suggestion, ...] = ()
    slips: tuple[Slip, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """The hits of a page, how many articles and groups match whole, and how many hits can be paged to.

    `meant` is what partial matches were looked for with.
    """

    total: int
    groups: int
    reachable: int
    hits: tuple[ResultHit, ...]
    generation: str
    meant: ParsedQuery
    slips: tuple[Slip, ...] = ()


@dataclass(frozen=True, slots=True)
class _Try:
    """Another request, what it means, under which filters, and how many articles it must find more than."""

    request: SearchRequest
    meant: ParsedQuery | None
    within: Query | None
    beyond: int = 0


class Searcher:
    """Asks one engine what people ask. Threads may share it; as a context manager it closes the engine at the end."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, folder: str | os.PathLike[str], *, engine: str | None = None) -> Self:
        """The searcher of a data folder, or of another index by its locator (`whoosh:PATH`).

        Opening costs nothing; whether there is an index is found out by searching. Raises EngineUnavailable for a
        locator that no engine understands.
        """
        return cls(open_engine(engine or DataFolder(Path(folder)).engine_locator))

    def close(self) -> None:
        """Let go of files and connections; searching again opens them again."""
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def search(self, request: SearchRequest | str) -> ResultPage:
        """The hits of one page: whole matches first, then up to MAX_PARTIAL partial ones (by relevance only).

        A text alone is a request for the first ten hits without filters.

        For prose (see `ParsedQuery`) whole and partial matches come together, in the order of their scores.
        Raises QuerySyntaxError, RequestError and what the engine raises (EngineError).
        """
        if isinstance(request, str):
            request = SearchRequest(request)
        began = time.perf_counter()
        check(request)
        parsed, within = parse(request.text), filters(request)
        try:
            return self._answered(request, parsed, within, began)
        except TooManyWords as error:
            raise too_many_words(parsed, error) from error

    def _answered(
        self, request: SearchRequest, parsed: ParsedQuery, within: Query | None, began: float
    ) -> ResultPage:
        together = parsed.is_prose and request.sort is Sort.RELEVANCE
        found = (self._together if together else self._whole_first)(parsed, within, request)
        return ResultPage(
            text=parsed.text,
            parsed=parsed.parsed,
            total=found.total,
            groups=found.groups,
            took_ms=(time.perf_counter() - began) * 1000,
            generation=found.generation,
            hits=self._with_reprints(found.hits),
            page=request.page,
            limit=request.limit,
            suggestions=self._offered(request, parsed, within, found),
            slips=found.slips,
            has_next=request.page * request.limit
            < min(found.reachable, MAX_REACH // request.limit * request.limit),
        )

    def _whole_first(self, parsed: ParsedQuery, within: Query | None, request: SearchRequest) -> _Found:
        offset = (request.page - 1) * request.limit
        whole = self._engine.search(
            parsed.query,
            SearchOptions(
                within=within, sort=request.sort, fold=request.fold, limit=request.limit, offset=offset
            ),
        )
        shown = [_result(hit, parsed.query, partial=False) for hit in whole.hits]
        reachable = whole.groups if request.fold else whole.total
        if offset + request.limit < reachable or request.sort is not Sort.RELEVANCE:
            return _Found(whole.total, whole.groups, reachable, tuple(shown), whole.generation, parsed)
        if not whole.total and parsed.title is not None:
            parsed = replace(parsed, partial=parsed.title)
        meant, found = self._meant(parsed)
        rest = replace(request, limit=request.limit - len(shown))
        partial, total = self._partial(meant, parsed.query, within, rest, offset=max(0, offset - reachable))
        shown += [_result(hit, meant.partial or meant.query, partial=True) for hit in partial]
        return _Found(
            whole.total, whole.groups, reachable + total, tuple(shown), whole.generation, meant, found
        )

    def _together(self, parsed: ParsedQuery, within: Query | None, request: SearchRequest) -> _Found:
        meant, slipped = self._meant(parsed)
        assert meant.partial is not None
        offset = (request.page - 1) * request.limit
        found = self._engine.search(
            meant.partial, SearchOptions(within=within, fold=request.fold, limit=request.limit, offset=offset)
        )
        strict = And((parsed.query,) if within is None else (parsed.query, within))
        whole = self._engine.search(meant.partial, SearchOptions(within=strict, limit=0))
        ids = self._engine.matching(parsed.query, [hit.document.id for hit in found.hits])
        shown = tuple(_result(hit, meant.partial, partial=hit.document.id not in ids) for hit in found.hits)
        reachable = found.groups if request.fold else found.total
        return _Found(whole.total, whole.groups, reachable, shown, found.generation, meant, slipped)

    def _meant(self, parsed: ParsedQuery) -> tuple[ParsedQuery, tuple[Slip, ...]]:
        """What partial matches are looked for with: words that no article has give way to what was probably meant."""
        if parsed.partial is None or not (parsed.is_prose or isinstance(parsed.query, Prefer)):
            return parsed, ()
        found = slips(parsed.typed, self._engine)
        meant = understood(mended(parsed.text, found)) if found else None
        if meant is None or meant.partial is None or meant.is_prose != parsed.is_prose:
            return parsed, ()
        return meant, found

    def _with_reprints(self, hits: tuple[ResultHit, ...]) -> tuple[ResultHit, ...]:
        """The hits, told of what else is printed of them; the engine is asked once for all."""
        names = [hit.document.group for hit in hits if hit.document.group is not None]
        # A group of one: its other articles are not indexed yet.
        reprints = {
            group.first.group: Reprints(group.count - 1, group.first)
            for group in (self._engine.groups(names) if names else ())
            if group.count > 1
        }
        return tuple(replace(hit, reprints=reprints.get(hit.document.group)) for hit in hits)

    def _offered(
        self, request: SearchRequest, parsed: ParsedQuery, within: Query | None, found: _Found
    ) -> tuple[Suggestion, ...]:
        """The suggestions of a first page; none when time runs out over them, for the hits are already there."""
        try:
            return self._suggestions(request, parsed, within, found) if request.page == 1 else ()
        except QueryTimeout:
            return ()

    def _suggestions(
        self, request: SearchRequest, parsed: ParsedQuery, within: Query | None, found: _Found
    ) -> tuple[Suggestion, ...]:
        """Other queries worth trying where this was found, each with what it finds under the same filters."""
        tries: list[_Try] = []
        better = correction(parsed, self._engine, found_nothing=not found.total, known=found.meant)
        if better is not None:
            tries.append(_Try(replace(request, text=better.text), better, within))
        if wider := with_other_provinces(parsed, request.province):
            other = replace(request, text=wider, province=())
            narrowed = filters(other) if request.province else within
            tries.append(_Try(other, understood(wider), narrowed, beyond=found.total))
        if not found.total and not parsed.is_prose:
            texts = quoted_values(parsed.typed)
            tries += (_Try(replace(request, text=text), understood(text), within) for text in texts)
        return tuple(
            Suggestion(one.request.text, total, one.request)
            for one in tries
            if one.meant is not None
            and one.meant.query != parsed.query
            and (total := self._count(one.meant.query, one.within)) > one.beyond
        )

    def _count(self, query: Query, within: Query | None) -> int:
        return self._engine.search(query, SearchOptions(within=within, limit=0)).total

    def _partial(
        self, meant: ParsedQuery, strict: Query, within: Query | None, request: SearchRequest, *, offset: int
    ) -> tuple[tuple[Hit, ...], int]:
        """This slice of the matches that are not `strict` ones, and how many can be shown in all."""
        if meant.partial is None:
            return (), 0
        some = And((meant.partial, Not(strict)))
        found = self._engine.search(
            some, SearchOptions(within=within, fold=request.fold, limit=request.limit, offset=offset)
        )
        total = found.groups if request.fold else found.total
        return found.hits[: max(0, min(request.limit, MAX_PARTIAL - offset))], min(total, MAX_PARTIAL)


def _result(hit: Hit, query: Query, *, partial: bool) -> ResultHit:
    document = hit.document
    return ResultHit(
        document=document,
        score=hit.score,
        partial=partial,
        snippet=snippet(document, query),
        title_marks=marks(document.title, query, "title"),
    )
