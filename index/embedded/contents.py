"""What one commit left: its segments, what is deleted in them, and how far the archive had been indexed.

Whoosh's table of contents and segment, with a JSON file of our own in place of its pickles:

    {"crc32": checksum of the record, "record": {"format", "generation", "analysis_version", "checkpoint",
     "segments": [{"id", "documents", "deleted"}]}}

`deleted` is the numbers of the deleted documents: little-endian 32-bit, zlib, base 64.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

import numpy as np
from whoosh.codec.base import Segment as WhooshSegment
from whoosh.index import TOC

from index.embedded.layout import FORMAT
from index.embedded.storage import INDEX_NAME, DurableStorage
from index.text.tokens import ANALYSIS_VERSION

_SUFFIX = ".seg"


class SegmentEntry(WhooshSegment):
    """A segment as a table of contents names it. `live` says of each document whether it is not deleted."""

    def __init__(self, documents: int) -> None:
        super().__init__(INDEX_NAME)
        self.live = np.ones(documents, np.bool_)

    @property
    def file_name(self) -> str:
        """The segment's file."""
        return str(self.make_filename(_SUFFIX))

    def doc_count_all(self) -> int:
        """How many documents there are, deleted ones included."""
        return len(self.live)

    def deleted_count(self) -> int:
        """How many are deleted."""
        return len(self.live) - int(np.count_nonzero(self.live))

    def deleted_docs(self) -> Iterator[int]:
        """The numbers of those that are deleted."""
        return iter(np.flatnonzero(~self.live).tolist())

    def delete_document(self, docnum: int, delete: bool = True) -> None:
        """Delete a document, or restore it."""
        self.live[docnum] = not delete

    def is_deleted(self, docnum: int) -> bool:
        """Whether a document is deleted."""
        return not self.live[docnum]

    def to_record(self) -> dict[str, str | int]:
        """As it stands in the file."""
        deleted = np.fromiter(self.deleted_docs(), "<u4").tobytes()
        packed = base64.b64encode(zlib.compress(deleted)).decode() if deleted else ""
        return {"id": self.segid, "documents": len(self.live), "deleted": packed}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """The opposite."""
        entry = cls(record["documents"])
        entry.segid = record["id"]
        if record["deleted"]:
            numbers = np.frombuffer(zlib.decompress(base64.b64decode(record["deleted"])), "<u4")
            entry.live[numbers] = False
        return entry


class Contents(TOC):
    """A table of contents. Its renaming into place is the moment of its commit."""

    def __init__(
        self,
        segments: Sequence[SegmentEntry],
        generation: int,
        checkpoint: str,
        analysis_version: int = ANALYSIS_VERSION,
        format: int = FORMAT,
    ) -> None:
        super().__init__(None, list(segments), generation, version=format)
        self.checkpoint = checkpoint
        self.analysis_version = analysis_version

    @property
    def documents(self) -> int:
        """How many documents are not deleted."""
        return sum(entry.doc_count() for entry in self.segments)

    @property
    def files(self) -> set[str]:
        """The names of the segments' files."""
        return {entry.file_name for entry in self.segments}

    @classmethod
    def read(
        cls, storage: DurableStorage, indexname: str, gen: int | None = None, schema: object = None
    ) -> Self:
        """Read one. Raises ValueError where it is not as it was written, FileNotFoundError."""
        assert (indexname, schema) == (INDEX_NAME, None)
        assert gen is not None
        with storage.open_file(cls.file_name(gen)) as file:
            record = unwrap_record(file.read())
        if record["generation"] != gen:
            raise ValueError(gen)
        segments = [SegmentEntry.from_record(entry) for entry in record["segments"]]
        return cls(segments, gen, record["checkpoint"], record["analysis_version"], record["format"])

    def write(self, storage: DurableStorage, indexname: str) -> None:
        """Write it, durably, and what the storage has not synced yet with it."""
        assert indexname == INDEX_NAME
        record = {
            "format": self.version,
            "generation": self.generation,
            "analysis_version": self.analysis_version,
            "checkpoint": self.checkpoint,
            "segments": [entry.to_record() for entry in self.segments],
        }
        name = self.file_name(self.generation)
        with storage.create_file(f"{name}.new") as file:
            file.write(wrap_record(record))
        storage.rename_file(f"{name}.new", name, safe=True)

    @classmethod
    def file_name(cls, generation: int) -> str:
        """The name of a generation's table of contents."""
        return str(cls._filename(INDEX_NAME, generation))

    @classmethod
    def generation_of(cls, file_name: str) -> int | None:
        """The opposite; None for any other file."""
        match = cls._pattern(INDEX_NAME).match(file_name)
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
