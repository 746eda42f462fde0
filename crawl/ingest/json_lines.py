"""One article as one line of JSON: the format of `timbao import` and of every export."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Iterable
from dataclasses import dataclass

from crawl.article import Article, When, parse_when
from crawl.extraction.dates import parse_written
from crawl.extraction.encoding.decode import repair_text
from crawl.messages import TimbaoError
from crawl.messages import gettext as _
from crawl.sources.registry import name_at
from crawl.sources.source import Source
from crawl.urls import authority, canonical

KEYS = frozenset({*Article.__dataclass_fields__, "id"})
"""What a line may say of an article."""


class BadLine(TimbaoError):
    """A line that holds no article; `reason` is for the user."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class ImportedArticle:
    """An article, the id that the line gave it, if any, and the keys of the line that are not known."""

    article: Article
    id: str | None
    left_out: tuple[str, ...] = ()


def read_line(line: bytes, source: str | None, sources: Iterable[Source] = ()) -> ImportedArticle:
    """The article on this line.

    It belongs to `source`, if given, else to the source that the line names, else to the one of `sources` whose
    host its URL is on, else to one named after that host. Keys that are not known are left out: exports of other
    programs may hold more. Raises BadLine.
    """
    fields = _object(line)
    url, known_as = _url(fields), _id(fields)
    if url is None and known_as is None:
        raise BadLine(_("neither url nor id"))
    title, body = _text(fields, "title"), paragraphs(_text(fields, "body"))
    if not title and not body:
        raise BadLine(_("neither title nor body"))
    article = Article(
        url=url,
        source=source or _text(fields, "source") or name_at(sources, authority(url or "")),
        title=title,
        lead=_text(fields, "lead"),
        body=body,
        captions=(captions := _texts(fields, "captions")),
        author=_text(fields, "author") or None,
        published=_when(fields, "published"),
        section=_text(fields, "section") or None,
        tags=_texts(fields, "tags"),
        headings=_texts(fields, "headings"),
        images=_images(fields, len(captions)),
        role=_text(fields, "role") or None,
        agency=_text(fields, "agency") or None,
        modified=_when(fields, "modified"),
        language=_text(fields, "language") or None,
    )
    if not article.source:
        raise BadLine(_("no source; name one with --source"))
    return ImportedArticle(article, known_as, tuple(key for key in fields if key not in KEYS))


def paragraphs(text: str) -> str:
    """The text with its paragraphs separated by exactly one blank line."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    blocks = itertools.groupby(lines, key=lambda line: bool(line.strip()))
    return "\n\n".join("\n".join(block).strip() for filled, block in blocks if filled)


def _object(line: bytes) -> dict[str, object]:
    try:
        found = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BadLine(_("not UTF-8 text (byte {position})").format(position=error.start + 1)) from None
    except json.JSONDecodeError as error:
        raise BadLine(
            _("not JSON: {detail} (column {column})").format(detail=error.msg, column=error.colno)
        ) from None
    except (ValueError, RecursionError):
        raise BadLine(_("not JSON that can be read")) from None
    if not isinstance(found, dict):
        raise BadLine(_("not a JSON object"))
    return found


def _url(fields: dict[str, object]) -> str | None:
    given = _text(fields, "url")
    url = canonical(given) if given else None
    if given and url is None:
        raise BadLine(_("url is not an http or https address"))
    return url


def _id(fields: dict[str, object]) -> str | None:
    given = fields.get("id")
    if isinstance(given, int) and not isinstance(given, bool):
        return str(given)
    text = _text(fields, "id")
    if text.lower().startswith(("http://", "https://")):
        raise BadLine(_("id is an address; use url"))
    return text or None


def _text(fields: dict[str, object], name: str) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadLine(_("{field} is not a text").format(field=name))
    return repair_text(value).strip()


def _texts(fields: dict[str, object], name: str) -> tuple[str, ...]:
    value = fields.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise BadLine(_("{field} is not a list of texts").format(field=name))
    return tuple(text for item in value if (text := repair_text(item).strip()))


def _images(fields: dict[str, object], captions: int) -> tuple[str, ...]:
    """One address for each caption, '' where none is known; all or nothing."""
    value = fields.get("images")
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise BadLine(_("{field} is not a list of texts").format(field="images"))
    images = tuple(canonical(item) or "" for item in value)
    return images if len(images) == captions and any(images) else ()


def _when(fields: dict[str, object], name: str) -> When | None:
    text = _text(fields, name)
    if not text:
        return None
    with contextlib.suppress(ValueError):
        return parse_when(text)
    if (written := parse_written(text)) is None:
        message = _("{field} is not a date like 2021-03-15, 2021-03-15T22:42:00+07:00 or 15/3/2021: {value}")
        raise BadLine(message.format(field=name, value=text[:40]))
    return written
