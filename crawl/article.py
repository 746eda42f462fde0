"""What the crawler hands on: a page as it was fetched, an article as it was printed.

Standard library only, so that everything above may import it for nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7), "+07:00")
"""Indochina Time; Vietnam has kept UTC+7 without daylight saving since 1975."""

When = date | datetime
"""A moment of publication: an aware datetime, or a bare date where the paper printed no time."""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a web server, as its bytes came (after content decoding).

    `url` is what was asked for, `final_url` where redirects ended; `fetched` is aware, in UTC.
    """

    url: str
    final_url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    fetched: datetime

    def header(self, name: str) -> str | None:
        """The first header of that name (case-insensitive, RFC 9110 section 5.1), or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class Article:
    """One article's content, in Unicode NFC.

    `url` is the canonical URL, or None for an import that knows only an id of its own.
    `body` holds the paragraphs and sub-headings, separated by one blank line; `headings` are the sub-headings
    among them, in order. `lead` is the sapo. `images` are the addresses of the pictures that the captions belong to,
    in the order of `captions`, '' where one is not known; or nothing at all. `role` is what the paper calls the
    author, `agency` the news agency that the text is from, `language` an ISO 639 code.
    """

    url: str | None
    source: str
    title: str
    lead: str = ""
    body: str = ""
    captions: tuple[str, ...] = ()
    author: str | None = None
    published: When | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    role: str | None = None
    agency: str | None = None
    modified: When | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """One version of an article: `number` counts from 1, `seen` is when it was first seen so (aware, UTC).

    `digest` is the SHA-256 of the content in hexadecimal.
    """

    number: int
    seen: datetime
    digest: str
    article: Article


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article in the archive: its identity, its newest content, and the change that brought it.

    `change` is the archive's counter at the last change of this article; counting only upwards,
    it lets an index ask for what is new since it last looked. `aliases` are other URLs and ids. `vanished` is
    since when its newspaper no longer shows it (aware, UTC), or None.
    """

    id: str
    article: Article
    revision: int
    first_seen: datetime
    change: int
    aliases: tuple[str, ...] = ()
    vanished: datetime | None = None


def parse_when(text: str) -> When:
    """Read an ISO 8601 date or date-time; a time without a zone is Vietnam's, fractions of a second are dropped.

    Raises ValueError for anything else, and for a moment that lies outside the calendar in UTC or in Vietnam.
    """
    text = text.strip()
    with contextlib.suppress(ValueError):
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text).replace(microsecond=0)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=VIETNAM)
    try:
        local_day(moment.astimezone(UTC))
    except OverflowError as error:
        raise ValueError(f"{text} is outside the calendar") from error
    return moment


def format_when(when: When) -> str:
    """Write a date as `2021-03-15`, a date-time as `2021-03-15T22:42:00+07:00`."""
    return when.isoformat(timespec="seconds") if isinstance(when, datetime) else when.isoformat()


def local_day(when: When) -> date:
    """The calendar day in Vietnam."""
    return when.astimezone(VIETNAM).date() if isinstance(when, datetime) else when


def utc_now() -> datetime:
    """The present moment, aware, whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


# What articles did not always have is left out where it is empty, so that the text of those stays what it was.
_OPTIONAL = frozenset({"headings", "images", "role", "agency", "modified", "language"})
_MOMENTS = ("published", "modified")
_LISTS = ("captions", "tags", "headings", "images")


def dump_article(article: Article) -> str:
    """The article as one line of JSON, keys as in the import format; equal articles give equal text."""
    values = ((name, getattr(article, name)) for name in Article.__dataclass_fields__)
    fields: dict[str, object] = {
        name: value for name, value in values if name not in _OPTIONAL or value not in {None, ()}
    }
    for name in _MOMENTS:
        if isinstance(when := fields.get(name), date):
            fields[name] = format_when(when)
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def load_article(text: str) -> Article:
    """The article that `dump_article` wrote. Raises ValueError when the text was damaged since."""
    try:
        fields = json.loads(text)
        fields |= {name: tuple(fields[name]) for name in _LISTS if name in fields}
        fields |= {name: parse_when(fields[name]) for name in _MOMENTS if fields.get(name) is not None}
        return Article(**fields)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"not an article: {error}") from error


def content_digest(article: Article) -> str:
    """SHA-256, in hexadecimal, of what the reader sees: everything but the URL."""
    return dumped_digest(dump_article(article))


def dumped_digest(text: str) -> str:
    """The `content_digest` of the article that `dump_article` wrote."""
    # The URL is the last of the sorted keys, and inside a JSON string no quotation mark stands bare.
    content = text.rpartition(',"url":')[0]
    return hashlib.sha256(f'{content},"url":null}}'.encode()).hexdigest()
