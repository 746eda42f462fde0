"""The scheduled run: crawl, then index, one at a time, leaving a record of what happened."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from crawl.article import format_when, utc_now
from crawl.datafolder import DataFolder, Settings
from crawl.messages import format_number
from crawl.messages import gettext as _

KEPT_RECORDS = 100
"""Run records kept; older ones are removed."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What one update did; `failed_sources` names the newspapers of which nothing could be fetched.

    `started` and `ended` are ISO 8601, `error` is the sentence that ended the run early, or None.
    """

    started: str
    ended: str
    new: int
    changed: int
    indexed: int
    generation: str | None
    failed_sources: tuple[str, ...]
    error: str | None

    @property
    def summary(self) -> str:
        """One sentence for a log."""
        sentence = _("{new} new and {changed} changed articles, {indexed} indexed").format(
            new=format_number(self.new),
            changed=format_number(self.changed),
            indexed=format_number(self.indexed),
        )
        if self.failed_sources:
            sentence += "; " + _("failed: {names}").format(names=", ".join(self.failed_sources))
        return sentence


def update(settings: Settings, max_seconds: int | None) -> RunRecord:
    """Crawl all enabled newspapers and index what changed; a crawl longer than `max_seconds` is stopped.

    What was fetched is indexed even then. Raises Locked when another update runs, and what crawl and index raise;
    the record is written in every case.
    """
    started = format_when(utc_now())
    with settings.folder.lock("update"):
        run = _Run(settings)
        try:
            run.crawl(max_seconds)
            run.build()
        except BaseException as error:
            _keep(settings.folder, run.record(started, str(error) or type(error).__name__))
            raise
        record = run.record(started, None)
        _keep(settings.folder, record)
        return record


class _Run:
    """The numbers of one update, as far as it has come."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._new = self._changed = self._indexed = 0
        self._generation: str | None = None
        self._failed: tuple[str, ...] = ()

    def crawl(self, max_seconds: int | None) -> None:
        from crawl.run import CrawlOptions, run_crawl

        with _stopping_after(max_seconds) as stop:
            report = run_crawl(self._settings, CrawlOptions(), stop=stop)
        self._new = sum(source.new for source in report.sources)
        self._changed = sum(source.changed for source in report.sources)
        self._failed = tuple(source.source for source in report.sources if source.is_silent)

    def build(self) -> None:
        from index.build import build_folder

        built = build_folder(self._settings)
        self._indexed, self._generation = built.indexed, built.generation

    def record(self, started: str, error: str | None) -> RunRecord:
        return RunRecord(
            started,
            format_when(utc_now()),
            self._new,
            self._changed,
            self._indexed,
            self._generation,
            self._failed,
            error,
        )


@contextlib.contextmanager
def _stopping_after(seconds: int | None) -> Iterator[threading.Event]:
    """An event that is set when the time is over."""
    stop = threading.Event()
    timer = threading.Timer(seconds, stop.set) if seconds else None
    if timer:
        timer.daemon = True
        timer.start()
    try:
        yield stop
    finally:
        if timer:
            timer.cancel()


def _keep(folder: DataFolder, record: RunRecord) -> None:
    """Write the record as JSON, whole or not at all, and let go of old ones."""
    folder.runs.mkdir(exist_ok=True)
    path = folder.runs / f"{record.started.replace(':', '')}-{os.getpid()}.json"
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps({"schema": 1, **asdict(record)}, ensure_ascii=False), encoding="utf-8")
    temporary.rename(path)
    for old in sorted(folder.runs.glob("*.json"))[:-KEPT_RECORDS]:
        old.unlink(missing_ok=True)
