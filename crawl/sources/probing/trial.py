"""Selectors tried on real pages of a newspaper, before anything of them is saved."""

from __future__ import annotations

import contextlib
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from crawl.archive.store import Archive, ArchiveError
from crawl.article import Article, Page, local_day
from crawl.datafolder.folder import DataFolder, Settings
from crawl.datafolder.quiet_hours import is_quiet
from crawl.extraction.extract import Unreadable
from crawl.extraction.inspection import Inspection, inspect
from crawl.extraction.sandbox import extractors
from crawl.extraction.selectors import Match, check_selectors
from crawl.fetching.addresses import allowed_networks
from crawl.fetching.fetcher import Fetcher, user_agent
from crawl.fetching.inflate import MAX_PAGE
from crawl.fetching.robots import Pace
from crawl.ingest.explanation import objection
from crawl.ingest.importer import saved_page
from crawl.messages import gettext as _
from crawl.sources.probing.visitor import NotVisited, Visitor, articles_on
from crawl.sources.registry import load_sources, source_for_host
from crawl.sources.source import Source, UnknownSource
from crawl.urls import authority, canonical, within

_PAGES = 3  # that are looked at where none is named

Selected = Mapping[str, tuple[str, ...]]
"""Selectors for parts, in place of those of the newspaper's entry."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One page, by its URL or file name: what was found on it, and why it gave no article or could not be read."""

    page: str
    inspection: Inspection | None = None
    problem: str = ""

    @property
    def matched(self) -> bool:
        """Whether selectors were matched against the page: one too long, or not to be had, is not looked into."""
        return self.inspection is not None and bool(self.inspection.matches)

    @property
    def gave_article(self) -> bool:
        """Whether an article was read from the page."""
        return self.inspection is not None and isinstance(self.inspection.explanation.result, Article)


@dataclass(frozen=True, slots=True)
class Subject:
    """The newspaper whose pages are looked at; one that is not `known` is a site at which a URL points."""

    source: Source
    known: bool


def subject_of(settings: Settings, name: str) -> Subject:
    """The newspaper of this name, or that of a URL. Raises UnknownSource and SourcesError."""
    sources = load_sources(settings.folder.sources)
    url = canonical(name) if "://" in name else None
    known = source_for_host(sources, authority(url)) if url else None
    known = known or next((source for source in sources if source.name == name), None)
    if known is not None:
        return Subject(known, known=True)
    if url is None:
        raise UnknownSource(name)
    host = authority(url)
    # A first look takes as long as the site takes to answer, as in `probe`: it is a handful of pages.
    source = Source(host.removeprefix("www."), host, (host,), scheme=urlsplit(url).scheme, delay=0.0)
    return Subject(source, known=False)


def try_selectors(
    settings: Settings, source: Source, pages: Sequence[str] = (), selected: Selected | None = None
) -> Iterator[Tried]:
    """Look at pages of the newspaper with these selectors in place of its entry's for the same parts.

    `pages` are URLs, of which the archive's copy is taken where it has one, and HTML files. Without any the newest
    stored ones are taken, and where none is stored a few that the newspaper's lists lead to. Stores nothing.
    Raises BadSelector, BadNetwork and ArchiveError.
    """
    check_selectors(_with(source, selected or {}, datetime.now(UTC)))
    with contextlib.ExitStack() as stack:
        archive = stack.enter_context(opened) if (opened := open_archive(settings.folder)) else None
        reader = _Reader(settings, source, archive, stack)
        for name, page in reader.pages(pages):
            if isinstance(page, Page):
                yield _tried(name, page, source, selected or {})
            else:
                yield Tried(name, problem=page)


def matches_nothing(tried: Iterable[Tried], selected: Selected) -> tuple[Match, ...]:
    """Those of the selectors that mean no element on any of the pages they were matched against, if there are any."""
    seen = [match for one in tried if one.inspection for match in one.inspection.matches]
    if not seen:
        return ()
    found = {(match.part, match.selector) for match in seen if match.elements}
    each = ((part, selector) for part, alternatives in selected.items() for selector in alternatives)
    return tuple(Match(part, selector, 0) for part, selector in each if (part, selector) not in found)


