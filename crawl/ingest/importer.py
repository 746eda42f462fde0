"""Articles and pages that are already files → the same archive that the crawler fills.

What is good in a batch is kept; every line, file or record that is not is reported with its reason.
"""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar, cast

import zstandard

from crawl.archive.store import Archive, Change
from crawl.archive.warc import read_pages
from crawl.article import Article, Page, local_day, utc_now
from crawl.crawler.canonical_links import own_address
from crawl.extraction.encoding.decode import repair_text
from crawl.extraction.sandbox import read_page
from crawl.fetching.inflate import MAX_PAGE
from crawl.ingest.explanation import objection
from crawl.ingest.json_lines import BadLine, read_line
from crawl.messages import gettext as _
from crawl.sources.registry import name_at
from crawl.sources.source import Selectors, Source
from crawl.urls import authority, canonical

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_LINE = 64 * 1024 * 1024
"""Longest line read, in bytes: no article is this long, and a file without line ends must not fill the memory."""

_T = TypeVar("_T")
_BATCH = 500  # lines, files or records whose articles become durable together,
_BATCH_BYTES = 64 * 1024 * 1024  # or fewer when they are large: they wait in memory
_ZSTD_PIECE = 1024  # a kilobyte of Zstandard can hold 32 megabytes
_NAMED_KEYS = 20  # of those that are not known, in each file
_ANY = Source("", "", ())
_DAMAGED = (EOFError, OSError, ValueError, zlib.error, zstandard.ZstdError)
_JSON_LINES = (".jsonl", ".jsonl.gz", ".jsonl.zst")
_WARC = (".warc", ".warc.gz")
_HTML = (".html", ".htm", ".html.gz", ".htm.gz")
_KNOWN = (*_HTML, *_JSON_LINES, *_WARC)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be imported: where (`FILE`, `FILE:LINE` or a URL), and why."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How many articles were new, changed or unchanged, and how many lines, files or records held none.

    `left_out` names for each file the keys of its lines that are not known.
    """

    new: int
    changed: int
    unchanged: int
    problems: int
    left_out: tuple[tuple[str, tuple[str, ...]], ...] = ()


class Importer:
    """Reads files into an archive. `report` is called with every problem as it is found.

    Everything belongs to the newspaper `source`, if one is named.
    """

    def __init__(
        self,
        archive: Archive,
        sources: tuple[Source, ...],
        source: str | None,
        report: Callable[[Problem], None],
    ) -> None:
        self._archive = archive
        self._sources = sources
        self._source = repair_text(source).strip() or None if source else None
        self._report = report
        self._changes: Counter[Change] = Counter()
        self._problems = 0
        self._left_out: dict[str, Counter[str]] = {}

    def run(self, paths: Iterable[str]) -> ImportReport:
        """Import files, folders, or standard input (`-`). Raises ArchiveError when the archive cannot keep them."""
        for path in paths:
            if path == "-":
                # A program started without standard input has none at all.
                stream = getattr(sys.stdin, "buffer", io.BytesIO())
                self._json_lines(stream, _("standard input"), utc_now())
            elif Path(path).is_dir():
                self._folder(Path(path))
            else:
                self._file(Path(path))
        changes = self._changes
        return ImportReport(
            changes[Change.NEW],
            changes[Change.CHANGED],
            changes[Change.UNCHANGED],
            self._problems,
            tuple(
                (name, tuple(key for key, _count in keys.most_common()))
                for name, keys in self._left_out.items()
            ),
        )

    def _problem(self, where: str, reason: str) -> None:
        self._problems += 1
        self._report(Problem(where, reason))

    def _folder(self, folder: Path) -> None:
        files = sorted(path for path in folder.rglob("*") if path.is_file() and _is_named(path, _KNOWN))
        if not files:
            self._problem(str(folder), _("holds no .html, .jsonl or .warc file"))
        pages = [path for path in files if _is_named(path, _HTML)]
        for chunk in _chunks(pages, lambda _path: 0):
            with self._archive.batch():
                for path in chunk:
                    self._html_file(path)
        for path in files:
            if not _is_named(path, _HTML):
                self._file(path)

    def _file(self, path: Path) -> None:
        try:
            if _is_named(path, _HTML):
                self._html_file(path)
            elif _is_named(path, _WARC):
                with path.open("rb") as file:
                    self._warc(file, str(path))
            elif _is_named(path, _JSON_LINES):
                with _decompressed(path) as file:
                    # What a file says was so when it was written, whenever it is imported.
                    self._json_lines(file, str(path), _written(path))
            else:
                self._problem(str(path), _("not a kind of file that can be imported (.html, .jsonl, .warc)"))
        except OSError as error:
            self._problem(str(path), error.strerror or str(error))

    # JSON Lines

    def _json_lines(self, file: IO[bytes], name: str, seen: datetime) -> None:
        found = False
        numbered = enumerate(self._readable(_lines(file), name), start=1)
        for chunk in _chunks(numbered, lambda line: len(line[1])):
            with self._archive.batch():
                for number, line in chunk:
                    text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                    if text.strip():
                        found = True
                        self._line(text, name, number, seen)
        if not found:
            self._problem(name, _("holds no article"))

    def _readable(self, items: Iterator[_T], name: str) -> Iterator[_T]:
        """The items up to where the file is damaged, which is reported; what came before is good."""
        try:
            yield from items
        except _DAMAGED as error:
            self._problem(name, _("cannot be read to its end: {detail}").format(detail=error))

    def _line(self, line: bytes, name: str, number: int, seen: datetime) -> None:
        where = f"{name}:{number}"
        if len(line) >= MAX_LINE:
            self._problem(where, _("too long for an article"))
            return
        try:
            found = read_line(line, self._source, self._sources)
        except BadLine as error:
            self._problem(where, error.reason)
        else:
            self._changes[self._archive.put_article(found.article, seen=seen, alias=found.id)] += 1
            if found.left_out:
                keys = self._left_out.setdefault(name, Counter())
                keys.update(key for key in found.left_out if key in keys or len(keys) < _NAMED_KEYS)

    # Pages

    def _html_file(self, path: Path) -> None:
        try:
            page = saved_page(path)
        except _DAMAGED as error:
            self._problem(str(path), _("cannot be read to its end: {detail}").format(detail=error))
        else:
            self._page(page, str(path))

    def _warc(self, file: IO[bytes], name: str) -> None:
        found = False
        for chunk in _chunks(
            self._readable(read_pages(file, MAX_PAGE + 1), name), lambda page: len(page.body)
        ):
            with self._archive.batch():
                # A crawl's file holds images, styles and errors too: not what anybody meant to import.
                for page in filter(_may_hold_article, chunk):
                    found = True
                    if page.final_url.startswith("file:") or canonical(page.final_url):
                        self._page(page, page.final_url)
                    else:
                        self._problem(
                            f"{name}: {page.final_url}", _("not an address that a page can be kept under")
                        )
        if not found:
            self._problem(name, _("holds no article"))

    def _page(self, page: Page, where: str) -> None:
        if len(page.body) > MAX_PAGE:
            self._problem(where, _("too large for a page"))
            return
        host = authority(page.final_url)
        if host or self._source is not None:
            self._keep(page, where, self._newspaper(host))
            return
        # A saved file says itself whose it is.
        found = read_page(page, _ANY)
        if not isinstance(found, Article):
            self._problem(where, objection(found))
        elif host := authority(found.url or ""):
            source = self._newspaper(host)
            again = source.as_of(local_day(page.fetched)).selectors != Selectors()
            self._keep(page, where, source, None if again else replace(found, source=source.name))
        else:
            self._problem(where, _("it does not say which newspaper it is from; name one with --source"))

    def _keep(self, page: Page, where: str, source: Source, found: Article | None = None) -> None:
        """Store the page of this newspaper and the article on it, which may have been `found` already."""
        number = self._archive.number_of(page, source.name)
        if number is None:
            number = self._archive.put_page(page, source.name)
        read = found or read_page(page, source)
        if not isinstance(read, Article):
            self._archive.reject_page(number, read.reason)
            self._problem(where, objection(read))
            return
        url = own_address(
            self._archive,
            source,
            read,
            landed=canonical(page.final_url),
            asked=canonical(page.url) or page.url,
        )
        article = replace(read, url=url)
        change = self._archive.put_article(article, seen=page.fetched, page=number, alias=page.final_url)
        self._changes[change] += 1

    def _newspaper(self, host: str) -> Source:
        """The newspaper that was named, else the one at this host, whatever host its saved pages name."""
        name = self._source or name_at(self._sources, host)
        known = next((source for source in self._sources if source.name == name), None)
        return replace(known or Source(name, name, ()), hosts=())  # archives outlive domains


def saved_page(path: Path) -> Page:
    """The page that an HTML file holds, compressed or not, as if fetched when it was written; a little over MAX_PAGE.

    Raises OSError, and for a damaged file also EOFError, ValueError and the errors of its compression.
    """
    with _decompressed(path) as file:
        body = file.read(MAX_PAGE + 1)
    url = path.resolve().as_uri()
    return Page(url, url, 200, (("Content-Type", "text/html"),), body, _written(path))


def _written(path: Path) -> datetime:
    """When the file was last written; the present, if that is no moment of the past. Raises OSError."""
    seconds, now = path.stat().st_mtime, utc_now()
    return (
        datetime.fromtimestamp(seconds, UTC).replace(microsecond=0) if 0 <= seconds < now.timestamp() else now
    )


def _may_hold_article(page: Page) -> bool:
    return 200 <= page.status < 300 and "html" in (page.header("Content-Type") or "html").lower()


def _is_named(path: Path, endings: tuple[str, ...]) -> bool:
    return path.name.lower().endswith(endings)


def _decompressed(path: Path) -> IO[bytes]:
    """The file's bytes behind its compression. Raises OSError."""
    if _is_named(path, (".gz",)):
        return cast("IO[bytes]", gzip.open(path, "rb"))
    if _is_named(path, (".zst",)):
        return io.BufferedReader(_ZstdFile(path.open("rb")))
    return path.open("rb")


