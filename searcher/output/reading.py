"""One article for a reader: as text for a terminal, or as JSON."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Sequence

from crawl.article import Article, Revision, dump_article, format_when
from crawl.messages import gettext as _
from crawl.messages import printable
from searcher.output.render import SCHEMA, json_text, open_console, shown_when
from searcher.results.lookup import Reading

LINE = 90
"""Columns of a line at most: longer ones are hard to follow."""


def to_text(reading: Reading, title_of: Callable[[str], str] = str) -> str:
    """The article as plain text, ending with a line feed. `title_of` gives a newspaper's title for its key."""
    return "\n\n".join(text for text, _style in _blocks(reading, title_of)) + "\n"


def to_screen(reading: Reading, *, colour: bool, width: int, title_of: Callable[[str], str] = str) -> str:
    """The article for reading on a terminal `width` columns wide: wrapped at words, with `colour` its title bold."""
    from rich.text import Text

    screen = io.StringIO()
    console = open_console(screen, min(width, LINE), styled=colour)
    for place, (text, style) in enumerate(_blocks(reading, title_of)):
        if place:
            console.print()
        # An address that is cut can neither be copied nor followed.
        console.print(Text(text, style if colour else ""), soft_wrap=text == reading.document.url)
    return screen.getvalue()


def _blocks(reading: Reading, title_of: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """The parts of the article, safe on a terminal, each with its style."""
    document = reading.document
    published = None if document.published is None else shown_when(document.published)
    facts = (title_of(document.source), document.province, published, document.section, document.author)
    blocks = [
        (document.title or _("(untitled)"), "bold"),
        (" · ".join(fact for fact in facts if fact), "cyan"),
        (document.lead, "italic"),
        (document.body, ""),
        *((f"[{caption}]", "dim") for caption in document.captions),
        (document.url or "", "dim"),
        (_vanished(reading), "dim"),
    ]
    for text, style in blocks:
        if shown := printable(text):
            yield shown, style


def _vanished(reading: Reading) -> str:
    if reading.vanished is None:
        return ""
    message = _("The newspaper has not shown this article any more since {when}.")
    return message.format(when=shown_when(reading.vanished))


def to_json(reading: Reading, *, every: bool = False) -> str:
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


def revisions_text(versions: Sequence[Revision]) -> str:
    """One line a version, oldest first: number, when it was seen, its digest, its title."""
    rows = (
        (str(one.number), format_when(one.seen), one.digest[:12], " ".join(one.article.title.split()))
        for one in versions
    )
    return "".join(printable("\t".join(row)) + "\n" for row in rows)
