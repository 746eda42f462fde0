"""One polite, guarded GET, against servers that are neither."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
import time
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

from crawl.fetching.addresses import BadNetwork, allowed_networks, endpoints, is_ordinary
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
from crawl.fetching.fetcher import MAX_REDIRECTS, Fetcher, user_agent
from crawl.fetching.inflate import Damaged, Overflow, beginning, inflated, limited
from tests.hostile_site import (
    BOMB,
    RawServer,
    answer,
    dripping,
    packed_gzip,
    redirecting,
    serving,
    watching_connects,
    watching_sockets,
)

LOCAL = allowed_networks("127.0.0.1/32")
AGENT = user_agent("https://example.org/contact")


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    """A fetcher that may visit 127.0.0.1 and is quick to lose patience."""
    with Fetcher(AGENT, LOCAL, deadline=0.6, patience=0.4, max_bytes=2**20) as ours:
        yield ours


@pytest.fixture
def connects() -> Iterator[list[str]]:
    """The addresses that a connection was tried to while the test ran."""
    with watching_connects() as seen:
        yield seen


# What is asked, what comes back


def test_a_page(fetcher: Fetcher) -> None:
    """A page has its URL, status, headers and bytes; the request says who asks and what for."""
    with serving(answer("chào".encode(), "Content-Type: text/html", 'ETag: "7"')) as server:
        page = fetcher.get(
            server.url + "bài?a=1#x", etag='"6"', last_modified="Mon, 15 Mar 2021 00:00:00 GMT"
        )
    assert page.body.decode() == "chào"
    assert page.status == 200
    assert page.url == server.url + "bài?a=1#x"
    assert page.final_url == server.url + "b%C3%A0i?a=1"
    assert page.header("etag") == '"7"'
    assert page.fetched.tzinfo is not None
    request = server.requests[0]
    assert request.startswith("GET /b%C3%A0i?a=1 HTTP/1.1\r\n")
    for line in (
        f"User-Agent: {AGENT}",
        'If-None-Match: "6"',
        "If-Modified-Since: Mon, 15 Mar 2021 00:00:00 GMT",
        "Accept-Language: vi,en;q=0.5",
        f"Host: 127.0.0.1:{server.port}",
    ):
        assert f"\r\n{line}\r\n" in request
    assert AGENT.startswith("timbao/")
    assert "(+https://example.org/contact)" in AGENT


@pytest.mark.parametrize("status", ["304 Not Modified", "404 Not Found", "429 Too Many Requests", "503 Busy"])
def test_every_status_is_an_answer(fetcher: Fetcher, status: str) -> None:
    """What a status means is the caller's business; its headers come along."""
    response = f"HTTP/1.1 {status}\r\nRetry-After: 7\r\nConnection: close\r\n\r\n".encode()
    with serving(response) as server:
        page = fetcher.get(server.url)
    assert page.status == int(status[:3])
    assert page.header("Retry-After") == "7"


