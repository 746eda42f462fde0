"""Operations: life and readiness are asked anew each time."""

from __future__ import annotations

import pytest

from searcher.web.app import create_app
from tests.oracle_engine import OracleEngine


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_no_cache_keeps_an_answer(address: str) -> None:
    """What was alive or ready a minute ago says nothing about now."""
    engine = OracleEngine()
    with engine.writer() as writer:
        writer.commit("")
    response = create_app(engine).test_client().get(address)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
