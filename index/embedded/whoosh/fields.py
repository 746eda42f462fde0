"""What a segment holds in each field: terms, ascending, and for each the documents that are not deleted."""

from __future__ import annotations

import functools
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, overload

import numpy as np

from index.embedded.layout import FIELDS, KEYS, UNDATED, Bools, Ints, Numbers
from index.embedded.segment import Segment, list_number
from index.embedded.segmentfile import Array
from index.embedded.storage import encode
from index.embedded.whoosh.schema import DATE_FIELD, ID_FIELD, SCHEMA, whoosh_moments


@dataclass(frozen=True, slots=True)
class Postings:
    """The documents, ascending, that hold a term, how often each does, and how long its field is.

    `positions` is where in the segment the positions of each begin; None where a field has none.
    """

    docs: Numbers
    counts: Array
    lengths: Array
    positions: Ints | None = None

    @property
    def bytes(self) -> int:
        """The memory that this takes, about."""
        begins = 0 if self.positions is None else self.positions.nbytes
        return self.docs.nbytes + self.counts.nbytes + self.lengths.nbytes + begins


class FieldPostings(Protocol):
    """One field of a segment. `names` are its terms, and those of which only deleted documents remain."""

    names: Sequence[bytes]

    def is_held(self, number: int) -> bool:
        """Whether any document holds a term, given by its number among the names."""

    def postings(self, number: int) -> Postings:
        """The documents that hold it."""


def find(field: FieldPostings, name: bytes) -> int | None:
    """The number of a term; None where no document holds it."""
    number = bisect_left(field.names, name)
    known = number < len(field.names) and field.names[number] == name
    return number if known and field.is_held(number) else None


class TextPostings:
    """A text field."""

    def __init__(self, segment: Segment, live: Bools | None, name: str) -> None:
        self._segment, self._live, self._field = segment, live, FIELDS.index(name)
        self.names: Sequence[bytes] = segment.vocabulary

    def is_held(self, number: int) -> bool:
        """Whether any document has the term in this field."""
        place = list_number(number, self._field)
        start, stop = self._segment.list_postings[place : place + 2].tolist()
        if start == stop or number == self._segment.paragraph_end:
            return False
        return self._live is None or bool(self._live.take(self._segment.file.part("docs", start, stop)).any())

    def postings(self, number: int) -> Postings:
        """The documents that have it there."""
        place = list_number(number, self._field)
        docs, counts = self._segment.postings(place)
        begins = np.cumsum(counts, dtype=np.int64) - counts + self._segment.list_positions[place]
        if self._live is not None:
            keep = self._live.take(docs)
            docs, counts, begins = docs.compress(keep), counts.compress(keep), begins.compress(keep)
        return Postings(docs, counts, self._segment.field_lengths(self._field).take(docs), begins)


class KeyPostings:
    """A keyword field: its values."""

    def __init__(self, segment: Segment, live: Bools | None, name: str) -> None:
        field = KEYS.index(name)
        self.names: Sequence[bytes] = list(map(encode, segment.key_values(field)))
        self._codes = segment.codes(field)
        self._live = live

    @functools.cached_property
    def _holders(self) -> list[int]:
        codes = self._codes if self._live is None else self._codes.compress(self._live)
        # documents without a value have -1, and are the first that are counted
        counts: list[int] = np.bincount(codes + 1, minlength=len(self.names) + 1)[1:].tolist()
        return counts

    def is_held(self, number: int) -> bool:
        """Whether any document has the value."""
        return self._holders[number] > 0

    def postings(self, number: int) -> Postings:
        """The documents that have it."""
        held = self._codes == number
        return _once_each(np.flatnonzero(held if self._live is None else held & self._live))


class IdPostings:
    """The ids: one document each."""

    def __init__(self, segment: Segment, live: Bools | None) -> None:
        self._live = live
        self.names: Sequence[bytes] = segment.ids

    def is_held(self, number: int) -> bool:
        """Whether the document is not deleted."""
        return self._live is None or bool(self._live[number])

    def postings(self, number: int) -> Postings:
        """The document."""
        return _once_each(np.array([number]))


class DatePostings:
    """The moments of publication, at eight resolutions, as Whoosh looks for numbers between two others.

    A term is how many bits are left out of a moment, and the others: one byte and eight, the highest first.
    """

    def __init__(self, segment: Segment, live: Bools | None) -> None:
        moments: Ints = segment.file.array("moments")
        dated = moments != UNDATED if live is None else (moments != UNDATED) & live
        numbers = np.flatnonzero(dated)
        # Whoosh makes signed numbers positive by adding half of the range
        values = whoosh_moments(moments[numbers]).astype(np.uint64) + np.uint64(1 << 63)
        order = np.argsort(values, kind="stable")
        self._docs, self._values = numbers[order], values[order]
        field = SCHEMA[DATE_FIELD]
        self._shifts = range(0, field.bits, field.shift_step)
        self.names: Sequence[bytes] = _Resolutions(self._values, self._shifts)

    def is_held(self, _number: int) -> bool:
        """Whether any document is of that time: moments of deleted ones are none."""
        return True

    def postings(self, number: int) -> Postings:
        """The documents of that time."""
        name = self.names[number]
        shift, value = name[0], int.from_bytes(name[1:])
        first, last = value << shift, (value + 1 << shift) - 1
        start = np.searchsorted(self._values, np.uint64(first))
        stop = np.searchsorted(self._values, np.uint64(last), "right")
        return _once_each(np.sort(self._docs[start:stop]))


class _Resolutions(Sequence[bytes]):
    """The distinct values of some ascending numbers under several shifts, as terms."""

    def __init__(self, values: Array, shifts: Sequence[int]) -> None:
        found = [np.unique(values >> np.uint64(shift)) for shift in shifts]
        self._shifts = np.repeat(np.array(shifts, np.uint8), list(map(len, found)))
        self._values = np.concatenate(found)

    def __len__(self) -> int:
        return len(self._values)

    @overload
    def __getitem__(self, number: int) -> bytes: ...

    @overload
    def __getitem__(self, number: slice) -> list[bytes]: ...

    def __getitem__(self, number: int | slice) -> bytes | list[bytes]:
        """One term, or several."""
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(len(self)))]
        return bytes([self._shifts[number]]) + int(self._values[number]).to_bytes(8)


def _once_each(docs: Array) -> Postings:
    ones = np.ones(len(docs), np.uint8)
    return Postings(docs.astype(np.int32), ones, ones)


def field_postings(segment: Segment, live: Bools | None, name: str) -> FieldPostings:
    """What a segment holds in one field; `live` says which of its documents are not deleted, None that all are."""
    if name == ID_FIELD:
        return IdPostings(segment, live)
    if name == DATE_FIELD:
        return DatePostings(segment, live)
    return (TextPostings if name in FIELDS else KeyPostings)(segment, live, name)


SEARCHED = tuple(sorted((ID_FIELD, DATE_FIELD, *FIELDS, *KEYS)))
"""The fields that have terms."""
