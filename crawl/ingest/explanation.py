"""How the parts of an article are found on its stored page, in lines for a person to read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from crawl.article import Article, Page, format_when
from crawl.crawler.report import explained
from crawl.extraction.extract import explain
from crawl.messages import gettext as _
from crawl.sources.registry import load_sources
from crawl.sources.source import Source
from crawl.urls import within

_SHOWN = 80  # characters of a part


def explanation_lines(page: Page, name: str, own_sources: Path) -> Iterator[str]:
    """One line for each part: its field, how it is found, what is found; or why the page gives no article.

    The rules are today's, with the selectors of the newspaper `name`. Raises BadSelector and SourcesError.
    """
    known = next((source for source in load_sources(own_sources) if source.name == name), None)
    source = known or Source(name, name, ())
    if not within(page.final_url, source.hosts):
        source = replace(source, hosts=())  # archives outlive domains
    explanation = explain(page, source)
    article = explanation.result
    if not isinstance(article, Article):
        yield _("no article in this page ({reason})").format(reason=explained(article.reason))
        return
    for found in explanation.found:
        yield f"{found.field}\t{found.sentence}\t{_shown(article, found.field)}"


def _shown(article: Article, field: str) -> str:
    value = getattr(article, field)
    match value:
        case tuple():
            text = "; ".join(value)
        case str():
            text = value
        case _:
            text = format_when(value)
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
