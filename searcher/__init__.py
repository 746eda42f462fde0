"""From what a person typed to what a person sees.

querylang/   typed text → Query           jobs/   the scheduled run, status
suggest/     did you mean                 web/    the HTTP front
results/     Searcher → ResultPage        cli/    the command
output/      ResultPage → text, JSON      __main__  the command's door

As a library: `Searcher.open("archive").search("dân vận").hits`, where "archive" is a data folder. What is needed for it
stands here under its own name, and is loaded when it is first asked for: the command pays for what it uses.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.document import Document
    from index.engine import EngineError, Sort
    from searcher.querylang.lexer import QuerySyntaxError
    from searcher.results.request import RequestError, SearchRequest
    from searcher.results.search import ResultHit, ResultPage, Searcher, Suggestion
    from searcher.results.snippets import Snippet

__all__ = [
    "Document",
    "EngineError",
    "QuerySyntaxError",
    "RequestError",
    "ResultHit",
    "ResultPage",
    "SearchRequest",
    "Searcher",
    "Snippet",
    "Sort",
    "Suggestion",
]

_HOMES = {
    "Document": "index.document",
    "EngineError": "index.engine",
    "QuerySyntaxError": "searcher.querylang.lexer",
    "RequestError": "searcher.results.request",
    "SearchRequest": "searcher.results.request",
    "Snippet": "searcher.results.snippets",
    "Sort": "index.engine",
}


def __getattr__(name: str) -> object:
    """A public name, loaded from the module it lives in (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES.get(name, "searcher.results.search")), name)
