"""Written dates: every form that papers and feeds were seen to use, and nothing made up."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl.article import VIETNAM
from crawl.extraction.dates import parse_written

EVENING = datetime(2021, 3, 15, 22, 42, tzinfo=VIETNAM)
MORNING = datetime(2021, 3, 15, 10, 30, tzinfo=VIETNAM)
DAY = date(2021, 3, 15)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Thứ Hai, 15/03/2021, 22:42 [GMT+7]", EVENING),
        ("Thứ hai, 15/03/2021, 22:42 (GMT+7)", EVENING),
        ("Thứ 2, 15/3/2021 | 22:42 GMT + 7", EVENING),
        ("T2, 15/03/2021 22:42", EVENING),
        ("Thu\u031b\u0301 Hai, nga\u0300y 15/03/2021 22:42", EVENING),
        ("22:42, 15/03/2021", EVENING),
        ("22:42' 15/03/2021", EVENING),
        ("22:42 | 15/03/2021", EVENING),
        ("15/03/2021 - 22:42", EVENING),
        ("15/03/2021 | 22:42", EVENING),
        ("15-3-2021 22g42", EVENING),
        ("15.3.2021, 22 giờ 42", EVENING),
        ("15/03/21 10:42 CH", EVENING),
        ("15/03/2021 10:30:00 SA", MORNING),
        ("10h30 ngày 15/3/2021", MORNING),
        ("Cập nhật lúc 10:30, 15/03/2021", MORNING),
        ("Cập nhật: 15/03/2021 10:30", MORNING),
        ("Đăng ngày 15/03/2021, 10:30 - Cập nhật 16/03/2021 08:00", MORNING),
        ("ngày 15 tháng 3, 2021", DAY),
        ("15 Th3, 2021", DAY),
        ("ngày 15 tháng 3 năm 2021", DAY),
        ("15 Tháng Ba, 2021", DAY),
        ("22:42 15 tháng 3, 2021", EVENING),
        ("3 tháng Mười Hai 2023 - 7:05", datetime(2023, 12, 3, 7, 5, tzinfo=VIETNAM)),
        ("2021-03-15", DAY),
        ("2021-03-15T22:42:00+07:00", EVENING),
        ("2021-03-15T22:42:00.123+0700", EVENING),
        ("2021-03-15T22:42", EVENING),
        ("2021-03-15T15:42:00Z", datetime(2021, 3, 15, 15, 42, tzinfo=UTC)),
        ("Mon, 15 Mar 2021 22:42:00 +0700", EVENING),
        ("Mon, 15 Mar 2021 22:42:00 +07", EVENING),
        ("Mon, 15 Mar 2021 22:42:00 GMT+7", EVENING),
        ("Mon, 15 Mar 2021 15:42:00 GMT", EVENING),
        ("Mon, 15 Mar 2021 10:42:00 -0500", EVENING),
        ("Monday, March 15, 2021 10:42 PM", EVENING),
        ("January 12th, 2011", date(2011, 1, 12)),
        ("9/14/2026 6:44:00 PM", datetime(2026, 9, 14, 18, 44, tzinfo=VIETNAM)),
        ("3/5/2021 12:44:00 AM", datetime(2021, 3, 5, 0, 44, tzinfo=VIETNAM)),
        ("05/03/2021 6:44:00 CH", datetime(2021, 3, 5, 18, 44, tzinfo=VIETNAM)),
        ("15/03/2021 25:61", DAY),
        ("99/99/9999 rồi 15/3/2021", DAY),
    ],
)
def test_forms_seen_in_the_press(text: str, expected: date) -> None:
    """Each written form is the moment that its readers understand."""
    found = parse_written(text)
    assert found == expected
    assert isinstance(found, datetime) is isinstance(expected, datetime)


@pytest.mark.parametrize(
    "text", ["", "17 giờ trước", "31/02/2021", "0263.752.222", "Số 1524/GP-BTTTT", "10:30", "15/03", "1.2.3"]
)
def test_no_date_is_no_date(text: str) -> None:
    """What names no day of a year gives None instead of a guess."""
    assert parse_written(text) is None


@given(st.datetimes(datetime(1997, 1, 1), datetime(2089, 1, 1)), st.sampled_from([-11, -5, 0, 7, 9, 14]))  # noqa: DTZ001
def test_iso_moments_survive(moment: datetime, hours: int) -> None:
    """An ISO 8601 moment in any zone is read back to the second."""
    moment = moment.replace(microsecond=0, tzinfo=timezone(timedelta(hours=hours)))
    found = parse_written(moment.isoformat())
    assert isinstance(found, datetime)
    assert (found, found.utcoffset()) == (moment, moment.utcoffset())


@given(
    st.datetimes(datetime(1997, 1, 1), datetime(2089, 1, 1)),  # noqa: DTZ001
    st.sampled_from(
        ["%H:%M, %d/%m/%Y", "%d/%m/%Y - %H:%M", "%H:%M' %d/%m/%Y", "%d/%m/%Y | %H:%M", "%d.%m.%Y %Hh%M"]
    ),
    st.sampled_from(["", "Cập nhật lúc ", "Thứ Tư, ", "P.V | "]),
)
def test_printed_moments_survive(moment: datetime, form: str, prefix: str) -> None:
    """Day-first forms are read day first on every day of every month, whatever stands before them."""
    expected = moment.replace(second=0, microsecond=0, tzinfo=VIETNAM)
    assert parse_written(prefix + moment.strftime(form)) == expected


@given(st.text())
def test_any_text_gives_an_answer(text: str) -> None:
    """No text whatever raises."""
    found = parse_written(text)
    assert found is None or 1900 <= found.year < 2100


@pytest.mark.parametrize("piece", ["1", "1/", "12:", "1/1/", "tháng ", "+07 ", "  ", "1 tháng 1 "])
def test_endless_text_is_cut(piece: str) -> None:
    """A long line costs no more than a short one: only its beginning is a date line."""
    assert parse_written(piece * 1_000_000) is None
