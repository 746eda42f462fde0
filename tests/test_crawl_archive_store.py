"""The archive: nothing is lost, nothing is overwritten."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from crawl.archive import reader
from crawl.archive.database import SCHEMA_VERSION
from crawl.archive.store import Archive, ArchiveError, Change, NoArchive, SourceCount
from crawl.archive.warc import RecordPlace
from crawl.article import Article, Page, StoredArticle, content_digest, dump_article

SEEN = datetime(2024, 1, 1, tzinfo=UTC)
LATER = SEEN + timedelta(days=1)
URL = "http://bao.vn/a"
ARTICLE = Article(URL, "bao.vn", "Mưa lũ", body="một\n\nhai", published=date(2021, 3, 15), tags=("lũ",))


def page(url: str = URL, body: bytes = b"<p>x", status: int = 200, fetched: datetime = SEEN) -> Page:
    """A page as it was fetched."""
    return Page(url, url, status, (("Content-Type", "text/html"),), body, fetched)


def article(number: int, title: str = "") -> Article:
    """An article known by its number."""
    return Article(f"http://bao.vn/{number}", "bao.vn", title or f"Bài {number}")


def opened(folder: Path) -> Archive:
    """The archive in this folder, made if need be."""
    return Archive(folder / "archive.sqlite", folder / "pages", create=True)


def numbered(archive: Archive, after: int = 0) -> list[tuple[str, int]]:
    """Titles and change numbers of all changes."""
    return [(stored.article.title, stored.change) for stored in archive.changes(after)]


def check_pages(folder: Path) -> int:
    """Prove every page that the archive knows and every WARC file; how many pages there are."""
    with contextlib.closing(sqlite3.connect(folder / "archive.sqlite")) as database:
        rows = database.execute("SELECT url, file, offset, length FROM page ORDER BY id").fetchall()
    with opened(folder) as archive:
        for url, *place in rows:
            assert archive._warc.read(RecordPlace(*place)).url == url
    for name in {row[1] for row in rows}:
        with (folder / "pages" / name).open("rb") as file:
            for record in ArchiveIterator(file, check_digests="raise"):
                record.raw_stream.read()
    return len(rows)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An empty archive."""
    with opened(tmp_path) as archive:
        yield archive


def find(archive: Archive, name: str) -> StoredArticle:
    """The one article of that name."""
    (found,) = archive.find(name)
    return found


# Articles and their revisions.


def test_new_changed_and_unchanged(archive: Archive) -> None:
    """Each content is kept as its own revision, in order; content that is the newest already changes nothing."""
    other = replace(ARTICLE, title="Mưa lũ lớn")
    changes = [
        archive.put_article(content, seen=SEEN + timedelta(hours=hour))
        for hour, content in enumerate((ARTICLE, ARTICLE, other, ARTICLE))
    ]
    assert changes == [Change.NEW, Change.UNCHANGED, Change.CHANGED, Change.CHANGED]
    stored = find(archive, URL)
    assert (stored.article, stored.revision, stored.first_seen, stored.change) == (ARTICLE, 3, SEEN, 3)
    revisions = archive.revisions(stored.id)
    assert [(each.number, each.seen.hour, each.article.title) for each in revisions] == [
        (1, 0, "Mưa lũ"),
        (2, 2, "Mưa lũ lớn"),
        (3, 3, "Mưa lũ"),
    ]
    assert revisions[0].digest == revisions[2].digest != revisions[1].digest
    assert archive.counts().revisions == 2


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.none() | st.sampled_from(["http://a.vn/1", "http://a.vn/2"]),
            st.none() | st.sampled_from(["http://a.vn/1", "http://b.vn/", "7", "7#x", "x://y", "file:///x"]),
            st.sampled_from(["s", "s#7", "http://a.vn/1", "http://c.vn/"]),
            st.sampled_from(["t", "u", "\x00"]),
            st.integers(0, 3),
        ).filter(lambda row: row[0] or row[1]),
        max_size=12,
    )
)
def test_whatever_comes_is_kept(rows: list[tuple[str | None, str | None, str, str, int]]) -> None:
    """However URLs, ids, sources and moments are mixed, an article is stored, is found by its name, a URL names
    one article, all that was ever stored is among the revisions, and the one seen last is current.
    """
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as archive, archive.batch():
        for url, alias, source, title, hour in rows:
            content, seen = Article(url, source, title), SEEN + timedelta(hours=hour)
            before = {stored.id: archive.revisions(stored.id) for stored in archive.changes(0)}
            last = archive.last_change
            change = archive.put_article(content, seen=seen, alias=alias)
            assert archive.last_change == last + (change is not Change.UNCHANGED)
            for name in filter(None, (url, alias)):
                assert len(archive.find(name)) == 1 or not name.startswith("http://")
            after = {stored.id: archive.revisions(stored.id) for stored in archive.changes(0)}
            named = [each.id for each in archive.find(url or alias or "")]
            kept = [each.article for known in named for each in after[known]]
            assert (source, title) in {(each.source, each.title) for each in kept}
            for stored in archive.changes(0):
                newest = max(after[stored.id], key=lambda each: (each.seen, each.number))
                assert (stored.revision, stored.article) == (newest.number, newest.article)
                assert stored.first_seen == min(each.seen for each in after[stored.id])
            assert len(after) == len(before) + (change is Change.NEW)
            assert all(after[known][: len(revisions)] == revisions for known, revisions in before.items())
            assert archive.put_article(content, seen=seen, alias=alias) is Change.UNCHANGED


