"""The words of a typed value: terms, patterns with stars, words that may have a slip in them; and how they are typed.

ninh*     words that begin so; a star stands for any letters wherever it touches one, but for no other character
khanh~    one letter off (`khanh~1` is the same)
"""

from __future__ import annotations

import re

from index.query import Fuzzy, Term, Wildcard, Word
from index.text.tokens import analyse_terms
from index.text.vietnamese import has_marks, lower_case

_LETTER = "(?:[^\\W\\d_]|[\u0300-\u036f])"
_SPECIAL = re.compile(
    rf"(?P<pattern>(?:\*+{_LETTER}|{_LETTER}+\*)(?:{_LETTER}|\*)*|(?:\*+\d|\d+\*)(?:\d|\*)*)"
    rf"|(?P<slip>{_LETTER}+)~1?(?!\w)"
)
_STARS = re.compile(r"\*+")


def typed_words(text: str, *, exact: bool = False) -> tuple[Word, ...]:
    """The words of a value, in order. With `exact`, words without marks match no others."""
    if not is_special(text):
        return _terms(text, exact=exact)
    words: list[Word] = []
    text, done = lower_case(text), 0
    for found in filter(_has_letter, _SPECIAL.finditer(text)):
        words += _terms(text[done : found.start()], exact=exact)
        words += _special(found, exact=exact)
        done = found.end()
    return (*words, *_terms(text[done:], exact=exact))


def is_special(text: str) -> bool:
    """Whether there is a pattern or a word with a slip in the text."""
    return ("*" in text or "~" in text) and any(map(_has_letter, _SPECIAL.finditer(lower_case(text))))


def _has_letter(found: re.Match[str]) -> bool:
    return bool(analyse_terms(found[0]))


def _special(found: re.Match[str], *, exact: bool) -> tuple[Word, ...]:
    if found["pattern"]:
        pattern = _STARS.sub("*", found["pattern"])
        return (Wildcard(pattern, not exact and any_marks(pattern)),)
    *before, last = _terms(found["slip"], exact=exact)
    return (*before, Fuzzy(last.term, last.any_marks))


def _terms(text: str, *, exact: bool) -> tuple[Term, ...]:
    return tuple(Term(term, not exact and any_marks(term)) for term in analyse_terms(text))


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
