"""What bare words mean: all of them, neighbours preferred; and what is left of that where not all can be had."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from index.query import PAIR_WEIGHT, And, Or, Phrase, Prefer, Query, Term, Weighted
from index.text.abbreviations import others
from index.text.tokens import Tokens
from index.text.vietnamese import fold, has_marks
from searcher.querylang.words import any_marks

OTHER_WEIGHT = 0.5
"""What an abbreviation counts where its meaning was typed, and the reverse, against 1 for what was typed."""

ASKING_WEIGHT = 0.2
"""What a word that only asks counts in a question, against 1: where it stands the answer has something else.

On 726 questions (XQuAD, Vietnamese), MRR@10 .959 typed with marks and .952 without, against .956 and .950 for 1.
"""

_ASKING = frozenset("ai bao đâu gì mấy nào nhiêu sao".split())
_ASKING_UNMARKED = frozenset(map(fold, _ASKING))
_QUESTION = re.compile(r"\?\W*$")


def bare_words(terms: Sequence[str], field: str | None) -> Query:
    """All the words of a run, preferring neighbours, and of what was typed without marks what is written without any.

    A bare syllable is a word too (`an`, `ban`), so words typed without marks are preferred as typed only where
    they stand side by side so: anywhere else they would drown the marked words they stand for.
    """
    return _preferring_neighbours(tuple(Term(term, any_marks(term), field) for term in terms))


def prose(text: str, analysed: Tokens) -> Query | None:
    """Any of the words of a text, neighbours preferred: what ranks articles for a title or a question.

    Whoever types most words with marks means those without as they are (`cho` is neither `chờ` nor `chó`). Whoever
    types none means marked words: two that stand side by side without marks are not preferred, being chance (on 400
    titles and 363 questions without marks, the development halves, MRR@10 .773 and .934 against .766 and .934).
    """
    terms = tuple(Term(term, any_marks(term)) for term in term_words(analysed))
    letters = [term for term in terms if term.term.isalpha()]
    if 2 * sum(has_marks(term.term) for term in letters) >= len(letters):
        terms = tuple(replace(term, any_marks=False) for term in terms)
    ranked = relaxed(_preferring_neighbours(terms, also_as_typed=False))
    return _answering(ranked) if _QUESTION.search(text) else ranked


def _answering(query: Query | None) -> Query | None:
    """The question, in which the words count less that ask."""
    match query:
        case Prefer(Or(words)):
            weighted = (Weighted(word, ASKING_WEIGHT) if _asks(word) else word for word in words)
            return replace(query, required=Or(tuple(weighted)))
        case _:
            return query


def _asks(word: Query) -> bool:
    return isinstance(word, Term) and word.term in (_ASKING_UNMARKED if word.any_marks else _ASKING)


def _preferring_neighbours(terms: tuple[Term, ...], *, also_as_typed: bool = True) -> Query:
    units = with_others(terms)
    if len(terms) == 1:
        return units[0]
    inside = [replace(term, field=None) for term in terms]
    pairs = list(pairwise(inside))
    bare = [pair for pair in pairs if also_as_typed and all(term.any_marks for term in pair)]
    pairs += [(replace(left, any_marks=False), replace(right, any_marks=False)) for left, right in bare]
    return Prefer(And(units), Or(tuple(Phrase(pair, terms[0].field) for pair in pairs)), PAIR_WEIGHT)


def with_others(terms: tuple[Term, ...]) -> tuple[Query, ...]:
    """The terms, those that are an abbreviation or its meaning each with the other way to say it."""
    units: list[Query] = []
    done = 0
    words = [term.term for term in terms]
    for other in others(words, [not term.any_marks for term in terms]):
        units += terms[done : other.start]
        here = terms[other.start : other.end]
        meant = tuple(Term(term) for term in other.terms)
        field = here[0].field
        way = Phrase(meant, field) if len(meant) > 1 else replace(meant[0], field=field)
        units.append(Or((And(here) if len(here) > 1 else here[0], Weighted(way, OTHER_WEIGHT))))
        done = other.end
    return (*units, *terms[done:])


def said(unit: Query) -> tuple[Term, ...]:
    """The terms of a run of bare words as they were typed."""
    match unit:
        case Term():
            return (unit,)
        case Or((first, Weighted())) if with_others(words := said(first)) == (unit,):
            return words
        case And(children) | Prefer(And(children)):
            return tuple(term for child in children for term in said(child))
        case _:
            return ()


def term_words(tokens: Tokens) -> list[str]:
    """The terms of a text, a written date being one: however it is written, it is the same day."""
    words: list[str] = []
    dates = iter((*tokens.dates, None))
    date = next(dates)
    for term, end in zip(tokens.terms, tokens.ends, strict=True):
        if date is None or end <= date.start:
            words.append(term)
        elif end >= date.end:
            words.append(date.key)
            date = next(dates)
    return words


def relaxed(query: Query) -> Query | None:
    """The query that any word answers where this one wants all of a run of bare words; None where none does."""
    match query:
        case Prefer(And(units), pairs, weight) if all(term.field is None for term in said(query)):
            parts: list[Query] = []
            for unit in units:
                parts += unit.children if isinstance(unit, Or) else (unit,)
            apart = (said(part) or (part,) for part in parts)
            return Prefer(Or(tuple(leaf for leaves in apart for leaf in leaves)), pairs, weight)
        case And(children):
            looser = tuple(relaxed(child) or child for child in children)
            return And(looser) if looser != children else None
        case _:
            return None
