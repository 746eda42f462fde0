"""A whole crawl: of the sample newspapers, and of a site that misbehaves."""

from __future__ import annotations

import itertools
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

import pytest

from crawl.archive.store import Archive
from crawl.article import VIETNAM, Page, format_when
from crawl.crawler.pipeline import crawl
from crawl.crawler.report import CrawlReport, Progress, SourceReport
from crawl.crawler.steps import Extracted, KeptPage, Stored
from crawl.crawler.storing import Storing
from crawl.crawler.workers import Workers
from crawl.extraction.sandbox import Extractors
from crawl.fetching.addresses import allowed_networks
from crawl.fetching.fetcher import Fetcher
from crawl.frontier.frontier import Frontier
from crawl.frontier.sitemaps import MAX_ENTRIES
from crawl.sources.source import Selectors, Source
from tests.sample_site import SampleSite, load_papers

LOCAL = allowed_networks("127.0.0.1/32")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An empty archive."""
    with Archive(tmp_path / "archive.sqlite", tmp_path / "pages", create=True) as ours:
        yield ours


@pytest.fixture
def frontier(tmp_path: Path) -> Iterator[Frontier]:
    """An empty frontier."""
    with Frontier(tmp_path / "frontier.sqlite") as ours:
        yield ours


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    """A fetcher that may visit 127.0.0.1."""
    with Fetcher("timbao/test (+https://example.org)", LOCAL, deadline=5, patience=1) as ours:
        yield ours


def sources_of(site: SampleSite) -> tuple[Source, ...]:
    """The sample papers as sources that know nothing but their front pages and feeds."""
    return tuple(
        Source(
            name=name,
            title=name,
            hosts=(url.split("/")[2],),
            scheme="http",
            sections=("/",),
            feeds=tuple(site.papers[name].feeds()),
            delay=0.0,
        )
        for name, url in site.urls.items()
    )


def one_paper() -> SampleSite:
    """The smallest of the sample newspapers alone: `vanthuan`, with 17 articles."""
    return SampleSite(papers=[paper for paper in load_papers() if paper.name == "vanthuan"])


def of(report: CrawlReport, name: str) -> SourceReport:
    """One source's part of the report."""
    return next(source for source in report.sources if source.source == name)


# The sample newspapers


def test_everything_is_found_and_fetched_once(archive: Archive, frontier: Frontier, fetcher: Fetcher) -> None:
    """The first crawl stores all articles, the second looks at lists only; neither at what is forbidden."""
    with SampleSite() as site:
        sources = sources_of(site)
        seen: list[Progress] = []
        first = crawl(sources, archive, frontier, fetcher, delay=0, progress=seen.append)
        for name, paper in site.papers.items():
            assert [a.slug for a in paper.articles if not archive.knows(site.url(name, a))] == []
            part = of(first, name)
            assert (part.new, part.changed, part.failed) == (len(paper.articles), 0, ())
        assert len([progress for progress in seen if progress.outcome == "new"]) == archive.counts().articles
        assert not any("/tim-kiem" in path for _name, path, _agent in site.requests)
        assert {agent for _name, _path, agent in site.requests} == {"timbao/test (+https://example.org)"}
        asked = [(name, path) for name, path, _agent in site.requests]
        assert len(asked) == len(set(asked))

        site.requests.clear()
        second = crawl(sources, archive, frontier, fetcher, delay=0)
        articles = {(name, paper.path(a)) for name, paper in site.papers.items() for a in paper.articles}
        assert not articles & {(name, path) for name, path, _agent in site.requests}
        assert all((part.found, part.new, part.changed) == (0, 0, 0) for part in second.sources)
        assert all(part.fetched > 0 for part in second.sources)


def test_news_and_changes(archive: Archive, frontier: Frontier, fetcher: Fetcher) -> None:
    """A new article is found by the next crawl, and a changed one too where its sitemap tells; and only those."""
    with one_paper() as site:
        sources = sources_of(site)
        crawl(sources, archive, frontier, fetcher, delay=0)
        paper = site.papers["vanthuan"]
        old = paper.newest[0]
        later = old.published + timedelta(days=1)
        site.add(
            "vanthuan", replace(old, id=9_999_999, slug="mot-bai-moi", title="Một bài mới", published=later)
        )
        report = crawl(sources, archive, frontier, fetcher, delay=0)
        assert (of(report, "vanthuan").found, of(report, "vanthuan").new) == (1, 1)

        # A sitemap tells whole seconds: dated now, the change would seem older than a visit in the same second.
        now = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
        added = "\n\nTòa soạn sẽ tiếp tục thông tin đến bạn đọc."
        site.replace("vanthuan", replace(old, body=old.body + added, updated=now))
        assert of(crawl(sources, archive, frontier, fetcher, delay=0), "vanthuan").changed == 1
        rechecked = of(crawl(sources, archive, frontier, fetcher, delay=0, recheck=True), "vanthuan")
        assert (rechecked.new, rechecked.changed) == (0, 0)
        assert rechecked.unchanged == len(site.papers["vanthuan"].articles)
        assert archive.counts().revisions == 1


def test_an_article_that_was_withdrawn_is_a_failure_and_stays(
    archive: Archive, frontier: Frontier, fetcher: Fetcher
) -> None:
    """Nothing is lost when a paper takes an article off its site."""
    with one_paper() as site:
        sources = sources_of(site)
        crawl(sources, archive, frontier, fetcher, delay=0)
        gone = site.papers["vanthuan"].articles[0]
        site.remove("vanthuan", gone)
        report = crawl(sources, archive, frontier, fetcher, delay=0, recheck=True)
        assert of(report, "vanthuan").failed == (("http-404", 1),)
        assert archive.find(site.url("vanthuan", gone))[0].article.title


