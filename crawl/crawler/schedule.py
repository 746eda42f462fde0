"""Schedule: which host is asked next, and for what; robots.txt, quiet hours and budgets are obeyed here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from crawl.archive.store import Archive
from crawl.article import Page
from crawl.crawler.host_queues import HostQueue, HostQueues
from crawl.crawler.report import Journal
from crawl.crawler.steps import Fetched, PageRequest, Remembered, Request, RobotsRequest
from crawl.datafolder.quiet_hours import is_quiet
from crawl.fetching.errors import FetchError, RefusedRedirect, TooManyRedirects, TooSlow
from crawl.fetching.robots import ALL_ALLOWED, NOT_NOW, read_robots, retry_after
from crawl.frontier.frontier import Frontier
from crawl.frontier.traps import Budget
from crawl.frontier.visits import LISTS, Kind, Visit
from crawl.sources.source import Source
from crawl.urls import authority, within

_MOST_UNMODIFIED = 3
_MOST_PASSED_OVER = 100  # URLs of a host in one turn, while the other hosts wait


class Schedule:
    """The requests of one crawl in the order in which they may be made, at most `max_pages` (robots.txt apart).

    After every request its host is told what came of it, by one of `again`, `obey`, `retries`, `waits` and `turn`;
    only then does it have a turn again. `is_stopping` says whether the crawl is asked to end.
    """

    def __init__(
        self,
        archive: Archive,
        frontier: Frontier,
        journal: Journal,
        *,
        max_pages: int | None,
        recheck: bool,
        delay: float | None,
        lists_only: bool,
        is_stopping: Callable[[], bool],
    ) -> None:
        self._archive, self._frontier, self._journal = archive, frontier, journal
        self._left, self._recheck, self._lists_only = max_pages, recheck, lists_only
        self._is_stopping = is_stopping
        self._queues = HostQueues(frontier, journal, delay)
        self._budgets: dict[str, Budget] = {}

    def wake(self, source: Source, hosts: Iterable[str]) -> None:
        """Let the hosts of the source have turns (again): URLs of theirs are waiting."""
        self._queues.wake(source, hosts)

    @property
    def is_over(self) -> bool:
        """Whether no request is to come, unless what is under way leads to some."""
        return self._is_spent or not self._queues

    @property
    def _is_spent(self) -> bool:
        return self._left is not None and self._left <= 0

    def until_next(self, most: float) -> float:
        """Seconds until the next request may be made, at most `most`."""
        return self._queues.until_next(most)

    # What is asked for

    def next(self, now: float) -> Request | None:
        """The next request that might be made `now` (by time.monotonic), if any."""
        while not self._is_spent and (queue := self._queues.next(now)) is not None:
            if is_quiet(queue.source.quiet, datetime.now(UTC)):
                self._leave_in_quiet(queue)
            elif (visit := self._visit(queue)) is not None:
                return self._request(queue, visit)
        return None

    def _leave_in_quiet(self, queue: HostQueue) -> None:
        """Its readers come now; what waits is for the next crawl."""
        queue.closed = True
        self._journal.left_out(queue.source.name, queue.home, "quiet-hours")

    def _visit(self, queue: HostQueue) -> Visit | None:
        """The next URL to fetch, if any; those that need no fetching are dealt with on the way, a few at a time."""
        kinds = LISTS if self._lists_only else queue.kinds()
        for _passed_over in range(_MOST_PASSED_OVER):
            visit = self._frontier.next(queue.host, kinds)
            if visit is None:
                queue.idle = True
                return None
            if queue.robots is None:
                return visit
            if not queue.robots.allowed(visit.url):
                self._frontier.later(visit)
                self._journal.left_out(queue.source.name, visit.url, "robots.txt", visit.url)
                self._journal.tell()
            elif self._is_worthwhile(queue.source, visit):
                return visit
            if self._is_stopping():
                break
        self._queues.schedule(queue, 0.0)
        return None

    def _is_worthwhile(self, source: Source, visit: Visit) -> bool:
        """Whether the visit is worth a request; one that is not is dealt with."""
        if visit.visited is not None:
            return True
        budget = self._budget(source)
        if visit.kind is Kind.ARTICLE:
            if not self._recheck and (seen := self._archive.last_seen(visit.url)):
                self._frontier.skip(visit, seen=seen)
                return False
            if budget.is_one_article(visit.url):
                return self._cut(source, "same-article", visit)
        return budget.allows(visit.url) or self._cut(source, "over-budget", visit)

    def _cut(self, source: Source, reason: str, visit: Visit) -> bool:
        self._journal.tally(source.name).leave(reason, visit.url)
        self._frontier.later(visit)
        return False

    def _budget(self, source: Source) -> Budget:
        return self._budgets.setdefault(source.name, Budget())

    def _request(self, queue: HostQueue, visit: Visit) -> Request:
        if queue.needs_robots:
            scheme = visit.url.partition("://")[0]
            return RobotsRequest(queue.source, queue.host, f"{scheme}://{queue.host}/robots.txt")
        if self._left is not None:
            self._left -= 1
        return PageRequest(queue.source, queue.host, visit, *self._validators(visit))

    def _validators(self, visit: Visit) -> tuple[str | None, str | None]:
        """What lets a server say that nothing changed, as far as servers can be trusted with that.

        Feeds are known to keep their ETag when they change. Others are asked for the whole page every fourth time,
        after a failure, and whenever a person asks.
        """
        if visit.kind is Kind.FEED or self._recheck:
            return None, None
        if visit.unmodified >= _MOST_UNMODIFIED or visit.attempts:
            return None, None
        return visit.etag, visit.last_modified

    def permits(self, request: Request, target: str) -> bool:
        """Whether a redirect may be followed: within the newspaper, and where a robots.txt is known that allows it.

        For use by any thread.
        """
        if not within(target, request.source.hosts):
            return False
        if isinstance(request, RobotsRequest):
            return True
        other = self._queues.get(authority(target))
        return other is not None and other.robots is not None and other.robots.allowed(target)

    # What came of it

    def arrived(self, fetched: Fetched) -> None:
        """Note how long the host took."""
        queue = self._queue(fetched.request)
        queue.pace.took(fetched.seconds)
        if isinstance(fetched.outcome, Page):
            queue.retried.discard(fetched.request.url)

    def again(self, request: Request) -> None:
        """Nothing was done about the request: it is the host's turn as before."""
        self._queues.schedule(self._queue(request), 0.0)

    def obey(self, request: RobotsRequest, outcome: Page | FetchError) -> tuple[str, ...] | None:
        """Go by what came for the robots.txt; returns the sitemaps that it names, None where the host is left."""
        queue = self._queue(request)
        match outcome:
            case Page():
                robots = read_robots(outcome)
            case RefusedRedirect() | TooManyRedirects():
                robots = ALL_ALLOWED  # It leads nowhere: unavailable, RFC 9309 section 2.3.1.2.
            case _:
                robots = NOT_NOW
        if robots is NOT_NOW:
            self.close(request)
            name = request.source.name
            if isinstance(outcome, FetchError):
                self._journal.failed(name, request.url, outcome.reason, str(outcome))
            else:
                said = self._queues.rest(queue, outcome)
                self._journal.failed(name, request.url, "robots-unavailable", said)
            return None
        queue.obey(robots)
        self._queues.slow_down(queue, robots)
        return robots.sitemaps

    def close(self, request: RobotsRequest) -> None:
        """Ask nothing of a host that cannot say what it allows, for all of this crawl."""
        queue = self._queue(request)
        queue.obey(NOT_NOW)
        queue.closed = True

    def retries(self, request: PageRequest, error: FetchError) -> bool:
        """Whether what failed is asked for once more in this crawl, when it is the host's turn again."""
        queue = self._queue(request)
        retried = queue.retried
        if not error.transient or isinstance(error, TooSlow) or request.url in retried:
            retried.discard(request.url)
            return False
        retried.add(request.url)
        self._pause(queue, error)
        return True

    def rests(self, request: PageRequest, page: Page) -> str | None:
        """A busy host says how long it wants to be left alone: keep to that, in later crawls too.

        Returns a sentence that says so; None where it asks for nothing.
        """
        return self._queues.rest(self._queue(request), page)

    def waits(self, request: PageRequest, page: Page) -> bool:
        """Whether this crawl waits for a busy host, and asks again then; otherwise the host is left."""
        queue = self._queue(request)
        wait = queue.pace.busy(retry_after(page))
        self._schedule(queue, wait)
        return wait is not None

    def turn(self, request: Request, remembered: Remembered, error: FetchError | None = None) -> None:
        """What came of the request is remembered, and so it is the next one's turn; `error` says that no page came."""
        self.wake(request.source, remembered.hosts - {request.host})
        queue = self._queue(request)
        if isinstance(request, RobotsRequest):
            self._queues.schedule(queue, queue.pace.wait)
            return
        if remembered.earned is not None and request.visit.visited is None:
            self._budget(request.source).spend(request.url, remembered.earned)
        if remembered.another_name:
            self._budget(request.source).another_name(request.url)
        self._pause(queue, error)

    def _pause(self, queue: HostQueue, error: FetchError | None) -> None:
        is_silent = error is not None and error.silent
        self._schedule(queue, queue.pace.silent() if is_silent else queue.pace.answered())

    def _schedule(self, queue: HostQueue, wait: float | None) -> None:
        if wait is None:
            queue.closed = True
        else:
            self._queues.schedule(queue, wait)

    def _queue(self, request: Request) -> HostQueue:
        queue = self._queues.get(request.host)
        assert queue is not None
        return queue
