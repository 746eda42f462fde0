"""What the selectors of a newspaper's own entry find on one of its pages.

They mean the page as the newspaper sends it, as a browser's tools show it: also what comes after something that is
removed is counted as if it were still there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from crawl.extraction.blocks import clean
from crawl.extraction.dom import Element, cut, text_of
from crawl.messages import TimbaoError
from crawl.messages import gettext as _
from crawl.sources.source import Selectors, Source

if TYPE_CHECKING:
    from crawl.extraction.soup import Soup

PARTS = tuple(field.name for field in fields(Selectors))
"""The parts of an article that selectors can name, and `remove`."""

_MOST_BODIES = 20  # how many candidates are compared
_MOST_TEXTS = 40


class BadSelector(TimbaoError):
    """A CSS selector for a part of the newspaper `source` cannot be read.

    `reason` says why, at character `position` of it, from 1, where that is known.
    """

    def __init__(self, source: str, part: str, selector: str, reason: str, position: int | None) -> None:
        self.source, self.part, self.selector = source, part, selector
        self.reason, self.position = reason, position
        sentence = (
            _("{source}: “{selector}” is no CSS selector for {part}: {reason}.")
            if position is None
            else _("{source}: “{selector}” is no CSS selector for {part}: at character {position}, {reason}.")
        )
        told = sentence.format(source=source, selector=selector, part=part, reason=reason, position=position)
        way_out = _("Correct it, and try it with: timbao sources try {source}").format(source=source)
        super().__init__(f"{told} {way_out}")


@dataclass(frozen=True, slots=True)
class Match:
    """How many elements of a page one selector for a part means."""

    part: str
    selector: str
    elements: int


def check_selectors(source: Source) -> None:
    """Raises BadSelector for the first of the source's selectors that cannot be read."""
    from crawl.extraction.soup import BadSelectorSyntax, compiled

    for part, selector in _each(source.selectors):
        try:
            compiled(selector)
        except BadSelectorSyntax as error:
            raise BadSelector(source.name, part, selector, error.reason, error.position) from error


def _each(selectors: Selectors) -> Iterator[tuple[str, str]]:
    """Every selector with its part."""
    return ((part, selector) for part in PARTS for selector in getattr(selectors, part))


class SelectedParts:
    """The page under `root` as the source's selectors see it; what they remove is gone. Raises BadSelector.

    A page of a source without selectors is not looked into, and nothing is loaded for it. `removed` has what was
    cut out, with the selectors that did it.
    """

    def __init__(self, root: Element, source: Source) -> None:
        self._root, self._source = root, source
        self._soup: Soup | None = None
        self.removed: list[tuple[str, Element]] = []
        if source.selectors != Selectors():
            self._look()

    def _look(self) -> None:
        from crawl.extraction.soup import Soup

        check_selectors(self._source)
        self._soup = Soup(self._root)
        for selector in self._source.selectors.remove:
            for unwanted in self._matches("remove", selector):
                if unwanted.getparent() is not None:
                    cut(unwanted)
                    self.removed.append((selector, unwanted))

    def counts(self) -> tuple[Match, ...]:
        """How many elements of the page each of the selectors means."""
        each = _each(self._source.selectors) if self._soup is not None else ()
        return tuple(Match(part, selector, len(self._matches(part, selector))) for part, selector in each)

    def texts(self, part: str) -> tuple[str, ...]:
        """The different texts that the first alternative for the part finds which finds any text."""
        texts = (clean(text_of(element)) for element in self._first(part)[:_MOST_TEXTS])
        return tuple(dict.fromkeys(text for text in texts if text))

    def text(self, part: str) -> str:
        """The first of the texts; '' if there is none."""
        return next(iter(self.texts(part)), "")

    def body(self) -> Element | None:
        """The element that holds the article's body: the longest that is found."""
        found = self._first("body")[:_MOST_BODIES]
        return max(found, key=lambda element: len(text_of(element)), default=None)

    def _first(self, part: str) -> list[Element]:
        for selector in getattr(self._source.selectors, part):
            found = [element for element in self._matches(part, selector) if self._is_left(element)]
            if found := [element for element in found if clean(text_of(element))]:
                return found
        return []

    def _is_left(self, element: Element) -> bool:
        if not self.removed or element is self._root:
            return True
        return any(above is self._root for above in element.iterancestors())

    def _matches(self, part: str, selector: str) -> list[Element]:
        from crawl.extraction.soup import BadSelectorSyntax

        assert self._soup is not None
        try:
            return self._soup.select(selector)
        except BadSelectorSyntax as error:
            raise BadSelector(self._source.name, part, selector, error.reason, error.position) from error
