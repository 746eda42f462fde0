"""Changes an index: batches of documents, each made visible and durable by one commit."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from whoosh.index import FileIndex
from whoosh.writing import MERGE_SMALL, SegmentWriter

from crawl.messages import gettext as _
from index.document import Document, dump_document, keyword_values, text_terms
from index.embedded.generations import Commit, Generation, Generations, WriteLock
from index.embedded.snapshot import Snapshot
from index.embedded.storage import INDEX_NAME, SCHEMA, DurableStorage, backend, codec, holders, moment
from index.engine import EngineUnavailable

_POOL_MB = 256
"""How much memory postings may take before they are sorted and spilled, in Whoosh's own low estimate."""


def open_writer(generations: Generations, *, rebuild: bool) -> WhooshWriter:
    """Exclusive access to the current family of generations; with `rebuild`, or where none is, to a new one.

    Raises EngineBusy, EngineUnavailable; without `rebuild` also StaleIndex and CorruptIndex.
    """
    lock = WriteLock.acquire(generations)
    try:
        with backend(generations.locator):
            exists = (generations.path / "CURRENT").exists()
            if exists and not rebuild:
                current = generations.current()
                generations.check_fresh(generations.commit_of(current))
                folder = current.folder
                generations.remove_families(but=folder)
                generations.sweep(folder)
            else:
                folder = _found_family(generations)
    except BaseException:
        lock.release()
        raise
    return WhooshWriter(generations, lock, folder, published=exists and not rebuild)


def _found_family(generations: Generations) -> Path:
    folder = generations.found()
    storage = DurableStorage(folder)
    try:
        FileIndex.create(storage, SCHEMA, INDEX_NAME)
    finally:
        storage.release()
    return folder


class _Batch:
    """The changes since the last commit. One document of an id is alive at most, the last one put."""

    def __init__(self, folder: Path) -> None:
        self._storage = DurableStorage(folder)
        try:
            opened = FileIndex(self._storage, schema=SCHEMA, indexname=INDEX_NAME)
            self._writer = SegmentWriter(opened, _lk=False, limitmb=_POOL_MB, codec=codec(), compound=False)
            self._committed = [
                (segment, segment.codec().terms_reader(self._storage, segment))
                for segment in self._writer.segments
            ]
        except BaseException:
            self._storage.release()
            raise
        self._added: dict[str, int] = {}
        self.generation = Generation(folder, self._writer.generation)

    @property
    def documents(self) -> int:
        """How many documents there will be."""
        committed: int = sum(segment.doc_count() for segment, _terms in self._committed)
        return committed + len(self._added)

    def add(self, id: str, fields: dict[str, Any]) -> None:
        self.remove(id)
        self._added[id] = self._writer.docnum
        self._writer.add_document(id=id, **fields)

    def remove(self, id: str) -> None:
        if id in self._added:
            self._writer.newsegment.delete_document(self._added.pop(id))
        for segment, terms in self._committed:
            for number in holders(terms, "id", id):
                segment.delete_document(number)

    def commit(self) -> None:
        self._writer.commit(mergetype=_merge)
        self._storage.release()

    def discard(self) -> None:
        # Whoosh's own `cancel` writes before it gives up, which a full disk would refuse.
        self._storage.release()


def _merge(writer: SegmentWriter, segments: list[Any]) -> list[Any]:
    """Whoosh's policy, which leaves big segments alone; what holds no document any more is dropped."""
    merged: list[Any] = MERGE_SMALL(writer, [segment for segment in segments if segment.doc_count()])
    return merged


class WhooshWriter:
    """See `index.engine.Writer`. Whatever fails closes it, gives the lock back and changes nothing."""

    def __init__(self, generations: Generations, lock: WriteLock, folder: Path, *, published: bool) -> None:
        self._generations = generations
        self._lock: WriteLock | None = lock
        self._folder = folder
        self._published = published
        self._pending: _Batch | None = None

    def put(self, document: Document) -> None:
        """Add a document, replacing the one with the same id."""
        fields: dict[str, Any] = {
            **text_terms(document),
            **keyword_values(document),
            "stored": dump_document(document),
        }
        if document.published is not None:
            fields["published"] = moment(document.published)
        with self._working() as batch:
            batch.add(document.id, fields)

    def delete(self, id: str) -> None:
        """Remove the document with this id."""
        with self._working() as batch:
            batch.remove(id)

    def commit(self, checkpoint: str) -> str:
        """Make all changes visible and durable; returns the new generation's name."""
        with self._working() as batch:
            batch.generation.write_commit(Commit(checkpoint, batch.documents))
            batch.commit()
            self._pending = None
            if not self._published:
                Snapshot(self._generations, batch.generation).close()
                self._generations.publish(self._folder)
                self._published = True
            self._generations.sweep(self._folder)
        return batch.generation.name

    @contextlib.contextmanager
    def _working(self) -> Iterator[_Batch]:
        if self._lock is None:
            raise EngineUnavailable(
                _("This writer of the index at {locator} is closed. Open another one.").format(
                    locator=self._generations.locator
                )
            )
        try:
            with backend(self._generations.locator):
                if self._pending is None:
                    self._pending = _Batch(self._folder)
                yield self._pending
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Discard what was not committed and give the lock back. Closing twice is no error."""
        lock, self._lock = self._lock, None
        if lock is None:
            return
        try:
            with backend(self._generations.locator):
                self._discard()
        finally:
            lock.release()

    def _discard(self) -> None:
        if self._pending is not None:
            self._pending.discard()
        if not self._published:
            shutil.rmtree(self._folder)
        elif self._pending is not None:
            self._generations.sweep(self._folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
