"""The crawl: a page is scheduled, fetched, stored, read, stored as an article, and remembered.

    schedule ──▶ fetch ──▶ store the page ──▶ extract ──▶ store what it holds ──▶ remember

Workers fetch, and wait for the processes that extract. The thread that calls `crawl` does all the rest, so neither
the archive nor the frontier is ever used by two threads. A host has its turn again when what came of the last one is
remembered; one that is slow, or whose page takes long to read, holds one worker for one page.
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

from crawl.archive.store import Archive, ArchiveError
from crawl.article import Page, When
from crawl.crawler.remembering import Remembering
from crawl.crawler.report import CrawlReport, Journal, Progress
from crawl.crawler.schedule import Schedule
from crawl.crawler.steps import Extracted, Fetched, KeptPage, PageRequest, Remembered, RobotsRequest
from crawl.crawler.storing import Storing
from crawl.crawler.workers import Workers
from crawl.extraction.sandbox import extractors
from crawl.fetching.errors import FetchError, Interrupted, RefusedRedirect
from crawl.fetching.fetcher import Fetcher
from crawl.fetching.robots import is_busy
from crawl.frontier.database import FrontierError
from crawl.frontier.frontier import Frontier
from crawl.frontier.visits import LISTS
from crawl.sources.source import Source

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
        return _Crawl(tuple(sources), archive, used, fetcher, options).report()


@dataclass(frozen=True, slots=True)
class _Options:
    max_pages: int | None
    since: When | None
    recheck: bool
    delay: float | None
    dry_run: bool
    progress: Callable[[Progress], None] | None
    stop: threading.Event


class _Crawl:
    """One crawl from its first request to its report."""

    def __init__(
        self,
        sources: tuple[Source, ...],
        archive: Archive,
        frontier: Frontier,
        fetcher: Fetcher,
        options: _Options,
    ) -> None:
        self._sources, self._archive, self._frontier = sources, archive, frontier
        self._fetcher, self._options = fetcher, options
        self._control_c = threading.Event()
        self._stopping = False
        self._journal = Journal([source.name for source in sources], options.progress)
        self._schedule = Schedule(
            archive,
            frontier,
            self._journal,
            max_pages=options.max_pages,
            recheck=options.recheck,
            delay=options.delay,
            lists_only=options.dry_run,
            is_stopping=self._is_stop_asked,
        )
        self._storing = Storing(archive, frontier, options.since)
        self._remembering = {source.name: Remembering(source, frontier, self._journal) for source in sources}

    def report(self) -> CrawlReport:
        with (
            Workers(self._fetcher, extractors(), self._schedule.permits) as workers,
            _control_c_sets(self._control_c),
        ):
            try:
                self._begin()
                self._turn_round(workers)
            finally:
                self._fetcher.interrupt()
        return self._journal.report(interrupted=self._stopping)

    def _begin(self) -> None:
        options, started = self._options, datetime.now(UTC)
        for source in self._sources:
            hosts = self._remembering[source.name].begin(
                self._archive, started=started, since=options.since, recheck=options.recheck
            )
            self._schedule.wake(source, hosts)

    def _turn_round(self, workers: Workers) -> None:
        while True:
            self._stopping = self._is_stop_asked()
            if self._stopping:
                self._fetcher.interrupt()
            else:
                self._fetch(workers)
            if not workers.are_busy and (self._stopping or self._schedule.is_over):
                return
            self._receive(workers)

    def _is_stop_asked(self) -> bool:
        return self._control_c.is_set() or self._options.stop.is_set()

    def _fetch(self, workers: Workers) -> None:
        """Send a worker to every host that is due, as long as there are workers."""
        now = time.monotonic()
        while workers.have_room and (request := self._schedule.next(now)) is not None:
            workers.fetch(request)
        self._journal.tell()

    def _receive(self, workers: Workers) -> None:
        """Deal with what arrived, all of it in one batch: what makes it durable costs more than one page's own work.

        The frontier learns that a visit is done after the archive has kept what came of it, and nobody is told
        before that. A crawl that dies in between visits these pages again, one of each host.
        """
        arrivals = workers.arrivals(self._schedule.until_next(_TICK))
        if not arrivals:
            return
        # A dry run, which may stand beside another crawl, reads the archive and keeps nothing in it.
        durably = contextlib.nullcontext() if self._options.dry_run else self._archive.batch()
        with self._frontier.batch(), durably:
            kept = [self._pass_on_safely(arrival) for arrival in arrivals]
        for page in filter(None, kept):
            workers.extract(page)
        self._journal.tell()

    def _pass_on_safely(self, arrival: Fetched | Extracted) -> KeptPage | None:
        """As `_pass_on`; what nobody foresaw in a page is that page's failure, and the crawl goes on."""
        try:
            return self._pass_on(arrival)
        except (ArchiveError, FrontierError):
            raise
        except Exception as error:  # noqa: BLE001 - servers send what no list of exceptions covers
            request = arrival.request
            remembering = self._remembering[request.source.name]
            if isinstance(request, RobotsRequest):
                remembering.unforeseen(None, request.url, error)
                self._schedule.close(request)
            else:
                remembered = remembering.unforeseen(request.visit, request.url, error)
                self._schedule.turn(request, remembered)
            return None

    def _pass_on(self, arrival: Fetched | Extracted) -> KeptPage | None:
        """Take what arrived as far as it goes: to its end, or to a page that is kept and has still to be read."""
        if isinstance(arrival, Fetched):
            self._schedule.arrived(arrival)
        if self._is_given_up(arrival):
            self._schedule.again(arrival.request)
            return None
        if isinstance(arrival.outcome, Exception) and not isinstance(arrival.outcome, FetchError):
            raise arrival.outcome
        match arrival:
            case Fetched(RobotsRequest() as request, Page() | FetchError() as outcome):
                self._robots(request, outcome)
            case Fetched(PageRequest() as request, FetchError() as error):
                self._failed(request, error)
            case Fetched(PageRequest() as request, Page() as page):
                return self._page(request, page)
            case Extracted():
                stored = self._storing.store(arrival)
                remembered = self._remembering[arrival.request.source.name].stored(stored)
                self._schedule.turn(arrival.request, remembered)
        return None

    def _is_given_up(self, arrival: Fetched | Extracted) -> bool:
        """Whether the crawl is to end, and this is left to be fetched again.

        A list holds nothing to lose, but may take seconds to read.
        """
        if isinstance(arrival.outcome, Interrupted):
            return True
        request = arrival.request
        is_list = isinstance(request, PageRequest) and request.visit.kind in LISTS
        return is_list and self._is_stop_asked()

    def _robots(self, request: RobotsRequest, outcome: Page | FetchError) -> None:
        sitemaps = self._schedule.obey(request, outcome)
        if sitemaps is not None:
            self._schedule.turn(request, self._remembering[request.source.name].sitemaps(sitemaps))

    def _failed(self, request: PageRequest, error: FetchError) -> None:
        if self._schedule.retries(request, error):
            return
        remembering = self._remembering[request.source.name]
        remembered: Remembered | None = None
        if isinstance(error, RefusedRedirect):
            remembered = remembering.moved(request.visit, error.target)
        self._schedule.turn(request, remembered or remembering.failed(request.visit, error), error)

    def _page(self, request: PageRequest, page: Page) -> KeptPage | None:
        """The page, kept, if it is one to be read."""
        visit, remembering = request.visit, self._remembering[request.source.name]
        remembering.answered(page)
        if is_busy(page):
            self._busy(request, page)
        elif page.status == 304:
            self._schedule.turn(request, remembering.unmodified(visit, page))
        elif not 200 <= page.status < 300:
            missing = self._storing.missing(visit, page)
            self._schedule.turn(request, remembering.missing(visit, page, missing))
        else:
            return self._storing.keep(request, page)
        return None

    def _busy(self, request: PageRequest, page: Page) -> None:
        remembering = self._remembering[request.source.name]
        # Where it was sent to another host, that one is asked for patience by its own name.
        if moved := remembering.moved(request.visit, page.final_url):
            self._schedule.turn(request, moved)
            return
        said = self._schedule.rests(request, page)
        if not self._schedule.waits(request, page):
            remembering.busy(request.visit, page, said)


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
