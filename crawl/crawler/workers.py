"""What is done beside the crawl's own thread: pages are fetched, and what is stored of them is read."""

from __future__ import annotations

import contextlib
import queue
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeAlias

from crawl.article import Page
from crawl.crawler.reading import READERS, Contents
from crawl.crawler.schedule import Request
from crawl.extraction.extract import Unreadable
from crawl.extraction.sandbox import Extractors
from crawl.fetching.fetcher import Fetcher
from crawl.frontier.frontier import Visit

WORKERS = 16
"""Pages that are fetched or read at once, each of another host."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of a request."""

    request: Request
    outcome: Page | Exception


@dataclass(frozen=True, slots=True)
class Unread:
    """A page that came of a request for a visit and, where it may be an article's, is stored under a `number`."""

    request: Request
    visit: Visit
    page: Page
    number: int | None


@dataclass(frozen=True, slots=True)
class Read:
    """What such a page was found to hold."""

    unread: Unread
    outcome: Contents | Unreadable | Exception

    @property
    def request(self) -> Request:
        """What it came of."""
        return self.unread.request


Landing: TypeAlias = Fetched | Read


class Workers:
    """Threads that wait for servers and for the processes that read. For use by one thread."""

    def __init__(self, fetcher: Fetcher, extractors: Extractors) -> None:
        self._fetcher, self._extractors = fetcher, extractors
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

    def fetch(self, request: Request) -> None:
        """Let the page be fetched."""

        def landing() -> Landing:
            try:
                return Fetched(request, self._get(request))
            except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for this landing
                return Fetched(request, error)

        self._start(landing)

    def _get(self, request: Request) -> Page:
        began = time.monotonic()
        try:
            return self._fetcher.get(
                request.url,
                etag=request.etag,
                last_modified=request.last_modified,
                permit=request.permit,
                first=request.first,
            )
        finally:
            request.queue.pace.took(time.monotonic() - began)

    def read(self, unread: Unread) -> None:
        """Let the page be read in another process."""

        def landing() -> Landing:
            try:
                task = READERS[unread.visit.kind]
                return Read(unread, self._extractors.run(task, unread.page, unread.request.queue.source))
            except Exception as error:  # noqa: BLE001 - as above
                return Read(unread, error)

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
