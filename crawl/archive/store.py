"""The archive: raw pages (WARC) and articles with all their revisions (SQLite). Nothing in it is ever overwritten.

The index can be made again from it; it cannot be made again from anything. A page is stored before it is parsed,
an article that changes gets a new revision, and every change takes the next number of one counter.
"""

from __future__ import annotations

import enum
from datetime import UTC, datetime

from crawl.archive.database import CONTENT, ArchiveError, NoArchive, proved
from crawl.archive.duplicates import fingerprint, is_same
from crawl.archive.reader import ArchiveCounts, ReadableArchive, SourceCount, StoredPage, is_url
from crawl.archive.warc import RecordPlace
from crawl.article import Article, Page, content_digest, dump_article, format_when
from crawl.urls import article_id, canonical

__all__ = [
    "Archive",
    "ArchiveCounts",
    "ArchiveError",
    "Change",
    "NoArchive",
    "SourceCount",
    "StoredPage",
]

_CANDIDATES = 20  # for one article: a newspaper seldom prints a headline twice on one day


class Change(enum.Enum):
    """What storing an article changed."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class Archive(ReadableArchive):
    """The archive in a data folder. Safe to use from several threads; one process writes at a time.

    Changes are durable when the outermost `batch` ends, or at once outside of one.
    Every method raises ArchiveError when the disk or the file fails it.
    """

    def put_page(self, page: Page, source: str) -> int:
        """Keep a raw page; returns its number."""
        with self.batch(), self._guard():
            place = self._warc.append(page, self._last_place())
            cursor = self._db.execute(
                "INSERT INTO page (url, final_url, status, fetched, source, file, offset, length)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    page.url,
                    page.final_url,
                    page.status,
                    format_when(page.fetched),
                    source,
                    place.file,
                    place.offset,
                    place.length,
                ),
            )
            assert cursor.lastrowid is not None
            return cursor.lastrowid

    def reject_page(self, page: int, reason: str) -> None:
        """Note why no article came of a page."""
        with self.batch(), self._guard():
            self._db.execute("UPDATE page SET rejected = ? WHERE id = ?", (reason, page))

    def put_article(
        self,
        article: Article,
        *,
        seen: datetime,
        page: int | None = None,
        alias: str | None = None,
        merge: bool = False,
        again: bool = False,
    ) -> Change:
        """Keep an article, as a new one, as a new revision of a known one, or not at all when nothing changed.

        `alias` is another URL it was fetched from, or the id an import gave it; an article is known by its
        canonical URL, by any alias URL, or by an import's id within the same source; it needs one of them.
        A copy `seen` (aware) before the newest revision was is kept among the revisions, and changes nothing
        where one of them holds the same. With `merge`, an article at addresses that are all unknown is taken for
        another name of one of the same source that is the same (see `crawl.archive.duplicates`). `again` is for what is
        read from its stored page once more: it is current, though an earlier revision may hold the same.
        """
        assert article.url or alias
        alias = alias and (canonical(alias) or alias)
        seen = seen.astimezone(UTC).replace(microsecond=0)  # as it is written down
        with self.batch(), self._guard():
            own = article_id(article.url or _import_key(article.source, alias))
            known = self._identify(article, alias, own) or (self._same(article) if merge else None)
            digest = content_digest(article)
            if known is None:
                known = own
                self._db.execute(
                    "INSERT INTO article VALUES (?, ?, ?, ?, 1)",
                    (known, article.source, format_when(seen), self._next_change()),
                )
                self._add_revision(known, 1, seen, digest, article, page)
                change = Change.NEW
            else:
                change = self._revise(known, seen, digest, article, page, again=again)
            for name in filter(None, (article.url, alias)):
                # Sources may share an import's id, but a URL goes on naming the article that it named first.
                self._db.execute(
                    "INSERT OR IGNORE INTO alias SELECT ?1, ?2"
                    " WHERE NOT (?3 AND EXISTS (SELECT 1 FROM alias WHERE name = ?1))",
                    (name, known, is_url(name)),
                )
            self._db.execute("INSERT OR IGNORE INTO likeness VALUES (?, ?)", (fingerprint(article), known))
            self._db.execute(
                "UPDATE absence SET until = ?2 WHERE article = ?1 AND until IS NULL AND since <= ?2",
                (known, format_when(seen)),
            )
            return change

    def put_absence(self, url: str, *, seen: datetime, reason: str) -> bool:
        """Note that an article was not to be had at `url` at the moment `seen` (aware); whether that was news.

        It counts only where that is the article's own address, or the one from which it was fetched last: an old
        alias may well end. Whatever is stored of the article stays.
        """
        with self.batch(), self._guard():
            return bool(
                self._db.execute(
                    "INSERT INTO absence SELECT article.id, ?2, ?3, NULL FROM article"
                    " JOIN revision ON revision.article = article.id AND number = article.revision"
                    " LEFT JOIN page ON page.id = revision.page"
                    " WHERE article.id IN (SELECT article FROM alias WHERE name = ?1)"
                    " AND ?1 IN (page.url, page.final_url, iif(json_valid(content), content ->> 'url', NULL))"
                    " AND NOT EXISTS (SELECT 1 FROM absence WHERE article = article.id AND until IS NULL)",
                    (url, format_when(seen.astimezone(UTC).replace(microsecond=0)), reason),
                ).rowcount
            )

    def _revise(
        self, known: str, seen: datetime, digest: str, article: Article, page: int | None, *, again: bool
    ) -> Change:
        """Add a revision unless nothing changed; what was seen last is current, in whatever order copies come."""
        digests = dict(self._db.execute("SELECT number, digest FROM revision WHERE article = ?", (known,)))
        current, newest, content = self._db.execute(
            f"SELECT number, revision.seen, {CONTENT} FROM article"  # noqa: S608
            " JOIN revision ON revision.article = article.id AND number = article.revision WHERE id = ?",
            (known,),
        ).fetchone()
        damaged = proved(digests[current], content) is None
        is_later = damaged or seen > datetime.fromisoformat(newest)
        is_known = not is_later and digest in digests.values()
        if not damaged and (digests[current] == digest or (is_known and not again)):
            return Change.UNCHANGED
        number = max(digests) + 1
        self._add_revision(known, number, seen, digest, article, page)
        if is_later or seen == datetime.fromisoformat(newest):
            self._db.execute(
                "UPDATE article SET source = ?, revision = ? WHERE id = ?", (article.source, number, known)
            )
        self._db.execute(
            "UPDATE article SET change = ?, first_seen = min(first_seen, ?) WHERE id = ?",
            (self._next_change(), format_when(seen), known),
        )
        return Change.CHANGED

    def _add_revision(
        self, known: str, number: int, seen: datetime, digest: str, article: Article, page: int | None
    ) -> None:
        self._db.execute(
            "INSERT INTO revision VALUES (?, ?, ?, ?, ?, ?)",
            (known, number, format_when(seen), digest, dump_article(article), page),
        )
        # Better rules may find an article where none was found before.
        self._db.execute("UPDATE page SET rejected = NULL WHERE id = ? AND rejected IS NOT NULL", (page,))

    def _identify(self, article: Article, alias: str | None, own: str) -> str | None:
        for name in filter(None, (article.url, alias)):
            row = self._db.execute(
                "SELECT article.id FROM alias JOIN article ON article.id = alias.article WHERE name = ?"
                " AND (? OR source = ?) ORDER BY change",
                (name, is_url(name), article.source),
            ).fetchone()
            if row:
                return str(row[0])
        # It may have moved to another source since its import gave it this id.
        return own if self._db.execute("SELECT 1 FROM article WHERE id = ?", (own,)).fetchone() else None

    def _same(self, article: Article) -> str | None:
        rows = self._db.execute(
            f"SELECT article.id, digest, {CONTENT} FROM likeness"  # noqa: S608
            " JOIN article ON article.id = likeness.article AND source = ?"
            " JOIN revision ON revision.article = article.id AND number = article.revision"
            " WHERE fingerprint = ? ORDER BY change LIMIT ?",
            (article.source, fingerprint(article), _CANDIDATES),
        )
        for id, digest, content in rows:
            candidate = proved(digest, content)
            if candidate is not None and is_same(candidate, article):
                return str(id)
        return None

    def _next_change(self) -> int:
        row = self._db.execute(
            "UPDATE meta SET value = value + 1 WHERE key = 'change' RETURNING value"
        ).fetchone()
        return int(row[0])

    def _last_place(self) -> RecordPlace | None:
        row = self._db.execute("SELECT file, offset, length FROM page ORDER BY id DESC LIMIT 1").fetchone()
        return RecordPlace(*row) if row else None


def _import_key(source: str, alias: str | None) -> str:
    """What names an article that has no URL; no other source and id give the same, and no URL does."""
    return f"import:{len(source)}:{source}:{alias}"
