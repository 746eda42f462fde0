"""One crawl of a newspaper that does whatever a site can do: every trap has an honest outcome, nothing else happens."""

from __future__ import annotations

import socket
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawl.archive.store import Archive
from crawl.crawler.pipeline import crawl
from crawl.crawler.report import Progress, SourceReport
from crawl.datafolder.quiet_hours import QuietHours
from crawl.fetching.addresses import allowed_networks
from crawl.fetching.fetcher import Fetcher
from crawl.frontier.frontier import Frontier
from crawl.sources.source import Source
from tests.hostile_site import (
    NOT_FOUND,
    SLUGS,
    HostileNewspaper,
    RawServer,
    answer,
    fixed,
    html,
    list_html,
    watching_connects,
)

LOCAL = allowed_networks("127.0.0.1/32")
BROKEN = fixed(answer(b"text", "Content-Encoding: gzip"))


@dataclass
class Crawl:
    """What came of the one crawl."""

    site: HostileNewspaper
    report: SourceReport
    outcomes: dict[str, list[str]]
    connects: list[str]
    titles: list[str]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawl]:
    """The hostile newspaper crawled once, by way of its own name server."""
    folder = tmp_path_factory.mktemp("hostile")
    real = socket.getaddrinfo
    outcomes: dict[str, list[str]] = defaultdict(list)

    def note(progress: Progress) -> None:
        outcomes[progress.url].append(progress.outcome)

    with (
        pytest.MonkeyPatch.context() as patch,
        HostileNewspaper() as site,
        watching_connects() as connects,
        Archive(folder / "archive.sqlite", folder / "pages", create=True) as archive,
        Frontier(folder / "frontier.sqlite") as frontier,
        Fetcher("timbao/test", LOCAL, deadline=5, patience=5, max_bytes=2**22) as fetcher,
    ):

        def stub(host: str, port: int, **rest: int) -> list[tuple[object, ...]]:
            return [info for address in site.resolve(host) for info in real(address, port, **rest)]

        patch.setattr(socket, "getaddrinfo", stub)
        (report,) = crawl([site.source], archive, frontier, fetcher, delay=0, progress=note).sources
        titles = [found.article.title for url in outcomes for found in archive.find(url)]
        yield Crawl(site, report, dict(outcomes), connects, titles)


def test_every_trap_has_its_outcome(crawled: Crawl) -> None:
    """Each trap is reported under the reason that fits it, once; a page behind a plea for patience is had."""
    base = f"http://{crawled.site.host(crawled.site.main)}"
    expected = {trap.path: [trap.outcome] for trap in crawled.site.traps}
    found = {trap.path: crawled.outcomes.get(base + trap.path, []) for trap in crawled.site.traps}
    handed_on = {  # to the canary's own host, which is in the list and where robots.txt is refused
        path for path, outcomes in found.items() if path.startswith("/canary") and outcomes == []
    }
    assert {path: found[path] for path in found if path not in handed_on} == {
        path: expected[path] for path in expected if path not in handed_on
    }
    assert len(handed_on) >= 10


def test_no_forbidden_address_is_connected_to(crawled: Crawl) -> None:
    """Every connection went to 127.0.0.1; canary, private, link-local and metadata addresses saw none, by no name."""
    assert crawled.connects
    assert {where for where in crawled.connects if not where.startswith("('127.0.0.1', ")} == set()
    assert crawled.site.canary.connections == 0


def test_forbidden_hosts_are_reported(crawled: Crawl) -> None:
    """Each host with a special address is refused once, by its name; the report says under which reason."""
    canary = f"127.0.0.2:{crawled.site.canary.port}", f"[::ffff:7f00:2]:{crawled.site.canary.port}"
    for host in (*crawled.site.forbidden, *canary):
        urls = [url for url in crawled.outcomes if urlsplit(url).netloc == host]
        assert [crawled.outcomes[url] for url in urls] == [["refused-address"]], host
    assert "TIMBAO_ALLOW_ADDRESSES" in dict(crawled.report.examples)["refused-address"]


def test_a_name_that_changes_its_address_is_refused(crawled: Crawl) -> None:
    """A name that was public for robots.txt and leads to the canary after it is asked for nothing more."""
    assert crawled.outcomes[f"http://{crawled.site.changing}/doi-ten-10000.html"] == ["refused-address"]


@pytest.mark.parametrize("host", ["heavy", "endless"])
def test_a_robots_txt_of_any_size_is_obeyed(crawled: Crawl, host: str) -> None:
    """Five megabytes or no end at all: the rule before the limit counts, and what it allows is fetched."""
    server: RawServer = getattr(crawled.site, host)
    assert crawled.outcomes[f"{server.url}kin/bai-10000.html"] == ["robots.txt"]
    assert crawled.outcomes[f"{server.url}mo/bai-10001.html"] == ["new"]
    assert not [request for request in server.requests if "/kin/" in request]


