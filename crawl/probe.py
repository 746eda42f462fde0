"""A first look at a newspaper's site: enough to write an entry for it."""

from __future__ import annotations

import os
from urllib.parse import urljoin, urlsplit

from crawl.addresses import allowed_networks
from crawl.article import Page
from crawl.datafolder import Settings
from crawl.discover import feed_entries, feeds_of, sitemap_entries
from crawl.fetch import Fetcher, user_agent
from crawl.fetch_errors import FetchError
from crawl.messages import gettext as _
from crawl.robots import read_robots
from crawl.sources import Source, load_sources, save_source, source_for_host
from crawl.urls import authority, canonical

_USUAL_FEEDS = ("/rss/home.rss", "/rss")
_USUAL_SITEMAP = "/sitemap.xml"


class CannotAdd(Exception):
    """The site at `url` cannot be added; `reason` says why."""

    def __init__(self, url: str, reason: str) -> None:
        self.url, self.reason = url, reason
        super().__init__(_("{url} cannot be added: {reason}").format(url=url, reason=reason))


def add_newspaper(
    settings: Settings, url: str, *, name: str | None, title: str | None, province: str | None
) -> Source:
    """Probe the site at `url` and write an enabled, unverified entry into the data folder's own newspapers.

    Without lists of articles the entry relies on the front page. Raises CannotAdd, SourcesError, BadNetwork.
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
    with settings.folder.changing_sources():
        save_source(settings.folder.sources, source)
    return source


def _is_name(name: str) -> bool:
    """Whether the text can be typed as an argument, and be kept as a key that is seen for what it is."""
    return name.isprintable() and not any(map(str.isspace, name)) and bool(name) and not name.startswith("-")


class _Site:
    """The few pages a probe looks at, as far as robots.txt lets it."""

    def __init__(self, fetcher: Fetcher, home: str) -> None:
        self._fetcher, self._home = fetcher, home
        try:
            self._robots = read_robots(fetcher.get(urljoin(home, "/robots.txt")))
        except FetchError as error:
            raise CannotAdd(home, str(error)) from error
        front = self._page(home)
        if front is None:
            raise CannotAdd(home, _("its front page cannot be fetched"))
        self._front = front

    def _page(self, url: str) -> Page | None:
        if not self._robots.allowed(url):
            return None
        try:
            page = self._fetcher.get(url)
        except FetchError:
            return None
        return page if page.status == 200 else None

    def feeds(self) -> tuple[str, ...]:
        """Feeds that the front page names, or one at a usual place, if articles are in them."""
        named = feeds_of(self._front) or tuple(urljoin(self._home, path) for path in _USUAL_FEEDS)
        return tuple(url for url in named[:20] if (page := self._page(url)) and feed_entries(page))

    def sitemaps(self) -> tuple[str, ...]:
        """The sitemaps that robots.txt names, else the one at the usual place."""
        named = self._robots.sitemaps or (urljoin(self._home, _USUAL_SITEMAP),)
        return tuple(url for url in named[:20] if (page := self._page(url)) and _names_pages(page))


def _names_pages(page: Page) -> bool:
    found = sitemap_entries(page)
    return bool(found.children or found.pages)
