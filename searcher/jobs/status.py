"""What the data folder holds: counts for people and for monitoring."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from crawl.archive.store import Archive, ArchiveCounts, NoArchive
from crawl.article import format_when, parse_when
from crawl.datafolder.folder import DataFolder
from crawl.messages import format_number, ngettext, printable
from crawl.messages import gettext as _
from index.build import pending
from index.engine import CorruptIndex, Engine, EngineStatus, NoIndex, StaleIndex, check_ready
from searcher.jobs.update import RunRecord, last_run
from searcher.output.as_json import SCHEMA, json_text
from searcher.output.sentences import shown_when

if TYPE_CHECKING:
    from crawl.frontier.visits import SourceState
    from crawl.sources.source import Source

_EMPTY = ArchiveCounts(0, 0, 0, ())


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One newspaper: its articles, addresses that failed, and when it last answered (ISO 8601, or None)."""

    name: str
    title: str
    enabled: bool
    articles: int
    failed: int
    last_success: str | None


@dataclass(frozen=True, slots=True)
class Status:
    """Everything `timbao status` says. `waiting` counts changed articles that are not indexed yet.

    `fault` says why no search is answered with what is indexed, and what to type; or it is None.

    `sources` are those that are crawled or have articles, the crawled ones first.
    """

    folder: DataFolder
    archive: ArchiveCounts
    sources: tuple[SourceStatus, ...]
    engine: EngineStatus | None
    fault: str | None
    waiting: int
    last_run: RunRecord | None


def gather(
    folder: DataFolder, engine: Engine, visits: tuple[SourceState, ...], known: tuple[Source, ...]
) -> Status:
    """Look at the archive, the engine and the last run; `visits` is how far the crawls have come.

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
    sources = sorted(_sources(counts, visits, known), key=lambda source: (not source.enabled, source.name))
    return Status(folder, counts, tuple(sources), state, _fault(engine), waiting, last_run(folder))


def _fault(engine: Engine) -> str | None:
    try:
        check_ready(engine)
    except NoIndex:
        return None
    except (StaleIndex, CorruptIndex) as error:
        return str(error)
    return None


def _sources(
    counts: ArchiveCounts, visits: tuple[SourceState, ...], known: tuple[Source, ...]
) -> Iterator[SourceStatus]:
    articles = {count.source: count.articles for count in counts.sources}
    fetched = {count.source: count.last_fetched for count in counts.sources}
    failed = {visit.source: visit.failed for visit in visits}
    answered = {visit.source: format_when(visit.last_success) for visit in visits if visit.last_success}
    titles = {source.name: source.title for source in known}
    enabled = {source.name for source in known if source.enabled}
    for name in {*articles, *failed, *enabled}:
        yield SourceStatus(
            name=name,
            title=titles.get(name, name),
            enabled=name in enabled,
            articles=articles.get(name, 0),
            failed=failed.get(name, 0),
            last_success=answered.get(name) or fetched.get(name),
        )


def to_json(status: Status) -> str:
    """The status as one JSON object."""
    engine = status.engine
    return json_text(
        {
            "schema": SCHEMA,
            "data": printable(str(status.folder.path)),
            "pages": status.archive.pages,
            "articles": status.archive.articles,
            "revisions": status.archive.revisions,
            "vanished": status.archive.vanished,
            "sources": {
                source.name: {
                    "title": source.title,
                    "enabled": source.enabled,
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
                "fault": status.fault and printable(status.fault),
            },
            "last_run": status.last_run and asdict(status.last_run),
        }
    )


def to_text(status: Status) -> str:
    """The status for a person, ending with a line feed."""
    lines = [
        _("Data folder: {path}").format(path=status.folder.path),
        _("Archive: {articles} articles, {revisions} later revisions, {pages} raw pages").format(
            articles=format_number(status.archive.articles),
            revisions=format_number(status.archive.revisions),
            pages=format_number(status.archive.pages),
        ),
        *_vanished_line(status.archive.vanished),
        _index_line(status),
        *filter(None, [status.fault]),
        _last_run_line(status.last_run),
        *map(_source_line, status.sources),
    ]
    return "".join(f"{printable(' '.join(line.splitlines()))}\n" for line in lines)


def _vanished_line(vanished: int) -> Iterator[str]:
    if vanished:
        yield ngettext(
            "Vanished: {count} article that its newspaper no longer shows; it stays in the archive",
            "Vanished: {count} articles that their newspapers no longer show; they stay in the archive",
            vanished,
        ).format(count=format_number(vanished))


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


def _last_run_line(run: RunRecord | None) -> str:
    if run is None:
        return _("Last update: none yet. Run: timbao update")
    return _("Last update: {when}: {summary}").format(when=_moment(run.ended), summary=run.summary)


def _source_line(source: SourceStatus) -> str:
    name = source.name if source.title == source.name else f"{source.title} ({source.name})"
    return _("{name}: {articles} articles, {failed} failed addresses, last answered {when}").format(
        name=name,
        articles=format_number(source.articles),
        failed=format_number(source.failed),
        when=_moment(source.last_success) if source.last_success else _("never"),
    )


def _moment(written: str) -> str:
    """An ISO 8601 moment as the reader writes it, in Vietnam's time; a damaged one as it is."""
    try:
        return shown_when(parse_when(written))
    except ValueError:
        return written
