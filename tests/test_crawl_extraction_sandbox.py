"""Pages are read in processes of their own, and none of them may take longer than its budget."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from multiprocessing import active_children
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

import pytest

from crawl.article import Article, Page
from crawl.extraction.extract import UNREADABLE, Unreadable
from crawl.extraction.extract import read_page as read_here
from crawl.extraction.sandbox import OVER_BUDGET, Extractors, Job, read_page
from crawl.sources.source import Source

ROOT = Path(__file__).parent.parent
SOURCE = Source("x.vn", "Báo X", ("x.vn",))
PROSE = "<p>" + "Sáng nay, hội nghị tổng kết công tác dân vận được tổ chức tại thành phố. " * 6 + "</p>"


class InterruptedByTest(BaseException):
    """As KeyboardInterrupt, but nobody else's."""


def page(number: int, body: str = PROSE * 2) -> Page:
    """A page with an article, or with this body."""
    html = f"<html><title>Bài {number}</title><h1>Bài báo số {number}</h1>{body}"
    url = f"https://x.vn/bai-{number}.html"
    return Page(
        url, url, 200, (("content-type", "text/html"),), html.encode(), datetime(2021, 3, 16, tzinfo=UTC)
    )


@pytest.fixture(scope="module")
def extractors() -> Iterator[Extractors]:
    """Two processes."""
    with Extractors(2, budget=60) as found:
        yield found


def test_every_page_is_read_in_order(extractors: Extractors) -> None:
    """Many pages give many articles, each with its own job, in the order of the jobs."""
    jobs = [Job(number, page(number), SOURCE) for number in range(25)]
    found = list(extractors.read_all(iter(jobs)))
    assert [job.number for job, _reading in found] == list(range(25))
    for job, reading in found:
        assert isinstance(reading, Article)
        assert reading.title == f"Bài báo số {job.number}"


def test_few_jobs_are_taken_ahead(extractors: Extractors) -> None:
    """Pages are not all read into memory before the first is answered."""
    taken = 0

    def jobs() -> Iterator[Job]:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield Job(number, page(number), SOURCE)

    readings = extractors.read_all(jobs())
    next(readings)
    assert taken <= 20
    readings.close()  # type: ignore[attr-defined]


def test_a_page_over_budget_is_given_up() -> None:
    """A page that takes more processor time than it may is Unreadable; the next page is read as ever."""
    with Extractors(1, budget=0.25) as hasty:
        found = hasty.read(page(1, "<ul><li>" * 250_000), SOURCE)
        assert isinstance(found, Unreadable)
        assert found.reason == OVER_BUDGET
        assert "https://x.vn/bai-1.html" in found.detail
        assert isinstance(hasty.read(page(2), SOURCE), Article)


def test_a_process_that_dies_costs_one_page(extractors: Extractors) -> None:
    """Killed while it reads a page, that page is Unreadable; killed while it waits, nothing is lost."""
    worker = extractors._idle.get()
    assert isinstance(worker.run(read_here, page(1), SOURCE), Article)
    process = worker._process
    assert process is not None
    assert process.pid is not None
    os.kill(process.pid, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as threads:
        reading = threads.submit(worker.run, read_here, page(2), SOURCE)
        os.kill(process.pid, signal.SIGKILL)
        found = reading.result()
    # The signal may come before the page is sent; then a new process reads it.
    assert isinstance(found, Article) or (isinstance(found, Unreadable) and found.reason == UNREADABLE)
    assert isinstance(worker.run(read_here, page(3), SOURCE), Article)
    assert worker._process is not None
    worker._process.kill()
    worker._process.join()
    assert isinstance(worker.run(read_here, page(4), SOURCE), Article)
    extractors._idle.put(worker)


def test_an_answer_that_nobody_waited_for_is_no_other_page_s() -> None:
    """Who is interrupted while a page is read gets the next page's article, not that page's."""

    def interrupt(_number: int, _frame: object) -> None:
        raise InterruptedByTest

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with Extractors(1, budget=60) as extractors:
            extractors.read(page(1), SOURCE)
            (worker,) = extractors._idle.queue
            assert worker._process is not None
            assert worker._process.pid is not None
            os.kill(worker._process.pid, signal.SIGSTOP)
            signal.setitimer(signal.ITIMER_REAL, 0.3)
            with pytest.raises(InterruptedByTest):
                extractors.read(page(2), SOURCE)
            if worker._process is not None:
                os.kill(worker._process.pid, signal.SIGCONT)
            found = extractors.read(page(3), SOURCE)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert isinstance(found, Article)
    assert found.title == "Bài báo số 3"


def test_a_process_that_cannot_be_started_costs_one_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system has no room for another process the page is Unreadable and no file stays open; once there
    is room again, pages are read.
    """
    opened: list[Connection] = []

    def refuse(process: SpawnProcess) -> None:
        opened.append(process._args[0])  # type: ignore[attr-defined]
        raise BlockingIOError(errno.EAGAIN, "no more processes")

    with Extractors(1, budget=60) as extractors:
        with monkeypatch.context() as full:
            full.setattr(SpawnProcess, "start", refuse)
            for number in (1, 2):
                found = extractors.read(page(number), SOURCE)
                assert isinstance(found, Unreadable)
                assert found.reason == UNREADABLE
        assert [connection.closed for connection in opened] == [True, True]
        assert isinstance(extractors.read(page(3), SOURCE), Article)


def test_an_interrupt_is_not_for_the_processes() -> None:
    """Ctrl-C, which a terminal sends to all processes, ends none that is just starting, nor one that waits."""
    worker = Extractors(1, budget=60)._idle.get()
    try:
        for number in range(2):
            worker._connected()
            assert worker._process is not None
            assert worker._process.pid is not None
            os.kill(worker._process.pid, signal.SIGINT)
            assert isinstance(worker.run(read_here, page(number), SOURCE), Article)
    finally:
        worker.stop()


def test_an_interrupt_is_not_for_the_first_process_either() -> None:
    """In a program that has started no process before, the very first one is as deaf to Ctrl-C as the others."""
    program = """
import os, signal
from crawl.extraction.extract import read_page
from crawl.extraction.sandbox import Extractors
from tests.test_crawl_extraction_sandbox import SOURCE, page
worker = Extractors(1, budget=60)._idle.get()
first = worker.run(read_page, page(1), SOURCE)
process = worker._process.pid
os.kill(process, signal.SIGINT)
print(worker.run(read_page, page(1), SOURCE) == first, worker._process.pid == process)
worker.stop()
"""
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (run.stdout, run.stderr) == ("True True\n", "")


def test_threads_share_the_processes(extractors: Extractors) -> None:
    """More threads than processes all get their answers."""
    found: list[object] = []
    threads = [
        threading.Thread(target=lambda number=number: found.append(extractors.read(page(number), SOURCE)))
        for number in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(one, Article) for one in found) == 6


def test_every_page_is_read_under_a_budget() -> None:
    """However small a page is, another process reads it, and reads the same as this one would."""
    one = page(1)
    assert read_page(one, SOURCE) == read_here(one, SOURCE)
    assert active_children()
