"""Every way of writing a day is the same day, and what is no date is none."""

from __future__ import annotations

import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.written_dates import written_dates
from tests.published_cases import published_cases


def keys(text: str) -> list[str]:
    """The dates found, by their keys."""
    return [found.key for found in written_dates(text)]


WAYS = (
    "{d}/{m}/{y}",
    "{d:02}/{m:02}/{y}",
    "{d}-{m}-{y}",
    "{d:02}.{m:02}.{y}",
    "{y}-{m:02}-{d:02}",
    "ngày {d} tháng {m} năm {y}",
    "Ngày {d} tháng {m}, {y}",
    "NGÀY {d} THÁNG {m} NĂM {y}",
    "ngay {d} thang {m} nam {y}",
    "{d} tháng {m}/{y}",
    "{y}/{m:02}/{d:02}",
    "{d} - {m} - {y}",
    "{d} / {m} / {y}",
    "ngày {d} tháng {word} năm {y}",
    "{d} Tháng {Word}, {y}",
    "Tháng {Word} {d}, {y}",
)
MONTHS = "một hai ba tư năm sáu bảy tám chín mười mười_một mười_hai".split()


@pytest.mark.parametrize("way", WAYS)
@given(day=st.dates(date(1945, 1, 1), date(2099, 12, 31)))
def test_a_day_has_one_key(way: str, day: date) -> None:
    """However a day is written, composed or decomposed, its key is the ISO date, and it is in its month."""
    word = MONTHS[day.month - 1].replace("_", " ")
    written = way.format(d=day.day, m=day.month, y=day.year, word=word, Word=word.title())
    text = "Họp " + written + " tại đây"
    for typed in (text, unicodedata.normalize("NFD", text)):
        (found,) = written_dates(typed)
        assert found.key == day.isoformat()
        assert found.keys == (day.isoformat(), f"{day:%Y-%m}")
        assert typed[found.start : found.end].strip() == typed[found.start : found.end] != ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3/2021", ["2021-03"]),
        ("tháng 3 năm 2021", ["2021-03"]),
        ("tháng 12/2017", ["2017-12"]),
        ("1-5-75", ["1975-05-01"]),
        ("2/9/45", ["1945-09-02"]),
        ("1/5/21", ["2021-05-01"]),
        ("từ 1/2/2020 đến 3/2/2020", ["2020-02-01", "2020-02-03"]),
        ("tháng ba năm 2021", ["2021-03"]),
        ("thang nam nam 2021", ["2021-05"]),
        ("THÁNG BỐN NĂM 1975", ["1975-04"]),
        ("15/3/2021-20/3/2021", ["2021-03-15", "2021-03-20"]),
        ("15-20/3/2021", ["2021-03-20"]),
        ("tháng giêng năm 2021", []),
        ("tháng năm 2021", []),
        ("3 - 2021", []),
        ("1-3/2021", []),
        ("24/7", []),
        ("31/2/2021", []),
        ("0/5/2021", []),
        ("13/2021", []),
        ("1/2/3/2020", []),
        ("1.234.567", []),
        ("83.000", []),
        ("2017 - 2020", []),
        ("2017-2020", []),
        ("12/2021/NĐ-CP", []),
        ("192.168.1.12", []),
        ("", []),
    ],
)
def test_what_is_a_date_and_what_is_none(text: str, expected: list[str]) -> None:
    """Months and two-digit years are read; fractions, impossible days, numbers and laws are not."""
    assert keys(text) == expected


def test_letters_that_are_others_in_some_case_break_nothing() -> None:
    """A month with a letter that is another one's capital or small letter in some language only is no month."""
    twins = {"s": "ſS", "i": "ıİI"}
    for month in ("sáu", "hai", "mười hai", "sau"):
        for place, letter in enumerate(month):
            for twin in twins.get(letter, ""):
                written = month[:place] + twin + month[place + 1 :]
                assert len(keys(f"tháng {written} năm 2021")) == (twin in "SI"), ascii(written)


@given(st.text(st.sampled_from("0123456789/.-, thángnăm")))
def test_dates_lie_in_the_text_in_order(text: str) -> None:
    """Whatever the text, dates are found in order, none inside another, each inside the text."""
    end = 0
    for found in written_dates(text):
        assert end <= found.start < found.end <= len(text)
        end = found.end


def test_published_dates(bench_data: Path) -> None:
    """Dates of other projects' reports have the key asked for there, and what is none there is none here."""
    for text, expected in published_cases(bench_data, "date").items():
        assert keys(text) == ([] if expected.startswith("NOT ") else [expected]), text
