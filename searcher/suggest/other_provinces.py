"""The query that also covers what the provinces asked for were before, what they became, and how they are spelt.

Offered, never run silently: an article of 2019 about Ninh Thuận is about the old province, though its land is part of
Khánh Hòa now (`index.text.provinces`).
"""

from __future__ import annotations

from collections.abc import Sequence

from index.query import And, Keyword, Or, Query
from index.text.provinces import became, merged_into, official
from index.text.tokens import keyword_key
from index.text.vietnamese import fold
from searcher.querylang.syntax import ParsedQuery, describe


def with_other_provinces(parsed: ParsedQuery, provinces: Sequence[str]) -> str | None:
    """The wider query as it is typed, to be asked without the filter `provinces`; None where nothing is wider."""
    if provinces:
        return _filtered(parsed.text, provinces)
    wider = _widened(parsed.query)
    return None if wider == parsed.query else describe(wider)


def _filtered(text: str, provinces: Sequence[str]) -> str | None:
    names = _with_others([official(name) for name in provinces])
    if set(map(_key, names)) <= set(map(_key, provinces)):
        return None
    either = " OR ".join(f'"{name}"' for name in names)
    wider = f"({text}) AND province:({either})"
    # A small letter would make operators of capitals that are words.
    return wider if any(map(str.islower, text)) else wider.upper()


def _widened(query: Query) -> Query:
    """The query with every province that must be the article's among its earlier and later ones."""
    match query:
        case Keyword("province", value):
            others = (name for name in _with_others([official(value)]) if _key(name) != _key(value))
            added = tuple(Keyword("province", keyword_key(name)) for name in others)
            return Or((query, *added)) if added else query
        case And(children):
            return And(tuple(map(_widened, children)))
        case _:
            return query


def _key(name: str) -> str:
    """What a name typed with or without marks is compared by."""
    return fold(keyword_key(name))


def _with_others(names: Sequence[str]) -> list[str]:
    """The provinces, then what was merged into them and what they became."""
    others = (other for name in names for other in (*merged_into(name), *became(name)))
    return list(dict.fromkeys((*names, *others)))
