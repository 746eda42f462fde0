"""Remembers what came of the visits of one source: when to come again, what it cost, what to tell of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from crawl.archive.reader import ReadableArchive
from crawl.archive.store import Change
from crawl.article import Page
from crawl.crawler.discovery import Discovery
from crawl.crawler.reading import Feed
from crawl.crawler.report import Tally
from crawl.crawler.store import Fate, Stored
from crawl.frontier.frontier import LISTS, Frontier, Kind, Visit
from crawl.frontier.lists import Links, Sitemap, is_numbered, is_of_a_past_month
from crawl.frontier.revisit import next_look, next_reading, next_trial, next_try
from crawl.frontier.traps import Budget

_NO_LIST = "no-list"


@dataclass(frozen=True, slots=True)
class Remembered:
    """What came of a visit, in a word, and the hosts on which addresses that it led to are waiting."""

    outcome: str
    hosts: frozenset[str] = frozenset()


class Memory:
    """What one crawl notes of one source, in the frontier and in its tally. Raises FrontierError, ArchiveError."""

    def __init__(self, discovery: Discovery, frontier: Frontier, tally: Tally, *, recheck: bool) -> None:
        self.discovery = discovery
        self._frontier, self._tally, self._recheck = frontier, tally, recheck
        self._budget = Budget()

    # Before a visit

    def needs(self, visit: Visit, archive: ReadableArchive) -> bool:
        """Whether the visit is worth a request; one that is not is dealt with."""
        if visit.kind is Kind.ARTICLE and visit.visited is None:
            if not self._recheck and (seen := archive.last_seen(visit.url)):
                self._frontier.skip(visit, seen=seen)
                return False
            if self._budget.is_one_article(visit.url):
                return self._cut("same-article", visit)
        if visit.visited is None and not self._budget.allows(visit.url):
            return self._cut("over-budget", visit)
        return True

    def _cut(self, reason: str, visit: Visit) -> bool:
        self._tally.leave(reason, visit.url)
        self._frontier.later(visit)
        return False

    # After it, when nothing came

    def not_fetched(self, visit: Visit, reason: str) -> None:
        """Nothing came of the request, or of what came: it is tried again."""
        self._frontier.failed(visit, reason, due=next_try(visit.attempts, datetime.now(UTC)))

    def busy(self, visit: Visit, page: Page, reason: str) -> None:
        """The server has no time for it: the next crawl tries again."""
        self._frontier.failed(visit, reason, due=datetime.now(UTC), status=page.status)

    def moved(self, visit: Visit, target: str) -> frozenset[str]:
        """Let the place that the visit was sent to wait for a visit of its own, by the rules of its own host."""
        is_list = visit.kind in LISTS
        hosts = self.discovery.moved(visit.kind, target, again=is_list)
        now = datetime.now(UTC)
        self._frontier.done(visit, now=now, due=now + timedelta(days=1) if is_list else None)
        return hosts

    # After it, when a page came

    def unmodified(self, visit: Visit, page: Page) -> None:
        """The server says that nothing changed."""
        if visit.kind is Kind.ARTICLE:
            self._tally.changes["unchanged"] += 1
            now = datetime.now(UTC)
            self._done(visit, page, due=next_look(visit.news or now, now))
        else:
            self._done_list(visit, page, news=False)

    def missing(self, visit: Visit, page: Page, stored: Stored) -> None:
        """The server has no such page, or cannot give it."""
        self._note(visit, page, stored)
        self._spend(visit, 0)

    def stored(self, visit: Visit, page: Page, stored: Stored, links: Links | None = None) -> Remembered:
        """What the archive made of the page, and where an article's page leads."""
        self._note(visit, page, stored)
        if stored.change is not None:
            self._tally.changes[stored.change.value] += 1
            if visit.visited is None and stored.change is not Change.NEW:
                self._budget.another_name(visit.url)
        elif stored.detail is not None:
            self._tally.fail(stored.outcome, stored.detail)
        else:
            self._tally.rejected[stored.outcome] += 1
        hosts = self.discovery.linked(visit, links) if links is not None else frozenset[str]()
        self._spend(visit, int(stored.change is Change.NEW))
        if stored.fate is Fate.DONE:
            self._done(visit, page, due=self._next_look(visit, stored), news=stored.news)
        return Remembered(stored.outcome, hosts)

    def _note(self, visit: Visit, page: Page, stored: Stored) -> None:
        self._tally.changes["vanished"] += stored.vanished
        match stored.fate:
            case Fate.AGAIN | Fate.GONE:
                self._failed(visit, page, stored.outcome, lasting=stored.fate is Fate.GONE)
            case Fate.LATER:
                self._frontier.later(visit, published=stored.published)

    @staticmethod
    def _next_look(visit: Visit, stored: Stored) -> datetime | None:
        """When to look at a page again: while its article is young; what was no article only if a list says so."""
        now = datetime.now(UTC)
        return None if stored.change is None else next_look(stored.news or visit.news or now, now)

    def listed(self, visit: Visit, page: Page, contents: Feed | Sitemap | Links) -> Remembered:
        """What a list names."""
        added, found = self.discovery.added, self._tally.found
        hosts = self.discovery.listed(visit, contents)
        self._spend(visit, self._tally.found - found)
        if not hosts and visit.kind is not Kind.SECTION:
            self._failed(visit, page, _NO_LIST, lasting=True)
            self._tally.fail(_NO_LIST, visit.url)
            return Remembered(_NO_LIST)
        self._done_list(visit, page, news=self.discovery.added > added)
        return Remembered("list", hosts)

    def _spend(self, visit: Visit, earned: int) -> None:
        if visit.visited is None:
            self._budget.spend(visit.url, earned)

    def _failed(self, visit: Visit, page: Page, reason: str, *, lasting: bool) -> None:
        now = datetime.now(UTC)
        if lasting and visit.kind in LISTS:
            due = next_trial(visit.news or now, now)
        else:
            due = next_try(visit.attempts, now, lasting=lasting)
        self._frontier.failed(visit, reason, due=due, status=page.status)

    def _done_list(self, visit: Visit, page: Page, *, news: bool) -> None:
        """When to read a list again; numbered pages and the sitemaps of past months only if another list says so."""
        now = datetime.now(UTC)
        due = None
        if not (
            is_numbered(visit.url) or (visit.kind is Kind.SITEMAP and is_of_a_past_month(visit.url, now))
        ):
            latest = now if news else visit.news or now
            aside = visit.kind is Kind.SECTION and visit.url not in self.discovery.own_lists
            due = next_reading(latest, now, dated=visit.dated, aside=aside)
        self._done(visit, page, due=due, news=now if news else None)

    def _done(self, visit: Visit, page: Page, *, due: datetime | None, news: datetime | None = None) -> None:
        etag, last_modified = page.header("ETag"), page.header("Last-Modified")
        unmodified = page.status == 304
        if not unmodified and news and visit.visited and etag and etag == visit.etag:
            # It says that nothing changed, and something did: it is not asked again.
            self._tally.rejected["etag-lies"] += 1
            etag = last_modified = None
        self._frontier.done(
            visit,
            now=datetime.now(UTC),
            due=due,
            news=news,
            status=page.status,
            etag=etag or (visit.etag if unmodified else None),
            last_modified=last_modified or (visit.last_modified if unmodified else None),
            unmodified=visit.unmodified + 1 if unmodified else 0,
        )