def test_an_older_copy_is_kept_and_is_not_current(archive: Archive) -> None:
    """Copies imported after newer ones are revisions, the newest copy stays current with its raw page, and the
    same copies once more, in any order, change nothing; only a later return to an old text does.
    """
    copies = [(replace(ARTICLE, title=f"Bản {day}"), SEEN + timedelta(days=day)) for day in range(4)]
    for place in (2, 0, 3, 1):
        content, seen = copies[place]
        number = archive.put_page(page(body=content.title.encode(), fetched=seen), "bao.vn")
        archive.put_article(content, seen=seen, page=number)
    stored = find(archive, URL)
    assert (stored.article.title, stored.revision, stored.first_seen) == ("Bản 3", 3, SEEN)
    raw = archive.raw_page(stored.id)
    assert raw is not None
    assert raw.body.decode() == "Bản 3"
    assert archive.counts().revisions == 3
    for content, seen in (*copies, *reversed(copies)):
        assert archive.put_article(content, seen=seen) is Change.UNCHANGED
    assert archive.put_article(copies[0][0], seen=SEEN + timedelta(days=9)) is Change.CHANGED
    assert find(archive, URL).article.title == "Bản 0"


def test_an_article_is_found_by_all_its_names(archive: Archive) -> None:
    """The id, the canonical URL, any spelling of it, other URLs and an import's id name an article."""
    archive.put_article(ARTICLE, seen=SEEN, alias="HTTP://bao.vn/print/a?utm_source=x")
    archive.put_article(ARTICLE, seen=SEEN, alias="tuoitre-7")
    stored = find(archive, URL)
    assert stored.aliases == ("http://bao.vn/print/a", "tuoitre-7")
    for name in (
        stored.id,
        "HTTP://BAO.vn:80/a#x",
        "http://bao.vn/print/a",
        "http://bao.vn/a?fbclid=1",
        "tuoitre-7",
    ):
        assert find(archive, name) == stored
    moved = replace(ARTICLE, url="http://bao.vn/b", title="Khác")
    assert archive.put_article(moved, seen=LATER, alias=URL) is Change.CHANGED
    assert find(archive, "http://bao.vn/b").id == stored.id
    for name in ("", "x", "%", "\ud800", "\x00", "http://bao.vn/ab", stored.id[:-1]):
        assert archive.find(name) == ()
    assert archive.knows(URL)
    assert not archive.knows("http://bao.vn/c")


def test_a_url_goes_on_naming_its_article(archive: Archive) -> None:
    """A known URL that turns up as another article's alias does not become ambiguous."""
    archive.put_article(article(1), seen=SEEN)
    archive.put_article(article(2), seen=SEEN)
    archive.put_article(article(2), seen=SEEN, alias="http://bao.vn/1")
    assert find(archive, "http://bao.vn/1").article == article(1)


def test_sources_may_share_ids(archive: Archive) -> None:
    """An import's id names one article in each source, even an id that looks like an address."""
    for id in ("7", "doc://7"):
        for source in ("a.vn", "http://b.vn/", "http://b.vn/#c"):
            assert archive.put_article(Article(None, source, id), seen=SEEN, alias=id) is Change.NEW
        for source in ("a.vn", "http://b.vn/", "http://b.vn/#c"):
            assert archive.put_article(Article(None, source, id), seen=SEEN, alias=id) is Change.UNCHANGED
        assert len(archive.find(id)) == 3
    assert archive.put_article(Article(None, "http://b.vn/", "8"), seen=SEEN, alias="8") is Change.NEW


