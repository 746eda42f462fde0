"""Sitemaps, feeds and section pages → URLs. Hostile or broken input gives few URLs or none, no error."""

from __future__ import annotations

import codecs
import contextlib
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeAlias
from urllib.parse import urlsplit
from xml.parsers import expat

import feedparser
from lxml import etree

from crawl.article import VIETNAM, Page, When, parse_when
from crawl.extraction.dates import YEARS, parse_written
from crawl.fetching.inflate import Damaged, Overflow, inflated, limited
from crawl.sources.source import Source
from crawl.urls import canonical, within

MAX_SITEMAP = 50 * 2**20
"""Largest sitemap read, in bytes uncompressed: the limit of the sitemap protocol (sitemaps.org)."""

MAX_ENTRIES = 50_000
"""How many entries of one sitemap are taken: the limit of the sitemap protocol (sitemaps.org)."""

MAX_FEED = 2**20
"""Largest feed read, in bytes; feedparser's time grows faster than its input."""

MAX_FEED_TAGS = 60_000
"""How often `<` may stand in a feed: 5,000 items; twice as many tags may take feedparser four times as long."""

_FEW_ENTRIES = 10  # of a list may well be of one moment
_MAX_LIST = 2 * 2**20  # bytes of a page that are searched for links: hostile markup takes seconds a megabyte
_DATES = ("lastmod", "publication_date")
_PIECE = 64 * 1024  # bytes of a sitemap that are parsed at once
_LONGEST_TOKEN = 2**20  # bytes: the parser begins a tag that does not end again with every piece
_DEEPEST = 16  # elements within each other; those of a sitemap with pictures and prices are five
_MOST_NAMES = 1000  # of elements and attributes, each of which the parser keeps
_LONGEST_VALUE = 4096  # characters of an address or a date
_LONGEST_REFERENCE = 33  # bytes that `_BARE_AMPERSAND` looks at
_FEED_ROOTS = frozenset({"rss", "feed", "RDF"})
_ASSET = re.compile(
    r"(?i)\.(?:jpe?g|png|gif|webp|svg|ico|css|js|json|xml|rss|pdf|docx?|xlsx?|zip|rar|mp[34]|m3u8|woff2?)$"
)
# `page=2`, `p=2`, `trang=2` in the query; `/trang-2/`, `/page/2`, `/p2`, `-p2.html` in the path.
_PAGE_QUERY = re.compile(r"(?i)(?:page|paged|p|trang)=\d{1,5}")
_PAGE_PATH = re.compile(r"(?i)(?:/(?:trang|page|p)[-/]?\d{1,5}|-p\d{1,5})(?:\.html?|/)?$")
_ARTICLE_END = re.compile(r"(?i)(?:\d{4}|-[0-9a-f]{7,})(?:\.[a-z]{2,5}|/)?$")
# Another dress of a page that has an address of its own.
_VARIANT = re.compile(r"(?i)/(?:print|in-bai|in-tin|amp)(?:/|$)")
_LONGEST_SECTION = 6  # words in a section's slug; headlines are longer
# `news-2021-3.xml`, `sitemap_news_202103.xml`, `2021/03/15.xml`; not part of a longer number.
_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_/.]?(1[0-2]|0?[1-9])(?:[-_/.]?(?:0[1-9]|[12]\d|3[01]))?(?!\d)")
_MONTH_AND_SOME = timedelta(days=31 + 35)
_BARE_AMPERSAND = re.compile(rb"&(?!#\d{1,7};|#x[0-9A-Fa-f]{1,6};|[A-Za-z]\w{0,30};)")
_LEADING = frozenset({"a", "area", "link", "base", "meta"})
_CHARSET = re.compile(rb"""(?i)<meta[^>]{0,200}\bcharset\s*=\s*["']?\s*([a-z0-9_:.-]{2,40})""")
_HEAD = 4096  # bytes in which a page says its encoding
_FEED_TYPE = re.compile(r"(?i)^application/(?:rss|atom)\+xml")
_FEED_NAME = re.compile(r"(?i)\.rss$")
_REFRESH = re.compile(r"(?i)^\s*(?:[\d.]+\s*)?[;,]\s*url\s*=\s*['\"]?([^'\"]+)")


