"""Boxes beside and inside an article that say by their first line what they are. Plain values.

Comments, related news, newsletters and questions about cookies stand in elements of any name; their labels are few.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field

from crawl.extraction.blocks import Element, Outline
from crawl.extraction.body import Prose, is_prose, teasers
from crawl.extraction.paragraphs import is_imprint, is_related_label

_COMMENTS = re.compile(
    r"\W*(?:(?:các )?(?:ý kiến|bình luận|phản hồi)(?: (?:của )?(?:bạn đọc|độc giả|bạn|người đọc))?"
    r"|(?:độc giả|bạn đọc) (?:bình luận|góp ý|phản hồi)|\d+ (?:ý kiến|bình luận|phản hồi)"
    r"|(?:gửi|viết|để lại) (?:ý kiến|bình luận|phản hồi)(?: của bạn)?"
    r"|(?:(?:reader|latest|top|best)s?(?: rated)? )?(?:comments?|responses?|discussion)"
    r"|\d+ (?:comments?|responses?|replies)|\d+ thoughts? on .*|comments are closed"
    r"|(?:leave|post|add) a (?:comment|reply)|join the (?:conversation|discussion)"
    r"|(?:tell us )?what (?:do )?you think)\W*\d*\W*",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"(?:get|join|sign up|subscribe)\b.{0,60}\b(?:newsletters?|inbox|briefing|mailing list|updates).{0,60}"
    r"|(?:the |our |daily |weekly )*newsletters?\W*"
    r"|đăng ký (?:nhận|theo dõi)\b.{0,60}\b(?:bản tin|tin|email|thông báo)\b.{0,60}"
    r"|(?:we value )?(?:your|our) privacy\b.{0,40}|.{0,30}\b(?:uses?|about|accept|our) cookies\b.{0,60}"
    r"|about the authors?\W*|về tác giả\W*"
    r"|cookie (?:policy|settings|consent|notice|preferences)\W*",
    re.IGNORECASE,
)

_LABEL = 150  # characters; a longer block is text
_SEVERAL = 2
_SMALL = 1500  # characters: what asks a reader for something is not as long as an article


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
            if before.is_article and not block.is_link and _COMMENTS.fullmatch(block.text):
                out.update(_comments(outline, extents, place, led))
            elif led and is_related_label(block):
                out.update(_related(extents, led))
            elif _ASKING.fullmatch(block.text):
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
        prose, is_teaser, length = is_prose(block), place in below, len(block.text)
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
