"""What selectors found on pages, as it is read: lines or paragraphs for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator

from crawl.extraction.inspection import Inspection
from crawl.extraction.selectors import Match
from crawl.ingest.explanation import explained_parts
from crawl.messages import format_number, ngettext, printable
from crawl.messages import gettext as _
from crawl.sources.probing.trial import Tried


def trial_json(tried: Tried) -> str:
    """One page as one line of JSON in ASCII, which is safe wherever it is printed."""
    found = tried.inspection
    return json.dumps(
        {
            "schema": 1,
            "page": tried.page,
            "problem": tried.problem or None,
            "parts": [
                {"part": part.field, "how": part.how, "texts": part.texts}
                for part in (explained_parts(found.explanation) if found else ())
            ],
            "removed": [
                {"selector": one.selector, "text": one.text} for one in (found.removed if found else ())
            ],
            "selectors": [
                {"part": match.part, "selector": match.selector, "elements": match.elements}
                for match in (found.matches if found else ())
            ],
        }
    )


def trial_lines(tried: Tried) -> str:
    """One page as lines of four cells: the page, the part, how it is found, and its text.

    Of what is removed the third cell is the selector; of a selector itself the second cell is `selector`, the third
    its part and the selector, the fourth the number of elements.
    """
    rows: list[tuple[str, ...]] = []
    if tried.problem:
        rows.append(("problem", "-", tried.problem))
    if found := tried.inspection:
        rows += [
            (part.field, part.how, text) for part in explained_parts(found.explanation) for text in part.texts
        ]
        rows += [("removed", one.selector, one.text) for one in found.removed]
        rows += [("selector", f"{one.part} {one.selector}", str(one.elements)) for one in found.matches]
    return "".join(
        "\t".join(" ".join(printable(cell).split()) for cell in (tried.page, *row)) + "\n" for row in rows
    )


def trial_text(tried: Tried, width: int) -> str:
    """One page for a terminal of this width: every text is cut to a line of it."""
    lines = [tried.page]
    if tried.problem:
        lines.append(f"  {tried.problem}")
    if tried.inspection:
        lines += _found_lines(tried.inspection, max(width - 6, 20))
    return (
        "\n".join(" " * (len(line) - len(line.lstrip())) + printable(line.lstrip()) for line in lines) + "\n"
    )


def _found_lines(found: Inspection, room: int) -> Iterator[str]:
    for part in explained_parts(found.explanation):
        yield f"  {part.field} · {part.how}"
        yield from (f"    {_cut(text, room)}" for text in part.texts)
    removal = _("removed")
    for removed in found.removed:
        yield f"  {removal} · {removed.selector}"
        yield f"    {_cut(removed.text, room)}"
    if found.matches:
        yield "  " + _("selectors")
        yield from (f"    {match_sentence(match)}" for match in found.matches)


def match_sentence(match: Match) -> str:
    """How many elements the selector for a part means."""
    count = ngettext("{count} element", "{count} elements", match.elements)
    told = count.format(count=format_number(match.elements)) if match.elements else _("MATCHES NOTHING")
    return f"{match.part} {match.selector} · {told}"


def _cut(text: str, room: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= room else text[: room - 1] + "…"
