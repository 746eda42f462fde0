"""The archive: raw pages (WARC) and articles with all their revisions (SQLite). Nothing in it is ever overwritten.

The index can be made again from it; it cannot be made again from anything. A page is stored before it is parsed,
an article that changes gets a new revision, and every change takes the next number of one counter.
"""

from __future__ import annotations

import contextlib
import enum
import json
import sqlite3
import threading
import time
import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self, TypeAlias

from crawl.article import (
    Article,
    Page,
    Revision,
    StoredArticle,
    content_digest,
    dump_article,
    dumped_digest,
    format_when,
    load_article,
)
from crawl.identity import fingerprint, is_same
from crawl.messages import gettext as _
from crawl.urls import article_id, canonical
from crawl.warc import RecordPlace, WarcFolder

_ATTEMPTS, _PAUSE = 100, 0.05
"""How often, and after how many seconds, what another process locks for a moment is tried again."""

SCHEMA_VERSION = 2
_CHUNK = 500
_CANDIDATES = 20  # for one article: a newspaper seldom prints a headline twice on one day

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


class ArchiveError(Exception):
    """The archive cannot be read or written: `path` names it, `detail` says why."""

    def __init__(self, path: Path, detail: str) -> None:
        self.path, self.detail = path, detail
        super().__init__(_("The archive {path} cannot be used: {detail}").format(path=path, detail=detail))


class NoArchive(ArchiveError):
    """There is no archive at `path` yet."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, _("there is none yet. Run: timbao crawl, or timbao import"))


class Change(enum.Enum):
    """What storing an article changed."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


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


class Archive:
    """The archive in a data folder. Safe to use from several threads; one process writes at a time.

    Changes are durable when the outermost `batch` ends, or at once outside of one.
    Every method raises ArchiveError when the disk or the file fails it.
    """

    def __init__(self, path: Path, pages: Path, *, create: bool = False, read_only: bool = False) -> None:
        """Open the archive at `path` with raw pages in the folder `pages`.

        Raises NoArchive where there is none and `create` does not ask for one. A file that holds no archive is
        made one only when asked for, and never beside raw pages: then it held one, and was emptied.
        With `read_only` the file stays as it is, even one of an older version, of which only addresses can be read.
        """
        self._path = path
        self._warc = WarcFolder(pages)
        self._lock = threading.RLock()
        self._depth = 0
        with self._guard():
            existed = path.exists()
            if not create and not existed:
                raise NoArchive(path)
            # Transactions are begun and ended by `batch` alone.
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
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
        self._db.execute("BEGIN IMMEDIATE")
        # Another process may have been quicker between the look and the lock.
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            for statement in _SCHEMA.split(";"):
                self._db.execute(statement)
            self._db.execute("INSERT INTO meta VALUES ('archive', ?), ('change', '0')", (uuid.uuid4().hex,))
        if version < SCHEMA_VERSION:
            for statement in _FROM_VERSION_1.split(";"):
                self._db.execute(statement)
            self._add_fingerprints()
            self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        self._db.execute("COMMIT")

    def _add_fingerprints(self) -> None:
        """Let the articles that are there already be found by what they may be one with."""
        rows = self._db.execute(
            f"SELECT id, digest, {_CONTENT} FROM article"  # noqa: S608
            " JOIN revision ON revision.article = id AND number = revision"
        )
        self._db.executemany(
            "INSERT OR IGNORE INTO likeness VALUES (?, ?)",
            (
                (fingerprint(article), known)
                for known, digest, content in rows
                if (article := _proved(digest, content)) is not None
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
        with self._lock:
            if self._depth == 0:
                with self._guard():
                    self._db.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                # Not guarded: what goes wrong in the caller's own block is not the archive's failure.
                yield
                if self._depth == 1:
                    with self._guard():
                        # The pages first: a row must never point at bytes that a power cut can take away.
                        self._warc.sync()
                        self._db.execute("COMMIT")
            except BaseException:
                if self._depth == 1 and self._db.in_transaction:
                    with self._guard():
                        self._db.execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1

    @contextlib.contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, ValueError) as error:
            raise ArchiveError(self._path, str(error)) from error

    # Writing

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
        another name of one of the same source that is the same (see `crawl.identity`). `again` is for what is
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
                    (name, known, _is_url(name)),
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
            f"SELECT number, revision.seen, {_CONTENT} FROM article"  # noqa: S608
            " JOIN revision ON revision.article = article.id AND number = article.revision WHERE id = ?",
            (known,),
        ).fetchone()
        damaged = _proved(digests[current], content) is None
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
                (name, _is_url(name), article.source),
            ).fetchone()
            if row:
                return str(row[0])
        # It may have moved to another source since its import gave it this id.
        return own if self._db.execute("SELECT 1 FROM article WHERE id = ?", (own,)).fetchone() else None

    def _same(self, article: Article) -> str | None:
        rows = self._db.execute(
            f"SELECT article.id, digest, {_CONTENT} FROM likeness"  # noqa: S608
            " JOIN article ON article.id = likeness.article AND source = ?"
            " JOIN revision ON revision.article = article.id AND number = article.revision"
            " WHERE fingerprint = ? ORDER BY change LIMIT ?",
            (article.source, fingerprint(article), _CANDIDATES),
        )
        for id, digest, content in rows:
            candidate = _proved(digest, content)
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

    # Reading

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
                yield tuple(filter(_is_url, json.loads(names)))
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
        article = _proved(digest, content)
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
                f"SELECT number, seen, digest, {_CONTENT} FROM revision WHERE article = ? ORDER BY number",  # noqa: S608
                (known,),
            ).fetchall()
            whole = {digest for _number, _seen, digest, content in rows if _proved(digest, content)}
            return tuple(
                Revision(
                    number, datetime.fromisoformat(seen), digest, self._whole(known, number, digest, content)
                )
                for number, seen, digest, content in rows
                if _proved(digest, content) or digest not in whole
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


def _is_url(name: str) -> bool:
    """Whether the name is an address, which means the same in every source."""
    return name.startswith(("http://", "https://", "file://"))


def _import_key(source: str, alias: str | None) -> str:
    """What names an article that has no URL; no other source and id give the same, and no URL does."""
    return f"import:{len(source)}:{source}:{alias}"


def _proved(digest: str, content: bytes) -> Article | None:
    """The article, or None where its content is no longer what the digest was made of."""
    try:
        text = content.decode()
        return load_article(text) if dumped_digest(text) == digest else None
    except ValueError:
        return None


# As bytes: damaged text need not be UTF-8, and SQLite's own error would not say which article it is.
_CONTENT = "CAST(content AS BLOB)"
_STORED = (
    f"SELECT article.id, digest, {_CONTENT}, revision.number, first_seen, change FROM article"  # noqa: S608
    " JOIN revision ON revision.article = article.id AND revision.number = article.revision"
)
_StoredRow: TypeAlias = tuple[str, str, bytes, int, str, int]
