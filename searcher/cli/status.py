"""`timbao status`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crawl.datafolder.folder import Settings
from crawl.messages import mark
from index.opening import open_engine

if TYPE_CHECKING:
    from crawl.frontier.visits import SourceState


@click.command(
    help=mark("Say what is in the archive and in the index."),
    epilog="""timbao status
timbao status --json""",
)
@click.option("--json", "as_json", is_flag=True, help=mark("One JSON object."))
@click.pass_obj
def status(settings: Settings, as_json: bool) -> None:
    """Print counts, sizes and what waits to be indexed."""
    from crawl.sources.registry import load_sources
    from searcher.jobs.status import gather, to_json, to_text

    visits: tuple[SourceState, ...] = ()
    if settings.folder.frontier.exists():
        from crawl.frontier.frontier import Frontier

        with Frontier(settings.folder.frontier) as frontier:
            visits = frontier.states()
    known = load_sources(settings.folder.sources)
    found = gather(settings.folder, open_engine(settings.engine), visits, known)
    click.echo(to_json(found) if as_json else to_text(found), nl=as_json)
