"""The JSON API: searches and articles for programs, described in `static/openapi.json`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from flask import Response, request, url_for

from crawl.archive.store import Archive
from index.engine import Engine
from searcher.output.as_json import article_json, results_json
from searcher.results import lookup, permalinks
from searcher.results.search import Searcher
from searcher.results.timelimit import TimeLimited
from searcher.web.caching import cacheable


@dataclass(frozen=True, slots=True)
class Api:
    """What programs ask for; `seconds` is how long the searches of one request may take together."""

    engine: Engine
    archive: Callable[[], Archive | None]
    seconds: float

    def search(self) -> Response:
        """A page of results; links in the header lead to the pages beside it (RFC 8288)."""
        wanted = permalinks.read(request.args.items(multi=True))
        found = Searcher(TimeLimited(self.engine, self.seconds)).search(wanted)
        response = Response(results_json(found), mimetype="application/json")
        for relation, there, page in (
            ("prev", wanted.page > 1, wanted.page - 1),
            ("next", found.has_next, wanted.page + 1),
        ):
            if there:
                target = f"{url_for('/api/v1/search')}?{permalinks.write(replace(wanted, page=page))}"
                response.headers.add("Link", f'<{target}>; rel="{relation}"')
        return cacheable(response, wanted, found)

    def article(self, name: str) -> Response:
        """One article, by any of its names."""
        found = lookup.find(name, self.engine, self.archive())
        return Response(article_json(found), mimetype="application/json")
