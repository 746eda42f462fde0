"""URL identity: which spellings name the same page, and whose page it is.

Parsing follows the WHATWG URL Standard (what browsers and publishers mean by a URL), escaping follows
RFC 3986, so that what is kept is plain ASCII and reads the same to every later parser.
"""

from __future__ import annotations

import functools
import hashlib
import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, unquote

MAX_LENGTH = 2083
"""Longest URL kept, in characters: Internet Explorer's limit, which Scrapy keeps too."""

_DEFAULT_PORTS = {"http": "80", "https": "443"}
_EDGES = "".join(map(chr, range(0x21)))
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_SURROGATE = re.compile("[\ud800-\udfff]")
_HOST_NAME = re.compile(r"[a-z0-9_\-.]+")
_LAST_NUMERIC = re.compile(r"(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

# Parameters that tell the paper where the reader came from, never which article is meant.
_TRACKING = frozenset(
    {
        "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "ttclid",
        "igshid", "mc_cid", "mc_eid", "_ga", "_gl", "zarsrc", "zclid",
    }
)  # fmt: skip


# A visit's own number, which says nothing about the page: parameters of Java, PHP and ASP, and the part of a path
# that Java writes behind a semicolon and ASP.NET between brackets.
_SESSION = re.compile(r"(?i)(?:j?session_?id|phpsessid|aspsessionid\w*)")
_SESSION_IN_PATH = re.compile(r"(?i);jsessionid=[^/;?]*|/\(S\([0-9a-z]+\)\)(?=/)")


@dataclass(frozen=True, slots=True)
class _Parts:
    scheme: str
    authority: str
    path: str
    query: str | None

    def __str__(self) -> str:
        query = "" if self.query is None else f"?{self.query}"
        return f"{self.scheme}://{self.authority}{self.path}{query}"


class _NotCrawlable(ValueError):
    """The text is no http(s) URL, or one that a crawler must not follow."""


def absolute(url: str, base: str | None = None) -> str | None:
    """The http(s) URL that `url` means on a page at `base`, normalised and without its fragment.

    None for what is no URL, has another scheme, carries a user name, or is longer than MAX_LENGTH.
    """
    try:
        parts = _parse(url, base)
    except _NotCrawlable:
        return None
    text = str(parts)
    return text if len(text) <= MAX_LENGTH else None


def canonical(url: str, base: str | None = None) -> str | None:
    """The one spelling under which a page is known; None as for `absolute`.

    That is the absolute URL without parameters that tell where its reader came from or which visit this is.
    """
    found = absolute(url, base)
    if found is None or not ("?" in found or ";" in found or "(" in found):
        return found
    address, _, query = found.partition("?")
    address = _SESSION_IN_PATH.sub("", address)
    kept = "&".join(part for part in query.split("&") if not _is_idle(part))
    return f"{address}?{kept}" if kept else address


def article_id(url: str) -> str:
    """The id of the article first stored under `url` (or under another stable key): 20 hexadecimal digits."""
    key = canonical(url) or url
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:20]


@functools.lru_cache(4096)  # it is asked several times for each link of a page
def authority(url: str) -> str:
    """The `host` or `host:port` of an absolute URL, the default port left out; empty for no URL."""
    found = absolute(url)
    return "" if found is None else _authority(found)


def within(url: str, hosts: Iterable[str]) -> bool:
    """Whether the absolute URL lies on one of `hosts` (`host` or `host:port`), with or without `www.`."""
    mine = authority(url).removeprefix("www.")
    return bool(mine) and any(mine == host.lower().removeprefix("www.") for host in hosts)


def _authority(found: str) -> str:
    return found.split("/", 3)[2]


def _is_idle(parameter: str) -> bool:
    """Whether a parameter never tells which article is meant."""
    name = unquote(parameter.partition("=")[0]).lower()
    return name.startswith("utm_") or name in _TRACKING or _SESSION.fullmatch(name) is not None


