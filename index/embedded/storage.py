"""What lies on the disk: terms as bytes, moments as numbers, durable files, and the system's failures in our words."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from crawl.article import VIETNAM, When
from crawl.datafolder.wholefile import sync
from crawl.messages import gettext as _
from index.engine import CorruptIndex, EngineError, EngineUnavailable

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


def replace_file(path: Path, content: bytes, after: Iterable[Path] = ()) -> None:
    """Give a file this content, durably: all of it, or what it was before.

    `after` are the files that it names: they are on the disk before it is.
    """
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.write_bytes(content)
    for file in (*after, unfinished):
        sync(file)
    unfinished.replace(path)
    sync(path.parent)


class Vanished(CorruptIndex):
    """A file is missing: taken away by a commit in this moment, or, if that stays so, lost."""


@contextlib.contextmanager
def backend(locator: str) -> Iterator[None]:
    """Turn whatever is raised inside into `EngineError`s.

    Reading damaged files raises nearly anything, so whatever is not the system's refusal counts as damage.
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
        advice = _("{problem}. Check the disk's free space and the folder's permissions, then try again.")
        raise EngineUnavailable(locator, advice.format(problem=error.strerror or error)) from error
    except Exception as error:
        raise CorruptIndex(locator, _described(error)) from error


def _described(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:_DETAIL_LIMIT]
