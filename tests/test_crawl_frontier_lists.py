"""Sitemaps, feeds and pages → URLs."""

from __future__ import annotations

import gzip
import tracemalloc
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawl.article import Page, utc_now
from crawl.frontier.lists import (
    MAX_ENTRIES,
    MAX_FEED,
    MAX_FEED_TAGS,
    Entry,
    Links,
    Sitemap,
    feed_entries,
    feeds_of,
    is_article,
    is_numbered,
    is_of_a_past_month,
    is_section,
    links,
    sitemap_entries,
)
from crawl.sources.source import Source

NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
PAPER = Source(name="bao.vn", title="Báo", hosts=("bao.vn",))
RULED = Source(name="bao.vn", title="Báo", hosts=("bao.vn",), article_url=r"-\d{7}/$")
HANOI = timezone(timedelta(hours=7))


def _page(body: str | bytes, url: str = "https://bao.vn/thoi-su/") -> Page:
    return Page(url, url, 200, (), body.encode() if isinstance(body, str) else body, utc_now())


# Sitemaps


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


# Feeds


def test_a_feed() -> None:
    """Links with dates of publication, as Vietnamese papers write them; tracking parameters dropped."""
    feed = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><link>https://bao.vn/</link>
        <item><link>https://bao.vn/a-1.html?utm_source=rss</link>
          <pubDate>Mon, 15 Mar 2021 22:42:00 +0700</pubDate></item>
        <item><link>/b-2.html</link><pubDate>Mon, 15 Mar 2021 22:42:00 GMT+7</pubDate></item>
        <item><link>/c-3.html</link><pubDate>9/14/2026 6:44:00 PM</pubDate></item>
        <item><link>/g-7.html</link><pubDate>Mon, 15 Mar 21 22:42:00 +0700</pubDate></item>
        <item><link>/h-8.html</link><pubDate>0001-01-01</pubDate></item>
        <item><link>/i-9.html</link><pubDate>Fri, 31 Dec 9999 23:59:59 -1200</pubDate></item>
        <item><guid isPermaLink="false">17</guid><title>no link</title></item>
        <item><guid>https://bao.vn/d-4.html</guid></item>
        <item><link>/e-5.html</link><description><![CDATA[<a href="https://bao.vn/f-6.html">]]></description></item>
        </channel></rss>"""
    entries = feed_entries(_page(feed, "https://bao.vn/rss/home.rss"))
    assert [entry.url for entry in entries] == [
        f"https://bao.vn/{name}.html" for name in ("a-1", "b-2", "c-3", "g-7", "h-8", "i-9", "d-4", "e-5")
    ]
    moment = datetime(2021, 3, 15, 15, 42, tzinfo=UTC)
    assert entries[0].when == moment
    assert entries[1].when == moment
    assert isinstance(entries[2].when, datetime)
    assert entries[2].when.date() == date(2026, 9, 14)
    assert entries[3].when == moment
    assert [entry.when for entry in entries[4:]] == [None] * 4


def test_an_atom_feed() -> None:
    """Atom's alternate links with their last change; a date of change before publication tells nothing."""
    feed = """<feed xmlns="http://www.w3.org/2005/Atom">
        <entry><link href="/a-1.html"/><published>2021-03-15T08:00:00Z</published>
          <updated>2022-01-01T00:00:00Z</updated></entry>
        <entry><link rel="alternate" href="/b-2.html"/>
          <updated>2022-01-01T00:00:00Z</updated></entry>
        <entry><link href="/c-3.html"/><published>2021-03-15T08:00:00Z</published>
          <updated>0001-01-01T00:00:00Z</updated></entry></feed>"""
    assert feed_entries(_page(feed)) == (
        Entry("https://bao.vn/a-1.html", datetime(2022, 1, 1, tzinfo=UTC)),
        Entry("https://bao.vn/b-2.html", datetime(2022, 1, 1, tzinfo=UTC)),
        Entry("https://bao.vn/c-3.html", datetime(2021, 3, 15, 8, tzinfo=UTC)),
    )


@pytest.mark.parametrize("common", ["published", "updated"])
def test_the_moment_of_most_entries_is_the_lists_own(common: str) -> None:
    """Where most entries of a feed were published, or changed, at one moment, the other date alone is believed."""
    other = {"published": "updated", "updated": "published"}[common]
    entries = "".join(
        f"<entry><link href='/a-{day}.html'/><{common}>2026-01-01T07:00:00Z</{common}>"
        f"<{other}>2021-03-{day}T08:00:00Z</{other}></entry>"
        for day in range(10, 25)
    )
    found = feed_entries(_page(f"<feed xmlns='http://www.w3.org/2005/Atom'>{entries}</feed>"))
    assert [entry.when for entry in found] == [datetime(2021, 3, day, 8, tzinfo=UTC) for day in range(10, 25)]


@pytest.mark.parametrize(
    "body", [b"http://127.0.0.2:9/", b"/etc/passwd", b"file:///etc/passwd", b"a" * (MAX_FEED + 1)]
)
def test_a_feed_that_names_something_else_is_empty(body: bytes) -> None:
    """The body of a feed is never taken for a file or a URL to open, and beyond the limit it is not read."""
    assert feed_entries(_page(body)) == ()


def test_a_feed_of_too_many_tags_is_not_read() -> None:
    """A feed is read up to as many tags as the reader is quick with; beyond them it is taken for empty."""
    item = "<item><link>https://bao.vn/a-1.html</link></item>"
    padding = "<a/>" * (MAX_FEED_TAGS - 8)
    feed = f"<rss><channel>{item}%s</channel></rss>"
    assert (feed % padding).count("<") == MAX_FEED_TAGS
    assert len(feed_entries(_page(feed % padding))) == 1
    assert feed_entries(_page(feed % f"{padding}<")) == ()


@pytest.mark.parametrize("form", ["<urlset>%s</urlset>", "%s"])
def test_a_sitemap_is_taken_up_to_the_protocol_s_limit(form: str) -> None:
    """Of a sitemap the first 50,000 entries count; how many were left out is told."""
    entry = "<url><loc>https://bao.vn/%d</loc></url>" if "<" in form else "https://bao.vn/%d\n"
    sitemap = sitemap_entries(_page(form % "".join(entry % number for number in range(MAX_ENTRIES + 3))))
    assert (len(sitemap.pages), sitemap.left_out) == (MAX_ENTRIES, 3)
    assert sitemap.pages[-1].url == f"https://bao.vn/{MAX_ENTRIES - 1}"


# Pages


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


# Hostile input

_PIECES = r"""<a _
    <a>_</a>_href=_'/x-12345'_>_<url>_</url>_<loc>_</loc>_<item>_<link>_&_&amp;_<![CDATA[_]]>_<!--
    _-->_<!DOCTYPE_<?xml_<urlset>_<rss>_http://bao.vn/1_<base_é"""
_MARKUP = st.lists(st.sampled_from([*_PIECES.split("_"), "\0", "\ufeff"]), max_size=30).map("".join)


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
