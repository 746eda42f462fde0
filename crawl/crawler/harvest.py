"""What a fetched page gives: an article for the archive, URLs for the frontier, and when to come again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from crawl.archive.store import Archive, Change
from crawl.article import VIETNAM, Article, Page, When, local_day
from crawl.crawler.canonical_links import own_address
from crawl.crawler.reading import ArticlePage, Contents, Feed
from crawl.crawler.report import BEFORE_SINCE, Tally
from crawl.extraction.extract import Reading, Rejected, Unreadable
from crawl.frontier.frontier import LISTS, Frontier, Kind, Visit
from crawl.frontier.lists import (
    Entry,
    Links,
    Sitemap,
    is_article,
    is_numbered,
    is_of_a_past_month,
    is_section,
)
from crawl.frontier.revisit import next_look, next_reading, next_trial, next_try
from crawl.frontier.traps import Budget, is_maze
from crawl.sources.source import Source
from crawl.urls import authority, canonical, within

_NO_LIST = "no-list"
_GONE = frozenset({404, 410})
_MOST_BARREN = 10  # pages of a list in a row without anything new, before the rest of it is left alone
_MOST_LISTINGS = 10_000  # that are remembered


@dataclass(frozen=True, slots=True)
class Harvest:
    """What came of a page, in a word, and the hosts on which URLs that it named are waiting."""

    outcome: str
    hosts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Success:
    """What to remember of a visit: when to come again, and since when its page has been as it is, if that is new."""

    due: datetime | None = None
    news: datetime | None = None


class Harvester:
    """Takes in the pages of one source during one crawl, which began at `started`."""

    def __init__(
        self,
        source: Source,
        archive: Archive,
        frontier: Frontier,
        tally: Tally,
        *,
        started: datetime,
        since: When | None,
        recheck: bool,
    ) -> None:
        self._source, self._archive, self._frontier, self._tally = source, archive, frontier, tally
        self._started, self._since, self._recheck = started, since, recheck
        self._own_lists: set[str] = set()
        self._listings: dict[int, None] = {}
        self._budget = Budget()
        self._added = 0

    # Before the visits

    def seed(self) -> frozenset[str]:
        """Let wait what is due, and of the source's own lists (without any: front page and usual sitemap) what is new.

        For a recheck also every article that the archive knows. Returns the hosts on which something is waiting.
        """
        source = self._source
        self._frontier.begin(source.name, now=self._started, since=self._since, recheck=self._recheck)
        home = f"{source.scheme}://{source.hosts[0]}/"
        lists = [(Kind.FEED, source.feeds), (Kind.SITEMAP, source.sitemaps), (Kind.SECTION, source.sections)]
        if not any(urls for _kind, urls in lists):
            lists = [(Kind.SITEMAP, ("/sitemap.xml",)), (Kind.SECTION, ("/",))]
        for kind, urls in lists:
            own = [url for text in urls if (url := canonical(text, home))]
            self._own_lists.update(own)
            self._add(kind, map(Entry, own))
        if self._recheck:
            self._add_archived()
        for resting in self._frontier.resting(source.name):
            self._tally.rejected["retired" if resting.reason else "resting"] += 1
        waiting = self._frontier.hosts(source.name)
        return frozenset(host for host in waiting if within(f"http://{host}/", source.hosts))

    def _add_archived(self) -> None:
        """Let the articles wait that came into the archive otherwise, or before a frontier was lost."""
        for names in self._archive.addresses(self._source.name):
            if not any(map(self._frontier.known, names)) and (ours := self._ours(map(Entry, names))):
                self._add(Kind.ARTICLE, [min(ours, key=self._age_of_host)])

    def _age_of_host(self, entry: Entry) -> int:
        return next(i for i, host in enumerate(self._source.hosts) if within(entry.url, (host,)))

    def sitemaps(self, urls: Iterable[str]) -> frozenset[str]:
        """Let the sitemaps that a robots.txt names wait for a visit."""
        return self._add(Kind.SITEMAP, self._ours(Entry(url) for text in urls if (url := canonical(text))))

    def needs(self, visit: Visit) -> bool:
        """Whether the visit is worth a request; one that is not is dealt with."""
        if visit.kind is Kind.ARTICLE and visit.visited is None:
            if not self._recheck and (seen := self._archive.last_seen(visit.url)):
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

    # After a visit

    def store(self, visit: Visit, page: Page) -> int | None:
        """Keep a page that may be an article's, before anything is read in it; its number."""
        return self._archive.put_page(page, self._source.name) if visit.kind is Kind.ARTICLE else None

    def unmodified(self, visit: Visit, page: Page) -> Harvest:
        """The server says that nothing changed."""
        if visit.kind is Kind.ARTICLE:
            self._tally.changes["unchanged"] += 1
            now = datetime.now(UTC)
            success = _Success(next_look(visit.news or now, now))
        else:
            success = self._success(visit, news=False)
        self._done(visit, page, success)
        return Harvest("unchanged")

    def take(self, visit: Visit, page: Page, number: int | None, contents: Contents | Unreadable) -> Harvest:
        """Store what the page holds, and note where it leads and when to come again; `number` is from `store`."""
        found, hosts, success = self._tally.found, frozenset[str](), None
        match contents:
            case Unreadable():
                outcome = self._unreadable(visit, page, number, contents)
            case ArticlePage():
                assert number is not None
                outcome, success = self._article(visit, page, number, contents.reading)
                hosts = self._links(visit, contents.links)
            case _:
                outcome, hosts, success = self._list(visit, page, contents)
        if visit.visited is None:
            earned = (
                int(outcome == Change.NEW.value) if visit.kind is Kind.ARTICLE else self._tally.found - found
            )
            self._budget.spend(visit.url, earned)
        if success is not None:
            self._done(visit, page, success)
        return Harvest(outcome, hosts)

    def missing(self, visit: Visit, page: Page) -> str:
        """The server has no such page, or cannot give it: what it stood for is marked, and tried again later."""
        reason = f"http-{page.status}"
        gone = page.status in _GONE
        if visit.kind is Kind.ARTICLE and gone:
            self._absent(visit, page, reason)
        self._failed(visit, page, reason, lasting=gone)
        if visit.visited is None:
            self._budget.spend(visit.url, 0)
        return reason

    def moved(self, visit: Visit, target: str) -> frozenset[str]:
        """Let the place that the visit was sent to wait for a visit of its own, by the rules of its own host."""
        is_list = visit.kind in LISTS
        hosts = self._add(visit.kind, [Entry(target)], again=is_list)
        now = datetime.now(UTC)
        self._frontier.done(visit, now=now, due=now + timedelta(days=1) if is_list else None)
        return hosts

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

    def _failed(self, visit: Visit, page: Page, reason: str, *, lasting: bool) -> None:
        now = datetime.now(UTC)
        if lasting and visit.kind in LISTS:
            due = next_trial(visit.news or now, now)
        else:
            due = next_try(visit.attempts, now, lasting=lasting)
        self._frontier.failed(visit, reason, due=due, status=page.status)

    def _unreadable(self, visit: Visit, page: Page, number: int | None, unreadable: Unreadable) -> str:
        """Nothing could be found out about the page: it is tried again later."""
        self._failed(visit, page, unreadable.reason, lasting=False)
        self._tally.fail(unreadable.reason, unreadable.detail)
        if number is not None:
            self._archive.reject_page(number, f"{unreadable.reason}: {unreadable.detail}")
        return unreadable.reason

    # Articles

    def _article(
        self, visit: Visit, page: Page, number: int, article: Reading
    ) -> tuple[str, _Success | None]:
        if isinstance(article, Unreadable):
            return self._unreadable(visit, page, number, article), None
        if isinstance(article, Rejected):
            reason = self._reject(number, article.reason)
            comes_back = self._absent(visit, page, reason) or reason == "empty"
            if comes_back:
                self._failed(visit, page, reason, lasting=True)
            return reason, None if comes_back else _Success()
        if self._is_too_old(article):
            self._frontier.later(visit, published=article.published)
            return self._reject(number, BEFORE_SINCE), None
        return self._store(visit, page, number, article)

    def _absent(self, visit: Visit, page: Page, reason: str) -> bool:
        """Note that a known article is not to be had; whether one was known at this address."""
        if self._archive.put_absence(visit.url, seen=page.fetched, reason=reason):
            self._tally.changes["vanished"] += 1
        return self._archive.knows(visit.url)

    def _reject(self, number: int, reason: str) -> str:
        self._archive.reject_page(number, reason)
        self._tally.rejected[reason] += 1
        return reason

    def _store(self, visit: Visit, page: Page, number: int, article: Article) -> tuple[str, _Success]:
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
        self._tally.changes[change.value] += 1
        if visit.visited is None and change is not Change.NEW:
            self._budget.another_name(visit.url)
        if before and before[0].id not in {one.id for one in self._archive.find(url)}:
            self._absent(visit, page, "moved")
        news = self._news(change, article)
        now = datetime.now(UTC)
        return change.value, _Success(next_look(news or visit.news or now, now), news)

    def _news(self, change: Change, article: Article) -> datetime | None:
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

    def _is_too_old(self, article: Article) -> bool:
        if self._since is None or article.published is None:
            return False
        return local_day(article.published) < local_day(self._since)

    # Lists

    def _list(
        self, visit: Visit, page: Page, contents: Feed | Sitemap | Links
    ) -> tuple[str, frozenset[str], _Success | None]:
        before = self._added
        match contents:
            case Feed():
                hosts = self._add(Kind.ARTICLE, self._ours(contents.entries))
            case Sitemap():
                hosts = self._sitemap(contents)
            case Links():
                hosts = self._links(visit, contents)
        if not hosts and visit.kind is not Kind.SECTION:
            self._failed(visit, page, _NO_LIST, lasting=True)
            self._tally.fail(_NO_LIST, visit.url)
            return _NO_LIST, hosts, None
        return "list", hosts, self._success(visit, news=self._added > before)

    def _success(self, visit: Visit, *, news: bool) -> _Success:
        """When to read a list again; numbered pages and the sitemaps of past months only if another list says so."""
        now = datetime.now(UTC)
        if is_numbered(visit.url) or (visit.kind is Kind.SITEMAP and is_of_a_past_month(visit.url, now)):
            return _Success(None, now if news else None)
        latest = now if news else visit.news or now
        aside = visit.kind is Kind.SECTION and visit.url not in self._own_lists
        due = next_reading(latest, now, dated=visit.dated, aside=aside)
        return _Success(due, now if news else None)

    def _sitemap(self, sitemap: Sitemap) -> frozenset[str]:
        if sitemap.left_out:
            self._tally.rejected["sitemap-too-long"] += sitemap.left_out
        pages = self._ours(sitemap.pages)
        articles = [entry for entry in pages if is_article(entry.url, self._source)]
        others = set(pages).difference(articles)
        sections = [Entry(entry.url) for entry in pages if entry in others and is_section(entry.url)]
        return (
            self._add(Kind.SITEMAP, self._ours(sitemap.children))
            | self._add(Kind.ARTICLE, articles)
            | self._add(Kind.SECTION, sections)
        )

    def _links(self, visit: Visit, found: Links) -> frozenset[str]:
        """Let what a page links to wait for a visit.

        The numbered pages of a list are looked at again when there is something new on it; never from a page that
        lists just what another one did (past the end, many sites repeat their last page), and not on and on from
        pages without anything new.
        """
        before = self._tally.found
        hosts = self._add(Kind.ARTICLE, map(Entry, found.articles))
        hosts |= self._add(Kind.SECTION, map(Entry, found.sections))
        fresh = self._tally.found > before
        barren = 0 if fresh or not is_numbered(visit.url) else visit.barren + 1
        if not found.numbered:
            return hosts
        if barren > _MOST_BARREN:
            self._tally.leave("barren-pages", visit.url)
        elif hash(found.articles) not in self._listings:
            again = visit.kind is Kind.SECTION and fresh
            hosts |= self._add(Kind.SECTION, map(Entry, found.numbered), again=again, barren=barren)
        self._remember(hash(found.articles))
        return hosts

    def _remember(self, listing: int) -> None:
        """Note what a page listed: of the newest pages alone, since it is the last one that is repeated."""
        self._listings.pop(listing, None)
        self._listings[listing] = None
        if len(self._listings) > _MOST_LISTINGS:
            del self._listings[next(iter(self._listings))]

    def _ours(self, entries: Iterable[Entry]) -> list[Entry]:
        return [entry for entry in entries if within(entry.url, self._source.hosts)]

    def _add(
        self, kind: Kind, entries: Iterable[Entry], *, again: bool = False, barren: int = 0
    ) -> frozenset[str]:
        """Let the entries wait for a visit; the hosts they are on."""
        given = list(entries)
        if not given:
            return frozenset()
        sane = []
        for entry in given:
            if is_maze(entry.url):
                self._tally.leave("maze", entry.url)
            else:
                sane.append((entry.url, entry.when))
        added = self._frontier.add(self._source.name, kind, sane, again=again, barren=barren)
        self._added += added
        if kind is Kind.ARTICLE:
            self._tally.found += added
        return frozenset(authority(url) for url, _when in sane)
