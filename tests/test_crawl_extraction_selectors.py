"""A newspaper's own selectors decide what is found on its pages, and cost nothing where there are none."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from crawl.article import Page
from crawl.extraction.dom import parse, text_of
from crawl.extraction.extract import Unreadable
from crawl.extraction.sandbox import OVER_BUDGET, Extractors
from crawl.extraction.selectors import PARTS, BadSelector, Match, SelectedParts, check_selectors
from crawl.sources.source import Selectors, Source

PAGE = (
    "<body><p>một</p><div class=ads>quảng cáo <p class=sapo>giả</p></div>"
    "<p class=sapo>hai</p><p class=sapo>ba</p></body>"
)


def source(**selectors: tuple[str, ...]) -> Source:
    """A newspaper with these selectors."""
    return Source("x.vn", "Báo X", ("x.vn",), selectors=Selectors(**selectors))


def test_what_is_removed_is_counted_and_not_found() -> None:
    """Selectors mean the page as it was sent: positions count what is removed, of which nothing is found."""
    root = parse(PAGE).root
    chosen = SelectedParts(
        root, source(remove=(".ads", "p.none", "html"), lead=("p:nth-child(3)",), tags=(".sapo",))
    )
    assert chosen.text("lead") == "hai"
    assert chosen.texts("tags") == ("hai", "ba")
    assert [(selector, text_of(element).split()) for selector, element in chosen.removed] == [
        (".ads", ["quảng", "cáo", "giả"])
    ]
    assert text_of(root).split() == ["một", "hai", "ba"]


def test_matches_are_counted() -> None:
    """Every selector, also one that comes too late to decide, has the number of its elements on the page as sent."""
    chosen = SelectedParts(parse(PAGE).root, source(lead=(".none", ".sapo"), remove=("div", ".sapo")))
    assert chosen.counts() == (
        Match("lead", ".none", 0),
        Match("lead", ".sapo", 3),
        Match("remove", "div", 1),
        Match("remove", ".sapo", 3),
    )
    assert not chosen.text("lead")


@pytest.mark.parametrize("part", PARTS)
def test_a_bad_selector_names_its_part(part: str) -> None:
    """Whichever part it is for, and whether a better one stands before it, a bad selector is named with its place."""
    bad = source(**{part: ("p", "div p[x")})
    for attempt in (lambda: check_selectors(bad), lambda: SelectedParts(parse(PAGE).root, bad)):
        with pytest.raises(BadSelector, match=r"x\.vn") as error:
            attempt()
        found = error.value
        assert (found.source, found.part, found.selector, found.position) == ("x.vn", part, "div p[x", 6)
        for piece in (part, "“div p[x”", "character 6", found.reason):
            assert piece in str(found)


def test_pages_without_selectors_load_no_soup() -> None:
    """BeautifulSoup is loaded with the first page of a newspaper that has selectors, and not before."""
    program = """
import sys
from crawl.extraction.extract import extract
from crawl.article import Page, utc_now
from crawl.sources.source import Selectors, Source
from dataclasses import replace
page = Page("https://x.vn/a", "https://x.vn/a", 200, (), b"<h1>A</h1><p>b</p>", utc_now())
source = Source("x.vn", "X", ("x.vn",))
for one in (source, replace(source, selectors=Selectors(lead=(".sapo",)))):
    extract(page, one)
    print({"bs4", "soupsieve"} <= set(sys.modules), bool({"bs4", "soupsieve"} & set(sys.modules)))
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.split() == ["False", "False", "True", "True"]


def test_a_selector_that_takes_too_long_costs_one_page() -> None:
    """A selector that asks for every pair of elements of a huge page ends with the page's budget."""
    body = b"<p>x</p>" * 20_000
    url = "https://x.vn/a"
    page = Page(url, url, 200, (("Content-Type", "text/html"),), body, datetime(2024, 1, 1, tzinfo=UTC))
    with Extractors(1, budget=1) as extractors:
        found = extractors.read(page, source(body=(":has(~ :not(p))" * 3,)))
        assert isinstance(found, Unreadable)
        assert found.reason == OVER_BUDGET
