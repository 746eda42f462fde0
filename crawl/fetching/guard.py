"""The limits of a page on its way: which addresses it may come from, and how long that may take."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

from crawl.fetching.addresses import Endpoint, Network, endpoints


class Guard:
    """The limits of one page, as its connections meet them.

    Socket timeouts start anew with every byte; only a clock beside the connection ends a server that drips.
    """

    def __init__(self, allow: tuple[Network, ...], deadline: float, patience: float) -> None:
        self.was_cut = self.interrupted = False
        self.is_new = False  # whether the connection in use was made for this request
        self.ends = time.monotonic() + deadline
        self._allow, self._patience = allow, patience
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()

    def cut(self) -> None:
        """End the connection under the reader; what is opened later is ended at once."""
        with self._lock:
            self.was_cut = True
            _shut_down(self._socket)

    def watch(self, connection: socket.socket | None) -> None:
        """Hold the deadline over this connection from now on."""
        with self._lock:
            self._socket = connection
            if self.was_cut:
                _shut_down(connection)

    @property
    def watches(self) -> bool:
        """Whether the deadline is over a connection."""
        return self._socket is not None

    def connect(self, host: str, port: int) -> socket.socket:
        """A connection to a checked address of `host`, never asking for its addresses a second time."""
        self.is_new = True
        failure: OSError = OSError(f"{host} has no address")
        for endpoint in endpoints(host, port, self._allow):
            try:
                return self._open(endpoint)
            except OSError as error:
                failure = error
        raise failure

    def _open(self, endpoint: Endpoint) -> socket.socket:
        remaining = self.ends - time.monotonic()
        if remaining <= 0 or self.was_cut:
            self.was_cut = True  # the clock may be a moment late
            raise TimeoutError
        connection = socket.socket(endpoint.family, socket.SOCK_STREAM)
        try:
            connection.settimeout(min(self._patience, remaining))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.connect((endpoint.address, endpoint.port))
        except BaseException:
            connection.close()
            raise
        return connection


def _shut_down(connection: socket.socket | None) -> None:
    if connection is not None:
        with contextlib.suppress(OSError):
            # Not SSLSocket's own method, which would take the TLS state away from a thread that reads.
            socket.socket.shutdown(connection, socket.SHUT_RDWR)


class Guards:
    """The guards of all pages that are on their way, each with the same limits, and the one clock that cuts them.

    `deadline` bounds a page, `patience` each wait for the server; both in seconds.
    """

    def __init__(self, allow: tuple[Network, ...], deadline: float, patience: float) -> None:
        self._allow, self._deadline, self._patience = allow, deadline, patience
        self._guards: dict[Guard, None] = {}  # in the order in which their time is up
        self._lock = threading.Lock()
        self._clock: threading.Thread | None = None
        self._closed = threading.Event()

    @contextlib.contextmanager
    def guarding(self) -> Iterator[Guard]:
        """The guard of a page that comes while the block runs."""
        with self._lock:
            if self._clock is None:
                clock = threading.Thread(target=self._watch, name="deadlines", daemon=True)
                clock.start()  # where there is no room for a thread, no page comes without a clock
                self._clock = clock
            guard = Guard(self._allow, self._deadline, self._patience)
            self._guards[guard] = None
        try:
            yield guard
        finally:
            guard.watch(None)
            with self._lock:
                self._guards.pop(guard, None)

    def interrupt(self) -> None:
        """Cut everything that is on its way."""
        with self._lock:
            for guard in self._guards:
                guard.interrupted = True
                guard.cut()

    def close(self) -> None:
        """Cut everything, and stop the clock."""
        self.interrupt()
        self._closed.set()

    def _watch(self) -> None:
        while not self._closed.wait(self._cut_late()):
            pass

    def _cut_late(self) -> float:
        """Cut those whose time is up; the seconds until that of another may be."""
        with self._lock:
            while guard := next(iter(self._guards), None):
                remaining = guard.ends - time.monotonic()
                if remaining > 0:
                    return remaining
                del self._guards[guard]
                guard.cut()
            return self._deadline  # what begins later ends later
