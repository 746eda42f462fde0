"""Decompression that cannot be made to fill the memory, and that notices a missing end."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

MAX_PAGE = 32 * 2**20
"""Largest page, in bytes, on the wire and decompressed, wherever it comes from (where Scrapy begins to warn)."""

PIECE = 64 * 1024
"""Largest piece handed on at once, in bytes."""

_ZLIB, _RAW, _GZIP = zlib.MAX_WBITS, -zlib.MAX_WBITS, 16 + zlib.MAX_WBITS


class Damaged(ValueError):
    """The compressed data is broken or ends too early."""


class Overflow(ValueError):
    """The data is longer than the limit."""


def limited(pieces: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """The pieces, as long as they are `limit` bytes together at most. Raises Overflow."""
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > limit:
            raise Overflow
        yield piece


def beginning(pieces: Iterable[bytes], length: int) -> Iterator[bytes]:
    """The first `length` bytes; no piece beyond them is asked for."""
    left = length
    for piece in pieces:
        yield piece[:left]
        left -= len(piece)
        if left <= 0:
            return


def inflated(pieces: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """Undo one content coding (RFC 9110 section 8.4.1): gzip, x-gzip, deflate; identity changes nothing.

    Raises Damaged for broken data and for a coding that is none of these.
    """
    coding = coding.strip().lower()
    if coding in ("", "identity"):
        return iter(pieces)
    if coding in ("gzip", "x-gzip"):
        return _members(pieces, _GZIP)
    if coding == "deflate":
        return _deflated(pieces)
    raise Damaged(f"unknown content coding {coding!r}")


def _deflated(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """`deflate` means zlib's format, but some servers send it bare (RFC 9110 section 8.4.1.2)."""
    source = iter(pieces)
    head = b""
    for piece in source:
        head += piece
        if len(head) >= 2:
            break
    wrapped = len(head) >= 2 and head[0] & 0x0F == 8 and int.from_bytes(head[:2]) % 31 == 0
    yield from _members(_after(head, source), _ZLIB if wrapped else _RAW)


def _after(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if head:
        yield head
    yield from rest


def _members(pieces: Iterable[bytes], window: int) -> Iterator[bytes]:
    """The members of a stream one after another (RFC 1952 section 2.2); an empty stream is empty."""
    machine = zlib.decompressobj(window)
    begun = False
    for piece in pieces:
        waiting = piece
        while waiting:
            if machine.eof:
                if window != _GZIP or not waiting.startswith(b"\x1f"):
                    return  # What follows is padding; browsers ignore it too.
                machine = zlib.decompressobj(window)
            begun = True
            yield _decompressed(machine, waiting)
            waiting = machine.unconsumed_tail or machine.unused_data
    while begun and not machine.eof:
        rest = _decompressed(machine, b"")
        if not rest and not machine.eof:
            raise Damaged("the compressed data ends too early")
        yield rest


def _decompressed(machine: zlib._Decompress, data: bytes) -> bytes:
    try:
        return machine.decompress(data, PIECE)
    except zlib.error as error:
        raise Damaged(str(error)) from None
