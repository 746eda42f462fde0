"""The one door for text."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.text import tokens
from index.text.tokens import MAX_TERM_LENGTH, Tokens, analyse, analyse_terms
from index.text.vietnamese import fold
from tests.published_cases import published_cases

# Any text, and text in which the interesting characters come often.
TEXTS = st.text() | st.text(
    alphabet="aĐđeêƠơuýỳ09.,_- \n\u0300\u0301\u0302\u0323\u00ad\u200b\u200d\ufeffÐ٣²①한ñ𝟙\ud800", max_size=30
)
VIETNAMESE = st.text(
    alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyAĂÂĐÊÔƠƯ 0123.,-\u0300\u0301\u0303\u0309\u0323", max_size=60
)


def written(text: str) -> list[str]:
    """What each token was written as."""
    found = analyse(text)
    return [text[start:end] for start, end in zip(found.starts, found.ends, strict=True)]


@given(TEXTS)
@example("=\u0338a")
@example("_\u0301_")
@example("1.000.")
def test_spans_point_into_the_text(text: str) -> None:
    """Spans are not empty, do not overlap, go forward and end within the text; no term is empty or too long."""
    found = analyse(text)
    assert len(found.terms) == len(found.starts) == len(found.ends)
    before = 0
    for term, start, end in zip(found.terms, found.starts, found.ends, strict=True):
        assert before <= start < end <= len(text)
        assert 0 < len(term) <= MAX_TERM_LENGTH
        before = end


@given(TEXTS)
def test_the_fast_way_gives_the_same_terms(text: str) -> None:
    """Indexing and searching see the same terms."""
    assert analyse_terms(text) == list(analyse(text).terms)


@given(VIETNAMESE)
@example("΅a")
def test_composition_does_not_matter(text: str) -> None:
    """NFC and NFD text have the same terms, so have capitals and small letters."""
    terms = analyse_terms(text)
    assert analyse_terms(unicodedata.normalize("NFC", text)) == terms
    assert analyse_terms(unicodedata.normalize("NFD", text)) == terms
    assert analyse_terms(text.upper()) == terms


@given(TEXTS, TEXTS)
def test_a_space_separates(one: str, other: str) -> None:
    """Text is analysed piece by piece: what stands before a line end does not change what stands after it."""
    assert analyse_terms(f"{one}\n{other}") == analyse_terms(one) + analyse_terms(other)


@given(TEXTS)
def test_every_letter_and_digit_is_in_a_token(text: str) -> None:
    """Nothing that could be searched for is dropped."""
    found = analyse(text)
    covered = {
        place for start, end in zip(found.starts, found.ends, strict=True) for place in range(start, end)
    }
    assert {place for place, character in enumerate(text) if character.isalnum()} <= covered


@given(TEXTS)
def test_a_word_alone_has_the_same_term(text: str) -> None:
    """What a token was written as gives the same term when it is asked for alone."""
    assert [analyse_terms(word) for word in written(text)] == [[term] for term in analyse(text).terms]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Nghệ An an ninh ở ý", ["nghệ", "an", "an", "ninh", "ở", "ý"]),
        ("“Hoà”…", ["hòa"]),
        ("Hà\u200bNội Hà\u00a0Nội", ["hà", "nội", "hà", "nội"]),
        ("khoa học-kỹ thuật – x", ["khoa", "học", "kỹ", "thuật", "x"]),
        ("snake_case_", ["snake", "case"]),
        ("TP.HCM, GD-ĐT", ["tp", "hcm", "gd", "đt"]),
        ("1.234.567 đồng", ["1234567", "đồng"]),
        ("1.234,56 và 3,5", ["1234.56", "và", "3.5"]),
        ("40.000 40000", ["40000", "40000"]),
        ("1,234,567 1,234.5 83,000 7,625", ["1234567", "1234.5", "83000", "7.625"]),
        ("1.2.3 15.3.2021", ["1", "2", "3", "15", "3", "2021"]),
        ("15/3/2021 24/7", ["15", "3", "2021", "24", "7"]),
        ("3.500.", ["3500"]),
        (".5 5.", ["5", "5"]),
        ("8h30 8:30 08h30 8g30", ["8:30", "8:30", "8:30", "8:30"]),
        ("500m² 500m2 500 m³", ["500", "m", "2", "500", "m", "2", "500", "m", "3"]),
        ("Sở LĐ-TBXH, LĐ-TB&XH", ["sở", "lđ", "tb", "xh", "lđ", "tb", "xh"]),
        ("10:30:15", ["10", "30", "15"]),
        ("TP.HCM TPHCM TP HCM", ["tp", "hcm"] * 3),
        ("GD-ĐT GDĐT GD&ĐT", ["gd", "đt"] * 3),
        ("U.B.N.D tỉnh, T.Ư", ["ubnd", "tỉnh", "t", "ư"]),
        ("Covid19 QL1A", ["covid", "19", "ql", "1", "a"]),
        ("", []),
        ("… – !", []),
    ],
)
def test_terms_of_a_text(text: str, terms: list[str]) -> None:
    """Words, abbreviations and numbers under the keys that this table gives."""
    assert analyse_terms(text) == terms


def test_spans_are_of_the_original() -> None:
    """Spans count the characters of the text as it is, decomposed or not."""
    text = unicodedata.normalize("NFD", "Báo Khánh Hoà")
    assert written(text) == text.split(" ")
    assert analyse("1.000 tỷ") == Tokens(("1000", "tỷ"), (0, 6), (5, 8))


def test_a_long_word_is_cut_and_not_kept() -> None:
    """A term has MAX_TERM_LENGTH characters at most, and a word beyond that is not remembered."""
    word = "x" * 1_000_000
    assert analyse_terms(word) == [word[:MAX_TERM_LENGTH]]
    assert analyse(word).ends == (len(word),)
    assert word not in tokens._terms
    assert word not in tokens.pieces


def test_the_memory_of_words_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many words come by, a limited number is remembered, and forgetting changes no term."""
    monkeypatch.setattr(tokens, "CACHE_LIMIT", 10)
    monkeypatch.setattr(tokens, "_terms", tokens._TermCache())
    monkeypatch.setattr(tokens, "pieces", tokens._PieceCache())
    words = [chr(ord("b") + number // 10) + "x" + chr(ord("a") + number % 10) for number in range(100)] * 2
    text = " ".join(words)
    assert analyse_terms(text) == words == list(analyse(text).terms)
    assert len(tokens._terms) <= 10
    assert len(tokens.pieces) <= 10


def test_published_spellings(bench_data: Path) -> None:
    """Texts of other projects' reports have the key that was asked for there."""
    cases = published_cases(bench_data, "canon")
    assert {text: " ".join(analyse_terms(text)) for text in cases} == cases


def test_published_foldings(bench_data: Path) -> None:
    """So have their folded keys."""
    cases = published_cases(bench_data, "fold")
    assert {text: " ".join(map(fold, analyse_terms(text))) for text in cases} == cases


def test_published_dashes_and_numbers(bench_data: Path) -> None:
    """So have dashes and numbers, but for words glued to a number and times of day, which are one term."""
    cases = published_cases(bench_data, "hyphen", "number")
    found = {text: " ".join(analyse_terms(text)) for text in cases}
    assert not {text for text in cases if found[text] not in cases[text].split(" or ")}


def test_published_words_with_i_and_y(bench_data: Path) -> None:
    """Spellings of one word have one key, words that must stay apart do not."""
    for text, other in published_cases(bench_data, "iy").items():
        if other.startswith("NOT "):
            assert analyse_terms(text) != analyse_terms(other.removeprefix("NOT "))
        elif text != "li hôn":  # li is a word of its own, too; queries know both spellings of the compound
            assert analyse_terms(text) == analyse_terms(other)
