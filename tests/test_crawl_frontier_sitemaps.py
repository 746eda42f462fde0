"""Sitemaps → the pages and further sitemaps that they name."""

from __future__ import annotations

import gzip
import tracemalloc
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl.article import Page, utc_now
from crawl.frontier.entries import Entry
from crawl.frontier.feeds import feed_entries
from crawl.frontier.sitemaps import MAX_ENTRIES, Sitemap, sitemap_entries

NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
HANOI = timezone(timedelta(hours=7))


def _page(body: str | bytes, url: str = "https://bao.vn/thoi-su/") -> Page:
    return Page(url, url, 200, (), body.encode() if isinstance(body, str) else body, utc_now())


def test_a_sitemap() -> None:
    """Locations and last changes come in order, relative ones resolved, entities read, pictures left out."""
    sitemap = sitemap_entries(
        _page(
            f"""<?xml version="1.0" encoding="UTF-8"?>
            <urlset {NAMESPACE} xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
            <url><loc> https://bao.vn/a-1.html?x=1&amp;y=2 </loc><lastmod>2021-03-15T22:42:00+07:00</lastmod>
              <image:image><image:loc>https://bao.vn/a.jpg</image:loc></image:image></url>
            <url><image:image><image:loc>/b.jpg</image:loc></image:image><lastmod>2021-03-15</lastmod></url>
            <url><loc>/c-3.html</loc><lastmod>hôm qua</lastmod></url>
            <url><loc>/c-3.html</loc></url>
            <url><loc>javascript:alert(1)</loc></url>
            </urlset>"""
        )
    )
    assert sitemap.children == ()
    assert (
        Entry("https://bao.vn/a-1.html?x=1&y=2", datetime(2021, 3, 15, 22, 42, tzinfo=HANOI))
        == sitemap.pages[0]
    )
    assert Entry("https://bao.vn/c-3.html") == sitemap.pages[-1]
    assert "https://bao.vn/a.jpg" not in [entry.url for entry in sitemap.pages]


def test_a_sitemap_index() -> None:
    """An index names further sitemaps, with the day of their last change."""
    index_page = _page(
        f"<sitemapindex {NAMESPACE}><sitemap><loc>https://bao.vn/s-1.xml.gz</loc><lastmod>2021-03</lastmod></sitemap>"
        "<sitemap><loc>https://bao.vn/s-2.xml</loc><lastmod>2021-03-15</lastmod></sitemap></sitemapindex>"
    )
    assert sitemap_entries(index_page) == Sitemap(
        children=(Entry("https://bao.vn/s-1.xml.gz"), Entry("https://bao.vn/s-2.xml", date(2021, 3, 15)))
    )


def test_a_news_sitemap_gives_the_day_of_publication() -> None:
    """Without a last change the day of publication serves."""
    found = sitemap_entries(
        _page(
            f'<urlset {NAMESPACE} xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>/a-1.html</loc>'
            "<news:news><news:publication_date>2021-03-15</news:publication_date></news:news></url></urlset>"
        )
    )
    assert found.pages == (Entry("https://bao.vn/a-1.html", date(2021, 3, 15)),)


def test_other_forms_of_a_sitemap() -> None:
    """Gzipped, as plain text, without a namespace, with bare ampersands, or a feed: all are read."""
    plain = "<urlset><url><loc>https://bao.vn/x?a=1&b=2</loc></url></urlset>"
    expected = Sitemap(pages=(Entry("https://bao.vn/x?a=1&b=2"),))
    assert sitemap_entries(_page(plain)) == expected
    assert sitemap_entries(_page(gzip.compress(plain.encode()))) == expected
    assert sitemap_entries(_page("\ufeffhttps://bao.vn/x?a=1&b=2\r\n\r\nnot a url\n")) == expected
    feed = "<rss><channel><item><link>https://bao.vn/x?a=1&amp;b=2</link></item></channel></rss>"
    assert sitemap_entries(_page(feed)) == expected


