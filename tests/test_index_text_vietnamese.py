"""Which spellings are the same word."""

from __future__ import annotations

import itertools
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.text.tokens import analyse_terms
from index.text.vietnamese import ONE_VOWEL, canonical, fold, folds, has_marks, is_syllable

TONES = "\u0300\u0301\u0303\u0309\u0323"
LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxy"

# Every vowel group of the language with the place of its tone in the older style: in an open syllable, and
# before a final consonant or semivowel written as one. None where the group does not occur so.
GROUPS: dict[str, tuple[int | None, int | None]] = {
    **dict.fromkeys(("a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "y"), (0, 0)),
    **dict.fromkeys(("ai", "ao", "au", "ay", "eo", "ia", "iu", "oi", "ua", "ui"), (0, None)),
    **dict.fromkeys(("oa", "oe", "uy"), (0, 1)),
    **dict.fromkeys(("âu", "ây", "êu", "ôi", "ơi", "ưa", "ưi", "ưu"), (0, None)),
    **dict.fromkeys(("iê", "oă", "uâ", "uê", "uô", "uơ", "ươ", "yê"), (1, 1)),
    **dict.fromkeys(("oai", "oao", "oay", "oeo", "uya", "uyu"), (1, None)),
    **dict.fromkeys(("iêu", "uây", "uôi", "ươi", "ươu", "yêu"), (1, None)),
    "uyê": (2, 2),
}


def toned(word: str, place: int, tone: str) -> str:
    """The word with the tone on its letter at `place`, composed."""
    return unicodedata.normalize("NFC", word[: place + 1] + tone + word[place + 1 :])


@given(st.text())
@example("İ\u0307\u0301")
@example("\u0307\u0300a")
@example("ǅ\u034f\u0323\u0301")
@example("ΑΣ\u00ad")
def test_a_key_is_its_own_key(word: str) -> None:
    """Whatever text comes in, its key is a fixed point, and so is the folded key; both are in NFC."""
    key = canonical(word)
    assert canonical(key) == key == unicodedata.normalize("NFC", key)
    folded = fold(key)
    assert fold(folded) == folded
    assert not has_marks(folded)


@given(st.text(alphabet=LETTERS + LETTERS.upper() + TONES + "\u0302\u0306\u031bðÐ", max_size=8))
@example("\u0301a")
@example("đươ\u0323\u0323c")
def test_composition_and_case_do_not_matter(word: str) -> None:
    """NFC and NFD, capitals and small letters have one key, and one folded key."""
    key = canonical(word)
    for form in ("NFC", "NFD"):
        for other in (word, word.upper(), word.lower(), word.title()):
            assert canonical(unicodedata.normalize(form, other)) == key
    assert fold(unicodedata.normalize("NFD", key)) == fold(key)


@given(st.text(alphabet=LETTERS + TONES))
def test_folding_leaves_plain_letters(word: str) -> None:
    """Nothing but ASCII is left of Vietnamese letters."""
    assert fold(canonical(word)).isascii()


@pytest.mark.parametrize("group", GROUPS)
def test_the_tone_has_one_place(group: str) -> None:
    """In every vowel group, with and without consonants, a tone typed on any of the vowels gives the key with
    the tone where the older style writes it.
    """
    open_place, closed_place = GROUPS[group]
    for onset, coda, tone in itertools.product(("", "b", "ngh", "đ"), ("", "n", "ch", "ng"), TONES):
        place = closed_place if coda else open_place
        if place is None:
            continue
        word = onset + group + coda
        expected = toned(word, len(onset) + place, tone)
        for typed in range(len(onset), len(onset) + len(group)):
            assert canonical(toned(word, typed, tone)) == expected


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("hoà", "hòa"),
        ("HOÀ", "hòa"),
        ("khoẻ", "khỏe"),
        ("Thuỷ", "thủy"),
        ("uỷ", "ủy"),
        ("loạ", "lọa"),
        # Not moved: a final consonant or semivowel follows, or the group is another.
        ("toàn", "toàn"),
        ("hoài", "hoài"),
        ("khuỷu", "khuỷu"),
        ("huỳnh", "huỳnh"),
        ("thuở", "thuở"),
        ("mía", "mía"),
        ("lụa", "lụa"),
        ("giữa", "giữa"),
        ("khuyến", "khuyến"),
        # The u of qu and the i of gi belong to the consonant.
        ("quý", "quý"),
        ("qúy", "quý"),
        ("qủa", "quả"),
        ("gía", "giá"),
        ("gịăc", "giặc"),
        ("gì", "gì"),
        ("giếng", "giếng"),
        # Slips of the keyboard.
        ("lựơng", "lượng"),
        ("thừơng", "thường"),
        ("vịêt", "việt"),
        ("tòan", "toàn"),
        ("nguỹên", "nguyễn"),
        ("đươ\u0323\u0323c", "được"),
        ("đượ\u0323c", "được"),
        ("\u0300ng", "ng"),
        ("\u0301a", "a"),
        # đ and what looks like it.
        ("Đà", "đà"),
        ("Ðà", "đà"),
        ("Ɖà", "đà"),
        # Invisible characters.
        ("phát\u00adtriển", "pháttriển"),
        ("\ufeffHoà\u200e", "hòa"),
        ("km²", "km2"),
        # Not Vietnamese: marks stay where they are.
        ("café", "café"),
        ("Ñu", "ñu"),
        ("año", "año"),
        ("Gdańsk", "gdańsk"),
        ("ắằ", "ắằ"),
        ("Covid", "covid"),
        ("", ""),
    ],
)
def test_spellings_of_one_word(written: str, key: str) -> None:
    """Both placements of the tone, slips, look-alikes and invisible characters have one key."""
    assert canonical(written) == key


