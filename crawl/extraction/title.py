"""The title of an article: what it is, and where it stands. Plain values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from crawl.extraction.blocks import Block, Outline, text_key
from crawl.extraction.published import is_date_line

_TITLE_WORDS = 3  # fewer are a section's name rather than a headline
_TITLE_LENGTH = 200
_LINE = 100  # characters; a longer block is prose
_ABOVE = 8  # how many blocks of the body its title may follow
_BELOW = 3  # how many blocks of the body a date line may follow
_SITE_SEPARATOR = re.compile(r"\s+(?:[|»–—-]|::)\s+")


def choose_title(
    outline: Outline, places: Sequence[int], body: Sequence[int], claims: Sequence[str], window: str
) -> str:
    """The headline: what the page claims and also prints, without the site's name; else what looks like one.

    `places` are the blocks outside furniture, `body` those of the body; `claims` are what the page tells
    machines, in order of trust, `window` what it tells the browser: often just the site's name.
    """
    last = body[min(_ABOVE, len(body)) - 1]
    above = [outline[place].block for place in places if place <= last]
    keys = [text_key(block.text) for block in above]
    for claim in (*claims, window, _without_site(window)):
        said = text_key(claim)
        found = [
            block.text for block, key in zip(above, keys, strict=True) if _is_headline_of(block, key, said)
        ]
        if found:
            return max(found, key=len)
    if claims:
        return _without_site(claims[0])
    headings = [block for block in above if block.heading and not block.is_link]
    headings = [block for block in headings if len(block.text.split()) >= _TITLE_WORDS] or headings
    if not headings:  # pages from before style sheets
        headings = [block for block in takewhile(_is_no_prose, above) if _is_bold_headline(block)][:1]
    highest = min((block.heading for block in headings), default=0)
    return max(
        (block.text for block in headings if block.heading == highest), key=len, default=_without_site(window)
    )


def _is_headline_of(block: Block, printed: str, said: str) -> bool:
    if printed == said:
        return bool(said)
    if not block.heading or block.is_link or len(printed.split()) < _TITLE_WORDS:
        return False
    return len(printed) * 2 >= len(said) and (said.startswith(printed) or said.endswith(printed))


def _is_no_prose(block: Block) -> bool:
    return block.is_link or block.is_bold or len(block.text) <= _LINE


def _is_bold_headline(block: Block) -> bool:
    """A bold line that is neither a sentence nor a date."""
    if not block.is_bold or block.is_link or len(block.text) > _TITLE_LENGTH or is_date_line(block.text):
        return False
    return len(block.text.split()) >= _TITLE_WORDS and not block.text.endswith((".", ":"))


def _without_site(claim: str) -> str:
    """The claim without its last part, the site's name, where it has several."""
    parts = list(_SITE_SEPARATOR.finditer(claim))
    return claim[: parts[-1].start()] if parts and parts[-1].start() * 2 >= len(claim) else claim


def title_place(outline: Outline, body: Sequence[int], title: str) -> int | None:
    """Where the title is printed above or at the head of the body, preferably as a heading."""
    wanted = text_key(title)
    above = range(body[min(_ABOVE, len(body)) - 1] + 1)
    found = [place for place in above if wanted and text_key(outline[place].block.text) == wanted]
    return next((place for place in found if outline[place].block.heading), found[0] if found else None)


def text_after(outline: Outline, body: Sequence[int], title: str) -> list[int]:
    """The body without the title printed at its head, what stands before that, and the date line below."""
    wanted = text_key(title)
    printed = [at for at, place in enumerate(body[:_ABOVE]) if text_key(outline[place].block.text) == wanted]
    rest = list(body[printed[-1] + 1 :]) if printed else list(body)
    dates = {place for place in rest[:_BELOW] if is_date_line(outline[place].block.text)}
    return [place for place in rest if place not in dates]
