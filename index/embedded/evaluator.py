"""Answers a query tree from a snapshot: which documents match, how well, and which of them come first.

The oracle engine of the tests is the definition of what is computed here. A node can be asked for all that it
matches, or which of some candidates it matches; a conjunction asks its rarest child the one, the others the other.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.embedded.deadline import Deadline
from index.embedded.layout import UNDATED, Bools, Floats, Numbers
from index.embedded.leaf import Leaf
from index.embedded.leaves import Leaves, Scored
from index.embedded.storage import DAY, day_start
from index.query import (
    And,
    AtLeast,
    Between,
    Everything,
    Keyword,
    Not,
    Or,
    Prefer,
    Query,
    Text,
    Weighted,
)

_FEW = 4
"""So many pieces of text of which any will do are remembered together: a word in either of two fields, say."""


class Evaluator:
    """Evaluates one query on one snapshot, as long as there is time: raises QueryTimeout."""

    def __init__(self, leaves: Leaves, deadline: Deadline) -> None:
        self.snapshot = leaves.snapshot
        self._leaves = leaves
        self._deadline = deadline

    def matches(self, query: Query) -> Scored:
        """The documents that `query` matches."""
        self._deadline.check()
        if isinstance(query, Text):
            leaf = self._leaves.leaf(query, self._deadline)
            return Scored(leaf.docs, leaf.scores)
        match query:
            case And(children) if children:
                return self._all_of(children)
            case Or(children):
                return self._any_of(children)
            case AtLeast(count, children) if count > 0:
                docs = self._any_of(children).docs
                return _kept(docs, *self._some_among(count, children, docs))
            case Prefer(required):
                found = self.matches(required)
                return self._preferred(query, found)
            case Weighted(child, weight):
                found = self.matches(child)
                return Scored(found.docs, _times(found.scores, weight))
            case Keyword():
                return Scored(np.flatnonzero(self._leaves.holders(query)).astype(np.int32), None)
            case _:
                docs = self.snapshot.everything
                return _kept(docs, *self.among(query, docs))

    def among(self, query: Query, docs: Numbers) -> tuple[Bools, Floats | None]:
        """Which of these documents match, and their scores, zero for the others (None: all zero)."""
        self._deadline.check()
        if isinstance(query, Text):
            return self._leaves.leaf(query, self._deadline).among(docs)
        if leaf := self._leaf(query):
            return leaf.among(docs)
        match query:
            case Keyword() | Between() | Everything():
                return self._filtered(query, docs), None
            case Not(child):
                return ~self.among(child, docs)[0], None
            case And(children):
                return self._all_among(children, docs)
            case Or(children):
                return self._some_among(1, children, docs)
            case AtLeast(count, children):
                return self._some_among(count, children, docs)
            case Prefer():
                return self._preferred_among(query, docs)
            case Weighted(child, weight):
                keep, scores = self.among(child, docs)
                return keep, _times(scores, weight)

    def _filtered(self, query: Keyword | Between | Everything, docs: Numbers) -> Bools:
        match query:
            case Keyword():
                return self._leaves.holders(query).take(docs)
            case Between(first, last):
                moments = self.snapshot.moments.take(docs)
                start = UNDATED + 1 if first is None else day_start(first)
                stop = -(UNDATED + 1) if last is None else day_start(last) + DAY
                return np.asarray((moments >= start) & (moments < stop))
            case Everything():
                return np.ones(len(docs), np.bool_)

    def _leaf(self, query: Query) -> Leaf | None:
        """What is remembered when it stands inside a larger query: a piece of text, or a few of which any will do."""
        if isinstance(query, Text):
            return self._leaves.leaf(query, self._deadline)
        if isinstance(query, Or) and len(query.children) <= _FEW:
            pieces = [child for child in query.children if isinstance(child, Text)]
            return self._leaves.either(pieces, self._deadline) if len(pieces) == len(query.children) else None
        return None

    def _all_of(self, children: Sequence[Query]) -> Scored:
        """Pieces of text are scored last, for the documents that are left then."""
        first, *others = sorted(((child, self._leaf(child)) for child in children), key=self._cost)
        found = Scored(first[1].docs, None) if first[1] else self.matches(first[0])
        for child, leaf in others:
            keep, more = (leaf.holding(found.docs), None) if leaf else self.among(child, found.docs)
            found = _kept(found.docs, keep, _sum(found.scores, more))
        scores = found.scores
        for _child, leaf in (first, *others):
            scores = _sum(scores, leaf.scores_of(found.docs)) if leaf else scores
        return Scored(found.docs, scores)

    def _cost(self, known: tuple[Query, Leaf | None]) -> int:
        child, leaf = known
        return leaf.most if leaf else self._at_most(child)

    def _at_most(self, query: Query) -> int:
        """How many documents `query` matches at most."""
        if leaf := self._leaf(query):
            return leaf.most
        match query:
            case And(children) if children:
                return min(map(self._at_most, children))
            case Or(children):
                return sum(map(self._at_most, children))
            case Prefer(required) | Weighted(required):
                return self._at_most(required)
            case Keyword():
                return self.snapshot.size - 1  # cheaper to start from than Everything
            case _:
                return self.snapshot.size

    def _all_among(self, children: Sequence[Query], docs: Numbers) -> tuple[Bools, Floats | None]:
        keep = np.ones(len(docs), np.bool_)
        scores: Floats | None = None
        for child in children:
            found, more = self.among(child, docs)
            keep &= found
            scores = _sum(scores, more)
        return keep, None if scores is None else np.where(keep, scores, np.float32(0))

    def _any_of(self, children: Sequence[Query]) -> Scored:
        leaves = [child for child in children if isinstance(child, Text)]
        if len(leaves) == len(children):
            return self._leaves.any_of(leaves, self._deadline)
        found = [self.matches(child) for child in children]
        whole = np.zeros(self.snapshot.size, np.float32)
        mask = np.zeros(self.snapshot.size, np.bool_)
        for part in found:
            mask[part.docs] = True
            if part.scores is not None:
                whole[part.docs] += part.scores
        docs = np.flatnonzero(mask).astype(np.int32)
        return Scored(docs, whole.take(docs))

    def _some_among(
        self, count: int, children: Sequence[Query], docs: Numbers
    ) -> tuple[Bools, Floats | None]:
        matched = np.zeros(len(docs), np.int64)
        scores: Floats | None = None
        for child in children:
            found, more = self.among(child, docs)
            matched += found
            scores = _sum(scores, more)
        keep = matched >= count
        return keep, None if scores is None else np.where(keep, scores, np.float32(0))

    def _preferred(self, query: Prefer, found: Scored) -> Scored:
        _keep, more = self.among(query.preferred, found.docs)
        if more is None:
            return found
        return Scored(found.docs, _sum(found.scores, more * np.float32(query.weight)))

    def _preferred_among(self, query: Prefer, docs: Numbers) -> tuple[Bools, Floats | None]:
        keep, scores = self.among(query.required, docs)
        more = self.among(query.preferred, docs)[1]
        if more is None:
            return keep, scores
        return keep, _sum(scores, np.where(keep, more * np.float32(query.weight), np.float32(0)))


def _times(scores: Floats | None, weight: float) -> Floats | None:
    return None if scores is None else scores * np.float32(weight)


def _kept(docs: Numbers, keep: Bools, scores: Floats | None) -> Scored:
    return Scored(docs.compress(keep), None if scores is None else scores.compress(keep))


def _sum(scores: Floats | None, more: Floats | None) -> Floats | None:
    if scores is None or more is None:
        return more if scores is None else scores
    return scores + more
