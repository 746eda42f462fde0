"""Standard output and standard error of the process, which may be closed, full, or in the wrong encoding."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Any, TextIO, cast

from crawl.messages import TimbaoError
from crawl.messages import gettext as _


class OutputError(TimbaoError):
    """Standard output takes no more. `is_closed` where its reader has gone, which is nobody's mistake."""

    def __init__(self, error: OSError) -> None:
        self.is_closed = isinstance(error, BrokenPipeError)
        super().__init__(
            _("Standard output cannot be written: {detail}. Send it elsewhere and try again.").format(
                detail=error.strerror or str(error)
            )
        )


@contextlib.contextmanager
def guarded_streams() -> Iterator[None]:
    """Within the block printing raises OutputError where it fails, and what cannot be said as an error is not said.

    A stream that was closed before the process began swallows everything: its user wants no output.
    """
    if sys.stdout is None:
        sys.stdout = _nowhere()
    if sys.stderr is None:
        sys.stderr = _nowhere()
    before = sys.stdout, sys.stderr
    sys.stdout = cast("TextIO", _Guarded(before[0], is_needed=True))
    sys.stderr = cast("TextIO", _Guarded(before[1], is_needed=False))
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def write_bytes(data: bytes) -> None:
    """Print bytes as they are. Raises OutputError."""
    with _failing_well(sys.stdout, is_needed=True):
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


class _Guarded:
    """A text stream whose failures are ours; all else is the stream's own."""

    def __init__(self, stream: TextIO, *, is_needed: bool) -> None:
        self._stream, self._is_needed = stream, is_needed

    def write(self, text: str) -> int:
        with _failing_well(self._stream, is_needed=self._is_needed):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with _failing_well(self._stream, is_needed=self._is_needed):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextlib.contextmanager
def _failing_well(stream: TextIO, *, is_needed: bool) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # What is still buffered goes nowhere, or the interpreter complains while it shuts down.
        with contextlib.suppress(OSError, ValueError), _nowhere() as nowhere:
            os.dup2(nowhere.fileno(), stream.fileno())
        if is_needed:
            raise OutputError(error) from error


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123  a stream for the rest of the process
