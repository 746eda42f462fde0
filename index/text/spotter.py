"""Finds the words of a text that answer a query, without analysing the others.

A text's letters are looked up in a table, all at once, which gives its letters without marks; where these spell none
of the words asked for, nothing can answer. What is left, a few words of an article, is analysed by `index.text.tokens`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator
from string import ascii_lowercase
from typing import TYPE_CHECKING

from index.text.abbreviations import JOINED
from index.text.tokens import CACHE_LIMIT, CHUNK, MAX_TERM_LENGTH, pieces
from index.text.vietnamese import fold, lower_case

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_LATIN = (*range(0x260), *range(0x1E00, 0x1F00), 0x212A, 0x212B)
"""All code points that are a letter from a to z without their marks, and others."""

_INSIDE = "`"
"""Stands for what neither ends a word nor is a letter of it: marks, and what is invisible inside words."""

_BREAKS_NO_WORD = (*range(0x300, 0x370), 0xAD, *range(0x200C, 0x2010), 0x2060, 0xFEFF)

_LETTER_BETWEEN_DOTS = re.compile(rb"\.[a-z]\.")
_WITHOUT_DOTS = bytes.maketrans(b".", b" ")
_DIGITS = re.compile(r"[\d²³]+")  # a raised digit is that digit, see `index.text.vietnamese`
_UNSPACED = re.compile(r"\S+")

Run = list[tuple[int, int, int]]
"""Neighbouring tokens, each with its start, its end and its answer."""


class Spotter:
    """Finds the tokens that answer a query, in a fraction of the time that `index.text.tokens.analyse` takes for all.

    `answer` says of a term what it answers; 0 is nothing. `terms` are, up to their marks, the only ones that answer
    anything; None is any. Threads may share a Spotter.
    """

    def __init__(self, answer: Callable[[str], int], terms: Iterable[str] | None = None) -> None:
        self._chunks = _AnswerCache(answer)
        self._words = None if terms is None else _Words.of({fold(term) for term in terms})

    def runs(self, text: str, separator: str | None = None) -> list[Run]:
        """Stretches of neighbouring tokens; what has the separator between it is not neighbouring.

        All tokens that answer are there; what stands between two stretches answers nothing.
        """
        runs: list[Run] = []
        end = 0
        for start, stop in [(0, len(text))] if self._words is None else _stretches(text, self._words):
            for chunk in CHUNK.finditer(text, start, stop):
                if found := self._chunks[chunk[0]]:
                    offset = chunk.start()
                    if not runs or _apart(text[end:offset], separator):
                        runs.append([])
                    runs[-1] += [(offset + first, offset + last, answer) for first, last, answer in found]
                    end = chunk.end()
        return runs


def _apart(between: str, separator: str | None) -> bool:
    """Whether the separator or a token is there; a chunk of marks or invisible characters alone is none."""
    return (separator is not None and separator in between) or any(
        pieces[chunk[0]] for chunk in CHUNK.finditer(between)
    )


class _Words:
    """What terms without marks look like in a text, as `_letters` writes it: each between two blanks."""

    def __init__(self, written: Iterable[str], *, digits: bool) -> None:
        self.spaced = [f" {word} ".replace("y", "i").encode() for word in written]
        self.digits = digits

    @classmethod
    def of(cls, folded: set[str]) -> _Words | None:
        """None where a term has letters that are not looked up, or is cut."""
        letters = {term for term in folded if term and not term.strip(ascii_lowercase)}
        digits = {term for term in folded - letters if any(map(str.isdecimal, term))}
        if letters | digits != folded or any(len(term) >= MAX_TERM_LENGTH for term in folded):
            return None
        joined = {fold(name) for name, parts in JOINED.items() if not letters.isdisjoint(map(fold, parts))}
        return cls(letters | joined, digits=bool(digits))

    def places(self, text: str) -> Iterator[int]:
        """Places inside whatever may be one of the words, in no order."""
        written, numbers = _letters(text)
        blank = written.translate(_WITHOUT_DOTS)
        found = [place for word in self.spaced for place in _occurrences(blank, word)]
        found += (match.start() for match in _LETTER_BETWEEN_DOTS.finditer(written))
        yield from found if numbers is None else map(numbers.__getitem__, found)
        if self.digits:
            yield from (match.start() for match in _DIGITS.finditer(text))


def _stretches(text: str, words: _Words) -> Iterator[tuple[int, int]]:
    """The stretches of a text between white space that may hold one of the words."""
    stop = 0
    for place in sorted(words.places(text)):
        if place < stop:
            continue
        start = place
        while start > stop and not text[start - 1].isspace():
            start -= 1
        unspaced = _UNSPACED.match(text, place)
        stop = unspaced.end() if unspaced else place
        yield start, stop


def _occurrences(text: bytes, word: bytes) -> Iterator[int]:
    """Where a word's first letter stands, less the blank before it that `text` has more than the original."""
    place = text.find(word)
    while place >= 0:
        yield place
        place = text.find(word, place + 1)


def _letters(text: str) -> tuple[bytes, list[int] | None]:
    """Of each character its letter without marks, a dot, or a blank; and a blank before and after.

    What stands inside words is left out; then the numbers of the other characters are given too.
    """
    import numpy as np

    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    letters = _table().take(points)
    written = letters.tobytes()
    if _INSIDE.encode() not in written:
        return b" %b " % written, None
    kept = np.flatnonzero(letters != ord(_INSIDE))
    return b" %b " % letters.take(kept).tobytes(), kept.tolist()


@functools.cache
def _table() -> npt.NDArray[np.uint8]:
    """The letter of every code point; i for y, which stand for each other in some words."""
    import numpy as np

    table = np.full(0x110000, ord(" "), np.uint8)
    table[ord(".")] = ord(".")
    for point in _LATIN:
        letter = fold(lower_case(chr(point)))
        if letter and letter in ascii_lowercase:
            table[point] = ord(letter.replace("y", "i"))
    table[list(_BREAKS_NO_WORD)] = ord(_INSIDE)
    return table


class _AnswerCache(dict[str, tuple[tuple[int, int, int], ...]]):
    """The tokens of each distinct chunk with their answers; none of a chunk where all answers are nothing."""

    def __init__(self, answer: Callable[[str], int]) -> None:
        self._answer = answer

    def __missing__(self, chunk: str) -> tuple[tuple[int, int, int], ...]:
        answers = [(start, end, self._answer(term)) for term, start, end in pieces[chunk]]
        found = tuple(answers) if any(answer for _start, _end, answer in answers) else ()
        if len(self) >= CACHE_LIMIT:
            self.clear()
        self[chunk] = found
        return found
