"""The site: the pages, the API and the operations over HTTP, and what all their answers share.

Everything that came from a newspaper or from an address is hostile: templates escape it, marks are put around
pieces that are already escaped, and what could control a screen or reorder a line is taken out everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Flask, Request, Response, abort, current_app, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from crawl.archive.store import Archive, ArchiveError
from crawl.messages import printable, speaking
from index.engine import Engine, EngineError
from searcher.querylang.syntax import QuerySyntaxError
from searcher.results.lookup import NoSuchArticle, SeveralArticles
from searcher.results.request import RequestError
from searcher.web import operations, problems
from searcher.web.api import Api
from searcher.web.language import language_of
from searcher.web.pages import Pages, equip_templates, page

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_GUARDS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Language",
}
_FOR_PROGRAMS = ("/api/", "/healthz", "/readyz", "/openapi.json")
_SECONDS = 10.0
"""What all searches of one request may take together: nobody waits longer, and others wait for the thread."""


def create_app(
    engine: Engine,
    archive: Callable[[], Archive | None] = lambda: None,
    title_of: Callable[[str], str] = str,
    seconds: float = _SECONDS,
) -> Flask:
    """The site over one engine; aliases and revisions of articles are known once `archive` gives an archive.

    `title_of` gives a newspaper's title for its key; after `seconds` a search is given up.
    """
    app = _App(__name__)
    app.url_map.merge_slashes = False  # an article's URL is a name for it, and holds two
    equip_templates(app, title_of)
    pages, api = Pages(engine, archive, seconds), Api(engine, archive, seconds)
    views: dict[str, Callable[..., Response]] = {
        "/": pages.search,
        "/search": pages.search,
        "/a/<path:name>": pages.article,
        "/api/v1/search": api.search,
        "/api/v1/articles/<path:name>": api.article,
        "/readyz": partial(operations.readiness, engine),
        "/healthz": operations.health,
        "/openapi.json": partial(app.send_static_file, "openapi.json"),
    }
    for rule, view in views.items():
        app.add_url_rule(rule, rule, view)
    ours = (EngineError, ArchiveError, NoSuchArticle, SeveralArticles, QuerySyntaxError, RequestError)
    for kind in (HTTPException, *ours):
        app.register_error_handler(kind, _on_error)
    app.before_request(_refuse_long_address)
    app.after_request(_guarded)
    return app


class _App(Flask):
    """Flask that speaks each visitor's language."""

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with speaking(language_of(Request(environ))):
            return super().wsgi_app(environ, start_response)


def _on_error(error: Exception) -> Response:
    if isinstance(error, HTTPException):
        problem = problems.explain_status(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    else:
        problem = problems.explain(error)
    response = _problem_answer(problem)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    if problem.retry_after:
        current_app.logger.error("%s", printable(str(error)))
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def _problem_answer(problem: problems.Problem) -> Response:
    if request.path.startswith(_FOR_PROGRAMS):
        return Response(problems.to_json(problem), problem.status, mimetype=problems.MEDIA_TYPE)
    return page("error.html", problem.status, problem=problem)


def _refuse_long_address() -> None:
    asked = request.environ
    address = asked.get("REQUEST_URI") or f"{asked['PATH_INFO']}?{asked['QUERY_STRING']}"
    if len(address) > problems.MAX_ADDRESS:
        abort(HTTPStatus.REQUEST_URI_TOO_LONG)


def _guarded(response: Response) -> Response:
    response.headers.update(_GUARDS)
    return response
