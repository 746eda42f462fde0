"""The command `timbao`: the one place where the parts are put together, and the commands that search.

Commands are imported when they are called, so that a search loads neither the crawler nor the web server.
What all commands share is added here: the options that choose the data, examples first in the help,
the user's language, and the exit statuses.
"""

from __future__ import annotations

import contextlib
import copy
import importlib
import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from crawl.datafolder.folder import Config, Settings, choose_folder, load_config
from crawl.messages import (
    LANGUAGES,
    format_number,
    mark,
    preferred_language,
    printable,
    set_language,
    use_utf8_output,
)
from crawl.messages import gettext as _
from index.engine import Sort
from index.opening import open_engine
from searcher.output.streams import OutputError, guarded_streams, write_bytes

if TYPE_CHECKING:
    from crawl.archive.store import Archive
    from crawl.frontier.frontier import SourceState
    from index.document import Document
    from searcher.results.search import ResultPage

NOTHING_FOUND = 1
USAGE_ERROR = 2
UNUSABLE_DATA = 3
PARTLY_DONE = 4
INTERRUPTED = 130

_SEARCH_SECONDS = 60.0
"""After so long a search is given up: it asks for more than anybody waits for."""

# Errors that explain themselves, with all their kinds. By name: most of their modules are not loaded.
_STATUS = {
    "crawl.fetching.addresses.BadNetwork": USAGE_ERROR,
    "crawl.archive.database.ArchiveError": UNUSABLE_DATA,
    "crawl.extraction.selectors.BadSelector": USAGE_ERROR,
    "crawl.datafolder.folder.ConfigError": USAGE_ERROR,
    "crawl.datafolder.folder.DataFolderError": UNUSABLE_DATA,
    "crawl.datafolder.folder.Locked": UNUSABLE_DATA,
    "crawl.frontier.frontier.FrontierError": UNUSABLE_DATA,
    "crawl.sources.probing.probe.CannotAdd": USAGE_ERROR,
    "crawl.sources.registry.SourcesError": USAGE_ERROR,
    "crawl.sources.registry.UnknownSource": USAGE_ERROR,
    "index.engine.EngineError": UNUSABLE_DATA,
    "index.reprints.groups.GroupsError": UNUSABLE_DATA,
    "searcher.querylang.lexer.QuerySyntaxError": USAGE_ERROR,
    "searcher.results.lookup.NoSuchArticle": NOTHING_FOUND,
    "searcher.results.lookup.SeveralArticles": USAGE_ERROR,
    "searcher.results.request.RequestError": USAGE_ERROR,
    "searcher.output.streams.OutputError": UNUSABLE_DATA,
    "searcher.web.app.CannotServe": USAGE_ERROR,
}

