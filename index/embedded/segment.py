"""One segment, open for reading: its vocabulary, its postings, its documents. Never changes; threads may share it.

What is deleted is not known here: a generation says that (`index.embedded.contents`).
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import overload

import numpy as np

from index.document import Document, load_document
from index.embedded.layout import FIELDS, PARAGRAPH_END, Ints, Numbers
from index.embedded.segmentfile import Array, SegmentFile
from index.embedded.storage import decode, encode
from index.embedded.stored import read_document


class Names(Sequence[bytes]):
    """A sorted list of byte strings that lie end to end in one array."""

    def __init__(self, offsets: Ints, content: Array) -> None:
        # memoryviews: reading one element is several times faster than through NumPy
        self._offsets, self._content = offsets.data, content.data

    def __len__(self) -> int:
        return len(self._offsets) - 1

    @overload
    def __getitem__(self, number: int) -> bytes: ...

    @overload
    def __getitem__(self, number: slice) -> list[bytes]: ...

    def __getitem__(self, number: int | slice) -> bytes | list[bytes]:
        """One name, or several."""
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(len(self)))]
        if number >= len(self):
            raise IndexError(number)
        return self._content[self._offsets[number] : self._offsets[number + 1]].tobytes()

    def place(self, name: bytes, first: int = 0, last: int | None = None) -> int:
        """The number of the first name that is not before this one, between two numbers."""
        # bisect.bisect_left, without the detour through __getitem__ at every step
        offsets, content = self._offsets, self._content
        last = len(self) if last is None else last
        while first < last:
            middle = (first + last) // 2
            if content[offsets[middle] : offsets[middle + 1]].tobytes() < name:
                first = middle + 1
            else:
                last = middle
        return first

    def find(self, name: bytes, first: int = 0, last: int | None = None) -> int | None:
        """The number of a name, between two numbers; None where it is not."""
        last = len(self) if last is None else last
        number = self.place(name, first, last)
        return number if number < last and self[number] == name else None


class Segment:
    """The segment in the file at `path`. Raises FileNotFoundError, and CorruptIndex at any time."""

    def __init__(self, path: Path, locator: str) -> None:
        self.path = path
        self.file = SegmentFile(path, locator)
        self.documents = self.file.count("moments")

    @functools.cached_property
    def vocabulary(self) -> Names:
        """The terms."""
        return Names(self.file.array("term_offsets"), self.file.array("term_bytes"))

    @functools.cached_property
    def ids(self) -> Names:
        """The ids of the documents."""
        return Names(self.file.array("id_offsets"), self.file.array("id_bytes"))

    @functools.cached_property
    def keys(self) -> Names:
        """The values of all keyword fields; sorted within each."""
        return Names(self.file.array("key_offsets"), self.file.array("key_bytes"))

    @functools.cached_property
    def folds(self) -> Names:
        """The folded forms of the terms."""
        return Names(self.file.array("fold_offsets"), self.file.array("fold_bytes"))

    @functools.cached_property
    def list_postings(self) -> Ints:
        """Where the postings of each list begin."""
        return self.file.array("list_postings")

    @functools.cached_property
    def list_positions(self) -> Ints:
        """Where the positions of each list begin."""
        return self.file.array("list_positions")

    def spellings(self, folded: str) -> list[int]:
        """The numbers of the terms that have this folded form."""
        number = self.folds.find(encode(folded))
        return [] if number is None else self.terms_of((number,))

    def terms_of(self, forms: Iterable[int]) -> list[int]:
        """The numbers of the terms that have one of these folded forms, given by their numbers in `folds`."""
        found: list[int] = []
        for number in forms:
            first, last = self.file.part("fold_begins", number, number + 2)
            found += self.file.part("fold_terms", int(first), int(last)).tolist()
        return found

    def term(self, term: str) -> list[int]:
        """The number of a term, if it is here."""
        number = None if term == PARAGRAPH_END else self.vocabulary.find(encode(term))
        return [] if number is None else [number]

    @functools.cached_property
    def paragraph_end(self) -> int | None:
        """The number of the term that stands between paragraphs."""
        return self.vocabulary.find(encode(PARAGRAPH_END))

    def frequency(self, term: int) -> int:
        """How many postings a term has in all text fields."""
        return int(self.list_postings[list_number(term + 1, 0)] - self.list_postings[list_number(term, 0)])

    def postings(self, number: int) -> tuple[Numbers, Array]:
        """The documents of a list, and how often each holds the term there."""
        start, stop = int(self.list_postings[number]), int(self.list_postings[number + 1])
        return self.file.part("docs", start, stop), self.counts(start, stop)

    def counts(self, start: int, stop: int) -> Array:
        """The counts of some postings."""
        return self._widened("counts", start, stop)

    def positions(self, start: int, stop: int) -> Array:
        """Some positions."""
        return self._widened("positions", start, stop)

    def _widened(self, name: str, start: int, stop: int) -> Array:
        values = self.file.part(name, start, stop)
        if not self.file.count(f"wide_{name}"):
            return values
        places = self.file.array(f"wide_{name}_at")
        first, last = np.searchsorted(places, (start, stop))
        if first == last:
            return values
        wide = values.astype(np.int64)
        wide[places[first:last] - start] = self.file.array(f"wide_{name}")[first:last]
        return wide

    def field_lengths(self, field: int) -> Array:
        """The length of a text field, by document."""
        return self.file.part("lengths", field * self.documents, (field + 1) * self.documents)

    def codes(self, field: int) -> Numbers:
        """The value of a keyword field, by document, as a number in `key_values`."""
        return self.file.part("codes", field * self.documents, (field + 1) * self.documents)

    def key_values(self, field: int) -> list[str]:
        """The values of a keyword field, sorted."""
        return [decode(self.keys[number]) for number in self._keys_of(field)]

    def key_code(self, field: int, value: str) -> int | None:
        """The number of a value of a keyword field in `key_values`; None where no document has it."""
        own = self._keys_of(field)
        number = self.keys.find(encode(value), own.start, own.stop)
        return None if number is None else number - own.start

    def _keys_of(self, field: int) -> range:
        first, last = self.file.part("key_fields", field, field + 2).tolist()
        return range(first, last)

    def document(self, number: int) -> Document:
        """A document as it was put."""
        return load_document(self.stored(number))

    def stored(self, number: int) -> bytes:
        """A document's stored form."""
        (block,) = self.file.part("stored_block", number, number + 1)
        (slot,) = self.file.part("stored_slot", number, number + 1)
        return read_document(self.block(int(block)), int(slot))

    def block(self, number: int) -> bytes:
        """A compressed block of stored documents."""
        start, stop = self.file.part("block_offsets", number, number + 2)
        return self.file.part("blocks", int(start), int(stop)).tobytes()

    def numbers_of(self, ids: Sequence[bytes]) -> Iterator[int]:
        """The numbers of the documents with these ids, as far as they are here."""
        for id in ids:
            number = self.ids.find(id)
            if number is not None:
                yield number


def list_number(term: int, field: int) -> int:
    """The list of a term in a field."""
    return term * len(FIELDS) + field
