"""The contest between engines: what each indexes, what each is asked, and what an engine is to the benchmark.

Fields: title, body (lead and body in one paragraph), day, source, the whole document as stored bytes. Peers are
given timbao's analysed terms, joined by spaces, and a copy of both texts without marks, so that they can answer
what timbao answers without one. All keep positions.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Protocol

from index.document import Document
from index.text.tokens import analyse_terms, keyword_key
from index.text.vietnamese import folds

TOP = 10
"""How many hits are asked for, beside the exact number of all matches."""

PHRASE, ANY, FOLDED, EITHER_FIELD = "e_phrase", "d_or34", "h_folded", "i_multi"

CLASSES = ("a_rare", "b_common", "c_and2", ANY, PHRASE, "f_and46", "g_filter", FOLDED, EITHER_FIELD)
"""The classes of cases that are measured."""


@dataclass(frozen=True, slots=True)
class Case:
    """One query: canonical terms, under a class that says how they are combined; days and source narrow it.

    The terms are looked for in the body: all of them, but any of them in `d_or34`, side by side in `e_phrase`,
    under any marks in `h_folded`, each in title or body in `i_multi`.
    """

    kind: str
    terms: tuple[str, ...]
    first: date | None = None
    last: date | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The TOP best hits of one case, and the exact number of all; `documents` reads those hits' documents."""

    total: int
    documents: Callable[[], Sequence[Document]]


Question = Callable[[], Found]
"""Answers one case."""


class Builder(Protocol):
    """A new index that is being written."""

    def put(self, document: Document) -> None:
        """Add a document."""

    def commit(self) -> None:
        """Make all documents so far durable and searchable."""

    def close(self) -> None:
        """Finish whatever goes on in the background."""


class Reader(Protocol):
    """A finished index."""

    @property
    def segments(self) -> int | None:
        """How many there are; None where the engine does not say."""

    def question(self, case: Case) -> Question:
        """The case in the engine's own form; making it is not part of answering it."""

    def close(self) -> None:
        """Let go of files."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """One engine.

    `build` takes a folder to make and the number of segments wanted: so many commits will follow, though an
    engine that merges may leave fewer.
    """

    build: Callable[[Path, int], Builder]
    read: Callable[[Path], Reader]


@dataclass(frozen=True, slots=True)
class Texts:
    """Terms joined by spaces, with their marks and without."""

    title: str
    body: str
    title_folded: str
    body_folded: str


@functools.cache
def _folded(term: str) -> str:
    """What stands for a term in the copy without marks, where nobody asks for phrases: its spellings in a row."""
    return " ".join(folds(term))


def one_paragraph(document: Document) -> Document:
    """The document with its lead and paragraphs run together, so that every engine sees the same neighbours."""
    return replace(document, lead="", body=f"{document.lead} {document.body}".replace("\n\n", " ").strip())


def analysed_texts(document: Document) -> Texts:
    """What a peer is given to index: timbao's analysis, whose time counts on every side."""
    title, body = analyse_terms(document.title), analyse_terms(document.body)
    return Texts(" ".join(title), " ".join(body), " ".join(map(_folded, title)), " ".join(map(_folded, body)))


def day_number(day: date | None) -> int:
    """YYYYMMDD; 0 for none."""
    return 0 if day is None else day.year * 10_000 + day.month * 100 + day.day


def source_key(document: Document) -> str:
    """The source as timbao keeps it."""
    return keyword_key(document.source)
