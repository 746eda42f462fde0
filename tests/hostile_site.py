"""A newspaper on loopback that does to its crawler whatever a site can do.

`HostileNewspaper` serves traps, each with the outcome that an honest crawl reports for it; what they are made of,
servers that write any bytes, serves other tests as well.
"""

from __future__ import annotations

import contextlib
import functools
import gzip
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from crawl.sources.source import Source

Answer = Callable[[socket.socket, str], object]
# With a fixed time: the bytes are part of tests' names, which must be the same in every process.
packed_gzip = functools.partial(gzip.compress, mtime=0)
BOMB = packed_gzip(b"\0" * 50 * 2**20)


class RawServer:
    """Answers requests with whatever bytes a function writes.

    The connection stays open where that returns True. With `speaks_first` no request is waited for.
    """

    def __init__(self, answer: Answer, host: str = "127.0.0.1", *, speaks_first: bool = False) -> None:
        self._answer = answer
        self._speaks_first = speaks_first
        self._socket = socket.create_server((host, 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://{host}:{self.port}/"
        self.requests: list[str] = []
        self.connections = 0
        self._closing = threading.Event()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._socket.close()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(10)
            while self._speaks_first or self._read(connection):
                path = "" if self._speaks_first else self.requests[-1].split(" ")[1]
                if self._answer(connection, path) is not True:
                    return

    def _read(self, connection: socket.socket) -> bool:
        request = b""
        while not request.endswith(b"\r\n\r\n"):
            piece = connection.recv(65536)
            if not piece:
                return False
            request += piece
        self.requests.append(request.decode("latin-1"))
        return True


def answer(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """A whole response; `length` lies about the body's."""
    size = len(body) if length is None else length
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, f"Content-Length: {size}", "", ""]).encode() + body


def serving(*responses: bytes) -> RawServer:
    """A server that sends these bytes and closes."""

    def write(connection: socket.socket, _path: str) -> None:
        for response in responses:
            connection.sendall(response)

    return RawServer(write)


def dripping(start: bytes) -> RawServer:
    """A server that sends one byte every twentieth of a second, for ten seconds."""

    def write(connection: socket.socket, _path: str) -> None:
        connection.sendall(start)
        for _ in range(200):
            connection.sendall(b"a")
            time.sleep(0.05)

    return RawServer(write)


def redirecting(*targets: str) -> RawServer:
    """A server whose `/` leads to the first target, `/0` to the second, and so on."""
    places = {"/": targets[0]} | {f"/{n}": target for n, target in enumerate(targets[1:])}

    def write(connection: socket.socket, path: str) -> None:
        if path in places:
            connection.sendall(answer(b"moved", f"Location: {places[path]}", status="302 Found"))
        else:
            connection.sendall(answer(f"here is {path}".encode()))

    return RawServer(write)


@contextlib.contextmanager
def watching_connects() -> Iterator[list[str]]:
    """The addresses that this process tries to connect to meanwhile."""
    seen: list[str] = []
    watching = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event == "socket.connect":
            seen.append(str(arguments[1]))

    sys.addaudithook(hook)
    try:
        yield seen
    finally:
        watching = False


@contextlib.contextmanager
def watching_sockets() -> Iterator[list[str]]:
    """The sockets that this thread makes meanwhile, connected or not; servers' threads make their own."""
    made: list[str] = []
    watching, ours = True, threading.get_ident()

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event == "socket.__new__" and threading.get_ident() == ours:
            made.append(str(arguments[1:]))

    sys.addaudithook(hook)
    try:
        yield made
    finally:
        watching = False


# The newspaper

SLUGS = 10_000
"""Under how many addresses the newspaper shows one and the same article."""

_PARAGRAPH = "Hội Kỹ sư nông nghiệp tỉnh vừa tổng kết những việc làm thiết thực cho công tác dân vận. " * 3


def article_html(title: str, head: str = "") -> str:
    """An article page."""
    return (
        f'<html><head><title>{title}</title><meta property="og:type" content="article">{head}'
        '<meta property="article:published_time" content="2021-03-15T22:42:00+07:00"></head>'
        f"<body><article><h1>{title}</h1>{f'<p>{_PARAGRAPH}</p>' * 4}</article></body></html>"
    )


def list_html(targets: list[str], head: str = "") -> str:
    """A page of links."""
    links = "".join(f'<a href="{target}">x</a>' for target in targets)
    return f"<html><head>{head}</head><body>{links}</body></html>"


@dataclass(frozen=True, slots=True)
class Trap:
    """What lies under a path, and the key of the outcome that the report must have for it."""

    path: str
    outcome: str
    answer: Answer


def fixed(response: bytes) -> Answer:
    """The same bytes for everybody."""

    def write(connection: socket.socket, _path: str) -> None:
        connection.sendall(response)

    return write


def html(page: str, *headers: str, status: str = "200 OK") -> Answer:
    """A page with the charset that it has."""
    return fixed(answer(page.encode(), "Content-Type: text/html; charset=utf-8", *headers, status=status))


def moved(target: str) -> Answer:
    """A redirect."""
    return fixed(answer(b"", f"Location: {target}", status="302 Found"))


def drip(start: bytes) -> Answer:
    """One byte every twentieth of a second."""

    def write(connection: socket.socket, _path: str) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(b"a")
            time.sleep(0.05)

    return write


def endless(start: bytes) -> Answer:
    """Bytes without end, as fast as they are taken."""

    def write(connection: socket.socket, _path: str) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(b"# tin\n" * 2**13)

    return write


_OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


class HostileNewspaper:
    """A newspaper on hosts of 127.0.0.1 whose pages are traps; a canary at 127.0.0.2 that nobody may visit.

    `source` lists all its hosts, the canary's and the forbidden ones too, as if it had been set up by somebody
    careless; but `many`, which could keep a crawl busy for ever, is led to by none. `resolve` answers for its
    names as a hostile name server would.
    """

    def __init__(self) -> None:
        self._servers = contextlib.ExitStack()
        self._lock = threading.Lock()
        self._looked_up: Counter[str] = Counter()
        self._busy_told = False
        self.canary = RawServer(fixed(answer(b"tweet")), "127.0.0.2")
        self.main = RawServer(lambda connection, path: _pick(self._main_pages, connection, path))
        self.heavy = RawServer(functools.partial(_pick, _heavy_pages()))
        self.endless = RawServer(functools.partial(_pick, _endless_pages()))
        self.many = RawServer(functools.partial(_pick, _many_pages()))
        self.changing = f"doi-ten.example:{self.main.port}"
        self.forbidden = (
            *("169.254.169.254", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "0.0.0.0"),
            *("[::1]", "[fe80::1]", "[fd00::1]", "[64:ff9b::7f00:1]", "metadata.example", "mixed.example"),
        )
        self.traps = tuple(self._traps())
        self._main_pages = {trap.path: trap.answer for trap in self.traps} | self._lists()

    @property
    def servers(self) -> tuple[RawServer, ...]:
        """All that may be asked."""
        return (self.main, self.heavy, self.endless, self.many)

    def __enter__(self) -> Self:
        for server in (*self.servers, self.canary):
            self._servers.enter_context(server)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._servers.close()

    @property
    def source(self) -> Source:
        """The newspaper as a source that begins at every list it has."""
        canary = f"127.0.0.2:{self.canary.port}", f"[::ffff:7f00:2]:{self.canary.port}"
        return Source(
            name="doc-dia",
            title="Báo Độc Địa",
            hosts=(*(self.host(server) for server in self.servers), *canary, self.changing, *self.forbidden),
            scheme="http",
            sections=("/", self.heavy.url, self.endless.url),
            sitemaps=("/so-do-bom.xml.gz", "/so-do-thuc-the.xml", "/so-do-html.xml"),
            feeds=("/rss-sau.xml", "/rss-hong.xml"),
            delay=0.0,
        )

    @staticmethod
    def host(server: RawServer) -> str:
        """The server's host and port."""
        return f"127.0.0.1:{server.port}"

    def resolve(self, name: str) -> list[str]:
        """The addresses of a name: one that changes between two look-ups, one that is not public, and a mixture."""
        with self._lock:
            self._looked_up[name] += 1
            if name == "doi-ten.example":
                return ["127.0.0.1"] if self._looked_up[name] == 1 else ["127.0.0.2"]
        return {"metadata.example": ["169.254.169.254"], "mixed.example": ["127.0.0.1", "10.0.0.1"]}.get(
            name, [name]
        )

    def canary_addresses(self) -> Iterator[str]:
        """The canary in every notation that some library takes for 127.0.0.2, and with a name to hide behind."""
        hosts = [
            *("127.0.0.2", "127.0.0.2.", "127.2", "2130706434", "0x7f000002", "0177.0.0.2", "0x7f.2"),
            *("017700000002", "127.0.2", "[::ffff:127.0.0.2]", "[::ffff:7f00:2]", "%31%32%37.0.0.2"),
            *("１２７.0.0.2", "127。0。0。2", "127.0.0.1@127.0.0.2", f"127.0.0.1:{self.main.port}@127.0.0.2"),
        ]
        for host in hosts:
            yield f"http://{host}:{self.canary.port}/"
        yield f"//127.0.0.2:{self.canary.port}/"
        yield f"http:\\\\127.0.0.2:{self.canary.port}\\"

    def _traps(self) -> Iterator[Trap]:
        page = article_html("Bài trong bẫy").encode()
        yield Trap("/that-10002.html", "new", html(article_html("Một bài báo thật")))
        yield Trap("/vo-tan-10004.html", "too-large", endless(_OK + b"\r\n"))
        yield Trap("/bom-10005.html", "too-large", fixed(answer(BOMB, "Content-Encoding: gzip")))
        double = answer(packed_gzip(BOMB), "Content-Encoding: gzip, gzip")
        yield Trap("/bom-kep-10006.html", "too-large", fixed(double))
        half = answer(packed_gzip(page)[:-9], "Content-Encoding: gzip", "Content-Type: text/html")
        yield Trap("/gzip-cut-10007.html", "bad-content", fixed(half))
        yield Trap("/brotli-10008.html", "bad-content", fixed(answer(page, "Content-Encoding: br")))
        yield Trap("/vong-10009.html", "too-many-redirects", moved("/vong-10009.html"))
        yield Trap("/dai-qua-10010.html", "bad-content", fixed(answer(page, length=len(page) + 5)))
        yield Trap(
            "/ngan-qua-10011.html", "no-text", fixed(answer(page, "Content-Type: text/html", length=150))
        )
        lying = answer(page, "Content-Type: text/html; charset=unicode_escape")
        yield Trap("/sai-ma-10012.html", "new", fixed(lying))
        yield Trap("/loi-10013.html", "http-500", fixed(answer(b"", status="500 Oops")))
        yield Trap("/ban-10014.html", "new", self._busy_once)
        yield Trap("/nhieu-dau-10015.html", "unreachable", fixed(_OK + b"A: b\r\n" * 5000 + b"\r\n"))
        cookie = html(article_html("Bài có bánh quy"), "Set-Cookie: phien=1; Path=/")
        yield Trap("/banh-quy-10016.html", "new", cookie)
        yield Trap("/tap-tin-10017.html", "refused-redirect", moved("file:///etc/passwd"))
        yield Trap("/script-10018.html", "refused-redirect", moved("javascript:alert(1)"))
        for number, address in enumerate(self.canary_addresses(), 10_100):
            yield Trap(f"/canary-{number}.html", "refused-redirect", moved(address))

    def _busy_once(self, connection: socket.socket, _path: str) -> None:
        busy, self._busy_told = not self._busy_told, True
        respond = (
            fixed(answer(b"", "Retry-After: 1", status="429 Too Many Requests"))
            if busy
            else html(article_html("Bài sau khi chờ"))
        )
        respond(connection, "")

    def _lists(self) -> dict[str, Answer]:
        """The pages that lead to the traps, and the bombs among them."""
        broken = b"<rss><channel><item><link>javascript:alert(1)</link>\xff</item>"
        return {
            "/": html(self._front()),
            "/robots.txt": html("<!DOCTYPE html><html><body>Disallow: /\nkhông tìm thấy</body></html>"),
            "/so-do-bom.xml.gz": fixed(answer(packed_gzip(b"<urlset>" + b" " * 60 * 2**20))),
            "/so-do-thuc-the.xml": fixed(answer(_billion_laughs())),
            "/so-do-html.xml": html("<html><body>404</body></html>"),
            "/rss-sau.xml": fixed(answer(b"<rss>" + b"<channel>" * 200_000)),
            "/rss-hong.xml": fixed(answer(broken)),
            "/doi-ten-10000.html": html(article_html("Bài ở máy khác")),
        }

    def _front(self) -> str:
        refresh = (
            f'<meta http-equiv="refresh" content="0;url=http://127.0.0.2:{self.canary.port}/x-10000.html">'
        )
        strange = [
            "javascript:alert(1)",
            "data:text/html,x",
            "mailto:a@b.vn",
            "http://[",
            "http://a:b@127.0.0.2/",
        ]
        inside = [f"http://{host}/latest/meta-data-10000.html" for host in self.forbidden]
        return list_html(
            [
                *(trap.path for trap in self.traps),
                *strange,
                *inside,
                *self.canary_addresses(),
                f"http://{self.changing}/doi-ten-10000.html",
            ],
            refresh,
        )


NOT_FOUND = fixed(answer(b"", status="404 Not Found"))


def _pick(pages: dict[str, Answer], connection: socket.socket, path: str) -> object:
    return pages.get(path, NOT_FOUND)(connection, path)


def _heavy_pages() -> dict[str, Answer]:
    """A host whose robots.txt has five megabytes, the rule that counts before them, and whose headers drip."""
    return {
        "/robots.txt": fixed(answer(b"User-agent: *\nDisallow: /kin/\n" + b"# tin\n" * 900_000)),
        "/": html(list_html(["/kin/bai-10000.html", "/mo/bai-10001.html", "/mo/cham-10002.html"])),
        "/mo/bai-10001.html": html(article_html("Bài được phép")),
        "/mo/cham-10002.html": drip(b"HTTP/1.1 200 OK\r\nX-Drip: "),
    }


def _endless_pages() -> dict[str, Answer]:
    """A host whose robots.txt never ends, and whose bodies drip."""
    return {
        "/robots.txt": endless(_OK + b"\r\nUser-agent: *\nDisallow: /kin/\n"),
        "/": html(list_html(["/kin/bai-10000.html", "/mo/bai-10001.html", "/mo/cham-10002.html"])),
        "/mo/bai-10001.html": html(article_html("Bài được phép ở đây nữa")),
        "/mo/cham-10002.html": drip(_OK + b"Content-Length: 9999\r\n\r\n"),
    }


def _many_pages() -> dict[str, Answer]:
    """A host that has one article, under ten thousand addresses that name the right one."""
    paths = [f"/ten-thu-{number}-cua-mot-bai-10000.html" for number in range(SLUGS)]
    canonical = '<link rel="canonical" href="/mot-bai-10000.html">'
    article = html(article_html("Một bài nhiều tên", canonical))
    return dict.fromkeys((*paths, "/mot-bai-10000.html"), article) | {"/": html(list_html(paths))}


def _billion_laughs() -> bytes:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    return (
        f'<!DOCTYPE x [<!ENTITY a0 "tin">{entities}]><urlset><url><loc>http://127.0.0.1/&a11;</loc></url></urlset>'
    ).encode()