_ELSEWHERE = {
    "crawl": "crawl.cli:crawl",
    "import": "crawl.cli:import_files",
    "index": "index.cli:build_index",
    "sources": "crawl.cli:sources",
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit status."""
    with guarded_streams():
        use_utf8_output()
        status = _run(list(sys.argv[1:] if arguments is None else arguments))
    sys.exit(status)


def _run(arguments: list[str]) -> int:
    set_language(preferred_language())
    _warn_of_unknown_language()
    try:
        config = load_config()
        set_language(_language(arguments, config))
        outcome = timbao(config).main(args=arguments, prog_name="timbao", standalone_mode=False)
        # click answers --help and --version with a status of its own and everything else with None.
        status = outcome if isinstance(outcome, int) else 0
        sys.stdout.flush()
    except click.exceptions.Abort:
        return INTERRUPTED
    except KeyboardInterrupt:
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except OutputError as error:
        if error.is_closed:
            return 0  # whoever read our output has seen enough
        click.echo(printable(str(error)), err=True)
        return UNUSABLE_DATA
    except Exception as error:
        explained = _status_of(error)
        if explained is None:
            raise
        click.echo(printable(str(error)), err=True)
        return explained
    return status


def _warn_of_unknown_language() -> None:
    """Whoever asked for a language is told when they do not get it."""
    wanted = os.environ.get("TIMBAO_LANG", "")
    if wanted and wanted.lower()[:2] not in LANGUAGES:
        sentence = _("TIMBAO_LANG is {value}, which is no language of timbao's. It speaks: {known}")
        click.echo(sentence.format(value=printable(wanted), known=", ".join(LANGUAGES)), err=True)


def _status_of(error: Exception) -> int | None:
    """The exit status for an error that explains itself; None for one that is a defect of ours."""
    names = (f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__)
    return next((_STATUS[name] for name in names if name in _STATUS), None)


def _language(arguments: Sequence[str], config: Config) -> str:
    """The language to speak: needed before the command line is parsed, because its errors are spoken too."""
    for position, argument in enumerate(arguments):
        if argument == "--":
            break
        value = arguments[position + 1] if argument == "--lang" and position + 1 < len(arguments) else None
        value = argument.removeprefix("--lang=") if argument.startswith("--lang=") else value
        if value in LANGUAGES:
            return value
    if config.lang in LANGUAGES and "TIMBAO_LANG" not in os.environ:
        return config.lang
    return preferred_language()


def _shared_options() -> list[click.Parameter]:
    """Options that every command takes, before or after its name."""
    return [
        click.Option(
            ["--data"],
            type=click.Path(),
            metavar="DIR",
            help=mark("The data folder (else TIMBAO_DATA, else timbao.toml)."),
        ),
        click.Option(
            ["--engine"],
            type=click.Path(),
            metavar="LOCATOR",
            help=mark("Where the index is: whoosh:PATH (else TIMBAO_ENGINE)."),
        ),
        click.Option(
            ["--lang"],
            type=click.Choice(LANGUAGES),
            help=mark("The language of messages (else TIMBAO_LANG)."),
        ),
        click.Option(["--no-color"], is_flag=True, default=None, help=mark("No colour, even on a terminal.")),
        click.Option(
            ["--no-links"], is_flag=True, default=None, help=mark("No hyperlinks, even on a terminal.")
        ),
    ]


def _settings(given: dict[str, Any], config: Config) -> Settings:
    folder = choose_folder(given.get("data"), config)
    on_terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return Settings(
        folder=folder,
        engine=given.get("engine")
        or os.environ.get("TIMBAO_ENGINE")
        or config.engine
        or folder.engine_locator,
        contact=config.contact,
        quiet=config.quiet,
        colour=on_terminal and not given.get("no_color") and not os.environ.get("NO_COLOR"),
        links=on_terminal and not given.get("no_links"),
    )


class _Spoken(click.Command):
    """A command whose help starts with examples, and that takes the options all commands share."""

    def format_help(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        if self.epilog:
            with formatter.section(_("Examples")):
                for example in self.epilog.splitlines():
                    formatter.write(f"{'':>{formatter.current_indent}}{example}\n")
            formatter.write_paragraph()
        self.format_usage(context, formatter)
        self.format_help_text(context, formatter)
        self.format_options(context, formatter)

    def invoke(self, context: click.Context) -> Any:
        given: dict[str, Any] = context.meta.setdefault("timbao.given", {})
        for option in _shared_options():
            value = context.params.pop(option.name or "", None)
            if value is not None:
                given[option.name or ""] = value
        config: Config = context.meta.setdefault("timbao.config", context.obj)  # the root comes first
        context.obj = _settings(given, config)
        return super().invoke(context)


class _SpokenGroup(_Spoken, click.Group):
    """A command with commands of its own."""


class _Query(_Spoken):
    """A command that takes a query: `-word` excludes a word, so only what starts with two hyphens is an option."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        cut = args.index("--") if "--" in args else len(args)
        needs_value = {
            name for param in self.params for name in param.opts if not getattr(param, "is_flag", False)
        }
        options: list[str] = []
        words: list[str] = []
        rest = iter(args[:cut])
        for argument in rest:
            if not argument.startswith("--"):
                words.append(argument)
                continue
            options.append(argument)
            if argument in needs_value and (value := next(rest, None)) is not None:
                options.append(value)
        return super().parse_args(context, [*options, "--", *words, *args[cut + 1 :]])


class _Text(click.types.StringParamType):
    """Words and names. Paths have another type: they reach the file system as they were typed."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        # They may come decomposed (macOS, some terminals); bytes that are no UTF-8 come as surrogates.
        text: str = super().convert(value, param, ctx)
        return unicodedata.normalize("NFC", text.encode(errors="surrogateescape").decode(errors="replace"))


_TEXT = _Text()


class _Root(_SpokenGroup):
    """All commands by name; those of other packages are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_ELSEWHERE})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        found = super().get_command(ctx, cmd_name)
        if found is None and cmd_name in _ELSEWHERE:
            module, _colon, attribute = _ELSEWHERE[cmd_name].partition(":")
            found = getattr(importlib.import_module(module), attribute)
        return None if found is None else _dressed(found)


def _dressed(command: click.Command) -> click.Command:
    """The command as the user meets it: with the shared options, in the user's language."""
    described: dict[str, Any] = {
        "name": command.name,
        "callback": command.callback,
        "params": [_spoken(param) for param in (*command.params, *_shared_options())],
        "help": command.help and _(command.help),
        "short_help": command.help and _first_sentence(_(command.help)),
        "options_metavar": _("[OPTIONS]"),
        "epilog": command.epilog,
    }
    if isinstance(command, click.Group):
        inner = {name: _dressed(child) for name, child in command.commands.items()}
        return _SpokenGroup(
            **described,
            subcommand_metavar=_("COMMAND [ARGS]..."),
            commands=inner,
            invoke_without_command=command.invoke_without_command,
        )
    takes_query = any(param.name == "query" for param in command.params)
    return (_Query if takes_query else _Spoken)(**described)


def _first_sentence(text: str) -> str:
    """What stands beside a command in a list, whole: click would cut it in the middle."""
    return re.split(r"(?<=[.!?])\s", text, maxsplit=1)[0]


def _spoken(param: click.Parameter) -> click.Parameter:
    """A copy of the parameter with its help in the user's language, and with what is typed for it as text."""
    param = copy.copy(param)
    if param.type is click.STRING:
        param.type = _TEXT
    if isinstance(param, click.Option) and param.help:
        param.help = _(param.help)
    return param