def test_since(archive: Archive, frontier: Frontier, fetcher: Fetcher) -> None:
    """Older articles are not stored; a later crawl without `since` stores them."""
    with one_paper() as site:
        sources = sources_of(site)
        since = date(2021, 1, 1)
        crawl(sources, archive, frontier, fetcher, delay=0, since=since)
        for name, paper in site.papers.items():
            for article in paper.articles:
                assert archive.knows(site.url(name, article)) == (article.published.date() >= since)
        crawl(sources, archive, frontier, fetcher, delay=0)
        assert archive.counts().articles == sum(len(paper.articles) for paper in site.papers.values())


def test_max_pages_and_dry_run(archive: Archive, frontier: Frontier, fetcher: Fetcher) -> None:
    """No more pages than allowed; a dry run reads lists, stores nothing and forgets what it found."""
    with one_paper() as site:
        sources = sources_of(site)
        tried = crawl(sources, archive, frontier, fetcher, delay=0, dry_run=True)
        assert sum(part.found for part in tried.sources) == 17
        assert archive.counts().pages == 0
        assert frontier.states() == ()
        few = crawl(sources, archive, frontier, fetcher, delay=0, max_pages=7)
        assert sum(part.fetched for part in few.sources) == 7
        assert crawl(sources, archive, frontier, fetcher, delay=0, max_pages=0).sources[0].fetched == 0
        rest = crawl(sources, archive, frontier, fetcher, delay=0)
        assert sum(part.new for part in few.sources) + sum(part.new for part in rest.sources) == 17


def test_a_dry_run_beside_a_crawl(archive: Archive, frontier: Frontier, fetcher: Fetcher) -> None:
    """It needs no right to write to the archive, which another process may be holding."""
    with one_paper() as site, Archive(archive._path, archive._path.parent / "pages") as other, other.batch():
        archive._db.execute("PRAGMA busy_timeout = 0")
        tried = crawl(sources_of(site), archive, frontier, fetcher, delay=0, dry_run=True)
    assert tried.sources[0].found == 17


_CRAWL = """
import sys
from pathlib import Path
from crawl.fetching.addresses import allowed_networks
from crawl.archive.store import Archive
from crawl.crawler.pipeline import crawl
from crawl.fetching.fetcher import Fetcher
from crawl.frontier.frontier import Frontier
from crawl.sources.source import Source

folder = Path(sys.argv[1])
sources = [Source(name=h, title=h, hosts=(h,), scheme="http", sections=("/",)) for h in sys.argv[2:]]
with (
    Archive(folder / "archive.sqlite", folder / "pages", create=True) as archive,
    Frontier(folder / "frontier.sqlite") as frontier,
    Fetcher("timbao/test", allowed_networks("127.0.0.1/32")) as fetcher,
):
    say = lambda progress: print(progress.outcome, flush=True)
    report = crawl(sources, archive, frontier, fetcher, delay=0.0, progress=say)
    print("ended", report.interrupted, flush=True)
"""


def _start(folder: Path, site: SampleSite) -> subprocess.Popen[str]:
    hosts = [url.split("/")[2] for url in site.urls.values()]
    command = [sys.executable, "-c", _CRAWL, str(folder), *hosts]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent)


@pytest.mark.parametrize("stored", [1, 9])
def test_a_kill_in_the_middle_loses_nothing(tmp_path: Path, stored: int) -> None:
    """After kill -9 the next crawl completes the work, and what was stored stays stored."""
    with one_paper() as site:
        with _start(tmp_path, site) as killed:
            assert killed.stdout is not None
            for _ in range(stored):
                while killed.stdout.readline().strip() != "new":
                    pass
            killed.send_signal(signal.SIGKILL)
        with _start(tmp_path, site) as second:
            output, _ = second.communicate(timeout=60)
        assert output.split()[-2:] == ["ended", "False"]
        assert output.split().count("new") <= 17 - stored
        with Archive(tmp_path / "archive.sqlite", tmp_path / "pages") as archive:
            assert archive.counts().articles == 17
            assert archive.counts().revisions == 0
            for name, paper in site.papers.items():
                assert all(archive.raw_page(archive.find(site.url(name, a))[0].id) for a in paper.articles)


def test_control_c_ends_the_crawl_with_a_report(tmp_path: Path) -> None:
    """An interrupt stores what was fetched, says so, and the next crawl goes on from there."""
    with one_paper() as site:
        with _start(tmp_path, site) as process:
            assert process.stdout is not None
            while process.stdout.readline().strip() != "new":
                pass
            process.send_signal(signal.SIGINT)
            output, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        assert output.split()[-2:] == ["ended", "True"]
        with _start(tmp_path, site) as second:
            second.communicate(timeout=60)
        with Archive(tmp_path / "archive.sqlite", tmp_path / "pages") as archive:
            assert archive.counts().articles == 17


# A site that misbehaves


