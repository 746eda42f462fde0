"""What is the embedded engine's own: its folder, its lock, and that nothing acknowledged is ever lost."""

from __future__ import annotations

import itertools
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.document import Document
from index.embedded import generations, storage
from index.embedded import writer as embedded_writer
from index.embedded.adapter import WhooshEngine
from index.embedded.deadline import Deadline
from index.embedded.evaluator import Evaluator
from index.embedded.phrases import together
from index.embedded.postings import distinct
from index.embedded.segment import Segment, list_number
from index.embedded.segmentfile import Array, SegmentFile
from index.engine import (
    CorruptIndex,
    EngineBusy,
    EngineError,
    EngineUnavailable,
    QueryTimeout,
    SearchOptions,
    Sort,
    StaleIndex,
    TooManyWordsTogether,
    check_ready,
)
from index.query import (
    And,
    Everything,
    Fuzzy,
    Keyword,
    Near,
    Not,
    Phrase,
    Prefer,
    Query,
    SameParagraph,
    Term,
    Wildcard,
    Word,
)
from tests.bench.contest import Case
from tests.bench.equality import compare, shortened
from tests.engine_contract import article, documents, fill, ids
from tests.oracle_engine import OracleEngine

QUERIES: tuple[Query, ...] = (
    Everything(),
    Term("lũ", any_marks=True),
    And((Term("gió"), Not(Keyword("source", "a vn")))),
    Prefer(Term("gió"), Phrase((Term("gió"), Term("mùa", any_marks=True)))),
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[WhooshEngine]:
    """An engine without an index."""
    with closing(WhooshEngine(tmp_path / "index")) as engine:
        yield engine


def family(engine: WhooshEngine) -> Path:
    """The folder of the current generation."""
    return engine._generations.current().folder


def names(folder: Path) -> set[str]:
    """What a folder holds."""
    return {entry.name for entry in folder.iterdir()}


# Durability.


def test_everything_is_synced_before_it_is_named(
    engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a table of contents gets its name, it and every file of the index have been synced at their
    final size; the folder is synced directly after. So are the small files beside it.
    """
    synced: dict[str, int] = {}
    events: list[str] = []

    def sync(path: Path) -> None:
        events.append(f"sync {path.name}")
        if path.is_file():
            synced[path.name] = path.stat().st_size

    def replace_with(old: Path, new: Path) -> None:
        events.append(f"rename {new.name}")
        needed = [entry for entry in new.parent.iterdir() if entry.name.startswith("MAIN_")]
        assert {entry.name: entry.stat().st_size for entry in needed}.items() <= synced.items()
        assert synced[old.name] == old.stat().st_size
        real_replace(old, new)

    real_replace = os.replace
    monkeypatch.setattr(storage, "sync", sync)
    monkeypatch.setattr(os, "replace", replace_with)
    fill(engine, [[article("1", body="lũ")], [article("2", body="gió")]])
    renames = [event for event in events if event.startswith("rename")]
    assert renames == [f"rename {name}" for name in ("write.json", "_MAIN_1.toc", "CURRENT", "_MAIN_2.toc")]
    for event in renames:
        folder = "gen-000001" if "toc" in event else engine.locator.rpartition("/")[2]
        assert events[events.index(event) + 1] == f"sync {folder}"


WRITE_FOR_EVER = """
import sys
from pathlib import Path
from index.embedded.adapter import WhooshEngine
from index.embedded.deadline import Deadline
from index.embedded.evaluator import Evaluator
from index.embedded.postings import distinct
from index.embedded.segmentfile import SegmentFile
from tests.engine_contract import article
engine = WhooshEngine(Path(sys.argv[1]))
with engine.writer(rebuild=sys.argv[2] == "rebuild") as writer:
    number = int(sys.argv[3])
    while True:
        number += 1
        for id in range(number, number + 5):
            writer.put(article(str(id), body=f"lũ {number}"))
        writer.delete(str(number - 10))
        writer.commit(str(number))
        print(number, flush=True)
"""


def surviving(number: int, rebuilt: int) -> set[str]:
    """The ids that the process above has left after this commit, the index having been rebuilt after
    another.
    """
    return {str(id) for id in range(max(rebuilt + 1, number - 9), number + 5)}


KILLS = int(os.environ.get("TIMBAO_TEST_KILLS", "6"))
"""How often the next test kills; the more, the more moments it meets."""


def test_killing_the_writer_loses_nothing(tmp_path: Path) -> None:
    """A writing process is killed without warning at random moments of building, committing and merging. What it had
    acknowledged is there, what was half done is not, nothing is there twice, and the next writer starts at once.
    """
    chance = random.Random(7)
    path, first, rebuilt = tmp_path / "index", 0, 0
    for round_ in range(KILLS):
        mode = "rebuild" if round_ % 4 == 0 else "add"
        command = [sys.executable, "-c", WRITE_FOR_EVER, str(path), mode, str(first)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout
            # every third time perhaps before it has committed at all
            said = [] if round_ % 3 == 2 else [writer.stdout.readline()]
            time.sleep(chance.uniform(0, 0.3 if said else 1.5))
            writer.kill()
            said += writer.stdout.read().split()
        acknowledged = max([first, *map(int, said)])
        with closing(WhooshEngine(path)) as engine:
            reached = int(engine.status().checkpoint)
            assert reached in (acknowledged, acknowledged + 1)
            if mode == "rebuild" and reached > first:
                rebuilt = first
            found = ids(engine.search(Everything(), SearchOptions(limit=10_000)))
            assert set(found) == surviving(reached, rebuilt)
            assert len(found) == len(set(found)) == engine.status().documents
            # 5 of each commit are its own, the others were overwritten by later commits
            assert engine.search(Term(str(reached))).total == 5
            first = reached
            with engine.writer() as again:
                again.commit(str(reached))
            assert {entry.suffix for entry in family(engine).iterdir()} <= {".toc", ".seg"}


FILL_THE_DISK = """
import resource, sys
from pathlib import Path
from index.embedded.adapter import WhooshEngine
from index.embedded.deadline import Deadline
from index.embedded.evaluator import Evaluator
from index.embedded.postings import distinct
from index.embedded.segmentfile import SegmentFile
from index.engine import EngineUnavailable
from tests.engine_contract import article
engine = WhooshEngine(Path(sys.argv[1]))
limit = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, limit[1]))
with engine.writer(rebuild=len(sys.argv) > 2) as writer:
    try:
        for number in range(2_000):
            writer.put(article(f"new {number}", body=f"{number} {number * 7919} {number * 104729}"))
        writer.commit("new")
    except EngineUnavailable as error:
        print(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    with engine.writer() as other:  # though the failed one has not been left yet
        other.commit("after")
"""


@pytest.mark.parametrize("mode", [[], ["rebuild"]])
def test_a_full_disk_loses_nothing(engine: WhooshEngine, mode: list[str]) -> None:
    """When a file cannot be written, the commit fails with a clear error, the lock is free at once, the old
    documents are all there and nothing is left behind.
    """
    fill(engine, [[article("1", body="lũ")]])
    before = {name for name in names(family(engine)) if name.endswith(".seg")}
    command = [sys.executable, "-c", FILL_THE_DISK, str(engine.locator.removeprefix("whoosh:")), *mode]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert engine.locator in ran.stdout
    assert ids(engine.search(Everything())) == ["1"]
    assert engine.status().checkpoint == "after"
    assert {name for name in names(family(engine)) if name.endswith(".seg")} == before


# The folder.


def test_an_interrupted_writer_is_cleaned_up_after(engine: WhooshEngine) -> None:
    """Half-built generations, temporary tables of contents and unnamed segments are removed by the next
    writer, and the documents stay.
    """
    fill(engine, [[article("1")]])
    folder = family(engine)
    before = names(folder)
    for name in ("_MAIN_2.toc.new", "MAIN_abcdefghijklmnop.seg"):
        (folder / name).write_bytes(b"half")
    (folder.parent / "gen-000009").mkdir()
    (folder.parent / "gen-000009" / "_MAIN_4.toc").write_bytes(b"half")
    with engine.writer():
        pass
    assert names(folder) == before
    assert {name for name in names(folder.parent) if name.startswith("gen-")} == {folder.name}
    assert ids(engine.search(Everything())) == ["1"]


def test_a_rebuild_removes_the_older_generation(engine: WhooshEngine) -> None:
    """After a rebuild's first commit only its folder is left."""
    fill(engine, [[article("1")]])
    old = family(engine)
    with engine.writer(rebuild=True) as writer:
        writer.commit("")
        assert family(engine) != old
        assert {name for name in names(old.parent) if name.startswith("gen-")} == {family(engine).name}


def test_small_commits_leave_big_segments_alone(engine: WhooshEngine) -> None:
    """Many commits of one document each do not rewrite a big segment, nor pile up small ones without end."""
    fill(engine, [[article(f"old {number}", body="lũ") for number in range(300)]])
    big = {name for name in names(family(engine)) if name.endswith(".seg")}
    fill(engine, [[article(str(number), body="gió")] for number in range(30)])
    assert big <= names(family(engine))
    assert sum(name.endswith(".seg") for name in names(family(engine))) < 12
    assert engine.status().documents == 330


def sizes(engine: WhooshEngine) -> list[int]:
    """How many documents each segment has that are not deleted, the fewest first."""
    return sorted(entry.count for entry in engine._generations.current().read().segments)


def test_segments_are_never_more_than_their_documents_are_worth(engine: WhooshEngine) -> None:
    """However many commits there are, and of whatever size, a segment holds more than all smaller ones together."""
    chance = random.Random(5)
    with engine.writer() as writer:
        for commit in range(30):
            for number in range(chance.choice((1, 20, 70, 150))):
                writer.put(article(f"{commit} {number}"))
            writer.commit("")
            found = sizes(engine)
            assert all(size > max(64, sum(found[:place])) for place, size in enumerate(found) if place)


def test_a_segment_stays_until_most_of_it_is_deleted(engine: WhooshEngine) -> None:
    """With half of its documents deleted it is kept; with one more it is replaced by one without deletions."""
    few = [f"few {number}" for number in range(200)]
    fill(engine, [[article(f"many {number}") for number in range(400)], map(article, few)])
    before = names(family(engine))
    fill(engine, [few[:100]])
    assert {name for name in before if name.endswith(".seg")} <= names(family(engine))
    assert sizes(engine) == [100, 400]
    fill(engine, [few[100:101]])
    assert sizes(engine) == [99, 400]
    assert not any(entry.has_deletions for entry in engine._generations.current().read().segments)


def test_a_rebuild_is_one_segment(engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever runs it was written in, though after another commit they would stay apart."""
    monkeypatch.setattr(embedded_writer, "share", lambda _workers: 150_000)
    texts = [article(str(number), body="lũ " * 20) for number in range(200)]
    fill(engine, [[], texts])
    assert len(sizes(engine)) == 2
    with engine.writer(rebuild=True) as writer:
        for text in texts:
            writer.put(text)
        writer.commit("")
    assert sizes(engine) == [200]


def test_equals_are_ordered_by_id_across_segments(engine: WhooshEngine) -> None:
    """Of equal scores, dates or none at all the smallest id comes first, in whichever commit it was put."""
    batches = [
        [
            replace(
                article(
                    f"{name}{number:03}",
                    body="lũ",
                    published=date(2020, 1, number % 3) if number % 3 else None,
                ),
                group=f"{number % 50}",
            )
            for number in range(size)
        ]
        for name, size in (("a", 300), ("b", 100))
    ]
    oracle = OracleEngine()
    for one in (engine, oracle):
        fill(one, batches)
    assert sizes(engine) == [100, 300]  # the last ids stand first
    for sort, fold, (offset, limit) in itertools.product(
        Sort, (False, True), ((0, 3), (0, 150), (90, 20), (0, 400))
    ):
        options = SearchOptions(sort=sort, fold=fold, offset=offset, limit=limit)
        for query in (Everything(), Term("lũ")):
            assert ids(engine.search(query, options)) == ids(oracle.search(query, options))


def test_a_file_in_the_way_is_reported(tmp_path: Path) -> None:
    """Where the path is a file, asking and writing raise EngineUnavailable, naming the index."""
    (tmp_path / "file").write_text("mine")
    engine = WhooshEngine(tmp_path / "file")
    for act in (lambda: engine.search(Everything()), engine.status, engine.writer):
        with pytest.raises(EngineUnavailable, match=str(tmp_path / "file")):
            act()
    assert (tmp_path / "file").read_text() == "mine"


# The lock.


def test_another_process_is_refused_and_told_who_writes(engine: WhooshEngine) -> None:
    """While this process writes, another is refused at once, and the error names this process."""
    code = (
        "import sys\nfrom index.engine import EngineBusy\nfrom index.opening import open_engine\n"
        "try: open_engine(sys.argv[1]).writer()\n"
        "except EngineBusy as error: print(error.holder)"
    )
    with engine.writer():
        ran = subprocess.run(
            [sys.executable, "-c", code, engine.locator], capture_output=True, text=True, check=True
        )
    assert str(os.getpid()) in ran.stdout


def test_a_busy_index_with_an_unreadable_holder_is_still_busy(engine: WhooshEngine) -> None:
    """If the file that names the writer is unreadable, the second writer is refused all the same."""
    with engine.writer():
        (engine._generations.path / "write.json").write_text("{")
        with pytest.raises(EngineBusy):
            engine.writer()


def test_a_closed_writer_refuses(engine: WhooshEngine) -> None:
    """After its with block a writer refuses every change with an EngineError, and changes nothing."""
    with engine.writer() as writer:
        writer.commit("")
    for change in (lambda: writer.put(article("1")), lambda: writer.delete("1"), lambda: writer.commit("x")):
        with pytest.raises(EngineUnavailable):
            change()
    assert engine.status().checkpoint == ""


# Versions.


@pytest.mark.parametrize("name", ["ANALYSIS_VERSION", "FORMAT"])
def test_an_index_of_another_version_is_stale(
    engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Another version's index is neither searched nor added to nor ready, but has a status; a rebuild makes it good."""
    fill(engine, [[article("1")]])
    monkeypatch.setattr(generations, name, 99)
    engine.close()
    with pytest.raises(StaleIndex):
        engine.search(Everything())
    with pytest.raises(StaleIndex):
        check_ready(engine)
    with pytest.raises(StaleIndex):
        engine.writer()
    assert engine.status().documents == 1
    monkeypatch.undo()
    with engine.writer(rebuild=True) as writer:
        writer.commit("")
    assert engine.search(Everything()).total == 0


# Readers beside a writer.


def test_readers_never_fail_while_a_writer_commits(tmp_path: Path) -> None:
    """While every commit replaces all documents, and some rebuild the index, readers that stay open and
    readers that just open see exactly one of the states, whole, and never an older one than before.
    """
    path = tmp_path / "index"
    fill(WhooshEngine(path), [[article(str(id), body="0") for id in range(5)]])
    failures: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        last = 0
        try:
            with closing(WhooshEngine(path)) as held:
                while not done.is_set():
                    with closing(WhooshEngine(path)) as opened:
                        for engine in (held, opened):
                            versions = {int(hit.document.body) for hit in engine.search(Everything()).hits}
                            assert len(versions) == 1
                            assert last <= min(versions)
                            last = min(versions)
        except BaseException as error:  # noqa: BLE001 - reported by the test's own thread
            failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    engine = WhooshEngine(path)
    for version in range(1, 19):
        with engine.writer(rebuild=version % 6 == 0) as writer:
            for id in range(5):
                writer.put(article(str(id), body=str(version)))
            writer.commit("")
    done.set()
    for reader in readers:
        reader.join()
    assert failures == []


def test_threads_share_an_engine(engine: WhooshEngine) -> None:
    """Threads that use one engine at the same time get the answers that one thread gets."""
    fill(engine, [[article(str(id), body="lũ " * id + "gió mùa") for id in range(60)]])
    expected = [engine.search(query) for query in QUERIES]
    answers: list[bool] = []

    def ask() -> None:
        answers.extend(
            engine.search(query) == answer
            for _ in range(5)
            for query, answer in zip(QUERIES, expected, strict=True)
        )

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True] * (4 * 5 * len(QUERIES))


# Damage.


def ask_everything(path: Path) -> list[object]:
    """The answers of a newly opened engine, or EngineErrors in their place; other exceptions pass."""
    answers: list[object] = []
    with closing(WhooshEngine(path)) as engine:
        for query in QUERIES:
            for sort in Sort:
                try:
                    found = engine.search(query, SearchOptions(sort=sort))
                    hits = [(hit.document, hit.score) for hit in found.hits]
                    answers.append((found.total, found.groups, hits, found.generation))
                except EngineError as error:
                    answers.append(error)
        try:
            answers.append(engine.status().documents)
        except EngineError as error:
            answers.append(error)
    return answers


def damaged(content: bytes, chance: random.Random) -> Iterator[bytes]:
    """Ways in which a file goes bad."""
    yield b""
    yield content[: len(content) // 2]
    yield content[:-1]
    place = chance.randrange(len(content))
    yield content[:place] + bytes([content[place] ^ (1 << chance.randrange(8))]) + content[place + 1 :]
    yield content[:place] + bytes(min(512, len(content) - place)) + content[place + 512 :]
    yield chance.randbytes(len(content))


def test_damage_is_an_error_or_changes_nothing(engine: WhooshEngine) -> None:
    """Whatever happens to any file, an answer is the right one or an EngineError; where the newest table of
    contents is damaged it may be that of the generation before. An index rebuilt afterwards is whole.
    """
    path = engine._generations.path
    fill(engine, [[article(str(id), body="lũ gió mùa " * 20) for id in range(5)]])
    before = ask_everything(path)
    fill(engine, [[article("6", title="lũ"), "2"]])
    engine.close()
    expected = ask_everything(path)
    chance = random.Random(3)
    raised = 0
    for file in sorted(entry for entry in path.rglob("*") if entry.is_file() and entry.stat().st_size):
        content = file.read_bytes()
        for bad in damaged(content, chance):
            file.write_bytes(bad)
            answers = ask_everything(path)
            raised += any(isinstance(answer, EngineError) for answer in answers)
            assert answers == before or all(
                isinstance(answer, EngineError) or answer == right
                for answer, right in zip(answers, expected, strict=True)
            )
        file.write_bytes(content)
    assert raised > 10
    for file in path.rglob("*"):
        if file.is_file() and file.name != "write.lock":
            file.write_bytes(chance.randbytes(100))
    with engine.writer(rebuild=True) as writer:
        writer.put(article("1"))
        writer.commit("")
    assert ids(engine.search(Everything())) == ["1"]


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.lists(documents(), min_size=3, max_size=8))
def test_no_flipped_bit_of_a_segment_is_believed(
    tmp_path_factory: pytest.TempPathFactory, chance: random.Random, articles: list[Document]
) -> None:
    """With one bit of a segment's file the other way, every answer is the right one or CorruptIndex."""
    path = tmp_path_factory.mktemp("flipped") / "index"
    with closing(WhooshEngine(path)) as engine:
        fill(engine, [articles])
        file = next(entry for entry in family(engine).iterdir() if entry.suffix == ".seg")
    expected = ask_everything(path)
    content = bytearray(file.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    file.write_bytes(content)
    for answer, right in zip(ask_everything(path), expected, strict=True):
        assert isinstance(answer, CorruptIndex) or answer == right


@pytest.mark.parametrize("content", [b"", b"garbage", b"\x00" * 4096, b"[]", b"{}", b"[" * 100_000])
def test_a_bad_newest_table_of_contents_opens_the_one_before(engine: WhooshEngine, content: bytes) -> None:
    """Where the newest table of contents is empty or garbled, the index is that of the commit before, with its
    checkpoint, so that indexing goes on from there; the next commit has a generation that never was.
    """
    first = second = ""
    with engine.writer() as writer:
        writer.put(article("1"))
        first = writer.commit("first")
        writer.put(article("2"))
        second = writer.commit("second")
    (family(engine) / "_MAIN_2.toc").write_bytes(content)
    engine.close()
    found = engine.search(Everything())
    assert (ids(found), found.generation) == (["1"], first)
    assert engine.status().checkpoint == "first"
    with engine.writer() as writer:
        assert writer.commit("third") not in {first, second}
    assert ids(engine.search(Everything())) == ["1"]


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b'"x"', b"\xff", b"[" * 100_000])
@pytest.mark.parametrize("name", ["CURRENT", "_MAIN_1.toc"])
def test_bad_records_are_damage(engine: WhooshEngine, name: str, content: bytes) -> None:
    """What is not a record with its checksum raises CorruptIndex, whatever it is, if there is no other."""
    fill(engine, [[article("1")]])
    folder = family(engine)
    (folder.parent / name if name == "CURRENT" else folder / name).write_bytes(content)
    engine.close()
    for ask in (lambda: engine.search(Everything()), engine.status, engine.writer):
        with pytest.raises(CorruptIndex):
            ask()
    with engine.writer(rebuild=True) as writer:
        writer.commit("")