def test_no_cookie_is_kept_and_no_proxy_or_password_taken_from_outside(
    fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    """Two pages have nothing to do with each other, and the environment has no say."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.9:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.9:9")
    netrc = f"{tmp_path}/netrc"
    with open(netrc, "w", encoding="ascii") as file:  # noqa: PTH123
        file.write("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", netrc)
    with serving(answer(b"x", "Set-Cookie: a=1; Path=/")) as server:
        fetcher.get(server.url)
        fetcher.get(server.url)
    assert len(server.requests) == 2
    for request in server.requests:
        assert "cookie" not in request.lower()
        assert "authorization" not in request.lower()


def test_a_connection_is_used_again(fetcher: Fetcher) -> None:
    """Pages of one host share a connection where the server lets them: handshakes cost a weak server most."""

    def keep(connection: socket.socket, path: str) -> bool:
        connection.sendall(answer(path.encode()))
        return True

    with RawServer(keep) as server:
        assert [fetcher.get(server.url + str(n)).body for n in range(3)] == [b"/0", b"/1", b"/2"]
    assert server.connections == 1


def test_a_kept_connection_that_was_closed_is_no_failure(fetcher: Fetcher) -> None:
    """Servers close idle connections, often just when the next request is on its way: it is sent again, once."""
    served: set[socket.socket] = set()

    def one_each(connection: socket.socket, path: str) -> bool:
        if connection in served or path == "/never":
            return False
        served.add(connection)
        connection.sendall(answer(path.encode()))
        return True

    with RawServer(one_each) as server:
        assert [fetcher.get(server.url + str(n)).body for n in range(3)] == [b"/0", b"/1", b"/2"]
        asked = len(server.requests)
        with pytest.raises(Unreachable):
            fetcher.get(server.url + "never")
    assert asked == 5
    assert len(server.requests) == asked + 2


# Compression


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", packed_gzip(b"tin" * 1000)),
        ("x-gzip", packed_gzip(b"tin" * 400) + packed_gzip(b"tin" * 600)),
        ("deflate", zlib.compress(b"tin" * 1000)),
        ("deflate", zlib.compress(b"tin" * 1000)[2:-4]),
        ("identity", b"tin" * 1000),
        ("gzip, gzip", packed_gzip(packed_gzip(b"tin" * 1000))),
    ],
)
def test_content_codings_are_undone(fetcher: Fetcher, coding: str, packed: bytes) -> None:
    """The body is what the paper wrote, however it was packed for the way."""
    with serving(answer(packed, f"Content-Encoding: {coding}")) as server:
        assert fetcher.get(server.url).body == b"tin" * 1000


@pytest.mark.parametrize(("coding", "packed"), [("gzip", BOMB), ("gzip, gzip", packed_gzip(BOMB))])
def test_a_compression_bomb_is_defused(fetcher: Fetcher, coding: str, packed: bytes) -> None:
    """A small answer that unpacks beyond the limit is refused before it has been unpacked."""
    with serving(answer(packed, f"Content-Encoding: {coding}")) as server, pytest.raises(TooLarge) as caught:
        fetcher.get(server.url)
    assert caught.value.limit == 2**20


def test_an_answer_without_a_body_is_not_unpacked(fetcher: Fetcher) -> None:
    """What an answer that says only that nothing changed tells of a coding is of the body that did not come."""
    response = b"HTTP/1.1 304 Not Modified\r\nContent-Encoding: br\r\nConnection: close\r\n\r\n"
    with serving(response) as server:
        page = fetcher.get(server.url)
    assert (page.status, page.body) == (304, b"")


@pytest.mark.parametrize("coding", ["gzip, gzip, gzip", "br", "nonsense", "gzip"])
def test_what_cannot_be_unpacked_is_bad_content(fetcher: Fetcher, coding: str) -> None:
    """An unknown coding, too many of them, or one that is not true is an error, never a wrong text."""
    with serving(answer(b"text", f"Content-Encoding: {coding}")) as server, pytest.raises(BadContent):
        fetcher.get(server.url)


@given(st.binary(max_size=3000), st.sampled_from(["gzip", "deflate", "raw"]), st.integers(1, 50))
def test_every_cut_of_a_compressed_body_is_noticed(content: bytes, coding: str, size: int) -> None:
    """Whole, it comes back piece by piece whatever the pieces; cut short anywhere, it is an error."""
    packed = packed_gzip(content) if coding == "gzip" else zlib.compress(content)
    packed = packed[2:-4] if coding == "raw" else packed
    name = "gzip" if coding == "gzip" else "deflate"
    pieces = [packed[at : at + size] for at in range(0, len(packed), size)]
    assert b"".join(inflated(pieces, name)) == content
    if coding == "raw":
        return  # Two bytes of a bare stream may look like the other format's beginning.
    for end in {1, len(packed) // 2, len(packed) - 1}:
        with pytest.raises(Damaged):
            list(inflated([packed[:end]], name))


def test_the_limit_is_exact() -> None:
    """As many bytes as the limit are fine, one more is not."""
    assert list(limited([b"ab", b"c"], 3)) == [b"ab", b"c"]
    with pytest.raises(Overflow):
        list(limited([b"ab", b"cd"], 3))


@given(st.lists(st.binary(max_size=9)), st.integers(0, 40))
def test_a_beginning_is_read_no_further(pieces: list[bytes], length: int) -> None:
    """It is as long as was asked for, or all there is, and no piece is taken that it does not need."""
    taken: list[bytes] = []

    def coming() -> Iterator[bytes]:
        for piece in pieces:
            taken.append(piece)
            yield piece

    assert b"".join(beginning(coming(), length)) == b"".join(pieces)[:length]
    assert sum(map(len, taken[:-1])) <= length


# Answers that break off, never end, or make no sense


def test_a_missing_end_is_noticed(fetcher: Fetcher) -> None:
    """Fewer bytes than Content-Length, a chunk cut short, half a gzip file: none is a page."""
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc"
    no_last_chunk = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
    half = packed_gzip(b"tin tuc " * 100)[:-9]
    packed = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + half
    for response in (answer(b"abc", length=10), chunked, no_last_chunk, packed):
        with serving(response) as server, pytest.raises(BadContent):
            fetcher.get(server.url)


def test_a_body_without_a_length_ends_with_its_connection(fetcher: Fetcher) -> None:
    """Old servers just close; chunked ones say when they are done."""
    with serving(b"HTTP/1.0 200 OK\r\n\r\nxin ch", b"ao") as server:
        assert fetcher.get(server.url).body == b"xin chao"
    with serving(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nxin\r\n0\r\n\r\n") as server:
        assert fetcher.get(server.url).body == b"xin"


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX-Drip: ",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Con",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: /",
    ],
    ids=["status line", "header", "interim", "body", "endless body", "chunk size", "redirect"],
)
def test_a_drip_is_cut_at_the_deadline(fetcher: Fetcher, start: bytes) -> None:
    """One byte at a time keeps every read alive; the deadline of the whole page ends it."""
    with dripping(start) as server, pytest.raises(TooSlow) as caught:
        fetcher.get(server.url)
    assert caught.value.seconds == 0.6


def test_a_chain_of_slow_redirects_shares_one_deadline(fetcher: Fetcher) -> None:
    """The deadline is the page's, not the hop's."""

    def write(connection: socket.socket, path: str) -> None:
        time.sleep(0.3)
        connection.sendall(answer(b"", f"Location: {path}x", status="302 Found"))

    with RawServer(write) as server, pytest.raises(TooSlow):
        fetcher.get(server.url)


def test_silence_is_too_slow(fetcher: Fetcher) -> None:
    """A server that says nothing at all is given up."""
    with RawServer(lambda _connection, _path: time.sleep(3)) as server, pytest.raises(TooSlow):
        fetcher.get(server.url)


def test_an_endless_body_is_too_large(fetcher: Fetcher) -> None:
    """A body without end is cut at the limit of size, when it comes fast enough to reach it."""

    def write(connection: socket.socket, _path: str) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"a" * 2**16)

    with RawServer(write) as server, pytest.raises(TooLarge):
        fetcher.get(server.url)


def test_the_beginning_of_an_endless_body(fetcher: Fetcher) -> None:
    """Where only the first bytes count the rest is not waited for, plain or packed, and is no error."""

    def write(connection: socket.socket, _path: str) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"a" * 2**16)

    with RawServer(write) as server:
        assert fetcher.get(server.url, first=1000).body == b"a" * 1000
    with serving(answer(BOMB, "Content-Encoding: gzip")) as server:
        assert fetcher.get(server.url, first=1000).body == b"\0" * 1000


@pytest.mark.parametrize(
    "response",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\0" * 100,
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 1000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"b" * 2**17 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://[\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: \xff\xfe\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\nab",
    ],
)
def test_nonsense_is_a_fetch_error_or_a_page(fetcher: Fetcher, response: bytes) -> None:
    """Whatever bytes a server sends, no other exception comes out."""
    with serving(response) as server, contextlib.suppress(FetchError):
        assert fetcher.get(server.url).status in range(100, 1000)


def test_nobody_there(fetcher: Fetcher) -> None:
    """A closed port or an unknown name is Unreachable, and says why in one line."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}/", "http://no-such-host.invalid/", f"https://127.0.0.1:{port}/"):
        with pytest.raises(Unreachable) as caught:
            fetcher.get(url)
        assert url in str(caught.value)
        assert "\n" not in str(caught.value)


