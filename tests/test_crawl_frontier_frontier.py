"""What to visit next."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from crawl.frontier.database import FrontierError
from crawl.frontier.frontier import Frontier
from crawl.frontier.visits import LISTS, Kind

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
EVERYTHING = (Kind.ARTICLE, *LISTS)
A = "http://bao.vn/a"
B = "http://bao.vn/b"


@pytest.fixture
def frontier(tmp_path: Path) -> Iterator[Frontier]:
    """An empty frontier."""
    with Frontier(tmp_path / "frontier.sqlite") as ours:
        ours.begin("bao", now=NOW)
        yield ours


def visits(frontier: Frontier, *, now: datetime = NOW) -> list[str]:
    """All that waits on the host, in the order in which it is given; each is done without coming again."""
    found = []
    while visit := frontier.next("bao.vn", EVERYTHING):
        found.append(visit.url)
        frontier.done(visit, now=now, status=200)
    return found


def test_a_url_waits_until_it_is_done(frontier: Frontier) -> None:
    """It is given again and again, first come first served, and not once it is done."""
    assert frontier.add("bao", Kind.ARTICLE, [(A, None), (B, None)]) == 2
    assert frontier.add("bao", Kind.ARTICLE, [(A, None)]) == 0
    first = frontier.next("bao.vn", EVERYTHING)
    assert first is not None
    assert first.url == A
    assert frontier.next("bao.vn", EVERYTHING) == first
    frontier.done(first, now=NOW, status=200, etag='"1"', last_modified="then")
    second = frontier.next("bao.vn", EVERYTHING)
    assert second is not None
    assert second.url == B
    assert frontier.known(A)
    assert not frontier.known("http://bao.vn/c")
    assert frontier.next("khac.vn", EVERYTHING) is None
    assert frontier.next("bao.vn", LISTS) is None


def test_kinds_are_asked_in_the_callers_order(frontier: Frontier) -> None:
    """The first kind that has something waiting is served."""
    frontier.add("bao", Kind.ARTICLE, [(A, None)])
    frontier.add("bao", Kind.FEED, [(B, None)])
    for kinds, expected in [((Kind.FEED, Kind.ARTICLE), B), ((Kind.SECTION, Kind.ARTICLE, Kind.FEED), A)]:
        visit = frontier.next("bao.vn", kinds)
        assert visit is not None
        assert visit.url == expected


def test_failures_come_last_and_not_too_soon(frontier: Frontier) -> None:
    """A failed URL is left to a crawl that begins when it is due, and goes behind those that never failed."""
    frontier.add("bao", Kind.ARTICLE, [(A, None), (B, None)])
    visit = frontier.next("bao.vn", EVERYTHING)
    assert visit is not None
    frontier.failed(visit, "http-500", due=LATER, status=500)
    assert visits(frontier) == [B]
    frontier.begin("bao", now=LATER - timedelta(seconds=1))
    assert visits(frontier) == []
    frontier.begin("bao", now=LATER)
    frontier.add("bao", Kind.ARTICLE, [("http://bao.vn/c", None)])
    assert visits(frontier) == ["http://bao.vn/c", A]


def test_articles_from_before_since_go_on_waiting(frontier: Frontier) -> None:
    """They are left out of this crawl and not lost for the next; undated ones are visited."""
    frontier.begin("bao", now=NOW, since=date(2021, 3, 15))
    frontier.add("bao", Kind.ARTICLE, [(A, date(2020, 1, 1)), (B, datetime(2021, 3, 14, 18, tzinfo=UTC))])
    visit = frontier.next("bao.vn", EVERYTHING)
    assert visit is not None
    assert visit.url == B  # 01:00 on the 15th in Vietnam
    frontier.later(visit, published=date(2020, 6, 1))
    assert frontier.next("bao.vn", EVERYTHING) is None
    frontier.begin("bao", now=NOW, since=date(2020, 6, 1))
    assert visits(frontier) == [B]
    frontier.begin("bao", now=NOW)
    assert visits(frontier) == [A]


def test_what_is_wanted_again_waits_once_a_crawl(frontier: Frontier) -> None:
    """Added again it waits again, but not if it was visited, failed or was put off since this crawl began."""
    frontier.add("bao", Kind.SECTION, [(A, None)])
    visit = frontier.next("bao.vn", EVERYTHING)
    assert visit is not None
    frontier.done(visit, now=NOW, status=200, etag='"1"')
    frontier.add("bao", Kind.SECTION, [(A, None)])
    frontier.add("bao", Kind.SECTION, [(A, None)], again=True)
    assert frontier.next("bao.vn", EVERYTHING) is None
    frontier.begin("bao", now=LATER)
    frontier.add("bao", Kind.SECTION, [(A, None)])
    assert frontier.next("bao.vn", EVERYTHING) is None
    frontier.add("bao", Kind.SECTION, [(A, None)], again=True, barren=3)
    visit = frontier.next("bao.vn", EVERYTHING)
    assert visit is not None
    assert (visit.etag, visit.visited, visit.barren) == ('"1"', NOW, 3)
    frontier.failed(visit, "unreachable", due=LATER)
    frontier.add("bao", Kind.SECTION, [(A, None)], again=True)
    assert frontier.next("bao.vn", EVERYTHING) is None


def test_what_is_due_waits_by_itself(frontier: Frontier) -> None:
    """A page comes round when its time has come, without being named; one that never comes round, with a recheck."""
    frontier.add("bao", Kind.FEED, [(A, None), (B, None)])
    for due in (LATER, None):
        visit = frontier.next("bao.vn", EVERYTHING)
        assert visit is not None
        frontier.done(visit, now=NOW, due=due, news=NOW, unmodified=2)
    frontier.begin("bao", now=LATER - timedelta(seconds=1))
    assert frontier.hosts("bao") == ()
    (resting,) = frontier.resting("bao")
    assert (resting.url, resting.kind, resting.due, resting.reason) == (A, Kind.FEED, LATER, None)
    frontier.begin("bao", now=LATER)
    visit = frontier.next("bao.vn", EVERYTHING)
    assert visit is not None
    assert (visit.url, visit.visited, visit.news, visit.unmodified) == (A, NOW, NOW, 2)
    assert visits(frontier) == [A]
    frontier.begin("bao", now=LATER, recheck=True)
    assert visits(frontier, now=LATER) == [A, B]
    frontier.begin("bao", now=LATER + timedelta(days=1000))
    assert visits(frontier) == []


def test_a_list_that_failed_rests_under_its_reason(frontier: Frontier) -> None:
    """A feed that is none any more is told with the reason, until it is due."""
    frontier.add("bao", Kind.FEED, [(A, None)])
    visit = frontier.next("bao.vn", EVERYTHING)
    assert visit is not None
    frontier.failed(visit, "no-list", due=LATER)
    frontier.begin("bao", now=NOW + timedelta(seconds=1))
    assert [(one.url, one.reason) for one in frontier.resting("bao")] == [(A, "no-list")]
    frontier.begin("bao", now=LATER)
    assert frontier.resting("bao") == ()
    assert visits(frontier) == [A]


def test_a_new_date_calls_for_another_visit(frontier: Frontier) -> None:
    """A sitemap is read again when its index gives it another date, an article when that is later than the visit:
    one list dates an article's publication and another its last change.
    """
    march = date(2021, 3, 31)
    changed = NOW + timedelta(minutes=1)
    c = "http://bao.vn/c"
    frontier.add("bao", Kind.SITEMAP, [(A, march), (B, march)])
    frontier.add("bao", Kind.ARTICLE, [(c, changed)])
    assert visits(frontier, now=NOW + timedelta(minutes=1)) == [c, A, B]
    frontier.begin("bao", now=LATER)
    frontier.add("bao", Kind.SITEMAP, [(A, march), (B, date(2021, 4, 1))])
    frontier.add("bao", Kind.ARTICLE, [(c, march)])
    assert visits(frontier, now=LATER) == [B]
    expected = [(changed, []), (NOW + timedelta(minutes=2), [c]), (NOW + timedelta(minutes=2), [])]
    for hours, (when, waiting) in enumerate(expected, 2):
        frontier.begin("bao", now=NOW + timedelta(hours=hours))
        frontier.add("bao", Kind.ARTICLE, [(c, when)])
        assert visits(frontier, now=NOW + timedelta(seconds=90)) == waiting


def test_postponing(frontier: Frontier) -> None:
    """What is put off is left to the next crawl."""
    frontier.add("bao", Kind.ARTICLE, [(A, None)])
    visit = frontier.next("bao.vn", EVERYTHING)
    assert visit is not None
    frontier.later(visit)
    frontier.add("bao", Kind.ARTICLE, [(A, date(2030, 1, 1))], again=True)
    assert frontier.next("bao.vn", EVERYTHING) is None
    frontier.begin("khac", now=LATER)
    assert frontier.hosts("bao") == ()
    frontier.begin("bao", now=LATER)
    assert frontier.hosts("bao") == ("bao.vn",)


def test_the_longest_ago_comes_first(frontier: Frontier) -> None:
    """Of URLs that wait once more, one never visited goes first, then the one whose visit is longest ago."""
    c = "http://bao.vn/c"
    frontier.add("bao", Kind.ARTICLE, [(A, None), (B, None)])
    for moment in (NOW, NOW - timedelta(days=1)):
        visit = frontier.next("bao.vn", EVERYTHING)
        assert visit is not None
        frontier.done(visit, now=moment, status=200)
    frontier.begin("bao", now=LATER, recheck=True)
    frontier.add("bao", Kind.ARTICLE, [(c, None)])
    assert visits(frontier, now=LATER) == [c, B, A]


def test_what_was_not_visited_is_no_success(frontier: Frontier) -> None:
    """A URL that is skipped waits no more; it was not visited, and what an earlier answer said of it stays."""
    frontier.add("bao", Kind.ARTICLE, [(A, None)])
    visit = frontier.next("bao.vn", EVERYTHING)
    assert visit is not None
    frontier.skip(visit, seen=NOW)
    (state,) = frontier.states()
    assert (state.done, state.waiting, state.last_success) == (1, 0, None)
    frontier.done(visit, now=NOW, status=200, etag='"1"')
    frontier.skip(visit, seen=NOW)
    frontier.begin("bao", now=LATER, recheck=True)
    again = frontier.next("bao.vn", EVERYTHING)
    assert again is not None
    assert again.etag == '"1"'


_VERSION_2 = """
CREATE TABLE visit (
    url TEXT PRIMARY KEY, host TEXT NOT NULL, source TEXT NOT NULL, kind TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting', attempts INTEGER NOT NULL DEFAULT 0,
    not_before TEXT NOT NULL DEFAULT '', named TEXT, day TEXT, reason TEXT,
    status INTEGER, etag TEXT, last_modified TEXT, visited TEXT
);
CREATE INDEX {name} ON visit (host, kind, attempts) WHERE state != 'done';
CREATE INDEX by_source ON visit (source, state);
INSERT INTO visit (url, host, source, kind, state, visited) VALUES
    ('http://bao.vn/a', 'bao.vn', 'bao', 'article', 'waiting', NULL),
    ('http://bao.vn/b', 'bao.vn', 'bao', 'article', 'done', '2025-01-01T00:00:00.000000+00:00'),
    ('http://bao.vn/rss', 'bao.vn', 'bao', 'feed', 'done', '2025-01-01T00:00:00.000000+00:00');
