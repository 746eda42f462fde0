"""One table of a hand-written TOML file changed, with its comments, its order and all else left as they are."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Array, Item, Table

from crawl.messages import TimbaoError
from crawl.messages import gettext as _

Place: TypeAlias = tuple[str, ...]
"""The keys that lead to a table."""

_BOM = "\ufeff"
_LONG_LINE = 100
_FOILED = (TOMLKitError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


class CannotEdit(TimbaoError, ValueError):
    """The file is written in a form that is not changed from here; `lines` are what to write into it by hand."""

    def __init__(self, lines: str) -> None:
        self.lines = lines
        super().__init__(
            _("it is written in a form that only you can change. Write there: {lines}").format(lines=lines)
        )


def with_table(text: str, place: Place, table: Mapping[str, Any]) -> str:
    """The text of a TOML file with this table at this place. Raises CannotEdit, and ValueError for no TOML.

    Keys that stay keep their lines, new ones stand below them, and a new table stands at the end of the file.
    """
    mark = _BOM if text.startswith(_BOM) else ""
    text = text.removeprefix(_BOM)
    wanted = _replaced(tomllib.loads(text), place, table)
    for edit in (_edited, _assigned):
        try:
            changed = edit(text, place, table)
            # There are more ways to write TOML than an editor foresees: what it did is read, not believed.
            if tomllib.loads(changed) == wanted:
                return mark + changed
        except _FOILED:
            continue
    raise CannotEdit("".join(_blocks(place, table)).strip())


def _replaced(tables: Mapping[str, Any], place: Place, table: Mapping[str, Any]) -> dict[str, Any]:
    if not place:
        return dict(table)
    return {**tables, place[0]: _replaced(tables.get(place[0], {}), place[1:], table)}


def _edited(text: str, place: Place, table: Mapping[str, Any]) -> str:
    """The text as a person would change it: each new line right below the lines of its table."""
    newline = "\r\n" if "\r\n" in text else "\n"
    document = tomlkit.parse(text)
    found: Any = document
    for key in place:
        found = found.get(key, None) if found is not None else None
    left = table if found is None else _reconciled(found, table, newline)
    edited = tomlkit.dumps(document)
    if found is not None and not left:
        return edited
    gap = "" if not edited.strip() else "\n" if edited.endswith("\n") else "\n\n"
    return edited + (gap + "".join(_blocks(place, left))).replace("\n", newline)


def _reconciled(found: Any, table: Mapping[str, Any], newline: str) -> dict[str, Any]:
    """Make what was found what the table says; what finds no place below its lines is given back."""
    for key in [key for key in found if key not in table]:
        del found[key]
    new: dict[str, Any] = {}
    for key, value in table.items():
        if key not in found:
            new[key] = value
        elif isinstance(value, Mapping):
            if left := _reconciled(found[key], value, newline):
                new[key] = left
        elif found[key] != value:
            found[key] = _item(value)
    if new and (last := _last_line(found)) is not None:
        lines = "".join(_lines(new)).replace("\n", newline)
        last.trivia.trail = (last.trivia.trail or newline) + lines
        return {}
    return new


def _last_line(table: Any) -> Item | None:
    """The last of the table's own lines, which may be its heading; None for a table that has no heading."""
    if not isinstance(table, Table) or table.is_super_table():
        return None
    own = [item for key, item in table.value.body if key is not None and not isinstance(item, Table | AoT)]
    return own[-1] if own else table


def _assigned(text: str, place: Place, table: Mapping[str, Any]) -> str:
    """The text with the new keys wherever the library puts them: tables in one line, and without headings."""
    document = tomlkit.parse(text)
    found: Any = document
    for key in place:
        found = found[key]
    for key in [key for key in found if key not in table]:
        del found[key]
    for key, value in table.items():
        if key not in found or found[key] != value:
            found[key] = value
    return tomlkit.dumps(document)


def _blocks(place: Place, table: Mapping[str, Any]) -> Iterator[str]:
    """The table under its heading, and every table in it under a heading of its own."""
    inner = {key: value for key, value in table.items() if isinstance(value, Mapping) and value}
    plain = {key: value for key, value in table.items() if key not in inner}
    if plain or not inner:
        yield f"[{_key(place)}]\n"
        yield from _lines(plain)
    for number, (key, value) in enumerate(inner.items()):
        if number or plain:
            yield "\n"
        yield from _blocks((*place, key), value)


def _lines(table: Mapping[str, Any], place: Place = ()) -> Iterator[str]:
    """A line for each key, those of tables in the table with dots."""
    for key, value in table.items():
        if isinstance(value, Mapping) and value:
            yield from _lines(value, (*place, key))
        else:
            yield f"{_key((*place, key))} = {_item(value).as_string()}\n"


def _key(place: Place) -> str:
    return ".".join(tomlkit.key(key).as_string() for key in place)


def _item(value: Any) -> Item:
    if isinstance(value, Mapping):
        return tomlkit.inline_table()
    item: Item = tomlkit.item(value)
    if isinstance(item, Array):
        item.multiline(multiline=len(item.as_string()) > _LONG_LINE)
    return item
