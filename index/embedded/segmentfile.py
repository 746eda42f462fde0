"""One file of named arrays, written once, then mapped: nothing is believed before its checksum was compared.

    section | section | ... | directory (JSON) | checksums | trailer

A checksum covers 8 KiB of a section. It is compared when that stretch is first touched, so opening costs next to
nothing for any size, and reading a document for the first time hardly more than reading it again.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from crawl.messages import gettext as _
from index.embedded.layout import FORMAT, SECTIONS
from index.engine import CorruptIndex

_STRETCH_BITS = 13
_STRETCH = 1 << _STRETCH_BITS
_ALIGNMENT = 64
_MAGIC = b"timbao\x00\x01"
_TRAILER = struct.Struct("<8sIQQI")  # magic, format, directory's offset and size, its checksum

Array = npt.NDArray[Any]


class _SectionWriter:
    """Where the next bytes of a section go, and the checksums of those that went."""

    def __init__(self, offset: int, count: int) -> None:
        self.offset, self.count = offset, count
        self.written = 0
        self.checksums: list[int] = []
        self._running = 0

    def add(self, data: memoryview) -> None:
        start = 0
        while start < len(data):
            stop = start + _STRETCH - self.written % _STRETCH
            part = data[start:stop]
            self._running = zlib.crc32(part, self._running)
            self.written += len(part)
            start = stop
            if self.written % _STRETCH == 0:
                self._close_stretch()

    def finish(self) -> None:
        if self.written % _STRETCH:
            self._close_stretch()

    def _close_stretch(self) -> None:
        self.checksums.append(self._running)
        self._running = 0


class SegmentFileWriter:
    """Writes a segment file. Sections whose size is known before their content can be filled side by side."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
        self._sections: dict[str, _SectionWriter] = {}
        self._end = 0

    def reserve(self, name: str, count: int) -> None:
        """Make room for `count` elements of a section, to be appended."""
        self._sections[name] = _SectionWriter(self._end, count)
        size = count * SECTIONS[name].itemsize
        self._end += size + -size % _ALIGNMENT

    def append(self, name: str, values: Array) -> None:
        """Write the next elements of a reserved section."""
        section = self._sections[name]
        data = np.ascontiguousarray(values, SECTIONS[name]).view(np.uint8).data
        self._write(data, section.offset + section.written)
        section.add(data)

    def write(self, name: str, values: Array) -> None:
        """Write a whole section."""
        self.reserve(name, len(values))
        self.append(name, values)

    def _write(self, data: memoryview | bytes, offset: int) -> None:
        while len(data):
            written = os.pwrite(self._descriptor, data, offset)
            data, offset = data[written:], offset + written

    def finish(self) -> None:
        """Write the directory. Nothing is synced."""
        directory: dict[str, tuple[int, int]] = {}
        checksums: list[int] = []
        for name in SECTIONS:
            section = self._sections[name]
            section.finish()
            assert section.written == section.count * SECTIONS[name].itemsize, name
            directory[name] = (section.offset, section.count)
            checksums += section.checksums
        footer = json.dumps(directory).encode() + b"\n" + np.array(checksums, "<u4").tobytes()
        trailer = _TRAILER.pack(_MAGIC, FORMAT, self._end, len(footer), zlib.crc32(footer))
        self._write(footer + trailer, self._end)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)


class _Section:
    """A mapped section, and which of its stretches have been compared with their checksums."""

    __slots__ = ("_checksums", "_compared", "_content", "_shift", "array")

    def __init__(self, array: Array, checksums: npt.NDArray[np.uint32]) -> None:
        self.array = array
        self._shift = _STRETCH_BITS - array.itemsize.bit_length() + 1
        self._compared = bytearray(len(checksums))
        # memoryviews: what is done for every stretch takes less time than through NumPy
        self._checksums = checksums.data
        self._content = array.data.cast("B") if len(array) else memoryview(b"")

    def sound(self, start: int, stop: int) -> bool:
        """Whether these elements are as they were written."""
        first, last = start >> self._shift, ((stop - 1) >> self._shift) + 1
        compared, content = self._compared, self._content
        number = compared.find(0, first, last)
        while number >= 0:
            stretch = content[number << _STRETCH_BITS : (number + 1) << _STRETCH_BITS]
            if zlib.crc32(stretch) != self._checksums[number]:
                return False
            compared[number] = 1
            number = compared.find(0, number, last)
        return True


class SegmentFile:
    """A segment file open for reading; it stays whole when the file is removed. Threads may share it.

    Raises CorruptIndex, naming `locator`, for whatever is not as it was written.
    """

    def __init__(self, path: Path, locator: str) -> None:
        self.name = path.name
        self._locator = locator
        with path.open("rb") as file:
            self.size = os.fstat(file.fileno()).st_size
            if self.size < _TRAILER.size:
                raise self._damaged()
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._sections = self._read_directory()

    def _damaged(self) -> CorruptIndex:
        return CorruptIndex(self._locator, _("{file} does not match its checksum").format(file=self.name))

    def _read_directory(self) -> dict[str, _Section]:
        magic, version, offset, size, checksum = _TRAILER.unpack_from(self._map, self.size - _TRAILER.size)
        footer = self._map[offset : offset + size]
        whole = offset + size + _TRAILER.size == self.size
        if (magic, version, whole) != (_MAGIC, FORMAT, True) or zlib.crc32(footer) != checksum:
            raise self._damaged()
        text, _newline, binary = footer.partition(b"\n")
        checksums = np.frombuffer(binary, "<u4")
        sections, first = {}, 0
        for name, (start, count) in json.loads(text).items():
            array: Array = np.frombuffer(self._map, SECTIONS[name], count, start)
            last = first - (-array.nbytes // _STRETCH)
            sections[name] = _Section(array, checksums[first:last])
            first = last
        return sections

    def count(self, name: str) -> int:
        """How many elements a section has."""
        return len(self._sections[name].array)

    def array(self, name: str) -> Array:
        """A whole section."""
        return self.part(name, 0, self.count(name))

    def part(self, name: str, start: int, stop: int) -> Array:
        """The elements `start:stop` of a section."""
        section = self._sections[name]
        if start < stop and not section.sound(start, stop):
            raise self._damaged()
        return section.array[start:stop]

    def check(self) -> None:
        """Compare every checksum."""
        for name in self._sections:
            self.array(name)

    def release_pages(self) -> None:
        """Let the system take back the memory of what has been read; reading it again brings it back."""
        self._map.madvise(mmap.MADV_DONTNEED)