def test_an_article_may_move_to_another_source(archive: Archive) -> None:
    """An article first known by an import's id, then seen by its URL in another source, is still the same."""
    archive.put_article(Article(None, "a", "t"), seen=SEEN, alias="7")
    archive.put_article(Article(URL, "a", "t"), seen=SEEN, alias="7")
    assert archive.put_article(Article(URL, "b", "t"), seen=SEEN) is Change.CHANGED
    assert archive.put_article(Article(None, "a", "t"), seen=LATER, alias="7") is Change.CHANGED
    assert archive.counts().articles == 1


# The counter of changes.


def test_changes_are_complete_while_more_happens(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever changes while the changes are read, the newest of every article is read in the end, and the
    numbers only grow.
    """
    monkeypatch.setattr(reader, "_CHUNK", 3)
    chance = random.Random(5)
    for number in range(30):
        archive.put_article(article(number), seen=SEEN)
    newest: dict[str, str] = {}
    before = 0
    for count, stored in enumerate(archive.changes(0)):
        assert stored.change > before
        before = stored.change
        newest[stored.id] = stored.article.title
        if count < 60:
            archive.put_article(article(chance.randrange(40), f"Sửa {count}"), seen=LATER)
    assert newest == {stored.id: stored.article.title for stored in archive.changes(0)}
    assert before == archive.last_change
    assert list(archive.changes(archive.last_change)) == []


def test_changes_are_counted(archive: Archive) -> None:
    """As many changes are counted as are given, from any number on."""
    for number in (1, 2, 3, 1, 1, 2):
        archive.put_article(article(number, f"{number} {archive.last_change}"), seen=SEEN)
    assert numbered(archive) == [("3 2", 3), ("1 4", 5), ("2 5", 6)]
    for after in range(8):
        assert archive.count_changes(after) == len(numbered(archive, after))


def test_counts(archive: Archive) -> None:
    """Pages, articles, revisions beyond the first, and for each source its articles and its last good page."""
    archive.put_page(page(), "bao.vn")
    archive.put_page(page(fetched=LATER, status=404), "bao.vn")
    archive.put_page(page(fetched=LATER), "rong.vn")
    archive.put_article(ARTICLE, seen=SEEN)
    archive.put_article(replace(ARTICLE, title="x"), seen=SEEN)
    archive.put_article(Article("http://a.vn/", "a.vn", "t"), seen=SEEN)
    counts = archive.counts()
    assert (counts.pages, counts.articles, counts.revisions) == (3, 2, 1)
    assert counts.sources == (
        SourceCount("a.vn", 1, None),
        SourceCount("bao.vn", 1, "2024-01-01T00:00:00+00:00"),
        SourceCount("rong.vn", 0, "2024-01-02T00:00:00+00:00"),
    )


# Pages.


def test_an_absence_is_marked_until_the_article_is_seen_again(archive: Archive) -> None:
    """It counts at the article's own address and at that of its last page, once; what is stored stays."""
    alias = "http://bao.vn/cu"
    kept = archive.put_page(replace(page(URL), final_url="http://bao.vn/dich"), "bao.vn")
    archive.put_article(ARTICLE, seen=SEEN, page=kept, alias=alias)
    for address, counts in [(alias, False), ("http://bao.vn/x", False), (URL, True), (URL, False)]:
        assert archive.put_absence(address, seen=SEEN + timedelta(days=1), reason="http-404") == counts
    stored = find(archive, alias)
    assert (stored.vanished, stored.article, stored.revision) == (SEEN + timedelta(days=1), ARTICLE, 1)
    assert archive.counts().vanished == 1
    archive.put_article(ARTICLE, seen=SEEN)  # an older copy, say of an import
    assert find(archive, URL).vanished is not None
    assert archive.put_article(ARTICLE, seen=SEEN + timedelta(days=2)) is Change.UNCHANGED
    assert find(archive, URL).vanished is None
    assert archive.counts().vanished == 0
    assert archive.put_absence(URL, seen=SEEN + timedelta(days=3), reason="http-410")
    assert archive._db.execute("SELECT count(*) FROM absence").fetchone() == (2,)


def test_the_same_text_at_another_address_is_an_alias_when_asked_for(archive: Archive) -> None:
    """With `merge` it is the article it was, without it another; addresses that are known are not asked."""
    body = " ".join(f"từ {number}" for number in range(100))
    first = replace(ARTICLE, body=body)
    archive.put_article(first, seen=SEEN)
    again = replace(first, url="http://bao.vn/lai", section="Khác")
    assert archive.put_article(again, seen=SEEN, merge=True) is not Change.NEW
    assert find(archive, "http://bao.vn/lai").id == find(archive, URL).id
    for url, other in [("http://bao.vn/3", again), ("http://khac.vn/4", replace(again, source="khac.vn"))]:
        assert (
            archive.put_article(replace(other, url=url), seen=SEEN, merge=url != "http://bao.vn/3")
            is Change.NEW
        )
    changed = replace(first, title="Tên mới")
    archive.put_article(changed, seen=SEEN + timedelta(days=1))
    assert (
        archive.put_article(replace(changed, url="http://bao.vn/5"), seen=SEEN, merge=True) is not Change.NEW
    )
    assert find(archive, "http://bao.vn/5").id == find(archive, URL).id


def test_addresses(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every article of the source with all its addresses, and no import's id; in whatever portions they are read."""
    monkeypatch.setattr(reader, "_CHUNK", 3)
    for number in range(10):
        archive.put_article(article(number), seen=SEEN, alias=f"http://bao.vn/alias/{number}")
    archive.put_article(replace(article(10), url=None), seen=SEEN, alias="17")
    archive.put_article(replace(article(11), source="khac.vn"), seen=SEEN)
    expected: set[frozenset[str]] = {
        frozenset((str(article(n).url), f"http://bao.vn/alias/{n}")) for n in range(10)
    } | {frozenset()}
    assert {frozenset(names) for names in archive.addresses(article(0).source)} == expected


_VERSION_1 = """
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
INSERT INTO meta VALUES ('archive', '0123456789abcdef'), ('change', '1');
INSERT INTO article VALUES ('a', 'bao.vn', '2024-01-01T00:00:00+00:00', 1, 1);
INSERT INTO alias VALUES ('http://bao.vn/a', 'a');
PRAGMA user_version = 1;
"""


def store_by_version_1(path: Path) -> None:
    """Make an archive as the first version did, with ARTICLE in it."""
    with contextlib.closing(sqlite3.connect(path)) as old:
        old.executescript(_VERSION_1)
        content, digest = dump_article(ARTICLE), content_digest(ARTICLE)
        old.execute(
            "INSERT INTO revision VALUES ('a', 1, '2024-01-01T00:00:00+00:00', ?, ?, NULL)", (digest, content)
        )
        old.commit()


def test_read_only_an_archive_stays_as_it_is(tmp_path: Path) -> None:
    """One of an older version is not taken on, and tells its addresses; nothing can be stored."""
    path = tmp_path / "archive.sqlite"
    store_by_version_1(path)
    before = path.read_bytes()
    with Archive(path, tmp_path / "pages", read_only=True) as archive:
        assert list(archive.addresses("bao.vn")) == [(URL,)]
        assert archive.last_seen(URL) == SEEN
        assert archive.last_seen("http://bao.vn/b") is None
        with pytest.raises(ArchiveError):
            archive.put_article(ARTICLE, seen=LATER)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    with pytest.raises(NoArchive):
        Archive(tmp_path / "none.sqlite", tmp_path / "pages", read_only=True)


def test_an_archive_of_the_first_version_is_taken_on(tmp_path: Path) -> None:
    """What an older timbao stored is there, can vanish, and is the same article under another address."""
    store_by_version_1(tmp_path / "archive.sqlite")
    with opened(tmp_path) as archive:
        known = find(archive, URL)
        assert known.article == ARTICLE
        moved = replace(ARTICLE, url="http://bao.vn/moi/a")
        assert archive.put_article(moved, seen=SEEN, merge=True) is Change.UNCHANGED
        assert find(archive, "http://bao.vn/moi/a").id == known.id
        assert archive.put_absence(URL, seen=SEEN, reason="http-404")
    with opened(tmp_path) as archive:
        assert archive.counts().vanished == 1


def test_the_raw_page_of_an_article(archive: Archive) -> None:
    """The page of the newest fetched revision is given; none where the article was only imported."""
    archive.put_article(ARTICLE, seen=SEEN)
    known = find(archive, URL).id
    assert archive.raw_page(known) is None
    for body in (b"one", b"two"):
        number = archive.put_page(page(body=body), "bao.vn")
        archive.put_article(replace(ARTICLE, title=body.decode()), seen=SEEN, page=number)
    archive.put_article(replace(ARTICLE, title="imported"), seen=LATER)
    found = archive.raw_page(known)
    assert found is not None
    assert found.body == b"two"
    archive.reject_page(archive.put_page(page(), "bao.vn"), "no-text")
    assert archive.raw_page("unknown") is None


def test_a_lost_page_is_said_to_be_lost(archive: Archive, tmp_path: Path) -> None:
    """When the file of raw pages is damaged or gone, ArchiveError says so, and articles can still be read."""
    archive.put_article(ARTICLE, seen=SEEN, page=archive.put_page(page(), "bao.vn"))
    known = find(archive, URL).id
    (file,) = (tmp_path / "pages").iterdir()
    file.write_bytes(b"garbage" * 100)
    with pytest.raises(ArchiveError):
        archive.raw_page(known)
    file.unlink()
    with pytest.raises(ArchiveError):
        archive.raw_page(known)
    assert find(archive, known).article == ARTICLE
    archive.put_page(page(), "bao.vn")


# Batches.


class Stop(Exception):
    """Raised in a batch."""


@settings(deadline=None, max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=8), st.booleans())
def test_a_batch_is_kept_whole_or_not_at_all(steps: list[tuple[int, bool]], fails: bool) -> None:
    """A batch that raises leaves articles, pages and the counter as they were; one that ends keeps everything;
    the pages that follow are written right in either case.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with opened(folder) as archive:
            archive.put_article(
                article(0), seen=SEEN, page=archive.put_page(page("http://bao.vn/0"), "bao.vn")
            )
            before = (archive.counts(), numbered(archive), archive.last_change)
            with contextlib.suppress(Stop), archive.batch():
                for number, with_page in steps:
                    number_of_page = (
                        archive.put_page(page(f"http://bao.vn/{number}"), "b") if with_page else None
                    )
                    archive.put_article(article(number, "Sửa"), seen=LATER, page=number_of_page)
                if fails:
                    raise Stop
            if fails:
                assert (archive.counts(), numbered(archive), archive.last_change) == before
            else:
                assert archive.counts().pages == 1 + sum(with_page for _, with_page in steps)
                assert {title for title, _ in numbered(archive)} >= ({"Sửa"} if steps else set())
            archive.put_page(page(), "bao.vn")
        assert check_pages(folder) == archive_count(folder)


def archive_count(folder: Path) -> int:
    """How many pages the archive says it has."""
    with opened(folder) as archive:
        return archive.counts().pages


def test_an_error_in_the_callers_block_is_the_callers(archive: Archive) -> None:
    """What goes wrong between the changes of a batch is not made an error of the archive."""

    def put_and_fail() -> None:
        with archive.batch():
            archive.put_article(ARTICLE, seen=SEEN)
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        put_and_fail()
    assert archive.counts().articles == 0
    with archive.batch():
        with archive.batch():
            archive.put_article(ARTICLE, seen=SEEN)
        archive.put_article(article(1), seen=SEEN)
    assert archive.counts().articles == 2


def test_threads_share_an_archive(archive: Archive) -> None:
    """Batches of several threads do not mix, readers read on, every change has a number of its own."""
    errors: list[BaseException] = []

    def work(first: int) -> None:
        try:
            for number in range(first, first + 10):
                with archive.batch():
                    archive.put_page(page(f"http://bao.vn/{number}"), "bao.vn")
                    archive.put_article(article(number), seen=SEEN)
                assert sum(1 for _ in archive.changes(0)) > 0
        except BaseException as error:  # noqa: BLE001  shown by the assertion below
            errors.append(error)

    threads = [threading.Thread(target=work, args=(first,)) for first in (0, 100, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert [change for _, change in numbered(archive)] == list(range(1, 31))
    assert archive.counts().pages == 30


# Several processes, and their end.

WRITE = """
import sys
from pathlib import Path
from tests.test_crawl_archive_store import SEEN, article, opened, page
first, last = int(sys.argv[2]), int(sys.argv[3])
with opened(Path(sys.argv[1])) as archive:
    for start in range(first, last, 5):
        with archive.batch():
            for number in range(start, start + 5):
                kept = archive.put_page(page(f"http://bao.vn/{number}", bytes([number % 256]) * 5_000), "bao.vn")
                archive.put_article(article(number), seen=SEEN, page=kept)
        print(start, flush=True)
"""


def writing(folder: Path, first: int, last: int) -> subprocess.Popen[str]:
    """A process that puts batches of five pages and articles, and says the first number of each it has put."""
    command = [sys.executable, "-c", WRITE, str(folder), str(first), str(last)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_two_processes_lose_nothing(tmp_path: Path) -> None:
    """Two processes that make the archive and write to it at the same time wait for each other; every page
    and every article of both is there, and no number is given twice.
    """
    with writing(tmp_path, 0, 100) as one, writing(tmp_path, 100, 200) as other:
        assert one.wait(60) == other.wait(60) == 0
    with opened(tmp_path) as archive:
        assert sorted(change for _, change in numbered(archive)) == list(range(1, 201))
        assert {title for title, _ in numbered(archive)} == {f"Bài {number}" for number in range(200)}
    assert check_pages(tmp_path) == 200


def test_killing_a_writer_loses_nothing(tmp_path: Path) -> None:
    """A writing process is killed without warning at random moments. Every batch it had acknowledged is there
    whole, no batch is there in part, and all pages can be read.
    """
    chance = random.Random(3)
    first = 0
    for _ in range(5):
        with writing(tmp_path, first, 1_000_000) as writer:
            assert writer.stdout
            said = [writer.stdout.readline()]
            time.sleep(chance.uniform(0, 0.05))
            writer.kill()
            acknowledged = max(map(int, [*said, *writer.stdout.read().split()]))
        with opened(tmp_path) as archive:
            count = archive.counts().articles
            assert count in (acknowledged + 5, acknowledged + 10)
            assert archive.counts().pages == count == archive.last_change
            assert {title for title, _ in numbered(archive)} == {f"Bài {number}" for number in range(count)}
        first = count
    assert check_pages(tmp_path) == first


FILL_THE_DISK = """
import resource, sys
from pathlib import Path
from crawl.archive.store import ArchiveError
from tests.test_crawl_archive_store import SEEN, article, opened, page
folder, kind = Path(sys.argv[1]), sys.argv[2]
limit = resource.getrlimit(resource.RLIMIT_FSIZE)
with opened(folder) as archive:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), limit[1]))
    noise = __import__("random").Random(1)
    try:
        for start in range(10, 2_000, 10):
            with archive.batch():
                for number in range(start, start + 10):
                    if kind == "pages":
                        archive.put_page(page(f"http://bao.vn/{number}", noise.randbytes(3_000)), "bao.vn")
                    archive.put_article(article(number, noise.randbytes(300).hex()), seen=SEEN)
            print(start, flush=True)
    except ArchiveError as error:
        print(error, file=sys.stderr)
    resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    archive.put_page(page("http://bao.vn/after"), "bao.vn")