def test_current_cannot_lead_elsewhere(engine: WhooshEngine) -> None:
    """A CURRENT that names anything but a generation's folder is damage, even with a right checksum."""
    fill(engine, [[article("1")]])
    generations._write_record(engine._generations.path / "CURRENT", {"family": "../elsewhere"})
    with pytest.raises(CorruptIndex):
        engine.search(Everything())


@pytest.mark.parametrize("suffix", [".seg", ".toc"])
def test_a_missing_file_is_damage(engine: WhooshEngine, suffix: str) -> None:
    """A file that is gone for good raises CorruptIndex that names it."""
    fill(engine, [[article("1", body="lũ")]])
    engine.close()
    next(entry for entry in family(engine).iterdir() if entry.name.endswith(suffix)).unlink()
    with pytest.raises(CorruptIndex, match=r"MAIN_"):
        engine.search(Everything())


def address(section: Any) -> int:
    """Where in memory an array begins."""
    return int(section.array.__array_interface__["data"][0])


def test_verifying_reads_everything(engine: WhooshEngine) -> None:
    """A flipped bit anywhere in a section, also one that no search has touched, is found; without one nothing is."""
    fill(engine, [[article(str(id), body="lũ gió mùa " * 20) for id in range(5)]])
    engine.verify()
    engine.close()
    file = next(entry for entry in family(engine).iterdir() if entry.suffix == ".seg")
    whole = file.read_bytes()
    sections = [one for one in SegmentFile(file, engine.locator)._sections.values() if one.array.nbytes]
    first = min(map(address, sections))
    chance = random.Random(1)
    for section in sections:
        bad = bytearray(whole)
        bad[address(section) - first + chance.randrange(section.array.nbytes)] ^= 1 << chance.randrange(8)
        file.unlink()
        file.write_bytes(bad)
        with closing(WhooshEngine(engine._generations.path)) as again, pytest.raises(CorruptIndex):
            again.verify()


