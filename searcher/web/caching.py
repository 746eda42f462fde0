"""Answers that need not be sent again to whoever has them (RFC 9110 section 8.8.3)."""

from __future__ import annotations

import hashlib
from importlib.metadata import version

from flask import Response, request

from crawl.messages import current_language
from searcher.results import permalinks
from searcher.results.request import SearchRequest
from searcher.results.search import ResultPage

_RELEASE = version("timbao")


def cacheable(response: Response, wanted: SearchRequest, found: ResultPage) -> Response:
    """The response under an entity tag; 304 (RFC 9110 section 15.4.5) for who has it.

    The tag changes with whatever may change the answer: the release, the index, the language, the search. It is
    weak: equal searches differ in how long they took.
    """
    answer = (_RELEASE, found.generation, current_language(), request.path, permalinks.write(wanted))
    response.set_etag(hashlib.sha256(repr(answer).encode()).hexdigest()[:32], weak=True)
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response
