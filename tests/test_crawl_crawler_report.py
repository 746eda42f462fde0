"""The account of a crawl: what its keys mean."""

from __future__ import annotations

import pytest

from crawl.crawler.report import Tally, explained
from crawl.extraction.extract import BAD_SELECTOR, UNREADABLE
from crawl.fetching import errors
from crawl.fetching.errors import FetchError
from crawl.messages import speaking

FAILURES = {
    kind.reason
    for kind in vars(errors).values()
    if isinstance(kind, type)
    and issubclass(kind, FetchError)
    and kind not in (FetchError, errors.Interrupted)
}


@pytest.mark.parametrize(
    "key",
    sorted(
        {*FAILURES, BAD_SELECTOR, UNREADABLE, "robots.txt", "before-since", "empty", "not-html", "no-text"}
    ),
)
def test_every_reason_has_a_sentence(key: str) -> None:
    """Each key under which something is counted is explained in words."""
    assert explained(key) != key
    assert " " in explained(key)


@pytest.mark.parametrize("key", ["http-404", "status-404"])
def test_statuses_are_explained(key: str) -> None:
    """Any status of a server is told with its number."""
    assert "status 404" in explained(key)


@pytest.mark.parametrize("key", ["", "-", "http-", "http-x", "something-new", "{x}"])
def test_unknown_keys_are_shown_as_they_are(key: str) -> None:
    """An archive may hold reasons of another version; they are neither hidden nor an error."""
    for language in ("vi", "en"):
        with speaking(language):
            assert explained(key) == key


def test_the_first_failure_of_a_kind_is_the_example() -> None:
    """Failures are counted by kind, and each kind keeps what was said first."""
    tally = Tally("bao.vn")
    for reason, said in (("http-404", "a"), ("http-404", "b"), ("too-slow", "c")):
        tally.fail(reason, said)
    report = tally.report()
    assert report.failed == (("http-404", 2), ("too-slow", 1))
    assert report.examples == (("http-404", "a"), ("too-slow", "c"))
    assert report.is_silent
