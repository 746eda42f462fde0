"""Which newspapers still answer, and which of their feeds, sitemaps and sections still lead to articles."""

from __future__ import annotations

import enum
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin

from crawl.article import Page
from crawl.crawler.report import explained
from crawl.crawler.run import chosen_sources
from crawl.datafolder.folder import DataFolder, Settings
from crawl.datafolder.quiet_hours import is_quiet
from crawl.fetching.addresses import allowed_networks
from crawl.fetching.errors import FetchError
from crawl.fetching.fetcher import Fetcher, user_agent
from crawl.fetching.robots import MAX_BYTES, NOT_NOW, Pace, Robots, read_robots
from crawl.frontier.feeds import feed_entries
from crawl.frontier.frontier import Frontier
from crawl.frontier.links import Links, links
from crawl.messages import gettext as _
from crawl.sources.probing.probe import names_pages
from crawl.sources.registry import Source, load_sources
from crawl.urls import canonical, within

_WORKERS = 16


class State(enum.Enum):
    """How a newspaper is: it answers, it is silent, or it was not asked because these are its quiet hours."""

    ANSWERS = "answers"
    SILENT = "silent"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Health:
    """One newspaper as it was found; `last_success` is when a crawl last got something from it (aware), or None.

    `remarks` has a URL and what is wrong with it, for each list that leads to nothing.
    """

    source: str
    state: State
    last_success: datetime | None
    remarks: tuple[tuple[str, str], ...] = ()


def check_newspapers(
    settings: Settings, names: Sequence[str] = (), *, delay: float | None = None
) -> Iterator[Health]:
    """Ask the named newspapers, or all enabled ones, for robots.txt and for each of their lists, politely.

    `delay`, in seconds, replaces the polite one. Stores nothing. Raises UnknownSource, SourcesError, BadNetwork
    and FrontierError.
    """
    sources = chosen_sources(load_sources(settings.folder.sources), names)
    last = _last_successes(settings.folder)
    allow = allowed_networks(os.environ.get("TIMBAO_ALLOW_ADDRESSES", ""))
    stop = threading.Event()
    with (
        Fetcher(user_agent(settings.contact), allow) as fetcher,
        ThreadPoolExecutor(_WORKERS, thread_name_prefix="check") as pool,
    ):

        def look(source: Source) -> Health:
            if is_quiet((*source.quiet, *settings.quiet), datetime.now(UTC)):
                return Health(source.name, State.QUIET, last.get(source.name))
            return _Look(source, fetcher, delay, stop).health(last.get(source.name))

        try:
            yield from pool.map(look, sources)
        finally:
            stop.set()
            fetcher.interrupt()


def _last_successes(folder: DataFolder) -> Mapping[str, datetime]:
    if not folder.frontier.exists():
        return {}
    with Frontier(folder.frontier) as frontier:
        return {state.source: state.last_success for state in frontier.states() if state.last_success}


class _Look:
    """One newspaper's robots.txt and lists, asked for one after another."""

    def __init__(self, source: Source, fetcher: Fetcher, delay: float | None, stop: threading.Event) -> None:
        self._source, self._fetcher, self._stop = source, fetcher, stop
        self._pace = Pace(source.delay if delay is None else delay, adapts=delay is None)
        self._robots: dict[str, Robots] = {}
        self._begun = self._arrived = False
        self._remarks: list[tuple[str, str]] = []

    def health(self, last_success: datetime | None) -> Health:
        for url, leads in self._lists():
            page = self._page(url)
            if page is not None and not leads(page):
                self._remarks.append((url, _("leads to no article")))
        state = State.ANSWERS if self._arrived else State.SILENT
        return Health(self._source.name, state, last_success, tuple(self._remarks))

    def _lists(self) -> Iterator[tuple[str, Callable[[Page], bool]]]:
        """The URL of every list, with how to tell whether it leads to anything; without any, the front page."""
        source = self._source
        home = f"{source.scheme}://{source.hosts[0]}/"
        kinds: list[tuple[Iterable[str], Callable[[Page], bool]]] = [
            (source.feeds, lambda page: bool(feed_entries(page))),
            (source.sitemaps, names_pages),
            (source.sections, self._links_on),
        ]
        if not any(urls for urls, _leads in kinds):
            kinds = [(("/",), self._links_on)]
        for urls, leads in kinds:
            for text in urls:
                if url := canonical(text, home):
                    yield url, leads

    def _links_on(self, page: Page) -> bool:
        found = links(page, self._source)
        return found != Links()

    def _page(self, url: str) -> Page | None:
        """The page, if it may be had; otherwise a remark says why not."""
        root = urljoin(url, "/robots.txt")
        if root not in self._robots:
            self._robots[root] = self._rules(root)
        if self._robots[root] is NOT_NOW:
            return None
        if not self._robots[root].allowed(url):
            self._remarks.append((url, explained("robots.txt")))
            return None
        page = self._get(url)
        if page is not None and page.status != 200:
            self._remarks.append((url, explained(f"http-{page.status}")))
            return None
        self._arrived |= page is not None
        return page

    def _rules(self, url: str) -> Robots:
        page = self._get(url, first=MAX_BYTES)
        if page is None:
            return NOT_NOW
        rules = read_robots(page)
        if rules is NOT_NOW:
            self._remarks.append((url, explained("robots-unavailable")))
        return rules

    def _get(self, url: str, *, first: int | None = None) -> Page | None:
        if self._begun and self._stop.wait(self._pace.wait):
            return None
        self._begun = True
        began = time.monotonic()
        try:
            return self._fetcher.get(
                url, permit=lambda target: within(target, self._source.hosts), first=first
            )
        except FetchError as error:
            self._remarks.append((url, str(error)))
            return None
        finally:
            self._pace.took(time.monotonic() - began)
