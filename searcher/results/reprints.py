"""The reprints of one article side by side: who printed it when, and what each added to the first or cut from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from index.document import Document
from index.engine import Engine, SearchOptions, Sort
from index.query import Keyword
from index.reprints.overlap import shingles, syllables

MAX_REPRINTS = 200
"""Articles of one group that are compared, the earliest."""

KEPT = 0.5
"""The share of a paragraph's shingles that must stand in the other text for it to count as kept, perhaps edited."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One article of a group beside the first: the paragraphs only it has, and those of the first that it has not."""

    document: Document
    added: tuple[str, ...]
    cut: tuple[str, ...]


def printings(id: str, engine: Engine) -> tuple[Document, ...]:
    """The article with this id and its reprints, the earliest first; nothing where it stands alone.

    Raises what the engine raises (EngineError).
    """
    group = next((document.group for document in engine.documents([id])), None)
    if group is None:
        return ()
    found = engine.search(Keyword("group", group), SearchOptions(sort=Sort.OLDEST, limit=MAX_REPRINTS))
    return tuple(hit.document for hit in found.hits) if found.total > 1 else ()


def compare(id: str, engine: Engine) -> tuple[Comparison, ...]:
    """The same, each beside the first. Raises what the engine raises."""
    documents = printings(id, engine)
    first = paragraphs(documents[0]) if documents else ()
    return tuple(
        Comparison(one, added=missing(own, first), cut=missing(first, own))
        for one in documents
        for own in [paragraphs(one)]
    )


def paragraphs(document: Document) -> tuple[str, ...]:
    """The lead and the paragraphs of the body."""
    return tuple(part for part in (document.lead, *document.body.split("\n\n")) if part.strip())


def missing(some: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    """Those paragraphs of which the other text has less than KEPT; very short ones are told by being equal."""
    known = np.unique(np.concatenate([np.empty(0, np.uint64), *(shingles(syllables(one)) for one in others)]))
    whole = {syllables(one).tobytes() for one in others}

    def is_missing(paragraph: str) -> bool:
        text = syllables(paragraph)
        runs = shingles(text)
        kept = float(np.isin(runs, known).mean()) if len(runs) else 0.0
        return kept < KEPT and text.tobytes() not in whole

    return tuple(filter(is_missing, some))
