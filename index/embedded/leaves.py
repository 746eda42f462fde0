"""Scores terms, phrases and neighbourhoods: for each the documents that match, and what they score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index import ranking
from index.document import TEXT_FIELDS
from index.embedded.cache import Cache
from index.embedded.deadline import Deadline
from index.embedded.expansion import Expansion, all_expanded
from index.embedded.layout import Bools, Floats, Numbers
from index.embedded.phrases import together
from index.embedded.segment import list_number
from index.embedded.segmentfile import Array
from index.embedded.snapshot import Part, Snapshot, joined
from index.query import Keyword, Near, Phrase, SameParagraph, Text, Word

_DENSE = 16
"""A leaf that more than one document in so many matches also gets an array over all documents."""

_LEAST_CACHE, _MOST_CACHE = 64 << 20, 512 << 20

_UNCHECKED = 64
"""After so many spellings of one word the deadline is looked at."""

_FILTERS = 64
"""Keyword filters that are remembered, one byte for each document."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Documents, ascending, with their scores; no scores are all zero."""

    docs: Numbers
    scores: Floats | None


class Leaf:
    """What a piece of text matches; every score is above zero."""

    def __init__(self, docs: Numbers, scores: Floats, size: int) -> None:
        self.docs, self.scores = docs, scores
        self._size = size
        self._row: Floats | None = None
        self._added = False
        """Whether it was asked for once, so that it may be worth a row."""
        self.is_dense = len(docs) * _DENSE > size

    @property
    def bytes(self) -> int:
        """The memory it takes, at most."""
        return self.docs.nbytes + self.scores.nbytes + (4 * self._size if self.is_dense else 0)

    @property
    def row(self) -> Floats:
        """The score of every document, zero where it does not match."""
        if self._row is None:
            row = np.zeros(self._size, np.float32)
            row[self.docs] = self.scores
            self._row = row
        return self._row

    def add_to(self, whole: Floats) -> None:
        """Add the scores to those of all documents."""
        if self._row is not None or (self.is_dense and self._added):
            whole += self.row
        else:
            whole[self.docs] += self.scores
            self._added = True

    def among(self, docs: Numbers) -> tuple[Bools, Floats]:
        """Which of these documents match, and their scores, zero for the others."""
        if self.is_dense:
            scores = self.row.take(docs)
            return scores > 0, scores
        if not len(self.docs):
            return np.zeros(len(docs), np.bool_), np.zeros(len(docs), np.float32)
        places = np.searchsorted(self.docs, docs)
        places[places == len(self.docs)] = 0
        found = self.docs[places] == docs
        return found, np.where(found, self.scores[places], np.float32(0))


