"""The crawl: what is due is fetched, a host at a time, and everything that comes is stored, then read.

A page goes one way, and each step has one owner, which hands the page on and never looks back:

    schedule ──▶ fetch ──▶ answers ──▶ store ──▶ read ──▶ store ──▶ remember
    Schedule     Workers   Answers     Store     Workers  Store     Memory, Discovery

Workers fetch, and wait for the processes that read. The thread that calls `crawl` does all the rest, so neither the
archive nor the frontier is ever used by two threads. A host has its turn again when what came of the last one is
stored; one that is slow, or whose page takes long to read, holds one worker for one page.
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

from crawl.archive.database import ArchiveError
from crawl.archive.store import Archive
from crawl.article import Page, When
from crawl.crawler.answers import Answers, Arrived
from crawl.crawler.discovery import Discovery
from crawl.crawler.host_queues import HostQueues
from crawl.crawler.memory import Memory, Remembered
from crawl.crawler.reading import ArticlePage, Contents
from crawl.crawler.report import CrawlReport, Journal, Progress
from crawl.crawler.schedule import Schedule
from crawl.crawler.store import Store
from crawl.crawler.workers import Landing, Read, Unread, Workers
from crawl.extraction.extract import Unreadable
from crawl.extraction.sandbox import extractors
from crawl.fetching.errors import FetchError, Interrupted
from crawl.fetching.fetcher import Fetcher
from crawl.fetching.robots import NOT_NOW
from crawl.frontier.frontier import LISTS, Frontier, FrontierError
from crawl.sources.source import Source

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


_Next: TypeAlias = float | Unread | None
"""What is next for a host: its turn after so many seconds, a page of it to read, or nothing more in this crawl."""


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
        self._sources, self._archive, self._frontier, self._fetcher = sources, archive, frontier, fetcher
        self._options = options
        self._journal = Journal([source.name for source in sources], options.progress)
        self._queues = HostQueues(frontier, self._journal, options.delay)
        self._stores = {
            source.name: Store(source, archive, frontier, since=options.since) for source in sources
        }
        self._memories = {source.name: self._memory(source) for source in sources}
        self._schedule = Schedule(
            self._queues,
            archive,
            frontier,
            self._memories,
            self._journal,
            self._is_stop_asked,
            recheck=options.recheck,
            lists_only=options.dry_run,
        )
        self._answers = Answers(self._queues, self._stores, self._memories, self._journal)
        self._begun = 0
        self._control_c = threading.Event()
        self._stopping = False

    def _memory(self, source: Source) -> Memory:
        tally = self._journal.tally(source.name)
        discovery = Discovery(source, self._frontier, tally)
        return Memory(discovery, self._frontier, tally, recheck=self._options.recheck)

    def report(self) -> CrawlReport:
        with Workers(self._fetcher, extractors()) as workers, _control_c_sets(self._control_c):
            try:
                self._begin()
                self._turn_round(workers)
            finally:
                self._fetcher.interrupt()
        return self._journal.report(interrupted=self._stopping)

    def _begin(self) -> None:
        started, since, recheck = datetime.now(UTC), self._options.since, self._options.recheck
        for source in self._sources:
            discovery = self._memories[source.name].discovery
            hosts = discovery.begin(self._archive, started=started, since=since, recheck=recheck)
            self._queues.wake(source, hosts)

    def _turn_round(self, workers: Workers) -> None:
        while True:
            self._stopping = self._is_stop_asked()
            if self._stopping:
                self._fetcher.interrupt()
            elif not self._enough():
                self._launch(workers)
                self._journal.tell()
            if not workers.are_busy and (self._stopping or self._enough() or not self._queues):
                return
            self._receive(workers)

    def _is_stop_asked(self) -> bool:
        return self._control_c.is_set() or self._options.stop.is_set()

    def _enough(self) -> bool:
        return self._options.max_pages is not None and self._begun >= self._options.max_pages

    def _launch(self, workers: Workers) -> None:
        """Send a worker to every host that is due, as long as there are workers."""
        now = time.monotonic()
        while workers.have_room and not self._enough() and (request := self._schedule.next(now)) is not None:
            self._begun += request.visit is not None
            workers.fetch(request)

    def _receive(self, workers: Workers) -> None:
        """Deal with what came, all of it in one batch: what makes it durable costs more than one page's own work.

        The frontier learns that a visit is done after the archive has kept what came of it, and nobody is told
        before that. A crawl that dies in between visits these pages again, one of each host.
        """
        landings = workers.landings(self._queues.until_next(_TICK))
        if not landings:
            return
        # A dry run, which may stand beside another crawl, reads the archive and keeps nothing in it.
        kept = contextlib.nullcontext() if self._options.dry_run else self._archive.batch()
        with self._frontier.batch(), kept:
            following = [(landing.request.queue, self._land_safely(landing)) for landing in landings]
        for queue, then in following:
            match then:
                case Unread():
                    workers.read(then)
                case None:
                    queue.closed = True
                case _:
                    self._queues.schedule(queue, then)
        self._journal.tell()

    def _land_safely(self, landing: Landing) -> _Next:
        """As `_land`; what nobody foresaw in a page is that page's failure, and the crawl goes on."""
        try:
            return self._land(landing)
        except (ArchiveError, FrontierError):
            raise
        except Exception as error:  # noqa: BLE001 - servers send what no list of exceptions covers
            queue, visit, url = landing.request.queue, landing.request.visit, landing.request.url
            name = queue.source.name
            self._journal.failed(name, url, _UNFORESEEN, f"{url}: {type(error).__name__}: {error}")
            if visit is None:
                queue.obey(NOT_NOW)
                return None
            self._memories[name].not_fetched(visit, _UNFORESEEN)
            return queue.pace.answered()

    def _land(self, landing: Landing) -> _Next:
        request, outcome = landing.request, landing.outcome
        if isinstance(outcome, Interrupted):
            return 0.0
        if isinstance(outcome, Exception) and not isinstance(outcome, FetchError):
            raise outcome
        if request.visit is not None and request.visit.kind in LISTS and self._is_stop_asked():
            return 0.0  # A list holds nothing to lose, but may take seconds to read; it is fetched again.
        if isinstance(landing, Read):
            assert not isinstance(landing.outcome, Exception)
            return self._keep(landing.unread, landing.outcome)
        assert isinstance(outcome, Page | FetchError)
        meaning = self._answers.meaning(request, outcome)
        if not isinstance(meaning, Arrived):
            return meaning
        number = self._stores[request.queue.source.name].page(meaning.visit, meaning.page)
        return Unread(request, meaning.visit, meaning.page, number)

    def _keep(self, unread: Unread, contents: Contents | Unreadable) -> float:
        """Store what was read in a page, then remember it."""
        queue, visit = unread.request.queue, unread.visit
        remembered = self._remembered(unread, contents)
        self._journal.note(queue.source.name, visit.url, remembered.outcome)
        self._queues.wake(queue.source, remembered.hosts - {queue.host})
        return queue.pace.answered()

    def _remembered(self, unread: Unread, contents: Contents | Unreadable) -> Remembered:
        name, visit, page, number = unread.request.queue.source.name, unread.visit, unread.page, unread.number
        store, memory = self._stores[name], self._memories[name]
        match contents:
            case Unreadable():
                return memory.stored(visit, page, store.unreadable(number, contents))
            case ArticlePage():
                assert number is not None
                stored = store.article(visit, page, number, contents.reading)
                return memory.stored(visit, page, stored, contents.links)
            case _:
                return memory.listed(visit, page, contents)


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
