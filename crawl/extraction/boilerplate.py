"""What stands around and inside an article and is none of it. Plain values.

Furniture (navigation, footers, comments) is known by the names of its elements. Boxes (comments, related news,
newsletters, questions about cookies) stand in elements of any name; their labels are few, or they are teasers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from crawl.extraction.blocks import Block, Element, Outline
from crawl.extraction.labels import is_comments_label, is_imprint, is_related_label, is_request

_LABEL = 150  # characters; a longer block is text
_SEVERAL = 2
_HEADLINE = 15  # characters; shorter links are buttons
_DATED = 20  # characters; so much may stand beside a linked headline
_HEADLINE_LINKS = 2  # a picture's and the title's; more are a row of buttons
_FOLLOWED = 400  # characters
_SMALL = 1500  # characters: what asks a reader for something is not as long as an article


class Prose:
    """How much prose was met so far below a page's first heading."""

    def __init__(self) -> None:
        self.length = 0
        self._paragraphs = 0
        self._headed = False

    def add(self, block: Block) -> None:
        """One more block; an article begins with its heading."""
        if block.heading == 1 and not block.is_link and not self._headed:
            self._paragraphs = self.length = 0
            self._headed = True
        elif block.is_prose:
            self._paragraphs += 1
            self.length += len(block.text)

    @property
    def is_article(self) -> bool:
        """Whether it is enough for an article that comments may follow, and not only for its lead."""
        return self._paragraphs > 1 and self.length >= _FOLLOWED


def without_furniture(outline: Outline) -> list[int]:
    """The places of the blocks outside navigation, comments, related news and the like.

    Names mislead, so an element that holds half of the page's text is furniture only if it follows an article;
    few mislead that name footers and comments, which therefore do not count in that text.
    """
    sizes: defaultdict[Element, int] = defaultdict(int)
    late: set[Element] = set()
    headed: set[Element] = set()
    prose = Prose()
    below = teasers(outline, range(len(outline)))
    for place, placed in enumerate(outline):
        unlinked, is_late = len(placed.block.text) - placed.block.linked, prose.is_article
        for element in placed.around:
            if is_late and element not in sizes:
                late.add(element)
            sizes[element] += unlinked
        if placed.block.heading == 1:
            headed.update(placed.around)
        if place not in below and not any(element.furniture for element in placed.around):
            prose.add(placed.block)
    apart = {one for one in sizes if one.furniture and one.apart and one not in headed}
    rest = [placed.block for placed in outline if apart.isdisjoint(placed.around)]
    limit = sum(len(block.text) - block.linked for block in rest) / 2
    small = {one for one, size in sizes.items() if one.furniture and size < limit}
    furniture = apart | small | {one for one in late if one.furniture}
    return [place for place, placed in enumerate(outline) if furniture.isdisjoint(placed.around)]


@dataclass(slots=True)
class _Extent:
    """What an element holds: its places, and how much of it is prose and teasers."""

    places: list[int] = field(default_factory=list)
    prose: int = 0
    teasers: int = 0
    length: int = 0


def without_boxes(outline: Outline, places: Sequence[int]) -> list[int]:
    """The places outside such boxes."""
    below = teasers(outline, places)
    extents = _extents(outline, places, below)
    out: set[int] = set()
    before = Prose()
    for place in places:
        block = outline[place].block
        if place in out:
            continue
        if before.is_article:
            out.update(_teasing(outline, extents, place, before))
        if len(block.text) <= _LABEL:
            led = [one for one in outline[place].around if _leads(extents[one], place)]
            if before.is_article and not block.is_link and is_comments_label(block.text):
                out.update(_comments(outline, extents, place, led))
            elif led and is_related_label(block):
                out.update(_related(extents, led))
            elif is_request(block.text):
                out.update([place], _asking(extents, led))
            elif before.is_article and is_imprint(block.text):
                out.update(_asking(extents, led))
        if place not in out and place not in below:
            before.add(block)
    return [place for place in places if place not in out]


def _extents(outline: Outline, places: Sequence[int], below: Container[int]) -> dict[Element, _Extent]:
    extents: dict[Element, _Extent] = {}
    for place in places:
        block = outline[place].block
        prose, is_teaser, length = block.is_prose, place in below, len(block.text)
        for element in outline[place].around:
            extent = extents.get(element) or extents.setdefault(element, _Extent())
            extent.places.append(place)
            extent.prose += prose
            extent.teasers += is_teaser
            extent.length += length
    return extents


def _leads(extent: _Extent, place: int) -> bool:
    """Whether the block there is the first of several in the element."""
    return extent.places[0] == place and len(extent.places) > 1


def _comments(
    outline: Outline, extents: dict[Element, _Extent], place: int, led: Sequence[Element]
) -> Iterator[int]:
    """Of comments: all that their label leads, or that follows it where it is a heading beside them."""
    block = outline[place].block
    if led:
        yield from extents[led[-1]].places
    elif block.heading or block.is_bold:
        several = (extents[one].places for one in outline[place].around if len(extents[one].places) > 1)
        yield from (later for later in next(several, ()) if later >= place)


def _related(extents: dict[Element, _Extent], led: Sequence[Element]) -> Iterator[int]:
    """Of related news: the greatest element that the label leads and that has no prose but teasers."""
    boxes = [one for one in led if extents[one].prose == extents[one].teasers]
    if boxes:
        yield from extents[boxes[-1]].places


def _teasing(outline: Outline, extents: dict[Element, _Extent], place: int, before: Prose) -> Sequence[int]:
    """Of teasers without a label: the greatest element that begins here, has several and no other prose.

    One that is longer than the article before it is what the article is about.
    """
    boxes = [
        extent
        for extent in map(extents.__getitem__, outline[place].around)
        if extent.places[0] == place and extent.prose == extent.teasers >= _SEVERAL
    ]
    return boxes[-1].places if boxes and boxes[-1].length <= before.length else ()


def _asking(extents: dict[Element, _Extent], led: Sequence[Element]) -> Iterator[int]:
    """Of what asks for something or names an owner: the innermost element that it leads, if that is small."""
    if led and extents[led[0]].length <= _SMALL:
        yield from extents[led[0]].places


def teasers(outline: Outline, places: Iterable[int]) -> set[int]:
    """The paragraphs right below a linked headline; short lines between, such as a date, do not count."""
    found: set[int] = set()
    below = False
    for place in places:
        block = outline[place].block
        if block.is_link or 0 < len(block.text) - block.linked <= _DATED < block.linked:
            below = len(block.text) >= _HEADLINE and block.links <= _HEADLINE_LINKS
            below = below and not is_related_label(block)
        elif block.is_prose:
            if below:
                found.add(place)
            below = False
    return found
