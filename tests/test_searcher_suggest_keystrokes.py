"""Keystrokes of an input method that was off are the letters they were meant to be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.vietnamese import is_syllable
from searcher.suggest.keystrokes import from_telex, from_vni


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("khanhs", "khánh"),
        ("hoaf", "hòa"),
        ("nuwowsc", "nước"),
        ("tieengs", "tiếng"),
        ("Vieejt", "việt"),
        ("vieetj", "việt"),
        ("uyr", "ủy"),
        ("phuwowngf", "phường"),
        ("dduowngf", "đường"),
        ("DDAF", "đà"),
        ("did", "đi"),
        ("nawngx", "nẵng"),
        ("ngwowif", "người"),
        ("quoocs", "quốc"),
        ("giuwax", "giữa"),
        ("huuwx", "hữu"),
        ("ruouwj", "rượu"),
        ("huouw", "hươu"),
        ("hoawcj", "hoặc"),
        ("khoanwf", "khoằn"),
        ("muaw", "mưa"),
        ("quowr", "quở"),
        ("ban", None),
        ("to", None),
        ("xoay", None),
        ("thuy", None),
        ("", None),
        ("wxyz", None),
    ],
)
def test_telex(typed: str, meant: str | None) -> None:
    """Telex keystrokes that make a Vietnamese syllable are read; words without any are left alone."""
    assert from_telex(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Khanh1", "khánh"),
        ("kha1nh", "khánh"),
        ("ho2a", "hòa"),
        ("tie6ng1", "tiếng"),
        ("Vie65t", "việt"),
        ("d9u7o7ng2", "đường"),
        ("nuoc71", "nước"),
        ("na8ng4", "nẵng"),
        ("huu74", "hữu"),
        ("ruou75", "rượu"),
        ("quo73", "quở"),
        ("covid19", None),
        ("2017", None),
        ("", None),
    ],
)
def test_vni(typed: str, meant: str | None) -> None:
    """VNI keystrokes that make a Vietnamese syllable are read; numbers and names with numbers are left alone."""
    assert from_vni(typed) == meant


@given(st.text(st.characters(codec="ascii"), max_size=12))
def test_only_syllables_come_out(typed: str) -> None:
    """Whatever is typed, the result is none or built like a Vietnamese syllable."""
    for meant in (from_telex(typed), from_vni(typed)):
        assert meant is None or is_syllable(meant)


@pytest.mark.parametrize("keys", ["a", "w", "aw", "uo7", "d"])
def test_what_is_longer_than_any_syllable_is_not_typed_out(keys: str) -> None:
    """A hundred thousand keystrokes mean nothing, and take no time that grows with their square."""
    assert from_telex(keys * 100_000) is None
    assert from_vni(keys * 100_000) is None
