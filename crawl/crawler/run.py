"""One crawl of a data folder: what it needs is opened, under the lock, and closed again."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from crawl.archive.store import Archive
from crawl.crawler.pipeline import crawl
from crawl.crawler.report import CrawlReport, Progress
from crawl.datafolder.folder import DataFolder, Settings
from crawl.fetching.addresses import allowed_networks
from crawl.fetching.fetcher import Fetcher, user_agent
from crawl.frontier.frontier import Frontier
from crawl.sources.registry import load_sources
from crawl.sources.source import Source, UnknownSource


@dataclass(frozen=True, slots=True)
class CrawlOptions:
    """What a person may say of a crawl; see `crawl.crawler.pipeline.crawl` for the meaning of each."""

    names: tuple[str, ...] = ()
    max_pages: int | None = None
    since: date | None = None
    recheck: bool = False
    delay: float | None = None
    dry_run: bool = False


def chosen_sources(sources: Sequence[Source], names: Sequence[str]) -> tuple[Source, ...]:
    """The named newspapers, enabled or not; without names all that are enabled. Raises UnknownSource."""
    if not names:
        return tuple(source for source in sources if source.enabled)
    by_name = {source.name: source for source in sources}
    for name in names:
        if name not in by_name:
            raise UnknownSource(name)
    return tuple(by_name[name] for name in dict.fromkeys(names))


def run_crawl(
    settings: Settings,
    options: CrawlOptions,
    *,
    progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> CrawlReport:
    """Crawl into the data folder; a dry run reads what is there and leaves nothing in it.

    Raises Locked when another run has the archive, UnknownSource, SourcesError, BadNetwork, ArchiveError,
    FrontierError.
    """
    folder = settings.folder
    allow = allowed_networks(os.environ.get("TIMBAO_ALLOW_ADDRESSES", ""))
    sources = [
        replace(source, quiet=(*source.quiet, *settings.quiet))
        for source in chosen_sources(load_sources(folder.sources), options.names)
    ]
    with (
        _rehearsed(folder) if options.dry_run else _held(folder) as (archive, frontier),
        Fetcher(user_agent(settings.contact), allow) as fetcher,
    ):
        return crawl(
            sources,
            archive,
            frontier,
            fetcher,
            max_pages=options.max_pages,
            since=options.since,
            recheck=options.recheck,
            delay=options.delay,
            dry_run=options.dry_run,
            progress=progress,
            stop=stop,
        )


@contextlib.contextmanager
def _held(folder: DataFolder) -> Iterator[tuple[Archive, Frontier]]:
    """Archive and frontier for a crawl that stores what it finds."""
    with (
        folder.lock("archive"),
        Archive(folder.archive, folder.pages, create=True) as archive,
        Frontier(folder.frontier) as frontier,
    ):
        yield archive, frontier


@contextlib.contextmanager
def _rehearsed(folder: DataFolder) -> Iterator[tuple[Archive, Frontier]]:
    """Archive and frontier for a crawl that only looks: what is not there yet is in memory alone."""
    memory = Path(":memory:")
    with (
        Archive(folder.archive, folder.pages, read_only=True)
        if folder.archive.exists()
        else Archive(memory, folder.pages, create=True) as archive,
        Frontier(folder.frontier, read_only=True)
        if folder.frontier.exists()
        else Frontier(memory) as frontier,
    ):
        yield archive, frontier
