"""What a crawl is doing, shown while it does it: a table of hosts on a terminal, a line a minute elsewhere."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawl.crawler.report import Progress, explained
from crawl.messages import format_number, ngettext, printable
from crawl.messages import gettext as _

if TYPE_CHECKING:
    from rich.table import Table

_BETWEEN_LINES = 60.0  # seconds
_LINES_AROUND = 4  # of the terminal's height: the table's head and edges


@dataclass(slots=True)
class HostCount:
    """How far one host is, and what came last: the URL and the key of its outcome."""

    host: str
    pages: int = 0
    new: int = 0
    changed: int = 0
    url: str = ""
    outcome: str = ""


class Tracker:
    """Counts what a crawl does, host by host."""

    def __init__(self) -> None:
        self._hosts: dict[str, HostCount] = {}

    def note(self, progress: Progress) -> None:
        """One more page is dealt with."""
        host = urlsplit(progress.url).netloc
        count = self._hosts.pop(host, None) or HostCount(host)
        count.pages += 1
        count.new += progress.outcome == "new"
        count.changed += progress.outcome == "changed"
        count.url, count.outcome = progress.url, progress.outcome
        self._hosts[host] = count

    @property
    def hosts(self) -> tuple[HostCount, ...]:
        """The hosts, the one of the newest page last."""
        return tuple(self._hosts.values())

    def sentence(self) -> str:
        """Everything so far in one line."""
        hosts = self.hosts
        pages = sum(host.pages for host in hosts)
        return printable(
            ngettext(
                "{pages} page so far; articles: {new} new, {changed} changed; now {host}",
                "{pages} pages so far; articles: {new} new, {changed} changed; now {host}",
                pages,
            ).format(
                pages=format_number(pages),
                new=format_number(sum(host.new for host in hosts)),
                changed=format_number(sum(host.changed for host in hosts)),
                host=hosts[-1].host if hosts else "-",
            )
        )


class MinuteLines:
    """Writes a line when a page is dealt with, but no two within a minute. `clock` tells seconds."""

    def __init__(self, write: Callable[[str], object], clock: Callable[[], float] = time.monotonic) -> None:
        self._write, self._clock = write, clock
        self._tracker = Tracker()
        self._written = clock()

    def __call__(self, progress: Progress) -> None:
        """Note a page."""
        self._tracker.note(progress)
        if self._clock() - self._written >= _BETWEEN_LINES:
            self._written = self._clock()
            self._write(self._tracker.sentence())


@contextlib.contextmanager
def live_table(*, colour: bool) -> Iterator[Callable[[Progress], None]]:
    """A table on standard error, which is a terminal: a row for every host, gone in the end."""
    from rich.console import Console
    from rich.live import Live

    tracker = Tracker()
    console = Console(stderr=True, no_color=not colour, highlight=False, markup=False)
    with Live(
        console=console,
        transient=True,
        get_renderable=lambda: _table(tracker, console.height - _LINES_AROUND),
        redirect_stdout=False,
        redirect_stderr=False,
    ):
        yield tracker.note


def _table(tracker: Tracker, rows: int) -> Table:
    """The newest hosts, as many as fit."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, expand=True, caption=Text(tracker.sentence()), caption_justify="left")
    table.add_column(_("host"), no_wrap=True)
    for title in (_("pages"), _("new"), _("changed")):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column(_("last"), no_wrap=True, ratio=1, overflow="ellipsis")
    for host in sorted(tracker.hosts[-max(1, rows) :], key=lambda count: count.host):
        counts = (Text(format_number(count)) for count in (host.pages, host.new, host.changed))
        last = f"{explained(host.outcome)}: {urlsplit(host.url).path}"
        table.add_row(Text(printable(host.host)), *counts, Text(printable(last)))
    return table
