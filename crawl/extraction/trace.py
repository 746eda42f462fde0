"""How each part of an article was found on its page, so that a wrong one can be traced to the rule that chose it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TypeVar

from crawl.messages import gettext as _
from crawl.messages import mark

T = TypeVar("T")


class How(enum.Enum):
    """Where a part was found; the value says it in a sentence's words."""

    SELECTOR = mark("a selector of the newspaper's entry")
    JSON_LD = mark("what the page tells machines (JSON-LD)")
    META = mark("what the page tells machines (meta elements)")
    TIME = mark("the page's one time element")
    PRINTED = mark("printed above the text")
    CONFIRMED = mark("told to machines and printed as a heading")
    AGREED = mark("told to machines, corrected by what is printed")
    SIGNED = mark("the end of the text")
    MARKUP = mark("the names of elements")
    BREADCRUMB = mark("the breadcrumb")
    PROSE = mark("the element with the most prose")
    TEXT = mark("the text itself")
    ADDRESS = mark("the address it was fetched from")


@dataclass(frozen=True, slots=True)
class Found:
    """One part of an article (the name of its field) and how it was found."""

    field: str
    how: How

    @property
    def sentence(self) -> str:
        """How it was found, in the user's language."""
        return _(self.how.value)


class Trace:
    """The parts found so far, in the order in which they were."""

    def __init__(self) -> None:
        self._found: dict[str, How] = {}

    def note(self, field: str, how: How) -> None:
        """The part was found so, whatever was noted of it before."""
        self._found[field] = how

    def first(self, field: str, *candidates: tuple[T | None, How]) -> T | None:
        """The first candidate that is there (neither None nor empty), noted with how it was found."""
        for value, how in candidates:
            if value:
                self.note(field, how)
                return value
        return None

    @property
    def found(self) -> tuple[Found, ...]:
        """What was noted."""
        return tuple(Found(field, how) for field, how in self._found.items())
