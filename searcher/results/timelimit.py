"""An engine that may be asked for so long and no longer, however many questions one answer to a person takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from index.document import Document
from index.engine import (
    DEFAULT_OPTIONS,
    Engine,
    EngineStatus,
    Group,
    Hits,
    QueryTimeout,
    SearchOptions,
    TermCount,
    ValueCount,
    Writer,
)
from index.query import Query

_Answer = TypeVar("_Answer")


class TimeLimited:
    """The engine behind it, for `seconds` from now in all; then every question raises QueryTimeout."""

    def __init__(self, engine: Engine, seconds: float) -> None:
        self.locator = engine.locator
        self._engine = engine
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def search(self, query: Query, options: SearchOptions = DEFAULT_OPTIONS) -> Hits:
        """The matches of `query`; see `index.engine.Engine.search`."""
        return self._ask(
            options.seconds, lambda left: self._engine.search(query, replace(options, seconds=left))
        )

    def value_counts(
        self, query: Query, field: str, *, within: Query | None = None, seconds: float | None = None
    ) -> tuple[ValueCount, ...]:
        """Matches by the value of a keyword field; see `index.engine.Engine.value_counts`."""
        return self._ask(
            seconds, lambda left: self._engine.value_counts(query, field, within=within, seconds=left)
        )

    def day_counts(
        self, query: Query, *, within: Query | None = None, seconds: float | None = None
    ) -> tuple[tuple[date, int], ...]:
        """Matches by day; see `index.engine.Engine.day_counts`."""
        return self._ask(seconds, lambda left: self._engine.day_counts(query, within=within, seconds=left))

    def groups(self, names: Sequence[str], *, seconds: float | None = None) -> tuple[Group, ...]:
        """The groups with these names; see `index.engine.Engine.groups`."""
        return self._ask(seconds, lambda left: self._engine.groups(names, seconds=left))

    def matching(self, query: Query, ids: Sequence[str], *, seconds: float | None = None) -> frozenset[str]:
        """Which of these documents match; see `index.engine.Engine.matching`."""
        return self._ask(seconds, lambda left: self._engine.matching(query, ids, seconds=left))

    def documents(self, ids: Sequence[str]) -> tuple[Document, ...]:
        """The stored documents with these ids."""
        return self._ask(None, lambda _left: self._engine.documents(ids))

    def spellings(self, folded: Sequence[str]) -> tuple[TermCount, ...]:
        """The indexed terms that have one of these folded forms."""
        return self._ask(None, lambda _left: self._engine.spellings(folded))

    def _ask(self, seconds: float | None, ask: Callable[[float], _Answer]) -> _Answer:
        """The answer to one question, which may take `seconds` if that is less than what is left."""
        left = self._end - time.monotonic()
        if seconds is not None and seconds < left:
            return ask(seconds)
        if left <= 0:
            raise QueryTimeout(self._seconds)
        try:
            return ask(left)
        except QueryTimeout as error:  # which names what was left at the end; whoever waited knows the whole
            raise QueryTimeout(self._seconds) from error

    # What takes no part in answering has no limit.

    def writer(self, *, rebuild: bool = False, workers: int = 1) -> Writer:
        """Exclusive access."""
        return self._engine.writer(rebuild=rebuild, workers=workers)

    def status(self) -> EngineStatus:
        """What is there."""
        return self._engine.status()

    def verify(self) -> None:
        """Compare every checksum."""
        self._engine.verify()

    def close(self) -> None:
        """Let go of files and connections."""
        self._engine.close()
