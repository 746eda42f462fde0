"""The folder of an index: which generation is current, what each commit left, and who may write.

PATH/CURRENT              names the current family of generations: a subfolder
PATH/gen-000001/          one family: a Whoosh index, built together and then added to
    _MAIN_7.toc           Whoosh's table of contents; its renaming is the moment of commit 7
    commit-7.json         what commit 7 left besides documents; written before that moment
PATH/write.lock           held by the writer; write.json says who that is
"""

from __future__ import annotations

import json
import os
import re
import shutil
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from crawl.article import format_when, utc_now
from crawl.messages import gettext as _
from index.embedded.storage import DurableStorage, Vanished, backend, read_toc, sync, toc_name
from index.engine import CorruptIndex, EngineBusy, NoIndex, StaleIndex
from index.tokens import ANALYSIS_VERSION

if TYPE_CHECKING:
    from filelock import BaseFileLock

FORMAT = 1
"""Raised with every change of what the files mean."""

_FAMILY = re.compile(r"gen-(\d{6,})")
_TOC = re.compile(r"_MAIN_(\d+)\.toc")


@dataclass(frozen=True, slots=True)
class Commit:
    """What one commit left besides the documents themselves, `documents` of them."""

    checkpoint: str
    documents: int
    analysis_version: int = ANALYSIS_VERSION
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Generation:
    """One commit of one family of generations."""

    folder: Path
    number: int

    @property
    def name(self) -> str:
        """The public name, e.g. `2.17`; every commit has another."""
        return f"{_family_number(self.folder)}.{self.number}"

    @property
    def commit_file(self) -> Path:
        """Where this generation's `Commit` is."""
        return self.folder / f"commit-{self.number}.json"

    def write_commit(self, commit: Commit) -> None:
        """Leave what is to become true together with the table of contents."""
        _write_record(self.commit_file, asdict(commit))

    def read_commit(self) -> Commit:
        """What `write_commit` left. Raises ValueError or KeyError if it is damaged."""
        record = _read_record(self.commit_file)
        return Commit(
            str(record["checkpoint"]),
            int(record["documents"]),
            int(record["analysis_version"]),
            int(record["format"]),
        )


class Generations:
    """The folder at `path`. Reading methods need no lock; the others are for whoever holds it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.locator = f"whoosh:{path}"

    def current(self) -> Generation:
        """The newest commit. Raises NoIndex, CorruptIndex, EngineUnavailable."""
        with backend(self.locator):
            try:
                family = str(_read_record(self.path / "CURRENT").get("family"))
            except FileNotFoundError:
                raise NoIndex(self.locator) from None
            if not _FAMILY.fullmatch(family):
                raise CorruptIndex(self.locator, _("{file} is unreadable").format(file="CURRENT"))
            return self.newest(self.path / family)

    def newest(self, folder: Path) -> Generation:
        """The newest commit of a family."""
        with backend(self.locator):
            found = (_TOC.fullmatch(name) for name in os.listdir(folder))  # noqa: PTH208 - names are all it takes
            numbers = [int(match[1]) for match in found if match]
            if not numbers:
                raise Vanished(self.locator, _("{file} is missing").format(file=folder / toc_name(0)))
            return Generation(folder, max(numbers))

    def commit_of(self, generation: Generation) -> Commit:
        """What a commit left. Raises CorruptIndex."""
        with backend(self.locator):
            return generation.read_commit()

    def check_fresh(self, commit: Commit) -> None:
        """Raise StaleIndex unless this version of the code made that commit."""
        if (commit.format, commit.analysis_version) != (FORMAT, ANALYSIS_VERSION):
            raise StaleIndex(self.locator, _("it was made by another version of timbao"))

    def found(self) -> Path:
        """A new, empty folder for a family, after all that are known."""
        known = [_family_number(folder) for folder in self._families()]
        folder = self.path / f"gen-{max(known, default=0) + 1:06}"
        folder.mkdir()
        sync(self.path)
        return folder

    def publish(self, folder: Path) -> None:
        """Make a family the current one, and remove all others."""
        _write_record(self.path / "CURRENT", {"family": folder.name})
        self.remove_families(but=folder)

    def remove_families(self, *, but: Path | None) -> None:
        """Remove every family but one; readers that hold its files keep them until they let go."""
        for family in self._families():
            if family != but:
                shutil.rmtree(family)

    def sweep(self, folder: Path) -> None:
        """Remove from a family what its newest commit does not need, such as what a killed writer left."""
        newest = self.newest(folder)
        storage = DurableStorage(folder)
        try:
            segments = read_toc(storage, newest.number).segments
        finally:
            storage.release()
        needed = tuple(f"{segment.segment_id()}." for segment in segments)
        for entry in folder.iterdir():
            if entry.name.startswith(needed) or entry.name in (
                toc_name(newest.number),
                newest.commit_file.name,
            ):
                continue
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink(missing_ok=True)

    def _families(self) -> list[Path]:
        return [entry for entry in self.path.iterdir() if _FAMILY.fullmatch(entry.name)]


class WriteLock:
    """The right to write, held by one writer of all processes; freed by the system if its holder dies."""

    def __init__(self, lock: BaseFileLock, holder: Path) -> None:
        self._lock = lock
        self._holder = holder

    @classmethod
    def acquire(cls, generations: Generations) -> Self:
        """Take it at once, making the index's folder if need be. Raises EngineBusy, EngineUnavailable."""
        from filelock import FileLock, Timeout

        holder = generations.path / "write.json"
        with backend(generations.locator):
            generations.path.mkdir(parents=True, exist_ok=True)
            lock = FileLock(generations.path / "write.lock", timeout=0, thread_local=False)
            try:
                lock.acquire()
            except Timeout:
                raise EngineBusy(generations.locator, _name_of(holder)) from None
            try:
                _write_record(holder, {"pid": os.getpid(), "since": format_when(utc_now())})
            except BaseException:
                lock.release()
                raise
        return cls(lock, holder)

    def release(self) -> None:
        """Give it back."""
        try:
            self._holder.unlink(missing_ok=True)
        finally:
            self._lock.release()


def _name_of(holder: Path) -> str:
    try:
        record = _read_record(holder)
    except (OSError, ValueError):  # it has just been acquired or given back
        return _("another process")
    return _("process {pid} (since {since})").format(pid=record.get("pid"), since=record.get("since"))


def _family_number(folder: Path) -> int:
    match = _FAMILY.fullmatch(folder.name)
    assert match
    return int(match[1])


def _write_record(path: Path, record: dict[str, str | int]) -> None:
    """Write a small JSON object with a checksum of itself: all of it, durably, or nothing."""
    text = json.dumps(record, sort_keys=True)
    unfinished = path.with_name(f"{path.name}.new")
    with unfinished.open("w", encoding="utf-8") as file:
        json.dump({"crc32": zlib.crc32(text.encode()), "record": record}, file, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    sync(path.parent)


def _read_record(path: Path) -> dict[str, str | int]:
    """What `_write_record` wrote. Raises ValueError if it is anything else."""
    whole = json.loads(path.read_bytes())
    record = whole.get("record") if isinstance(whole, dict) else None
    if not isinstance(record, dict) or whole.get("crc32") != zlib.crc32(
        json.dumps(record, sort_keys=True).encode()
    ):
        raise ValueError(_("{file} is unreadable").format(file=path.name))
    return record
