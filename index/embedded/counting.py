"""Counts the matches of a query by the values of a keyword field, or by day."""

from __future__ import annotations

import itertools
from collections import defaultdict
from datetime import date

import numpy as np

from index.embedded.evaluator import Evaluator
from index.embedded.layout import KEYS, NO_KEY, UNDATED, Numbers
from index.embedded.searching import narrowed
from index.embedded.snapshot import Part, Snapshot
from index.embedded.storage import DAY
from index.engine import ValueCount
from index.query import Query

_FIRST_DAY = date(1970, 1, 1).toordinal()


def value_counts(
    evaluator: Evaluator, query: Query, within: Query | None, field: str
) -> tuple[ValueCount, ...]:
    """How many matches have each value of a keyword field; see `index.engine.Engine.value_counts`."""
    if field not in KEYS:
        return ()
    snapshot = evaluator.snapshot
    docs = narrowed(evaluator, query, within).docs
    bounds = np.searchsorted(docs, [*snapshot.bases, snapshot.size])
    counts: defaultdict[str, int] = defaultdict(int)
    examples: defaultdict[str, list[int]] = defaultdict(list)
    for part, (start, stop) in zip(snapshot.parts, itertools.pairwise(bounds.tolist()), strict=True):
        for key, count, example in _in_part(part, docs[start:stop] - part.base, KEYS.index(field)):
            counts[key] += count
            examples[key].append(example)
    found = [ValueCount(key, _written(snapshot, examples[key], field), counts[key]) for key in counts]
    return tuple(sorted(found, key=lambda one: (-one.count, one.key)))


def _in_part(part: Part, docs: Numbers, field: int) -> list[tuple[str, int, int]]:
    """The values in these documents of one segment: key, count and the first document."""
    values = part.segment.key_values(field)
    codes = part.segment.codes(field)[docs]
    docs, codes = docs[codes != NO_KEY], codes[codes != NO_KEY]
    counts = np.bincount(codes, minlength=len(values))
    firsts = np.zeros(len(values), np.int32)
    firsts[codes[::-1]] = docs[
        ::-1
    ]  # of several documents with one value, the last assigned stays: the first of all
    return [
        (values[code], int(counts[code]), part.base + int(firsts[code]))
        for code in np.flatnonzero(counts).tolist()
    ]


def _written(snapshot: Snapshot, examples: list[int], field: str) -> str:
    """The value as the article with the smallest id writes it; of one segment, that is the first."""
    return str(getattr(snapshot.document(min(examples, key=snapshot.id_of)), field))


def day_counts(evaluator: Evaluator, query: Query, within: Query | None) -> tuple[tuple[date, int], ...]:
    """How many matches were published on each day; see `index.engine.Engine.day_counts`."""
    moments = evaluator.snapshot.moments[narrowed(evaluator, query, within).docs]
    days = moments[moments != UNDATED] // DAY
    first = int(days.min(initial=0))
    counts = np.bincount(days - first)
    found = np.flatnonzero(counts)
    return tuple(
        (date.fromordinal(_FIRST_DAY + first + day), count)
        for day, count in zip(found.tolist(), counts[found].tolist(), strict=True)
    )
