"""Kills at random moments, and a longer crawl, as `tests.bench.endurance` does them on a larger scale."""

from __future__ import annotations

from pathlib import Path

from tests.bench.endurance import crawl_on, kill_again_and_again


def test_kills_at_random_moments_lose_nothing(tmp_path: Path) -> None:
    """After ten kills and a crawl to the end every article is stored once and its page is whole, and each kill cost
    at most one request a worker.
    """
    outcome = kill_again_and_again(tmp_path, kills=10, hosts=2, articles=60)
    assert outcome.lost_nothing, outcome
    assert outcome.kills >= 5, outcome


def test_memory_stays_flat(tmp_path: Path) -> None:
    """In the second half of a crawl of three hundred pages the crawler's memory hardly grows, and it stays far below
    200 MiB.
    """
    course = crawl_on(tmp_path, hosts=2, articles=150)
    assert course.pages >= 300
    assert course.peak_mb < 200
    assert course.memory[-1] - course.memory[4] < 10
