"""Boxes beside and inside an article that say by their first line what they are. Plain values.

Comments, related news, newsletters and questions about cookies stand in elements of any name; their labels are few.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from crawl.density import Prose, is_prose, teasers
from crawl.outline import Element, Outline
from crawl.paragraphs import is_related_label

_COMMENTS = re.compile(
    r"(?:các )?(?:ý kiến|bình luận|phản hồi)(?: (?:của )?(?:bạn đọc|độc giả|bạn|người đọc))?(?:\W*\d*\W*)"
    r"|(?:gửi|viết|để lại) (?:ý kiến|bình luận|phản hồi)(?: của bạn)?\W*|\d+ (?:ý kiến|bình luận|phản hồi)\W*"
    r"|(?:reader )?(?:comments?|responses?|discussion)\W*\d*\W*|\d+ (?:comments?|responses?)\W*"
    r"|(?:leave|post|add) a (?:comment|reply)\W*|join the (?:conversation|discussion)\W*"
    r"|what do you think\W*",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"(?:get|join|sign up|subscribe)\b.{0,60}\b(?:newsletters?|inbox|briefing|mailing list|updates).{0,60}"
    r"|(?:the |our |daily |weekly )*newsletters?\W*"
    r"|đăng ký (?:nhận|theo dõi)\b.{0,60}\b(?:bản tin|tin|email|thông báo)\b.{0,60}"
    r"|(?:we value )?(?:your|our) privacy\b.{0,40}|.{0,30}\b(?:uses?|about|accept|our) cookies\b.{0,60}"
    r"|cookie (?:policy|settings|consent|notice|preferences)\W*",
    re.IGNORECASE,
)

_LABEL = 150  # characters; a longer block is text
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
    extents = _extents(outline, places)
    out: set[int] = set()
    before = Prose()
    for place in places:
        block = outline[place].block
        if len(block.text) <= _LABEL:
            led = [one for one in outline[place].around if _leads(extents[one], place)]
            if before.is_article and not block.is_link and _COMMENTS.fullmatch(block.text):
                out.update(_comments(outline, extents, place, led))
            elif is_related_label(block):
                out.update(_related(extents, led))
            elif _ASKING.fullmatch(block.text):
                out.update([place], _asking(extents, led))
        if place not in out:
            before.add(block)
    return [place for place in places if place not in out]


def _extents(outline: Outline, places: Sequence[int]) -> dict[Element, _Extent]:
    extents: dict[Element, _Extent] = {}
    below = teasers(outline, places)
    for place in places:
        block = outline[place].block
        for element in outline[place].around:
            extent = extents.setdefault(element, _Extent())
            extent.places.append(place)
            extent.prose += is_prose(block)
            extent.teasers += place in below
            extent.length += len(block.text)
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


def _asking(extents: dict[Element, _Extent], led: Sequence[Element]) -> Iterator[int]:
    """Of what asks for something: the innermost element that it leads, if that is small."""
    if led and extents[led[0]].length <= _SMALL:
        yield from extents[led[0]].places