PRAGMA user_version = {version};
"""


@pytest.mark.parametrize(("version", "name"), [(1, "waiting"), (2, "due")])
def test_a_frontier_of_an_older_version_is_taken_on(tmp_path: Path, version: int, name: str) -> None:
    """What waits in an older file still waits, articles that were visited do not, and lists are read again."""
    path = tmp_path / "frontier.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as old:
        old.executescript(_VERSION_2.format(version=version, name=name))
    for _opened in range(2):
        with Frontier(path) as frontier:
            frontier.begin("bao", now=NOW)
            assert frontier.hosts("bao") == ("bao.vn",)
            assert [(state.waiting, state.done) for state in frontier.states()] == [(1, 2)]
    with Frontier(path) as frontier:
        frontier.begin("bao", now=NOW)
        assert visits(frontier) == [A, "http://bao.vn/rss"]


def test_what_was_stored_otherwise_waits_when_a_list_tells_of_a_change(frontier: Frontier) -> None:
    """A URL that was skipped waits again with a date later than its article was seen, the same one included that
    it was first named with; not with an earlier one.
    """
    for hours, (when, waiting) in enumerate([(NOW, [A]), (NOW - timedelta(days=9), []), (None, [])]):
        frontier.begin("bao", now=NOW + timedelta(hours=3 * hours))
        frontier.add("bao", Kind.ARTICLE, [(A, when), (B, when)])
        visit = frontier.next("bao.vn", EVERYTHING)
        if visit is not None and visit.visited is None:
            for url in (A, B):
                assert visit is not None
                assert visit.url == url
                frontier.skip(visit, seen=NOW - timedelta(days=1) if url == A else LATER)
                visit = frontier.next("bao.vn", EVERYTHING)
        frontier.begin("bao", now=NOW + timedelta(hours=3 * hours + 1))
        frontier.add("bao", Kind.ARTICLE, [(A, when), (B, when)])
        assert visits(frontier, now=NOW + timedelta(hours=3 * hours + 2)) == waiting


def test_two_take_on_an_older_frontier_at_once(tmp_path: Path) -> None:
    """Who waits for the lock while another takes the file on finds it taken on, and does it no second time."""
    path = tmp_path / "frontier.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as old:
        old.executescript(_VERSION_2.format(version=2, name="due"))
    with Frontier(path, read_only=True) as late, Frontier(path):
        late._db.execute("PRAGMA query_only = OFF")
        with late.batch():
            late._upgrade()
        assert [(state.waiting, state.done) for state in late.states()] == [(1, 2)]


@pytest.mark.parametrize("version", [0, 2])
def test_a_rehearsal_leaves_an_older_file_as_it_is(tmp_path: Path, version: int) -> None:
    """Read only, an empty file or one of an older version is not changed, and its copy is taken on."""
    path = tmp_path / "frontier.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as old:
        old.executescript(_VERSION_2.format(version=2, name="due") if version else "VACUUM")
    before = path.read_bytes()
    with Frontier(path, read_only=True) as frontier, frontier.rehearsal() as copy:
        copy.begin("bao", now=NOW)
        assert visits(copy) == ([A, "http://bao.vn/rss"] if version else [])
        with pytest.raises(FrontierError):
            frontier.add("bao", Kind.ARTICLE, [(B, None)])
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_states(frontier: Frontier) -> None:
    """Numbers by source, and when one last answered."""
    frontier.add("bao", Kind.ARTICLE, [(A, None), (B, None), ("http://bao.vn/c", None)])
    frontier.add("khac", Kind.FEED, [("http://khac.vn/", None)])
    visit = frontier.next("bao.vn", EVERYTHING)
    assert visit is not None
    frontier.done(visit, now=NOW, status=200)
    visit = frontier.next("bao.vn", EVERYTHING)
    assert visit is not None
    frontier.failed(visit, "too-slow", due=LATER)
    ours, other = frontier.states()
    assert (ours.source, ours.waiting, ours.done, ours.failed, ours.last_success) == ("bao", 1, 1, 1, NOW)
    assert (other.source, other.waiting, other.last_success) == ("khac", 1, None)


def test_a_rehearsal_changes_nothing(frontier: Frontier) -> None:
    """What is done to the copy is not done to the frontier."""
    frontier.add("bao", Kind.ARTICLE, [(A, None)])
    with frontier.rehearsal() as copy:
        visit = copy.next("bao.vn", EVERYTHING)
        assert visit is not None
        copy.done(visit, now=NOW, status=200)
        copy.add("bao", Kind.ARTICLE, [(B, None)])
    assert frontier.next("bao.vn", EVERYTHING) == visit
    assert not frontier.known(B)


def test_a_file_that_is_no_frontier(tmp_path: Path) -> None:
    """It is named, and left as it is."""
    path = tmp_path / "frontier.sqlite"
    path.write_bytes(b"something else entirely " * 100)
    with pytest.raises(FrontierError) as caught:
        Frontier(path)
    assert caught.value.path == path
    assert str(path) in str(caught.value)
    assert path.read_bytes() == b"something else entirely " * 100
    with pytest.raises(FrontierError):
        Frontier(tmp_path)


def test_a_full_disk_asks_for_room_first(tmp_path: Path) -> None:
    """A list that cannot grow is not spoilt: making room is the first advice, moving it away the second."""
    with Frontier(tmp_path / "frontier.sqlite") as frontier:
        frontier._db.execute("PRAGMA max_page_count = 1")  # rounded up to the size it has
        with pytest.raises(FrontierError) as caught:
            frontier.add(
                "bao",
                Kind.ARTICLE,
                [(f"https://bao.example/{number:0500}.html", None) for number in range(500)],
            )
    assert "full" in caught.value.detail
    assert 0 < str(caught.value).find("Make room") < str(caught.value).find("moved away")


def test_a_frontier_of_the_future_is_refused(tmp_path: Path) -> None:
    """A file of a newer version is not touched by guesswork."""
    path = tmp_path / "frontier.sqlite"
    with Frontier(path) as frontier:
        frontier._db.execute("PRAGMA user_version = 99")
    with pytest.raises(FrontierError):
        Frontier(path)


_KILLED = """
import os, signal, sys
from datetime import datetime, UTC
from pathlib import Path
from crawl.frontier.frontier import Frontier
from crawl.frontier.visits import Kind
frontier = Frontier(Path(sys.argv[1]))
now = datetime(2026, 1, 1, tzinfo=UTC)
frontier.add("bao", Kind.ARTICLE, [(f"http://bao.vn/{n}", None) for n in range(100)])
for _ in range(40):
    frontier.done(frontier.next("bao.vn", [Kind.ARTICLE]), now=now, status=200)
