"""Extraction in processes of its own: several pages at once, and none for longer than its budget.

A page that breaks the process that reads it, or keeps it busy for too long, costs that process and nothing else.
"""

from __future__ import annotations

import functools
import queue
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Self, TypeAlias, TypeVar

from crawl.article import Page
from crawl.datafolder.processes import processors, started
from crawl.extraction.extract import Reading, Unreadable, unreadable
from crawl.extraction.extract import read_page as read_here
from crawl.messages import current_language, set_language
from crawl.messages import gettext as _
from crawl.sources.source import Source

BUDGET = 5.0
"""Seconds of processor time that a page may take; the slowest of real pages takes a tenth of one."""

OVER_BUDGET = "slow-page"

_PATIENCE = 20  # how many times its budget a page may wait on a busy machine
_AHEAD = 4  # pages for each process, so that none waits for work


@dataclass(frozen=True, slots=True)
class Job:
    """A page to read as one of the source's; `number` is whatever tells the page to its owner."""

    number: int
    page: Page
    source: Source


T = TypeVar("T")
Task: TypeAlias = Callable[[Page, Source], T]
"""A function of some module, which finds out something about a page of a source."""


def read_page(page: Page, source: Source) -> Reading:
    """What the page holds, read in another process, which stays for the next page; see `Extractors.read`."""
    return extractors().read(page, source)


@functools.cache
def extractors() -> Extractors:
    """Those that stay as long as this process, for all who read pages."""
    return Extractors()


class Extractors:
    """So many processes that extract. They are started when they are needed, and end with this one."""

    def __init__(self, workers: int = 0, *, budget: float = BUDGET) -> None:
        """`workers` 0 means one for each processor; `budget` is in seconds of processor time a page."""
        self._workers = workers or processors()
        self._idle: queue.LifoQueue[_Worker] = queue.LifoQueue()  # no more are started than are needed
        for _number in range(self._workers):
            self._idle.put(_Worker(budget))

    def read(self, page: Page, source: Source) -> Reading:
        """What the page holds; see `run`."""
        return self.run(read_here, page, source)

    def run(self, task: Task[T], page: Page, source: Source) -> T | Unreadable:
        """What the task gives; Unreadable with OVER_BUDGET where it takes too long. Threads may call it."""
        worker = self._idle.get()
        try:
            return worker.run(task, page, source)
        finally:
            self._idle.put(worker)

    def read_all(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Reading]]:
        """What every page holds, in the order of the jobs, of which few more are taken than are answered."""
        waiting: deque[tuple[Job, Future[Reading]]] = deque()
        with ThreadPoolExecutor(self._workers) as threads:
            for job in jobs:
                waiting.append((job, threads.submit(self.read, job.page, job.source)))
                if len(waiting) >= self._workers * _AHEAD:
                    first, reading = waiting.popleft()
                    yield first, reading.result()
            while waiting:
                first, reading = waiting.popleft()
                yield first, reading.result()

    def close(self) -> None:
        """End the processes."""
        workers = [self._idle.get() for _number in range(self._workers)]
        for worker in workers:
            worker.stop()
            self._idle.put(worker)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


class _Worker:
    """One process, started again whenever it is gone."""

    def __init__(self, budget: float) -> None:
        self._budget = budget
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None

    def run(self, task: Task[T], page: Page, source: Source) -> T | Unreadable:
        """What the task gives, if the process lives to tell."""
        try:
            connection = self._connected()
        except OSError:
            return _broken(page.final_url)
        try:
            connection.send((task, page, source))
            if connection.poll(self._budget * _PATIENCE):
                found: T | Unreadable = connection.recv()
                return found
            is_late = True
        except (EOFError, OSError):
            is_late = self._ended_by_budget()
        except BaseException:
            self.stop()  # or its answer would be taken for that of the next page
            raise
        self.stop()
        return _given_up(page.final_url, self._budget) if is_late else _broken(page.final_url)

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        if self._process is not None and self._connection is not None:
            self._connection.close()
            self._process.kill()
            self._process.join()
            self._process.close()
        self._process = self._connection = None

    def _connected(self) -> Connection:
        if self._process is not None and not self._process.is_alive():
            self.stop()
        if self._connection is None:
            self._process, self._connection = started(_serve, self._budget, current_language())
        return self._connection

    def _ended_by_budget(self) -> bool:
        assert self._process is not None
        self._process.join(self._budget)
        return self._process.exitcode == -getattr(signal, "SIGPROF", 0)


def _serve(connection: Connection, budget: float, language: str) -> None:
    """Answer page after page until nobody asks. Once a page's time is up the process is ended by its own alarm."""
    set_language(language)
    alarm = getattr(signal, "ITIMER_PROF", None)  # not on every system; there `_PATIENCE` has to do
    while True:
        try:
            task, page, source = connection.recv()
        except (EOFError, OSError):
            return
        if alarm is not None:
            signal.setitimer(alarm, budget)
        try:
            found = task(page, source)
        except Exception as error:  # noqa: BLE001  a fault of ours, or a page that breaks a library
            found = unreadable(page.final_url, repr(error))
        if alarm is not None:
            signal.setitimer(alarm, 0)
        try:
            connection.send(found)
        except OSError:
            return  # it was killed, and needs no answer


def _given_up(url: str, budget: float) -> Unreadable:
    message = _("{url} takes longer than {seconds} seconds to read. The page is kept.")
    return Unreadable(OVER_BUDGET, message.format(url=url, seconds=f"{budget:g}"))


def _broken(url: str) -> Unreadable:
    return unreadable(url, _("the reading process broke off"))
