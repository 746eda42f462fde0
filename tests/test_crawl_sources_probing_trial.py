"""Selectors are tried on real pages: which pages those are, and what is found on them."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from crawl.archive.store import Archive
from crawl.article import Article, Page
from crawl.datafolder.folder import DataFolder, Settings
from crawl.datafolder.quiet_hours import QuietHours
from crawl.extraction.selectors import BadSelector, Match
from crawl.sources.probing.trial import (
    Selected,
    Tried,
    idle_parts,
    matches_nothing,
    open_archive,
    subject_of,
    try_selectors,
)
from crawl.sources.probing.trial_output import trial_json, trial_lines, trial_text
from crawl.sources.source import EarlierSelectors, Selectors, Source, UnknownSource
from crawl.sources.writing import save_source
from tests.hostile_site import NOT_FOUND, RawServer, answer, fixed, list_html

PROSE = "<p>" + "Nước lũ trên sông dâng cao trong đêm, nhiều hộ dân phải sơ tán. " * 6 + "</p>"
FETCHED = datetime(2024, 5, 1, tzinfo=UTC)


def article_page(number: int, extra: str = "") -> str:
    """An article with a lead in a box, an advertisement and its number."""
    return (
        f"<meta charset=utf-8><title>Lũ {number}</title><h1>Nước lũ dâng cao lần {number}</h1>"
        f"<div>15/03/2021 22:42</div><div class=sapo>Tóm tắt {number}</div>"
        f"<div id=b>{PROSE * 2}<div class=ads>Quảng cáo {number}</div></div>{extra}"
    )


def source(port: int = 80, **rest: object) -> Source:
    """A newspaper on loopback."""
    told = {"scheme": "http", "delay": 0.0, **rest}
    return Source(name="bao", title="Báo", hosts=(f"127.0.0.1:{port}",), **told)  # type: ignore[arg-type]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An empty data folder, from which loopback may be visited."""
    monkeypatch.setenv("TIMBAO_ALLOW_ADDRESSES", "127.0.0.1/32")
    return Settings(DataFolder(tmp_path / "data"), "")


def store(settings: Settings, *numbers: int, rejected: str | None = None) -> None:
    """Keep article pages of the newspaper as a crawl does."""
    folder = settings.folder
    folder.create()
    with Archive(folder.archive, folder.pages, create=True) as archive:
        for number in numbers:
            url = f"http://127.0.0.1/bai-{number}.html"
            body = article_page(number).encode()
            page = Page(url, url, 200, (("Content-Type", "text/html"),), body, FETCHED)
            kept = archive.put_page(page, "bao")
            if rejected:
                archive.reject_page(kept, rejected)


def attempt(settings: Settings, of: Source, *pages: str, **selected: tuple[str, ...]) -> list[Tried]:
    """What is found on these pages with these selectors."""
    return list(try_selectors(settings, of, pages, selected))


def read(tried: Tried) -> Article:
    """The article that was found."""
    assert tried.inspection is not None, tried.problem
    found = tried.inspection.explanation.result
    assert isinstance(found, Article)
    return found


def test_the_newest_stored_pages_are_looked_at(settings: Settings) -> None:
    """Without a page named the three newest stored articles are taken, once each, and nothing is fetched."""
    store(settings, 1, 2, 3, 4, 5)
    store(settings, 6, rejected="list-page")
    store(settings, 4)
    found = attempt(settings, source(9), lead=(".sapo",), remove=(".ads",))
    assert [one.page.rpartition("-")[2] for one in found] == ["4.html", "5.html", "3.html"]
    assert [read(one).lead for one in found] == ["Tóm tắt 4", "Tóm tắt 5", "Tóm tắt 3"]
    assert all("Quảng cáo" not in read(one).body for one in found)
    assert found[0].inspection is not None
    assert found[0].inspection.matches == (Match("lead", ".sapo", 1), Match("remove", ".ads", 1))
    assert [(one.selector, one.text) for one in found[0].inspection.removed] == [(".ads", "Quảng cáo 4")]


def test_pages_that_gave_no_article_are_better_than_none(settings: Settings) -> None:
    """Where selectors are needed because nothing could be read, the pages that were rejected are shown."""
    store(settings, 6, rejected="list-page")
    assert [read(one).title for one in attempt(settings, source(9))] == ["Nước lũ dâng cao lần 6"]


def test_a_page_is_named_by_url_or_file(settings: Settings, tmp_path: Path) -> None:
    """A stored page costs no request, a file may be compressed and in any encoding, and a problem has its sentence."""
    store(settings, 1)
    for name, content in {
        "a.html": article_page(7).encode(),
        "b.html.gz": gzip.compress(article_page(8).encode()),
        "c.html": article_page(9).replace("utf-8", "utf-16").encode("utf-16"),
        "empty.html": b" \n",
        "half.html.gz": gzip.compress(article_page(8).encode())[:50],
    }.items():
        (tmp_path / name).write_bytes(content)
    named = ["a.html", "b.html.gz", "c.html", "empty.html", "half.html.gz", "none.html", ""]
    pages = [
        "http://127.0.0.1/bai-1.html?utm_source=x",
        *(str(tmp_path / name) for name in named),
        "ftp://x/",
    ]
    found = attempt(settings, source(9), *pages, lead=(".sapo",))
    assert [one.page for one in found] == pages
    assert [read(one).lead for one in found[:4]] == [f"Tóm tắt {number}" for number in (1, 7, 8, 9)]
    for one, sentence in zip(found[4:], ("empty", "to its end", "no such", "folder", "http"), strict=True):
        assert sentence in one.problem
        assert one.inspection is None


