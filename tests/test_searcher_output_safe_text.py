"""Hostile text on one line, and which addresses may become links."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searcher.output.safe_text import one_line, stretches, web_address
from tests.result_pages import UNSAFE, hostile_texts


@given(hostile_texts, st.lists(st.integers(0, 40), max_size=6))
def test_pieces_are_safe_and_hold_all_of_the_text(text: str, cuts: list[int]) -> None:
    """Between the marks and inside them nothing is lost but what is unsafe, and the marks are told apart."""
    places = sorted({min(cut, len(text)) for cut in cuts})
    marks = tuple(zip(places[::2], places[1::2], strict=False))
    pieces = list(stretches(text, marks))
    assert [piece for piece, marked in pieces if marked] == [
        one_line(text[start:end]) for start, end in marks
    ]
    assert [marked for _piece, marked in pieces] == [False, True] * len(marks) + [False]
    assert not UNSAFE.search("".join(piece for piece, _marked in pieces))


@pytest.mark.parametrize("url", ["https://a.vn/b?c=d#e", "http://a.vn", "HTTPS://A.VN/B"])
def test_the_addresses_of_pages_are_links(url: str) -> None:
    """HTTP with and without encryption, in any case."""
    assert web_address(url) == url


@pytest.mark.parametrize(
    "url",
    [
        *(
            None,
            "",
            "javascript:alert(1)",
            "JavaScript://a.vn/%0aalert(1)",
            "data:text/html,x",
            "//a.vn/b",
            "a.vn",
        ),
        *(
            "https://",
            "https://a.vn/b c",
            "https://a.vn/\x1b]8;;",
            "https://a.vn/\n",
            " https://a.vn",
            "xhttps://a.vn",
        ),
    ],
)
def test_nothing_else_is_a_link(url: str | None) -> None:
    """Programs, data, spaces and controls are none, wherever they stand."""
    assert web_address(url) is None
