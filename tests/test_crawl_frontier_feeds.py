"""Feeds → the articles that they name."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from crawl.article import Page, utc_now
from crawl.frontier.entries import Entry
from crawl.frontier.feeds import MAX_FEED, MAX_FEED_TAGS, feed_entries


def _page(body: str | bytes, url: str = "https://bao.vn/thoi-su/") -> Page:
    return Page(url, url, 200, (), body.encode() if isinstance(body, str) else body, utc_now())


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
