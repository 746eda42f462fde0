"""One article as one line of JSON: the format of `timbao import` and of every export."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawl.article import Article, When, parse_when
from crawl.decode import repair_text
from crawl.messages import gettext as _
from crawl.urls import canonical


class BadLine(Exception):
    """A line that holds no article; `reason` is for the user."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class ImportedArticle:
    """An article and the id that the line gave it, if any."""

    article: Article
    id: str | None


def read_line(line: bytes, source: str | None) -> ImportedArticle:
    """The article on this line; it belongs to `source`, if given, else to the source that the line names.

    Raises BadLine. Keys that are not known are ignored: exports of other programs may hold more.
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
        source=source or _text(fields, "source") or _host(url),
        title=title,
        lead=_text(fields, "lead"),
        body=body,
        captions=_texts(fields, "captions"),
        author=_text(fields, "author") or None,
        published=_published(fields),
        section=_text(fields, "section") or None,
        tags=_texts(fields, "tags"),
    )
    if not article.source:
        raise BadLine(_("no source; name one with --source"))
    return ImportedArticle(article, known_as)


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


def _published(fields: dict[str, object]) -> When | None:
    text = _text(fields, "published")
    if not text:
        return None
    try:
        return parse_when(text)
    except ValueError:
        raise BadLine(
            _("published is not a date like 2021-03-15 or 2021-03-15T22:42:00+07:00: {value}").format(
                value=text[:40]
            )
        ) from None


def _host(url: str | None) -> str:
    return (urlsplit(url).netloc if url else "").removeprefix("www.")
