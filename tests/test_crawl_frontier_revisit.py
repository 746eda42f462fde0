"""When a page is visited again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl.frontier.revisit import LONGEST_WAIT, next_look, next_reading, next_trial, next_try

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("quiet", "rest"),
    [
        (timedelta(), timedelta()),
        (HOUR, timedelta()),
        (2 * HOUR, HOUR / 4),
        (DAY, 3 * HOUR),
        (8 * DAY, DAY),
        (365 * DAY, 7 * DAY),
    ],
)
def test_a_list_rests_the_longer_the_longer_it_brought_nothing(quiet: timedelta, rest: timedelta) -> None:
    """An eighth of that time, a quarter of an hour at least or not at all, a week at most; with a date of its own
    a day at least, as it is read when its date changes; out of the way or dead, up to a month.
    """
    assert next_reading(NOW - quiet, NOW) == NOW + rest
    assert next_reading(NOW - quiet, NOW, dated=True) == NOW + max(rest, DAY)
    assert next_reading(NOW - quiet, NOW, aside=True) == NOW + (rest if rest < 7 * DAY else 30 * DAY)
    assert next_trial(NOW - quiet, NOW) == NOW + (rest if rest < 7 * DAY else 30 * DAY)


@given(st.lists(st.timedeltas(timedelta(minutes=15), timedelta(days=60)), min_size=1, max_size=20))
def test_what_a_list_brings_is_found_in_good_time(gaps: list[timedelta]) -> None:
    """Whenever something new comes, it is found after no more than an eighth of the time since the last, and a
    quarter of an hour, when a crawl begins every quarter of an hour.
    """
    moment = news = NOW
    for gap in gaps:
        appears = news + gap
        while moment < appears:
            moment = max(next_reading(news, moment), moment + timedelta(minutes=15))
        assert moment - appears <= max(gap / 8, timedelta(minutes=15)) + timedelta(seconds=1)
        news = moment


def test_an_article_is_looked_at_while_it_is_young() -> None:
    """An hour after it was printed, and ever more seldom, until it is a month old; however late it was found."""
    looks, moment = [], NOW
    while following := next_look(NOW, moment):
        assert following > moment
        looks.append(following - NOW)
        moment = following
    assert looks == [HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY, 30 * DAY]
    assert next_look(NOW - 2 * DAY, NOW) == NOW + DAY
    assert next_look(NOW - 3650 * DAY, NOW) is None


def test_failures_wait_ever_longer() -> None:
    """A URL may be tried again at once three times, then after an hour, two, four, and never later than a week;
    one that the server says is gone after a day, two, four, and never later than the longest wait.
    """
    attempts = (0, 1, 2, 3, 4, 5, 50)
    assert [(next_try(n, NOW) - NOW) / HOUR for n in attempts] == [0, 0, 0, 1, 2, 4, 7 * 24]
    waits = [(next_try(n, NOW, lasting=True) - NOW) / DAY for n in attempts]
    assert waits == [0, 0, 0, 1, 2, 4, LONGEST_WAIT / DAY]
