"""Blocks of text as they stand on a page → the parts of an article. Plain values; no HTML is known here.

The rules are those of Vietnamese newsrooms: the lead (sapo) before the body, captions under their pictures,
the byline as the last short paragraph, boxes of related news under one of a few headings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from crawl.extraction.blocks import Block, text_key
from crawl.extraction.byline import read_byline
from crawl.extraction.captions import split_captions, unique
from crawl.extraction.labels import is_furniture, is_related_label
from crawl.extraction.lead import is_lead

_SENTENCE_END = re.compile(r"[.!?…:;][\"”’')\]]*$")
_HEADING_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Parts:
    """An article's text, sorted.

    `headings` are the sub-headings among the paragraphs, `pictures` the addresses of the captions' pictures.
    `author` is who signed it, `credit` whom it is taken from; `role` is what the paper calls the author.
    """

    lead: str
    paragraphs: tuple[str, ...]
    captions: tuple[str, ...] = ()
    author: str | None = None
    headings: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    role: str | None = None
    credit: str | None = None


def sort_out(blocks: Iterable[Block], title: str, lead: str, description: str) -> Parts:
    """Sort the blocks of a body into lead, paragraphs, captions and byline, and drop what is none of them.

    `lead` is one found outside the body, '' if none; `description` is what the page tells machines that the
    article is about: it is the lead if the body begins with it.
    """
    captions, kept = split_captions(_without_related(blocks))
    byline, kept = read_byline(kept)
    known = {text_key(title)} | ({text_key(lead)} if lead else set())
    kept = [block for block in kept if not is_furniture(block) and text_key(block.text) not in known]
    if not lead and kept and is_lead(kept, description):
        lead = kept.pop(0).text
    while kept and kept[-1].heading:
        kept.pop()
    texts = tuple(block.text for block in kept)
    shown = unique(captions, but=(*texts, lead))
    return Parts(
        lead,
        texts,
        tuple(_line(block) for block in shown),
        byline.author,
        tuple(block.text for block in kept if _is_heading(block)),
        tuple(block.picture for block in shown),
        byline.role,
        byline.credit,
    )


def _without_related(blocks: Iterable[Block]) -> list[Block]:
    """The blocks outside boxes of related news (a label and links after it) that are more than links."""
    kept: list[Block] = []
    in_box = False
    for block in blocks:
        if is_related_label(block):
            in_box = True
        elif block.is_link or (in_box and _is_box_line(block)):
            continue
        else:
            in_box = False
            kept.append(block)
    return kept


def _is_box_line(block: Block) -> bool:
    return block.linked * 2 >= len(block.text) or (block.listed and block.linked > 0)


def _line(block: Block) -> str:
    return " ".join(block.text.split())


def _is_heading(block: Block) -> bool:
    """A heading, or a short bold line that is no sentence."""
    short = len(block.text) <= _HEADING_LENGTH and not _SENTENCE_END.search(block.text)
    return bool(block.heading) or (short and block.is_bold)
