"""Bylines are read as Vietnamese newsrooms set them."""

from __future__ import annotations

import pytest

from crawl.extraction.blocks import Block, Placed
from crawl.extraction.byline import Byline, is_newsroom, marked_author, name_in, read_byline, role_in

LONG = "Sáng 15-3, Ủy ban nhân dân tỉnh họp bàn việc xây dựng hồ chứa nước ở huyện miền núi."
MORE = "Theo kế hoạch, công trình hoàn thành vào cuối năm sau, tưới cho hơn 2.500 héc-ta ruộng."


def signed(*last: Block) -> Byline:
    """The byline of a text that ends with these blocks, which must be no part of it."""
    text = [Block(LONG), Block(MORE)]
    byline, kept = read_byline([*text, *last])
    assert kept == text
    return byline


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
        ("Nhật Linh Theo Reuters", "Nhật Linh"),
        ("Tin: Nhật Linh - Nguồn: Báo Vạn Thuận", "Nhật Linh"),
        ("Theo Trần", None),
        ("Lê Theo", "Lê Theo"),
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
    assert signed(*byline).author == "P.Y"


def test_a_credit_behind_the_name() -> None:
    """What is in brackets behind a name is a role, unless it says whom the text is taken from."""
    credited = signed(Block("P.Y (Theo AFP, Reuters)", right=True))
    assert (credited.author, credited.role, credited.credit) == ("P.Y", None, "Theo AFP, Reuters")
    assert signed(Block("P.Y (CTV)", right=True)).role == "CTV"


def test_a_credit_in_one_line_with_the_name() -> None:
    """Whom the text is taken from may stand in one element with the name, whatever markup calls it."""
    for block in (Block("Nhật Linh Theo Reuters", byline=True), Block("Nhật Linh Theo Reuters", right=True)):
        assert signed(block) == Byline("Nhật Linh", None, "Theo Reuters")


@pytest.mark.parametrize("credit", ["Theo TTXVN", "Theo Báo Vạn Thuận", "Tổng hợp"])
def test_a_credit_is_no_author(credit: str) -> None:
    """Whose text was taken over did not write it for this paper; it is said apart, and is no part of the text."""
    found = signed(Block(f"({credit})"))
    assert (found.author, found.credit) == (None, credit)


@pytest.mark.parametrize(
    "last", ["Ai cũng vui.", "Nha Trang, quê tôi!", "Sông Cái", "Đó là: Hồ Đá Bàn, Hồ Suối Dầu."]
)
def test_a_short_last_paragraph_may_be_text(last: str) -> None:
    """Sentences are no bylines; neither is a heading."""
    blocks = [Block(LONG), Block(MORE), Block(last, heading=2 if last == "Sông Cái" else 0)]
    assert read_byline(blocks) == (Byline(), blocks)


def test_names_of_something_around_the_text() -> None:
    """Where markup calls many blocks a byline, it names comments or teasers, and none is the author's."""
    many = [Block(f"Bạn đọc số {number}", byline=True) for number in range(6)]
    assert read_byline([Block(LONG), *many, Block(MORE)])[0].author is None
    assert read_byline([Block(LONG), *many[:5], Block(MORE)])[0].author == "Bạn đọc số 0"


def test_a_byline_beside_the_text() -> None:
    """What markup calls a byline just above or below the body is the author's; farther away it is someone else's."""
    name = Placed(Block("Bùi Mau", byline=True), ())
    text = [Placed(Block(LONG), ())] * 9

    def author(at: int, body: list[int]) -> str | None:
        outline = [*text[:at], name, *text[at:]]
        return marked_author(outline, range(len(outline)), body[0], body)

    assert (author(0, [6, 7]), author(0, [7, 8])) == ("Bùi Mau", None)
    assert (author(8, [1, 2]), author(9, [1, 2])) == ("Bùi Mau", None)
    assert author(7, [6, 7, 8]) is None


def test_brackets_behind_a_sentence_are_no_role() -> None:
    """A byline is short: what stands in brackets behind a paragraph is part of it."""
    assert role_in("Bùi Mau (CTV)") == "CTV"
    assert role_in(f"{LONG} {MORE} (CTV)") is None


def test_the_last_signature_counts() -> None:
    """Of two names at the end the last is who signed; a short sentence set to the right is no name."""
    assert signed(Block("Lê Hòa", right=True), Block("Bùi Mau", right=True)).author == "Bùi Mau"
    last = Block("Mong lắm!", right=True)
    assert read_byline([Block(LONG), Block(MORE), last])[0].author is None


@pytest.mark.parametrize(
    ("name", "is_one"), [("Báo Vạn Thuận", True), ("Admin", True), ("vanthuan.vn", True), ("Bảo Ngọc", False)]
)
def test_newsrooms_are_nobody(name: str, is_one: bool) -> None:
    """Machines are told the paper's name where they ask for the author's."""
    assert is_newsroom(name) is is_one
