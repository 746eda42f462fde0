"""Blocks of a body are sorted as a Vietnamese newsroom would."""

from __future__ import annotations

import pytest

from crawl.extraction.paragraphs import Block, Parts, name_in, says_the_same, sort_out

LONG = "Sáng 15-3, Ủy ban nhân dân tỉnh họp bàn việc xây dựng hồ chứa nước ở huyện miền núi."
MORE = "Theo kế hoạch, công trình hoàn thành vào cuối năm sau, tưới cho hơn 2.500 héc-ta ruộng."


def sort(*blocks: Block, title: str = "Tiêu đề", lead: str = "", description: str = "") -> Parts:
    """The parts of a body of these blocks."""
    return sort_out(blocks, title, lead, description)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Tin, ảnh: P.Y", "P.Y"),
        ("Bài và ảnh: Hoàng Anh", "Hoàng Anh"),
        ("Bài, ảnh, clip: Trần B - Lê C", "Trần B - Lê C"),
        ("Thực hiện: NGỌC HÀ", "NGỌC HÀ"),
        ("Anh Dũng", "Anh Dũng"),
        ("Kỹ sư Bùi Mau\n(Chủ tịch Liên hiệp hội)", "Kỹ sư Bùi Mau"),
        ("Kỹ sư Bùi Mau (Chủ tịch Liên hiệp hội)", "Kỹ sư Bùi Mau"),
        ("Nhóm P.V thực hiện", "Nhóm P.V thực hiện"),
        ("Văn Tấn và Hữu Phước", "Văn Tấn và Hữu Phước"),
        ("Theo TTXVN", None),
        ("Nguồn: VnExpress", None),
        ("Dự án hoàn thành", None),
        ("Ảnh", None),
        ("", None),
        (LONG, None),
    ],
)
def test_names_in_bylines(text: str, name: str | None) -> None:
    """A byline gives the name alone; credits and sentences give none."""
    assert name_in(text) == name


@pytest.mark.parametrize(
    "byline",
    [
        [Block("Tin, ảnh: P.Y", bold=13, right=True)],
        [Block("P.Y", right=True)],
        [Block("P.Y", bold=3), Block("(Theo TTXVN)")],
        [Block("Tác giả: P.Y"), Block("(Chủ tịch hội)")],
        [Block("P.Y", byline=True), Block("."), Block("các thông tin tiện ích")],
        [Block("P.Y", right=True), Block("Từ khóa: nước sạch", linked=9), Block("Lượt xem: 1.234")],
        [Block("P.Y", right=True), Block("Bản quyền thuộc Báo X. Cấm sao chép dưới mọi hình thức.")],
    ],
)
def test_bylines(byline: list[Block]) -> None:
    """The author is taken from the end of the text, and the end is cut there."""
    parts = sort(Block(LONG), Block(MORE), *byline)
    assert parts.author == "P.Y"
    assert parts.paragraphs == (LONG, MORE)


def test_a_credit_behind_the_name() -> None:
    """What is in brackets behind a name is a role, unless it says whom the text is taken from."""
    credited = sort(Block(LONG), Block(MORE), Block("P.Y (Theo AFP, Reuters)", right=True))
    assert (credited.author, credited.role, credited.credit) == ("P.Y", None, "Theo AFP, Reuters")
    assert sort(Block(LONG), Block(MORE), Block("P.Y (CTV)", right=True)).role == "CTV"


@pytest.mark.parametrize("credit", ["Theo TTXVN", "Theo Báo Vạn Thuận", "Tổng hợp"])
def test_a_credit_is_no_author(credit: str) -> None:
    """Whose text was taken over did not write it for this paper; it is said apart, and is no part of the text."""
    parts = sort(Block(LONG), Block(MORE), Block(f"({credit})"))
    assert (parts.author, parts.credit, parts.paragraphs) == (None, credit, (LONG, MORE))


@pytest.mark.parametrize(
    "last", ["Ai cũng vui.", "Nha Trang, quê tôi!", "Sông Cái", "Đó là: Hồ Đá Bàn, Hồ Suối Dầu."]
)
def test_a_short_last_paragraph_may_be_text(last: str) -> None:
    """Sentences are no bylines; neither is a heading."""
    parts = sort(Block(LONG), Block(last, heading=2 if last == "Sông Cái" else 0), Block(MORE))
    assert parts.author is None
    assert last in parts.paragraphs


def test_leads() -> None:
    """A wholly bold opening, a named one, or the one that the description repeats is the lead."""
    assert sort(Block(LONG, bold=len(LONG)), Block(MORE)).lead == LONG
    assert sort(Block(LONG, lead=True), Block(MORE)).lead == LONG
    assert sort(Block(LONG), Block(MORE), description=LONG[:60] + "...").lead == LONG
    assert sort(Block(LONG), Block(MORE)).lead == ""
    assert sort(Block(LONG, bold=len(LONG)), Block(MORE, bold=len(MORE))).lead == ""


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


def test_captions_need_a_picture() -> None:
    """Centred or slanted text is a caption only under a picture: verse and quotations are set so, too."""
    verse = Block("Ai về Bình Định mà coi\nCon gái Bình Định cầm roi đi quyền", centred=True, slanted=60)
    assert verse.text in sort(Block(LONG), verse, Block(MORE)).paragraphs


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
