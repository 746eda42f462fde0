"""Raw pages on disk: WARC 1.1 files (ISO 28500:2017), gzipped record by record, rotated by size."""

from __future__ import annotations

import contextlib
import io
import itertools
import os
import re
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import quote

from crawl.article import Page, utc_now
from crawl.fetching.inflate import PIECE, inflated
from crawl.messages import TimbaoError
from crawl.messages import gettext as _

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord
    from warcio.statusandheaders import StatusAndHeaders

ROTATE_AT = 1_000_000_000
"""Bytes after which a new file is begun (the size the WARC guidelines recommend)."""

# What these headers say is no longer true of the stored, decoded body; the prefix is the Internet Archive's.
_TRANSPORT_HEADERS = frozenset({"content-encoding", "transfer-encoding", "content-length"})
_ORIGINAL = "X-Archive-Orig-"
# What the name of a header may hold besides letters and digits (RFC 9110, section 5.6.2).
_NAME_MARKS = "!#$&'*+-.^_`|~"
_ASCII = "".join(map(chr, range(0x80)))
_STATUS = re.compile("[0-9]{3}")
_EXCERPT = 80  # characters
_RECORD_END = b"\r\n\r\n"
_CUT = "the file ends in the middle of a record"
_FILES = ("file:", "http:", "https:")


@dataclass(frozen=True, slots=True)
class RecordPlace:
    """Where a record lies: file name inside the folder, offset and length in bytes."""

    file: str
    offset: int
    length: int

    @property
    def end(self) -> int:
        """The offset just behind the record."""
        return self.offset + self.length


class DamagedRecord(TimbaoError, ValueError):
    """The record at `place` is not there whole; `detail` says what was found instead."""

    def __init__(self, place: RecordPlace, detail: str) -> None:
        self.place, self.detail = place, detail
        message = _(
            "the raw page in {file} at byte {offset} is damaged ({detail}). Restore the file from a backup."
        )
        super().__init__(message.format(file=place.file, offset=place.offset, detail=detail))


class WarcFolder:
    """Appends pages to the newest WARC file of a folder and reads them back.

    Several processes may hold one folder, as long as only one of them appends, syncs and notes the place at a time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None
        self._name = ""
        self._synced = True

    @property
    def holds_files(self) -> bool:
        """Whether anything was ever appended."""
        return any(self._path.glob("*.warc.gz"))

    def append(self, page: Page, last: RecordPlace | None) -> RecordPlace:
        """Write one response record; `last` is the last record that is noted anywhere.

        Bytes behind it were left by a run that was killed or gave up, or are records that a lost database noted.
        Whole records stay, and a new file is begun; the beginning of one, which nobody was told of, is cut off, so
        that every file is valid to its end.
        """
        record = _record(page)
        file = self._open_behind(last)
        offset = file.tell()
        self._synced = False
        try:
            file.write(record)
            file.flush()
        except OSError:
            self._file = None  # a torn record: the next append begins a new file
            with contextlib.suppress(OSError):
                file.close()
            raise
        return RecordPlace(self._name, offset, file.tell() - offset)

    def sync(self) -> None:
        """Make everything appended survive a power cut."""
        if self._file is not None and not self._synced:
            os.fsync(self._file.fileno())
            self._synced = True

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def read(self, place: RecordPlace) -> Page:
        """The page at that place. Raises OSError where the file cannot be read, DamagedRecord where it is not whole."""
        with (self._path / place.file).open("rb") as file:
            file.seek(place.offset)
            stored = io.BytesIO(file.read(place.length))
        # Read to its very end, where gzip's checksum is.
        try:
            (page,) = read_pages(stored)
        except ValueError as error:
            raise DamagedRecord(place, str(error)) from error
        return page

    def _open_behind(self, last: RecordPlace | None) -> IO[bytes]:
        """The file to append to, at its end: another process may have appended since this one did."""
        if last is None or last.end >= ROTATE_AT or not self._ends_with(last):
            return self._begin()
        if self._file is None or self._name != last.file:
            self._leave()
            self._name, self._file = last.file, (self._path / last.file).open("r+b")
        self._file.seek(last.end)
        return self._file

    def _ends_with(self, place: RecordPlace) -> bool:
        path = self._path / place.file
        if not path.exists() or path.stat().st_size < place.end:
            return False
        if path.stat().st_size == place.end:
            return True
        self._leave()
        with path.open("r+b") as file:
            end = _end_of_whole_members(file, place.end)
            if end is not None:
                file.truncate(end)
        return end == place.end

    def _begin(self) -> IO[bytes]:
        self._leave()
        self._path.mkdir(parents=True, exist_ok=True)
        stamp = utc_now().strftime("%Y%m%d%H%M%S")
        number = sum(1 for _file in self._path.glob("*.warc.gz"))
        self._name = f"timbao-{stamp}-{number:05d}.warc.gz"
        self._file = (self._path / self._name).open("xb")
        folder = os.open(self._path, os.O_RDONLY)
        try:
            os.fsync(folder)  # the file's name too must survive a power cut
        finally:
            os.close(folder)
        return self._file

    def _leave(self) -> None:
        self.sync()
        self.close()


def _end_of_whole_members(file: IO[bytes], start: int) -> int | None:
    """Where the gzip members behind `start` end of which the last is only begun; None if none is, or not gzip's."""
    file.seek(start)
    end, position = start, start
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    while piece := file.read(PIECE):
        position += len(piece)
        while piece:
            try:
                unpacker.decompress(piece)
            except zlib.error:
                return None  # not torn but damaged: nothing is known about what follows
            piece = unpacker.unused_data
            if unpacker.eof:
                end = position - len(piece)
                unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    return end if end < position else None


