"""The lead is what a newsroom sets apart above the text, or what a description repeats."""

from __future__ import annotations

import pytest

from crawl.extraction.blocks import Block
from crawl.extraction.lead import is_lead, says_the_same

LONG = "Sáng 15-3, Ủy ban nhân dân tỉnh họp bàn việc xây dựng hồ chứa nước ở huyện miền núi."
MORE = "Theo kế hoạch, công trình hoàn thành vào cuối năm sau, tưới cho hơn 2.500 héc-ta ruộng."


def test_leads() -> None:
    """A wholly bold opening, a named one, or the one that the description repeats is the lead."""
    assert is_lead([Block(LONG, bold=len(LONG)), Block(MORE)], "")
    assert is_lead([Block(LONG, lead=True), Block(MORE)], "")
    assert is_lead([Block(LONG), Block(MORE)], LONG[:60] + "...")
    assert not is_lead([Block(LONG), Block(MORE)], "")
    assert not is_lead([Block(LONG, bold=len(LONG)), Block(MORE, bold=len(MORE))], "")


@pytest.mark.parametrize(
    ("text", "description", "same"),
    [
        (LONG, LONG.upper(), True),
        (LONG, LONG[:50] + "…", True),
        (LONG + " " + MORE, LONG, True),
        (LONG, MORE, False),
        (LONG, LONG[:20], False),
        (LONG, "", False),
        ("", "", False),
    ],
)
def test_descriptions_cut_short(text: str, description: str, same: bool) -> None:
    """A description says the same as the sapo that it begins, or that begins it."""
    assert says_the_same(text, description) is same
