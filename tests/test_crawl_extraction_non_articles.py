"""Pages that are no articles are kept out, each with its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawl.article import Article, Page
from crawl.crawler.report import explained
from crawl.extraction.blocks import Block, Placed
from crawl.extraction.extract import Extraction, Rejected, extract
from crawl.extraction.non_articles import (
    Signs,
    Standing,
    is_error,
    is_list,
    is_missing_notice,
    objection,
    without_text,
)
from crawl.sources.source import Source

BRIEF = "<div><p>Sáng nay, hội nghị tổng kết công tác dân vận họp tại thành phố, với hơn 200 đại biểu dự.</p></div>"
PICTURES = "".join(f"<img src=/{number}.jpg><p>Ảnh {number}</p>" for number in range(6))
TEASER = "Cây cầu dài 300 mét nối hai bờ sông được đưa vào sử dụng. Xe chạy từ hôm nay."
TEASERS = f"<tr><td><a href=/a>Khánh thành cầu qua sông Cái</a><br>{TEASER}</td></tr>" * 9
PROSE = "<p>" + "Sáng nay, hội nghị tổng kết công tác dân vận được tổ chức tại thành phố. " * 6 + "</p>"


def read(body: str, title: str = "Báo X") -> Extraction:
    """What is read from a page with this body."""
    html = f"<html><head><title>{title}</title></head><body>{body}</body></html>"
    url = "https://x.vn/tin/bai-1.html"
    page = Page(
        url, url, 200, (("content-type", "text/html"),), html.encode(), datetime(2021, 3, 16, tzinfo=UTC)
    )
    return extract(page, Source("x.vn", "Báo X", ("x.vn",)))


@pytest.mark.parametrize(
    ("body", "title", "reason"),
    [
        ("<h1>404</h1><p>Trang bạn tìm không có ở đây.</p>", "Báo X", "error-page"),
        ("<h1>Không tìm thấy trang</h1>" + "<p><a href=/a>Một bài khác của báo</a></p>" * 9, "Báo X", "error-page"),
        ("<div>Nội dung này đã bị gỡ bỏ khỏi hệ thống.</div>", "Lỗi 404 - Báo X", "error-page"),
        ("<h2>Bài cho bạn đọc</h2><form><input name=u><input type=password></form>", "Báo X", "login-wall"),
        ("<h1>Chuyện làng</h1><p>Bài này dành cho thuê bao. Đăng nhập để đọc tiếp.</p>", "Báo X", "login-wall"),
        ("<h1>Phóng sự: mùa lũ</h1><video src=/a.mp4></video><p>Mời xem.</p>", "Báo X", "video-page"),
        ("<h1>Ảnh đẹp trong tuần</h1>" + PICTURES, "Báo X", "gallery-page"),
        ("<h1>Chưa có nội dung</h1>", "Báo X", "no-text"),
        ("<h1>Server Error in '/' Application.</h1><h2>Runtime Error</h2>" + PROSE * 2, "Runtime Error", "error-page"),
        (PROSE * 3, "502 Bad Gateway", "error-page"),
        ("<h1>Phóng sự: mùa lũ</h1><video src=/a.mp4></video><div id=footer>" + PROSE + "</div>", "x", "video-page"),
        ("<h1>Chưa có nội dung</h1><footer>" + PROSE + "</footer>", "Báo X", "no-text"),
        ("<table>" + TEASERS + "</table>", "Xã hội - Báo X", "list-page"),
    ],
)  # fmt: skip
def test_each_kind_has_its_reason(body: str, title: str, reason: str) -> None:
    """Errors with status 200, log-in walls, videos and galleries are told apart; each reason has a sentence."""
    assert read(body, title) == Rejected(reason)
    assert explained(reason) != reason


@pytest.mark.parametrize(
    "title",
    [
        "404 hộ dân được cấp đất",
        "Không tồn tại chuyện xin việc",
        "Lỗi hệ thống khiến tàu dừng",
        "Đăng nhập trái phép",
    ],
)
def test_articles_about_errors_are_articles(title: str) -> None:
    """A headline that only sounds like an error stands above an article's text."""
    assert isinstance(
        read(f"<h1>{title}</h1><div>15/03/2021 10:00</div><div>{PROSE * 2}</div>", title), Article
    )


