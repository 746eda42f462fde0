"""The top of an article: its title, its date line and the lead that stands above the body. Plain values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, time
from itertools import takewhile

from crawl.article import When, local_day
from crawl.extraction.blocks import Outline
from crawl.extraction.dates import parse_written
from crawl.extraction.paragraphs import Block, says_the_same, text_key

_TITLE_WORDS = 3  # fewer are a section's name rather than a headline
_TITLE_LENGTH = 200
_DATE_LENGTH = 100  # a longer block is prose that mentions a date
_ABOVE = 8  # how many blocks above its title an article may begin
_BELOW = 3  # how many blocks of the body a date line may follow
# Dates of other languages say what they are.
_DATED = re.compile(r"(?:cập nhật|published|updated|posted)\b.*\d", re.IGNORECASE)
_AGO = re.compile(r"\d{1,2} (?:phút|giờ|tiếng|ngày) trước|hôm qua|hôm nay|vừa xong", re.IGNORECASE)
_LINKED = 0.7  # of a heading that is a path of links; its separators are not
_PATH_SEPARATOR = re.compile(r"\s*[>»›|/\n]\s*")
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
    return block.is_link or block.is_bold or len(block.text) <= _DATE_LENGTH


def _is_bold_headline(block: Block) -> bool:
    """A bold line that is neither a sentence nor a date."""
    if not block.is_bold or block.is_link or len(block.text) > _TITLE_LENGTH or _is_date_line(block.text):
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
    dates = {place for place in rest[:_BELOW] if _is_date_line(outline[place].block.text)}
    return [place for place in rest if place not in dates]


def printed_date(outline: Outline, title: int, body: Sequence[int], seen: datetime) -> When | None:
    """The date line nearest to the title: a short block between the article's top and its first paragraphs.

    Dates elsewhere are of other articles, or of the day the page was `seen`; a date in the title itself is of
    something to come.
    """
    around = range(max(0, title - _ABOVE), body[min(_BELOW, len(body)) - 1] + 1)
    headline = text_key(outline[title].block.text)
    for place in sorted(around, key=lambda place: (abs(place - title), -place)):
        text = outline[place].block.text
        if not _is_date_line(text) or text_key(text) == headline:
            continue
        when = parse_written(text)
        if when and not _is_clock(outline, place, title, when, seen):
            return when
    return None


def _is_clock(outline: Outline, place: int, title: int, when: When, seen: datetime) -> bool:
    """Whether it is the day's date that a site shows at the top of all its pages: above its menu."""
    between = (outline[at].block for at in range(place + 1, title))
    return local_day(when) == local_day(seen) and any(block.is_link for block in between)


def _is_date_line(text: str) -> bool:
    if len(text) > _DATE_LENGTH or text.endswith("."):
        return False
    return bool(_DATED.match(text) or _AGO.fullmatch(text)) or parse_written(text) is not None


def agreed_date(claimed: When | None, printed: When | None) -> When | None:
    """The moment of publication from what a page tells machines and what it prints.

    The claim is more exact, but where it names only the day the printed time completes it, and where both
    show the same clock the printed one has the right zone: sites often call their local time UTC.
    """
    if claimed is None or not isinstance(printed, datetime):
        return claimed or printed
    if not isinstance(claimed, datetime):
        return printed if printed.date() == claimed else claimed
    clock = claimed.replace(tzinfo=printed.tzinfo)
    if clock.time() == time() and clock.date() == printed.date():
        return printed
    return clock if clock.replace(second=0) == printed.replace(second=0) else claimed


def path_above(outline: Outline, places: Iterable[int], title: int) -> list[str]:
    """The names of the sections where a heading of links stands above the title: some papers make it their `h1`."""
    above = [outline[place].block for place in places if title - _ABOVE <= place < title]
    for block in reversed(above):
        if block.heading and block.links and block.linked >= _LINKED * len(block.text):
            return [name.strip() for name in _PATH_SEPARATOR.split(block.text) if name.strip()]
    return []


def lead_above(
    outline: Outline, places: Iterable[int], title: int, body: Sequence[int], description: str
) -> str:
    """The lead printed above the body: so called by markup, or saying what the description says; else ''."""
    above = [outline[place].block for place in places if title - _ABOVE <= place < body[0]]
    told = [block.text for block in above if says_the_same(block.text, description) and not block.is_link]
    named = [block.text for block in above if block.lead and not block.is_link]
    return (told or named or [""])[0]
