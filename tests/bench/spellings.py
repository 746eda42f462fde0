"""The ways in which people type the same query: without marks, decomposed, with a slip, …"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Mapping

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_ONSET = "(?<![\\w\u0300-\u036f])(?:ngh|ng|nh|kh|ph|th|tr|ch|gh|gi|[bcdđghklmnprstvx])?"
_END = "(?![\\w\u0300-\u036f])"
# Open syllables in oa, oe and uy; never after q, where u belongs to the onset (quý has one spelling).
_OLDER = re.compile(f"({_ONSET})(?:(o)([{_TONES}])([ae])|(u)([{_TONES}])(y)){_END}", re.IGNORECASE)
_NEWER = re.compile(f"({_ONSET})(?:(o)([ae])([{_TONES}])|(u)(y)([{_TONES}])){_END}", re.IGNORECASE)
_SYLLABLE = re.compile(r"[^\W\d_]{2,}")
_LETTERS = "abcdeghiklmnopqrstuvxy"


def unmarked(text: str) -> str:
    """The text as typed on a keyboard without Vietnamese input: no marks, d for đ."""
    bare = re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", bare).replace("đ", "d").replace("Đ", "D")


def decomposed(text: str) -> str:
    """The text in NFD, as macOS file names and some input methods have it."""
    return unicodedata.normalize("NFD", text)


def newer_placement(text: str) -> str:
    """hòa → hoà, khỏe → khoẻ, thủy → thuỷ; all else as it is, in NFC."""
    return _moved(_OLDER, text)


def older_placement(text: str) -> str:
    """hoà → hòa, khoẻ → khỏe, thuỷ → thủy; all else as it is, in NFC."""
    return _moved(_NEWER, text)


def other_placement(text: str) -> str:
    """Every word in the other of the two placements, whichever it has."""
    return "".join(
        older_placement(part) if newer_placement(part) == part else newer_placement(part)
        for part in re.split(r"(\s+)", unicodedata.normalize("NFC", text))
    )


def misspelt(text: str) -> str:
    """One syllable with one letter too few, too many, wrong, or in the wrong place; the same one every time."""
    text = unicodedata.normalize("NFC", text)
    chance = random.Random(text)
    syllables = list(_SYLLABLE.finditer(text))
    if not syllables:
        return text
    syllable = chance.choice(syllables)
    slipped = syllable[0]
    while slipped.lower() == syllable[0].lower():
        slipped = _slip(syllable[0], chance)
    return text[: syllable.start()] + slipped + text[syllable.end() :]


CONDITIONS: Mapping[str, Callable[[str], str]] = {
    "typed": str,
    "unmarked": unmarked,
    "placement": other_placement,
    "decomposed": decomposed,
    "misspelt": misspelt,
}


def _moved(pattern: re.Pattern[str], text: str) -> str:
    def exchange(found: re.Match[str]) -> str:
        onset, *rest = [part for part in found.groups() if part is not None]
        first, second, third = rest
        return onset + first + third + second

    return unicodedata.normalize("NFC", pattern.sub(exchange, unicodedata.normalize("NFD", text)))


def _slip(word: str, chance: random.Random) -> str:
    place = chance.randrange(len(word))
    before, letter, after = word[:place], word[place], word[place + 1 :]
    match chance.randrange(4):
        case 0:
            return before + after
        case 1:
            return before + letter + letter + after
        case 2:
            return before + chance.choice(_LETTERS) + after
        case _:
            return before + after[:1] + letter + after[1:]
