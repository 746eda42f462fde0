"""What it takes to start processes of one's own: how many are worth it, and that Ctrl-C is not meant for them."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from multiprocessing import get_context, resource_tracker
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def started(work: Callable[..., None], *arguments: object) -> tuple[BaseProcess, Connection[Any, Any]]:
    """A new process that does `work(connection, *arguments)`, and the other end of the connection.

    It ends with this process. Raises OSError when the system has no room for one.
    """
    # A copy of this process by fork would hold its threads' locks and its databases.
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(theirs, *arguments), daemon=True)
    try:
        with _uninterrupted():
            process.start()
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    return process, ours


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """A process started here never hears Ctrl-C, which the terminal sends to all: the first one answers for them."""
    resource_tracker.ensure_running()  # multiprocessing lets the signal in again where the first process brings it
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
