"""Decides what is asked next: which host's turn it is, and for which of its addresses, by its rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from crawl.archive.reader import ReadableArchive
from crawl.crawler.host_queues import HostQueue, HostQueues
from crawl.crawler.memory import Memory
from crawl.crawler.report import Journal
from crawl.datafolder.quiet_hours import is_quiet
from crawl.fetching.robots import MAX_BYTES as MAX_ROBOTS
from crawl.frontier.frontier import LISTS, Frontier, Kind, Visit
from crawl.urls import authority, within

_MOST_UNMODIFIED = 3
_MOST_PASSED_OVER = 100  # URLs of a host in one turn, while the other hosts wait


@dataclass(frozen=True, slots=True)
class Request:
    """One GET. `visit` is None for a host's robots.txt, of which the first MAX_ROBOTS bytes are enough.

    `permit` says whether a redirect to an address may be followed.
    """

    queue: HostQueue
    visit: Visit | None
    url: str
    permit: Callable[[str], bool]
    etag: str | None = None
    last_modified: str | None = None

    @property
    def first(self) -> int | None:
        """How many bytes are enough; None for all."""
        return MAX_ROBOTS if self.visit is None else None


class Schedule:
    """The requests of a crawl, in their order; it looks for no more once `is_stopping` says so.

    Raises FrontierError, ArchiveError.
    """

    def __init__(
        self,
        queues: HostQueues,
        archive: ReadableArchive,
        frontier: Frontier,
        memories: Mapping[str, Memory],
        journal: Journal,
        is_stopping: Callable[[], bool],
        *,
        recheck: bool,
        lists_only: bool,
    ) -> None:
        self._queues, self._archive, self._frontier = queues, archive, frontier
        self._memories, self._journal, self._is_stopping = memories, journal, is_stopping
        self._recheck, self._lists_only = recheck, lists_only

    def next(self, now: float) -> Request | None:
        """What was due `now` (by time.monotonic); None where nothing was. What needs no request is dealt with."""
        while (queue := self._queues.next(now)) is not None:
            if is_quiet(queue.source.quiet, datetime.now(UTC)):
                self._leave_in_quiet(queue)
            elif (visit := self._next_visit(queue)) is not None:
                return self._robots(queue, visit) if queue.needs_robots else self._request(queue, visit)
        return None

    def _leave_in_quiet(self, queue: HostQueue) -> None:
        """Its readers come now; what waits is for the next crawl."""
        queue.closed = True
        self._journal.left_out(queue.source.name, queue.home, "quiet-hours")

    def _next_visit(self, queue: HostQueue) -> Visit | None:
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
            elif self._memories[queue.source.name].needs(visit, self._archive):
                return visit
            if self._is_stopping():
                break
        self._queues.schedule(queue, 0.0)
        return None

    def _robots(self, queue: HostQueue, visit: Visit) -> Request:
        scheme = visit.url.partition("://")[0]
        url = f"{scheme}://{queue.host}/robots.txt"
        return Request(queue, None, url, lambda target: within(target, queue.source.hosts))

    def _request(self, queue: HostQueue, visit: Visit) -> Request:
        etag, last_modified = self._validators(visit)
        return Request(
            queue, visit, visit.url, lambda target: self._permitted(queue, target), etag, last_modified
        )

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

    def _permitted(self, queue: HostQueue, target: str) -> bool:
        """Whether a redirect may be followed: within the newspaper, and where a robots.txt is known that allows it."""
        if not within(target, queue.source.hosts):
            return False
        other = self._queues.get(authority(target))
        return other is not None and other.robots is not None and other.robots.allowed(target)
