"""Opens the newest generation of an index, beside whoever writes it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from index.embedded.generations import Generations
from index.embedded.segment import Segment
from index.embedded.snapshot import Snapshot
from index.embedded.storage import Vanished, backend
from index.engine import CorruptIndex

_ATTEMPTS = 10
_PAUSE = 0.02

_Answer = TypeVar("_Answer")


def open_newest(generations: Generations, known: Snapshot | None = None) -> Snapshot:
    """The newest generation: `known` if it is that, else with the segments that `known` has open already.

    Raises NoIndex, StaleIndex, CorruptIndex, EngineUnavailable; Vanished where a commit comes between (`retried`).
    """
    current = generations.current()
    if known is not None and known.generation == current:
        return known
    contents = generations.contents(current)
    generations.check_fresh(contents)
    opened: dict[Path, Segment] = {part.segment.path: part.segment for part in known.parts} if known else {}
    paths = [current.folder / entry.file_name for entry in contents.segments]
    with backend(generations.locator):
        segments = [opened.get(path) or Segment(path, generations.locator) for path in paths]
        for entry, segment in zip(contents.segments, segments, strict=True):
            if entry.size != segment.documents:
                raise CorruptIndex(generations.locator, f"{segment.path.name}: {segment.documents}")
        return Snapshot(current, contents, segments)


def retried(act: Callable[[], _Answer]) -> _Answer:
    """Try again when files vanish between being named and being opened: a commit has taken them away."""
    for _attempt in range(_ATTEMPTS - 1):
        try:
            return act()
        except Vanished:
            time.sleep(_PAUSE)
    return act()
