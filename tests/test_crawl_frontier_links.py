"""HTML pages → where they lead; and what no list or page may do, however broken."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawl.article import Page, utc_now
from crawl.frontier.feeds import feed_entries
from crawl.frontier.links import Links, feeds_of, links
from crawl.frontier.sitemaps import Sitemap, sitemap_entries
from crawl.frontier.url_shapes import is_article
from crawl.sources.source import Source

PAPER = Source(name="bao.vn", title="Báo", hosts=("bao.vn",))
RULED = Source(name="bao.vn", title="Báo", hosts=("bao.vn",), article_url=r"-\d{7}/$")


def _page(body: str | bytes, url: str = "https://bao.vn/thoi-su/") -> Page:
    return Page(url, url, 200, (), body.encode() if isinstance(body, str) else body, utc_now())


_PIECES = r"""<a _
    <a>_</a>_href=_'/x-12345'_>_<url>_</url>_<loc>_</loc>_<item>_<link>_&_&amp;_<![CDATA[_]]>_<!--
    _-->_<!DOCTYPE_<?xml_<urlset>_<rss>_http://bao.vn/1_<base_é"""
_MARKUP = st.lists(st.sampled_from([*_PIECES.split("_"), "\0", "\ufeff"]), max_size=30).map("".join)


def test_links_of_a_section_page() -> None:
    """Articles, lists and further pages of them in this newspaper, each once; other hosts, pictures and deep folders
    left out.
    """
    found = links(
        _page(
            """<html><head><link rel="next" href="?page=2"><link rel="stylesheet" href="/s"></head><body>
            <a href="/thoi-su/202103/bai-mot-2889043/">1</a>
            <a href="/thoi-su/202103/bai-mot-2889043/#binh-luan">1</a>
            <a href="https://www.bao.vn/thoi-su/202103/bai-hai-2889044/?utm_source=home">2</a>
            <a href="/kinh-te/">Kinh tế</a><a href="trang-3/">3</a><a href="/anh.jpg">x</a>
            <a href="/a/b/c/d">x</a><a href="/print/bai-mot-2889043/">in</a>
            <a href="https://khac.vn/bai-2889045/">x</a><a href="javascript:void(0)">x</a>
            <a href="mailto:a@bao.vn">x</a>
            <a href="/tim-kiem?q=x">x</a><a>x</a><map><area href="/van-hoa/"></map></body></html>"""
        ),
        RULED,
    )
    assert found == Links(
        articles=(
            "https://bao.vn/thoi-su/202103/bai-mot-2889043/",
            "https://www.bao.vn/thoi-su/202103/bai-hai-2889044/",
        ),
        sections=("https://bao.vn/kinh-te/", "https://bao.vn/van-hoa/"),
        numbered=("https://bao.vn/thoi-su/trang-3/", "https://bao.vn/thoi-su/?page=2"),
    )


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ("utf-8", "utf-8"),
        ("", "utf-8"),
        ("windows-1252", "windows-1252"),
        ("UTF-16", "utf-8"),
        ("x-none", "utf-8"),
    ],
)
def test_addresses_are_read_in_the_encoding_of_their_page(declared: str, written: str) -> None:
    """As the page declares it, if that can be true; addresses are escaped as UTF-8 then (URL Standard)."""
    page = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}"><a href="/b\xe0i-10000.html">x'
    assert links(_page(page.encode(written)), PAPER).articles == ("https://bao.vn/b%C3%A0i-10000.html",)


def test_feeds_that_a_page_names() -> None:
    """The page's own words for its feeds, each once; other alternates are none."""
    head = """<link rel="alternate" type="application/rss+xml" href="/rss/home.rss">
        <link rel="alternate" type="application/atom+xml; charset=utf-8" href="https://bao.vn/atom">
        <link rel="alternate" type="application/rss+xml" href="/rss/home.rss#x">
        <link rel="alternate" hreflang="en" href="/en">"""
    assert feeds_of(_page(head)) == ("https://bao.vn/rss/home.rss", "https://bao.vn/atom")


def test_base_and_refresh_are_understood() -> None:
    """Links are relative to the page's base; a page that only leads elsewhere leads there."""
    assert links(_page('<base href="/kinh-te/"><a href="trang-2/">'), PAPER).numbered == (
        "https://bao.vn/kinh-te/trang-2/",
    )
    moved = """<meta http-equiv="Refresh" content="0; URL='/moi/'">"""
    assert links(_page(moved), PAPER).sections == ("https://bao.vn/moi/",)
    elsewhere = '<meta http-equiv="refresh" content="0;url=http://127.0.0.2/">'
    assert links(_page(elsewhere), PAPER) == Links()


def test_long_runs_are_read_once() -> None:
    """White space without end and digits without end, which lead nowhere, take no time that grows with the square."""
    assert links(_page(f'<meta http-equiv="refresh" content="{" " * 500_000}">'), PAPER) == Links()
    assert not is_article(f"https://bao.vn/{'1' * 500_000}!", PAPER)


@given(_MARKUP.map(str.encode) | st.binary(max_size=200))
@example(b'<?xml version="1.0" encoding="no-such"?><urlset/>')
@example(b'<?xml version="1.0" encoding="utf-16"?><urlset/>')
@example(b"\xff\xfe<\0a\0")
@example(b"\x1f\x8b\x08")
def test_any_bytes_give_urls_of_the_paper_or_none(body: bytes) -> None:
    """Broken markup of all kinds gives an answer, and links never leave the newspaper."""
    page = _page(body)
    found = links(page, PAPER)
    named = [*sitemap_entries(page).pages, *sitemap_entries(page).children, *feed_entries(page)]
    assert all(
        url.startswith(("https://bao.vn/", "http://bao.vn/"))
        for url in found.articles + found.sections + found.numbered
    )
    assert all(entry.url.startswith(("http://", "https://")) for entry in named)


@pytest.mark.parametrize(
    "body",
    [
        b"<a>" * 10_000,
        b"<url>" * 10_000,
        b"<a " * 10_000,
        b"<!--" * 50_000,
        b"<p" + b" a=b" * 50_000,
        b"&" * 100_000,
        b"]]>" * 50_000,
    ],
    ids=["deep", "deep xml", "open tags", "comments", "attributes", "ampersands", "cdata ends"],
)
def test_endless_markup_ends(body: bytes) -> None:
    """Depth, repetition and disorder cost no stack and no patience."""
    page = _page(body)
    assert links(page, PAPER) == Links()
    assert sitemap_entries(page) == Sitemap()
    assert feed_entries(page) == ()
