"""Where on a page the article's text stands: the element whose text is worth most as prose.

A page arrives as its blocks in reading order, each with the elements around it (`Outline`); plain values, so the
rule can be seen and tested without HTML. It is the maximum-subsequence idea of text extraction (Pasternack and
Roth, "Extracting article text from the web with maximum subsequence segmentation", WWW 2009) on a tree: prose
counts for an element, links and scraps count against it, and the element with the greatest sum holds the body.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crawl.paragraphs import Block, text_key

_RIVAL = 0.5
"""An element that the markup calls an article is believed if it is worth this share of the best there is."""

_TEASER_LINK = 15
_SHORT = 60


@dataclass(frozen=True, slots=True)
class Element:
    """What the rules need to know of an element around a block; `number` is its place in the page."""

    number: int
    furniture: bool = False
    article: bool = False
    body: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A block and the elements around it, innermost first."""

    block: Block
    around: tuple[Element, ...]


Outline = Sequence[Placed]


def without_furniture(outline: Outline) -> list[int]:
    """The places of the blocks outside navigation, comments, related news and the like.

    Names mislead, so an element that holds half of the page's text is never furniture.
    """
    sizes: defaultdict[Element, int] = defaultdict(int)
    for placed in outline:
        for element in placed.around:
            sizes[element] += len(placed.block.text) - placed.block.linked
    limit = sum(len(placed.block.text) - placed.block.linked for placed in outline) / 2
    return [
        place
        for place, placed in enumerate(outline)
        if not any(element.furniture and sizes[element] < limit for element in placed.around)
    ]


def find_body(outline: Outline, places: Iterable[int]) -> list[int]:
    """Those of the places (see `without_furniture`) that hold the article's body; empty if there is no prose."""
    places = list(places)
    best = _best(outline, places)
    if best is None:
        return []
    element, worth = best
    worths = _worths(outline, places)
    for marked in (
        [one for one in worths if one.body],
        [one for one in worths if one.article],
    ):
        rivals = [one for one in marked if worths[one] >= _RIVAL * worth]
        # The same article again, or the next one, may follow on the page: the first of equals is meant.
        close = [one for one in rivals if worths[one] >= _RIVAL * max(worths[rival] for rival in rivals)]
        if close:
            within = _inside(outline, places, min(close, key=lambda one: one.number))
            inner = _best(outline, within)
            return _inside(outline, within, inner[0]) if inner else within
    return _inside(outline, places, element)


def is_list(outline: Outline, places: Sequence[int], title: str) -> bool:
    """Whether the places hold a list of articles: most of its paragraphs are teasers under linked headlines."""
    prose = teasers = 0
    after_link = False
    for place in places:
        block = outline[place].block
        if block.is_link:
            after_link = len(block.text) >= _TEASER_LINK and text_key(block.text) != text_key(title)
        elif len(block.text) >= _SHORT:
            prose += 1
            teasers += after_link
            after_link = False
    return teasers * 2 >= prose


def _worths(outline: Outline, places: Iterable[int]) -> dict[Element, int]:
    worths: defaultdict[Element, int] = defaultdict(int)
    for place in places:
        placed = outline[place]
        for element in placed.around:
            worths[element] += placed.block.worth
    return worths


def _best(outline: Outline, places: Iterable[int]) -> tuple[Element, int] | None:
    """The innermost of the elements of greatest worth, if that is any worth at all."""
    worths = _worths(outline, places)
    if not worths:
        return None
    element = max(worths, key=lambda one: (worths[one], one.number))
    return (element, worths[element]) if worths[element] > 0 else None


def _inside(outline: Outline, places: Iterable[int], element: Element) -> list[int]:
    return [place for place in places if element in outline[place].around]
