"""Groups of reprints: kept in a file, up to date with the archive, and told to the index."""

from __future__ import annotations

import contextlib
import random
import signal
import sqlite3
import subprocess
import sys
from collections import UserDict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NoReturn

import pytest
from click.testing import CliRunner

from crawl.archive.store import Archive
from crawl.article import Article
from crawl.datafolder.folder import DataFolder, Locked, Settings, hold_lock
from crawl.messages import speaking
from index.build import Checkpoint, build
from index.cli import build_index
from index.engine import Engine, SearchOptions
from index.opening import open_engine
from index.query import Everything, Keyword
from index.reprints import groups as groups_module
from index.reprints.groups import GroupsError, ReprintGroups

SEEN = datetime(2024, 1, 1, tzinfo=UTC)
WORDS = [
    onset + rhyme
    for onset in "b c d h k l m n t v x".split()
    for rhyme in "ao ên ia ong ương uy ấp ốt".split()
]


def body(story: int, paragraphs: int = 8) -> str:
    """An invented story of its own words."""
    chance = random.Random(story)
    return "\n\n".join(" ".join(chance.choices(WORDS, k=40)) for _paragraph in range(paragraphs))


def article(number: int, story: int, **changes: object) -> Article:
    """Article `number` of a paper of its own, which prints this story."""
    made = Article(
        f"http://bao{number}.vn/1",
        f"bao{number}.vn",
        f"Bài {number}",
        body=body(story),
        published=date(2021, 3, 15),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """Six articles about three stories: 0 and 3, 1 and 4, 2 and 5."""
    with Archive(tmp_path / "archive.sqlite", tmp_path / "pages", create=True) as archive:
        put(archive, [article(number, number % 3) for number in range(6)])
        yield archive


def put(archive: Archive, articles: Sequence[Article], *, day: int = 1) -> None:
    """Archive them as seen on that day."""
    with archive.batch():
        for one in articles:
            archive.put_article(one, seen=SEEN.replace(day=day))


def grouped(groups: ReprintGroups, archive: Archive) -> dict[str, str | None]:
    """The group of every article, both named by their papers."""
    groups.update(archive)
    papers = {stored.id: stored.article.source for stored in archive.changes(0)}
    names = {id: groups.group_of(id) for id in papers}
    return {paper: papers[name] if (name := names[id]) else None for id, paper in sorted(papers.items())}


THREE_STORIES: dict[str, str | None] = {f"bao{number}.vn": f"bao{number % 3}.vn" for number in range(6)}


def test_articles_of_one_story_are_one_group(archive: Archive, tmp_path: Path) -> None:
    """A group is named after its article that came first; articles of no group have none."""
    put(archive, [article(6, 6), article(7, 0, body="Quá ngắn."), article(8, 0, body="Quá ngắn.")])
    with ReprintGroups(tmp_path / "reprints.sqlite") as groups:
        alone = {"bao6.vn": None, "bao7.vn": None, "bao8.vn": None}
        assert grouped(groups, archive) == THREE_STORIES | alone
        assert groups.group_of("unknown") is None


@pytest.mark.parametrize("stretch", [1, 2, 1000])
def test_groups_do_not_depend_on_the_runs_they_were_made_in(
    archive: Archive, tmp_path: Path, stretch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One run or many, a group keeps its name and takes in what comes later, without reading what was."""
    monkeypatch.setattr(groups_module, "STRETCH", stretch)
    path = tmp_path / "reprints.sqlite"
    with ReprintGroups(path) as groups:
        assert grouped(groups, archive) == THREE_STORIES
    put(archive, [article(9, 1), article(10, 10)])
    with ReprintGroups(path) as groups:
        later = grouped(groups, archive)
    assert later == THREE_STORIES | {"bao9.vn": "bao1.vn", "bao10.vn": None}
    with ReprintGroups(tmp_path / "fresh.sqlite") as groups:
        assert grouped(groups, archive) == later


def test_an_article_that_changes_leaves_and_joins(archive: Archive, tmp_path: Path) -> None:
    """A changed article goes where its new text belongs; who is left alone is in no group."""
    with ReprintGroups(tmp_path / "reprints.sqlite") as groups:
        groups.update(archive)
        before = archive.last_change
        put(archive, [article(3, 1)], day=2)
        assert grouped(groups, archive) == THREE_STORIES | {"bao0.vn": None, "bao3.vn": "bao1.vn"}
        papers = {archive.find(id)[0].article.source for id in groups.regrouped(before)}
        assert papers == {"bao0.vn", "bao3.vn"}
        put(archive, [article(3, 1, body="Gỡ bài.")], day=3)
        assert grouped(groups, archive) == THREE_STORIES | {"bao0.vn": None, "bao3.vn": None}


def test_a_bridge_that_changes_parts_what_it_joined(archive: Archive, tmp_path: Path) -> None:
    """Groups are what hangs together: two halves joined by a whole part when the whole is rewritten."""
    first, second = body(20, 10), body(21, 9)
    halves = [article(20, 0, body=first), article(21, 0, body=second)]
    with ReprintGroups(tmp_path / "reprints.sqlite") as groups:
        put(archive, [*halves, article(22, 0, body=f"{first}\n\n{second}")])
        joined = grouped(groups, archive)
        assert joined["bao20.vn"] == joined["bao21.vn"] == joined["bao22.vn"] == "bao20.vn"
        put(archive, [article(22, 22)], day=2)
        parted = grouped(groups, archive)
        assert (parted["bao20.vn"], parted["bao21.vn"], parted["bao22.vn"]) == (None, None, None)


def test_the_file_can_be_made_again(archive: Archive, tmp_path: Path) -> None:
    """A damaged, foreign or older file, or one of another archive, is begun anew, under another id."""
    path = tmp_path / "reprints.sqlite"
    ids = set()
    for spoil in (b"", b"no database at all" * 100, None):
        if spoil is not None:
            path.write_bytes(spoil)
        else:
            with closing(sqlite3.connect(path)) as db:
                db.execute("PRAGMA user_version = 1")
        with ReprintGroups(path) as groups:
            assert grouped(groups, archive) == THREE_STORIES
            ids.add(groups.id)
    with Archive(tmp_path / "other.sqlite", tmp_path / "other", create=True) as other:
        put(other, [article(1, 1)])
        with ReprintGroups(path) as groups:
            assert grouped(groups, other) == {"bao1.vn": None}
            ids.add(groups.id)
    assert len(ids) == 4


def test_names_of_groups_are_of_one_file(archive: Archive, tmp_path: Path) -> None:
    """A group keeps its name when its first article changes and stays; a file made again may name it otherwise."""
    renamed = {"bao0.vn": "bao3.vn", "bao3.vn": "bao3.vn"}
    with ReprintGroups(tmp_path / "reprints.sqlite") as groups:
        groups.update(archive)
        first = groups.id
        put(archive, [article(0, 0, title="Tít mới")], day=2)
        assert grouped(groups, archive) == THREE_STORIES
        assert groups.id == first
    with ReprintGroups(tmp_path / "fresh.sqlite") as groups:
        assert grouped(groups, archive) == THREE_STORIES | renamed
        assert groups.id != first


def test_one_updates_at_a_time(archive: Archive, tmp_path: Path) -> None:
    """While another process holds the lock nothing is grouped, and the error says so."""
    path = tmp_path / "reprints.sqlite"
    with ReprintGroups(path) as groups:
        with hold_lock(tmp_path / "reprints.lock", "reprints"), pytest.raises(Locked):
            groups.update(archive)
        assert grouped(groups, archive) == THREE_STORIES


def test_what_cannot_be_used_is_named(archive: Archive, tmp_path: Path) -> None:
    """A file that turns out damaged later is named with what to do; nothing else is lost."""
    path = tmp_path / "reprints.sqlite"
    with ReprintGroups(path) as groups:
        groups._db.execute("DROP TABLE sketch")
        with pytest.raises(GroupsError, match="--rebuild"):
            groups.update(archive)
    with ReprintGroups(path) as groups:
        assert grouped(groups, archive) == THREE_STORIES
    (tmp_path / "file").write_text("")
    with pytest.raises(GroupsError):
        ReprintGroups(tmp_path / "file" / "reprints.sqlite")


@pytest.mark.parametrize(
    "spoiling",
    [
        "DROP TABLE sketch",
        "UPDATE meta SET change = 'abc'",
        "UPDATE meta SET change = -1",
        "UPDATE sketch SET keys = x'01'",
        "UPDATE sketch SET keys = 'text'",
        "UPDATE sketch SET number = 99999999999 WHERE number = 1",
        "UPDATE article SET number = 99999999999 WHERE number = 1",
        "UPDATE article SET syllables = x'01'",
        "UPDATE article SET story = 99",
        "INSERT INTO pair VALUES ('abc', 1)",
    ],
)
def test_whatever_is_damaged_a_rebuild_mends(archive: Archive, tmp_path: Path, spoiling: str) -> None:
    """With damage within, groups are made anew or an error says how; a thorough look makes them anew for certain."""
    path = tmp_path / "reprints.sqlite"
    with ReprintGroups(path) as groups:
        groups.update(archive)
        damaged = groups.id
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(spoiling)
    put(archive, [article(9, 1)])
    with contextlib.suppress(GroupsError), ReprintGroups(path) as groups:
        groups.update(archive)
    with ReprintGroups(path, thorough=True) as groups:
        assert grouped(groups, archive) == THREE_STORIES | {"bao9.vn": "bao1.vn"}
        assert groups.id != damaged


def test_a_folder_in_the_way_is_to_be_moved(tmp_path: Path) -> None:
    """Where the file belongs is a folder: the advice is to move it, which alone helps."""
    (tmp_path / "reprints.sqlite").mkdir()
    with pytest.raises(GroupsError, match="Move it away"):
        ReprintGroups(tmp_path / "reprints.sqlite", thorough=True)


def test_an_article_that_became_too_short_is_compared_no_more(archive: Archive, tmp_path: Path) -> None:
    """Its sketch is gone from the file, and a thorough look finds nothing wrong with that."""
    path = tmp_path / "reprints.sqlite"
    with ReprintGroups(path) as groups:
        groups.update(archive)
        before = groups.id
        put(archive, [article(3, 0, body="Gỡ bài.")], day=2)
        assert grouped(groups, archive) == THREE_STORIES | {"bao0.vn": None, "bao3.vn": None}
        assert groups._db.execute("SELECT count(*) FROM sketch").fetchone() == (5,)
    put(archive, [article(3, 0)], day=3)
    with ReprintGroups(path, thorough=True) as groups:
        assert grouped(groups, archive) == THREE_STORIES
        assert groups.id == before


def test_a_kill_loses_nothing(archive: Archive, tmp_path: Path) -> None:
    """A process killed in the middle leaves a file from which the next run goes on to the same groups."""
    path = tmp_path / "reprints.sqlite"
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from crawl.archive.store import Archive\n"
        "from index.reprints import groups\n"
        "groups.STRETCH = 2\n"
        "add, done = groups._Stretch.add, []\n"
        "def dying(self, stretch):\n"
        "    add(self, stretch)\n"
        "    done.append(stretch)\n"
        "    if len(done) == 2: os.kill(os.getpid(), signal.SIGKILL)\n"
        "groups._Stretch.add = dying\n"
        "folder = Path(sys.argv[1])\n"
        "archive = Archive(folder / 'archive.sqlite', folder / 'pages')\n"
        "groups.ReprintGroups(folder / 'reprints.sqlite').update(archive)\n"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    with ReprintGroups(path) as groups:
        assert groups.change == 2
        assert grouped(groups, archive) == THREE_STORIES


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An engine without an index."""
    with closing(open_engine(f"whoosh:{tmp_path / 'search'}")) as engine:
        yield engine


def indexed(engine: Engine) -> dict[str, str | None]:
    """The group of every document, both named by their papers."""
    documents = [hit.document for hit in engine.search(Everything(), SearchOptions(limit=100)).hits]
    papers = {one.id: one.source for one in documents}
    return {one.source: papers[one.group] if one.group else None for one in documents}


def test_the_index_knows_the_groups(archive: Archive, engine: Engine, tmp_path: Path) -> None:
    """An index follows the groups: also where an article's group changed and the article did not."""
    path = tmp_path / "reprints.sqlite"
    put(archive, [article(6, 6)])
    build(archive, engine, {}, reprints=path)
    assert indexed(engine) == THREE_STORIES | {"bao6.vn": None}
    assert engine.search(Everything()).groups == 4
    put(archive, [article(7, 6)])
    report = build(archive, engine, {}, reprints=path)
    assert (report.indexed, report.regrouped) == (1, 1)
    assert indexed(engine) == THREE_STORIES | {"bao6.vn": "bao6.vn", "bao7.vn": "bao6.vn"}
    assert engine.search(Keyword("group", archive.find("http://bao6.vn/1")[0].id)).total == 2
    report = build(archive, engine, {}, reprints=path)
    assert (report.indexed, report.regrouped) == (0, 0)


def test_what_was_put_into_another_group_is_told(tmp_path: Path) -> None:
    """`timbao index` says how many earlier articles it indexed again; where it wrote nothing, that nothing is new."""
    folder = DataFolder(tmp_path)
    settings = Settings(folder, folder.engine_locator)
    said = []
    with Archive(folder.archive, folder.pages, create=True) as archive, speaking("en"):
        for new in ([article(1, 1), article(2, 2)], [article(3, 1)], []):
            put(archive, new)
            said.append(CliRunner().invoke(build_index, obj=settings).output.splitlines())
    assert said == [
        ["2 articles indexed"],
        ["1 article indexed", "1 earlier article put into another group of reprints"],
        ["Nothing new: the index is up to date."],
    ]


def test_groups_that_an_index_missed_reach_it_later(archive: Archive, engine: Engine, tmp_path: Path) -> None:
    """Groups made by a run that died before it wrote the index, and groups begun anew, come with the next run."""
    path = tmp_path / "reprints.sqlite"
    put(archive, [article(6, 6)])
    build(archive, engine, {}, reprints=path)
    put(archive, [article(7, 6)])
    with ReprintGroups(path) as groups:
        groups.update(archive)
    build(archive, engine, {}, reprints=path)
    assert indexed(engine)["bao6.vn"] == "bao6.vn"
    path.unlink()
    assert build(archive, engine, {}, reprints=path).indexed == 8
    assert indexed(engine) == THREE_STORIES | {"bao6.vn": "bao6.vn", "bao7.vn": "bao6.vn"}
    assert build(archive, engine, {}, reprints=path, rebuild=True).rebuilt


def test_an_interrupted_rebuild_is_no_work_for_the_next_run(
    archive: Archive, engine: Engine, tmp_path: Path
) -> None:
    """The groups outlive a rebuild that was given up, so the index that still is there has nothing to catch up on."""
    path = tmp_path / "reprints.sqlite"
    build(archive, engine, {}, reprints=path)

    class Interrupted(UserDict[str, str]):
        def get(self, *_asked: object) -> NoReturn:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(archive, engine, Interrupted(), reprints=path, rebuild=True)
    assert build(archive, engine, {}, reprints=path).indexed == 0


def test_a_checkpoint_names_its_groups() -> None:
    """The groups' id comes back, and its absence too."""
    for groups in ("", "0" * 32):
        assert Checkpoint.parse(str(Checkpoint("a:b", 7, groups))) == Checkpoint("a:b", 7, groups)
