"""A page as its blocks of text in reading order, each with the elements around it. Plain values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from crawl.extraction.encoding.decode import repair_text
from crawl.messages import printable

_SCRAP = 15  # characters; shorter blocks are labels, buttons and dates
_SHORT = 60  # characters; shorter blocks are dates, labels, sub-headings
_MOSTLY = 0.8


@dataclass(frozen=True, slots=True)
class Block:
    """One run of text between two block boundaries of a page.

    `linked`, `bold` and `slanted` count the characters set so, `links` the links that begin in it. `heading` is
    1 to 6 for h1 to h6, else 0; `caption`, `lead` and `byline` tell what the markup calls by such a name;
    `listed` tells list items, `pictured` text that follows a picture with no text between; `picture` is the
    address of the last picture before it, '' if there is none or it is not known; `centred` and `right` are
    the alignment.
    """

    text: str
    linked: int = 0
    links: int = 0
    bold: int = 0
    slanted: int = 0
    heading: int = 0
    caption: bool = False
    lead: bool = False
    byline: bool = False
    listed: bool = False
    centred: bool = False
    right: bool = False
    pictured: bool = False
    picture: str = ""

    @property
    def worth(self) -> int:
        """How much the block speaks for being prose: its characters, against links and scraps."""
        unlinked = len(self.text) - self.linked
        return unlinked - _SCRAP if unlinked >= self.linked else -self.linked - _SCRAP

    @property
    def is_link(self) -> bool:
        """Whether it is nothing but links."""
        return self.linked >= _MOSTLY * len(self.text)

    @property
    def is_prose(self) -> bool:
        """Whether it is long enough for a paragraph, and more than links."""
        return len(self.text) >= _SHORT and not self.is_link

    @property
    def is_bold(self) -> bool:
        """Whether it is bold throughout."""
        return self.bold >= _MOSTLY * len(self.text)

    @property
    def is_slanted(self) -> bool:
        """Whether it is slanted throughout."""
        return self.slanted >= _MOSTLY * len(self.text)


@dataclass(frozen=True, slots=True, eq=False)
class Element:
    """What the rules need to know of an element around a block; `number` is its place in the page.

    `selected` is the body that a source's selectors name; `article` and `body` are HTML's and schema.org's; `kind` and
    `apart` are as in `Marks`.
    """

    number: int
    furniture: bool = False
    apart: bool = False
    article: bool = False
    body: bool = False
    selected: bool = False
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """A block and the elements around it, innermost first."""

    block: Block
    around: tuple[Element, ...]


Outline: TypeAlias = Sequence[Placed]


def clean(text: str) -> str:
    """One line of NFC text: misread letters put right, white space collapsed, controls gone."""
    return tidy(repair_text(text))


def tidy(text: str) -> str:
    """One line of NFC text: white space collapsed, controls gone."""
    return printable(" ".join(unicodedata.normalize("NFC", text).split()))


def text_key(text: str) -> str:
    """What two printings of one text share: its words, without case and punctuation."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFC", text).lower()))
