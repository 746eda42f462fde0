"""A page of results as one record a line, for other programs."""

from __future__ import annotations

from searcher.output.safe_text import MARK_AFTER, MARK_BEFORE, one_line, stretches
from searcher.output.sentences import iso_day
from searcher.results.search import ResultHit, ResultPage
from searcher.results.snippets import Snippet


def to_records(page: ResultPage) -> str:
    """One record a line for other programs: id, day, source, title and snippet, separated by tabs.

    Matches in the snippet stand in « ». A partial match has a sixth column, `partial`.
    """
    return "".join("\t".join(_columns(hit)) + "\n" for hit in page.hits)


def to_ids(page: ResultPage) -> str:
    """The ids of the hits, one a line."""
    return "".join(f"{hit.document.id}\n" for hit in page.hits)


def _columns(hit: ResultHit) -> list[str]:
    document = hit.document
    columns = [document.id, iso_day(document), document.source, document.title]
    columns = [*map(one_line, columns), _with_signs(hit.snippet)]
    return [*columns, "partial"] if hit.partial else columns


def _with_signs(snippet: Snippet) -> str:
    pieces = stretches(snippet.text, snippet.marks)
    return "".join(f"{MARK_BEFORE}{piece}{MARK_AFTER}" if marked else piece for piece, marked in pieces)
