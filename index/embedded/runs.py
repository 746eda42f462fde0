"""Documents in, segments out: what waits in memory is written as a segment of its own whenever the budget is used up.

Such a segment is a run: whole and searchable, but named by no table of contents until a commit does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.document import Document
from index.embedded.batch import Batch
from index.embedded.contents import SegmentEntry
from index.embedded.segment import Segment
from index.embedded.storage import encode


@dataclass(frozen=True, slots=True)
class Part:
    """A segment, and as a table of contents shall name it: with what is deleted in it."""

    entry: SegmentEntry
    segment: Segment

    @property
    def documents(self) -> int:
        """How many are not deleted."""
        return self.entry.count

    def delete(self, ids: Sequence[bytes]) -> None:
        """Delete the documents with these ids, as far as they are here."""
        for number in self.segment.numbers_of(ids):
            self.entry.delete(number)


class Runs:
    """Takes changes one after the other; of each id only the last document put is alive in the end.

    `budget` is how many bytes documents that wait may take.
    """

    def __init__(self, folder: Path, locator: str, budget: int) -> None:
        self._folder, self._locator, self._budget = folder, locator, budget
        self._batch = Batch(budget)
        self._runs: list[Part] = []
        self._touched: set[str] = set()
        """The ids of changes that the runs written so far know nothing of."""

    def put(self, document: Document) -> None:
        """Add a document, replacing the one with the same id."""
        if not self._batch.add(document):
            self._batch.remove(document.id)
            self._write()
            self._batch.add(document)
        self._touch(document.id)

    def delete(self, id: str) -> None:
        """Remove the document with this id."""
        self._batch.remove(id)
        self._touch(id)

    def finish(self) -> list[Part]:
        """Write what waits, and give all runs; there is nothing then but to begin anew."""
        self._write()
        return self._runs

    def close(self) -> None:
        """Nothing goes on that would have to be ended."""

    def _touch(self, id: str) -> None:
        if self._runs:
            self._touched.add(id)

    def _write(self) -> None:
        touched = sorted(map(encode, self._touched))
        for run in self._runs:
            run.delete(touched)
        self._touched.clear()
        if len(self._batch):
            entry = SegmentEntry(len(self._batch))
            path = self._folder / entry.file_name
            self._batch.write(path)
            self._runs.append(Part(entry, Segment(path, self._locator)))
        self._batch = Batch(self._budget)
