"""Walks the postings of one term for Whoosh, which asks for one after the other; leaps wherever it may."""

from __future__ import annotations

import copy
from bisect import bisect_left
from collections.abc import Iterator
from typing import Any, Self

from whoosh.matching import LeafMatcher, NullMatcher, ReadTooFar

from index.embedded.segment import Segment
from index.embedded.whoosh.fields import Postings


class PostingMatcher(LeafMatcher):
    """The documents of one segment that hold a term. `format` says what a posting's value is.

    Whoosh passes over blocks of postings that cannot score enough; here all of them are one block. With smaller ones
    its IntersectionMatcher would lose hits: it passes over one list by what the other's current block scores.
    """

    def __init__(
        self, segment: Segment, postings: Postings, term: tuple[str, bytes], format: Any, scorer: Any
    ) -> None:
        self.format, self.scorer = format, scorer
        self._term = term
        self._segment, self._postings = segment, postings
        # memoryviews: reading one element is several times faster than through NumPy
        self._docs, self._counts = postings.docs.data, postings.counts.data
        self._place = 0

    def copy(self) -> Self:
        """Another one at the same place."""
        return copy.copy(self)

    def is_active(self) -> bool:
        """Whether there is a current posting."""
        return self._place < len(self._docs)

    def reset(self) -> None:
        """Go back to the first."""
        self._place = 0

    def next(self) -> bool:
        """Go to the next, which is in the same block."""
        if not self.is_active():
            raise ReadTooFar
        self._place += 1
        return False

    def skip_to(self, id: int) -> None:
        """Go to the first document that is not before this one, unless the current one is."""
        if not self.is_active():
            raise ReadTooFar
        # not np.searchsorted, which makes a copy of the array for a number of another type
        self._place = bisect_left(self._docs, id, self._place)

    def skip_to_quality(self, minquality: float) -> int:
        """Go behind the last posting, unless one can score more than this; returns how many blocks that are."""
        if not self.is_active() or self.block_quality() > minquality:
            return 0
        self._place = len(self._docs)
        return 1

    def replace(self, minquality: float = 0) -> Any:
        """Nothing, where nothing more can come of this that is good enough."""
        if not self.is_active() or (minquality and self.max_quality() < minquality):
            return NullMatcher()
        return self

    def id(self) -> int:
        """The current document; behind the last posting the last, which some of Whoosh's matchers still ask for."""
        return self._docs[min(self._place, len(self._docs) - 1)]

    def all_ids(self) -> Iterator[int]:
        """The current document and all after it."""
        return iter(self._docs[self._place :].tolist())

    def weight(self) -> int:
        """How often the current document holds the term."""
        return self._counts[self._place]

    def value(self) -> bytes:
        """Where it holds it, as the field's format has it."""
        starts = self._postings.positions
        if starts is None:
            return b""
        start = int(starts[self._place])
        encoded: bytes = self.format.encode(self._segment.positions(start, start + self.weight()))
        return encoded

    def block_quality(self) -> float:
        """More than no posting scores."""
        quality: float = self.max_quality()
        return quality
