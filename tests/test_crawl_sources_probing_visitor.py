"""A newspaper's pages are asked for politely, and what is not had is told with its reason."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from crawl.article import Page, utc_now
from crawl.fetching.addresses import allowed_networks
from crawl.fetching.fetcher import Fetcher
from crawl.fetching.robots import Pace
from crawl.sources.probing.visitor import NotVisited, Visitor, articles_on
from crawl.sources.source import Source
from tests.hostile_site import NOT_FOUND, RawServer, answer, fixed, list_html

HTML = "Content-Type: text/html"


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    """One that may visit loopback."""
    with Fetcher("timbao-test", allowed_networks("127.0.0.1/32")) as fetcher:
        yield fetcher


def serving(pages: dict[str, bytes]) -> RawServer:
    """A site with these pages."""
    answers = {path: fixed(body) for path, body in pages.items()}
    return RawServer(lambda connection, path: answers.get(path, NOT_FOUND)(connection, path))


def test_robots_are_asked_once_and_obeyed(fetcher: Fetcher) -> None:
    """The rules are fetched before the first page, once; what they forbid is not asked for."""
    rules = answer(b"User-agent: *\nDisallow: /kin")
    with serving({"/robots.txt": rules, "/": answer(b"a", HTML), "/kin": answer(b"b", HTML)}) as server:
        visitor = Visitor(fetcher, Pace(0.0), ())
        assert visitor.page(server.url).body == b"a"
        with pytest.raises(NotVisited, match=r"robots\.txt") as forbidden:
            visitor.page(f"{server.url}kin")
        with pytest.raises(NotVisited, match="404"):
            visitor.page(f"{server.url}mat")
        asked = [request.split(" ")[1] for request in server.requests]
    assert forbidden.value.url == f"{server.url}kin"
    assert asked == ["/robots.txt", "/", "/mat"]


@pytest.mark.parametrize("status", ["500 Oops", "429 Slow down"])
def test_without_rules_nothing_is_asked_for(fetcher: Fetcher, status: str) -> None:
    """A server that cannot say what it allows is asked for nothing, and that is told of its robots.txt."""
    with serving({"/robots.txt": answer(b"", status=status), "/": answer(b"a", HTML)}) as server:
        visitor = Visitor(fetcher, Pace(0.0), ())
        for _attempt in range(2):
            with pytest.raises(NotVisited) as error:
                visitor.page(server.url)
            assert error.value.url == f"{server.url}robots.txt"
        assert len(server.requests) == 1


def test_redirects_stay_with_the_newspaper(fetcher: Fetcher) -> None:
    """With hosts, a redirect to another one is not followed."""
    with serving({"/robots.txt": answer(b""), "/b": answer(b"b", HTML)}) as other:
        moved = answer(b"", f"Location: {other.url}b", status="302 Found")
        with serving({"/robots.txt": answer(b""), "/a": moved}) as server:
            url = f"{server.url}a"
            assert Visitor(fetcher, Pace(0.0), ()).page(url).body == b"b"
            with pytest.raises(NotVisited, match="not part of this newspaper"):
                Visitor(fetcher, Pace(0.0), (f"127.0.0.1:{server.port}",)).page(url)


def test_once_stopped_nothing_more_is_asked_for(fetcher: Fetcher) -> None:
    """Whoever waits for the next request is woken and asks for nothing."""
    stop = threading.Event()
    with serving({"/robots.txt": answer(b""), "/": answer(b"a", HTML)}) as server:
        visitor = Visitor(fetcher, Pace(60.0), (), stop)
        visitor.robots(server.url)
        stop.set()
        with pytest.raises(NotVisited, match="interrupted"):
            visitor.page(server.url)
        assert len(server.requests) == 1


def test_articles_that_a_list_leads_to() -> None:
    """A feed's entries and a page's links count alike, once each, on the newspaper's own hosts."""
    source = Source("x.vn", "X", ("x.vn",))
    feed = b"<rss><channel>" + b"".join(
        b"<item><link>https://%s</link></item>" % link for link in (b"x.vn/b", b"x.vn/b", b"y.vn/c")
    )
    for body, expected in (
        (feed + b"</channel></rss>", ["https://x.vn/b"]),
        (
            list_html(["/bai-10000.html", "/bai-10000.html", "https://y.vn/bai-10001.html"]).encode(),
            ["https://x.vn/bai-10000.html"],
        ),
        (b"<p>x", []),
    ):
        page = Page("https://x.vn/", "https://x.vn/", 200, (("Content-Type", "text/html"),), body, utc_now())
        assert articles_on(page, source) == expected
