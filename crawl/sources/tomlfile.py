"""Writing a small TOML file whole (the standard library only reads TOML; https://toml.io/en/v1.0.0)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from crawl.datafolder.wholefile import write_whole

Value: TypeAlias = "str | bool | int | float | Sequence[Value] | Mapping[str, Value]"

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_LONG_LINE = 100
# JSON's escapes are TOML's, but JSON leaves DEL as it is and lone surrogates are no text at all.
_UNWRITABLE = {0x7F: "\\u007f"}


def write_toml(path: Path, tables: Mapping[str, Value], header: str) -> None:
    """Replace the file by these tables under the comment line `header`, atomically and durably.

    Missing folders are made. Raises OSError; the old file is then still whole.
    """
    text = f"# {header}\n" + "\n".join(_lines(tables, ()))
    write_whole(path, text.rstrip("\n") + "\n")


def _lines(table: Mapping[str, Value], place: tuple[str, ...]) -> Iterator[str]:
    """The table's own keys, then its tables: a key below a sub-table's heading would belong to that one."""
    inner = {key: value for key, value in table.items() if isinstance(value, Mapping)}
    plain = {key: value for key, value in table.items() if key not in inner}
    if place and (plain or not inner):
        yield f"\n[{'.'.join(map(_key, place))}]"
    for key, value in plain.items():
        yield f"{_key(key)} = {_value(value)}"
    for key, value in inner.items():
        assert isinstance(value, Mapping)
        yield from _lines(value, (*place, key))


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _string(key)


def _string(text: str) -> str:
    return json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=False).translate(_UNWRITABLE)


def _value(value: Value) -> str:
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    assert isinstance(value, Sequence)
    items = [_value(item) for item in value]
    line = f"[{', '.join(items)}]"
    return line if len(line) <= _LONG_LINE else "[\n" + "".join(f"    {item},\n" for item in items) + "]"
