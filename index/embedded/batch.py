"""Documents on their way into a segment: analysed one by one, inverted together by one sort.

Every occurrence of a term is one number of 64 bits:

    term | field | document | position

Sorted, these numbers are the postings. Terms and documents are numbered in the order of their arrival and
renumbered, by bytes and by id, before they are sorted.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

import numpy as np

from index.document import TEXT_FIELDS, Document, dump_document, keyword_values, text_terms
from index.embedded.columns import write_blocks, write_keys, write_names, write_vocabulary
from index.embedded.layout import FIELDS, KEYS, PARAGRAPH_END, UNDATED, Ints, Keys
from index.embedded.postings import PostingsWriter
from index.embedded.segmentfile import SegmentFileWriter
from index.embedded.storage import encode, moment
from index.embedded.stored import BlockWriter

_FIELD_BITS = 3
_SHARED_BITS = 37
"""For document and position together."""

_TERM_BITS = 23
"""One less than remain, because the terms of one more document may exceed the limit."""

_POSITION_BITS = 20
"""Enough for fields of a million words; a batch with a longer one takes fewer documents."""

_STRETCH = 1 << 18
"""Occurrences worked on at once, so that what is needed in between stays small."""

_TERM_BYTES = 200
"""What a distinct term takes while it waits, about."""

_DOCUMENT_BYTES = 800
"""The same for a document, besides its terms and its stored form."""

assert len(FIELDS) <= 1 << _FIELD_BITS


@dataclass(frozen=True, slots=True)
class _Bits:
    """How the shared bits are divided."""

    position: int

    @property
    def document(self) -> int:
        return _SHARED_BITS - self.position

    def unpack(self, keys: Keys) -> tuple[Ints, Ints, Ints, Ints]:
        """Term, field, document, position."""
        signed = keys.view(np.int64)
        return (
            (keys >> np.uint64(_SHARED_BITS + _FIELD_BITS)).view(np.int64),
            (signed >> _SHARED_BITS) & ((1 << _FIELD_BITS) - 1),
            (signed >> self.position) & ((1 << self.document) - 1),
            signed & ((1 << self.position) - 1),
        )

    def pack(self, term: Ints, field: Ints, document: Ints, position: Ints) -> Keys:
        """What `unpack` takes apart."""
        key = (term << _FIELD_BITS | field) << self.document | document
        return (key << self.position | position).view(np.uint64)


class _Numbering(dict[str, int]):
    """Numbers terms in the order in which they are first asked for."""

    def __missing__(self, term: str) -> int:
        number = self[term] = len(self)
        return number


class Batch:
    """Documents, the last one put for each id, until they are written. `budget` is the bytes they may take."""

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._bits = _Bits(_POSITION_BITS)
        self._alive: dict[str, int] = {}
        self._moments = array("q")
        self._lengths = array("I")
        self._codes: list[dict[str, str]] = []
        self._blocks = BlockWriter()
        self._terms = _Numbering()
        # Room for all keys that the budget allows; the system gives memory only to what has been filled.
        self._keys = np.empty(0, np.uint64)
        self._filled = 0
        # Occurrences that are not packed yet, and of each field with terms: document, field, length.
        self._new_terms = array("I")
        self._new_positions = array("I")
        self._new_fields = array("I")

    def __len__(self) -> int:
        return len(self._alive)

    def add(self, document: Document) -> bool:
        """Take a document. False means that it does not fit with the others, which must be written before."""
        fields = text_terms(document)
        # As many as there are terms and breaks, no position is higher; to look at each takes longer.
        longest = max((len(found.terms) + len(found.breaks) for found in fields.values()), default=0)
        bits = _Bits(max(self._bits.position, longest.bit_length()))
        number = len(self._moments)
        if number and (bits != self._bits or number >> bits.document or self.full):
            return False
        self._bits = bits
        self._alive[document.id] = number
        for field_number, field in enumerate(TEXT_FIELDS):
            found = fields.get(field.name)
            self._lengths.append(len(found.terms) if found else 0)
            if found:
                self._new_terms.extend(_numbers(self._terms, found.terms))
                self._new_terms.extend([self._terms[PARAGRAPH_END]] * len(found.breaks))
                self._new_positions.fromlist(found.positions)
                self._new_positions.fromlist(found.breaks)
                self._new_fields.extend((number, field_number, len(found.terms) + len(found.breaks)))
        self._moments.append(UNDATED if document.published is None else moment(document.published))
        self._codes.append(keyword_values(document))
        self._blocks.add(dump_document(document))
        if len(self._new_terms) >= _STRETCH:
            self._pack()
        return True

    @property
    def full(self) -> bool:
        """Whether the budget of memory is used up."""
        occurrences = 8 * (self._filled + len(self._new_terms))
        used = (
            occurrences
            + self._blocks.size
            + _TERM_BYTES * len(self._terms)
            + _DOCUMENT_BYTES * len(self._moments)
        )
        return used > self._budget or len(self._terms) >> _TERM_BITS > 0

    def remove(self, id: str) -> None:
        """Forget the document with this id, if it is here."""
        self._alive.pop(id, None)

    def _pack(self) -> None:
        document, field, length = np.frombuffer(self._new_fields, np.uint32).reshape(-1, 3).T.astype(np.int64)
        keys = self._bits.pack(
            np.frombuffer(self._new_terms, np.uint32).astype(np.int64),
            np.repeat(field, length),
            np.repeat(document, length),
            np.frombuffer(self._new_positions, np.uint32).astype(np.int64),
        )
        end = self._filled + len(keys)
        if end > len(self._keys):
            roomier = np.empty(max(end, self._budget // 8), np.uint64)
            roomier[: self._filled] = self._keys[: self._filled]
            self._keys = roomier
        self._keys[self._filled : end] = keys
        self._filled = end
        self._new_terms, self._new_positions, self._new_fields = array("I"), array("I"), array("I")

    def write(self, path: Path) -> None:
        """Write what is here as a segment; the batch is used up."""
        ids = sorted(self._alive)
        order = np.fromiter(map(self._alive.__getitem__, ids), np.int64, len(ids))
        names = sorted(self._terms)
        keys = self._sorted_keys(order, names)
        file = SegmentFileWriter(path)
        try:
            self._write_postings(file, keys, len(names))
            del keys
            write_vocabulary(file, [encode(name) for name in names])
            self._write_columns(file, ids, order)
            file.finish()
        finally:
            file.close()

    def _sorted_keys(self, order: Ints, names: list[str]) -> Keys:
        """All occurrences in living documents, under their final numbers."""
        self._pack()
        terms = np.empty(len(names), np.int64)
        terms[np.fromiter(map(self._terms.__getitem__, names), np.int64, len(names))] = np.arange(len(names))
        documents = np.full(len(self._moments), -1, np.int64)
        documents[order] = np.arange(len(order))
        filled = 0
        for start in range(0, self._filled, _STRETCH):
            keys = self._keys[start : min(start + _STRETCH, self._filled)]
            term, field, document, position = self._bits.unpack(keys)
            renumbered = self._bits.pack(terms[term], field, documents[document], position)
            if len(order) < len(documents):
                renumbered = renumbered[documents[document] >= 0]
            self._keys[filled : filled + len(renumbered)] = renumbered
            filled += len(renumbered)
        keys = self._keys[:filled]
        keys.sort()
        return keys

    def _write_postings(self, file: SegmentFileWriter, keys: Keys, terms: int) -> None:
        shift = np.uint64(self._bits.position)
        cuts = [*self._cuts(keys), len(keys)]
        stretches = [keys[start:stop] for start, stop in zip([0, *cuts], cuts, strict=False)]
        postings = sum(int(np.count_nonzero(_begins(part >> shift))) for part in stretches)
        writer = PostingsWriter(file, terms, postings, len(keys))
        for part in stretches:
            term, field, document, position = self._bits.unpack(part)
            begins = np.flatnonzero(_begins(part >> shift))
            counts = np.diff(begins, append=len(part))
            lists = (term * len(FIELDS) + field)[begins]
            writer.append(lists, document[begins], counts, position)
        writer.finish()

    def _cuts(self, keys: Keys) -> list[int]:
        """Where to cut into stretches, between postings."""
        cuts: list[int] = []
        shift = np.uint64(self._bits.position)
        while (start := cuts[-1] if cuts else 0) + _STRETCH < len(keys):
            following = ((keys[start + _STRETCH] >> shift) + np.uint64(1)) << shift
            cuts.append(start + int(np.searchsorted(keys[start:], following)))
        return cuts

    def _write_columns(self, file: SegmentFileWriter, ids: list[str], order: Ints) -> None:
        write_names(file, "id", [encode(id) for id in ids])
        file.write("moments", np.array(self._moments, np.int64)[order])
        lengths = np.array(self._lengths, np.uint32).reshape(-1, len(FIELDS))
        file.write("lengths", lengths[order].T.ravel())
        codes = [self._codes[number] for number in order]
        write_keys(file, [[found.get(name) for found in codes] for name in KEYS])
        self._blocks.close()
        places = np.array(self._blocks.places, np.int64).reshape(-1, 2)[order]
        blocks = self._blocks.blocks
        write_blocks(file, blocks, list(map(len, blocks)), places[:, 0], places[:, 1])


def _numbers(numbering: _Numbering, terms: list[str]) -> tuple[int, ...]:
    # itemgetter looks all of them up in one call; of one key it returns no tuple
    return itemgetter(*terms)(numbering) if len(terms) > 1 else (numbering[terms[0]],)


def _begins(values: Keys) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether a value differs from the one before it."""
    begins = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=begins[1:])
    return begins
