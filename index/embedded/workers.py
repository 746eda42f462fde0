"""Processes that analyse and invert documents side by side, each into runs of its own.

Changes of one id always go to the same process, so that the last one wins there as it does in one process alone.
Processes are started with the first change, afresh (nothing is forked: no lock, thread or database comes along), and
end with the commit, so that their memory is free again for merging. They end too when whoever gave them work is gone.
"""

from __future__ import annotations

import os
import queue
import threading
import zlib
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawl.datafolder.processes import started
from crawl.messages import current_language, set_language
from crawl.messages import gettext as _
from index.document import Document
from index.embedded.contents import SegmentEntry
from index.embedded.runs import Part, Runs
from index.embedded.segment import Segment
from index.embedded.storage import backend, encode
from index.engine import EngineError, EngineUnavailable

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_PARCEL = 64
"""Changes that are sent together …"""

_PARCEL_SIZE = 256 << 10
"""… or fewer, when their texts have so many characters."""

_AHEAD = 16
"""Parcels that wait in a process while it writes a run, so that the others need not wait with it."""

Change = Document | str
"""A document to put, or the id of one to delete."""


class WorkerLost(EngineUnavailable):
    """A process that was indexing is gone, as if killed; `status` is what it left, negative for a signal."""

    def __init__(self, locator: str, status: int | None) -> None:
        self.status = status
        reason = _(
            "a process that was indexing ended unexpectedly (status {status}), perhaps for lack of memory. "
            "What was committed before is safe. Run timbao index again, with fewer --workers if need be."
        )
        super().__init__(locator, reason.format(status=status))


@dataclass(slots=True)
class _Worker:
    """One process, the connection to it, and what is to be sent to it next."""

    process: BaseProcess
    connection: Connection[Any, Any]
    parcel: list[Change] = field(default_factory=list)
    size: int = 0


class Workers:
    """As `Runs`, in `count` processes. `budget` is the memory, in bytes, that the documents of each may take."""

    def __init__(self, count: int, folder: Path, locator: str, budget: int) -> None:
        self._folder, self._locator = folder, locator
        self._count, self._budget = count, budget
        self._workers: list[_Worker] = []

    def put(self, document: Document) -> None:
        """Add a document, replacing the one with the same id. Raises WorkerLost, as all methods may."""
        self._add(document.id, document, len(document.body))

    def delete(self, id: str) -> None:
        """Remove the document with this id."""
        self._add(id, id, 0)

    def _add(self, id: str, change: Change, size: int) -> None:
        while len(self._workers) < self._count:
            self._workers.append(_started(self._folder, self._locator, self._budget))
        worker = self._workers[zlib.crc32(encode(id)) % len(self._workers)]
        worker.parcel.append(change)
        worker.size += size
        if len(worker.parcel) >= _PARCEL or worker.size >= _PARCEL_SIZE:
            self._send(worker)

    def _send(self, worker: _Worker) -> None:
        try:
            worker.connection.send(worker.parcel)
        except OSError as error:
            raise self._lost(worker) from error
        worker.parcel, worker.size = [], 0

    def finish(self) -> list[Part]:
        """Have all runs written, and give them; the processes end."""
        for worker in self._workers:
            if worker.parcel:
                self._send(worker)
            self._send(worker)
        found = [part for worker in self._workers for part in self._runs_of(worker)]
        self.close()
        return found

    def _runs_of(self, worker: _Worker) -> list[Part]:
        try:
            answer: list[SegmentEntry] | EngineError = worker.connection.recv()
        except (EOFError, OSError) as error:
            raise self._lost(worker) from error
        if isinstance(answer, EngineError):
            raise answer
        return [Part(entry, Segment(self._folder / entry.file_name, self._locator)) for entry in answer]

    def _lost(self, worker: _Worker) -> EngineError:
        """What became of a process that does not listen: it says so, or it was killed."""
        try:
            if worker.connection.poll():
                told: EngineError = worker.connection.recv()
                return told
        except (EOFError, OSError):
            pass
        worker.process.join(timeout=1)
        return WorkerLost(self._locator, worker.process.exitcode)

    def close(self) -> None:
        """End all processes; when this returns they write no more."""
        workers, self._workers = self._workers, []
        for worker in workers:
            worker.process.kill()
        for worker in workers:
            worker.connection.close()
            worker.process.join()
            worker.process.close()


def _started(folder: Path, locator: str, budget: int) -> _Worker:
    with backend(locator):
        return _Worker(*started(_work, folder, locator, budget, current_language()))


def _work(connection: Connection[Any, Any], folder: Path, locator: str, budget: int, language: str) -> None:
    """What a process does: take parcels until one is empty, then answer with its runs, or with what went wrong."""
    set_language(language)
    parcels: queue.Queue[list[Change]] = queue.Queue(_AHEAD)
    threading.Thread(target=_receive, args=(connection, parcels), daemon=True).start()
    answer: list[SegmentEntry] | EngineError
    try:
        with backend(locator):
            answer = _runs_from(parcels, Runs(folder, locator, budget))
    except EngineError as error:
        answer = error
    except MemoryError:
        os._exit(1)  # as if killed for it
    connection.send(answer)


def _runs_from(parcels: queue.Queue[list[Change]], runs: Runs) -> list[SegmentEntry]:
    while parcel := parcels.get():
        for change in parcel:
            if isinstance(change, str):
                runs.delete(change)
            else:
                runs.put(change)
    return [run.entry for run in runs.finish()]


def _receive(connection: Connection[Any, Any], parcels: queue.Queue[list[Change]]) -> None:
    while True:
        try:
            parcels.put(connection.recv())
        except BaseException:  # noqa: BLE001 - without this thread the process would wait for ever
            os._exit(1)  # nobody is left to take an answer, or there is no memory for what came
