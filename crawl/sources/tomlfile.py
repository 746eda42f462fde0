"""One table of a hand-written TOML file changed, with its comments, its order and all else left as they are."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Array, InlineTable, Item, Table

from crawl.messages import TimbaoError
from crawl.messages import gettext as _

Place: TypeAlias = tuple[str, ...]
"""The keys that lead to a table."""

_BOM = "\ufeff"
_LONG_LINE = 100
_FOILED = (TOMLKitError, AttributeError, LookupError, RecursionError, TypeError, ValueError)

# Strings of every kind, so that a # in one is none, and comments.
_COMMENT = re.compile(
    r'''"""(?:\\.|[^\\])*?"{3,5}|\'{3}.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|(#[^\r\n]*)''', re.DOTALL
)
_LONE_LINE_FEED = re.compile(r"(?<!\r)\n")


class CannotEdit(TimbaoError, ValueError):
    """The file is written in a form that is not changed from here; `lines` are what to write into it by hand."""

    def __init__(self, lines: str) -> None:
        self.lines = lines
        super().__init__(_("it is written in a form, or has comments, that only you can change"))


def with_table(text: str, place: Place, table: Mapping[str, Any]) -> str:
    """The text of a TOML file with this table at this place. Raises CannotEdit, and ValueError for no TOML.

    Keys that stay keep their lines, new ones stand below them, and a new table stands at the end of the file. No
    comment is lost, and a file whose lines all end in CRLF stays one.
    """
    mark = _BOM if text.startswith(_BOM) else ""
    text = text.removeprefix(_BOM)
    known = tomllib.loads(text)
    wanted = _replaced(known, place, table)
    for edit in (_edited, _assigned):
        try:
            changed = edit(text, place, table)
            if "\n" in text and not _LONE_LINE_FEED.search(text):
                changed = _LONE_LINE_FEED.sub("\r\n", changed)
            # There are more ways to write TOML than an editor foresees: what it did is read, not believed.
            if tomllib.loads(changed) == wanted and _comments(changed) == _comments(text):
                return mark + changed
        except _FOILED:
            continue
    raise CannotEdit("".join(_by_hand(text, known, wanted)).strip())


def _comments(text: str) -> list[str]:
    """The comments of a TOML file, in their order."""
    return [comment for comment in _COMMENT.findall(text) if comment]


def _by_hand(text: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """What differs, a line for each key, after comments that say where it belongs."""
    headings = [(), *_headings(text)]
    before: Place | None = None
    for path, value in _differences((), old, new):
        under = max((one for one in headings if path[: len(one)] == one), key=len)
        if under != before:
            where = _("below {heading}").format(heading=f"[{_key(under)}]") if under else _("at the top")
            yield f"# {where}\n"
        before = under
        key = _key(path[len(under) :])
        gone = "# " + _("without {key}").format(key=key)
        yield (gone if value is None else f"{key} = {_item(value).as_string()}") + "\n"


def _differences(place: Place, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[Place, Any]]:
    """Every key that differs, with its new value; None where it is no longer."""
    for key in [*new, *(key for key in old if key not in new)]:
        before, value = old.get(key), new.get(key)
        if isinstance(value, Mapping) and value and isinstance(before, Mapping | None):
            yield from _differences((*place, key), before or {}, value)
        elif before != value:
            yield (*place, key), value


def _headings(text: str) -> Iterator[Place]:
    """The places of the tables that have a heading."""
    for line in text.splitlines():
        if not line.lstrip().startswith("["):
            continue
        try:
            inner: Any = tomllib.loads(line)
        except ValueError:  # a line of a list
            continue
        place: Place = ()
        while isinstance(inner, dict) and inner:
            ((key, inner),) = inner.items()
            place = (*place, key)
        yield place


def _replaced(tables: Mapping[str, Any], place: Place, table: Mapping[str, Any]) -> dict[str, Any]:
    if not place:
        return dict(table)
    return {**tables, place[0]: _replaced(tables.get(place[0], {}), place[1:], table)}


def _edited(text: str, place: Place, table: Mapping[str, Any]) -> str:
    """The text as a person would change it: each new line right below the lines of its table."""
    document = tomlkit.parse(text)
    found: Any = document
    for key in place:
        found = found.get(key, None) if found is not None else None
    left = table if found is None else _reconciled(found, table)
    edited = tomlkit.dumps(document)
    if found is not None and not left:
        return edited
    gap = "" if not edited.strip() else "\n" if edited.endswith("\n") else "\n\n"
    return edited + gap + "".join(_blocks(place, left))


def _reconciled(found: Any, table: Mapping[str, Any]) -> dict[str, Any]:
    """Make what was found what the table says; what finds no place below its lines is given back."""
    for key in [key for key in found if key not in table]:
        del found[key]
    new: dict[str, Any] = {}
    for key, value in table.items():
        if key not in found:
            new[key] = value
        elif isinstance(value, Mapping):
            if left := _reconciled(found[key], value):
                new[key] = left
        elif found[key] != value and not _adapted(found[key], value):
            found[key] = _item(value)
    if isinstance(found, InlineTable):
        for key, value in new.items():
            found[key] = value
        return {}
    if new and (last := _last_line(found)) is not None:
        last.trivia.trail = (last.trivia.trail or "\n") + "".join(_lines(new))
        return {}
    return new


def _adapted(found: Any, value: Any) -> bool:
    """Whether a list with comments in it could be made what `value` says by adding to it or taking from it."""
    if not (isinstance(found, Array) and isinstance(value, list) and _comments(found.as_string())):
        return False
    old = list(found)
    if value[: len(old)] == old:
        for one in value[len(old) :]:
            found.append(one)
        return True
    left, idle = list(value), []
    for number, one in enumerate(old):
        if left[:1] == [one]:
            del left[0]
        else:
            idle.append(number)
    if left:
        return False
    for number in reversed(idle):
        del found[number]
    return True


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
