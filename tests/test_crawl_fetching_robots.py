"""May we, and how fast."""

from __future__ import annotations

import io
import os
import random
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from crawl.article import Page, utc_now
from crawl.fetching.robots import MAX_BYTES, MAX_DELAY, Pace, Robots, is_busy, read_robots, retry_after
from crawl.urls import absolute
from tests.oracle_robots import allowed, rules_for_us

SITE = "https://bao.vn"


def _page(body: bytes, status: int = 200, *headers: tuple[str, str]) -> Page:
    return Page(f"{SITE}/robots.txt", f"{SITE}/robots.txt", status, headers, body, utc_now())


def _robots(text: str) -> Robots:
    return read_robots(_page(text.encode()))


def test_rules_for_us_come_before_rules_for_all() -> None:
    """The group of our own token is followed, whatever its case; other robots' groups are not ours."""
    robots = _robots(
        "User-agent: *\nDisallow: /\n\nUser-Agent: TimBao\nDisallow: /tim-kiem\nCrawl-delay: 2.5\n"
        "\nUser-agent: Googlebot\nDisallow: /thoi-su\nSitemap: https://bao.vn/sitemap.xml\n"
    )
    assert robots.allowed(f"{SITE}/thoi-su/bai-1.html")
    assert not robots.allowed(f"{SITE}/tim-kiem?q=x")
    assert robots.delay == 2.5
    assert robots.sitemaps == ("https://bao.vn/sitemap.xml",)


def test_rules_for_all() -> None:
    """Without a group of our own the group for everyone counts; several names may share a group."""
    robots = _robots("User-agent: a\nUser-agent: *\nDisallow: /x\nAllow: /x/y\nCrawl-delay: 1")
    assert not robots.allowed(f"{SITE}/x/z")
    assert robots.allowed(f"{SITE}/x/y")
    assert robots.delay == 1


def test_a_query_only_rule_blocks_queries_only() -> None:
    """`Disallow: /?` is about the front page's queries, not about the whole site."""
    robots = _robots("User-agent: *\nDisallow: /?")
    assert robots.allowed(f"{SITE}/bai-1.html")
    assert not robots.allowed(f"{SITE}/?p=1")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_no_robots_txt_allows_all(status: int) -> None:
    """RFC 9309: an unavailable robots.txt (4xx) forbids nothing, whatever its body says."""
    robots = read_robots(_page(b"User-agent: *\nDisallow: /", status))
    assert robots.allowed(f"{SITE}/a")
    assert robots.delay is None


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_server_in_trouble_allows_nothing_now(status: int) -> None:
    """RFC 9309: an unreachable robots.txt (5xx, and a plea for patience) means to wait."""
    assert not read_robots(_page(b"", status)).allowed(f"{SITE}/a")


def test_an_html_page_in_its_place_is_tolerated() -> None:
    """Many servers answer with a page: it holds no rules."""
    robots = read_robots(
        _page(b"<!DOCTYPE html><html><body>404: kh\xc3\xb4ng t\xc3\xacm th\xe1y</body></html>")
    )
    assert robots.allowed(f"{SITE}/a")
    assert robots.sitemaps == ()


def test_only_the_first_500_kib_count() -> None:
    """RFC 9309 section 2.5: what comes after is not read; what comes before is."""
    filler = b"#" + b"x" * MAX_BYTES + b"\n"
    rule = b"User-agent: *\nDisallow: /a\n"
    assert read_robots(_page(filler + rule)).allowed(f"{SITE}/a")
    assert not read_robots(_page(rule + filler)).allowed(f"{SITE}/a")


def test_a_file_that_names_thousands_of_robots_stays_small() -> None:
    """Rules are not multiplied by the names they are given for: that would be 300 million of them."""
    names = "".join(f"User-agent: robot{n}\n" for n in range(18_000))
    rules = "".join(f"Disallow: /{n}\n" for n in range(18_000))
    robots = _robots(names + "User-agent: *\n" + rules)
    assert not robots.allowed(f"{SITE}/17999")
    assert robots.allowed(f"{SITE}/x")


def test_a_rule_of_many_stars_is_matched_at_once() -> None:
    """A pattern made to backtrack for ever only takes its place among the rules."""
    robots = _robots("User-agent: *\nDisallow: /" + "*a" * 1000 + "*b$")
    assert robots.allowed(f"{SITE}/" + "a" * 2000)


def test_a_delay_has_a_limit() -> None:
    """A Crawl-delay of a year is no delay but a ban that was not meant; nonsense is none at all."""
    assert _robots("User-agent: *\nCrawl-delay: 31536000").delay == MAX_DELAY
    assert _robots("User-agent: *\nCrawl-delay: soon").delay is None
    assert _robots("User-agent: *\nCrawl-delay: -1").delay is None


