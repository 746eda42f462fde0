"""(Page, Source) → what the source's selectors find on the page, beside how each part of its article is found."""

from __future__ import annotations

from dataclasses import dataclass

from crawl.article import Page, local_day
from crawl.extraction.blocks import clean
from crawl.extraction.dom import text_of
from crawl.extraction.extract import Explanation, Rejected, explain, tree_of
from crawl.extraction.selectors import Match, SelectedParts
from crawl.sources.source import Source


@dataclass(frozen=True, slots=True)
class Removed:
    """A text that is cut out before anything is read, and the selector that does it."""

    selector: str
    text: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """What comes of a page and why, how many elements each selector means on it, and what is removed."""

    explanation: Explanation
    matches: tuple[Match, ...] = ()
    removed: tuple[Removed, ...] = ()


def inspect(page: Page, source: Source) -> Inspection:
    """Look at the page with the selectors of its day. Raises BadSelector."""
    explanation = explain(page, source)
    tree = tree_of(page)
    if isinstance(tree, Rejected):
        return Inspection(explanation)
    selected = SelectedParts(tree.root, source.as_of(local_day(page.fetched)))
    removed = (Removed(selector, clean(text_of(element))) for selector, element in selected.removed)
    return Inspection(explanation, selected.counts(), tuple(removed))
