"""Lets wait what a crawl of one source finds: the addresses it begins with, those that lists name and pages link to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from crawl.archive.reader import ReadableArchive
from crawl.article import When
from crawl.crawler.reading import Feed
from crawl.crawler.report import Tally
from crawl.frontier.frontier import Frontier, Kind, Visit
from crawl.frontier.lists import Entry, Links, Sitemap, is_article, is_numbered, is_section
from crawl.frontier.traps import is_maze
from crawl.sources.source import Source
from crawl.urls import authority, canonical, within

_MOST_BARREN = 10  # pages of a list in a row without anything new, before the rest of it is left alone
_MOST_LISTINGS = 10_000  # that are remembered


class Discovery:
    """What one crawl finds of one source. Every method returns the hosts on which something is waiting.

    `added` counts the addresses that were not known before, or wait again. Raises FrontierError, ArchiveError.
    """

    def __init__(self, source: Source, frontier: Frontier, tally: Tally) -> None:
        self._source, self._frontier, self._tally = source, frontier, tally
        self.own_lists = frozenset(url for urls in _own_lists(source).values() for url in urls)
        self.added = 0
        self._listings: dict[int, None] = {}

    def begin(
        self, archive: ReadableArchive, *, started: datetime, since: When | None, recheck: bool
    ) -> frozenset[str]:
        """Let wait what is due, and of the source's own lists (without any: front page and usual sitemap) what is new.

        For a recheck also every article that the archive knows.
        """
        source = self._source
        self._frontier.begin(source.name, now=started, since=since, recheck=recheck)
        for kind, urls in _own_lists(source).items():
            self._add(kind, map(Entry, urls))
        if recheck:
            self._add_archived(archive)
        for resting in self._frontier.resting(source.name):
            self._tally.rejected["retired" if resting.reason else "resting"] += 1
        waiting = self._frontier.hosts(source.name)
        return frozenset(host for host in waiting if within(f"http://{host}/", source.hosts))

    def _add_archived(self, archive: ReadableArchive) -> None:
        """Let the articles wait that came into the archive otherwise, or before a frontier was lost."""
        for names in archive.addresses(self._source.name):
            if not any(map(self._frontier.known, names)) and (ours := self._ours(map(Entry, names))):
                self._add(Kind.ARTICLE, [min(ours, key=self._age_of_host)])

    def _age_of_host(self, entry: Entry) -> int:
        return next(i for i, host in enumerate(self._source.hosts) if within(entry.url, (host,)))

    def moved(self, kind: Kind, target: str, *, again: bool) -> frozenset[str]:
        """The place that a visit was sent to."""
        return self._add(kind, [Entry(target)], again=again)

    def named_by_robots(self, urls: Iterable[str]) -> frozenset[str]:
        """The sitemaps that a robots.txt names."""
        return self._add(Kind.SITEMAP, self._ours(Entry(url) for text in urls if (url := canonical(text))))

    def listed(self, visit: Visit, contents: Feed | Sitemap | Links) -> frozenset[str]:
        """What a list names."""
        match contents:
            case Feed():
                return self._add(Kind.ARTICLE, self._ours(contents.entries))
            case Sitemap():
                return self._sitemap(contents)
            case Links():
                return self.linked(visit, contents)

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

    def linked(self, visit: Visit, found: Links) -> frozenset[str]:
        """What a page links to.

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
        self._note_listing(hash(found.articles))
        return hosts

    def _note_listing(self, listing: int) -> None:
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
        self.added += added
        if kind is Kind.ARTICLE:
            self._tally.found += added
        return frozenset(authority(url) for url, _when in sane)


def _own_lists(source: Source) -> Mapping[Kind, list[str]]:
    """The addresses of the lists that the source's entry names; without any, its usual sitemap and its front page."""
    home = f"{source.scheme}://{source.hosts[0]}/"
    named = {Kind.FEED: source.feeds, Kind.SITEMAP: source.sitemaps, Kind.SECTION: source.sections}
    if not any(named.values()):
        named = {Kind.SITEMAP: ("/sitemap.xml",), Kind.SECTION: ("/",)}
    return {kind: [url for text in texts if (url := canonical(text, home))] for kind, texts in named.items()}
