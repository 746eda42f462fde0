"""What went wrong with a request over HTTP, as a status and a sentence for whoever asked (RFC 9457).

The server's own affairs (paths, locators) stay out of the sentences: those are for its log.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from crawl.messages import gettext as _
from crawl.messages import printable
from index.engine import CorruptIndex, NoIndex, QueryTimeout, StaleIndex
from searcher.output.as_json import json_text
from searcher.querylang.lexer import QuerySyntaxError
from searcher.results.lookup import NoSuchArticle, SeveralArticles
from searcher.results.request import RequestError

MEDIA_TYPE = "application/problem+json"

RETRY_SECONDS = 30
"""When to ask again while nothing can be searched: about as long as a small index takes to build."""

MAX_ADDRESS = 8_192
"""Bytes of path and query string that are read; RFC 9110 section 4.1 asks for at least 8,000."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A status of RFC 9110 and what to do about it.

    For a query, `position` is the offset of the fault (code points of its NFC text) and `suggestion` a
    query that would do, or None.
    """

    status: HTTPStatus
    detail: str
    position: int | None = None
    suggestion: str | None = None

    @property
    def retry_after(self) -> int | None:
        """Seconds after which asking again makes sense, or None."""
        return RETRY_SECONDS if self.status is HTTPStatus.SERVICE_UNAVAILABLE else None


def explain(error: Exception) -> Problem:
    """The problem behind an error of our own; whatever is none of these is the server's fault."""
    match error:
        case QuerySyntaxError(position=position, hint=hint):
            detail = _("At character {number}: {hint}").format(number=position + 1, hint=hint)
            return Problem(HTTPStatus.BAD_REQUEST, printable(detail), position, error.suggestion or None)
        case RequestError():
            return Problem(HTTPStatus.BAD_REQUEST, printable(str(error)))
        case NoSuchArticle() | SeveralArticles():
            return Problem(HTTPStatus.NOT_FOUND, str(error))
        case QueryTimeout():
            return _not_now(str(error))
        case NoIndex():
            return _not_now(_("Nothing has been indexed yet. Once it is (timbao index), searching works."))
        case StaleIndex() | CorruptIndex():
            return _not_now(_("The index must be made anew (timbao index --rebuild) before searching works."))
        case _:
            return _not_now(_("The archive cannot be reached at the moment. Try again shortly."))


def explain_status(code: int) -> Problem:
    """The problem with a request that never came as far as a search."""
    status = HTTPStatus(code)
    match status:
        case HTTPStatus.NOT_FOUND:
            detail = _("There is nothing at this address.")
        case HTTPStatus.METHOD_NOT_ALLOWED:
            detail = _("This address can only be read (GET or HEAD).")
        case HTTPStatus.REQUEST_URI_TOO_LONG:
            detail = _("The address is too long: at most {limit} bytes. Shorten the query.").format(
                limit=MAX_ADDRESS
            )
        case HTTPStatus.INTERNAL_SERVER_ERROR:
            detail = _("Something went wrong here; your request is not to blame. Try again later.")
        case _:
            detail = _("This request cannot be answered.")
    return Problem(status, detail)


def to_json(problem: Problem) -> str:
    """The problem details object. Its type is `about:blank`: the status says all that a program needs."""
    members: dict[str, object] = {
        "type": "about:blank",
        "title": problem.status.phrase,
        "status": problem.status.value,
        "detail": problem.detail,
    }
    if problem.position is not None:
        members |= {"position": problem.position, "suggestion": problem.suggestion}
    return json_text(members)


def _not_now(detail: str) -> Problem:
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail)
