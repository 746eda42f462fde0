"""The newspapers that are known, read from files.

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

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from crawl.messages import gettext as _
from crawl.sources.entries import Table, entry_name, read_source, selector_values
from crawl.sources.source import Selectors, Source, SourcesError

SHIPPED = Path(__file__).with_name("sources.toml")

_PLACE = re.compile(r"(?P<error>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)")


def load_sources(user_file: Path | None) -> tuple[Source, ...]:
    """Every newspaper known: the shipped ones as `user_file` changes them, and its own. It need not exist.

    Raises SourcesError.
    """
    shipped = shipped_tables()
    if user_file is None:
        return check_sources(SHIPPED, shipped, shipped)
    return check_sources(user_file, shipped, parse_tables(user_file, read_text(user_file)))


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


@dataclass(frozen=True, slots=True)
class Tables:
    """What one file says, unchecked: the tables of families and of newspapers, by name."""

    families: dict[str, Table]
    sources: dict[str, Table]

    def with_source(self, name: str, table: Table) -> Tables:
        """The same with another table of this name."""
        return replace(self, sources={**self.sources, name: table})


def shipped_tables() -> Tables:
    """What the shipped file says."""
    return parse_tables(SHIPPED, read_text(SHIPPED))


def read_text(path: Path) -> str:
    """What the file holds; nothing where there is none. Raises SourcesError."""
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        raise SourcesError(path, "", str(error)) from error


def parse_tables(path: Path, text: str) -> Tables:
    """What the file `path`, which holds this text, says. Raises SourcesError."""
    try:
        document = tomllib.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise SourcesError(path, "", _objection(error, text)) from error
    unknown = sorted(document.keys() - {"families", "sources"})
    if unknown:
        raise SourcesError(path, "", _("unknown key {key}").format(key=unknown[0]))
    return Tables(_named_tables(path, document, "families"), _named_tables(path, document, "sources"))


def _objection(error: Exception, text: str) -> str:
    """Why the text is no TOML, and on which line."""
    if place := _PLACE.fullmatch(str(error)):
        sentence = _("line {line} is no TOML ({error})")
        return sentence.format(line=place["line"] or len(text.splitlines()), error=place["error"])
    return _("it is no TOML ({error})").format(error=str(error) or type(error).__name__)


def _named_tables(path: Path, document: Table, kind: str) -> dict[str, Table]:
    tables = document.get(kind, {})
    if not isinstance(tables, dict):
        raise SourcesError(path, kind, _("must be a table"))
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise SourcesError(path, f'{kind}."{name}"', _("must be a table"))
    return tables


def _merged(under: Table, over: Table) -> Table:
    """The keys of `over` in place of those of `under`, tables key by key."""
    merged = {**under, **over}
    for key in under.keys() & over.keys():
        if isinstance(under[key], dict) and isinstance(over[key], dict):
            merged[key] = _merged(under[key], over[key])
    return merged


def check_families(path: Path, shipped: Tables, own: Tables) -> dict[str, Selectors]:
    """The selectors of every family; `own` is what the file `path` says. Raises SourcesError."""
    merged = _merged(shipped.families, own.families)
    return {
        name: Selectors(
            **selector_values(path if name in own.families else SHIPPED, f"families.{name}", table)
        )
        for name, table in merged.items()
    }


def check_sources(path: Path, shipped: Tables, own: Tables) -> tuple[Source, ...]:
    """Every source, checked; `own` is what the file `path` says. Raises SourcesError."""
    families = check_families(path, shipped, own)
    sources = tuple(
        read_source(path if name in own.sources else SHIPPED, name, table, families)
        for name, table in _merged(shipped.sources, own.sources).items()
    )
    _check_hosts(path, sources)
    return sources


def _check_hosts(path: Path, sources: Iterable[Source]) -> None:
    owners: dict[str, str] = {}
    for source in sources:
        for host in source.hosts:
            owner = owners.setdefault(_bare_host(host), source.name)
            if owner != source.name:
                detail = _("the host {host} already belongs to {owner}").format(host=host, owner=owner)
                raise SourcesError(path, entry_name(source.name), detail)


def _bare_host(host: str) -> str:
    return host.lower().removeprefix("www.")
