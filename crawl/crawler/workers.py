"""Fetch, and extract: what is done beside the crawl's own thread."""

from __future__ import annotations

import contextlib
import queue
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

from crawl.article import Page
from crawl.crawler.contents import CONTENTS
from crawl.crawler.steps import Extracted, Fetched, KeptPage, PageRequest, Request
from crawl.extraction.sandbox import Extractors
from crawl.fetching.fetcher import Fetcher
from crawl.fetching.robots import MAX_BYTES as MAX_ROBOTS

WORKERS = 16
"""Pages that are fetched or read at once, each of another host."""


class Workers:
    """Threads that wait for servers and for the processes that read. For use by one thread.

    `permits` says of a redirect of a request whether it may be followed to a URL; the threads ask it.
    """

    def __init__(
        self, fetcher: Fetcher, extractors: Extractors, permits: Callable[[Request, str], bool]
    ) -> None:
        self._fetcher, self._extractors, self._permits = fetcher, extractors, permits
        self._threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="crawl")
        self._arrived: queue.SimpleQueue[Fetched | Extracted] = queue.SimpleQueue()
        self._busy = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown()

    @property
    def are_busy(self) -> bool:
        """Whether anything has still to arrive."""
        return self._busy > 0

    @property
    def have_room(self) -> bool:
        """Whether another request may be made now."""
        return self._busy < WORKERS

    def fetch(self, request: Request) -> None:
        """Let what is asked for be fetched; whatever that raises is its outcome."""

        def fetched() -> Fetched:
            began = time.monotonic()
            outcome: Page | Exception
            try:
                outcome = self._get(request)
            except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for this arrival
                outcome = error
            return Fetched(request, outcome, time.monotonic() - began)

        self._start(fetched)

    def _get(self, request: Request) -> Page:
        def permit(target: str) -> bool:
            return self._permits(request, target)

        if isinstance(request, PageRequest):
            return self._fetcher.get(
                request.url, etag=request.etag, last_modified=request.last_modified, permit=permit
            )
        return self._fetcher.get(request.url, permit=permit, first=MAX_ROBOTS)

    def extract(self, kept: KeptPage) -> None:
        """Let the page be read in another process; whatever that raises is its outcome."""

        def extracted() -> Extracted:
            try:
                task = CONTENTS[kept.request.visit.kind]
                return Extracted(kept, self._extractors.run(task, kept.page, kept.request.source))
            except Exception as error:  # noqa: BLE001 - as above
                return Extracted(kept, error)

        self._start(extracted)

    def _start(self, step: Callable[[], Fetched | Extracted]) -> None:
        self._busy += 1
        self._threads.submit(lambda: self._arrived.put(step()))

    def arrivals(self, patience: float) -> list[Fetched | Extracted]:
        """All that has arrived, at most one thing of each host; waits up to `patience` seconds for the first."""
        arrivals: list[Fetched | Extracted] = []
        with contextlib.suppress(queue.Empty):
            arrivals.append(self._arrived.get(timeout=patience))
            while True:
                arrivals.append(self._arrived.get_nowait())
        self._busy -= len(arrivals)
        return arrivals