def timbao(config: Config) -> click.Group:
    """The root command, speaking the language chosen by now."""
    root = _Root(
        "timbao",
        params=[_spoken(param) for param in _shared_options()],
        help=_("Search the archives of Vietnam's regional press."),
        epilog=_ROOT_EXAMPLES,
        options_metavar=_("[OPTIONS]"),
        subcommand_metavar=_("COMMAND [ARGS]..."),
        commands={command.name or "": command for command in (search, show, serve, status, update)},
        context_settings={"obj": config},
    )
    return click.version_option(package_name="timbao", prog_name="timbao")(root)


_ROOT_EXAMPLES = """timbao import articles.jsonl.zst
timbao index
timbao search đường tránh Khánh Hòa
timbao serve"""


class _Day(click.ParamType):  # type: ignore[type-arg]  # generic only in newer releases of click
    """A day as the query language writes it: 2021, 2021-03, 2021-03-15 or 15/3/2021."""

    name = "date"

    def __init__(self, *, last: bool) -> None:
        self._last = last

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The first or last day of that time. Raises BadDay."""
        del ctx
        from searcher.web.permalinks import day

        return day(param.opts[0] if param else self.name, value, last=self._last)


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
    "--from", "first", type=_Day(last=False), metavar="DATE", help=mark("Published on this day or later.")
)
@click.option(
    "--to", "last", type=_Day(last=True), metavar="DATE", help=mark("Published on this day or earlier.")
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
        source=_source_keys(settings, source),
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


def _source_keys(settings: Settings, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The keys of newspapers that were named by key or by title; what is neither stays as it is."""
    if not wanted:
        return ()
    from crawl.sources.registry import load_sources
    from index.text.tokens import analyse_terms
    from index.text.vietnamese import fold

    def spelling(name: str) -> list[str]:
        return [fold(term) for term in analyse_terms(name)]

    known = load_sources(settings.folder.sources)
    keys: list[str] = []
    for name in wanted:
        titled = [source.name for source in known if spelling(source.title) == spelling(name)]
        keys += titled or [name]
    return tuple(keys)


def _titles(settings: Settings) -> Callable[[str], str]:
    """What gives a newspaper's title for its key; a key nobody knows is its own title."""
    from crawl.sources.registry import SourcesError, load_sources

    try:
        titles = {source.name: source.title for source in load_sources(settings.folder.sources)}
    except SourcesError:  # searching and reading go on; whatever needs the file says what is wrong with it
        titles = {}
    return lambda name: titles.get(name, name)


def _print_page(page: ResultPage, form: str | None, settings: Settings) -> None:
    from searcher.output import render

    if form == "json":
        click.echo(render.to_json(page))
    elif form == "jsonl":
        click.echo(render.to_jsonl(page), nl=False)
    elif form == "ids":
        click.echo("".join(f"{hit.document.id}\n" for hit in page.hits), nl=False)
    elif sys.stdout.isatty():
        width = shutil.get_terminal_size().columns
        text = render.to_text(
            page, colour=settings.colour, links=settings.links, width=width, title_of=_titles(settings)
        )
        _page_through(text)
    else:
        click.echo(render.to_lines(page), nl=False)
        if not page.hits and not page.total:
            click.echo(_("Nothing found."), err=True)
        for other in page.suggestions:
            line = _("Did you mean: {query} ({number})")
            click.echo(printable(line.format(query=other.text, number=format_number(other.total))), err=True)
        for sentence in render.slip_sentences(page):
            click.echo(printable(sentence), err=True)


def _page_through(text: str) -> None:
    """Show text on a terminal, through the pager where it is longer than the screen."""
    os.environ.setdefault("LESS", "FIRX")
    if text.count("\n") < shutil.get_terminal_size().lines or not os.environ.get("PAGER", "less"):
        click.echo(text, nl=False)
    else:
        click.echo_via_pager(text, color=True)


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
    from searcher.output import reading
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
    if as_json:
        click.echo(reading.to_json(found, every=revisions))
    elif revisions:
        click.echo(reading.revisions_text(found.revisions or ()), nl=False)
    elif sys.stdout.isatty():
        width = shutil.get_terminal_size().columns
        _page_through(
            reading.to_screen(found, colour=settings.colour, width=width, title_of=_titles(settings))
        )
    else:
        click.echo(reading.to_text(found, _titles(settings)), nl=False)
    return 0


def _print_reprints(id: str, settings: Settings) -> int:
    from searcher.output.reprints import compare, to_text

    found = compare(id, open_engine(settings.engine))
    if not found:
        click.echo(_("No reprints of this article are known."), err=True)
        return NOTHING_FOUND
    click.echo(to_text(found, _titles(settings)), nl=False)
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
    from searcher.web.app import serve as serve_app

    with contextlib.closing(LateArchive(settings.folder)) as archive:
        serve_app(
            create_app(open_engine(settings.engine), archive, _titles(settings)),
            host,
            port,
            lambda url: click.echo(_("Serving {url} (Ctrl-C to stop)").format(url=url), err=True),
        )


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
