"""Finds where terms stand next to each other in one segment, by the positions of their lists."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.embedded.layout import Ints, Numbers
from index.embedded.postings import ragged
from index.embedded.segment import Segment
from index.embedded.segmentfile import Array

_POSITION_BITS = 32
_SPREAD = 613
"""Keeps the positions of neighbouring documents apart in a hash table: more than most have, and a prime."""


def phrase_postings(segment: Segment, lists: Sequence[Sequence[int]]) -> tuple[Numbers, Array]:
    """The documents in which the terms stand next to each other, in this order, and how often.

    Each term is given by its lists, one for each spelling.
    """
    found = [[_List(segment, number) for number in spellings] for spellings in lists]
    docs = _common([_union(parts) for parts in found])
    if not len(docs):
        return np.empty(0, np.int32), np.empty(0, np.int64)
    starts = None
    # from the term that occurs least, so that as few places as possible are looked up
    places = [_places(parts, docs, step) for step, parts in enumerate(found)]
    for keys in sorted(places, key=len):
        starts = keys if starts is None else _both(starts, keys)
    assert starts is not None
    numbers, counts = np.unique(starts >> _POSITION_BITS, return_counts=True)
    return docs[numbers], counts


class _List:
    """The postings of one spelling."""

    __slots__ = ("_counts", "_position", "_segment", "docs")

    def __init__(self, segment: Segment, number: int) -> None:
        self._segment = segment
        self.docs, self._counts = segment.postings(number)
        self._position = int(segment.list_positions[number])

    def positions(self, numbers: Ints) -> tuple[Array, Array]:
        """The positions of some postings, one after the other, and how many each has."""
        ends = np.cumsum(self._counts, dtype=np.int64)
        counts = self._counts[numbers]
        first = int(ends[numbers[0]] - counts[0])
        values = self._segment.positions(self._position + first, self._position + int(ends[numbers[-1]]))
        return values[ragged(ends[numbers] - counts - first, counts)], counts


def _union(parts: Sequence[_List]) -> Numbers:
    """The documents of any of these."""
    if len(parts) == 1:
        return parts[0].docs
    return np.unique(np.concatenate([np.empty(0, np.int32), *(part.docs for part in parts)]))


def _common(sets: Sequence[Numbers]) -> Numbers:
    """The documents in all of these."""
    first, *others = sorted(sets, key=len)
    for docs in others:
        first = first[_contained(first, docs)]
    return first


def _contained(values: Array, others: Array) -> Array:
    """Of each value whether it is among the others; both ascending."""
    if not len(others):
        return np.zeros(len(values), np.bool_)
    places = np.searchsorted(others, values)
    places[places == len(others)] = 0
    return np.asarray(others[places] == values)


def _both(values: Ints, others: Ints) -> Ints:
    """The places in both; ascending. A table that knows a few bits of each rules most out before any is looked up."""
    size = 1 << (4 * len(others)).bit_length()
    table = np.zeros(size, np.bool_)
    table[_hashed(others, size)] = True
    values = values[table[_hashed(values, size)]]
    return values[_contained(values, others)]


def _hashed(keys: Ints, size: int) -> Ints:
    return ((keys >> _POSITION_BITS) * _SPREAD + keys) & (size - 1)


def _places(parts: Sequence[_List], docs: Numbers, step: int) -> Ints:
    """Where a phrase would begin whose term number `step` is this one: place in `docs`, position; ascending."""
    found: list[Ints] = [np.empty(0, np.int64)]
    for part in parts:
        numbers = np.searchsorted(part.docs, docs)
        numbers[numbers == len(part.docs)] = 0
        owners = np.flatnonzero(part.docs[numbers] == docs) if len(part.docs) else numbers[:0]
        if len(owners):
            positions, counts = part.positions(numbers[owners])
            found.append((np.repeat(owners, counts) << _POSITION_BITS) + positions - step)
    return found[1] if len(found) == 2 else np.unique(np.concatenate(found))
