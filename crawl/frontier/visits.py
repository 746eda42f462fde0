"""A URL to visit and what it is expected to hold; how far the visits to a newspaper have come."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime


class Kind(enum.Enum):
    """What a URL is expected to hold."""

    ARTICLE = "article"
    FEED = "feed"
    SITEMAP = "sitemap"
    SECTION = "section"


LISTS = (Kind.FEED, Kind.SITEMAP, Kind.SECTION)
"""The kinds that lead to articles."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A URL to visit.

    `attempts` counts the failures since it last succeeded, at `visited`, which for what was stored otherwise is when
    it was seen then. `news` is when it last brought something new, or was first heard of; both are aware, in UTC.
    `etag` and `last_modified` are from the last answer, `unmodified` counts the answers in a row that said only that
    nothing changed. `barren` counts the pages of a list without anything new that led here, one to the next. `dated`
    says that its own list gave it a date.
    """

    url: str
    source: str
    kind: Kind
    attempts: int = 0
    visited: datetime | None = None
    news: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None
    unmodified: int = 0
    barren: int = 0
    dated: bool = False


@dataclass(frozen=True, slots=True)
class RestingList:
    """A list that the present crawl leaves alone, until `due`; `reason` says why it is no list any more, or is None."""

    url: str
    kind: Kind
    due: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class SourceState:
    """How far a source's crawl has come: numbers of URLs, and the last successful visit (aware, UTC)."""

    source: str
    waiting: int
    done: int
    failed: int
    last_success: datetime | None
