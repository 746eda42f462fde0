"""Names of provinces with their dates: what a place was called when an article was written.

From a dated table, because the same name means different land at different times: an article of 2019 about
Ninh Thuận is about the old province, though its land is part of Khánh Hòa now.

Authorities: resolutions of the National Assembly 202/2025/QH15 of 12 June 2025 (63 provinces become 34, in force from
1 July 2025), 175/2024/QH15 (Huế a city of central rank from 1 January 2025), 15/2008/QH12 (Hà Tây into Hà Nội),
22/2003/QH11 (three provinces divided from 1 January 2004), of 6 November 1996 (in force from 1 January 1997),
of 12 August 1991, of 26 December 1991 and of 30 June 1989 (divisions), of 2 July 1976 (Hồ Chí Minh City).
Đồng Nai has been a city of central rank since 30 April 2026, which changed no name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from index.text.tokens import keyword_key
from index.text.vietnamese import fold


@dataclass(frozen=True, slots=True)
class Reform:
    """From the day `on`, the land of the provinces `old` is that of `new`."""

    on: date
    old: tuple[str, ...]
    new: tuple[str, ...]


def _reforms(on: date, table: str) -> tuple[Reform, ...]:
    rows = (line.split("→") for line in table.strip().splitlines())
    return tuple(Reform(on, _names(old), _names(new)) for old, new in rows)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(","))


REFORMS = (
    *_reforms(date(1976, 7, 2), "Sài Gòn → Hồ Chí Minh"),
    *_reforms(
        date(1989, 6, 30),
        """
        Phú Khánh → Phú Yên, Khánh Hòa
        Nghĩa Bình → Quảng Ngãi, Bình Định
        Bình Trị Thiên → Quảng Bình, Quảng Trị, Thừa Thiên Huế
        """,
    ),
    *_reforms(
        date(1991, 8, 12),
        """
        Hà Sơn Bình → Hà Tây, Hòa Bình
        Hoàng Liên Sơn → Lào Cai, Yên Bái
        Nghệ Tĩnh → Nghệ An, Hà Tĩnh
        Gia Lai - Kon Tum → Gia Lai, Kon Tum
        Hà Tuyên → Hà Giang, Tuyên Quang
        """,
    ),
    *_reforms(
        date(1991, 12, 26),
        """
        Hà Nam Ninh → Nam Hà, Ninh Bình
        Thuận Hải → Ninh Thuận, Bình Thuận
        Cửu Long → Vĩnh Long, Trà Vinh
        """,
    ),
    *_reforms(
        date(1997, 1, 1),
        """
        Bắc Thái → Bắc Kạn, Thái Nguyên
        Hà Bắc → Bắc Giang, Bắc Ninh
        Hải Hưng → Hải Dương, Hưng Yên
        Nam Hà → Hà Nam, Nam Định
        Vĩnh Phú → Vĩnh Phúc, Phú Thọ
        Quảng Nam - Đà Nẵng → Quảng Nam, Đà Nẵng
        Sông Bé → Bình Dương, Bình Phước
        Minh Hải → Bạc Liêu, Cà Mau
        """,
    ),
    *_reforms(date(2008, 8, 1), "Hà Tây → Hà Nội"),
    *_reforms(date(2025, 1, 1), "Thừa Thiên Huế → Huế"),
    *_reforms(
        date(2025, 7, 1),
        """
        Sóc Trăng, Hậu Giang → Cần Thơ
        Quảng Nam → Đà Nẵng
        Hải Dương → Hải Phòng
        Bà Rịa - Vũng Tàu, Bình Dương → Hồ Chí Minh
        Kiên Giang → An Giang
        Bắc Giang → Bắc Ninh
        Bạc Liêu → Cà Mau
        Phú Yên → Đắk Lắk
        Bình Phước → Đồng Nai
        Tiền Giang → Đồng Tháp
        Bình Định → Gia Lai
        Thái Bình → Hưng Yên
        Ninh Thuận → Khánh Hòa
        Đắk Nông, Bình Thuận → Lâm Đồng
        Yên Bái → Lào Cai
        Hà Nam, Nam Định → Ninh Bình
        Vĩnh Phúc, Hòa Bình → Phú Thọ
        Kon Tum → Quảng Ngãi
        Quảng Bình → Quảng Trị
        Long An → Tây Ninh
        Bắc Kạn → Thái Nguyên
        Hà Giang → Tuyên Quang
        Bến Tre, Trà Vinh → Vĩnh Long
        """,
    ),
)
"""Every reform known, in the order of time."""

OTHER_SPELLINGS = {
    "Đắc Lắc": "Đắk Lắk",
    "Đăk Lăk": "Đắk Lắk",
    "Đắc Nông": "Đắk Nông",
    "Đăk Nông": "Đắk Nông",
    "Bắc Cạn": "Bắc Kạn",
    "BR-VT": "Bà Rịa - Vũng Tàu",
    "HCM": "Hồ Chí Minh",
    "Sài Gòn - Gia Định": "Sài Gòn",
    "Thừa Thiên - Huế": "Thừa Thiên Huế",
}
"""Spellings in use → the official one."""

UNCHANGED = ("Cao Bằng", "Điện Biên", "Lai Châu", "Lạng Sơn", "Quảng Ninh", "Sơn La", "Thanh Hóa")
"""Provinces that no reform here touches."""

_RANKS = ("thành phố ", "thủ đô ", "tỉnh ", "tp ")


def province_on(name: str, day: date | None) -> str:
    """What the province `name` was called on `day`; None is before every reform of it.

    A province that was divided keeps its name: which part an article is about, no table knows.
    """
    name = official(name)
    for reform in REFORMS:
        if day is not None and reform.on <= day and name in reform.old and len(reform.new) == 1:
            name = reform.new[0]
    return name


def merged_into(name: str) -> tuple[str, ...]:
    """The provinces whose land has become part of this one, those that went before them included."""
    wanted = official(name)
    found: list[str] = []
    for reform in reversed(REFORMS):
        if len(reform.new) == 1 and reform.new[0] in {wanted, *found}:
            found += reform.old
    return tuple(dict.fromkeys(found))


def became(name: str) -> tuple[str, ...]:
    """The provinces to which the land of this one went, by their names right after the reform; none if it still is."""
    wanted = official(name)
    return next((reform.new for reform in REFORMS if wanted in reform.old), ())


def official(name: str) -> str:
    """The official spelling of a province's name; an unknown name as it is.

    It may be typed in any way: without marks, in one word (`Kontum`), with its rank before it (`TP. Huế`).
    """
    key = keyword_key(name)
    for rank in _RANKS:
        for start in (rank, fold(rank)):
            key = key.removeprefix(start)
    return _OFFICIAL.get(key) or _UNMARKED.get(fold(key).replace(" ", ""), name)


_OFFICIAL = {
    **{keyword_key(name): name for reform in REFORMS for name in (*reform.old, *reform.new)},
    **{keyword_key(name): name for name in UNCHANGED},
    **{keyword_key(spelling): name for spelling, name in OTHER_SPELLINGS.items()},
}
_UNMARKED = {fold(key).replace(" ", ""): name for key, name in _OFFICIAL.items()}