@dataclass(frozen=True, slots=True)
class Entry:
    """A URL that a list names, and the moment the list gives for it (last change or publication).

    There is none where most entries of a list have the same moment, which is when the list was written.
    """

    url: str
    when: When | None = None


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What a sitemap names: further sitemaps, and pages. `left_out` counts entries beyond MAX_ENTRIES."""

    children: tuple[Entry, ...] = ()
    pages: tuple[Entry, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Links:
    """Where a page leads within its newspaper: what looks like articles, lists of them, and their further pages."""

    articles: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    numbered: tuple[str, ...] = ()


def sitemap_entries(page: Page) -> Sitemap:
    """The URLs of a sitemap: XML (gzipped or not), a sitemap index, plain text, or a feed (sitemaps.org).

    A file that declares entities is not read; what follows an error in the file is left out.
    """
    body = _unpacked(page.body)
    if not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        lines = body.decode("utf-8-sig", "replace").split()
        pages = (Entry(url) for line in lines[:MAX_ENTRIES] if (url := canonical(line)))
        return Sitemap(pages=_unique(pages), left_out=max(0, len(lines) - MAX_ENTRIES))
    children: list[Entry] = []
    listed: list[Entry] = []
    reader = _SitemapReader(body)
    if reader.root in _FEED_ROOTS:
        return Sitemap(pages=feed_entries(page))
    for name, location, when in reader.found:
        url = canonical(location, page.final_url)
        if url is not None:
            (children if name == "sitemap" else listed).append(Entry(url, _moment(when)))
    return Sitemap(_unique(children), _unique(_dated(listed)), reader.left_out)


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
                entries.append(Entry(url, _moment(entry[key]) if key in entry else None))
    return _unique(map(_later, _dated(published), _dated(updated)))


def _later(published: Entry, updated: Entry) -> Entry:
    """The entry with the date of its last change; of its publication, if that is all that can be told."""
    first, last = published.when, updated.when
    if isinstance(first, datetime) and isinstance(last, datetime):
        return updated if last > first else published
    return published if first else updated


def _dated(entries: list[Entry]) -> list[Entry]:
    """The entries; without their dates where most give the same moment."""
    moments = Counter(entry.when for entry in entries if isinstance(entry.when, datetime))
    if len(entries) < _FEW_ENTRIES or 2 * max(moments.values(), default=0) <= len(entries):
        return entries
    return [replace(entry, when=None) for entry in entries]


def _permalink(identity: str) -> str:
    """An entry's id where it serves as its link (RSS 2.0 `guid`); other ids lead nowhere."""
    return identity if identity.startswith(("http://", "https://")) else "mailto:"


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


def is_article(url: str, source: Source) -> bool:
    """Whether a URL of the source looks like an article's."""
    parts = urlsplit(url)
    if _VARIANT.search(parts.path):
        return False
    if source.article_url is not None:
        return re.search(source.article_url, url) is not None
    if is_numbered(url) or _ASSET.search(parts.path):
        return False
    words = parts.path.rstrip("/").rpartition("/")[2].split("-")
    return _ARTICLE_END.search(parts.path) is not None or len(words) > _LONGEST_SECTION


def is_section(url: str) -> bool:
    """Whether a URL that is no article's may be a list of articles."""
    parts = urlsplit(url)
    shallow = len([segment for segment in parts.path.split("/") if segment]) <= 2
    if _ASSET.search(parts.path) or _VARIANT.search(parts.path):
        return False
    return is_numbered(url) or (shallow and not parts.query)


def is_numbered(url: str) -> bool:
    """Whether the URL is that of a numbered page of a list."""
    parts = urlsplit(url)
    return bool(_PAGE_QUERY.fullmatch(parts.query) or (not parts.query and _PAGE_PATH.search(parts.path)))


