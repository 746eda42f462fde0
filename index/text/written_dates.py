"""Dates written in a text → one key each, so that every way of writing a day finds every other.

`15/03/2021`, `15-3-2021`, `15.3.2021`, `2021-03-15` and `ngày 15 tháng 3 năm 2021` are the day `2021-03-15`;
a day is also in its month, and `3/2021` or `tháng 3 năm 2021` is the month `2021-03` (ISO 8601 calendar dates,
complete and reduced).
The month may be a word (`Tháng Ba`, as WordPress writes it; Giêng and Chạp are months of the moon), and hyphens and
slashes may have spaces around them, as older papers set them. Of a span (`15-20/3/2021`) the last day is written.
Without a year there is no date: `24/7` is as often a score or a fraction.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from index.text.vietnamese import fold

CENTURY_ENDS = 40
"""A year of two digits up to this one is of the 21st century: `1-5-75` is 1975."""

_MONTHS = {
    form: number
    for number, words in enumerate(
        (
            "một",
            "hai",
            "ba",
            "tư/bốn",
            "năm",
            "sáu",
            "bảy/bẩy",
            "tám",
            "chín",
            "mười",
            "mười một",
            "mười hai",
        ),
        1,
    )
    for word in words.split("/")
    for form in (word, unicodedata.normalize("NFD", word), fold(word))
}
_MONTH_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True)).replace(" ", r"\s+")

# Without IGNORECASE, and beginning with what must be there, these skip through a text many times faster.
_NUMERIC = re.compile(
    r"\d{1,4}(?:([/.-])\d{1,4}(?:\1\d{1,4})?|(\s[/-]\s)\d{1,2}\2\d{4})(?![\d/]|-(?!\d{1,2}/))"
)
_WORDED = re.compile(
    f"[Tt][Hh](?:[áÁ]|[aA]\u0301?)[Nn][Gg]\\s+(?P<month>\\d{{1,2}}|(?i:{_MONTH_NAMES}))"
    "(?:\\s*,?\\s*[Nn](?:[ăĂ]|[aA]\u0306?)[Mm]\\s+|(?:\\s+(?P<day>\\d{1,2})(?=\\s*,))?\\s*[/,-]\\s*)"
    "(?P<year>\\d{4})(?!\\d)"
)
_DIGITS_OF_A_DATE = re.compile(r"\d(?:[/.-]\d|\d{3})")  # every date has them, most paragraphs do not
_DAY_BEFORE = re.compile(r"(?<![\d/.,-])(\d{1,2})\s+$")
_REACH = 8  # characters before the month in which its day stands


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A date at `text[start:end]`: `key` is its day or month, `keys` that and, for a day, its month."""

    key: str
    keys: tuple[str, ...]
    start: int
    end: int


def written_dates(text: str) -> tuple[WrittenDate, ...]:
    """Every date in the text, in order, none inside another. What no calendar has (`31/2/2021`) is none."""
    if not _DIGITS_OF_A_DATE.search(text):
        return ()
    found: list[WrittenDate] = []
    for one in sorted([*_worded(text), *_numeric(text)], key=_extent):
        if not found or one.start >= found[-1].end:
            found.append(one)
    return tuple(found)


def _extent(found: WrittenDate) -> tuple[int, int]:
    return found.start, -found.end


def _numeric(text: str) -> Iterator[WrittenDate]:
    for found in _NUMERIC.finditer(text):
        start, separator = found.start(), found[1] or found[2]
        parts, separator = found[0].split(separator), separator.strip()
        begins = "0123456789/.," if separator == "/" and len(parts) == len("dmy") else "0123456789/.,-"
        if start == 0 or text[start - 1] not in begins:
            key = _numeric_key(parts, separator)
            if key is not None:
                yield _written(key, start, found.end())


def _worded(text: str) -> Iterator[WrittenDate]:
    for found in _WORDED.finditer(text):
        start = found.start()
        day = _DAY_BEFORE.search(text[max(0, start - _REACH) : start])
        key = _key(found["year"], _month(found["month"]), found["day"] or (day[1] if day else None))
        if key is not None:
            yield _written(key, start - len(day[0]) if day and not found["day"] else start, found.end())


def _month(written: str) -> str:
    """The number of a month, itself or as a word; 0 for what only looks like one.

    Where case does not matter, ſ is an s and ı and İ are an i to a regular expression, but not to `lower`.
    """
    return written if written.isdigit() else str(_MONTHS.get(" ".join(written.lower().split()), 0))


def _numeric_key(parts: list[str], separator: str) -> str | None:
    match parts:
        case [day, month, year] if len(day) <= 2 and len(year) in {2, 4}:
            return _key(year, month, day)
        case [year, month, day] if len(year) == 4 and len(day) <= 2 and separator in {"-", "/"}:
            return _key(year, month, day)
        case [month, year] if len(month) <= 2 and len(year) == 4 and separator != ".":
            return _key(year, month, None)
    return None


def _key(year: str, month: str, day: str | None) -> str | None:
    number = int(year)
    if len(year) == 2:
        number += 2000 if number <= CENTURY_ENDS else 1900
    try:
        written = date(number, int(month), int(day or 1)).isoformat()
    except ValueError:
        return None
    return written if day else written[: len("2021-03")]


def _written(key: str, start: int, end: int) -> WrittenDate:
    month = key[: len("2021-03")]
    return WrittenDate(key, (key,) if key == month else (key, month), start, end)
