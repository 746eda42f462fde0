"""Which newspapers still answer, and which of their feeds, sitemaps and sections still lead to articles."""

from __future__ import annotations

import contextlib
import enum
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from crawl.archive.store import Archive, ArchiveError
from crawl.article import Page
from crawl.crawler.run import chosen_sources
from crawl.datafolder.folder import DataFolder, Settings
from crawl.datafolder.quiet_hours import is_quiet
from crawl.extraction.selectors import BadSelector, check_selectors
from crawl.fetching.addresses import allowed_networks
from crawl.fetching.fetcher import Fetcher, user_agent
from crawl.fetching.robots import Pace
from crawl.frontier.feeds import feed_entries
from crawl.frontier.frontier import Frontier
from crawl.frontier.links import Links, links
from crawl.messages import gettext as _
from crawl.sources.entries import entry_name
from crawl.sources.probing.probe import names_pages
from crawl.sources.probing.trial import idle_parts, open_archive
from crawl.sources.probing.visitor import NotVisited, Visitor
from crawl.sources.registry import load_sources
from crawl.sources.source import Selectors, Source
from crawl.urls import canonical

_WORKERS = 16


class State(enum.Enum):
    """How a newspaper is: it answers, it is silent, or it was not asked because these are its quiet hours."""

    ANSWERS = "answers"
    SILENT = "silent"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Health:
    """One newspaper as it was found; `last_success` is when a crawl last got something from it (aware), or None.

    `remarks` has a URL and what is wrong with it, for each list that leads to nothing; and the name of the table of
    its selectors where one is wrong, or finds nothing any more.
    """

    source: str
    state: State
    last_success: datetime | None
    remarks: tuple[tuple[str, str], ...] = ()


def check_newspapers(
    settings: Settings, names: Sequence[str] = (), *, delay: float | None = None
) -> Iterator[Health]:
    """Ask the named newspapers, or all enabled ones, for robots.txt and for each of their lists, politely.

    What their selectors find is seen on stored articles. `delay`, in seconds, replaces the polite one. Stores nothing.
    Raises UnknownSource, SourcesError, BadNetwork, ArchiveError and FrontierError.
    """
    sources = chosen_sources(load_sources(settings.folder.sources), names)
    last = _last_successes(settings.folder)
    allow = allowed_networks(os.environ.get("TIMBAO_ALLOW_ADDRESSES", ""))
    stop = threading.Event()
    with (
        open_archive(settings.folder) or contextlib.nullcontext() as archive,
        Fetcher(user_agent(settings.contact), allow) as fetcher,
        ThreadPoolExecutor(_WORKERS, thread_name_prefix="check") as pool,
    ):

        def look(source: Source) -> Health:
            remarks = _on_selectors(source, archive)
            if is_quiet((*source.quiet, *settings.quiet), datetime.now(UTC)):
                return Health(source.name, State.QUIET, last.get(source.name), remarks)
            health = _Look(source, fetcher, delay, stop).health(last.get(source.name))
            return replace(health, remarks=(*health.remarks, *remarks))

        try:
            yield from pool.map(look, sources)
        finally:
            stop.set()
            fetcher.interrupt()


def _on_selectors(source: Source, archive: Archive | None) -> tuple[tuple[str, str], ...]:
    """What is wrong with the selectors of the newspaper's entry, beside the name of their table."""
    if source.selectors == Selectors():
        return ()
    place = f"{entry_name(source.name)}.selectors"
    try:
        check_selectors(source)
        idle = idle_parts(archive, source) if archive is not None else ()
    except (ArchiveError, BadSelector) as error:
        return ((place, str(error)),)
    if not idle:
        return ()
    remark = _(
        "on its newest articles nothing matches the selectors for {parts}. See: timbao sources try {name}"
    )
    return ((place, remark.format(parts=", ".join(idle), name=source.name)),)


def _last_successes(folder: DataFolder) -> Mapping[str, datetime]:
    if not folder.frontier.exists():
        return {}
    with Frontier(folder.frontier) as frontier:
        return {state.source: state.last_success for state in frontier.states() if state.last_success}


class _Look:
    """One newspaper's robots.txt and lists, asked for one after another."""

    def __init__(self, source: Source, fetcher: Fetcher, delay: float | None, stop: threading.Event) -> None:
        pace = Pace(source.delay if delay is None else delay, adapts=delay is None)
        self._source, self._visitor = source, Visitor(fetcher, pace, source.hosts, stop)
        self._arrived = False
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
        try:
            page = self._visitor.page(url)
        except NotVisited as error:
            if (error.url, error.reason) not in self._remarks:  # a robots.txt stands before every page
                self._remarks.append((error.url, error.reason))
            return None
        self._arrived = True
        return page