class Leaves:
    """The leaves of queries on one snapshot; those asked for again are remembered."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        limit = min(max(snapshot.bytes // 2, _LEAST_CACHE), _MOST_CACHE)
        self._known: Cache[Leaf] = Cache(limit, lambda leaf: leaf.bytes)
        self._filters: Cache[Bools] = Cache(_FILTERS, lambda _mask: 1)

    def holders(self, query: Keyword) -> Bools:
        """Of each document whether a keyword field has a value."""
        return self._filters.get(
            query, lambda: self.snapshot.holders(query.field, query.value, any_marks=query.any_marks)
        )

    def leaf(self, query: Text, deadline: Deadline) -> Leaf:
        """The documents that match a piece of text in one field or another. Raises QueryTimeout, TooManyWords."""
        return self._known.get(query, lambda: self._score(query, deadline))

    def any_of(self, queries: Sequence[Text], deadline: Deadline) -> Scored:
        """The documents that match at least one of these; their scores are added in this order."""
        found = [self.leaf(query, deadline) for query in queries]
        leaves = [leaf for leaf in found if len(leaf.docs)]
        if len(leaves) < 2 or not any(leaf.is_dense for leaf in leaves):
            return Scored(*add_up([(leaf.docs, leaf.scores) for leaf in leaves], self.snapshot.size))
        whole = np.zeros(self.snapshot.size, np.float32)
        for leaf in leaves:
            leaf.add_to(whole)
        return Scored(*_positive(whole))

    def either(self, queries: Sequence[Text], deadline: Deadline) -> Leaf:
        """What `any_of` finds, remembered like one piece of text."""

        def together() -> Leaf:
            found = self.any_of(queries, deadline)
            return Leaf(found.docs, _NONE[1] if found.scores is None else found.scores, self.snapshot.size)

        return self._known.get(tuple(queries), together)

    def _score(self, query: Text, deadline: Deadline) -> Leaf:
        terms = (query,) if isinstance(query, Word) else query.terms
        asked = {query.field, *(term.field for term in terms)} - {None}
        known = all_expanded(self.snapshot, terms, deadline)
        words = [known[term] for term in terms]
        found = [
            self._in_field(number, query, words, deadline)
            for number, field in enumerate(TEXT_FIELDS)
            if terms and asked <= {field.name}
        ]
        docs, scores = add_up([part for part in found if len(part[0])], self.snapshot.size)
        return Leaf(docs, scores, self.snapshot.size)

    def _in_field(
        self, field: int, query: Text, words: Sequence[Sequence[Expansion]], deadline: Deadline
    ) -> tuple[Numbers, Floats]:
        """What a query scores in one field; `words` are the terms of each of its words in each segment."""
        snapshot = self.snapshot
        if isinstance(query, Word) or len(words) == 1:
            docs, frequencies = self._word(field, words[0], deadline)
        else:
            deadline.check()
            docs, frequencies = self._together(field, query, words, deadline)
        if not len(docs):
            return docs, frequencies
        score = ranking.scorer(
            TEXT_FIELDS[field].weight, snapshot.count, len(docs), snapshot.mean_length(field)
        )
        return docs, score(frequencies, snapshot.lengths(field)[docs])

    def _word(self, field: int, word: Sequence[Expansion], deadline: Deadline) -> tuple[Numbers, Floats]:
        """How often each document holds a word in a field, other spellings than the one typed counting less."""
        exact = self._postings(field, [one.exact for one in word], deadline)
        others = self._postings(field, [one.others for one in word], deadline)
        if not others and len(exact) <= len(self.snapshot.parts):
            # at most one list of each segment: already in order
            docs, counts = zip(_NONE, *exact, strict=True)
            return joined(docs[1:], np.int32), joined(counts[1:], np.float32)
        weighed = [(docs, ranking.other_spelling(counts)) for docs, counts in others]
        return add_up([*exact, *weighed], self.snapshot.size)

    def _postings(
        self, field: int, numbers: Sequence[Sequence[int]], deadline: Deadline
    ) -> list[tuple[Numbers, Floats]]:
        """How often each document holds each of some terms, given by their numbers in each segment; no empty lists."""
        found: list[tuple[Numbers, Floats]] = []
        for part, own in zip(self.snapshot.parts, numbers, strict=True):
            for place, term in enumerate(own):
                if place % _UNCHECKED == 0:
                    deadline.check()
                docs, counts = _part_postings(part, list_number(term, field))
                if len(docs):
                    found.append((docs, counts))
        return found

    def _together(
        self,
        field: int,
        query: Phrase | Near | SameParagraph,
        words: Sequence[Sequence[Expansion]],
        deadline: Deadline,
    ) -> tuple[Numbers, Floats]:
        docs: list[Array] = []
        counts: list[Array] = []
        for place, part in enumerate(self.snapshot.parts):
            segment = part.segment
            lists = [[list_number(number, field) for number in word[place].all] for word in words]
            numbers, found = together(segment, field, lists, query, deadline)
            if part.live is not None:
                keep = part.live[numbers]
                numbers, found = numbers[keep], found[keep]
            docs.append((numbers + part.base).astype(np.int32))
            counts.append(found.astype(np.float32))
        return joined(docs, np.int32), joined(counts, np.float32)


_NONE = (np.empty(0, np.int32), np.empty(0, np.float32))


def _part_postings(part: Part, number: int) -> tuple[Numbers, Floats]:
    """The documents of a list that are not deleted, and how often each holds the term there."""
    docs, counts = part.segment.postings(number)
    if part.live is not None:
        keep = part.live[docs]
        docs, counts = docs[keep], counts[keep]
    return docs + np.int32(part.base) if part.base else docs, counts.astype(np.float32)


def _positive(whole: Floats) -> tuple[Numbers, Floats]:
    """The places of all values above zero, and the values."""
    docs = np.flatnonzero(whole > 0)
    return docs.astype(np.int32), whole.take(docs)


def add_up(found: Sequence[tuple[Numbers, Floats]], size: int) -> tuple[Numbers, Floats]:
    """The documents in any of these, ascending, with the sums of their values, which must be above zero.

    `size` is the number of all documents. Values are added in the order given.
    """
    if len(found) < 2:
        return found[0] if found else _NONE
    if sum(len(docs) for docs, _ in found) * _DENSE > size:
        # faster than np.bincount, whose arguments would have to be put together first
        whole = np.zeros(size, np.float32)
        for docs, values in found:
            whole[docs] += values
        return _positive(whole)
    all_docs = np.concatenate([docs for docs, _ in found])
    order = np.argsort(all_docs, kind="stable")
    all_docs = all_docs[order]
    begins = np.flatnonzero(np.diff(all_docs, prepend=-1))
    return all_docs[begins], np.add.reduceat(np.concatenate([values for _, values in found])[order], begins)
