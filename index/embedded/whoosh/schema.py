"""The index's fields as Whoosh knows them. Text that Whoosh is given passes through the same door as everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np
from whoosh import formats
from whoosh.analysis import Analyzer, Token
from whoosh.fields import DATETIME, ID, STORED, TEXT, Schema
from whoosh.util.times import datetime_to_long, long_to_datetime

from index.document import Document
from index.embedded.layout import FIELDS, KEYS, UNDATED
from index.embedded.storage import decode, encode
from index.text.tokens import analyse, keyword_key
from index.text.vietnamese import lower_case

ID_FIELD, DATE_FIELD = "id", "published"

_SHOWN = ("url", "first_seen", "agency")
"""Fields that are stored, and not searched."""

_EPOCH: int = datetime_to_long(datetime(1970, 1, 1))  # noqa: DTZ001 - midnight in Vietnam, where moments begin
"""Moments are microseconds from here on; Whoosh counts them from the year 1, without a time zone."""


class Words(Analyzer):
    """Whoosh's tokens from `index.text.tokens.analyse`: so `hoà`, `HÒA` and a decomposed `hòa` are one term."""

    def __call__(
        self,
        value: str,
        *,
        positions: bool = False,
        chars: bool = False,
        keeporiginal: bool = False,
        start_pos: int = 0,
        start_char: int = 0,
        tokenize: bool = True,
        **options: Any,
    ) -> Iterator[Any]:
        """The tokens of a text; without `tokenize` (a prefix, a pattern) all of it, in lower case and composed."""
        token = Token(positions, chars, **options)
        for place, (term, start, end) in enumerate(self._pieces(value) if tokenize else _whole(value)):
            token.text = term
            token.boost = 1.0
            if keeporiginal:
                token.original = value[start:end]
            if positions:
                token.pos = start_pos + place
            if chars:
                token.startchar, token.endchar = start_char + start, start_char + end
            yield token

    def _pieces(self, value: str) -> Iterator[tuple[str, int, int]]:
        found = analyse(value)
        return zip(found.terms, found.starts, found.ends, strict=True)


class WholeValue(Words):
    """The whole value as one term: the key of a keyword field."""

    def _pieces(self, value: str) -> Iterator[tuple[str, int, int]]:
        yield keyword_key(value), 0, len(value)


class Unchanged(Words):
    """The whole value as it is."""

    def _pieces(self, value: str) -> Iterator[tuple[str, int, int]]:
        yield value, 0, len(value)


def _whole(value: str) -> Iterator[tuple[str, int, int]]:
    yield lower_case(value), 0, len(value)


class Positions(formats.Positions):
    """Whoosh's format for positions, as plain numbers of 32 bits where Whoosh has a pickle."""

    def encode(self, poslist: Any) -> bytes:
        """Positions as bytes."""
        return np.asarray(poslist, "<u4").tobytes()

    def decode_positions(self, valuestring: bytes) -> list[int]:
        """The opposite."""
        positions: list[int] = np.frombuffer(valuestring, "<u4").tolist()
        return positions

    def decode_frequency(self, valuestring: bytes) -> int:
        """How many there are."""
        return len(valuestring) // 4


class _Encoded:
    """Terms as bytes and back, as the index keeps them."""

    def to_bytes(self, value: str | bytes) -> bytes:
        """A term as it is kept; bytes are kept already."""
        return value if isinstance(value, bytes) else encode(value)

    def from_bytes(self, bs: bytes) -> str:
        """The opposite."""
        return decode(bs)


class TextField(_Encoded, TEXT):
    """A field that is searched by its words. What is typed as one word and is several stands side by side."""

    def __init__(self) -> None:
        super().__init__(Words(), stored=True, multitoken_query="phrase")
        self.format = Positions()


class KeyField(_Encoded, ID):
    """A field that is searched by its whole value."""

    def __init__(self, analyzer: Analyzer, *, unique: bool = False) -> None:
        super().__init__(stored=True, unique=unique, sortable=not unique, analyzer=analyzer)


class DateField(DATETIME):
    """The moment of publication, in Vietnam's time.

    Articles without one come last, unless a whole search is reversed.
    """

    def __init__(self) -> None:
        super().__init__(stored=True, sortable=True)

    def from_bytes(self, bs: bytes) -> datetime:
        """The first moment that a term stands for, which may leave the last bits open."""
        return _datetime(max((int.from_bytes(bs[1:]) << bs[0]) - (1 << self.bits - 1), 0))

    def from_column_value(self, x: int) -> datetime | None:
        """The moment that a column's value stands for."""
        return None if x == self.default else _datetime(x)


def whoosh_moments(moments: Any) -> Any:
    """Moments of the index (one, or an array) as Whoosh counts them."""
    return np.maximum(np.asarray(moments, np.int64) + _EPOCH, 0)


def _datetime(x: int) -> datetime:
    moment: datetime = long_to_datetime(x)
    return moment


def stored_fields(document: Document, moment: int) -> dict[str, object]:
    """What Whoosh shows of an article that was published at `moment`; fields without a value are left out.

    Captions and tags, which may be several, are lines.
    """
    values: dict[str, object] = {
        name: getattr(document, name) for name in (ID_FIELD, *FIELDS, *KEYS, *_SHOWN)
    }
    values |= {name: "\n".join(value) for name, value in values.items() if isinstance(value, tuple)}
    if moment != UNDATED:
        values[DATE_FIELD] = _datetime(int(whoosh_moments(moment)))
    return {name: value for name, value in values.items() if value not in {None, ""}}


SCHEMA = Schema(
    **{ID_FIELD: KeyField(Unchanged(), unique=True), DATE_FIELD: DateField()},
    **{name: TextField() for name in FIELDS},
    # Nobody types the name of a group: it is its own key.
    **{name: KeyField(Unchanged() if name == "group" else WholeValue()) for name in KEYS},
    **{name: STORED() for name in _SHOWN},
)
"""All fields of `index.document`, and what is shown of an article."""
