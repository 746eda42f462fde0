"""What is said of results in words, on a terminal and on a page: dates, slips, reprints."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from crawl.article import VIETNAM, When
from crawl.messages import current_language, format_number, ngettext
from crawl.messages import gettext as _
from index.document import Document, published_day
from searcher.results.search import Reprints, ResultPage


def shown_when(when: When) -> str:
    """A date as the reader writes it, in Vietnam's time."""
    day, moment = (
        ("%d/%m/%Y", "%H:%M %d/%m/%Y") if current_language() == "vi" else ("%Y-%m-%d", "%Y-%m-%d %H:%M")
    )
    return when.astimezone(VIETNAM).strftime(moment) if isinstance(when, datetime) else when.strftime(day)


def iso_day(document: Document) -> str:
    """The day an article was published, as ISO 8601 writes it; empty if nobody knows."""
    day = published_day(document)
    return day.isoformat() if day else ""


def slip_sentences(page: ResultPage) -> tuple[str, ...]:
    """What to say of each word that no article has: with what instead partial matches were looked for."""
    line = _("No article has “{typed}”; partial matches were looked for with “{meant}”.")
    return tuple(line.format(typed=slip.typed, meant=slip.meant) for slip in page.slips)


def reprints_line(document: Document, reprints: Reprints, title_of: Callable[[str], str]) -> str:
    """How often an article was printed elsewhere, and where it was first, if that is not here."""
    first = reprints.first
    if first.id == document.id:
        plain = ngettext(
            "Reprinted in {count} other article", "Reprinted in {count} other articles", reprints.count
        )
        return plain.format(count=format_number(reprints.count))
    day = None if first.published is None else shown_when(first.published)
    sentence = ngettext(
        "Reprinted in {count} other article, the earliest: {first}",
        "Reprinted in {count} other articles, the earliest: {first}",
        reprints.count,
    )
    origin = ", ".join(filter(None, (title_of(first.source), day)))
    return sentence.format(count=format_number(reprints.count), first=origin)
