"""Changing the data folder's own newspapers: what a person wrote in the file stays as it was written."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import fields
from pathlib import Path

from crawl.datafolder.wholefile import write_whole
from crawl.messages import gettext as _
from crawl.sources.entries import Table, entry_name, inherited_selectors
from crawl.sources.registry import (
    Tables,
    check_families,
    check_sources,
    parse_tables,
    read_text,
    shipped_tables,
)
from crawl.sources.source import Selectors, Source, SourcesError, UnknownSource

_HEADER = "# The newspapers of this data folder, over those that timbao knows. Edit it as you like.\n"


def save_source(user_file: Path, source: Source) -> None:
    """Write the newspaper whole into the user's file, over an entry of its name; all else in it stays.

    Raises SourcesError when the file or the new entry cannot be used; the file is then as it was.
    """

    def whole(own: Tables, shipped: Tables) -> Table:
        families = check_families(user_file, shipped, own)
        inherited = inherited_selectors(user_file, entry_name(source.name), source.family, families)
        return _table(source, inherited, shipped.sources.get(source.name, {}))

    def check(known: tuple[Source, ...]) -> None:
        if source not in known:
            detail = _("this cannot be written over the shipped entry")
            raise SourcesError(user_file, entry_name(source.name), detail)

    _change(user_file, source.name, whole, check)


def set_enabled(user_file: Path, name: str, *, enabled: bool) -> None:
    """Switch a known newspaper on or off in the user's file; nothing else in it changes.

    Raises UnknownSource, or SourcesError when the file cannot be used; the file is then as it was.
    """
    _change(user_file, name, lambda own, shipped: {**_known(name, own, shipped), "enabled": enabled})


def save_selectors(user_file: Path, name: str, selectors: Mapping[str, tuple[str, ...]]) -> None:
    """Write selectors of a known newspaper, by part, into the user's file; nothing else in it changes.

    Raises UnknownSource, or SourcesError when the file cannot be used; the file is then as it was.
    """

    def with_selectors(own: Tables, shipped: Tables) -> Table:
        table = _known(name, own, shipped)
        given = {part: list(alternatives) for part, alternatives in selectors.items()}
        return {**table, "selectors": {**table.get("selectors", {}), **given}}

    _change(user_file, name, with_selectors)


def _known(name: str, own: Tables, shipped: Tables) -> Table:
    """The newspaper's table in the user's file. Raises UnknownSource for one that no file has."""
    if name not in own.sources and name not in shipped.sources:
        raise UnknownSource(name)
    return own.sources.get(name, {})


def _change(
    user_file: Path,
    name: str,
    make: Callable[[Tables, Tables], Table],
    check: Callable[[tuple[Source, ...]], None] = lambda _known: None,
) -> None:
    """Make the newspaper's table in the file what `make` makes of the file's tables and the shipped ones.

    The newspapers that are known then are shown to `check` before anything is written.
    """
    from crawl.sources.tomlfile import CannotEdit, with_table  # loads tomlkit, which readers need not pay for

    text, shipped = read_text(user_file), shipped_tables()
    own = parse_tables(user_file, text)
    table = make(own, shipped)
    check(check_sources(user_file, shipped, own.with_source(name, table)))
    try:
        changed = with_table(text or _HEADER, ("sources", name), table)
    except CannotEdit as error:
        advice = _("Write these lines there, in place of what it says for the same keys:")
        way_out = f"{advice}\n\n{error.lines}\n"
        raise SourcesError(user_file, entry_name(name), str(error), way_out) from error
    try:
        write_whole(user_file, changed)
    except UnicodeEncodeError as error:
        raise SourcesError(user_file, "", str(error)) from error
    except OSError as error:
        detail = _("it cannot be written: {detail}").format(detail=error.strerror or error)
        advice = _("Check the disk's free space and the folder's permissions, then try again.")
        raise SourcesError(user_file, "", detail, advice) from error


def _table(source: Source, inherited: Selectors, shipped: Table) -> Table:
    """The entry of a source: what differs from the defaults and its family's, or overrides `shipped`."""
    blank = Source(name=source.name, title="", hosts=(), selectors=source.selectors, earlier=source.earlier)
    own = _differences(source.selectors, inherited, shipped.get("selectors", {}))
    earlier = {str(one.until): _differences(one.selectors, Selectors(), ()) for one in source.earlier}
    table = _differences(source, blank, shipped.keys() - {"selectors", "selectors_until"})
    nested = {"selectors": own, "selectors_until": earlier}
    return {**table, "enabled": source.enabled, **{key: value for key, value in nested.items() if value}}


def _differences(given: Source | Selectors, default: Source | Selectors, also: Container[str]) -> Table:
    values = {one.name: getattr(given, one.name) for one in fields(given)}
    return {
        name: [str(one) for one in value] if isinstance(value, tuple) else value
        for name, value in values.items()
        if value is not None and (value != getattr(default, name) or name in also)
    }
