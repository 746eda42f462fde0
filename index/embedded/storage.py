"""What lies on the disk: Whoosh's folder made durable, moments as numbers, and the system's failures in our words."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from whoosh.filedb.filestore import FileStorage

from crawl.article import VIETNAM, When
from crawl.messages import gettext as _
from index.engine import CorruptIndex, EngineError, EngineUnavailable

INDEX_NAME = "MAIN"
_DETAIL_LIMIT = 200

DAY = 24 * 60 * 60 * 1_000_000
"""Microseconds in a day."""

# Midnight in Vietnam, so that a day there is a whole quotient.
_EPOCH = datetime(1970, 1, 1, tzinfo=VIETNAM)


def day_start(day: date) -> int:
    """The first moment of a day in Vietnam, in microseconds since 1970-01-01T00:00+07:00."""
    return (day.toordinal() - _EPOCH.toordinal()) * DAY


def moment(when: When) -> int:
    """The same scale for any moment of publication; a bare date is its first moment."""
    if isinstance(when, datetime):
        return (when - _EPOCH) // timedelta(microseconds=1)
    return day_start(when)


def encode(term: str) -> bytes:
    """A term, key or id as it is kept. Lone surrogates are kept: they match nothing but themselves."""
    return term.encode("utf-8", "surrogatepass")


def decode(term: bytes) -> str:
    """What `encode` was given."""
    return term.decode("utf-8", "surrogatepass")


class DurableStorage(FileStorage):
    """Whoosh's folder of files, with the fsyncs that it lacks.

    Whoosh makes a commit visible by renaming its table of contents: everything the table names must be on
    the disk before, and the renaming itself after.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        self._unsynced: set[str] = set()

    def create_file(self, name: str, **options: Any) -> Any:
        """A new file, to be synced at the next renaming."""
        self._unsynced.add(name)
        return super().create_file(name, **options)

    def written(self, name: str) -> None:
        """Have a file, written past this storage, synced at the next renaming too."""
        self._unsynced.add(name)

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        """Sync all new files, rename, sync the folder."""
        for name in self._unsynced:
            sync(Path(self.folder, name))
        self._unsynced.clear()
        super().rename_file(oldname, newname, safe=safe)
        sync(Path(self.folder))


def sync(path: Path) -> None:
    """Have a file's content, or a folder's entries, on the disk when this returns."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Vanished(CorruptIndex):
    """A file is missing: taken away by a commit in this moment, or, if that stays so, lost."""


@contextlib.contextmanager
def backend(locator: str) -> Iterator[None]:
    """Turn whatever Whoosh and the file system raise into `EngineError`s.

    On damaged files Whoosh raises nearly anything, so whatever is not the system's refusal counts as damage.
    """
    try:
        yield
    except EngineError:
        raise
    except FileNotFoundError as error:
        raise Vanished(locator, _("{file} is missing").format(file=error.filename)) from error
    except OSError as error:
        if error.errno == errno.EINVAL:  # a seek to where no file can be
            raise CorruptIndex(locator, _described(error)) from error
        raise EngineUnavailable(
            _(
                "The index at {locator} cannot be used: {reason}. "
                "Check the disk's free space and the folder's permissions, then try again."
            ).format(locator=locator, reason=error.strerror or error)
        ) from error
    except Exception as error:
        raise CorruptIndex(locator, _described(error)) from error


def _described(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:_DETAIL_LIMIT]
