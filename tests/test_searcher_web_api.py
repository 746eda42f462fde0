"""The JSON API: the pages of a search, linked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from index.document import Document
from searcher.web.app import create_app
from tests.oracle_engine import OracleEngine

SEEN = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(("page", "relations"), [(1, ["next"]), (2, ["prev", "next"]), (3, ["prev"])])
def test_each_page_names_its_neighbours(page: int, relations: list[str]) -> None:
    """The first has none before it, the last none behind it."""
    engine = OracleEngine()
    with engine.writer() as writer:
        for number in range(3):
            writer.put(Document(f"a{number}", "x", "Bão", SEEN))
        writer.commit("")
    response = create_app(engine).test_client().get(f"/api/v1/search?q=bão&limit=1&page={page}")
    links = response.headers.getlist("Link")
    assert [link.partition('rel="')[2].removesuffix('"') for link in links] == relations
    pages = {"prev": page - 1, "next": page + 1}
    for link, relation in zip(links, relations, strict=True):
        number = pages[relation]
        assert ("page=" in link) == (number > 1)
        assert number == 1 or f"page={number}>" in link
