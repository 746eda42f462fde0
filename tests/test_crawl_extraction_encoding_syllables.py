"""What is taken for a Vietnamese syllable."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl.extraction.encoding.syllables import is_syllable


@pytest.mark.parametrize(
    "word",
    "nghiêng Nguyễn ĐƯỜNG ở yêu hòa hoà khuỷu giêng gì giúp quý quốc quyền huỳnh khoắn xoong ủy uỷ y tỉ tỷ".split(),
)
def test_syllables(word: str) -> None:
    """Syllables in either tone placement, any case and any normalisation are recognised."""
    assert is_syllable(word)
    assert is_syllable(unicodedata.normalize("NFD", word))


@pytest.mark.parametrize(
    "word",
    [
        *"ViÖt TiÕng hßa café Müller Đăk tôc việtnam façade từể bbáo ngĩ́ d b́ wá jô sy̆ ḷan ṣen".split(),
        "",
        "́",
        "ng",
    ],
)
def test_others(word: str) -> None:
    """Misread text, foreign words, stops without sắc or nặng and two tones are no syllables."""
    assert not is_syllable(word)


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    """Whatever the text, the answer does not depend on case or normalisation, and long text is no syllable."""
    assert is_syllable(unicodedata.normalize("NFC", text)) <= (len(text) <= 20)
    assert not is_syllable(text + "a" * 20)
