"""What can go wrong with one GET, each kind a class that carries its data.

`reason` is the short, stable key under which reports count the kind.
"""

from __future__ import annotations

from typing import ClassVar

from crawl.messages import TimbaoError
from crawl.messages import gettext as _


class FetchError(TimbaoError):
    """The root of all ways in which a page may fail to arrive; `url` is what was asked for."""

    reason: ClassVar[str] = "failed"
    transient: ClassVar[bool] = False
    """Whether the same request may well succeed later."""
    silent: ClassVar[bool] = False
    """Whether nothing, or nothing in time, came from the host."""

    def __init__(self, url: str, message: str) -> None:
        self.url = url
        super().__init__(message)


class RefusedAddress(FetchError):
    """The host is, or leads to, an address that is not on the public internet; no connection was opened."""

    reason = "refused-address"

    def __init__(self, url: str, host: str, address: str) -> None:
        self.host, self.address = host, address
        super().__init__(
            url,
            _(
                "{host} has the special address {address}, which the crawler does not visit. "
                "If the site is yours, set TIMBAO_ALLOW_ADDRESSES={address} and try again."
            ).format(host=host, address=address),
        )


class RefusedRedirect(FetchError):
    """The page leads to somewhere that may not be followed."""

    reason = "refused-redirect"

    def __init__(self, url: str, target: str) -> None:
        self.target = target
        super().__init__(
            url,
            _(
                "{url} leads to {target}, which is not part of this newspaper. "
                "If the paper has moved, add the new host to its entry."
            ).format(url=url, target=target),
        )


class TooManyRedirects(FetchError):
    """The page was still leading elsewhere after `limit` redirects."""

    reason = "too-many-redirects"

    def __init__(self, url: str, limit: int) -> None:
        self.limit = limit
        super().__init__(
            url, _("{url} was still redirecting after {limit} redirects.").format(url=url, limit=limit)
        )


class TooLarge(FetchError):
    """The page is larger than `limit` bytes, on the wire or decompressed."""

    reason = "too-large"

    def __init__(self, url: str, limit: int) -> None:
        self.limit = limit
        super().__init__(
            url, _("{url} is larger than {limit} bytes; no article is.").format(url=url, limit=limit)
        )


class TooSlow(FetchError):
    """The page did not arrive within `seconds`."""

    reason = "too-slow"
    transient = True
    silent = True

    def __init__(self, url: str, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(
            url,
            _("{url} did not arrive within {seconds:g} seconds.").format(url=url, seconds=seconds),
        )


class Unreachable(FetchError):
    """No answer: no such host, connection refused or broken, a bad certificate, not HTTP."""

    reason = "unreachable"
    transient = True
    silent = True

    def __init__(self, url: str, detail: str) -> None:
        self.detail = detail
        super().__init__(
            url,
            _("{url} cannot be reached ({detail}).").format(url=url, detail=detail),
        )


class BadContent(FetchError):
    """The answer broke off, or is not what its headers promise."""

    reason = "bad-content"
    transient = True

    def __init__(self, url: str, detail: str) -> None:
        self.detail = detail
        super().__init__(
            url,
            _("The answer of {url} is damaged ({detail}).").format(url=url, detail=detail),
        )


class BadUrl(FetchError):
    """The text is no http(s) URL that a crawler may visit."""

    reason = "bad-url"

    def __init__(self, url: str) -> None:
        super().__init__(
            url, _("{url} is not an http or https URL that can be visited.").format(url=repr(url))
        )


class Interrupted(FetchError):
    """The fetcher was closed while the page was on its way."""

    reason = "interrupted"
    transient = True

    def __init__(self, url: str) -> None:
        super().__init__(url, _("Fetching {url} was interrupted.").format(url=url))