"""


@pytest.mark.parametrize(("kind", "size"), [("pages", 200_000), ("articles", 200_000), ("articles", 40_000)])
def test_a_full_disk_loses_nothing(tmp_path: Path, kind: str, size: int) -> None:
    """When a file cannot grow, ArchiveError names the archive, all batches before are there whole and no other,
    and once there is room again writing goes on.
    """
    with opened(tmp_path) as archive, archive.batch():
        for number in range(10):
            archive.put_article(article(number), seen=SEEN, page=archive.put_page(page(), "bao.vn"))
    command = [sys.executable, "-c", FILL_THE_DISK, str(tmp_path), kind, str(size)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr
    assert str(tmp_path / "archive.sqlite") in ran.stderr
    batches = len(ran.stdout.split())
    with opened(tmp_path) as archive:
        assert archive.counts().articles == 10 + 10 * batches
    assert check_pages(tmp_path) == 10 + (10 * batches if kind == "pages" else 0) + 1


# What cannot be used.


def test_there_may_be_none(tmp_path: Path) -> None:
    """Where there is no archive NoArchive says how to get one, and none is made."""
    with pytest.raises(NoArchive) as caught:
        Archive(tmp_path / "archive.sqlite", tmp_path / "pages")
    assert "timbao import" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"garbage" * 1000, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_garbage_is_no_archive(tmp_path: Path, content: bytes) -> None:
    """A file that is no archive is refused and left as it is."""
    path = tmp_path / "archive.sqlite"
    path.write_bytes(content)
    for create in (True, False):
        with pytest.raises(ArchiveError, match=str(path)):
            Archive(path, tmp_path / "pages", create=create)
    assert path.read_bytes() == content


def test_a_damaged_archive_is_refused_or_read(tmp_path: Path) -> None:
    """With any page of the file overwritten, reading gives articles or raises ArchiveError, nothing else."""
    with opened(tmp_path) as archive:
        for number in range(40):
            archive.put_article(article(number, f"{number} " * 300), seen=SEEN)
    path = tmp_path / "archive.sqlite"
    whole = path.read_bytes()
    for start in range(0, len(whole), 4096):
        path.write_bytes(whole[: start + 200] + b"\x5a" * 600 + whole[start + 800 :])
        with contextlib.suppress(ArchiveError), Archive(path, tmp_path / "pages") as archive:
            for stored in archive.changes(0):
                archive.revisions(stored.id)
            archive.counts()


def test_a_newer_archive_is_refused(tmp_path: Path) -> None:
    """An archive of a later schema is not touched; the message says to upgrade."""
    opened(tmp_path).close()
    with contextlib.closing(sqlite3.connect(tmp_path / "archive.sqlite")) as database:
        database.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    with pytest.raises(ArchiveError, match="timbao"):
        opened(tmp_path)


def test_an_archive_keeps_its_name(tmp_path: Path) -> None:
    """An archive has a random name that it keeps; another archive has another."""
    with opened(tmp_path) as archive:
        name = archive.archive_id
    with opened(tmp_path) as archive:
        assert archive.archive_id == name
    (tmp_path / "b").mkdir()
    with opened(tmp_path / "b") as other:
        assert other.archive_id != name


def test_impossible_places(tmp_path: Path) -> None:
    """A folder in the file's place, a file in the folder's place, and a path beyond all limits raise ArchiveError."""
    (tmp_path / "file").write_text("")
    (tmp_path / "archive.sqlite").mkdir()
    for path in (
        tmp_path / "archive.sqlite",
        tmp_path / "file" / "a",
        tmp_path / "none" / "a",
        tmp_path / ("x" * 300),
    ):
        with pytest.raises(ArchiveError):
            Archive(path, tmp_path / "pages", create=True)
    with (
        Archive(tmp_path / "b.sqlite", tmp_path / "file", create=True) as archive,
        pytest.raises(ArchiveError),
    ):
        archive.put_page(page(), "bao.vn")


AS_A_GUEST = """
import os, sys
from pathlib import Path
from crawl.archive.store import ArchiveError
from tests.test_crawl_archive_store import ARTICLE, SEEN, opened, page
import warcio.warcwriter, crawl.messages
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    with opened(Path(sys.argv[1])) as archive:
        archive.put_article(ARTICLE, seen=SEEN)
