"""What sitemaps and feeds name: URLs, with the moments that the list gives for them."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parsedate_to_datetime

from crawl.article import VIETNAM, When, parse_when
from crawl.extraction.dates import YEARS, parse_written

_FEW_ENTRIES = 10  # of a list may well be of one moment


@dataclass(frozen=True, slots=True)
class Entry:
    """A URL that a list names, and the moment the list gives for it (last change or publication).

    There is none where most entries of a list have the same moment, which is when the list was written.
    """

    url: str
    when: When | None = None


def dated(entries: list[Entry]) -> list[Entry]:
    """The entries; without their dates where most give the same moment."""
    moments = Counter(entry.when for entry in entries if isinstance(entry.when, datetime))
    if len(entries) < _FEW_ENTRIES or 2 * max(moments.values(), default=0) <= len(entries):
        return entries
    return [replace(entry, when=None) for entry in entries]


def unique(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries without repetitions of a URL, the first one kept."""
    found: dict[str, Entry] = {}
    for entry in entries:
        found.setdefault(entry.url, entry)
    return tuple(found.values())


def moment(text: str) -> When | None:
    """A list's date, if it is one: programs write the year 1 or 9999 where they know none."""
    when = _read_date(text.strip())
    return when if when is not None and when.year in YEARS else None


def _read_date(text: str) -> When | None:
    """ISO 8601 as sitemaps and Atom write it, or whatever a newspaper's feed does.

    Last comes RFC 822 to the letter, as RSS 2.0 asks for, with its years of two digits, which in prose are none.
    """
    with contextlib.suppress(ValueError):
        return parse_when(text)
    if (written := parse_written(text)) is not None:
        return written
    with contextlib.suppress(ValueError, OverflowError):
        moment = parsedate_to_datetime(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)
    return None
