"""Text that was read in the wrong character set, put right: only where that is sure, and good Unicode never.

The evidence is Vietnamese orthography. A reading is believed when words that cannot be Vietnamese as they stand
turn into syllables, and hardly any word fails to; a word of a shape that no language has (`ViÖt`, `c¸c`) counts for
three, or for its length. It is gathered over a whole text, so that a short caption is read as the article around it
is; where that gives no answer, each paragraph speaks for itself. A paragraph with a letter that only Unicode has
(đ, ư, ế, я, 한) is never touched, so a title in Unicode stands above a body in TCVN3 unharmed.

UTF-8 read as Windows-1252 or ISO-8859-1 needs no grammar: its sequences hardly ever come about by chance.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from crawl.extraction.encoding.charsets import CHARSETS, WINDOWS, Charset
from crawl.extraction.encoding.syllables import is_syllable

_ENOUGH = 3  # weight of evidence that a text without foreign words needs
_SAMPLE_LENGTH = 50_000  # characters that are enough to judge a text by
_FOREIGN_LENGTH = 4_000  # characters in which any foreign text shows a few foreign words
_READINGS = 3  # the most often that one text is met misread, one reading on top of another

# Letters and marks that are in neither Windows-1252 nor ISO-8859-1: whoever wrote one of them wrote Unicode.
_UNICODE = re.compile(
    "[\u0100-\u0151\u0154-\u015f\u0162-\u0177\u0179-\u017c\u017f-\u0191\u0193-\u02c5\u02c7-\u02db\u02dd-\u1fff"
    "\u2c00-\ud7ff\uf900-\ufefe\uff00-\uffef\U00010000-\U0001f0ff\U00020000-\U0003ffff]"
)
# What Windows-1252 shows for the bytes 0x80 to 0x9F, but for punctuation.
_LETTERS = "\u0152\u0153\u0160\u0161\u0178\u017d\u017e"
_SIGNS = "\u0192\u02c6\u02dc\u201a\u201e\u2020\u2021\u2030\u2039\u203a"
_HIGH = re.compile(f"[\x80-\x9f\xa1-\xff{_LETTERS}{_SIGNS}]")

# What no language writes. (Its letters beyond ASCII are those of Windows-1252 and ISO-8859-1.)
_IMPOSSIBLE = re.compile(
    "[a-z\xdf-\xff][\xc0-\xd6\xd8-\xde]"  # a marked capital after a small letter
    # a sign inside a word; but an acute accent by itself (\xb4) stands there for an apostrophe
    f"|[A-Za-z][\xa1-\xac\xae-\xb3\xb5\xb6\xb8\xb9\xbb-\xbf\xd7\xf7{_SIGNS}][A-Za-z]"
    "|[AEIOUYaeiouy][\xd5\xd8\xe5\xf5\xf8]|[AEOaeo][\xc2\xc4\xe2\xe4]|[AEae][\xc0\xe0]"  # these vowels
    "|[Yy][\xd9\xdb\xf9\xfb]|[\xc2\xca\xd4\xe2\xea\xf4][\xcc\xd2\xde\xec\xf2]"  # side by side
    "|[\x80-\x9f]"  # control characters
)
_LETTER = re.compile("[A-Za-z]")
_FOREIGN = re.compile("[A-Za-z]+[a-z]")


def repair(text: str) -> str:
    """The text as it was meant, if it was misread; else the text itself."""
    for _ in range(_READINGS):
        repaired = _repair_once(text)
        if repaired == text:
            break
        text = repaired
    return text


def legacy_charset(text: str) -> Charset | None:
    """The legacy character set in which the text, read as Windows-1252, was surely written; None if unsure."""
    return _surest(_judge("\n".join(filter(_is_suspect, text.split("\n"))), CHARSETS))


def read_around_utf8(text: str, charset: Charset) -> str:
    """The text, read as Windows-1252, as this character set means it; lines of UTF-8, as a template has, as UTF-8."""
    return "\n".join(_read_utf8(line) if _is_utf8(line) else charset.read(line) for line in text.split("\n"))


def _repair_once(text: str) -> str:
    if text.isascii():
        return text
    paragraphs = text.split("\n")
    suspects = [i for i, paragraph in enumerate(paragraphs) if _is_suspect(paragraph)]
    if not suspects:
        return text
    whole = "\n".join(paragraphs[i] for i in suspects)
    read = _read_utf8 if _is_utf8(whole) else _legacy_reader(whole)
    for i in suspects:
        paragraphs[i] = read(paragraphs[i])
    return "\n".join(paragraphs)


def _is_suspect(paragraph: str) -> bool:
    return not paragraph.isascii() and not _UNICODE.search(paragraph) and bool(_HIGH.search(paragraph))


def _legacy_reader(whole: str) -> Callable[[str], str]:
    """How to read each paragraph: as the whole text, unless it speaks against that; then as it asks for itself."""
    judged = _judge(whole, CHARSETS)
    common = _surest(judged)
    # What the whole has no evidence for, no part of it has.
    possible = [charset for evidence, charset in judged if evidence.weight >= _ENOUGH]

    def read(paragraph: str) -> str:
        if common is not None:
            evidence = _evidence(paragraph, common)
            if evidence.failed <= evidence.gained:
                return common.read(paragraph)
        if _is_utf8(paragraph):
            return _read_utf8(paragraph)
        charset = _surest(_judge(paragraph, possible))
        return paragraph if charset is None else charset.read(paragraph)

    return read


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What one reading does to a text's distinct words that are not plain ASCII.

    `gained` became syllables, `kept` were and are, `failed` are none afterwards; `weight` is that of the gained.
    `foreign` words are plain ASCII and no syllables (nor abbreviations, which are of any language).
    """

    gained: int
    kept: int
    failed: int
    weight: int
    foreign: int

    @property
    def is_sure(self) -> bool:
        needed = _ENOUGH + min(self.foreign, _ENOUGH)
        return self.weight >= needed and self.gained >= self.kept and self.gained >= 4 * self.failed


