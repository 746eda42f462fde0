"""One generation of an index, open for reading: all that the evaluator asks for.

Documents are numbered through all segments, so whoever asks sees one index with index-wide statistics.
Every file is opened when the snapshot is, so it stays whole when a later commit removes files.
Not thread-safe: the files' read positions are shared.
"""

from __future__ import annotations

import functools
from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from whoosh.codec.whoosh3 import W3Codec

from index.document import TEXT_FIELDS, Document, load_document
from index.embedded.generations import Generation, Generations
from index.embedded.storage import (
    ID_COLUMN,
    SCHEMA,
    STORED_COLUMN,
    UNDATED,
    DurableStorage,
    backend,
    decode,
    encode,
    holders,
    read_toc,
)
from index.engine import CorruptIndex
from index.vietnamese import fold, folds

_POSITIONS = SCHEMA[TEXT_FIELDS[0].name].format
_FIRST_MARK, _LAST_MARK = "\u0300", "\u036f"
_BEYOND_ASCII, _LAST = "\x80", "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Postings:
    """Where a term is: its count and its encoded positions by document."""

    counts: dict[int, int]
    encoded: dict[int, bytes]

    def positions(self, document: int) -> list[int]:
        """Its positions in one of the documents, ascending; to be called inside `Snapshot.decoding`."""
        return list(_POSITIONS.decode_positions(self.encoded[document]))


class _Segment:
    """One Whoosh segment, whose documents are numbered from `base` on."""

    def __init__(self, storage: DurableStorage, segment: Any, base: int) -> None:
        self.base = base
        self.size: int = segment.doc_count_all()
        self.deleted: frozenset[int] = frozenset(segment.deleted_docs())
        self._storage = storage
        self._segment = segment
        codec = segment.codec()
        self.terms = codec.terms_reader(storage, segment)
        columns = codec.per_document_reader(storage, segment)
        self.ids = columns.column_reader("id", ID_COLUMN)
        self.stored = columns.column_reader("stored", STORED_COLUMN)

    def numbers(self, field: str, typecode: str, default: int) -> array[int]:
        """A column of numbers, read at once. Whoosh leaves defaults away at the end, or the whole file."""
        found: array[int] = array(typecode)
        name = W3Codec.column_filename(self._segment, field)
        if self._storage.file_exists(name):
            with self._storage.open_file(name) as file:
                found.frombytes(file.read())
            found.byteswap()
        if len(found) > self.size:
            raise ValueError(name)
        found.extend([default] * (self.size - len(found)))
        return found

    def postings(self, field: str, term: bytes) -> Iterator[tuple[int, float, bytes]]:
        """The number, frequency and encoded positions of every document that holds the term."""
        if (field, term) not in self.terms:
            return
        matcher = self.terms.matcher(field, term, SCHEMA[field].format)
        base, deleted = self.base, self.deleted
        while matcher.is_active():
            number = self._checked(matcher.id())
            if number not in deleted:
                yield base + number, matcher.weight(), matcher.value()
            matcher.next()

    def holders(self, field: str, key: str) -> Iterator[int]:
        """The number of every document that holds a key in a keyword field."""
        for number in holders(self.terms, field, key):
            if self._checked(number) not in self.deleted:
                yield self.base + number

    def _checked(self, number: int) -> int:
        if number >= self.size:
            raise ValueError(number)
        return number

    def terms_between(self, field: str, first: str, last: str) -> Iterator[str]:
        """The terms of a field whose first character is between these two, inclusive."""
        for name, term in self.terms.terms_from(field, encode(first)):
            text = decode(term)
            if name != field or text[:1] > last:
                return
            yield text


