"""The memory that indexing may take, and what of it each process has for its documents."""

from __future__ import annotations

BUDGET = 512 << 20
"""Bytes of memory that all processes together may take for what they have not written yet."""

MOST_WORKERS = 4
"""More share the budget in portions too small to be worth a process."""

_ALONE = 224 << 20
"""What one process that does all needs besides documents: for the memory of words, writing and merging, about."""

_WORKER = 100 << 20
"""The same for each of several, which merge nothing but are processes of their own, about."""


def share(workers: int) -> int:
    """Bytes that the documents of each of so many processes may take; where none remain, they come one at a time."""
    return BUDGET - _ALONE if workers == 1 else BUDGET // workers - _WORKER
