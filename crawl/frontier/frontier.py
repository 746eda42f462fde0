"""What to visit next; survives a kill.

A URL waits until it is marked done, which happens only after what came of it is stored. Who is being visited
right now is not written down: a crawl that dies visits those pages again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from crawl.article import VIETNAM, When, format_when, local_day
from crawl.frontier.database import FrontierFile
from crawl.frontier.revisit import LONGEST_ASKED, LONGEST_WAIT
from crawl.frontier.visits import Kind, RestingList, SourceState, Visit
from crawl.urls import authority

_CLOCKS_DIFFER = timedelta(days=1)


class Frontier(FrontierFile):
    """The URLs of all sources, in an SQLite file of their own. For use by one thread at a time.

    With `read_only` the file stays as it is, even one of an older version, and only a `rehearsal` is to be had of it.
    Every method raises FrontierError when the file or the disk fails it.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        super().__init__(path, read_only=read_only)
        self._begun, self._first_day = _stamp(datetime.now(UTC)), ""

    def rehearsal(self) -> Frontier:
        """A copy in memory, for trying what a crawl would do."""
        copy = Frontier(Path(":memory:"))
        copy._begun, copy._first_day = self._begun, self._first_day
        with self._guard():
            self._db.backup(copy._db)
        copy._prepare()
        return copy

    def begin(self, source: str, *, now: datetime, since: When | None = None, recheck: bool = False) -> None:
        """Begin a crawl of the source: what is due at `now`, or with `recheck` everything, waits in its queue.

        Articles that their list dates before the day of `since` are left to another crawl, also those added later.
        Moments that a clock set ahead wrote down are forgotten: visits yet to come, and waits longer than any.
        """
        self._begun, self._first_day = _stamp(now), "" if since is None else str(local_day(since))
        values = {
            "source": source,
            "now": self._begun,
            "latest": _stamp(now + LONGEST_WAIT + _CLOCKS_DIFFER),
            "latest_rest": _stamp(now + LONGEST_ASKED + _CLOCKS_DIFFER),
            "recheck": recheck,
            "first_day": self._first_day,
        }
        wanted = "((:recheck OR coalesce(due <= :now, 0)) AND (kind != 'article' OR day IS NULL OR day >= :first_day))"
        with self.batch(), self._guard():
            for change in (
                "UPDATE visit SET visited = NULL WHERE source = :source AND visited > :now",
                "UPDATE visit SET news = :now WHERE source = :source AND news > :now",
                "UPDATE visit SET due = '' WHERE source = :source AND due > :latest",
                "DELETE FROM rest WHERE until <= :now OR until > :latest_rest",
                f"UPDATE visit SET queued = {wanted} WHERE source = :source AND queued != {wanted}",  # noqa: S608
            ):
                self._db.execute(change, values)

    def add(
        self,
        source: str,
        kind: Kind,
        urls: Iterable[tuple[str, When | None]],
        *,
        again: bool = False,
        barren: int = 0,
    ) -> int:
        """Let these canonical URLs wait for a visit in this crawl; returns how many were unknown.

        With each URL comes the date its list gives it, or None. A known URL that was visited before this crawl
        waits once more with `again`, or when its list gives it another date than before: a list in any case, an
        article if that date is later than the visit, since one list tells of changes and another of publication.
        """
        urls = list(urls)
        rows = [
            (
                url,
                authority(url),
                source,
                kind.value,
                when and format_when(when),
                when and str(local_day(when)),
                self._begun,
                barren,
                self._first_day if kind is Kind.ARTICLE else "",
            )
            for url, when in urls
        ]
        with self.batch(), self._guard():
            before = self._db.total_changes
            self._db.executemany(
                "INSERT OR IGNORE INTO visit (url, host, source, kind, named, day, news, barren, queued)"
                " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, coalesce(?6 >= ?9, 1))",
                rows,
            )
            added = self._db.total_changes - before
            self._db.executemany(
                "UPDATE visit SET queued = 1, due = '', named = ?2, day = coalesce(?3, day), barren = ?4"
                " WHERE url = ?1 AND state = 'done' AND coalesce(visited, '') < ?5"
                " AND (?6 OR (?2 IS NOT NULL AND named IS NOT ?2 AND (kind != 'article' OR ?7 > visited)))",
                [
                    (url, named, day, barren, self._begun, again, when and _stamp(_earliest(when)))
                    for (url, when), (_url, _h, _s, _k, named, day, *_rest) in zip(urls, rows, strict=True)
                ],
            )
        return added

    def next(self, host: str, kinds: Iterable[Kind]) -> Visit | None:
        """The next URL to visit on `host` of the first of `kinds` that has one.

        Those that never failed come first, and among them those never visited, then the longest ago.
        The same URL is given again until it is marked `done`, `skip`, `failed` or `later`.
        """
        with self._guard():
            for kind in kinds:
                row = self._db.execute(
                    "SELECT url, source, attempts, visited, news, etag, last_modified, unmodified, barren,"
                    " named IS NOT NULL FROM visit WHERE host = ? AND kind = ? AND queued"
                    " ORDER BY attempts, visited, rowid LIMIT 1",
                    (host, kind.value),
                ).fetchone()
                if row is not None:
                    url, source, attempts, visited, news, etag, last_modified, unmodified, barren, dated = row
                    return Visit(
                        url,
                        source,
                        kind,
                        attempts,
                        _moment(visited),
                        _moment(news),
                        etag,
                        last_modified,
                        unmodified,
                        barren,
                        bool(dated),
                    )
        return None

    def hosts(self, source: str) -> tuple[str, ...]:
        """The hosts on which URLs of the source are waiting."""
        with self._guard():
            rows = self._db.execute(
                "SELECT DISTINCT host FROM visit WHERE source = ? AND queued ORDER BY host", (source,)
            )
            return tuple(host for (host,) in rows)

    def rest(self, host: str, *, until: datetime) -> None:
        """The host is to be left alone before that moment (aware)."""
        with self._guard():
            self._db.execute("INSERT OR REPLACE INTO rest VALUES (?, ?)", (host, _stamp(until)))

    def rests_until(self, host: str) -> datetime | None:
        """Until when the host is to be left alone, if that is yet to come."""
        with self._guard():
            row = self._db.execute(
                "SELECT until FROM rest WHERE host = ? AND until > ?", (host, _stamp(datetime.now(UTC)))
            ).fetchone()
            return _moment(row[0]) if row else None

    def done(
        self,
        visit: Visit,
        *,
        now: datetime,
        due: datetime | None = None,
        news: datetime | None = None,
        status: int | None = None,
        etag: str | None = None,
        last_modified: str | None = None,
        unmodified: int = 0,
    ) -> None:
        """What came of the visit is stored; call this only after it is.

        It is visited again from `due` on, or never for its own sake. `news` is when what was new is from, if
        anything was; the rest is as in Visit.
        """
        with self._guard():
            self._db.execute(
                "UPDATE visit SET state = 'done', queued = 0, attempts = 0, reason = NULL, visited = ?, due = ?,"
                " news = coalesce(?, news), status = ?, etag = ?, last_modified = ?, unmodified = ?"
                " WHERE url = ?",
                (
                    _stamp(now),
                    due and _stamp(due),
                    news and _stamp(news),
                    status,
                    etag,
                    last_modified,
                    unmodified,
                    visit.url,
                ),
            )

    def skip(self, visit: Visit, *, seen: datetime) -> None:
        """What would come of the visit is stored already, as it was `seen` (aware); it was not made.

        Where a list gives it a later date than that, it waits again.
        """
        with self._guard():
            self._db.execute(
                "UPDATE visit SET state = 'done', queued = 0, attempts = 0, reason = NULL, due = NULL,"
                " named = NULL, visited = coalesce(visited, ?) WHERE url = ?",
                (_stamp(seen), visit.url),
            )

    def failed(self, visit: Visit, reason: str, *, due: datetime, status: int | None = None) -> None:
        """Nothing came of the visit; a crawl that begins at `due` or later tries it again."""
        with self._guard():
            self._db.execute(
                "UPDATE visit SET state = 'failed', queued = 0, attempts = attempts + 1, reason = ?, status = ?,"
                " due = ? WHERE url = ?",
                (reason, status, _stamp(due), visit.url),
            )

    def later(self, visit: Visit, *, published: When | None = None) -> None:
        """Leave the URL to another crawl: to one that wants articles as old as `published`, if that is given."""
        with self._guard():
            self._db.execute(
                "UPDATE visit SET queued = 0, day = coalesce(?, day) WHERE url = ?",
                (published and str(local_day(published)), visit.url),
            )

    def resting(self, source: str) -> tuple[RestingList, ...]:
        """The lists that the crawl begun last leaves alone: they seldom bring anything new, or are lists no more."""
        with self._guard():
            rows = self._db.execute(
                "SELECT url, kind, due, reason FROM visit WHERE source = ? AND kind != 'article'"
                " AND NOT queued AND due > ? AND coalesce(visited, '') < ? ORDER BY url",
                (source, self._begun, self._begun),
            )
            return tuple(
                RestingList(url, Kind(kind), datetime.fromisoformat(due), reason)
                for url, kind, due, reason in rows
            )

    def known(self, url: str) -> bool:
        """Whether the canonical URL was ever added."""
        with self._guard():
            return self._db.execute("SELECT 1 FROM visit WHERE url = ?", (url,)).fetchone() is not None

    def awaits_article(self, url: str) -> bool:
        """Whether an article is expected at the canonical URL, and nothing came of a visit there yet."""
        with self._guard():
            row = self._db.execute(
                "SELECT 1 FROM visit WHERE url = ? AND kind = 'article' AND state = 'waiting'", (url,)
            ).fetchone()
            return row is not None

    def states(self) -> tuple[SourceState, ...]:
        """How far each source's crawl has come."""
        with self._guard():
            rows = self._db.execute(
                "SELECT source, sum(state = 'waiting'), sum(state = 'done'), sum(state = 'failed'),"
                " max(iif(status IS NULL, NULL, visited)) FROM visit GROUP BY source ORDER BY source"
            )
            return tuple(
                SourceState(source, waiting, done, failed, _moment(visited))
                for source, waiting, done, failed, visited in rows
            )


def _earliest(when: When) -> datetime:
    """The moment, or that at which the day begins in Vietnam."""
    return when if isinstance(when, datetime) else datetime.combine(when, time(), VIETNAM)


def _stamp(moment: datetime) -> str:
    """A moment in UTC, so that texts sort as moments do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _moment(stamp: str | None) -> datetime | None:
    return datetime.fromisoformat(stamp) if stamp else None
