"""What the archive holds: articles with all their revisions, raw pages, and how many there are."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from crawl.archive.database import CONTENT, ArchiveError, ArchiveFile, proved
from crawl.archive.warc import RecordPlace
from crawl.article import Article, Page, Revision, StoredArticle, format_when
from crawl.messages import gettext as _
from crawl.urls import canonical

_CHUNK = 500  # articles that are read at once, while nobody writes

_STORED = (
    f"SELECT article.id, digest, {CONTENT}, revision.number, first_seen, change FROM article"  # noqa: S608
    " JOIN revision ON revision.article = article.id AND revision.number = article.revision"
)
_StoredRow: TypeAlias = tuple[str, str, bytes, int, str, int]


@dataclass(frozen=True, slots=True)
class SourceCount:
    """What the archive holds of one newspaper; `last_fetched` is the last page that came with status 200."""

    source: str
    articles: int
    last_fetched: str | None


@dataclass(frozen=True, slots=True)
class ArchiveCounts:
    """Sizes of the archive.

    `revisions` counts versions beyond each article's first, `vanished` the articles that their newspapers no longer
    show.
    """

    pages: int
    articles: int
    revisions: int
    sources: tuple[SourceCount, ...]
    vanished: int = 0


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A raw page in the archive, by its number: the newspaper it was stored for, and the URL it was fetched from.

    `rejected` is why no article came of it, or None.
    """

    number: int
    source: str
    url: str
    rejected: str | None


