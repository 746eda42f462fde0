"""HTML → a tree of elements, whatever the markup is like. The one place that parses article pages.

The markup is read by libxml2's tokenizer and the tree is made here, from its events: a tree made by libxml2
itself ends where elements are nested 2,048 deep, and takes 19 seconds for one element of 100,000 attributes.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element  # noqa: SLF001  the class has no other name

DEEPEST = 200
"""Elements nested deeper stand side by side: no newspaper nests half as deep."""

_MOST_ATTRIBUTES = 40
_NAME = re.compile(r"[a-zA-Z_][\w.-]*", re.ASCII)
_UNREAD = frozenset({"script", "style"})
# What no XML text may hold (XML 1.0, section 2.2), and so no tree of lxml's.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Tree:
    """A page's elements, and the texts of its JSON-LD scripts; no other script or style sheet has its text."""

    root: Element
    json_ld: tuple[str, ...]


def parse(html: str) -> Tree:
    """The tree of the markup; of text without any, a root without children."""
    grower = _Grower()
    parser = etree.HTMLParser(target=grower, huge_tree=True, encoding="utf-8")
    try:
        # NUL in text is passed over (WHATWG HTML, section 13.2.6.4.7).
        root = etree.fromstring(html.replace("\0", "").encode(), parser)
    except etree.XMLSyntaxError:  # nothing but blanks, comments and declarations
        root = None
    return Tree(etree.Element("html") if root is None else root, tuple(grower.json_ld))


def text_of(element: Element) -> str:
    """The text in the element, pieces of different elements apart."""
    return " ".join(element.itertext())


def cut(element: Element) -> None:
    """Take the element out of its tree; the text after it stays."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    if before is not None:
        before.tail = (before.tail or "") + (element.tail or "")
    else:
        parent.text = (parent.text or "") + (element.tail or "")
    parent.remove(element)


class _Grower:
    """Takes the tokenizer's events (https://lxml.de/parsing.html#the-target-parser-interface) to a tree.

    It has no methods for comments and processing instructions, which are therefore left out.
    """

    def __init__(self) -> None:
        self.json_ld: list[str] = []
        self._builder = etree.TreeBuilder()
        self._depth = 0
        self._flat: str | None = None  # the element that is open at the greatest depth
        self._keeps = False
        self._unread: list[str] | None = None  # the pieces of the script or style sheet that is open

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        self._depth += 1
        name = _name(tag) or "span"
        if self._depth >= DEEPEST:
            self._end_flat()
            self._flat = name
        self._builder.start(name, _sound(attributes) if attributes else attributes)
        if name in _UNREAD:
            self._unread = []
            self._keeps = "ld+json" in attributes.get("type", "").lower()

    def end(self, tag: str) -> None:
        """The element that began last ends."""
        if self._unread is not None and tag in _UNREAD:
            if self._keeps:
                self.json_ld.append("".join(self._unread))
            self._unread = None
        self._depth -= 1
        if self._depth >= DEEPEST - 1:
            self._end_flat()
        else:
            self._builder.end(_name(tag) or "span")

    def data(self, text: str) -> None:
        """A piece of text."""
        if self._unread is None:
            self._builder.data(_permitted(text))
        elif self._keeps:
            self._unread.append(text)

    def close(self) -> Element:
        """The tree's root."""
        return self._builder.close()

    def _end_flat(self) -> None:
        if self._flat is not None:
            self._builder.end(self._flat)
            self._flat = None


@functools.lru_cache(maxsize=4096)
def _name(name: str) -> str | None:
    """The name, if an element or attribute of a tree can have it: `o:p` comes out of word processors."""
    return name if _NAME.fullmatch(name) else None


def _sound(attributes: Mapping[str, str]) -> dict[str, str]:
    if len(attributes) > _MOST_ATTRIBUTES:
        attributes = dict(itertools.islice(attributes.items(), _MOST_ATTRIBUTES))
    return {name: _permitted(value) for name, value in attributes.items() if _name(name)}


def _permitted(text: str) -> str:
    return text if text.isprintable() else _FORBIDDEN.sub("", text)  # nothing forbidden is printable