@pytest.mark.parametrize("host", ["heavy", "endless"])
def test_a_drip_is_too_slow(crawled: Crawl, host: str) -> None:
    """Headers or a body that come one byte at a time end at the deadline, while the other hosts were crawled on."""
    server: RawServer = getattr(crawled.site, host)
    assert crawled.outcomes[f"{server.url}mo/cham-10002.html"] == ["too-slow"]


def test_lists_that_are_bombs_are_lists_without_entries(crawled: Crawl) -> None:
    """Sitemaps that unpack without end or multiply entities, feeds of 200,000 levels: read, and found empty."""
    for path in ("so-do-bom.xml.gz", "so-do-thuc-the.xml", "so-do-html.xml", "rss-sau.xml", "rss-hong.xml"):
        assert crawled.outcomes[crawled.site.main.url + path] in (["list"], ["no-list"]), path


def test_no_cookie_and_no_strange_link_comes_back(crawled: Crawl) -> None:
    """No request carries a cookie, a referrer or a password, and all are GETs of pages on the newspaper's own hosts."""
    requests = [request for server in crawled.site.servers for request in server.requests]
    assert len(requests) > 60
    for request in requests:
        assert request.startswith("GET /")
        for header in ("cookie:", "referer:", "authorization:"):
            assert header not in request.lower()


def test_a_lie_about_the_charset_is_not_believed(crawled: Crawl) -> None:
    """The text is what its bytes say; the page behind 429 and the one with a cookie are there as well."""
    assert {"Bài trong bẫy", "Bài sau khi chờ", "Bài có bánh quy", "Một bài báo thật"} <= set(crawled.titles)


def test_one_article_of_many_names_is_one_article(tmp_path: Path) -> None:
    """Of ten thousand addresses that show one article some are visited; it is stored once and never called changed."""
    outcomes: Counter[str] = Counter()
    with (
        HostileNewspaper() as site,
        Archive(tmp_path / "archive.sqlite", tmp_path / "pages", create=True) as archive,
        Frontier(tmp_path / "frontier.sqlite") as frontier,
        Fetcher("timbao/test", LOCAL) as fetcher,
    ):
        source = replace(site.source, sections=(site.many.url,), sitemaps=(), feeds=())
        (report,) = crawl(
            [source],
            archive,
            frontier,
            fetcher,
            delay=0,
            max_pages=30,
            progress=lambda progress: outcomes.update([progress.outcome]),
        ).sources
        assert archive.counts().articles == 1
        assert archive.counts().revisions == 0
    assert report.found <= SLUGS == 10_000
    assert outcomes["new"] == report.new == 1
    assert outcomes["changed"] == 0
    assert outcomes["unchanged"] > 0


def test_quiet_hours_are_kept(tmp_path: Path) -> None:
    """In its quiet hours a newspaper is not asked for anything; the report says so, and it is not called silent."""
    with (
        HostileNewspaper() as site,
        Archive(tmp_path / "archive.sqlite", tmp_path / "pages", create=True) as archive,
        Frontier(tmp_path / "frontier.sqlite") as frontier,
        Fetcher("timbao/test", LOCAL) as fetcher,
    ):
        (report,) = crawl(
            [replace(site.source, quiet=(QuietHours(0, 24 * 60),))], archive, frontier, fetcher, delay=0
        ).sources
        assert [request for server in site.servers for request in server.requests] == []
    assert report.rejected == (("quiet-hours", 3),)  # one for each host with a list
    assert not report.is_silent


def test_damaged_answers_are_not_silence(tmp_path: Path) -> None:
    """However many pages in a row are damaged, the host that sends them is asked for the rest."""
    broken = {f"/hong-{number}.html" for number in range(10_000, 10_012)}

    def write(connection: socket.socket, path: str) -> object:
        respond = html(list_html([*sorted(broken), "/that-20000.html"])) if path == "/" else NOT_FOUND
        return (BROKEN if path in broken else respond)(connection, path)

    with (
        RawServer(write) as server,
        Archive(tmp_path / "archive.sqlite", tmp_path / "pages", create=True) as archive,
        Frontier(tmp_path / "frontier.sqlite") as frontier,
        Fetcher("timbao/test", LOCAL) as fetcher,
    ):
        source = Source(
            name="x", title="", hosts=(f"127.0.0.1:{server.port}",), scheme="http", sections=("/",)
        )
        (report,) = crawl([source], archive, frontier, fetcher, delay=0).sources
    assert dict(report.failed) == {"bad-content": 12, "http-404": 1}
