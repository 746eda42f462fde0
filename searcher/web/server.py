"""The server: a socket that listens, and threads that answer."""

from __future__ import annotations

import socket
from collections.abc import Callable

from flask import Flask

from crawl.messages import TimbaoError
from crawl.messages import gettext as _

_LAST_PORT = 65_535


class CannotServe(TimbaoError):
    """The address cannot be listened on: `host` and `port` name it, `reason` is the system's."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        self.host, self.port, self.reason = host, port, reason
        super().__init__(
            _("Cannot listen on {host} port {port} ({reason}). Choose another with --port or --host.").format(
                host=host, port=port, reason=reason
            )
        )


def serve(app: Flask, host: str, port: int, announce: Callable[[str], None] | None = None) -> None:
    """Answer requests until interrupted. `announce` is told the URL; port 0 takes a free one.

    Raises CannotServe.
    """
    from waitress import create_server

    listening = _listen(host, port)
    # Without an ident there is no Server header.
    server = create_server(app, sockets=[listening], ident=None)
    try:
        if announce:
            shown = f"[{host}]" if ":" in host else host
            announce(f"http://{shown}:{listening.getsockname()[1]}/")
        server.run()
    finally:
        server.close()


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= _LAST_PORT:
        raise CannotServe(host, port, _("ports end at {last}").format(last=_LAST_PORT))
    try:
        family, *_rest, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address, family=family)
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise CannotServe(host, port, reason) from error
