"""The newspapers: where each lives and how its pages are read. Data, checked while it is read.

The shipped `sources.toml` is overlaid by the data folder's own file of the same form, key by key:

    [families.A]                      # selectors of a family of sites that share their templates
    body = ["#content"]

    [sources."baokhanhhoa.vn"]        # the table's name is the source's stable key
    title = "Báo Khánh Hòa"
    hosts = ["baokhanhhoa.vn"]
    family = "A"                      # its selectors are the family's, except those given here

    [sources."baokhanhhoa.vn".selectors_until."2019-05-31"]   # for pages fetched until then
    family = "B"                      # here, too, its selectors but for those given here
    body = [".old"]
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Container, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from crawl.datafolder.quiet_hours import BadHours, QuietHours, parse_quiet_hours
from crawl.messages import gettext as _
from crawl.sources.tomlfile import write_toml

SHIPPED = Path(__file__).with_name("sources.toml")

DEFAULT_DELAY = 5.0
"""Seconds between two requests to a newspaper that asks for nothing else: local servers are weak."""

_HEADER = "Written by timbao. Edit it if you like, but comments are lost when timbao writes it again."
_YEARS = re.compile(r"(\S+) (\d{4})(?:-(\d{4}))?")
_HOST = re.compile(r"(?:[\w-]+(?:\.[\w-]+)*\.?|\[[0-9a-f:.]+\])(?::\d{1,5})?")

_Table = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Selectors:
    """Where the parts of an article stand on a page: CSS selectors, alternatives in order of preference.

    `remove` names what is cut out before anything is read. Empty means: found by general rules.
    """

    title: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EarlierSelectors:
    """What held for the pages that were fetched until the day `until`, inclusive, in Vietnam's time."""

    until: date
    selectors: Selectors


@dataclass(frozen=True, slots=True)
class HostYears:
    """From the year `first` to `last`, both inclusive, a host is known to have been the newspaper's."""

    host: str
    first: int
    last: int

    @property
    def span(self) -> str:
        """The years as they are written: 2019 or 2019-2026."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"

    def __str__(self) -> str:
        return f"{self.host} {self.span}"


@dataclass(frozen=True, slots=True)
class Source:
    """One newspaper.

    `name` is its stable key, `hosts` are 'host' or 'host:port' in lower case, newest first; `years` says when some
    of them were seen in use, which is no proof that they were not before or after. `feeds`,
    `sitemaps` and `sections` are URLs, or paths on the first host. `article_url` is a regular expression
    searched for in an article's URL. `selectors` are today's, `earlier` those of the site's former templates, in
    the order of their days. `delay` is in seconds; in the hours of `quiet` nothing is asked.
    `verified` says that somebody checked the entry against the live site.
    """

    name: str
    title: str
    hosts: tuple[str, ...]
    years: tuple[HostYears, ...] = ()
    province: str | None = None
    scheme: str = "https"
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    article_url: str | None = None
    selectors: Selectors = field(default_factory=Selectors)
    earlier: tuple[EarlierSelectors, ...] = ()
    delay: float = DEFAULT_DELAY
    quiet: tuple[QuietHours, ...] = ()
    enabled: bool = False
    verified: bool = False
    family: str | None = None

    def as_of(self, day: date) -> Source:
        """The newspaper with the selectors for pages that were fetched on this day."""
        held = next((one.selectors for one in self.earlier if day <= one.until), self.selectors)
        return replace(self, selectors=held)


class SourcesError(Exception):
    """The file of newspapers cannot be used: `entry` is the table at fault or '', `detail` says why."""

    def __init__(self, path: Path, entry: str, detail: str) -> None:
        self.path, self.entry, self.detail = path, entry, detail
        where = f"{path}: {entry}" if entry else str(path)
        super().__init__(_("{where}: {detail}. Correct it and try again.").format(where=where, detail=detail))


class UnknownSource(Exception):
    """No newspaper is called `name`."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            _("No newspaper is called {name}. See their names with: timbao sources list").format(name=name)
        )


def load_sources(user_file: Path | None) -> tuple[Source, ...]:
    """Every newspaper known: the shipped ones as `user_file` changes them, and its own. It need not exist.

    Raises SourcesError.
    """
    shipped = _read(SHIPPED)
    if user_file is None:
        return _sources(SHIPPED, shipped, shipped)
    return _sources(user_file, shipped, _read(user_file))


def source_for_host(sources: Iterable[Source], host: str) -> Source | None:
    """The newspaper at this 'host' or 'host:port', with or without a leading `www.`."""
    wanted = _bare_host(host)
    return next(
        (source for source in sources if any(_bare_host(own) == wanted for own in source.hosts)), None
    )


def name_at(sources: Iterable[Source], host: str) -> str:
    """The stable key of the newspaper at this host; the bare host itself where none is known to be there."""
    known = source_for_host(sources, host)
    return known.name if known else _bare_host(host)


