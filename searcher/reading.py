"""One article for a reader: as text for a terminal, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from crawl.article import Revision, StoredArticle, dump_article, format_when
from crawl.messages import gettext as _
from crawl.messages import printable
from searcher.render import json_text


def not_one(name: str, found: Sequence[StoredArticle]) -> str:
    """Why `name` does not name exactly one article, and what to do."""
    if not found:
        return _("No article is called {name}. Find one with: timbao search").format(name=name)
    lines = [_("Several articles are called {name}; show one by its id:").format(name=name)]
    lines += [f"{stored.id}  {stored.article.source}  {stored.article.title}" for stored in found]
    return "\n".join(lines)


def to_text(stored: StoredArticle) -> str:
    """The article as a person reads it, ending with a line feed."""
    article = stored.article
    published = format_when(article.published) if article.published else None
    facts = [article.source, published, article.section, article.author]
    blocks = [
        article.title,
        " · ".join(fact for fact in facts if fact),
        article.lead,
        article.body,
        *(f"[{caption}]" for caption in article.captions),
        article.url or "",
    ]
    return printable("\n\n".join(block for block in blocks if block)) + "\n"


def to_json(stored: StoredArticle, versions: Sequence[Revision], *, every: bool) -> str:
    """The article as one JSON object in the import format, with its id, aliases and number of revisions.

    With `every`, `versions` holds the content of each revision too.
    """
    fields = _fields(stored, versions)
    if every:
        fields["versions"] = [
            {
                "number": version.number,
                "seen": format_when(version.seen),
                "digest": version.digest,
                **json.loads(dump_article(version.article)),
            }
            for version in versions
        ]
    return json_text(fields)


def _fields(stored: StoredArticle, versions: Sequence[Revision]) -> dict[str, object]:
    return {
        "schema": 1,
        "id": stored.id,
        **json.loads(dump_article(stored.article)),
        "first_seen": format_when(stored.first_seen),
        "revisions": len(versions),
        "aliases": list(stored.aliases),
    }


def revisions_text(versions: Sequence[Revision]) -> str:
    """One line a version, oldest first: number, when it was seen, its digest, its title."""
    lines = (
        f"{version.number}\t{format_when(version.seen)}\t{version.digest[:12]}\t{version.article.title}\n"
        for version in versions
    )
    return printable("".join(lines))
