"""Sections and tags are links that lead to more of their kind, wherever a page prints them."""

from __future__ import annotations

import pytest

from crawl.extraction.blocks import Block, Placed
from crawl.extraction.dom import parse
from crawl.extraction.sections import path_above, printed_path, section_names, tag_links, unique_tags


def test_the_way_from_home() -> None:
    """The home of the site is no section, nor is the article itself at the end of its own path."""
    path = ["Trang chủ", "  Kinh tế ", "Nông nghiệp", "TỔNG KẾT CÔNG TÁC"]
    assert section_names(path, "Tổng kết công tác") == ["Kinh tế", "Nông nghiệp"]


def test_the_first_breadcrumb_with_links() -> None:
    """An empty breadcrumb is passed over."""
    crumbs = parse(
        "<ul></ul><ul><li><a>Kinh tế</a></li><li><a>Nông nghiệp</a></li></ul><ul><a>Khác</a></ul>"
    ).root
    assert printed_path(crumbs.iter("ul")) == ["Kinh tế", "Nông nghiệp"]
    assert printed_path([]) == []


@pytest.mark.parametrize(
    ("block", "names"),
    [
        (Block("Kinh tế › Nông nghiệp", heading=1, links=2, linked=18), ["Kinh tế", "Nông nghiệp"]),
        (Block("Hội nghị bàn về Nông nghiệp", heading=2, links=1, linked=11), []),
        (Block("Kinh tế › Nông nghiệp", links=2, linked=18), []),
    ],
)
def test_a_heading_of_links(block: Block, names: list[str]) -> None:
    """A heading above the title that is links throughout is the path; a headline with a link in it is none."""
    outline = [Placed(block, ()), Placed(Block("Tổng kết công tác", heading=1), ())]
    assert path_above(outline, [0, 1], 1) == names
    assert path_above(outline, [1], 1) == []


def test_tags_are_little_but_links() -> None:
    """An element named for tags holds them if half of its text is links; a text with a link in it does not."""
    tags = parse("<p class=tags>Từ khóa: <a>nước sạch</a>, <a>ven biển</a></p>").root.iter("p")
    assert tag_links(tags) == ["nước sạch", "ven biển"]
    text = "<p class=tags>Bài này kể chuyện nước sạch đã về đến <a>làng ven biển</a> ra sao.</p>"
    assert tag_links(parse(text).root.iter("p")) == []


def test_tags_are_kept_once_and_short() -> None:
    """Signs around tags go, each is kept as first written, a sentence is none, and forty are enough."""
    assert unique_tags(["#nước sạch", " Nước sạch;", "ven biển", "", "x" * 81]) == ("nước sạch", "ven biển")
    assert len(unique_tags(f"số {number}" for number in range(99))) == 40