except ArchiveError as error:
    print(error)
"""


def test_a_folder_that_may_not_be_written() -> None:
    """An archive, old or new, in a folder that may only be read, or not even that, raises ArchiveError."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for mode, make in ((0o555, False), (0o555, True), (0o000, False)):
            if make:
                folder.chmod(0o755)
                opened(folder).close()
            folder.chmod(mode)
            command = [sys.executable, "-c", AS_A_GUEST, name]
            ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
            folder.chmod(0o755)
            assert (ran.returncode, ran.stderr) == (0, "")
            assert str(folder / "archive.sqlite") in ran.stdout


def test_closed_is_closed(tmp_path: Path) -> None:
    """A closed archive raises ArchiveError, and leaves no open files behind."""
    archive = opened(tmp_path)
    archive.put_page(page(), "bao.vn")
    archive.close()
    archive.close()
    for call in (lambda: archive.put_article(ARTICLE, seen=SEEN), lambda: archive.find("x"), archive.counts):
        with pytest.raises(ArchiveError):
            call()
    descriptors = Path("/proc/self/fd")
    if descriptors.exists():
        targets = {str(entry.readlink()) for entry in descriptors.iterdir() if entry.exists()}
        assert not any(target.startswith(str(tmp_path)) for target in targets)


def damage(folder: Path, number: int, content: bytes | None = None) -> None:
    """Change what a revision of the one article says, behind the archive's back."""
    with contextlib.closing(sqlite3.connect(folder / "archive.sqlite")) as database, database:
        (stored,) = database.execute(
            "SELECT CAST(content AS BLOB) FROM revision WHERE number = ?", (number,)
        ).fetchone()
        changed = content if content is not None else stored.replace("Mưa".encode(), "Nắng".encode())
        assert changed != stored
        database.execute("UPDATE revision SET content = CAST(? AS TEXT) WHERE number = ?", (changed, number))


