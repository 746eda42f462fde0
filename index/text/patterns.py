"""Which words a pattern, or a word with a slip in it, stands for."""

from __future__ import annotations

import re

from index.query import Fuzzy, Term, Wildcard, Word
from index.text.vietnamese import canonical, fold, folds


def spelt_out(word: Word) -> str:
    """The term that a word of a query is as it was typed: of a pattern, the one where its stars stand for nothing."""
    return canonical(word.pattern.replace("*", "")) if isinstance(word, Wildcard) else word.term


def answers(word: Word, term: str) -> bool:
    """Whether an indexed term is one that a word of a query matches."""
    typed = spelt_out(word)
    spellings = folds(term) if word.any_marks else (term,)
    if term == typed or (word.any_marks and fold(typed) in spellings):
        return True
    match word:
        case Term():
            return False
        case Wildcard(pattern):
            fits = compiled(fold(pattern) if word.any_marks else pattern).fullmatch
            return any(map(fits, spellings))
        case Fuzzy():
            typed = fold(typed) if word.any_marks else typed
            return any(is_one_letter_off(typed, spelling) for spelling in spellings)


def compiled(pattern: str) -> re.Pattern[str]:
    """What a pattern fits; each `*` stands for any characters, also none.

    Each piece between two stars is taken where it first stands, for good: what fits later fits there too. So the time
    grows with the length of the word, not with its power to the number of stars; `fnmatch.translate` does the same.
    """
    first, *rest = map(re.escape, pattern.split("*"))
    if not rest:
        return re.compile(first)
    *middle, last = rest
    return re.compile("".join((first, *(f"(?>.*?{piece})" for piece in middle), ".*", last)), re.DOTALL)


def is_one_letter_off(one: str, other: str) -> bool:
    """Whether a letter more, a letter less, another letter or two neighbours exchanged is all that they differ by.

    The four slips of Damerau, A technique for computer detection and correction of spelling errors,
    Communications of the ACM 7, 1964. A word is as near to itself.
    """
    pairs = enumerate(zip(one, other, strict=False))
    shared = next((place for place, (left, right) in pairs if left != right), min(len(one), len(other)))
    one, other = one[shared:], other[shared:]
    exchanged = one[:2] == other[1::-1] and one[2:] == other[2:]
    return exchanged or one[1:] == other[1:] or one[1:] == other or one == other[1:]
