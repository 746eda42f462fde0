"""Groups of articles that are reprints of each other, kept in a file of their own beside the archive.

For every article that is long enough the file holds its syllables and its sketch, so that new articles are compared
with all earlier ones without reading those again, and every pair that was found. Groups are what hangs together by
pairs; a group is named after the article in it that came into this file first, so its name changes only when that one
leaves or an earlier one joins.

The file can be made again from the archive any time. Its articles then come in the order of their last changes, so the
same groups may bear other names; that is why an index notes which file its groups are of.

SQLite keeps the file whole through a kill or a power cut.
"""

from __future__ import annotations

import contextlib
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Self

import numpy as np

from crawl.archive.store import Archive
from crawl.archive.transactions import Transactions, run_script
from crawl.article import Article, StoredArticle
from crawl.datafolder.folder import hold_lock
from crawl.messages import TimbaoError
from crawl.messages import gettext as _
from index.reprints.candidates import SketchTable
from index.reprints.overlap import KEYS, MIN_SYLLABLES, SKETCH_VERSION, Syllables, overlap, sketch, syllables
from index.text.tokens import ANALYSIS_VERSION

VERSION = 1_000 * ANALYSIS_VERSION + SKETCH_VERSION
"""Files of another version are made anew."""

STRETCH = 2_000
"""Articles of one transaction."""

_SCHEMA = """
CREATE TABLE meta (id TEXT NOT NULL, archive TEXT NOT NULL, change INTEGER NOT NULL);
CREATE TABLE article (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, story INTEGER REFERENCES article,
    regrouped INTEGER NOT NULL DEFAULT 0, syllables BLOB NOT NULL
);
CREATE INDEX article_regrouped ON article (regrouped) WHERE regrouped > 0;
CREATE TABLE sketch (number INTEGER PRIMARY KEY, keys BLOB NOT NULL);
CREATE TABLE pair (one INTEGER NOT NULL, other INTEGER NOT NULL, PRIMARY KEY (one, other)) WITHOUT ROWID;
"""

_TABLES = {"meta", "article", "sketch", "pair"}

_META_FAULT = (
    "SELECT 1 FROM meta WHERE typeof(id) != 'text' OR typeof(archive) != 'text'"
    " OR typeof(change) != 'integer' OR change < 0"
)

_SKETCH_FAULTS = (
    # Articles are numbered from 1 on and none is taken out; a gap would be memory in the table.
    "SELECT 1 FROM article GROUP BY NULL HAVING min(number) != 1 OR max(number) != count(*)",
    f"SELECT 1 FROM sketch WHERE typeof(keys) != 'blob' OR length(keys) != {4 * KEYS}",  # noqa: S608 - a number
    "SELECT 1 FROM sketch WHERE number NOT IN (SELECT number FROM article)",
)
"""What finds anything in a file that no sketches could be compared by."""

_OTHER_FAULTS = (
    "SELECT 1 FROM article WHERE typeof(id) != 'text' OR typeof(regrouped) != 'integer'",
    "SELECT 1 FROM article WHERE typeof(syllables) != 'blob' OR length(syllables) % 2",
    "SELECT 1 FROM article WHERE story NOT IN (SELECT number FROM article)",
    "SELECT 1 FROM pair WHERE one NOT IN (SELECT number FROM article)",
    "SELECT 1 FROM pair WHERE other NOT IN (SELECT number FROM article)",
)
"""What finds any other fault of content, by reading the whole file."""


class GroupsError(TimbaoError):
    """The file of groups cannot be used: `path` names it, `detail` says why."""

    def __init__(self, path: Path, detail: str) -> None:
        self.path, self.detail = path, detail
        super().__init__(
            _(
                "The groups of reprints in {path} cannot be used ({detail}). No article is lost:"
                " make room if the disk is full, then run timbao index --rebuild"
            ).format(path=path, detail=detail)
        )


