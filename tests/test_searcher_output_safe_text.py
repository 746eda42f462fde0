"""Hostile text on one line, and which addresses may become links."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searcher.output.safe_text import one_line, stretches, web_address
from tests.result_pages import UNSAFE, hostile_texts


@given(hostile_texts)
def test_one_line_is_one_line(text: str) -> None:
    """No break, tab or control is left."""
    shown = one_line(text)
    assert not UNSAFE.search(shown)
    assert not set(shown) & set("\n\t\x85")


@given(hostile_texts, st.lists(st.integers(0, 40), max_size=6))
def test_stretches_are_the_whole_text(text: str, cuts: list[int]) -> None:
    """Marked and unmarked pieces take turns and are, each made safe, the text from its beginning to its end."""
    places = sorted({min(cut, len(text)) for cut in cuts})
    marks = tuple(zip(places[::2], places[1::2], strict=False))
    pieces = list(stretches(text, marks))
    assert [marked for _piece, marked in pieces] == [False, *[True, False] * len(marks)]
    ends = [0, *(place for mark in marks for place in mark), len(text)]
    cut = (text[start:end] for start, end in pairwise(ends))
    assert [piece for piece, _marked in pieces] == [one_line(piece) for piece in cut]


@pytest.mark.parametrize("url", ["https://a.vn/1", "http://a.vn/?x=<b>", "HTTPS://A.VN/"])
def test_a_web_address_may_become_a_link(url: str) -> None:
    """Both schemes in any case."""
    assert web_address(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "https://",
        "javascript:alert(1)//https://a.vn/",
        "https://a.vn/ b",
        "https://a.vn/\x1b",
        "//a.vn/",
    ],
)
def test_nothing_else_may(url: str | None) -> None:
    """No other scheme, and no space, control or sign beyond ASCII anywhere in it, its end included."""
    assert web_address(url) is None
    assert web_address(f"https://a.vn/đ{url}") is None
