"""How the parts of an article are found on its stored page, in lines for a person to read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from crawl.article import Article, Page, format_when
from crawl.crawler.report import explained
from crawl.extraction.extract import Explanation, Rejected, Unreadable, explain
from crawl.messages import gettext as _
from crawl.sources.registry import load_sources
from crawl.sources.source import Source
from crawl.urls import within

_SHOWN = 80  # characters of a part


@dataclass(frozen=True, slots=True)
class ExplainedPart:
    """One part of an article: the name of its field, a sentence on how it is found, and its texts.

    Those of the body are its paragraphs.
    """

    field: str
    how: str
    texts: tuple[str, ...]


def explained_parts(explanation: Explanation) -> Iterator[ExplainedPart]:
    """Every part that was found, in the order of an article's fields; of what is no article none."""
    article = explanation.result
    if isinstance(article, Article):
        order = list(Article.__dataclass_fields__)
        for found in sorted(explanation.found, key=lambda found: order.index(found.field)):
            yield ExplainedPart(
                found.field, found.sentence, _texts(found.field, getattr(article, found.field))
            )


def _texts(field: str, value: object) -> tuple[str, ...]:
    match value:
        case tuple():
            return tuple(map(str, value))
        case str():
            return tuple(value.split("\n\n")) if field == "body" else (value,)
        case datetime() | date():
            return (format_when(value),)
        case _:
            return ()


def explanation_lines(page: Page, name: str, own_sources: Path) -> Iterator[str]:
    """One line for each part: its field, how it is found, what is found; or why the page gives no article.

    The rules are today's, with the selectors of the newspaper `name`. Raises BadSelector and SourcesError.
    """
    known = next((source for source in load_sources(own_sources) if source.name == name), None)
    source = known or Source(name, name, ())
    if not within(page.final_url, source.hosts):
        source = replace(source, hosts=())  # archives outlive domains
    explanation = explain(page, source)
    if not isinstance(explanation.result, Article):
        yield objection(explanation.result)
    for part in explained_parts(explanation):
        yield f"{part.field}\t{part.how}\t{_shown(part)}"


def _shown(part: ExplainedPart) -> str:
    text = " ".join((" " if part.field == "body" else "; ").join(part.texts).split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def objection(found: Rejected | Unreadable) -> str:
    """Why the page gives no article, in the user's language."""
    if isinstance(found, Unreadable):
        return found.detail
    return _("no article in this page ({reason})").format(reason=explained(found.reason))
