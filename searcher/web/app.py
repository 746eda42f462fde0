"""The search page, the reading page and the JSON API over HTTP.

Everything that came from a newspaper or from an address is hostile: templates escape it, marks are put around
pieces that are already escaped, and what could control a screen or reorder a line is taken out everywhere.
"""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Flask, Request, Response, abort, current_app, render_template, request, url_for
from jinja2 import StrictUndefined
from markupsafe import Markup, escape
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from crawl.archive.store import Archive, ArchiveError
from crawl.article import format_when
from crawl.messages import LANGUAGES, current_language, format_number, ngettext, printable, speaking
from crawl.messages import gettext as _
from index.document import Document
from index.engine import Engine, EngineError, check_ready
from searcher.output import reading, render
from searcher.output.reprints import printings
from searcher.querylang.syntax import QuerySyntaxError, parse
from searcher.results import lookup
from searcher.results.lookup import NoSuchArticle, SeveralArticles
from searcher.results.request import RequestError, SearchRequest
from searcher.results.search import ResultPage, Searcher
from searcher.results.snippets import Marks, marks
from searcher.results.timelimit import TimeLimited
from searcher.results.why_none import why_none
from searcher.web import permalinks, problems

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from index.query import Query

_GUARDS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Language",
}
_FOR_PROGRAMS = ("/api/", "/healthz", "/readyz", "/openapi.json")
_AROUND_FAULT = 60
_LAST_PORT = 65_535
_SECONDS = 10.0
"""What all searches of one request may take together: nobody waits longer, and others wait for the thread."""
_RELEASE = version("timbao")
_MARK = Markup("<mark>{}</mark>")


class CannotServe(Exception):
    """The address cannot be listened on: `host` and `port` name it, `reason` is the system's."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        self.host, self.port, self.reason = host, port, reason
        super().__init__(
            _("Cannot listen on {host} port {port} ({reason}). Choose another with --port or --host.").format(
                host=host, port=port, reason=reason
            )
        )


def create_app(
    engine: Engine,
    archive: Callable[[], Archive | None] = lambda: None,
    title_of: Callable[[str], str] = str,
) -> Flask:
    """The site over one engine; aliases and revisions of articles are known once `archive` gives an archive.

    `title_of` gives a newspaper's title for its key.
    """
    app = _App(__name__)
    app.url_map.merge_slashes = False  # an article's URL is a name for it, and holds two
    _equip_templates(app, title_of)
    site = _Site(engine, archive)
    views: dict[str, Callable[..., Response]] = {
        "/": site.search_page,
        "/search": site.search_page,
        "/a/<path:name>": site.article_page,
        "/api/v1/search": site.search_answer,
        "/api/v1/articles/<path:name>": site.article_answer,
        "/readyz": site.readiness,
        "/healthz": _health,
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


def serve(app: Flask, host: str, port: int, announce: Callable[[str], None] | None = None) -> None:
    """Answer requests until interrupted. `announce` is told the URL; port 0 takes a free one.

    Raises CannotServe.
    """
    from waitress import create_server

    listening = _listen(host, port)
    # Without an ident there is no Server header.
    server = create_server(app, sockets=[listening], ident=None)
    if announce:
        shown = f"[{host}]" if ":" in host else host
        announce(f"http://{shown}:{listening.getsockname()[1]}/")
    try:
        server.run()
    finally:
        server.close()


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= _LAST_PORT:
        raise CannotServe(host, port, _("ports end at {last}").format(last=_LAST_PORT))
    try:
        family, *_rest, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address, family=family)
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise CannotServe(host, port, reason) from error


class _App(Flask):
    """Flask that speaks each visitor's language."""

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with speaking(_language(Request(environ))):
            return super().wsgi_app(environ, start_response)


def _language(asked: Request) -> str:
    """The language chosen by hand, else the one the browser prefers (RFC 9110 section 12.5.4)."""
    return _chosen_language(asked) or asked.accept_languages.best_match(LANGUAGES, LANGUAGES[0])


def _chosen_language(asked: Request) -> str | None:
    chosen = asked.args.get("lang")
    return chosen if chosen in LANGUAGES else None


def _equip_templates(app: Flask, title_of: Callable[[str], str]) -> None:
    app.jinja_options = {
        "trim_blocks": True,
        "lstrip_blocks": True,
        "undefined": StrictUndefined,
        # No control character reaches a page, wherever it came from.
        "finalize": lambda value: printable(value) if type(value) is str else value,
    }
    app.jinja_env.globals.update(
        _=_,
        ngettext=ngettext,
        number=format_number,
        language=current_language,
        marked=_marked,
        newspaper=title_of,
        shown_when=render.shown_when,
        reprints_line=lambda document, reprints: render.reprints_line(document, reprints, title_of),
        slip_sentences=render.slip_sentences,
        machine_when=format_when,
        web_address=render.web_address,
        chosen_language=lambda: _chosen_language(request),
        home_href=_home_href,
        search_href=_search_href,
        article_href=_article_href,
        other_language_href=_other_language_href,
    )


