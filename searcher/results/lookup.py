"""One article for reading, by its id or any other name: its newest content, with its history."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from crawl.archive.store import Archive
from crawl.article import Article, Revision, StoredArticle
from crawl.datafolder.folder import DataFolder
from crawl.messages import TimbaoError, printable
from crawl.messages import gettext as _
from index.document import Document, to_document
from index.engine import Engine, EngineError, NoIndex


class NoSuchArticle(TimbaoError, LookupError):
    """No article has this id or address."""

    def __init__(self, name: str) -> None:
        self.name = name
        message = _("There is no article {name}. Search for it by words of its title.")
        super().__init__(message.format(name=printable(name)))


class SeveralArticles(TimbaoError, LookupError):
    """The articles `found` have this name together."""

    def __init__(self, name: str, found: Sequence[StoredArticle]) -> None:
        self.name, self.found = name, tuple(found)
        message = _("{name} names several articles. Use one of their ids: {ids}")
        ids = ", ".join(f"{one.id} ({one.article.source})" for one in found)
        super().__init__(message.format(name=printable(name), ids=printable(ids)))


@dataclass(frozen=True, slots=True)
class Reading:
    """An article to read.

    What only the archive can tell is None where there is none: `aliases`, `revisions` (oldest first), and the article
    as it is `archived`, with what is not searched. `vanished` is since when its newspaper no longer shows it, or None.
    """

    document: Document
    aliases: tuple[str, ...] | None = None
    revisions: tuple[Revision, ...] | None = None
    vanished: datetime | None = None
    archived: Article | None = None


class LateArchive:
    """The archive of a data folder, opened when it is there: a server may be started before the first import.

    Threads may share it.
    """

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._archive: Archive | None = None
        self._opening = threading.Lock()

    def __call__(self) -> Archive | None:
        """The archive, or None while there is none. Raises ArchiveError."""
        with self._opening:
            if self._archive is None and self._folder.archive.exists():
                self._archive = Archive(self._folder.archive, self._folder.pages)
            return self._archive

    def close(self) -> None:
        """Let go of it."""
        if self._archive is not None:
            self._archive.close()


def find(name: str, engine: Engine, archive: Archive | None) -> Reading:
    """The article with this id, or, where there is an archive, with this URL or import's id.

    What the archive holds can be read without an index too, but only the index knows its province.
    Raises NoSuchArticle, SeveralArticles, EngineError and ArchiveError.
    """
    stored = _stored(name, archive) if archive else None
    if archive is None or stored is None:
        return Reading(_indexed(name, engine, archived=archive is not None))
    document = replace(to_document(stored, None), province=_province(stored.id, engine))
    revisions = archive.revisions(stored.id)
    return Reading(document, stored.aliases, revisions, stored.vanished, stored.article)


def _stored(name: str, archive: Archive) -> StoredArticle | None:
    found = archive.find(name)
    found = tuple(one for one in found if one.id == name) or found
    if len(found) > 1:
        raise SeveralArticles(name, found)
    return found[0] if found else None


def _indexed(name: str, engine: Engine, *, archived: bool) -> Document:
    try:
        documents = engine.documents([name])
    except NoIndex as error:
        if archived:  # the archive has answered already
            raise NoSuchArticle(name) from error
        raise
    if not documents:
        raise NoSuchArticle(name)
    return documents[0]


def _province(id: str, engine: Engine) -> str | None:
    try:
        documents = engine.documents([id])
    except EngineError:
        return None
    return documents[0].province if documents else None
