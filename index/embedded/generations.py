"""The folder of an index: which generation is current, what each commit left, and who may write.

PATH/CURRENT              names the current family of generations: a subfolder
PATH/gen-000001/          one family: segments, built together and then added to
    MAIN_….seg            a segment (`index.embedded.layout`)
    _MAIN_7.toc           the table of contents of commit 7; its renaming is the moment of that commit
    _MAIN_6.toc           the one before it, kept with its segments until the next commit: where 7 turns out to be
                          damaged, 6 is what the index falls back to
PATH/write.lock           held by the writer; write.json says who that is
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from crawl.article import format_when, utc_now
from crawl.datafolder.wholefile import sync
from crawl.messages import gettext as _
from index.embedded.contents import Contents, unwrap_record, wrap_record
from index.embedded.layout import FORMAT
from index.embedded.storage import Vanished, backend, replace_file
from index.engine import CorruptIndex, EngineBusy, EngineUnavailable, NoIndex, StaleIndex
from index.text.tokens import ANALYSIS_VERSION

if TYPE_CHECKING:
    from filelock import BaseFileLock

_FAMILY = re.compile(r"gen-(\d{6,})")


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
    def toc(self) -> Path:
        """Its table of contents."""
        return self.folder / Contents.file_name(self.number)

    def read(self) -> Contents:
        """What the commit left. Raises ValueError where it is damaged, FileNotFoundError."""
        return Contents.read(self.folder, self.number)


class Generations:
    """The folder at `path`. Reading methods need no lock; the others are for whoever holds it.

    Raises EngineUnavailable for a path that no folder can have.
    """

    def __init__(self, path: Path) -> None:
        if not _can_be_named(path):
            raise EngineUnavailable(f"whoosh:{path}", _("no folder can have this name. Choose another."))
        self.path = path
        self.locator = f"whoosh:{path}"
        self._current = str(path / "CURRENT")

    def current(self) -> Generation:
        """The newest commit. Raises NoIndex, CorruptIndex, EngineUnavailable."""
        return self.newest(self.current_family())

    def current_family(self) -> Path:
        """The folder of the family that is searched. Raises as `current`."""
        with backend(self.locator):
            try:
                family = str(_read_record(self.path / "CURRENT").get("family"))
            except FileNotFoundError:
                raise NoIndex(self.locator) from None
            if not _FAMILY.fullmatch(family):
                raise CorruptIndex(self.locator, _("{file} is unreadable").format(file="CURRENT"))
            return self.path / family

    def stamp(self) -> tuple[int, int]:
        """What changes whenever another family becomes the current one."""
        try:
            status = os.stat(self._current)  # noqa: PTH116 - asked before every search
        except OSError:
            return 0, 0
        return status.st_ino, status.st_mtime_ns

    def is_newest(self, generation: Generation) -> bool:
        """Whether no commit of the same family has followed, as far as can be told at a glance."""
        toc = f"{generation.folder}/{Contents.file_name(generation.number)}"
        following = f"{generation.folder}/{Contents.file_name(generation.number + 1)}"
        return os.path.exists(toc) and not os.path.exists(following)  # noqa: PTH110 - asked before every search

    def newest(self, folder: Path) -> Generation:
        """The newest commit of a family whose table of contents is whole."""
        with backend(self.locator):
            known = self._known(folder)
            if not known:
                raise Vanished(
                    self.locator, _("{file} is missing").format(file=folder / Contents.file_name(0))
                )
            return next((found for found in known if _is_whole(found)), known[0])

    def contents(self, generation: Generation) -> Contents:
        """What a commit left. Raises CorruptIndex."""
        with backend(self.locator):
            try:
                return generation.read()
            except (KeyError, TypeError, ValueError) as error:
                file = generation.toc.name
                raise CorruptIndex(self.locator, _("{file} is unreadable").format(file=file)) from error

    def last_number(self, folder: Path) -> int:
        """The highest number that any commit of a family had, damaged ones included; 0 where none is."""
        with backend(self.locator):
            return max((generation.number for generation in self._known(folder)), default=0)

    @staticmethod
    def _known(folder: Path) -> list[Generation]:
        names = os.listdir(folder)  # noqa: PTH208 - names are all it takes
        numbers = [number for name in names if (number := Contents.generation_of(name)) is not None]
        return [Generation(folder, number) for number in sorted(numbers, reverse=True)]

    def check_fresh(self, contents: Contents) -> None:
        """Raise StaleIndex unless this version of the code made that commit."""
        if (contents.format, contents.analysis_version) != (FORMAT, ANALYSIS_VERSION):
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
        """Remove from a family what its two newest commits do not need, such as what a killed writer left."""
        known = self._known(folder)
        whole = [generation for generation in known if _is_whole(generation)][:2]
        needed = {generation.toc.name for generation in known if generation.number > whole[0].number}
        for generation in whole:
            needed |= {generation.toc.name, *generation.read().files}
        for entry in folder.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            elif entry.name not in needed:
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


def _can_be_named(path: Path) -> bool:
    try:
        return b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:  # a lone surrogate
        return False


def _family_number(folder: Path) -> int:
    match = _FAMILY.fullmatch(folder.name)
    assert match
    return int(match[1])


def _is_whole(generation: Generation) -> bool:
    try:
        generation.read()
    except (KeyError, TypeError, ValueError):
        return False
    return True


def _write_record(path: Path, record: dict[str, str | int]) -> None:
    """Write a small JSON object with a checksum of itself: all of it, durably, or nothing."""
    replace_file(path, wrap_record(record))


def _read_record(path: Path) -> dict[str, str | int]:
    """What `_write_record` wrote. Raises ValueError if it is anything else."""
    return unwrap_record(path.read_bytes())
