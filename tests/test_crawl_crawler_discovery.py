"""Which of the URLs that a newspaper's pages name wait for a visit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawl.crawler import discovery
from crawl.crawler.discovery import Discovery, Found
from crawl.crawler.report import Tally
from crawl.frontier.frontier import Frontier
from crawl.frontier.links import Links
from crawl.frontier.visits import Kind, Visit
from crawl.sources.source import Source

PAPER = Source(name="bao.vn", title="Báo", hosts=("bao.vn",))
FRONT = "https://bao.vn/"
SECOND = "https://bao.vn/?page=2"


@pytest.fixture
def frontier() -> Iterator[Frontier]:
    """One in which the second page of a list was read an hour ago."""
    with Frontier(Path(":memory:")) as opened:
        opened.add(PAPER.name, Kind.SECTION, [(SECOND, None)])
        opened.done(Visit(SECOND, PAPER.name, Kind.SECTION), now=datetime.now(UTC) - timedelta(hours=1))
        opened.begin(PAPER.name, now=datetime.now(UTC))
        yield opened


@pytest.mark.parametrize(
    ("kind", "articles", "again"),
    [
        (Kind.SECTION, ("https://bao.vn/bai-10000.html",), True),
        (Kind.SECTION, (), False),
        (Kind.ARTICLE, ("https://bao.vn/bai-10000.html",), False),
    ],
)
def test_further_pages_are_looked_at_again_only_for_news_on_a_list(
    frontier: Frontier, kind: Kind, articles: tuple[str, ...], again: bool
) -> None:
    """News on a list may have moved others to its further pages; what an article links to tells nothing of them."""
    found = Discovery(PAPER, frontier, Tally(PAPER.name)).linked(
        Visit(FRONT, PAPER.name, kind), Links(articles=articles, numbered=(SECOND,))
    )
    assert found == Found(frozenset({"bao.vn"}), len(articles), len(articles))
    waiting = frontier.next("bao.vn", [Kind.SECTION])
    assert (waiting is not None and waiting.url == SECOND) is again


def test_a_listing_that_was_seen_leads_no_further(frontier: Frontier) -> None:
    """Past its end a list repeats its last page, whose further pages are not followed."""
    ours = Discovery(PAPER, frontier, Tally(PAPER.name))
    articles = ("https://bao.vn/bai-10000.html",)
    for number in (3, 4, 5):
        visit = Visit(f"https://bao.vn/?page={number}", PAPER.name, Kind.SECTION)
        ours.linked(visit, Links(articles=articles, numbered=(f"https://bao.vn/?page={number + 1}",)))
    assert frontier.known("https://bao.vn/?page=4")
    assert not frontier.known("https://bao.vn/?page=5")
    assert not frontier.known("https://bao.vn/?page=6")


def test_only_the_newest_listings_are_remembered(frontier: Frontier, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many pages a newspaper has, few of them are kept in mind; one that came again is not the oldest."""
    monkeypatch.setattr(discovery, "_MOST_LISTINGS", 2)
    ours = Discovery(PAPER, frontier, Tally(PAPER.name))
    for number in (1, 2, 1, 3):
        listing = (f"https://bao.vn/bai-1000{number}.html",)
        visit = Visit(FRONT, PAPER.name, Kind.SECTION)
        ours.linked(visit, Links(articles=listing, numbered=(SECOND,)))
    kept = [hash((f"https://bao.vn/bai-1000{number}.html",)) for number in (1, 3)]
    assert list(ours._listings) == kept


def test_folders_inside_themselves_are_left(frontier: Frontier) -> None:
    """What must lead in circles is counted, with an example, and does not wait."""
    tally = Tally(PAPER.name)
    maze = "https://bao.vn/a/b/a/b/a/b/tin-10000.html"
    found = Discovery(PAPER, frontier, tally).linked(
        Visit(FRONT, PAPER.name, Kind.SECTION), Links(articles=(maze, "https://bao.vn/bai-10000.html"))
    )
    assert (found.articles, tally.found, dict(tally.rejected)) == (1, 1, {"maze": 1})
    assert tally.examples == {"maze": maze}
    assert not frontier.known(maze)
