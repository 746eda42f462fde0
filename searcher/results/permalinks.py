"""A search as the query string of a web address, and back: `q=…&from=…&source=…&page=…`.

`write` is canonical: equal requests give equal text, so that it can stand in links, caches and entity tags.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from urllib.parse import urlencode

from crawl.messages import gettext as _
from index.engine import Sort
from searcher.querylang.dates import parse_day
from searcher.results.request import RequestError, SearchRequest

REPEATABLE = ("source", "province", "section", "author")
"""Parameters that may be given several times: one of their values must match."""

REPRINTS = {"fold": True, "show": False}
"""What `reprints` may be, and whether it folds them."""

_DEFAULTS = SearchRequest("")


class BadDay(RequestError):
    """`from` or `to` is no day, month or year."""

    def __init__(self, name: str, value: str) -> None:
        self.name, self.value = name, value
        super().__init__(
            _("{value} is no date for {name}. Write it as 2021, 2021-03, 2021-03-15 or 15/3/2021.").format(
                name=name, value=repr(value)
            )
        )


class BadNumber(RequestError):
    """`page` or `limit` is no whole number."""

    def __init__(self, name: str, value: str) -> None:
        self.name, self.value = name, value
        super().__init__(
            _("{value} is no number for {name}. Give a whole number, or leave it out.").format(
                name=name, value=repr(value)
            )
        )


class BadSort(RequestError):
    """`sort` names no order."""

    def __init__(self, value: str) -> None:
        self.value = value
        super().__init__(
            _("{value} is no order of results. Use one of: {known}.").format(
                value=repr(value), known=", ".join(sort.value for sort in Sort)
            )
        )


class BadReprints(RequestError):
    """`reprints` is neither `fold` nor `show`."""

    def __init__(self, value: str) -> None:
        self.value = value
        super().__init__(
            _("{value} is no way to treat reprints. Use one of: {known}.").format(
                value=repr(value), known=", ".join(REPRINTS)
            )
        )


def read(parameters: Iterable[tuple[str, str]]) -> SearchRequest:
    """The search that decoded parameters ask for.

    Unknown parameters and empty values are ignored; of a parameter that cannot be repeated the first counts.
    Raises BadDay, BadNumber, BadSort or BadReprints.
    """
    given: dict[str, list[str]] = {}
    for name, value in parameters:
        if value.strip():
            given.setdefault(name, []).append(unicodedata.normalize("NFC", value))
    return SearchRequest(
        text=given.get("q", [_DEFAULTS.text])[0],
        limit=_number(given, "limit", _DEFAULTS.limit),
        page=_number(given, "page", _DEFAULTS.page),
        first=_day(given, "from", last=False),
        last=_day(given, "to", last=True),
        sort=_sort(given),
        fold=_fold(given),
        **{name: tuple(dict.fromkeys(map(str.strip, given.get(name, ())))) for name in REPEATABLE},
    )


def write(request: SearchRequest) -> str:
    """The query string (percent-encoded UTF-8, RFC 3986) from which `read` makes this request again."""
    parameters = [("q", request.text)]
    parameters += [
        (name, day.isoformat()) for name, day in (("from", request.first), ("to", request.last)) if day
    ]
    parameters += [(name, value) for name in REPEATABLE for value in getattr(request, name)]
    if request.sort is not _DEFAULTS.sort:
        parameters.append(("sort", request.sort.value))
    if request.fold != _DEFAULTS.fold:
        parameters.append(("reprints", "show"))
    if request.limit != _DEFAULTS.limit:
        parameters.append(("limit", str(request.limit)))
    if request.page != _DEFAULTS.page:
        parameters.append(("page", str(request.page)))
    return urlencode(parameters)


def day(name: str, value: str, *, last: bool) -> date:
    """The first, or `last`, day of the time that is given as `name`. Raises BadDay."""
    try:
        return parse_day(value, last=last)
    except ValueError:
        raise BadDay(name, value) from None


def _number(given: dict[str, list[str]], name: str, default: int) -> int:
    if name not in given:
        return default
    try:
        return int(given[name][0])
    except ValueError:
        raise BadNumber(name, given[name][0]) from None


def _day(given: dict[str, list[str]], name: str, *, last: bool) -> date | None:
    return day(name, given[name][0], last=last) if name in given else None


def _sort(given: dict[str, list[str]]) -> Sort:
    if "sort" not in given:
        return _DEFAULTS.sort
    try:
        return Sort(given["sort"][0].strip().lower())
    except ValueError:
        raise BadSort(given["sort"][0]) from None


def _fold(given: dict[str, list[str]]) -> bool:
    if "reprints" not in given:
        return _DEFAULTS.fold
    value = given["reprints"][0].strip().lower()
    if value not in REPRINTS:
        raise BadReprints(given["reprints"][0])
    return REPRINTS[value]
