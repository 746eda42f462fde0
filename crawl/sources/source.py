"""A newspaper: where it lives, how its pages are read, how gently it is asked. Plain values."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from crawl.datafolder.quiet_hours import QuietHours
from crawl.messages import TimbaoError
from crawl.messages import gettext as _

DEFAULT_DELAY = 5.0
"""Seconds between two requests to a newspaper that asks for nothing else: local servers are weak."""


@dataclass(frozen=True, slots=True)
class Selectors:
    """Where the parts of an article stand on a page: CSS selectors, alternatives in order of preference.

    `remove` names what is cut out before anything is read. Empty means: found by general rules.
    """

    title: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EarlierSelectors:
    """What held for the pages that were fetched until the day `until`, inclusive, in Vietnam's time."""

    until: date
    selectors: Selectors


@dataclass(frozen=True, slots=True)
class HostYears:
    """From the year `first` to `last`, both inclusive, a host is known to have been the newspaper's."""

    host: str
    first: int
    last: int

    @property
    def span(self) -> str:
        """The years as they are written: 2019 or 2019-2026."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"

    def __str__(self) -> str:
        return f"{self.host} {self.span}"


@dataclass(frozen=True, slots=True)
class Source:
    """One newspaper.

    `name` is its stable key, `hosts` are 'host' or 'host:port' in lower case, newest first; `years` says when some
    of them were seen in use, which is no proof that they were not before or after. `feeds`,
    `sitemaps` and `sections` are URLs, or paths on the first host. `article_url` is a regular expression
    searched for in an article's URL. `selectors` are today's, `earlier` those of the site's former templates, in
    the order of their days. `delay` is in seconds; in the hours of `quiet` nothing is asked.
    `verified` says that somebody checked the entry against the live site.
    """

    name: str
    title: str
    hosts: tuple[str, ...]
    years: tuple[HostYears, ...] = ()
    province: str | None = None
    scheme: str = "https"
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    article_url: str | None = None
    selectors: Selectors = field(default_factory=Selectors)
    earlier: tuple[EarlierSelectors, ...] = ()
    delay: float = DEFAULT_DELAY
    quiet: tuple[QuietHours, ...] = ()
    enabled: bool = False
    verified: bool = False
    family: str | None = None

    def as_of(self, day: date) -> Source:
        """The newspaper with the selectors for pages that were fetched on this day."""
        held = next((one.selectors for one in self.earlier if day <= one.until), self.selectors)
        return replace(self, selectors=held)


class SourcesError(TimbaoError):
    """The file of newspapers cannot be used: `entry` is the table at fault or '', `detail` says why.

    `way_out` says what to do where it is not the file that is wrong, or more is to be said.
    """

    def __init__(self, path: Path, entry: str, detail: str, way_out: str = "") -> None:
        self.path, self.entry, self.detail = path, entry, detail
        where = f"{path}: {entry}" if entry else str(path)
        self.way_out = way_out or _("Correct it and try again.")
        super().__init__(f"{where}: {detail}. {self.way_out}")


class UnknownSource(TimbaoError):
    """No newspaper is called `name`."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            _("No newspaper is called {name}. See their names with: timbao sources list").format(name=name)
        )
