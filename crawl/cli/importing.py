"""`timbao import`: files into the archive, or what is there read again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from crawl.cli import PARTLY_DONE
from crawl.datafolder.folder import Settings
from crawl.messages import format_number, mark, printable
from crawl.messages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawl.ingest.importer import Problem
    from crawl.ingest.reextraction import AgainReport

_SHOWN_PROBLEMS = 100


@click.command(
    "import",
    help=mark("Read articles and saved pages into the archive. What is good is kept, what is not is named."),
    epilog="""timbao import articles.jsonl.zst
timbao import --source baokhanhhoa.vn saved-pages/
timbao import crawl.warc.gz
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
