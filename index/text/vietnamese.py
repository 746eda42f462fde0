"""Vietnamese orthography, str → str: which spellings are the same word. Lossy; for search keys only.

`canonical` maps one syllable or word to the key under which it is indexed; `fold` drops all marks from a key.
Both are pure and work on a single word; `index.text.tokens` finds the words.

Rules and their authorities:

- Unicode normalisation form C (Unicode Standard Annex 15); case folding by `str.lower` after NFC.
- Tone-mark placement: both the placement on the first vowel of an open `oa oe uy` (hòa, khỏe, thủy: the older,
  dictionary style) and on the second (hoà, khoẻ, thuỷ: Ministry of Education, decision 240/QĐ of 5 March 1984)
  are in use; the older one is the key. A tone on any other wrong vowel (tòan, lựơng, qúy) is a typing slip and is
  moved to where Vietnamese phonology allows it (Đoàn Thiện Thuật, Ngữ âm tiếng Việt, 1977).
- i and y for the same vowel after h, k, l, m, qu, s, t: both are in use for some words (kĩ thuật, kỹ thuật), the
  y-form is the key. Merged by the list ONE_VOWEL only (the pairs that Từ điển tiếng Việt of the Institute of
  Linguistics, ed. Hoàng Phê, 2003, gives as variants): vy, thy, ty, ly, my, hy and
  their i-forms stay apart: without a tone they are other words, and what people type for every tone of them.
  Compounds of these (hi vọng, hy vọng) find each other at query time (`index.text.abbreviations`).
- A raised 2 or 3 is that digit: typewriters and most keyboards write m² as m2.
- đ has no decomposition in Unicode, so it needs its own rule; ð (U+00F0) and ɖ (U+0256), whose capitals look like
  Đ, stand for it in old and OCRed text.
"""

from __future__ import annotations

import re
import unicodedata

_TONES = (
    "\u0300\u0301\u0303\u0309\u0323"  # grave, acute, tilde, hook above, dot below: huyền sắc ngã hỏi nặng
)
_VOWELS = "aeiouy"
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u034f\u200c\u200d\u200e\u200f\u2060\ufeff"))
_LOOKALIKES = str.maketrans({"ð": "đ", "ɖ": "đ", "²": "2", "³": "3"})
_MARKS = re.compile("[\u0300-\u036f]+")
_LEADING_MARKS = re.compile("^[\u0300-\u036f]+")
_TONED = re.compile(f"([^\u0300-\u036f])[\u0300-\u036f]*[{_TONES}]")

ONE_VOWEL = dict(
    pair.split("/")
    for pair in (
        "hí/hý hỉ/hỷ kì/kỳ kí/ký kỉ/kỷ kĩ/kỹ kị/kỵ lì/lỳ lí/lý lị/lỵ mì/mỳ mĩ/mỹ mị/mỵ"
        " qui/quy quì/quỳ quí/quý quỉ/quỷ quĩ/quỹ quị/quỵ quít/quýt quịt/quỵt sĩ/sỹ tì/tỳ tí/tý tỉ/tỷ tị/tỵ"
    ).split()
)
"""Spelling with i → the key, with y."""

# onset, vowels, coda of a Vietnamese syllable without tones; `gi` and `qu` keep their vowel letter to the onset
# when another vowel follows, so that quý and già are not read as uy and ia.
_SYLLABLE = re.compile(
    "(?P<onset>qu|gi(?=[aăâeêioôơuưy])|ngh|ng|nh|gh|kh|ph|th|tr|ch|[bcdđghklmnpqrstvx])?"
    "(?P<vowels>[aăâeêioôơuưy]{1,3})"
    "(?P<coda>ch|ng|nh|[cmnpt])?"
)


def canonical(word: str) -> str:
    """The search key of one word: NFC, lower case, đ unified, one tone mark in its canonical place.

    A word that is not a Vietnamese syllable keeps its marks where they are.
    """
    word = _placed(lower_case(word))
    return ONE_VOWEL.get(word, word)


def lower_case(text: str) -> str:
    """The text in NFC and lower case, with one đ and nothing that is invisible; marks stay where they are."""
    return unicodedata.normalize("NFC", text).lower().translate(_INVISIBLE).translate(_LOOKALIKES)


def _placed(word: str) -> str:
    """The word with each mark once and the tone in its canonical place."""
    if word.isascii():
        return word
    # A mark without a letter before it is a slip, and so is one that is there twice.
    decomposed = _MARKS.sub(_once_each, _LEADING_MARKS.sub("", unicodedata.normalize("NFD", word)))
    tones = {mark for mark in decomposed if mark in _TONES}
    if len(tones) == 1 and all(letter in _VOWELS for letter in _TONED.findall(decomposed)):
        bare = unicodedata.normalize("NFC", "".join(mark for mark in decomposed if mark not in _TONES))
        if syllable := _SYLLABLE.fullmatch(bare):
            return _with_tone(syllable, tones.pop())
    return unicodedata.normalize("NFC", decomposed)


def _once_each(marks: re.Match[str]) -> str:
    return "".join(dict.fromkeys(marks[0]))


def _with_tone(syllable: re.Match[str], tone: str) -> str:
    """Put the tone where the older style writes it: see the module's docstring."""
    onset, vowels, coda = syllable["onset"] or "", syllable["vowels"], syllable["coda"] or ""
    place = len(onset)
    qualified = [i for i, letter in enumerate(vowels) if letter in "ăâêôơư"]
    if qualified:
        place += qualified[-1]
    elif len(vowels) == 1:
        pass
    elif coda or len(vowels) == 3:
        place += 1
    letters = onset + vowels + coda
    return unicodedata.normalize("NFC", letters[: place + 1] + tone + letters[place + 1 :])


def fold(key: str) -> str:
    """The key without any mark: `đường` → `duong`. Idempotent; folding a folded key changes nothing."""
    if key.isascii():
        return key
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", key))).replace("đ", "d")


def folds(key: str) -> tuple[str, ...]:
    """Every unmarked spelling under which the key is found: its fold, and that of the i-form merged into it."""
    other = _I_FORMS.get(key)
    return (fold(key),) if other is None else (fold(key), other)


def is_syllable(key: str) -> bool:
    """Whether the key is built like a Vietnamese syllable: one tone at most, on an onset, vowels and a coda."""
    decomposed = unicodedata.normalize("NFD", key)
    tones = [mark for mark in decomposed if mark in _TONES]
    bare = unicodedata.normalize("NFC", "".join(mark for mark in decomposed if mark not in _TONES))
    return len(tones) <= 1 and _SYLLABLE.fullmatch(bare) is not None


def has_marks(key: str) -> bool:
    """Whether the key was written with marks, i.e. folding would change it."""
    return fold(key) != key


_I_FORMS = {key: fold(spelling) for spelling, key in ONE_VOWEL.items()}
