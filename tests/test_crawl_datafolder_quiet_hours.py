"""The hours in which a newspaper is left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl.datafolder.quiet_hours import BadHours, QuietHours, is_quiet, parse_quiet_hours

MINUTES = st.integers(0, 24 * 60 - 1)
MOMENTS = st.datetimes(timezones=st.just(UTC))


@given(MINUTES, st.integers(1, 24 * 60))
def test_what_is_written_is_read_again(begins: int, ends: int) -> None:
    """Any two different times of day are a span, and its text is read as the same span."""
    if begins != ends:
        assert parse_quiet_hours(str(QuietHours(begins, ends))) == QuietHours(begins, ends)


@pytest.mark.parametrize(
    "text", ["", "06:30", "6.30-8.30", "24:00-01:00", "06:60-07:00", "06:00-06:00", "06:00-24:01", "a-b"]
)
def test_what_is_no_span(text: str) -> None:
    """Anything but two times of day that differ is named in a sentence that shows the form."""
    with pytest.raises(BadHours, match="06:30-08:30") as caught:
        parse_quiet_hours(text)
    assert caught.value.text == text


@given(MINUTES, MINUTES, MOMENTS)
def test_a_span_and_its_complement_share_no_moment(begins: int, ends: int, moment: datetime) -> None:
    """Every moment lies either in the hours or in those from their end to their beginning."""
    if begins != ends:
        assert QuietHours(begins, ends).hold(moment) != QuietHours(ends, begins).hold(moment)


@pytest.mark.parametrize(
    ("span", "local", "expected"),
    [
        ("06:30-08:30", "06:29", False),
        ("06:30-08:30", "06:30", True),
        ("06:30-08:30", "08:29", True),
        ("06:30-08:30", "08:30", False),
        ("22:00-05:00", "23:59", True),
        ("22:00-05:00", "04:59", True),
        ("22:00-05:00", "12:00", False),
        ("00:00-24:00", "00:00", True),
    ],
)
def test_hours_are_those_of_vietnam(span: str, local: str, *, expected: bool) -> None:
    """The clock is the readers', seven hours ahead of UTC, and a span may pass midnight."""
    moment = datetime.fromisoformat(f"2026-01-02T{local}:00+00:00") - timedelta(hours=7)
    assert is_quiet([parse_quiet_hours(span)], moment) is expected
    assert is_quiet([], moment) is False
