"""`timbao sources`: the newspapers that are known, and how they are."""

from __future__ import annotations

import json
import shutil
import sys
from typing import TYPE_CHECKING

import click

from crawl.cli import PARTLY_DONE, USAGE_ERROR
from crawl.datafolder.folder import Settings
from crawl.messages import format_number, mark, ngettext, printable
from crawl.messages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crawl.article import Article
    from crawl.extraction.selectors import Match
    from crawl.sources.probing.check import Health
    from crawl.sources.probing.trial import Tried
    from crawl.sources.source import Source


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


@sources.command(
    "try",
    help=mark(
        "Show what selectors find on real pages of a newspaper, before they are saved. Without a page, the newest "
        "stored ones are shown, or a few that its lists lead to."
    ),
    epilog="""timbao sources try baokhanhhoa.vn
timbao sources try baokhanhhoa.vn --select lead=.sapo --select remove=.related
timbao sources try baokhanhhoa.vn saved-page.html --select 'body=#content > div:nth-child(3)' --save
timbao sources try https://baokhanhhoa.vn/chinh-tri/202103/bai-bao-8210000/""",
)
@click.argument("newspaper", metavar="NAME-or-URL")
@click.argument("pages", metavar="[PAGE-URL-or-FILE]...", nargs=-1, type=click.Path())
@click.option(
    "--select",
    "selections",
    multiple=True,
    metavar="PART=CSS",
    help=mark(
        "A selector for a part of the article; may be repeated. It takes the place of the entry's own."
    ),
)
@click.option("--save", is_flag=True, help=mark("Write the selectors into the newspaper's entry."))
@click.option("--json", "as_json", is_flag=True, help=mark("One JSON object a line."))
@click.pass_obj
def try_source(
    settings: Settings,
    newspaper: str,
    pages: tuple[str, ...],
    selections: tuple[str, ...],
    save: bool,
    as_json: bool,
) -> None:
    """Try selectors on pages."""
    from crawl.sources.probing.trial import matches_nothing, subject_of, try_selectors

    selected = _selected(selections)
    subject = subject_of(settings, newspaper)
    if save and not selected:
        raise click.UsageError(_("--save goes with --select: there is nothing to save."))
    if save and not subject.known:
        sentence = _(
            "{url} is no known newspaper, so there is no entry to save in. First: timbao sources add {url}"
        )
        raise click.UsageError(sentence.format(url=printable(newspaper)))
    if not pages and _names_a_page(newspaper):
        pages = (newspaper,)
    tried = []
    for one in try_selectors(settings, subject.source, pages, selected):
        tried.append(one)
        _print_tried(one, as_json=as_json)
    idle = matches_nothing(tried, selected)
    for match in idle:
        sentence = _("{part}: “{selector}” MATCHES NOTHING on any of these pages.")
        click.echo(printable(sentence.format(part=match.part, selector=match.selector)), err=True)
    if selected and not any(one.matched for one in tried):
        click.echo(_("The selectors could be tried on none of these pages."), err=True)
    if save:
        if objection := _objection(tried, idle):
            click.echo(objection, err=True)
            raise SystemExit(USAGE_ERROR)
        _save_selected(settings, subject.source, selected)
    if any(one.problem for one in tried):
        raise SystemExit(PARTLY_DONE)


def _selected(selections: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The selectors that were typed, by part."""
    from crawl.extraction.selectors import PARTS

    found: dict[str, tuple[str, ...]] = {}
    for text in selections:
        part, equals, selector = text.partition("=")
        part = part.strip()
        if not equals:
            sentence = _("--select {text} names no part. Write it as PART=CSS, such as lead=.sapo")
            raise click.UsageError(sentence.format(text=printable(text)))
        if part not in PARTS:
            sentence = _("There is no part {part} to select. There are: {parts}")
            raise click.UsageError(sentence.format(part=printable(part) or '""', parts=", ".join(PARTS)))
        found[part] = (*found.get(part, ()), selector.strip())
    return found


def _names_a_page(name: str) -> bool:
    """Whether it is the URL of a page, rather than of a whole site."""
    from urllib.parse import urlsplit

    from crawl.urls import canonical

    url = canonical(name) if "://" in name else None
    return url is not None and (urlsplit(url).path, urlsplit(url).query) not in {("", ""), ("/", "")}


def _print_tried(tried: Tried, *, as_json: bool) -> None:
    from crawl.sources.probing.trial_output import trial_json, trial_lines, trial_text

    if as_json:
        click.echo(trial_json(tried))
    elif sys.stdout.isatty():
        click.echo(trial_text(tried, shutil.get_terminal_size().columns))
    else:
        click.echo(trial_lines(tried), nl=False)


def _objection(tried: Sequence[Tried], idle: Sequence[Match]) -> str:
    """Why selectors that were tried with this outcome are not to be saved; '' where nothing is against it."""
    if idle or not any(one.matched for one in tried):
        return _("Nothing was saved: a selector has to match on at least one page.")
    if not any(one.gave_article for one in tried):
        return _("Nothing was saved: none of these pages gave an article.")
    return ""


def _save_selected(settings: Settings, source: Source, selected: dict[str, tuple[str, ...]]) -> None:
    from crawl.sources.writing import save_selectors

    with settings.folder.changing_sources():
        save_selectors(settings.folder.sources, source.name, selected)
    sentence = _("Saved in {path}. Next: timbao import --again --dry-run {name}")
    click.echo(printable(sentence.format(path=settings.folder.sources, name=source.name)), err=True)


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