@pytest.mark.parametrize(
    ("key", "folded"),
    [
        ("đường", "duong"),
        ("thể", "the"),
        ("lăk", "lak"),
        ("quý", "quy"),
        ("café", "cafe"),
        ("й", "и"),
        ("한", "한"),
    ],
)
def test_folding(key: str, folded: str) -> None:
    """All marks go, the letters stay."""
    assert fold(key) == folded
    assert has_marks(key) is (key != folded)


@pytest.mark.parametrize(
    "words",
    [("đường", "dương", "đương", "duong"), ("vy", "vi"), ("thy", "thi"), ("tay", "tai"), ("mía", "mỉa")],
)
def test_different_words_stay_apart(words: tuple[str, ...]) -> None:
    """Words that differ in a letter or a tone have different keys."""
    assert len(set(map(canonical, words))) == len(words)


def test_i_and_y_of_one_vowel() -> None:
    """The listed spellings with i, in any composition and case, have the key of the spelling with y, which is
    also found under the unmarked spelling with i; no other i becomes a y.
    """
    for spelling, key in ONE_VOWEL.items():
        assert canonical(unicodedata.normalize("NFD", spelling.upper())) == canonical(key) == key
        assert set(folds(key)) == {fold(key), fold(spelling)}
        assert fold(spelling) == fold(key).replace("y", "i")
    for word in (
        "vi",
        "vị",
        "thi",
        "thị",
        "ti",
        "li",
        "mi",
        "bí",
        "bi",
        "chí",
        "kim",
        "kịch",
        "nghĩ",
        "gì",
        "tai",
    ):
        assert canonical(word) == word
        assert folds(word) == (fold(word),)


@pytest.mark.parametrize("word", ["a", "nghiêng", "đường", "quý", "khuỷu", "gì", "hoa", "uống"])
def test_syllables(word: str) -> None:
    """Syllables of the language are known by their build, with or without a tone."""
    assert is_syllable(canonical(word))
    assert is_syllable(fold(canonical(word)))


@pytest.mark.parametrize("word", ["", "covid", "ng", "2021", "café", "ắ\u0300", "hoahoa", "zá", "fwa"])
def test_what_is_no_syllable(word: str) -> None:
    """Other words, numbers and words with two tones are none."""
    assert not is_syllable(word)


def test_a_very_long_word_is_quick() -> None:
    """A megabyte without a space is one key, in time that grows with its length only."""
    assert canonical("Ế" * 500_000) == "ế" * 500_000
    assert len(canonical("a" + "\u0301\u0302" * 500_000)) < 5
    assert analyse_terms("\u0301" * 1_000_000) == []
