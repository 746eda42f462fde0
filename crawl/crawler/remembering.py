"""Remember: that a visit is done or failed, where its page leads, when to come again; and count it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from crawl.archive.store import Archive, Change
from crawl.article import Page, When
from crawl.crawler.contents import Feed
from crawl.crawler.discovery import Discovery, Found
from crawl.crawler.report import BEFORE_SINCE, Journal
from crawl.crawler.steps import KeptArticle, KeptPage, NoArticle, Remembered, Stored, TooOld
from crawl.extraction.extract import Unreadable
from crawl.fetching.errors import FetchError
from crawl.frontier.entries import Entry
from crawl.frontier.frontier import Frontier
from crawl.frontier.links import Links
from crawl.frontier.revisit import next_look, next_reading, next_trial, next_try
from crawl.frontier.sitemaps import Sitemap
from crawl.frontier.url_shapes import is_numbered, is_of_a_past_month
from crawl.frontier.visits import LISTS, Kind, Visit
from crawl.sources.source import Source
from crawl.urls import authority, canonical, within

_NO_LIST = "no-list"
_UNFORESEEN = "unforeseen"


@dataclass(frozen=True, slots=True)
class _Success:
    """What to remember of a visit: when to come again, and since when its page has been as it is, if that is new."""

    due: datetime | None = None
    news: datetime | None = None


class Remembering:
    """Tells the frontier and the journal what came of the visits to one source, once that is stored."""

    def __init__(self, source: Source, frontier: Frontier, journal: Journal) -> None:
        self._source, self._frontier, self._journal = source, frontier, journal
        self._tally = journal.tally(source.name)
        self._discovery = Discovery(source, frontier, self._tally)

    # Before the visits

    def begin(
        self, archive: Archive, *, started: datetime, since: When | None, recheck: bool
    ) -> frozenset[str]:
        """Let wait what is due, of the source's own lists what is new, and for a recheck every article of the archive.

        Returns the hosts on which something is waiting.
        """
        source = self._source
        self._frontier.begin(source.name, now=started, since=since, recheck=recheck)
        self._discovery.own_lists()
        if recheck:
            self._discovery.archived(archive)
        for resting in self._frontier.resting(source.name):
            self._tally.rejected["retired" if resting.reason else "resting"] += 1
        waiting = self._frontier.hosts(source.name)
        return frozenset(host for host in waiting if within(f"http://{host}/", source.hosts))

    def sitemaps(self, urls: Iterable[str]) -> Remembered:
        """A robots.txt names these sitemaps."""
        return Remembered(self._discovery.named_sitemaps(urls).hosts)

    # When nothing was stored

    def answered(self, page: Page) -> None:
        """A page came: count it, whatever it may be."""
        self._tally.fetched += 1
        self._tally.arrived += page.status == 304 or 200 <= page.status < 300

    def unmodified(self, visit: Visit, page: Page) -> Remembered:
        """The server says that nothing changed."""
        if visit.kind is Kind.ARTICLE:
            self._tally.changes["unchanged"] += 1
            now = datetime.now(UTC)
            success = _Success(next_look(visit.news or now, now))
        else:
            success = self._list_success(visit, news=False)
        self._done(visit, page, success)
        self._journal.note(self._source.name, visit.url, Change.UNCHANGED.value)
        return Remembered()

    def missing(self, visit: Visit, page: Page, missing: NoArticle) -> Remembered:
        """The server has no such page, or cannot give it: it is tried again later."""
        self._tally.changes["vanished"] += missing.vanished
        self._failed(visit, missing.reason, page.status, lasting=missing.gone)
        self._journal.failed(self._source.name, visit.url, missing.reason)
        return Remembered(earned=0)

    def busy(self, visit: Visit, page: Page, said: str | None) -> None:
        """The host is left for this crawl, since it is too busy; `said` is what it asked for."""
        reason = f"http-{page.status}"
        self._frontier.failed(visit, reason, due=datetime.now(UTC), status=page.status)
        self._journal.failed(self._source.name, visit.url, reason, said)

    def failed(self, visit: Visit, error: FetchError) -> Remembered:
        """No page came."""
        self._failed(visit, error.reason)
        self._journal.failed(self._source.name, visit.url, error.reason, str(error))
        return Remembered()

    def unforeseen(self, visit: Visit | None, url: str, error: Exception) -> Remembered:
        """Something in an answer from `url` was too much for this program; no `visit` stands for a robots.txt."""
        if visit is not None:
            self._failed(visit, _UNFORESEEN)
        said = f"{url}: {type(error).__name__}: {error}"
        self._journal.failed(self._source.name, url, _UNFORESEEN, said)
        return Remembered()

    def moved(self, visit: Visit, target: str) -> Remembered | None:
        """A page that has moved to another host of the paper waits there, by the rules of that host.

        None where the target is none such, which changes nothing.
        """
        url = canonical(target)
        if url is None or authority(url) == authority(visit.url) or not within(url, self._source.hosts):
            return None
        is_list = visit.kind in LISTS
        found = self._discovery.add(visit.kind, [Entry(url)], again=is_list)
        now = datetime.now(UTC)
        self._frontier.done(visit, now=now, due=now + timedelta(days=1) if is_list else None)
        return Remembered(found.hosts)

    # When it was stored

    def stored(self, stored: Stored) -> Remembered:
        """What came of a page is stored: note that, where the page leads, and when to come again."""
        kept, result = stored.kept, stored.result
        visit = kept.request.visit
        if isinstance(result, Feed | Sitemap | Links):
            return self._list(kept, result)
        match result:
            case Unreadable():
                outcome = self._unreadable(kept, result)
            case KeptArticle():
                outcome = self._article(kept, result)
            case NoArticle():
                outcome = self._no_article(kept, result)
            case TooOld():
                outcome = self._count_rejected(BEFORE_SINCE)
                self._frontier.later(visit, published=result.published)
        found = Found() if stored.links is None else self._discovery.linked(visit, stored.links)
        self._journal.note(self._source.name, visit.url, outcome)
        is_new = isinstance(result, KeptArticle) and result.change is Change.NEW
        is_known = isinstance(result, KeptArticle) and not is_new and visit.visited is None
        earned = int(is_new) if visit.kind is Kind.ARTICLE else 0
        return Remembered(found.hosts, earned=earned, another_name=is_known)

    def _unreadable(self, kept: KeptPage, unreadable: Unreadable) -> str:
        """Nothing could be found out about the page: it is tried again later."""
        self._failed(kept.request.visit, unreadable.reason, kept.page.status)
        self._tally.fail(unreadable.reason, unreadable.detail)
        return unreadable.reason

    def _article(self, kept: KeptPage, article: KeptArticle) -> str:
        visit, now = kept.request.visit, datetime.now(UTC)
        self._tally.changes[article.change.value] += 1
        self._tally.changes["vanished"] += article.vanished
        due = next_look(article.news or visit.news or now, now)
        self._done(visit, kept.page, _Success(due, article.news))
        return article.change.value

    def _no_article(self, kept: KeptPage, none: NoArticle) -> str:
        """Where one was before, or the page is empty, an article may come (again)."""
        visit, page = kept.request.visit, kept.page
        self._tally.changes["vanished"] += none.vanished
        if none.known or none.reason == "empty":
            self._failed(visit, none.reason, page.status, lasting=True)
        else:
            self._done(visit, page, _Success())
        return self._count_rejected(none.reason)

    def _count_rejected(self, reason: str) -> str:
        self._tally.rejected[reason] += 1
        return reason

    def _list(self, kept: KeptPage, contents: Feed | Sitemap | Links) -> Remembered:
        visit = kept.request.visit
        found = self._discovery.listed(visit, contents)
        if found.hosts or visit.kind is Kind.SECTION:
            outcome = "list"
            self._done(visit, kept.page, self._list_success(visit, news=found.unknown > 0))
        else:
            outcome = _NO_LIST
            self._failed(visit, outcome, kept.page.status, lasting=True)
            self._tally.fail(outcome, visit.url)
        self._journal.note(self._source.name, visit.url, outcome)
        return Remembered(found.hosts, earned=found.articles)

    # When to come again

    def _list_success(self, visit: Visit, *, news: bool) -> _Success:
        """When to read a list again; numbered pages and the sitemaps of past months only if another list says so."""
        now = datetime.now(UTC)
        if is_numbered(visit.url) or (visit.kind is Kind.SITEMAP and is_of_a_past_month(visit.url, now)):
            return _Success(None, now if news else None)
        latest = now if news else visit.news or now
        aside = visit.kind is Kind.SECTION and not self._discovery.is_own_list(visit.url)
        due = next_reading(latest, now, dated=visit.dated, aside=aside)
        return _Success(due, now if news else None)

    def _done(self, visit: Visit, page: Page, success: _Success) -> None:
        etag, last_modified = page.header("ETag"), page.header("Last-Modified")
        unmodified = page.status == 304
        if not unmodified and success.news and visit.visited and etag and etag == visit.etag:
            # It says that nothing changed, and something did: it is not asked again.
            self._tally.rejected["etag-lies"] += 1
            etag = last_modified = None
        self._frontier.done(
            visit,
            now=datetime.now(UTC),
            due=success.due,
            news=success.news,
            status=page.status,
            etag=etag or (visit.etag if unmodified else None),
            last_modified=last_modified or (visit.last_modified if unmodified else None),
            unmodified=visit.unmodified + 1 if unmodified else 0,
        )

    def _failed(self, visit: Visit, reason: str, status: int | None = None, *, lasting: bool = False) -> None:
        now = datetime.now(UTC)
        if lasting and visit.kind in LISTS:
            due = next_trial(visit.news or now, now)
        else:
            due = next_try(visit.attempts, now, lasting=lasting)
        self._frontier.failed(visit, reason, due=due, status=status)
