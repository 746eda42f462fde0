"""What a page says about itself to machines: JSON-LD (schema.org) and meta elements (Open Graph, HTML).

What of it is believed is decided in `extract`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crawl.article import When
from crawl.extraction.dates import parse_stated
from crawl.extraction.dom import Element

_ARTICLE_TYPE = re.compile(r"(?:article|blogposting|reportage)$", re.IGNORECASE)
_MAX_NODES = 2000  # a page describes a few dozen things; more is noise or an attack
_WRAPPING = re.compile(r"^(?://\s*)?(?:<!\[CDATA\[|<!--)|(?://\s*)?(?:(?:\]\]>|-->)\s*;?|;)$|//$")

_META_NAMES = {
    "headline": ("og:title", "twitter:title"),
    "description": ("og:description", "description", "twitter:description"),
    "site": ("og:site_name",),
    "author": ("article:author", "author", "dc.creator"),
    "published": (
        "article:published_time",
        "datepublished",
        "pubdate",
        "publishdate",
        "dc.date.issued",
        "article.published",
        "date",
    ),
    "modified": ("article:modified_time", "datemodified", "og:updated_time", "last-modified", "lastmod"),
    "section": ("article:section", "articlesection"),
    "url": ("og:url",),
}


@dataclass(frozen=True, slots=True)
class Claims:
    """What one kind of description claims; absent values are None or empty.

    `is_article` holds only for descriptions that do not come with every page of a site: `og:type` does.
    """

    is_article: bool = False
    headline: str | None = None
    description: str | None = None
    body: str | None = None
    author: str | None = None
    published: When | None = None
    modified: When | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    site: str | None = None
    url: str | None = None
    breadcrumb: tuple[str, ...] = ()


def meta_pairs(root: Element) -> Iterator[tuple[str, str]]:
    """The page's meta elements: name or property, and content."""
    for element in root.iter("meta"):
        for attribute in ("property", "name", "itemprop"):
            name, content = element.get(attribute), element.get("content")
            if name is not None and content is not None:
                yield name, content


def read_meta(pairs: Iterable[tuple[str, str]]) -> Claims:
    """The claims of meta elements, given as (name or property, content) in page order."""
    values: dict[str, list[str]] = {}
    for name, content in pairs:
        if content.strip():
            values.setdefault(name.strip().lower(), []).append(content)

    def first(claim: str) -> str | None:
        return next((values[name][0] for name in _META_NAMES[claim] if name in values), None)

    keywords = values.get("news_keywords") or values.get("keywords") or []
    published = parse_stated(first("published") or "")
    return Claims(
        is_article="article:published_time" in values and published is not None,
        headline=first("headline"),
        description=first("description"),
        author=first("author"),
        published=published,
        modified=parse_stated(first("modified") or ""),
        section=first("section"),
        tags=tuple(tag for text in [*keywords, *values.get("article:tag", [])] for tag in text.split(",")),
        site=first("site"),
        url=first("url"),
    )


def read_json_ld(scripts: Iterable[str]) -> Claims:
    """The claims of the first article among the page's JSON-LD scripts, with its breadcrumb list.

    Scripts that are not JSON are passed over.
    """
    nodes = [node for script in scripts for node in _nodes(script)]
    breadcrumb = next((_breadcrumb(node) for node in nodes if "BreadcrumbList" in _types(node)), ())
    article = next((node for node in nodes if any(map(_ARTICLE_TYPE.search, _types(node)))), None)
    if article is None:
        return Claims(breadcrumb=breadcrumb)
    publisher = article.get("publisher")
    return Claims(
        is_article=True,
        headline=_text(article.get("headline")) or _text(article.get("name")),
        description=_text(article.get("description")),
        body=_text(article.get("articleBody")),
        author=_person(article.get("author")),
        published=parse_stated(_stamp(article.get("datePublished"))),
        modified=parse_stated(_stamp(article.get("dateModified"))),
        section=_text(article.get("articleSection")),
        tags=_keywords(article.get("keywords")),
        site=_text(publisher.get("name")) if isinstance(publisher, dict) else None,
        breadcrumb=breadcrumb,
    )


def _nodes(script: str) -> Iterator[Mapping[str, Any]]:
    """Every object of the script, outer before inner."""
    try:
        document = json.loads(_WRAPPING.sub("", script.strip()), strict=False)
    except (ValueError, RecursionError):
        return
    waiting = [document]
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting += reversed(list(node.values()))
        elif isinstance(node, list):
            waiting += reversed(node)


def _types(node: Mapping[str, Any]) -> list[str]:
    kinds = node.get("@type")
    return [kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)]


def _text(value: object) -> str | None:
    """A text, or the first of a list of texts."""
    if isinstance(value, list) and value:
        value = value[0]
    return value.strip() or None if isinstance(value, str) else None


def _stamp(value: object) -> str:
    """A date as text; some say it as a number."""
    return str(value) if type(value) is int else _text(value) or ""


def _keywords(value: object) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else [value]
    return tuple(tag for part in parts if isinstance(part, str) for tag in part.split(","))


def _person(value: object) -> str | None:
    """The author's name; an organisation is the publisher, not the author."""
    if isinstance(value, list):
        return ", ".join(name for name in map(_person, value) if name) or None
    if isinstance(value, dict):
        return None if "Organization" in "".join(_types(value)) else _text(value.get("name"))
    return _text(value)


def _breadcrumb(node: Mapping[str, Any]) -> tuple[str, ...]:
    items = node.get("itemListElement")
    names = []
    for item in items if isinstance(items, list) else []:
        if isinstance(item, dict):
            inner = item.get("item")
            names.append(
                _text(item.get("name")) or _text(inner.get("name") if isinstance(inner, dict) else None)
            )
    return tuple(name for name in names if name)