def test_the_generation_before_is_kept_until_the_next_commit(engine: WhooshEngine) -> None:
    """The two newest tables of contents and what they name are there, and nothing else."""
    with engine.writer() as writer:
        for number in range(6):
            writer.put(article(str(number), body="lũ"))
            writer.commit(str(number))
            contents = [
                generations.Generation(family(engine), known).read()
                for known in range(max(1, number), number + 2)
            ]
            tocs = {f"_MAIN_{found.generation}.toc" for found in contents}
            assert names(family(engine)) == tocs.union(*(found.files for found in contents))


def test_articles_that_are_replaced_over_and_over_leave_nothing_behind(engine: WhooshEngine) -> None:
    """An index whose articles are all replaced many times holds each once, in few segments that are not larger
    than a new one.
    """
    texts = [article(str(number), body=f"lũ {number}") for number in range(200)]
    fill(engine, [texts])
    size = engine.status().size_bytes
    fill(engine, [texts] * 10)
    assert engine.status().documents == engine.search(Term("lũ")).total == 200
    assert engine.status().size_bytes < 1.5 * size


_WORDS = st.sampled_from("một hai ba bốn lũ gió mùa hòa duong đường 15/3/2021 83.000".split())
_TEXTS = st.lists(_WORDS, max_size=30).map(" ".join)


