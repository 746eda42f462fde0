"""Transactions of an SQLite file that stand inside each other: the outermost alone keeps or undoes changes."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager


def run_script(db: sqlite3.Connection, script: str) -> None:
    """Run statements, none of which holds a semicolon, within the transaction that `executescript` would end."""
    for statement in script.split(";"):
        db.execute(statement)


class Transactions:
    """Those of one connection, which begins and ends none itself (`isolation_level=None`). For one thread at a time.

    `guard` tells what goes wrong with the file in its owner's words. `before_commit` makes durable whatever the
    changes point at; if it fails, they are undone.
    """

    def __init__(
        self,
        db: sqlite3.Connection,
        guard: Callable[[], AbstractContextManager[None]],
        before_commit: Callable[[], None] = lambda: None,
    ) -> None:
        self._db, self._guard, self._before_commit = db, guard, before_commit
        self._depth = 0

    @contextlib.contextmanager
    def batch(self) -> Iterator[None]:
        """Group changes: all of them are kept when the outermost block ends, none when it raises."""
        if self._depth == 0:
            with self._guard():
                self._db.execute("BEGIN IMMEDIATE")
        self._depth += 1
        try:
            # Not guarded: what goes wrong in the caller's own block is not the file's failure.
            yield
            if self._depth == 1:
                with self._guard():
                    self._before_commit()
                    self._db.execute("COMMIT")
        except BaseException:
            if self._depth == 1 and self._db.in_transaction:
                with self._guard():
                    self._db.execute("ROLLBACK")
            raise
        finally:
            self._depth -= 1
