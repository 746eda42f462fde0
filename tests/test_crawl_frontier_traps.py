"""Where a crawler would be lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl.frontier import traps
from crawl.frontier.traps import CREDIT, Budget, article_number, is_maze, pattern


@pytest.mark.parametrize(
    ("path", "maze"),
    [
        ("/", False),
        ("/thoi-su/202103/bai-8210000/", False),
        ("/a/b/a/b", False),
        ("/a/b/a/b/a/b", True),
        ("/css/css/css/x.html", True),
        ("//////", False),
    ],
)
def test_folders_inside_themselves(path: str, maze: bool) -> None:
    """Three times the same folder is a circle, twice may be chance."""
    assert is_maze(f"http://bao.vn{path}") == maze


def test_pages_of_one_making_have_one_pattern() -> None:
    """Numbers and the page's own name do not matter, folders, endings and names of parameters do."""
    same = {pattern(f"http://bao.vn/lich/20{n}/thang-{n}/?d={n}&m=1") for n in range(10, 20)}
    other = {
        pattern(f"http://bao.vn{path}")
        for path in (
            "/lich/2010/thang-1/",
            "/lich/2010/thang-1/?d=1",
            "/lich/a/b/?d=1&m=2",
            "/x.html",
            "/x.htm",
            "/x",
        )
    }
    assert len(same) == 1
    assert len(other) == 6
    assert not same & other
    assert pattern("http://bao.vn/a/x.html") != pattern("http://khac.vn/a/x.html")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("/mot-359750.html", "/hai-359750.html", True),
        ("/thoi-su/mot-b180e1a/", "/van-hoa/hai-b180e1a/", True),
        ("/mot-359750.html", "/mot-359751.html", False),
        ("/mot.html", "/mot.html", None),
        ("/x.aspx?mabb=359750", "/x.aspx?mabb=359750", None),
        ("/mot-359750.html?p=2", "/mot-359750.html", False),
    ],
)
def test_the_number_of_an_article(one: str, other: str, same: bool | None) -> None:
    """Addresses that end in the same number may be one article; those without, or with parameters, say nothing."""
    first, second = article_number(f"http://bao.vn{one}"), article_number(f"http://bao.vn{other}")
    assert (None if first is None and second is None else first == second) == same


@pytest.mark.parametrize("letter", "1a")
def test_a_number_without_end_is_read_once(letter: str) -> None:
    """Half a million digits that end no address take no time that grows with their square."""
    assert article_number(f"https://bao.vn/{letter * 500_000}-") is None


@given(st.lists(st.booleans(), max_size=60))
def test_a_pattern_lasts_as_long_as_it_earns(earned: list[bool]) -> None:
    """What was spent on a pattern never exceeds its credit and twenty pages for each article; others are free."""
    budget, spent = Budget(), 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(traps, "CREDIT", 5)
        for number, brought in enumerate(earned):
            url = f"http://bao.vn/tin-{number}.html"
            assert budget.allows(url) == (spent < 5 + 20 * sum(earned[:number]))
            if budget.allows(url):
                budget.spend(url, int(brought))
                spent += 1
            else:
                return
        assert budget.allows("http://bao.vn/khac/tin-1.html")


def test_patterns_without_number_share_one_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """A site that invents folders has one budget for all those beyond a limit, and memory stays bounded."""
    monkeypatch.setattr(traps, "_MOST_PATTERNS", 10)
    budget = Budget()
    urls = [f"http://bao.vn/{'a' * n}/x.html" for n in range(1, 400)]
    for url in urls:
        budget.spend(url, 0)
        budget.another_name(f"http://bao.vn/{'a' * len(url)}-{len(url) + 10_000}.html")
    assert len(budget._left) == 11
    assert len(budget._names) == 10
    assert budget.allows(urls[0])
    assert not budget.allows(urls[-1])
    assert len(urls) > CREDIT


def test_no_real_address_is_a_maze(bench_data: Path) -> None:
    """Of the newspapers' own article addresses that are at hand, none is taken for a circle."""
    words = (bench_data / "press" / "list-pages-2026.tsv").read_text(encoding="utf-8").split()
    urls = [word for word in words if word.startswith(("http://", "https://"))]
    assert urls
    assert not [url for url in urls if is_maze(url)]