frontier.next("bao.vn", [Kind.ARTICLE])
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_kill_loses_nothing(tmp_path: Path) -> None:
    """After kill -9 what was done is done, and all the rest waits, the page under way included."""
    path = tmp_path / "frontier.sqlite"
    ended = subprocess.run([sys.executable, "-c", _KILLED, str(path)], check=False, timeout=30)
    assert ended.returncode == -9
    with Frontier(path) as frontier:
        (state,) = frontier.states()
        assert (state.done, state.waiting) == (40, 60)


class FrontierMachine(RuleBasedStateMachine):
    """Whatever is done in whatever order, no URL is lost, and only what is due and not dealt with is given."""

    def __init__(self) -> None:
        super().__init__()
        self.frontier = Frontier(Path(":memory:"))
        self.now = NOW
        self.due: dict[str, datetime | None] = {}
        self.queue: set[str] = set()
        self.finished: set[str] = set()
        self.begin(False, 0)

    def teardown(self) -> None:
        """Let go of it."""
        self.frontier.close()

    @rule(recheck=st.booleans(), hours=st.integers(0, 3))
    def begin(self, recheck: bool, hours: int) -> None:
        """Another crawl begins."""
        self.now += timedelta(hours=hours)
        self.frontier.begin("bao", now=self.now, recheck=recheck)
        self.queue = {
            url for url, due in self.due.items() if recheck or (due is not None and due <= self.now)
        }

    @rule(numbers=st.lists(st.integers(0, 9), max_size=5))
    def add(self, numbers: list[int]) -> None:
        """Add URLs, perhaps known ones."""
        urls = {f"http://bao.vn/{number}" for number in numbers}
        added = self.frontier.add("bao", Kind.ARTICLE, [(url, None) for url in urls])
        assert added == len(urls - self.due.keys())
        self.queue |= urls - self.due.keys()
        for url in urls - self.due.keys():
            self.due[url] = NOW

    @rule(outcome=st.sampled_from(["done", "failed", "later"]), hours=st.none() | st.integers(0, 3))
    def visit(self, outcome: str, hours: int | None) -> None:
        """Visit the next one."""
        visit = self.frontier.next("bao.vn", [Kind.ARTICLE])
        assert (visit is None) == (not self.queue)
        if visit is None:
            return
        self.queue.remove(visit.url)
        due = self.now + timedelta(hours=hours or 0)
        if outcome == "done":
            self.due[visit.url] = None if hours is None else due
            self.frontier.done(visit, now=self.now, due=self.due[visit.url])
            self.finished.add(visit.url)
        elif outcome == "failed":
            self.due[visit.url] = due
            self.frontier.failed(visit, "x", due=due)
            self.finished.discard(visit.url)
        else:
            self.frontier.later(visit)

    @invariant()
    def counts_agree(self) -> None:
        """The states count every URL once."""
        for state in self.frontier.states():
            assert state.done == len(self.finished)
            assert state.waiting + state.failed == len(self.due.keys() - self.finished)


