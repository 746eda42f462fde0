"""Text with marks, as markup: everything of the text is escaped, and only the marks are tags."""

from __future__ import annotations

from markupsafe import Markup, escape

from crawl.messages import printable
from index.query import Query
from searcher.results.snippets import Marks, marks

_MARK = Markup("<mark>{}</mark>")


def marked(text: str, stretches: Marks) -> Markup:
    """The text, escaped piece by piece, with its stretches in `<mark>`."""
    pieces: list[str] = []
    position = 0
    for start, end in stretches:
        pieces += (escape(printable(text[position:start])), _MARK.format(printable(text[start:end])))
        position = end
    return Markup().join((*pieces, escape(printable(text[position:]))))


def highlighted(query: Query | None, text: str, field: str) -> Markup:
    """The text of a field, marked where it answers the query."""
    return marked(text, marks(text, query, field) if query else ())
