"""The crawl: what is due is fetched, a host at a time, and everything that comes is stored, then read.

Workers fetch, and wait for the processes that read. The thread that calls `crawl` does all the rest: it decides
what is due, stores and keeps the frontier, so neither the archive nor the frontier is ever used by two threads.
A host has its turn again when what came of the last one is stored; one that is slow, or whose page takes long to
read, holds one worker for one page.
"""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from types import FrameType
from typing import TypeAlias

from crawl.archive.store import Archive, ArchiveError
from crawl.article import Page, When
from crawl.crawler.harvest import Harvest, Harvester
from crawl.crawler.host_queues import Lane, Lanes
from crawl.crawler.report import CrawlReport, Journal, Progress
from crawl.crawler.workers import Landing, Read, Unread, Workers
from crawl.datafolder.quiet_hours import is_quiet
from crawl.extraction.sandbox import extractors
from crawl.fetching.errors import (
    FetchError,
    Interrupted,
    RefusedRedirect,
    TooManyRedirects,
    TooSlow,
)
from crawl.fetching.fetcher import Fetcher
from crawl.fetching.robots import ALL_ALLOWED, NOT_NOW, is_busy, read_robots, retry_after
from crawl.fetching.robots import MAX_BYTES as MAX_ROBOTS
from crawl.frontier.frontier import LISTS, Frontier, FrontierError, Kind, Visit
from crawl.frontier.revisit import next_try
from crawl.sources.source import Source
from crawl.urls import authority, canonical, within

_MOST_UNMODIFIED = 3
_MOST_PASSED_OVER = 100  # URLs of a host in one turn, while the other hosts wait
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
    options = _Options(max_pages, since, recheck, delay, dry_run, progress, stop or threading.Event())
    with frontier.rehearsal() if dry_run else contextlib.nullcontext(frontier) as used:
        return _Run(tuple(sources), archive, used, fetcher, options).report()


@dataclass(frozen=True, slots=True)
class _Options:
    max_pages: int | None
    since: When | None
    recheck: bool
    delay: float | None
    dry_run: bool
    progress: Callable[[Progress], None] | None
    stop: threading.Event


