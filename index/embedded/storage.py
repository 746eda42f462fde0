"""What lies on the disk: Whoosh's files made durable, its schema, and its failures in our words.

Whoosh keeps postings, columns and segments; text has been analysed before it arrives here.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from whoosh.codec.whoosh3 import W3Codec
from whoosh.columns import CompressedBytesColumn, NumericColumn, VarBytesColumn
from whoosh.fields import COLUMN, FieldType, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.formats import Existence, Positions
from whoosh.index import TOC

from crawl.article import VIETNAM, When
from crawl.messages import gettext as _
from index.document import KEYWORD_FIELDS, TEXT_FIELDS, FieldTerms
from index.engine import CorruptIndex, EngineError, EngineUnavailable

INDEX_NAME = "MAIN"
_DETAIL_LIMIT = 200

UNDATED = -(2**63)
"""Stands for the moment of an article without a date."""

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
    """A term or id as Whoosh keeps it. Lone surrogates are kept: they match nothing but themselves."""
    return term.encode("utf-8", "surrogatepass")


def decode(term: bytes) -> str:
    """What `encode` was given."""
    return term.decode("utf-8", "surrogatepass")


class TermsField(FieldType):
    """A text field: takes `FieldTerms`, keeps their positions as postings and their number in a column."""

    def __init__(self) -> None:
        super().__init__(format=Positions(), analyzer=None)
        self.column_type = LENGTH_COLUMN

    def index(self, value: FieldTerms, **_options: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        """The term, its frequency, its weight and its positions, for every distinct term."""
        places: defaultdict[str, list[int]] = defaultdict(list)
        for term, position in zip(value.terms, value.positions, strict=True):
            places[term].append(position)
        for term, found in places.items():
            yield encode(term), len(found), float(len(found)), self.format.encode(found)

    def to_column_value(self, value: FieldTerms) -> int:
        """The field's length."""
        return len(value.terms)


class KeyField(FieldType):
    """A field that is found by its whole value; with `column`, the value can be read back."""

    def __init__(self, column: VarBytesColumn | None = None) -> None:
        super().__init__(format=Existence(), analyzer=None)
        self.column_type = column

    def index(self, value: str, **_options: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        """One posting."""
        yield encode(value), 1, 1.0, b""

    def to_column_value(self, value: str) -> bytes:
        """The value's bytes."""
        return encode(value)


LENGTH_COLUMN = NumericColumn("I")
ID_COLUMN = VarBytesColumn()
STORED_COLUMN = CompressedBytesColumn()
MOMENT_COLUMN = NumericColumn("q", default=UNDATED)

SCHEMA = Schema(
    id=KeyField(ID_COLUMN),
    stored=COLUMN(STORED_COLUMN),
    published=COLUMN(MOMENT_COLUMN),
    **{field.name: TermsField() for field in TEXT_FIELDS},
    **{field.name: KeyField() for field in KEYWORD_FIELDS},
)


class DurableStorage(FileStorage):
    """Whoosh's folder of files, with the fsyncs that it lacks.

    Whoosh makes a commit visible by renaming its table of contents: everything the table names must be on
    the disk before, and the renaming itself after. Every file opened or created is also remembered, because
    Whoosh leaves files open when it fails on them.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        self._files: list[Any] = []
        self._unsynced: set[str] = set()
        self._temporary: list[DurableStorage] = []

    def create_file(self, name: str, **options: Any) -> Any:
        """A new file, to be synced at the next renaming."""
        file = super().create_file(name, **options)
        self._files.append(file)
        self._unsynced.add(name)
        return file

    def open_file(self, name: str, **options: Any) -> Any:
        """A file for reading."""
        file = super().open_file(name, **options)
        self._files.append(file)
        return file

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        """Sync all new files, rename, sync the folder."""
        for name in self._unsynced:
            with contextlib.suppress(FileNotFoundError):
                sync(Path(self.folder, name))
        self._unsynced.clear()
        super().rename_file(oldname, newname, safe=safe)
        sync(Path(self.folder))

    def temp_storage(self, name: str | None = None) -> DurableStorage:
        """A folder inside this one for what does not outlive a commit."""
        storage = DurableStorage(Path(self.folder, name or f"{INDEX_NAME}.tmp"))
        self._temporary.append(storage)
        storage.create()
        return storage

    def release(self) -> None:
        """Close every file. It is not `close`, which Whoosh calls while it still needs some of them."""
        for storage in self._temporary:
            storage.release()
        for file in self._files:
            if not file.is_closed:
                with contextlib.suppress(OSError):  # what cannot be flushed any more is being given up
                    file.close()
        self._files.clear()


def sync(path: Path) -> None:
    """Have a file's content, or a folder's entries, on the disk when this returns."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_toc(storage: DurableStorage, number: int) -> TOC:
    """The table of contents of one commit. Whoosh's own schema in it is passed over: ours is in the code."""
    return TOC.read(storage, INDEX_NAME, gen=number, schema=SCHEMA)


def toc_name(number: int) -> str:
    """The file name of a commit's table of contents."""
    return str(TOC._filename(INDEX_NAME, number))  # noqa: SLF001 - Whoosh has no public name for it


def codec() -> W3Codec:
    """Whoosh's codec without its statistics of lengths: a look-up per posting for what we keep exactly."""
    stock = W3Codec()
    stock.length_stats = False
    return stock


def holders(terms: Any, field: str, key: str) -> list[int]:
    """The numbers of the documents in one segment, deleted ones included, that hold this key."""
    term = (field, encode(key))
    return list(terms.matcher(*term, SCHEMA[field].format).all_ids()) if term in terms else []


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