def _parse(url: str, base_url: str | None) -> _Parts:
    """The state machine of the URL Standard, for http and https alone."""
    text = url.strip(_EDGES).replace("\t", "").replace("\n", "").replace("\r", "")
    if len(text) > 4 * MAX_LENGTH:
        raise _NotCrawlable
    text = _SURROGATE.sub("\ufffd", text).partition("#")[0]
    scheme, rest = _split_scheme(text)
    before_query, question, query = rest.partition("?")
    before_query = before_query.replace("\\", "/")
    own_query = _escape(query, "?/") if question else None
    if scheme and (base_url is None or before_query.startswith("//")):
        return _with_authority(scheme, before_query.lstrip("/"), own_query)
    if base_url is None:
        raise _NotCrawlable
    base = _parse(base_url, None)
    if scheme and scheme != base.scheme:
        return _with_authority(scheme, before_query.lstrip("/"), own_query)
    if before_query.startswith("//"):
        return _with_authority(base.scheme, before_query.lstrip("/"), own_query)
    if not before_query:
        return _Parts(base.scheme, base.authority, base.path, own_query if question else base.query)
    directory = "" if before_query.startswith("/") else base.path.rpartition("/")[0] + "/"
    return _Parts(base.scheme, base.authority, _path(directory + before_query), own_query)


def _split_scheme(text: str) -> tuple[str, str]:
    match = _SCHEME.match(text)
    if match is None:
        return "", text
    scheme = match[1].lower()
    if scheme not in _DEFAULT_PORTS:
        raise _NotCrawlable
    return scheme, text[match.end() :]


def _with_authority(scheme: str, text: str, query: str | None) -> _Parts:
    authority, slash, path = text.partition("/")
    if "@" in authority:
        raise _NotCrawlable
    host, port = _split_port(authority)
    suffix = "" if port in ("", _DEFAULT_PORTS[scheme]) else f":{port}"
    return _Parts(scheme, _host(host) + suffix, _path(slash + path), query)


def _split_port(authority: str) -> tuple[str, str]:
    host, colon, port = authority.rpartition(":")
    if not colon or authority.endswith("]"):
        return authority, ""
    if port and not (
        port.isascii() and port.isdigit() and int(port[-6:]) < 2**16 and len(port.lstrip("0")) < 6
    ):
        raise _NotCrawlable
    return host, str(int(port)) if port else ""


@functools.lru_cache(4096)  # a crawl meets few hosts, each thousands of times
def _host(host: str) -> str:
    if host.startswith("["):
        return _ipv6(host)
    try:
        name = unquote(host, errors="strict").encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise _NotCrawlable from None
    if not _HOST_NAME.fullmatch(name) or name.startswith("."):
        raise _NotCrawlable
    return _ipv4(name) if _LAST_NUMERIC.search(name) else name


def _ipv6(host: str) -> str:
    try:
        address = ipaddress.IPv6Address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        raise _NotCrawlable from None
    if not host.endswith("]") or address.scope_id:
        raise _NotCrawlable
    return f"[{address}]"


def _ipv4(name: str) -> str:
    """Dotted decimal for every notation a resolver accepts: `127.1`, `0x7f000001`, `0177.0.0.1` and so on."""
    numbers = [_number(part) for part in name.removesuffix(".").split(".")]
    last = numbers.pop()
    if len(numbers) > 3 or any(number > 255 for number in numbers) or last >= 256 ** (4 - len(numbers)):
        raise _NotCrawlable
    return str(ipaddress.IPv4Address(last + sum(n << 8 * (3 - i) for i, n in enumerate(numbers))))


def _number(digits: str) -> int:
    try:
        if digits.startswith("0x"):
            return int(digits[2:] or "0", 16)
        return int(digits, 8 if digits.startswith("0") else 10)
    except ValueError:
        raise _NotCrawlable from None


def _path(path: str) -> str:
    kept: list[str] = []
    segments = _escape(path, "").split("/")[1:]
    for position, segment in enumerate(segments):
        if segment == ".." and kept:
            kept.pop()
        elif segment not in (".", ".."):
            kept.append(segment)
        if segment in (".", "..") and position == len(segments) - 1:
            kept.append("")
    return "/" + "/".join(kept)


def _escape(text: str, extra: str) -> str:
    """Percent-encoding normalised (RFC 3986 section 6.2.2): upper-case digits, nothing escaped needlessly."""
    escaped = quote(_STRAY_PERCENT.sub("%25", text), safe="%/:@!$&'()*+,;=~[]" + extra)
    return _ESCAPE.sub(_normal_escape, escaped)


def _normal_escape(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else f"%{match[1].upper()}"