class _ZstdFile(io.RawIOBase):
    """What a Zstandard file holds; raises EOFError where its end is missing, which the library passes over."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._frame: zstandard.ZstdDecompressionObj | None = None
        self._waiting = b""
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        while not self._ready:
            if not (piece := self._waiting or self._file.read(_ZSTD_PIECE)):
                if self._frame is not None:
                    raise EOFError(_("the compressed data ends too early"))
                return 0
            self._decompress(piece)
        target = memoryview(buffer).cast("B")
        length = min(len(target), len(self._ready))
        target[:length], self._ready = self._ready[:length], self._ready[length:]
        return length

    def _decompress(self, piece: bytes) -> None:
        self._frame = self._frame or zstandard.ZstdDecompressor().decompressobj()
        self._ready = memoryview(self._frame.decompress(piece))
        self._waiting = self._frame.unused_data
        if self._frame.eof:
            self._frame = None

    def close(self) -> None:
        self._file.close()
        super().close()


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """The lines, those that are too long cut to MAX_LINE bytes."""
    while line := file.readline(MAX_LINE):
        yield line
        while len(line) == MAX_LINE and not line.endswith(b"\n"):
            line = file.readline(MAX_LINE)


def _chunks(items: Iterable[_T], size: Callable[[_T], int]) -> Iterator[list[_T]]:
    chunk: list[_T] = []
    total = 0
    for item in items:
        chunk.append(item)
        total += size(item)
        if len(chunk) == _BATCH or total >= _BATCH_BYTES:
            yield chunk
            chunk, total = [], 0
    if chunk:
        yield chunk
