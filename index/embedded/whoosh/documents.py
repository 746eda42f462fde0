"""The documents of one segment as Whoosh sees them: lengths, columns, what is stored, what is deleted."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

import numpy as np
from whoosh.codec.base import PerDocumentReader
from whoosh.columns import ColumnReader

from index.embedded.layout import FIELDS, KEYS, UNDATED, Bools
from index.embedded.segment import Segment
from index.embedded.segmentfile import Array
from index.embedded.storage import encode
from index.embedded.whoosh.schema import DATE_FIELD, SCHEMA, stored_fields, whoosh_moments


class Documents(PerDocumentReader):
    """Their lengths are exact, where Whoosh's own format rounds them. `live` is None where none is deleted."""

    def __init__(self, segment: Segment, live: Bools | None) -> None:
        self._segment, self._live = segment, live
        self._count = segment.documents if live is None else int(np.count_nonzero(live))

    def doc_count(self) -> int:
        """How many are not deleted."""
        return self._count

    def doc_count_all(self) -> int:
        """How many there are, deleted ones included."""
        return self._segment.documents

    def has_deletions(self) -> bool:
        """Whether any is deleted."""
        return self._live is not None

    def is_deleted(self, docnum: int) -> bool:
        """Whether this one is."""
        return self._live is not None and not self._live[docnum]

    def deleted_docs(self) -> Iterator[int]:
        """Those that are."""
        return iter([] if self._live is None else np.flatnonzero(~self._live).tolist())

    @functools.cache  # noqa: B019 - as many entries as fields, gone with the reader they belong to
    def _lengths(self, fieldname: str) -> memoryview:
        return self._segment.field_lengths(FIELDS.index(fieldname)).data

    @functools.cache  # noqa: B019 - the same
    def _length_figures(self, fieldname: str) -> tuple[int, int, int]:
        """The sum, the least and the greatest of the lengths of documents that have the field."""
        lengths: Array = np.frombuffer(self._lengths(fieldname), np.uint32)
        lengths = lengths if self._live is None else lengths.compress(self._live)
        lengths = lengths[lengths > 0]
        if not len(lengths):
            return 0, 0, 0
        return int(lengths.sum(dtype=np.int64)), int(lengths.min()), int(lengths.max())

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        """How many terms a document has in a text field; `default` in any other."""
        return self._lengths(fieldname)[docnum] if fieldname in FIELDS else default

    def field_length(self, fieldname: str) -> int:
        """How many all of them have together that are not deleted."""
        return self._length_figures(fieldname)[0] if fieldname in FIELDS else 0

    def min_field_length(self, fieldname: str) -> int:
        """How many the shortest of them has that has any."""
        return self._length_figures(fieldname)[1] if fieldname in FIELDS else 0

    def max_field_length(self, fieldname: str) -> int:
        """How many the longest has."""
        return self._length_figures(fieldname)[2] if fieldname in FIELDS else 0

    def stored_fields(self, docnum: int) -> dict[str, object]:
        """What is shown of a document."""
        (moment,) = self._segment.file.part("moments", docnum, docnum + 1)
        return stored_fields(self._segment.document(docnum), int(moment))

    def supports_columns(self) -> bool:
        """There are some."""
        return True

    def has_column(self, fieldname: str) -> bool:
        """Whether a field can be sorted and grouped by."""
        return fieldname == DATE_FIELD or fieldname in KEYS

    def list_columns(self) -> Sequence[str]:
        """The fields that can."""
        return (DATE_FIELD, *KEYS)

    def column_reader(self, fieldname: str, _column: object) -> ColumnReader:
        """The value of every document in such a field."""
        if fieldname == DATE_FIELD:
            return DateColumn(self._segment.file.array("moments"))
        field = KEYS.index(fieldname)
        return KeyColumn(self._segment.codes(field), list(map(encode, self._segment.key_values(field))))


class KeyColumn(ColumnReader):
    """A keyword field; b"" is the value of a document without one."""

    def __init__(self, codes: Array, values: Sequence[bytes]) -> None:
        self._codes = codes.data
        self._values = [*values, b""]  # what has no value has the code -1, which takes the last of these

    def __len__(self) -> int:
        return len(self._codes)

    def __getitem__(self, docnum: int) -> bytes:
        """The value of a document."""
        return self._values[self._codes[docnum]]

    def __iter__(self) -> Iterator[bytes]:
        return map(self._values.__getitem__, self._codes.tolist())


class DateColumn(ColumnReader):
    """Moments of publication as Whoosh counts them.

    Articles without one come last, unless a whole search is reversed.
    """

    def __init__(self, moments: Array) -> None:
        never = np.uint64(SCHEMA[DATE_FIELD].default)
        self._never = int(never)
        self._moments = np.where(moments == UNDATED, never, whoosh_moments(moments).astype(np.uint64)).data
        self._reverse = False

    def __len__(self) -> int:
        return len(self._moments)

    def __getitem__(self, docnum: int) -> int:
        """The moment of a document."""
        return self._moments[docnum]

    def set_reverse(self) -> None:
        """Have `sort_key` put the newest first."""
        self._reverse = True

    def sort_key(self, docnum: int) -> int:
        """What a document is sorted by, ascending."""
        moment = self._moments[docnum]
        return moment if not self._reverse or moment == self._never else -moment
