"""What one step of a crawl hands to the next: requests, what came of them, what is kept, and what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from crawl.archive.store import Change
from crawl.article import Page, When
from crawl.crawler.contents import Contents, Feed
from crawl.extraction.extract import Unreadable
from crawl.frontier.links import Links
from crawl.frontier.sitemaps import Sitemap
from crawl.frontier.visits import Visit
from crawl.sources.source import Source

# Schedule → fetch


@dataclass(frozen=True, slots=True)
class RobotsRequest:
    """The robots.txt of a host, wanted before anything else of it."""

    source: Source
    host: str
    url: str


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A page that is due; `etag` and `last_modified` let its server say that nothing changed."""

    source: Source
    host: str
    visit: Visit
    etag: str | None = None
    last_modified: str | None = None

    @property
    def url(self) -> str:
        """Where the page is asked for."""
        return self.visit.url


Request: TypeAlias = PageRequest | RobotsRequest


# Fetch → store


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of a request, and after how many seconds."""

    request: Request
    outcome: Page | Exception
    seconds: float


# Store → extract


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page that came and, where it may be an article's, is in the archive under a `number`."""

    request: PageRequest
    page: Page
    number: int | None


# Extract → store


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a page was found to hold."""

    kept: KeptPage
    outcome: Contents | Unreadable | Exception

    @property
    def request(self) -> PageRequest:
        """What was asked for."""
        return self.kept.request


# Store → remember


@dataclass(frozen=True, slots=True)
class KeptArticle:
    """The article of a page is in the archive.

    `news` is since when it has been as it is, if that is new; `vanished` says that the article that was known at
    this address until now is no longer to be had.
    """

    change: Change
    news: datetime | None = None
    vanished: bool = False


@dataclass(frozen=True, slots=True)
class NoArticle:
    """The page is no article, for a `reason`.

    `known` says that an article was known at its address, `vanished` that it is news that it is not to be had, `gone`
    that the server itself says so.
    """

    reason: str
    known: bool = False
    vanished: bool = False
    gone: bool = False


@dataclass(frozen=True, slots=True)
class TooOld:
    """The article, `published` then, is left to a crawl that wants articles as old as it is."""

    published: When


@dataclass(frozen=True, slots=True)
class Stored:
    """What the archive has of a page, or the list that the page is; `links` is where an article's page leads."""

    kept: KeptPage
    result: KeptArticle | NoArticle | TooOld | Unreadable | Feed | Sitemap | Links
    links: Links | None = None


# Remember → schedule


@dataclass(frozen=True, slots=True)
class Remembered:
    """What became of a visit.

    `hosts` are those on which URLs that the page named are waiting, `earned` counts the articles that were not known
    before and came of it; None where it was no page to be counted. `another_name` says that its article was known by
    another address.
    """

    hosts: frozenset[str] = frozenset()
    earned: int | None = None
    another_name: bool = False
