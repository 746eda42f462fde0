"""The commands that fill the archive: `timbao crawl`, `timbao import`, `timbao sources`."""

from __future__ import annotations

import os
import threading
from datetime import date
from typing import TYPE_CHECKING

import click

from crawl.datafolder import Settings
from crawl.messages import format_number, mark, ngettext, printable
from crawl.messages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawl.crawler import CrawlReport
    from crawl.importing import Problem

PARTLY_DONE = 4
_SHOWN_PROBLEMS = 100


@click.command(
    "import",
    help=mark("Read articles and saved pages into the archive. What is good is kept, what is not is named."),
    epilog="""timbao import articles.jsonl.zst
timbao import --source baokhanhhoa.vn saved-pages/
timbao import crawl.warc.gz
other-program | timbao import -""",
)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True))
@click.option("--source", metavar="NAME", help=mark("The newspaper that everything here belongs to."))
@click.pass_obj
def import_files(settings: Settings, paths: tuple[str, ...], source: str | None) -> None:
    """Import files into the archive."""
    from crawl.archive import Archive
    from crawl.importing import Importer
    from crawl.sources import load_sources

    folder = settings.folder
    with folder.lock("archive"), Archive(folder.archive, folder.pages, create=True) as archive:
        report = Importer(archive, load_sources(folder.sources), source, _problem_printer()).run(paths)
    click.echo(
        _("{new} new, {changed} changed, {unchanged} unchanged").format(
            new=format_number(report.new),
            changed=format_number(report.changed),
            unchanged=format_number(report.unchanged),
        )
    )
    if report.problems:
        click.echo(
            ngettext("{count} could not be imported", "{count} could not be imported", report.problems).format(
                count=format_number(report.problems)
            ),
            err=True,
        )
        raise SystemExit(PARTLY_DONE)
    if report.new or report.changed:
        click.echo(_("Next: timbao index"), err=True)


def _problem_printer() -> Callable[[Problem], None]:
    """A printer of problems that says no more when there are too many: a wrong file has millions."""
    shown = 0

    def show(problem: Problem) -> None:
        nonlocal shown
        shown += 1
        if shown <= _SHOWN_PROBLEMS:
            click.echo(printable(f"{problem.where}: {problem.reason}"), err=True)
        elif shown == _SHOWN_PROBLEMS + 1:
            click.echo(_("… further problems are only counted"), err=True)

    return show
