"""A page of results as JSON, JSON Lines, one record a line, or text for a terminal.

Everything that came from a newspaper is hostile until it is escaped or stripped here.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, TextIO

from crawl.article import VIETNAM, When, format_when
from crawl.messages import current_language, format_number, ngettext, printable
from crawl.messages import gettext as _
from index.document import Document, published_day
from searcher.results.search import Reprints, ResultHit, ResultPage
from searcher.results.snippets import Marks, Snippet

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

SCHEMA = 1
"""The number of the JSON shape; raised only if a reader of the old one would misunderstand the new one."""

MARK_BEFORE, MARK_AFTER = "«", "»"
"""Around what matches, where colour cannot show it."""

MIN_WIDTH = 20
"""Columns that text for a terminal needs at least."""

_INDENT = "   "

# Valid inside JSON strings, but it moves cursors, reorders lines, ends lines (JavaScript) or breaks UTF-8.
_TO_ESCAPE = re.compile(
    "[\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)
_SPACES = re.compile(r"[\s\x1c-\x1f\x85\u2028\u2029]+")
_WEB_ADDRESS = re.compile(r"https?://[\x21-\x7e]+", re.IGNORECASE)


def to_json(page: ResultPage) -> str:
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


def to_jsonl(page: ResultPage) -> str:
    """The hits as JSON Lines, each as in `to_json`, each ending in a line feed."""
    return "".join(json_text(_hit_fields(hit)) + "\n" for hit in page.hits)


def to_lines(page: ResultPage) -> str:
    """One record a line for other programs: id, day, source, title and snippet, separated by tabs.

    Matches in the snippet stand in « ». A partial match has a sixth column, `partial`.
    """
    return "".join("\t".join(_columns(hit)) + "\n" for hit in page.hits)


def to_text(
    page: ResultPage, *, colour: bool, links: bool, width: int, title_of: Callable[[str], str] = str
) -> str:
    """The page for reading on a terminal `width` columns wide.

    With `colour`, what matches is highlighted by it, else by « ». With `links`, titles are hyperlinks
    (OSC 8), else the address stands under them. `title_of` gives a newspaper's title for its key.
    """
    screen = io.StringIO()
    console = open_console(screen, width, styled=colour or links)
    for line in _Painter(console, colour=colour, links=links, title_of=title_of).page(page):
        console.print(line)
    return screen.getvalue()


def open_console(screen: TextIO, width: int, *, styled: bool) -> Console:
    """What writes rich text to `screen` as on a terminal of this width, with or without colours and links."""
    from rich.console import Console

    return Console(
        file=screen,
        width=max(width, MIN_WIDTH),
        force_terminal=True,
        color_system="standard" if styled else None,
        legacy_windows=False,
        markup=False,
        highlight=False,
        emoji=False,
        _environ={},  # the caller has already asked the environment
    )


def slip_sentences(page: ResultPage) -> tuple[str, ...]:
    """What to say of each word that no article has: with what instead partial matches were looked for."""
    line = _("No article has “{typed}”; partial matches were looked for with “{meant}”.")
    return tuple(line.format(typed=slip.typed, meant=slip.meant) for slip in page.slips)


def shown_when(when: When) -> str:
    """A date as the reader writes it, in Vietnam's time."""
    day, moment = (
        ("%d/%m/%Y", "%H:%M %d/%m/%Y") if current_language() == "vi" else ("%Y-%m-%d", "%Y-%m-%d %H:%M")
    )
    return when.astimezone(VIETNAM).strftime(moment) if isinstance(when, datetime) else when.strftime(day)


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


def json_text(fields: Mapping[str, object]) -> str:
    """The fields as one line of JSON that is safe on a terminal and in UTF-8 whatever the fields hold."""
    written = json.dumps(dict(fields), ensure_ascii=False, allow_nan=False)
    return _TO_ESCAPE.sub(lambda found: f"\\u{ord(found[0]):04x}", written)


def _columns(hit: ResultHit) -> list[str]:
    document = hit.document
    columns = [document.id, _day(document), document.source, document.title]
    columns = [*map(_one_line, columns), _with_signs(hit.snippet)]
    return [*columns, "partial"] if hit.partial else columns


def _day(document: Document) -> str:
    day = published_day(document)
    return day.isoformat() if day else ""


def _one_line(text: str) -> str:
    """The text without line breaks and without anything that could control a terminal."""
    return printable(_SPACES.sub(" ", text))


def _stretches(text: str, marks: Marks) -> Iterator[tuple[str, bool]]:
    """The text made safe, cut where marks begin and end: each piece and whether it is marked."""
    position = 0
    for start, end in marks:
        yield _one_line(text[position:start]), False
        yield _one_line(text[start:end]), True
        position = end
    yield _one_line(text[position:]), False


