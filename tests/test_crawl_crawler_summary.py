"""The report of a crawl as it is read."""

from __future__ import annotations

import json

from crawl.crawler.report import CrawlReport, SourceReport
from crawl.crawler.summary import aligned, report_json, report_text

ONE = SourceReport("a.vn", 12, 10, 9, 1_234, 2, 3, (("no-text", 4),), (("http-404", 2), ("too-slow", 1)))
TWO = SourceReport("báo-b", failed=(("unreachable", 1),), examples=(("unreachable", "b\nis\x1b gone"),))


def test_lines() -> None:
    """One line a newspaper, below it the reasons, the commonest first, with what was said; in the end who is silent."""
    assert report_text(CrawlReport((ONE, TWO))).splitlines() == [
        "a.vn: 12 pages; articles: 1,234 new, 2 changed, 3 unchanged",
        "  failed: the server answered with status 404 ×2",
        "  failed: too slow; the next crawl tries again ×1",
        "  left out: too little text for an article ×4",
        "báo-b: 0 pages; articles: 0 new, 0 changed, 0 unchanged",
        "  failed: cannot be reached; the next crawl tries again ×1",
        "    b is gone",
        "silent: báo-b",
    ]


def test_a_table() -> None:
    """Numbers end below one another, the sums are last, then the reasons below the names they belong to."""
    assert report_text(CrawlReport((ONE, TWO)), as_table=True).splitlines() == [
        "newspaper  pages    new  changed  unchanged  failed  left out",
        "a.vn          12  1,234        2          3       3         4",
        "báo-b          0      0        0          0       1         0",
        "together      12  1,234        2          3       4         4",
        "",
        "a.vn",
        "  failed: the server answered with status 404 ×2",
        "  failed: too slow; the next crawl tries again ×1",
        "  left out: too little text for an article ×4",
        "",
        "báo-b",
        "  failed: cannot be reached; the next crawl tries again ×1",
        "    b is gone",
        "silent: báo-b",
    ]
    assert report_text(CrawlReport((SourceReport("a.vn"),)), as_table=True).count("\n") == 1


def test_one_object() -> None:
    """The JSON is one line of ASCII and says all that the text does, by keys."""
    text = report_json(CrawlReport((ONE, TWO), interrupted=True))
    assert text.isascii()
    assert text.isprintable()
    found = json.loads(text)
    assert found["interrupted"] is True
    assert list(found["sources"]) == ["a.vn", "báo-b"]
    assert found["sources"]["a.vn"]["failed"] == {"http-404": 2, "too-slow": 1}
    assert found["sources"]["a.vn"]["left_out"] == {"no-text": 4}
    assert found["sources"]["a.vn"]["vanished"] == 0
    assert found["sources"]["báo-b"]["silent"] is True


def test_words_are_aligned_to_the_left() -> None:
    """Without numbers all cells begin below one another, and no line ends in spaces."""
    assert list(aligned([("a", "bb", "c"), ("aaa", "b", "")])) == ["a    bb  c", "aaa  b"]