@st.composite
def corpora(draw: st.DrawFn) -> list[Document]:
    """Ten to thirty articles; enough for segments, and for articles to be deleted."""
    texts = draw(st.lists(st.tuples(_TEXTS, _TEXTS), min_size=10, max_size=30))
    found = [article(f"{number:02}", title=title, body=body) for number, (title, body) in enumerate(texts)]
    return list(map(shortened, found))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A query of any class that stock Whoosh answers too, without a filter."""
    kind = draw(st.sampled_from(["a_rare", "c_and2", "d_or34", "e_phrase", "i_multi"]))
    words = st.sampled_from(["một", "hai", "ba", "lũ", "gió", "mùa", "hòa", "duong", "83000", "không"])
    return Case(kind, tuple(draw(st.lists(words, min_size=1, max_size=4, unique=True))))


@settings(max_examples=8, deadline=None)
@given(corpora(), st.lists(cases(), min_size=8, max_size=8))
def test_answers_are_those_of_stock_whoosh(
    tmp_path_factory: pytest.TempPathFactory, corpus: list[Document], asked: list[Case]
) -> None:
    """Over Whoosh's own format, its BM25F finds the same articles with the same scores for terms, AND and OR, and
    the same articles for phrases: from one segment and several, with deletes, in one thread and in four.
    """
    assert compare(corpus, asked, tmp_path_factory.mktemp("stock")) == []


def test_a_changed_checkpoint_is_damage(engine: WhooshEngine) -> None:
    """A checkpoint that was altered on the disk is not believed: wrong resumption would skip articles."""
    fill(engine, [[article("1")]])
    file = family(engine) / "_MAIN_1.toc"
    record = json.loads(file.read_text())
    record["record"]["checkpoint"] = "9"
    file.write_text(json.dumps(record))
    with pytest.raises(CorruptIndex):
        engine.status()


def test_a_group_is_looked_up_without_reading_all_others(
    engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The names that are read on the way to one of a thousand groups are few: each hit with reprints asks for one."""
    fill(engine, [[replace(article(str(number)), group=f"g{number}") for number in range(1_000)]])
    assert ids(engine.search(Keyword("group", "g776"))) == ["776"]
    read: list[bytes] = []

    def decode(name: bytes) -> str:
        read.append(name)
        return storage.decode(name)

    monkeypatch.setattr("index.embedded.segment.decode", decode)
    assert ids(engine.search(Keyword("group", "g777"))) == ["777"]
    assert len(read) < 20


