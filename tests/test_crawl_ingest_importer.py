"""Files → the archive: what is good is kept, what is not is named."""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import zstandard

from crawl.archive.store import Archive, Change
from crawl.archive.warc import WarcFolder
from crawl.article import Article, Page, utc_now
from crawl.ingest import importer
from crawl.ingest.importer import Importer, ImportReport, Problem
from crawl.sources.source import Selectors, Source

BODY = "Nước lũ trên sông dâng cao trong đêm, nhiều hộ dân ở vùng trũng phải sơ tán lên nơi cao hơn. " * 4


def line(number: int, **fields: object) -> str:
    """A good line known by its number."""
    return json.dumps({"url": f"http://bao.vn/{number}", "title": f"Bài {number}", **fields}) + "\n"


def html(title: str, url: str | None = None) -> str:
    """A page that holds an article."""
    link = f'<link rel="canonical" href="{url}">' if url else ""
    return (
        f"<html><head><meta charset=utf-8><title>{title}</title>{link}"
        f"<meta property='og:type' content='article'></head>"
        f"<body><h1>{title}</h1><div class=content><p>{BODY}</p><p>{BODY}</p></div></body></html>"
    )


class Run:
    """An archive and what one import after another made of it."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.problems: list[Problem] = []

    def __call__(
        self, *paths: Path | str, source: str | None = None, sources: tuple[Source, ...] = ()
    ) -> ImportReport:
        """Import these paths."""
        self.problems.clear()
        report = Importer(self.archive, sources, source, self.problems.append).run(map(str, paths))
        assert report.problems == len(self.problems)
        return report

    @property
    def said(self) -> list[str]:
        """The problems as they are shown."""
        return [f"{problem.where}: {problem.reason}" for problem in self.problems]

    @property
    def titles(self) -> list[str]:
        """The titles of all articles, in the order of their changes."""
        return [stored.article.title for stored in self.archive.changes(0)]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """An importer into an empty archive."""
    folder = tmp_path / "data"
    folder.mkdir()
    with Archive(folder / "archive.sqlite", folder / "pages", create=True) as archive:
        yield Run(archive)


def write_warc(folder: Path, pages: list[Page]) -> Path:
    """A WARC file of these pages."""
    folder.mkdir(exist_ok=True)
    writer = WarcFolder(folder)
    place = None
    for page in pages:
        place = writer.append(page, place)
    writer.close()
    (file,) = folder.iterdir()
    return file


def fetched(url: str, body: str, status: int = 200, kind: str = "text/html") -> Page:
    """A page as it was fetched."""
    return Page(url, url, status, (("Content-Type", kind),), body.encode(), utc_now())


# JSON Lines


def test_bad_lines_are_named_and_the_rest_is_kept(run: Run, tmp_path: Path) -> None:
    """A byte order mark, Windows line ends, empty lines and a missing last line end are fine; each bad line is
    named with its number.
    """
    file = tmp_path / "a.jsonl"
    lines = [line(1), "\n", "{nonsense\n", line(2), '{"title": "x"}\n', "\xa0\n", line(3).strip()]
    file.write_bytes(b"\xef\xbb\xbf" + "".join(lines).replace("\n", "\r\n").encode())
    assert run(file) == ImportReport(3, 0, 0, 3)
    assert run.titles == ["Bài 1", "Bài 2", "Bài 3"]
    assert [(problem.where, problem.reason.split(":")[0]) for problem in run.problems] == [
        (f"{file}:3", "not JSON"),
        (f"{file}:5", "neither url nor id"),
        (f"{file}:6", "not JSON"),
    ]


def test_the_same_import_twice_changes_nothing(run: Run, tmp_path: Path) -> None:
    """A second import finds everything unchanged, a changed line is a new revision."""
    file = tmp_path / "a.jsonl"
    file.write_text("".join(map(line, range(1200))))
    assert run(file) == ImportReport(1200, 0, 0, 0)
    before = run.archive.last_change
    assert run(file) == ImportReport(0, 0, 1200, 0)
    assert run.archive.last_change == before
    file.write_text(line(1, body="khác"))
    assert run(file) == ImportReport(0, 1, 0, 0)
    assert len(run.archive.revisions(run.archive.find("http://bao.vn/1")[0].id)) == 2


@pytest.mark.parametrize("ending", ["gz", "zst"])
def test_a_cut_file_gives_what_came_before(run: Run, tmp_path: Path, ending: str) -> None:
    """Of a compressed file whose end is missing the whole lines are kept, and the damage is said, wherever it is
    cut; a whole one, in several members, is read to its end.
    """
    text = "".join(line(number, body=str(number * 7919) * 50) for number in range(200)).encode()
    pack = gzip.compress if ending == "gz" else zstandard.ZstdCompressor().compress
    whole = pack(text[:9000]) + pack(text[9000:])
    file = tmp_path / f"a.jsonl.{ending}"
    file.write_bytes(whole)
    assert run(file) == ImportReport(200, 0, 0, 0)
    for missing in (1, 10, len(whole) // 2):
        file.write_bytes(whole[:-missing])
        report = run(file)
        assert report.problems == 1
        assert run.problems[0].where == str(file)
        assert report.new == report.changed == 0
    assert report.unchanged > 10 or ending == "zst"  # a block of Zstandard is 128 KiB


@pytest.mark.parametrize("ending", ["jsonl", "jsonl.gz", "jsonl.zst", "warc", "warc.gz", "html.gz"])
@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff\xfe" * 1000, b"\x1f\x8b\x08\x00garbage", b"\x28\xb5\x2f\xfdgarbage"]
)
def test_files_that_are_not_what_they_are_named(
    run: Run, tmp_path: Path, ending: str, content: bytes
) -> None:
    """An empty file and one of garbage are named as a problem, whatever they are called, and the next is read."""
    bad, good = tmp_path / f"a.{ending}", tmp_path / "b.jsonl"
    bad.write_bytes(content)
    good.write_text(line(1))
    report = run(bad, good)
    assert report.new == 1
    assert report.problems >= 1
    assert all(problem.where.startswith(str(bad)) and problem.reason for problem in run.problems)


def test_paths_that_cannot_be_read(run: Run, tmp_path: Path) -> None:
    """Unknown endings, missing files and empty folders are named; a folder in a file's place is a folder."""
    (tmp_path / "a.txt").write_text(line(1))
    (tmp_path / "empty").mkdir()
    (tmp_path / "folder.jsonl").mkdir()
    report = run(
        *(
            tmp_path / name
            for name in ("a.txt", "none.jsonl", "none.html", "none.warc", "empty", "folder.jsonl")
        )
    )
    assert report == ImportReport(0, 0, 0, 6)
    assert [Path(problem.where).name for problem in run.problems] == [
        "a.txt", "none.jsonl", "none.html", "none.warc", "empty", "folder.jsonl",
    ]  # fmt: skip


