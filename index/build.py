"""The bridge from the archive to an engine: what changed there is put here, and the engine remembers how far."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crawl.archive import Archive
from crawl.article import StoredArticle, local_day
from crawl.datafolder import Settings
from crawl.messages import gettext as _
from crawl.sources import load_sources
from index.document import Document
from index.engine import Engine, EngineStatus, NoIndex, StaleIndex, Writer, open_engine
from index.provinces import province_on
from index.query import Everything
from index.tokens import ANALYSIS_VERSION

STRETCH = 20_000
"""Articles between two commits of an incremental run, for each worker."""

FEW = 10_000
"""For so many articles it is not worth starting workers."""

Progress = Callable[[int, int], None]
"""Called with how many articles are done and how many there are to do."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What one run of the indexer did."""

    indexed: int
    generation: str
    rebuilt: bool


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far an index has come: all changes of archive `archive` up to number `change` are in it."""

    archive: str
    change: int

    def __str__(self) -> str:
        return f"{self.archive}:{self.change}"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read what `str` wrote; anything else is the beginning of no archive."""
        archive, _colon, change = text.rpartition(":")
        return cls(archive, int(change)) if change.isdecimal() else cls("", 0)


def build_folder(
    settings: Settings,
    *,
    rebuild: bool = False,
    workers: int | None = None,
    progress: Progress | None = None,
) -> BuildReport:
    """Bring the index of a data folder up to date; see `build`. Raises NoArchive and SourcesError too."""
    folder = settings.folder
    provinces = {source.name: source.province for source in load_sources(folder.sources) if source.province}
    with Archive(folder.archive, folder.pages) as archive:
        engine = open_engine(settings.engine)
        return build(archive, engine, provinces, rebuild=rebuild, workers=workers, progress=progress)


def build(
    archive: Archive,
    engine: Engine,
    provinces: Mapping[str, str],
    *,
    rebuild: bool = False,
    workers: int | None = None,
    progress: Progress | None = None,
) -> BuildReport:
    """Bring the engine up to date with the archive: only what changed, or with `rebuild` everything anew.

    `provinces` gives a source's province. Work is committed in stretches, each with how far it came, so that a
    run that dies is taken up where it was; a rebuild is committed once, at its end, and until then searches see
    the old generation. Without `workers` there are as many as the work is worth.
    Raises StaleIndex when only a rebuild can help, CorruptIndex even when nothing is new, and the engine's other
    errors.
    """
    status = None if rebuild else _usable_status(engine, archive)
    if status and _resume_at(status) == archive.last_change:
        engine.search(
            Everything(), limit=0
        )  # nobody shall be told that all is well with an index that is damaged
        return BuildReport(0, status.generation, rebuilt=False)
    if workers is None:
        workers = 1 if pending(archive, status) <= FEW else processors()
    with engine.writer(rebuild=rebuild, workers=workers) as writer:
        # Asked again under the lock: another run may have committed since.
        status = None if rebuild else _usable_status(engine, archive)
        after = _resume_at(status) if status else 0
        stretch = None if rebuild else STRETCH * workers
        return _put_changes(archive, after, writer, provinces, stretch=stretch, progress=progress)


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _resume_at(status: EngineStatus) -> int:
    return Checkpoint.parse(status.checkpoint).change


def pending(archive: Archive, status: EngineStatus | None) -> int:
    """How many changed articles the index does not hold yet."""
    checkpoint = Checkpoint.parse(status.checkpoint) if status else Checkpoint("", 0)
    return archive.count_changes(checkpoint.change if checkpoint.archive == archive.archive_id else 0)


def _usable_status(engine: Engine, archive: Archive) -> EngineStatus | None:
    try:
        status = engine.status()
    except NoIndex:
        return None
    if status.analysis_version != ANALYSIS_VERSION:
        raise StaleIndex(engine.locator, _("it was made by another version of timbao"))
    checkpoint = Checkpoint.parse(status.checkpoint)
    if checkpoint.archive != archive.archive_id:
        raise StaleIndex(engine.locator, _("it was made from another archive"))
    if checkpoint.change > archive.last_change:
        raise StaleIndex(engine.locator, _("it is newer than the archive"))
    return status


def _put_changes(
    archive: Archive,
    after: int,
    writer: Writer,
    provinces: Mapping[str, str],
    *,
    stretch: int | None,
    progress: Progress | None,
) -> BuildReport:
    total = archive.count_changes(after) if progress else 0
    indexed, last = 0, after
    for stored in archive.changes(after):
        writer.put(to_document(stored, provinces.get(stored.article.source)))
        indexed, last = indexed + 1, stored.change
        if progress and indexed % 100 == 0:
            progress(indexed, max(total, indexed))
        if stretch and indexed % stretch == 0:
            writer.commit(str(Checkpoint(archive.archive_id, last)))
    generation = writer.commit(str(Checkpoint(archive.archive_id, last)))
    if progress:
        progress(indexed, indexed)
    return BuildReport(indexed, generation, rebuilt=stretch is None)


def to_document(stored: StoredArticle, province: str | None) -> Document:
    """The archive's article as the engine takes it.

    `province` is the one its paper was founded in; the document has the name it bore when the article appeared.
    """
    article = stored.article
    return Document(
        id=stored.id,
        source=article.source,
        title=article.title,
        first_seen=stored.first_seen,
        url=article.url,
        lead=article.lead,
        body=article.body,
        captions=article.captions,
        author=article.author,
        province=province and province_on(province, article.published and local_day(article.published)),
        section=article.section,
        tags=article.tags,
        published=article.published,
    )
