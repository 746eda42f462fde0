"""Decompression: which of the two formats that go by the name of deflate comes."""

from __future__ import annotations

import zlib

import pytest

from crawl.fetching.inflate import inflated

_TEXT = b"tin tuc o bao tinh, so ra hom nay"[:31]
_END = b"\x03\x00"  # the last block, without anything in it


def stored(first: int, content: bytes) -> bytes:
    """A bare stream of one stored block whose first byte is this (RFC 1951, section 3.2.4: five bits mean nothing)."""
    length = len(content).to_bytes(2, "little")
    return bytes([first]) + length + bytes(255 - byte for byte in length) + content + _END


@pytest.mark.parametrize(
    ("packed", "content"),
    [
        (stored(0x08, _TEXT[:5]), _TEXT[:5]),
        (stored(0x00, _TEXT), _TEXT),
        *((zlib.compress(_TEXT, level), _TEXT) for level in (0, 1, 6, 9)),
    ],
    ids=["method alone", "checksum alone", "level 0", "level 1", "level 6", "level 9"],
)
def test_a_header_of_zlib_has_its_method_and_its_checksum(packed: bytes, content: bytes) -> None:
    """Only both together are taken for a header of zlib's (RFC 1950, section 2.2); what has one of them is bare."""
    assert b"".join(inflated([packed], "deflate")) == content
