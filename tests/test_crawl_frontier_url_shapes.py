"""What a URL alone tells of its page."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from crawl.frontier.url_shapes import is_article, is_numbered, is_of_a_past_month, is_section
from crawl.sources.source import Source

PAPER = Source(name="bao.vn", title="Báo", hosts=("bao.vn",))
HANOI = timezone(timedelta(hours=7))


@pytest.mark.parametrize(
    ("url", "past"),
    [
        ("/sitemaps/news-2021-3.xml", True),
        ("/sitemap_news_202103.xml", True),
        ("/sitemap/2021/03/15.xml.gz", True),
        ("/sitemap.aspx?year=2021&month=3", False),
        ("/sitemap-20210315.xml", True),
        ("/sitemap-2021-03-to-2026-01.xml", False),
        ("/sitemaps/news-2025-12.xml", False),
        ("/sitemaps/news-2025-11.xml", True),
        ("/sitemaps/news-2026-01.xml", False),
        ("/sitemap-1202103.xml", False),
        ("/sitemap-2021.xml", False),
        ("/sitemap-202113.xml", False),
        ("/sitemap.xml", False),
    ],
)
def test_a_list_of_a_month_that_is_over(url: str, past: bool) -> None:
    """A list is over when all months in its address ended more than a month ago; a year alone tells nothing."""
    now = datetime(2026, 1, 15, tzinfo=HANOI)
    assert is_of_a_past_month(f"https://bao.vn{url}", now) == past


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/thoi-su/202103/hoi-ky-su-8889043/", "article"),
        ("/xa-hoi/2017/chuyen-b180e1a/", "article"),
        ("/tin-a20417.html", "article"),
        ("/tin-post100482.html", "article"),
        ("/tin-postid12345.bbg", "article"),
        ("/tin-bai/xa-hoi/nhieu-hoat-dong-chao-mung-ngay-le-lon", "article"),
        ("/", "section"),
        ("/thoi-su/", "section"),
        ("/van-hoa-the-thao-du-lich/", "section"),
        ("/thoi-su/trang-2/", "numbered"),
        ("/thoi-su/page/12", "numbered"),
        ("/thoi-su-p3.html", "numbered"),
        ("/a/b/c/?page=2", "numbered"),
        ("/thoi-su?p=10", "numbered"),
        ("/lich?ngay=2021-03-15", "nothing"),
        ("/a/b/a/b/", "nothing"),
        ("/print/tin-a20417.html", "nothing"),
        ("/dataimages/2021/anh-2889043.jpg", "nothing"),
    ],
)
def test_what_a_path_looks_like(path: str, kind: str) -> None:
    """Without a rule of its own, a source's articles, lists and numbered pages are told by their shape."""
    url = f"https://bao.vn{path}"
    assert is_article(url, PAPER) == (kind == "article")
    assert is_numbered(url) == (kind == "numbered")
    assert is_section(url) or kind in ("article", "nothing")
    assert kind != "nothing" or not is_section(url)
