"""Which terms of a segment a word of a query stands for, by walking its sorted vocabulary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.embedded.deadline import Deadline
from index.embedded.segment import Names, Segment
from index.embedded.snapshot import Snapshot
from index.embedded.storage import decode, encode
from index.engine import TooManyWords, TooManyWordsTogether
from index.query import MAX_EXPANSION, MAX_EXPANSION_TOGETHER, Fuzzy, Term, Wildcard, Word
from index.text.patterns import compiled, spelt_out
from index.text.vietnamese import fold

_AFTER_ALL = b"\xff"
"""Behind every character, none of which has this byte in UTF-8 (RFC 3629)."""

_UNCHECKED = 2_048
"""After so many names of one word the deadline is looked at: some milliseconds."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """The numbers of the terms of a segment that a word matches: as it was typed, and all others, ascending."""

    exact: Sequence[int]
    others: Sequence[int]

    @property
    def all(self) -> list[int]:
        """Both, ascending."""
        return sorted((*self.exact, *self.others))


def all_expanded(
    snapshot: Snapshot, words: Sequence[Word], deadline: Deadline
) -> dict[Word, list[Expansion]]:
    """What each of the words of one phrase stands for in each segment, equal ones looked up once.

    Raises TooManyWords, also where all patterns together stand for too many; QueryTimeout.
    """
    found: dict[Word, list[Expansion]] = {}
    most: dict[str, int] = {}
    for word in dict.fromkeys(words):
        found[word] = expanded(snapshot, word, deadline)
        if isinstance(word, Wildcard):
            # a word of several segments counts in the one that holds the most of its terms
            most[word.pattern] = max((len(one.exact) + len(one.others) for one in found[word]), default=0)
            if sum(most.values()) > MAX_EXPANSION_TOGETHER:
                widest = max(most, key=most.__getitem__)
                raise TooManyWordsTogether(widest, sum(most.values()), MAX_EXPANSION_TOGETHER)
    return found


def expanded(snapshot: Snapshot, word: Word, deadline: Deadline) -> list[Expansion]:
    """What a word stands for in each segment. Raises TooManyWords, QueryTimeout."""
    found = [_in_segment(part.segment, word, deadline) for part in snapshot.parts]
    if isinstance(word, Wildcard) and sum(len(one.others) for one in found) > MAX_EXPANSION:
        names = {
            part.segment.vocabulary[number]
            for part, one in zip(snapshot.parts, found, strict=True)
            for number in one.all
        }
        if len(names) > MAX_EXPANSION:
            raise TooManyWords(word.pattern, len(names), MAX_EXPANSION)
    return found


def _in_segment(segment: Segment, word: Word, deadline: Deadline) -> Expansion:
    deadline.check()
    typed = spelt_out(word)
    exact = segment.term(typed)
    others = set(segment.spellings(fold(typed))) if word.any_marks else set()
    match word:
        case Term():
            pass
        case Wildcard(pattern) if word.any_marks:
            others |= set(segment.terms_of(_fitting(segment.folds, fold(pattern), deadline)))
        case Wildcard(pattern):
            others |= set(_fitting(segment.vocabulary, pattern, deadline))
        case Fuzzy() if word.any_marks:
            others |= set(segment.terms_of(_one_letter_off(segment.folds, fold(typed), deadline)))
        case Fuzzy():
            others |= set(_one_letter_off(segment.vocabulary, typed, deadline))
    return Expansion(exact, sorted(others - {*exact, segment.paragraph_end}))


def _fitting(names: Names, pattern: str, deadline: Deadline) -> Sequence[int]:
    """The numbers of the names that a pattern fits."""
    stem, star, rest = pattern.partition("*")
    if not star:
        return []
    found = _beginning_with(names, encode(stem))
    if not rest.strip("*"):
        return found
    fits = compiled(pattern).fullmatch
    fitting: list[int] = []
    for start in range(0, len(found), _UNCHECKED):
        deadline.check()
        fitting += (number for number in found[start : start + _UNCHECKED] if fits(decode(names[number])))
    return fitting


def _beginning_with(names: Names, stem: bytes) -> range:
    return range(names.place(stem), names.place(stem + _AFTER_ALL))


def _one_letter_off(names: Names, word: str, deadline: Deadline) -> Iterator[int]:
    """The numbers of the names that are one letter off a word; see `index.text.patterns.is_one_letter_off`."""
    candidates = set()
    for place in range(len(word) + 1):
        deadline.check()
        before, after = word[:place], word[place:]
        candidates |= {before + after[1:], before + after[1::-1] + after[2:]}
        for letter in _next_letters(names, before):
            candidates |= {before + letter + after, before + letter + after[1:]}
    for candidate in candidates - {word, ""}:
        number = names.find(encode(candidate))
        if number is not None:
            yield number


def _next_letters(names: Names, before: str) -> Iterator[str]:
    """The characters that follow a beginning in any name, found by leaping from one to the next."""
    found = _beginning_with(names, encode(before))
    number = names.place(encode(before) + b"\x00", found.start, found.stop)
    while number < found.stop:
        letter = decode(names[number])[len(before)]
        yield letter
        number = names.place(encode(before + letter) + _AFTER_ALL, number, found.stop)
