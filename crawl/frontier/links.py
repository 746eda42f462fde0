"""HTML pages → where they lead. Hostile or broken input gives few URLs or none, no error."""

from __future__ import annotations

import codecs
import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from lxml import etree

from crawl.article import Page
from crawl.frontier.url_shapes import is_article, is_numbered, is_section
from crawl.sources.source import Source
from crawl.urls import canonical, within

_MAX_LIST = 2 * 2**20  # bytes of a page that are searched for links: hostile markup takes seconds a megabyte
_LEADING = frozenset({"a", "area", "link", "base", "meta"})
_CHARSET = re.compile(rb"""(?i)<meta[^>]{0,200}\bcharset\s*=\s*["']?\s*([a-z0-9_:.-]{2,40})""")

_HEAD = 4096  # bytes in which a page says its encoding
_FEED_TYPE = re.compile(r"(?i)^application/(?:rss|atom)\+xml")
_FEED_NAME = re.compile(r"(?i)\.rss$")
_REFRESH = re.compile(r"(?i)^\s*(?:[\d.]+\s*)?[;,]\s*url\s*=\s*['\"]?([^'\"]+)")


@dataclass(frozen=True, slots=True)
class Links:
    """Where a page leads within its newspaper: what looks like articles, lists of them, and their further pages."""

    articles: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    numbered: tuple[str, ...] = ()


def links(page: Page, source: Source) -> Links:
    """Where an HTML page leads within the source's hosts.

    What matches the source's `article_url` is an article; without that rule, what ends in an id or is long.
    Sections lie at most two folders deep, so that no calendar or loop of folders leads on for ever.
    """
    elements = _elements(page.body[:_MAX_LIST])
    base = next((given["href"] for name, given in elements if name == "base" and "href" in given), None)
    root = None if base is None else canonical(base, page.final_url)
    articles: dict[str, None] = {}
    sections: dict[str, None] = {}
    numbered: dict[str, None] = {}
    for target in _targets(elements):
        url = canonical(target, root or page.final_url)
        if url is None or not within(url, source.hosts):
            continue
        if is_article(url, source):
            articles[url] = None
        elif is_section(url):
            (numbered if is_numbered(url) else sections)[url] = None
    return Links(tuple(articles), tuple(sections), tuple(numbered))


def feeds_of(page: Page) -> tuple[str, ...]:
    """The feeds that an HTML page announces (`<link rel=alternate>`) or links to by name."""
    elements = _elements(page.body[:_MAX_LIST])
    announced = [
        given["href"]
        for name, given in elements
        if name == "link" and "alternate" in _relations(given) and _FEED_TYPE.search(given.get("type", ""))
        if "href" in given
    ]
    named = [
        given["href"] for name, given in elements if name == "a" and _FEED_NAME.search(given.get("href", ""))
    ]
    urls = (canonical(target, page.final_url) for target in announced or named)
    return tuple(dict.fromkeys(url for url in urls if url))


_Elements: TypeAlias = list[tuple[str, Mapping[str, str]]]


class _Collector:
    """What lxml tells of a page, as far as it can lead anywhere."""

    def __init__(self) -> None:
        self.found: _Elements = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        if name in _LEADING:
            self.found.append((name, dict(attributes)))

    def close(self) -> None:
        """The page ends."""


def _elements(body: bytes) -> _Elements:
    """The elements that lead somewhere, in order, with their attributes; no tree is built for them."""
    collector = _Collector()
    parser = etree.HTMLParser(target=collector, encoding=_encoding(body), huge_tree=True)
    with contextlib.suppress(etree.LxmlError):
        parser.feed(body)
        parser.close()
    return collector.found


def _encoding(body: bytes) -> str:
    """The encoding for reading addresses, which are ASCII nearly always: as declared, if Python knows it."""
    declared = _CHARSET.search(body[:_HEAD])
    if declared:
        with contextlib.suppress(LookupError, ValueError):
            name = codecs.lookup(declared[1].decode("ascii")).name
            return (
                "utf-8" if name.startswith(("utf-16", "utf-32")) else name
            )  # then it could not have been read
    return "utf-8"


def _relations(given: Mapping[str, str]) -> set[str]:
    return set(given.get("rel", "").lower().split())


def _targets(elements: _Elements) -> Iterator[str]:
    for name, given in elements:
        if name in {"a", "area"} and "href" in given:
            yield given["href"]
    for name, given in elements:
        if name == "link" and "href" in given and _relations(given) & {"next", "prev"}:
            yield given["href"]
    for name, given in elements:
        if name == "meta" and given.get("http-equiv", "").lower() == "refresh":
            refresh = _REFRESH.match(given.get("content", ""))
            if refresh:
                yield refresh[1]
