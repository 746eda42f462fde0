"""The links of the API, the longest address, and what stands in the log."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from index.document import Document
from index.engine import EngineUnavailable
from searcher.web.app import create_app
from searcher.web.problems import MAX_ADDRESS
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


def test_an_address_of_the_greatest_length_is_read() -> None:
    """One byte more is a 414."""
    visitor = create_app(OracleEngine()).test_client()
    longest = "/?x=" + "a" * (MAX_ADDRESS - 4)
    assert visitor.get(longest).status_code == 200
    assert visitor.get(f"{longest}a").status_code == 414


class Away(OracleEngine):
    """An engine that cannot be reached, for a reason that controls terminals."""

    def documents(self, *_ids: object) -> tuple[Document, ...]:
        """Fail."""
        raise EngineUnavailable("away \x1b[2J")


def test_the_log_holds_what_is_ours_to_mend(caplog: pytest.LogCaptureFixture) -> None:
    """An engine that is away is logged, in letters only; a visitor's mistake is not."""
    visitor = create_app(Away()).test_client()
    assert visitor.get("/api/v1/search?q=(").status_code == 400
    assert visitor.get("/nothing").status_code == 404
    assert caplog.records == []
    assert visitor.get("/api/v1/articles/a").status_code == 503
    assert "away" in caplog.text
    assert "\x1b" not in caplog.text
