"""Whoosh's searcher over timbao's own folder, as an oracle: our queries in its words, and what it answers."""

from __future__ import annotations

import functools
import math
import sys
from contextlib import AbstractContextManager
from datetime import datetime, time
from pathlib import Path
from types import TracebackType
from typing import Any

from whoosh import query as whoosh

from index.document import TEXT_FIELDS
from index.embedded.whoosh import Phrase as WhooshPhrase
from index.embedded.whoosh import Prefix, open_dir
from index.engine import Engine, SearchOptions
from index.query import And, Between, Everything, Keyword, Not, Or, Phrase, Query, Term, Wildcard

TOLERANCE = 1e-4
"""By which share two equal scores may differ."""

_TOP = 10
_NOTHING = sys.float_info.min
"""What a filter scores; some of Whoosh's matchers take zero for no match."""

_EVERYTHING = whoosh.Every(boost=_NOTHING)


def translated(asked: Query) -> Any:
    """A query in Whoosh's words. Not `Prefer`: an AndMaybe of Whoosh's loses scores when it leaps."""
    match asked:
        case And(children):
            return whoosh.And(list(map(translated, children)))
        case Or(children):
            return whoosh.Or(list(map(translated, children)))
        case Not(child):
            return whoosh.AndNot(_EVERYTHING, translated(child))
        case Everything():
            return _EVERYTHING
        case Keyword(field, value, False):
            return whoosh.Term(field, value)
        case Between(first, last):
            start = None if first is None else datetime.combine(first, time.min)
            end = None if last is None else datetime.combine(last, time.max)
            return whoosh.ConstantScoreQuery(whoosh.DateRange("published", start, end), _NOTHING)
        case Term(field=None) | Wildcard(field=None) | Phrase(field=None):
            return whoosh.Or([_in_field(asked, field.name) for field in TEXT_FIELDS])
        case Term() | Wildcard() | Phrase():
            return _in_field(asked, asked.field or "")
    raise NotImplementedError(asked)


def _in_field(asked: Query, field: str) -> Any:
    """A piece of text: exact terms, phrases of them, patterns with one star at their end."""
    match asked:
        case Term(term, False):
            return whoosh.Term(field, term)
        case Wildcard(pattern, False) if pattern.index("*") == len(pattern) - 1:
            return Prefix(field, pattern[:-1])
        case Phrase((only,)):
            return _in_field(only, field)
        case Phrase(terms):
            return WhooshPhrase(field, [term.term for term in terms if isinstance(term, Term)])
    raise NotImplementedError(asked)


class WhooshOracle(AbstractContextManager["WhooshOracle"]):
    """Whoosh's searcher over the index in a folder, as it is now."""

    def __init__(self, folder: Path) -> None:
        self.searcher = open_dir(folder).searcher()

    @functools.cached_property
    def _ids(self) -> dict[int, str]:
        return {number: fields["id"] for number, fields in self.searcher.iter_docs()}

    def scores(self, asked: Query) -> dict[str, float]:
        """What all matches score, by id."""
        found = self.searcher.search(translated(asked), limit=None)
        return {self._ids[number]: score for number, score in found.items()}

    def best(self, asked: Query) -> list[float]:
        """What the best ones score: Whoosh passes over whatever cannot be among them."""
        found = self.searcher.search(translated(asked), limit=_TOP)
        return [score for _number, score in found.items()]

    def difference(self, engine: Engine, asked: Query) -> str | None:
        """What an engine answers differently; None if nothing. Equal scores may be in any order."""
        expected = self.scores(asked)
        found = engine.search(asked, SearchOptions(limit=len(expected) + 1))
        scores = {hit.document.id: hit.score for hit in found.hits}
        if (found.total, scores.keys()) != (len(expected), expected.keys()):
            return (
                f"{found.total} matches, {len(expected)} expected: {sorted(scores.keys() ^ expected.keys())}"
            )
        for id, score in scores.items():
            if not _equal(score, expected[id]):
                return f"{id} scores {score}, {expected[id]} expected"
        if not all(map(_equal, self.best(asked), sorted(expected.values(), reverse=True)[:_TOP])):
            return f"Whoosh's best score {self.best(asked)}"
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.searcher.close()


def _equal(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE**2)