TestFrontierMachine = FrontierMachine.TestCase
TestFrontierMachine.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)


def test_a_clock_set_ahead_silences_nothing(frontier: Frontier) -> None:
    """Visits in the future are forgotten, waits longer than any are over; true ones hold."""
    ahead = NOW + timedelta(days=7300)
    frontier.add("bao", Kind.SECTION, [(A, None)])
    frontier.add("bao", Kind.ARTICLE, [(B, None), (B + "c", None)])
    for due in (ahead, NOW + timedelta(days=7)):
        visit = frontier.next("bao.vn", (Kind.ARTICLE,))
        assert visit
        frontier.failed(visit, "http-500", due=due)
    section = frontier.next("bao.vn", LISTS)
    assert section
    frontier.done(section, now=ahead, news=ahead)
    frontier.begin("bao", now=LATER)
    frontier.add("bao", Kind.SECTION, [(A, None)], again=True)
    section = frontier.next("bao.vn", LISTS)
    assert section
    assert (section.visited, section.news) == (None, LATER)
    assert visits(frontier, now=LATER) == [B, A]


def test_many_that_are_put_off_cost_the_others_nothing(frontier: Frontier) -> None:
    """The next URL is found by one step in an order that is kept, however many are not to be visited now."""
    frontier.add("bao", Kind.ARTICLE, [(f"http://bao.vn/{n}", date(2020, 1, 1)) for n in range(1000)])
    frontier.begin("bao", now=LATER, since=date(2021, 1, 1))
    frontier.add("bao", Kind.ARTICLE, [(A, None)])
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    frontier._db.set_progress_handler(count, 1)
    visit = frontier.next("bao.vn", (Kind.ARTICLE,))
    frontier._db.set_progress_handler(None, 0)
    assert visit
    assert visit.url == A
    assert steps < 200


