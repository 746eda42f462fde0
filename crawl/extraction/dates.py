"""Dates as newspapers write them: text → When.

The forms are those seen on Vietnamese news pages and in their feeds; Vietnam writes day before month
(TCVN, and every paper seen), ISO 8601 and RFC 5322 dates are read by their own rules. A moment without a zone
is Vietnam's. General date libraries are no help here: they read `GMT+7` with POSIX's reversed sign,
flip ISO dates when told that days come first, and stumble over `Thứ Hai,` and `Cập nhật lúc`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from crawl.article import VIETNAM, When, local_day

MAX_LENGTH = 500
"""Only this many characters are looked at: a date line is short."""

YEARS = range(1900, 2100)
"""What a year may be; other numbers are none, or what a program writes where it knows none."""

_FIRST_DAY = date(1990, 1, 1)
_TIME_REACH = 30  # a time further from its date than this belongs to something else

_VIETNAMESE_MONTHS = (
    "một|giêng",
    "hai",
    "ba",
    "tư|bốn",
    "năm",
    "sáu",
    "bảy",
    "tám",
    "chín",
    "mười",
    "mười một",
    "mười hai|chạp",
)
_ENGLISH_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, names in enumerate(_VIETNAMESE_MONTHS, 1) for name in names.split("|")}
_MONTHS |= {name: number for number, name in enumerate(_ENGLISH_MONTHS, 1)}

_MONTH_NAMES = "|".join(
    sorted((name for name in _MONTHS if name not in _ENGLISH_MONTHS), key=len, reverse=True)
)
_ENGLISH_NAME = "(?P<month>" + "|".join(_ENGLISH_MONTHS) + r")[a-z]*\.?"
_DAY = r"(?<!\d)(?P<day>\d{1,2})"
_YEAR = r"(?P<year>\d{4})(?!\d)"

_DATES = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)",
        _DAY + r" ?(?P<sep>[-/.]) ?(?P<month>\d{1,2}) ?(?P=sep) ?(?P<year>\d{4}|\d{2})(?!\d)",
        _DAY + rf",? (?:tháng|thg|th) ?(?P<month>\d{{1,2}}|{_MONTH_NAMES}),? ?(?:năm )?" + _YEAR,
        _DAY + r"(?:st|nd|rd|th)?[ -]" + _ENGLISH_NAME + r",?[ -]" + _YEAR,
        _ENGLISH_NAME + r" (?P<day>\d{1,2})(?:st|nd|rd|th)?,? " + _YEAR,
    )
)
_TIME = re.compile(
    r"(?<![\d:])(?P<hour>\d{1,2})"
    r"(?: ?(?:[:hg]|giờ) ?(?P<minute>\d{2})(?!\d)(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?"
    r"| ?(?:h|giờ)(?![a-z]))"
    r"(?:'|’|phút| phút)?(?: ?(?P<half>am|pm|sa|ch|sáng|chiều|tối)\b)?"
    r"(?: ?[\[(]?(?P<zone>z\b|(?:gmt|utc) ?(?:[+-] ?\d{1,2}(?::?\d{2})?)?|[+-]\d{2}(?::?\d{2})?(?!\d)))?"
)
_EPOCH = re.compile(r"[1-9]\d{9}(?P<milli>\d{3})?", re.ASCII)
_OFFSET = re.compile(r"(?P<sign>[+-]) ?(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?", re.ASCII)


def parse_written(text: str) -> When | None:
    """The first date in the text, with the time that stands next to it; None where there is none.

    Words around it (`Cập nhật lúc`, a weekday) do not matter. A bare date where no time is written.
    Two-digit years lie between 1990 and 2089: there was no online press before.
    """
    text = " ".join(unicodedata.normalize("NFC", text[:MAX_LENGTH]).lower().split())
    for match in sorted(_matches(text), key=lambda found: (found.start(), -found.end())):
        clock = _nearest_time(text, match)
        day = _day(match, clock)
        if day is not None:
            return _moment(day, clock)
    return None


def parse_stated(text: str) -> When | None:
    """What a page tells machines: a written date, or the seconds or milliseconds since 1970 (POSIX)."""
    if match := _EPOCH.fullmatch(text.strip()):
        return datetime.fromtimestamp(int(text) // (1000 if match["milli"] else 1), VIETNAM)
    return parse_written(text)


def is_plausible(when: When, latest: datetime) -> bool:
    """Whether an article can be from that day: before 1990 there was no online press, after `latest` none yet."""
    return _FIRST_DAY <= local_day(when) <= local_day(latest)


def _matches(text: str) -> Iterator[re.Match[str]]:
    for pattern in _DATES:
        yield from pattern.finditer(text)


def _nearest_time(text: str, day: re.Match[str]) -> re.Match[str] | None:
    """The time written closest to the date, before or after it, that is one (hour below 24)."""
    before = [(day.start() - match.end(), match) for match in _TIME.finditer(text[: day.start()])]
    after = [(match.start(), match) for match in _TIME.finditer(text[day.end() :])]
    near = [(gap, match) for gap, match in (*before, *after) if gap <= _TIME_REACH]
    valid = [(gap, match) for gap, match in near if _clock(match) is not None]
    return min(valid, key=lambda found: found[0])[1] if valid else None


def _day(match: re.Match[str], clock: re.Match[str] | None) -> date | None:
    year = int(match["year"])
    if len(match["year"]) == 2:
        year += 2000 if year < 90 else 1900
    month, day = match["month"], int(match["day"])
    number = int(month) if month.isdigit() else _MONTHS[month]
    if "sep" in match.re.groupindex and (number > 12 or _is_american(match, clock)):
        number, day = day, number
    try:
        return date(year, number, day) if year in YEARS else None
    except ValueError:
        return None


def _is_american(match: re.Match[str], clock: re.Match[str] | None) -> bool:
    """Month first, as .NET's en-US format `M/d/yyyy h:mm:ss tt` has it: AM or PM, nothing padded."""
    if clock is None or clock["half"] not in {"am", "pm"} or match["sep"] != "/":
        return False
    padded = any(part.startswith("0") for part in (match["day"], match["month"], clock["hour"]))
    return not padded and int(match["day"]) <= 12


def _clock(match: re.Match[str]) -> time | None:
    hour, half = int(match["hour"]), match["half"]
    if half in {"pm", "ch", "chiều", "tối"} and hour < 12:
        hour += 12
    elif half in {"am", "sa", "sáng"} and hour == 12:
        hour = 0
    try:
        return time(hour, int(match["minute"] or 0), int(match["second"] or 0))
    except ValueError:
        return None


def _moment(day: date, match: re.Match[str] | None) -> When:
    clock = None if match is None else _clock(match)
    if match is None or clock is None:
        return day
    return datetime.combine(day, clock, _zone(match["zone"]))


def _zone(written: str | None) -> tzinfo:
    """The zone as written: `GMT+7` is seven hours ahead of Greenwich, for everybody but POSIX."""
    if not written:
        return VIETNAM
    offset = _OFFSET.search(written)
    if offset is None:
        return UTC
    ahead = timedelta(hours=int(offset["hours"]), minutes=int(offset["minutes"] or 0))
    if ahead >= timedelta(hours=24):
        return VIETNAM
    ahead = -ahead if offset["sign"] == "-" else ahead
    return VIETNAM if ahead == VIETNAM.utcoffset(None) else timezone(ahead)
