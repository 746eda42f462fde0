"""The news agency that a text is from, by the names that Vietnamese papers print: `TTXVN`, `(Theo Reuters)`."""

from __future__ import annotations

import re
from collections.abc import Iterable

# The agency's usual short name, and how it is written.
_AGENCIES = {
    "TTXVN": r"TTXVN|TTXVN/Vietnam\+|VNA|Vietnam\+|BNEWS|Thông tấn xã Việt Nam|Vietnam News Agency",
    "Reuters": r"Reuters",
    "AFP": r"AFP",
    "AP": r"AP|Associated Press",
    "Tân Hoa xã": r"Tân Hoa [Xx]ã|THX|Xinhua",
    "TASS": r"TASS|ITAR-TASS",
    "RIA Novosti": r"RIA Novosti|Sputnik",
    "Kyodo": r"Kyodo",
    "Yonhap": r"Yonhap",
    "DPA": r"DPA|dpa",
    "EFE": r"EFE",
    "KPL": r"KPL",
    "Bernama": r"Bernama",
}
_NAMES = "|".join(f"(?P<a{number}>{names})" for number, names in enumerate(_AGENCIES.values()))
_AGENCY = rf"(?:{_NAMES})"
_CREDIT = re.compile(
    rf"\W*(?:(?:[Tt]in|[Ảả]nh|[Bb]ài|Theo|Nguồn|Source|By)\b[\s:,]*)*{_AGENCY}(?![\w/]).{{0,40}}"
)
_DATELINE = re.compile(rf"(?:[^.!?\n]{{0,40}}\()?{_AGENCY}\)?\s*[-–—:]\s")
_SIGNED = re.compile(rf"\((?:Theo |Nguồn:? )?{_AGENCY}(?:/[\w+ ]{{2,20}})?\)\W*$")


def agency_of(credits: Iterable[str], paragraphs: Iterable[str]) -> str | None:
    """The agency that a credit or byline names, or that begins or signs one of the paragraphs; None if none does.

    A paragraph that only mentions an agency does not make the text its own.
    """
    for credit in credits:
        if match := _CREDIT.fullmatch(credit):
            return _name(match)
    for paragraph in paragraphs:
        if match := _DATELINE.match(paragraph) or _SIGNED.search(paragraph[-80:]):
            return _name(match)
    return None


def _name(match: re.Match[str]) -> str:
    number = next(key for key, found in match.groupdict().items() if found)
    return list(_AGENCIES)[int(number[1:])]
