"""Several processes make the index that one makes, and leave no harm when one of them, or the first, is killed."""

from __future__ import annotations

import errno
import itertools
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from index.embedded import workers as workers_module
from index.embedded.adapter import WhooshEngine
from index.embedded.workers import WorkerLost, Workers
from index.embedded.writer import WhooshWriter
from index.engine import EngineUnavailable, SearchOptions
from index.query import And, Everything, Or, Phrase, Query, Term
from index.text.vietnamese import folds
from tests.engine_contract import article, fill, ids

WORDS = ["gió", "mùa", "lũ", "đường", "duong", "hòa", "Khánh", "bão", "15/3/2021", "ninh"]
QUERIES: tuple[Query, ...] = (
    Everything(),
    Term("gió"),
    Term("duong", any_marks=True),
    Or((Term("lũ"), Term("bão"), Term("2021-03-15"))),
    And((Term("mùa"), Term("ninh"))),
    Phrase((Term("gió"), Term("mùa"))),
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[WhooshEngine]:
    """An engine without an index."""
    with closing(WhooshEngine(tmp_path / "index")) as engine:
        yield engine


def change(engine: WhooshEngine, workers: int, *, rebuild: bool) -> None:
    """Put, replace and delete articles, many of them several times before they are committed, the same ones always."""
    chance = random.Random(f"{rebuild}")
    with engine.writer(rebuild=rebuild, workers=workers) as writer:
        for _change in range(600):
            id = f"bài {chance.randrange(150)}"
            if chance.random() < 0.2:
                writer.delete(id)
            else:
                body = " ".join(chance.choices(WORDS, k=chance.randrange(1, 40)))
                writer.put(article(id, title=chance.choice(WORDS), body=body))
        writer.commit("")


def test_several_processes_make_the_same_index(tmp_path: Path) -> None:
    """Hits, their order, scores and documents are those of one process, after a rebuild and after changes to it."""
    options = SearchOptions(limit=200)
    with closing(WhooshEngine(tmp_path / "one")) as one, closing(WhooshEngine(tmp_path / "more")) as more:
        for rebuild in (True, False):
            change(one, 1, rebuild=rebuild)
            change(more, 2, rebuild=rebuild)
            for query in QUERIES:
                assert more.search(query, options).hits == one.search(query, options).hits
        assert more.status().documents == one.status().documents > 50
        folded = tuple({form for word in WORDS for form in folds(word)})
        assert more.spellings(folded) == one.spellings(folded) != ()
        more.verify()


def test_a_rebuild_leaves_one_segment(engine: WhooshEngine) -> None:
    """However many processes there were, the first commit of a rebuild has one segment."""
    with engine.writer(rebuild=True, workers=3) as writer:
        for number in range(100):
            writer.put(article(str(number), body="lũ"))
        writer.commit("")
    assert [entry.suffix for entry in engine._generations.current().folder.iterdir()].count(".seg") == 1


def test_a_commit_of_nothing_starts_no_process(engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a change there is nothing to share out."""
    monkeypatch.delattr(workers_module, "_started")
    with engine.writer(rebuild=True, workers=2) as writer:
        writer.commit("nothing")
    assert (engine.status().documents, engine.status().checkpoint) == (0, "nothing")


def processes(writer: WhooshWriter) -> list[BaseProcess]:
    """Those that work for a writer now."""
    changes = writer._pending
    assert changes is not None
    assert isinstance(changes._new, Workers)
    return [worker.process for worker in changes._new._workers]


def test_a_killed_worker_is_reported_and_nothing_is_lost(engine: WhooshEngine) -> None:
    """The writer says that a process is gone and by which signal, what was committed stays, the lock is free, and
    the same work done again succeeds.
    """
    fill(engine, [[article("old", body="lũ")]])
    before = engine.status()
    with engine.writer(workers=2) as writer:
        writer.put(article("new", body="gió"))
        processes(writer)[1].kill()
        with pytest.raises(WorkerLost, match="timbao index") as lost:
            put_without_end(writer)
    assert lost.value.status == -signal.SIGKILL
    assert engine.status() == before
    with engine.writer(workers=2) as writer:
        writer.put(article("new", body="gió"))
        writer.commit("new")
    assert set(ids(engine.search(Everything()))) == {"old", "new"}


def put_without_end(writer: WhooshWriter) -> None:
    """Until it raises something."""
    for number in itertools.count():
        writer.put(article(str(number), body="gió"))


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux limits another process's files")
def test_a_worker_that_cannot_write_says_why(engine: WhooshEngine) -> None:
    """What stops a process from writing its run reaches the user as the error of the whole; nothing stays behind."""
    with engine.writer(rebuild=True, workers=2) as writer:
        writer.put(article("1", body="lũ"))
        for process in processes(writer):
            assert process.pid
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (100, 100))
        with pytest.raises(EngineUnavailable, match=os.strerror(errno.EFBIG)) as caught:
            writer.commit("never")
    assert caught.value.locator == engine.locator
    assert os.strerror(errno.EFBIG) in caught.value.reason
    assert not list(engine._generations.path.glob("gen-*"))


def test_a_worker_that_cannot_read_what_it_is_sent_ends(engine: WhooshEngine) -> None:
    """A process that can take no more changes is reported as lost, and nobody waits for it."""
    with engine.writer(rebuild=True, workers=2) as writer:
        writer.put(article("1", body="lũ"))
        assert isinstance(writer, WhooshWriter)
        assert writer._pending
        assert isinstance(writer._pending._new, Workers)
        writer._pending._new._workers[0].connection.send_bytes(b"no parcel")
        with pytest.raises(WorkerLost):
            writer.commit("never")


KILLS = int(os.environ.get("TIMBAO_TEST_KILLS", "6")) // 3
"""How often the first process is killed."""

WRITE_WITH_WORKERS = """
import sys
from multiprocessing import active_children
from pathlib import Path
from index.embedded.adapter import WhooshEngine
from index.text.vietnamese import folds
from tests.engine_contract import article

if __name__ == "__main__":
    with WhooshEngine(Path(sys.argv[1])).writer(rebuild=sys.argv[2] == "rebuild", workers=2) as writer:
        for number in range(int(sys.argv[3]) + 1, 1_000):
            for id in range(number, number + 80):
                writer.put(article(str(id), body=f"lũ {number}"))
            print("workers", *(process.pid for process in active_children()), flush=True)
            writer.commit(str(number))
            print(number, flush=True)
"""


def test_killing_the_first_process_loses_nothing_and_ends_the_others(tmp_path: Path) -> None:
    """The process that gives out work is killed without warning at random moments of building, committing and
    merging: what it had acknowledged is there, nothing is there twice, and its workers end by themselves.
    """
    chance = random.Random(3)
    script = tmp_path / "write.py"
    script.write_text(WRITE_WITH_WORKERS)
    path, first = tmp_path / "index", 0
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    for round_ in range(KILLS):
        mode = "rebuild" if round_ == 0 else "add"
        command = [sys.executable, str(script), str(path), mode, str(first)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as writer:
            assert writer.stdout
            said = [writer.stdout.readline(), writer.stdout.readline()]
            time.sleep(chance.uniform(0, 0.8))
            writer.kill()
            said += writer.stdout.read().splitlines()
        acknowledged = max(int(line) for line in said if not line.startswith("workers"))
        pids = [int(pid) for line in said if line.startswith("workers") for pid in line.split()[1:]]
        assert len(pids) >= 2
        assert all(map(is_ending, pids))
        with closing(WhooshEngine(path)) as engine:
            reached = int(engine.status().checkpoint)
            assert reached in (acknowledged, acknowledged + 1)
            found = ids(engine.search(Everything(), SearchOptions(limit=10_000)))
            assert sorted(map(int, found)) == list(range(1, reached + 80))
            assert len(found) == engine.status().documents
            engine.verify()
            first = reached


def is_ending(pid: int) -> bool:
    """Whether a process is gone before long."""
    for _attempt in range(200):
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.05)
    return False
