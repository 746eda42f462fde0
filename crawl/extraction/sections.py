"""The section of an article and its tags, where the page prints them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable

from crawl.extraction.blocks import Outline, clean, text_key
from crawl.extraction.dom import Element, text_of

_MOST_LINKS = 40
_ABOVE = 8  # how many blocks above the title a path may stand
_HOME = frozenset({"trang chủ", "trang nhất", "home", "tin tức"})
_MOST_TAGS = 40
_LONGEST_TAG = 80
_LINKED = 0.7  # of a heading that is a path of links; its separators are not
_PATH_SEPARATOR = re.compile(r"\s*[>»›|/\n]\s*")


def printed_path(breadcrumbs: Iterable[Element]) -> list[str]:
    """The links of the first breadcrumb that has any."""
    return next(filter(None, map(_links_in, breadcrumbs)), [])


def path_above(outline: Outline, places: Iterable[int], title: int) -> list[str]:
    """The names of the sections where a heading of links stands above the title: some papers make it their `h1`."""
    above = [outline[place].block for place in places if title - _ABOVE <= place < title]
    for block in reversed(above):
        if block.heading and block.links and block.linked >= _LINKED * len(block.text):
            return [name.strip() for name in _PATH_SEPARATOR.split(block.text) if name.strip()]
    return []


def section_names(path: Iterable[str], title: str) -> list[str]:
    """The sections on a path, without the site's home before them and the article's own title behind."""
    named = [name for name in map(clean, path) if name and name.lower() not in _HOME]
    return [name for name in named if text_key(name) != text_key(title)]


def tag_links(named: Iterable[Element]) -> list[str]:
    """The links of the first of the elements named for tags that is little else."""
    for element in named:
        parent = element.getparent()
        around = parent if element.tag == "a" and parent is not None else element
        links = _links_in(around)
        if links and 2 * sum(map(len, links)) >= len(" ".join(text_of(around).split())):
            return links
    return []


def unique_tags(found: Iterable[str]) -> tuple[str, ...]:
    """The tags as they are kept: without signs around them, each once, none that is a sentence."""
    tags = [clean(tag).strip("#,;. ") for tag in found]
    unique = {text_key(tag): tag for tag in reversed(tags) if 0 < len(tag) <= _LONGEST_TAG}
    return tuple(reversed(unique.values()))[:_MOST_TAGS]


def _links_in(element: Element) -> list[str]:
    return [text_of(link) for link in itertools.islice(element.iterdescendants("a"), _MOST_LINKS)]
