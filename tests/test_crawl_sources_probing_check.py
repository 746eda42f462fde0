"""Which newspapers still answer, and which of their lists still lead anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawl.datafolder.folder import DataFolder, Settings
from crawl.datafolder.quiet_hours import QuietHours
from crawl.sources.probing.check import Health, State, check_newspapers
from crawl.sources.source import Source
from crawl.sources.writing import save_source
from tests.hostile_site import NOT_FOUND, RawServer, answer, fixed, list_html


def check(tmp_path: Path, pages: dict[str, bytes], **rest: object) -> tuple[Health, list[str]]:
    """The health of a newspaper that serves these pages, and the paths that were asked for."""
    answers = {path: fixed(body) for path, body in pages.items()}
    with RawServer(lambda connection, path: answers.get(path, NOT_FOUND)(connection, path)) as server:
        told = {"scheme": "http", "enabled": True, **rest}
        source = Source(name="bao", title="Báo", hosts=(f"127.0.0.1:{server.port}",), **told)  # type: ignore[arg-type]
        folder = DataFolder(tmp_path)
        save_source(folder.sources, source)
        (health,) = check_newspapers(Settings(folder, ""), delay=0)
        return health, [request.split(" ")[1] for request in server.requests]


@pytest.fixture(autouse=True)
def _allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIMBAO_ALLOW_ADDRESSES", "127.0.0.1/32")


FRONT = answer(list_html(["/bai-10000.html"]).encode(), "Content-Type: text/html")
FEED = answer(b"<rss><channel><item><link>https://a.vn/b</link></item></channel></rss>")
SITEMAP = answer(b"<urlset><url><loc>https://a.vn/b</loc></url></urlset>")


def test_all_is_well(tmp_path: Path) -> None:
    """A newspaper whose lists all lead to something answers, without remarks; each is asked for once."""
    health, asked = check(
        tmp_path,
        {"/": FRONT, "/rss": FEED, "/so-do.xml": SITEMAP},
        sections=("/",),
        feeds=("/rss",),
        sitemaps=("/so-do.xml",),
    )
    assert health == Health("bao", State.ANSWERS, None)
    assert asked == ["/robots.txt", "/rss", "/so-do.xml", "/"]


def test_dead_lists_are_named(tmp_path: Path) -> None:
    """A list that is gone, empty or forbidden is named with its reason, while the newspaper itself answers."""
    health, asked = check(
        tmp_path,
        {
            "/robots.txt": answer(b"User-agent: *\nDisallow: /kin"),
            "/": FRONT,
            "/rss": answer(b"<html>404</html>"),
        },
        sections=("/",),
        feeds=("/rss", "/kin.rss"),
        sitemaps=("/mat.xml",),
    )
    assert health.state is State.ANSWERS
    remarks = {url.rpartition("/")[2]: remark for url, remark in health.remarks}
    assert remarks == {
        "rss": "leads to no article",
        "kin.rss": "robots.txt does not allow it",
        "mat.xml": "the server answered with status 404",
    }
    assert "/kin.rss" not in asked


def test_a_server_in_trouble_is_silent(tmp_path: Path) -> None:
    """Where robots.txt cannot be had nothing else is asked for, and the newspaper counts as silent."""
    health, asked = check(tmp_path, {"/robots.txt": answer(b"", status="500 Oops"), "/": FRONT})
    assert health.state is State.SILENT
    assert asked == ["/robots.txt"]
    assert [remark for _url, remark in health.remarks] == [
        "its robots.txt cannot be had, so nothing was fetched"
    ]


def test_a_list_that_is_a_bomb_is_a_remark(tmp_path: Path) -> None:
    """Damage is told as what it is, and the next list is asked for all the same."""
    broken = answer(b"text", "Content-Encoding: gzip")
    health, _asked = check(tmp_path, {"/": broken, "/tin/": FRONT}, sections=("/", "/tin/"))
    assert health.state is State.ANSWERS
    assert ["damaged" in remark for _url, remark in health.remarks] == [True]


def test_quiet_hours_are_kept(tmp_path: Path) -> None:
    """In its quiet hours a newspaper is not asked, and not called silent."""
    health, asked = check(tmp_path, {"/": FRONT}, quiet=(QuietHours(0, 24 * 60),))
    assert (health.state, asked) == (State.QUIET, [])


def test_nothing_enabled_is_nothing_checked(tmp_path: Path) -> None:
    """Without an enabled newspaper there is no result."""
    assert list(check_newspapers(Settings(DataFolder(tmp_path), ""))) == []