@dataclass(frozen=True, slots=True)
class _Site:
    """The views that ask the engine or the archive."""

    engine: Engine
    archive: Callable[[], Archive | None]

    def search_page(self) -> Response:
        """The form, and what it finds."""
        wanted = SearchRequest(request.args.get("q", ""))
        try:
            wanted = permalinks.read(request.args.items(multi=True))
            if not wanted.text:
                return _page("search.html", wanted=wanted, page=None, problem=None)
            engine = TimeLimited(self.engine, _SECONDS)
            found = Searcher(engine).search(wanted)
        except (QuerySyntaxError, RequestError) as error:
            return _refused_search(error, wanted)
        reasons = why_none(found, wanted, engine)
        shown = _page("search.html", wanted=wanted, page=found, reasons=reasons, problem=None)
        return _cacheable(shown, wanted, found)

    def search_answer(self) -> Response:
        """The same as JSON."""
        wanted = permalinks.read(request.args.items(multi=True))
        found = Searcher(TimeLimited(self.engine, _SECONDS)).search(wanted)
        response = Response(render.to_json(found), mimetype="application/json")
        for relation, there, page in (
            ("prev", wanted.page > 1, wanted.page - 1),
            ("next", found.has_next, wanted.page + 1),
        ):
            if there:
                target = f"{url_for('/api/v1/search')}?{permalinks.write(replace(wanted, page=page))}"
                response.headers.add("Link", f'<{target}>; rel="{relation}"')
        return _cacheable(response, wanted, found)

    def article_page(self, name: str) -> Response:
        """One article, with the marks of the search that led to it."""
        found = lookup.find(name, self.engine, self.archive())
        wanted, query = _search_behind()
        also = [one for one in printings(found.document.id, self.engine) if one.id != found.document.id]
        marked = partial(_highlighted, query)
        return _page("article.html", reading=found, reprints=also, wanted=wanted, highlighted=marked)

    def article_answer(self, name: str) -> Response:
        """The same as JSON."""
        found = lookup.find(name, self.engine, self.archive())
        return Response(reading.to_json(found), mimetype="application/json")

    def readiness(self) -> Response:
        """Whether searches can be answered now."""
        status = check_ready(self.engine)
        ready = {"status": "ready", "generation": status.generation, "documents": status.documents}
        return Response(
            render.json_text(ready), mimetype="application/json", headers={"Cache-Control": "no-store"}
        )


def _health() -> Response:
    return Response("ok\n", mimetype="text/plain", headers={"Cache-Control": "no-store"})


# Answers


def _page(template: str, status: int = 200, **content: object) -> Response:
    return Response(render_template(template, **content), status, mimetype="text/html")


def _refused_search(error: QuerySyntaxError | RequestError, wanted: SearchRequest) -> Response:
    """The form again, with what was typed, and what is wrong with it."""
    problem = problems.explain(error)
    position = problem.position or 0
    fault = (
        wanted.text[:position][-_AROUND_FAULT:],
        wanted.text[position : position + 1],
        wanted.text[position + 1 :][:_AROUND_FAULT],
    )
    return _page("search.html", problem.status, wanted=wanted, page=None, problem=problem, fault=fault)


def _cacheable(response: Response, wanted: SearchRequest, found: ResultPage) -> Response:
    """The response under an entity tag; 304 (RFC 9110 section 15.4.5) for who has it.

    The tag is weak: equal searches differ in how long they took.
    """
    answer = (_RELEASE, found.generation, current_language(), request.path, permalinks.write(wanted))
    response.set_etag(hashlib.sha256(repr(answer).encode()).hexdigest()[:32], weak=True)
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response


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
    return _page("error.html", problem.status, problem=problem)


def _refuse_long_address() -> None:
    asked = request.environ
    address = asked.get("REQUEST_URI") or f"{asked['PATH_INFO']}?{asked['QUERY_STRING']}"
    if len(address) > problems.MAX_ADDRESS:
        abort(HTTPStatus.REQUEST_URI_TOO_LONG)


def _guarded(response: Response) -> Response:
    response.headers.update(_GUARDS)
    return response


# What templates ask


def _marked(text: str, stretches: Marks) -> Markup:
    """The text, escaped piece by piece, with its stretches in `<mark>`."""
    pieces: list[str] = []
    position = 0
    for start, end in stretches:
        pieces += (escape(printable(text[position:start])), _MARK.format(printable(text[start:end])))
        position = end
    return Markup().join((*pieces, escape(printable(text[position:]))))


def _highlighted(query: Query | None, text: str, field: str) -> Markup:
    return _marked(text, marks(text, query, field) if query else ())


def _search_behind() -> tuple[SearchRequest | None, Query | None]:
    """The search that led to an article, as far as its address tells: no reason to refuse the article."""
    try:
        wanted = permalinks.read(request.args.items(multi=True))
        return (wanted, parse(wanted.text).query) if wanted.text else (None, None)
    except (QuerySyntaxError, RequestError):
        return None, None


def _search_href(wanted: SearchRequest, **changes: Any) -> str:
    return _href(url_for("/search"), permalinks.write(replace(wanted, **changes)))


def _article_href(document: Document, wanted: SearchRequest | None) -> str:
    return _href(url_for("/a/<path:name>", name=document.id), permalinks.write(wanted) if wanted else "")


def _home_href() -> str:
    return _href(url_for("/"))


def _href(path: str, parameters: str = "") -> str:
    """An address on this site; a language chosen by hand stays chosen."""
    kept = f"lang={chosen}" if (chosen := _chosen_language(request)) else ""
    return f"{path}?{'&'.join(filter(None, (parameters, kept)))}".removesuffix("?")


def _other_language_href(language: str) -> str:
    parameters = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return "?" + urlencode([*parameters, ("lang", language)])