@given(st.binary(max_size=400))
def test_any_bytes_are_rules_or_none(body: bytes) -> None:
    """Whatever bytes come, there is an answer, and robots.txt itself may always be read."""
    robots = read_robots(_page(b"User-agent: *\n" + body))
    assert robots.allowed(f"{SITE}/robots.txt")
    assert robots.allowed(f"{SITE}/a") in (True, False)


def _collected() -> Iterator[bytes]:
    folder = os.environ.get("TIMBAO_BENCH_DATA")
    if not folder:
        pytest.skip("TIMBAO_BENCH_DATA names no folder with robots/fetched-robotstxt.tar.zst")
    packed = (Path(folder) / "robots" / "fetched-robotstxt.tar.zst").read_bytes()
    unpacked = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(packed))
    with tarfile.open(fileobj=unpacked, mode="r|") as files:
        for member in files:
            content = files.extractfile(member)
            if content is not None:
                yield content.read()


def test_real_files() -> None:
    """Thousands of collected files all give a delay within bounds and sitemaps without blanks, and allow or forbid
    what the RFC, followed by hand, allows or forbids: the addresses that their own rules are about, and an article.
    """
    number = 0
    for body in _collected():
        robots = read_robots(_page(body))
        assert robots.allowed(f"{SITE}/robots.txt")
        assert robots.delay is None or 0 <= robots.delay <= MAX_DELAY
        assert all(sitemap.strip() == sitemap != "" for sitemap in robots.sitemaps)
        rules = rules_for_us(body[:MAX_BYTES].decode("utf-8-sig", "replace"))
        few = rules if len(rules) <= 3 else random.Random(number).sample(rules, 3)
        for target in ("/", "/thoi-su/bai-1.html", *(_address(pattern) for _allows, pattern in few)):
            url = absolute(target, SITE)
            if url is not None and url.startswith(SITE):
                assert robots.allowed(url) == allowed(rules, url.removeprefix(SITE)), (number, url)
        number += 1
    assert number > 4000


def _address(pattern: str) -> str:
    """A path that the pattern matches."""
    return pattern.replace("*", "x").removesuffix("$").partition("#")[0]


_PIECES = ["/", "a", "b", ".", "?", "%4A", "J", "%2F", "%2f", "ộ"]
_LINES = st.lists(
    st.one_of(
        st.builds("User-agent: {}".format, st.sampled_from(["*", "timbao", "TimBao", "khac", "tim"])),
        st.builds(
            "{}: {}".format,
            st.sampled_from(["Allow", "disallow", "DISALLOW"]),
            st.lists(st.sampled_from([*_PIECES, "*", "$"]), max_size=6).map("".join).map("/".__add__),
        ),
        st.sampled_from(["", "# chú thích", "Sitemap: https://bao.vn/x.xml", "Crawl-delay: 1", "Disallow:"]),
    ),
    max_size=12,
)


@given(_LINES, st.lists(st.sampled_from(_PIECES), max_size=8).map("".join))
def test_any_rules_are_read_as_the_rfc_does(lines: list[str], path: str) -> None:
    """Groups, names, wildcards, the longest match: our reader and the RFC, followed by hand, agree."""
    text = "\n".join(line for line in lines if "$" not in line.rstrip("$"))
    url = absolute(f"/{path}", SITE)
    if url is not None and url.startswith(SITE):
        assert _robots(text).allowed(url) == allowed(rules_for_us(text), url.removeprefix(SITE))


