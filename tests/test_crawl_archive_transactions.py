"""Changes are kept whole or not at all, however deep the blocks stand in which they are made."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator

import pytest

from crawl.archive.transactions import Transactions, run_script


class Unusable(Exception):
    """What the owner of the file says of its failures."""


@contextlib.contextmanager
def guard() -> Iterator[None]:
    """Tell the file's failures as the owner's."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise Unusable from error


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    """An empty table of numbers."""
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as opened:
        opened.execute("CREATE TABLE number (value INTEGER)")
        yield opened


def numbers(db: sqlite3.Connection) -> list[int]:
    """What is in the table."""
    return [value for (value,) in db.execute("SELECT value FROM number ORDER BY value")]


def put(db: sqlite3.Connection, value: int) -> None:
    """One change."""
    db.execute("INSERT INTO number VALUES (?)", (value,))


def test_the_outermost_block_keeps_all(db: sqlite3.Connection) -> None:
    """Nothing is kept before the outermost block ends; what it points at is made durable before that, once."""
    order: list[bool] = []
    transactions = Transactions(db, guard, lambda: order.append(db.in_transaction))
    with transactions.batch():
        with transactions.batch():
            put(db, 1)
        assert (db.in_transaction, order) == (True, [])
        put(db, 2)
    assert (db.in_transaction, order, numbers(db)) == (False, [True], [1, 2])


def test_what_raises_undoes_all(db: sqlite3.Connection) -> None:
    """An error that leaves the outermost block undoes every change and stays what it was, even one of SQLite's kind;
    one that is caught between two blocks undoes nothing.
    """
    transactions = Transactions(db, guard)
    with contextlib.suppress(sqlite3.OperationalError), transactions.batch():
        with transactions.batch():
            put(db, 1)
        raise sqlite3.OperationalError
    assert (db.in_transaction, numbers(db)) == (False, [])
    with transactions.batch():
        with contextlib.suppress(KeyError), transactions.batch():
            put(db, 2)
            raise KeyError
        put(db, 3)
    assert numbers(db) == [2, 3]


def test_what_cannot_be_made_durable_is_undone(db: sqlite3.Connection) -> None:
    """A disk that is full before the commit is the owner's failure; the next block begins anew."""
    full = [True]

    def sync() -> None:
        if full.pop():
            raise OSError

    transactions = Transactions(db, guard, sync)
    with pytest.raises(Unusable), transactions.batch():
        put(db, 1)
    full.append(False)
    with transactions.batch():
        put(db, 2)
    assert numbers(db) == [2]


def test_a_file_that_cannot_be_used(db: sqlite3.Connection) -> None:
    """A block that cannot begin is the owner's failure."""
    transactions = Transactions(db, guard)
    db.close()
    with pytest.raises(Unusable), transactions.batch():
        pass


def test_a_script_is_kept_or_undone_with_the_rest(db: sqlite3.Connection) -> None:
    """The statements of a script belong to the transaction around them."""
    transactions = Transactions(db, guard)
    with contextlib.suppress(KeyError), transactions.batch():
        run_script(db, "INSERT INTO number VALUES (1); CREATE TABLE other (value); ")
        raise KeyError
    assert numbers(db) == []
    with transactions.batch():
        run_script(db, "CREATE TABLE other (value); INSERT INTO number VALUES (2)")
    assert (numbers(db), db.execute("SELECT count(*) FROM other").fetchone()) == ([2], (0,))
