"""Why a page of results is empty."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from index.document import Document
from searcher.results.request import SearchRequest
from searcher.results.search import Searcher
from searcher.results.why_none import why_none
from tests.oracle_engine import OracleEngine

SEEN = datetime(2024, 1, 1, tzinfo=UTC)
PROSE = "con đường tránh qua thị trấn này bao giờ thì mới xong vậy"


@pytest.fixture(scope="module")
def engine() -> OracleEngine:
    """An engine with 130 articles, each of which holds a part of the words asked for."""
    engine = OracleEngine()
    with engine.writer() as writer:
        for number in range(130):
            title = "đường tránh" if number % 10 == 0 else "đường"
            writer.put(Document(str(number), "bao.vn", title, SEEN, province="Núi Đỏ"))
        writer.commit("")
    return engine


@pytest.mark.parametrize("limit", [1, 7, 10, 130, 1000])
@pytest.mark.parametrize("text", ["đường", "đường tránh", PROSE, "tránh"])
def test_the_page_that_is_named_is_the_last(engine: OracleEngine, text: str, limit: int) -> None:
    """The page named has hits and the next has none, whether what fills it matches whole or in part."""
    searcher = Searcher(engine)
    beyond = SearchRequest(text, limit=limit, page=min(200, 10_000 // limit))
    (reason,) = why_none(searcher.search(beyond), beyond, engine)
    last = int(re.findall(r"\d+", reason)[-1])
    assert searcher.search(replace(beyond, page=last)).hits
    assert not searcher.search(replace(beyond, page=last + 1)).hits


def test_only_what_nothing_has_is_named(engine: OracleEngine) -> None:
    """Newspapers and provinces of which there are articles are no reason, and a full page needs none."""
    request = SearchRequest("cầu", source=("bao.vn", "bao\x1bla"), province=("nui do",))
    reasons = why_none(Searcher(engine).search(request), request, engine)
    assert reasons == ("No article here is from a newspaper called baola.",)
    full = SearchRequest("đường")
    assert why_none(Searcher(engine).search(full), full, engine) == ()
