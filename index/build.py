"""The bridge from the archive to an engine: what changed there is put here, and the engine remembers how far."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from crawl.archive.store import Archive
from crawl.article import StoredArticle
from crawl.datafolder.folder import Settings
from crawl.datafolder.processes import processors
from crawl.messages import gettext as _
from crawl.sources.registry import load_sources
from index.document import Document, to_document
from index.engine import ONLY_COUNTED, Engine, EngineStatus, NoIndex, StaleIndex, Writer
from index.opening import open_engine
from index.query import Everything
from index.reprints.groups import ReprintGroups
from index.text.tokens import ANALYSIS_VERSION

STRETCH = 20_000
"""Articles between two commits of an incremental run, for each worker."""

FEW = 10_000
"""For so many articles it is not worth starting workers."""

_CHECKPOINT = re.compile(r"(?P<archive>.*?):(?P<change>\d+)(?::(?P<groups>[0-9a-f]{32}))?", re.DOTALL)

Progress = Callable[[int, int], None]
"""Called with how many articles are done and how many there are to do."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What one run of the indexer did: how many new and changed articles it indexed.

    `regrouped` others did not change, but were indexed again because they came into another group of reprints.
    """

    indexed: int
    generation: str
    rebuilt: bool
    regrouped: int = 0


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far an index has come: all changes of archive `archive` up to number `change` are in it.

    `groups` are the groups of reprints that its documents are in (see `ReprintGroups.id`); empty where they are
    in none.
    """

    archive: str
    change: int
    groups: str = ""

    def __str__(self) -> str:
        return ":".join((self.archive, str(self.change), *filter(None, [self.groups])))

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read what `str` wrote; anything else is the beginning of no archive."""
        found = _CHECKPOINT.fullmatch(text)
        return cls(found["archive"], int(found["change"]), found["groups"] or "") if found else cls("", 0)


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
        return build(
            archive,
            open_engine(settings.engine),
            provinces,
            reprints=folder.reprints,
            rebuild=rebuild,
            workers=workers,
            progress=progress,
        )


def build(
    archive: Archive,
    engine: Engine,
    provinces: Mapping[str, str],
    *,
    reprints: Path | None = None,
    rebuild: bool = False,
    workers: int | None = None,
    progress: Progress | None = None,
) -> BuildReport:
    """Bring the engine up to date with the archive: only what changed, or with `rebuild` everything anew.

    `provinces` gives a source's province, `reprints` is the file of groups, which is brought up to date first;
    without it no article is in a group. Work is committed in stretches, each with how far it came, so that a
    run that dies is taken up where it was; a rebuild is committed once, at its end, and until then searches see
    the old generation. Without `workers` there are as many as the work is worth.
    Raises StaleIndex when only a rebuild can help, CorruptIndex even when nothing is new, and the engine's other
    errors.
    """
    status = None if rebuild else _usable_status(engine, archive)
    if status and _is_current(status, archive, reprints):
        # Nobody shall be told that all is well with an index that is damaged.
        engine.search(Everything(), ONLY_COUNTED)
        return BuildReport(0, status.generation, rebuilt=False)
    if workers is None:
        workers = 1 if _count_ahead(archive, status, reprints) <= FEW else processors()
    with (
        engine.writer(rebuild=rebuild, workers=workers) as writer,
        _opened(reprints, thorough=rebuild) as groups,
    ):
        # Asked again under the lock: another run may have committed since.
        status = None if rebuild else _usable_status(engine, archive)
        if groups:
            groups.update(archive)
        after = _resume_at(status, groups) if status else 0
        feed = _Feed(archive, groups, provinces)
        stretch = None if rebuild else STRETCH * workers
        return _put_changes(feed, after, writer, stretch=stretch, progress=progress)


def _count_ahead(archive: Archive, status: EngineStatus | None, reprints: Path | None) -> int:
    """How many articles are to be put, as far as can be told before the groups are up to date."""
    if status is None:
        return archive.count_changes(0)
    with _opened(reprints) as groups:
        return archive.count_changes(_resume_at(status, groups))


def _is_current(status: EngineStatus, archive: Archive, reprints: Path | None) -> bool:
    checkpoint = Checkpoint.parse(status.checkpoint)
    with _opened(reprints) as groups:
        return checkpoint == Checkpoint(archive.archive_id, archive.last_change, groups.id if groups else "")


def _opened(
    reprints: Path | None, *, thorough: bool = False
) -> contextlib.AbstractContextManager[ReprintGroups | None]:
    return ReprintGroups(reprints, thorough=thorough) if reprints else contextlib.nullcontext()


def _resume_at(status: EngineStatus, groups: ReprintGroups | None) -> int:
    """The last change that need not be put again; 0 where the groups were begun anew, or never yet."""
    checkpoint = Checkpoint.parse(status.checkpoint)
    if groups is None:
        return 0 if checkpoint.groups else checkpoint.change
    return checkpoint.change if groups.id and groups.id == checkpoint.groups else 0


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


@dataclass(frozen=True, slots=True)
class _Feed:
    """What an index is fed with."""

    archive: Archive
    groups: ReprintGroups | None
    provinces: Mapping[str, str]

    def changes(self, after: int) -> Iterator[StoredArticle]:
        """All changes later than number `after`, as far as they are grouped: what comes meanwhile waits."""
        changes = self.archive.changes(after)
        last = self.groups.change if self.groups else None
        return changes if last is None else takewhile(lambda stored: stored.change <= last, changes)

    def regrouped(self, after: int) -> Iterator[StoredArticle]:
        """The articles that did not change since, but their group did."""
        ids = self.groups.regrouped(after) if self.groups and after else ()
        found = (stored for id in ids for stored in self.archive.find(id))
        return (stored for stored in found if stored.change <= after)

    def document(self, stored: StoredArticle) -> Document:
        """The article as the engine takes it."""
        group = self.groups.group_of(stored.id) if self.groups else None
        return to_document(stored, self.provinces.get(stored.article.source), group)

    def checkpoint(self, change: int) -> str:
        """What says that the index has come this far."""
        return str(Checkpoint(self.archive.archive_id, change, self.groups.id if self.groups else ""))


def _put_changes(
    feed: _Feed, after: int, writer: Writer, *, stretch: int | None, progress: Progress | None
) -> BuildReport:
    total = feed.archive.count_changes(after) if progress else 0
    indexed, regrouped, last = 0, 0, after
    for stored in feed.regrouped(after):
        writer.put(feed.document(stored))
        regrouped += 1
    for stored in feed.changes(after):
        writer.put(feed.document(stored))
        indexed, last = indexed + 1, stored.change
        if progress and indexed % 100 == 0:
            progress(indexed, max(total, indexed))
        if stretch and indexed % stretch == 0:
            writer.commit(feed.checkpoint(last))
    generation = writer.commit(feed.checkpoint(last))
    if progress:
        progress(indexed, indexed)
    return BuildReport(indexed, generation, rebuilt=stretch is None, regrouped=regrouped)
