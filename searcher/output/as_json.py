"""A page of results and an article as JSON that is safe on a terminal, whatever newspapers wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from crawl.article import Article, Revision, dump_article, format_when

if TYPE_CHECKING:
    from searcher.results.lookup import Reading
    from searcher.results.search import Reprints, ResultHit, ResultPage

SCHEMA = 1
"""The number of the JSON shape; raised only if a reader of the old one would misunderstand the new one."""

# Valid inside JSON strings, but it moves cursors, reorders lines, ends lines (JavaScript) or breaks UTF-8.
_TO_ESCAPE = re.compile(
    "[\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)


def results_json(page: ResultPage) -> str:
    """The page as one JSON object on one line. What does not apply is null."""
    return json_text(
        {
            "schema": SCHEMA,
            "query": {
                "text": page.text,
                "parsed": page.parsed,
                "slips": [[slip.typed, slip.meant] for slip in page.slips],
            },
            "suggestions": [{"text": other.text, "total": other.total} for other in page.suggestions],
            "total": page.total,
            "groups": page.groups,
            "took_ms": round(page.took_ms, 3),
            "generation": page.generation,
            "hits": [_hit_fields(hit) for hit in page.hits],
            "timeline": None,
            "facets": None,
        }
    )


def results_json_lines(page: ResultPage) -> str:
    """The hits as JSON Lines, each as in `results_json`, each ending in a line feed."""
    return "".join(json_text(_hit_fields(hit)) + "\n" for hit in page.hits)


def article_json(reading: Reading, *, every: bool = False) -> str:
    """The article as one JSON object: the import format and what is known besides. Absent values are null.

    With `every`, `versions` holds the content of each revision too.
    """
    document = reading.document
    fields: dict[str, object] = {
        "schema": SCHEMA,
        "id": document.id,
        "url": document.url,
        "aliases": reading.aliases,
        "source": document.source,
        "province": document.province,
        "section": document.section,
        "title": document.title,
        "lead": document.lead,
        "body": document.body,
        "captions": document.captions,
        "author": document.author,
        "published": None if document.published is None else format_when(document.published),
        "tags": document.tags,
        **_only_archived(reading.archived),
        "first_seen": format_when(document.first_seen),
        "vanished": None if reading.vanished is None else format_when(reading.vanished),
        "revisions": None if reading.revisions is None else len(reading.revisions),
    }
    if every:
        fields["versions"] = (
            None if reading.revisions is None else [_version(one) for one in reading.revisions]
        )
    return json_text(fields)


def _only_archived(article: Article | None) -> dict[str, object]:
    """What only the archive knows of an article; null where it is empty or there is no archive."""
    names = ("headings", "images", "role", "agency", "language")
    known: dict[str, object] = {name: getattr(article, name, None) or None for name in names}
    modified = article.modified if article else None
    return {**known, "modified": None if modified is None else format_when(modified)}


def _version(version: Revision) -> dict[str, object]:
    return {
        "number": version.number,
        "seen": format_when(version.seen),
        "digest": version.digest,
        **json.loads(dump_article(version.article)),
    }


def json_text(fields: Mapping[str, object]) -> str:
    """The fields as one line of JSON that is safe on a terminal and in UTF-8 whatever the fields hold."""
    written = json.dumps(dict(fields), ensure_ascii=False, allow_nan=False)
    return _TO_ESCAPE.sub(lambda found: f"\\u{ord(found[0]):04x}", written)


def _hit_fields(hit: ResultHit) -> dict[str, object]:
    document = hit.document
    return {
        "id": document.id,
        "url": document.url,
        "title": document.title,
        "source": document.source,
        "province": document.province,
        "section": document.section,
        "author": document.author,
        "published": None if document.published is None else format_when(document.published),
        "score": round(hit.score, 4),
        "partial": hit.partial,
        "snippet": {"text": hit.snippet.text, "marks": hit.snippet.marks},
        "title_marks": hit.title_marks,
        "reprints": hit.reprints and _reprints_fields(hit.reprints),
    }


def _reprints_fields(reprints: Reprints) -> dict[str, object]:
    first = reprints.first
    published = None if first.published is None else format_when(first.published)
    return {
        "count": reprints.count,
        "first": {"id": first.id, "source": first.source, "published": published},
    }
