"""When an article was published and changed: what its page prints and what it tells machines."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import TypeAlias

from crawl.article import When, local_day
from crawl.extraction.blocks import Outline, text_key
from crawl.extraction.dates import is_plausible, parse_stated, parse_written
from crawl.extraction.dom import Element
from crawl.extraction.trace import How

_MOST_CANDIDATES = 20  # how many dates are compared
_STAMPS = ("data-time", "data-timestamp", "data-datetime", "data-utime")
_DATE_LENGTH = 100  # a longer block is prose that mentions a date
_ABOVE = 8  # how many blocks above the title a date line may stand
_BELOW = 3  # how many blocks of the body a date line may follow
# Dates of other languages say what they are.
_DATED = re.compile(r"(?:cập nhật|published|updated|posted)\b.*\d", re.IGNORECASE)
_AGO = re.compile(r"\d{1,2} (?:phút|giờ|tiếng|ngày) trước|hôm qua|hôm nay|vừa xong", re.IGNORECASE)
# A date later than the page was fetched is wrong; where there is no other, the moment of fetching may be: of an
# imported page it is its file's.
_A_DAY, _TEN_YEARS = timedelta(days=1), timedelta(days=3653)
_JUST_NOW = timedelta(minutes=2)


Claim: TypeAlias = tuple[When | None, How]
"""A date that a page gives, and how it does; None where it gives none in this way."""


def published(claims: Sequence[Claim], shown: When | None, seen: datetime) -> Claim:
    """When the article was published: the first of the claims that can be true, as what is shown corrects it.

    `shown` is the printed date, `seen` when the page was fetched.
    """
    likely = (
        claim
        for ahead in (_A_DAY, _TEN_YEARS)
        for claim in claims
        if claim[0] and is_plausible(claim[0], seen + ahead)
    )
    claimed, told = next(likely, (None, How.PRINTED))
    if claimed is None:
        return None, told
    when = _agreed(claimed, shown)
    return when, told if when == claimed else How.AGREED


def modified(
    changed: When | None, published: When | None, claimed: When | None, seen: datetime
) -> When | None:
    """When the paper last changed the article, if what it says of that can be true.

    `published` is what was found out, `claimed` what the page told machines of that. A page that says it was
    changed when it was `seen`, or before it was published, says nothing.
    """
    if changed is None or published is None:
        return None
    if isinstance(published, datetime) and isinstance(changed, datetime):
        if isinstance(claimed, datetime) and claimed.tzinfo != published.tzinfo and claimed != published:
            changed = changed.replace(tzinfo=published.tzinfo)  # their zones are wrong alike
        return changed if published < changed < seen - _JUST_NOW else None
    return changed if local_day(published) < local_day(changed) < local_day(seen) else None


def _agreed(claimed: When, printed: When | None) -> When:
    """The moment of publication from what a page tells machines and what it prints.

    The claim is more exact, but where it names only the day the printed time completes it, and where both
    show the same clock the printed one has the right zone: sites often call their local time UTC.
    """
    if not isinstance(printed, datetime):
        return claimed
    if not isinstance(claimed, datetime):
        return printed if printed.date() == claimed else claimed
    clock = claimed.replace(tzinfo=printed.tzinfo)
    if clock.time() == time() and clock.date() == printed.date():
        return printed
    return clock if clock.replace(second=0) == printed.replace(second=0) else claimed


def printed_date(outline: Outline, title: int, body: Sequence[int], seen: datetime) -> When | None:
    """The date line nearest to the title: a short block between the article's top and its first paragraphs.

    Dates elsewhere are of other articles, or of the day the page was `seen`; a date in the title itself is of
    something to come.
    """
    around = range(max(0, title - _ABOVE), body[min(_BELOW, len(body)) - 1] + 1)
    headline = text_key(outline[title].block.text)
    for place in sorted(around, key=lambda place: (abs(place - title), -place)):
        text = outline[place].block.text
        if not is_date_line(text) or text_key(text) == headline:
            continue
        when = parse_written(text)
        if when and not _is_clock(outline, place, title, when, seen):
            return when
    return None


def _is_clock(outline: Outline, place: int, title: int, when: When, seen: datetime) -> bool:
    """Whether it is the day's date that a site shows at the top of all its pages: above its menu."""
    between = (outline[at].block for at in range(place + 1, title))
    return local_day(when) == local_day(seen) and any(block.is_link for block in between)


def is_date_line(text: str) -> bool:
    """Whether it is short and says when something was printed, be it only by how long ago."""
    if len(text) > _DATE_LENGTH or text.endswith("."):
        return False
    return bool(_DATED.match(text) or _AGO.fullmatch(text)) or parse_written(text) is not None


def time_element(root: Element) -> When | None:
    """The date for machines of the page's one `time` element, or else of its one element with a time stamp.

    Several are of several articles.
    """
    written = _values(root.iter("time"), ("datetime",)) or _values(root.iter(), _STAMPS)
    return parse_stated(written.pop()) if len(written) == 1 else None


def _values(elements: Iterable[Element], names: Iterable[str]) -> set[str]:
    """The different values of these attributes."""
    found = (element.get(name) for element in elements for name in names)
    return set(itertools.islice((value for value in found if value is not None), _MOST_CANDIDATES))
