"""A query tree written out again as it is typed."""

from __future__ import annotations

from index.query import (
    And,
    Between,
    Everything,
    Fuzzy,
    Keyword,
    Near,
    Not,
    Or,
    Phrase,
    Prefer,
    Query,
    SameParagraph,
    Term,
    Weighted,
    Word,
)
from searcher.querylang.bare_words import said, with_others
from searcher.querylang.words import any_marks, is_exact, typed


def describe(query: Query) -> str:
    """The query written out in this grammar: canonical terms, every operator spelt out.

    For what `parse` returns, parsing the description returns it again.
    """
    match query:
        case Prefer(Term() | Fuzzy() as word, Term()):
            return _describe_leaf(word)
        case Prefer(And()) | Or((_, Weighted())) if words := said(query):
            run = " ".join(map(typed, words))
            field = words[0].field
            return _named(field, f"({run})" if field and len(words) > 1 else run)
        case Prefer(required):
            return describe(required)
        case And(children):
            return " AND ".join(filter(None, map(_describe_operand, children)))
        case Or(children):
            return " OR ".join(map(describe, children))
        case Not(And() | Or() | Prefer() as child):
            return f"NOT ({describe(child)})"
        case Not(child):
            return f"NOT {describe(child)}"
        case Weighted(child, weight):
            group = isinstance(child, And | Or | Prefer | Weighted)
            return (
                f"({describe(child)})^{weight_text(weight)}"
                if group
                else f"{describe(child)}^{weight_text(weight)}"
            )
        case Everything():
            return ""
        case _:
            return _describe_leaf(query)


def _describe_operand(query: Query) -> str:
    match query:
        case Or() if said(query):
            return describe(query)
        case Or() | Prefer(Or()):
            return f"({describe(query)})"
        case _:
            return describe(query)


def _describe_leaf(leaf: Query) -> str:
    match leaf:
        case Term(field=field):
            return _named(field, _quote((leaf,), needed=with_others((leaf,)) != (leaf,)))
        case _ if isinstance(leaf, Word):
            return _named(leaf.field, _quote((leaf,), needed=False))
        case Phrase(terms, field):
            return _named(field, _quote(terms))
        case Near(terms, distance, ordered, field):
            return _named(field, f"{_quote(terms)}~{'>' if ordered else ''}{distance}")
        case SameParagraph(terms, field):
            return _named(field, f"{_quote(terms)}~p")
        case Keyword(field, value, open_marks):
            words = " ".join(typed(Term(term)) for term in value.split(" "))
            equals = "=" if open_marks != any_marks(value) else ""
            return _named(field, f'{equals}"{words}"' if equals or " " in words else words)
        case Between(first, last):
            days = (("from", first), ("to", last))
            return " AND ".join(_named(name, day.isoformat()) for name, day in days if day)
        case _:
            raise ValueError(leaf)  # nothing that can be typed means it


def _named(field: str | None, value: str) -> str:
    return f"{field}:{value}" if field else value


def _quote(words: tuple[Word, ...], *, needed: bool = True) -> str:
    exact = any(map(is_exact, words))
    text = " ".join(map(typed, words))
    return f'{"=" if exact else ""}"{text}"' if exact or needed else text


def weight_text(weight: float) -> str:
    """A weight in the fewest digits."""
    return str(weight).removesuffix(".0")