HEAD = (
    '<meta property="og:type" content="article"><meta property="article:published_time" content="2021-03-15">'
)


@pytest.mark.parametrize(
    ("title", "is_notice"),
    [
        ("404", True),
        ("404 - Không tìm thấy trang", True),
        ("Lỗi 404", True),
        ("Page not found", True),
        ("Bài viết không tồn tại hoặc đã bị xóa", True),
        ("Nội dung này đã bị gỡ bỏ", True),
        ("404 Not Found", True),
        ("404 - Báo Vạn Thuận", True),
        ("Không tìm thấy bài viết bạn yêu cầu", True),
        ("Trang bạn đang tìm kiếm không tồn tại", True),
        ("404 hộ dân được cấp đất", False),
        ("404 hộ nghèo ở Khánh Sơn được hỗ trợ xây nhà", False),
        ("404 - con số biết nói", False),
        ("Lỗi 404 khiến học sinh không nộp được bài", False),
        ("Trang Facebook giả mạo Công an tỉnh đã bị gỡ", False),
        ("Nội dung xấu độc về lũ đã bị gỡ", False),
        ("Trang không tồn tại mà vẫn thu phí của hàng trăm hộ dân", False),
        ("Không tìm thấy bài học nào từ vụ cháy", False),
        ("404,5 tỷ đồng xây cầu Cồn Mây", False),
        ("404 trang thiết bị y tế được trao tặng", False),
        ("Hệ thống cấp nước bảo trì trong hai ngày", False),
    ],
)
def test_notices_in_the_dress_of_an_article(title: str, is_notice: bool) -> None:
    """What says with a date and an article's marks that there is no such page is a notice; a headline with such
    a number or word in it is not, and no notice is long.
    """
    assert is_missing_notice(title, 1000) == is_notice
    assert not is_missing_notice(title, 2000)
    found = read(f"{HEAD}<article><h1>{title}</h1>{PROSE * 2}</article>", title)
    assert found == Rejected("missing-notice") if is_notice else isinstance(found, Article)


def test_an_article_with_a_video_or_pictures_is_one() -> None:
    """Players, pictures and a log-in form beside enough text are no reason to keep it out."""
    extra = "<video src=/a.mp4></video>" + "<img src=/1.jpg>" * 9 + "<form><input type=password></form>"
    assert isinstance(
        read(f"<h1>Tổng kết công tác</h1><div>15/03/2021 10:00</div><div>{PROSE * 2}{extra}</div>"), Article
    )


def test_an_empty_page_has_no_text() -> None:
    """Without any sign there is only too little text."""
    assert not is_error(Signs("", "", ""))
    assert without_text(Signs("", "", "")) == "no-text"


NO_SIGNS = Signs("Tổng kết công tác dân vận", "Báo X", "")
LONG = Standing("Tổng kết công tác dân vận", 5000, printed=True)


@pytest.mark.parametrize(
    ("claimed", "printed", "dated", "enough"),
    [
        (True, False, False, 30),
        (True, True, True, 30),
        (False, True, True, 100),
        (False, True, False, 250),
        (False, False, True, 1000),
        (False, False, False, 1000),
    ],
)
def test_how_much_text_makes_an_article(claimed: bool, printed: bool, dated: bool, enough: int) -> None:
    """The more a page says for itself, the less text it needs; one character less is too little, and so is no title."""
    standing = Standing(LONG.title, enough, claimed=claimed, dated=dated, printed=printed)
    assert objection(standing, NO_SIGNS) is None
    assert objection(replace(standing, length=enough - 1), NO_SIGNS) == "no-text"
    assert objection(replace(standing, length=enough - 1, lists=True), NO_SIGNS) == "list-page"
    assert objection(replace(standing, title=""), NO_SIGNS) == "no-text"


def test_who_says_error_and_means_an_article() -> None:
    """Under an error's title only what is called an article and has a date is one: error pages may have either."""
    error = Signs("404", "Báo X", "Trang bạn tìm không có ở đây.")
    for claimed in (False, True):
        for dated in (False, True):
            expected = None if claimed and dated else "error-page"
            assert objection(replace(LONG, claimed=claimed, dated=dated), error) == expected


