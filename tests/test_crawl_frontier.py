"""What to visit next."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from crawl.frontier import LISTS, Frontier, FrontierError, Kind, Visit, next_try

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
EVERYTHING = (Kind.ARTICLE, *LISTS)
A = "http://bao.vn/a"
B = "http://bao.vn/b"


@pytest.fixture
def frontier(tmp_path: Path) -> Iterator[Frontier]:
    """An empty frontier."""
    with Frontier(tmp_path / "frontier.sqlite") as ours:
        yield ours


def test_a_url_waits_until_it_is_done(frontier: Frontier) -> None:
    """It is given again and again, first come first served, and not once it is done."""
    assert frontier.add("bao", Kind.ARTICLE, [(A, None), (B, None)]) == 2
    assert frontier.add("bao", Kind.ARTICLE, [(A, None)]) == 0
    first = frontier.next("bao.vn", EVERYTHING, now=NOW)
    assert first is not None
    assert first.url == A
    assert frontier.next("bao.vn", EVERYTHING, now=NOW) == first
    frontier.done(first, now=NOW, status=200, etag='"1"', last_modified="then")
    second = frontier.next("bao.vn", EVERYTHING, now=NOW)
    assert second is not None
    assert second.url == B
    assert frontier.known(A)
    assert not frontier.known("http://bao.vn/c")
    assert frontier.next("khac.vn", EVERYTHING, now=NOW) is None
    assert frontier.next("bao.vn", LISTS, now=NOW) is None


def test_kinds_are_asked_in_the_callers_order(frontier: Frontier) -> None:
    """The first kind that has something waiting is served."""
    frontier.add("bao", Kind.ARTICLE, [(A, None)])
    frontier.add("bao", Kind.FEED, [(B, None)])
    for kinds, expected in [((Kind.FEED, Kind.ARTICLE), B), ((Kind.SECTION, Kind.ARTICLE, Kind.FEED), A)]:
        visit = frontier.next("bao.vn", kinds, now=NOW)
        assert visit is not None
        assert visit.url == expected


def test_failures_come_last_and_not_too_soon(frontier: Frontier) -> None:
    """A failed URL goes behind those that never failed, and waits until its time."""
    frontier.add("bao", Kind.ARTICLE, [(A, None), (B, None)])
    visit = frontier.next("bao.vn", EVERYTHING, now=NOW)
    assert visit is not None
    frontier.failed(visit, "http-500", not_before=LATER, status=500)
    other = frontier.next("bao.vn", EVERYTHING, now=LATER)
    assert other is not None
    assert other.url == B
    frontier.done(other, now=NOW, status=200)
    assert frontier.next("bao.vn", EVERYTHING, now=NOW) is None
    again = frontier.next("bao.vn", EVERYTHING, now=LATER)
    assert again is not None
    assert (again.url, again.attempts) == (A, 1)


def test_articles_from_before_since_go_on_waiting(frontier: Frontier) -> None:
    """They are left out of this crawl and not lost for the next; undated ones are visited."""
    frontier.add("bao", Kind.ARTICLE, [(A, date(2020, 1, 1)), (B, datetime(2021, 3, 14, 18, tzinfo=UTC))])
    since = date(2021, 3, 15)
    visit = frontier.next("bao.vn", EVERYTHING, now=NOW, since=since)
    assert visit is not None
    assert visit.url == B  # 01:00 on the 15th in Vietnam
    frontier.later(visit, published=date(2020, 6, 1))
    assert frontier.next("bao.vn", EVERYTHING, now=NOW, since=since) is None
    visit = frontier.next("bao.vn", EVERYTHING, now=NOW)
    assert visit is not None
    assert visit.url == A


def test_a_list_is_looked_at_again_once_a_crawl(frontier: Frontier) -> None:
    """Added again it waits again, but not if it was visited, or failed, since this crawl began."""
    frontier.add("bao", Kind.SECTION, [(A, None)])
    visit = frontier.next("bao.vn", EVERYTHING, now=NOW)
    assert visit is not None
    frontier.done(visit, now=NOW, status=200, etag='"1"')
    frontier.add("bao", Kind.SECTION, [(A, None)])
    frontier.add("bao", Kind.SECTION, [(A, None)], again_since=NOW)
    assert frontier.next("bao.vn", EVERYTHING, now=LATER) is None
    frontier.add("bao", Kind.SECTION, [(A, None)], again_since=LATER)
    visit = frontier.next("bao.vn", EVERYTHING, now=LATER)
    assert visit is not None
    assert visit.etag == '"1"'
    frontier.failed(visit, "unreachable", not_before=LATER + timedelta(seconds=1))
    frontier.add("bao", Kind.SECTION, [(A, None)], again_since=LATER)
    assert frontier.next("bao.vn", EVERYTHING, now=LATER) is None


def test_a_list_whose_date_stands_still_is_not_looked_at_again(frontier: Frontier) -> None:
    """A sitemap index that dates its sitemaps saves visits to the old ones."""
    march = date(2021, 3, 31)
    frontier.add("bao", Kind.SITEMAP, [(A, march), (B, march)])
    while visit := frontier.next("bao.vn", EVERYTHING, now=NOW):
        frontier.done(visit, now=NOW, status=200)
    frontier.add("bao", Kind.SITEMAP, [(A, march), (B, date(2021, 4, 1))], again_since=LATER)
    visit = frontier.next("bao.vn", EVERYTHING, now=LATER)
    assert visit is not None
    assert visit.url == B
    frontier.done(visit, now=LATER, status=200)
    assert frontier.next("bao.vn", EVERYTHING, now=LATER) is None


def test_reopening_and_postponing(frontier: Frontier) -> None:
    """Reopened, everything of a kind waits; postponed, a URL waits until its moment."""
    frontier.add("bao", Kind.ARTICLE, [(A, None)])
    visit = frontier.next("bao.vn", EVERYTHING, now=NOW)
    assert visit is not None
    frontier.done(visit, now=NOW, status=200)
    frontier.reopen("khac", Kind.ARTICLE)
    assert frontier.hosts("bao") == ()
    frontier.reopen("bao", Kind.ARTICLE)
    assert frontier.hosts("bao") == ("bao.vn",)
    frontier.later(visit, not_before=LATER)
    assert frontier.next("bao.vn", EVERYTHING, now=NOW) is None
    assert frontier.next("bao.vn", EVERYTHING, now=LATER) == visit


def test_the_longest_ago_comes_first(frontier: Frontier) -> None:
    """Of URLs that wait once more, one never visited goes first, then the one whose visit is longest ago."""
    c = "http://bao.vn/c"
    frontier.add("bao", Kind.ARTICLE, [(A, None), (B, None)])
    for moment in (NOW, NOW - timedelta(days=1)):
        visit = frontier.next("bao.vn", EVERYTHING, now=NOW)
        assert visit is not None
        frontier.done(visit, now=moment, status=200)
    frontier.reopen("bao", Kind.ARTICLE)
    frontier.add("bao", Kind.ARTICLE, [(c, None)])
    order = []
    while visit := frontier.next("bao.vn", EVERYTHING, now=NOW):
        order.append(visit.url)
        frontier.done(visit, now=LATER, status=200)
    assert order == [c, B, A]


def test_what_was_not_visited_is_no_success(frontier: Frontier) -> None:
    """A URL that is skipped waits no more; it was not visited, and what an earlier answer said of it stays."""
    frontier.add("bao", Kind.ARTICLE, [(A, None)])
    visit = frontier.next("bao.vn", EVERYTHING, now=NOW)
    assert visit is not None
    frontier.skip(visit)
    (state,) = frontier.states()
    assert (state.done, state.waiting, state.last_success) == (1, 0, None)
    frontier.done(visit, now=NOW, status=200, etag='"1"')
    frontier.skip(visit)
    frontier.reopen("bao", Kind.ARTICLE)
    again = frontier.next("bao.vn", EVERYTHING, now=NOW)
    assert again is not None
    assert again.etag == '"1"'


def test_failures_wait_ever_longer() -> None:
    """A URL may be tried again at once three times, then after an hour, two, four, and never later than a week."""
    waits = [
        round((next_try(Visit(A, "bao", Kind.ARTICLE, attempts)) - datetime.now(UTC)) / timedelta(hours=1))
        for attempts in (0, 1, 2, 3, 4, 5, 50)
    ]
    assert waits == [0, 0, 0, 1, 2, 4, 7 * 24]


def test_a_frontier_of_the_first_version_is_taken_on(tmp_path: Path) -> None:
    """What waits in an older file still waits."""
    path = tmp_path / "frontier.sqlite"
    with Frontier(path) as frontier:
        frontier.add("bao", Kind.ARTICLE, [(A, None)])
        frontier._db.executescript(
            "DROP INDEX due; CREATE INDEX waiting ON visit (host, kind, attempts) WHERE state != 'done';"
            "PRAGMA user_version = 1"
        )
    with Frontier(path) as frontier:
        visit = frontier.next("bao.vn", EVERYTHING, now=NOW)
        assert visit is not None
        assert visit.url == A
        names = {name for (name,) in frontier._db.execute("SELECT name FROM sqlite_master")}
        assert {"due", "waiting"} & names == {"due"}


def test_states(frontier: Frontier) -> None:
    """Numbers by source, and when one last answered."""
    frontier.add("bao", Kind.ARTICLE, [(A, None), (B, None), ("http://bao.vn/c", None)])
    frontier.add("khac", Kind.FEED, [("http://khac.vn/", None)])
    visit = frontier.next("bao.vn", EVERYTHING, now=NOW)
    assert visit is not None
    frontier.done(visit, now=NOW, status=200)
    visit = frontier.next("bao.vn", EVERYTHING, now=NOW)
    assert visit is not None
    frontier.failed(visit, "too-slow", not_before=LATER)
    ours, other = frontier.states()
    assert (ours.source, ours.waiting, ours.done, ours.failed, ours.last_success) == ("bao", 1, 1, 1, NOW)
    assert (other.source, other.waiting, other.last_success) == ("khac", 1, None)


def test_a_rehearsal_changes_nothing(frontier: Frontier) -> None:
    """What is done to the copy is not done to the frontier."""
    frontier.add("bao", Kind.ARTICLE, [(A, None)])
    with frontier.rehearsal() as copy:
        visit = copy.next("bao.vn", EVERYTHING, now=NOW)
        assert visit is not None
        copy.done(visit, now=NOW, status=200)
        copy.add("bao", Kind.ARTICLE, [(B, None)])
    assert frontier.next("bao.vn", EVERYTHING, now=NOW) == visit
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
from crawl.frontier import Frontier, Kind
frontier = Frontier(Path(sys.argv[1]))
now = datetime(2026, 1, 1, tzinfo=UTC)
frontier.add("bao", Kind.ARTICLE, [(f"http://bao.vn/{n}", None) for n in range(100)])
for _ in range(40):
    frontier.done(frontier.next("bao.vn", [Kind.ARTICLE], now=now), now=now, status=200)
frontier.next("bao.vn", [Kind.ARTICLE], now=now)
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
    """Whatever is done in whatever order, no URL is lost, and only what was done is no longer given."""

    def __init__(self) -> None:
        super().__init__()
        self.frontier = Frontier(Path(":memory:"))
        self.known: set[str] = set()
        self.finished: set[str] = set()

    def teardown(self) -> None:
        """Let go of it."""
        self.frontier.close()

    @rule(numbers=st.lists(st.integers(0, 9), max_size=5), again=st.booleans())
    def add(self, numbers: list[int], again: bool) -> None:
        """Add URLs, perhaps again."""
        urls = {f"http://bao.vn/{number}" for number in numbers}
        added = self.frontier.add(
            "bao", Kind.ARTICLE, [(url, None) for url in urls], again_since=LATER if again else None
        )
        assert added == len(urls - self.known)
        self.known |= urls
        if again:
            self.finished -= urls

    @rule(outcome=st.sampled_from(["done", "failed", "later"]))
    def visit(self, outcome: str) -> None:
        """Visit the next one."""
        visit = self.frontier.next("bao.vn", [Kind.ARTICLE], now=LATER)
        assert (visit is None) == (self.known == self.finished)
        if visit is None:
            return
        assert visit.url not in self.finished
        if outcome == "done":
            self.frontier.done(visit, now=NOW, status=200)
            self.finished.add(visit.url)
        elif outcome == "failed":
            self.frontier.failed(visit, "x", not_before=NOW)
        else:
            self.frontier.later(visit, not_before=NOW)

    @rule()
    def reopen(self) -> None:
        """Let all wait again."""
        self.frontier.reopen("bao", Kind.ARTICLE)
        self.finished.clear()

    @invariant()
    def counts_agree(self) -> None:
        """The states count every URL once."""
        for state in self.frontier.states():
            assert state.done == len(self.finished)
            assert state.waiting + state.failed == len(self.known - self.finished)


TestFrontierMachine = FrontierMachine.TestCase
TestFrontierMachine.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)


def test_a_clock_set_ahead_silences_nothing(frontier: Frontier) -> None:
    """Lists visited in the future are visited again, waits longer than any are over; true ones hold."""
    ahead = NOW + timedelta(days=7300)
    frontier.add("bao", Kind.SECTION, [(A, None)])
    frontier.add("bao", Kind.ARTICLE, [(B, None), (B + "c", None)])
    for when in (ahead, NOW + timedelta(days=7)):
        visit = frontier.next("bao.vn", (Kind.ARTICLE,), now=NOW)
        assert visit
        frontier.failed(visit, "http-500", not_before=when)
    section = frontier.next("bao.vn", LISTS, now=NOW)
    assert section
    frontier.done(section, now=ahead)
    assert frontier.next("bao.vn", EVERYTHING, now=LATER) is None
    frontier.forgive_clock(LATER)
    frontier.add("bao", Kind.SECTION, [(A, None)], again_since=LATER)
    assert [visit and visit.url for visit in (frontier.next("bao.vn", LISTS, now=LATER),)] == [A]
    again = frontier.next("bao.vn", (Kind.ARTICLE,), now=LATER)
    assert again
    assert again.url == B
    frontier.done(again, now=LATER)
    assert frontier.next("bao.vn", (Kind.ARTICLE,), now=LATER) is None
    frontier.forgive_clock(LATER)
    assert not frontier.add("bao", Kind.ARTICLE, [(B, None)], again_since=NOW)
    assert frontier.next("bao.vn", (Kind.ARTICLE,), now=LATER) is None
