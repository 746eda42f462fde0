"""The captions among the blocks of a body. Plain values."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crawl.extraction.blocks import Block, text_key

_PHOTO_CREDIT = re.compile(
    r"\(?(?:ảnh(?: tư liệu| minh họa| minh hoạ)?|hình|photos?|images?|pictures?)(?: credit| courtesy| by)?"
    r"\s*:\s*[^:]{1,80}"
    r"|.{1,60}[|/]\s*(?:getty images|reuters|afp|ap|shutterstock)"
)
_CAPTION_LENGTH = 250


def split_captions(blocks: Iterable[Block]) -> tuple[list[Block], list[Block]]:
    """The captions, and the other blocks."""
    captions: list[Block] = []
    kept: list[Block] = []
    for block in blocks:
        (captions if block.caption or _looks_like_caption(block) else kept).append(block)
    return captions, kept


def _looks_like_caption(block: Block) -> bool:
    """Under its picture, short, and set unlike the text: centred or slanted."""
    if not block.pictured or block.heading or len(block.text) > _CAPTION_LENGTH:
        return False
    if _PHOTO_CREDIT.fullmatch(block.text.lower()):
        return True
    return block.centred or block.is_slanted


def unique(captions: Iterable[Block], *, but: Iterable[str]) -> list[Block]:
    """The captions whose text is neither that of one before nor one of those in `but`."""
    seen = set(map(text_key, but))
    kept: list[Block] = []
    for block in captions:
        if text_key(block.text) not in seen:
            seen.add(text_key(block.text))
            kept.append(block)
    return kept
