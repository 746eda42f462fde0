"""What it takes to start processes of one's own: how many are worth it, and that Ctrl-C is not meant for them."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from multiprocessing import resource_tracker


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """A process started here never hears Ctrl-C, which the terminal sends to all: the first one answers for them."""
    resource_tracker.ensure_running()  # multiprocessing lets the signal in again where the first process brings it
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
