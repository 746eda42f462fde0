"""The crawl: what is due is fetched, a host at a time by one worker, and everything that comes is stored.

Workers do nothing but fetch. The thread that calls `crawl` does all the rest: it decides what is due, parses,
stores and keeps the frontier, so neither the archive nor the frontier is ever used by two threads. A host
that is slow holds one worker for one page; between pages it waits in a queue with its time.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import queue
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import FrameType

from crawl.archive import Archive, ArchiveError
from crawl.article import Page, When
from crawl.fetch import Fetcher
from crawl.fetch_errors import (
    FetchError,
    Interrupted,
    RefusedRedirect,
    TooManyRedirects,
    TooSlow,
)
from crawl.frontier import LISTS, Frontier, FrontierError, Kind, Visit
from crawl.harvest import Harvester
from crawl.quiet import is_quiet
from crawl.report import CrawlReport, Progress, Tally
from crawl.revisit import next_try
from crawl.robots import ALL_ALLOWED, NOT_NOW, Pace, Robots, is_busy, read_robots, retry_after
from crawl.robots import MAX_BYTES as MAX_ROBOTS
from crawl.sources import Source
from crawl.urls import authority, canonical, within

WORKERS = 16
"""Pages in flight at once, each from another host."""

_ROBOTS_LIFE = 24 * 3600.0  # seconds; RFC 9309 section 2.4
_MOST_UNMODIFIED = 3
_UNFORESEEN = "unforeseen"
_TICK = 0.2  # seconds between two looks at whether to stop


def crawl(
    sources: Iterable[Source],
    archive: Archive,
    frontier: Frontier,
    fetcher: Fetcher,
    *,
    max_pages: int | None = None,
    since: When | None = None,
    recheck: bool = False,
    delay: float | None = None,
    dry_run: bool = False,
    progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> CrawlReport:
    """Fetch what is new from the sources into the archive, and say what was done.

    `max_pages` bounds the requests (robots.txt apart). Articles from before `since` are left to a crawl that
    wants them. `recheck` visits every known article and list again, whether it is due or not. `delay`, in
    seconds, replaces the polite one. A `dry_run` reads the lists only and changes neither archive nor frontier.
    `stop` ends the crawl early, as does Ctrl-C: what has been fetched is stored, the report says that it was
    interrupted.
    Raises ArchiveError and FrontierError; whatever is wrong with a site is in the report.
    """
    if dry_run:
        frontier = frontier.rehearsal()
    options = _Options(max_pages, since, recheck, delay, dry_run, progress, stop or threading.Event())
    return _Run(tuple(sources), archive, frontier, fetcher, options).report()


@dataclass(frozen=True, slots=True)
class _Options:
    max_pages: int | None
    since: When | None
    recheck: bool
    delay: float | None
    dry_run: bool
    progress: Callable[[Progress], None] | None
    stop: threading.Event


@dataclass(slots=True, eq=False)
class _Lane:
    """One host: asked one thing at a time, no faster than its pace."""

    host: str
    source: Source
    pace: Pace
    robots: Robots | None = None
    robots_read: float = 0.0
    turn: int = 0
    idle: bool = True
    closed: bool = False
    retried: set[str] = field(default_factory=set)

    def kinds(self) -> tuple[Kind, ...]:
        """Which kind goes first: articles every other time, so that endless lists starve nothing."""
        self.turn += 1
        first = self.turn // 2 % len(LISTS)
        lists = (*LISTS[first:], *LISTS[:first])
        return (*lists, Kind.ARTICLE) if self.turn % 2 else (Kind.ARTICLE, *lists)


@dataclass(frozen=True, slots=True)
class _Landing:
    """What came of a request; `visit` is None for robots.txt."""

    lane: _Lane
    visit: Visit | None
    url: str
    outcome: Page | Exception


class _Run:
    """One crawl from its first request to its report."""

    def __init__(
        self,
        sources: tuple[Source, ...],
        archive: Archive,
        frontier: Frontier,
        fetcher: Fetcher,
        options: _Options,
    ) -> None:
        self._archive, self._frontier, self._fetcher, self._options = archive, frontier, fetcher, options
        self._started = datetime.now(UTC)
        self._tallies = {source.name: Tally(source.name) for source in sources}
        self._harvesters = {
            source.name: Harvester(
                source,
                archive,
                frontier,
                self._tallies[source.name],
                started=self._started,
                since=options.since,
                recheck=options.recheck,
            )
            for source in sources
        }
        self._sources = sources
        self._lanes: dict[str, _Lane] = {}
        self._due: list[tuple[float, int, _Lane]] = []
        self._order = itertools.count()
        self._landed: queue.SimpleQueue[_Landing] = queue.SimpleQueue()
        self._in_flight = 0
        self._begun = 0
        self._untold: list[Progress] = []
        self._control_c = threading.Event()
        self._stopping = False

    def report(self) -> CrawlReport:
        with (
            ThreadPoolExecutor(WORKERS, thread_name_prefix="fetch") as pool,
            _control_c_sets(self._control_c),
        ):
            try:
                self._seed()
                self._turn_round(pool)
            finally:
                self._fetcher.interrupt()
        tallies = (self._tallies[source.name].report() for source in self._sources)
        return CrawlReport(tuple(tallies), self._stopping)

    def _seed(self) -> None:
        for source in self._sources:
            self._wake(source, self._harvesters[source.name].seed())

    def _wake(self, source: Source, hosts: Iterable[str]) -> None:
        """Let the hosts take part (again): URLs of theirs are waiting."""
        for host in hosts:
            lane = self._lanes.get(host)
            if lane is None:
                asked = self._options.delay
                pace = Pace(source.delay if asked is None else asked, adapts=asked is None)
                lane = self._lanes[host] = _Lane(host, source, pace)
            if lane.idle and not lane.closed:
                self._schedule(lane, 0.0)

    def _schedule(self, lane: _Lane, wait: float) -> None:
        lane.idle = False
        heapq.heappush(self._due, (time.monotonic() + wait, next(self._order), lane))

    def _turn_round(self, pool: ThreadPoolExecutor) -> None:
        while True:
            self._stopping = self._is_stop_asked()
            if self._stopping:
                self._fetcher.interrupt()
            elif not self._enough():
                self._launch(pool)
                self._tell_all()
            if not self._in_flight and (self._stopping or self._enough() or not self._due):
                return
            self._receive(self._landings())

    def _is_stop_asked(self) -> bool:
        return self._control_c.is_set() or self._options.stop.is_set()

    def _enough(self) -> bool:
        return self._options.max_pages is not None and self._begun >= self._options.max_pages

    def _until_due(self) -> float:
        return max(0.0, min(_TICK, self._due[0][0] - time.monotonic())) if self._due else _TICK

    # Out

    def _launch(self, pool: ThreadPoolExecutor) -> None:
        """Send a worker to every host that is due, as long as there are workers."""
        while self._due and self._due[0][0] <= time.monotonic() and self._in_flight < WORKERS:
            lane = heapq.heappop(self._due)[2]
            if is_quiet(lane.source.quiet, datetime.now(UTC)):
                self._leave_in_quiet(lane)
                continue
            visit = self._next(lane)
            if visit is None:
                lane.idle = True
                continue
            self._in_flight += 1
            if lane.robots is None or time.monotonic() - lane.robots_read > _ROBOTS_LIFE:
                scheme = visit.url.partition("://")[0]
                pool.submit(self._fetch, lane, None, f"{scheme}://{lane.host}/robots.txt")
            else:
                self._begun += 1
                pool.submit(self._fetch, lane, visit, visit.url)
            if self._enough():
                return

    def _leave_in_quiet(self, lane: _Lane) -> None:
        """Its readers come now; what waits is for the next crawl."""
        lane.closed = True
        self._tallies[lane.source.name].rejected["quiet-hours"] += 1
        self._tell(lane, f"{lane.source.scheme}://{lane.host}/", "quiet-hours")

    def _next(self, lane: _Lane) -> Visit | None:
        """The next URL to fetch; those that need no fetching are dealt with on the way."""
        kinds = LISTS if self._options.dry_run else lane.kinds()
        while not self._is_stop_asked():
            visit = self._frontier.next(lane.host, kinds)
            if visit is None or lane.robots is None:
                return visit
            if not lane.robots.allowed(visit.url):
                self._frontier.later(visit)
                self._tallies[lane.source.name].rejected["robots.txt"] += 1
                self._tell(lane, visit.url, "robots.txt")
                self._tell_all()
            elif self._harvesters[lane.source.name].needs(visit):
                return visit
        self._stopping = True  # the lane has more to do, which nothing else will tell
        return None

    def _fetch(self, lane: _Lane, visit: Visit | None, url: str) -> None:
        """In a worker: fetch, and hand over what came of it."""
        etag, last_modified = self._validators(visit)
        began = time.monotonic()
        try:
            outcome: Page | Exception = self._fetcher.get(
                url,
                etag=etag,
                last_modified=last_modified,
                permit=lambda target: self._permitted(lane, target, with_rules=visit is not None),
                first=MAX_ROBOTS if visit is None else None,
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for this landing
            outcome = error
        lane.pace.took(time.monotonic() - began)
        self._landed.put(_Landing(lane, visit, url, outcome))

    def _validators(self, visit: Visit | None) -> tuple[str | None, str | None]:
        """What lets a server say that nothing changed, as far as servers can be trusted with that.

        Feeds are known to keep their ETag when they change. Others are asked for the whole page every fourth time,
        after a failure, and whenever a person asks.
        """
        if visit is None or visit.kind is Kind.FEED or self._options.recheck:
            return None, None
        if visit.unmodified >= _MOST_UNMODIFIED or visit.attempts:
            return None, None
        return visit.etag, visit.last_modified

    def _permitted(self, lane: _Lane, target: str, *, with_rules: bool) -> bool:
        """Whether a redirect may be followed: within the newspaper, and where a robots.txt is known that allows it."""
        if not within(target, lane.source.hosts):
            return False
        other = self._lanes.get(authority(target))
        robots = None if other is None else other.robots
        return not with_rules or (robots is not None and robots.allowed(target))

    # In

    def _landings(self) -> list[_Landing]:
        """What has come, after a little patience; at most one page of each host."""
        landings = []
        with contextlib.suppress(queue.Empty):
            landings.append(self._landed.get(timeout=self._until_due()))
            while True:
                landings.append(self._landed.get_nowait())
        return landings

    def _receive(self, landings: list[_Landing]) -> None:
        """Deal with what came, all of it in one batch: what makes it durable costs more than one page's own work.

        The frontier learns that a visit is done after the archive has kept what came of it, and nobody is told
        before that. A crawl that dies in between visits these pages again, one of each host.
        """
        if not landings:
            return
        self._in_flight -= len(landings)
        # A dry run, which may stand beside another crawl, reads the archive and keeps nothing in it.
        kept = contextlib.nullcontext() if self._options.dry_run else self._archive.batch()
        with self._frontier.batch(), kept:
            waits = [(landing.lane, self._land_safely(landing)) for landing in landings]
        for lane, wait in waits:
            if wait is None:
                lane.closed = True
            else:
                self._schedule(lane, wait)
        self._tell_all()

    def _land_safely(self, landing: _Landing) -> float | None:
        """As `_land`; what nobody foresaw in a page is that page's failure, and the crawl goes on."""
        try:
            return self._land(landing)
        except (ArchiveError, FrontierError):
            raise
        except Exception as error:  # noqa: BLE001 - servers send what no list of exceptions covers
            lane, visit = landing.lane, landing.visit
            said = f"{landing.url}: {type(error).__name__}: {error}"
            self._failed(lane, landing.url, _UNFORESEEN, said)
            if visit is None:
                lane.robots, lane.robots_read = NOT_NOW, time.monotonic()
                return None
            self._frontier.failed(visit, _UNFORESEEN, due=next_try(visit.attempts, datetime.now(UTC)))
            return lane.pace.answered()

    def _land(self, landing: _Landing) -> float | None:
        """Deal with what came; the seconds to leave the host alone, or None to leave it for this crawl."""
        lane = landing.lane
        if isinstance(landing.outcome, Interrupted):
            return 0.0
        if not isinstance(landing.outcome, Page | FetchError):
            raise landing.outcome
        if landing.visit is not None and landing.visit.kind in LISTS and self._is_stop_asked():
            return 0.0  # A list holds nothing to lose, but may take seconds to read; it is fetched again.
        if landing.visit is None:
            return self._land_robots(lane, landing)
        if isinstance(landing.outcome, FetchError):
            return self._land_failure(lane, landing.visit, landing.outcome)
        return self._land_page(lane, landing.visit, landing.outcome)

    def _land_robots(self, lane: _Lane, landing: _Landing) -> float | None:
        match landing.outcome:
            case Page():
                lane.robots = read_robots(landing.outcome)
            case RefusedRedirect() | TooManyRedirects():
                lane.robots = ALL_ALLOWED  # It leads nowhere: unavailable, RFC 9309 section 2.3.1.2.
            case _:
                lane.robots = NOT_NOW
        lane.robots_read = time.monotonic()
        if lane.robots is NOT_NOW:
            if isinstance(landing.outcome, FetchError):
                self._failed(lane, landing.url, landing.outcome.reason, str(landing.outcome))
            else:
                self._failed(lane, landing.url, "robots-unavailable")
            return None
        if self._options.delay is None:
            lane.pace.delay = max(lane.source.delay, lane.robots.delay or 0.0)
        self._wake(lane.source, self._harvesters[lane.source.name].sitemaps(lane.robots.sitemaps))
        return lane.pace.wait

    def _land_failure(self, lane: _Lane, visit: Visit, error: FetchError) -> float | None:
        if error.transient and not isinstance(error, TooSlow) and visit.url not in lane.retried:
            lane.retried.add(visit.url)
            return lane.pace.silent() if error.silent else lane.pace.answered()
        if isinstance(error, RefusedRedirect) and self._hand_over(lane, visit, error.target):
            return lane.pace.answered()
        self._frontier.failed(visit, error.reason, due=next_try(visit.attempts, datetime.now(UTC)))
        self._failed(lane, visit.url, error.reason, str(error))
        return lane.pace.silent() if error.silent else lane.pace.answered()

    def _hand_over(self, lane: _Lane, visit: Visit, target: str) -> bool:
        """Leave a page that has moved to another host of the paper to that host's own lane."""
        url = canonical(target)
        if url is None or authority(url) == lane.host or not within(url, lane.source.hosts):
            return False
        self._wake(lane.source, self._harvesters[lane.source.name].moved(visit, url))
        return True

    def _land_page(self, lane: _Lane, visit: Visit, page: Page) -> float | None:
        tally = self._tallies[lane.source.name]
        tally.fetched += 1
        if is_busy(page):
            asked = retry_after(page)
            wait = lane.pace.busy(asked)
            if wait is None:
                due = datetime.now(UTC) + timedelta(seconds=min(asked or 0.0, 86400.0))
                self._frontier.failed(visit, f"http-{page.status}", due=due, status=page.status)
                self._failed(lane, visit.url, f"http-{page.status}")
            return wait
        if page.status != 304 and not 200 <= page.status < 300:
            self._failed(lane, visit.url, self._harvesters[lane.source.name].missing(visit, page))
            return lane.pace.answered()
        tally.arrived += 1
        harvest = self._harvesters[lane.source.name].take(visit, page)
        self._tell(lane, visit.url, harvest.outcome)
        self._wake(lane.source, harvest.hosts - {lane.host})
        return lane.pace.answered()

    def _failed(self, lane: _Lane, url: str, reason: str, said: str | None = None) -> None:
        self._tallies[lane.source.name].fail(reason, said or url)
        self._tell(lane, url, reason)

    def _tell(self, lane: _Lane, url: str, outcome: str) -> None:
        fetched = sum(tally.fetched for tally in self._tallies.values())
        self._untold.append(Progress(lane.source.name, url, outcome, fetched))

    def _tell_all(self) -> None:
        """Tell of the pages that have been dealt with."""
        untold, self._untold = self._untold, []
        if self._options.progress is not None:
            for progress in untold:
                self._options.progress(progress)


@contextlib.contextmanager
def _control_c_sets(event: threading.Event) -> Iterator[None]:
    """The first Ctrl-C sets the event, so that it tears nothing in two; the second interrupts as ever."""
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return

    def note(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        event.set()

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