def test_plain_http_on_the_tls_port(fetcher: Fetcher) -> None:
    """A server that does not speak TLS is Unreachable over https."""

    def write(connection: socket.socket, _path: str) -> None:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        connection.recv(65536)

    with RawServer(write, speaks_first=True) as server, pytest.raises(Unreachable):
        fetcher.get(server.url.replace("http:", "https:"))


@pytest.mark.parametrize(
    "url", ["", "ftp://127.0.0.1/", "http://a:b@127.0.0.1/", "file:///etc/passwd", "http://["]
)
def test_what_is_no_url(fetcher: Fetcher, connects: list[str], url: str) -> None:
    """Other schemes and broken URLs are refused without a connection."""
    with pytest.raises(BadUrl):
        fetcher.get(url)
    assert connects == []


# Redirects


def test_redirects_are_followed(fetcher: Fetcher) -> None:
    """The page is where the redirects end; relative and UTF-8 targets are understood."""
    with redirecting("/0", "/bài-1?utm_source=x#y") as server:
        page = fetcher.get(server.url)
    assert page.final_url == server.url + "b%C3%A0i-1?utm_source=x"
    assert page.body == b"here is /b%C3%A0i-1?utm_source=x"
    assert page.status == 200


def test_a_redirect_loop_ends(fetcher: Fetcher) -> None:
    """A page that leads to itself is given up after ten hops."""
    with redirecting("/") as server, pytest.raises(TooManyRedirects) as caught:
        fetcher.get(server.url)
    assert caught.value.limit == MAX_REDIRECTS == len(server.requests) - 1