class Snapshot:
    """One generation. Its methods raise CorruptIndex where the files turn out to be damaged."""

    def __init__(self, generations: Generations, generation: Generation) -> None:
        self.generation = generation
        self._locator = generations.locator
        commit = generations.commit_of(generation)
        generations.check_fresh(commit)
        self._storage = DurableStorage(generation.folder)
        try:
            with backend(self._locator):
                self._open(commit.documents)
        except BaseException:
            self.close()
            raise

    def _open(self, documents: int) -> None:
        self._segments: list[_Segment] = []
        size = 0
        for segment in read_toc(self._storage, self.generation.number).segments:
            self._segments.append(_Segment(self._storage, segment, size))
            size += self._segments[-1].size
        self._bases = [segment.base for segment in self._segments]
        self._deleted = {part.base + number for part in self._segments for number in part.deleted}
        self.count = size - len(self._deleted)
        if self.count != documents:
            raise CorruptIndex(self._locator, f"{self.count} != {documents}")
        self.moments = self._numbers("published", "q", UNDATED)
        self._lengths = {field.name: self._numbers(field.name, "I", 0) for field in TEXT_FIELDS}
        self._spellings: dict[tuple[str, str], dict[str, set[str]]] = {}

    def _numbers(self, field: str, typecode: str, default: int) -> array[int]:
        whole: array[int] = array(typecode)
        for segment in self._segments:
            whole.extend(segment.numbers(field, typecode, default))
        return whole

    def decoding(self) -> AbstractContextManager[None]:
        """Where positions are decoded, failures mean damage."""
        return backend(self._locator)

    def close(self) -> None:
        """Let go of the files."""
        self._storage.release()

    @functools.cached_property
    def live(self) -> list[int]:
        """The numbers of all documents that are not deleted, ascending."""
        return [number for number in range(len(self.moments)) if number not in self._deleted]

    def lengths(self, field: str) -> array[int]:
        """The length of a text field in terms, by document."""
        return self._lengths[field]

    def mean_length(self, field: str) -> float:
        """The mean of `lengths` over the documents that are not deleted, of which one has the field."""
        lengths = self._lengths[field]
        total = sum(lengths) - sum(lengths[number] for number in self._deleted)
        if total <= 0:
            raise CorruptIndex(self._locator, f"{field}: {total}")
        return total / self.count

    def postings(self, field: str, term: str) -> Postings:
        """Where a term stands in a text field."""
        counts: dict[int, int] = {}
        encoded: dict[int, bytes] = {}
        with backend(self._locator):
            for segment in self._segments:
                for number, frequency, positions in segment.postings(field, encode(term)):
                    counts[number] = int(frequency)
                    encoded[number] = positions
        return Postings(counts, encoded)

    def holders(self, field: str, key: str) -> list[int]:
        """The documents that hold a key in a keyword field, ascending."""
        with backend(self._locator):
            return [number for segment in self._segments for number in segment.holders(field, key)]

    def spellings(self, field: str, folded: str) -> set[str]:
        """The terms or keys of a field that fold to `folded`.

        Only terms that start with a spelling of its first letter are looked at, once per letter.
        """
        group = (field, folded[:1])
        if group not in self._spellings:
            with backend(self._locator):
                self._spellings[group] = self._fold_group(field, folded[:1])
        return self._spellings[group].get(folded, set())

    def _fold_group(self, field: str, letter: str) -> dict[str, set[str]]:
        group: defaultdict[str, set[str]] = defaultdict(set)
        for first, last in _initials(letter):
            for segment in self._segments:
                for term in segment.terms_between(field, first, last):
                    for folded in folds(term):
                        group[folded].add(term)
        return group

    def id_of(self, number: int) -> str:
        """The id of a document."""
        segment = self._segment_of(number)
        with backend(self._locator):
            return decode(segment.ids[number - segment.base])

    def document(self, number: int) -> Document:
        """A document as it was put."""
        segment = self._segment_of(number)
        with backend(self._locator):
            return load_document(segment.stored[number - segment.base])

    def _segment_of(self, number: int) -> _Segment:
        return self._segments[bisect_right(self._bases, number) - 1]


@functools.cache
def _initials(letter: str) -> tuple[tuple[str, str], ...]:
    """The ranges of first characters of all terms whose folded form starts with `letter`.

    Letters that decompose into an ASCII letter and marks stand in Unicode's blocks from Latin-1 Supplement to
    Latin Extended-B, and in Latin Extended Additional. A term may also start with a stray mark.
    """
    marks = (_FIRST_MARK, _LAST_MARK)
    if not letter:
        return (marks,)
    if not letter.isascii():
        return ((_BEYOND_ASCII, _LAST),)
    blocks = (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))
    spellings = (chr(code) for code in blocks if fold(chr(code)) == letter)
    return ((letter, letter), *((spelling, spelling) for spelling in spellings), marks)
