"""RSS and Atom feeds → the articles that they name. Hostile or broken input gives few or none, no error."""

from __future__ import annotations

import io
from datetime import datetime

import feedparser

from crawl.article import Page
from crawl.frontier.entries import Entry, dated, moment, unique
from crawl.urls import canonical

MAX_FEED = 2**20
"""Largest feed read, in bytes; feedparser's time grows faster than its input."""

MAX_FEED_TAGS = 60_000
"""How often `<` may stand in a feed: 5,000 items; twice as many tags may take feedparser four times as long."""


def feed_entries(page: Page) -> tuple[Entry, ...]:
    """The articles of an RSS or Atom feed with the dates of their last change, or else of their publication."""
    if len(page.body) > MAX_FEED or page.body.count(b"<") > MAX_FEED_TAGS:
        return ()
    # As a stream: given bytes, feedparser would open a file or a URL of that name.
    feed = feedparser.parse(io.BytesIO(page.body), sanitize_html=False, resolve_relative_uris=False)
    published: list[Entry] = []
    updated: list[Entry] = []
    for entry in feed.entries:
        if url := canonical(entry.get("link") or _permalink(entry.get("id", "")), page.final_url):
            for key, entries in (("published", published), ("updated", updated)):
                entries.append(Entry(url, moment(entry[key]) if key in entry else None))
    return unique(map(_later, dated(published), dated(updated)))


def _later(published: Entry, updated: Entry) -> Entry:
    """The entry with the date of its last change; of its publication, if that is all that can be told."""
    first, last = published.when, updated.when
    if isinstance(first, datetime) and isinstance(last, datetime):
        return updated if last > first else published
    return published if first else updated


def _permalink(identity: str) -> str:
    """An entry's id where it serves as its link (RSS 2.0 `guid`); other ids lead nowhere."""
    return identity if identity.startswith(("http://", "https://")) else "mailto:"
