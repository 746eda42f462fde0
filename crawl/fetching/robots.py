"""May we, and how fast: robots.txt (RFC 9309), delays between requests, and backing off."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from protego import Protego

from crawl.article import Page

AGENT = "timbao"
"""The product token that rules in robots.txt are looked up by."""

MAX_BYTES = 500 * 1024
"""How much of a robots.txt is read: the least that RFC 9309 section 2.5 asks for."""

MAX_DELAY = 300.0
"""Longest Crawl-delay that is followed, in seconds (as Heritrix does)."""

MAX_BACK_OFF = 120.0
"""How long a crawl waits for a busy host, in seconds; one that asks for more is left to a later crawl."""

_RESPONSE_TIMES = 5.0
_MAX_ADAPTED = 30.0
_MAX_SILENCE = 5
_TOO_BUSY = frozenset({429, 503})
_TOKEN = re.compile("[a-z_-]+")
_USER_AGENT = re.compile(r"(?i)^([ \t]*user[- ]?agent[ \t]*:?)([^#\n]*)", re.MULTILINE)


class Robots:
    """What a host's robots.txt lets us do. `delay` is its Crawl-delay in seconds, or None."""

    def __init__(self, rules: Protego | None) -> None:
        self._rules = rules
        asked = rules.crawl_delay(AGENT) if rules is not None else None
        self.delay: float | None = None if asked is None else min(asked, MAX_DELAY)
        self.sitemaps: tuple[str, ...] = tuple(rules.sitemaps) if rules is not None else ()

    def allowed(self, url: str) -> bool:
        """Whether this URL of the host may be fetched now."""
        return self._rules is not None and bool(self._rules.can_fetch(url, AGENT))


ALL_ALLOWED = Robots(Protego.parse(""))
NOT_NOW = Robots(None)
"""The host could not say what it allows, so nothing is fetched until it can (RFC 9309 section 2.3.1.4)."""


def read_robots(page: Page) -> Robots:
    """The rules in the answer for `/robots.txt`.

    RFC 9309 section 2.3.1: without one (4xx) all is allowed, with the server in trouble (5xx) nothing.
    429 counts as trouble: whoever asks for fewer requests does not mean "take everything".
    """
    if page.status >= 500 or page.status == 429:
        return NOT_NOW
    if page.status >= 400:
        return ALL_ALLOWED
    text = page.body[:MAX_BYTES].decode("utf-8-sig", "replace")
    return Robots(Protego.parse(_USER_AGENT.sub(_without_others, text.replace("\r", "\n"))))


def _without_others(match: re.Match[str]) -> str:
    """Our name made the bare product token, and other robots' names made one.

    RFC 9309 section 2.2.1 compares whole tokens, where the parser would take `tim` for `timbao`. Rules are kept once
    for every name, and a file may list thousands.
    """
    name = match[2].strip().lower()
    if name == "*":
        return match[0]
    token = _TOKEN.match(name)
    return f"{match[1]} {AGENT}" if token and token[0] == AGENT else f"{match[1]} another"


class Pace:
    """How fast one host may be asked: its delay, and how long to wait when it is slow, busy or silent.

    `delay` is in seconds. Where the pace `adapts`, a server that takes long to answer is given five times as long
    to rest, up to 30 seconds (Heritrix' delay-factor and max-delay): what is slow for us is slow for its readers.
    A host that stays busy or silent is left alone for the rest of the run.
    """

    def __init__(self, delay: float, *, adapts: bool = True) -> None:
        self.delay = delay
        self._adapts = adapts
        self._rest = 0.0
        self._busy = 0
        self._silent = 0

    def took(self, seconds: float) -> None:
        """The last answer, or the wait for it, took so long."""
        if self._adapts:
            self._rest = min(_RESPONSE_TIMES * seconds, _MAX_ADAPTED)

    @property
    def wait(self) -> float:
        """Seconds between the end of one request and the next."""
        return max(self.delay, self._rest)

    def answered(self) -> float:
        """The host answered: seconds to wait before the next request."""
        self._busy = self._silent = 0
        return self.wait

    def busy(self, retry_after: float | None) -> float | None:
        """The host asks for patience: seconds to wait, ever longer, or None to leave it for this run."""
        self._busy += 1
        wait = max(retry_after or 0.0, self.wait, 2.0**self._busy if retry_after is None else 0.0)
        return wait if self._busy <= _MAX_SILENCE and wait <= MAX_BACK_OFF else None

    def silent(self) -> float | None:
        """The host did not answer: seconds to wait, or None to leave it for this run."""
        self._silent += 1
        return self.wait if self._silent < _MAX_SILENCE else None


def is_busy(page: Page) -> bool:
    """Whether the answer asks us to come back later (429 Too Many Requests, 503 Service Unavailable)."""
    return page.status in _TOO_BUSY


def retry_after(page: Page) -> float | None:
    """The seconds that Retry-After asks to wait (RFC 9110 section 10.2.3), or None without a usable one."""
    value = (page.header("Retry-After") or "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):  # digits without end in a year, an hour or a zone
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
