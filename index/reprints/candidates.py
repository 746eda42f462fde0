"""Which articles may be reprints of each other: those whose sketches have keys in common.

Every key of a sketch is a band of its own (locality-sensitive hashing with bands of one row: Leskovec, Rajaraman &
Ullman, "Mining of massive datasets", chapter 3). All sketches lie in one array in memory, 256 bytes an article.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from index.reprints.overlap import KEYS, NO_KEY, Sketch

MIN_COMMON = 3
"""Keys that candidates have in common: one or two can be phrases that every paper prints."""

MAX_CANDIDATES = 8
"""Candidates of one article, those with the most common keys."""

_OLDEST = 16
"""Of the articles with one key only so many count, the oldest: what all papers print has too many."""

_SIFT_BITS = 22
_ROWS = 100_000

_Rows = npt.NDArray[np.int64]


class SketchTable:
    """The sketches of all articles, by number; an article's row is its number."""

    def __init__(self, known: Iterable[tuple[int, bytes]] = ()) -> None:
        """Begin with these sketches, as bytes, by number."""
        numbers: list[int] = []
        sketches = bytearray()
        for number, content in known:
            numbers.append(number)
            sketches += content
        self._keys = np.full((max(numbers, default=-1) + 1, KEYS), NO_KEY, np.uint32)
        self._keys[numbers] = np.frombuffer(sketches, np.uint32).reshape(-1, KEYS)

    def put(self, number: int, sketch: Sketch) -> None:
        """Add an article, or replace its sketch."""
        if number >= len(self._keys):
            grown = np.full((max(number + 1, 2 * len(self._keys)), KEYS), NO_KEY, np.uint32)
            grown[: len(self._keys)] = self._keys
            self._keys = grown
        self._keys[number] = sketch

    def remove(self, number: int) -> None:
        """Forget an article."""
        if number < len(self._keys):
            self._keys[number] = NO_KEY

    def candidates(self, numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
        """For each of these articles (all of them in the table) the others it may be a reprint of, as pairs."""
        asked = np.array(sorted(numbers), np.int64)
        keys, rows = self._holders(np.sort(self._keys[asked], axis=None))
        order = np.argsort(keys, kind="stable")  # of one key the oldest articles first
        keys, rows = keys[order], rows[order]
        mine = np.flatnonzero(np.isin(rows, asked))
        begins = np.searchsorted(keys, keys[mine])
        sizes = np.minimum(np.searchsorted(keys, keys[mine], side="right") - begins, _OLDEST)
        ones = np.repeat(rows[mine], sizes)
        others = rows[np.repeat(begins - np.cumsum(sizes) + sizes, sizes) + np.arange(len(ones))]
        return _most_common(ones, others)

    def _holders(self, wanted: npt.NDArray[np.uint32]) -> tuple[npt.NDArray[np.uint32], _Rows]:
        """Every place of these keys, which ascend, in the table: the key and its row, in the order of rows."""
        wanted = wanted[: np.searchsorted(wanted, NO_KEY)]
        mask = np.uint32((1 << _SIFT_BITS) - 1)
        sieve = np.zeros(1 << _SIFT_BITS, np.bool_)
        sieve[wanted & mask] = True
        keys: list[npt.NDArray[np.uint32]] = [np.empty(0, np.uint32)]
        rows: list[_Rows] = [np.empty(0, np.int64)]
        for start in range(0, len(self._keys), _ROWS):
            some = self._keys[start : start + _ROWS].ravel()
            places = np.flatnonzero(sieve[some & mask])
            found = some[places]
            places = places[np.searchsorted(wanted, found) < np.searchsorted(wanted, found, side="right")]
            keys.append(some[places])
            rows.append(places // KEYS + start)
        return np.concatenate(keys), np.concatenate(rows)


def _most_common(ones: _Rows, others: _Rows) -> Iterator[tuple[int, int]]:
    """The pairs that come MIN_COMMON times or more, of each one the MAX_CANDIDATES most frequent."""
    apart = ones != others
    span = int(others.max(initial=0)) + 1
    pairs, counts = np.unique(ones[apart] * span + others[apart], return_counts=True)
    pairs, counts = pairs[counts >= MIN_COMMON], counts[counts >= MIN_COMMON]
    firsts = pairs // span
    order = np.lexsort((pairs, -counts, firsts))
    firsts, seconds = firsts[order], pairs[order] % span
    rank = np.arange(len(firsts)) - np.searchsorted(firsts, firsts)
    near = rank < MAX_CANDIDATES
    return zip(firsts[near].tolist(), seconds[near].tolist(), strict=True)
