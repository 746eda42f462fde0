"""One walk over a page's elements: its blocks of text, and what else is said of it in markup."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from crawl.article import When
from crawl.extraction.blocks import Outline, OutlineWriter
from crawl.extraction.dates import parse_stated
from crawl.extraction.dom import Element, bearing, text_of
from crawl.extraction.markup import Attributes, Marks, read_marks

_MOST_CANDIDATES = 20  # how many elements of one name are looked into
_MOST_LINKS = 40
_LONGEST_VALUE = 300  # attributes beyond this are generated, or an attack
_LONGEST_ADDRESS = 2083
_STAMPS = ("data-time", "data-timestamp", "data-datetime", "data-utime")
_NUMBERS = "0123456789-_"  # of an id; they say nothing, and without them many are alike
# Where pages that load pictures late keep the address; `src` is then a placeholder.
_PICTURE_ADDRESSES = ("data-src", "data-original", "data-lazy-src", "src")


@dataclass(frozen=True, slots=True)
class Walked:
    """A page's blocks, and the elements whose names say that they hold a breadcrumb or tags."""

    outline: Outline
    breadcrumbs: Sequence[Element]
    tags: Sequence[Element]


def walk(root: Element, chosen: Element | None) -> Walked:
    """Walk over all that is shown; `chosen` is the body that a source's selectors mean."""
    writer = OutlineWriter()
    breadcrumbs: list[Element] = []
    tags: list[Element] = []

    def visit(element: Element) -> None:
        marks = _marks_of(element)
        if marks.unread:
            return
        if marks.breadcrumb:
            breadcrumbs.append(element)
        if marks.tags:
            tags.append(element)
        writer.enter(marks, chosen=element is chosen)
        if element.tag == "img":
            writer.show(_picture_address(element))
        if element.text:
            writer.write(element.text)
        for child in element:
            visit(child)
            if child.tail:
                writer.write(child.tail)
        writer.leave(marks, chosen=element is chosen)

    visit(root)  # no deeper than trees are
    return Walked(writer.outline, breadcrumbs[:_MOST_CANDIDATES], tags[:_MOST_CANDIDATES])


def _picture_address(element: Element) -> str:
    given = (element.get(name, "").strip() for name in _PICTURE_ADDRESSES)
    return next(
        (one for one in given if 0 < len(one) <= _LONGEST_ADDRESS and not one.startswith("data:")), ""
    )


def _marks_of(element: Element) -> Marks:
    if not element.attrib:
        return _read_marks(element.tag)
    value = element.get
    return _read_marks(
        element.tag,
        value("class", "")[:_LONGEST_VALUE],
        value("id", "")[:_LONGEST_VALUE].strip(_NUMBERS),
        value("role", "")[:_LONGEST_VALUE],
        (value("itemprop") or value("property") or "")[:_LONGEST_VALUE],
        value("style", "")[:_LONGEST_VALUE],
        value("align", "")[:_LONGEST_VALUE],
        hidden=value("hidden") is not None,
    )


@functools.lru_cache(maxsize=8192)
def _read_marks(
    tag: str,
    classes: str = "",
    id: str = "",
    role: str = "",
    kind: str = "",
    style: str = "",
    align: str = "",
    *,
    hidden: bool = False,
) -> Marks:
    return read_marks(tag, Attributes(classes, id, role, kind, style, align, hidden))


def meta_pairs(root: Element) -> Iterator[tuple[str, str]]:
    """The page's meta elements: name or property, and content."""
    for element in root.iter("meta"):
        for attribute in ("property", "name", "itemprop"):
            name, content = element.get(attribute), element.get("content")
            if name is not None and content is not None:
                yield name, content


def canonical_links(root: Element) -> list[str]:
    """What the page says its own address is (RFC 6596)."""
    links = (link for link in root.iter("link") if "canonical" in link.get("rel", "").lower().split())
    return [link.get("href", "") for link in itertools.islice(links, _MOST_CANDIDATES)]


def time_element(root: Element) -> When | None:
    """The date for machines of the page's one `time` element, or else of its one element with a time stamp.

    Several are of several articles.
    """
    written = _values(root.iter("time"), ("datetime",)) or _values(bearing(root, _STAMPS), _STAMPS)
    return parse_stated(written.pop()) if len(written) == 1 else None


def _values(elements: Iterable[Element], names: Iterable[str]) -> set[str]:
    """The different values of these attributes."""
    found = (element.get(name) for element in elements for name in names)
    return set(itertools.islice((value for value in found if value is not None), _MOST_CANDIDATES))


def printed_path(breadcrumbs: Iterable[Element]) -> list[str]:
    """The links of the first breadcrumb that has any."""
    return next(filter(None, map(_links_in, breadcrumbs)), [])


def tag_links(named: Iterable[Element]) -> list[str]:
    """The links of the first of the elements named for tags that is little else."""
    for element in named:
        parent = element.getparent()
        around = parent if element.tag == "a" and parent is not None else element
        links = _links_in(around)
        if links and 2 * sum(map(len, links)) >= len(" ".join(text_of(around).split())):
            return links
    return []


def _links_in(element: Element) -> list[str]:
    return [text_of(link) for link in itertools.islice(element.iterdescendants("a"), _MOST_LINKS)]
