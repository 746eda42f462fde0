"""The seam between timbao and whatever holds the index.

An engine is asked with `Query` trees and answers with `Hits`; it is fed `Document`s. What each engine must
match is defined by the oracle engine in the tests, and every engine passes the same contract tests.
No exception of a backend crosses this seam: engines raise `EngineError`s only.
"""

from __future__ import annotations

import enum
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from types import TracebackType
from typing import Protocol, Self

from crawl.messages import TimbaoError
from crawl.messages import gettext as _
from index.document import Document
from index.query import Everything, Query
from index.text.tokens import ANALYSIS_VERSION


class EngineError(TimbaoError):
    """The root of all that can go wrong behind the seam; its text says what happened and what to do next."""


class NoIndex(EngineError):
    """There is no index at `locator` yet."""

    def __init__(self, locator: str) -> None:
        self.locator = locator
        super().__init__(_("There is no index at {locator} yet. Run: timbao index").format(locator=locator))


class StaleIndex(EngineError):
    """The index was made by other rules of analysis, or of another archive, and must be rebuilt."""

    def __init__(self, locator: str, reason: str) -> None:
        self.locator, self.reason = locator, reason
        super().__init__(
            _("The index at {locator} is out of date ({reason}). Run: timbao index --rebuild").format(
                locator=locator, reason=reason
            )
        )


class EngineBusy(EngineError):
    """Another process is writing this index."""

    def __init__(self, locator: str, holder: str) -> None:
        self.locator, self.holder = locator, holder
        super().__init__(
            _(
                "The index at {locator} is being written by {holder}. Wait for it to finish, then try again."
            ).format(locator=locator, holder=holder)
        )


class EngineUnavailable(EngineError):
    """The engine cannot be reached, or its locator cannot be used; `reason` says why and what to do next."""

    def __init__(self, locator: str, reason: str) -> None:
        self.locator, self.reason = locator, reason
        super().__init__(
            _("The index at {locator} cannot be used: {reason}").format(locator=locator, reason=reason)
        )


