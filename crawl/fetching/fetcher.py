"""One polite, guarded GET → Page.

A newspaper's site may be slow, broken or taken over, so nothing it sends is trusted: addresses are checked
before a connection is opened, redirects are followed by hand, and time and size have hard limits.

Of requests the adapter alone is used: it prepares, pools and verifies, and takes connections of our own making. A
Session would add what must not be: it reads the environment's proxies and passwords, keeps cookies, and takes in the
whole decompressed body of a redirect, even one that it is told not to follow, before its limit could be seen.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import Self

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, ReadTimeoutError
from urllib3.response import HTTPResponse

from crawl.article import Page, utc_now
from crawl.fetching.addresses import Network, SpecialAddress
from crawl.fetching.errors import (
    BadContent,
    BadUrl,
    FetchError,
    Interrupted,
    RefusedAddress,
    RefusedRedirect,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    Unreachable,
)
from crawl.fetching.guard import Guard, Guards
from crawl.fetching.inflate import MAX_PAGE, PIECE, Damaged, Overflow, beginning, inflated, limited
from crawl.urls import absolute

MAX_REDIRECTS = 10
_CONNECTIONS = 2  # that are kept open to one host
_MAX_CODINGS = 2
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ACCEPT = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "vi,en;q=0.5",
    "Accept-Encoding": "gzip, deflate",
}


def user_agent(contact: str | None) -> str:
    """The crawler's name for itself; `contact` is a URL or mail address at which its owner can be reached."""
    try:
        number = version("timbao")
    except PackageNotFoundError:
        number = "0"
    return f"timbao/{number} (+{contact})" if contact else f"timbao/{number} (newspaper archive)"


class Fetcher:
    """Makes GETs, from any number of threads; connections are kept open, nothing else is kept between pages.

    `allow` lists special address ranges that may be visited all the same (see `crawl.fetching.addresses`).
    `deadline` bounds a page with all its redirects, `patience` each wait for the server; both in seconds.
    `max_bytes` bounds a page on the wire and decompressed.
    """

    def __init__(
        self,
        user_agent: str,
        allow: tuple[Network, ...] = (),
        *,
        deadline: float = 60.0,
        patience: float = 20.0,
        max_bytes: int = MAX_PAGE,
    ) -> None:
        self._headers = {"User-Agent": user_agent, **_ACCEPT}
        self._deadline, self._patience, self._max_bytes = deadline, patience, max_bytes
        self._guards = Guards(allow, deadline, patience)
        self._adapter = _Adapter(pool_connections=64, pool_maxsize=_CONNECTIONS)

    def get(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        permit: Callable[[str], bool] = lambda _target: True,
        first: int | None = None,
    ) -> Page:
        """The page at `url`, whatever its status; redirects are followed to where `permit` agrees.

        `etag` and `last_modified` make the request conditional: the answer may then be 304 with no body.
        With `first` no more of the body than its first bytes is read, and a longer one is no error.
        Raises the FetchErrors.
        """
        headers = dict(self._headers)
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        with self._guarding(url) as guard:
            return self._follow(url, headers, permit, guard, first)

    def interrupt(self) -> None:
        """Cut what is in flight; those who wait for it get Interrupted."""
        self._guards.interrupt()

    def close(self) -> None:
        """Cut what is in flight and let go of the open connections."""
        self._guards.close()
        self._adapter.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextlib.contextmanager
    def _guarding(self, url: str) -> Iterator[Guard]:
        """One page's guard, and every way to fail told as a FetchError."""
        with self._guards.guarding() as guard:
            token = _guard.set(guard)
            try:
                yield guard
            except FetchError:
                raise
            except Exception as error:
                raise self._failure(url, error, guard) from error
            finally:
                _guard.reset(token)

    def _failure(self, url: str, error: Exception, guard: Guard) -> FetchError:
        if guard.interrupted:
            return Interrupted(url)
        if guard.was_cut:
            return TooSlow(url, self._deadline)
        match error:
            case SpecialAddress():
                return RefusedAddress(url, error.host, error.address)
            case Overflow():
                return TooLarge(url, self._max_bytes)
            case requests.Timeout() | ReadTimeoutError() | TimeoutError():
                return TooSlow(url, self._patience)
            case Damaged():
                return BadContent(url, str(error))
            case _Truncated():
                return BadContent(url, "the answer ends too early")
            case requests.RequestException() | HTTPError() | OSError() | http.client.HTTPException():
                return Unreachable(url, _cause(error))
            case _:
                # Whatever a hostile answer makes the libraries stumble over is that page's fault alone.
                return BadContent(url, f"{type(error).__name__}: {error}"[:200])

    def _follow(
        self,
        url: str,
        headers: dict[str, str],
        permit: Callable[[str], bool],
        guard: Guard,
        first: int | None,
    ) -> Page:
        target = absolute(url)
        if target is None:
            raise BadUrl(url)
        for _hop in range(MAX_REDIRECTS + 1):
            response = self._request(target, headers, guard)
            with contextlib.closing(response):
                location = response.headers.get("Location")
                if response.status not in _REDIRECTS or not location:
                    return self._page(url, target, response, guard, first)
            following = absolute(_utf8(location), target)
            if following is None or not permit(following):
                raise RefusedRedirect(url, following or location)
            target = following
        raise TooManyRedirects(url, MAX_REDIRECTS)

    def _request(self, target: str, headers: dict[str, str], guard: Guard) -> HTTPResponse:
        prepared = requests.Request("GET", target, headers=headers).prepare()
        raw = self._answer(prepared, guard).raw
        assert isinstance(raw, HTTPResponse)
        if not guard.watches:
            raise _Unguarded
        return raw

    def _answer(self, prepared: requests.PreparedRequest, guard: Guard) -> requests.Response:
        """The answer, its body unread. A kept connection may have been closed by the server just now.

        A GET that got no answer over one may be sent again (RFC 9112 section 9.3.1); over a new one it has failed.
        """
        for _kept in range(_CONNECTIONS):
            guard.watch(None)
            guard.is_new = False
            try:
                return self._adapter.send(prepared, stream=True, timeout=(self._patience, self._patience))
            except requests.Timeout:
                raise
            except requests.ConnectionError:
                if guard.is_new or guard.was_cut:
                    raise
        return self._adapter.send(prepared, stream=True, timeout=(self._patience, self._patience))

    def _page(
        self, url: str, final_url: str, response: HTTPResponse, guard: Guard, first: int | None
    ) -> Page:
        codings = [coding for coding in response.headers.get("Content-Encoding", "").split(",") if coding]
        if len(codings) > _MAX_CODINGS:
            raise Damaged("compressed too many times over")
        pieces = limited(_wire(response, guard), self._max_bytes)
        if response.status not in (204, 304):
            for coding in reversed(codings):
                pieces = limited(inflated(pieces, coding), self._max_bytes)
        body = b"".join(pieces if first is None else beginning(pieces, first))
        fields = tuple((name, _utf8(value)) for name, value in response.headers.items())
        return Page(url, final_url, response.status, fields, body, utc_now())


