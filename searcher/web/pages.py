"""The search page and the reading page, and what their templates ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from flask import Flask, Response, render_template, request
from jinja2 import StrictUndefined

from crawl.archive.store import Archive
from crawl.article import format_when
from crawl.messages import current_language, format_number, ngettext, printable
from crawl.messages import gettext as _
from index.engine import Engine
from index.query import Query
from searcher.output.safe_text import web_address
from searcher.output.sentences import reprints_line, shown_when, slip_sentences
from searcher.querylang.syntax import QuerySyntaxError, parse
from searcher.results import lookup, permalinks
from searcher.results.reprints import printings
from searcher.results.request import RequestError, SearchRequest
from searcher.results.search import Searcher
from searcher.results.timelimit import TimeLimited
from searcher.results.why_none import why_none
from searcher.web import links, problems
from searcher.web.caching import cacheable
from searcher.web.language import chosen_language
from searcher.web.marking import highlighted, marked

_AROUND_FAULT = 60


@dataclass(frozen=True, slots=True)
class Pages:
    """What people ask for; `seconds` is how long the searches of one request may take together."""

    engine: Engine
    archive: Callable[[], Archive | None]
    seconds: float

    def search(self) -> Response:
        """The form, and what it finds."""
        wanted = SearchRequest(request.args.get("q", ""))
        try:
            wanted = permalinks.read(request.args.items(multi=True))
            if not wanted.text:
                return page("search.html", wanted=wanted, page=None, problem=None)
            engine = TimeLimited(self.engine, self.seconds)
            found = Searcher(engine).search(wanted)
        except (QuerySyntaxError, RequestError) as error:
            return _refused_search(error, wanted)
        reasons = why_none(found, wanted, engine)
        shown = page("search.html", wanted=wanted, page=found, reasons=reasons, problem=None)
        return cacheable(shown, wanted, found)

    def article(self, name: str) -> Response:
        """One article, with the marks of the search that led to it."""
        found = lookup.find(name, self.engine, self.archive())
        wanted, query = _search_behind()
        also = [one for one in printings(found.document.id, self.engine) if one.id != found.document.id]
        return page(
            "article.html",
            reading=found,
            reprints=also,
            wanted=wanted,
            highlighted=partial(highlighted, query),
        )


def page(template: str, status: int = 200, **content: object) -> Response:
    """The page that a template makes of its content."""
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
    return page("search.html", problem.status, wanted=wanted, page=None, problem=problem, fault=fault)


def _search_behind() -> tuple[SearchRequest | None, Query | None]:
    """The search that led to an article, as far as its address tells: no reason to refuse the article."""
    try:
        wanted = permalinks.read(request.args.items(multi=True))
        return (wanted, parse(wanted.text).query) if wanted.text else (None, None)
    except (QuerySyntaxError, RequestError):
        return None, None


def equip_templates(app: Flask, title_of: Callable[[str], str]) -> None:
    """Give the templates what they ask; `title_of` gives a newspaper's title for its key."""
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
        marked=marked,
        newspaper=title_of,
        shown_when=shown_when,
        reprints_line=lambda document, reprints: reprints_line(document, reprints, title_of),
        slip_sentences=slip_sentences,
        machine_when=format_when,
        web_address=web_address,
        chosen_language=lambda: chosen_language(request),
        home_href=links.home_href,
        search_href=links.search_href,
        article_href=links.article_href,
        other_language_href=links.other_language_href,
    )