def test_a_host_rests_until_its_time(tmp_path: Path) -> None:
    """Until when a host is to be left alone is remembered across openings, for that host alone; a time that is past,
    or further off than any wait, is forgotten when a crawl begins.
    """
    path, now = tmp_path / "frontier.sqlite", datetime.now(UTC)
    until = {"a.vn": now + timedelta(hours=3), "b.vn": now + timedelta(days=365)}
    with Frontier(path) as frontier:
        for host, moment in until.items():
            frontier.rest(host, until=moment)
        frontier.rest("c.vn", until=now - timedelta(seconds=1))
        assert [frontier.rests_until(host) for host in ("b.vn", "c.vn")] == [until["b.vn"], None]
    with Frontier(path) as frontier:
        frontier.begin("bao", now=now)
        assert [frontier.rests_until(host) for host in (*until, "www.a.vn")] == [until["a.vn"], None, None]
        frontier.rest("a.vn", until=now + timedelta(hours=1))
        assert frontier.rests_until("a.vn") == now + timedelta(hours=1)


def test_a_file_from_before_hosts_could_rest(tmp_path: Path) -> None:
    """A frontier of the version before keeps all it knows, also in a rehearsal that leaves the file as it is."""
    path, now = tmp_path / "frontier.sqlite", datetime.now(UTC)
    with Frontier(path) as frontier:
        frontier.begin("bao", now=now)
        frontier.add("bao", Kind.ARTICLE, [("https://bao.vn/bai-1.html", None)])
        frontier._db.executescript("DROP TABLE rest; PRAGMA user_version = 3")
    with Frontier(path, read_only=True) as old, old.rehearsal() as copy:
        copy.rest("bao.vn", until=now + timedelta(hours=1))
        assert copy.known("https://bao.vn/bai-1.html")
    with Frontier(path) as frontier:
        assert frontier.rests_until("bao.vn") is None
        visit = frontier.next("bao.vn", [Kind.ARTICLE])
        assert visit is not None
        assert visit.url == "https://bao.vn/bai-1.html"
