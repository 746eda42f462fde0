"""`timbao show`."""

from __future__ import annotations

import contextlib
import shutil
import sys
from typing import TYPE_CHECKING

import click

from crawl.datafolder.folder import Settings
from crawl.messages import gettext as _
from crawl.messages import mark, printable
from index.opening import open_engine
from searcher.cli.exit_status import NOTHING_FOUND
from searcher.cli.newspapers import titles_of
from searcher.cli.pager import page_through
from searcher.output.streams import write_bytes

if TYPE_CHECKING:
    from crawl.archive.store import Archive
    from index.document import Document
    from searcher.results.lookup import Reading


@click.command(
    help=mark("Print one article, for reading or quoting."),
    epilog="""timbao show 3f2a9c01b7de44f0a1c2
timbao show https://baokhanhhoa.vn/chinh-tri/202103/bai-bao-8210000/ --revisions
timbao show 3f2a9c01b7de44f0a1c2 --explain
timbao show 3f2a9c01b7de44f0a1c2 --raw > page.html""",
)
@click.argument("name", metavar="ID-or-URL")
@click.option("--json", "as_json", is_flag=True, help=mark("One JSON object."))
@click.option("--revisions", is_flag=True, help=mark("Every version that was seen, and when."))
@click.option(
    "--reprints", is_flag=True, help=mark("Who else printed it and when, and what each added (+) or cut (-).")
)
@click.option("--raw", is_flag=True, help=mark("The page as it was fetched, byte for byte."))
@click.option(
    "--explain", is_flag=True, help=mark("How each part of it is found on its page, by today's rules.")
)
@click.pass_obj
def show(
    settings: Settings,
    name: str,
    as_json: bool,
    revisions: bool,
    reprints: bool,
    raw: bool,
    explain: bool,
) -> int:
    """Show one article."""
    from searcher.results.lookup import LateArchive, find

    if raw and sys.stdout.isatty():
        raise click.UsageError(_("A page as it was fetched is not for a terminal. Redirect it into a file."))
    with contextlib.closing(LateArchive(settings.folder)) as archive:
        found = find(name, open_engine(settings.engine), archive())
        if raw:
            return _print_raw(found.document.id, archive())
        if explain:
            return _print_explanation(settings, found.document, archive())
    if reprints:
        return _print_reprints(found.document.id, settings)
    _print_article(found, settings, as_json=as_json, revisions=revisions)
    return 0


def _print_article(found: Reading, settings: Settings, *, as_json: bool, revisions: bool) -> None:
    from searcher.output.article_text import revisions_text, to_screen, to_text
    from searcher.output.as_json import article_json

    if as_json:
        click.echo(article_json(found, every=revisions))
    elif revisions:
        click.echo(revisions_text(found.revisions or ()), nl=False)
    elif sys.stdout.isatty():
        width = shutil.get_terminal_size().columns
        page_through(to_screen(found, colour=settings.colour, width=width, title_of=titles_of(settings)))
    else:
        click.echo(to_text(found, titles_of(settings)), nl=False)


def _print_reprints(id: str, settings: Settings) -> int:
    from searcher.output.article_text import reprints_text
    from searcher.results.reprints import compare

    found = compare(id, open_engine(settings.engine))
    if not found:
        click.echo(_("No reprints of this article are known."), err=True)
        return NOTHING_FOUND
    click.echo(reprints_text(found, titles_of(settings)), nl=False)
    return 0


def _print_raw(id: str, archive: Archive | None) -> int:
    page = archive.raw_page(id) if archive else None
    if page is None:
        return _say_never_fetched()
    write_bytes(page.body)
    return 0


def _print_explanation(settings: Settings, document: Document, archive: Archive | None) -> int:
    from crawl.ingest.explanation import explanation_lines

    page = archive.raw_page(document.id) if archive else None
    if page is None:
        return _say_never_fetched()
    for line in explanation_lines(page, document.source, settings.folder.sources):
        click.echo(printable(line))
    return 0


def _say_never_fetched() -> int:
    click.echo(_("No page of this article was ever fetched; it was imported."), err=True)
    return NOTHING_FOUND
