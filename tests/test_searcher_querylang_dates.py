"""Days as they are typed."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searcher.querylang.dates import parse_day


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2021", date(2021, 1, 1), date(2021, 12, 31)),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
        ("2/2021", date(2021, 2, 1), date(2021, 2, 28)),
        ("2021-03-05", date(2021, 3, 5), date(2021, 3, 5)),
        ("5/3/2021", date(2021, 3, 5), date(2021, 3, 5)),
        (" 05.03.2021 ", date(2021, 3, 5), date(2021, 3, 5)),
    ],
)
def test_days_are_read_year_first_or_day_first(text: str, first: date, last: date) -> None:
    """A year or month stands for its first day, or its last."""
    assert parse_day(text) == first
    assert parse_day(text, last=True) == last


@given(st.text(max_size=12) | st.from_regex(r"[0-9]{0,4}[-/.][0-9]{0,2}[-/.]?[0-9]{0,4}", fullmatch=True))
def test_what_is_no_day_is_a_value_error(text: str) -> None:
    """Any text is a day or a ValueError, and a period never ends before it begins."""
    with suppress(ValueError):
        assert parse_day(text) <= parse_day(text, last=True)
