"""`timbao update`."""

from __future__ import annotations

import click

from crawl.datafolder.folder import Settings
from crawl.messages import gettext as _
from crawl.messages import mark
from searcher.cli.exit_status import PARTLY_DONE


@click.command(
    help=mark("Crawl what is new and index it; made for schedulers, one run at a time."),
    epilog="""timbao update
timbao update --max-seconds 3000""",
)
@click.option(
    "--max-seconds", type=click.IntRange(min=1), metavar="N", help=mark("Stop crawling after this time.")
)
@click.pass_obj
def update(settings: Settings, max_seconds: int | None) -> int:
    """Crawl, index, and leave a run record."""
    from crawl.sources.registry import load_sources
    from searcher.jobs.update import update as run_update

    record = run_update(settings, max_seconds)
    click.echo(record.summary)
    if not any(source.enabled for source in load_sources(settings.folder.sources)):
        # What was imported is indexed all the same, so this is no failure.
        click.echo(_("No newspaper is enabled. Choose some with: timbao sources enable NAME"), err=True)
    return PARTLY_DONE if record.failed_sources else 0