def test_a_redirect_is_followed_only_with_permission(fetcher: Fetcher) -> None:
    """Where the caller says no, or the target is no web page, nothing is asked."""
    for target in ("/0", "javascript:alert(1)", "ftp://127.0.0.1/", "http://me:you@127.0.0.1/"):
        with redirecting(target) as server, pytest.raises(RefusedRedirect):
            fetcher.get(server.url, permit=lambda _target: False)
        assert len(server.requests) == 1


def test_the_body_of_a_redirect_is_not_unpacked(fetcher: Fetcher) -> None:
    """A bomb in a redirect does not go off."""
    moved = answer(BOMB, "Location: /0", "Content-Encoding: gzip", status="302 Found")

    def write(connection: socket.socket, path: str) -> None:
        connection.sendall(answer(b"ok") if path == "/0" else moved)

    with RawServer(write) as server:
        assert fetcher.get(server.url).body == b"ok"


# Addresses


SPECIAL = [
    *("0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.0.0.2", "169.254.169.254", "172.16.0.1"),
    *("172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1"),
    *("203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b:1::1"),
    *("100::1", "2001::1", "2001:db8::1", "2002:7f00:1::1", "3fff::1", "fc00::1", "fd12:3456::1", "fe80::1"),
    *("fec0::1", "ff02::1"),
]


@pytest.mark.parametrize("address", SPECIAL)
def test_special_addresses(address: str) -> None:
    """Loopback, private, link-local, shared, mapped, tunnelled, reserved, multicast: not ordinary."""
    assert not is_ordinary(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "113.160.0.1", "2001:4860:4860::8888", "2405:4800::1"]
)
def test_public_addresses(address: str) -> None:
    """What newspapers live on is ordinary."""
    assert is_ordinary(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", SPECIAL)
def test_special_addresses_are_refused_before_a_socket_is_opened(address: str) -> None:
    """They are judged by their address alone: no socket is made for them, let alone connected."""
    host = f"[{address}]" if ":" in address else address
    with watching_sockets() as made, Fetcher(AGENT) as fetcher, pytest.raises(RefusedAddress) as caught:
        fetcher.get(f"http://{host}/latest/meta-data/")
    assert ipaddress.ip_address(caught.value.address) == ipaddress.ip_address(address)
    assert "TIMBAO_ALLOW_ADDRESSES" in str(caught.value)
    assert made == []


def test_a_socket_that_is_opened_is_seen(fetcher: Fetcher) -> None:
    """The watch that the test above relies on sees the one socket of an ordinary page."""
    with serving(answer(b"x")) as server, watching_sockets() as made:
        fetcher.get(server.url)
    assert len(made) == 1


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.2",
        "127.2",
        "2130706434",
        "0x7f000002",
        "0177.0.0.2",
        "0x7f.2",
        "[::ffff:127.0.0.2]",
        "[::ffff:7f00:2]",
    ],
)
@pytest.mark.parametrize("way", ["direct", "redirect"])
def test_the_canary_is_never_visited(fetcher: Fetcher, connects: list[str], host: str, way: str) -> None:
    """127.0.0.1 is allowed, 127.0.0.2 is not: in no notation, neither directly nor by a redirect."""

    def write(connection: socket.socket, _path: str) -> None:
        connection.sendall(answer(b"tweet"))

    with RawServer(write, "127.0.0.2") as canary:
        target = f"http://{host}:{canary.port}/"
        with redirecting(target) as server, pytest.raises(RefusedAddress):
            fetcher.get(target if way == "direct" else server.url)
        assert canary.connections == 0
    assert not any("127.0.0.2" in where for where in connects)


