"""What a page holds for a crawl, by what it was visited for. Pure, for processes that may be given up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from crawl.article import Page
from crawl.extraction.extract import Reading, read_page
from crawl.frontier.entries import Entry
from crawl.frontier.feeds import feed_entries
from crawl.frontier.links import Links, links
from crawl.frontier.sitemaps import Sitemap, sitemap_entries
from crawl.frontier.visits import Kind
from crawl.sources.source import Source


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """The article, or why there is none, and where the page leads."""

    reading: Reading
    links: Links


@dataclass(frozen=True, slots=True)
class Feed:
    """The articles that a feed names."""

    entries: tuple[Entry, ...]


Contents: TypeAlias = ArticlePage | Feed | Sitemap | Links


def _article(page: Page, source: Source) -> Contents:
    return ArticlePage(read_page(page, source), links(page, source))


def _feed(page: Page, _source: Source) -> Contents:
    return Feed(feed_entries(page))


def _sitemap(page: Page, _source: Source) -> Contents:
    return sitemap_entries(page)


CONTENTS: Mapping[Kind, Callable[[Page, Source], Contents]] = {
    Kind.ARTICLE: _article,
    Kind.FEED: _feed,
    Kind.SITEMAP: _sitemap,
    Kind.SECTION: links,
}
"""How to read a page that was visited as one of these."""
