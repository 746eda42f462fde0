"""One generation of an index, open for reading, as if it were one segment.

Documents are numbered through all segments, those of one segment in the order of their ids. Statistics are
index-wide and leave deleted documents out. Never changes, so threads may share it.
"""

from __future__ import annotations

import functools
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index import ranking
from index.document import Document
from index.embedded.cache import Cache
from index.embedded.contents import Contents
from index.embedded.generations import Generation
from index.embedded.layout import KEYS, NO_KEY, Bools, Floats, Ints, Numbers
from index.embedded.segment import Segment
from index.embedded.segmentfile import Array
from index.embedded.storage import decode, encode
from index.text.vietnamese import fold

_DOCUMENTS = 1_000
"""Documents kept in readable form: those that many searches find."""


@dataclass(frozen=True, slots=True)
class Part:
    """A segment of a snapshot: its documents are numbered from `base` on; `live` is None where none is deleted."""

    segment: Segment
    base: int
    live: Bools | None


class Snapshot:
    """One generation. Its methods raise CorruptIndex where the files turn out to be damaged."""

    def __init__(self, generation: Generation, contents: Contents, segments: Sequence[Segment]) -> None:
        self.generation = generation
        self.name = generation.name
        self.parts: list[Part] = []
        self.size = 0
        for entry, segment in zip(contents.segments, segments, strict=True):
            self.parts.append(Part(segment, self.size, entry.live if entry.has_deletions else None))
            self.size += segment.documents
        self.bases = [part.base for part in self.parts]
        self.count = contents.documents
        self._documents: Cache[Document] = Cache(_DOCUMENTS, lambda _document: 1)

    @property
    def bytes(self) -> int:
        """The size of the segments' files."""
        return sum(part.segment.file.size for part in self.parts)

    @functools.cached_property
    def live(self) -> Bools:
        """Of each document whether it is not deleted."""
        live = np.ones(self.size, np.bool_)
        for part in self.parts:
            if part.live is not None:
                live[part.base : part.base + len(part.live)] = part.live
        return live

    @functools.cached_property
    def everything(self) -> Numbers:
        """All documents that are not deleted."""
        return np.flatnonzero(self.live).astype(np.int32)

    @functools.cached_property
    def moments(self) -> Ints:
        """When each document was published."""
        return joined([part.segment.file.array("moments") for part in self.parts], np.int64)

    @functools.cache  # noqa: B019 - as many entries as fields, gone with the snapshot they belong to
    def norms(self, field: int) -> Floats:
        """What the length of a text field does to the score of each document; see `index.ranking.norms`."""
        lengths = [part.segment.field_lengths(field) for part in self.parts]
        living = (
            own if part.live is None else own.compress(part.live)
            for own, part in zip(lengths, self.parts, strict=True)
        )
        total = sum(int(own.sum(dtype=np.int64)) for own in living)
        return ranking.norms(joined(lengths, np.uint32).astype(np.float32), total / self.count)

    @functools.cached_property
    def groups(self) -> Numbers | None:
        """The number of each document's group, NO_KEY where it stands alone; None where all of them do."""
        field = KEYS.index("group")
        numbers: dict[str, int] = {}
        parts = []
        for part in self.parts:
            names = part.segment.key_values(field)
            known = [numbers.setdefault(name, len(numbers)) for name in names]
            # What is NO_KEY, which is -1, takes the last of these.
            parts.append(np.array([*known, NO_KEY], np.int32)[part.segment.codes(field)])
        return joined(parts, np.int32) if numbers else None

    def holders(self, name: str, value: str, *, any_marks: bool) -> Bools:
        """Of each document whether a keyword field has this value."""
        found = np.zeros(self.size, np.bool_)
        if name not in KEYS:
            return found
        field = KEYS.index(name)
        for part in self.parts:
            column = part.segment.codes(field)
            for code in _codes(part.segment, field, value, any_marks=any_marks):
                mask = column == code
                found[part.base : part.base + len(mask)] |= mask if part.live is None else mask & part.live
        return found

    def spellings(self, folded: Sequence[str]) -> Counter[str]:
        """The terms that have one of these folded forms, each with the number of its postings."""
        counts: Counter[str] = Counter()
        for part in self.parts:
            for term in {term for form in folded for term in part.segment.spellings(form)}:
                counts[decode(part.segment.vocabulary[term])] += part.segment.frequency(term)
        return counts

    def find(self, id: str) -> int | None:
        """The number of the document with this id."""
        for part in self.parts:
            number = part.segment.ids.find(encode(id))
            if number is not None and (part.live is None or part.live[number]):
                return part.base + number
        return None

    def id_of(self, number: int) -> str:
        """The id of a document."""
        part = self._part_of(number)
        return decode(part.segment.ids[number - part.base])

    def document(self, number: int) -> Document:
        """A document as it was put."""
        part = self._part_of(number)
        return self._documents.get(number, lambda: part.segment.document(number - part.base))

    def _part_of(self, number: int) -> Part:
        return self.parts[bisect_right(self.bases, number) - 1]


def joined(arrays: Sequence[Array], kind: type[np.generic]) -> Array:
    """The arrays end to end; a single one as it is."""
    return arrays[0] if len(arrays) == 1 else np.concatenate([np.empty(0, kind), *arrays])


def _codes(segment: Segment, field: int, value: str, *, any_marks: bool) -> list[int]:
    if any_marks:
        folded = fold(value)
        return [code for code, other in enumerate(segment.key_values(field)) if fold(other) == folded]
    code = segment.key_code(field, value)
    return [] if code is None else [code]
