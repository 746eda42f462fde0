"""URL identity."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawl.urls import MAX_LENGTH, absolute, article_id, authority, canonical, within

BASE = "http://bao.vn/thoi-su/202103/bai-1/"
URLS = st.builds(
    lambda scheme, host, rest: scheme + host + rest,
    st.sampled_from(["http://", "https://", "HTTP:\\\\", "//", "/", "", "?", "http:"]),
    st.sampled_from(["", "bao.vn", "BÁO.vn:80", "0x7f.1", "[::1]", "a@b", "%41.vn", "2130706433", "a..b"]),
    st.text(alphabet="aĐ/.%2eE5#?&=+ \t\\|ả\ud800@:~", max_size=30),
)


@given(URLS | st.text())
@example("http://a/%%34%31")
@example("http://a/%2%65")
@example("http://a/(S/(S(a))/(b))/;jsessionid=/(S(a))/(S(a))/")
def test_canonical_is_idempotent(url: str) -> None:
    """Whatever text comes in, the canonical form is a fixed point, plain ASCII, http(s), and not too long."""
    found = canonical(url, BASE)
    if found is not None:
        assert canonical(found) == found
        assert found.isascii()
        assert found.startswith(("http://", "https://"))
        assert len(found) <= MAX_LENGTH
        assert "#" not in found


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://Bao.VN:80/a", "http://bao.vn/a"),
        ("https://bao.vn:443", "https://bao.vn/"),
        ("https://bao.vn:8443/", "https://bao.vn:8443/"),
        ("http://báo.vn/", "http://xn--bo-mia.vn/"),
        ("../bai-2#binh-luan", "http://bao.vn/thoi-su/202103/bai-2"),
        ("//khac.vn/x", "http://khac.vn/x"),
        ("?p=2", "http://bao.vn/thoi-su/202103/bai-1/?p=2"),
        ("/a/./b/%2E%2e/c", "http://bao.vn/a/c"),
        ("/tiếng việt", "http://bao.vn/ti%E1%BA%BFng%20vi%E1%BB%87t"),
        ("/%7ea%c3%a9", "http://bao.vn/~a%C3%A9"),
        ("/a?utm_source=rss&id=7&fbclid=x&zarsrc=30", "http://bao.vn/a?id=7"),
        ("/a?utm_source=rss&UTM_Medium=feed", "http://bao.vn/a"),
        ("  /a\n ", "http://bao.vn/a"),
        ("\\a\\b", "http://bao.vn/a/b"),
        ("/a;jsessionid=1A2B.n1?id=7&PHPSESSID=0f1e", "http://bao.vn/a?id=7"),
        ("/(S(lit3py55t21z5v55vlm25s55))/bai.aspx", "http://bao.vn/bai.aspx"),
        ("/a;v=1(S)/b?sid=7&sessions=2", "http://bao.vn/a;v=1(S)/b?sid=7&sessions=2"),
        ("/viewer.aspx?macm=1&mabb=2", "http://bao.vn/viewer.aspx?macm=1&mabb=2"),
    ],
)
def test_spellings_of_one_page(url: str, expected: str) -> None:
    """Case, default ports, dots, escapes, fragments, tracking parameters and visits' own numbers make no other page."""
    assert canonical(url, BASE) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "mailto:a@b.vn",
        "data:text/html,x",
        "ftp://bao.vn/",
        "file:///etc/passwd",
        "http://bao.vn@127.0.0.1/",
        "http://a:b@bao.vn/",
        "http://",
        "http://a b/",
        "http://a..b/",
        "http://a:99999/",
        "http://a:x/",
        "http://[::1",
        "http://1.2.3.4.5/",
        "http://256.256.256.256/",
        "http://bao.vn/" + "a" * MAX_LENGTH,
        "http://" + "a" * 100_000,
    ],
)
def test_what_is_no_crawlable_url(url: str) -> None:
    """Other schemes, user names, broken hosts and endless URLs are None, not an error."""
    assert canonical(url) is None


@pytest.mark.parametrize(
    "host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.0.0.1.", "0x7f.0.0.1", "１２７.1"]
)
def test_notations_of_an_address(host: str) -> None:
    """Every notation that a resolver takes for 127.0.0.1 is written as 127.0.0.1."""
    assert canonical(f"http://{host}/") == "http://127.0.0.1/"


def test_absolute_keeps_tracking_parameters() -> None:
    """A redirect may need its parameters to end, so following it does not drop them."""
    assert absolute("/a?utm_source=x", BASE) == "http://bao.vn/a?utm_source=x"


def test_article_id_is_stable() -> None:
    """The id is that of the canonical URL; it must never change, or every archive loses its links."""
    assert article_id("HTTP://Bao.vn/a?utm_source=x#y") == article_id("http://bao.vn/a")
    assert article_id("http://bao.vn/a") == "dbecfcb30ddc52502104"
    assert article_id("baokhanhhoa.vn#17") != article_id("baokhanhhoa.vn#18")


def test_whose_page_it_is() -> None:
    """A URL belongs to the hosts of its newspaper, with or without www., port included."""
    assert authority("https://Bao.vn:443/x") == "bao.vn"
    assert authority("nonsense") == ""
    assert within("https://www.bao.vn/x", ["bao.vn"])
    assert within("http://bao.vn/x", ["www.bao.vn"])
    assert within("http://127.0.0.1:8000/x", ["127.0.0.1:8000"])
    assert not within("http://127.0.0.1:8001/x", ["127.0.0.1:8000"])
    assert not within("http://bao.vn.evil.example/", ["bao.vn"])
    assert not within("http://evilbao.vn/", ["bao.vn"])
    assert not within("nonsense", [""])


def _whatwg_cases() -> list[dict[str, str]]:
    folder = os.environ.get("TIMBAO_BENCH_DATA")
    if not folder:
        pytest.skip("TIMBAO_BENCH_DATA names no folder with urls/urltestdata.json")
    cases = json.loads((Path(folder) / "urls" / "urltestdata.json").read_text(encoding="utf-8"))
    return [case for case in cases if isinstance(case, dict)]


def test_the_url_standards_own_cases() -> None:
    """Over the WHATWG cases: no error, a fixed point, and what the standard takes for the host."""
    compared = 0
    for case in _whatwg_cases():
        found = canonical(case["input"], case.get("base"))
        if found is None:
            continue
        assert canonical(found) == found
        assert not case.get("failure"), case["input"]
        if "ß" not in case["input"]:  # The standard library knows IDNA 2003, in which ß is ss.
            assert authority(found) == case["host"], case["input"]
            compared += 1
    assert compared > 200