class Patience(Deadline):
    """A deadline that passes when it is looked at for the sixth time."""

    def __init__(self) -> None:
        super().__init__(None)
        self.looks = 0

    def check(self) -> None:
        """Count."""
        self.looks += 1
        if self.looks > 5:
            raise QueryTimeout(0)


def test_a_deadline_interrupts_a_wide_pattern(engine: WhooshEngine) -> None:
    """Amid the words of a pattern time is looked at again; half of them are not taken for the whole later."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = [f"x{one}{other}" for one in letters for other in letters]
    fill(engine, [[article("1", body=" ".join(words[1:])), article("2", body=words[0])]])
    with pytest.raises(QueryTimeout):
        Evaluator(engine._newest(), Patience()).matches(Wildcard("x*"))
    assert engine.search(Wildcard("x*")).total == 2


@pytest.mark.parametrize("word", [Wildcard("x*z"), Fuzzy("xaaaaaaa")])
def test_a_deadline_interrupts_the_search_for_words(
    engine: WhooshEngine, word: Word, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pattern for which many words are looked at is given up when the time is over, though none of them fits."""
    words = ("x" + "".join(letters) for letters in itertools.product("abcdefghijklmnopqrstuvw", repeat=3))
    fill(engine, [[article("1", body=" ".join(words))]])
    seconds = itertools.count()
    monkeypatch.setattr("index.embedded.deadline.time", SimpleNamespace(monotonic=lambda: next(seconds)))
    with pytest.raises(QueryTimeout, match="4 s"):
        engine.search(word, SearchOptions(seconds=4))
    assert engine.search(word, SearchOptions(seconds=100)).total == 0


