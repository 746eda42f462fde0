"""What went wrong, for whoever asked: nothing that controls a screen, nothing that is the server's own affair."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from index.engine import QueryTimeout
from searcher.querylang.lexer import QuerySyntaxError
from searcher.results.request import RequestError
from searcher.web.problems import explain

EVIL = "x\x1b[2J\u202ey"


@pytest.mark.parametrize("error", [QuerySyntaxError(3, EVIL, ""), RequestError(EVIL)])
def test_a_mistake_is_told_in_letters(error: Exception) -> None:
    """What was typed may stand in the sentence, its controls may not."""
    problem = explain(error)
    assert problem.status is HTTPStatus.BAD_REQUEST
    assert problem.detail.endswith("x[2Jy")
    assert problem.retry_after is None


def test_the_place_of_a_fault_is_counted_from_one_for_people() -> None:
    """The position is an offset for programs; the sentence counts characters as people do."""
    problem = explain(QuerySyntaxError(3, "why", "mended"))
    assert (problem.position, problem.suggestion) == (3, "mended")
    assert problem.detail == "At character 4: why"
    assert explain(QuerySyntaxError(0, "why", "")).suggestion is None


def test_a_defect_of_ours_tells_nothing_of_itself() -> None:
    """Whatever is unknown is for the log, and may be asked again; so may what took too long."""
    problem = explain(OSError("/secret/place"))
    assert problem.status is HTTPStatus.SERVICE_UNAVAILABLE
    assert "secret" not in problem.detail
    assert problem.retry_after
    assert explain(QueryTimeout(2.0)).retry_after
