"""Store: a page before anything is read in it; then the article that it holds, or that there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from crawl.archive.store import Archive, Change
from crawl.article import VIETNAM, Article, Page, When, local_day
from crawl.crawler.canonical_links import own_address
from crawl.crawler.contents import ArticlePage
from crawl.crawler.report import BEFORE_SINCE
from crawl.crawler.steps import Extracted, KeptArticle, KeptPage, NoArticle, PageRequest, Stored, TooOld
from crawl.extraction.extract import Reading, Rejected, Unreadable
from crawl.frontier.frontier import Frontier
from crawl.frontier.visits import Kind, Visit
from crawl.urls import canonical

_GONE = frozenset({404, 410})


class Storing:
    """Puts into the archive what pages give. Articles from before `since` are left to a crawl that wants them.

    Of the frontier it only asks which addresses are visited, and changes nothing there.
    """

    def __init__(self, archive: Archive, frontier: Frontier, since: When | None) -> None:
        self._archive, self._frontier, self._since = archive, frontier, since

    def keep(self, request: PageRequest, page: Page) -> KeptPage:
        """Keep a page that may be an article's, before anything is read in it."""
        may_be_article = request.visit.kind is Kind.ARTICLE
        number = self._archive.put_page(page, request.source.name) if may_be_article else None
        return KeptPage(request, page, number)

    def missing(self, visit: Visit, page: Page) -> NoArticle:
        """The server has no such page, or cannot give it: what is gone is noted where an article was."""
        reason = f"http-{page.status}"
        if page.status not in _GONE:
            return NoArticle(reason)
        missing = self._absent(visit, page, reason) if visit.kind is Kind.ARTICLE else NoArticle(reason)
        return replace(missing, gone=True)

    def store(self, extracted: Extracted) -> Stored:
        """Keep what the page was found to hold; lists, which hold nothing to keep, are handed on."""
        kept, outcome = extracted.kept, extracted.outcome
        assert not isinstance(outcome, Exception)
        match outcome:
            case ArticlePage():
                return Stored(kept, self._reading(kept, outcome.reading), outcome.links)
            case Unreadable():
                return Stored(kept, self._unreadable(kept, outcome))
            case _:
                return Stored(kept, outcome)

    def _reading(self, kept: KeptPage, reading: Reading) -> KeptArticle | NoArticle | TooOld | Unreadable:
        assert kept.number is not None
        match reading:
            case Unreadable():
                return self._unreadable(kept, reading)
            case Rejected():
                self._archive.reject_page(kept.number, reading.reason)
                return self._absent(kept.request.visit, kept.page, reading.reason)
            case _ if reading.published is not None and self._is_too_old(reading.published):
                self._archive.reject_page(kept.number, BEFORE_SINCE)
                return TooOld(reading.published)
            case _:
                return self._article(kept, reading)

    def _unreadable(self, kept: KeptPage, unreadable: Unreadable) -> Unreadable:
        if kept.number is not None:
            self._archive.reject_page(kept.number, f"{unreadable.reason}: {unreadable.detail}")
        return unreadable

    def _absent(self, visit: Visit, page: Page, reason: str) -> NoArticle:
        """Note that an article that is known at this address is not to be had there."""
        vanished = self._archive.put_absence(visit.url, seen=page.fetched, reason=reason)
        return NoArticle(reason, self._archive.knows(visit.url), vanished)

    def _is_too_old(self, published: When) -> bool:
        return self._since is not None and local_day(published) < local_day(self._since)

    def _article(self, kept: KeptPage, article: Article) -> KeptArticle:
        visit, page = kept.request.visit, kept.page
        before = self._archive.find(visit.url) if visit.visited else ()
        landed = canonical(page.final_url) or visit.url
        claimed = own_address(
            self._archive,
            kept.request.source,
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
            page=kept.number,
            alias=next((name for name in (visit.url, landed) if name != url), None),
            seen=page.fetched,
            merge=True,
        )
        has_moved = before and before[0].id not in {one.id for one in self._archive.find(url)}
        vanished = bool(has_moved) and self._absent(visit, page, "moved").vanished
        return KeptArticle(change, _news(change, article), vanished)


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
