"""The scheduled run: crawl, then index, one at a time, leaving a record of what happened."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from crawl.article import format_when, utc_now
from crawl.datafolder.folder import DataFolder, DataFolderError, Settings
from crawl.messages import format_number, printable
from crawl.messages import gettext as _
from searcher.output.as_json import SCHEMA, json_text

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
        """One line for a log or a terminal."""
        sentence = _("{new} new and {changed} changed articles, {indexed} indexed").format(
            new=format_number(self.new),
            changed=format_number(self.changed),
            indexed=format_number(self.indexed),
        )
        if self.failed_sources:
            sentence += "; " + _("failed: {names}").format(names=", ".join(self.failed_sources))
        if self.error:
            sentence += f"; {self.error}"
        return printable(sentence).replace("\n", " ")


def update(settings: Settings, max_seconds: int | None) -> RunRecord:
    """Crawl all enabled newspapers and index what changed; a crawl longer than `max_seconds` is stopped.

    What was fetched is indexed even then, but not when a person interrupts (KeyboardInterrupt): the next run does it.
    Raises Locked when another update runs, and what crawl and index raise; the record is written in every case.
    Raises DataFolderError where it cannot be written.
    """
    started = format_when(utc_now())
    with settings.folder.lock("update"):
        run = _Run(settings)
        try:
            run.crawl(max_seconds)
            run.build()
        except BaseException as error:
            with contextlib.suppress(DataFolderError):  # what ended the run matters more
                _keep(settings.folder, run.record(started, _why(error)))
            raise
        record = run.record(started, None)
        _keep(settings.folder, record)
        return record


def last_run(folder: DataFolder) -> RunRecord | None:
    """The newest record that can be read, or None."""
    return next(filter(None, map(_read, sorted(folder.runs.glob("*.json"), reverse=True))), None)


class _Run:
    """The numbers of one update, as far as it has come."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._new = self._changed = self._indexed = 0
        self._generation: str | None = None
        self._failed: tuple[str, ...] = ()

    def crawl(self, max_seconds: int | None) -> None:
        from crawl.crawler.run import CrawlOptions, run_crawl

        with _stopping_after(max_seconds) as time_is_up:
            report = run_crawl(self._settings, CrawlOptions(), stop=time_is_up)
        self._new = sum(source.new for source in report.sources)
        self._changed = sum(source.changed for source in report.sources)
        self._failed = tuple(source.source for source in report.sources if source.is_silent)
        if report.interrupted and not time_is_up.is_set():
            raise KeyboardInterrupt

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


def _why(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return _("interrupted")
    return str(error) or type(error).__name__


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
    """Write the record as JSON, whole or not at all, and let go of old ones. Raises DataFolderError."""
    from crawl.datafolder.wholefile import write_whole

    path = folder.runs / f"{record.started.replace(':', '')}-{os.getpid()}.json"
    try:
        write_whole(path, json_text({"schema": SCHEMA, **asdict(record)}))
        for old in sorted(folder.runs.glob("*.json"))[:-KEPT_RECORDS]:
            old.unlink(missing_ok=True)
    except OSError as error:
        raise DataFolderError(folder.runs, error.strerror or str(error)) from error


def _read(path: Path) -> RunRecord | None:
    """The record in a file; None for a file that is damaged or of another kind."""
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        return RunRecord(
            started=str(fields["started"]),
            ended=str(fields["ended"]),
            new=int(fields["new"]),
            changed=int(fields["changed"]),
            indexed=int(fields["indexed"]),
            generation=fields["generation"] and str(fields["generation"]),
            failed_sources=tuple(map(str, fields["failed_sources"])),
            error=fields["error"] and str(fields["error"]),
        )
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
