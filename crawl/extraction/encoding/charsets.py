"""The Vietnamese character sets from before Unicode, as tables.

A font, not a header, told readers what these bytes mean, so the text has usually been read as Windows-1252 or
ISO-8859-1 on its way here. Tables therefore read that text, not bytes: a byte above 0x7F stands there as the
character with its number or, where Windows-1252 has another for it (0x93 as `“`), as that one.

Sources: TCVN 5712:1993 (VN1 and VN3; VN3 is TCVN3, "ABC") and VISCII (RFC 1456), both as iconv has them; VPS
(Vietnamese Professionals Society) as in Mozilla's `x-viet-vps`; VNI for Windows as in xvnkb's `vni.h`; Windows-1258
as Microsoft published it; VIQR: RFC 1456.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain

from crawl.extraction.encoding.syllables import is_syllable

WINDOWS = {byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xA0)}
"""What Windows-1252 shows for the bytes 0x80 to 0x9F; five have no meaning there and stay controls (WHATWG)."""

_LATIN = "A-Za-z\xb5\xc0-\xd6\xd8-\xf6\xf8-\xff" + "".join(filter(str.isalpha, WINDOWS.values()))
_MISSING = "."


@dataclass(frozen=True, slots=True)
class Charset:
    """One way of writing Vietnamese in bytes.

    `characters` says what each character of the misread text means, `pairs` what two of them mean together.
    With `capitals_by_font` a capital letter with marks was written as the small one, in a font of capitals.
    """

    name: str
    characters: Mapping[int, str]
    pairs: Mapping[str, str] = field(default_factory=dict)
    capitals_by_font: bool = False
    word: re.Pattern[str] = field(init=False)
    _pair: re.Pattern[str] | None = field(init=False)

    def __post_init__(self) -> None:
        meant = "".join(chr(code) for code, letter in self.characters.items() if not _is_punctuation(letter))
        # `word` is what one word can look like in text that was misread.
        object.__setattr__(self, "word", re.compile(f"[{_LATIN}{re.escape(meant)}]+"))
        alternatives = "|".join(map(re.escape, self.pairs))
        object.__setattr__(self, "_pair", re.compile(alternatives) if alternatives else None)

    def read(self, text: str) -> str:
        """The text that was meant, in NFC."""
        read = (
            "\n".join(map(self._read_line, text.split("\n"))) if self.capitals_by_font else self._read(text)
        )
        return unicodedata.normalize("NFC", read)

    def covers(self, word: str) -> bool:
        """Whether every letter beyond ASCII is one that this character set writes."""
        if self._pair is not None:
            word = self._pair.sub("", word)
        return all(letter.isascii() or ord(letter) in self.characters for letter in word)

    def _read(self, text: str) -> str:
        if self._pair is None:
            return text.translate(self.characters)
        # What a pair became must not be read a second time.
        between = [part.translate(self.characters) for part in self._pair.split(text)]
        meant = [self.pairs[pair] for pair in self._pair.findall(text)]
        return "".join(chain.from_iterable(zip(between, [*meant, ""], strict=True)))

    def _read_line(self, line: str) -> str:
        """The line, what the font showed as capitals in capitals: whole words, or all words of a headline."""
        words = self.word.findall(line)
        in_capitals = any(map(_shows_capitals, words)) and "".join(map(_plain, words)).isupper()

        def read(match: re.Match[str]) -> str:
            word = match[0]
            letters = word if word.isascii() else self._read(word)
            return letters.upper() if in_capitals or _shows_capitals(word) else letters

        return self.word.sub(read, line).translate(WINDOWS)


def _plain(word: str) -> str:
    return "".join(filter(str.isascii, word))


def _shows_capitals(word: str) -> bool:
    """Whether the word has capitals beside letters with marks, and not at its beginning only.

    `Hµ` is Hà more often than HÀ.
    """
    plain = _plain(word)
    return not word.isascii() and plain.isupper() and plain != word[0]


def _is_punctuation(letter: str) -> bool:
    return not unicodedata.category(letter[0]).startswith(("L", "M"))


def _characters(first: int, letters: str, more: Mapping[int, str] = WINDOWS) -> dict[int, str]:
    """A table from the letters of consecutive bytes, for either reading of the bytes 0x80 to 0x9F."""
    table = dict(more)
    table.update((first + i, letter) for i, letter in enumerate(letters) if letter != _MISSING)
    as_shown = {ord(WINDOWS[byte]): letter for byte, letter in table.items() if byte in WINDOWS}
    return {**table, **as_shown}


_TCVN3 = _characters(
    0xA1,
    "ĂÂÊÔƠƯĐăâêôơưđ." + "." * 5 + "àảãáạ.ằẳẵắ." + "......ặầẩẫấậè.ẻẽ" + "éẹềểễếệìỉ...ĩíịò" + ".ỏõóọồổỗốộờởỡớợù"
    ".ủũúụừửữứựỳỷỹýỵ.",
)
_TCVN_VN1 = _characters(
    0x80,
    "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨ" + "ÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ" + ".ĂÂÊÔƠƯĐăâêôơưđẰ" + "\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴ"
    "ẮẦẨẪẤỀặầẩẫấậèỂẻẽ" + "éẹềểễếệìỉỄẾỒĩíịò" + "Ổỏõóọồổỗốộờởỡớợù" + "ỖủũúụừửữứựỳỷỹýỵỐ",
    {0x01: "Ú", 0x02: "Ụ", 0x04: "Ừ", 0x05: "Ử", 0x06: "Ữ", 0x11: "Ứ", 0x12: "Ự", 0x13: "Ỳ", 0x14: "Ỷ"}
    | {0x15: "Ỹ", 0x16: "Ý", 0x17: "Ỵ"},
)
_VISCII = _characters(
    0x80,
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐ" + "ỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲ" + "Õắằặấầẩậẽẹếềểễệố" + "ồổỗỠƠộờởịỰỨỪỬơớƯ"
    "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳ" + "ĐứÒÓÔạỷừửÙÚỹỵÝỡư" + "àáâãảăữẫèéêẻìíĩỉ" + "đựòóôõỏọụùúũủýợỮ",
    {0x02: "Ẳ", 0x05: "Ẵ", 0x06: "Ẫ", 0x14: "Ỷ", 0x19: "Ỹ", 0x1E: "Ỵ"},
)
_VPS = _characters(
    0x80,
    "ÀẢÃẤẦẨọỗĂếềểệẮẰẲ" + "Ế‘’ỀỂỄỐỒỔỖýỷỵỚỜỞ" + ".ắằẳẵặỠớÙờởỡŨỨợỪ" + "ổỬỲỸÍÌộỈĨÓửữÒỎÕự"
    "ầÁÂấẩẫậđẻÉÊẹỉễịỹ" + "ƯỦồốÔỏơÈừứÚũưÝẺ." + "àáâãảạă.èéêẽìí.ĩ" + "ẴĐòóôõ.Ơụùúủ.ỶẼỳ",
    {0x02: "Ạ", 0x03: "Ậ", 0x04: "Ặ", 0x05: "Ẹ", 0x06: "Ệ", 0x10: "Ị", 0x11: "Ọ", 0x12: "Ộ", 0x13: "Ợ"}
    | {0x14: "Ụ", 0x15: "Ự", 0x19: "Ỵ", 0x1C: "Ẫ", 0x1D: "Ữ"},
)
_WINDOWS_1258 = _characters(
    0x80, bytes(range(0x80, 0x100)).decode("cp1258", "replace").replace("\ufffd", ".")
)


def _vni() -> Charset:
    """VNI writes a vowel and, after it, one letter that stands for its marks; a few vowels have their own."""
    marks = {"ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
    hats = {
        "â": "\u0302", "á": "\u0302\u0301", "à": "\u0302\u0300", "å": "\u0302\u0309", "ã": "\u0302\u0303",
        "ä": "\u0302\u0323",
    }  # fmt: skip
    breves = {
        "ê": "\u0306", "é": "\u0306\u0301", "è": "\u0306\u0300", "ú": "\u0306\u0309", "ü": "\u0306\u0303",
        "ë": "\u0306\u0323",
    }  # fmt: skip
    alone = {"ô": "ơ", "ö": "ư", "ñ": "đ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "í": "í", "ì": "ì"}
    vowels = {"a": marks | hats | breves, "e": marks | hats, "o": marks | hats, "ô": marks, "u": marks}
    vowels |= {"ö": marks, "y": marks}
    pairs: dict[str, str] = {}
    for vowel, signs in vowels.items():
        for base in (vowel, vowel.upper()):
            meant = {"ô": "ơ", "Ô": "Ơ", "ö": "ư", "Ö": "Ư"}.get(base, base)
            for sign, mark in signs.items():
                letter = unicodedata.normalize("NFC", meant + mark)
                pairs[base + sign] = pairs[base + sign.upper()] = letter
    single = {ord(letter): meant for letter, meant in alone.items()}
    single |= {ord(letter.upper()): meant.upper() for letter, meant in alone.items()}
    return Charset("vni", _characters(0, "", WINDOWS | single), pairs)


CHARSETS = (
    Charset("tcvn3", _TCVN3, capitals_by_font=True),
    Charset("tcvn5712-1", _TCVN_VN1),
    _vni(),
    Charset("viscii", _VISCII),
    Charset("vps", _VPS),
    Charset("cp1258", _WINDOWS_1258),
)
"""All of them, the most used first."""

_VIQR_TONES = {"`": "\u0300", "'": "\u0301", "?": "\u0309", "~": "\u0303", ".": "\u0323"}
_VIQR_LETTERS = (
    (re.compile(r"(?<=[aeo])\^", re.IGNORECASE), "\u0302"),
    (re.compile(r"(?<=a)\(", re.IGNORECASE), "\u0306"),
    (re.compile(r"(?<=[ou])\+", re.IGNORECASE), "\u031b"),
    (re.compile("dd"), "đ"),
    (re.compile("D[dD]"), "Đ"),
)
# Not on the second half of a falling diphthong (hay, tui, chưa, kia): there the sign ends a sentence.
_VIQR_TONE = re.compile(
    "(?<=[aeiouy\u0302\u0306\u031b])"
    "(?<![aeo\u0302\u0306\u031b][iuy])(?<![ae]o)(?<!(?<!q)ui)(?<!(?<!g)iu)(?<!\u031ba)(?<!(?<!g)ia)(?<!(?<!q)ua)"
    "['`?~.]",
    re.IGNORECASE,
)
_VIQR_WORD = re.compile(r"<[^<>]*>|\\[^\s\w]|(?:[a-z]|(?<=[aeiouy])[\^(+'`?~.]{1,3})+", re.IGNORECASE)
_VIQR_SURELY = re.compile(r"[\^(+`~]|DD")  # the other marks are punctuation as well
_LINE_ENDS = re.compile(r"[\"')\]]*\s*?(?:\n|\Z|</?(?:p|br|div|li|t[dh]|h[1-6])\b)", re.IGNORECASE)


def read_viqr(text: str) -> str:
    r"""VIQR (RFC 1456, section 3): marks typed after their letter in ASCII, `Vie^.t`. Markup is left alone.

    A sign that is punctuation as well is a mark only if it makes a syllable, and a dot neither in `...` nor at the end
    of a line, where it ends a sentence (in news 133 times of 136); `\` makes the one after it a plain one.
    """
    return _VIQR_WORD.sub(_viqr_word, text)


def _viqr_word(match: re.Match[str]) -> str:
    word = match[0]
    if word.startswith("<"):
        return word
    if word.startswith("\\"):
        return word[1:]
    bare = word.rstrip("?'.")
    signs = word[len(bare) :]
    full_stop = signs == "..." or (signs == "." and _LINE_ENDS.match(match.string, match.end()))
    for end in range(len(bare) if full_stop else len(word), len(bare) - 1, -1):
        if is_syllable(read := _viqr_marks(word[:end])):
            return unicodedata.normalize("NFC", read) + word[end:]
    return (
        unicodedata.normalize("NFC", _viqr_marks(bare)) + word[len(bare) :]
        if _VIQR_SURELY.search(bare)
        else word
    )


def _viqr_marks(word: str) -> str:
    for pattern, meant in _VIQR_LETTERS:
        word = pattern.sub(meant, word)
    return _VIQR_TONE.sub(lambda tone: _VIQR_TONES[tone[0]], word)
