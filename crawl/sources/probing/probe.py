"""A first look at a newspaper's site: enough to write an entry for it."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from crawl.article import Article, Page
from crawl.datafolder.folder import Settings
from crawl.extraction.sandbox import read_page
from crawl.fetching.addresses import allowed_networks
from crawl.fetching.fetcher import Fetcher, user_agent
from crawl.fetching.robots import Pace
from crawl.frontier.feeds import feed_entries
from crawl.frontier.links import feeds_of
from crawl.frontier.sitemaps import sitemap_entries
from crawl.messages import TimbaoError
from crawl.messages import gettext as _
from crawl.sources.probing.visitor import NotVisited, Visitor, articles_on
from crawl.sources.registry import load_sources, source_for_host
from crawl.sources.source import Source
from crawl.sources.writing import save_source
from crawl.urls import authority, canonical

_USUAL_FEEDS = ("/rss/home.rss", "/rss")
_USUAL_SITEMAP = "/sitemap.xml"
_SAMPLES = 3


@dataclass(frozen=True, slots=True)
class Added:
    """A newspaper that was added, and an article that was read from it, where one could be."""

    source: Source
    sample: Article | None


class CannotAdd(TimbaoError):
    """The site at `url` cannot be added; `reason` says why."""

    def __init__(self, url: str, reason: str) -> None:
        self.url, self.reason = url, reason
        super().__init__(_("{url} cannot be added: {reason}").format(url=url, reason=reason))


def add_newspaper(
    settings: Settings, url: str, *, name: str | None, title: str | None, province: str | None
) -> Added:
    """Probe the site at `url` and write an enabled, unverified entry into the data folder's own newspapers.

    Looks at robots.txt, feeds, sitemaps, the front page and a few articles until one can be read. Without lists of
    articles the entry relies on the front page. Raises CannotAdd, SourcesError, BadNetwork.
    """
    if name is not None and not _is_name(name):
        reason = _(
            "a name is typed as an argument, so {name} with white space or unprintable characters is none"
        )
        raise CannotAdd(url, reason.format(name=repr(name)))
    home = canonical(url if "://" in url else f"https://{url}")
    if home is None:
        raise CannotAdd(url, _("it is not an http or https address"))
    host = authority(home)
    known = source_for_host(load_sources(settings.folder.sources), host)
    if known is not None and known.name != name:
        raise CannotAdd(
            url, _("it is known as {name}; use: timbao sources enable {name}").format(name=known.name)
        )
    allow = allowed_networks(os.environ.get("TIMBAO_ALLOW_ADDRESSES", ""))
    with Fetcher(user_agent(settings.contact), allow) as fetcher:
        site = _Site(fetcher, home)
        source = Source(
            name=name or host.removeprefix("www."),
            title=title or name or host,
            hosts=(host,),
            province=province,
            scheme=urlsplit(home).scheme,
            feeds=site.feeds(),
            sitemaps=site.sitemaps(),
            sections=("/",),
            enabled=True,
        )
        sample = site.sample(source)
    with settings.folder.changing_sources():
        save_source(settings.folder.sources, source)
    return Added(source, sample)


def _is_name(name: str) -> bool:
    """Whether the text can be typed as an argument, and be kept as a key that is seen for what it is."""
    return name.isprintable() and not any(map(str.isspace, name)) and bool(name) and not name.startswith("-")


class _Site:
    """The few pages a probe looks at, as far as robots.txt lets it."""

    def __init__(self, fetcher: Fetcher, home: str) -> None:
        self._home = home
        self._visitor = Visitor(fetcher, Pace(0.0), ())
        try:
            self._robots = self._visitor.robots(home)
            self._front = self._visitor.page(home)
        except NotVisited as error:
            raise CannotAdd(home, error.reason) from error
        self._feeds: list[Page] = []

    def _page(self, url: str) -> Page | None:
        try:
            return self._visitor.page(url)
        except NotVisited:
            return None

    def feeds(self) -> tuple[str, ...]:
        """Feeds that the front page names, or one at a usual place, if articles are in them."""
        named = feeds_of(self._front) or tuple(urljoin(self._home, path) for path in _USUAL_FEEDS)
        pages = [(url, self._page(url)) for url in named[:20]]
        found = [(url, page) for url, page in pages if page is not None and feed_entries(page)]
        self._feeds = [page for _url, page in found]
        return tuple(url for url, _page in found)

    def sitemaps(self) -> tuple[str, ...]:
        """The sitemaps that robots.txt names, else the one at the usual place."""
        named = self._robots.sitemaps or (urljoin(self._home, _USUAL_SITEMAP),)
        return tuple(url for url in named[:20] if (page := self._page(url)) and names_pages(page))

    def sample(self, source: Source) -> Article | None:
        """The first article that can be read, of a few that the feeds or the front page lead to."""
        lists = (articles_on(page, source) for page in (*self._feeds, self._front))
        for url in itertools.islice(dict.fromkeys(itertools.chain.from_iterable(lists)), _SAMPLES):
            page = self._page(url)
            if page is not None and isinstance(article := read_page(page, source), Article):
                return article
        return None


def names_pages(page: Page) -> bool:
    """Whether the page is a sitemap that names anything."""
    found = sitemap_entries(page)
    return bool(found.children or found.pages)
