"""The command that makes the index: `timbao index`."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from crawl.datafolder.folder import Settings
from crawl.messages import format_number, mark, ngettext
from crawl.messages import gettext as _

if TYPE_CHECKING:
    from index.build import BuildReport, Progress


@click.command(
    "index",
    help=mark("Bring the index up to date with the archive: only what changed, or everything anew."),
    epilog="""timbao index
timbao index --rebuild
timbao index --rebuild --workers 2""",
)
@click.option(
    "--rebuild",
    is_flag=True,
    help=mark("Everything into a new generation; searches see the old one until the end."),
)
@click.option(
    "--workers",
    metavar="N",
    type=click.IntRange(min=1),
    help=mark(
        "Processes that index side by side, at most 4. Without it: one while few articles are new, "
        "else one for each processor."
    ),
)
@click.pass_obj
def build_index(settings: Settings, rebuild: bool, workers: int | None) -> None:
    """Index what the archive holds."""
    from index.build import build_folder

    with _progress() as progress:
        report = build_folder(settings, rebuild=rebuild, workers=workers, progress=progress)
    for sentence in _sentences(report):
        click.echo(sentence)


def _sentences(report: BuildReport) -> Iterator[str]:
    """What a run did."""
    if report.indexed or report.rebuilt:
        indexed = ngettext("{count} article indexed", "{count} articles indexed", report.indexed)
        yield indexed.format(count=format_number(report.indexed))
    if report.regrouped:
        regrouped = ngettext(
            "{count} earlier article put into another group of reprints",
            "{count} earlier articles put into other groups of reprints",
            report.regrouped,
        )
        yield regrouped.format(count=format_number(report.regrouped))
    if not report.indexed and not report.regrouped and not report.rebuilt:
        yield _("Nothing new: the index is up to date.")


@contextlib.contextmanager
def _progress() -> Iterator[Progress | None]:
    """A bar on a terminal's standard error, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True)) as bar:
        task = bar.add_task(_("Indexing"), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
