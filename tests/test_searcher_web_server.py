"""The socket that the site listens on."""

from __future__ import annotations

import socket

import pytest

from searcher.web.app import create_app
from searcher.web.server import serve
from tests.oracle_engine import OracleEngine


class Announced(Exception):
    """The URL that was announced."""


def announced(host: str) -> str:
    """What a server that listens there, on a free port, announces; it answers nobody."""

    def stop(url: str) -> None:
        raise Announced(url)

    with pytest.raises(Announced) as told:
        serve(create_app(OracleEngine()), host, 0, stop)
    return str(told.value)


def test_the_url_can_be_followed() -> None:
    """The port is the one that was taken; an address with colons stands in brackets (RFC 3986 section 3.2.2)."""
    start, _colon, port = announced("127.0.0.1").rpartition(":")
    assert start == "http://127.0.0.1"
    assert 0 < int(port.removesuffix("/")) < 65_536
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    assert announced("::1").startswith("http://[::1]:")


def test_the_port_is_free_again_afterwards() -> None:
    """However it ends, a server gives its port back."""
    port = int(announced("127.0.0.1").rpartition(":")[2].removesuffix("/"))
    socket.create_server(("127.0.0.1", port)).close()
