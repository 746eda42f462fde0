"""What a server's answer means: for its host, whose turn comes later or never, and for the visit it was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from crawl.article import Page
from crawl.crawler.host_queues import HostQueue, HostQueues
from crawl.crawler.memory import Memory
from crawl.crawler.report import Journal
from crawl.crawler.schedule import Request
from crawl.crawler.store import Store
from crawl.fetching.errors import FetchError, RefusedRedirect, TooManyRedirects, TooSlow
from crawl.fetching.robots import ALL_ALLOWED, NOT_NOW, is_busy, read_robots, retry_after
from crawl.frontier.frontier import Visit
from crawl.urls import authority, canonical, within


@dataclass(frozen=True, slots=True)
class Arrived:
    """A page came, and is to be stored and read."""

    visit: Visit
    page: Page


Meaning: TypeAlias = Arrived | float | None
"""A page, or nothing to read: the host has its turn after so many seconds, or never again in this crawl."""


class Answers:
    """Takes what was fetched, and deals with everything that is no page to read."""

    def __init__(
        self,
        queues: HostQueues,
        stores: Mapping[str, Store],
        memories: Mapping[str, Memory],
        journal: Journal,
    ) -> None:
        self._queues, self._stores, self._memories, self._journal = queues, stores, memories, journal

    def meaning(self, request: Request, outcome: Page | FetchError) -> Meaning:
        """What is next. Raises ArchiveError, FrontierError."""
        queue, visit = request.queue, request.visit
        if visit is None:
            return self._robots(queue, request.url, outcome)
        if isinstance(outcome, FetchError):
            return self._failure(queue, visit, outcome)
        return self._page(queue, visit, outcome)

    def _robots(self, queue: HostQueue, url: str, outcome: Page | FetchError) -> float | None:
        match outcome:
            case Page():
                robots = read_robots(outcome)
            case RefusedRedirect() | TooManyRedirects():
                robots = ALL_ALLOWED  # It leads nowhere: unavailable, RFC 9309 section 2.3.1.2.
            case _:
                robots = NOT_NOW
        queue.obey(robots)
        source = queue.source
        if robots is not NOT_NOW:
            self._queues.slow_down(queue, robots)
            discovery = self._memories[source.name].discovery
            self._queues.wake(source, discovery.named_by_robots(robots.sitemaps))
            return queue.pace.wait
        if isinstance(outcome, FetchError):
            self._journal.failed(source.name, url, outcome.reason, str(outcome))
        else:
            self._journal.failed(source.name, url, "robots-unavailable", self._queues.rest(queue, outcome))
        return None

    def _failure(self, queue: HostQueue, visit: Visit, error: FetchError) -> float | None:
        if error.transient and not isinstance(error, TooSlow) and visit.url not in queue.retried:
            queue.retried.add(visit.url)
            return queue.pace.silent() if error.silent else queue.pace.answered()
        queue.retried.discard(visit.url)
        if isinstance(error, RefusedRedirect) and self._hand_over(queue, visit, error.target):
            return queue.pace.answered()
        self._memories[queue.source.name].not_fetched(visit, error.reason)
        self._journal.failed(queue.source.name, visit.url, error.reason, str(error))
        return queue.pace.silent() if error.silent else queue.pace.answered()

    def _hand_over(self, queue: HostQueue, visit: Visit, target: str) -> bool:
        """Leave a page that has moved to another host of the paper to that host's own queue."""
        url = canonical(target)
        if url is None or authority(url) == queue.host or not within(url, queue.source.hosts):
            return False
        self._queues.wake(queue.source, self._memories[queue.source.name].moved(visit, url))
        return True

    def _page(self, queue: HostQueue, visit: Visit, page: Page) -> Meaning:
        name = queue.source.name
        tally, memory = self._journal.tally(name), self._memories[name]
        tally.fetched += 1
        queue.retried.discard(visit.url)
        if is_busy(page):
            # Where it was sent to another host, that one is asked for patience by its own name.
            moved = self._hand_over(queue, visit, page.final_url)
            return queue.pace.answered() if moved else self._busy(queue, visit, page)
        if page.status == 304:
            tally.arrived += 1
            memory.unmodified(visit, page)
            self._journal.note(name, visit.url, "unchanged")
            return queue.pace.answered()
        if not 200 <= page.status < 300:
            stored = self._stores[name].missing(visit, page)
            memory.missing(visit, page, stored)
            self._journal.failed(name, visit.url, stored.outcome)
            return queue.pace.answered()
        tally.arrived += 1
        return Arrived(visit, page)

    def _busy(self, queue: HostQueue, visit: Visit, page: Page) -> float | None:
        said = self._queues.rest(queue, page)
        wait = queue.pace.busy(retry_after(page))
        if wait is None:
            reason = f"http-{page.status}"
            self._memories[queue.source.name].busy(visit, page, reason)
            self._journal.failed(queue.source.name, visit.url, reason, said)
        return wait