def test_lists_that_look_like_articles() -> None:
    """A home page and a list of articles are kept out, however much text they have, unless they are called articles."""
    for standing in (replace(LONG, home=True), replace(LONG, listed=True)):
        assert objection(standing, NO_SIGNS) == "list-page"
        assert objection(replace(standing, claimed=True), NO_SIGNS) is None


@pytest.mark.parametrize(
    ("heading", "window", "shortest"),
    [
        ("404", "", 600),
        ("", "Lỗi 404 - Báo X", 600),
        ("502 Bad Gateway", "", 5000),
        ("", "Runtime Error", 5000),
    ],
)
def test_an_error_has_little_text(heading: str, window: str, shortest: int) -> None:
    """A title that sounds like an error is one of an article where more stands below it than errors say."""
    assert is_error(Signs(heading, window, "x" * (shortest - 1)))
    assert not is_error(Signs(heading, window, "x" * shortest))


def test_an_error_may_be_the_whole_text() -> None:
    """Without any title the text alone is an error, if it is one sentence and says so."""
    text = "Nội dung này không tồn tại trên hệ thống."
    assert is_error(Signs("", "", text))
    assert not is_error(Signs("", "", f"{text} {TEASER}"))
    assert not is_error(Signs("", "", "Hội nghị tổng kết công tác dân vận"))


@pytest.mark.parametrize(("pictures", "reason"), [(3, "no-text"), (4, "gallery-page")])
def test_some_pictures_make_a_gallery(pictures: int, reason: str) -> None:
    """Four pictures are a gallery; fewer may be a logo and its like."""
    assert without_text(replace(NO_SIGNS, pictures=pictures)) == reason


@pytest.mark.parametrize("heading", ["Đăng nhập", "Sign in"])
def test_a_wall_by_its_heading(heading: str) -> None:
    """What is headed by a log-in is one, whatever stands below; a headline that mentions one is not."""
    assert without_text(Signs(heading, "", "")) == "login-wall"
    assert without_text(Signs(f"Không cần {heading.lower()}", "", "")) == "no-text"


@pytest.mark.parametrize(
    ("prose", "teasers", "listed"), [(2, 2, True), (3, 2, False), (0, 1, True), (2, 0, False)]
)
def test_half_of_a_list_are_teasers(prose: int, teasers: int, listed: bool) -> None:
    """Where at least half of the paragraphs stand right below linked headlines, it is a list of articles."""
    headline = "Khánh thành cầu qua sông Cái"
    blocks = [Block(TEASER)] * prose + [
        Block(headline, linked=len(headline), links=1),
        Block(TEASER),
    ] * teasers
    outline = [Placed(block, ()) for block in blocks]
    assert is_list(outline, range(len(outline))) is listed


def test_an_article_called_like_an_error() -> None:
    """A brief under a title that errors have is an article if the page says so and when; else it is an error."""
    brief = f"<h1>Lỗi hệ thống</h1>{BRIEF}{BRIEF}"
    assert isinstance(read(HEAD + brief, "Lỗi hệ thống"), Article)
    assert read(brief, "Lỗi hệ thống") == Rejected("error-page")
    assert read(brief + "<div>15/03/2021 10:00</div>", "Lỗi hệ thống") == Rejected("error-page")


def test_what_counts_for_and_against_an_article() -> None:
    """A date makes an article of a brief, a lead is text; the paper's own name is no title, and teasers are no text."""
    title, date = "<h1>Tổng kết công tác dân vận</h1>", "<div>15/03/2021 10:00</div>"
    teasers = f"<p><a href=/a>Khánh thành cầu qua sông Cái</a></p><p>{TEASER}</p>" * 3
    assert read(title + BRIEF) == Rejected("no-text")
    assert isinstance(read(title + date + BRIEF + BRIEF), Article)
    assert read(title + BRIEF + BRIEF) == Rejected("no-text")
    lead = f"<p class=sapo>{TEASER} {TEASER}</p>"
    assert isinstance(read(f"{title}{date}<div>{lead}<img src=/1.jpg></div>"), Article)
    assert read(f"<h1>Báo X</h1>{date}<div>{PROSE * 2}</div>") == Rejected("list-page")
    assert read(f"{title}{date}<div>{PROSE * 2}{teasers}</div>") == Rejected("list-page")
