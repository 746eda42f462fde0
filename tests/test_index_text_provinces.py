"""Provinces change their names on dates, and an article keeps the name of its day."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from index.text.provinces import REFORMS, became, merged_into, official, province_on
from index.text.vietnamese import fold
from tests.published_cases import published_cases

MERGER = date(2025, 7, 1)


@pytest.mark.parametrize("reform", REFORMS, ids=lambda reform: f"{reform.old[0]} {reform.on}")
def test_a_merged_name_holds_until_the_day(reform: object) -> None:
    """Until the day before a merger a province has its old name, then the new one; divided ones keep theirs."""
    assert isinstance(reform, type(REFORMS[0]))
    for name in reform.old:
        assert province_on(name, reform.on - timedelta(days=1)) == name
        expected = reform.new[0] if len(reform.new) == 1 else name
        assert province_on(name, reform.on) == expected


def test_without_a_day_the_name_stays() -> None:
    """An article without a date is filed under the province its paper was founded in."""
    assert province_on("Ninh Thuận", None) == "Ninh Thuận"


def test_reforms_are_in_order_and_name_nobody_twice() -> None:
    """Reforms follow one another in time, and no province is abolished twice."""
    assert [reform.on for reform in REFORMS] == sorted(reform.on for reform in REFORMS)
    abolished = [name for reform in REFORMS for name in reform.old]
    assert len(abolished) == len(set(abolished))


def test_today_there_are_34_provinces() -> None:
    """After all reforms 34 names are left, as the law of 2025 has it."""
    abolished = {name for reform in REFORMS for name in reform.old}
    made = {name for reform in REFORMS if reform.on == MERGER for name in reform.new}
    untouched = {
        "Huế",
        "Hà Nội",
        "Cao Bằng",
        "Điện Biên",
        "Hà Tĩnh",
        "Lai Châu",
        "Lạng Sơn",
        "Nghệ An",
        "Quảng Ninh",
    }
    untouched |= {"Sơn La", "Thanh Hóa"}
    assert len(made) == 23
    assert not (made | untouched) & abolished
    assert len(made | untouched) == 34


def test_what_was_merged_into_a_province_is_known() -> None:
    """The parts of today's provinces are offered, earlier parts of those parts included."""
    assert merged_into("khánh hoà") == ("Ninh Thuận",)
    assert merged_into("TP.HCM") == ("Bà Rịa - Vũng Tàu", "Bình Dương", "Sài Gòn")
    assert merged_into("Hà Nội") == ("Hà Tây",)
    assert merged_into("Sơn La") == ()
    assert merged_into("Huế") == ("Thừa Thiên Huế",)


def test_other_spellings_are_recognised() -> None:
    """Either tone placement, old spellings and abbreviations name the same province; strangers stay as they are."""
    assert official("Đắc Lắc") == official("ĐĂK LĂK") == "Đắk Lắk"
    assert official("Hoà Bình") == "Hòa Bình"
    assert official("Vạn Thuận") == "Vạn Thuận"
    for typed in (
        "TP.HCM",
        "TP HCM",
        "tphcm",
        "TP. Hồ Chí Minh",
        "thanh pho ho chi minh",
        "Thành Phố Hồ Chí Minh",
    ):
        assert official(typed) == "Hồ Chí Minh"
    for typed in ("Bà Rịa-Vũng Tàu", "Bà Rịa – Vũng Tàu", "ba ria vung tau", "BR-VT"):
        assert official(typed) == "Bà Rịa - Vũng Tàu"
    assert [official(typed) for typed in ("Kontum", "DakLak", "thanh hoa")] == [
        "Kon Tum",
        "Đắk Lắk",
        "Thanh Hóa",
    ]
    assert [official(typed) for typed in ("TP. Huế", "Tỉnh Khánh Hoà", "thu do ha noi")] == [
        "Huế",
        "Khánh Hòa",
        "Hà Nội",
    ]
    assert official("Thành phố Đồng Nai") == official("Tỉnh Đồng Nai") == "Đồng Nai"
    names = {official(name) for reform in REFORMS for name in (*reform.old, *reform.new)}
    assert {official(fold(name.lower())) for name in names} == names


def test_what_became_of_a_province_is_known() -> None:
    """The next names of a province's land are offered, however many it was divided into."""
    assert became("ninh thuan") == ("Khánh Hòa",)
    assert became("Phú Khánh") == ("Phú Yên", "Khánh Hòa")
    assert became("Hà Nội") == became("Vạn Thuận") == ()


def test_published_names(bench_data: Path) -> None:
    """Old names of other projects' lists lead to the later ones given there."""
    for name, later in published_cases(bench_data, "admin").items():
        assert (became(name) or (official(name),)) == tuple(later.split(", ")), name


def test_the_table_agrees_with_the_official_list(bench_data: Path) -> None:
    """Every merger of July 2025 in the corpus's list is in the table, and no other."""
    listed: dict[str, str] = {}
    for row in (bench_data / "admin_2025.tsv").read_text("utf-8").splitlines()[1:]:
        _code, unit, before = row.split("\t")
        name = re.sub("(?i)^(tỉnh|thành phố|thủ đô) ", "", unit)
        parts = re.split(r", | và ", before.partition(".")[0]) if before != "giữ nguyên" else []
        parts = [official(re.sub("(?i)^(tỉnh|thành phố) ", "", part)) for part in parts]
        listed |= {part: name for part in parts if part != name}
    ours = {name: reform.new[0] for reform in REFORMS if reform.on == MERGER for name in reform.old}
    assert ours == listed
