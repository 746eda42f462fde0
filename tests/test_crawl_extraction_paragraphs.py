"""Blocks of a body are sorted as a Vietnamese newsroom would."""

from __future__ import annotations

import pytest

from crawl.extraction.blocks import Block
from crawl.extraction.paragraphs import Parts, sort_out

LONG = "Sáng 15-3, Ủy ban nhân dân tỉnh họp bàn việc xây dựng hồ chứa nước ở huyện miền núi."
MORE = "Theo kế hoạch, công trình hoàn thành vào cuối năm sau, tưới cho hơn 2.500 héc-ta ruộng."


def sort(*blocks: Block, title: str = "Tiêu đề", lead: str = "", description: str = "") -> Parts:
    """The parts of a body of these blocks."""
    return sort_out(blocks, title, lead, description)


def test_the_lead_of_pictures() -> None:
    """Above pictures alone what is named a lead is one; a paragraph that is alone is the text."""
    picture = Block("Lễ khởi công.", caption=True)
    assert sort(Block(LONG, lead=True), picture) == Parts(LONG, (), (picture.text,), pictures=("",))
    assert sort(Block(LONG, bold=len(LONG)), picture).paragraphs == (LONG,)


def test_nothing_is_said_twice() -> None:
    """The title above the text, the lead repeated below itself and captions repeated below pictures go."""
    parts = sort(
        Block("TIÊU ĐỀ", bold=7),
        Block(LONG),
        Block("Lễ khởi công.", caption=True),
        Block("Lễ khởi công", pictured=True, centred=True),
        Block(MORE),
        lead=LONG,
    )
    assert parts == Parts(LONG, (MORE,), ("Lễ khởi công.",), pictures=("",))


@pytest.mark.parametrize(
    "label", ["Tin liên quan", "BÀI VIẾT LIÊN QUAN:", "Xem thêm", ">> Đọc thêm:", "Các tin khác"]
)
def test_related_news(label: str) -> None:
    """A box of related news goes with its label and links, and the text goes on after it."""
    link = "Khánh thành cầu qua sông Cái"
    parts = sort(
        Block(LONG), Block(label), Block(link, linked=len(link), listed=True), Block(MORE), Block(MORE + "!")
    )
    assert parts.paragraphs == (LONG, MORE, MORE + "!")


def test_links_inside_a_sentence_stay() -> None:
    """Text with links in it is text; `xem thêm` in the middle of a sentence is no label."""
    text = "Xem thêm nhiều tiết mục khác, khán giả ở Nha Trang vỗ tay không ngớt suốt đêm diễn."
    assert sort(Block(LONG, linked=20), Block(text)).paragraphs == (LONG, text)


def test_a_heading_without_text_goes() -> None:
    """What heads nothing that is left headed a box; a line of a list in which a link stands belongs to the box."""
    assert sort(Block(LONG), Block("Thông tin thêm", heading=3)).paragraphs == (LONG,)
    line = Block("Khánh thành cầu qua sông Cái (15-3) ở xã ven biển", linked=9, listed=True)
    assert sort(Block(LONG), Block("Tin liên quan"), line, Block(MORE)).paragraphs == (LONG, MORE)
    assert sort(Block(LONG), line, Block(MORE)).paragraphs == (LONG, line.text, MORE)
