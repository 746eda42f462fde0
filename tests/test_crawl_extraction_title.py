"""The title is what a page claims and also prints, or what looks like one."""

from __future__ import annotations

from crawl.extraction.blocks import Block, Placed
from crawl.extraction.title import choose_title, title_place

TITLE = "Tổng kết công tác dân vận"
PROSE = Block("Sáng nay, hội nghị tổng kết công tác dân vận được tổ chức tại thành phố. " * 3)


def chosen(*above: Block, claims: tuple[str, ...] = (), window: str = "") -> str:
    """The title of a body below these blocks."""
    outline = [Placed(block, ()) for block in (*above, PROSE)]
    return choose_title(outline, range(len(outline)), [len(above)], claims, window)


def bold(text: str) -> Block:
    """A bold line."""
    return Block(text, bold=len(text))


def test_a_section_is_no_title() -> None:
    """The heading with a headline's number of words is the title, whatever its rank; a section's is a last resort."""
    assert chosen(Block("Kinh tế – xã hội" * 3, heading=1, linked=48), Block(TITLE, heading=1)) == TITLE
    assert chosen(Block("Xã-hội-và-đời-sống-quanh-ta", heading=1), Block(TITLE, heading=2)) == TITLE
    assert chosen(Block("Xã hội", heading=2)) == "Xã hội"


def test_what_is_printed_says_most_of_what_is_claimed() -> None:
    """A heading that begins or ends the claim is the title only if it is half of it."""
    claim = f"{TITLE} năm qua"
    assert chosen(Block(TITLE, heading=2), claims=(claim,)) == TITLE
    assert (
        chosen(Block("Tổng kết công", heading=2), claims=(f"{claim} ở các huyện miền núi",))
        != "Tổng kết công"
    )


def test_the_name_of_the_site_goes() -> None:
    """Behind the last separator stands the site's name, unless most of the claim does."""
    assert chosen(claims=(f"{TITLE} - Báo X",)) == TITLE
    assert chosen(window=f"{TITLE} | Xã hội | Báo X") == f"{TITLE} | Xã hội"
    assert chosen(claims=(f"Báo X - {TITLE}",)) == f"Báo X - {TITLE}"


def test_bold_lines_are_titles_of_old_pages() -> None:
    """Without any heading it is the first bold line that is neither a date, a sentence nor as long as a paragraph."""
    for other in ("Ngày 15 tháng 3 năm 2021", "Hội nghị đã kết thúc tốt đẹp.", f"{TITLE} " * 9):
        assert chosen(bold(other), bold(TITLE)) == TITLE


def test_where_the_title_stands() -> None:
    """A heading is the place of the title rather than the same words in a path above it."""
    outline = [Placed(block, ()) for block in (Block(TITLE), Block(TITLE, heading=1), PROSE)]
    assert title_place(outline, [2], TITLE) == 1
    assert title_place(outline[:1], [0], TITLE) == 0
    assert title_place(outline, [2], "Một bài khác") is None