class QueryTimeout(EngineError):
    """Answering took longer than was allowed; it was given up."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(
            _("The search took longer than {seconds} s and was given up. Ask for less at once.").format(
                seconds=f"{seconds:g}"
            )
        )


class TooManyWords(EngineError):
    """A pattern stands for more words of the index than are looked up: half of them would be another answer."""

    def __init__(self, pattern: str, count: int, limit: int) -> None:
        self.pattern, self.count, self.limit = pattern, count, limit
        super().__init__(
            _("{pattern} stands for {count} words, more than {limit}. Type more letters.").format(
                pattern=pattern, count=count, limit=limit
            )
        )


class TooManyWordsTogether(TooManyWords):
    """The patterns of one phrase do so together; `pattern` is the one that stands for the most."""

    def __init__(self, pattern: str, count: int, limit: int) -> None:
        super().__init__(pattern, count, limit)
        self.args = (
            _(
                "The words with * of one phrase stand for {count} words together, more than {limit}."
                " Type more letters, first in {pattern}."
            ).format(pattern=pattern, count=count, limit=limit),
        )


class CorruptIndex(EngineError):
    """The index is damaged; the archive is not."""

    def __init__(self, locator: str, detail: str) -> None:
        self.locator, self.detail = locator, detail
        super().__init__(
            _(
                "The index at {locator} is damaged ({detail}). No article is lost: run timbao index --rebuild"
            ).format(locator=locator, detail=detail)
        )


class Sort(enum.Enum):
    """Order of hits. Articles without a date come last by either date order; ties are broken by id."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """Which matches of a query are hits, in what order, and how long looking for them may take.

    Only what `within` matches too is a match; it never changes a score. With `fold` only the first match of each
    group, in the order of hits, is a hit; the others are counted. `offset` hits are passed over, then `limit` are
    given. `seconds` is how long it may take, None is without end.
    """

    within: Query | None = None
    sort: Sort = Sort.RELEVANCE
    fold: bool = False
    limit: int = 10
    offset: int = 0
    seconds: float | None = None


DEFAULT_OPTIONS = SearchOptions()
ONLY_COUNTED = SearchOptions(limit=0)
"""For a question to which the numbers are the answer: no hit is given."""


@dataclass(frozen=True, eq=False)
class Hit:
    """One matching article with its score (0.0 when sorted by date); equal to another that has the same of both.

    `read` reads its document, which is only done when somebody asks for it, once.
    """

    read: Callable[[], Document]
    score: float

    @functools.cached_property
    def document(self) -> Document:
        """The article, as it was in the generation that was searched. Raises CorruptIndex, EngineUnavailable."""
        return self.read()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Hit):
            return NotImplemented
        return (self.document, self.score) == (other.document, other.score)

    def __hash__(self) -> int:
        return hash((self.document, self.score))


@dataclass(frozen=True, slots=True)
class Hits:
    """The asked-for slice of all matches, best first, and the exact number of all matches.

    `groups` is their number when articles of one group (see `Document.group`) count as one.
    """

    total: int
    groups: int
    hits: tuple[Hit, ...]
    generation: str


@dataclass(frozen=True, slots=True)
class Group:
    """How many articles are reprints of each other, and which of them was the first to be printed.

    Among articles of one moment, and among those without a date if all are, what was seen first is the first.
    """

    count: int
    first: Document


@dataclass(frozen=True, slots=True)
class ValueCount:
    """How many matches have one value of a keyword field.

    `key` is for `index.query.Keyword`; `written` is the value as the match with the smallest id writes it.
    """

    key: str
    written: str
    count: int


@dataclass(frozen=True, slots=True)
class TermCount:
    """An indexed term, and in how many text fields of documents it stands.

    The count is for comparing terms; documents that were deleted lately may still be in it.
    """

    term: str
    count: int


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """What an index holds. `checkpoint` is the text that the last commit left (see `Writer.commit`)."""

    generation: str
    documents: int
    checkpoint: str
    analysis_version: int
    size_bytes: int


class Writer(Protocol):
    """Exclusive access for changing an index. Nothing is visible, or kept, before `commit`.

    Used as a context manager: leaving it without `commit` discards what was not committed.
    """

    def put(self, document: Document) -> None:
        """Add a document, replacing the one with the same id (committed or not)."""

    def delete(self, id: str) -> None:
        """Remove the document with this id; unknown ids are ignored."""

    def commit(self, checkpoint: str) -> str:
        """Make all changes visible and durable at once; returns the new generation. The writer stays usable."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Engine(Protocol):
    """An index that can be searched and written."""

    locator: str

    def search(self, query: Query, options: SearchOptions = DEFAULT_OPTIONS) -> Hits:
        """The matches of `query`, and those of them that `options` make hits.

        Raises TooManyWords for a pattern that stands for more than `index.query.MAX_EXPANSION` terms (those of
        deleted articles may count); QueryTimeout when it would take much longer than it may; NoIndex, StaleIndex,
        CorruptIndex, EngineUnavailable.
        """

    def value_counts(
        self, query: Query, field: str, *, within: Query | None = None, seconds: float | None = None
    ) -> tuple[ValueCount, ...]:
        """How many matches have each value of a keyword field, the most first, then by key.

        Matches without a value are left out; another field has no values. Raises what `search` raises.
        """

    def day_counts(
        self, query: Query, *, within: Query | None = None, seconds: float | None = None
    ) -> tuple[tuple[date, int], ...]:
        """How many matches were published on each calendar day in Vietnam that has any, in their order.

        Matches without a date are left out. Raises what `search` raises.
        """

    def groups(self, names: Sequence[str], *, seconds: float | None = None) -> tuple[Group, ...]:
        """The groups of documents that have one of these names (see `Document.group`), in the order of the names.

        Names that no document has are left out. Raises what `search` raises.
        """

    def matching(self, query: Query, ids: Sequence[str], *, seconds: float | None = None) -> frozenset[str]:
        """Those of these documents, given by their ids, that match `query`. Raises what `search` raises."""

    def documents(self, ids: Sequence[str]) -> tuple[Document, ...]:
        """The stored documents with these ids, in this order; unknown ids are left out."""

    def spellings(self, folded: Sequence[str]) -> tuple[TermCount, ...]:
        """The indexed terms with one of these folded forms (`index.text.vietnamese.folds`), in the order of terms."""

    def writer(self, *, rebuild: bool = False, workers: int = 1) -> Writer:
        """Exclusive access; with `rebuild` a new, empty generation that replaces the old one at its first commit.

        `workers` is how many processes may analyse side by side, where the engine leaves that to this machine; the
        index that comes of it answers in the same way.

        Raises EngineBusy when another process (or another writer of this one) has it,
        NoIndex never: a writer makes the index it needs.
        """

    def status(self) -> EngineStatus:
        """What is there. Raises NoIndex when nothing is; never StaleIndex."""

    def verify(self) -> None:
        """Read the whole index and compare it with its checksums. Raises CorruptIndex, NoIndex."""

    def close(self) -> None:
        """Let go of files and connections."""


def check_ready(engine: Engine) -> EngineStatus:
    """The status of an engine that answers searches. Raises StaleIndex, CorruptIndex, NoIndex where it would not."""
    status = engine.status()
    if status.analysis_version != ANALYSIS_VERSION:
        raise StaleIndex(engine.locator, _("it was made by another version of timbao"))
    engine.search(Everything(), ONLY_COUNTED)
    return status
