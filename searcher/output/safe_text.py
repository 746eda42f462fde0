"""Text of newspapers and people, which is hostile, made safe for one line of a terminal or record, or a link."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawl.messages import printable
from searcher.results.snippets import Marks

MARK_BEFORE, MARK_AFTER = "«", "»"
"""Around what matches, where colour cannot show it."""

_SPACES = re.compile(r"[\s\x1c-\x1f\x85\u2028\u2029]+")
_WEB_ADDRESS = re.compile(r"https?://[\x21-\x7e]+", re.IGNORECASE)


def one_line(text: str) -> str:
    """The text without line breaks and without anything that could control a terminal."""
    return printable(_SPACES.sub(" ", text))


def stretches(text: str, marks: Marks) -> Iterator[tuple[str, bool]]:
    """The text made safe, cut where marks begin and end: each piece and whether it is marked."""
    position = 0
    for start, end in marks:
        yield one_line(text[position:start]), False
        yield one_line(text[start:end]), True
        position = end
    yield one_line(text[position:]), False


def web_address(url: str | None) -> str | None:
    """The URL, if it may become a link on a page or a terminal: `javascript:`, spaces and controls may not."""
    return url if url and _WEB_ADDRESS.fullmatch(url) else None