def test_pages_are_fetched_politely(settings: Settings) -> None:
    """With nothing stored its lists are followed to articles: robots.txt first, and nothing that it forbids."""
    front = answer(
        list_html([f"/bai-1000{number}.html" for number in range(6)]).encode(), "Content-Type: text/html"
    )
    pages = {f"/bai-1000{number}.html": article_page(number).encode() for number in range(6)}
    answers = {"/": fixed(front), "/robots.txt": fixed(answer(b"User-agent: *\nDisallow: /bai-10001"))}
    answers |= {
        path: fixed(answer(body, "Content-Type: text/html; charset=utf-8")) for path, body in pages.items()
    }
    with RawServer(lambda connection, path: answers.get(path, NOT_FOUND)(connection, path)) as server:
        found = attempt(settings, source(server.port), lead=(".sapo",))
        asked = [request.split(" ")[1] for request in server.requests]
        subject = subject_of(settings, server.url)
        assert not subject.known
        assert [
            read(one).lead for one in attempt(settings, subject.source, f"{server.url}bai-10005.html")
        ] == [""]
        gone = attempt(settings, source(server.port), f"{server.url}x.html")
        quiet = attempt(settings, source(server.port, quiet=(QuietHours(0, 1440),)), f"{server.url}x.html")
    assert asked == ["/robots.txt", "/", "/bai-10000.html", "/bai-10002.html"]
    assert [one.problem for one in found] == ["", "robots.txt does not allow it", ""]
    assert [read(found[0]).lead, read(found[2]).lead] == ["Tóm tắt 0", "Tóm tắt 2"]
    assert "404" in gone[0].problem
    assert "quiet hours" in quiet[0].problem
    assert not settings.folder.path.exists()


def test_a_site_that_is_silent(settings: Settings) -> None:
    """Where the site cannot be reached that is said once, and where its lists are empty what to do."""
    silent = attempt(settings, source(1, feeds=("/rss",), sections=("/a", "/b")))
    assert [("cannot be reached" in one.problem, one.inspection) for one in silent] == [(True, None)]
    page = fixed(answer(b"<p>x", "Content-Type: text/html"))
    with RawServer(page) as server:
        (empty,) = attempt(settings, source(server.port))
    assert "Name a page" in empty.problem


def test_selected_parts_go_over_the_entry(settings: Settings) -> None:
    """A selected part replaces the entry's alternatives for it, on pages of former templates too; others stay."""
    store(settings, 1)
    own = source(
        9,
        selectors=Selectors(lead=("h1",), tags=("title",)),
        earlier=(EarlierSelectors(date(2025, 1, 1), Selectors(tags=("h1",), lead=("p",))),),
    )
    (one,) = attempt(settings, own)
    assert (read(one).lead, read(one).tags) == (" ".join(PROSE[3:-4].split()), ("Nước lũ dâng cao lần 1",))
    (one,) = attempt(settings, own, lead=(".none", ".sapo"))
    assert (read(one).lead, read(one).tags) == ("Tóm tắt 1", ("Nước lũ dâng cao lần 1",))


def test_bad_selectors_are_refused_first(settings: Settings) -> None:
    """A selector that is none, chosen or of the entry, is an error before any page is had."""
    for of, selected in (
        (source(1), {"lead": ("p[",)}),
        (source(1, selectors=Selectors(lead=("p[",))), {}),
    ):
        with pytest.raises(BadSelector, match="lead"):
            list(try_selectors(settings, of, (), selected))
    store(settings, 1)
    mended = source(1, selectors=Selectors(lead=("p[",)))
    assert read(attempt(settings, mended, lead=(".sapo",))[0]).lead == "Tóm tắt 1"


def test_what_matches_nothing_anywhere(settings: Settings) -> None:
    """Of the selectors tried those are named that match on no page at all."""
    store(settings, 1, 2)
    selected: Selected = {"lead": (".sapo", ".none"), "remove": (".ads", "table")}
    found = list(try_selectors(settings, source(9), (), selected))
    assert matches_nothing(found, selected) == (Match("lead", ".none", 0), Match("remove", "table", 0))


