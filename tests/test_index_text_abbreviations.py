"""Abbreviations and their meanings find each other, by a table that analysis agrees with."""

from __future__ import annotations

import pytest

from index.text.abbreviations import COMPOUNDS, JOINED, MEANINGS, NUMBERED, Other, others
from index.text.tokens import analyse_terms
from index.text.vietnamese import fold, has_marks


def found(text: str) -> list[Other]:
    """What else could be said for the words of a text."""
    words = analyse_terms(text)
    return list(others(words, [has_marks(word) for word in words]))


@pytest.mark.parametrize(
    ("short", "meaning"), MEANINGS, ids=[" ".join(short) for short, _meaning in MEANINGS]
)
def test_the_table_is_in_the_terms_of_analysis(short: tuple[str, ...], meaning: tuple[str, ...]) -> None:
    """Both sides of each row are what analysis makes of them, so that they can be found at all."""
    assert analyse_terms(" ".join(short)) == list(short)
    assert analyse_terms(" ".join(meaning)) == list(meaning)
    assert analyse_terms("".join(short).upper()) == list(short)


@pytest.mark.parametrize(
    ("short", "meaning"), MEANINGS, ids=[" ".join(short) for short, _meaning in MEANINGS]
)
def test_each_side_offers_the_other(short: tuple[str, ...], meaning: tuple[str, ...]) -> None:
    """Typed with marks or without, in the middle of other words, either side offers the other."""
    for text in (" ".join(meaning), fold(" ".join(meaning))):
        assert Other(1, 1 + len(meaning), short) in found(f"x {text} y")
    assert Other(1, 1 + len(short), meaning) in found(f"x {' '.join(short)} y")


@pytest.mark.parametrize(("form", "other"), COMPOUNDS, ids=[" ".join(form) for form, _other in COMPOUNDS])
def test_both_spellings_of_a_compound_offer_each_other(form: tuple[str, ...], other: tuple[str, ...]) -> None:
    """Each side is what analysis makes of it, has a syllable of its own, and offers the other, marks typed or not."""
    for said, meant in ((form, other), (other, form)):
        assert analyse_terms(" ".join(said)) == list(said)
        for text in (" ".join(said), fold(" ".join(said))):
            assert Other(1, 3, meant) in found(f"x {text} y")
    assert analyse_terms(" ".join(form)) != analyse_terms(" ".join(other))


@pytest.mark.parametrize(("short", "meaning"), NUMBERED)
def test_a_letter_means_a_ward_or_district_before_its_number(short: str, meaning: str) -> None:
    """With a number of one or two digits it is both ways, typed with marks or without; alone it is a letter."""
    for text in (f"{short.upper()}.5", f"{short} 5"):
        assert found(f"x {text} y") == [Other(1, 3, (meaning, "5"))]
    for text in (f"{meaning} 12", f"{fold(meaning)} 12"):
        assert found(text) == [Other(0, 2, (short, "12"))]
    for text in (short, f"{short} x", f"{short} 2017", f"{meaning} x", f"5 {short}"):
        assert found(text) == []


def test_meanings_are_told_apart() -> None:
    """No abbreviation has two meanings and no meaning two abbreviations: it would be ambiguous."""
    assert len({short for short, _meaning in MEANINGS}) == len(MEANINGS)
    assert len({meaning for _short, meaning in MEANINGS}) == len(MEANINGS)


def test_marks_that_were_typed_are_kept() -> None:
    """Words typed with other marks are other words."""
    assert found("ủy bàn nhân dân") == []
    assert found("thanh phố") == [Other(0, 2, ("tp",))]
    assert found("thánh phố") == []


def test_the_longest_form_wins() -> None:
    """Of forms that begin alike the longest is meant, and what it covers offers nothing else."""
    assert found("vh tt dl") == [Other(0, 3, tuple("văn hóa thể thao và du lịch".split()))]
    assert found("công an nhân dân tp hcm")[0] == Other(0, 4, ("cand",))


@pytest.mark.parametrize("parts", JOINED.values(), ids="".join)
def test_joined_and_apart_are_the_same(parts: tuple[str, ...]) -> None:
    """An abbreviation written together, with hyphens, ampersands, dots or spaces is the same tokens."""
    for separator in ("", "-", " ", " & ", ". "):
        assert analyse_terms(separator.join(parts).upper()) == list(parts)
