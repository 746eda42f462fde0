"""`timbao crawl`: what is new in the newspapers, into the archive."""

from __future__ import annotations

import contextlib
import os
import sys
from datetime import datetime
from typing import TYPE_CHECKING

import click

from crawl.cli import INTERRUPTED, PARTLY_DONE
from crawl.datafolder.folder import Settings
from crawl.messages import gettext as _
from crawl.messages import mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from crawl.crawler.report import Progress


@click.command(
    help=mark("Fetch what is new from the named newspapers (or all enabled ones) into the archive."),
    epilog="""timbao crawl
timbao crawl baokhanhhoa.vn --max-pages 500
timbao crawl --since 2024-01-01""",
)
@click.argument("names", metavar="[SOURCE]...", nargs=-1)
@click.option(
    "--max-pages", type=click.IntRange(min=1), metavar="N", help=mark("Stop after this many requests.")
)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"]),
    metavar="DATE",
    help=mark("Leave out articles from before this day."),
)
@click.option(
    "--recheck", is_flag=True, help=mark("Visit known articles again, to see whether they changed.")
)
@click.option(
    "--delay",
    type=click.FloatRange(min=0),
    metavar="S",
    help=mark("Seconds between requests instead of the polite delay, where the newspaper's owner allows it."),
)
@click.option("--dry-run", is_flag=True, help=mark("Only look for addresses; store nothing."))
@click.option("--json", "as_json", is_flag=True, help=mark("One JSON object."))
@click.pass_obj
def crawl(
    settings: Settings,
    names: tuple[str, ...],
    max_pages: int | None,
    since: datetime | None,
    recheck: bool,
    delay: float | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Crawl newspapers."""
    from crawl.crawler.run import CrawlOptions, run_crawl
    from crawl.crawler.summary import report_json, report_text

    options = CrawlOptions(names, max_pages, since.date() if since else None, recheck, delay, dry_run)
    with _showing_progress(settings) as progress:
        report = run_crawl(settings, options, progress=progress)
    if not report.sources:
        click.echo(_("No newspaper is enabled. Choose some with: timbao sources enable NAME"), err=True)
        raise SystemExit(2)
    as_table = sys.stdout.isatty() and not dry_run
    click.echo(report_json(report) if as_json else report_text(report, dry_run=dry_run, as_table=as_table))
    if report.interrupted:
        raise SystemExit(INTERRUPTED)
    if any(source.is_silent for source in report.sources):
        raise SystemExit(PARTLY_DONE)


@contextlib.contextmanager
def _showing_progress(settings: Settings) -> Iterator[Callable[[Progress], None]]:
    """On a terminal a table that is gone in the end; elsewhere a line a minute on standard error."""
    from crawl.crawler.progress import MinuteLines, live_table

    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield MinuteLines(lambda line: click.echo(line, err=True))
        return
    with live_table(colour=settings.colour) as note:
        yield note
