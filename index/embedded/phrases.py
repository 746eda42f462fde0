"""Finds where terms stand next to or near each other in one segment, by the positions of their lists."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.embedded.deadline import Deadline
from index.embedded.layout import Bools, Ints, Numbers
from index.embedded.postings import distinct, ragged
from index.embedded.segment import Segment, list_number
from index.embedded.segmentfile import Array
from index.query import Near, Phrase, SameParagraph

_POSITION_BITS = 32
_FARTHEST = 2**31 - 1
"""Farther than any two words of one document; places in two documents differ by more."""

_UNCHECKED = 64
"""After so many spellings of one word the deadline is looked at."""

_SPREAD = 613
"""Keeps the positions of neighbouring documents apart in a hash table: more than most have, and a prime."""


def together(
    segment: Segment,
    field: int,
    lists: Sequence[Sequence[int]],
    query: Phrase | Near | SameParagraph,
    deadline: Deadline,
) -> tuple[Numbers, Array]:
    """The documents in which the terms stand in a field as the query says, and how often.

    Each term is given by its lists, one for each spelling; equal ones are read once. Raises QueryTimeout.
    """
    words = [tuple(spellings) for spellings in lists]
    found = {word: [_List(segment, number) for number in word] for word in dict.fromkeys(words)}
    docs = _common([_union(parts, segment.documents, deadline) for parts in found.values()])
    if not len(docs):
        return np.empty(0, np.int32), np.empty(0, np.int64)
    places = {word: _places(parts, docs, deadline) for word, parts in found.items()}
    each = [places[word] for word in words]
    match query:
        case Phrase():
            starts = _adjacent(each, deadline)
        case Near(_, distance, ordered):
            distance = min(distance, _FARTHEST)
            starts = (
                _following(each, distance, deadline)
                if ordered
                else _around(list(places.values()), distance, deadline)
            )
        case SameParagraph():
            starts = _in_one(list(places.values()), _ends(segment, field, docs, deadline), deadline)
    numbers, counts = np.unique(starts >> _POSITION_BITS, return_counts=True)
    return docs[numbers], counts


def _adjacent(places: Sequence[Ints], deadline: Deadline) -> Ints:
    """Where all terms would have the phrase begin: as many places before each as terms precede it."""
    # from the term that occurs least, so that as few places as possible are looked up
    first, *others = sorted(range(len(places)), key=lambda term: len(places[term]))
    starts = places[first] - first
    for term in others:
        deadline.check()
        starts = _both(starts, places[term] - term)
    return starts


def _following(places: Sequence[Ints], distance: int, deadline: Deadline) -> Ints:
    """The first term's places that the other terms follow, one after the other, within a distance."""
    starts, *others = places
    last = starts
    for keys in others:
        deadline.check()
        last, found = _next(keys, last + 1)
        starts, last = starts[found], last[found]
        near = last - starts <= distance
        starts, last = starts[near], last[near]
    return starts


def _around(places: Sequence[Ints], distance: int, deadline: Deadline) -> Ints:
    """The places of any term from which on all terms stand within a distance."""
    starts = distinct(np.concatenate(places))
    for keys in places:
        deadline.check()
        following, found = _next(keys, starts)
        starts = starts[found][following[found] - starts[found] <= distance]
    return starts


def _in_one(places: Sequence[Ints], ends: Ints, deadline: Deadline) -> Ints:
    """Of each paragraph that holds all terms a place that no other has; `ends` are where paragraphs end."""
    starts: Ints | None = None
    for keys in sorted(places, key=len):
        deadline.check()
        # the number of the next end tells the paragraphs of one document apart, its place in `docs` the documents
        numbered = (keys >> _POSITION_BITS << _POSITION_BITS) + np.searchsorted(ends, keys)
        paragraphs = numbered[np.diff(numbered, prepend=-1) > 0]
        starts = paragraphs if starts is None else _both(starts, paragraphs)
    return np.empty(0, np.int64) if starts is None else starts


def _ends(segment: Segment, field: int, docs: Numbers, deadline: Deadline) -> Ints:
    """Where paragraphs of a field end that others follow."""
    end = segment.paragraph_end
    lists = [] if end is None else [_List(segment, list_number(end, field))]
    return _places(lists, docs, deadline)


def _next(keys: Ints, from_: Ints) -> tuple[Ints, Bools]:
    """The first of the keys that is not before each of these places, and whether there is one."""
    numbers = np.searchsorted(keys, from_)
    found = numbers < len(keys)
    numbers[~found] = 0
    return keys[numbers], found


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
        counts = self._counts.take(numbers)
        last = ends.take(numbers)
        first = int(last[0] - counts[0])
        values = self._segment.positions(self._position + first, self._position + int(last[-1]))
        return values.take(ragged(last - counts - first, counts)), counts


def _union(parts: Sequence[_List], size: int, deadline: Deadline) -> Numbers:
    """The documents, of so many, in any of these."""
    if len(parts) == 1:
        return parts[0].docs
    deadline.check()
    held = np.zeros(size, np.bool_)
    for part in parts:
        held[part.docs] = True
    return np.flatnonzero(held).astype(np.int32)


def _common(sets: Sequence[Numbers]) -> Numbers:
    """The documents in all of these."""
    first, *others = sorted(sets, key=len)
    for docs in others:
        first = first.compress(_contained(first, docs))
    return first


def _contained(values: Array, others: Array) -> Array:
    """Of each value whether it is among the others; both ascending."""
    if not len(others):
        return np.zeros(len(values), np.bool_)
    places = np.searchsorted(others, values)
    places[places == len(others)] = 0
    return np.asarray(others.take(places) == values)


def _shared(values: Array, others: Array) -> tuple[Ints, Ints]:
    """Where in each of two ascending arrays that is which stands in both."""
    if len(others) < len(values):
        theirs, own = _shared(others, values)
        return own, theirs
    if not len(values):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    places = np.searchsorted(others, values)
    places[places == len(others)] = 0
    own = np.flatnonzero(others.take(places) == values)
    return own, places.take(own)


def _both(values: Ints, others: Ints) -> Ints:
    """The places in both; ascending. A table that knows a few bits of each rules most out before any is looked up."""
    size = 1 << (4 * len(others)).bit_length()
    table = np.zeros(size, np.bool_)
    table[_hashed(others, size)] = True
    values = values.compress(table.take(_hashed(values, size)))
    return values.compress(_contained(values, others))


def _hashed(keys: Ints, size: int) -> Ints:
    return ((keys >> _POSITION_BITS) * _SPREAD + keys) & (size - 1)


def _places(parts: Sequence[_List], docs: Numbers, deadline: Deadline) -> Ints:
    """Where a term stands: place in `docs`, position; ascending."""
    found: list[Ints] = [np.empty(0, np.int64)]
    for number, part in enumerate(parts):
        if number % _UNCHECKED == 0:
            deadline.check()
        owners, numbers = _shared(docs, part.docs)
        if len(owners):
            positions, counts = part.positions(numbers)
            found.append((np.repeat(owners, counts) << _POSITION_BITS) + positions)
    return found[1] if len(found) == 2 else distinct(np.concatenate(found))
