"""One article for reading, by its id or any other name: as the index shows it, with its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crawl.archive import Archive
from crawl.article import Revision, format_when
from crawl.messages import gettext as _
from crawl.messages import printable
from index.build import to_document
from index.document import Document
from index.engine import Engine
from searcher.render import SCHEMA, json_text


class NoSuchArticle(LookupError):
    """No article has this id or address, or `candidates` have it together."""

    def __init__(self, name: str, candidates: Sequence[str] = ()) -> None:
        self.name, self.candidates = name, tuple(candidates)
        if candidates:
            message = _("{name} names several articles. Use one of their ids: {ids}")
        else:
            message = _("There is no article {name}. Search for it by words of its title.")
        super().__init__(message.format(name=printable(name), ids=", ".join(candidates)))


@dataclass(frozen=True, slots=True)
class Reading:
    """An article to read. `aliases` and `revisions` (oldest first) are None where no archive can tell."""

    document: Document
    aliases: tuple[str, ...] | None = None
    revisions: tuple[Revision, ...] | None = None


def find(name: str, engine: Engine, archive: Archive | None) -> Reading:
    """The article with this id, or, where there is an archive, with this URL or import's id.

    An article that is archived but not indexed yet is shown without its province.
    Raises NoSuchArticle, EngineError and ArchiveError.
    """
    stored = archive.find(name) if archive else ()
    stored = tuple(article for article in stored if article.id == name) or stored
    if len(stored) > 1:
        raise NoSuchArticle(name, [article.id for article in stored])
    documents = engine.documents([stored[0].id if stored else name])
    documents = documents or tuple(to_document(article, None) for article in stored)
    if not documents:
        raise NoSuchArticle(name)
    if archive is None or not stored:
        return Reading(documents[0])
    return Reading(documents[0], stored[0].aliases, archive.revisions(stored[0].id))


def to_json(reading: Reading) -> str:
    """The article as one JSON object: the import format and what is known besides. Absent values are null."""
    document = reading.document
    return json_text(
        {
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
            "first_seen": format_when(document.first_seen),
            "revisions": None if reading.revisions is None else len(reading.revisions),
        }
    )
