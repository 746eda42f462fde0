"""Documents as they were put, several to a compressed block: similar texts compress better together.

A block is, before compression (Zstandard, RFC 8878), the number of documents, their sizes, then their bytes.
"""

from __future__ import annotations

import sys
import threading
from array import array

import zstandard

_BLOCK_SIZE = 8_192
"""A block is closed when it holds this many bytes: large enough to compress well, small enough to read for one hit."""

_LEVEL = 1

# A compressor or decompressor must not be used by two threads at once.
_local = threading.local()


class BlockWriter:
    """Collects documents into blocks. `blocks` holds those that are closed, compressed."""

    def __init__(self) -> None:
        self.blocks: list[bytes] = []
        self.places: list[tuple[int, int]] = []
        """The block and slot of every document, in the order of adding."""
        self.size = 0
        self._open: list[bytes] = []
        self._open_size = 0
        self._compressor = zstandard.ZstdCompressor(level=_LEVEL)

    def add(self, document: bytes) -> None:
        """Take one document."""
        self.places.append((len(self.blocks), len(self._open)))
        self._open.append(document)
        self._open_size += len(document)
        if self._open_size >= _BLOCK_SIZE:
            self.close()

    def close(self) -> None:
        """Close the block that is open."""
        if self._open:
            sizes = array("I", [len(self._open), *map(len, self._open)])
            self.blocks.append(self._compressor.compress(b"".join([sizes.tobytes(), *self._open])))
            self.size += len(self.blocks[-1])
            self._open, self._open_size = [], 0


def read_document(block: bytes, slot: int) -> bytes:
    """One of the documents of a block."""
    if not hasattr(_local, "decompressor"):
        _local.decompressor = zstandard.ZstdDecompressor()
    content: bytes = _local.decompressor.decompress(block)
    count = int.from_bytes(content[:4], sys.byteorder)
    sizes = memoryview(content)[4 : 4 * (slot + 2)].cast("I")
    start = 4 * (count + 1) + sum(sizes[:slot])
    return content[start : start + sizes[slot]]
