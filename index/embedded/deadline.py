"""When to give up."""

from __future__ import annotations

import time

from index.engine import QueryTimeout


class Deadline:
    """So many seconds from now; None is never."""

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds
        self._end = None if seconds is None else time.monotonic() + seconds

    def check(self) -> None:
        """Raise QueryTimeout when it has passed."""
        if self._end is not None and self._seconds is not None and time.monotonic() >= self._end:
            raise QueryTimeout(self._seconds)
