"""Opens an index for Whoosh: its generations, segments and codec in Whoosh's own terms, for reading only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from whoosh.codec.base import Codec
from whoosh.codec.base import Segment as WhooshSegment
from whoosh.filedb.filestore import FileStorage, ReadOnlyError
from whoosh.index import TOC, FileIndex
from whoosh.reading import EmptyReader, MultiReader, ReaderClosed, SegmentReader
from whoosh.searching import Searcher

from crawl.messages import gettext as _
from index.embedded.generations import Generation, Generations
from index.embedded.layout import FORMAT
from index.embedded.opening import open_newest, retried
from index.embedded.snapshot import Part, Snapshot
from index.embedded.whoosh.documents import Documents
from index.embedded.whoosh.schema import SCHEMA
from index.embedded.whoosh.scoring import Weighting
from index.embedded.whoosh.terms import Cursors, Terms
from index.engine import CorruptIndex, EngineError, NoIndex

_NAME = "MAIN"
"""What Whoosh calls an index that has no other name."""


class ReadOnlyIndex(EngineError, ReadOnlyError):
    """Whoosh was asked to change an index that only timbao writes, from its archive."""

    def __init__(self, locator: str) -> None:
        self.locator = locator
        super().__init__(
            _(
                "The index at {locator} is read-only for Whoosh: it is made from the archive. "
                "Change the archive, then run: timbao index"
            ).format(locator=locator)
        )


def open_dir(path: str | Path) -> TimbaoIndex:
    """The index in a folder: what the locator `whoosh:PATH` names. Nothing is copied, nothing is written.

    Raises NoIndex, StaleIndex, CorruptIndex, EngineUnavailable; so does reading it, at any time.
    """
    return TimbaoIndex(Path(path))


def exists_in(path: str | Path) -> bool:
    """Whether there is an index in a folder, be it damaged or out of date.

    `whoosh.index.exists_in` cannot tell: it looks for a table of contents that is a pickle. Raises EngineUnavailable.
    """
    try:
        Generations(Path(path)).current()
    except NoIndex:
        return False
    except CorruptIndex:
        return True
    return True


class ReadingStorage(FileStorage):
    """The folder as Whoosh sees it; what would change it is refused with a sentence, where Whoosh has none."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), readonly=True)

    def _refuse(self, *_arguments: Any, **_options: Any) -> NoReturn:
        raise ReadOnlyIndex(f"whoosh:{self.folder}")

    create = destroy = create_file = delete_file = rename_file = create_index = clean = _refuse


class TimbaoIndex(FileIndex):
    """An index as Whoosh's own classes use it: each reader and searcher is of the newest generation when it is made."""

    def __init__(self, path: Path) -> None:
        # Whoosh's own initialiser reads its pickled table of contents
        self.storage = ReadingStorage(path)
        self.indexname = _NAME
        self._schema = SCHEMA
        self._generations = Generations(path)
        self._known: Snapshot | None = None
        self._newest()

    @classmethod
    def create(cls, storage: Any, _schema: Any, _indexname: str = _NAME) -> NoReturn:
        """Refused: `timbao index` makes indexes."""
        raise ReadOnlyIndex(f"whoosh:{storage.folder}")

    def _newest(self) -> Snapshot:
        self._known = retried(lambda: open_newest(self._generations, self._known))
        return self._known

    def _read_toc(self) -> TOC:
        newest = self._newest()
        return TOC(SCHEMA, list(map(CodedSegment, newest.parts)), _number(newest.generation), version=FORMAT)

    def _current_schema(self) -> Any:
        return SCHEMA

    def latest_generation(self) -> int:
        """A number that every commit changes."""
        return _number(self._generations.current())

    def last_modified(self) -> float:
        """When the last commit was, in seconds since 1970."""
        return self._generations.current().toc.stat().st_mtime

    def reader(self, reuse: Any = None) -> Any:  # noqa: ARG002
        """A reader of the newest generation. What is open already is used again, whether `reuse` is given or not."""
        contents = self._read_toc()
        readers = [
            Reader(self.storage, SCHEMA, segment, contents.generation) for segment in contents.segments
        ]
        if len(readers) > 1:
            return Readers(readers, contents.generation)
        return readers[0] if readers else EmptyReader(SCHEMA)

    def searcher(self, **options: Any) -> Searcher:
        """Whoosh's searcher. Without a `weighting` of its own it ranks as `timbao search` does."""
        return super().searcher(**{"weighting": Weighting(), **options})

    def writer(self, **_options: Any) -> NoReturn:
        """Refused, and with it all else that would write."""
        raise ReadOnlyIndex(self._generations.locator)

    def lock(self, _name: str) -> NoReturn:
        """Refused: it is for writing."""
        raise ReadOnlyIndex(self._generations.locator)

    def close(self) -> None:
        """Let go of the files; asking again opens them again."""
        self._known = None


def _number(generation: Generation) -> int:
    family, number = map(int, generation.name.split("."))
    return family << 32 | number


class CodedSegment(WhooshSegment):
    """A segment as Whoosh names it."""

    def __init__(self, part: Part) -> None:
        super().__init__(_NAME)
        self.segid = part.segment.path.stem.removeprefix(f"{_NAME}_")
        self.part = part

    def codec(self) -> ReadingCodec:
        """What reads it."""
        return ReadingCodec()

    def doc_count_all(self) -> int:
        """How many documents there are, deleted ones included."""
        return self.part.segment.documents

    def deleted_count(self) -> int:
        """How many are deleted."""
        return 0 if self.part.live is None else int(np.count_nonzero(~self.part.live))

    def deleted_docs(self) -> Iterator[int]:
        """Those that are."""
        return iter([] if self.part.live is None else np.flatnonzero(~self.part.live).tolist())

    def is_deleted(self, docnum: int) -> bool:
        """Whether this one is."""
        return self.part.live is not None and not self.part.live[docnum]

    def delete_document(self, docnum: int, delete: bool = True) -> NoReturn:  # noqa: ARG002
        """Refused."""
        raise ReadOnlyIndex(self.part.segment.path.name)


class ReadingCodec(Codec):
    """Whoosh's way into a segment; it has none that would write."""

    def terms_reader(self, _storage: object, segment: CodedSegment) -> Terms:
        """Its terms and their postings."""
        return Terms(segment.part.segment, segment.part.live)

    def per_document_reader(self, _storage: object, segment: CodedSegment) -> Documents:
        """Its documents."""
        return Documents(segment.part.segment, segment.part.live)


class Reader(SegmentReader):
    """Whoosh's reader of one segment; its codec leaves deleted documents out before Whoosh does, one by one."""

    def postings(self, fieldname: str, text: str | bytes, scorer: Any = None) -> Any:
        """The postings of a term. Raises TermNotFound."""
        if self.is_closed:
            raise ReaderClosed
        name = self._text_to_bytes(fieldname, text)
        return self._terms.matcher(fieldname, name, self.schema[fieldname].format, scorer)


class Readers(MultiReader):
    """Whoosh's reader of several segments, with what Whoosh 2.7.4 does only for one: walking terms both ways."""

    def cursor(self, fieldname: str) -> Cursors:
        """A place among the terms of a field."""
        return Cursors([reader.cursor(fieldname) for reader in self.readers], self.doc_offsets)

    def terms_within(self, fieldname: str, text: str, maxdist: int, prefix: int = 0) -> set[str]:
        """The terms that are at most so many letters off, of which the first ones are the same."""
        found = (reader.terms_within(fieldname, text, maxdist, prefix) for reader in self.readers)
        return set().union(*found)
