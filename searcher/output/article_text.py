"""One article as text: to read, on a terminal or off it, its versions, and its reprints."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from crawl.article import Revision, format_when
from crawl.messages import gettext as _
from crawl.messages import printable
from searcher.output.safe_text import one_line
from searcher.output.sentences import shown_when
from searcher.output.terminal import open_console
from searcher.results.lookup import Reading

if TYPE_CHECKING:
    from searcher.results.reprints import Comparison

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


def revisions_text(versions: Sequence[Revision]) -> str:
    """One line a version, oldest first: number, when it was seen, its digest, its title."""
    rows = (
        (str(one.number), format_when(one.seen), one.digest[:12], " ".join(one.article.title.split()))
        for one in versions
    )
    return "".join(printable("\t".join(row)) + "\n" for row in rows)


def reprints_text(comparisons: tuple[Comparison, ...], title_of: Callable[[str], str] = str) -> str:
    """For each article a line with day, newspaper, id, headline and, where it is from one, its news agency.

    Below it stands what it added (+) and cut (-).
    """
    lines: list[str] = []
    for one in comparisons:
        document = one.document
        day = "" if document.published is None else shown_when(document.published)
        columns = (day, title_of(document.source), document.id, document.title, document.agency)
        lines.append("\t".join(one_line(column) for column in columns if column is not None))
        lines += (f"+ {one_line(paragraph)}" for paragraph in one.added)
        lines += (f"- {one_line(paragraph)}" for paragraph in one.cut)
    return "".join(f"{line}\n" for line in lines)