@given(st.lists(st.integers(-3, 3)))
def test_distinct_values(values: list[int]) -> None:
    """Each value comes once, ascending."""
    assert distinct(np.array(values, np.int64)).tolist() == sorted(set(values))


def test_a_phrase_of_equal_patterns_is_read_once(
    engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often a phrase repeats a pattern, its postings are read once, and the answer is the same."""
    fill(engine, [[article("1", body="ba ba " * 60), article("2", body="ba " * 20)]])
    read: list[int] = []
    original = Segment.postings

    def reading(self: Segment, number: int) -> tuple[Array, Array]:
        read.append(number)
        return original(self, number)

    monkeypatch.setattr(Segment, "postings", reading)
    phrase = Phrase((Wildcard("*a*"),) * 100)
    assert ids(engine.search(phrase)) == ["1"]
    assert len(read) == len(set(read))


@pytest.mark.parametrize(
    "query",
    [
        Phrase(tuple(Wildcard(f"x{letter}*") for letter in "abc")),
        Near(tuple(Wildcard(f"x{letter}*") for letter in "abc"), 9),
        Near(tuple(Wildcard(f"x{letter}*") for letter in "abc"), 9, ordered=True),
        SameParagraph(tuple(Wildcard(f"x{letter}*") for letter in "abc")),
    ],
)
def test_a_deadline_interrupts_a_phrase(engine: WhooshEngine, query: Phrase | Near | SameParagraph) -> None:
    """At whichever look at the clock the time is over, the phrase is given up; it is looked at for every word."""
    fill(engine, [[article("1", body="xa xb xc")]])
    asked = Patience()
    with pytest.raises(QueryTimeout):
        Evaluator(engine._newest(), asked).matches(query)
    assert ids(engine.search(query)) == ["1"]
    segment = engine._newest().snapshot.parts[0].segment
    lists = [[list_number(segment.term(word)[0], 2)] for word in ("xa", "xb", "xc")]
    counting = Patience()
    counting.looks = -1_000
    together(segment, 2, lists, query, counting)
    assert counting.looks + 1_000 > len(lists)


def test_patterns_of_one_phrase_have_a_limit_together(
    engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Patterns that each stand for few enough words are refused where they are too many together."""
    monkeypatch.setattr("index.embedded.expansion.MAX_EXPANSION_TOGETHER", 5)
    fill(engine, [[article("1", body="xa xb xc ya yb yc")]])
    assert engine.search(Phrase((Wildcard("x*"), Wildcard("x*"), Wildcard("x*")))).total == 1
    with pytest.raises(TooManyWordsTogether) as caught:
        engine.search(Phrase((Wildcard("x*"), Wildcard("y*"))))
    assert (caught.value.count, caught.value.limit) == (6, 5)


def test_rebuilds_that_were_killed_do_not_pile_up(engine: WhooshEngine) -> None:
    """The next rebuild removes what killed ones left, and keeps the index that is searched."""
    fill(engine, [[article("1")]])
    current = family(engine)
    for number in (7, 8):
        (current.parent / f"gen-{number:06}").mkdir()
    with engine.writer(rebuild=True):
        assert len(list(current.parent.glob("gen-*"))) == 2
        assert ids(engine.search(Everything())) == ["1"]
    (current.parent / "CURRENT").write_bytes(b"unreadable")
    with engine.writer(rebuild=True):
        assert current.exists()
