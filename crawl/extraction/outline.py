"""A tree of elements → blocks of text, in one walk over all that is shown."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from crawl.extraction import blocks, dom
from crawl.extraction.blocks import Block, Outline, Placed, tidy
from crawl.extraction.markup import Attributes, Marks, read_marks

_AROUND = 32  # elements further out say nothing about a block, and nesting may be 100,000 deep
_NEAR = 3  # a block's own element and two around it may say what it is
_CAPTIONS = 500  # characters; a longer table is more than pictures with their captions
_MOST_CANDIDATES = 20  # how many elements of one name are looked into
_LONGEST_VALUE = 300  # attributes beyond this are generated, or an attack
_LONGEST_ADDRESS = 2083
_WHITE_SPACE = re.compile(r"\s+")
_SENTENCE_END = re.compile(r"[.!?…:][\"”’')\]]*\s*$")
_NUMBERS = "0123456789-_"  # of an id; they say nothing, and without them many are alike
# Where pages that load pictures late keep the address; `src` is then a placeholder.
_PICTURE_ADDRESSES = ("data-src", "data-original", "data-lazy-src", "src")


@dataclass(frozen=True, slots=True)
class Walked:
    """A page's blocks, and the elements whose names say that they hold a breadcrumb or tags."""

    outline: Outline
    breadcrumbs: Sequence[dom.Element]
    tags: Sequence[dom.Element]


def walk(root: dom.Element, selected: dom.Element | None) -> Walked:
    """Walk over all that is shown; `selected` is the body that a source's selectors mean."""
    writer = OutlineWriter()
    breadcrumbs: list[dom.Element] = []
    tags: list[dom.Element] = []

    def visit(element: dom.Element) -> None:
        marks = _marks_of(element)
        if marks.unread:
            return
        if marks.breadcrumb:
            breadcrumbs.append(element)
        if marks.tags:
            tags.append(element)
        writer.enter(marks, selected=element is selected)
        if element.tag == "img":
            writer.show(_picture_address(element))
        if element.text:
            writer.write(element.text)
        for child in element:
            visit(child)
            if child.tail:
                writer.write(child.tail)
        writer.leave(marks, selected=element is selected)

    visit(root)  # no deeper than trees are
    return Walked(writer.outline, breadcrumbs[:_MOST_CANDIDATES], tags[:_MOST_CANDIDATES])


def _picture_address(element: dom.Element) -> str:
    given = (element.get(name, "").strip() for name in _PICTURE_ADDRESSES)
    return next(
        (one for one in given if 0 < len(one) <= _LONGEST_ADDRESS and not one.startswith("data:")), ""
    )


def _marks_of(element: dom.Element) -> Marks:
    if not element.attrib:
        return _read_marks(element.tag)
    value = element.get
    return _read_marks(
        element.tag,
        value("class", "")[:_LONGEST_VALUE],
        value("id", "")[:_LONGEST_VALUE].strip(_NUMBERS),
        value("role", "")[:_LONGEST_VALUE],
        (value("itemprop") or value("property") or "")[:_LONGEST_VALUE],
        value("style", "")[:_LONGEST_VALUE],
        value("align", "")[:_LONGEST_VALUE],
        hidden=value("hidden") is not None,
    )


@functools.lru_cache(maxsize=8192)
def _read_marks(
    tag: str,
    classes: str = "",
    id: str = "",
    role: str = "",
    kind: str = "",
    style: str = "",
    align: str = "",
    *,
    hidden: bool = False,
) -> Marks:
    return read_marks(tag, Attributes(classes, id, role, kind, style, align, hidden))


@dataclass(slots=True)
class _Table:
    """A table that is open: where in the outline it begins, and the pictures in it if it begins with one."""

    start: int
    pictures: list[str] = field(default_factory=list)


