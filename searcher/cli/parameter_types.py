"""What may be typed for a parameter: words, and days."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

import click


class Text(click.types.StringParamType):
    """Words and names. Paths have another type: they reach the file system as they were typed."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text composed (NFC), with U+FFFD for what is no text."""
        # They may come decomposed (macOS, some terminals); bytes that are no UTF-8 come as surrogates.
        text: str = super().convert(value, param, ctx)
        return unicodedata.normalize("NFC", text.encode(errors="surrogateescape").decode(errors="replace"))


class Day(click.ParamType):  # type: ignore[type-arg]  # generic only in newer releases of click
    """A day as the query language writes it: 2021, 2021-03, 2021-03-15 or 15/3/2021."""

    name = "date"

    def __init__(self, *, last: bool) -> None:
        self._last = last

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The first or last day of that time. Raises BadDay."""
        del ctx
        from searcher.results.permalinks import day

        return day(param.opts[0] if param else self.name, value, last=self._last)
