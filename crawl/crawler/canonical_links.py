"""What a page calls its own address (`rel=canonical`), and whether that may be believed.

By mistake or malice, many pages of a site may all claim one address, and would be taken for versions of one article.
"""

from __future__ import annotations

from collections.abc import Callable

from crawl.archive.duplicates import is_same
from crawl.archive.store import Archive
from crawl.article import Article
from crawl.frontier.url_shapes import is_article
from crawl.sources.source import Source
from crawl.urls import canonical


def own_address(
    archive: Archive,
    source: Source,
    article: Article,
    *,
    landed: str | None,
    asked: str,
    awaits: Callable[[str], bool] = lambda _url: False,
) -> str | None:
    """The address of an article that was `asked` for and found at `landed` (None: in a file), both canonical.

    That is the one its page claims, if it looks like an article's no less than that of the page, and if none is
    known there but this one: by the address that was asked for, or by its text. An address that the crawl `awaits`
    an article at speaks for itself first.
    """
    claim = canonical(article.url or "") or landed
    if claim is None or landed is None or claim == landed:
        return claim
    if is_article(landed, source) and not is_article(claim, source):
        return landed
    known = archive.find(claim)
    if not known and awaits(claim):
        return landed
    if not known or is_same(known[0].article, article):
        return claim
    return claim if known[0].id in {one.id for one in archive.find(asked)} else landed
