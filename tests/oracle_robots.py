"""What a robots.txt means, as a program: RFC 9309 read sentence by sentence, slow and without a library.

`crawl.fetching.robots` must agree with it over any file. What the RFC leaves open is settled as large search engines
do: a Crawl-delay ends a list of names as a rule does, a rule whose path begins with neither `/` nor `*` says nothing, a
whole URL is taken for a path, and who allows a folder's index.html allows the folder's own address.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

TOKEN = "timbao"


@dataclass
class Group:
    """The names above some rules, and the rules: whether each allows, and its pattern."""

    names: list[str] = field(default_factory=list)
    rules: list[tuple[bool, str]] = field(default_factory=list)


def groups(text: str) -> Iterator[Group]:
    """Section 2.1: lines of `key: value`; user-agent lines that follow one another share the rules below them."""
    group, has_rules = Group(), False
    for line in re.split(r"\r\n|\r|\n", text):
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not colon:
            continue
        if key == "user-agent":
            if has_rules:
                yield group
                group, has_rules = Group(), False
            token = re.match("[A-Za-z_-]*", value)
            group.names.append("*" if value == "*" else (token[0].lower() if token else ""))
        elif key == "crawl-delay":
            has_rules = True
        elif key in ("allow", "disallow"):
            has_rules = True
            path = f"/{value}" if "://" in value else value
            if path.startswith(("/", "*")):
                group.rules.append((key == "allow", path))
            if key == "allow" and path.endswith("/index.html"):
                group.rules.append((True, path.removesuffix("index.html") + "$"))
    yield group


@functools.lru_cache(10_000)
def octets(text: str) -> str:
    """Section 2.2.2: what no URL holds as its percent-encoded UTF-8; what is encoded without need as itself."""
    encoded = quote(text, safe="%:/?#[]@!$&'()*+,;=~")
    return re.sub("%([0-9A-Fa-f]{2})", _normal, encoded)


def _normal(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if re.fullmatch("[A-Za-z0-9._~-]", character) else match[0].upper()


def matches(pattern: str, path: str) -> bool:
    """Section 2.2.3: `*` is any characters, `$` at the end is the path's end; else the path begins so."""
    ends = pattern.endswith("$")
    parts = octets(pattern.removesuffix("$") if ends else pattern).split("*")
    if not octets(path).startswith(parts[0]):
        return False
    expression = ".*".join(map(re.escape, parts)) + ("$" if ends else "")
    return re.match(expression, octets(path), re.DOTALL) is not None


def rules_for_us(text: str) -> list[tuple[bool, str]]:
    """Section 2.2.1: the rules of all groups that name our token, without any those of all that name `*`."""
    found = list(groups(text))
    mine = [group for group in found if TOKEN in group.names]
    return [rule for group in mine or found if mine or "*" in group.names for rule in group.rules]


def allowed(rules: list[tuple[bool, str]], path: str) -> bool:
    """Section 2.2.2: the longest pattern that matches decides, and of two as long the one that allows."""
    if path == "/robots.txt":
        return True
    matching = [(len(octets(pattern)), allows) for allows, pattern in rules if matches(pattern, path)]
    return max(matching, default=(0, True))[1]
