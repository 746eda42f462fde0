"""Raw pages on disk: WARC 1.1 files (ISO 28500:2017), gzipped record by record, rotated by size."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

from crawl.article import Page, utc_now

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord

ROTATE_AT = 1_000_000_000
"""Bytes after which a new file is begun (the size the WARC guidelines recommend)."""

# What these headers say is no longer true of the stored, decoded body; the prefix is the Internet Archive's.
_TRANSPORT_HEADERS = frozenset({"content-encoding", "transfer-encoding", "content-length"})
_ORIGINAL = "X-Archive-Orig-"


@dataclass(frozen=True, slots=True)
class RecordPlace:
    """Where a record lies: file name inside the folder, offset and length in bytes."""

    file: str
    offset: int
    length: int


class WarcFolder:
    """Appends pages to the newest WARC file of a folder and reads them back. One process writes at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None
        self._name = ""

    def append(self, page: Page, last: RecordPlace | None) -> RecordPlace:
        """Write one response record; `last` is the last record known to be whole.

        Bytes behind it were left by a killed run and are cut off, so that the file stays readable.
        """
        file = self._writable(last)
        offset = file.tell()
        try:
            file.write(_response_record(page))
            file.flush()
        except OSError:
            self._file = None  # a torn record: the next append cuts it off
            file.close()
            raise
        return RecordPlace(self._name, offset, file.tell() - offset)

    def sync(self) -> None:
        """Make everything appended survive a power cut."""
        if self._file is not None:
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def read(self, place: RecordPlace) -> Page:
        """The page at that place. Raises OSError or ValueError when it is not there whole."""
        with (self._path / place.file).open("rb") as file:
            file.seek(place.offset)
            stored = io.BytesIO(file.read(place.length))
        for page in read_pages(stored):
            return page
        raise ValueError(f"no WARC response record at {place.file}:{place.offset}")

    def _writable(self, last: RecordPlace | None) -> IO[bytes]:
        if self._file is not None and self._file.tell() < ROTATE_AT:
            return self._file
        self.sync()
        self.close()
        self._path.mkdir(parents=True, exist_ok=True)
        if last is not None and last.offset + last.length < ROTATE_AT and (self._path / last.file).exists():
            self._name = last.file
            self._file = (self._path / last.file).open("r+b")
            self._file.truncate(last.offset + last.length)
            self._file.seek(0, os.SEEK_END)
        else:
            stamp = utc_now().strftime("%Y%m%d%H%M%S")
            number = sum(1 for _ in self._path.glob("*.warc.gz"))
            self._name = f"timbao-{stamp}-{number:05d}.warc.gz"
            self._file = (self._path / self._name).open("xb")
        return self._file


def _response_record(page: Page) -> bytes:
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import BufferWARCWriter

    writer = BufferWARCWriter(gzip=True, warc_version="1.1")
    headers = [
        (_ORIGINAL + name if name.lower() in _TRANSPORT_HEADERS else name, _header_text(value))
        for name, value in page.headers
    ]
    headers.append(("Content-Length", str(len(page.body))))
    record = writer.create_warc_record(
        page.final_url,
        "response",
        payload=io.BytesIO(page.body),
        http_headers=StatusAndHeaders(f"{page.status} ", headers, protocol="HTTP/1.1"),
        warc_headers_dict={
            "WARC-Date": page.fetched.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "WARC-X-Requested-URI": _header_text(page.url),
        },
    )
    writer.write_record(record)
    return bytes(writer.get_contents())


def _header_text(value: str) -> str:
    return value.replace("\r", " ").replace("\n", " ")


def read_pages(stream: IO[bytes]) -> Iterator[Page]:
    """The response records of a WARC file, gzipped or not, in order.

    Raises ValueError where the file is damaged or no WARC file at all.
    """
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    try:
        for record in ArchiveIterator(stream):
            if record.rec_type == "response" and record.http_headers is not None:
                yield _page(record)
    except (ArchiveLoadFailed, EOFError, OSError, AttributeError) as error:
        raise ValueError(str(error)) from error


def _page(record: ArcWarcRecord) -> Page:
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    written = record.rec_headers.get_header("WARC-Date") or ""
    requested = record.rec_headers.get_header("WARC-X-Requested-URI")
    status = record.http_headers.get_statuscode()
    return Page(
        url=requested or url,
        final_url=url,
        status=int(status) if status.isdigit() else 0,
        headers=tuple(record.http_headers.headers),
        body=record.content_stream().read(),
        fetched=_moment(written),
    )


def _moment(written: str) -> datetime:
    try:
        return datetime.fromisoformat(written).astimezone(UTC)
    except ValueError:
        return utc_now()
