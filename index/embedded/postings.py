"""Writes the postings of a segment, stretch by stretch, in the order of lists and documents."""

from __future__ import annotations

import numpy as np

from index.embedded.layout import FIELDS, SECTIONS, Ints
from index.embedded.segmentfile import Array, SegmentFileWriter


class _Narrow:
    """Appends to an array of small numbers; what does not fit is kept aside, with its place."""

    def __init__(self, file: SegmentFileWriter, name: str, count: int) -> None:
        self._file, self._name = file, name
        self._limit = int(np.iinfo(SECTIONS[name]).max)  # type: ignore[type-var]
        self._places: list[Ints] = []
        self._values: list[Ints] = []
        self._written = 0
        file.reserve(name, count)

    def append(self, values: Array) -> None:
        wide = np.flatnonzero(values >= self._limit)
        if wide.size:
            self._places.append(wide + self._written)
            self._values.append(values[wide].astype(np.int64))
            values = np.minimum(values, self._limit)
        self._file.append(self._name, values)
        self._written += len(values)

    def finish(self) -> None:
        nothing = np.empty(0, np.int64)
        self._file.write(f"wide_{self._name}_at", np.concatenate([nothing, *self._places]))
        self._file.write(f"wide_{self._name}", np.concatenate([nothing, *self._values]))


class PostingsWriter:
    """Fills the sections of postings and positions, of which there are as many as said at the beginning."""

    def __init__(self, file: SegmentFileWriter, terms: int, postings: int, positions: int) -> None:
        self._file = file
        self._postings = np.zeros(terms * len(FIELDS) + 1, np.int64)
        self._positions = np.zeros(terms * len(FIELDS) + 1, np.int64)
        file.reserve("docs", postings)
        self._counts = _Narrow(file, "counts", postings)
        self._places = _Narrow(file, "positions", positions)

    def append(self, lists: Ints, docs: Array, counts: Array, positions: Array) -> None:
        """The next postings: of each the list, the document and the count; and the positions of all."""
        if not len(lists):
            return
        first, last = int(lists[0]), int(lists[-1]) + 1
        tally = slice(first + 1, last + 1)
        self._postings[tally] += np.bincount(lists - first, minlength=last - first)
        # weights are summed as float64, exact below 2**53
        sums = np.bincount(lists - first, weights=counts, minlength=last - first)
        self._positions[tally] += sums.astype(np.int64)
        self._file.append("docs", docs)
        self._counts.append(counts)
        self._places.append(positions)

    def finish(self) -> None:
        """Write where each list begins."""
        self._counts.finish()
        self._places.finish()
        self._file.write("list_postings", np.cumsum(self._postings))
        self._file.write("list_positions", np.cumsum(self._positions))


def ragged(starts: Array, counts: Array) -> Ints:
    """The places `starts[i]`, `starts[i] + 1`, … `counts[i]` of them, for every i, one after the other."""
    ends = np.cumsum(counts, dtype=np.int64)
    shift = starts - (ends - counts)
    places: Ints = np.arange(ends[-1] if len(ends) else 0, dtype=np.int64) + np.repeat(shift, counts)
    return places


def distinct(values: Ints) -> Ints:
    """The values without repetitions, ascending. np.unique would import numpy.ma, which takes longer than a search."""
    values = np.sort(values)
    return values[np.flatnonzero(np.concatenate([values[:1] == values[:1], values[1:] != values[:-1]]))]