@pytest.mark.parametrize("content", [None, b"", b"{}", b"\xff\xfe", b"[1"])
def test_a_damaged_revision_is_named_and_healed(tmp_path: Path, content: bytes | None) -> None:
    """Content that does not match its digest is never shown or indexed; the true content heals it."""
    with opened(tmp_path) as archive:
        archive.put_article(ARTICLE, seen=SEEN)
        (known,) = archive.find(URL)
    damage(tmp_path, 1, content)
    with opened(tmp_path) as archive:
        for look in (archive.find, archive.revisions, lambda _id: list(archive.changes(0))):
            with pytest.raises(ArchiveError, match=f"revision 1 of the article {known.id} is damaged"):
                look(known.id)
        assert archive.put_article(ARTICLE, seen=LATER) is Change.CHANGED
        assert archive.put_article(ARTICLE, seen=LATER) is Change.UNCHANGED
        assert [stored.article for stored in archive.find(known.id)] == [ARTICLE]
        assert [stored.article for stored in archive.changes(0)] == [ARTICLE]
        assert [version.article for version in archive.revisions(known.id)] == [ARTICLE]


def test_a_damaged_old_revision_is_no_missing_one(tmp_path: Path) -> None:
    """An article whose history is damaged is found; its history says so instead of being shorter."""
    with opened(tmp_path) as archive:
        archive.put_article(ARTICLE, seen=SEEN)
        archive.put_article(replace(ARTICLE, title="Mưa to"), seen=LATER)
        damage(tmp_path, 1)
        assert [stored.article.title for stored in archive.find(URL)] == ["Mưa to"]
        with pytest.raises(ArchiveError, match="revision 1"):
            archive.revisions(archive.find(URL)[0].id)


