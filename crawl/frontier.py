"""What to visit next; survives a kill.

A URL waits until it is marked done, which happens only after what came of it is stored. Who is being visited
right now is not written down: a crawl that dies visits those pages again.
"""

from __future__ import annotations

import contextlib
import enum
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from crawl.article import When, format_when, local_day
from crawl.messages import gettext as _
from crawl.urls import authority

_VERSION = 2
_SCHEMA = """
CREATE TABLE IF NOT EXISTS visit (
    url TEXT PRIMARY KEY, host TEXT NOT NULL, source TEXT NOT NULL, kind TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting', attempts INTEGER NOT NULL DEFAULT 0,
    not_before TEXT NOT NULL DEFAULT '', named TEXT, day TEXT, reason TEXT,
    status INTEGER, etag TEXT, last_modified TEXT, visited TEXT
);
DROP INDEX IF EXISTS waiting;
CREATE INDEX IF NOT EXISTS due ON visit (host, kind, attempts, visited) WHERE state != 'done';
CREATE INDEX IF NOT EXISTS by_source ON visit (source, state);
"""


class Kind(enum.Enum):
    """What a URL is expected to hold."""

    ARTICLE = "article"
    FEED = "feed"
    SITEMAP = "sitemap"
    SECTION = "section"


_LONGEST_WAIT = timedelta(days=8)  # a week, and a day for clocks that differ

LISTS = (Kind.FEED, Kind.SITEMAP, Kind.SECTION)
"""The kinds that lead to articles."""


class FrontierError(Exception):
    """The file of URLs to visit cannot be used: `path` names it, `detail` says why."""

    def __init__(self, path: Path, detail: str) -> None:
        self.path, self.detail = path, detail
        super().__init__(
            _(
                "The list of pages to visit, {path}, cannot be used: {detail}. It can be moved away: "
                "the next crawl begins a new one and fetches no stored article again."
            ).format(path=path, detail=detail)
        )


@dataclass(frozen=True, slots=True)
class Visit:
    """A URL to visit.

    `attempts` counts the failures so far; the rest is from the last answer, to ask whether the page changed.
    """

    url: str
    source: str
    kind: Kind
    attempts: int = 0
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class SourceState:
    """How far a source's crawl has come: numbers of URLs, and the last successful visit (aware, UTC)."""

    source: str
    waiting: int
    done: int
    failed: int
    last_success: datetime | None


