"""Where a crawler would be lost: folders inside themselves, endless lists, one page under any number of addresses.

No site tells where it is endless, so a crawl spends on every pattern of URLs only what it has earned there. What
is cut is counted, and left to the next crawl, which begins with new budgets.
"""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urlsplit

CREDIT = 300
"""Pages of a pattern that may be fetched before anything has come of them."""

_MOST_REPETITIONS = 3  # of one folder in a path
_PAGES_AN_ARTICLE = 20  # may be fetched more for every article that came of the pattern
_MOST_NAMES = 20  # under which one article is fetched in one crawl
_MOST_PATTERNS = 20_000  # that are told apart: a site may invent any number
_DIGITS = re.compile(r"\d+")
_ID = re.compile(r"((?<!\d)\d{4,}|(?<![0-9a-f])[0-9a-f]{7,})(?:\.[a-z]{2,5}|/)?$")


def is_maze(url: str) -> bool:
    """Whether a folder stands in the path so often that the site's links must lead in circles."""
    if url.count("/") < len("//") + _MOST_REPETITIONS:
        return False  # as most are, which need not be taken apart
    folders = Counter(filter(None, urlsplit(url).path.split("/")))
    return any(number >= _MOST_REPETITIONS for number in folders.values())


def pattern(url: str) -> str:
    """What a URL has in common with others of its making: host, folders and names of parameters, without numbers."""
    parts = urlsplit(url)
    folder, _slash, name = parts.path.rstrip("/").rpartition("/")
    ending = name.rpartition(".")[2] if "." in name else ""
    parameters = "&".join(sorted(one.partition("=")[0] for one in parts.query.split("&")))
    return _DIGITS.sub("0", f"{parts.netloc}{folder}/*.{ending}?{parameters}")


def article_number(url: str) -> str | None:
    """What a URL that ends in an article's number has in common with those that differ in words alone; else None."""
    parts = urlsplit(url)
    number = _ID.search(parts.path)
    return f"{parts.netloc} {number[1]}" if number and not parts.query else None


class Budget:
    """What one crawl of one newspaper may spend."""

    def __init__(self) -> None:
        self._left: dict[str, int] = {}
        self._names: Counter[str] = Counter()

    def allows(self, url: str) -> bool:
        """Whether another page like this may be fetched."""
        return self._left.get(self._key(url), CREDIT) > 0

    def spend(self, url: str, earned: int) -> None:
        """A page was fetched, and `earned` articles that were not known came of it, or were named in it."""
        key = self._key(url)
        self._left[key] = self._left.get(key, CREDIT) - 1 + earned * _PAGES_AN_ARTICLE

    def is_one_article(self, url: str) -> bool:
        """Whether enough pages that differ from this in words alone were one and the same article."""
        number = article_number(url)
        return number is not None and self._names[number] >= _MOST_NAMES

    def another_name(self, url: str) -> None:
        """An article that was known by another address was fetched from this one."""
        number = article_number(url)
        if number is not None and (number in self._names or len(self._names) < _MOST_PATTERNS):
            self._names[number] += 1

    def _key(self, url: str) -> str:
        key = pattern(url)
        return key if key in self._left or len(self._left) < _MOST_PATTERNS else ""
