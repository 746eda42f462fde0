"""The one door for text: documents, queries and snippets all pass through `analyse`.

A token is a syllable, a foreign word or a number, under its canonical key, with its span in the original text.
Nothing is dropped: Vietnamese has no stop words worth losing (`Nghệ An an ninh ở ý` keeps every syllable).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from index.text.abbreviations import JOINED
from index.text.vietnamese import canonical
from index.text.written_dates import WrittenDate, written_dates

ANALYSIS_VERSION = 3
"""Raised with every change of what text is turned into; an index made by another version is stale."""

MAX_TERM_LENGTH = 64
"""Longer terms are cut to this many characters: no word is that long, base64 and URLs are."""

CACHE_LIMIT = 200_000
"""Distinct words that are remembered, in each of the places where some are."""

# A number with its separators, initials with their dots, or a run of letters, digits, combining marks and
# characters that are invisible inside a word. ZERO WIDTH SPACE is not among them: it marks a word's end (Unicode
# Standard, section 23.2).
CHUNK = re.compile(
    r"[\w\u0300-\u036f\u00ad\u200c-\u200f\u2060\ufeff]+"
    r"(?:[.,:](?:(?<=\d[.,:])\d+|(?<=\b[A-Za-zĐđ]\.)[A-Za-zĐđ](?![\w\u0300-\u036f])))*"
)
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_DECIMAL = re.compile(r"\d+,\d+")
_ENGLISH = re.compile(r"\d{1,3}(?:,\d{3}){2,}(?:\.\d+)?|\d{1,3},\d{3}\.\d+|\d{1,3},000")
_INITIALS = re.compile(r"[A-Za-zĐđ](?:\.[A-Za-zĐđ]){2,}")
# `8h30`, and `8g30` in the papers of the south.
_TIME = re.compile(r"(?P<hour>[01]?\d|2[0-4])[hHg:](?P<minute>[0-5]\d)")
_WORD = re.compile(r"[^_.,:]+")
_LETTERS_OR_DIGITS = re.compile(r"\d+|[²³]|[^\d_.,:²³]+")
_SEPARATORS = re.compile(r"[.,:]")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The analysed text: `terms[i]` was written at `text[starts[i]:ends[i]]` (code points of the original).

    `dates` are the written dates, each over the tokens of its numbers and words.
    """

    terms: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    dates: tuple[WrittenDate, ...] = ()


def analyse(text: str) -> Tokens:
    """The tokens of a text, in order."""
    names: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for chunk in CHUNK.finditer(text):
        offset = chunk.start()
        for term, start, end in pieces[chunk[0]]:
            names.append(term)
            starts.append(offset + start)
            ends.append(offset + end)
    return Tokens(tuple(names), tuple(starts), tuple(ends), written_dates(text))


def analyse_terms(text: str) -> list[str]:
    """`list(analyse(text).terms)`, several times faster: for indexing, where no span is needed."""
    # No chunk contains white space, and none looks beyond it.
    return list(chain.from_iterable(map(_terms.__getitem__, text.split())))


def keyword_key(value: str) -> str:
    """The key under which a whole value is found: its canonical terms, so `Khánh Hoà` = `khánh  hòa`."""
    return " ".join(analyse_terms(value))


Piece = tuple[str, int, int]


def _split(chunk: str) -> tuple[Piece, ...]:
    """The tokens inside one chunk, with their spans relative to it."""
    if time := _TIME.fullmatch(chunk):
        return ((f"{int(time['hour'])}:{time['minute']}", 0, len(chunk)),)
    if chunk[0].isdigit() and _SEPARATORS.search(chunk):
        return _number(chunk)
    if _INITIALS.fullmatch(chunk):
        return ((canonical(chunk.replace(".", ""))[:MAX_TERM_LENGTH], 0, len(chunk)),)
    composed = chunk if len(chunk) <= MAX_TERM_LENGTH else unicodedata.normalize("NFC", chunk)
    parts = _LETTERS_OR_DIGITS if len(composed) <= MAX_TERM_LENGTH else _WORD
    found: list[Piece] = []
    for part in parts.finditer(chunk):
        found += _word(part[0], part.start())
    return tuple(found)


def _word(word: str, start: int) -> Iterator[Piece]:
    """A word's token, or those of an abbreviation that is usually written apart."""
    key = canonical(word)
    together = JOINED.get(key)
    if together is None or len(word) != len(key):
        if key:
            yield key[:MAX_TERM_LENGTH], start, start + len(word)
        return
    for part in together:
        yield part, start, start + len(part)
        start += len(part)


def _number(chunk: str) -> tuple[Piece, ...]:
    """A number under one key: in Vietnam a dot groups thousands and a comma starts decimals (common usage).

    The English way is read where it cannot be mistaken (`1,234,567`, `83,000`).
    What has separators but is no such number (`1.2.3`, `15.3.2021`) is its parts.
    """
    if _ENGLISH.fullmatch(chunk):
        return ((chunk.replace(",", "")[:MAX_TERM_LENGTH], 0, len(chunk)),)
    if _THOUSANDS.fullmatch(chunk):
        return ((chunk.replace(".", "").replace(",", ".")[:MAX_TERM_LENGTH], 0, len(chunk)),)
    if _DECIMAL.fullmatch(chunk):
        return ((chunk.replace(",", ".")[:MAX_TERM_LENGTH], 0, len(chunk)),)
    parts = re.finditer(r"\d+", chunk)
    return tuple((part[0][:MAX_TERM_LENGTH], part.start(), part.end()) for part in parts)


class _PieceCache(dict[str, tuple[Piece, ...]]):
    """Each distinct chunk is analysed once: a corpus of millions of words has some hundred thousand of them."""

    def __missing__(self, chunk: str) -> tuple[Piece, ...]:
        found = _split(chunk)
        if len(chunk) <= MAX_TERM_LENGTH:  # longer ones hardly come again, and would fill the memory
            if len(self) >= CACHE_LIMIT:
                self.clear()
            self[chunk] = found
        return found


class _TermCache(dict[str, tuple[str, ...]]):
    """The same for what stands between white space, which is a chunk alone or among punctuation."""

    def __missing__(self, written: str) -> tuple[str, ...]:
        chunks = CHUNK.findall(written)
        if chunks == [written]:
            terms = tuple(piece[0] for piece in _split(written))
        else:
            terms = tuple(chain.from_iterable(map(self.__getitem__, chunks)))
        if len(written) <= MAX_TERM_LENGTH:
            if len(self) >= CACHE_LIMIT:
                self.clear()
            self[written] = terms
        return terms


pieces = _PieceCache()
_terms = _TermCache()