def test_a_line_that_never_ends(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line beyond the limit is one problem, and the numbers of the lines behind it are right."""
    monkeypatch.setattr(importer, "MAX_LINE", 1000)
    file = tmp_path / "a.jsonl"
    file.write_text(line(1) + line(2, body="x" * 5500) + line(3) + "{\n")
    assert run(file) == ImportReport(2, 0, 0, 2)
    assert [problem.where for problem in run.problems] == [f"{file}:2", f"{file}:4"]


def test_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` is standard input; a closed one holds no article."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((line(1) + "x\n").encode())))
    assert run("-") == ImportReport(1, 0, 0, 1)
    assert run.problems[0].where == "standard input:2"
    monkeypatch.setattr(sys, "stdin", None)
    assert run("-") == ImportReport(0, 0, 0, 1)


def test_whose_articles_they_are(run: Run, tmp_path: Path) -> None:
    """The named newspaper goes before the line's own; a name that is no text or only spaces names none."""
    file = tmp_path / "a.jsonl"
    file.write_text(line(1, source="khac.vn"))
    for source, expected in (("  ", "khac.vn"), ("nay.vn", "nay.vn"), ("\udcff", "\ufffd")):
        run(file, source=source)
        assert run.archive.find("http://bao.vn/1")[0].article.source == expected


def test_keys_that_are_not_known_are_named_once(run: Run, tmp_path: Path) -> None:
    """Articles with keys of other programs are kept; each file names those keys, the commonest first, not too many."""
    one, other, plain = (tmp_path / f"{name}.jsonl" for name in ("a", "b", "c"))
    one.write_text(line(1, date="x") + line(2, text="y", date="z"))
    other.write_text(line(3, **{f"key{n}": n for n in range(50)}))
    plain.write_text(line(4, lead="x"))
    report = run(one, other, plain)
    assert (report.new, report.problems) == (4, 0)
    assert report.left_out[0] == (str(one), ("date", "text"))
    assert [name for name, _keys in report.left_out] == [str(one), str(other)]
    assert 10 < len(report.left_out[1][1]) < 30


def test_an_old_file_does_not_make_its_text_current(run: Run, tmp_path: Path) -> None:
    """A file says what was so when it was written: imported after a newer one, it adds a revision and no more; and
    a file that holds two versions of an article adds nothing when it is imported again.
    """
    old, new = tmp_path / "old.jsonl", tmp_path / "new.jsonl"
    old.write_text(line(1, body="cũ") + line(1, body="cũ hơn"))
    new.write_text(line(1, body="mới"))
    os.utime(old, (1_600_000_000, 1_600_000_000))
    assert run(new) == ImportReport(1, 0, 0, 0)
    assert run(old) == ImportReport(0, 2, 0, 0)
    (stored,) = run.archive.find("http://bao.vn/1")
    assert (stored.article.body, stored.first_seen.year) == ("mới", 2020)
    assert run(old, new, old) == ImportReport(0, 0, 5, 0)


def test_memory_is_bounded(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of many or of large lines is not held in memory, not even when a kilobyte of it unpacks to megabytes."""
    monkeypatch.setattr(importer, "_BATCH_BYTES", 1_000_000)
    many = tmp_path / "many.jsonl.zst"
    with many.open("wb") as file, zstandard.ZstdCompressor().stream_writer(file) as packed:
        for number in range(40):
            packed.write(line(number, body="a b " * 250_000).encode())
    run(many)  # what is loaded once does not count
    tracemalloc.start()
    try:
        assert run(many) == ImportReport(0, 0, 40, 0)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 25_000_000


# Pages


def test_a_folder_of_everything(run: Run, tmp_path: Path) -> None:
    """Pages, lines and WARC files in a folder and the folders in it are all read, whatever the case of their
    endings; other files are passed over.
    """
    folder = tmp_path / "saved"
    (folder / "deep" / "Báo").mkdir(parents=True)
    (folder / "1.HTML").write_text(html("Bài một", "https://baomot.vn/1.html"))
    (folder / "deep" / "Báo" / "2.htm.gz").write_bytes(
        gzip.compress(html("Bài hai", "https://baohai.vn/2").encode())
    )
    (folder / "deep" / "a.JSONL").write_text(line(3))
    (folder / "notes.txt").write_text("x")
    (folder / "0.html").write_text("<p>nothing")
    write_warc(folder / "warc", [fetched("https://baobon.vn/4", html("Bài bốn"))])
    assert run(folder) == ImportReport(4, 0, 0, 1)
    assert sorted(run.titles) == sorted(["Bài một", "Bài hai", "Bài 3", "Bài bốn"])
    assert run.problems[0].where == str(folder / "0.html")
    sources = {stored.article.source for stored in run.archive.changes(0)}
    assert sources == {"baomot.vn", "baohai.vn", "bao.vn", "baobon.vn"}
    assert run(folder) == ImportReport(0, 0, 4, 1)


def test_saved_pages_and_their_newspaper(run: Run, tmp_path: Path) -> None:
    """A page that names no address belongs to the named newspaper, and is a problem where none is named; the
    raw page is kept with the article.
    """
    file = tmp_path / "1.html"
    file.write_text(html("Bài một"))
    assert run(file) == ImportReport(0, 0, 0, 1)
    assert "--source" in run.said[0]
    assert run(file, source="baomot.vn") == ImportReport(1, 0, 0, 0)
    (stored,) = run.archive.find(file.as_uri())
    assert (stored.article.url, stored.article.source) == (None, "baomot.vn")
    page = run.archive.raw_page(stored.id)
    assert page is not None
    assert page.body == file.read_bytes()
    known = Source("moi", "Báo Mới", ("baomoi.vn",))
    file.write_text(html("Bài khác", "https://www.baomoi.vn/x"))
    assert run(file, sources=(known,)) == ImportReport(0, 1, 0, 0)
    assert run.archive.find("https://www.baomoi.vn/x")[0].article.source == "moi"


def test_a_known_newspaper_is_read_by_its_selectors(run: Run, tmp_path: Path) -> None:
    """A saved page that names its newspaper by its address is read as that one's entry says."""
    known = Source("moi", "Báo Mới", ("baomoi.vn",), selectors=Selectors(title=("h2",)))
    file = tmp_path / "1.html"
    file.write_text(html("Bài", "https://baomoi.vn/x").replace("<p>", "<h2>Tựa thật của bài</h2><p>", 1))
    assert run(file, sources=(known,)) == ImportReport(1, 0, 0, 0)
    assert run.titles == ["Tựa thật của bài"]


def test_a_page_that_cannot_be_read_does_not_end_the_import(run: Run, tmp_path: Path) -> None:
    """A wrong selector of one newspaper is named with its pages, which are kept; the others are imported."""
    wrong = Source("sai", "Báo Sai", ("sai.vn",), selectors=Selectors(body=("div[",)))
    pages = [fetched(f"https://{host}/1", html("Bài báo")) for host in ("sai.vn", "bao.vn")]
    assert run(write_warc(tmp_path / "w", pages), sources=(wrong,)) == ImportReport(1, 0, 0, 1)
    assert run.problems[0].where == "https://sai.vn/1"
    assert "div[" in run.problems[0].reason
    assert run.archive.counts().pages == 2


def test_why_a_page_holds_no_article_is_said_in_words(run: Run, tmp_path: Path) -> None:
    """The reason is a sentence, not the key that programs use."""
    file = tmp_path / "1.html"
    file.write_text("<html><p>.</p></html>")
    run(file, source="bao.vn")
    assert run.said == [f"{file}: no article in this page (too little text for an article)"]


def test_a_warc_file(run: Run, tmp_path: Path) -> None:
    """Articles among the records are kept with their raw pages, a page that holds none is named by its URL, what is
    no page at all is passed over; a cut file gives what came before.
    """
    pages = [
        fetched("https://bao.vn/1", html("Bài một")),
        fetched("https://bao.vn/2", "Not found", 404),
        fetched("https://bao.vn/3", "body {}", kind="text/css"),
        fetched("https://bao.vn/5", "<html><p>.</p></html>"),
        fetched("https://www.bao.vn/4", html("Bài bốn", "https://bao.vn/bon")),
    ]
    file = write_warc(tmp_path / "w", pages)
    assert run(file) == ImportReport(2, 0, 0, 1)
    assert [problem.where for problem in run.problems] == ["https://bao.vn/5"]
    assert run.archive.find("https://www.bao.vn/4") == run.archive.find("https://bao.vn/bon") != ()
    assert {stored.article.source for stored in run.archive.changes(0)} == {"bao.vn"}
    file.write_bytes(file.read_bytes()[:-300])
    assert run(file) == ImportReport(0, 0, 1, 2)
    assert str(file) in {problem.where for problem in run.problems}
    plain = tmp_path / "plain.warc"
    plain.write_bytes(gzip.decompress(write_warc(tmp_path / "v", pages).read_bytes()))
    assert run(plain) == ImportReport(0, 0, 2, 1)


def test_pages_imported_again_are_stored_once(run: Run, tmp_path: Path) -> None:
    """The same file again, be there an article in a record or none, adds no page; another body does, though it was
    fetched from the same URL in the same second.
    """
    first = fetched("https://bao.vn/1", html("Bài một"))
    file = write_warc(tmp_path / "w", [first, fetched("https://bao.vn/5", "<html><p>.</p></html>")])
    assert run(file) == ImportReport(1, 0, 0, 1)
    assert run(file) == ImportReport(0, 0, 1, 1)
    assert run.archive.counts().pages == 2
    other = write_warc(tmp_path / "v", [replace(first, body=html("Bài khác").encode())])
    run(other)
    assert run.archive.counts().pages == 3


def warc_record(url: str, body: str, length: int | None = None) -> bytes:
    """A record as another program may have written it."""
    payload = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{body}".encode()
    return (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2020-01-01T00:00:00Z\r\n"
        "Content-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {length or len(payload)}\r\n\r\n"
    ).encode() + payload + b"\r\n\r\n"  # fmt: skip


def test_records_without_a_usable_address(run: Run, tmp_path: Path) -> None:
    """A record whose target is no web address is named and counts as a problem; the next ones are read."""
    file = tmp_path / "a.warc"
    bad = ("javascript:alert(1)", "", "https://[::1")
    good = warc_record("https://bao.vn/1", html("Bài một"))
    file.write_bytes(b"".join(warc_record(url, html("Bài", "https://bao.vn/2")) for url in bad) + good)
    assert run(file) == ImportReport(1, 0, 0, 3)
    assert [problem.where for problem in run.problems] == [f"{file}: {url}" for url in bad]
    assert run.archive.counts().pages == 1
    lookup = warc_record("dns:bao.vn", "bao.vn A 127.0.0.1").replace(b"application/http", b"text/dns")
    file.write_bytes(lookup + good)
    assert run(file) == ImportReport(0, 0, 1, 0)


@pytest.mark.parametrize("length", [2**63 - 1, 2**63, 10**30])
def test_a_record_longer_than_any_file(run: Run, tmp_path: Path, length: int) -> None:
    """A length beyond all files is that of a file that ends too early; what came before is kept."""
    file = tmp_path / "a.warc"
    record = warc_record("https://bao.vn/2", html("Bài hai"), length)
    file.write_bytes(warc_record("https://bao.vn/1", html("Bài một")) + record)
    assert run(file) == ImportReport(1, 0, 0, 1)
    assert run.said[0].endswith("the file ends in the middle of a record")


def test_pages_that_are_too_large(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page beyond the limit is a problem, in a file or in a WARC file, and is not kept in part."""
    monkeypatch.setattr(importer, "MAX_PAGE", 5000)
    large = html("Bài lớn", "https://bao.vn/1") + " " * 5000
    (tmp_path / "1.html.gz").write_bytes(gzip.compress(large.encode()))
    file = write_warc(
        tmp_path / "w", [fetched("https://bao.vn/1", large), fetched("https://bao.vn/2", html("Bài hai"))]
    )
    assert run(tmp_path / "1.html.gz", file) == ImportReport(1, 0, 0, 2)
    assert run.archive.counts().pages == 1


def test_a_file_that_vanishes(run: Run, tmp_path: Path) -> None:
    """Files that are gone when their turn comes are named, the others are kept."""
    folder = tmp_path / "saved"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.html").write_text(html(f"Bài {number}", f"https://bao.vn/{number}"))
        (folder / f"{number}.jsonl").write_text(line(10 + number))

    def vanish(_problem: Problem) -> None:
        (folder / "1.html").unlink(missing_ok=True)
        (folder / "1.jsonl").unlink(missing_ok=True)

    (folder / "0.html").write_text("<p>bad")
    report = Importer(run.archive, (), None, vanish).run([str(folder)])
    assert report == ImportReport(3, 0, 0, 3)
    assert run.titles == ["Bài 2", "Bài 10", "Bài 12"]


def test_known_names_of_the_archive_are_met(run: Run, tmp_path: Path) -> None:
    """A line about an article that was crawled before is a revision of it, under whichever of its URLs."""
    crawled = Article("http://bao.vn/1", "bao.vn", "Bài 1")
    assert run.archive.put_article(crawled, seen=utc_now(), alias="http://bao.vn/print/1") is Change.NEW
    file = tmp_path / "a.jsonl"
    file.write_text(line(1, url="HTTP://bao.vn:80/print/1?utm_source=x"))
    assert run(file) == ImportReport(0, 0, 1, 0)


def test_a_wrong_canonical_link_swallows_nothing(run: Run, tmp_path: Path) -> None:
    """Pages of a WARC file that all claim one address are the articles that they were fetched as."""
    claimed = "https://bao.vn/bai-10000.html"
    pages = [
        fetched(f"https://bao.vn/bai-{number}.html", html(f"Bài {number}", claimed))
        for number in range(10_000, 10_004)
    ]
    assert run(write_warc(tmp_path / "w", pages)) == ImportReport(4, 0, 0, 0)
    titles = {run.archive.find(page.url)[0].article.title for page in pages}
    assert titles == {f"Bài {number}" for number in range(10_000, 10_004)}
