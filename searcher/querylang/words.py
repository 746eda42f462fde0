"""The words of a typed value, and what finds them: terms, patterns with stars, words that may have a slip in them.

ninh*     words that begin so; a star stands for any letters wherever it touches one, but for no other character
khanh~    one letter off (`khanh~1` is the same)
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from index.document import KEYWORD_FIELDS
from index.query import Fuzzy, Keyword, Phrase, Query, Term, Wildcard, Word
from index.text.tokens import analyse_terms
from index.text.vietnamese import has_marks, lower_case

KEYWORDS = frozenset(field.name for field in KEYWORD_FIELDS)
"""The fields whose values are compared whole."""

_LETTER = "(?:[^\\W\\d_]|[\u0300-\u036f])"
_SPECIAL = re.compile(
    rf"(?P<pattern>(?:\*+{_LETTER}|{_LETTER}+\*)(?:{_LETTER}|\*)*|(?:\*+\d|\d+\*)(?:\d|\*)*)"
    rf"|(?P<slip>{_LETTER}+)~1?(?!\w)"
)
_STARS = re.compile(r"\*+")


def typed_words(text: str, *, exact: bool = False) -> tuple[Word, ...]:
    """The words of a value, in order. With `exact`, words without marks match no others."""
    return special_words(text, exact=exact) or plain_words(analyse_terms(text), exact=exact)


def special_words(text: str, *, exact: bool = False) -> tuple[Word, ...]:
    """The same for a value in which there is a pattern or a word with a slip; nothing for any other."""
    if "*" not in text and "~" not in text:
        return ()
    words: list[Word] = []
    text, done = lower_case(text), 0
    for found in _SPECIAL.finditer(text):
        if special := _special(found, exact=exact):
            words += (*plain_words(analyse_terms(text[done : found.start()]), exact=exact), *special)
            done = found.end()
    return (*words, *plain_words(analyse_terms(text[done:]), exact=exact)) if words else ()


def _special(found: re.Match[str], *, exact: bool) -> tuple[Word, ...]:
    terms = plain_words(analyse_terms(found["slip"] or found["pattern"]), exact=exact)
    if not terms:
        return ()
    if found["pattern"]:
        pattern = _STARS.sub("*", found["pattern"])
        return (Wildcard(pattern, not exact and any_marks(pattern)),)
    *before, last = terms
    return (*before, Fuzzy(last.term, last.any_marks))


def plain_words(terms: Iterable[str], *, exact: bool = False) -> tuple[Term, ...]:
    """The words that these terms of a text are."""
    return tuple(Term(term, not exact and any_marks(term)) for term in terms)


def whole_value(field: str | None, text: str, *, exact: bool = False) -> Query:
    """What finds the words of `text` together in a field: a word, a phrase or a keyword.

    `text` holds at least one word. With `exact`, words without marks match no others.
    """
    if field in KEYWORDS:
        return keyword(field, analyse_terms(text), exact=exact)
    return side_by_side(field, typed_words(text, exact=exact))


def keyword(field: str, terms: Iterable[str], *, exact: bool) -> Keyword:
    """The value of a keyword field that these terms are."""
    key = " ".join(terms)
    return Keyword(field, key, any_marks=not exact and any_marks(key))


def side_by_side(field: str | None, words: tuple[Word, ...]) -> Word | Phrase:
    """A word alone, or several as a phrase, in a field."""
    return Phrase(words, field) if len(words) > 1 else replace(words[0], field=field)


def any_marks(key: str) -> bool:
    """Whether what is typed so is looked for under any marks: it holds a letter, and none with a mark."""
    return not has_marks(key) and any(map(str.isalpha, key))


def is_exact(word: Word) -> bool:
    """Whether it takes quotation marks and an equals sign to mean this word."""
    return word.any_marks != any_marks(word.pattern if isinstance(word, Wildcard) else word.term)


def typed(word: Word) -> str:
    """The word as it is typed: the key of a decimal number has a dot for the comma, that of a month its year first."""
    match word:
        case Wildcard(pattern):
            return pattern
        case Fuzzy(term):
            return f"{term}~"
        case Term(term):
            month = _MONTH_KEY.fullmatch(term)
            return f"{month['month']}/{month['year']}" if month else term.replace(".", ",")


_MONTH_KEY = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})")
