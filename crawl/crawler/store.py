"""Stores what a crawl fetched: the page before anybody reads it, then the article that was read in it."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from crawl.archive.store import Archive, Change
from crawl.article import VIETNAM, Article, Page, When, local_day
from crawl.crawler.canonical_links import own_address
from crawl.crawler.report import BEFORE_SINCE
from crawl.extraction.extract import Reading, Rejected, Unreadable
from crawl.frontier.frontier import Frontier, Kind, Visit
from crawl.sources.source import Source
from crawl.urls import canonical

_GONE = frozenset({404, 410})


class Fate(enum.Enum):
    """What becomes of a visit."""

    DONE = "done"
    AGAIN = "again"
    """Nothing could be found out: it is tried again soon."""
    GONE = "gone"
    """There is nothing now: it is tried again, ever more seldom."""
    LATER = "later"
    """It is for a crawl that wants what this one does not."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What the archive made of a page. `outcome` is new, changed, unchanged, or the key of a reason for nothing.

    `detail` says more of a failure. `news` is since when an article has been as it is, if that is new. `vanished`
    counts articles that were known and are not to be had any more. `published` is of one that is for another crawl.
    """

    outcome: str
    fate: Fate
    detail: str | None = None
    change: Change | None = None
    news: datetime | None = None
    vanished: int = 0
    published: When | None = None


class Store:
    """Puts into the archive what one source gives. The frontier is asked which addresses it awaits, never changed.

    Its methods raise ArchiveError and FrontierError.
    """

    def __init__(self, source: Source, archive: Archive, frontier: Frontier, *, since: When | None) -> None:
        self._source, self._archive, self._frontier, self._since = source, archive, frontier, since

    def page(self, visit: Visit, page: Page) -> int | None:
        """Keep a page that may be an article's; its number."""
        return self._archive.put_page(page, self._source.name) if visit.kind is Kind.ARTICLE else None

    def missing(self, visit: Visit, page: Page) -> Stored:
        """Note that the server has no such page, or cannot give it."""
        reason = f"http-{page.status}"
        if page.status not in _GONE:
            return Stored(reason, Fate.AGAIN)
        vanished = visit.kind is Kind.ARTICLE and self._absent(visit, page, reason)
        return Stored(reason, Fate.GONE, vanished=int(vanished))

    def unreadable(self, number: int | None, unreadable: Unreadable) -> Stored:
        """Note that nothing could be found out about a page."""
        if number is not None:
            self._archive.reject_page(number, f"{unreadable.reason}: {unreadable.detail}")
        return Stored(unreadable.reason, Fate.AGAIN, unreadable.detail)

    def article(self, visit: Visit, page: Page, number: int, reading: Reading) -> Stored:
        """Keep the article of the page with this number, or why it has none."""
        match reading:
            case Unreadable():
                return self.unreadable(number, reading)
            case Rejected():
                return self._rejected(visit, page, number, reading.reason)
        if self._is_too_old(reading):
            self._archive.reject_page(number, BEFORE_SINCE)
            return Stored(BEFORE_SINCE, Fate.LATER, published=reading.published)
        return self._put(visit, page, number, reading)

    def _rejected(self, visit: Visit, page: Page, number: int, reason: str) -> Stored:
        self._archive.reject_page(number, reason)
        vanished = self._absent(visit, page, reason)
        comes_back = self._archive.knows(visit.url) or reason == "empty"
        return Stored(reason, Fate.GONE if comes_back else Fate.DONE, vanished=int(vanished))

    def _absent(self, visit: Visit, page: Page, reason: str) -> bool:
        """Note that a known article is not to be had; whether that was not known yet."""
        return self._archive.put_absence(visit.url, seen=page.fetched, reason=reason)

    def _put(self, visit: Visit, page: Page, number: int, article: Article) -> Stored:
        before = self._archive.find(visit.url) if visit.visited else ()
        landed = canonical(page.final_url) or visit.url
        claimed = own_address(
            self._archive,
            self._source,
            article,
            landed=landed,
            asked=visit.url,
            awaits=self._frontier.awaits_article,
        )
        url = claimed or landed
        if landed != url and self._frontier.known(url) and (known := self._archive.find(url)):
            # Another dress of a page that is itself visited; only its own address tells what changed.
            article = known[0].article
        change = self._archive.put_article(
            replace(article, url=url),
            page=number,
            alias=next((name for name in (visit.url, landed) if name != url), None),
            seen=page.fetched,
            merge=True,
        )
        moved = bool(before) and before[0].id not in {one.id for one in self._archive.find(url)}
        vanished = moved and self._absent(visit, page, "moved")
        return Stored(
            change.value, Fate.DONE, change=change, news=_news(change, article), vanished=int(vanished)
        )

    def _is_too_old(self, article: Article) -> bool:
        if self._since is None or article.published is None:
            return False
        return local_day(article.published) < local_day(self._since)


def _news(change: Change, article: Article) -> datetime | None:
    """Since when the article has been as it is, if that is new: since it was printed, or changed."""
    now = datetime.now(UTC)
    if change is Change.UNCHANGED:
        return None
    if change is Change.CHANGED or article.published is None:
        return now
    printed = article.published
    if not isinstance(printed, datetime):
        printed = datetime(printed.year, printed.month, printed.day, tzinfo=VIETNAM)
    return min(printed, now)
