"""A page as its blocks of text in reading order, each with the elements around it. Plain values.

Whoever walks the markup tells an `OutlineWriter` where elements begin and end and what text stands between.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from crawl.decode import repair_text
from crawl.markup import Marks
from crawl.messages import printable
from crawl.paragraphs import Block

_AROUND = 32  # elements further out say nothing about a block, and nesting may be 100,000 deep
_NEAR = 3  # a block's own element and two around it may say what it is
_SENTENCE_END = re.compile(r"[.!?…:][\"”’')\]]*\s*$")


@dataclass(frozen=True, slots=True)
class Element:
    """What the rules need to know of an element around a block; `number` is its place in the page.

    `chosen` is the body that a source's selectors name; `article` and `body` are HTML's and schema.org's.
    """

    number: int
    furniture: bool = False
    article: bool = False
    body: bool = False
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A block and the elements around it, innermost first."""

    block: Block
    around: tuple[Element, ...]


Outline: TypeAlias = Sequence[Placed]


def clean(text: str) -> str:
    """One line of NFC text: white space collapsed, controls gone."""
    return printable(" ".join(repair_text(text).split()))


class OutlineWriter:
    """Makes the outline while markup is walked. Every `enter` is followed by its `leave`."""

    def __init__(self) -> None:
        self.outline: list[Placed] = []
        self._entered: list[tuple[Marks, bool]] = []
        self._open: list[tuple[Element, Marks]] = []
        self._numbers = 0
        self._depth = [0, 0, 0]  # how many links, bold and slanted elements are open
        self._pictured = False
        self._parts: list[str] = []
        self._sizes = [0, 0, 0]  # how much of the parts is in links, bold, slanted

    def enter(self, marks: Marks, *, chosen: bool = False) -> None:
        """An element begins; `chosen` is the one that a source's selectors mean, and a block in any case."""
        is_block = marks.block or chosen
        self._entered.append((marks, is_block))
        if is_block:
            self._flush()
            self._numbers += 1
            self._open.append(
                (Element(self._numbers, marks.furniture, marks.article, marks.body, chosen), marks)
            )
        self._shift(marks, 1)
        self._pictured |= marks.picture
        if marks.line_break:
            self._break_line()

    def leave(self) -> None:
        """The element entered last ends."""
        marks, is_block = self._entered.pop()
        if is_block:
            self._flush()
            self._open.pop()
        self._shift(marks, -1)

    def write(self, text: str) -> None:
        """Text inside the elements that are open."""
        collapsed = re.sub(r"\s+", " ", text)
        self._parts.append(collapsed)
        size = len(collapsed.strip())
        self._sizes = [was + size * (depth > 0) for was, depth in zip(self._sizes, self._depth, strict=True)]

    def _shift(self, marks: Marks, step: int) -> None:
        kinds = (marks.link, marks.bold, marks.slanted)
        self._depth = [depth + step * kind for depth, kind in zip(self._depth, kinds, strict=True)]

    def _break_line(self) -> None:
        """A line break after a sentence or after another break ends a paragraph; others are of verse."""
        last = self._parts[-1] if self._parts else ""
        if last == "\n" or _SENTENCE_END.search(last):
            self._flush()
        elif last:
            self._parts.append("\n")

    def _flush(self) -> None:
        lines = map(clean, "".join(self._parts).split("\n"))
        text = "\n".join(line for line in lines if line)
        if text:
            near = [marks for _, marks in self._open[: -_NEAR - 1 : -1]]
            linked, bold, slanted = (min(size, len(text)) for size in self._sizes)
            quoted = any(marks.quote for _, marks in self._open[: -_NEAR - 2 : -1])
            align = next((marks.align for marks in near if marks.align), "")
            block = Block(
                text=text,
                linked=linked,
                bold=bold,
                slanted=slanted,
                heading=max((marks.heading for marks in near), default=0),
                caption=any(marks.caption for marks in near),
                lead=any(marks.lead for marks in near),
                byline=any(marks.byline for marks in near) and not quoted,
                listed=any(marks.listed for marks in near),
                centred=align == "center",
                right=align == "right",
                pictured=self._pictured,
            )
            around = tuple(element for element, _ in self._open[: -_AROUND - 1 : -1])
            self.outline.append(Placed(block, around))
            self._pictured = False
        self._parts = []
        self._sizes = [0, 0, 0]
