"""A corpus of any size from one that is real: articles recombined so that the statistics of their terms stay.

The first articles are the real ones. Every further round through them takes each as a template: it keeps its length,
its title, and four of five paragraphs; the others come from articles drawn at random. So document frequencies,
neighbours and repetitions within an article stay as they are. The vocabulary grows as that of real corpora does, by
Heaps' law, V = K · n^β (Heaps, Information Retrieval, 1978), with β as measured between half of the real articles and
all: so many of the words that stand in one article only are exchanged for new ones in each round.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count, islice

from index.document import Document

_EXCHANGED = 0.2
"""The share of paragraphs that come from elsewhere."""

_LETTERS = "bcdghklmnpqrstvx"
_SEED = 1


def synthetic(real: Sequence[Document], size: int) -> Iterator[Document]:
    """`size` articles; the same ones for the same `real` articles, of which there is one at least."""
    return islice(_endless(real), size)


def _endless(real: Sequence[Document]) -> Iterator[Document]:
    yield from real
    frequencies = Counter(word for document in real for word in _words(document))
    halved = len({word for document in real[: max(1, len(real) // 2)] for word in _words(document)})
    exponent = math.log2(max(len(frequencies), 1) / max(halved, 1))
    rare = {word for word, frequency in frequencies.items() if frequency == 1}
    for turn in count(1):
        grown = len(frequencies) * ((turn + 1) ** exponent - turn**exponent)
        share = min(1.0, grown / max(len(rare), 1))
        for number, document in enumerate(real):
            chance = random.Random(f"{_SEED} {turn} {number}")
            yield _varied(document, real, rare, share, f"{turn}.{number}", chance)


def _varied(
    document: Document,
    real: Sequence[Document],
    rare: set[str],
    share: float,
    name: str,
    chance: random.Random,
) -> Document:
    paragraphs = document.body.split("\n\n")
    for place in range(len(paragraphs)):
        if chance.random() < _EXCHANGED:
            paragraphs[place] = chance.choice(chance.choice(real).body.split("\n\n"))
    body = "\n\n".join(paragraphs)
    for word in sorted(_words(document) & rare):
        if chance.random() < share:
            body = body.replace(f" {word} ", f" {word}{''.join(chance.choices(_LETTERS, k=8))} ")
    return replace(document, id=f"{document.id} {name}", url=None, body=body)


def _words(document: Document) -> set[str]:
    """What is a word between two spaces; numbers and what touches punctuation do not matter for the growth."""
    return set(filter(str.isalpha, document.body.split(" ")))
