"""The hosts of a crawl, each asked one thing at a time and no faster than its pace, in the order of their turns."""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from crawl.article import VIETNAM, Page, format_when
from crawl.crawler.report import RETRY_AFTER, Journal
from crawl.fetching.robots import MAX_BACK_OFF, Pace, Robots, is_busy, retry_after
from crawl.frontier.frontier import Frontier
from crawl.frontier.revisit import LONGEST_ASKED
from crawl.frontier.visits import LISTS, Kind
from crawl.messages import gettext as _
from crawl.sources.source import Source

_ROBOTS_LIFE = 24 * 3600.0  # seconds; RFC 9309 section 2.4


@dataclass(slots=True, eq=False)
class HostQueue:
    """One host and its turns.

    It is `idle` when nothing is known to wait for it, and `closed` when it is left for this crawl.
    `retried` holds the URLs that failed once and are tried again at once; there are never more than a few.
    """

    host: str
    source: Source
    pace: Pace
    robots: Robots | None = None
    idle: bool = True
    closed: bool = False
    retried: set[str] = field(default_factory=set)
    _robots_read: float = 0.0
    _turn: int = 0

    def kinds(self) -> tuple[Kind, ...]:
        """Which kind goes first: articles every other time, so that endless lists starve nothing."""
        self._turn += 1
        first = self._turn // 2 % len(LISTS)
        lists = (*LISTS[first:], *LISTS[:first])
        return (*lists, Kind.ARTICLE) if self._turn % 2 else (Kind.ARTICLE, *lists)

    def obey(self, robots: Robots) -> None:
        """Go by these rules from now on."""
        self.robots, self._robots_read = robots, time.monotonic()

    @property
    def home(self) -> str:
        """Where the host's own front page is."""
        return f"{self.source.scheme}://{self.host}/"

    @property
    def needs_robots(self) -> bool:
        """Whether its rules are not known, or were read too long ago."""
        return self.robots is None or time.monotonic() - self._robots_read > _ROBOTS_LIFE


class HostQueues:
    """All hosts that a crawl has met, and whose turn it is. `delay`, in seconds, replaces the polite ones."""

    def __init__(self, frontier: Frontier, journal: Journal, delay: float | None) -> None:
        self._frontier, self._journal, self._delay = frontier, journal, delay
        self._queues: dict[str, HostQueue] = {}
        self._due: list[tuple[float, int, HostQueue]] = []
        self._order = itertools.count()

    def get(self, host: str) -> HostQueue | None:
        """The queue of a host that was met before; None for others."""
        return self._queues.get(host)

    def wake(self, source: Source, hosts: Iterable[str]) -> None:
        """Let the hosts of the source take part (again): URLs of theirs are waiting."""
        for host in hosts:
            wait = 0.0
            queue = self._queues.get(host)
            if queue is None:
                pace = Pace(source.delay if self._delay is None else self._delay, adapts=self._delay is None)
                queue = self._queues[host] = HostQueue(host, source, pace)
                wait = self._rest_left(queue)
            if queue.idle and not queue.closed:
                self.schedule(queue, wait)

    def _rest_left(self, queue: HostQueue) -> float:
        """Seconds for which an earlier crawl was asked to leave the host alone; if they are many, it is left."""
        until = self._frontier.rests_until(queue.host)
        if until is None:
            return 0.0
        wait = (until - datetime.now(UTC)).total_seconds()
        if wait > MAX_BACK_OFF:
            queue.closed = True
            self._journal.left_out(queue.source.name, queue.home, RETRY_AFTER, _asked(queue.host, until))
        return wait

    def rest(self, queue: HostQueue, page: Page) -> str | None:
        """Keep to what a busy host asks of all who visit it (Retry-After), in later crawls too.

        Returns a sentence that says so; None where it asks for nothing.
        """
        asked = retry_after(page) if is_busy(page) else None
        if not asked:
            return None
        until = datetime.now(UTC) + min(timedelta(seconds=asked), LONGEST_ASKED)
        self._frontier.rest(queue.host, until=until)
        return _asked(queue.host, until)

    def slow_down(self, queue: HostQueue, robots: Robots) -> None:
        """Keep the delay that its robots.txt asks for, if it is longer."""
        if self._delay is None:
            queue.pace.delay = max(queue.source.delay, robots.delay or 0.0)

    def schedule(self, queue: HostQueue, wait: float) -> None:
        """Let it be the host's turn after so many seconds."""
        queue.idle = False
        heapq.heappush(self._due, (time.monotonic() + wait, next(self._order), queue))

    def next(self, now: float) -> HostQueue | None:
        """The host whose turn it was `now` (by time.monotonic), which has had it then; None if it was nobody's."""
        if self._due and self._due[0][0] <= now:
            return heapq.heappop(self._due)[2]
        return None

    def until_next(self, most: float) -> float:
        """Seconds until the next turn, at most `most`."""
        return max(0.0, min(most, self._due[0][0] - time.monotonic())) if self._due else most

    def __bool__(self) -> bool:
        """Whether any host has a turn to come."""
        return bool(self._due)


def _asked(host: str, until: datetime) -> str:
    moment = until.astimezone(VIETNAM).replace(microsecond=0)
    return _("{host} asks to be left alone until {moment}").format(host=host, moment=format_when(moment))
