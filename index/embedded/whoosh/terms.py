"""The terms of one segment as Whoosh looks them up, walks them and asks how common they are."""

from __future__ import annotations

import functools
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any

from whoosh.codec.base import FieldCursor, TermsReader
from whoosh.reading import TermInfo, TermNotFound, combine_terminfos

from index.embedded.cache import Cache
from index.embedded.layout import Bools
from index.embedded.segment import Segment
from index.embedded.whoosh.fields import SEARCHED, FieldPostings, Postings, field_postings, find
from index.embedded.whoosh.matcher import PostingMatcher

_CACHE = 64 << 20
"""Bytes of postings that are remembered: Whoosh asks several times for those of one term."""

Name = tuple[str, bytes]
"""A field and a term of it."""


class Terms(TermsReader):
    """The terms of a segment. Statistics leave deleted documents out, and a term that only they hold is none."""

    def __init__(self, segment: Segment, live: Bools | None) -> None:
        self._segment, self._live = segment, live
        self._known: Cache[Postings] = Cache(_CACHE, lambda postings: postings.bytes)

    @functools.cache  # noqa: B019 - as many entries as fields, gone with the reader they belong to
    def _field(self, name: str) -> FieldPostings:
        return field_postings(self._segment, self._live, name)

    def __contains__(self, term: Name) -> bool:
        return term[0] in SEARCHED and find(self._field(term[0]), term[1]) is not None

    def indexed_field_names(self) -> Sequence[str]:
        """The fields that have terms."""
        return SEARCHED

    def terms(self) -> Iterator[Name]:
        """All terms, by field and bytes."""
        return self.terms_from(SEARCHED[0], b"")

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[Name]:
        """The terms of a field that are not before this one, then those of the fields after it."""
        for name in SEARCHED:
            if name >= fieldname:
                field = self._field(name)
                first = bisect_left(field.names, prefix) if name == fieldname else 0
                for number in range(first, len(field.names)):
                    if field.is_held(number):
                        yield name, field.names[number]

    def items(self) -> Iterator[tuple[Name, Any]]:
        """All terms with what is known of each."""
        return self.items_from(SEARCHED[0], b"")

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[Name, Any]]:
        """The same from one term on."""
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def _postings(self, fieldname: str, text: bytes) -> Postings:
        field = self._field(fieldname) if fieldname in SEARCHED else None
        number = None if field is None else find(field, text)
        if field is None or number is None:
            raise KeyError(fieldname, text)
        return self._known.get((fieldname, number), lambda: field.postings(number))

    def term_info(self, fieldname: str, text: bytes) -> Any:
        """How common a term is. Raises KeyError where no document holds it."""
        found = self._postings(fieldname, text)
        return TermInfo(
            weight=int(found.counts.sum(dtype=int)),
            df=len(found.docs),
            minlength=int(found.lengths.min()),
            maxlength=int(found.lengths.max()),
            maxweight=int(found.counts.max()),
            minid=int(found.docs[0]),
            maxid=int(found.docs[-1]),
        )

    def frequency(self, fieldname: str, text: bytes) -> int:
        """How often a term stands in all documents. Raises KeyError."""
        return int(self._postings(fieldname, text).counts.sum(dtype=int))

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        """How many documents hold it. Raises KeyError."""
        return len(self._postings(fieldname, text).docs)

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> PostingMatcher:
        """Its postings. Raises TermNotFound."""
        try:
            postings = self._postings(fieldname, text)
        except KeyError as error:
            raise TermNotFound(f"{fieldname}:{text!r}") from error
        return PostingMatcher(self._segment, postings, (fieldname, text), format_, scorer)

    def cursor(self, fieldname: str, fieldobj: Any) -> Cursor:
        """A place among the terms of a field."""
        return Cursor(self._field(fieldname), fieldobj, functools.partial(self.term_info, fieldname))


class Cursor(FieldCursor):
    """A place among the terms of a field, at first the first. `text` is None behind the last."""

    def __init__(self, field: FieldPostings, fieldobj: Any, term_info: Any) -> None:
        self._field, self._fieldobj, self._term_info = field, fieldobj, term_info
        self._number = -1
        self.next()

    def first(self) -> Any:
        """Go to the first term."""
        return self._go(0)

    def find(self, string: str | bytes) -> Any:
        """Go to the first term that is not before this one."""
        return self._go(bisect_left(self._field.names, self._fieldobj.to_bytes(string)))

    def next(self) -> Any:
        """Go to the next term."""
        return self._go(self._number + 1)

    def _go(self, number: int) -> Any:
        while number < len(self._field.names) and not self._field.is_held(number):
            number += 1
        self._number = number
        return self.text()

    def is_valid(self) -> bool:
        """Whether there is a term here."""
        return self._number < len(self._field.names)

    @property
    def name(self) -> bytes | None:
        """The term as it is kept."""
        return self._field.names[self._number] if self.is_valid() else None

    def text(self) -> Any:
        """The term."""
        return None if self.name is None else self._fieldobj.from_bytes(self.name)

    def term_info(self) -> Any:
        """How common it is."""
        return None if self.name is None else self._term_info(self.name)


class Cursors(FieldCursor):
    """The same among the terms of several segments, whose documents are numbered from `offsets` on."""

    def __init__(self, cursors: Sequence[Cursor], offsets: Sequence[int]) -> None:
        self._cursors, self._offsets = cursors, offsets

    def first(self) -> Any:
        """Go to the first term."""
        for cursor in self._cursors:
            cursor.first()
        return self.text()

    def find(self, string: str | bytes) -> Any:
        """Go to the first term that is not before this one."""
        for cursor in self._cursors:
            cursor.find(string)
        return self.text()

    def next(self) -> Any:
        """Go to the next term."""
        for cursor, _offset in self._lowest():
            cursor.next()
        return self.text()

    def _lowest(self) -> list[tuple[Cursor, int]]:
        """Those of the cursors that are at the current term."""
        valid = [pair for pair in zip(self._cursors, self._offsets, strict=True) if pair[0].is_valid()]
        names = [cursor.name or b"" for cursor, _offset in valid]
        return [pair for pair, name in zip(valid, names, strict=True) if name == min(names)]

    def is_valid(self) -> bool:
        """Whether there is a term here."""
        return any(cursor.is_valid() for cursor in self._cursors)

    def text(self) -> Any:
        """The term."""
        return self._lowest()[0][0].text() if self.is_valid() else None

    def term_info(self) -> Any:
        """How common it is."""
        found = [(cursor.term_info(), offset) for cursor, offset in self._lowest()]
        return combine_terminfos(found) if found else None
