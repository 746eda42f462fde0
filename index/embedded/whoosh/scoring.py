"""Whoosh's BM25F with the figures that `timbao search` ranks by, so that scores are the same.

They differ from Whoosh's in three ways: fields have weights; deleted documents count nowhere; what a phrase or a
prefix stands for is weighed as one term, by how often and in how many documents it stands there itself.
"""

from __future__ import annotations

import functools
import math
import sys
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from whoosh import query
from whoosh.matching import ListMatcher, NullMatcher, WrappingMatcher
from whoosh.scoring import BM25F, BaseScorer, BM25FScorer

from index.document import TEXT_FIELDS
from index.embedded.storage import encode
from index.ranking import K1, OTHER_SPELLING, B

_WEIGHTS = {field.name: field.weight for field in TEXT_FIELDS}


_NOTHING = sys.float_info.min
"""Too little to change a sum, and above zero: a score of zero is no match to some of Whoosh's matchers."""


class Weighting(BM25F):
    """What a search of ours is ranked by; `open_dir(path).searcher()` takes it unless it is given another."""

    def __init__(self) -> None:
        super().__init__(B=B, K1=K1)

    def idf(self, searcher: Any, fieldname: str, text: Any) -> float:
        """How much a rare term, or what is weighed as one, counts in a field."""
        parent = searcher.get_parent()
        one = isinstance(text, _AsOneTerm)
        holders = text.holders(parent) if one else parent.doc_frequency(fieldname, text)
        return _WEIGHTS.get(fieldname, 1.0) * (math.log(parent.doc_count() / (holders + 1)) + 1.0)

    def scorer(self, searcher: Any, fieldname: str, text: Any, qf: float = 1) -> BaseScorer:  # noqa: ARG002
        """The scores of a term in one segment, or of what is weighed as one."""
        if fieldname not in _WEIGHTS:
            return _Unscored()
        return (_ScorerAsOne if isinstance(text, _AsOneTerm) else _Scorer)(searcher, fieldname, text)


class _Unscored(BaseScorer):
    """A filter: it matches, and adds nothing."""

    def supports_block_quality(self) -> bool:
        return True

    def score(self, _matcher: Any) -> float:
        return _NOTHING

    def max_quality(self) -> float:
        return _NOTHING

    def block_quality(self, _matcher: Any) -> float:
        return _NOTHING


class _Scorer(BM25FScorer):
    """Whoosh's, with the mean length of the documents that are not deleted."""

    def __init__(self, searcher: Any, fieldname: str, text: Any) -> None:
        parent = searcher.get_parent()
        self.idf = parent.idf(fieldname, text)
        self.avgfl = parent.field_length(fieldname) / parent.doc_count()
        self.B, self.K1 = B, K1
        self.setup(searcher, fieldname, text)


class _ScorerAsOne(_Scorer):
    """The same for what is weighed as one term, of which nobody knows the best score beforehand."""

    def setup(self, searcher: Any, fieldname: str, _text: Any) -> None:
        self.dfl = functools.partial(searcher.doc_field_length, fieldname=fieldname)

    def supports_block_quality(self) -> bool:
        return False

    def max_quality(self) -> float:
        return math.inf

    def block_quality(self, _matcher: Any) -> float:
        return math.inf


class _AsOneTerm:
    """A query that is weighed as one term by `Weighting`, and by another as Whoosh does."""

    fieldname: str
    boost: float

    def frequencies(self, searcher: Any) -> Mapping[int, float]:
        """How often each document of a segment has it."""
        raise NotImplementedError

    def holders(self, parent: Any) -> int:
        """How many documents of all segments have it."""
        return sum(len(self.frequencies(leaf)) for leaf, _offset in parent.leaf_searchers())

    def matcher(self, searcher: Any, context: Any = None) -> Any:
        """The documents of a segment that have it."""
        weighting = context.weighting if context else searcher.weighting
        if not isinstance(weighting, Weighting):
            return super().matcher(searcher, context)  # type: ignore[misc]
        found = sorted(self.frequencies(searcher).items())
        if not found:
            return NullMatcher()
        scorer = weighting.scorer(searcher, self.fieldname, self)
        docs, weights = map(list, zip(*found, strict=True))
        return WrappingMatcher(ListMatcher(docs, weights, scorer=scorer), boost=self.boost)


class Phrase(_AsOneTerm, query.Phrase):
    """Whoosh's phrase. For its query parser: `QueryParser("body", schema, phraseclass=Phrase)`."""

    def frequencies(self, searcher: Any) -> Mapping[int, float]:
        """How often the words stand so in each document of a segment."""
        matcher = query.Phrase.matcher(self, searcher, searcher.context(needs_current=True))
        found: defaultdict[int, float] = defaultdict(float)
        while matcher.is_active():
            found[matcher.id()] = len(matcher.spans())
            matcher.next()
        return found


class Prefix(_AsOneTerm, query.Prefix):
    """Whoosh's prefix. What is written exactly as the prefix counts a little more, as in a search of ours."""

    def frequencies(self, searcher: Any) -> Mapping[int, float]:
        """How often words that begin so stand in each document of a segment."""
        found: defaultdict[int, float] = defaultdict(float)
        reader = searcher.reader()
        for term in self._btexts(reader):
            counts = 1.0 if term == encode(self.text) else OTHER_SPELLING
            matcher = reader.postings(self.fieldname, term)
            while matcher.is_active():
                found[matcher.id()] += counts * matcher.weight()
                matcher.next()
        return found
