"""What one piece of text matches: a value above zero for each document, worked out only as far as it is asked for.

Most words of a conjunction are asked about the few documents that hold its rarest word. So the first time only those
that hold all of them are scored; whoever asks often is answered from what is then worked out for all documents.

NumPy's slow ways are gone around: `take` and `compress` are several times faster than indexing, and so is
assigning by numbers of the machine's own size.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.embedded.layout import Bools, Floats, Ints, Numbers
from index.embedded.segmentfile import Array
from index.ranking import Scorer

_DENSE = 16
"""What more than one document in so many holds is better kept for all documents than listed."""

_OFTEN = 2
"""So often is looked up what is asked for, before more is worked out for those who ask again."""

_SPARSE = 32
"""So many times fewer documents are looked up in a list one by one."""


class Listed:
    """Some documents, ascending, with their values; `size` is the number of all documents."""

    def __init__(self, docs: Numbers, values: Array, size: int) -> None:
        self.docs, self.values = docs, values
        self.count = len(docs)
        self._size = size

    def scored(self) -> Listed:
        """Itself, where the values are scores."""
        return self

    def row(self) -> Array:
        """The value of every document, zero for the others."""
        row = np.zeros(self._size, self.values.dtype)
        row[_indexes(self.docs)] = self.values
        return row

    def holding(self, docs: Numbers) -> Bools:
        """Which of these documents are listed."""
        if len(docs) * _SPARSE > self.count > self._size // _DENSE:
            row = np.zeros(self._size, np.bool_)
            row[_indexes(self.docs)] = True
            return row.take(docs)
        return self._found(docs)[1]

    def among(self, docs: Numbers) -> Array:
        """The values of these documents, zero for the others."""
        if len(docs) * _SPARSE > self.count > self._size // _DENSE:
            return self.row().take(docs)
        if not self.count:
            return np.zeros(len(docs), np.float32)
        places, found = self._found(docs)
        return self.values.take(places) * found

    def _found(self, docs: Numbers) -> tuple[Ints, Bools]:
        """Where in the list each of these documents is, and whether it is."""
        if not self.count:
            return np.zeros(len(docs), np.intp), np.zeros(len(docs), np.bool_)
        places = np.searchsorted(self.docs, docs)
        places[places == self.count] = 0
        return places, self.docs.take(places) == docs


class Spread:
    """The same as a row: a value for every document, zero for those that are not meant."""

    def __init__(self, row: Floats) -> None:
        self._row = row
        self.count = int(np.count_nonzero(row > 0))

    @functools.cached_property
    def docs(self) -> Numbers:
        """The documents, ascending."""
        return np.flatnonzero(self._row > 0).astype(np.int32)

    @functools.cached_property
    def values(self) -> Floats:
        """Their values."""
        return self._row.take(self.docs)

    def scored(self) -> Spread:
        """Itself, where the values are scores."""
        return self

    def row(self) -> Floats:
        """The value of every document."""
        return self._row

    def holding(self, docs: Numbers) -> Bools:
        """Which of these documents are meant."""
        return self._row.take(docs) > 0

    def among(self, docs: Numbers) -> Floats:
        """The values of these documents."""
        return self._row.take(docs)


Values = Listed | Spread


@dataclass(frozen=True, slots=True)
class InField:
    """How often documents hold something in one field, and what that scores there."""

    held: Values
    scorer: Scorer

    @property
    def count(self) -> int:
        """How many documents hold it."""
        return self.held.count

    @property
    def docs(self) -> Numbers:
        """Those documents, ascending."""
        return self.held.docs

    def scored(self) -> Values:
        """The scores of all that hold it."""
        held = self.held
        if isinstance(held, Spread):
            return Spread(self.scorer.scores(held.row()))
        return Listed(held.docs, self.scorer.scores_of(held.docs, held.values), self.scorer.size)

    def holding(self, docs: Numbers) -> Bools:
        """Which of these documents hold it."""
        return self.held.holding(docs)

    def among(self, docs: Numbers) -> Floats:
        """The scores of these documents."""
        return self.scorer.scores_of(docs, self.held.among(docs))


class Leaf:
    """The documents that match in any of some fields; their scores there are added in this order."""

    def __init__(self, parts: Sequence[InField | Values], size: int) -> None:
        self._parts = parts
        """What the scores are added up of: once they are, only their sum, so that nothing is kept twice."""
        self._size = size
        self._asked = 0
        """How often scores were asked for, so that it may be worth more work."""
        self.most = sum(part.count for part in parts)
        """How many documents match at most."""
        self.is_dense = self.most * _DENSE > size

    @property
    def bytes(self) -> int:
        """The memory it takes, at most."""
        return 8 * self.most + (4 * self._size if self.is_dense else 0)

    @property
    def scored(self) -> Values:
        """The scores of all that match."""
        parts = self._parts  # looked at once: another thread may be adding them up
        if len(parts) == 1 and not isinstance(parts[0], InField):
            return parts[0]
        scored = add_up([part.scored() for part in parts], self._size)
        self._parts = (scored,)
        return scored

    @functools.cached_property
    def _row(self) -> Floats:
        return self.scored.row()

    @property
    def whole(self) -> InField | Values:
        """All of it in one part: the only field, or what several add up to."""
        parts = self._parts
        return parts[0] if len(parts) == 1 else self.scored

    @property
    def docs(self) -> Numbers:
        """The documents that match, ascending."""
        return self.whole.docs

    @property
    def scores(self) -> Floats:
        """Their scores, all above zero."""
        return self.scored.values

    def add_to(self, whole: Floats) -> None:
        """Add the scores to those of all documents."""
        self._asked += 1
        if self._asked > 1 and self.is_dense:
            whole += self._row
        else:
            _add(self.scored, whole)

    def holding(self, docs: Numbers) -> Bools:
        """Which of these documents match, where their scores are asked for later (`scores_of`)."""
        if self._asked >= _OFTEN:
            return self._row.take(docs) > 0 if self.is_dense else self.scored.holding(docs)
        held = [part.holding(docs) for part in self._parts]
        return functools.reduce(np.logical_or, held, np.zeros(len(docs), np.bool_))

    def among(self, docs: Numbers) -> tuple[Bools, Floats]:
        """Which of these documents match, and their scores, zero for the others."""
        scores = self.scores_of(docs)
        return scores > 0, scores

    def scores_of(self, docs: Numbers) -> Floats:
        """The scores of these documents, zero for those that do not match."""
        self._asked += 1
        if self._asked > _OFTEN:
            return self._row.take(docs) if self.is_dense else self.scored.among(docs)
        found = [part.among(docs) for part in self._parts]
        return functools.reduce(np.add, found) if found else np.zeros(len(docs), np.float32)


def add_up(found: Sequence[Values], size: int) -> Values:
    """For each document in any of these the sum of its values, added in this order; `size` counts all documents."""
    if len(found) < 2:
        return found[0] if found else Listed(*_NONE, size)
    if sum(values.count for values in found) * _DENSE > size:
        whole = np.zeros(size, np.float32)
        for values in found:
            _add(values, whole)
        return Spread(whole)
    docs = np.concatenate([values.docs for values in found])
    order = np.argsort(docs, kind="stable")
    docs = docs.take(order)
    begins = np.flatnonzero(np.diff(docs, prepend=-1))
    added = np.concatenate([values.values for values in found], dtype=np.float32).take(order)
    return Listed(docs.take(begins), np.add.reduceat(added, begins), size)


_NONE = (np.empty(0, np.int32), np.empty(0, np.float32))


def _add(values: Values, whole: Floats) -> None:
    if isinstance(values, Spread):
        whole += values.row()
    else:
        np.add.at(whole, _indexes(values.docs), values.values.astype(np.float32, copy=False))


def _indexes(docs: Numbers) -> Ints:
    """The documents as NumPy would turn them into at every use."""
    return docs.astype(np.intp)