def _record(page: Page) -> bytes:
    from warcio.warcwriter import WARCWriter

    written = io.BytesIO()
    writer = WARCWriter(written, gzip=True, warc_version="1.1")
    over_http = page.final_url.startswith(("http://", "https://"))
    record = writer.create_warc_record(
        _header_text(page.final_url),
        # A file was not answered by a server (ISO 28500:2017, section 6.4).
        "response" if over_http else "resource",
        payload=io.BytesIO(page.body),
        length=len(page.body),
        warc_content_type="" if over_http else _header_text(page.header("Content-Type") or ""),
        http_headers=_http_headers(page) if over_http else None,
        warc_headers_dict={
            "WARC-Date": page.fetched.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "WARC-X-Requested-URI": _header_text(page.url),
        },
    )
    writer.write_record(record)
    return written.getvalue()


def _http_headers(page: Page) -> StatusAndHeaders:
    from warcio.statusandheaders import StatusAndHeaders

    headers = [
        (_ORIGINAL + name if name.lower() in _TRANSPORT_HEADERS else name, _header_text(value))
        for given, value in page.headers
        if (name := quote(given.strip(), safe=_NAME_MARKS, errors="replace"))
    ]
    headers.append(("Content-Length", str(len(page.body))))
    return StatusAndHeaders(f"{page.status} ", headers, protocol="HTTP/1.1")


def _header_text(value: str) -> str:
    """The value on one line, in ASCII: the rest is percent-encoded. warcio does so too, but gives up on some values."""
    return quote(value.replace("\r", " ").replace("\n", " "), safe=_ASCII, errors="replace")


def read_pages(stream: IO[bytes], most: int = sys.maxsize) -> Iterator[Page]:
    """The pages in a WARC file, gzipped or not, in order: answers of servers and files; of each body `most` bytes.

    An answer whose target URI is no address of a server comes with that URI, as status 200 without headers.
    Raises ValueError where the file is damaged or no WARC file at all.
    """
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    plain = _Plain(stream)
    try:
        for record in ArchiveIterator(plain):
            if record.http_headers is not None and record.rec_type == "response":
                status = record.http_headers.get_statuscode()
                yield _page(record, status, tuple(record.http_headers.headers), most)
            elif record.rec_type == "response" and (record.content_type or "").startswith("application/http"):
                yield _page(record, "200", (), most)
            elif record.rec_type == "resource" and record.rec_headers.get_header(
                "WARC-Target-URI", ""
            ).startswith(_FILES):
                yield _page(record, "200", (("Content-Type", record.content_type),), most)
    except OverflowError as error:
        raise ValueError(_CUT) from error  # a Content-Length beyond all files
    except (ArchiveLoadFailed, EOFError, OSError, AttributeError) as error:
        raise ValueError(_excerpt(str(error))) from error
    if not plain.is_whole:
        raise ValueError(_CUT)


def _excerpt(text: str) -> str:
    """What warcio says, which quotes the damaged bytes, short enough and fit for a terminal."""
    return "".join(letter for letter in text[:_EXCERPT] if letter.isprintable())


class _Plain:
    """The bytes of a WARC file behind its compression. warcio could unpack them too, but passes over a missing end."""

    def __init__(self, stream: IO[bytes]) -> None:
        head = stream.read(PIECE)
        pieces = itertools.chain([head], iter(lambda: stream.read(PIECE), b""))
        self._pieces = filter(None, inflated(pieces, "gzip" if head.startswith(b"\x1f\x8b") else "identity"))
        self._end = b""

    def read(self, _size: int) -> bytes:
        """The next bytes, as many as come at once; none at the end."""
        piece = next(self._pieces, b"")
        self._end = (self._end + piece)[-len(_RECORD_END) :]
        return piece

    @property
    def is_whole(self) -> bool:
        """Whether what was read up to now ends where a record does."""
        return self._end in (b"", _RECORD_END)


def _page(record: ArcWarcRecord, status: str, headers: tuple[tuple[str, str], ...], most: int) -> Page:
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    return Page(
        url=record.rec_headers.get_header("WARC-X-Requested-URI") or url,
        final_url=url,
        status=int(status) if _STATUS.fullmatch(status) else 0,
        headers=headers,
        body=_body(record, most),
        fetched=_moment(record.rec_headers.get_header("WARC-Date") or ""),
    )


def _body(record: ArcWarcRecord, most: int) -> bytes:
    body, stream = bytearray(), record.content_stream()
    while len(body) < most and (piece := stream.read(PIECE)):
        body += piece
    while record.raw_stream.read(PIECE):
        pass
    if getattr(record.raw_stream, "limit", 0) > 0:
        raise ValueError(_CUT)
    return bytes(body[:most])


def _moment(written: str) -> datetime:
    """A WARC-Date, which is in UTC (ISO 28500:2017, section 5.4); the present for what is none."""
    try:
        moment = datetime.fromisoformat(written).replace(microsecond=0)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return utc_now()
