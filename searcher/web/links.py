"""The addresses of this site's own pages, as its pages link to them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for

from index.document import Document
from searcher.results import permalinks
from searcher.results.request import SearchRequest
from searcher.web.language import chosen_language


def search_href(wanted: SearchRequest, **changes: Any) -> str:
    """The page of a search, or of one that differs from it in these fields."""
    return _href(url_for("/search"), permalinks.write(replace(wanted, **changes)))


def article_href(document: Document, wanted: SearchRequest | None) -> str:
    """The page of an article, which remembers the search that leads to it."""
    return _href(url_for("/a/<path:name>", name=document.id), permalinks.write(wanted) if wanted else "")


def home_href() -> str:
    """The start page."""
    return _href(url_for("/"))


def _href(path: str, parameters: str = "") -> str:
    """An address on this site; a language chosen by hand stays chosen."""
    kept = f"lang={chosen}" if (chosen := chosen_language(request)) else ""
    return f"{path}?{'&'.join(filter(None, (parameters, kept)))}".removesuffix("?")


def other_language_href(language: str) -> str:
    """The page that is shown, in another language."""
    parameters = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return "?" + urlencode([*parameters, ("lang", language)])