class Site:
    """A newspaper on 127.0.0.1 whose paths are functions of the request; any other path is 404."""

    def __init__(self, **paths: Callable[[BaseHTTPRequestHandler], None]) -> None:
        self.paths = {f"/{name}": answer for name, answer in paths.items()}
        self.requests: list[tuple[str, float]] = []
        self._server = _Server(self)
        self.host = f"127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def source(self, **rest: object) -> Source:
        """The newspaper as a source without delay that begins at its front page."""
        told = {"sections": ("/",), "delay": 0.0, "scheme": "http", **rest}
        return Source(name=self.host, title="", hosts=(self.host,), **told)  # type: ignore[arg-type]

    def times(self, path: str) -> list[float]:
        """When a path was asked for."""
        return [moment for asked, moment in self.requests if asked == path]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, site: Site) -> None:
        self.site = site
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        site = cast("_Server", self.server).site
        site.requests.append((self.path, time.monotonic()))
        site.paths.get(self.path, status(404))(self)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def text(
    body: str, kind: str = "text/html; charset=utf-8", code: int = 200, **headers: str
) -> Callable[[BaseHTTPRequestHandler], None]:
    """An answer with a body; header names are written with underscores."""

    def write(handler: BaseHTTPRequestHandler) -> None:
        content = body.encode()
        handler.send_response(code)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)

    return write


