"""A request: what is asked, what narrows it, and why it may not be answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from crawl.messages import TimbaoError
from crawl.messages import gettext as _
from index.engine import Sort
from index.query import And, Between, Or, Query
from index.text.tokens import analyse_terms
from searcher.querylang.words import whole_value

MAX_LIMIT = 1_000
MAX_REACH = 10_000
"""The last hit that paging shows; whoever wants more wants an export, not pages."""


class RequestError(TimbaoError, ValueError):
    """A request that cannot be answered; its text says what to change."""


class LimitOutOfRange(RequestError):
    """`limit` is not between 1 and MAX_LIMIT."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(
            _("{limit} hits a page are not possible. Ask for 1 to {most}.").format(
                limit=limit, most=MAX_LIMIT
            )
        )


class PageOutOfRange(RequestError):
    """`page` is below 1, or ends beyond the hit numbered MAX_REACH."""

    def __init__(self, page: int, last: int) -> None:
        self.page, self.last = page, last
        super().__init__(
            _("There is no page {page}, only 1 to {last}. To see other articles, narrow the search.").format(
                page=page, last=last
            )
        )


class EmptyFilter(RequestError):
    """The value of a filter holds no letter and no digit."""

    def __init__(self, name: str, value: str) -> None:
        self.name, self.value = name, value
        super().__init__(
            _("The filter {name} cannot be {value}. Give it a name, or leave it out.").format(
                name=name, value=repr(value)
            )
        )


class DatesReversed(RequestError):
    """The first day lies after the last."""

    def __init__(self, first: date, last: date) -> None:
        self.first, self.last = first, last
        super().__init__(
            _("No day lies between {first} and {last}. Exchange the two dates.").format(
                first=first, last=last
            )
        )


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What is asked: `text` in the grammar of `searcher.querylang.syntax`, and filters.

    `first` and `last` are inclusive days in Vietnam. Each other filter names the values of which one
    must match; values typed without marks match with any. `page` counts from 1. With `fold` only the best hit of
    those that are reprints of each other is shown.
    """

    text: str
    limit: int = 10
    page: int = 1
    first: date | None = None
    last: date | None = None
    source: tuple[str, ...] = ()
    province: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    sort: Sort = Sort.RELEVANCE
    fold: bool = True


def check(request: SearchRequest) -> None:
    """Raise the RequestError that says why this request cannot be answered, if it cannot."""
    if not 1 <= request.limit <= MAX_LIMIT:
        raise LimitOutOfRange(request.limit)
    last_page = MAX_REACH // request.limit
    if not 1 <= request.page <= last_page:
        raise PageOutOfRange(request.page, last_page)
    if request.first and request.last and request.first > request.last:
        raise DatesReversed(request.first, request.last)


def filters(request: SearchRequest) -> Query | None:
    """What narrows a search without changing a score, or None.

    Raises EmptyFilter.
    """
    named = {
        "source": request.source,
        "province": request.province,
        "section": request.section,
        "author": request.author,
    }
    parts: list[Query] = [
        Or(tuple(_filter_value(name, value) for value in values)) for name, values in named.items() if values
    ]
    if request.first or request.last:
        parts.append(Between(request.first, request.last))
    return And(tuple(parts)) if parts else None


def _filter_value(name: str, value: str) -> Query:
    if not analyse_terms(value):
        raise EmptyFilter(name, value)
    return whole_value(name, value)
