"""What the selectors of a newspaper's own entry find on one of its pages."""

from __future__ import annotations

from collections.abc import Iterable

from crawl.extraction.blocks import clean
from crawl.extraction.dom import BadSelectorSyntax, Element, cut, select, text_of
from crawl.messages import gettext as _
from crawl.sources.source import Source

_MOST_BODIES = 20  # how many candidates are compared
_MOST_TEXTS = 40


class BadSelector(Exception):
    """A CSS selector of the newspaper `source` cannot be read."""

    def __init__(self, source: str, selector: str) -> None:
        self.source, self.selector = source, selector
        message = _(
            "{selector} is no CSS selector. Correct it in the entry of {source} among the newspapers."
        )
        super().__init__(message.format(selector=selector, source=source))


class Chosen:
    """The page under `root` as the source's selectors see it; what they remove is gone. Raises BadSelector."""

    def __init__(self, root: Element, source: Source) -> None:
        self._root, self._source = root, source
        for selector in source.selectors.remove:
            for unwanted in self._matches(selector):
                cut(unwanted)

    def texts(self, selectors: Iterable[str]) -> tuple[str, ...]:
        """The different texts that the first alternative finds which finds any text."""
        texts = (clean(text_of(element)) for element in self._first(selectors)[:_MOST_TEXTS])
        return tuple(dict.fromkeys(text for text in texts if text))

    def text(self, selectors: Iterable[str]) -> str:
        """The first of the texts; '' if there is none."""
        return next(iter(self.texts(selectors)), "")

    def body(self) -> Element | None:
        """The element that holds the article's body: the longest that is found."""
        found = self._first(self._source.selectors.body)[:_MOST_BODIES]
        return max(found, key=lambda element: len(text_of(element)), default=None)

    def _first(self, selectors: Iterable[str]) -> list[Element]:
        for selector in selectors:
            if found := [element for element in self._matches(selector) if clean(text_of(element))]:
                return found
        return []

    def _matches(self, selector: str) -> list[Element]:
        try:
            return select(self._root, selector)
        except BadSelectorSyntax as error:
            raise BadSelector(self._source.name, selector) from error
