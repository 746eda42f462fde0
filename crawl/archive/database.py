"""The archive's file: its tables, how one of an earlier version becomes one of today's, and its transactions."""

from __future__ import annotations

import contextlib
import functools
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from crawl.archive.duplicates import fingerprint
from crawl.archive.transactions import Transactions, run_script
from crawl.archive.warc import WarcFolder
from crawl.article import Article, dumped_digest, load_article
from crawl.messages import TimbaoError
from crawl.messages import gettext as _

_ATTEMPTS, _PAUSE = 100, 0.05
"""How often, and after how many seconds, what another process locks for a moment is tried again."""

SCHEMA_VERSION = 2
_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE page (
    id INTEGER PRIMARY KEY, url TEXT NOT NULL, final_url TEXT NOT NULL, status INTEGER NOT NULL,
    fetched TEXT NOT NULL, source TEXT NOT NULL, file TEXT NOT NULL, offset INTEGER NOT NULL,
    length INTEGER NOT NULL, rejected TEXT
);
CREATE INDEX page_source ON page (source, fetched);
CREATE TABLE article (
    id TEXT PRIMARY KEY, source TEXT NOT NULL, first_seen TEXT NOT NULL,
    change INTEGER NOT NULL UNIQUE, revision INTEGER NOT NULL
);
CREATE INDEX article_source ON article (source);
CREATE TABLE revision (
    article TEXT NOT NULL REFERENCES article, number INTEGER NOT NULL, seen TEXT NOT NULL,
    digest TEXT NOT NULL, content TEXT NOT NULL, page INTEGER REFERENCES page, UNIQUE (article, number)
);
CREATE TABLE alias (name TEXT NOT NULL, article TEXT NOT NULL REFERENCES article, PRIMARY KEY (name, article))
    WITHOUT ROWID;
"""
# `since` it is gone, `until` it was seen again or NULL; `likeness` finds what may be one article.
_FROM_VERSION_1 = """
CREATE INDEX alias_article ON alias (article);
CREATE TABLE absence (
    article TEXT NOT NULL REFERENCES article, since TEXT NOT NULL, reason TEXT NOT NULL, until TEXT
);
CREATE INDEX absence_article ON absence (article);
CREATE TABLE likeness (fingerprint TEXT NOT NULL, article TEXT NOT NULL REFERENCES article,
    PRIMARY KEY (fingerprint, article)) WITHOUT ROWID;
"""

CONTENT = "CAST(content AS BLOB)"
"""A revision's content, as bytes: damaged text need not be UTF-8, and SQLite's own error would not say whose it is."""


class ArchiveError(TimbaoError):
    """The archive cannot be read or written: `path` names it, `detail` says why."""

    def __init__(self, path: Path, detail: str) -> None:
        self.path, self.detail = path, detail
        super().__init__(_("The archive {path} cannot be used: {detail}").format(path=path, detail=detail))


class NoArchive(ArchiveError):
    """There is no archive at `path` yet."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, _("there is none yet. Run: timbao crawl, or timbao import"))


class ArchiveFile:
    """The file with the raw pages beside it, open for those who read and write in it.

    It is safe to use from several threads; one process writes at a time.
    """

    def __init__(self, path: Path, pages: Path, *, create: bool = False, read_only: bool = False) -> None:
        """Open the archive at `path` with raw pages in the folder `pages`.

        Raises NoArchive where there is none and `create` does not ask for one. A file that holds no archive is
        made one only when asked for, and never beside raw pages: then it held one, and was emptied.
        With `read_only` the file stays as it is, even one of an older version, of which only addresses can be read.
        """
        self._path, self._guard = path, functools.partial(_guarding, path)
        self._warc = WarcFolder(pages)
        self._lock = threading.RLock()
        with self._guard():
            existed = path.exists()
            if not create and not existed:
                raise NoArchive(path)
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
            # The pages first: a row must never point at bytes that a power cut can take away.
            self._transactions = Transactions(self._db, self._guard, self._warc.sync)
            try:
                may_begin = create and not (existed and self._warc.holds_files)
                self._prepare(may_begin=may_begin, read_only=read_only)
            except BaseException:
                self._db.close()
                raise

    def _prepare(self, *, may_begin: bool, read_only: bool) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise ArchiveError(self._path, _("it was made by a newer timbao. Upgrade timbao."))
        if version == 0 and not may_begin:
            raise ArchiveError(
                self._path,
                _(
                    "the file is there, but empty. Restore it from a backup, or move it away to begin a new one."
                ),
            )
        if read_only:
            self._db.execute("PRAGMA query_only = ON")
            return
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.execute("PRAGMA synchronous = FULL")
        if version == 0:
            self._write_ahead()
        if version < SCHEMA_VERSION:
            with self._transactions.batch():
                self._upgrade()

    def _write_ahead(self) -> None:
        """Switch the journal, which SQLite gives up at once where another process does the same."""
        for _attempt in range(_ATTEMPTS):
            with contextlib.suppress(sqlite3.OperationalError):
                self._db.execute("PRAGMA journal_mode = WAL")
                return
            time.sleep(_PAUSE)
        self._db.execute("PRAGMA journal_mode = WAL")

    def _upgrade(self) -> None:
        # Another process may have been quicker between the look and the lock.
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            run_script(self._db, _SCHEMA)
            self._db.execute("INSERT INTO meta VALUES ('archive', ?), ('change', '0')", (uuid.uuid4().hex,))
        if version < SCHEMA_VERSION:
            run_script(self._db, _FROM_VERSION_1)
            self._add_fingerprints()
            self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def _add_fingerprints(self) -> None:
        """Let the articles that are there already be found by what they may be one with."""
        rows = self._db.execute(
            f"SELECT id, digest, {CONTENT} FROM article"  # noqa: S608
            " JOIN revision ON revision.article = id AND number = revision"
        )
        self._db.executemany(
            "INSERT OR IGNORE INTO likeness VALUES (?, ?)",
            (
                (fingerprint(article), known)
                for known, digest, content in rows
                if (article := proved(digest, content)) is not None
            ),
        )

    def close(self) -> None:
        """Let go of all files."""
        self._warc.close()
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    @contextlib.contextmanager
    def batch(self) -> Iterator[None]:
        """Group changes: all of them are kept when the block ends, none when it raises."""
        with self._lock, self._transactions.batch():
            yield


@contextlib.contextmanager
def _guarding(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError, ValueError) as error:
        raise ArchiveError(path, str(error)) from error


def proved(digest: str, content: bytes) -> Article | None:
    """The article of a revision, or None where its content is no longer what the digest was made of."""
    try:
        text = content.decode()
        return load_article(text) if dumped_digest(text) == digest else None
    except ValueError:
        return None
