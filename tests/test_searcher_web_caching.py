"""Entity tags: who has an answer is not sent it again, until something that may change it has changed."""

from __future__ import annotations

import pytest

from searcher.web import caching
from searcher.web.app import create_app
from tests.oracle_engine import OracleEngine


@pytest.mark.parametrize("path", ["/search", "/api/v1/search"])
def test_another_release_answers_anew(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an upgrade the same search has another tag, as its page may look different."""
    engine = OracleEngine()
    with engine.writer() as writer:
        writer.commit("")
    visitor = create_app(engine).test_client()
    tag = visitor.get(f"{path}?q=ho").headers["ETag"]
    monkeypatch.setattr(caching, "_RELEASE", "0.0.0")
    assert visitor.get(f"{path}?q=ho").headers["ETag"] != tag
    assert visitor.get(f"{path}?q=ho", headers={"If-None-Match": tag}).status_code == 200


def test_pages_and_the_api_do_not_share_tags() -> None:
    """The tag of a page is no tag of the JSON of the same search; both are weak and asked about each time."""
    engine = OracleEngine()
    with engine.writer() as writer:
        writer.commit("")
    visitor = create_app(engine).test_client()
    answers = [visitor.get(f"{path}?q=ho&lang=en") for path in ("/search", "/api/v1/search")]
    tags = {answer.headers["ETag"] for answer in answers}
    assert len(tags) == 2
    assert all(tag.startswith("W/") for tag in tags)
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-cache"}
