"""The commands that fill the archive: `timbao crawl`, `timbao import`, `timbao sources`."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from datetime import datetime
from typing import TYPE_CHECKING

import click

from crawl.datafolder.folder import Settings
from crawl.messages import format_number, mark, ngettext, printable
from crawl.messages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from crawl.article import Article
    from crawl.crawler.report import Progress
    from crawl.ingest.importer import Problem
    from crawl.ingest.reextraction import AgainReport
    from crawl.sources.probing.check import Health
    from crawl.sources.source import Source

PARTLY_DONE = 4
INTERRUPTED = 130
_SHOWN_PROBLEMS = 100


@click.command(
    "import",
    help=mark("Read articles and saved pages into the archive. What is good is kept, what is not is named."),
    epilog="""timbao import articles.jsonl.zst
timbao import --source baokhanhhoa.vn saved-pages/
timbao import crawl.archive.warc.gz
other-program | timbao import -
timbao import --again --dry-run baokhanhhoa.vn""",
)
@click.argument("paths", metavar="PATH...", nargs=-1, type=click.Path(allow_dash=True))
@click.option("--source", metavar="NAME", help=mark("The newspaper that everything here belongs to."))
@click.option(
    "--again",
    is_flag=True,
    help=mark("Read the stored pages again, of the newspapers named instead of files, or of all."),
)
@click.option("--dry-run", is_flag=True, help=mark("With --again: only say what would change."))
@click.pass_obj
def import_files(
    settings: Settings, paths: tuple[str, ...], source: str | None, again: bool, dry_run: bool
) -> None:
    """Import files into the archive, or read again what is there."""
    if again:
        if source:
            raise click.UsageError(_("--source does not go with --again. Name newspapers instead of files."))
        _read_again(settings, paths, dry_run=dry_run)
        return
    if dry_run:
        raise click.UsageError(_("--dry-run goes with --again only."))
    if not paths:
        raise click.UsageError(_("Which files? Name some, or - for standard input."))
    for path in paths:
        if path != "-" and not os.path.lexists(path):
            raise click.UsageError(_("There is no file {path}.").format(path=printable(path)))
    _import_files(settings, paths, source)


def _import_files(settings: Settings, paths: tuple[str, ...], source: str | None) -> None:
    from crawl.archive.store import Archive
    from crawl.ingest.importer import Importer
    from crawl.sources.registry import load_sources

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
    for name, keys in report.left_out:
        warning = _("{name}: keys that are not known were left out: {keys}")
        click.echo(printable(warning.format(name=name, keys=", ".join(keys))), err=True)
    if report.new or report.changed:
        click.echo(_("Next: timbao index"), err=True)
    if report.problems:
        click.echo(_("{count} could not be imported").format(count=format_number(report.problems)), err=True)
        raise SystemExit(PARTLY_DONE)


def _read_again(settings: Settings, names: tuple[str, ...], *, dry_run: bool) -> None:
    from crawl.archive.store import Archive
    from crawl.extraction.sandbox import Extractors
    from crawl.ingest.reextraction import Rereader
    from crawl.sources.registry import load_sources
    from crawl.sources.source import UnknownSource

    folder = settings.folder
    with folder.lock("archive"), Archive(folder.archive, folder.pages) as archive, Extractors() as extractors:
        sources = load_sources(folder.sources)
        known = {source.name for source in sources} | {count.source for count in archive.counts().sources}
        for name in names:
            if name not in known:
                raise UnknownSource(name)
        report = Rereader(archive, sources, _problem_printer(), dry_run=dry_run).run(names, extractors)
    click.echo(_again_text(report), nl=False)
    if dry_run:
        click.echo(_("Nothing was stored."), err=True)
    elif report.new or report.changed:
        click.echo(_("Next: timbao index"), err=True)
    if report.problems:
        raise SystemExit(PARTLY_DONE)


def _again_text(report: AgainReport) -> str:
    """What changed, in which fields how often, and examples."""
    lines = [
        _("{new} new, {changed} changed, {unchanged} unchanged").format(
            new=format_number(report.new),
            changed=format_number(report.changed),
            unchanged=format_number(report.unchanged),
        )
    ]
    if report.lost:
        sentence = _("{count} give no article any more; what was stored of them is kept")
        lines.append(sentence.format(count=format_number(report.lost)))
    lines += [f"  {field} ×{format_number(count)}" for field, count in report.fields]
    for sample in report.samples:
        lines += ["", f"{sample.url} ({', '.join(sample.fields)})"]
        lines += [f"  - {sample.before}", f"  + {sample.after}"]
    return "\n".join(map(printable, lines)) + "\n"


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


@click.group(
    invoke_without_command=True,
    help=mark("List the newspapers that are known; add, enable or disable them."),
    epilog="""timbao sources list
timbao sources enable baokhanhhoa.vn
timbao sources add https://baokhanhhoa.vn --province 'Khánh Hòa'""",
)
@click.pass_context
def sources(context: click.Context) -> None:
    """List newspapers when nothing else is asked."""
    if context.invoked_subcommand is None:
        _print_sources(context.obj)


@sources.command(
    "list",
    help=mark(
        "One line a newspaper: name, state, province, title, hosts with the years in which they were seen."
    ),
    epilog="timbao sources list",
)
@click.pass_obj
def list_sources(settings: Settings) -> None:
    """List the newspapers."""
    _print_sources(settings)


def _print_sources(settings: Settings) -> None:
    from crawl.crawler.summary import aligned
    from crawl.sources.registry import load_sources

    ordered = sorted(
        load_sources(settings.folder.sources), key=lambda source: (not source.enabled, source.name)
    )
    rows = [tuple(map(printable, _listed(source))) for source in ordered]
    for line in aligned(rows) if sys.stdout.isatty() else map("\t".join, rows):
        click.echo(line)


