"""What one commit left: its segments, what is deleted in them, and how far the archive had been indexed.

A table of contents is a JSON file:

    {"crc32": checksum of the record, "record": {"format", "generation", "analysis_version", "checkpoint",
     "segments": [{"id", "documents", "deleted"}]}}

`deleted` is the numbers of the deleted documents: little-endian 32-bit, zlib, base 64.
"""

from __future__ import annotations

import base64
import json
import os
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from index.embedded.layout import FORMAT, Bools
from index.embedded.storage import replace_file
from index.text.tokens import ANALYSIS_VERSION

_FILE_NAME = re.compile(r"_MAIN_([0-9]+)\.toc")
_ID_BYTES = 10
"""Of chance in a segment's name: 16 characters of base 32 (RFC 4648)."""


class SegmentEntry:
    """A segment as a table of contents names it. `live` says of each document whether it is not deleted."""

    def __init__(self, documents: int) -> None:
        self.id = base64.b32encode(os.urandom(_ID_BYTES)).decode().lower()
        self.live: Bools = np.ones(documents, np.bool_)

    @property
    def file_name(self) -> str:
        """The segment's file."""
        return f"MAIN_{self.id}.seg"

    @property
    def size(self) -> int:
        """How many documents there are, deleted ones included."""
        return len(self.live)

    @property
    def count(self) -> int:
        """How many are not deleted."""
        return int(np.count_nonzero(self.live))

    @property
    def has_deletions(self) -> bool:
        """Whether any is deleted."""
        return self.count < self.size

    def delete(self, number: int) -> None:
        """Delete a document."""
        self.live[number] = False

    def to_record(self) -> dict[str, str | int]:
        """As it stands in the file."""
        deleted = np.flatnonzero(~self.live).astype("<u4").tobytes()
        packed = base64.b64encode(zlib.compress(deleted)).decode() if deleted else ""
        return {"id": self.id, "documents": self.size, "deleted": packed}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """The opposite."""
        entry = cls(record["documents"])
        entry.id = record["id"]
        if record["deleted"]:
            numbers = np.frombuffer(zlib.decompress(base64.b64decode(record["deleted"])), "<u4")
            entry.live[numbers] = False
        return entry


class Contents:
    """A table of contents. Its renaming into place is the moment of its commit."""

    def __init__(
        self,
        segments: Sequence[SegmentEntry],
        generation: int,
        checkpoint: str,
        analysis_version: int = ANALYSIS_VERSION,
        format: int = FORMAT,
    ) -> None:
        self.segments = list(segments)
        self.generation = generation
        self.checkpoint = checkpoint
        self.analysis_version = analysis_version
        self.format = format

    @property
    def documents(self) -> int:
        """How many documents are not deleted."""
        return sum(entry.count for entry in self.segments)

    @property
    def files(self) -> set[str]:
        """The names of the segments' files."""
        return {entry.file_name for entry in self.segments}

    @classmethod
    def read(cls, folder: Path, generation: int) -> Self:
        """Read one. Raises ValueError where it is not as it was written, FileNotFoundError."""
        record = unwrap_record((folder / cls.file_name(generation)).read_bytes())
        if record["generation"] != generation:
            raise ValueError(generation)
        segments = [SegmentEntry.from_record(entry) for entry in record["segments"]]
        return cls(segments, generation, record["checkpoint"], record["analysis_version"], record["format"])

    def write(self, folder: Path, new: Iterable[str]) -> None:
        """Write it, durably, after the `new` ones of its files."""
        record = {
            "format": self.format,
            "generation": self.generation,
            "analysis_version": self.analysis_version,
            "checkpoint": self.checkpoint,
            "segments": [entry.to_record() for entry in self.segments],
        }
        path = folder / self.file_name(self.generation)
        replace_file(path, wrap_record(record), after=[folder / name for name in new])

    @staticmethod
    def file_name(generation: int) -> str:
        """The name of a generation's table of contents."""
        return f"_MAIN_{generation}.toc"

    @staticmethod
    def generation_of(file_name: str) -> int | None:
        """The opposite; None for any other file."""
        match = _FILE_NAME.fullmatch(file_name)
        return int(match[1]) if match else None


def wrap_record(record: Mapping[str, object]) -> bytes:
    """A JSON object with a checksum of itself."""
    text = json.dumps(record, sort_keys=True)
    return json.dumps({"crc32": zlib.crc32(text.encode()), "record": record}, sort_keys=True).encode()


def unwrap_record(content: bytes) -> dict[str, Any]:
    """What `wrap_record` was given. Raises ValueError if it is anything else."""
    try:
        whole = json.loads(content)
        record: dict[str, Any] = whole["record"]
        if whole["crc32"] == zlib.crc32(json.dumps(record, sort_keys=True).encode()) and isinstance(
            record, dict
        ):
            return record
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError from error
    raise ValueError
