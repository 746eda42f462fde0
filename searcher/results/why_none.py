"""Why a page of results is empty: it lies behind the last, or no article can pass a filter."""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterator
from dataclasses import replace

from crawl.messages import format_number, printable
from crawl.messages import gettext as _
from index.engine import ONLY_COUNTED, Engine
from searcher.querylang.words import whole_value
from searcher.results.request import MAX_REACH, SearchRequest
from searcher.results.search import ResultPage, Searcher


def why_none(page: ResultPage, request: SearchRequest, engine: Engine) -> tuple[str, ...]:
    """Sentences that say why the answer `page` to `request` is empty, as far as that is known.

    Raises what the engine raises.
    """
    if page.hits:
        return ()
    last = _last_page(page, request, Searcher(engine)) if request.page > 1 else 0
    if last:
        sentence = _("There is no page {page}; the last one is {last}.")
        return (sentence.format(page=format_number(request.page), last=format_number(last)),)
    return tuple(_unknown(request, engine))


def _last_page(empty: ResultPage, request: SearchRequest, searcher: Searcher) -> int:
    """The number of the last page that shows anything; 0 when the first one is empty too."""
    found = empty.total if empty.groups is None or not request.fold else empty.groups
    whole = math.ceil(min(found, MAX_REACH) / request.limit)
    # Partial matches fill further pages, and only a search tells how many.
    after = range(whole + 1, request.page)
    return whole + bisect.bisect_left(
        after, True, key=lambda number: not searcher.search(replace(request, page=number)).hits
    )


def _unknown(request: SearchRequest, engine: Engine) -> Iterator[str]:
    """A sentence for every newspaper and province asked for of which there is no article."""
    sentences = (
        ("source", request.source, _("No article here is from a newspaper called {name}.")),
        ("province", request.province, _("No article here is from a province called {name}.")),
    )
    for field, values, sentence in sentences:
        for value in values:
            if not engine.search(whole_value(field, value), ONLY_COUNTED).total:
                yield sentence.format(name=printable(value))
