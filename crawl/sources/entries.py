"""One entry of sources.toml → Source, every value checked."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

from crawl.datafolder.quiet_hours import BadHours, QuietHours, parse_quiet_hours
from crawl.messages import gettext as _
from crawl.sources.source import EarlierSelectors, HostYears, Selectors, Source, SourcesError

Table: TypeAlias = dict[str, Any]
"""A table of TOML as the standard library reads it."""

_YEARS = re.compile(r"(\S+) (\d{4})(?:-(\d{4}))?")
_HOST = re.compile(r"(?:[\w-]+(?:\.[\w-]+)*\.?|\[[0-9a-f:.]+\])(?::\d{1,5})?")


def read_source(path: Path, name: str, table: Table, families: Mapping[str, Selectors]) -> Source:
    """The newspaper of this name as its `table` in the file `path` describes it. Raises SourcesError."""
    entry = entry_name(name)
    if not name.strip():
        raise SourcesError(path, entry, _("a newspaper needs a name"))
    plain = table.keys() - {"selectors", "selectors_until"}
    values = {key: _checked(path, entry, key, value) for key, value in table.items() if key in plain}
    if not values.get("hosts"):
        raise SourcesError(path, entry, _("hosts must name at least one host"))
    inherited = inherited_selectors(path, entry, values.get("family"), families)
    own = selector_values(path, f"{entry}.selectors", table.get("selectors", {}))
    earlier = _earlier(path, entry, table.get("selectors_until", {}), families)
    given = {"selectors": replace(inherited, **own), "earlier": earlier, **values}
    return Source(**{"name": name, "title": name, **given})


def entry_name(name: str) -> str:
    """How the file calls the table of the newspaper `name`."""
    return f'sources."{name}"'


def inherited_selectors(
    path: Path, entry: str, family: str | None, families: Mapping[str, Selectors]
) -> Selectors:
    """The selectors that an entry has from its family. Raises SourcesError for a family that is not known."""
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
        values = selector_values(path, f'{entry}."{day}"', own)
        try:
            until = date.fromisoformat(day)
        except ValueError as error:
            detail = _("{day} is not a day like 2019-05-31").format(day=day)
            raise SourcesError(path, entry, detail) from error
        selectors = replace(inherited_selectors(path, f'{entry}."{day}"', family, families), **values)
        found.append(EarlierSelectors(until, selectors))
    return tuple(sorted(found, key=lambda one: one.until))


def selector_values(path: Path, entry: str, table: object) -> dict[str, tuple[str, ...]]:
    """The selectors that a table gives, part by part. Raises SourcesError."""
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
