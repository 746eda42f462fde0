"""One page of each family of press sites, invented in that family's markup, with the article that it holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawl.article import Article, Page, dump_article, load_article
from crawl.extraction.extract import extract
from crawl.sources.registry import load_sources
from crawl.sources.source import Selectors, Source

FOLDER = Path(__file__).with_name("families")
PAGES = sorted(FOLDER.glob("*.html"))
FAMILIES = {source.family: source.selectors for source in load_sources(None) if source.family}


def read(path: Path, selectors: Selectors) -> Article:
    """The article on the page of this file; there must be one."""
    url = f"https://bao.example/{path.stem}.html"
    page = Page(
        url, url, 200, (("content-type", "text/html"),), path.read_bytes(), datetime(2026, 1, 1, tzinfo=UTC)
    )
    found = extract(page, Source("bao.example", "Báo Thử", (), selectors=selectors))
    assert isinstance(found, Article), found
    return found


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_of_each_family(path: Path) -> None:
    """Every part of the article is as a person reads it on the page, by general rules alone."""
    expected = load_article(path.with_suffix(".json").read_text("utf-8"))
    assert dump_article(read(path, Selectors())) == dump_article(expected)


@pytest.mark.parametrize(
    "path", [path for path in PAGES if path.stem[0].upper() in FAMILIES], ids=lambda path: path.stem
)
def test_the_selectors_of_a_family_find_the_same(path: Path) -> None:
    """With the selectors that its newspapers share, the text, the title and the date are no others."""
    general = read(path, Selectors())
    selected = read(path, FAMILIES[path.stem[0].upper()])
    assert selected == replace(general, section=selected.section, tags=selected.tags)


def test_each_family_is_there() -> None:
    """Every family of the shipped newspapers has a page."""
    assert {path.stem[0].upper() for path in PAGES} >= set(FAMILIES)