def test_an_emptied_archive_is_no_new_one(tmp_path: Path) -> None:
    """An archive whose file was emptied is refused as long as its raw pages are there, and left as it is."""
    with opened(tmp_path) as archive:
        archive.put_page(page(), "bao")
    for left in tmp_path.glob("archive.sqlite*"):
        left.unlink()
    (tmp_path / "archive.sqlite").touch()
    for create in (True, False):
        with pytest.raises(ArchiveError, match="Restore it from a backup, or move it away"):
            Archive(tmp_path / "archive.sqlite", tmp_path / "pages", create=create)
    (tmp_path / "archive.sqlite").unlink()
    with opened(tmp_path) as archive:
        assert archive.counts().pages == 0


def test_only_a_writer_begins_an_archive(tmp_path: Path) -> None:
    """An empty file without raw pages is a first run that was killed; a writer may begin an archive in it."""
    (tmp_path / "archive.sqlite").touch()
    with pytest.raises(ArchiveError, match="empty"):
        Archive(tmp_path / "archive.sqlite", tmp_path / "pages")
    with opened(tmp_path) as archive:
        assert archive.put_article(ARTICLE, seen=SEEN) is Change.NEW


def test_an_own_id_wins_over_an_imported_one(tmp_path: Path) -> None:
    """An import whose id is another article's own does not make that one unreachable."""
    with opened(tmp_path) as archive:
        archive.put_article(ARTICLE, seen=SEEN)
        (known,) = archive.find(URL)
        archive.put_article(article(2), seen=SEEN, alias=known.id)
        assert [stored.article for stored in archive.find(known.id)] == [ARTICLE]


