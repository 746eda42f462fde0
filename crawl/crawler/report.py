"""What a crawl did, counted while it runs and told when it ends; what the keys of its outcomes mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from crawl.messages import gettext as _
from crawl.messages import mark

BEFORE_SINCE = "before-since"
"""The key of articles that are left to a crawl which wants articles as old as they are."""

RETRY_AFTER = "retry-after"
"""The key of hosts that asked to be left alone for longer than a crawl waits."""

_SENTENCES = {
    "sitemap-too-long": mark("beyond what one sitemap may name"),
    "new": mark("new"),
    "changed": mark("changed"),
    "unchanged": mark("unchanged"),
    "list": mark("list"),
    # failed
    "no-list": mark("no list of this newspaper's articles"),
    "refused-address": mark("special address, which the crawler does not visit"),
    "refused-redirect": mark("leads to somewhere that may not be followed"),
    "too-many-redirects": mark("redirects without end"),
    "too-large": mark("larger than any article"),
    "too-slow": mark("too slow; the next crawl tries again"),
    "unreachable": mark("cannot be reached; the next crawl tries again"),
    "bad-content": mark("damaged on the way; the next crawl tries again"),
    "bad-url": mark("not an address that can be visited"),
    "robots-unavailable": mark("its robots.txt cannot be had, so nothing was fetched"),
    "unreadable": mark("cannot be read; the page is kept"),
    "slow-page": mark("takes too long to read; the page is kept"),
    "unforeseen": mark("an error of this program; the next crawl tries again"),
    "bad-selector": mark("a selector of the newspaper is wrong; the page is kept"),
    # left out
    "robots.txt": mark("robots.txt does not allow it"),
    RETRY_AFTER: mark("asked to be left alone for a while; a later crawl goes on"),
    "quiet-hours": mark("quiet hours; the next crawl goes on"),
    BEFORE_SINCE: mark("from before the day that was asked for"),
    "empty": mark("an empty page"),
    "not-html": mark("not HTML"),
    "too-long": mark("longer than any article; the page is kept"),
    "list-page": mark("a list of articles, not an article"),
    "no-text": mark("too little text for an article"),
    "error-page": mark("an error page, whatever its status says"),
    "login-wall": mark("only for those who log in"),
    "video-page": mark("a video, not an article"),
    "gallery-page": mark("pictures, not an article"),
    "redirect-home": mark("leads to the front page"),
    "missing-notice": mark("says that there is no such page"),
    "resting": mark("seldom brings anything new; read again later"),
    "retired": mark("was no list any more; tried again later"),
    "barren-pages": mark("further pages of lists that brought nothing new"),
    "maze": mark("folders inside themselves"),
    "over-budget": mark("too many pages of one kind without articles; the next crawl goes on"),
    "same-article": mark("another address of an article that has many"),
    "etag-lies": mark("said that it did not change, and did"),
}

Reasons = tuple[tuple[str, int], ...]
"""The key of every reason and how often it occurred, the commonest first."""


def explained(key: str) -> str:
    """What the key of an outcome means, in the user's language; one that is not known is shown as it is."""
    kind, _dash, status = key.rpartition("-")
    if kind in {"http", "status"} and status.isdecimal():
        return _("the server answered with status {status}").format(status=status)
    return _(_SENTENCES[key]) if key in _SENTENCES else key


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What a crawl did with one source.

    `fetched` counts answers of every kind, `arrived` the good ones among them, `found` article URLs never seen
    before. `new`, `changed` and `unchanged` count articles, `vanished` those that are no longer to be had.
    `rejected` counts pages that are no articles, or that must not or need not be fetched or stored; `failed` those
    that did not arrive or could not be read. `examples` has for each key in `failed`, and for some in
    `rejected`, what was said, or the URL, when it first occurred.
    """

    source: str
    fetched: int = 0
    arrived: int = 0
    found: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: Reasons = ()
    failed: Reasons = ()
    examples: tuple[tuple[str, str], ...] = ()
    vanished: int = 0

    @property
    def is_silent(self) -> bool:
        """Whether nothing at all could be fetched from it; single bad pages are every newspaper's."""
        return bool(self.failed) and self.arrived == 0


@dataclass(frozen=True, slots=True)
class CrawlReport:
    """What a crawl did, source by source; `interrupted` when it was stopped before its end."""

    sources: tuple[SourceReport, ...]
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """One page is dealt with: `outcome` is new, changed, unchanged, list, or the key of a reason for nothing.

    `fetched` counts the answers of this crawl so far.
    """

    source: str
    url: str
    outcome: str
    fetched: int


@dataclass(slots=True)
class Tally:
    """The running numbers behind a SourceReport."""

    source: str
    fetched: int = 0
    arrived: int = 0
    found: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def fail(self, reason: str, example: str) -> None:
        """Count a failure; the first of its kind is the example."""
        self.failed[reason] += 1
        self.examples.setdefault(reason, example)

    def leave(self, reason: str, example: str | None = None) -> None:
        """Count what is left out; `example` says more about the first of its kind."""
        self.rejected[reason] += 1
        if example is not None:
            self.examples.setdefault(reason, example)

    def report(self) -> SourceReport:
        """The numbers as they stand."""
        return SourceReport(
            self.source,
            self.fetched,
            self.arrived,
            self.found,
            self.changes["new"],
            self.changes["changed"],
            self.changes["unchanged"],
            tuple(self.rejected.most_common()),
            tuple(self.failed.most_common()),
            tuple(self.examples.items()),
            self.changes["vanished"],
        )


class Journal:
    """The tallies of all sources by their names; `progress` is told of every page, once that is kept."""

    def __init__(self, sources: Iterable[str], progress: Callable[[Progress], None] | None) -> None:
        self._tallies = {source: Tally(source) for source in sources}
        self._progress = progress
        self._untold: list[Progress] = []

    def tally(self, source: str) -> Tally:
        """The running numbers of one source."""
        return self._tallies[source]

    def failed(self, source: str, url: str, reason: str, said: str | None = None) -> None:
        """Nothing came of a page."""
        self._tallies[source].fail(reason, said or url)
        self.note(source, url, reason)

    def left_out(self, source: str, url: str, reason: str, said: str | None = None) -> None:
        """A page, or all of a host's, is not visited."""
        self._tallies[source].leave(reason, said)
        self.note(source, url, reason)

    def note(self, source: str, url: str, outcome: str) -> None:
        """A page is dealt with; `tell` tells of it."""
        fetched = sum(tally.fetched for tally in self._tallies.values())
        self._untold.append(Progress(source, url, outcome, fetched))

    def tell(self) -> None:
        """What was noted is kept: tell of it."""
        untold, self._untold = self._untold, []
        if self._progress is not None:
            for progress in untold:
                self._progress(progress)

    def report(self, *, interrupted: bool) -> CrawlReport:
        """All numbers as they stand."""
        return CrawlReport(tuple(tally.report() for tally in self._tallies.values()), interrupted)
