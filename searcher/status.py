"""What the data folder holds: counts for people and for monitoring."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawl.archive import Archive, ArchiveCounts, NoArchive
from crawl.article import format_when
from crawl.datafolder import DataFolder
from crawl.messages import format_number, printable
from crawl.messages import gettext as _
from index.build import pending
from index.engine import Engine, EngineStatus, NoIndex

if TYPE_CHECKING:
    from crawl.frontier import SourceState

_EMPTY = ArchiveCounts(0, 0, 0, ())


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One newspaper: its articles, addresses that failed, and when it last answered (ISO 8601, or None)."""

    name: str
    articles: int
    failed: int
    last_success: str | None


@dataclass(frozen=True, slots=True)
class Status:
    """Everything `timbao status` says. `waiting` counts changed articles that are not indexed yet."""

    folder: DataFolder
    archive: ArchiveCounts
    sources: tuple[SourceStatus, ...]
    engine: EngineStatus | None
    waiting: int


def gather(folder: DataFolder, engine: Engine, visits: tuple[SourceState, ...]) -> Status:
    """Look at the archive and the engine; `visits` is how far the crawls have come.

    What does not exist yet counts nothing.
    """
    try:
        state: EngineStatus | None = engine.status()
    except NoIndex:
        state = None
    try:
        with Archive(folder.archive, folder.pages) as archive:
            counts, waiting = archive.counts(), pending(archive, state)
    except NoArchive:
        counts, waiting = _EMPTY, 0
    return Status(folder, counts, _sources(counts, visits), state, waiting)


def _sources(counts: ArchiveCounts, visits: tuple[SourceState, ...]) -> tuple[SourceStatus, ...]:
    articles = {count.source: count.articles for count in counts.sources}
    fetched = {count.source: count.last_fetched for count in counts.sources}
    failed = {visit.source: visit.failed for visit in visits}
    answered = {visit.source: format_when(visit.last_success) for visit in visits if visit.last_success}
    return tuple(
        SourceStatus(
            name, articles.get(name, 0), failed.get(name, 0), answered.get(name) or fetched.get(name)
        )
        for name in sorted({*articles, *failed})
    )


def to_json(status: Status) -> str:
    """The status as one JSON object; see the README for its keys."""
    engine = status.engine
    fields = {
        "schema": 1,
        "data": printable(str(status.folder.path)),
        "pages": status.archive.pages,
        "articles": status.archive.articles,
        "revisions": status.archive.revisions,
        "sources": {
            source.name: {
                "articles": source.articles,
                "failed": source.failed,
                "last_success": source.last_success,
            }
            for source in status.sources
        },
        "index": {
            "generation": engine.generation if engine else None,
            "documents": engine.documents if engine else 0,
            "bytes": engine.size_bytes if engine else 0,
            "waiting": status.waiting,
        },
    }
    return json.dumps(fields, ensure_ascii=False)


def to_text(status: Status) -> str:
    """The status for a person, ending with a line feed."""
    lines = [
        _("Data folder: {path}").format(path=status.folder.path),
        _("Archive: {articles} articles, {revisions} later revisions, {pages} raw pages").format(
            articles=format_number(status.archive.articles),
            revisions=format_number(status.archive.revisions),
            pages=format_number(status.archive.pages),
        ),
        _index_line(status),
    ]
    lines += [
        _("{name}: {articles} articles, {failed} failed addresses, last answered {when}").format(
            name=source.name,
            articles=format_number(source.articles),
            failed=format_number(source.failed),
            when=source.last_success or _("never"),
        )
        for source in status.sources
    ]
    return printable("\n".join(lines)) + "\n"


def _index_line(status: Status) -> str:
    if status.engine is None:
        return _("Index: none yet. Run: timbao index")
    return _(
        "Index: {documents} articles in generation {generation}, {size} MB; {waiting} changes wait"
    ).format(
        documents=format_number(status.engine.documents),
        generation=status.engine.generation,
        size=format_number(round(status.engine.size_bytes / 1e6)),
        waiting=format_number(status.waiting),
    )