def _listed(source: Source) -> tuple[str, ...]:
    state = _("enabled") if source.enabled else _("disabled")
    if not source.verified:
        state = _("{state}, unverified").format(state=state)
    years = {seen.host: f" ({seen.span})" for seen in source.years}
    hosts = ", ".join(host + years.get(host, "") for host in source.hosts)
    return (source.name, state, source.province or "-", source.title, hosts)


@sources.command(
    "enable", help=mark("Crawl these newspapers from now on."), epilog="timbao sources enable baokhanhhoa.vn"
)
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.pass_obj
def enable_sources(settings: Settings, names: tuple[str, ...]) -> None:
    """Enable newspapers."""
    _switch(settings, names, enabled=True)


@sources.command(
    "disable",
    help=mark("Crawl these newspapers no more; what is stored stays."),
    epilog="timbao sources disable baokhanhhoa.vn",
)
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.pass_obj
def disable_sources(settings: Settings, names: tuple[str, ...]) -> None:
    """Disable newspapers."""
    _switch(settings, names, enabled=False)


def _switch(settings: Settings, names: tuple[str, ...], *, enabled: bool) -> None:
    from crawl.sources.writing import set_enabled

    for name in names:
        with settings.folder.changing_sources():
            set_enabled(settings.folder.sources, name, enabled=enabled)
        click.echo(printable(f"{name}: {_('enabled') if enabled else _('disabled')}"))


@sources.command(
    "add",
    help=mark("Look at a newspaper's site and write an enabled entry for it into the data folder."),
    epilog="""timbao sources add https://baokhanhhoa.vn --province 'Khánh Hòa'
TIMBAO_ALLOW_ADDRESSES=127.0.0.1/32 timbao sources add http://127.0.0.1:8000 --name thu""",
)
@click.argument("url")
@click.option("--name", metavar="NAME", help=mark("The key it is known by (its host)."))
@click.option("--title", metavar="TITLE", help=mark("What the paper is called (its name)."))
@click.option("--province", metavar="P", help=mark("The province it is the paper of."))
@click.pass_obj
def add_source(
    settings: Settings, url: str, name: str | None, title: str | None, province: str | None
) -> None:
    """Probe a site and add it."""
    from crawl.sources.probing.probe import add_newspaper

    added = add_newspaper(settings, url, name=name, title=title, province=province)
    source = added.source
    found = (
        ngettext("{count} sitemap", "{count} sitemaps", len(source.sitemaps)).format(
            count=len(source.sitemaps)
        ),
        ngettext("{count} feed", "{count} feeds", len(source.feeds)).format(count=len(source.feeds)),
        ngettext("{count} section", "{count} sections", len(source.sections)).format(
            count=len(source.sections)
        ),
    )
    click.echo(
        _("{name}: {found} found; enabled. Next: timbao crawl {name}").format(
            name=printable(source.name), found=", ".join(found)
        )
    )
    click.echo(printable(_sample_line(added.sample)), err=True)
    click.echo(
        _(
            "It is unverified until you have compared a few of its articles with the site "
            "and written verified = true into its entry."
        ),
        err=True,
    )


def _sample_line(article: Article | None) -> str:
    """What was read from the new newspaper."""
    from crawl.article import format_when

    if article is None:
        return _("No article of it could be read yet; it may need selectors or article_url in its entry.")
    when = format_when(article.published) if article.published else "-"
    sentence = _("An article of it, as it is read: {title} ({published}), {count} characters")
    return sentence.format(title=article.title, published=when, count=format_number(len(article.body)))


@sources.command(
    "check",
    help=mark("Ask the named newspapers (or all enabled ones) whether they and their lists still answer."),
    epilog="""timbao sources check
timbao sources check baokhanhhoa.vn --json""",
)
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option(
    "--delay",
    type=click.FloatRange(min=0),
    metavar="S",
    help=mark("Seconds between requests instead of the polite delay, where the newspaper's owner allows it."),
)
@click.option("--json", "as_json", is_flag=True, help=mark("One JSON object a line."))
@click.pass_obj
def check_sources(settings: Settings, names: tuple[str, ...], delay: float | None, as_json: bool) -> None:
    """Say of each newspaper whether it answers, when it last did, and what is wrong with its lists."""
    from crawl.sources.probing.check import State, check_newspapers

    checked = 0
    silent = False
    for health in check_newspapers(settings, names, delay=delay):
        checked += 1
        silent |= health.state is State.SILENT
        click.echo(_health_json(health) if as_json else printable("\t".join(_health_cells(health))))
    if not checked:
        click.echo(_("No newspaper is enabled. Choose some with: timbao sources enable NAME"), err=True)
        raise SystemExit(2)
    if silent:
        raise SystemExit(PARTLY_DONE)


def _health_cells(health: Health) -> tuple[str, ...]:
    """One record: name, state, last success, and every remark with its URL."""
    from crawl.article import format_when

    states = {"answers": _("answers"), "silent": _("silent"), "quiet": _("quiet hours")}
    last = format_when(health.last_success) if health.last_success else "-"
    remarks = (f"{url}: {' '.join(remark.split())}" for url, remark in health.remarks)
    return (health.source, states[health.state.value], last, *remarks)


def _health_json(health: Health) -> str:
    from crawl.article import format_when

    return json.dumps(
        {
            "source": health.source,
            "state": health.state.value,
            "last_success": health.last_success and format_when(health.last_success),
            "remarks": dict(health.remarks),
        }
    )
