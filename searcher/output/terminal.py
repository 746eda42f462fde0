"""A page of results for reading on a terminal."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TextIO

from crawl.messages import format_number, ngettext
from crawl.messages import gettext as _
from searcher.output.safe_text import MARK_AFTER, MARK_BEFORE, one_line, stretches, web_address
from searcher.output.sentences import iso_day, reprints_line, slip_sentences
from searcher.results.search import ResultHit, ResultPage
from searcher.results.snippets import Marks

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

MIN_WIDTH = 20
"""Columns that text for a terminal needs at least."""

_INDENT = "   "


def to_screen(
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
            line = line.format(query=one_line(other.text), number=format_number(other.total))
            yield self._styled(line, "yellow")
        for sentence in slip_sentences(page):
            yield self._styled(one_line(sentence), "dim")
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
        origin = (iso_day(document), source, document.province or "", document.author or "")
        yield from self._wrapped(self._styled(" · ".join(filter(None, map(one_line, origin))), "cyan"))
        yield from self._wrapped(self._marked(hit.snippet.text, hit.snippet.marks, ""))
        if hit.reprints:
            line = reprints_line(document, hit.reprints, self._title_of)
            yield from self._wrapped(self._styled(one_line(line), "italic"))
        yield from self._wrapped(self._styled(one_line(document.id), "dim"))
        if link and not self._links:
            yield from self._wrapped(self._styled(link, "dim"))

    def _marked(self, text: str, marks: Marks, style: str) -> Text:
        line = self._styled("", style)
        for piece, marked in stretches(text, marks):
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