def save_source(user_file: Path, source: Source) -> None:
    """Write the newspaper whole into the user's file, over an entry of its name; other entries stay.

    Raises SourcesError when the file or the new entry cannot be used; the file is then as it was.
    """
    own, shipped = _read(user_file), _read(SHIPPED)
    families = _families(user_file, shipped, own)
    inherited = _inherited(user_file, _entry(source.name), source.family, families)
    changed = own.with_source(source.name, _table(source, inherited, shipped.sources.get(source.name, {})))
    if source not in _sources(user_file, shipped, changed):
        raise SourcesError(user_file, _entry(source.name), _("this cannot be written over the shipped entry"))
    _store(user_file, changed)


def set_enabled(user_file: Path, name: str, *, enabled: bool) -> None:
    """Switch a known newspaper on or off in the user's file; nothing else in it changes.

    Raises UnknownSource, or SourcesError when the file cannot be used; the file is then as it was.
    """
    own, shipped = _read(user_file), _read(SHIPPED)
    if name not in own.sources and name not in shipped.sources:
        raise UnknownSource(name)
    changed = own.with_source(name, {**own.sources.get(name, {}), "enabled": enabled})
    _sources(user_file, shipped, changed)
    _store(user_file, changed)


@dataclass(frozen=True, slots=True)
class _Tables:
    families: dict[str, _Table]
    sources: dict[str, _Table]

    def with_source(self, name: str, table: _Table) -> _Tables:
        return replace(self, sources={**self.sources, name: table})


def _read(path: Path) -> _Tables:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return _Tables({}, {})
    except (OSError, ValueError, RecursionError) as error:
        raise SourcesError(path, "", str(error) or type(error).__name__) from error
    unknown = sorted(document.keys() - {"families", "sources"})
    if unknown:
        raise SourcesError(path, "", _("unknown key {key}").format(key=unknown[0]))
    return _Tables(_named_tables(path, document, "families"), _named_tables(path, document, "sources"))


def _named_tables(path: Path, document: _Table, kind: str) -> dict[str, _Table]:
    tables = document.get(kind, {})
    if not isinstance(tables, dict):
        raise SourcesError(path, kind, _("must be a table"))
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise SourcesError(path, f'{kind}."{name}"', _("must be a table"))
    return tables