def test_the_latest_pages_of_a_newspaper(tmp_path: Path) -> None:
    """One page for each URL, the newest first, those with articles before those without; failures never."""
    with opened(tmp_path) as archive:
        for number, url in enumerate(("a", "b", "a", "c", "d")):
            kept = archive.put_page(page(f"http://bao.vn/{url}", b"%d" % number), "bao.vn")
            if url == "c":
                archive.reject_page(kept, "list-page")
        archive.put_page(page("http://bao.vn/e", status=404), "bao.vn")
        archive.put_page(page("http://khac.vn/"), "khac.vn")
        latest = archive.latest_pages("bao.vn", 9)
        assert [(one.url[-1], one.rejected, archive.page(one.number).body) for one in latest] == [
            ("d", None, b"4"),
            ("a", None, b"2"),
            ("b", None, b"1"),
            ("c", "list-page", b"3"),
        ]
        assert archive.latest_pages("bao.vn", 2) == latest[:2]
        assert archive.latest_pages("nobody", 9) == ()


def test_the_page_at_an_address(tmp_path: Path) -> None:
    """The page last fetched with success from a URL is found by where it was asked for and where it led."""
    with opened(tmp_path) as archive:
        for body in (b"1", b"2"):
            archive.put_page(replace(page(body=body), final_url="http://bao.vn/moi"), "bao.vn")
        archive.put_page(page(status=500), "bao.vn")
        for url in (URL, "http://bao.vn/moi"):
            found = archive.page_at("bao.vn", url)
            assert found is not None
            assert found.body == b"2"
        assert archive.page_at("bao.vn", "http://bao.vn/") is None
        assert archive.page_at("khac.vn", URL) is None