class OutlineWriter:
    """Makes the outline while markup is walked. Every `enter` is followed by its `leave`."""

    def __init__(self) -> None:
        self.outline: list[Placed] = []
        self._open: list[tuple[blocks.Element, Marks]] = []
        self._tables: list[_Table] = []
        self._numbers = 0
        self._links = self._bold = self._slanted = 0  # how many such elements are open
        self._pictured = False
        self._picture = ""  # the address of the picture seen last
        self._parts: list[str] = []
        self._in_links = self._in_bold = self._in_slanted = 0  # how much of the parts is
        self._begun_links = 0  # how many links began in the parts

    def enter(self, marks: Marks, *, selected: bool = False) -> None:
        """An element begins; `selected` is the one that a source's selectors mean, and a block in any case."""
        if marks.block or selected:
            self._flush()
            self._numbers += 1
            self._open.append(
                (
                    blocks.Element(
                        self._numbers,
                        furniture=marks.furniture,
                        apart=marks.apart,
                        article=marks.article,
                        body=marks.body,
                        selected=selected,
                        kind=marks.kind,
                    ),
                    marks,
                )
            )
        if marks.table:
            self._tables.append(_Table(len(self.outline)))
        self._links += marks.link
        self._begun_links += marks.link
        self._bold += marks.bold
        self._slanted += marks.slanted
        self._pictured |= marks.picture
        if marks.line_break:
            self._break_line()

    def leave(self, marks: Marks, *, selected: bool = False) -> None:
        """The element entered last, which had these marks, ends."""
        if marks.block or selected:
            self._flush()
            self._open.pop()
        if marks.table:
            self._caption(self._tables.pop())
        self._links -= marks.link
        self._bold -= marks.bold
        self._slanted -= marks.slanted

    def show(self, address: str) -> None:
        """A picture stands here; '' if its address is not known."""
        self._picture = address
        for table in self._tables:
            if table.pictures or (table.start == len(self.outline) and not "".join(self._parts).strip()):
                table.pictures.append(address)

    def _caption(self, table: _Table) -> None:
        """The text of a small table that begins with a picture is captions: as many as pictures, or of the last."""
        placed = self.outline[table.start :]
        if not table.pictures or sum(len(one.block.text) for one in placed) > _CAPTIONS:
            return
        each = len(placed) == len(table.pictures)
        for number, one in enumerate(placed):
            picture = table.pictures[number] if each else one.block.picture
            self.outline[table.start + number] = replace(
                one, block=replace(one.block, caption=True, picture=picture)
            )

    def write(self, text: str) -> None:
        """Text inside the elements that are open."""
        if text.isspace():
            self._parts.append(" ")
            return
        collapsed = _WHITE_SPACE.sub(" ", text)
        self._parts.append(collapsed)
        if self._links or self._bold or self._slanted:
            size = len(collapsed.strip())
            self._in_links += size * (self._links > 0)
            self._in_bold += size * (self._bold > 0)
            self._in_slanted += size * (self._slanted > 0)

    def _break_line(self) -> None:
        """A line break after a sentence, a link or another break ends a paragraph; others are of verse."""
        last = self._parts[-1] if self._parts else ""
        if last == "\n" or _SENTENCE_END.search(last) or self._is_linked():
            self._flush()
        elif last:
            self._parts.append("\n")

    def _is_linked(self) -> bool:
        """Whether all text of the block so far is linked: a headline above its teaser."""
        return self._in_links > 0 and self._in_links >= sum(len(part.strip()) for part in self._parts)

    def _flush(self) -> None:
        """End the block, if there is any text in it."""
        begun_links, self._begun_links = self._begun_links, 0
        if not self._parts:
            return
        written = "".join(self._parts)
        lines = () if written.isspace() else map(tidy, written.split("\n"))
        if text := "\n".join(line for line in lines if line):
            around = tuple(element for element, _ in self._open[: -_AROUND - 1 : -1])
            self.outline.append(Placed(self._block(text, begun_links), around))
            self._pictured = False
        self._parts = []
        self._in_links = self._in_bold = self._in_slanted = 0

    def _block(self, text: str, links: int) -> Block:
        around = [marks for _, marks in self._open[: -_NEAR - 2 : -1]]
        heading, caption, lead, byline, listed, align = 0, False, False, False, False, ""
        for marks in around[:_NEAR]:
            heading = max(heading, marks.heading)
            caption |= marks.caption
            lead |= marks.lead
            byline |= marks.byline
            listed |= marks.listed
            align = align or marks.align
        return Block(
            text=text,
            linked=min(self._in_links, len(text)),
            links=links,
            bold=min(self._in_bold, len(text)),
            slanted=min(self._in_slanted, len(text)),
            heading=heading,
            caption=caption,
            lead=lead,
            byline=byline and not any(marks.quote for marks in around),
            listed=listed,
            centred=align == "center",
            right=align == "right",
            pictured=self._pictured,
            picture=self._picture,
        )
