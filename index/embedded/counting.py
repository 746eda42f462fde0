"""Counts the matches of a query by the values of a keyword field, or by day."""

from __future__ import annotations

import itertools
from collections import defaultdict
from datetime import date

import numpy as np

from index.embedded.evaluator import Evaluator
from index.embedded.layout import KEYS, UNDATED, Numbers
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
    codes, firsts, counts = np.unique(part.segment.codes(field)[docs], return_index=True, return_counts=True)
    return [
        (values[code], count, part.base + int(docs[first]))
        for code, first, count in zip(codes.tolist(), firsts.tolist(), counts.tolist(), strict=True)
        if code >= 0
    ]


def _written(snapshot: Snapshot, examples: list[int], field: str) -> str:
    """The value as the article with the smallest id writes it; of one segment, that is the first."""
    return str(getattr(snapshot.document(min(examples, key=snapshot.id_of)), field))


def day_counts(evaluator: Evaluator, query: Query, within: Query | None) -> tuple[tuple[date, int], ...]:
    """How many matches were published on each day; see `index.engine.Engine.day_counts`."""
    moments = evaluator.snapshot.moments[narrowed(evaluator, query, within).docs]
    days, counts = np.unique(moments[moments != UNDATED] // DAY, return_counts=True)
    return tuple(
        (date.fromordinal(_FIRST_DAY + day), count)
        for day, count in zip(days.tolist(), counts.tolist(), strict=True)
    )