_Next: TypeAlias = float | Unread | None
"""What is next for a host: its turn after so many seconds, a page of it to read, or nothing more in this crawl."""


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
        self._journal = Journal([source.name for source in sources], options.progress)
        self._harvesters = {
            source.name: Harvester(
                source,
                archive,
                frontier,
                self._journal.tally(source.name),
                started=self._started,
                since=options.since,
                recheck=options.recheck,
            )
            for source in sources
        }
        self._sources = sources
        self._lanes = Lanes(frontier, self._journal, options.delay)
        self._begun = 0
        self._control_c = threading.Event()
        self._stopping = False

    def report(self) -> CrawlReport:
        with Workers(extractors()) as workers, _control_c_sets(self._control_c):
            try:
                self._seed()
                self._turn_round(workers)
            finally:
                self._fetcher.interrupt()
        return self._journal.report(interrupted=self._stopping)

    def _seed(self) -> None:
        for source in self._sources:
            self._lanes.wake(source, self._harvesters[source.name].seed())

    def _turn_round(self, workers: Workers) -> None:
        while True:
            self._stopping = self._is_stop_asked()
            if self._stopping:
                self._fetcher.interrupt()
            elif not self._enough():
                self._launch(workers)
                self._journal.tell()
            if not workers.are_busy and (self._stopping or self._enough() or not self._lanes):
                return
            self._receive(workers)

    def _is_stop_asked(self) -> bool:
        return self._control_c.is_set() or self._options.stop.is_set()

    def _enough(self) -> bool:
        return self._options.max_pages is not None and self._begun >= self._options.max_pages

    # Out

    def _launch(self, workers: Workers) -> None:
        """Send a worker to every host that is due, as long as there are workers."""
        now = time.monotonic()
        while workers.have_room and not self._enough() and (lane := self._lanes.next(now)) is not None:
            if is_quiet(lane.source.quiet, datetime.now(UTC)):
                self._leave_in_quiet(lane)
            elif (visit := self._next(lane)) is None:
                continue
            elif lane.needs_robots:
                scheme = visit.url.partition("://")[0]
                self._send(workers, lane, None, f"{scheme}://{lane.host}/robots.txt")
            else:
                self._begun += 1
                self._send(workers, lane, visit, visit.url)

    def _leave_in_quiet(self, lane: Lane) -> None:
        """Its readers come now; what waits is for the next crawl."""
        lane.closed = True
        self._journal.left_out(lane.source.name, lane.home, "quiet-hours")

    def _next(self, lane: Lane) -> Visit | None:
        """The next URL to fetch, if any; those that need no fetching are dealt with on the way, a few at a time."""
        kinds = LISTS if self._options.dry_run else lane.kinds()
        for _passed_over in range(_MOST_PASSED_OVER):
            visit = self._frontier.next(lane.host, kinds)
            if visit is None:
                lane.idle = True
                return None
            if lane.robots is None:
                return visit
            if not lane.robots.allowed(visit.url):
                self._frontier.later(visit)
                self._journal.left_out(lane.source.name, visit.url, "robots.txt", visit.url)
                self._journal.tell()
            elif self._harvesters[lane.source.name].needs(visit):
                return visit
            if self._is_stop_asked():
                break
        self._lanes.schedule(lane, 0.0)
        return None

    def _send(self, workers: Workers, lane: Lane, visit: Visit | None, url: str) -> None:
        etag, last_modified = self._validators(visit)

        def get() -> Page:
            began = time.monotonic()
            try:
                return self._fetcher.get(
                    url,
                    etag=etag,
                    last_modified=last_modified,
                    permit=lambda target: self._permitted(lane, target, with_rules=visit is not None),
                    first=MAX_ROBOTS if visit is None else None,
                )
            finally:
                lane.pace.took(time.monotonic() - began)

        workers.fetch(lane, visit, url, get)

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

    def _permitted(self, lane: Lane, target: str, *, with_rules: bool) -> bool:
        """Whether a redirect may be followed: within the newspaper, and where a robots.txt is known that allows it."""
        if not within(target, lane.source.hosts):
            return False
        other = self._lanes.get(authority(target))
        robots = None if other is None else other.robots
        return not with_rules or (robots is not None and robots.allowed(target))

    # In

    def _receive(self, workers: Workers) -> None:
        """Deal with what came, all of it in one batch: what makes it durable costs more than one page's own work.

        The frontier learns that a visit is done after the archive has kept what came of it, and nobody is told
        before that. A crawl that dies in between visits these pages again, one of each host.
        """
        landings = workers.landings(self._lanes.until_next(_TICK))
        if not landings:
            return
        # A dry run, which may stand beside another crawl, reads the archive and keeps nothing in it.
        kept = contextlib.nullcontext() if self._options.dry_run else self._archive.batch()
        with self._frontier.batch(), kept:
            following = [(landing.lane, self._land_safely(landing)) for landing in landings]
        for lane, then in following:
            match then:
                case Unread():
                    workers.read(lane, then)
                case None:
                    lane.closed = True
                case _:
                    self._lanes.schedule(lane, then)
        self._journal.tell()

    def _land_safely(self, landing: Landing) -> _Next:
        """As `_land`; what nobody foresaw in a page is that page's failure, and the crawl goes on."""
        try:
            return self._land(landing)
        except (ArchiveError, FrontierError):
            raise
        except Exception as error:  # noqa: BLE001 - servers send what no list of exceptions covers
            lane, visit, url = landing.lane, landing.visit, landing.url
            self._journal.failed(
                lane.source.name, url, _UNFORESEEN, f"{url}: {type(error).__name__}: {error}"
            )
            if visit is None:
                lane.obey(NOT_NOW)
                return None
            self._frontier.failed(visit, _UNFORESEEN, due=next_try(visit.attempts, datetime.now(UTC)))
            return lane.pace.answered()

    def _land(self, landing: Landing) -> _Next:
        lane, visit, outcome = landing.lane, landing.visit, landing.outcome
        if isinstance(outcome, Interrupted):
            return 0.0
        if isinstance(outcome, Exception) and not isinstance(outcome, FetchError):
            raise outcome
        if visit is not None and visit.kind in LISTS and self._is_stop_asked():
            return 0.0  # A list holds nothing to lose, but may take seconds to read; it is fetched again.
        if isinstance(landing, Read):
            return self._land_reading(landing)
        assert isinstance(outcome, Page | FetchError)
        if visit is None:
            return self._land_robots(lane, landing.url, outcome)
        if isinstance(outcome, FetchError):
            return self._land_failure(lane, visit, outcome)
        return self._land_page(lane, visit, outcome)

    def _land_robots(self, lane: Lane, url: str, outcome: Page | FetchError) -> float | None:
        match outcome:
            case Page():
                robots = read_robots(outcome)
            case RefusedRedirect() | TooManyRedirects():
                robots = ALL_ALLOWED  # It leads nowhere: unavailable, RFC 9309 section 2.3.1.2.
            case _:
                robots = NOT_NOW
        lane.obey(robots)
        if robots is NOT_NOW:
            if isinstance(outcome, FetchError):
                self._journal.failed(lane.source.name, url, outcome.reason, str(outcome))
            else:
                self._journal.failed(
                    lane.source.name, url, "robots-unavailable", self._lanes.rest(lane, outcome)
                )
            return None
        self._lanes.slow_down(lane, robots)
        self._lanes.wake(lane.source, self._harvesters[lane.source.name].sitemaps(robots.sitemaps))
        return lane.pace.wait

    def _land_failure(self, lane: Lane, visit: Visit, error: FetchError) -> float | None:
        if error.transient and not isinstance(error, TooSlow) and visit.url not in lane.retried:
            lane.retried.add(visit.url)
            return lane.pace.silent() if error.silent else lane.pace.answered()
        lane.retried.discard(visit.url)
        if isinstance(error, RefusedRedirect) and self._hand_over(lane, visit, error.target):
            return lane.pace.answered()
        self._frontier.failed(visit, error.reason, due=next_try(visit.attempts, datetime.now(UTC)))
        self._journal.failed(lane.source.name, visit.url, error.reason, str(error))
        return lane.pace.silent() if error.silent else lane.pace.answered()

    def _hand_over(self, lane: Lane, visit: Visit, target: str) -> bool:
        """Leave a page that has moved to another host of the paper to that host's own lane."""
        url = canonical(target)
        if url is None or authority(url) == lane.host or not within(url, lane.source.hosts):
            return False
        self._lanes.wake(lane.source, self._harvesters[lane.source.name].moved(visit, url))
        return True

    def _land_page(self, lane: Lane, visit: Visit, page: Page) -> _Next:
        tally, harvester = self._journal.tally(lane.source.name), self._harvesters[lane.source.name]
        tally.fetched += 1
        lane.retried.discard(visit.url)
        if is_busy(page):
            # Where it was sent to another host, that one is asked for patience by its own name.
            moved = self._hand_over(lane, visit, page.final_url)
            return lane.pace.answered() if moved else self._land_busy(lane, visit, page)
        if page.status != 304 and not 200 <= page.status < 300:
            self._journal.failed(lane.source.name, visit.url, harvester.missing(visit, page))
            return lane.pace.answered()
        tally.arrived += 1
        if page.status == 304:
            return self._harvested(lane, visit, harvester.unmodified(visit, page))
        return Unread(visit, page, harvester.store(visit, page))

    def _land_busy(self, lane: Lane, visit: Visit, page: Page) -> float | None:
        said = self._lanes.rest(lane, page)
        wait = lane.pace.busy(retry_after(page))
        if wait is None:
            reason = f"http-{page.status}"
            self._frontier.failed(visit, reason, due=datetime.now(UTC), status=page.status)
            self._journal.failed(lane.source.name, visit.url, reason, said)
        return wait

    def _land_reading(self, landing: Read) -> float:
        assert not isinstance(landing.outcome, Exception)
        lane, unread = landing.lane, landing.unread
        harvester = self._harvesters[lane.source.name]
        harvest = harvester.take(unread.visit, unread.page, unread.number, landing.outcome)
        return self._harvested(lane, unread.visit, harvest)

    def _harvested(self, lane: Lane, visit: Visit, harvest: Harvest) -> float:
        self._journal.note(lane.source.name, visit.url, harvest.outcome)
        self._lanes.wake(lane.source, harvest.hosts - {lane.host})
        return lane.pace.answered()


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
