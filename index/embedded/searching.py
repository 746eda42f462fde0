"""One search: the matches of a query, narrowed, counted, ordered, and the asked-for slice of them."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence

import numpy as np

from index.embedded.evaluator import Evaluator
from index.embedded.layout import NO_KEY, UNDATED, Floats, Ints
from index.embedded.leaves import Scored
from index.embedded.postings import distinct
from index.embedded.snapshot import Snapshot
from index.engine import Group, Hit, Hits, SearchOptions, Sort
from index.query import And, Keyword, Not, Or, Query

_COLUMNS = 64
"""Candidates for the best are found by the best of so many interleaved groups."""


def search(evaluator: Evaluator, query: Query, options: SearchOptions) -> Hits:
    """The matches of `query`, and the asked-for slice of them."""
    snapshot = evaluator.snapshot
    found = narrowed(evaluator, query, options.within)
    start = max(options.offset, 0)
    stop = start + max(options.limit, 0)
    hits: tuple[Hit, ...] = ()
    if start < min(stop, len(found.docs)):
        keys = _keys(snapshot, found, options.sort)
        best = _best_of_groups if options.fold and snapshot.groups is not None else _best
        chosen = best(snapshot, found, keys, stop)[start:]
        scored = found.scores if options.sort is Sort.RELEVANCE else None
        hits = tuple(
            Hit(
                functools.partial(snapshot.document, int(found.docs[place])),
                0.0 if scored is None else float(scored[place]),
            )
            for place in chosen
        )
    return Hits(len(found.docs), _count_groups(snapshot, found), hits, snapshot.name)


def groups(evaluator: Evaluator, names: Sequence[str]) -> tuple[Group, ...]:
    """The groups with these names, each with its first article."""
    snapshot = evaluator.snapshot
    if snapshot.groups is None:
        return ()
    docs = evaluator.matches(Or(tuple(Keyword("group", name) for name in names))).docs
    moments, numbers = snapshot.moments[docs], snapshot.groups[docs]
    # UNDATED is before all moments, but by no order is it the oldest.
    order = np.lexsort((moments, moments == UNDATED, numbers))
    found: dict[str | None, Group] = {}
    for places in np.split(order, np.flatnonzero(np.diff(numbers[order])) + 1) if len(docs) else ():
        oldest = docs[places[moments[places] == moments[places[0]]]]
        first = min(map(snapshot.document, oldest.tolist()), key=lambda one: (one.first_seen, one.id))
        found[first.group] = Group(len(places), first)
    return tuple(found[name] for name in dict.fromkeys(names) if name in found)


def _count_groups(snapshot: Snapshot, found: Scored) -> int:
    """The number of matches, those of one group counted once."""
    if snapshot.groups is None:
        return len(found.docs)
    groups = snapshot.groups[found.docs]
    grouped = groups[groups != NO_KEY]
    return len(found.docs) - len(grouped) + len(distinct(grouped))


def _best_of_groups(snapshot: Snapshot, found: Scored, keys: Floats | Ints | None, count: int) -> list[int]:
    """The same as `_best`, of each group only its first match."""
    assert snapshot.groups is not None
    groups = snapshot.groups[found.docs]
    reach = count
    while True:
        # A prefix of one order: what is asked for again lies further on in it.
        places = _best(snapshot, found, keys, reach)
        first = {int(groups[place]): place for place in reversed(places)}
        kept = [place for place in places if groups[place] == NO_KEY or first[int(groups[place])] == place]
        if len(kept) >= count or reach >= len(found.docs):
            return kept[:count]
        reach *= 2


def narrowed(evaluator: Evaluator, query: Query, within: Query | None) -> Scored:
    """The matches of `query` that `within` matches too."""
    if within is None:
        return evaluator.matches(query)
    # What is not left out scores nothing, and words are scored only after that.
    children = query.children if isinstance(query, And) else (query,)
    return evaluator.matches(And((*children, Not(Not(within)))))


def _keys(snapshot: Snapshot, found: Scored, sort: Sort) -> Floats | Ints | None:
    """A number for each match; the greater, the earlier it comes. None: all the same."""
    if sort is Sort.RELEVANCE:
        return found.scores
    moments = snapshot.moments[found.docs]
    if sort is Sort.NEWEST:
        return moments
    oldest: Ints = np.where(moments == UNDATED, moments, -moments)
    return oldest


def _best(snapshot: Snapshot, found: Scored, keys: Floats | Ints | None, count: int) -> list[int]:
    """The places of the first `count` matches by key, then id."""
    if keys is None:
        keys = np.zeros(len(found.docs), np.float32)
    if count < len(keys):
        threshold = _at_least(keys, count)
        places = np.flatnonzero(keys >= threshold)
        if len(places) > 2 * count:
            places = _without_ties(snapshot, found, keys, places, count)
    else:
        places = np.arange(len(keys))
    # stable, from the last to the first: the best ones first, of equals the one with the smallest number
    order = places[len(places) - 1 - np.argsort(keys[places][::-1], kind="stable")[::-1]]
    if len(snapshot.parts) > 1 and np.any(keys[order[1:]] == keys[order[:-1]]):
        order = _by_id(snapshot, found, keys, order)
    chosen: list[int] = order[:count].tolist()
    return chosen


def _by_id(snapshot: Snapshot, found: Scored, keys: Floats | Ints, order: Ints) -> Ints:
    """The same places, ordered by key, with the smallest id first among equals. Within a segment that goes unsaid."""
    triples = zip(keys[order].tolist(), found.docs[order].tolist(), order.tolist(), strict=True)
    by_id = sorted((-key, snapshot.id_of(number), place) for key, number, place in triples)
    return np.array([place for _key, _id, place in by_id])


def _at_least(keys: Floats | Ints, count: int) -> float | int:
    """A bound that at least `count` keys reach, and not many more: the best ones of interleaved groups."""
    width = len(keys) // _COLUMNS
    if width < 4 * count:
        return np.partition(keys, -count)[-count]  # type: ignore[no-any-return]
    tops = keys[: width * _COLUMNS].reshape(_COLUMNS, width).max(axis=0)
    return np.partition(tops, -count)[-count]  # type: ignore[no-any-return]


def _without_ties(snapshot: Snapshot, found: Scored, keys: Floats | Ints, places: Ints, count: int) -> Ints:
    """Of places with the best keys, those that can be among the first: within a segment, ids ascend."""
    keys = keys[places]
    last = np.partition(keys, -count)[-count]
    ties = places[keys == last]
    bounds = np.searchsorted(found.docs[ties], [*snapshot.bases, snapshot.size])
    kept = [ties[start : min(start + count, stop)] for start, stop in itertools.pairwise(bounds)]
    return np.concatenate([places[keys > last], *kept])