def status(code: int, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """An answer without a body."""
    return text("", code=code, **headers)


def anchors(*targets: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """A list page."""
    return text(
        "<html><body>" + "".join(f'<a href="{target}">x</a>' for target in targets) + "</body></html>"
    )


def article(title: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """A plain article page, published on 15 March 2021."""
    paragraph = "Hội Kỹ sư nông nghiệp tỉnh vừa tổng kết những việc làm thiết thực cho công tác dân vận. "
    return text(
        f'<html><head><title>{title}</title><meta property="og:type" content="article">'
        '<meta property="article:published_time" content="2021-03-15T22:42:00+07:00"></head>'
        f"<body><article><h1>{title}</h1>{f'<p>{paragraph * 3}</p>' * 4}</article></body></html>"
    )


def test_bad_pages_do_not_end_the_crawl(archive: Archive, frontier: Frontier) -> None:
    """Every kind of failure is counted under its reason, and the good page among them is stored."""
    with Site(**{
        "": anchors(*(f"/bai-1000{n}.html" for n in range(9))),
        "bai-10000.html": article("Một bài báo thật"),
        "bai-10001.html": status(500),
        "bai-10002.html": text("", code=302, Location="/bai-10002.html"),
        "bai-10003.html": text("x", code=302, Location="http://127.0.0.2/"),
        "bai-10004.html": text("not gzip", Content_Encoding="gzip"),
        "bai-10005.html": text("<html><body>không có gì</body></html>"),
        "bai-10006.html": text("\0\x01", kind="image/png"),
        "bai-10007.html": text("x" * 2**21, kind="text/html"),
    }) as site, Fetcher("timbao/test", LOCAL, max_bytes=2**20) as small:  # fmt: skip
        (report,) = crawl([site.source()], archive, frontier, small, delay=0).sources
    assert report.new == 1
    assert dict(report.failed) == {
        "http-500": 1,
        "http-404": 1,
        "too-many-redirects": 1,
        "refused-redirect": 1,
        "bad-content": 1,
        "too-large": 1,
    }
    assert sum(number for _reason, number in report.rejected) == 2


def test_an_error_nobody_foresaw_is_its_page_s_failure(
    archive: Archive, frontier: Frontier, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page at which the program itself fails is named with the error, the others are stored, and the next crawl
    tries that page again.
    """
    store = Storing.store

    def stumble(self: Storing, extracted: Extracted) -> Stored:
        if extracted.request.url.endswith("/bai-10000.html"):
            raise ZeroDivisionError("of a kind nobody foresaw")
        return store(self, extracted)

    paths = ("bai-10000.html", "bai-10001.html")
    with Site(**{"": anchors(*paths), **{path: article(f"Bài {path}") for path in paths}}) as site:
        monkeypatch.setattr(Storing, "store", stumble)
        (first,) = crawl([site.source()], archive, frontier, fetcher, delay=0).sources
        monkeypatch.undo()
        (second,) = crawl([site.source()], archive, frontier, fetcher, delay=0).sources
    assert (first.new, dict(first.failed)) == (1, {"unforeseen": 1})
    assert "bai-10000.html: ZeroDivisionError: of a kind" in dict(first.examples)["unforeseen"]
    assert (second.new, second.failed) == (1, ())


def test_an_error_in_a_worker_ends_no_crawl_and_holds_none(
    archive: Archive, frontier: Frontier, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where fetching itself fails as nobody foresaw, that page is named with the error, and the crawl goes on."""
    get = Fetcher.get

    def stumble(self: Fetcher, url: str, **how: Any) -> Page:
        if url.endswith("/bai-10000.html"):
            raise ZeroDivisionError("of a kind nobody foresaw")
        return get(self, url, **how)

    paths = ("bai-10000.html", "bai-10001.html")
    with Site(**{"": anchors(*paths), **{path: article(f"Bài {path}") for path in paths}}) as site:
        monkeypatch.setattr(Fetcher, "get", stumble)
        (report,) = crawl([site.source()], archive, frontier, fetcher, delay=0).sources
    assert (report.new, dict(report.failed)) == (1, {"unforeseen": 1})


def test_failures_are_tried_again_by_the_next_crawl(
    archive: Archive, frontier: Frontier, fetcher: Fetcher
) -> None:
    """A page that failed is fetched once it is well, and its time is remembered across crawls."""
    with Site(**{"": anchors("/bai-10000.html"), "bai-10000.html": status(500)}) as site:
        (first,) = crawl([site.source()], archive, frontier, fetcher, delay=0).sources
        site.paths["/bai-10000.html"] = article("Một bài báo thật")
        (second,) = crawl([site.source()], archive, frontier, fetcher, delay=0).sources
    assert (first.failed, first.new) == ((("http-500", 1),), 0)
    assert (second.failed, second.new) == ((), 1)


def test_a_busy_server_gets_its_time(archive: Archive, frontier: Frontier, fetcher: Fetcher) -> None:
    """429 with Retry-After: the same page is asked for again, not before that time, and then stored."""
    with Site(**{"": anchors("/bai-10000.html")}) as site:

        def busy_once(handler: BaseHTTPRequestHandler) -> None:
            first = len(site.times("/bai-10000.html")) == 1
            (status(429, Retry_After="1") if first else article("Một bài báo thật"))(handler)

        site.paths["/bai-10000.html"] = busy_once
        (report,) = crawl([site.source()], archive, frontier, fetcher, delay=0).sources
        first, second = site.times("/bai-10000.html")
    assert (report.new, report.failed) == (1, ())
    assert second - first >= 1


def test_a_server_that_asks_for_hours_is_left_and_its_pages_wait(
    archive: Archive, frontier: Frontier, fetcher: Fetcher
) -> None:
    """The crawl ends instead of sleeping; nothing is forgotten. What the server asks binds every page of it, and the
    next crawl too, which says until when; after that time everything is fetched.
    """
    with Site(
        **{"": anchors("/a-10000.html", "/b-10001.html"), "a-10000.html": status(503, Retry_After="9999")}
    ) as site:
        (report,) = crawl([site.source()], archive, frontier, fetcher, delay=0).sources
        assert site.times("/b-10001.html") == []
        assert report.failed == (("http-503", 1),)
        until = frontier.rests_until(site.host)
        assert until is not None
        assert 9900 < (until - datetime.now(UTC)).total_seconds() <= 9999
        assert site.host in dict(report.examples)["http-503"]
        (state,) = frontier.states()
        assert (state.failed, state.waiting) == (1, 1)

        site.requests.clear()
        site.paths |= {f"/{path}.html": article(f"Bài {path}") for path in ("a-10000", "b-10001")}
        (report,) = crawl([site.source()], archive, frontier, fetcher, delay=0, recheck=True).sources
        assert site.requests == []
        assert (report.rejected, report.failed) == ((("retry-after", 1),), ())
        said = format_when(until.astimezone(VIETNAM).replace(microsecond=0))
        assert dict(report.examples)["retry-after"].endswith(said)
        assert not report.is_silent

        began = time.monotonic()
        frontier.rest(site.host, until=datetime.now(UTC) + timedelta(seconds=0.5))
        (report,) = crawl([site.source()], archive, frontier, fetcher, delay=0).sources
        assert site.requests[0][1] - began > 0.4
    assert (report.new, report.failed, report.rejected) == (2, (), ())


def test_a_busy_host_binds_no_host_that_leads_there(
    archive: Archive, frontier: Frontier, fetcher: Fetcher
) -> None:
    """Where a page leads to another host of the newspaper that asks for hours, that host alone is left alone."""
    with Site() as old, Site() as new:
        there = f"http://{new.host}/bai-10000.html"
        old.paths = {
            "/": anchors("/cu-10000.html", "/bai-10001.html", f"http://{new.host}/"),
            "/cu-10000.html": status(302, Location=there),
            "/bai-10001.html": article("Một bài báo thật"),
        }
        new.paths = {"/": article("Bài"), "/bai-10000.html": status(503, Retry_After="9999")}
        source = replace(old.source(), hosts=(old.host, new.host), sections=("/", f"http://{new.host}/"))
        (report,) = crawl([source], archive, frontier, fetcher, delay=0).sources
    assert frontier.rests_until(old.host) is None
    assert frontier.rests_until(new.host) is not None
    assert archive.knows(f"http://{old.host}/bai-10001.html")
    assert report.failed == (("http-503", 1),)
    assert frontier.known(there)


def test_a_robots_txt_that_asks_for_hours_binds_the_host_too(
    archive: Archive, frontier: Frontier, fetcher: Fetcher
) -> None:
    """429 with Retry-After for robots.txt: no crawl asks for anything before that time."""
    with Site(**{"": article("Bài"), "robots.txt": status(429, Retry_After="9999")}) as site:
        for reason in ("robots-unavailable", "retry-after"):
            (report,) = crawl([site.source()], archive, frontier, fetcher, delay=0).sources
            assert reason in dict((*report.failed, *report.rejected))
            assert site.host in dict(report.examples)[reason]
        assert len(site.requests) == 1


@pytest.mark.parametrize(
    "asked", ["99999999999", "Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 -2359"]
)
@pytest.mark.parametrize("path", ["/", "/robots.txt"])
def test_a_slip_in_what_a_host_asks_silences_it_for_a_week_at_most(
    archive: Archive, frontier: Frontier, fetcher: Fetcher, path: str, asked: str
) -> None:
    """Retry-After of a thousand years, in seconds or as a date, on a page or on robots.txt."""
    with Site(**{path[1:]: status(503, Retry_After=asked)}) as site:
        crawl([site.source()], archive, frontier, fetcher, delay=0)
    until = frontier.rests_until(site.host)
    assert until is not None
    assert timedelta(days=6) < until - datetime.now(UTC) <= timedelta(days=7)


@pytest.mark.parametrize("asked", ["-5", "NaN", "1e9", "Fri, 31 Dec 99999 23:59:59 GMT", "", "0"])
def test_what_asks_for_no_time_binds_nobody(
    archive: Archive, frontier: Frontier, fetcher: Fetcher, asked: str
) -> None:
    """A Retry-After that means nothing leaves no rest behind."""
    with Site(**{"robots.txt": status(503, Retry_After=asked)}) as site:
        crawl([site.source()], archive, frontier, fetcher, delay=0)
    assert frontier.rests_until(site.host) is None


def test_a_short_wait_that_was_asked_for_is_kept_by_the_next_crawl(
    archive: Archive, frontier: Frontier, fetcher: Fetcher
) -> None:
    """A crawl that ends while it waits for a host leaves the rest of the time to the next one."""
    with Site(**{"": status(503, Retry_After="1")}) as site:
        crawl([site.source()], archive, frontier, fetcher, delay=0, max_pages=1)
        site.paths["/"] = article("Bài")
        crawl([site.source()], archive, frontier, fetcher, delay=0, max_pages=1)
        (first, second) = site.times("/")
    assert second - first >= 1


@pytest.mark.parametrize(
    "robots", ["User-agent: timbao\nDisallow: /kin/\n", "User-agent: *\nDisallow: /kin/"]
)
def test_robots_txt_is_obeyed(archive: Archive, frontier: Frontier, fetcher: Fetcher, robots: str) -> None:
    """What is disallowed is not asked for, by link or by redirect; sitemaps it names are read."""
    with Site() as site:
        site.paths = {
            "/robots.txt": text(f"{robots}\nSitemap: http://{site.host}/so-do.xml", kind="text/plain"),
            "/": anchors("/kin/bai-10000.html", "/bai-10001.html"),
            "/bai-10001.html": status(301, Location="/kin/bai-10000.html"),
            "/so-do.xml": text(f"<urlset><url><loc>http://{site.host}/bai-10002.html</loc></url></urlset>"),
            "/bai-10002.html": article("Một bài báo thật"),
            "/kin/bai-10000.html": article("Một bài báo kín"),
        }
        (report,) = crawl([site.source()], archive, frontier, fetcher, delay=0).sources
        assert site.times("/kin/bai-10000.html") == []
        assert len(site.times("/robots.txt")) == 1
    assert report.new == 1
    assert report.rejected == (("robots.txt", 1),)
    assert report.failed == (("refused-redirect", 1),)


def test_pages_that_are_not_visited_are_passed_over_to_the_last(
    archive: Archive, frontier: Frontier, fetcher: Fetcher
) -> None:
    """However many addresses robots.txt forbids, each is counted once, and the one page behind them is fetched."""
    forbidden = [f"/kin/bai-{number}.html" for number in range(10_000, 10_350)]
    with Site(**{
        "robots.txt": text("User-agent: *\nDisallow: /kin/", kind="text/plain"),
        "": anchors(*forbidden, "/bai-20000.html"),
        "bai-20000.html": article("Một bài báo thật"),
    }) as site:  # fmt: skip
        (report,) = crawl([site.source()], archive, frontier, fetcher, delay=0).sources
        assert dict(report.examples) == {"robots.txt": f"http://{site.host}{forbidden[0]}"}
    assert (report.new, report.rejected) == (1, (("robots.txt", 350),))


def test_without_robots_txt_to_be_had_nothing_is_fetched(
    archive: Archive, frontier: Frontier, fetcher: Fetcher
) -> None:
    """A robots.txt that answers 500 means to wait; the next crawl finds everything still waiting."""
    with Site(
        **{"": anchors("/bai-10000.html"), "bai-10000.html": article("Bài"), "robots.txt": status(500)}
    ) as site:
        (report,) = crawl([site.source()], archive, frontier, fetcher, delay=0).sources
        assert [path for path, _moment in site.requests] == ["/robots.txt"]
        assert (report.fetched, report.failed) == (0, (("robots-unavailable", 1),))
        assert dict(report.examples) == {"robots-unavailable": f"http://{site.host}/robots.txt"}
        assert report.is_silent
        site.paths["/robots.txt"] = status(404)
        (report,) = crawl([site.source()], archive, frontier, fetcher, delay=0).sources
    assert report.new == 1


def test_a_robots_txt_that_leads_elsewhere_is_none(
    archive: Archive, frontier: Frontier, fetcher: Fetcher
) -> None:
    """A redirect of robots.txt out of the newspaper is not followed, and forbids nothing."""
    with Site() as other, Site() as site:
        site.paths = {"/robots.txt": status(302, Location=f"http://{other.host}/"), "/": article("Bài")}
        (report,) = crawl([site.source()], archive, frontier, fetcher, delay=0).sources
        assert other.requests == []
    assert report.fetched == 1


def test_politeness(archive: Archive, frontier: Frontier, fetcher: Fetcher) -> None:
    """One request at a time, never sooner than the longer of our delay and theirs; `delay` replaces both."""
    with Site(**{"": anchors(*(f"/bai-1000{n}.html" for n in range(4)))}) as site:
        site.paths["/robots.txt"] = text("User-agent: *\nCrawl-delay: 0.2", kind="text/plain")
        crawl([site.source(delay=0.1)], archive, frontier, fetcher)
        moments = [moment for _path, moment in site.requests[1:]]
        assert len(moments) == 5
        assert all(later - earlier >= 0.2 for earlier, later in itertools.pairwise(moments))


def test_a_page_is_stored_before_it_is_read(
    archive: Archive, frontier: Frontier, fetcher: Fetcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a page is handed to those who read it, it is in the archive for good: another process would see it."""
    extract = Workers.extract
    found: list[tuple[str, ...]] = []

    def look(self: Workers, kept: KeptPage) -> None:
        if kept.number is not None:
            with Archive(tmp_path / "archive.sqlite", tmp_path / "pages", read_only=True) as other:
                found.append((other.page(kept.number).url, kept.request.url))
        extract(self, kept)

    monkeypatch.setattr(Workers, "extract", look)
    paths = ("/bai-10000.html", "/bai-10001.html")
    with Site(**{"": anchors(*paths), **{path[1:]: article(f"Bài {path}") for path in paths}}) as site:
        crawl([site.source()], archive, frontier, fetcher, delay=0)
        assert sorted(found) == [(f"http://{site.host}{path}",) * 2 for path in paths]


def test_a_page_that_takes_long_to_read_does_not_hold_the_others(
    archive: Archive, frontier: Frontier, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a page of one paper is read, another paper is crawled to its end; the first has its turn after that."""
    run = Extractors.run
    release = threading.Event()
    order: list[str] = []
    with (
        Site(**{"": anchors("/bai-10000.html"), "bai-10000.html": article("Bài")}) as one,
        Site(**{"": anchors(*(f"/bai-1000{n}.html" for n in range(3)))}) as other,
    ):

        def slow(self: Extractors, task: Any, page: Page, source: Source) -> Any:
            if source.name == one.host:
                release.wait(60)
            return run(self, task, page, source)

        def progress(now: Progress) -> None:
            order.append(now.source)
            if order.count(other.host) == 4:
                release.set()

        monkeypatch.setattr(Extractors, "run", slow)
        crawl([one.source(), other.source()], archive, frontier, fetcher, delay=0, progress=progress)
        assert order == [other.host] * 4 + [one.host] * 2
        assert len(one.times("/bai-10000.html")) == 1


def test_a_slow_host_does_not_hold_the_others(archive: Archive, frontier: Frontier) -> None:
    """While one paper takes its time for a single page, another is crawled to its end."""
    release = threading.Event()
    order: list[str] = []

    def slow(handler: BaseHTTPRequestHandler) -> None:
        release.wait(60)
        status(404)(handler)

    with (
        Site(**{"": slow}) as one,
        Site(**{"": anchors(*(f"/bai-1000{n}.html" for n in range(5)))}) as other,
        Fetcher("timbao/test", LOCAL) as patient,
    ):

        def progress(now: Progress) -> None:
            order.append(now.source)
            if order.count(other.host) == 6:
                release.set()

        crawl([one.source(), other.source()], archive, frontier, patient, delay=0, progress=progress)
        assert order == [other.host] * 6 + [one.host]


def test_a_dead_host_is_left_soon(archive: Archive, frontier: Frontier, fetcher: Fetcher) -> None:
    """After a few silences the host's other pages are left to the next crawl."""

    def hang_up(handler: BaseHTTPRequestHandler) -> None:
        handler.connection.close()

    with Site(**{"": anchors(*(f"/bai-{n}.html" for n in range(10_000, 10_050)))}) as site:
        site.paths |= {f"/bai-{n}.html": hang_up for n in range(10_000, 10_050)}
        (report,) = crawl([site.source()], archive, frontier, fetcher, delay=0).sources
        assert len(site.requests) < 12
    assert sum(number for _reason, number in report.failed) <= 5
    (state,) = frontier.states()
    assert state.waiting + state.failed == 50


def test_endless_lists_end(archive: Archive, frontier: Frontier, fetcher: Fetcher) -> None:
    """A site that repeats its last page for ever is soon left; endless sitemaps starve no article."""
    with Site() as site:
        numbered = {f"/?page={n}": anchors("/bai-10000.html", f"/?page={n + 1}") for n in range(2, 500)}
        site.paths = {
            "/": anchors("/bai-10000.html", "/?page=2"),
            "/bai-10000.html": article("Bài"),
            **numbered,
        }
        crawl([site.source()], archive, frontier, fetcher, delay=0)
        assert len(site.requests) < 8

    with Site() as site:

        def chain(n: int) -> str:
            loc = f"http://{site.host}/so-do-{n + 1}.xml"
            return f"<sitemapindex><sitemap><loc>{loc}</loc></sitemap></sitemapindex>"

        site.paths = {f"/so-do-{n}.xml": text(chain(n)) for n in range(200)}
        site.paths["/"] = anchors("/bai-10000.html", "/bai-10001.html")
        source = site.source(sitemaps=("/so-do-0.xml",))
        crawl([source], archive, frontier, fetcher, delay=0, max_pages=12)
        assert site.times("/bai-10000.html")
        assert site.times("/bai-10001.html")


def test_nothing_leaves_the_newspaper(archive: Archive, frontier: Frontier, fetcher: Fetcher) -> None:
    """Links, sitemaps, feeds and refreshes to another port of an allowed address are not followed."""
    with Site() as other, Site() as site:
        away = f"http://{other.host}/bai-10000.html"
        site.paths = {
            "/": text(f'<meta http-equiv="refresh" content="0;url={away}"><a href="{away}">x</a>'),
            "/so-do.xml": text(f"<sitemapindex><sitemap><loc>{away}</loc></sitemap></sitemapindex>"),
            "/so-do-2.xml": text(f"<urlset><url><loc>{away}</loc></url></urlset>"),
            "/rss": text(f"<rss><channel><item><link>{away}</link></item></channel></rss>"),
        }
        source = site.source(sitemaps=("/so-do.xml", "/so-do-2.xml"), feeds=("/rss",))
        (report,) = crawl([source], archive, frontier, fetcher, delay=0).sources
        assert other.requests == []
    assert (report.fetched, report.found) == (4, 0)


def test_an_address_that_is_not_allowed_is_reported_once(archive: Archive, frontier: Frontier) -> None:
    """Without permission for this machine nothing is asked; the report names the reason."""
    with Site(**{"": anchors("/bai-10000.html")}) as site, Fetcher("timbao/test") as strict:
        (report,) = crawl([site.source()], archive, frontier, strict, delay=0).sources
        assert site.requests == []
    assert report.failed == (("refused-address", 1),)
    assert "TIMBAO_ALLOW_ADDRESSES=127.0.0.1" in dict(report.examples)["refused-address"]


def test_an_article_moves_and_keeps_its_identity(
    archive: Archive, frontier: Frontier, fetcher: Fetcher
) -> None:
    """Fetched under an old address that redirects, it is stored once and known by both."""
    with Site(**{
        "": anchors("/cu-10000.html", "/moi-20000.html"),
        "cu-10000.html": status(301, Location="/moi-20000.html"),
        "moi-20000.html": article("Một bài báo thật"),
    }) as site:  # fmt: skip
        (report,) = crawl([site.source()], archive, frontier, fetcher, delay=0).sources
        assert archive.knows(f"http://{site.host}/cu-10000.html")
        assert archive.knows(f"http://{site.host}/moi-20000.html")
    assert report.new == 1
    assert archive.counts().articles == 1


def test_changes_are_seen_under_an_address_that_calls_itself_another(
    archive: Archive, frontier: Frontier, fetcher: Fetcher
) -> None:
    """An article whose page names a canonical URL that is never visited itself gets its revisions all the same."""

    def canonical(title: str) -> Callable[[BaseHTTPRequestHandler], None]:
        body = "Hội Kỹ sư nông nghiệp tỉnh vừa tổng kết những việc làm thiết thực cho công tác dân vận. " * 4
        return text(
            f'<html><head><title>{title}</title><link rel="canonical" href="/chinh-10000.html">'
            f'<meta property="og:type" content="article"></head><body><h1>{title}</h1><p>{body}</p></body></html>'
        )

    with Site(**{"": anchors("/di-10000.html"), "di-10000.html": canonical("Một bài báo thật")}) as site:
        crawl([site.source()], archive, frontier, fetcher, delay=0)
        site.paths["/di-10000.html"] = canonical("Một bài báo đã sửa")
        (report,) = crawl([site.source()], archive, frontier, fetcher, delay=0, recheck=True).sources
        (stored,) = archive.find(f"http://{site.host}/chinh-10000.html")
    assert (report.changed, report.unchanged) == (1, 0)
    assert len(archive.revisions(stored.id)) == 2


def test_another_host_of_the_paper_is_asked_by_its_own_rules(
    archive: Archive, frontier: Frontier, fetcher: Fetcher
) -> None:
    """A redirect to a host that was not met yet waits for that host's robots.txt, and is stored if that allows it."""
    with Site() as old, Site() as new:
        old.paths = {
            "/": anchors("/kin-10000.html", "/bai-10001.html"),
            "/kin-10000.html": status(301, Location=f"http://{new.host}/kin/bai-10000.html"),
            "/bai-10001.html": status(301, Location=f"http://{new.host}/bai-10001.html"),
        }
        new.paths = {
            "/robots.txt": text("User-agent: *\nDisallow: /kin/", kind="text/plain"),
            "/bai-10001.html": article("Một bài báo thật"),
            "/kin/bai-10000.html": article("Một bài báo kín"),
        }
        source = replace(old.source(), hosts=(old.host, new.host))
        (report,) = crawl([source], archive, frontier, fetcher, delay=0).sources
        assert new.requests[0][0] == "/robots.txt"
        assert new.times("/kin/bai-10000.html") == []
    assert (report.new, report.failed, report.rejected) == (1, (), (("robots.txt", 1),))
    assert archive.knows(f"http://{new.host}/bai-10001.html")


def test_a_selector_that_is_wrong_is_named_and_its_pages_wait(
    archive: Archive, frontier: Frontier, fetcher: Fetcher
) -> None:
    """A wrong selector in an entry fails each article under a reason of its own, with a sentence that names the
    selector; the pages are kept, tried again ever later, and stored once the entry is right.
    """
    with Site(**{"": anchors("/bai-10000.html"), "bai-10000.html": article("Một bài báo thật")}) as site:
        wrong = replace(site.source(), selectors=Selectors(body=("div[",)))
        for _crawl in range(4):
            (report,) = crawl([wrong], archive, frontier, fetcher, delay=0).sources
            assert report.failed == (("bad-selector", 1),)
            assert "div[" in dict(report.examples)["bad-selector"]
            assert not report.is_silent
        assert crawl([wrong], archive, frontier, fetcher, delay=0).sources[0].failed == ()
        assert len(site.times("/bai-10000.html")) == archive.counts().pages == 4
        (report,) = crawl([site.source()], archive, frontier, fetcher, delay=0, recheck=True).sources
    assert report.new == 1


def test_rechecks_in_parts_come_round(archive: Archive, frontier: Frontier, fetcher: Fetcher) -> None:
    """Each `recheck` of a few pages goes on where the one before ended, so that none is never looked at again."""
    numbers = range(10_000, 10_006)
    with Site(**{f"bai-{n}.html": article(f"Bài báo số {n}") for n in numbers}) as site:
        site.paths["/"] = anchors(*(f"/bai-{n}.html" for n in numbers))
        crawl([site.source()], archive, frontier, fetcher, delay=0)
        site.requests.clear()
        for _part in range(3):
            crawl([site.source()], archive, frontier, fetcher, delay=0, recheck=True, max_pages=4)
        seen = {path for path, _moment in site.requests if "bai" in path}
    assert len(seen) >= 5


def test_a_paper_of_which_nothing_arrives_is_silent(
    archive: Archive, frontier: Frontier, fetcher: Fetcher
) -> None:
    """Answers that are all refusals are no arrival; one good page among many bad ones is."""
    with Site(**{"": status(403)}) as site:
        (report,) = crawl([site.source()], archive, frontier, fetcher, delay=0).sources
        assert (report.fetched, report.arrived, report.is_silent) == (1, 0, True)
        assert dict(report.examples) == {"http-403": f"http://{site.host}/"}
        site.paths["/"] = anchors(*(f"/bai-{n}.html" for n in range(10_000, 10_005)))
        (report,) = crawl([site.source()], archive, frontier, fetcher, delay=0).sources
        assert (report.arrived, report.failed, report.is_silent) == (1, (("http-404", 5),), False)


def test_stopping_from_outside(archive: Archive, frontier: Frontier, fetcher: Fetcher) -> None:
    """When `stop` is set, what is in flight is cut, what came is stored, and the report says so."""
    stop = threading.Event()

    def endless(_handler: BaseHTTPRequestHandler) -> None:
        stop.set()
        time.sleep(3)

    with Site(**{"": anchors("/bai-10000.html", "/bai-10001.html"), "bai-10000.html": endless}) as site:
        report = crawl([site.source()], archive, frontier, fetcher, delay=0, stop=stop)
        assert site.times("/bai-10001.html") == []
    assert report.interrupted
    assert report.sources[0].failed == ()
    (state,) = frontier.states()
    assert (state.done, state.waiting) == (1, 2)


@pytest.mark.parametrize("step", ["fetched", "extracted"])
@pytest.mark.parametrize(("kind", "found"), [("list", 0), ("article", 1)])
def test_stopping_before_a_list(
    archive: Archive,
    frontier: Frontier,
    fetcher: Fetcher,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    kind: str,
    found: int,
) -> None:
    """A list that comes, or is read, after `stop` is set is left unread for the next crawl; an article is stored."""
    stop = threading.Event()
    get, run = Fetcher.get, Extractors.run
    awaited = "/" if kind == "list" else "/bai-10000.html"

    def get_and_stop(self: Fetcher, url: str, **how: Any) -> Page:
        page = get(self, url, **how)
        if step == "fetched" and url.endswith(awaited):
            stop.set()
        return page

    def run_and_stop(self: Extractors, task: Any, page: Page, source: Source) -> Any:
        contents = run(self, task, page, source)
        if step == "extracted" and page.url.endswith(awaited):
            stop.set()
        return contents

    monkeypatch.setattr(Fetcher, "get", get_and_stop)
    monkeypatch.setattr(Extractors, "run", run_and_stop)
    with Site(**{"": anchors("/bai-10000.html"), "bai-10000.html": article("Bài")}) as site:
        report = crawl([site.source()], archive, frontier, fetcher, delay=0, stop=stop)
        assert report.interrupted
        assert (report.sources[0].found, report.sources[0].new) == (found, found)
        monkeypatch.undo()
        (next_report,) = crawl([site.source()], archive, frontier, fetcher, delay=0).sources
        assert len(site.times("/")) == 2
    assert next_report.new == 1 - found


def test_stopping_among_pages_that_are_not_visited(
    archive: Archive, frontier: Frontier, fetcher: Fetcher
) -> None:
    """`stop` is looked at between pages that need no request too; those that were not looked at wait."""
    stop = threading.Event()
    with Site(**{
        "robots.txt": text("User-agent: *\nDisallow: /bai", kind="text/plain"),
        "": anchors(*(f"/bai-1000{number}.html" for number in range(9))),
    }) as site:  # fmt: skip
        report = crawl(
            [site.source()],
            archive,
            frontier,
            fetcher,
            delay=0,
            stop=stop,
            progress=lambda progress: stop.set() if progress.outcome == "robots.txt" else None,
        )
    assert report.interrupted
    assert dict(report.sources[0].rejected) == {"robots.txt": 1}


def test_a_sitemap_beyond_the_limit_is_told(archive: Archive, frontier: Frontier, fetcher: Fetcher) -> None:
    """What a sitemap names beyond the limit is left out and counted; articles and sections are told apart."""
    with Site() as site:
        names = ("bai-10000.html", "thoi-su/", "bai-10001.html")
        more = (names[0],) * (MAX_ENTRIES - len(names)) + ("bai-10002.html", "bai-10003.html")
        entries = "".join(f"<url><loc>http://{site.host}/{name}</loc></url>" for name in (*names, *more))
        site.paths = {
            "/a.xml": text(f"<urlset>{entries}</urlset>"),
            **{f"/{name}": article(name) for name in names if name.endswith("l")},
            "/thoi-su/": anchors(),
        }
        (report,) = crawl([site.source(sitemaps=("/a.xml",))], archive, frontier, fetcher, delay=0).sources
        assert (report.found, report.new) == (2, 2)
        assert dict(report.rejected) == {"sitemap-too-long": 2}
        assert len(site.times("/thoi-su/")) == 1


def test_no_sources_no_crawl(archive: Archive, frontier: Frontier, fetcher: Fetcher) -> None:
    """Nothing to do is done at once."""
    assert crawl([], archive, frontier, fetcher) == CrawlReport(())