def _merged(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """The keys of `over` in place of those of `under`, tables key by key."""
    merged = {**under, **over}
    for key in under.keys() & over.keys():
        if isinstance(under[key], dict) and isinstance(over[key], dict):
            merged[key] = _merged(under[key], over[key])
    return merged


def _families(path: Path, shipped: _Tables, own: _Tables) -> dict[str, Selectors]:
    """The selectors of every family; `own` is what the file `path` says."""
    merged = _merged(shipped.families, own.families)
    return {
        name: Selectors(
            **_selector_values(path if name in own.families else SHIPPED, f"families.{name}", table)
        )
        for name, table in merged.items()
    }


def _sources(path: Path, shipped: _Tables, own: _Tables) -> tuple[Source, ...]:
    """Every source, checked; `own` is what the file `path` says."""
    families = _families(path, shipped, own)
    sources = tuple(
        _source(path if name in own.sources else SHIPPED, name, table, families)
        for name, table in _merged(shipped.sources, own.sources).items()
    )
    _check_hosts(path, sources)
    return sources


def _source(path: Path, name: str, table: _Table, families: Mapping[str, Selectors]) -> Source:
    entry = _entry(name)
    if not name.strip():
        raise SourcesError(path, entry, _("a newspaper needs a name"))
    plain = table.keys() - {"selectors", "selectors_until"}
    values = {key: _checked(path, entry, key, value) for key, value in table.items() if key in plain}
    if not values.get("hosts"):
        raise SourcesError(path, entry, _("hosts must name at least one host"))
    inherited = _inherited(path, entry, values.get("family"), families)
    own = _selector_values(path, f"{entry}.selectors", table.get("selectors", {}))
    earlier = _earlier(path, entry, table.get("selectors_until", {}), families)
    given = {"selectors": replace(inherited, **own), "earlier": earlier, **values}
    return Source(**{"name": name, "title": name, **given})


def _entry(name: str) -> str:
    return f'sources."{name}"'


def _inherited(path: Path, entry: str, family: str | None, families: Mapping[str, Selectors]) -> Selectors:
    if family is not None and family not in families:
        raise SourcesError(path, entry, _("there is no family {family}").format(family=family))
    return families[family] if family is not None else Selectors()


def _earlier(
    path: Path, entry: str, tables: object, families: Mapping[str, Selectors]
) -> tuple[EarlierSelectors, ...]:
    """The selectors of former templates, from tables named after their last days."""
    entry = f"{entry}.selectors_until"
    if not isinstance(tables, dict):
        raise SourcesError(path, entry, _("must be a table"))
    found = []
    for day, table in tables.items():
        family = table.get("family") if isinstance(table, dict) else None
        own = {key: value for key, value in table.items() if key != "family"} if family else table
        values = _selector_values(path, f'{entry}."{day}"', own)
        try:
            until = date.fromisoformat(day)
        except ValueError as error:
            detail = _("{day} is not a day like 2019-05-31").format(day=day)
            raise SourcesError(path, entry, detail) from error
        selectors = replace(_inherited(path, f'{entry}."{day}"', family, families), **values)
        found.append(EarlierSelectors(until, selectors))
    return tuple(sorted(found, key=lambda one: one.until))


def _selector_values(path: Path, entry: str, table: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(table, dict):
        raise SourcesError(path, entry, _("must be a table"))
    known = {one.name for one in fields(Selectors)}
    for key in table:
        if key not in known:
            raise SourcesError(path, entry, _("unknown key {key}").format(key=key))
    return {key: _strings(path, entry, key, value) for key, value in table.items()}


def _checked(path: Path, entry: str, key: str, value: object) -> Any:
    """The value of one key of a source, checked."""
    match key:
        case "hosts" | "feeds" | "sitemaps" | "sections":
            strings = _strings(path, entry, key, value)
            return _hosts(path, entry, strings) if key == "hosts" else strings
        case "years":
            return tuple(_years(path, entry, text) for text in _strings(path, entry, key, value))
        case "quiet":
            return _quiet(path, entry, _strings(path, entry, key, value))
        case "enabled" | "verified":
            if isinstance(value, bool):
                return value
            raise SourcesError(path, entry, _("{key} must be true or false").format(key=key))
        case "delay":
            if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf:
                return float(value)
            raise SourcesError(path, entry, _("delay must be a number of seconds, 0 or more"))
        case "title" | "province" | "scheme" | "article_url" | "family":
            return _string(path, entry, key, value)
        case _:
            raise SourcesError(path, entry, _("unknown key {key}").format(key=key))


def _string(path: Path, entry: str, key: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise SourcesError(path, entry, _("{key} must be a text").format(key=key))
    if key == "scheme" and value not in {"http", "https"}:
        raise SourcesError(path, entry, _("scheme must be http or https"))
    if key == "article_url":
        try:
            re.compile(value)
        except (re.error, RecursionError, OverflowError) as error:
            detail = _("article_url is not a regular expression: {error}").format(error=error)
            raise SourcesError(path, entry, detail) from error
    return value


def _strings(path: Path, entry: str, key: str, value: object) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(one, str) and one.strip() for one in value):
        return tuple(value)
    raise SourcesError(path, entry, _('{key} must be a list of texts, such as ["…"]').format(key=key))


def _hosts(path: Path, entry: str, hosts: Iterable[str]) -> tuple[str, ...]:
    lowered = tuple(host.lower() for host in hosts)
    for host in lowered:
        if not _HOST.fullmatch(host):
            detail = _("{host} is not a host, such as baokhanhhoa.vn or 127.0.0.1:8000").format(host=host)
            raise SourcesError(path, entry, detail)
    return lowered


def _years(path: Path, entry: str, text: str) -> HostYears:
    match = _YEARS.fullmatch(text)
    if match is None or int(match[2]) > int(match[3] or match[2]):
        detail = _("{text} is no host with its years, such as baokhanhhoa.vn 2019-2026")
        raise SourcesError(path, entry, detail.format(text=repr(text)))
    return HostYears(match[1].lower(), int(match[2]), int(match[3] or match[2]))


def _quiet(path: Path, entry: str, spans: Iterable[str]) -> tuple[QuietHours, ...]:
    try:
        return tuple(map(parse_quiet_hours, spans))
    except BadHours as error:
        raise SourcesError(path, entry, str(error)) from error


def _check_hosts(path: Path, sources: Iterable[Source]) -> None:
    owners: dict[str, str] = {}
    for source in sources:
        for host in source.hosts:
            owner = owners.setdefault(_bare_host(host), source.name)
            if owner != source.name:
                detail = _("the host {host} already belongs to {owner}").format(host=host, owner=owner)
                raise SourcesError(path, f'sources."{source.name}"', detail)


def _bare_host(host: str) -> str:
    return host.lower().removeprefix("www.")


def _table(source: Source, inherited: Selectors, shipped: _Table) -> _Table:
    """The entry of a source: what differs from the defaults and its family's, or overrides `shipped`."""
    blank = Source(name=source.name, title="", hosts=(), selectors=source.selectors, earlier=source.earlier)
    own = _differences(source.selectors, inherited, shipped.get("selectors", {}))
    earlier = {str(one.until): _differences(one.selectors, Selectors(), ()) for one in source.earlier}
    table = _differences(source, blank, shipped.keys() - {"selectors", "selectors_until"})
    nested = {"selectors": own, "selectors_until": earlier}
    return {**table, "enabled": source.enabled, **{key: value for key, value in nested.items() if value}}


def _differences(given: Source | Selectors, default: Source | Selectors, also: Container[str]) -> _Table:
    values = {one.name: getattr(given, one.name) for one in fields(given)}
    return {
        name: [str(one) for one in value] if isinstance(value, tuple) else value
        for name, value in values.items()
        if value is not None and (value != getattr(default, name) or name in also)
    }


def _store(user_file: Path, tables: _Tables) -> None:
    document = {kind: table for kind, table in asdict(tables).items() if table}
    try:
        write_toml(user_file, document, _HEADER)
    except OSError as error:
        raise SourcesError(user_file, "", str(error)) from error
