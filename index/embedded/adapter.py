"""The embedded engine behind the seam: opens snapshots as generations come, and hands out the writer."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.document import Document
from index.embedded import counting, searching
from index.embedded.deadline import Deadline
from index.embedded.evaluator import Evaluator
from index.embedded.generations import Generation, Generations
from index.embedded.leaves import Leaves
from index.embedded.opening import open_newest, retried
from index.embedded.storage import backend
from index.engine import (
    DEFAULT_OPTIONS,
    EngineStatus,
    Group,
    Hits,
    SearchOptions,
    TermCount,
    ValueCount,
)
from index.query import Query

if TYPE_CHECKING:
    from index.embedded.writer import WhooshWriter


class WhooshEngine:
    """An index in the folder `path`. Threads may share it: snapshots never change."""

    def __init__(self, path: Path) -> None:
        self._generations = Generations(path)
        self.locator = self._generations.locator
        self._leaves: Leaves | None = None
        self._stamp = (0, 0)
        self._opening = threading.Lock()

    def search(self, query: Query, options: SearchOptions = DEFAULT_OPTIONS) -> Hits:
        """The matches of `query`; see `index.engine.Engine.search`."""
        evaluator = Evaluator(self._newest(), Deadline(options.seconds))
        return searching.search(evaluator, query, options)

    def value_counts(
        self, query: Query, field: str, *, within: Query | None = None, seconds: float | None = None
    ) -> tuple[ValueCount, ...]:
        """Matches by the value of a keyword field; see `index.engine.Engine.value_counts`."""
        return counting.value_counts(Evaluator(self._newest(), Deadline(seconds)), query, within, field)

    def day_counts(
        self, query: Query, *, within: Query | None = None, seconds: float | None = None
    ) -> tuple[tuple[date, int], ...]:
        """Matches by day; see `index.engine.Engine.day_counts`."""
        return counting.day_counts(Evaluator(self._newest(), Deadline(seconds)), query, within)

    def groups(self, names: Sequence[str], *, seconds: float | None = None) -> tuple[Group, ...]:
        """The groups with these names; see `index.engine.Engine.groups`."""
        return searching.groups(Evaluator(self._newest(), Deadline(seconds)), names)

    def matching(self, query: Query, ids: Sequence[str], *, seconds: float | None = None) -> frozenset[str]:
        """Which of these documents match; see `index.engine.Engine.matching`."""
        evaluator = Evaluator(self._newest(), Deadline(seconds))
        numbers = {id: number for id in ids if (number := evaluator.snapshot.find(id)) is not None}
        keep, _scores = evaluator.among(query, np.array(list(numbers.values()), np.int32))
        return frozenset(itertools.compress(numbers, keep))

    def documents(self, ids: Sequence[str]) -> tuple[Document, ...]:
        """The stored documents with these ids."""
        snapshot = self._newest().snapshot
        numbers = (snapshot.find(id) for id in ids)
        return tuple(snapshot.document(number) for number in numbers if number is not None)

    def verify(self) -> None:
        """Compare every checksum of the newest generation."""
        newest = self._generations.last_number((generation := self._generations.current()).folder)
        self._generations.contents(Generation(generation.folder, newest))
        for part in self._newest().snapshot.parts:
            part.segment.file.check()

    def spellings(self, folded: Sequence[str]) -> tuple[TermCount, ...]:
        """The indexed terms that have one of these folded forms."""
        counts = self._newest().snapshot.spellings(folded)
        return tuple(TermCount(term, count) for term, count in sorted(counts.items()))

    def writer(self, *, rebuild: bool = False, workers: int = 1) -> WhooshWriter:
        """Exclusive access. Without `rebuild`, raises StaleIndex rather than mix two kinds of analysis."""
        from index.embedded.writer import open_writer

        return open_writer(self._generations, rebuild=rebuild, workers=workers)

    def status(self) -> EngineStatus:
        """What the last commit left."""
        return retried(self._status)

    def _status(self) -> EngineStatus:
        current = self._generations.current()
        contents = self._generations.contents(current)
        with backend(self.locator):
            size = sum((current.folder / name).stat().st_size for name in contents.files)
        return EngineStatus(
            current.name, contents.documents, contents.checkpoint, contents.analysis_version, size
        )

    def close(self) -> None:
        """Let go of the files; asking again opens them again."""
        self._leaves = None

    def _newest(self) -> Leaves:
        leaves = self._leaves
        if (
            leaves is not None
            and self._stamp == self._generations.stamp()
            and self._generations.is_newest(leaves.snapshot.generation)
        ):
            return leaves
        with self._opening:
            return retried(self._open)

    def _open(self) -> Leaves:
        """What the newest generation answers with; segments that are open already stay open."""
        stamp = self._generations.stamp()
        leaves = self._leaves
        known = leaves.snapshot if leaves is not None else None
        snapshot = open_newest(self._generations, known)
        if leaves is None or snapshot is not known:
            self._leaves = leaves = Leaves(snapshot)
        self._stamp = stamp
        return leaves
