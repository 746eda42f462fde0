"""The lead is what a newsroom sets apart above the text, or what a description repeats."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawl.extraction.blocks import Block, Placed
from crawl.extraction.lead import is_lead, lead_above, says_the_same

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


def test_what_is_bold_and_no_lead() -> None:
    """A bold opening that is short is a sub-heading, and so is a heading; a line in passing does not follow a lead."""
    bold = Block(LONG, bold=len(LONG))
    assert not is_lead([Block("Khởi công", bold=9, lead=True), Block(MORE)], "")
    assert not is_lead([replace(bold, heading=2), Block(MORE)], "")
    assert is_lead([bold, Block("P.Y", bold=3), Block(MORE)], "")


def test_leads_above_the_body() -> None:
    """What the description repeats comes before what markup calls a lead; links are another article's."""
    told, named = Block(LONG), Block(MORE, lead=True)
    link = replace(told, linked=len(LONG))

    def above(*blocks: Block, description: str = LONG) -> str:
        outline = [Placed(block, ()) for block in (Block("Tiêu đề", heading=1), *blocks, Block("Thân bài"))]
        return lead_above(outline, range(len(outline)), 0, [len(blocks) + 1], description)

    assert above(named, told) == LONG
    assert above(named, told, description="") == MORE
    assert above(link, replace(named, linked=len(MORE))) == ""
    assert above() == ""