def _evidence(text: str, charset: Charset) -> _Evidence:
    gained = kept = failed = weight = foreign = 0
    words = list(set(charset.word.findall(text)))
    # One reading for all of them; where there are none it is still one, of nothing.
    for word, read in zip(words, charset.read("\n".join(words)).split("\n"), strict=False):
        if not _LETTER.search(word):
            continue  # a dash or a quotation mark would be a letter somewhere
        if word.isascii():
            foreign += _FOREIGN.fullmatch(word) is not None and not is_syllable(word)
        elif not charset.covers(word):
            failed += 1
        elif read != word:
            if not (is_syllable(read) and _is_evenly_cased(read)):
                failed += 1
            elif is_syllable(word):
                kept += 1
            else:
                gained += 1
                weight += min(len(word), 3) if _IMPOSSIBLE.search(word) else 1
    return _Evidence(gained, kept, failed, weight, foreign)


def _is_evenly_cased(word: str) -> bool:
    return word.isupper() or word[1:] == word[1:].lower()


_Judged = list[tuple[_Evidence, Charset]]


def _judge(text: str, charsets: Iterable[Charset]) -> _Judged:
    sample = _telling(text[:_SAMPLE_LENGTH])
    return [(_evidence(sample, charset), charset) for charset in charsets]


def _telling(text: str) -> str:
    """What of the text is evidence: all that is not plain ASCII, and of the rest enough to tell foreign words."""
    return " ".join([text[:_FOREIGN_LENGTH], *(word for word in text.split() if not word.isascii())])


def _surest(judged: _Judged) -> Charset | None:
    """The character set that makes most sense of the text, the first of equals; None if none surely does."""
    sure = [(evidence.gained - evidence.failed, charset) for evidence, charset in judged if evidence.is_sure]
    return max(sure, key=lambda found: found[0])[1] if sure else None


_BYTES = {ord(letter): byte for byte, letter in WINDOWS.items()}
_CONTINUATION = "[\x80-\xbf\ufffd" + "".join(WINDOWS.values()) + "]"
# Well-formed UTF-8 (RFC 3629); of bytes that Windows-1252 leaves empty U+FFFD may be all that is left.
_SEQUENCE = re.compile(
    f"[\xc2-\xdf]{_CONTINUATION}|[\xe0-\xef]{_CONTINUATION}{{2}}|[\xf0-\xf4]{_CONTINUATION}{{3}}"
    # à, whose second byte is a no-break space: often made a plain one (`lÃ m` was làm), or stripped
    "|\xc3 (?=[ .,;:?!)]|(?:[iouy]|m|n[gh]?)(?![^\\W\\d_]))|\xc3(?= |$)"
)
# Where one stands alone it proves nothing, but many do: what Vietnamese and its typography need beyond ASCII.
_EXPECTED = re.compile(
    "[\xa0-\u017f\u01a0\u01a1\u01af\u01b0\u0300-\u0303\u0306\u0309\u031b\u0323\u1ea0-\u1ef9\u200b-\u203a\u20ab-\u20ac\ufeff]"
    "|[\U0001f300-\U0001faff]"
)
_QUOTES = frozenset("‘’“”–—…•\xa0«»")


def _is_utf8(text: str) -> bool:
    """Whether the text is UTF-8 that was read byte by byte."""
    weight = covered = 0
    weak: set[str] = set()
    sample = text[:_SAMPLE_LENGTH]
    for match in _SEQUENCE.finditer(sample):
        sequence = match[0]
        covered += len(_HIGH.findall(sequence))
        read = _sequence(match)
        if sequence.rstrip(" ") == "\xc3" or not _EXPECTED.fullmatch(read):
            continue
        before = sample[max(match.start() - 1, 0) : match.start()]
        around = before + sample[match.end() : match.end() + 1]
        if len(sequence) > 2 or (before.islower() and sequence[0].isupper()):
            weight += 3
        elif sequence[1] in _QUOTES or not (read.isalpha() or unicodedata.combining(read)):
            weak.add(sequence)  # a word ending so before a quotation mark proves no more for being repeated
        else:
            weight += 3 if any("a" <= letter <= "z" for letter in around) else 2
    weight += len(weak)
    return weight >= _ENOUGH and (len(_HIGH.findall(sample)) - covered) * 10 <= covered


def _read_utf8(text: str) -> str:
    return _SEQUENCE.sub(_sequence, text)


def _sequence(match: re.Match[str]) -> str:
    sequence = match[0]
    if sequence.rstrip(" ") == "\xc3":
        return "à"
    if "\ufffd" in sequence:
        return "\ufffd"
    try:
        return sequence.translate(_BYTES).encode("latin-1").decode()
    except UnicodeDecodeError:  # overlong, or a surrogate
        return sequence
