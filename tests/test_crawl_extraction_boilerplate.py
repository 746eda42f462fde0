"""What stands around and inside an article's text does not change the article, whatever its markup is called."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawl.article import Article, Page
from crawl.extraction.boilerplate import without_boxes, without_furniture
from crawl.extraction.dom import parse
from crawl.extraction.extract import extract
from crawl.extraction.outline import walk
from crawl.sources.source import Source

PARAGRAPHS = tuple(
    f"Đoạn thứ {number} kể rằng người dân xã ven biển đã có nước sạch sau hai năm chờ đợi công trình này."
    for number in range(1, 9)
)
PROSE = "Tôi đọc bài này rất kỹ và thấy quê mình đổi thay từng ngày, mong các xã khác cũng sớm được như vậy."
TEASER = "<a href=/b.html>Khánh thành cầu mới qua sông Dinh trong tháng này</a>"


def article(*parts: str) -> Article:
    """The article on a page with these parts below its heading."""
    html = f"<html><head><title>Nước sạch về làng</title></head><body><h1>Nước sạch về làng</h1>{''.join(parts)}</body>"
    url = "https://x.vn/tin/bai-1.html"
    page = Page(
        url, url, 200, (("content-type", "text/html"),), html.encode(), datetime(2021, 3, 16, tzinfo=UTC)
    )
    found = extract(page, Source("x.vn", "Báo X", ("x.vn",)))
    assert isinstance(found, Article), found
    return found


def set_as(paragraphs: tuple[str, ...]) -> str:
    """The paragraphs in elements."""
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


def comments(label: str, count: int = 30) -> str:
    """A box of comments, longer than the article, without any telling name."""
    some = "".join(f"<div class=q{one % 3}><b>Bạn {one}</b><div>{PROSE}</div></div>" for one in range(count))
    return f"<div class=c8><div class=c9>{label}</div>{some}</div>"


@pytest.mark.parametrize(
    "box",
    [
        comments("Ý kiến bạn đọc (30)"),
        comments("30 Comments"),
        comments("Bình luận"),
        f"<h3>Bình luận (9)</h3><p>{PROSE}</p><p>{PROSE}</p>",
        f"<div class=comments>{set_as((PROSE,) * 40)}</div>",
        f"<div class=k><h3>Tin liên quan</h3>{f'<div>{TEASER}<p>{PROSE}</p></div>' * 4}</div>",
        f"<div class=k><h3>Related articles</h3><div class=m>{f'<div>{TEASER}<p>{PROSE}</p></div>' * 6}</div></div>",
        "<div class=k><p>Đăng ký nhận bản tin để không bỏ lỡ tin tức trong ngày.</p><form><input></form></div>",
        "<div class=k><h4>Get our newsletter</h4><p>It comes every morning, before you are awake.</p></div>",
        f"<div class=k>{f'<div>{TEASER}<p>{PROSE}</p></div>' * 4}</div>",
        f"<h4>Những tin mới hơn</h4><ul>{f'<li>{TEASER} <i>(15/03)</i><p>{PROSE}</p></li>' * 3}</ul>",
        "<div class=k><p>Giấy phép số 12/GP-BTTTT.</p><p>Tổng Biên tập: Nguyễn Thử, 1 Trần Phú, Nha Trang.</p></div>",
        f"<div class=k><h2>We value your privacy</h2>{set_as((PROSE,) * 3)}</div>",
    ],
    ids=[
        "thirty",
        "english",
        "bare",
        "flat",
        "named",
        "related",
        "related-deep",
        "letters",
        "newsletter",
        "unlabelled",
        "dated",
        "imprint",
        "cookies",
    ],
)
def test_boxes_below_the_text(box: str) -> None:
    """Whatever follows the text under a label of its kind is no part of it, however long."""
    assert article(f"<div class=t>{set_as(PARAGRAPHS)}</div>", box).body == "\n\n".join(PARAGRAPHS)
    assert article(f"<div class=t>{set_as(PARAGRAPHS)}{box}</div>").body == "\n\n".join(PARAGRAPHS)


@pytest.mark.parametrize(
    "box",
    [
        f"<div class=k><h4>Xem thêm</h4><div>{TEASER}<p>{PROSE}</p></div></div>",
        f"<p><b>Đọc thêm</b></p><p>{TEASER}</p>",
        "<div class=k><h4>Sign up for our newsletter</h4><form><input></form><p>We never pass it on.</p></div>",
    ],
    ids=["teasers", "flat", "newsletter"],
)
def test_boxes_inside_the_text(box: str) -> None:
    """The text goes on after a box as it was before."""
    text = f"<div class=t>{set_as(PARAGRAPHS[:4])}{box}{set_as(PARAGRAPHS[4:])}</div>"
    assert article(text).body == "\n\n".join(PARAGRAPHS)


def test_teasers_above_the_text() -> None:
    """A column of teasers before an article in a misnamed element makes no comments of it."""
    column = f"<div class=k>{f'<div>{TEASER}<p>{PROSE}</p></div>' * 5}</div>"
    assert article(column, f"<div class=widget>{set_as(PARAGRAPHS)}</div>").body.endswith(
        "\n\n".join(PARAGRAPHS)
    )


def test_a_label_above_the_text_ends_nothing() -> None:
    """Share bars above an article lead to its comments; a sub-heading may be called like a box."""
    bar = "<div class=t><span>Bình luận (0)</span><span>Chia sẻ</span></div>"
    assert article(bar, f"<div class=t>{set_as(PARAGRAPHS)}</div>").body.endswith("\n\n".join(PARAGRAPHS))
    text = f"<div class=t>{set_as(PARAGRAPHS[:4])}<h3>Ý kiến chuyên gia</h3>{set_as(PARAGRAPHS[4:])}</div>"
    assert article(text).body == "\n\n".join((*PARAGRAPHS[:4], "Ý kiến chuyên gia", *PARAGRAPHS[4:]))


def test_a_misnamed_article_is_no_furniture() -> None:
    """An article in an element called a widget is found, also where long comments follow it."""
    text = f"<div class=widget>{set_as(PARAGRAPHS)}</div>"
    assert article(text, f"<div id=comments>{set_as((PROSE,) * 40)}</div>").body == "\n\n".join(PARAGRAPHS)


def test_a_text_set_in_several_boxes() -> None:
    """Like boxes with advertisements between are one text; a box with a heading of its own is another article."""
    halves = [f"<div class=t>{set_as(some)}</div>" for some in (PARAGRAPHS[:4], PARAGRAPHS[4:])]
    links = "<ul>" + "<li><a href=/s>Chuyên mục của báo</a></li>" * 30 + "</ul>"
    advertisement = "<div class=u><a href=/ad><img src=/ad.png></a></div>"
    assert article(links, halves[0], advertisement, halves[1]).body == "\n\n".join(PARAGRAPHS)
    other = f"<div class=t><h1>Một bài khác</h1>{set_as((PROSE,) * 3)}</div>"
    assert article(links, *halves, other).body == "\n\n".join(PARAGRAPHS)


def left(*parts: str) -> list[str]:
    """The texts of the blocks that are neither furniture nor in boxes."""
    outline = walk(parse(f"<html><body>{''.join(parts)}</body></html>").root, None).outline
    return [outline[place].block.text for place in without_boxes(outline, without_furniture(outline))]


TEXT = f"<h1>Nước sạch về làng</h1><div class=t>{set_as(PARAGRAPHS)}</div>"
TOLD = "Bà con kể lại chuyện cũ, ai cũng nhớ những năm phải gánh từng đôi nước từ bên kia sông về nhà."
ROW = "".join(f"<a href=/{n}>Chuyên mục thứ {n} của tờ báo</a> " for n in range(3))


@pytest.mark.parametrize(
    "parts",
    [
        [
            TEXT,
            f"<div><p>Ghi rõ nguồn là điều ai viết sử làng cũng dặn nhau. {TOLD} {TOLD}</p><p>{TOLD}</p></div>",
        ],
        [TEXT, f"<div><p>Newsletter</p>{set_as((TOLD,) * 20)}</div>"],
        [
            f"<h1>Nước sạch về làng</h1><p>{' '.join(PARAGRAPHS)}</p>",
            f"<div><h3>Bình luận</h3><p>{TOLD}</p></div>",
        ],
        [
            f"<h1>Nước sạch về làng</h1>{set_as(PARAGRAPHS[:2])}",
            f"<div><h3>Bình luận</h3><p>{TOLD}</p></div>",
        ],
        [f"{set_as(PARAGRAPHS)}<h1>Nước sạch về làng</h1>", f"<div><h3>Bình luận</h3><p>{TOLD}</p></div>"],
        ["<h1>Giấy phép</h1>", f"<div><p>Giấy phép số 12 được cấp cho làng.</p><p>{TOLD}</p></div>"],
        [TEXT, f"<p>Bình luận</p><p>{TOLD}</p>"],
        [TEXT, f"<div><div>{TEASER}<p>{TOLD}</p></div></div>"],
        [TEXT, f"<div><h4>Xem thêm</h4><p>{TOLD}</p><p>{TOLD}</p></div>"],
        [TEXT, "<div>" + f"<p><a href=/a>Xem ảnh lớn</a></p><p>{TOLD}</p>" * 2 + "</div>"],
        [TEXT, "<div>" + f"<p>{ROW}</p><p>{TOLD}</p>" * 2 + "</div>"],
        [f"<h1>Nước sạch về làng</h1>{set_as(PARAGRAPHS[:5])}", f"<div>{f'{TEASER}<p>{TOLD}</p>' * 9}</div>"],
        [f"<div class=footer><h1>Nước sạch về làng</h1>{set_as((*PARAGRAPHS, TOLD))}</div>"],
    ],
    ids=[
        "long-first-line",
        "long-box",
        "one-paragraph",
        "little-text",
        "before-the-title",
        "imprint-above",
        "label-in-passing",
        "one-teaser",
        "label-above-prose",
        "buttons",
        "rows-of-links",
        "about-teasers",
        "misnamed",
    ],
)
def test_what_only_looks_like_a_box(parts: list[str]) -> None:
    """Text stays where a label, a link or a name is too little to tell: too long, too early, alone or in a row."""
    assert TOLD in left(*parts)