def test_a_broken_sitemap_gives_what_came_before_the_break() -> None:
    """Half a file, packed or not, is still a list of pages."""
    whole = (
        "<urlset>" + "".join(f"<url><loc>https://bao.vn/{n}</loc></url>" for n in range(20_000)) + "</urlset>"
    )
    half = sitemap_entries(_page(whole[: len(whole) // 2]))
    assert 9_000 < len(half.pages) < 11_000
    packed = gzip.compress(whole.encode())
    assert 100 < len(sitemap_entries(_page(packed[: len(packed) // 2])).pages) < 20_000


def test_entities_are_refused() -> None:
    """No entity is expanded, neither one that names a file nor ten that multiply each other."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    for declared in ('<!ENTITY l0 "lol">' + laughs, '<!ENTITY l9 SYSTEM "file:///etc/passwd">'):
        bomb = f"<!DOCTYPE urlset [{declared}]><urlset><url><loc>https://bao.vn/&l9;</loc></url></urlset>"
        assert sitemap_entries(_page(bomb)) == Sitemap()
        assert all("lol" not in entry.url and "root" not in entry.url for entry in feed_entries(_page(bomb)))


def test_a_gzip_bomb_of_a_sitemap_is_read_to_the_limit() -> None:
    """What is beyond 50 MB of a sitemap is left out."""
    head = b"<urlset><url><loc>https://bao.vn/1</loc></url>"
    bomb = gzip.compress(head + b" " * 60 * 2**20 + b"<url><loc>https://bao.vn/2</loc></url>")
    assert sitemap_entries(_page(bomb)).pages == (Entry("https://bao.vn/1"),)


@pytest.mark.parametrize(
    "filling",
    [
        "<u>" + "&a" * 1_000_000,
        "<url><loc>https://bao.vn/" + "&a" * 1_000_000,
        "<a>" * 2_000_000,
        "".join(f"<a{n}/>" for n in range(300_000)),
        "<u " + " " * 8_000_000,
    ],
    ids=["ampersands", "an address", "depth", "names", "a tag"],
)
def test_a_sitemap_that_is_a_bomb_costs_no_memory(filling: str) -> None:
    """However it is built, no more is kept of it than of an honest one, and what came before counts."""
    page = _page("<urlset><url><loc>https://bao.vn/1</loc></url>" + filling)
    tracemalloc.start()
    try:
        found = sitemap_entries(page).pages
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found == (Entry("https://bao.vn/1"),)
    assert most < 8 * 2**20  # bytes


@given(st.lists(st.sampled_from(["&", "&amp;", "&#38;", "x" * 31, "é"]), min_size=1, max_size=60))
def test_ampersands_are_understood_wherever_a_piece_ends(parts: list[str]) -> None:
    """References and bare ampersands give the same address however the file is cut into pieces for the parser."""
    written = "".join(parts)
    url = "https://bao.vn/?a=" + written
    whole = f"<urlset>{{}}<url><loc>{url}</loc></url></urlset>"
    near = sitemap_entries(_page(whole.format("")))
    cut = sitemap_entries(_page(whole.format(" " * (64 * 1024 - 60))))
    assert near.pages == cut.pages != ()


@pytest.mark.parametrize("form", ["<urlset>%s</urlset>", "%s"])
def test_a_sitemap_is_taken_up_to_the_protocol_s_limit(form: str) -> None:
    """Of a sitemap the first 50,000 entries count; how many were left out is told."""
    entry = "<url><loc>https://bao.vn/%d</loc></url>" if "<" in form else "https://bao.vn/%d\n"
    sitemap = sitemap_entries(_page(form % "".join(entry % number for number in range(MAX_ENTRIES + 3))))
    assert (len(sitemap.pages), sitemap.left_out) == (MAX_ENTRIES, 3)
    assert sitemap.pages[-1].url == f"https://bao.vn/{MAX_ENTRIES - 1}"
