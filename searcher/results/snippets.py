"""An article's own words + query → a marked excerpt.

What is marked is what the engine matches: the same analysis, the same rule for marks, the same phrases.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise

from index.document import Document
from index.query import Phrase, Query, Term, Word, leaves
from index.text.patterns import answers
from index.text.spotter import Spotter
from index.text.vietnamese import fold, folds
from index.text.written_dates import written_dates

SNIPPET_WIDTH = 240
"""Characters of an article that an excerpt shows at most."""

_MATCHERS = 64
"""How many are kept for the searches that follow; each is of one query and one field."""

STRETCH = 200_000
"""Characters of a text that are searched for passages at once; the next ones only if nothing in them matches."""

PARAGRAPH_BREAK = "\n\n"
CUT = "…"

Marks = tuple[tuple[int, int], ...]
"""Sorted, separate stretches `[start, end)` of a text, in code points."""

_SENTENCE_BREAK = re.compile(r"[.!?…][\"'”’)\]]*\s+|\n\s*")
_BLANK = re.compile(r"\s+")
_UP_TO_LAST_BLANK = re.compile(r".*(?=\s)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Snippet:
    """An excerpt and the stretches of it to highlight."""

    text: str
    marks: Marks


def marks(text: str, query: Query, field: str) -> Marks:
    """The stretches of a field's text that answer the query; neighbouring words are one stretch.

    A phrase is marked only where it stands whole, what a query excludes never.
    """
    return _merged(text, _matcher(query, field).find(text))


def snippet(document: Document, query: Query, width: int = SNIPPET_WIDTH) -> Snippet:
    """The passage of the lead, the body or a caption that answers the query best.

    It has at most `width` characters. Best is: most different words of the query, then most of them side by
    side as in the query, then earliest. Captions are quoted only if lead and body do not answer; if nothing
    does, the beginning is shown. An ellipsis stands where text was cut.
    """
    main = [("lead", document.lead), ("body", document.body)]
    captions = [("captions", caption) for caption in document.captions]
    sections = [section for section in (main, captions) if section]
    for section in sections:
        passages = [
            passage for field, text in section if (passage := _best_passage(text, query, field, width))
        ]
        if passages:
            # max() returns the first of equals: the earliest.
            return _excerpt(max(passages, key=lambda passage: passage.merit), width)
    beginning = next((text for section in sections for _field, text in section if text.strip()), "")
    return _excerpt(_Passage(beginning, [], 0, 0, (0, 0)), width)


@dataclass(frozen=True, slots=True)
class _Match:
    """A leaf of the query found at `text[start:end]`; leaves are numbered in the order of the query."""

    start: int
    end: int
    leaf: int


@dataclass(frozen=True, slots=True)
class _Passage:
    """A stretch of a section that holds matches; `merit` compares it with others."""

    text: str
    matches: list[_Match]
    start: int
    end: int
    merit: tuple[int, int]


class _Matcher:
    """Finds the words and phrases of a query in one field, in a single pass over the text's tokens.

    Shift-And over all patterns at once (Baeza-Yates and Gonnet, A new approach to text searching,
    Communications of the ACM 35, 1992): each term of each pattern is one bit, so repetitive text
    takes no longer than other text.
    """

    def __init__(self, query: Query, field: str) -> None:
        self._field = field
        self._exact: Counter[str] = Counter()
        self._folded: Counter[str] = Counter()
        self._patterns: Counter[Word] = Counter()
        self._first = self._ends = 0
        self._leaf_at: dict[int, tuple[int, int]] = {}
        self.sizes: dict[int, int] = {}
        bit = 0
        for leaf, pattern in enumerate(dict.fromkeys(leaves(query))):
            if pattern.field in {None, field}:
                bit = self._add(leaf, _terms(pattern), bit)
        self._spotter = Spotter(self._positions, None if self._patterns else (*self._exact, *self._folded))
        # The keys of dates have digits, so has every term that could be one.
        self._dates = bool(self._patterns) or any(map(_has_digit, (*self._exact, *self._folded)))

    def _add(self, leaf: int, terms: tuple[Word, ...], bit: int) -> int:
        self._first |= 1 << bit
        for place, term in enumerate(terms, bit):
            if not isinstance(term, Term):
                self._patterns[term] |= 1 << place
            elif term.any_marks:
                self._folded[fold(term.term)] |= 1 << place
            else:
                self._exact[term.term] |= 1 << place
        self._ends |= 1 << bit + len(terms) - 1
        self._leaf_at[bit + len(terms) - 1] = (leaf, len(terms))
        self.sizes[leaf] = len(terms)
        return bit + len(terms)

    def find(self, text: str) -> list[_Match]:
        """All matches, by where they end; none runs from one paragraph of a body into the next."""
        if not self._first:
            return []
        separator = PARAGRAPH_BREAK if self._field == "body" else None
        found = [*self._in_rows(text, separator), *(self._dated(text, separator) if self._dates else ())]
        return sorted(found, key=lambda match: match.end)

    def _in_rows(self, text: str, separator: str | None) -> Iterator[_Match]:
        """The words and phrases in the row of words."""
        for run in self._spotter.runs(text, separator):
            state = 0
            for place, (_start, end, positions) in enumerate(run):
                state = (state << 1 | self._first) & positions
                complete = state & self._ends
                while complete:
                    leaf, size = self._leaf_at[complete.bit_length() - 1]
                    yield _Match(run[place - size + 1][0], end, leaf)
                    complete ^= 1 << complete.bit_length() - 1

    def _dated(self, text: str, separator: str | None) -> Iterator[_Match]:
        """The dates; none is written over two paragraphs."""
        offset = 0
        for paragraph in text.split(separator) if separator else [text]:
            for written in written_dates(paragraph):
                for key in written.keys:
                    yield from self._alone(key, offset + written.start, offset + written.end)
            offset += len(paragraph) + len(separator or "")

    def _alone(self, term: str, start: int, end: int) -> Iterator[_Match]:
        """The one-word patterns that a term standing outside the row of words answers."""
        positions = self._positions(term)
        for bit, (leaf, size) in self._leaf_at.items():
            if size == 1 and positions >> bit & 1:
                yield _Match(start, end, leaf)

    def _positions(self, term: str) -> int:
        """The places in patterns that a term answers, as bits."""
        bits = self._exact[term]
        for folded in folds(term):
            bits |= self._folded[folded]
        for word, places in self._patterns.items():
            bits |= places if answers(word, term) else 0
        return bits


@functools.lru_cache(_MATCHERS)
def _matcher(query: Query, field: str) -> _Matcher:
    """The same matcher for all hits of a page: it remembers what it has seen."""
    return _Matcher(query, field)


def _has_digit(term: str) -> bool:
    return any(map(str.isdigit, term))


def _terms(leaf: Word | Phrase) -> tuple[Word, ...]:
    return leaf.terms if isinstance(leaf, Phrase) else (leaf,)


def _merged(text: str, matches: list[_Match]) -> Marks:
    merged: list[tuple[int, int]] = []
    for match in sorted(matches, key=lambda match: match.start):
        if merged and not text[merged[-1][1] : match.start].strip():
            start, end = merged.pop()
            merged.append((start, max(end, match.end)))
        else:
            merged.append((match.start, match.end))
    return tuple(merged)


def _best_passage(text: str, query: Query, field: str, width: int) -> _Passage | None:
    """The stretch of at most `width` characters with the best matches, by a window that slides over them."""
    matcher = _matcher(query, field)
    matches = _first_matches(text, matcher)
    if not matches:
        return None
    side_by_side = [0, *accumulate(_follows(text, one, other) for one, other in pairwise(matches))]
    inside: Counter[int] = Counter()
    left = words = 0
    best, merit = (0, 0), (0, 0)
    for right, match in enumerate(matches):
        words += 0 if inside[match.leaf] else matcher.sizes[match.leaf]
        inside[match.leaf] += 1
        while left < right and matches[left].start < match.end - width:
            leaf = matches[left].leaf
            inside[leaf] -= 1
            words -= 0 if inside[leaf] else matcher.sizes[leaf]
            left += 1
        if (words, side_by_side[right] - side_by_side[left]) > merit:
            best, merit = (left, right), (words, side_by_side[right] - side_by_side[left])
    window = matches[best[0] : best[1] + 1]
    return _Passage(text, matches, min(match.start for match in window), window[-1].end, merit)


def _first_matches(text: str, matcher: _Matcher) -> list[_Match]:
    """The matches in the first stretch of a text that has any; texts of one stretch are most by far."""
    start = 0
    while start < len(text):
        end = _stretch_end(text, start)
        if found := matcher.find(text[start:end]):
            return [_Match(match.start + start, match.end + start, match.leaf) for match in found]
        start = end
    return []


def _stretch_end(text: str, start: int) -> int:
    """Where a stretch ends: behind a paragraph if it can, else behind a word."""
    limit = start + STRETCH
    if limit >= len(text):
        return len(text)
    paragraph = text.rfind(PARAGRAPH_BREAK, start, limit)
    if paragraph > start:
        return paragraph + len(PARAGRAPH_BREAK)
    blank = _UP_TO_LAST_BLANK.match(text, start, limit)
    return blank.end() if blank and blank.end() > start else limit


def _follows(text: str, one: _Match, other: _Match) -> bool:
    return other.leaf == one.leaf + 1 and text[one.end : other.start].isspace()


def _excerpt(passage: _Passage, width: int) -> Snippet:
    text = passage.text
    start = _cut_before(text, passage.start, passage.end, width)
    end = _cut_after(text, start, passage.end, width)
    before = f"{CUT} " if text[:start].strip() else ""
    after = f" {CUT}" if text[end:].strip() else ""
    shift = len(before) - start
    clipped = ((max(first, start), min(last, end)) for first, last in _merged(text, passage.matches))
    shifted = tuple((first + shift, last + shift) for first, last in clipped if first < last)
    return Snippet(before + text[start:end] + after, shifted)


def _cut_before(text: str, start: int, end: int, width: int) -> int:
    """Where an excerpt around `text[start:end]` begins: with a sentence if it can, else with a word."""
    to_the_end = len(text) - width
    if to_the_end <= 0:
        return 0
    earliest = max(0, end - width)
    if earliest >= start:
        return start
    sentences = [found.end() for found in _SENTENCE_BREAK.finditer(text, earliest, start)]
    if sentences:
        # Near the end of the text an earlier sentence fills what would be left blank.
        return next((place for place in sentences if place >= to_the_end), sentences[-1])
    if earliest == 0:
        return 0
    middle = start - (width - (end - start)) // 2
    blank = _BLANK.search(text, middle, start)
    return blank.end() if blank else start


def _cut_after(text: str, start: int, end: int, width: int) -> int:
    """Where an excerpt from `start` ends: behind a word, and behind `end` if `width` allows."""
    limit = start + width
    if limit >= len(text):
        return len(text)
    if end >= limit:
        return limit
    blank = _UP_TO_LAST_BLANK.match(text, end, limit + 1)
    if blank and blank.end() > start:
        return blank.end()
    return end if end > start else limit
