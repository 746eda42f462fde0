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
from index.embedded.leaf import InField, Leaf, Listed, Spread, Values, add_up
from index.embedded.phrases import together
from index.embedded.segment import list_number
from index.embedded.segmentfile import Array
from index.embedded.snapshot import Part, Snapshot, joined
from index.query import Keyword, Near, Phrase, SameParagraph, Text, Word

_LEAST_CACHE, _MOST_CACHE = 64 << 20, 1 << 30
"""Bytes of leaves that are remembered: half as many as the index has, within these bounds."""

_UNCHECKED = 64
"""After so many spellings of one word the deadline is looked at."""

_FILTERS = 64
"""Keyword filters that are remembered, one byte for each document."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Documents, ascending, with their scores; no scores are all zero."""

    docs: Numbers
    scores: Floats | None


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
        leaves = [leaf for leaf in found if leaf.most]
        if len(leaves) == 1:
            return Scored(leaves[0].docs, leaves[0].scores)
        if not any(leaf.is_dense for leaf in leaves):
            sums = add_up([leaf.scored for leaf in leaves], self.snapshot.size)
            return Scored(sums.docs, sums.values)
        whole = np.zeros(self.snapshot.size, np.float32)
        for leaf in leaves:
            leaf.add_to(whole)
        sums = Spread(whole)
        return Scored(sums.docs, sums.values)

    def either(self, queries: Sequence[Text], deadline: Deadline) -> Leaf:
        """What `any_of` finds, remembered like one piece of text."""

        def together() -> Leaf:
            leaves = [self.leaf(query, deadline) for query in queries]
            return Leaf([leaf.whole for leaf in leaves if leaf.most], self.snapshot.size)

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
        return Leaf([part for part in found if part is not None], self.snapshot.size)

    def _in_field(
        self, field: int, query: Text, words: Sequence[Sequence[Expansion]], deadline: Deadline
    ) -> InField | None:
        """What holds a query in one field; `words` are the terms of each of its words in each segment."""
        snapshot = self.snapshot
        if isinstance(query, Word) or len(words) == 1:
            held = self._word(field, words[0], deadline)
        else:
            deadline.check()
            held = self._together(field, query, words, deadline)
        if not held.count:
            return None
        weight = TEXT_FIELDS[field].weight
        return InField(held, ranking.Scorer(weight, snapshot.count, held.count, snapshot.norms(field)))

    def _word(self, field: int, word: Sequence[Expansion], deadline: Deadline) -> Values:
        """How often each document holds a word in a field, other spellings than the one typed counting less."""
        exact = self._postings(field, [one.exact for one in word], deadline)
        others = self._postings(field, [one.others for one in word], deadline)
        if not others and len(exact) <= len(self.snapshot.parts):
            return self._end_to_end(exact)  # one list of each segment at most: already in order
        size = self.snapshot.size
        weighed = [Listed(one.docs, ranking.other_spelling(one.values), size) for one in others]
        return add_up([*exact, *weighed], size)

    def _end_to_end(self, found: Sequence[Listed]) -> Listed:
        docs = joined([one.docs for one in found], np.int32)
        return Listed(docs, joined([one.values for one in found], np.float32), self.snapshot.size)

    def _postings(self, field: int, numbers: Sequence[Sequence[int]], deadline: Deadline) -> list[Listed]:
        """How often each document holds each of some terms, given by their numbers in each segment; no empty lists."""
        found: list[Listed] = []
        for part, own in zip(self.snapshot.parts, numbers, strict=True):
            for place, term in enumerate(own):
                if place % _UNCHECKED == 0:
                    deadline.check()
                docs, counts = _living(part, *part.segment.postings(list_number(term, field)))
                if len(docs):
                    found.append(Listed(docs, counts, self.snapshot.size))
        return found

    def _together(
        self,
        field: int,
        query: Phrase | Near | SameParagraph,
        words: Sequence[Sequence[Expansion]],
        deadline: Deadline,
    ) -> Listed:
        found: list[Listed] = []
        for place, part in enumerate(self.snapshot.parts):
            lists = [[list_number(number, field) for number in word[place].all] for word in words]
            docs, counts = _living(part, *together(part.segment, field, lists, query, deadline))
            found.append(Listed(docs, counts.astype(np.float32), self.snapshot.size))
        return self._end_to_end(found)


def _living(part: Part, docs: Numbers, counts: Array) -> tuple[Numbers, Array]:
    """Those of a segment's documents that are not deleted, by their numbers in the snapshot, with their counts."""
    if part.live is not None:
        keep = part.live.take(docs)
        docs, counts = docs.compress(keep), counts.compress(keep)
    return docs + np.int32(part.base) if part.base else docs, counts
