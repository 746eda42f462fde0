"""`timbao serve`."""

from __future__ import annotations

import contextlib

import click

from crawl.datafolder.folder import Settings
from crawl.messages import gettext as _
from crawl.messages import mark
from index.opening import open_engine
from searcher.cli.newspapers import titles_of


@click.command(
    help=mark("Serve the search page and the API to browsers on this machine (or others, with --host)."),
    epilog="""timbao serve
timbao serve --host 0.0.0.0 --port 80""",
)
@click.option(
    "--host", default="127.0.0.1", metavar="HOST", help=mark("The address to listen on (127.0.0.1).")
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8080,
    metavar="PORT",
    help=mark("The port to listen on (8080)."),
)
@click.pass_obj
def serve(settings: Settings, host: str, port: int) -> None:
    """Serve the web page until interrupted."""
    from searcher.results.lookup import LateArchive
    from searcher.web.app import create_app
    from searcher.web.server import serve as serve_app

    with contextlib.closing(LateArchive(settings.folder)) as archive:
        serve_app(
            create_app(open_engine(settings.engine), archive, titles_of(settings)),
            host,
            port,
            lambda url: click.echo(_("Serving {url} (Ctrl-C to stop)").format(url=url), err=True),
        )