def is_of_a_past_month(url: str, now: datetime) -> bool:
    """Whether the URL of a list names a month, or a day, that is over for so long that nothing is added any more."""
    parts = urlsplit(url)
    months = [(int(year), int(month)) for year, month in _MONTH.findall(f"{parts.path}?{parts.query}")]
    return bool(months) and all(
        now > datetime(year, month, 1, tzinfo=VIETNAM) + _MONTH_AND_SOME for year, month in months
    )


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


def _unpacked(body: bytes) -> bytes:
    """The body, gunzipped if it is a gzip file: as much as is whole and within the limit."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    unpacked = bytearray()
    try:
        for piece in limited(inflated([body], "gzip"), MAX_SITEMAP):
            unpacked += piece
    except (Damaged, Overflow):
        pass  # The part that came is still a list of pages.
    return bytes(unpacked)


class _SitemapReader:
    """Reads a sitemap as a stream: `root` is its outermost element, `found` the first (kind, location, date)s."""

    def __init__(self, body: bytes) -> None:
        self.root = ""
        self.found: list[tuple[str, str, str]] = []
        self.left_out = 0
        self._values: dict[str, str] = {}
        self._text: str | None = None
        self._depth = 0
        self._names: dict[str, str] = {}
        parser = expat.ParserCreate(namespace_separator=" ", intern=self._names)
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.EntityDeclHandler = _refuse_entities
        # What follows an error is lost, what came before is good; a bare ampersand is the commonest error.
        with contextlib.suppress(expat.ExpatError, LookupError, ValueError, _NoSitemap):
            fed = 0
            for piece in _with_ampersands_escaped(body):
                parser.Parse(piece, False)
                fed += len(piece)
                if fed - parser.CurrentByteIndex > _LONGEST_TOKEN:
                    return
            parser.Parse(b"", True)

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        name = name.rpartition(" ")[2]
        self.root = self.root or name
        self._text = "" if name == "loc" or name in _DATES else None
        self._depth += 1
        if self._depth > _DEEPEST or len(self._names) > _MOST_NAMES:
            raise _NoSitemap

    def _data(self, text: str) -> None:
        if self._text is not None and len(self._text) < _LONGEST_VALUE:
            self._text += text

    def _end(self, name: str) -> None:
        self._depth -= 1
        name = name.rpartition(" ")[2]
        if self._text is not None:
            # The page's own location comes before those of its pictures.
            self._values.setdefault(name, self._text.strip())
            self._text = None
        elif name in ("url", "sitemap"):
            date = next((self._values[key] for key in _DATES if key in self._values), "")
            if len(self.found) < MAX_ENTRIES:
                self.found.append((name, self._values.get("loc", ""), date))
            else:
                self.left_out += 1
            self._values = {}


class _NoSitemap(Exception):
    """The file has what no sitemap needs and bombs are made of: entities, great depth, names without number."""


def _refuse_entities(*_declaration: object) -> None:
    raise _NoSitemap


def _with_ampersands_escaped(body: bytes) -> Iterator[bytes]:
    """The file in pieces, its bare ampersands written out; none is cut in the middle of a reference."""
    start = 0
    while start < len(body):
        end = start + _PIECE
        ampersand = body.rfind(b"&", max(start + 1, end - _LONGEST_REFERENCE), end)
        end = end if ampersand < 0 else ampersand
        yield _BARE_AMPERSAND.sub(b"&amp;", body[start:end])
        start = end


def _moment(text: str) -> When | None:
    """A list's date, if it is one: programs write the year 1 or 9999 where they know none."""
    when = _read_date(text.strip())
    return when if when is not None and when.year in YEARS else None


def _read_date(text: str) -> When | None:
    """ISO 8601 as sitemaps and Atom write it, or whatever a newspaper's feed does.

    Last comes RFC 822 to the letter, as RSS 2.0 asks for, with its years of two digits, which in prose are none.
    """
    with contextlib.suppress(ValueError):
        return parse_when(text)
    if (written := parse_written(text)) is not None:
        return written
    with contextlib.suppress(ValueError, OverflowError):
        moment = parsedate_to_datetime(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)
    return None


def _unique(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries without repetitions of a URL, the first one kept."""
    found: dict[str, Entry] = {}
    for entry in entries:
        found.setdefault(entry.url, entry)
    return tuple(found.values())
