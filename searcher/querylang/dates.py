"""Days as they are typed: 2021, 2021-03, 2021-03-15, 3/2021, 15/3/2021."""

from __future__ import annotations

import calendar
import re
from datetime import date


def parse_day(text: str, *, last: bool = False) -> date:
    """The first (or `last`) day of the time written as 2021, 2021-03, 2021-03-15, 3/2021 or 15/3/2021.

    The separators `-`, `/` and `.` are alike. Raises ValueError for anything else.
    """
    match = _YEAR_FIRST.fullmatch(text.strip()) or _YEAR_LAST.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    year, month, day = (int(match[part]) if match[part] else None for part in ("year", "month", "day"))
    assert year is not None
    if last:
        month = month or 12
        day = day or calendar.monthrange(year, month)[1]
    return date(year, month or 1, day or 1)


_YEAR_FIRST = re.compile(r"(?P<year>[0-9]{4})(?:[-/.](?P<month>[0-9]{1,2})(?:[-/.](?P<day>[0-9]{1,2}))?)?")
_YEAR_LAST = re.compile(r"(?:(?P<day>[0-9]{1,2})[-/.])?(?P<month>[0-9]{1,2})[-/.](?P<year>[0-9]{4})")
