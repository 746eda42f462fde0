"""The stored pages are read again: what comes out different gets a revision, and all else stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawl.archive.store import Archive
from crawl.article import Article, Page
from crawl.extraction.extract import extract
from crawl.extraction.sandbox import Extractors
from crawl.ingest.importer import Problem
from crawl.ingest.reextraction import AgainReport, Rereader
from crawl.sources.source import Selectors, Source

SOURCE = Source("x.vn", "Báo X", ("x.vn",))
SELECTED = replace(SOURCE, selectors=Selectors(body=("#b",)))
SEEN = datetime(2021, 3, 16, tzinfo=UTC)
PROSE = "Sáng nay, hội nghị tổng kết công tác dân vận được tổ chức tại thành phố. " * 6


def page(number: int, text: str = PROSE, *, seen: datetime = SEEN, url: str = "") -> Page:
    """A page with an article in two parts, one of which a selector may choose."""
    url = url or f"https://x.vn/bai-{number}.html"
    body = f"<p>{text}</p><div id=b><p>{text}</p></div>" if text else ""
    html = f"<title>Bài</title><h1>Bài báo số {number} của báo</h1><article>{body}</article>"
    return Page(url, url, 200, (("content-type", "text/html"),), html.encode(), seen)


class Shelf:
    """An archive with pages, and how it is read again."""

    def __init__(self, archive: Archive, extractors: Extractors) -> None:
        self.archive, self._extractors = archive, extractors
        self.problems: list[Problem] = []

    def keep(self, page: Page) -> None:
        """Store a page and what is on it by the rules of yesterday."""
        number = self.archive.put_page(page, "x.vn")
        found = extract(page, SOURCE)
        if isinstance(found, Article):
            self.archive.put_article(found, seen=page.fetched, page=number)
        else:
            self.archive.reject_page(number, found.reason)

    def read(self, source: Source = SOURCE, *names: str, dry_run: bool = False) -> AgainReport:
        """Read all again by the rules of this source."""
        rereader = Rereader(self.archive, (source,), self.problems.append, dry_run=dry_run)
        return rereader.run(names, self._extractors)


@pytest.fixture(scope="module")
def extractors() -> Iterator[Extractors]:
    """One process."""
    with Extractors(1, budget=60) as found:
        yield found


@pytest.fixture
def shelf(tmp_path: Path, extractors: Extractors) -> Iterator[Shelf]:
    """An archive with three articles and a page that is none."""
    with Archive(tmp_path / "archive.sqlite", tmp_path / "pages", create=True) as archive:
        found = Shelf(archive, extractors)
        for number in (1, 2, 3):
            found.keep(page(number))
        found.keep(page(4, ""))
        yield found


def test_the_same_rules_change_nothing(shelf: Shelf) -> None:
    """Read again as before, every article is unchanged and the archive as it was."""
    before = shelf.archive.last_change
    report = shelf.read()
    assert (report.new, report.changed, report.unchanged, report.lost) == (0, 0, 3, 0)
    assert (report.fields, report.samples, shelf.problems) == ((), (), [])
    assert shelf.archive.last_change == before


def test_better_rules_give_revisions_and_a_report(shelf: Shelf) -> None:
    """Each article that differs has one more revision, and the report says where and shows how."""
    report = shelf.read(SELECTED)
    assert (report.changed, report.fields, len(report.samples)) == (3, (("body", 3),), 3)
    assert report.samples[0].fields == ("body",)
    assert report.samples[0].before != report.samples[0].after
    for stored in shelf.archive.changes(0):
        assert len(shelf.archive.revisions(stored.id)) == 2
        assert stored.article.body == " ".join(PROSE.split())
    assert shelf.read(SELECTED).changed == 0


def test_rules_can_be_taken_back(shelf: Shelf) -> None:
    """What an earlier revision held becomes current again, and reading once more changes nothing."""
    first = [stored.article for stored in shelf.archive.changes(0)]
    shelf.read(SELECTED)
    assert shelf.read().changed == 3
    assert [stored.article for stored in shelf.archive.changes(0)] == first
    assert shelf.read().changed == 0


def test_a_dry_run_stores_nothing(shelf: Shelf) -> None:
    """It gives the same report and leaves the archive as it was."""
    before = shelf.archive.last_change
    dry = shelf.read(SELECTED, dry_run=True)
    assert shelf.archive.last_change == before
    assert dry == shelf.read(SELECTED)


def test_only_the_newest_page_counts(shelf: Shelf) -> None:
    """Of a page that was fetched twice the older copy is not read, and the newer one stays current."""
    shelf.keep(page(1, "Tin mới. " + PROSE, seen=SEEN + timedelta(days=1)))
    assert shelf.read().unchanged == 3
    report = shelf.read(SELECTED)
    assert report.changed == 3
    (found,) = shelf.archive.find("https://x.vn/bai-1.html")
    assert found.article.body.startswith("Tin mới.")


def test_what_was_seen_later_is_not_replaced(shelf: Shelf) -> None:
    """An article that came from elsewhere after its page was fetched stays current."""
    (known,) = shelf.archive.find("https://x.vn/bai-1.html")
    shelf.archive.put_article(replace(known.article, lead="Bản sau."), seen=SEEN + timedelta(days=1))
    assert shelf.read(SELECTED).changed == 2
    assert shelf.archive.find("https://x.vn/bai-1.html")[0].article.lead == "Bản sau."


def test_pages_without_an_article_are_named(shelf: Shelf) -> None:
    """A page that gives no article any more is a problem with its reason; the article is kept."""
    nothing = replace(SOURCE, selectors=Selectors(remove=("article",)))
    report = shelf.read(nothing)
    assert (report.lost, report.changed, len(shelf.problems)) == (3, 0, 3)
    assert shelf.archive.counts().articles == 3


def test_pages_that_were_rejected_may_give_articles(shelf: Shelf) -> None:
    """Rules that find an article where none was found before make it new."""
    with shelf.archive.batch():
        number = shelf.archive.put_page(page(5), "x.vn")
        shelf.archive.reject_page(number, "no-text")
    assert shelf.read().new == 1
    assert shelf.archive.find("https://x.vn/bai-5.html")


GONE = "<title>Báo X</title><h1>404 - Không tìm thấy trang</h1>"
NOTICE = (
    '<meta property="og:type" content="article"><meta property="article:published_time" content="2021-03-15">'
    f"<article><h1>Bài viết không tồn tại hoặc đã bị xóa</h1><p>{PROSE}</p></article>"
)


@pytest.mark.parametrize(
    ("html", "final_url"),
    [(GONE, ""), (NOTICE, ""), (f"<article><h1>Trang nhất của báo X</h1><p>{PROSE * 3}</p></article>", "https://x.vn/")],
    ids=["error", "notice", "front page"],
)  # fmt: skip
def test_what_came_in_its_place_replaces_no_article(shelf: Shelf, html: str, final_url: str) -> None:
    """An article whose address leads elsewhere since is read from its last good page, is improved by better rules,
    stays vanished, and is no loss; where nothing else ever came of an address, nothing comes of it now.
    """
    url = "https://x.vn/bai-1.html"
    for asked in (url, "https://x.vn/bai-9.html"):
        later = SEEN + timedelta(days=1)
        kept = replace(page(1, url=asked), final_url=final_url or asked, body=html.encode(), fetched=later)
        shelf.keep(kept)
    shelf.archive.put_absence(url, seen=SEEN + timedelta(days=1), reason="http-404")
    assert shelf.read() == AgainReport(0, 0, 3, 0, 0, (), ())
    report = shelf.read(SELECTED)
    assert (report.new, report.changed, report.lost, shelf.problems) == (0, 3, 0, [])
    (found,) = shelf.archive.find(url)
    assert found.article.title == "Bài báo số 1 của báo"
    assert found.vanished == SEEN + timedelta(days=1)
    assert shelf.archive.find("https://x.vn/bai-9.html") == shelf.archive.find("https://x.vn/") == ()


@pytest.mark.parametrize(
    "reason", ["unreadable", "bad-selector: no such selector", "slow-page: too slow: 9 s"]
)
def test_what_could_not_be_read_is_read_again(shelf: Shelf, reason: str) -> None:
    """A newer page that nobody could read is the newest state of its article once it can be."""
    newer = page(1, "Tin mới. " + PROSE, seen=SEEN + timedelta(days=1))
    shelf.archive.reject_page(shelf.archive.put_page(newer, "x.vn"), reason)
    assert (shelf.read().changed, shelf.read().changed) == (1, 0)
    (found,) = shelf.archive.find("https://x.vn/bai-1.html")
    assert found.article.body.startswith("Tin mới.")


def test_articles_from_before_a_crawls_day_stay_out(shelf: Shelf) -> None:
    """A page that a crawl left out for its date is not made a new article."""
    shelf.archive.reject_page(shelf.archive.put_page(page(5), "x.vn"), "before-since")
    assert shelf.read() == AgainReport(0, 0, 3, 0, 0, (), ())


def test_a_page_is_rejected_until_an_article_comes_of_it(shelf: Shelf) -> None:
    """Once better rules found an article on a page, it is the good one, whatever came after it."""
    shelf.archive.reject_page(shelf.archive.put_page(page(5), "x.vn"), "no-text")
    assert shelf.read().new == 1
    shelf.keep(page(5, "", seen=SEEN + timedelta(days=1)))
    assert shelf.read(SELECTED).changed == 4


def test_only_the_named_newspapers_are_read(shelf: Shelf) -> None:
    """Pages of other newspapers are left alone."""
    assert shelf.read(SELECTED, "y.vn") == AgainReport(0, 0, 0, 0, 0, (), ())
    assert shelf.read(SELECTED, "x.vn").changed == 3


def test_a_damaged_page_is_named_and_the_rest_is_read(shelf: Shelf, tmp_path: Path) -> None:
    """A page whose record is destroyed is a problem with its URL, and no reason to stop."""
    (file,) = (tmp_path / "pages").glob("*.warc.gz")
    content = bytearray(file.read_bytes())
    content[100:140] = bytes(40)
    file.write_bytes(content)
    report = shelf.read()
    assert report.problems == len(shelf.problems) == 1
    assert shelf.problems[0].where == "https://x.vn/bai-1.html"
    assert report.unchanged == 2
