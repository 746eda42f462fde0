"""What an engine is fed: a document, and the declaration of its fields, made once and only here."""

from __future__ import annotations

import enum
import json
import re
from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, datetime

from crawl.article import StoredArticle, When, format_when, local_day
from index.text.provinces import province_on
from index.text.tokens import analyse, analyse_terms, keyword_key
from index.text.written_dates import written_dates

VALUE_GAP = 1
"""Positions left empty between paragraphs, captions and tags, so that no phrase runs from one into the next."""

_UNSPACED = re.compile(r"\S+")


_DAY_LENGTH = len("2021-03-15")


class Kind(enum.Enum):
    """How a field is searched: its words, its whole value, or its place in time."""

    TEXT = "text"
    KEYWORD = "keyword"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Field:
    """A searchable field. `weight` multiplies the score of a text field's matches."""

    name: str
    kind: Kind
    weight: float = 0.0


FIELDS = (
    Field("title", Kind.TEXT, 3.0),
    Field("lead", Kind.TEXT, 1.5),
    Field("body", Kind.TEXT, 1.0),
    Field("captions", Kind.TEXT, 0.5),
    Field("author", Kind.TEXT, 1.0),
    Field("tags", Kind.TEXT, 1.0),
    Field("source", Kind.KEYWORD),
    Field("province", Kind.KEYWORD),
    Field("section", Kind.KEYWORD),
    Field("group", Kind.KEYWORD),
    Field("published", Kind.DATE),
)
TEXT_FIELDS = tuple(field for field in FIELDS if field.kind is Kind.TEXT)
KEYWORD_FIELDS = tuple(field for field in FIELDS if field.kind is Kind.KEYWORD)


@dataclass(frozen=True, slots=True)
class Document:
    """One article as it is indexed and shown. `first_seen` is aware; absent values are None or empty.

    Articles of one `group` are reprints of each other (see `index.reprints.groups`); None stands alone. `agency` is
    the news agency that the paper has the article from; it is shown, not searched.
    """

    id: str
    source: str
    title: str
    first_seen: datetime
    url: str | None = None
    lead: str = ""
    body: str = ""
    captions: tuple[str, ...] = ()
    author: str | None = None
    province: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    published: When | None = None
    group: str | None = None
    agency: str | None = None


def to_document(stored: StoredArticle, province: str | None, group: str | None = None) -> Document:
    """The archive's article as the engine takes it, in the `group` of its reprints.

    `province` is the one its paper was founded in; the document has the name it bore when the article appeared.
    """
    article = stored.article
    return Document(
        id=stored.id,
        source=article.source,
        title=article.title,
        first_seen=stored.first_seen,
        url=article.url,
        lead=article.lead,
        body=article.body,
        captions=article.captions,
        author=article.author,
        province=province and province_on(province, article.published and local_day(article.published)),
        section=article.section,
        tags=article.tags,
        published=article.published,
        group=group,
        agency=article.agency,
    )


@dataclass(frozen=True, slots=True)
class FieldTerms:
    """The terms of one text field: `terms[i]` stands at `positions[i]`, which is positive or zero.

    Words come first, in order, each at a position of its own; then the keys of written dates, each at the position
    of the date's last word. Any one term's positions are strictly increasing. `breaks` are the positions left empty
    between two paragraphs, captions or tags, ascending.
    """

    terms: list[str]
    positions: list[int]
    breaks: list[int]


def text_terms(document: Document) -> dict[str, FieldTerms]:
    """The analysed terms of every text field that is not empty, by field name."""
    values: dict[str, tuple[str, ...]] = {
        "title": (document.title,),
        "lead": (document.lead,),
        "body": tuple(document.body.split("\n\n")),
        "captions": document.captions,
        "author": (document.author or "",),
        "tags": document.tags,
    }
    analysed = {name: _field_terms(parts) for name, parts in values.items()}
    return {name: found for name, found in analysed.items() if found.terms}


def _field_terms(parts: tuple[str, ...]) -> FieldTerms:
    terms: list[str] = []
    positions: list[int] = []
    dates: dict[tuple[str, int], None] = {}
    breaks: list[int] = []
    start = 0
    for part in parts:
        found = analyse_terms(part)
        if found:
            if terms:
                breaks.append(start - VALUE_GAP)
            terms += found
            positions += range(start, start + len(found))
            dates |= dict.fromkeys(_date_keys(part, start))
            start += len(found) + VALUE_GAP
    return FieldTerms(terms + [key for key, _ in dates], positions + [place for _, place in dates], breaks)


def _date_keys(part: str, start: int) -> list[tuple[str, int]]:
    """The keys of the dates in a part whose first word stands at `start`, with their positions.

    White space separates terms, so only what stands around a date needs to be analysed for its spans.
    """
    found: list[tuple[str, int]] = []
    begin = stop = 0
    ends: tuple[int, ...] = ()
    for written in written_dates(part):
        if written.end > stop:
            before, begin = begin, written.end - len(part[stop : written.end].rsplit(maxsplit=1)[-1])
            unspaced = _UNSPACED.match(part, begin)
            assert unspaced
            stop, ends = unspaced.end(), analyse(unspaced[0]).ends
            start += len(analyse_terms(part[before:begin]))
        place = start + bisect_left(ends, written.end - begin)
        found += ((key, place) for key in written.keys)
    return sorted(found)


def keyword_values(document: Document) -> dict[str, str]:
    """The key of every keyword field that has a value, by field name."""
    values = {"source": document.source, "province": document.province, "section": document.section}
    keys = {name: key for name, value in values.items() if value and (key := keyword_key(value))}
    # Nobody types the name of a group: it is its own key.
    return keys | {"group": document.group} if document.group else keys


def published_day(document: Document) -> date | None:
    """The day of publication in Vietnam."""
    return None if document.published is None else local_day(document.published)


def dump_document(document: Document) -> bytes:
    """The document for an engine to store: a line of JSON, then the body as it is, which is faster to read. UTF-8."""
    fields = {name: getattr(document, name) for name in Document.__dataclass_fields__ if name != "body"}
    fields["first_seen"] = format_when(document.first_seen)
    fields["published"] = None if document.published is None else format_when(document.published)
    line = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return f"{line}\n{document.body}".encode("utf-8", "surrogatepass")


def load_document(stored: bytes) -> Document:
    """The document that `dump_document` wrote."""
    line, _newline, body = stored.decode("utf-8", "surrogatepass").partition("\n")
    fields = json.loads(line)
    fields["captions"], fields["tags"] = tuple(fields["captions"]), tuple(fields["tags"])
    fields["first_seen"] = datetime.fromisoformat(fields["first_seen"])
    published = fields["published"]
    if published is not None:
        is_day = len(published) == _DAY_LENGTH
        fields["published"] = date.fromisoformat(published) if is_day else datetime.fromisoformat(published)
    return Document(**fields, body=body)
