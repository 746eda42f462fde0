"""One answer may ask the engine for so long in all: searcher.results.timelimit, and the two fronts that use it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from index.document import Document
from index.engine import DEFAULT_OPTIONS, Engine, Hits, QueryTimeout, SearchOptions
from index.query import Everything, Query, Term
from searcher.results.request import SearchRequest
from searcher.results.search import Searcher
from searcher.results.timelimit import TimeLimited
from searcher.web.app import create_app
from tests.oracle_engine import OracleEngine

SEEN = datetime(2024, 1, 1, tzinfo=UTC)


class Slow(OracleEngine):
    """An engine of one article that takes three seconds, by a clock of its own, for each search."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.allowed: list[float] = []
        self.committed = {"1": Document("1", "a.vn", "Lũ về", SEEN, body="gió mùa", published=SEEN)}

    def search(self, query: Query, options: SearchOptions = DEFAULT_OPTIONS) -> Hits:
        """Answer after three seconds, or give up when fewer are allowed."""
        seconds = options.seconds
        assert seconds is not None
        self.allowed.append(seconds)
        self.now += min(seconds, 3)
        if seconds < 3:
            raise QueryTimeout(seconds)
        return super().search(query, replace(options, seconds=None))


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    """A slow engine whose clock is the one that time limits look at."""
    engine = Slow()
    monkeypatch.setattr("searcher.results.timelimit.time", SimpleNamespace(monotonic=lambda: engine.now))
    return engine


def test_all_searches_share_the_time(slow: Slow) -> None:
    """Each search is allowed what the ones before it left; the one that is cut short says how long all could take."""
    limited: Engine = TimeLimited(slow, 10)
    for _search in range(3):
        assert limited.search(Term("lũ")).total == 1
    with pytest.raises(QueryTimeout, match=r"than 10 s"):
        limited.search(Term("lũ"))
    assert slow.allowed == [10, 7, 4, 1]


@pytest.mark.parametrize(
    "ask",
    [
        lambda engine: engine.search(Everything()),
        lambda engine: engine.search(Everything(), SearchOptions(seconds=100)),
        lambda engine: engine.value_counts(Everything(), "source"),
        lambda engine: engine.day_counts(Everything()),
        lambda engine: engine.matching(Everything(), ["1"]),
        lambda engine: engine.documents(["1"]),
        lambda engine: engine.spellings(["lu"]),
    ],
)
def test_afterwards_nothing_is_asked(slow: Slow, ask: Callable[[Engine], object]) -> None:
    """When the time is over every question is refused, and the engine is not troubled; before, it is answered."""
    limited = TimeLimited(slow, 6)
    assert ask(limited)
    slow.now = 6
    asked = len(slow.allowed)
    with pytest.raises(QueryTimeout, match=r"than 6 s"):
        ask(limited)
    assert len(slow.allowed) == asked


def test_a_shorter_limit_of_one_question_stays(slow: Slow) -> None:
    """Whoever allows one search less than what is left gets an error that names what was allowed."""
    with pytest.raises(QueryTimeout, match=r"than 2 s"):
        TimeLimited(slow, 10).search(Everything(), SearchOptions(seconds=2))


def test_a_search_of_many_steps_is_given_up(slow: Slow) -> None:
    """A page that takes several searches of the engine raises QueryTimeout rather than take longer than allowed."""
    with pytest.raises(QueryTimeout):
        Searcher(TimeLimited(slow, 4)).search(SearchRequest("lũ gió nào"))
    assert slow.now <= 4
    assert Searcher(TimeLimited(slow, 100)).search(SearchRequest("lũ gió")).total == 1


def test_what_was_found_is_shown_though_no_time_is_left_for_suggestions(
    slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hits that were found in time are the answer; only other spellings to try are left out."""

    def ponder(*_asked: object, **_options: object) -> str:
        slow.now = 100
        slow.search(Everything(), SearchOptions(seconds=0))
        return ""

    monkeypatch.setattr("searcher.results.search.correction", ponder)
    page = Searcher(TimeLimited(slow, 100)).search(SearchRequest("lũ"))
    assert (page.total, len(page.hits), page.suggestions) == (1, 1, ())


def test_the_site_gives_up_after_a_while(slow: Slow) -> None:
    """503 with Retry-After and what to do about it, on the page and in the API."""
    visitor = create_app(slow, seconds=2).test_client()
    for address in ("/search?q=lũ&lang=en", "/api/v1/search?q=lũ&lang=en"):
        response = visitor.get(address)
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) > 0
        assert "The search took longer than 2 s and was given up." in response.text
    visitor = create_app(slow, seconds=60).test_client()
    assert visitor.get("/search?q=lũ").status_code == 200
    assert visitor.get("/api/v1/search?q=lũ").status_code == 200


def test_the_terminal_gives_up_after_a_while(tmp_path: Path) -> None:
    """A search without any time left ends with one sentence and status 3."""
    program = "from searcher.cli import main, search; search._SEARCH_SECONDS = 0.0; main.main()"
    run = subprocess.run(
        [sys.executable, "-c", program, "search", "lũ", "--lang", "en", "--data", str(tmp_path)],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (run.returncode, run.stdout) == (3, b"")
    assert run.stderr.decode().splitlines() == [
        "The search took longer than 0 s and was given up. Ask for less at once."
    ]