class _Unguarded(Exception):
    """A connection was made past the check of addresses: the libraries beneath work otherwise than they did."""


class _Truncated(Exception):
    """The connection ended before the body did."""


def _wire(response: HTTPResponse, guard: Guard) -> Iterator[bytes]:
    try:
        while piece := response.read1(PIECE, decode_content=False):
            yield piece
    except (http.client.IncompleteRead, ReadTimeoutError, HTTPError) as error:
        if isinstance(error, ReadTimeoutError):
            raise
        raise _Truncated from error
    if guard.was_cut:
        raise _Truncated  # A cut connection looks like one that ended by itself.


def _utf8(value: str) -> str:
    """A header's text: http.client reads Latin-1 where servers mean UTF-8."""
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


def _cause(error: BaseException) -> str:
    """The innermost reason, without the wrappings of three libraries."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return str(error)[:200] or type(error).__name__


_guard: ContextVar[Guard] = ContextVar("guard")


class _Connection(HTTPConnection):
    """Connects to checked addresses only, under the current guard; name and SNI stay the URL's."""

    _is_checked = False

    def _new_conn(self) -> socket.socket:
        connection = _guard.get().connect(self.host, self.port or self.default_port)
        self._is_checked = True
        return connection

    def connect(self) -> None:
        super().connect()
        # `_new_conn` is urllib3's own affair: a release that calls something else must not be trusted with a request.
        if not self._is_checked:
            self.close()
            raise _Unguarded

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as in urllib3 itself
        _guard.get().watch(self.sock)
        return super().getresponse()


class _SecureConnection(_Connection, HTTPSConnection):
    """The same with TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Adapter(HTTPAdapter):
    """requests' adapter over the guarded connections."""

    def __init__(self, *, pool_connections: int, pool_maxsize: int) -> None:
        super().__init__(pool_connections=pool_connections, pool_maxsize=pool_maxsize)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
