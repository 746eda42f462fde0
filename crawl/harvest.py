"""What a fetched page gives: an article for the archive, and URLs for the frontier."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from crawl.archive import Archive
from crawl.article import Article, Page, When, local_day
from crawl.discover import Entry, feed_entries, is_article, is_numbered, is_section, links, sitemap_entries
from crawl.extract import BAD_SELECTOR, UNREADABLE, Rejected, Unreadable
from crawl.extracting import OVER_BUDGET, read_page
from crawl.frontier import Frontier, Kind, Visit, next_try
from crawl.report import Tally
from crawl.sources import Source
from crawl.urls import authority, canonical, within

_BEFORE_SINCE = "before-since"
_NOT_DONE = frozenset({_BEFORE_SINCE, UNREADABLE, BAD_SELECTOR, OVER_BUDGET})


@dataclass(frozen=True, slots=True)
class Harvest:
    """What came of a page, in a word, and the hosts on which URLs that it named are waiting."""

    outcome: str
    hosts: frozenset[str] = frozenset()


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
    ) -> None:
        self._source, self._archive, self._frontier, self._tally = source, archive, frontier, tally
        self._started, self._since = started, since
        self._listings: set[tuple[str, ...]] = set()

    def seed(self) -> frozenset[str]:
        """Let the source's own lists wait for a visit, or without any its front page and usual sitemap."""
        source = self._source
        home = f"{source.scheme}://{source.hosts[0]}/"
        lists = [(Kind.FEED, source.feeds), (Kind.SITEMAP, source.sitemaps), (Kind.SECTION, source.sections)]
        if not any(urls for _kind, urls in lists):
            lists = [(Kind.SITEMAP, ("/sitemap.xml",)), (Kind.SECTION, ("/",))]
        hosts: frozenset[str] = frozenset()
        for kind, urls in lists:
            entries = [Entry(url) for text in urls if (url := canonical(text, home))]
            hosts |= self._add(kind, entries, again=True)
        return hosts

    def sitemaps(self, urls: Iterable[str]) -> frozenset[str]:
        """Let the sitemaps that a robots.txt names wait for a visit."""
        return self._add(
            Kind.SITEMAP, self._ours(Entry(url) for text in urls if (url := canonical(text))), again=True
        )

    def take(self, visit: Visit, page: Page) -> Harvest:
        """Store what the page is and note where it leads, then mark the visit done."""
        if page.status == 304:
            outcome, hosts = "unchanged", frozenset[str]()
            if visit.kind is Kind.ARTICLE:
                self._tally.changes["unchanged"] += 1
        elif visit.kind is Kind.ARTICLE:
            outcome = self._article(visit, page)
            hosts = self._links(page, follow_lists=False)
        else:
            outcome, hosts = "list", self._list(visit.kind, page)
        if outcome not in _NOT_DONE:
            self._frontier.done(
                visit,
                now=datetime.now(UTC),
                status=page.status,
                etag=page.header("ETag") or visit.etag,
                last_modified=page.header("Last-Modified") or visit.last_modified,
            )
        return Harvest(outcome, hosts)

    def moved(self, visit: Visit, target: str) -> frozenset[str]:
        """Let the place that the visit was sent to wait for a visit of its own, by the rules of its own host."""
        hosts = self._add(visit.kind, [Entry(target)], again=visit.kind is not Kind.ARTICLE)
        self._frontier.done(visit, now=datetime.now(UTC))
        return hosts

    def _article(self, visit: Visit, page: Page) -> str:
        number = self._archive.put_page(page, self._source.name)
        article = read_page(page, self._source)
        if isinstance(article, Unreadable):
            self._frontier.failed(visit, article.reason, not_before=next_try(visit), status=page.status)
            self._tally.fail(article.reason, article.detail)
            self._archive.reject_page(number, f"{article.reason}: {article.detail}")
            return article.reason
        if isinstance(article, Rejected):
            return self._reject(number, article.reason)
        if self._is_too_old(article):
            self._frontier.later(visit, published=article.published)
            return self._reject(number, _BEFORE_SINCE)
        return self._store(visit, page, number, article)

    def _reject(self, number: int, reason: str) -> str:
        self._archive.reject_page(number, reason)
        self._tally.rejected[reason] += 1
        return reason

    def _store(self, visit: Visit, page: Page, number: int, article: Article) -> str:
        landed = canonical(page.final_url) or visit.url
        url = article.url or landed
        if landed != url and self._frontier.known(url) and (known := self._archive.find(url)):
            # Another dress of a page that is itself visited; only its own address tells what changed.
            article = known[0].article
        alias = visit.url if visit.url != url else None
        change = self._archive.put_article(
            replace(article, url=url), page=number, alias=alias, seen=page.fetched
        )
        self._tally.changes[change.value] += 1
        return change.value

    def _is_too_old(self, article: Article) -> bool:
        if self._since is None or article.published is None:
            return False
        return local_day(article.published) < local_day(self._since)

    def _list(self, kind: Kind, page: Page) -> frozenset[str]:
        match kind:
            case Kind.FEED:
                return self._add(Kind.ARTICLE, self._ours(feed_entries(page)))
            case Kind.SITEMAP:
                sitemap = sitemap_entries(page)
                if sitemap.left_out:
                    self._tally.rejected["sitemap-too-long"] += sitemap.left_out
                pages = self._ours(sitemap.pages)
                articles = [entry for entry in pages if is_article(entry.url, self._source)]
                others = set(pages).difference(articles)
                sections = [entry for entry in pages if entry in others and is_section(entry.url)]
                return (
                    self._add(Kind.SITEMAP, self._ours(sitemap.children), again=True)
                    | self._add(Kind.ARTICLE, articles)
                    | self._add(Kind.SECTION, [Entry(entry.url) for entry in sections])
                )
            case _:
                return self._links(page, follow_lists=True)

    def _links(self, page: Page, *, follow_lists: bool) -> frozenset[str]:
        """Follow a page's links: the lists that a list names in every crawl, those of an article only once.

        The numbered pages of a list are looked at again when there is something new on it, and never from
        a page that lists just what another one did: past the end, many sites repeat their last page.
        """
        found = links(page, self._source)
        before = self._tally.found
        hosts = self._add(Kind.ARTICLE, map(Entry, found.articles))
        plain = [Entry(url) for url in found.sections if not is_numbered(url)]
        hosts |= self._add(Kind.SECTION, plain, again=follow_lists)
        if found.articles not in self._listings:
            self._listings.add(found.articles)
            numbered = [Entry(url) for url in found.sections if is_numbered(url)]
            hosts |= self._add(Kind.SECTION, numbered, again=follow_lists and self._tally.found > before)
        return hosts

    def _ours(self, entries: Iterable[Entry]) -> list[Entry]:
        return [entry for entry in entries if within(entry.url, self._source.hosts)]

    def _add(self, kind: Kind, entries: Iterable[Entry], *, again: bool = False) -> frozenset[str]:
        """Let the entries wait for a visit; the hosts they are on."""
        urls = [(entry.url, entry.when) for entry in entries]
        again_since = self._started if again else None
        added = self._frontier.add(self._source.name, kind, urls, again_since=again_since)
        if kind is Kind.ARTICLE:
            self._tally.found += added
        return frozenset(authority(url) for url, _when in urls)
