"""What is asked for next, how, and whether it is asked for again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawl.archive.store import Archive
from crawl.article import Page, utc_now
from crawl.crawler.report import Journal
from crawl.crawler.schedule import Schedule
from crawl.crawler.steps import PageRequest, RobotsRequest
from crawl.fetching.errors import BadContent, FetchError, RefusedRedirect, TooSlow, Unreachable
from crawl.frontier.frontier import Frontier
from crawl.frontier.visits import Kind, Visit
from crawl.sources.source import Source

HOME = "http://bao.vn/"
URL = "http://bao.vn/trang/"
PAPER = Source(name="bao.vn", title="Báo", hosts=("bao.vn", "en.bao.vn"), scheme="http", delay=0.0)


class Desk:
    """A schedule whose host allows everything, with its frontier."""

    def __init__(self, folder: Path, *, recheck: bool = False, max_pages: int | None = None) -> None:
        self.frontier = Frontier(Path(":memory:"))
        self.archive = Archive(folder / "archive.sqlite", folder / "pages", create=True)
        self.schedule = Schedule(
            self.archive,
            self.frontier,
            Journal([PAPER.name], None),
            max_pages=max_pages,
            recheck=recheck,
            delay=0.0,
            lists_only=False,
            is_stopping=lambda: False,
        )

    def request(self) -> PageRequest | RobotsRequest | None:
        """What is to be asked for now."""
        return self.schedule.next(time.monotonic())

    def page_request(self) -> PageRequest:
        """The first page that is to be asked for, behind its host's robots.txt."""
        self.schedule.wake(PAPER, ["bao.vn"])
        robots = self.request()
        assert isinstance(robots, RobotsRequest)
        assert robots.url == "http://bao.vn/robots.txt"
        assert self.schedule.obey(robots, Page(robots.url, robots.url, 404, (), b"", utc_now())) == ()
        self.schedule.again(robots)
        request = self.request()
        assert isinstance(request, PageRequest)
        return request

    def close(self) -> None:
        """Let go of both files."""
        self.frontier.close()
        self.archive.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """One without anything to visit."""
    made = Desk(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("kind", "unmodified", "attempts", "recheck", "conditional"),
    [
        (Kind.SECTION, 0, 0, False, True),
        (Kind.SITEMAP, 2, 0, False, True),
        (Kind.ARTICLE, 2, 0, False, True),
        (Kind.FEED, 0, 0, False, False),
        (Kind.SECTION, 3, 0, False, False),
        (Kind.SECTION, 0, 1, False, False),
        (Kind.SECTION, 0, 0, True, False),
    ],
)
def test_when_a_server_may_say_that_nothing_changed(
    tmp_path: Path, kind: Kind, unmodified: int, attempts: int, recheck: bool, conditional: bool
) -> None:
    """What came last is told to the server, except for a feed, every fourth time, after a failure, and when a person
    asks for everything.
    """
    desk = Desk(tmp_path, recheck=recheck)
    desk.frontier.add(PAPER.name, kind, [(URL, None)])
    yesterday = datetime.now(UTC) - timedelta(days=1)
    visit = Visit(URL, PAPER.name, kind)
    desk.frontier.done(
        visit, now=yesterday, due=yesterday, etag='"7"', last_modified="then", unmodified=unmodified
    )
    for _failure in range(attempts):
        desk.frontier.failed(visit, "too-slow", due=yesterday)
    desk.frontier.begin(PAPER.name, now=datetime.now(UTC))
    request = desk.page_request()
    assert request.visit.kind is kind
    assert (request.etag, request.last_modified) == (('"7"', "then") if conditional else (None, None))
    desk.close()


@pytest.mark.parametrize(
    ("error", "retried"),
    [
        (Unreachable(URL, "refused"), True),
        (BadContent(URL, "cut"), True),
        (TooSlow(URL, 60), False),
        (RefusedRedirect(URL, "http://khac.vn/"), False),
    ],
)
def test_what_may_well_succeed_is_asked_for_once_more(desk: Desk, error: FetchError, retried: bool) -> None:
    """What broke on its way is tried again in the same crawl, once; what was slow, or will not change, is not."""
    desk.frontier.add(PAPER.name, Kind.SECTION, [(URL, None)])
    request = desk.page_request()
    assert desk.schedule.retries(request, error) is retried
    again = desk.request()
    assert (again == request) is retried
    assert not desk.schedule.retries(request, error)
    assert desk.request() is None


def test_no_more_pages_than_wanted(tmp_path: Path) -> None:
    """Pages are counted as they are asked for, robots.txt apart; then the schedule is over."""
    desk = Desk(tmp_path, max_pages=1)
    desk.frontier.add(PAPER.name, Kind.SECTION, [(HOME, None), (URL, None)])
    request = desk.page_request()
    desk.schedule.again(request)
    assert desk.schedule.is_over
    assert desk.request() is None
    desk.close()


@pytest.mark.parametrize(
    ("target", "permitted"),
    [
        (URL, True),
        ("http://khac.vn/", False),
        ("http://en.bao.vn/", False),
        ("http://bao.vn.khac.vn/", False),
    ],
)
def test_a_page_leads_only_where_rules_are_known(desk: Desk, target: str, permitted: bool) -> None:
    """A redirect stays within the newspaper, and on hosts whose robots.txt was read; one of a robots.txt need not."""
    desk.frontier.add(PAPER.name, Kind.SECTION, [(HOME, None)])
    request = desk.page_request()
    assert desk.schedule.permits(request, target) is permitted
    robots = RobotsRequest(PAPER, "bao.vn", "http://bao.vn/robots.txt")
    is_ours = target in (URL, "http://en.bao.vn/")
    assert desk.schedule.permits(robots, target) is is_ours