class GroupsInTheWay(GroupsError):
    """Where the file of groups belongs is a folder, which no rebuild takes away."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "")
        self.args = (
            _(
                "{path} is a folder, but the groups of reprints belong there."
                " Move it away, then run timbao index again"
            ).format(path=path),
        )


class ReprintGroups:
    """The groups of one archive. One process updates them at a time; every method raises GroupsError."""

    def __init__(self, path: Path, *, thorough: bool = False) -> None:
        """Open the file at `path`, or make it, also where it is of another version or damaged.

        Damage within is only looked for if `thorough`, which reads the whole file. Raises Locked where it must be
        made while another process works on it, GroupsInTheWay.
        """
        self.path = path
        if path.is_dir():
            raise GroupsInTheWay(path)
        with self._guard():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = _open(path, thorough=thorough) or _make(path, thorough=thorough)
        self._transactions = Transactions(self._db, self._guard)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    @contextlib.contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, ValueError, TypeError, OverflowError, MemoryError) as error:
            raise GroupsError(self.path, str(error)) from error

    @property
    def id(self) -> str:
        """A random name, given anew whenever the groups are begun anew; empty before their first update."""
        return self._meta()[0]

    @property
    def change(self) -> int:
        """All changes of the archive up to this one are grouped."""
        return self._meta()[2]

    def _meta(self) -> tuple[str, str, int]:
        with self._guard():
            row = self._db.execute("SELECT id, archive, change FROM meta").fetchone()
            return row or ("", "", 0)

    def group_of(self, id: str) -> str | None:
        """The name of an article's group, or None where it stands alone."""
        with self._guard():
            row = self._db.execute(
                "SELECT first.id FROM article JOIN article AS first ON first.number = article.story"
                " WHERE article.id = ?",
                (id,),
            ).fetchone()
            return row and str(row[0])

    def regrouped(self, after: int) -> tuple[str, ...]:
        """The articles whose group became another by a change of the archive later than number `after`."""
        with self._guard():
            rows = self._db.execute(
                "SELECT id FROM article WHERE regrouped > ? ORDER BY number", (after,)
            ).fetchall()
            return tuple(id for (id,) in rows)

    def update(self, archive: Archive) -> None:
        """Group what changed in the archive; where the file is of another archive, everything.

        A run that dies is taken up where it was. Raises Locked while another process does it, and ArchiveError.
        """
        with hold_lock(self.path.with_suffix(".lock"), "reprints"), self._guard():
            _id, known, change = self._meta()
            if known != archive.archive_id or change > archive.last_change:
                self._begin(archive.archive_id)
            changes = archive.changes(self.change)
            stretch = list(islice(changes, STRETCH))
            if not stretch:
                return
            if _has_any(self._db, _SKETCH_FAULTS):
                raise GroupsError(self.path, _("it is damaged"))
            table = SketchTable(self._db.execute("SELECT number, keys FROM sketch"))
            while stretch:
                with self._transactions.batch():
                    _Stretch(self._db, table, stretch[-1].change).add(stretch)
                stretch = list(islice(changes, STRETCH))

    def _begin(self, archive: str) -> None:
        with self._transactions.batch():
            for name in ("pair", "sketch", "article", "meta"):
                self._db.execute(f"DELETE FROM {name}")  # noqa: S608
            self._db.execute("INSERT INTO meta VALUES (?, ?, 0)", (uuid.uuid4().hex, archive))


def _open(path: Path, *, thorough: bool) -> sqlite3.Connection | None:
    """The file, if it is of this version and whole, as far as one look or a thorough one tells."""
    db = _connect(path)
    try:
        if _is_known(db) and not (thorough and _is_faulty(db)):
            return db
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode not in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
            db.close()
            raise
    db.close()
    return None


def _is_known(db: sqlite3.Connection) -> bool:
    if db.execute("PRAGMA user_version").fetchone()[0] != VERSION:
        return False
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    return tables >= _TABLES and not _has_any(db, [_META_FAULT])


def _is_faulty(db: sqlite3.Connection) -> bool:
    intact: bool = db.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",)
    return not intact or _has_any(db, (*_SKETCH_FAULTS, *_OTHER_FAULTS))


def _has_any(db: sqlite3.Connection, faults: Iterable[str]) -> bool:
    return any(db.execute(f"{fault} LIMIT 1").fetchone() for fault in faults)


def _make(path: Path, *, thorough: bool) -> sqlite3.Connection:
    with hold_lock(path.with_suffix(".lock"), "reprints"):
        # Another process may have made it between the look and the lock.
        if made := _open(path, thorough=thorough):
            return made
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
            path.with_name(name).unlink(missing_ok=True)
        db = _connect(path)
        db.execute("PRAGMA journal_mode = WAL")
        with Transactions(db, contextlib.nullcontext).batch():
            run_script(db, f"{_SCHEMA} PRAGMA user_version = {VERSION}")
    return db


