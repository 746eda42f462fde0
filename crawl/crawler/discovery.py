"""Which URLs of a newspaper wait for a visit: its own lists, and where its pages lead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crawl.archive.store import Archive
from crawl.crawler.contents import Feed
from crawl.crawler.report import Tally
from crawl.frontier.entries import Entry
from crawl.frontier.frontier import Frontier
from crawl.frontier.links import Links
from crawl.frontier.sitemaps import Sitemap
from crawl.frontier.traps import is_maze
from crawl.frontier.url_shapes import is_article, is_numbered, is_section
from crawl.frontier.visits import Kind, Visit
from crawl.sources.source import Source
from crawl.urls import authority, canonical, within

_MOST_BARREN = 10  # pages of a list in a row without anything new, before the rest of it is left alone
_MOST_LISTINGS = 10_000  # that are remembered


@dataclass(frozen=True, slots=True)
class Found:
    """What a page named: the `hosts` it leads to, how many URLs were unknown, and how many of these are `articles`."""

    hosts: frozenset[str] = frozenset()
    unknown: int = 0
    articles: int = 0

    def __or__(self, other: Found) -> Found:
        """Both together."""
        return Found(self.hosts | other.hosts, self.unknown + other.unknown, self.articles + other.articles)


class Discovery:
    """Lets the URLs of one source wait in the frontier, during one crawl."""

    def __init__(self, source: Source, frontier: Frontier, tally: Tally) -> None:
        self._source, self._frontier, self._tally = source, frontier, tally
        self._own_lists: set[str] = set()
        self._listings: dict[int, None] = {}

    def is_own_list(self, url: str) -> bool:
        """Whether the newspaper's entry names this list."""
        return url in self._own_lists

    def own_lists(self) -> None:
        """Let the source's own lists wait, as far as they are new; without any, front page and usual sitemap."""
        source = self._source
        home = f"{source.scheme}://{source.hosts[0]}/"
        lists = [(Kind.FEED, source.feeds), (Kind.SITEMAP, source.sitemaps), (Kind.SECTION, source.sections)]
        if not any(urls for _kind, urls in lists):
            lists = [(Kind.SITEMAP, ("/sitemap.xml",)), (Kind.SECTION, ("/",))]
        for kind, urls in lists:
            own = [url for text in urls if (url := canonical(text, home))]
            self._own_lists.update(own)
            self.add(kind, map(Entry, own))

    def archived(self, archive: Archive) -> None:
        """Let the articles wait that came into the archive otherwise, or before a frontier was lost."""
        for names in archive.addresses(self._source.name):
            if not any(map(self._frontier.known, names)) and (ours := self._ours(map(Entry, names))):
                self.add(Kind.ARTICLE, [min(ours, key=self._age_of_host)])

    def _age_of_host(self, entry: Entry) -> int:
        return next(i for i, host in enumerate(self._source.hosts) if within(entry.url, (host,)))

    def named_sitemaps(self, urls: Iterable[str]) -> Found:
        """Let the sitemaps wait that a robots.txt names."""
        return self.add(Kind.SITEMAP, self._ours(Entry(url) for text in urls if (url := canonical(text))))

    def listed(self, visit: Visit, contents: Feed | Sitemap | Links) -> Found:
        """Let wait what a list names."""
        match contents:
            case Feed():
                return self.add(Kind.ARTICLE, self._ours(contents.entries))
            case Sitemap():
                return self._sitemap(contents)
            case Links():
                return self.linked(visit, contents)

    def _sitemap(self, sitemap: Sitemap) -> Found:
        if sitemap.left_out:
            self._tally.rejected["sitemap-too-long"] += sitemap.left_out
        pages = self._ours(sitemap.pages)
        articles = [entry for entry in pages if is_article(entry.url, self._source)]
        others = set(pages).difference(articles)
        sections = [Entry(entry.url) for entry in pages if entry in others and is_section(entry.url)]
        return (
            self.add(Kind.SITEMAP, self._ours(sitemap.children))
            | self.add(Kind.ARTICLE, articles)
            | self.add(Kind.SECTION, sections)
        )

    def linked(self, visit: Visit, links: Links) -> Found:
        """Let what a page links to wait for a visit.

        The numbered pages of a list are looked at again when there is something new on it; never from a page that
        lists just what another one did (past the end, many sites repeat their last page), and not on and on from
        pages without anything new.
        """
        found = self.add(Kind.ARTICLE, map(Entry, links.articles))
        fresh = found.articles > 0
        found |= self.add(Kind.SECTION, map(Entry, links.sections))
        barren = 0 if fresh or not is_numbered(visit.url) else visit.barren + 1
        if not links.numbered:
            return found
        if barren > _MOST_BARREN:
            self._tally.leave("barren-pages", visit.url)
        elif hash(links.articles) not in self._listings:
            again = visit.kind is Kind.SECTION and fresh
            found |= self.add(Kind.SECTION, map(Entry, links.numbered), again=again, barren=barren)
        self._remember(hash(links.articles))
        return found

    def _remember(self, listing: int) -> None:
        """Note what a page listed: of the newest pages alone, since it is the last one that is repeated."""
        self._listings.pop(listing, None)
        self._listings[listing] = None
        if len(self._listings) > _MOST_LISTINGS:
            del self._listings[next(iter(self._listings))]

    def _ours(self, entries: Iterable[Entry]) -> list[Entry]:
        return [entry for entry in entries if within(entry.url, self._source.hosts)]

    def add(self, kind: Kind, entries: Iterable[Entry], *, again: bool = False, barren: int = 0) -> Found:
        """Let the entries wait for a visit; `again` and `barren` as in `Frontier.add`."""
        given = list(entries)
        if not given:
            return Found()
        sane = []
        for entry in given:
            if is_maze(entry.url):
                self._tally.leave("maze", entry.url)
            else:
                sane.append((entry.url, entry.when))
        unknown = self._frontier.add(self._source.name, kind, sane, again=again, barren=barren)
        articles = unknown if kind is Kind.ARTICLE else 0
        self._tally.found += articles
        return Found(frozenset(authority(url) for url, _when in sane), unknown, articles)
