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
    """In the second half of a crawl of three hundred pages the memory of its processes hardly grows, and that of the
    crawler itself stays far below 200 MiB; when its time is up a crawl ends.
    """
    course = crawl_on(tmp_path / "whole", hosts=2, articles=150)
    assert course.pages >= 300
    assert min(course.readers) > 0
    assert max(course.memory) < 100
    assert course.memory[-1] - course.memory[4] < 10
    part = crawl_on(tmp_path / "part", hosts=2, articles=100_000, seconds=10)
    assert part.pages < 200_000