def _connect(path: Path) -> sqlite3.Connection:
    # Transactions are begun and ended by name alone.
    return sqlite3.connect(path, isolation_level=None, timeout=30)


class _Stretch:
    """Articles whose newest change is known together, in one transaction that ends with change `last`."""

    def __init__(self, db: sqlite3.Connection, table: SketchTable, last: int) -> None:
        self._db, self._table, self._last = db, table, last
        self._texts: dict[int, Syllables] = {}

    def add(self, stretch: Sequence[StoredArticle]) -> None:
        """Compare these articles with all others, and group anew whatever that touches."""
        touched: set[int] = set()
        added: list[int] = []
        for stored in stretch:
            text = syllables(text_of(stored.article))
            number = self._number(stored.id)
            if number is not None:
                touched |= self._parted(number)
            if len(text) >= MIN_SYLLABLES:
                added.append(self._keep(number, stored.id, text))
            elif number is not None:
                self._drop_sketch(number)
        touched |= self._paired(added)
        self._regroup(touched)
        self._db.execute("UPDATE meta SET change = ?", (self._last,))

    def _number(self, id: str) -> int | None:
        row = self._db.execute("SELECT number FROM article WHERE id = ?", (id,)).fetchone()
        return row and int(row[0])

    def _keep(self, number: int | None, id: str, text: Syllables) -> int:
        """Store what is needed of a text, under its number or a new one."""
        keys = sketch(text)
        number = self._db.execute(
            "INSERT INTO article (number, id, syllables) VALUES (?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET syllables = excluded.syllables RETURNING number",
            (number, id, text.astype("<u2").tobytes()),
        ).fetchone()[0]
        self._db.execute(
            "INSERT OR REPLACE INTO sketch VALUES (?, ?)", (number, keys.astype("<u4").tobytes())
        )
        self._table.put(number, keys)
        self._texts[number] = text
        return number

    def _drop_sketch(self, number: int) -> None:
        """Compare an article no more; its number stays its own."""
        self._db.execute("DELETE FROM sketch WHERE number = ?", (number,))
        self._table.remove(number)

    def _parted(self, number: int) -> set[int]:
        """Take away the pairs of a changed article; it and what it was paired with."""
        others = self._partners(number)
        self._db.execute("DELETE FROM pair WHERE one = ?", (number,))
        self._db.executemany(
            "DELETE FROM pair WHERE one = ? AND other = ?", [(one, number) for one in others]
        )
        return {number, *others}

    def _paired(self, numbers: Iterable[int]) -> set[int]:
        """Find the pairs of new and changed articles; all that are in one."""
        paired: set[int] = set()
        for one, other in self._table.candidates(numbers):
            if overlap(self._text(one), self._text(other)).is_reprint:
                self._db.executemany("INSERT OR IGNORE INTO pair VALUES (?, ?)", [(one, other), (other, one)])
                paired |= {one, other}
        return paired

    def _text(self, number: int) -> Syllables:
        if number not in self._texts:
            row = self._db.execute("SELECT syllables FROM article WHERE number = ?", (number,)).fetchone()
            self._texts[number] = np.frombuffer(row[0], "<u2")
        return self._texts[number]

    def _partners(self, number: int) -> set[int]:
        return {other for (other,) in self._db.execute("SELECT other FROM pair WHERE one = ?", (number,))}

    def _regroup(self, touched: set[int]) -> None:
        """Give every article of the touched groups the first number among them, and those left alone none."""
        while touched:
            members = self._component(touched.pop())
            touched -= members
            story = min(members) if len(members) > 1 else None
            self._db.executemany(
                "UPDATE article SET story = ?1, regrouped = ?2 WHERE number = ?3 AND story IS NOT ?1",
                [(story, self._last, member) for member in members],
            )

    def _component(self, number: int) -> set[int]:
        members, open_ends = {number}, [number]
        while open_ends:
            new = self._partners(open_ends.pop()) - members
            members |= new
            open_ends += new
        return members


def text_of(article: Article) -> str:
    """What is compared: lead and body. Headlines are every paper's own, and captions belong to its pictures."""
    return f"{article.lead}\n\n{article.body}"
