"""A page's tree as BeautifulSoup's, on which soupsieve finds what selectors mean. The one place that loads them.

The soup is not parsed but copied, element by element: every tag is known by the element of ours that it stands for,
and both are the same page whatever its markup is like.
"""

from __future__ import annotations

import functools
import re
import warnings
from collections import defaultdict
from collections.abc import Sequence

import soupsieve
from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement
from soupsieve import SelectorSyntaxError, SoupSieve

from crawl.extraction.dom import Element
from crawl.messages import TimbaoError, mark
from crawl.messages import gettext as _

_MOST_ELEMENTS = 100_000
"""How many elements are copied, at 1,500 bytes each: ten times as many as any newspaper's page has. Of the rest
nothing is found."""

# `.name` or `#name` at the end of a selector without branches: only elements of that class or id can be meant.
_NAMED_LAST = re.compile(r"[\w.#>+~\s-]*([.#])([A-Za-z_][\w-]*)\s*", re.ASCII)
_PSEUDO_CLASS = re.compile(r"::?[\w-]*")
_LINE_END = re.compile(r"\r\n|\n|\r")
_PLACE = re.compile(r"position (\d+)")

_STEPS_IN_HAS = "strict rules"
_CUSTOM = "custom selector"

# What soupsieve says (css_parser.py), and the same for a person. `{found}` is the character at the place of the
# fault, `{name}` the pseudo-class there.
_REASONS = {
    "Malformed attribute": mark('an attribute is written [name] or [name="value"]'),
    "Malformed class": mark("a class name must follow the dot, and begin with a letter, - or _"),
    "Malformed id": mark("an id must follow the #, and begin with a letter, - or _"),
    "Malformed pseudo-class": mark("a name must follow the colon"),
    "Invalid character": mark("{found} cannot stand here, or something is missing behind it"),
    "Expected a selector": mark("a selector is missing here"),
    "Unclosed pseudo-class": mark("a closing parenthesis is missing"),
    "Unmatched pseudo-class": mark("this parenthesis was never opened"),
    "Invalid syntax for pseudo": mark("{name} needs something else in its parentheses"),
    "is too large": mark("a number in the parentheses of {name} is too large"),
    ":has() was found": mark(":has() cannot stand inside :has()"),
    "The combinator": mark("{found} must have a selector before it"),
    "The multiple combinators": mark("two combinators stand side by side"),
    "Tag name found": mark("the name of an element must come first, before classes, ids and conditions"),
    "Pseudo-element": mark("{name} is no element of the page"),
    "At-rules": mark("this is a rule of a style sheet, not a selector"),
    "pseudo-class": mark("{name} is not known"),
    _CUSTOM: mark("{name} is not known"),
}


class BadSelectorSyntax(TimbaoError, ValueError):
    """A text is no CSS selector: `reason` says why, at character `position` of it, from 1, where that is known."""

    def __init__(self, reason: str, position: int | None = None) -> None:
        self.reason, self.position = reason, position
        super().__init__(reason)


@functools.lru_cache(maxsize=512)
def compiled(selector: str) -> SoupSieve:
    """The selector, ready to be matched. Raises BadSelectorSyntax."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of spellings that will be refused one day
            return _compiled(selector)
    except (SelectorSyntaxError, NotImplementedError) as error:
        raise _fault(selector, error) from error
    except (RecursionError, ValueError) as error:
        raise _too_deep() from error


def _compiled(selector: str) -> SoupSieve:
    try:
        return soupsieve.compile(selector)
    except SelectorSyntaxError as error:
        if _STEPS_IN_HAS not in _said(error):
            raise
    # Later versions refuse the several steps of :has(.a .b), which every browser takes, unless told not to.
    return soupsieve.compile(selector, flags=getattr(soupsieve, "NOSTRICT", 0))


def _said(error: Exception) -> str:
    return str(error).partition("\n")[0]  # the selector itself follows


def _fault(selector: str, error: Exception) -> BadSelectorSyntax:
    said = _said(error)
    place = _place(selector, error)
    position = None if place is None else place + 1
    sentence = next((_(own) for theirs, own in _REASONS.items() if theirs in said), None)
    if sentence is None:
        return BadSelectorSyntax(said, position)
    name = _PSEUDO_CLASS.match(selector, place or 0)
    found = selector[place or 0 :][:1]
    return BadSelectorSyntax(sentence.format(found=found, name=name[0] if name else ":"), position)


def _place(selector: str, error: Exception) -> int | None:
    """Where in the selector the fault is, from 0."""
    if isinstance(error, SelectorSyntaxError) and error.line is not None and error.col is not None:
        lines = [0, *(end.end() for end in _LINE_END.finditer(selector))]
        place = lines[error.line - 1] + error.col - 1
        # Of a name that nobody defined the end is told, not the beginning.
        return selector.rindex(":--", 0, place) if _CUSTOM in _said(error) else place
    told = _PLACE.search(str(error))
    return int(told[1]) if told else None


def _too_deep() -> BadSelectorSyntax:
    return BadSelectorSyntax(_("it is nested too deep, or has too many steps"))


class Soup:
    """The tree under `root` as it is now; what happens to it later is not seen here."""

    def __init__(self, root: Element) -> None:
        self._soup = BeautifulSoup("", "html.parser")
        self._last: PageElement = self._soup
        self._elements: dict[int, Element] = {}
        self._named: defaultdict[tuple[str, str], list[Tag]] = defaultdict(list)
        self._copy(root, self._soup)  # no deeper than trees are

    def select(self, selector: str) -> list[Element]:
        """The elements that the selector means, in the order of the page. Raises BadSelectorSyntax."""
        matcher = compiled(selector)
        try:
            tags = self._matched(matcher, selector)
        except RecursionError as error:
            raise _too_deep() from error
        return list(dict.fromkeys(self._elements[id(tag)] for tag in tags))

    def _matched(self, matcher: SoupSieve, selector: str) -> Sequence[Tag]:
        if last := _NAMED_LAST.fullmatch(selector):
            return [tag for tag in self._named[last[1], last[2]] if matcher.match(tag)]
        return matcher.select(self._soup)

    def _copy(self, element: Element, parent: Tag) -> None:
        if len(self._elements) >= _MOST_ELEMENTS:
            return
        tag = self._added(element, element.tag, dict(element.attrib), parent)
        self._append(element.text, tag)
        rows: Tag | None = None
        for child in element:
            home = tag
            if element.tag == "table":
                # Rows right in a table stand in a body that nobody wrote (WHATWG HTML, section 13.2.6.4.9): whoever
                # copies a selector from a browser has it there.
                rows = (rows or self._added(element, "tbody", {}, tag)) if child.tag == "tr" else None
                home = rows or tag
            self._copy(child, home)
            self._append(child.tail, home)

    def _added(self, element: Element, name: str, attributes: dict[str, str], parent: Tag) -> Tag:
        tag = self._soup.new_tag(name, attrs=attributes)
        self._join(tag, parent)
        self._elements[id(tag)] = element
        self._named["#", attributes.get("id", "")].append(tag)
        for given in attributes.get("class", "").split():
            self._named[".", given].append(tag)
        return tag

    def _append(self, text: str | None, parent: Tag) -> None:
        if text:
            self._join(NavigableString(text), parent)

    def _join(self, part: PageElement, parent: Tag) -> None:
        """What `Tag.append` does, without its search for the neighbours: at the end of the page they are known."""
        part.setup(parent, self._last)
        parent.contents.append(part)
        self._last = part