def _with_signs(snippet: Snippet) -> str:
    pieces = _stretches(snippet.text, snippet.marks)
    return "".join(f"{MARK_BEFORE}{piece}{MARK_AFTER}" if marked else piece for piece, marked in pieces)


def web_address(url: str | None) -> str | None:
    """The URL, if it may become a link on a page or a terminal: `javascript:`, spaces and controls may not."""
    return url if url and _WEB_ADDRESS.fullmatch(url) else None


def reprints_line(document: Document, reprints: Reprints, title_of: Callable[[str], str]) -> str:
    """How often an article was printed elsewhere, and where it was first, if that is not here."""
    first = reprints.first
    if first.id == document.id:
        plain = ngettext(
            "Reprinted in {count} other article", "Reprinted in {count} other articles", reprints.count
        )
        return plain.format(count=format_number(reprints.count))
    day = None if first.published is None else shown_when(first.published)
    sentence = ngettext(
        "Reprinted in {count} other article, the earliest: {first}",
        "Reprinted in {count} other articles, the earliest: {first}",
        reprints.count,
    )
    origin = ", ".join(filter(None, (title_of(first.source), day)))
    return sentence.format(count=format_number(reprints.count), first=origin)


def _summary(page: ResultPage) -> str:
    if page.total:
        found = ngettext("{number} article", "{number} articles", page.total)
        found = found.format(number=format_number(page.total))
        if page.groups < page.total:  # some of them are reprints of others
            found = _("{found}, {number} without reprints").format(
                found=found, number=format_number(page.groups)
            )
        return _("{found}, {duration} ms").format(found=found, duration=format_number(round(page.took_ms)))
    return _("No article holds all of it.") if page.hits else _("Nothing found.")


class _Painter:
    """Lays a page out in lines of rich text. Without `colour` nothing is styled but hyperlinks."""

    def __init__(
        self, console: Console, *, colour: bool, links: bool, title_of: Callable[[str], str]
    ) -> None:
        from rich.text import Text

        self._text, self._console, self._colour, self._links = Text, console, colour, links
        self._title_of = title_of

    def page(self, page: ResultPage) -> Iterator[Text]:
        """All lines: how many there are, suggestions, the hits, and how to see more."""
        yield self._styled(_summary(page), "dim")
        for other in page.suggestions:
            line = _("Did you mean: {query} ({number})")
            line = line.format(query=_one_line(other.text), number=format_number(other.total))
            yield self._styled(line, "yellow")
        for sentence in slip_sentences(page):
            yield self._styled(_one_line(sentence), "dim")
        told = False
        for number, hit in enumerate(page.hits, (page.page - 1) * page.limit + 1):
            yield self._text("")
            if hit.partial and not told:
                told = True
                yield self._styled(_("Partial matches, with only some of the words:"), "italic")
                yield self._text("")
            yield from self._hit(number, hit)
        if page.has_next:
            yield self._text("")
            yield self._styled(_("For more, add: --page {number}").format(number=page.page + 1), "dim")

    def _hit(self, number: int, hit: ResultHit) -> Iterator[Text]:
        document = hit.document
        link = web_address(document.url)
        title = self._marked(document.title or _("(untitled)"), hit.title_marks, "bold")
        if link and self._links:
            self._link(title, link)
        yield from self._wrapped(title, f"{number}. ")
        source = self._title_of(document.source)
        origin = (_day(document), source, document.province or "", document.author or "")
        yield from self._wrapped(self._styled(" · ".join(filter(None, map(_one_line, origin))), "cyan"))
        yield from self._wrapped(self._marked(hit.snippet.text, hit.snippet.marks, ""))
        if hit.reprints:
            line = reprints_line(document, hit.reprints, self._title_of)
            yield from self._wrapped(self._styled(_one_line(line), "italic"))
        yield from self._wrapped(self._styled(_one_line(document.id), "dim"))
        if link and not self._links:
            yield from self._wrapped(self._styled(link, "dim"))

    def _marked(self, text: str, marks: Marks, style: str) -> Text:
        line = self._styled("", style)
        for piece, marked in _stretches(text, marks):
            if marked and self._colour:
                line.append(piece, "bold red")
            else:
                line.append(f"{MARK_BEFORE}{piece}{MARK_AFTER}" if marked else piece)
        return line

    def _styled(self, text: str, style: str) -> Text:
        return self._text(text, style if self._colour else "")

    def _link(self, line: Text, address: str) -> None:
        from rich.style import Style

        line.stylize(Style(link=address))

    def _wrapped(self, line: Text, before: str = _INDENT) -> Iterator[Text]:
        if not line:
            return
        for part in line.wrap(self._console, self._console.width - len(before)):
            yield self._text(before) + part
            before = _INDENT
