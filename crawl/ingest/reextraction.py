"""The archive read again: every stored page through today's rules, and what that changes.

Nothing is fetched. An article that comes out different gets a new revision, and none is taken away.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from crawl.archive.store import Archive, ArchiveError, Change, StoredPage
from crawl.article import Article, Page, StoredArticle, content_digest
from crawl.crawler.canonical_links import own_address
from crawl.crawler.report import BEFORE_SINCE, explained
from crawl.extraction.extract import BAD_SELECTOR, UNREADABLE, Reading, Rejected, Unreadable
from crawl.extraction.sandbox import OVER_BUDGET, Extractors, Job
from crawl.ingest.importer import Problem
from crawl.messages import gettext as _
from crawl.sources.source import Source
from crawl.urls import canonical, within

_UNREAD = (UNREADABLE, BAD_SELECTOR, OVER_BUDGET)
_BATCH = 200  # pages whose changes become durable together
_SAMPLES = 10
_SHOWN = 200  # characters of a difference


@dataclass(frozen=True, slots=True)
class Difference:
    """One article that comes out different: the names of its fields that do, and how the first of them was and is."""

    url: str
    fields: tuple[str, ...]
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class AgainReport:
    """What reading again gave. `lost` counts pages that gave an article before and give none now: it is kept.

    `fields` says in how many articles each field differs, the commonest first; `samples` are some of them.
    """

    new: int
    changed: int
    unchanged: int
    lost: int
    problems: int
    fields: tuple[tuple[str, int], ...]
    samples: tuple[Difference, ...]


class Rereader:
    """Reads the pages of an archive again. `report` is called with every problem as it is found."""

    def __init__(
        self,
        archive: Archive,
        sources: Sequence[Source],
        report: Callable[[Problem], None],
        *,
        dry_run: bool = False,
    ) -> None:
        self._archive, self._report, self._dry_run = archive, report, dry_run
        self._sources = {source.name: source for source in sources}
        self._changes: Counter[Change] = Counter()
        self._fields: Counter[str] = Counter()
        self._samples: list[Difference] = []
        self._lost = self._problems = 0
        self._visited: set[int] = set()
        self._rejected: set[int] = set()

    def run(self, names: Collection[str], extractors: Extractors) -> AgainReport:
        """Read the pages of these sources again, or of all. Raises ArchiveError when nothing can be kept."""
        newest = self._archive.newest_pages(names, unread=_UNREAD)
        # Nobody wanted the articles from before a crawl's day; they are not to be new ones now.
        pages = [page for page in newest if page.rejected != BEFORE_SINCE]
        self._visited = {hash(page.url) for page in pages if not page.rejected}
        self._rejected = {page.number for page in pages if page.rejected}
        readings = extractors.read_all(self._jobs(iter(pages)))
        while chunk := list(itertools.islice(readings, _BATCH)):
            with self._archive.batch():
                for job, reading in chunk:
                    self._take(job, reading)
        return AgainReport(
            self._changes[Change.NEW],
            self._changes[Change.CHANGED],
            self._changes[Change.UNCHANGED],
            self._lost,
            self._problems,
            tuple(self._fields.most_common()),
            tuple(self._samples),
        )

    def _jobs(self, pages: Iterator[StoredPage]) -> Iterator[Job]:
        for stored in pages:
            try:
                page = self._archive.page(stored.number)
            except ArchiveError as error:
                self._problem(stored.url, error.detail)
            else:
                yield Job(stored.number, page, self._newspaper(stored.source, page))

    def _newspaper(self, name: str, page: Page) -> Source:
        source = self._sources.get(name) or Source(name, name, ())
        at_home = within(page.final_url, source.hosts)
        return source if at_home else replace(source, hosts=())  # archives outlive domains

    def _take(self, job: Job, reading: Reading) -> None:
        if isinstance(reading, Unreadable):
            self._problem(job.page.final_url, reading.detail)
        elif isinstance(reading, Rejected):
            if job.number not in self._rejected and (known := self._archive.find(job.page.final_url)):
                self._lost += 1
                self._problem(
                    job.page.final_url,
                    _("no article any more ({reason}); {id} is kept").format(
                        reason=explained(reading.reason), id=known[0].id
                    ),
                )
        else:
            self._compare(job, reading)

    def _problem(self, where: str, reason: str) -> None:
        self._problems += 1
        self._report(Problem(where, reason))

    def _compare(self, job: Job, reading: Article) -> None:
        landed = canonical(job.page.final_url)
        asked = canonical(job.page.url) or job.page.url
        url = own_address(self._archive, job.source, reading, landed=landed, asked=asked)
        article = replace(reading, url=url)
        if article.url and article.url != landed and hash(article.url) in self._visited:
            return  # another dress of a page that is itself read
        known = self._known(article, job.page)
        if known is None:
            change = Change.NEW
        elif self._is_same(known, article, job.page):
            change = Change.UNCHANGED
        else:
            change = Change.CHANGED
            self._note(known.article, article, job.page.final_url)
        if change is not Change.UNCHANGED and not self._dry_run:
            alias = job.page.url if landed else job.page.final_url
            self._archive.put_article(
                article, seen=job.page.fetched, page=job.number, alias=alias, again=True
            )
        self._changes[change] += 1

    def _known(self, article: Article, page: Page) -> StoredArticle | None:
        for name in filter(None, (article.url, page.url)):
            if found := self._archive.find(name):
                return found[0]
        return None

    def _is_same(self, known: StoredArticle, article: Article, page: Page) -> bool:
        """Whether nothing differs, or what is known was seen later than the page."""
        if content_digest(known.article) == content_digest(article):
            return True
        return any(
            revision.number == known.revision and revision.seen > page.fetched
            for revision in self._archive.revisions(known.id)
        )

    def _note(self, before: Article, after: Article, url: str) -> None:
        fields = [name for name in Article.__dataclass_fields__ if name != "url"]
        differing = [name for name in fields if getattr(before, name) != getattr(after, name)]
        self._fields.update(differing)
        if len(self._samples) < _SAMPLES:
            first = differing[0]
            old, new = (_told(getattr(one, first)) for one in (before, after))
            self._samples.append(Difference(url, tuple(differing), *_where_they_part(old, new)))


def _told(value: object) -> str:
    match value:
        case None:
            return ""
        case tuple():
            return "; ".join(map(str, value))
        case _:
            return str(value)


def _where_they_part(old: str, new: str) -> tuple[str, str]:
    """The two texts from a little before the place where they begin to differ."""
    shorter = min(len(old), len(new))
    common = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    start = max(0, common - _SHOWN // 4)
    old, new = (" ".join(text[start : start + _SHOWN].split()) for text in (old, new))
    return old, new
