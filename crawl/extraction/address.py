"""Under which address an article is kept: what its page says of that, where it may."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawl.extraction.dom import Element
from crawl.urls import absolute, within

_MOST_LINKS = 20  # addresses that a page may call its own


@dataclass(frozen=True, slots=True)
class Address:
    """An article's `url`; whether its page `stated` it, and whether the page calls itself its site's `home`."""

    url: str
    stated: bool
    home: bool


def read_address(claims: Iterable[str | None], final_url: str, hosts: Sequence[str]) -> Address:
    """The first of the claimed addresses that lies on one of the hosts (without hosts: anywhere), else the final one.

    What calls itself the site's home is no article's address.
    """
    final = absolute(final_url) or final_url
    found = [absolute(claim, final) for claim in claims if claim]
    own = [url for url in found if url and (not hosts or within(url, hosts))]
    inner = next((url for url in own if not is_root(url)), None)
    return Address(inner or final, inner is not None, bool(own) and is_root(own[0]))


def canonical_links(root: Element) -> list[str]:
    """What the page says its own address is (RFC 6596)."""
    links = (link for link in root.iter("link") if "canonical" in link.get("rel", "").lower().split())
    return [link.get("href", "") for link in itertools.islice(links, _MOST_LINKS)]


def is_root(url: str) -> bool:
    """Whether the URL has no path."""
    return urlsplit(url).path in {"", "/"}
