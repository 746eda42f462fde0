"""The bridge from the archive to an engine."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from crawl.archive.store import Archive, NoArchive
from crawl.article import Article
from crawl.datafolder.folder import DataFolder, Settings
from index import build as build_module
from index.build import BuildReport, Checkpoint, build, build_folder, pending
from index.document import Document, to_document
from index.engine import Engine, EngineBusy, EngineStatus, NoIndex, SearchOptions, Sort, StaleIndex, Writer
from index.opening import open_engine
from index.query import Everything, Keyword, Term
from index.reprints.groups import ReprintGroups
from tests.oracle_engine import OracleEngine, OracleWriter

SEEN = datetime(2024, 1, 1, tzinfo=UTC)
PROVINCES = {"bao.vn": "Khánh Hòa"}


def article(number: int, title: str = "") -> Article:
    """An article known by its number."""
    return Article(f"http://bao.vn/{number}", "bao.vn", title or f"Bài {number}", published=date(2021, 3, 15))


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An archive of ten articles."""
    with Archive(tmp_path / "archive.sqlite", tmp_path / "pages", create=True) as archive:
        with archive.batch():
            for number in range(10):
                archive.put_article(article(number), seen=SEEN)
        yield archive


@pytest.fixture(params=["oracle", "whoosh"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """The engine that defines all others, and the real one."""
    engine = OracleEngine() if request.param == "oracle" else open_engine(f"whoosh:{tmp_path / 'search'}")
    with closing(engine):
        yield engine


def titles(engine: Engine) -> list[str]:
    """The titles of all documents."""
    found = engine.search(Everything(), SearchOptions(sort=Sort.OLDEST, limit=10_000))
    assert found.total == engine.status().documents
    return sorted(hit.document.title for hit in found.hits)


def expected(archive: Archive) -> list[str]:
    """The titles that an index of this archive has."""
    return sorted(stored.article.title for stored in archive.changes(0))


class Watched(OracleEngine):
    """An engine that notes what is put into it and when it commits."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[str] = []

    def writer(self, *, rebuild: bool = False, workers: int = 1) -> OracleWriter:
        """A writer that tells."""
        self.steps.append(("rebuild" if rebuild else "write") + f" with {workers}" * (workers > 1))
        return WatchedWriter(self, {} if rebuild else dict(self.committed or {}))


class WatchedWriter(OracleWriter):
    """Tells its engine what it does."""

    def put(self, document: Document) -> None:
        """Note the title."""
        assert isinstance(self.engine, Watched)
        self.engine.steps.append(document.title)
        super().put(document)

    def commit(self, checkpoint: str) -> str:
        """Note the number of the change."""
        assert isinstance(self.engine, Watched)
        self.engine.steps.append(f"commit {Checkpoint.parse(checkpoint).change}")
        return super().commit(checkpoint)


def test_everything_is_indexed_once(archive: Archive, engine: Engine) -> None:
    """The first run indexes every article, with its source's province; the next finds nothing to do."""
    report = build(archive, engine, PROVINCES)
    assert (report.indexed, report.rebuilt) == (10, False)
    assert titles(engine) == expected(archive)
    assert engine.search(Keyword("province", "khánh hòa")).total == 10
    assert build(archive, engine, PROVINCES) == BuildReport(0, report.generation, rebuilt=False)
    assert engine.status().generation == report.generation
    assert pending(archive, engine.status()) == 0


def test_nothing_new_does_not_even_ask_for_the_lock(archive: Archive, engine: Engine) -> None:
    """A run that has nothing to do succeeds while another is writing; one that has is told to wait."""
    build(archive, engine, {})
    with engine.writer():
        assert build(archive, engine, {}).indexed == 0
        archive.put_article(article(11), seen=SEEN)
        with pytest.raises(EngineBusy):
            build(archive, engine, {})
    assert build(archive, engine, {}).indexed == 1


def test_only_what_changed_is_touched(archive: Archive) -> None:
    """One new and one changed article are put, in the order of their changes, and nothing else is."""
    engine = Watched()
    build(archive, engine, {})
    engine.steps.clear()
    assert build(archive, engine, {}).indexed == 0
    assert engine.steps == []
    archive.put_article(article(11, "Mới"), seen=SEEN)
    archive.put_article(article(3, "Sửa"), seen=SEEN)
    archive.put_article(article(4), seen=SEEN)
    assert pending(archive, engine.status()) == 2
    assert build(archive, engine, {}).indexed == 2
    assert engine.steps == ["write", "Mới", "Sửa", "commit 12"]
    assert titles(engine) == expected(archive)


def test_work_is_committed_in_stretches(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every stretch is committed with how far it came; a rebuild is committed once, at its end."""
    monkeypatch.setattr(build_module, "STRETCH", 4)
    engine = Watched()
    build(archive, engine, {})
    assert [step for step in engine.steps if step.startswith("commit")] == [
        "commit 4",
        "commit 8",
        "commit 10",
    ]
    engine.steps.clear()
    assert build(archive, engine, {}, rebuild=True).rebuilt
    assert engine.steps == ["rebuild", *(f"Bài {number}" for number in range(10)), "commit 10"]


def test_workers_are_as_many_as_asked_or_worth_it(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten articles are for one process unless more are asked for; a backlog is for all processors."""
    steps = []
    for few, asked in ((10, None), (10, 3), (9, None), (9, 1)):
        monkeypatch.setattr(build_module, "FEW", few)
        monkeypatch.setattr(build_module, "processors", lambda: 2)
        engine = Watched()
        build(archive, engine, {}, workers=asked)
        steps.append(engine.steps[0])
    assert steps == ["write", "write with 3", "write with 2", "write"]


def test_groups_begun_anew_are_work_for_all(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where every article must be put again, because its group was found anew, workers share that too."""
    monkeypatch.setattr(build_module, "FEW", 9)
    monkeypatch.setattr(build_module, "processors", lambda: 2)
    engine, reprints = Watched(), tmp_path / "reprints.sqlite"
    steps: list[str] = []
    for known in (None, reprints, reprints):
        archive.put_article(article(11, f"Mới {known} {len(steps)}"), seen=SEEN)
        engine.steps.clear()
        build(archive, engine, {}, reprints=known)
        steps.append(engine.steps[0])
    reprints.unlink()
    engine.steps.clear()
    assert build(archive, engine, {}, reprints=reprints).indexed == 11
    assert [*steps, engine.steps[0]] == ["write with 2", "write with 2", "write", "write with 2"]


def test_what_another_run_committed_before_the_lock_is_not_put_again(
    archive: Archive, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where another run does the work between the question and the lock, only what came after it is put."""
    other = engine if isinstance(engine, OracleEngine) else open_engine(f"whoosh:{tmp_path / 'search'}")
    locked = engine.writer

    def writer(*, rebuild: bool = False, workers: int = 1) -> Writer:
        monkeypatch.undo()
        assert build(archive, other, {}).indexed == 10
        archive.put_article(article(11), seen=SEEN)
        return locked(rebuild=rebuild, workers=workers)

    monkeypatch.setattr(engine, "writer", writer)
    assert build(archive, engine, {}).indexed == 1
    assert titles(engine) == expected(archive)
    other.close()


def test_what_comes_after_the_grouping_waits(
    archive: Archive, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An article that arrives once the groups are up to date is left to the next run, which knows its group."""
    reprints = tmp_path / "reprints.sqlite"
    body = " ".join(f"chữ {number}" for number in range(200))
    archive.put_article(replace(article(11), body=body), seen=SEEN)
    update = ReprintGroups.update

    def update_and_be_late(groups: ReprintGroups, archive: Archive) -> None:
        monkeypatch.undo()
        update(groups, archive)
        archive.put_article(replace(article(12), body=body), seen=SEEN)

    monkeypatch.setattr(ReprintGroups, "update", update_and_be_late)
    assert build(archive, engine, {}, reprints=reprints).indexed == 11
    assert Checkpoint.parse(engine.status().checkpoint).change == archive.last_change - 1
    assert build(archive, engine, {}, reprints=reprints).indexed == 1
    assert titles(engine) == expected(archive)
    found = engine.search(Term("199"))
    assert (found.total, found.groups) == (2, 1)


def test_progress_is_told(archive: Archive, engine: Engine) -> None:
    """The last word is that all is done, and no word is more than all."""
    with archive.batch():
        for number in range(10, 250):
            archive.put_article(article(number), seen=SEEN)
    told: list[tuple[int, int]] = []
    build(archive, engine, {}, progress=lambda done, total: told.append((done, total)))
    assert told == [(100, 250), (200, 250), (250, 250)]


class Stop(Exception):
    """Raised in the middle of a run."""


def test_a_failed_run_is_taken_up(archive: Archive, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that dies keeps its stretches; the next does the rest, and nothing twice."""
    monkeypatch.setattr(build_module, "STRETCH", 100)
    with archive.batch():
        for number in range(10, 350):
            archive.put_article(article(number), seen=SEEN)

    def stop(done: int, _total: int) -> None:
        if done == 200:
            raise Stop

    with pytest.raises(Stop):
        build(archive, engine, {}, progress=stop)
    assert engine.status().documents == 100
    assert pending(archive, engine.status()) == 250
    assert build(archive, engine, {}).indexed == 250
    assert titles(engine) == expected(archive)


def test_a_failed_rebuild_changes_nothing(archive: Archive, engine: Engine) -> None:
    """Until a rebuild is done the old generation is searched, and it stays when the rebuild fails."""
    report = build(archive, engine, {})
    with archive.batch():
        for number in range(200):
            archive.put_article(article(number, f"Mới {number}"), seen=SEEN)

    def stop(_done: int, _total: int) -> None:
        assert engine.search(Term("bài")).total == 10
        raise Stop

    with pytest.raises(Stop):
        build(archive, engine, {}, rebuild=True, progress=stop)
    assert engine.status().generation == report.generation
    assert titles(engine) == [f"Bài {number}" for number in range(10)]
    assert build(archive, engine, {}, rebuild=True).indexed == 200
    assert titles(engine) == expected(archive)


KILLED = """
import os, sys
from pathlib import Path
from crawl.archive.store import Archive
from index import build
from index.opening import open_engine
folder, rebuild, stop = Path(sys.argv[1]), sys.argv[2] == "rebuild", int(sys.argv[3])
build.STRETCH = 150
with Archive(folder / "archive.sqlite", folder / "pages") as archive:
    engine = open_engine(f"whoosh:{folder / 'search'}")
    progress = lambda done, total: done < stop or os.kill(os.getpid(), 9)
    build.build(archive, engine, {}, rebuild=rebuild, progress=progress)
"""


def test_a_killed_run_is_taken_up(archive: Archive, tmp_path: Path) -> None:
    """A process killed between two commits leaves what it committed; the next run does the rest at once."""
    with archive.batch():
        for number in range(10, 500):
            archive.put_article(article(number), seen=SEEN)
    for mode, stop, kept in (("add", 200, 150), ("add", 200, 300), ("rebuild", 400, 300)):
        ran = subprocess.run(
            [sys.executable, "-c", KILLED, str(tmp_path), mode, str(stop)], check=False, timeout=60
        )
        assert ran.returncode == -9
        with closing(open_engine(f"whoosh:{tmp_path / 'search'}")) as engine:
            assert engine.status().documents == kept
    with closing(open_engine(f"whoosh:{tmp_path / 'search'}")) as engine:
        assert build(archive, engine, {}).indexed == 200
        assert titles(engine) == expected(archive)


def test_random_histories(archive: Archive, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """However the archive grows and changes between the runs, after each the index holds the newest of every
    article and nothing else.
    """
    monkeypatch.setattr(build_module, "STRETCH", 5)
    chance = random.Random(11)
    for step in range(12):
        for _ in range(chance.randrange(12)):
            archive.put_article(article(chance.randrange(30), f"{step} {chance.random()}"), seen=SEEN)
        build(archive, engine, {}, rebuild=chance.random() < 0.2)
        assert titles(engine) == expected(archive)
        assert engine.status().checkpoint == str(Checkpoint(archive.archive_id, archive.last_change))


def test_an_empty_archive_has_an_empty_index(tmp_path: Path, engine: Engine) -> None:
    """An archive without articles gives an index without documents, which is an index."""
    with pytest.raises(NoIndex):
        engine.status()
    with Archive(tmp_path / "empty.sqlite", tmp_path / "pages", create=True) as archive:
        assert pending(archive, None) == 0
        assert build(archive, engine, {}).indexed == 0
        assert titles(engine) == []


# What only a rebuild can help.


def test_another_archive_makes_it_stale(archive: Archive, engine: Engine, tmp_path: Path) -> None:
    """An index of another archive, or of a later state of this one, is refused, unchanged, until a rebuild."""
    build(archive, engine, {})
    with Archive(tmp_path / "other.sqlite", tmp_path / "other", create=True) as other:
        other.put_article(article(99), seen=SEEN)
        assert pending(other, engine.status()) == 1
        with pytest.raises(StaleIndex, match="--rebuild"):
            build(other, engine, {})
        assert titles(engine) == expected(archive)
        assert build(other, engine, {}, rebuild=True).indexed == 1
        assert titles(engine) == ["Bài 99"]
        with engine.writer() as writer:
            writer.commit(str(Checkpoint(other.archive_id, 2)))
        with pytest.raises(StaleIndex):
            build(other, engine, {})


@pytest.mark.parametrize("checkpoint", ["", ":", "x", "5", "x:-1", ":5"])
def test_an_unknown_checkpoint_makes_it_stale(archive: Archive, engine: Engine, checkpoint: str) -> None:
    """An index that does not say of which archive it is is refused."""
    with engine.writer() as writer:
        writer.commit(checkpoint)
    with pytest.raises(StaleIndex):
        build(archive, engine, {})
    build(archive, engine, {}, rebuild=True)
    assert titles(engine) == expected(archive)


class OfAnotherVersion(OracleEngine):
    """An index made by other rules of analysis."""

    version = 0

    def status(self) -> EngineStatus:
        """With the version as it was."""
        return replace(super().status(), analysis_version=self.version)


def test_another_analysis_makes_it_stale(archive: Archive) -> None:
    """An index made by another version's analysis is refused until it is rebuilt."""
    engine = OfAnotherVersion()
    build(archive, engine, {})
    archive.put_article(article(11), seen=SEEN)
    with pytest.raises(StaleIndex, match="--rebuild"):
        build(archive, engine, {})
    assert build(archive, engine, {}, rebuild=True).indexed == 11


def test_a_checkpoint_comes_back() -> None:
    """What is written is what is read; anything else is the beginning of no archive."""
    assert Checkpoint.parse(str(Checkpoint("ab:c", 7))) == Checkpoint("ab:c", 7)
    for text in ("", "a", "a:", "a:x", "a:-1", "a:1.5"):
        assert Checkpoint.parse(text) == Checkpoint("", 0)


def test_a_data_folder(tmp_path: Path) -> None:
    """The folder's own newspapers give the provinces; without an archive NoArchive says what to do."""
    folder = DataFolder(tmp_path / "data")
    folder.create()
    settings = Settings(folder, folder.engine_locator)
    with pytest.raises(NoArchive):
        build_folder(settings)
    folder.sources.write_text(
        '[sources."bao.vn"]\ntitle = "Báo"\nhosts = ["bao.vn"]\nprovince = "Khánh Hòa"\n'
    )
    with Archive(folder.archive, folder.pages, create=True) as archive:
        archive.put_article(article(1), seen=SEEN)
    assert build_folder(settings).indexed == 1
    with closing(open_engine(settings.engine)) as engine:
        assert engine.search(Keyword("province", "khánh hòa")).total == 1


def test_a_document_has_all_of_its_article(archive: Archive) -> None:
    """Every field of the article that is searched or shown with a hit is the document's field of the same name."""
    content = Article("http://bao.vn/x", "bao.vn", "t", "l", "b", ("c",), "a", date(2021, 3, 15), "s", ("g",))
    archive.put_article(content, seen=SEEN)
    (stored,) = archive.find("http://bao.vn/x")
    document = to_document(stored, "Khánh Hòa")
    only_archived = {"headings", "images", "role", "agency", "modified", "language"}
    names = Article.__dataclass_fields__.keys() - only_archived
    assert all(getattr(document, name) == getattr(content, name) for name in names)
    assert (document.id, document.first_seen, document.province) == (stored.id, SEEN, "Khánh Hòa")
