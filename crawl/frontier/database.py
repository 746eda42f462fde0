"""The frontier's file: its tables, and how one of an earlier version becomes one of today's."""

from __future__ import annotations

import contextlib
import functools
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

from crawl.archive.transactions import Transactions, run_script
from crawl.messages import TimbaoError
from crawl.messages import gettext as _

_VERSION = 4
_TABLE = """
CREATE TABLE IF NOT EXISTS visit (
    url TEXT PRIMARY KEY, host TEXT NOT NULL, source TEXT NOT NULL, kind TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting', attempts INTEGER NOT NULL DEFAULT 0,
    due TEXT DEFAULT '', named TEXT, day TEXT, reason TEXT,
    status INTEGER, etag TEXT, last_modified TEXT, visited TEXT,
    queued INTEGER NOT NULL DEFAULT 1, news TEXT, unmodified INTEGER NOT NULL DEFAULT 0,
    barren INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS rest (host TEXT PRIMARY KEY, until TEXT NOT NULL) WITHOUT ROWID;
"""
# `due` is when a URL is to be visited (again): '' at once, NULL never. `queued` says that it waits in this crawl.
_FROM_VERSION_2 = """
ALTER TABLE visit RENAME TO visit_2;
DROP INDEX IF EXISTS waiting; DROP INDEX IF EXISTS due; DROP INDEX IF EXISTS by_source;
"""
_OLD_ROWS = """
INSERT INTO visit (url, host, source, kind, state, attempts, due, named, day, reason, status, etag,
    last_modified, visited, news)
SELECT url, host, source, kind, state, attempts, iif(state = 'done' AND kind = 'article', NULL, not_before),
    named, day, reason, status, etag, last_modified, visited, visited FROM visit_2;
DROP TABLE visit_2;
"""
_KEYS = """
CREATE INDEX IF NOT EXISTS queue ON visit (host, kind, attempts, visited) WHERE queued;
CREATE INDEX IF NOT EXISTS by_source ON visit (source, state);
"""


class FrontierError(TimbaoError):
    """The file of URLs to visit cannot be used: `path` names it, `detail` says why."""

    def __init__(self, path: Path, detail: str) -> None:
        self.path, self.detail = path, detail
        super().__init__(
            _(
                "The list of pages to visit, {path}, cannot be used: {detail}. Make room if the "
                "disk is full; else it can be moved away: the next crawl begins a new one and fetches no stored "
                "article again."
            ).format(path=path, detail=detail)
        )


class FrontierFile:
    """The file of URLs, open. Every method raises FrontierError when the file or the disk fails it.

    With `read_only` the file stays as it is, even one of an older version.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self._path, self._guard = path, functools.partial(_guarding, path)
        with self._guard():
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        self._transactions = Transactions(self._db, self._guard)
        try:
            self._prepare(read_only=read_only)
        except BaseException:
            self._db.close()
            raise

    def _version(self) -> int:
        """The version of the file; 0 for an empty one. Raises FrontierError for one that only a newer timbao knows."""
        with self._guard():
            version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        if version > _VERSION:
            raise FrontierError(self._path, _("it was made by a newer timbao. Upgrade timbao"))
        return version

    def _prepare(self, *, read_only: bool = False) -> None:
        version = self._version()
        with self._guard():
            if read_only:
                self._db.execute("PRAGMA query_only = ON")
                return
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
        if version < _VERSION:
            with self.batch():
                self._upgrade()

    def _upgrade(self) -> None:
        version = self._version()
        if version == _VERSION:  # another process was quicker between the look and the lock
            return
        before, after = (_FROM_VERSION_2, _OLD_ROWS) if 0 < version < 3 else ("", "")
        with self._guard():
            run_script(self._db, f"{before} {_TABLE} {after} {_KEYS}")
            self._db.execute(f"PRAGMA user_version = {_VERSION}")

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def batch(self) -> AbstractContextManager[None]:
        """Group changes: all of them are kept when the outermost block ends, none when it raises."""
        return self._transactions.batch()


@contextlib.contextmanager
def _guarding(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise FrontierError(path, str(error)) from error
