"""How long a connection may take to come about."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from crawl.fetching.addresses import allowed_networks
from crawl.fetching.guard import Guard

LOCAL = allowed_networks("127.0.0.1/32")


@pytest.fixture
def port() -> Iterator[int]:
    """Where nobody accepts: the queue of a listener is full, so that the next connection is not even refused."""
    waiting: list[socket.socket] = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        for _place in range(4):
            connection = socket.socket()
            connection.setblocking(False)
            connection.connect_ex(("127.0.0.1", port))
            waiting.append(connection)
        yield port
        for connection in waiting:
            connection.close()


@pytest.mark.parametrize(("deadline", "patience"), [(30.0, 0.2), (0.2, 30.0)], ids=["patience", "deadline"])
def test_a_host_that_does_not_accept_is_left(port: int, deadline: float, patience: float) -> None:
    """Connecting takes no longer than the patience with a silent server, nor than what is left for the page."""
    guard = Guard(LOCAL, deadline, patience)
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        guard.connect("127.0.0.1", port)
    assert 0.1 < time.monotonic() - began < 5


def test_after_the_deadline_nothing_is_opened(port: int) -> None:
    """A page whose time is up opens no other connection, and is known for one that took too long."""
    guard = Guard(LOCAL, 0.0, 30.0)
    with pytest.raises(TimeoutError):
        guard.connect("127.0.0.1", port)
    assert guard.was_cut


def test_what_is_watched_after_the_cut_is_ended() -> None:
    """A connection that is in use only after the time was up is ended at once."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        guard = Guard(LOCAL, 30.0, 30.0)
        guard.cut()
        guard.watch(ours)
        theirs.settimeout(5)
        assert theirs.recv(1) == b""