def test_pages_that_were_not_looked_into_say_nothing_of_selectors(settings: Settings, tmp_path: Path) -> None:
    """A missing page and one that is too long are no pages on which a selector matches nothing; others count."""
    long, short = tmp_path / "long.html", tmp_path / "short.html"
    long.write_text(article_page(1, PROSE * 12_000), encoding="utf-8")
    short.write_text("<p class=sapo>x", encoding="utf-8")
    selected: Selected = {"lead": (".sapo", ".none")}
    names = [str(tmp_path / "none.html"), str(long)]
    found = attempt(settings, source(9), *names, **selected)
    assert [(one.matched, one.gave_article, bool(one.problem)) for one in found] == [(False, False, True)] * 2
    assert matches_nothing(found, selected) == matches_nothing([], selected) == ()
    found = attempt(settings, source(9), *names, str(short), **selected)
    assert [(one.matched, one.gave_article) for one in found] == [(False, False)] * 2 + [(True, False)]
    assert matches_nothing(found, selected) == (Match("lead", ".none", 0),)
    short.write_text(article_page(1), encoding="utf-8")
    (good,) = attempt(settings, source(9), str(short), **selected)
    assert (good.matched, good.gave_article) == (True, True)


def test_whose_pages(settings: Settings) -> None:
    """A newspaper is known by its name and by any URL on its hosts; a name that nobody has is refused."""
    own = replace(source(8000), name="bao-thu")
    save_source(settings.folder.sources, own)
    assert subject_of(settings, "bao-thu").source == own
    assert subject_of(settings, "http://127.0.0.1:8000/x/y.html").source == own
    assert subject_of(settings, "https://www.baokhanhhoa.vn/").source.name == "baokhanhhoa.vn"
    new = subject_of(settings, "https://www.bao-moi.example:444/x")
    assert (new.source.name, new.source.hosts, new.known) == (
        "bao-moi.example:444",
        ("www.bao-moi.example:444",),
        False,
    )
    for name in ("bao", "http://", "ftp://x.vn/"):
        with pytest.raises(UnknownSource):
            subject_of(settings, name)


def test_parts_whose_selectors_are_idle(settings: Settings) -> None:
    """Of an entry the parts are named for which nothing is found on its newest articles; boxes come and go."""
    own = source(
        9, selectors=Selectors(lead=(".old", ".sapo"), tags=(".old",), date=("time",), remove=(".box",))
    )
    store(settings, 1, 2)
    archive = open_archive(settings.folder)
    assert archive is not None
    with archive:
        assert idle_parts(archive, own) == ("date", "tags")
        former = EarlierSelectors(date(2025, 1, 1), Selectors())
        assert idle_parts(archive, replace(own, earlier=(former,))) == ()
    assert open_archive(DataFolder(settings.folder.path / "none")) is None


def test_a_trial_as_it_is_read(settings: Settings, tmp_path: Path) -> None:
    """Lines have four cells and whole texts, a terminal gets texts cut to its width, programs the same as JSON."""
    (tmp_path / "a.html").write_text(article_page(1, "<table><tr><td>\x1b[2Jx"))
    name = str(tmp_path / "a.html")
    (one,) = attempt(settings, source(9), name, lead=(".sapo",), remove=(".ads",), tags=(".none",))
    rows = [line.split("\t") for line in trial_lines(one).splitlines()]
    assert {len(row) for row in rows} == {4}
    assert {row[0] for row in rows} == {name}
    cells = [(row[1], row[2], row[3]) for row in rows]
    assert ("lead", "a selector of the newspaper's entry", "Tóm tắt 1") in cells
    assert [part for part, _how, _text in cells].count("body") == 2
    assert cells[-4:] == [
        ("removed", ".ads", "Quảng cáo 1"),
        ("selector", "lead .sapo", "1"),
        ("selector", "tags .none", "0"),
        ("selector", "remove .ads", "1"),
    ]
    text = trial_text(one, 60)
    assert max(map(len, text.splitlines()[1:])) <= 60
    assert "tags .none · MATCHES NOTHING" in text
    assert "remove .ads · 1 element\n" in text
    assert "\x1b" not in text + trial_lines(one)
    told = json.loads(trial_json(one))
    assert (told["schema"], told["page"], told["problem"]) == (1, name, None)
    assert told["selectors"][1] == {"part": "tags", "selector": ".none", "elements": 0}
    assert told["removed"] == [{"selector": ".ads", "text": "Quảng cáo 1"}]
    assert {part["part"]: part["texts"] for part in told["parts"]}["lead"] == ["Tóm tắt 1"]


def test_a_page_without_an_article_as_it_is_read(settings: Settings, tmp_path: Path) -> None:
    """A page that gives no article says why, and still how much its selectors match; one not had says why."""
    (tmp_path / "a.html").write_text("<a href=/x>một</a><a href=/y>hai</a>")
    one, none = attempt(settings, source(9), str(tmp_path / "a.html"), str(tmp_path / "b.html"), lead=("a",))
    rows = [line.split("\t")[1:] for line in trial_lines(one).splitlines()]
    assert rows[0][:2] == ["problem", "-"]
    assert "no article" in rows[0][2]
    assert rows[1:] == [["selector", "lead a", "2"]]
    assert "lead a · 2 elements" in trial_text(one, 80)
    assert trial_text(none, 80) == f"{tmp_path / 'b.html'}\n  there is no such file\n"
    assert json.loads(trial_json(none))["problem"] == "there is no such file"
