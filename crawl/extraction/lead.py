"""The lead (sapo): above the body, or its first paragraph. Plain values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crawl.extraction.blocks import Block, Outline, text_key

_LEAD_LENGTH = 40  # a shorter bold line is a sub-heading
_ABOVE = 8  # how many blocks above the title a lead may stand


def lead_above(
    outline: Outline, places: Iterable[int], title: int, body: Sequence[int], description: str
) -> str:
    """The lead printed above the body: so called by markup, or saying what the description says; else ''."""
    above = [outline[place].block for place in places if title - _ABOVE <= place < body[0]]
    told = [block.text for block in above if says_the_same(block.text, description) and not block.is_link]
    named = [block.text for block in above if block.lead and not block.is_link]
    return (told or named or [""])[0]


def is_lead(blocks: Sequence[Block], description: str) -> bool:
    """Whether the first block is the lead: markup or description say so, or it alone is wholly bold."""
    first = blocks[0]
    if len(first.text) < _LEAD_LENGTH:
        return False
    if len(blocks) == 1:
        return first.lead
    following = next((block for block in blocks[1:] if len(block.text) >= _LEAD_LENGTH), blocks[1])
    is_bold = first.is_bold and not first.heading and not following.is_bold
    return first.lead or is_bold or says_the_same(first.text, description)


def says_the_same(text: str, description: str) -> bool:
    """Whether a printed text is what the description says: descriptions are cut short, sapos go on."""
    printed, said = text_key(text), text_key(description)
    if min(len(said), len(printed)) < _LEAD_LENGTH:
        return bool(said) and said == printed
    return printed.startswith(said) or said.startswith(printed)