_SIMPLE = "User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/\n\n"
_LONGEST = "User-agent: timbao\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n"


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        # Section 5.1
        (_SIMPLE, "/a/picture.gif", False),
        (_SIMPLE, "/a/picture.gifs", True),
        (_SIMPLE, "/example/x", False),
        (_SIMPLE, "/publications/x", True),
        (f"{_SIMPLE}User-Agent: timbao\nDisallow:\n", "/example/x", True),
        (f"{_SIMPLE}User-Agent: timbao\nDisallow: /\n", "/publications/x", False),
        (f"{_SIMPLE}User-Agent: a\nUser-Agent: timbao\nAllow: /\nDisallow: /x\n", "/example/x", True),
        # Section 5.2
        (_LONGEST, "/example/page/disallowed.gif", False),
        (_LONGEST, "/example/page/allowed.gif", True),
        # Section 2.2.1
        ("User-agent: tim\nAllow: /\nUser-agent: *\nDisallow: /x", "/x", False),
        ("User-agent: timbaox\nAllow: /\nUser-agent: *\nDisallow: /x", "/x", False),
        ("User-agent: timbao/2.0\nDisallow: /x\nUser-agent: *\nAllow: /", "/x", False),
        # Section 2.2.2
        ("User-agent: *\nDisallow: /foo/bar?baz=quz", "/foo/bar?baz=quz", False),
        ("User-agent: *\nDisallow: /foo/bar/\u30c4", "/foo/bar/%E3%83%84", False),
        ("User-agent: *\nDisallow: /foo/bar/%E3%83%84", "/foo/bar/%E3%83%84", False),
        ("User-agent: *\nDisallow: /foo/bar/%62%61%7A", "/foo/bar/baz", False),
        # Section 2.2.3
        ("User-agent: *\nDisallow: /this/path/exactly$", "/this/path/exactly", False),
        ("User-agent: *\nDisallow: /this/path/exactly$", "/this/path/exactly/no", True),
        ("User-agent: *\nDisallow: /this/*/exactly", "/this/very/path/exactly/and/more", False),
        # Sections 2.2.1 and 2.2.4: groups of one name are one, other records come between nothing
        ("User-agent: timbao\nDisallow: /a\n\nUser-agent: timbao\nDisallow: /b", "/a", False),
        ("User-agent: timbao\nSitemap: https://a.vn/x\nUser-agent: b\nDisallow: /b", "/b", False),
    ],
)
def test_the_examples_of_the_rfc(text: str, path: str, *, expected: bool) -> None:
    """What RFC 9309 says of its examples is so, for our reader and for the one it is compared with."""
    assert _robots(text).allowed(SITE + path) is expected
    assert allowed(rules_for_us(text), path) is expected


def test_a_busy_host_is_left_longer_each_time_and_then_for_good() -> None:
    """429 and 503 without Retry-After double the wait; an answer in between starts anew."""
    pace = Pace(1.0)
    assert [pace.busy(None) for _ in range(3)] == [2.0, 4.0, 8.0]
    assert pace.answered() == 1.0
    waits = [pace.busy(None) for _ in range(6)]
    assert waits == [2.0, 4.0, 8.0, 16.0, 32.0, None]


def test_retry_after_is_obeyed_or_the_host_left() -> None:
    """A short wait is waited, never less than the usual delay; for a long one the host is left."""
    pace = Pace(3.0)
    assert pace.busy(10.0) == 10.0
    assert pace.busy(0.0) == 3.0
    assert pace.busy(86_400.0) is None


def test_a_silent_host_is_left() -> None:
    """After five silences in a row a host is not asked again; one answer makes it welcome."""
    pace = Pace(1.0)
    assert [pace.silent() for _ in range(4)] == [1.0] * 4
    pace.answered()
    assert [pace.silent() for _ in range(5)] == [1.0] * 4 + [None]


@pytest.mark.parametrize(
    ("value", "expected"),
    [("120", 120.0), (" 0 ", 0.0), ("soon", None), ("", None), ("-5", None), ("9" * 99, 999999999)],
)
def test_retry_after_in_seconds(value: str, expected: float | None) -> None:
    """Retry-After gives seconds; nonsense gives nothing."""
    page = _page(b"", 429, ("retry-after", value))
    assert is_busy(page)
    assert retry_after(page) == expected


@pytest.mark.parametrize(
    "value",
    [
        f"Mon, 01 Jan {'9' * 24} 00:00:00 GMT",
        f"Mon, 01 Jan 2030 {'9' * 20}:00:00 GMT",
        f"Mon, 01 Jan 2030 00:00:00 +{'9' * 20}",
    ],
)
def test_retry_after_as_a_date_without_end(value: str) -> None:
    """A date with more digits than any moment has is no date, and no error."""
    assert retry_after(_page(b"", 503, ("Retry-After", value))) is None


def test_retry_after_as_a_date() -> None:
    """Retry-After may be a date; one in the past means now."""
    soon = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    wait = retry_after(_page(b"", 503, ("Retry-After", soon)))
    assert wait is not None
    assert 3000 < wait <= 3600
    assert retry_after(_page(b"", 503, ("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"))) == 0.0


@given(st.floats(0, 100), st.floats(0, 1000))
def test_a_slow_server_is_given_time_to_rest(delay: float, seconds: float) -> None:
    """The wait is five times the time the answer took, at least the delay and at most the longer of it and 30
    seconds; a pace that was asked for exactly stays what it is.
    """
    pace, exact = Pace(delay), Pace(delay, adapts=False)
    for each in (pace, exact):
        each.took(seconds)
    assert pace.answered() == pace.silent() == max(delay, min(5 * seconds, 30.0))
    assert exact.answered() == exact.silent() == delay
    pace.took(0.0)
    assert pace.answered() == delay


def test_a_slow_server_that_is_busy_rests_as_long() -> None:
    """A plea for patience never shortens the wait that its slowness has earned."""
    pace = Pace(1.0)
    pace.took(4.0)
    assert pace.busy(1.0) == 20.0