class ReadableArchive(ArchiveFile):
    """An archive as far as it is read; see `crawl.archive.store`."""

    @property
    def archive_id(self) -> str:
        """A random name given to this archive when it was made."""
        return self._meta("archive")

    @property
    def last_change(self) -> int:
        """The number of the newest change; 0 in an empty archive."""
        return int(self._meta("change"))

    def _meta(self, key: str) -> str:
        with self._lock, self._guard():
            return str(self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()[0])

    def knows(self, url: str) -> bool:
        """Whether this URL is an article's, or an alias of one."""
        with self._lock, self._guard():
            return self._db.execute("SELECT 1 FROM alias WHERE name = ?", (url,)).fetchone() is not None

    def last_seen(self, url: str) -> datetime | None:
        """When the newest revision of the article at this URL was first seen so (aware, UTC); None for no article."""
        with self._lock, self._guard():
            (seen,) = self._db.execute(
                "SELECT max(seen) FROM alias JOIN revision ON revision.article = alias.article WHERE name = ?",
                (url,),
            ).fetchone()
            return datetime.fromisoformat(seen) if seen else None

    def addresses(self, source: str) -> Iterator[tuple[str, ...]]:
        """For every article of the source, the addresses it is known by."""
        after = ""
        while True:
            with self._lock, self._guard():
                rows = self._db.execute(
                    "SELECT id, (SELECT json_group_array(name) FROM alias WHERE article = id) FROM article"
                    " WHERE source = ? AND id > ? ORDER BY id LIMIT ?",
                    (source, after, _CHUNK),
                ).fetchall()
            if not rows:
                return
            for _id, names in rows:
                yield tuple(filter(is_url, json.loads(names)))
            after = rows[-1][0]

    def find(self, name: str) -> tuple[StoredArticle, ...]:
        """The articles that an id, a URL or an import's id names; several only when sources share an import's id.

        What is an article's own id names that article alone, whatever id an import gave to another.
        """
        name = name.encode("utf-8", "replace").decode()  # a command's argument need not be text
        names = {name, canonical(name) or name}
        with self._lock, self._guard():
            ids = self._db.execute("SELECT id FROM article WHERE id = ?", (name,)).fetchall()
            ids = (
                ids
                or self._db.execute(
                    f"SELECT DISTINCT article FROM alias WHERE name IN ({_marks(names)}) ORDER BY 1",  # noqa: S608
                    tuple(names),
                ).fetchall()
            )
            return tuple(self._stored(row[0]) for row in ids)

    def _stored(self, known: str) -> StoredArticle:
        row = self._db.execute(_STORED + " WHERE article.id = ?", (known,)).fetchone()
        aliases = self._db.execute("SELECT name FROM alias WHERE article = ? ORDER BY name", (known,))
        absence = self._db.execute(
            "SELECT since FROM absence WHERE article = ? AND until IS NULL", (known,)
        ).fetchone()
        stored = self._stored_article(row, tuple(name for (name,) in aliases))
        return replace(stored, vanished=datetime.fromisoformat(absence[0])) if absence else stored

    def _stored_article(self, row: _StoredRow, aliases: tuple[str, ...]) -> StoredArticle:
        known, digest, content, number, first_seen, change = row
        article = self._whole(known, number, digest, content)
        others = tuple(name for name in aliases if name != article.url)
        return StoredArticle(known, article, number, datetime.fromisoformat(first_seen), change, others)

    def _whole(self, known: str, number: int, digest: str, content: bytes) -> Article:
        article = proved(digest, content)
        if article is None:
            damage = _(
                "revision {number} of the article {id} is damaged. Restore a backup, or import the article again."
            )
            raise ArchiveError(self._path, damage.format(number=number, id=known))
        return article

    def revisions(self, known: str) -> tuple[Revision, ...]:
        """All versions of the article with this id, as they were stored; a damaged one that came again is left out."""
        with self._lock, self._guard():
            rows = self._db.execute(
                f"SELECT number, seen, digest, {CONTENT} FROM revision WHERE article = ? ORDER BY number",  # noqa: S608
                (known,),
            ).fetchall()
            whole = {digest for _number, _seen, digest, content in rows if proved(digest, content)}
            return tuple(
                Revision(
                    number, datetime.fromisoformat(seen), digest, self._whole(known, number, digest, content)
                )
                for number, seen, digest, content in rows
                if proved(digest, content) or digest not in whole
            )

    def raw_page(self, known: str) -> Page | None:
        """The raw page of the article's newest fetched revision, or None when it was never fetched."""
        with self._lock, self._guard():
            row = self._db.execute(
                "SELECT file, offset, length FROM revision JOIN page ON page.id = revision.page"
                " WHERE article = ? ORDER BY seen DESC, number DESC LIMIT 1",
                (known,),
            ).fetchone()
            return self._warc.read(RecordPlace(*row)) if row else None

    def number_of(self, page: Page, source: str) -> int | None:
        """The number of the page with this source, URL, second of fetching and body; None where there is none."""
        with self._lock, self._guard():
            rows = self._db.execute(
                "SELECT id, file, offset, length FROM page"
                " WHERE source = ? AND fetched = ? AND url = ? AND final_url = ?",
                (source, format_when(page.fetched), page.url, page.final_url),
            ).fetchall()
            for number, *place in rows:
                with contextlib.suppress(OSError, ValueError):  # one that is damaged is kept anew
                    if self._warc.read(RecordPlace(*place)).body == page.body:
                        return int(number)
        return None

    def newest_pages(
        self, sources: Collection[str] = (), *, unread: Collection[str] = ()
    ) -> tuple[StoredPage, ...]:
        """For each URL the page last fetched that gave an article, else the one last fetched with success.

        Of these sources (or of all), oldest first: what came after an article vanished is no newer state of it.
        What a page rejected with one of the reasons `unread` holds is not known, and may well be an article.
        """
        chosen = f"AND source IN ({_marks(sources)})" if sources else ""
        reason = "substr(rejected, 1, instr(rejected || ':', ':') - 1)"  # a sentence may follow it
        is_good = f"rejected IS NULL OR {reason} IN ({_marks(unread)})"
        with self._lock, self._guard():
            rows = self._db.execute(
                "SELECT id, source, url, rejected FROM page WHERE id IN"  # noqa: S608
                f" (SELECT coalesce(max(iif({is_good}, id, NULL)), max(id)) FROM page"
                " WHERE status BETWEEN 200 AND 299 GROUP BY url)"
                f" {chosen} ORDER BY id",
                (*unread, *sources),
            )
            return tuple(StoredPage(*row) for row in rows)

    def latest_pages(self, source: str, limit: int) -> tuple[StoredPage, ...]:
        """The pages of the source last fetched with success, one for each URL, newest first.

        Those that gave articles come before all others.
        """
        with self._lock, self._guard():
            rows = self._db.execute(
                "SELECT max(id), source, url, rejected FROM page WHERE source = ? AND status BETWEEN 200 AND 299"
                " GROUP BY url ORDER BY rejected IS NOT NULL, max(id) DESC LIMIT ?",
                (source, limit),
            )
            return tuple(StoredPage(*row) for row in rows)

    def page_at(self, source: str, url: str) -> Page | None:
        """The page of the source last fetched with success from this URL, or None."""
        with self._lock, self._guard():
            row = self._db.execute(
                "SELECT max(id) FROM page WHERE source = ? AND ? IN (url, final_url) AND status BETWEEN 200 AND 299",
                (source, url),
            ).fetchone()
        return None if row[0] is None else self.page(row[0])

    def page(self, number: int) -> Page:
        """The raw page of this number, as `put_page` returned it."""
        with self._lock, self._guard():
            row = self._db.execute("SELECT file, offset, length FROM page WHERE id = ?", (number,)).fetchone()
            return self._warc.read(RecordPlace(*row))

    def changes(self, after: int) -> Iterator[StoredArticle]:
        """Every article whose last change is later than number `after`, in the order of their changes.

        What changes meanwhile comes last, under its new number. Aliases and absences are left out.
        """
        while True:
            with self._lock, self._guard():
                rows = self._db.execute(
                    _STORED + " WHERE article.change > ? ORDER BY article.change LIMIT ?", (after, _CHUNK)
                ).fetchall()
            if not rows:
                return
            for row in rows:
                with self._guard():
                    stored = self._stored_article(row, ())
                after = stored.change
                yield stored

    def count_changes(self, after: int) -> int:
        """How many articles `changes(after)` would give now."""
        with self._lock, self._guard():
            row = self._db.execute("SELECT count(*) FROM article WHERE change > ?", (after,)).fetchone()
            return int(row[0])

    def counts(self) -> ArchiveCounts:
        """How much is in the archive."""
        with self._lock, self._guard():
            pages, articles, versions, vanished = self._db.execute(
                "SELECT (SELECT count(*) FROM page), (SELECT count(*) FROM article),"
                " (SELECT count(*) FROM revision), (SELECT count(*) FROM absence WHERE until IS NULL)"
            ).fetchone()
            rows = self._db.execute(
                "SELECT source, sum(articles), max(last) FROM ("
                " SELECT source, count(*) AS articles, NULL AS last FROM article GROUP BY source UNION ALL"
                " SELECT source, 0, max(fetched) FROM page WHERE status = 200 GROUP BY source)"
                " GROUP BY source ORDER BY source"
            )
            return ArchiveCounts(
                pages, articles, versions - articles, tuple(SourceCount(*row) for row in rows), vanished
            )


def _marks(values: Collection[str]) -> str:
    return ", ".join("?" * len(values))


def is_url(name: str) -> bool:
    """Whether the name is an address, which means the same in every source."""
    return name.startswith(("http://", "https://", "file://"))
