"""What a crawl did, counted while it runs and told when it ends."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

Reasons = tuple[tuple[str, int], ...]
"""How often each reason occurred, the commonest first."""


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What a crawl did with one source.

    `fetched` counts answers of every kind, `found` article URLs never seen before. `new`, `changed` and
    `unchanged` count articles. `rejected` counts pages that are no articles, or that must not or need not be
    fetched or stored; `failed` those that did not arrive.
    """

    source: str
    fetched: int = 0
    found: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: Reasons = ()
    failed: Reasons = ()

    @property
    def is_silent(self) -> bool:
        """Whether nothing at all could be fetched from it; single bad pages are every newspaper's."""
        failures = sum(count for _reason, count in self.failed)
        return failures > 0 and failures >= self.fetched


@dataclass(frozen=True, slots=True)
class CrawlReport:
    """What a crawl did, source by source; `interrupted` when it was stopped before its end."""

    sources: tuple[SourceReport, ...]
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """One page is dealt with: `outcome` is new, changed, unchanged, list, or a reason for nothing.

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
    found: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)

    def report(self) -> SourceReport:
        """The numbers as they stand."""
        return SourceReport(
            self.source,
            self.fetched,
            self.found,
            self.changes["new"],
            self.changes["changed"],
            self.changes["unchanged"],
            tuple(self.rejected.most_common()),
            tuple(self.failed.most_common()),
        )