def idle_parts(archive: Archive, source: Source) -> tuple[str, ...]:
    """The parts for which the entry has selectors, none of which means anything on any of its newest stored articles.

    What is to be removed need not be on every page. Raises ArchiveError.
    """
    numbers = [one.number for one in archive.latest_pages(source.name, _PAGES) if not one.rejected]
    pages = [page for page in map(archive.page, numbers) if source.as_of(local_day(page.fetched)) == source]
    tried = [_tried(page.url, page, source, {}) for page in pages]
    matches = [match for one in tried if one.inspection for match in one.inspection.matches]
    found = {match.part for match in matches if match.elements} | {"remove"}
    return tuple(dict.fromkeys(match.part for match in matches if match.part not in found))


def open_archive(folder: DataFolder) -> Archive | None:
    """The archive, to be read; None where there is none. Raises ArchiveError."""
    if not folder.archive.exists():
        return None
    return Archive(folder.archive, folder.pages, read_only=True)


def _with(source: Source, selected: Selected, moment: datetime) -> Source:
    """The newspaper with the selectors of that day, but for those selected."""
    held = source.as_of(local_day(moment)).selectors
    return replace(source, selectors=replace(held, **selected), earlier=())


def _tried(name: str, page: Page, source: Source, selected: Selected) -> Tried:
    source = _with(source, selected, page.fetched)
    if not within(page.final_url, source.hosts):
        source = replace(source, hosts=())  # archives outlive domains
    found = extractors().run(inspect, page, source)
    if isinstance(found, Unreadable):
        return Tried(name, problem=found.detail)
    result = found.explanation.result
    return Tried(name, found, "" if isinstance(result, Article) else objection(result))


class _Reader:
    """Brings the pages to look at: each with its name, or with the reason why it cannot be had."""

    def __init__(
        self, settings: Settings, source: Source, archive: Archive | None, stack: contextlib.ExitStack
    ) -> None:
        self._settings, self._source, self._archive, self._stack = settings, source, archive, stack
        self._opened: Visitor | None = None

    def pages(self, named: Sequence[str]) -> Iterator[tuple[str, Page | str]]:
        """The pages of these names; without any the newest stored ones, else some from the newspaper's lists."""
        if named:
            yield from ((name, self._named(name)) for name in named)
        elif self._archive and (stored := self._archive.latest_pages(self._source.name, _PAGES)):
            for one in stored:
                try:
                    yield one.url, self._archive.page(one.number)
                except ArchiveError as error:
                    yield one.url, error.detail
        else:
            yield from self._listed()

    def _named(self, name: str) -> Page | str:
        if "://" not in name:
            return _file(Path(name))
        url = canonical(name)
        if url is None:
            return _("it is not an http or https address")
        try:
            stored = self._archive.page_at(self._source.name, url) if self._archive else None
            return stored or self._visitor().page(url)
        except ArchiveError as error:
            return error.detail
        except NotVisited as error:
            return error.reason

    def _listed(self) -> Iterator[tuple[str, Page | str]]:
        home = f"{self._source.scheme}://{self._source.hosts[0]}/"
        seen = 0
        told: set[str] = set()  # a robots.txt stands before every list
        for text in (*self._source.feeds, *(self._source.sections or ("/",))):
            url = canonical(text, home) or home
            try:
                addresses = articles_on(self._visitor().page(url), self._source)
            except NotVisited as error:
                if error.url not in told:
                    yield error.url, error.reason
                told.add(error.url)
                continue
            for address in addresses[: _PAGES - seen]:
                seen += 1
                yield address, self._named(address)
            if seen >= _PAGES:
                return
        if not seen and not told:
            yield home, _("no article was found on its lists. Name a page, or a file of one")

    def _visitor(self) -> Visitor:
        """Whoever asks the newspaper for pages. Raises NotVisited in its quiet hours."""
        if is_quiet((*self._source.quiet, *self._settings.quiet), datetime.now(UTC)):
            raise NotVisited(self._source.name, _("it is not asked in its quiet hours"))
        if self._opened is None:
            allow = allowed_networks(os.environ.get("TIMBAO_ALLOW_ADDRESSES", ""))
            fetcher = self._stack.enter_context(Fetcher(user_agent(self._settings.contact), allow))
            self._opened = Visitor(fetcher, Pace(self._source.delay), ())
        return self._opened


def _file(path: Path) -> Page | str:
    """The page in this file, or why there is none."""
    try:
        page = saved_page(path)
    except FileNotFoundError:
        return _("there is no such file")
    except IsADirectoryError:
        return _("it is a folder. Name the files in it")
    except (EOFError, OSError, ValueError, zlib.error) as error:
        return _("cannot be read to its end: {detail}").format(detail=error)
    if len(page.body) > MAX_PAGE:
        return _("too large for a page")
    return page if page.body.strip() else _("it is empty")
