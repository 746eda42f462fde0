"""The embedded engine behind the seam: opens snapshots as generations come, and hands out the writer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from index.document import Document
from index.embedded import evaluator
from index.embedded.generations import Generation, Generations
from index.embedded.snapshot import Snapshot
from index.embedded.storage import Vanished, backend
from index.embedded.writer import WhooshWriter, open_writer
from index.engine import EngineStatus, Hits, Sort
from index.query import Query

_ATTEMPTS = 10
_PAUSE = 0.02

_Answer = TypeVar("_Answer")


class WhooshEngine:
    """An index in the folder `path`. Threads may share it: they take turns."""

    def __init__(self, path: Path) -> None:
        self._generations = Generations(path)
        self.locator = self._generations.locator
        self._snapshot: Snapshot | None = None
        self._turn = threading.Lock()

    def search(
        self,
        query: Query,
        *,
        within: Query | None = None,
        sort: Sort = Sort.RELEVANCE,
        limit: int = 10,
        offset: int = 0,
    ) -> Hits:
        """The matches of `query`; see `index.engine.Engine.search`."""
        return self._ask(lambda snapshot: evaluator.search(snapshot, query, within, sort, limit, offset))

    def documents(self, ids: Sequence[str]) -> tuple[Document, ...]:
        """The stored documents with these ids."""
        return self._ask(
            lambda snapshot: tuple(
                snapshot.document(number) for id in ids for number in snapshot.holders("id", id)
            )
        )

    def writer(self, *, rebuild: bool = False) -> WhooshWriter:
        """Exclusive access. Without `rebuild`, raises StaleIndex rather than mix two kinds of analysis."""
        return open_writer(self._generations, rebuild=rebuild)

    def status(self) -> EngineStatus:
        """What the last commit left."""
        return self._retry(self._status)

    def _status(self) -> EngineStatus:
        current = self._generations.current()
        commit = self._generations.commit_of(current)
        with backend(self.locator):
            size = sum(file.stat().st_size for file in current.folder.iterdir())
        return EngineStatus(current.name, commit.documents, commit.checkpoint, commit.analysis_version, size)

    def close(self) -> None:
        """Let go of the files; asking again opens them again."""
        with self._turn:
            self._let_go()

    def _ask(self, question: Callable[[Snapshot], _Answer]) -> _Answer:
        with self._turn:
            return self._retry(lambda: question(self._newest_snapshot()))

    def _retry(self, act: Callable[[], _Answer]) -> _Answer:
        """Try again when files vanish between being named and being opened: a commit has taken them away."""
        for _attempt in range(_ATTEMPTS - 1):
            try:
                return act()
            except Vanished:
                time.sleep(_PAUSE)
        return act()

    def _newest_snapshot(self) -> Snapshot:
        current: Generation = self._generations.current()
        if self._snapshot is None or self._snapshot.generation != current:
            self._let_go()
            self._snapshot = Snapshot(self._generations, current)
        return self._snapshot

    def _let_go(self) -> None:
        if self._snapshot is not None:
            self._snapshot.close()
            self._snapshot = None