class Frontier:
    """The URLs of all sources, in an SQLite file of their own. For use by one thread at a time.

    Every method raises FrontierError when the file or the disk fails it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._guard():
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        try:
            self._prepare()
        except BaseException:
            self._db.close()
            raise

    def _prepare(self) -> None:
        with self._guard():
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version > _VERSION:
                raise FrontierError(self._path, _("it was made by a newer timbao. Upgrade timbao"))
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            if version < _VERSION:
                self._db.executescript(
                    f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;"
                )

    def rehearsal(self) -> Frontier:
        """A copy in memory, for trying what a crawl would do."""
        copy = Frontier(Path(":memory:"))
        with self._guard():
            self._db.backup(copy._db)
        return copy

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add(
        self,
        source: str,
        kind: Kind,
        urls: Iterable[tuple[str, When | None]],
        *,
        again_since: datetime | None = None,
    ) -> int:
        """Let these canonical URLs wait for a visit; returns how many were unknown.

        With each URL comes the date its list gives it, or None. Known URLs are left as they are; but with
        `again_since` those not visited from that moment on wait once more, unless they were visited
        after their list gave them the date that it still gives.
        """
        rows = [
            (
                url,
                authority(url),
                source,
                kind.value,
                when and format_when(when),
                when and str(local_day(when)),
            )
            for url, when in urls
        ]
        with self._transaction():
            before = self._db.total_changes
            self._db.executemany(
                "INSERT OR IGNORE INTO visit (url, host, source, kind, named, day) VALUES (?, ?, ?, ?, ?, ?)",
                rows,
            )
            added = self._db.total_changes - before
            if again_since is not None:
                self._db.executemany(
                    "UPDATE visit SET state = 'waiting', not_before = '', named = ?1, day = ?2 WHERE url = ?3"
                    " AND coalesce(visited, '') < ?4 AND not_before < ?4"
                    " AND (state != 'done' OR ?1 IS NULL OR named IS NOT ?1)",
                    [
                        (named, day, url, _stamp(again_since))
                        for url, _host, _source, _kind, named, day in rows
                    ],
                )
        return added

    def forgive_clock(self, now: datetime) -> None:
        """Forget moments that a clock set ahead wrote down: visits yet to come, and waits longer than any."""
        with self._transaction():
            self._db.execute("UPDATE visit SET visited = NULL WHERE visited > ?", (_stamp(now),))
            self._db.execute(
                "UPDATE visit SET not_before = '' WHERE not_before > ?", (_stamp(now + _LONGEST_WAIT),)
            )

    def reopen(self, source: str, kind: Kind) -> None:
        """Let every URL of this kind that was done or given up wait for another visit."""
        with self._guard():
            self._db.execute(
                "UPDATE visit SET state = 'waiting', not_before = '' WHERE source = ? AND kind = ?",
                (source, kind.value),
            )

    def next(
        self, host: str, kinds: Iterable[Kind], *, now: datetime, since: When | None = None
    ) -> Visit | None:
        """The next URL to visit on `host` of the first of `kinds` that has one.

        Those that never failed come first, and among them those never visited, then the longest ago.

        Articles that their list dates before the day of `since` go on waiting. The same URL is given again
        until it is marked `done`, `failed` or `later`.
        """
        first_day = "" if since is None else str(local_day(since))
        with self._guard():
            for kind in kinds:
                row = self._db.execute(
                    "SELECT url, source, attempts, etag, last_modified FROM visit"
                    " WHERE host = ? AND kind = ? AND state != 'done' AND not_before <= ?"
                    " AND (kind != 'article' OR day IS NULL OR day >= ?)"
                    " ORDER BY attempts, visited, rowid LIMIT 1",
                    (host, kind.value, _stamp(now), first_day),
                ).fetchone()
                if row is not None:
                    url, source, attempts, etag, last_modified = row
                    return Visit(url, source, kind, attempts, etag, last_modified)
        return None

    def hosts(self, source: str) -> tuple[str, ...]:
        """The hosts on which URLs of the source are waiting."""
        with self._guard():
            rows = self._db.execute(
                "SELECT DISTINCT host FROM visit WHERE source = ? AND state != 'done' ORDER BY host",
                (source,),
            )
            return tuple(host for (host,) in rows)

    def done(
        self,
        visit: Visit,
        *,
        now: datetime,
        status: int | None = None,
        etag: str | None = None,
        last_modified: str | None = None,
    ) -> None:
        """What came of the visit is stored; call this only after it is."""
        with self._guard():
            self._db.execute(
                "UPDATE visit SET state = 'done', attempts = 0, reason = NULL, visited = ?, status = ?,"
                " etag = ?, last_modified = ? WHERE url = ?",
                (_stamp(now), status, etag, last_modified, visit.url),
            )

    def skip(self, visit: Visit) -> None:
        """What would come of the visit is stored already; it was not made."""
        with self._guard():
            self._db.execute(
                "UPDATE visit SET state = 'done', attempts = 0, reason = NULL WHERE url = ?", (visit.url,)
            )

    def failed(self, visit: Visit, reason: str, *, not_before: datetime, status: int | None = None) -> None:
        """Nothing came of the visit; it may be tried again from `not_before` on."""
        with self._guard():
            self._db.execute(
                "UPDATE visit SET state = 'failed', attempts = attempts + 1, reason = ?, status = ?,"
                " not_before = ? WHERE url = ?",
                (reason, status, _stamp(not_before), visit.url),
            )

    def later(
        self, visit: Visit, *, not_before: datetime | None = None, published: When | None = None
    ) -> None:
        """Leave the URL waiting: until a moment, or for a crawl that wants articles as old as `published`."""
        with self._guard():
            self._db.execute(
                "UPDATE visit SET not_before = coalesce(?, not_before), day = coalesce(?, day) WHERE url = ?",
                (not_before and _stamp(not_before), published and str(local_day(published)), visit.url),
            )

    def known(self, url: str) -> bool:
        """Whether the canonical URL was ever added."""
        with self._guard():
            return self._db.execute("SELECT 1 FROM visit WHERE url = ?", (url,)).fetchone() is not None

    def states(self) -> tuple[SourceState, ...]:
        """How far each source's crawl has come."""
        with self._guard():
            rows = self._db.execute(
                "SELECT source, sum(state = 'waiting'), sum(state = 'done'), sum(state = 'failed'),"
                " max(visited) FROM visit GROUP BY source ORDER BY source"
            )
            return tuple(
                SourceState(
                    source, waiting, done, failed, datetime.fromisoformat(visited) if visited else None
                )
                for source, waiting, done, failed, visited in rows
            )

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._guard():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextlib.contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise FrontierError(self._path, str(error)) from error


def next_try(visit: Visit) -> datetime:
    """Three crawls in a row try again at once, later ones wait ever longer: a week in the end."""
    hours = 0 if visit.attempts < 3 else min(2 ** (visit.attempts - 3), 7 * 24)
    return datetime.now(UTC) + timedelta(hours=hours)


def _stamp(moment: datetime) -> str:
    """A moment in UTC, so that texts sort as moments do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
