"""What the pages show of a faulty query, of reprints, and of an engine that has no time left."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from bs4 import BeautifulSoup

from index.document import Document
from searcher.web.app import create_app
from tests.oracle_engine import OracleEngine

SEEN = datetime(2024, 1, 1, tzinfo=UTC)


def test_a_fault_is_shown_with_what_is_near_it() -> None:
    """Of a long query sixty characters before the fault and sixty behind it are quoted, the fault marked."""
    before, behind = "trước " * 30, " sau" * 60
    response = (
        create_app(OracleEngine()).test_client().get("/search", query_string={"q": f"{before}){behind}"})
    )
    assert response.status_code == 400
    place = BeautifulSoup(response.text, "html.parser").select_one(".problem code")
    assert place is not None
    assert place.get_text() == before[-60:] + ")" + behind[:60]


@pytest.mark.parametrize("name", ["a1", "a2"])
def test_an_article_is_no_reprint_of_itself(name: str) -> None:
    """The reading page lists the other printings and not the one that is read."""
    engine = OracleEngine()
    with engine.writer() as writer:
        for number in (1, 2, 3):
            writer.put(Document(f"a{number}", "x", "Bão", SEEN, published=date(2021, 1, number), group="g"))
        writer.commit("")
    page = BeautifulSoup(create_app(engine).test_client().get(f"/a/{name}").text, "html.parser")
    links = {str(link["href"]) for link in page.select("section a")}
    assert links == {f"/a/a{number}" for number in (1, 2, 3)} - {f"/a/{name}"}