def test_a_name_is_looked_up_once_and_every_answer_checked(
    fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name is not looked up twice for one page; one special address among others condemns all."""
    looked_up: list[str] = []
    real = socket.getaddrinfo
    answers = [["127.0.0.1"], ["127.0.0.2"], ["127.0.0.1", "10.0.0.1"]]

    def changing(host: str, port: int, **rest: int) -> list[tuple[object, ...]]:
        looked_up.append(host)
        return [info for address in answers[len(looked_up) - 1] for info in real(address, port, **rest)]

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    with serving(answer(b"ok")) as server:
        url = f"http://rebinding.example:{server.port}/"
        assert fetcher.get(url).body == b"ok"
        assert looked_up == ["rebinding.example"]
        assert f"Host: rebinding.example:{server.port}\r\n" in server.requests[0]
        with pytest.raises(RefusedAddress):
            fetcher.get(url)
        with pytest.raises(RefusedAddress):
            fetcher.get(url)
        assert server.connections == 1


@pytest.mark.parametrize("way", ["connection", "pool"])
def test_a_library_that_goes_around_the_check_is_noticed(monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """Should urllib3 one day connect by other means than those that are checked, no page is handed out."""
    with serving(answer(b"x")) as server, Fetcher(AGENT, LOCAL) as fetcher:
        if way == "connection":
            monkeypatch.setattr("crawl.fetching.fetcher._Connection._new_conn", HTTPConnection._new_conn)
        else:
            fetcher._adapter.poolmanager.pool_classes_by_scheme = {"http": HTTPConnectionPool}
        with pytest.raises(FetchError, match="_Unguarded"):
            fetcher.get(server.url)
        assert server.requests == [] or way == "pool"


def test_allowed_networks() -> None:
    """CIDRs and bare addresses, with blanks and empty places; nothing means nothing is allowed."""
    networks = allowed_networks(" 127.0.0.1/32, 10.0.0.0/8,,::1 ")
    assert [str(network) for network in networks] == ["127.0.0.1/32", "10.0.0.0/8", "::1/128"]
    assert allowed_networks("") == ()


@pytest.mark.parametrize("text", ["127.0.0.1/33", "10.0.0.1/8", "localhost", "127.0.0.1/32;::1", "*"])
def test_a_bad_network_is_named(text: str) -> None:
    """The error names the piece that is wrong, not the whole variable."""
    with pytest.raises(BadNetwork) as caught:
        allowed_networks(f"127.0.0.1, {text}")
    assert caught.value.text == text
    assert repr(text) in str(caught.value)


def test_endpoints_within_an_allowed_network() -> None:
    """An allowed network is allowed by its address, on any port."""
    assert [where.address for where in endpoints("127.0.0.1", 8000, LOCAL)] == ["127.0.0.1"]


# Ending


def test_no_page_comes_without_a_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system has no room for the thread that watches the time nothing is fetched; once there is room again,
    pages have their deadline.
    """

    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with Fetcher(AGENT, LOCAL, deadline=0.3) as fetcher, dripping(b"HTTP/1.1 200 OK\r\n\r\n") as slow:
        with monkeypatch.context() as full:
            full.setattr(threading.Thread, "start", refuse)
            with pytest.raises(RuntimeError):
                fetcher.get(slow.url)
        with pytest.raises(TooSlow):
            fetcher.get(slow.url)


def test_interrupting_cuts_what_is_in_flight() -> None:
    """Whoever waits for a page is told at once; what comes later is fetched as ever."""
    with (
        Fetcher(AGENT, LOCAL) as fetcher,
        dripping(b"HTTP/1.1 200 OK\r\n\r\n") as slow,
        serving(answer(b"ok")) as quick,
    ):
        failures: list[FetchError] = []

        def wait() -> None:
            try:
                fetcher.get(slow.url)
            except FetchError as error:
                failures.append(error)

        waiting = threading.Thread(target=wait)
        waiting.start()
        while not slow.requests:
            time.sleep(0.01)
        fetcher.interrupt()
        waiting.join(5)
        assert [type(error) for error in failures] == [Interrupted]
        assert fetcher.get(quick.url).body == b"ok"
