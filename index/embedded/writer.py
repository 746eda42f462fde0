"""Changes an index: batches of documents, each made visible and durable by one commit.

Documents wait in memory up to a budget, here or in several processes; what exceeds it is written as a run at once
(`index.embedded.runs`). A commit writes the rest, merges what is worth merging, and writes the table of contents.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from crawl.messages import gettext as _
from index.document import Document
from index.embedded.budget import MOST_WORKERS, share
from index.embedded.contents import Contents, SegmentEntry
from index.embedded.generations import Generation, Generations, WriteLock
from index.embedded.merge import Source, merge
from index.embedded.runs import Part, Runs
from index.embedded.segment import Segment
from index.embedded.storage import backend, encode
from index.embedded.workers import Workers
from index.engine import CorruptIndex, EngineUnavailable, NoIndex

_SMALL = 64
"""Segments of so few documents are not worth their number."""


def open_writer(generations: Generations, *, rebuild: bool, workers: int) -> WhooshWriter:
    """Exclusive access to the current family of generations; with `rebuild`, or where none is, to a new one.

    With several `workers`, so many processes analyse and invert, MOST_WORKERS at most.
    Raises EngineBusy, EngineUnavailable; without `rebuild` also StaleIndex and CorruptIndex.
    """
    workers = min(workers, MOST_WORKERS)
    lock = WriteLock.acquire(generations)
    try:
        with backend(generations.locator):
            exists = (generations.path / "CURRENT").exists()
            if exists and not rebuild:
                current = generations.current()
                contents = generations.contents(current)
                generations.check_fresh(contents)
                generations.remove_families(but=current.folder)
                generations.sweep(current.folder)
                return WhooshWriter(generations, lock, current.folder, contents, workers)
            _remove_dead_rebuilds(generations)
            return WhooshWriter(generations, lock, generations.found(), None, workers)
    except BaseException:
        lock.release()
        raise


def _remove_dead_rebuilds(generations: Generations) -> None:
    """Remove what killed rebuilds left; where nobody can say which family is searched, all of them stay."""
    try:
        current = generations.current_family()
    except NoIndex:
        generations.remove_families(but=None)
    except CorruptIndex:
        pass
    else:
        generations.remove_families(but=current)


class _Changes:
    """The changes since the last commit. One document of an id is alive at most, the last one put."""

    def __init__(
        self, folder: Path, locator: str, contents: Contents | None, number: int, workers: int
    ) -> None:
        self._folder, self._locator = folder, locator
        self._number = number
        self._old = [
            Part(SegmentEntry.from_record(entry.to_record()), Segment(folder / entry.file_name, locator))
            for entry in (contents.segments if contents else ())
        ]
        self._rebuilt = contents is None
        self._new: Runs | Workers = (
            Runs(folder, locator, share(1))
            if workers == 1
            else Workers(workers, folder, locator, share(workers))
        )
        self._touched: set[str] = set()

    def put(self, document: Document) -> None:
        self._touch(document.id)
        self._new.put(document)

    def delete(self, id: str) -> None:
        self._touch(id)
        self._new.delete(id)

    def _touch(self, id: str) -> None:
        if self._old:
            self._touched.add(id)

    def commit(self, checkpoint: str) -> Contents:
        new = self._new.finish()
        touched = sorted(map(encode, self._touched))
        for part in self._old:
            part.delete(touched)
        unwanted, kept = _worth_merging([*self._old, *new], everything=self._rebuilt)
        sources = [Source(part.segment, part.entry.live) for part in unwanted if part.documents]
        if sources:
            merged = SegmentEntry(sum(part.documents for part in unwanted))
            path = self._folder / merged.file_name
            merge(sources, path)
            kept.append(Part(merged, Segment(path, self._locator)))
        for part in new:
            if part not in kept:
                part.segment.path.unlink()
        contents = Contents([part.entry for part in kept], self._number, checkpoint)
        contents.write(self._folder, contents.files - {part.entry.file_name for part in self._old})
        return contents

    def close(self) -> None:
        self._new.close()


def _worth_merging(parts: Sequence[Part], *, everything: bool) -> tuple[list[Part], list[Part]]:
    """Which segments are to be replaced by one, and which stay.

    A segment is merged once the smaller ones together hold as much, so there are never more than about log2 of the
    documents, and each document is merged about as often. After a rebuild there is one segment; one of which
    most documents are deleted does not stay.
    """
    unwanted = [part for part in parts if 2 * part.documents < part.entry.size]
    rest = sorted((part for part in parts if part not in unwanted), key=lambda part: part.documents)
    total, merged = sum(part.documents for part in unwanted), 0
    smaller = total
    for number, part in enumerate(rest):
        if everything or part.documents <= max(smaller, _SMALL):
            merged = number + 1
        smaller += part.documents
    unwanted += rest[:merged]
    if len(unwanted) == 1 and not unwanted[0].entry.has_deletions:
        return [], list(parts)
    return unwanted, rest[merged:]


class WhooshWriter:
    """See `index.engine.Writer`. Whatever fails closes it, gives the lock back and changes nothing."""

    def __init__(
        self,
        generations: Generations,
        lock: WriteLock,
        folder: Path,
        contents: Contents | None,
        workers: int,
    ) -> None:
        self._generations = generations
        self._lock: WriteLock | None = lock
        self._folder = folder
        self._workers = workers
        self._contents = contents
        """What is published; None while this is a rebuild that has not committed."""
        self._pending: _Changes | None = None

    def put(self, document: Document) -> None:
        """Add a document, replacing the one with the same id."""
        with self._working() as changes:
            changes.put(document)

    def delete(self, id: str) -> None:
        """Remove the document with this id."""
        with self._working() as changes:
            changes.delete(id)

    def commit(self, checkpoint: str) -> str:
        """Make all changes visible and durable; returns the new generation's name."""
        with self._working() as changes:
            contents = changes.commit(checkpoint)
            self._pending = None
            if self._contents is None:
                self._generations.publish(self._folder)
            self._contents = contents
            self._generations.sweep(self._folder)
        return Generation(self._folder, contents.generation).name

    @contextlib.contextmanager
    def _working(self) -> Iterator[_Changes]:
        if self._lock is None:
            raise EngineUnavailable(self._generations.locator, _("this writer is closed. Open another one."))
        try:
            with backend(self._generations.locator):
                if self._pending is None:
                    number = self._generations.last_number(self._folder) + 1
                    self._pending = _Changes(
                        self._folder, self._generations.locator, self._contents, number, self._workers
                    )
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
            self._pending.close()
        if self._contents is None:
            shutil.rmtree(self._folder)
        elif self._pending is not None:
            self._generations.sweep(self._folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
