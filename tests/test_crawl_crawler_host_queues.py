"""Hosts have their turns in order, at the pace that they ask for."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawl.article import Page, utc_now
from crawl.crawler.host_queues import HostQueue, HostQueues
from crawl.crawler.report import Journal
from crawl.fetching.robots import ALL_ALLOWED, MAX_BACK_OFF, read_robots
from crawl.frontier.frontier import Frontier
from crawl.frontier.revisit import LONGEST_ASKED
from crawl.frontier.visits import LISTS, Kind
from crawl.sources.source import Source

PAPER = Source(name="bao.vn", title="Báo", hosts=("bao.vn",), delay=3.0)
HOST = "bao.vn"


@pytest.fixture
def frontier() -> Iterator[Frontier]:
    """An empty one, in memory."""
    with Frontier(Path(":memory:")) as opened:
        yield opened


def queues(frontier: Frontier, *, delay: float | None = None) -> tuple[HostQueues, HostQueue]:
    """The queues of a crawl that met one host, and that host's."""
    found = HostQueues(frontier, Journal([PAPER.name], None), delay)
    found.wake(PAPER, [HOST])
    queue = found.get(HOST)
    assert queue is not None
    return found, queue


def answer(status: int, body: bytes = b"", **headers: str) -> Page:
    """What a server said."""
    fields = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Page("http://bao.vn/", "http://bao.vn/", status, fields, body, utc_now())


@pytest.mark.parametrize(
    ("asked", "kept"), [("3600", timedelta(hours=1)), ("99999999", LONGEST_ASKED), ("604801", LONGEST_ASKED)]
)
def test_a_host_is_left_for_as_long_as_it_asks_but_not_for_ever(
    frontier: Frontier, asked: str, kept: timedelta
) -> None:
    """What a busy host asks for is kept for later crawls, a week at most."""
    found, queue = queues(frontier)
    now = datetime.now(UTC)
    assert found.rest(queue, answer(503, Retry_After=asked))
    until = frontier.rests_until(HOST)
    assert until is not None
    assert timedelta() <= until - now - kept < timedelta(minutes=1)


@pytest.mark.parametrize("page", [answer(200, Retry_After="3600"), answer(503), answer(429, Retry_After="0")])
def test_who_asks_for_nothing_is_not_left(frontier: Frontier, page: Page) -> None:
    """Only a busy host that names a time is left for that time."""
    found, queue = queues(frontier)
    assert found.rest(queue, page) is None
    assert frontier.rests_until(HOST) is None


@pytest.mark.parametrize(("more", "closed"), [(-10.0, False), (10.0, True)])
def test_a_host_that_asked_an_earlier_crawl(frontier: Frontier, more: float, closed: bool) -> None:
    """A rest that ends soon is waited for, and so has no turn yet; for a long one the host is left."""
    frontier.rest(HOST, until=datetime.now(UTC) + timedelta(seconds=MAX_BACK_OFF + more))
    found, queue = queues(frontier)
    assert queue.closed is closed
    assert bool(found) is not closed
    assert found.next(time.monotonic()) is None


@pytest.mark.parametrize(
    ("asked", "delay", "kept"), [(10, None, 10.0), (1, None, 3.0), (None, None, 3.0), (10, 0.5, 0.5)]
)
def test_the_longer_delay_counts(
    frontier: Frontier, asked: int | None, delay: float | None, kept: float
) -> None:
    """Of the newspaper's delay and the host's own the longer is kept; one that a person asks for replaces both."""
    found, queue = queues(frontier, delay=delay)
    rules = "User-agent: *\n" + ("" if asked is None else f"Crawl-delay: {asked}\n")
    found.slow_down(queue, read_robots(answer(200, rules.encode())))
    assert queue.pace.delay == kept


def test_rules_are_read_anew_after_a_day(frontier: Frontier, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crawl that runs for longer than a robots.txt may be kept asks for it again."""
    _found, queue = queues(frontier)
    assert queue.needs_robots
    queue.obey(ALL_ALLOWED)
    assert not queue.needs_robots
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 24 * 3600 - 60)
    assert not queue.needs_robots
    monkeypatch.setattr(time, "monotonic", lambda: now + 24 * 3600 + 60)
    assert queue.needs_robots


def test_no_kind_is_starved(frontier: Frontier) -> None:
    """Articles come first every other time, and every kind of list comes before the others in turn."""
    _found, queue = queues(frontier)
    turns = [queue.kinds() for _turn in range(4 * len(LISTS))]
    assert all(sorted(map(str, kinds)) == sorted(map(str, Kind)) for kinds in turns)
    assert [kinds[0] is Kind.ARTICLE for kinds in turns] == [False, True] * (2 * len(LISTS))
    first = [kinds[0] for kinds in turns[::2]]
    assert all(first.count(kind) == 2 for kind in LISTS)


def test_turns_come_in_order_and_once(frontier: Frontier) -> None:
    """Whose turn is due first is asked first; one that is waiting is not woken twice, one that is closed not at all."""
    two = replace(PAPER, hosts=("a.vn", "b.vn"))
    found = HostQueues(frontier, Journal([PAPER.name], None), None)
    found.wake(two, ["a.vn", "b.vn"])
    found.wake(two, ["a.vn"])
    now = time.monotonic()
    first, second = found.next(now), found.next(now)
    assert [queue and queue.host for queue in (first, second, found.next(now))] == ["a.vn", "b.vn", None]
    assert first is not None
    assert second is not None
    found.schedule(first, 5.0)
    found.schedule(second, 1.0)
    assert found.next(now) is None
    assert 0 < found.until_next(9.0) <= 1.0
    assert found.until_next(0.1) == 0.1
    later = time.monotonic() + 9
    assert [found.next(later), found.next(later), found.next(later)] == [second, first, None]
    first.idle, second.idle, second.closed = True, True, True
    found.wake(two, ["a.vn", "b.vn"])
    assert [found.next(later), found.next(later)] == [first, None]
