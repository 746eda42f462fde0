"""What is done beside the crawl's own thread: pages are fetched, and what is stored of them is read."""

from __future__ import annotations

import contextlib
import queue
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeAlias

from crawl.article import Page
from crawl.crawler.host_queues import Lane
from crawl.crawler.reading import READERS, Contents
from crawl.extraction.extract import Unreadable
from crawl.extraction.sandbox import Extractors
from crawl.frontier.frontier import Visit

WORKERS = 16
"""Pages that are fetched or read at once, each of another host."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A page that has come and, where it may be an article's, is stored under a `number`."""

    visit: Visit
    page: Page
    number: int | None


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of a request; `visit` is None for robots.txt."""

    lane: Lane
    visit: Visit | None
    url: str
    outcome: Page | Exception


@dataclass(frozen=True, slots=True)
class Read:
    """What a page was found to hold."""

    lane: Lane
    unread: Unread
    outcome: Contents | Unreadable | Exception

    @property
    def visit(self) -> Visit:
        """What was visited."""
        return self.unread.visit

    @property
    def url(self) -> str:
        """Where it was visited."""
        return self.unread.visit.url


Landing: TypeAlias = Fetched | Read


class Workers:
    """Threads that wait for servers and for the processes that read. For use by one thread."""

    def __init__(self, extractors: Extractors) -> None:
        self._extractors = extractors
        self._threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="crawl")
        self._landed: queue.SimpleQueue[Landing] = queue.SimpleQueue()
        self._busy = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown()

    @property
    def are_busy(self) -> bool:
        """Whether anything has still to land."""
        return self._busy > 0

    @property
    def have_room(self) -> bool:
        """Whether another request may be made now."""
        return self._busy < WORKERS

    def fetch(self, lane: Lane, visit: Visit | None, url: str, get: Callable[[], Page]) -> None:
        """Let `get` fetch the page; whatever it raises lands as its outcome."""

        def landing() -> Landing:
            try:
                return Fetched(lane, visit, url, get())
            except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for this landing
                return Fetched(lane, visit, url, error)

        self._start(landing)

    def read(self, lane: Lane, unread: Unread) -> None:
        """Let the page be read in another process."""

        def landing() -> Landing:
            try:
                task = READERS[unread.visit.kind]
                return Read(lane, unread, self._extractors.run(task, unread.page, lane.source))
            except Exception as error:  # noqa: BLE001 - as above
                return Read(lane, unread, error)

        self._start(landing)

    def _start(self, landing: Callable[[], Landing]) -> None:
        self._busy += 1
        self._threads.submit(lambda: self._landed.put(landing()))

    def landings(self, patience: float) -> list[Landing]:
        """All that has landed, at most one thing of each host; waits up to `patience` seconds for the first."""
        landings: list[Landing] = []
        with contextlib.suppress(queue.Empty):
            landings.append(self._landed.get(timeout=patience))
            while True:
                landings.append(self._landed.get_nowait())
        self._busy -= len(landings)
        return landings
