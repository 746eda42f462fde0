"""`timbao search`."""

from __future__ import annotations

import shutil
import sys
from datetime import date
from typing import TYPE_CHECKING

import click

from crawl.datafolder.folder import Settings
from crawl.messages import format_number, mark, printable
from crawl.messages import gettext as _
from index.engine import Sort
from index.opening import open_engine
from searcher.cli.exit_status import NOTHING_FOUND
from searcher.cli.newspapers import keys_of, titles_of
from searcher.cli.pager import page_through
from searcher.cli.parameter_types import Day

if TYPE_CHECKING:
    from searcher.results.search import ResultPage

_SEARCH_SECONDS = 60.0
"""After so long a search is given up: it asks for more than anybody waits for."""


@click.command(
    help=mark("Search the articles and print ranked snippets. Words may be typed without marks."),
    epilog="""timbao search dân vận khánh hòa
timbao search 'duong tranh' --from 2017-01-01 --to 2017-12-31
timbao search '"hồ chứa nước" -hạn' --province 'Khánh Hòa' --sort newest
timbao search đường sắt --json | jq .total""",
)
@click.argument("query", nargs=-1, required=True)
@click.option("--limit", type=int, default=10, metavar="N", help=mark("Hits on a page (10)."))
@click.option("--page", type=int, default=1, metavar="N", help=mark("Which page (1)."))
@click.option(
    "--from", "first", type=Day(last=False), metavar="DATE", help=mark("Published on this day or later.")
)
@click.option(
    "--to", "last", type=Day(last=True), metavar="DATE", help=mark("Published on this day or earlier.")
)
@click.option("--source", multiple=True, metavar="S", help=mark("Only this newspaper; may be repeated."))
@click.option("--province", multiple=True, metavar="P", help=mark("Only this province; may be repeated."))
@click.option("--section", multiple=True, metavar="S", help=mark("Only this section; may be repeated."))
@click.option("--author", multiple=True, metavar="A", help=mark("Only by this author; may be repeated."))
@click.option(
    "--sort",
    type=click.Choice([sort.value for sort in Sort]),
    default=Sort.RELEVANCE.value,
    help=mark("The order of hits."),
)
@click.option(
    "--reprints",
    type=click.Choice(["fold", "show"]),
    default="fold",
    help=mark("The same article in other papers: fold it under the best hit, or show it too."),
)
@click.option("--json", "form", flag_value="json", help=mark("One JSON object."))
@click.option("--jsonl", "form", flag_value="jsonl", help=mark("One JSON object a hit, one a line."))
@click.option("--ids", "form", flag_value="ids", help=mark("Only the ids, one a line."))
@click.pass_obj
def search(
    settings: Settings,
    query: tuple[str, ...],
    limit: int,
    page: int,
    first: date | None,
    last: date | None,
    source: tuple[str, ...],
    province: tuple[str, ...],
    section: tuple[str, ...],
    author: tuple[str, ...],
    sort: str,
    reprints: str,
    form: str | None,
) -> int:
    """Search, print, and say by the exit status whether anything was found."""
    from searcher.results.request import SearchRequest
    from searcher.results.search import Searcher
    from searcher.results.timelimit import TimeLimited
    from searcher.results.why_none import why_none

    request = SearchRequest(
        text=" ".join(query),
        limit=limit,
        page=page,
        first=first,
        last=last,
        source=keys_of(settings, source),
        province=province,
        section=section,
        author=author,
        sort=Sort(sort),
        fold=reprints == "fold",
    )
    engine = TimeLimited(open_engine(settings.engine), _SEARCH_SECONDS)
    found = Searcher(engine).search(request)
    _print_page(found, form, settings)
    reasons = why_none(found, request, engine)
    for reason in reasons:
        click.echo(reason, err=True)
    if reasons and source:
        click.echo(_("See the names of newspapers with: timbao sources list"), err=True)
    return 0 if found.hits else NOTHING_FOUND


def _print_page(page: ResultPage, form: str | None, settings: Settings) -> None:
    if form in {"json", "jsonl"}:
        from searcher.output.as_json import results_json, results_json_lines

        click.echo(f"{results_json(page)}\n" if form == "json" else results_json_lines(page), nl=False)
    elif form == "ids":
        from searcher.output.records import to_ids

        click.echo(to_ids(page), nl=False)
    elif sys.stdout.isatty():
        from searcher.output.terminal import to_screen

        width = shutil.get_terminal_size().columns
        page_through(
            to_screen(
                page, colour=settings.colour, links=settings.links, width=width, title_of=titles_of(settings)
            )
        )
    else:
        _print_records(page)


def _print_records(page: ResultPage) -> None:
    """The hits for another program; what is to say besides goes to standard error."""
    from searcher.output.records import to_records
    from searcher.output.sentences import slip_sentences

    click.echo(to_records(page), nl=False)
    if not page.hits and not page.total:
        click.echo(_("Nothing found."), err=True)
    for other in page.suggestions:
        line = _("Did you mean: {query} ({number})")
        click.echo(printable(line.format(query=other.text, number=format_number(other.total))), err=True)
    for sentence in slip_sentences(page):
        click.echo(printable(sentence), err=True)
