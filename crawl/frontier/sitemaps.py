"""Sitemaps → the pages and further sitemaps that they name. Hostile or broken input gives few or none, no error."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.parsers import expat

from crawl.article import Page
from crawl.fetching.inflate import PIECE, Damaged, Overflow, inflated, limited
from crawl.frontier.entries import Entry, dated, moment, unique
from crawl.frontier.feeds import feed_entries
from crawl.urls import canonical

MAX_SITEMAP = 50 * 2**20
"""Largest sitemap read, in bytes uncompressed: the limit of the sitemap protocol (sitemaps.org)."""

MAX_ENTRIES = 50_000
"""How many entries of one sitemap are taken: the limit of the sitemap protocol (sitemaps.org)."""

_DATES = ("lastmod", "publication_date")
_LONGEST_TOKEN = 2**20  # bytes: the parser begins a tag that does not end again with every piece
_DEEPEST = 16  # elements within each other; those of a sitemap with pictures and prices are five
_MOST_NAMES = 1000  # of elements and attributes, each of which the parser keeps
_LONGEST_VALUE = 4096  # characters of an address or a date
_LONGEST_REFERENCE = 33  # bytes that `_BARE_AMPERSAND` looks at
_FEED_ROOTS = frozenset({"rss", "feed", "RDF"})
_BARE_AMPERSAND = re.compile(rb"&(?!#\d{1,7};|#x[0-9A-Fa-f]{1,6};|[A-Za-z]\w{0,30};)")


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What a sitemap names: further sitemaps, and pages. `left_out` counts entries beyond MAX_ENTRIES."""

    children: tuple[Entry, ...] = ()
    pages: tuple[Entry, ...] = ()
    left_out: int = 0


def sitemap_entries(page: Page) -> Sitemap:
    """The URLs of a sitemap: XML (gzipped or not), a sitemap index, plain text, or a feed (sitemaps.org).

    A file that declares entities is not read; what follows an error in the file is left out.
    """
    body = _unpacked(page.body)
    if not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        lines = body.decode("utf-8-sig", "replace").split()
        pages = (Entry(url) for line in lines[:MAX_ENTRIES] if (url := canonical(line)))
        return Sitemap(pages=unique(pages), left_out=max(0, len(lines) - MAX_ENTRIES))
    children: list[Entry] = []
    listed: list[Entry] = []
    reader = _SitemapReader(body)
    if reader.root in _FEED_ROOTS:
        return Sitemap(pages=feed_entries(page))
    for name, location, when in reader.found:
        url = canonical(location, page.final_url)
        if url is not None:
            (children if name == "sitemap" else listed).append(Entry(url, moment(when)))
    return Sitemap(unique(children), unique(dated(listed)), reader.left_out)


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
        end = start + PIECE
        ampersand = body.rfind(b"&", max(start + 1, end - _LONGEST_REFERENCE), end)
        end = end if ampersand < 0 else ampersand
        yield _BARE_AMPERSAND.sub(b"&amp;", body[start:end])
        start = end
