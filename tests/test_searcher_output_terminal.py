"""Pages of results for a terminal, against golden files and hostile text."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given

from searcher.output.terminal import to_screen
from searcher.results.snippets import Snippet
from tests.result_pages import (
    DOCUMENTS,
    GOLDEN,
    UNSAFE,
    folded_page,
    hostile_page,
    hostile_texts,
    page,
)


@pytest.mark.parametrize(
    ("name", "colour", "links"),
    [("results-plain.txt", False, False), ("results-colour.txt", True, False)],
)
def test_terminal_text_is_as_published(name: str, colour: bool, links: bool) -> None:
    """The text for a terminal is that of the golden file; without colour it holds no escape sequence."""
    written = to_screen(page(), colour=colour, links=links, width=72)
    assert written == (GOLDEN / name).read_text(encoding="utf-8")
    assert ("\x1b" in written) == colour


def test_links_are_in_the_title() -> None:
    """With links the title leads to the article (OSC 8), and nothing else is styled without colour."""
    written = to_screen(page(), colour=False, links=True, width=200)
    found = re.findall(r"\x1b\]8;[^;]*;([^\x1b]+)\x1b\\(.*?)\x1b\]8;;\x1b\\", written)
    assert [address for address, _text in found] == [document.url for document in DOCUMENTS if document.url]
    assert "Con đường mới về làng" in found[1][1]
    assert "\x1b[" not in written


def test_titles_that_are_links_have_no_address_below() -> None:
    """With links the address is in the title alone; without them it stands below."""
    address = str(DOCUMENTS[0].url)
    assert to_screen(page(), colour=False, links=True, width=200).count(address) == 1
    assert f"\n   {address}\n" in to_screen(page(), colour=False, links=False, width=200)


def test_colour_is_the_callers_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever calls has asked the environment; it is not asked a second time."""
    coloured = to_screen(page(), colour=True, links=False, width=72)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "30")
    assert to_screen(page(), colour=True, links=False, width=72) == coloured


def test_hits_are_counted_through_all_pages() -> None:
    """The third page of ten begins with hit 21; a page that is the last names no other to ask for."""
    shown = to_screen(replace(page(), page=3, has_next=False), colour=False, links=False, width=72)
    assert re.findall(r"^(\d+)\. ", shown, re.MULTILINE) == ["21", "22", "23"]
    assert "--page" not in shown
    assert "--page 4" in to_screen(replace(page(), page=3), colour=False, links=False, width=72)


def test_partial_matches_are_announced_once() -> None:
    """Before the first of several partial matches, and nowhere else, stands that they are partial."""
    lines = to_screen(page(partial=2), colour=False, links=False, width=72).splitlines()
    (place,) = (number for number, line in enumerate(lines) if line.startswith("Partial matches"))
    assert lines[place + 2].startswith("2. ")


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize(("total", "hits"), [(0, 0), (0, 1), (1, 1), (1234, 1)])
def test_the_first_line_says_how_many(total: int, hits: int, colour: bool) -> None:
    """The first line counts whole matches, and says so when there are none or only partial ones."""
    shown = replace(page(), total=total, groups=total, hits=page().hits[:hits], suggestions=())
    first = to_screen(shown, colour=colour, links=False, width=80).splitlines()[0]
    expected = {0: "Nothing found." if hits == 0 else "No article holds all of it.", 1: "1 article, 2 ms"}
    assert expected.get(total, "1,234 articles, 2 ms") in first


@given(hostile_texts)
def test_nothing_hostile_reaches_a_terminal(text: str) -> None:
    """No control, override or lone surrogate is shown; with colour and links there are those sequences alone."""
    shown = hostile_page(text)
    plain = to_screen(shown, colour=False, links=False, width=60)
    assert not UNSAFE.search(plain)
    coloured = to_screen(shown, colour=True, links=True, width=60)
    assert not UNSAFE.search(re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;[^;\x1b]*;[\x21-\x7e]*\x1b\\", "", coloured))
    for output in (plain, coloured):
        output.encode()


def test_a_narrow_terminal_is_no_obstacle() -> None:
    """A width of nothing is answered with the least that text needs, and no line exceeds it."""
    written = to_screen(page(), colour=False, links=False, width=0)
    assert max(map(len, written.splitlines())) <= 20
    assert "«Làng" in written


def test_a_snippet_without_text_leaves_no_blank_line() -> None:
    """An article without lead, body and captions is shown by title and origin alone."""
    bare = replace(page().hits[0], snippet=Snippet("", ()))
    written = to_screen(
        replace(page(), hits=(bare,), slips=(), has_next=False), colour=False, links=False, width=80
    )
    assert written.splitlines()[3:] == [
        "1. «Làng chài» Vĩnh Sóng giữ nghề đan lưới",
        "   2021-03-15 · baomau.vn · Khánh Hòa · Trần Ví Dụ",
        "   k1",
        "   https://baomau.vn/lang-chai-vinh-song-1.html",
    ]


def test_reprints_are_told_in_one_line() -> None:
    """A folded hit says in how many others it was printed and where first; a hostile name is tamed."""
    lines = to_screen(folded_page(), colour=False, links=False, width=100).splitlines()
    assert lines[0] == "1,234 articles, 56 without reprints, 2 ms"
    assert any(
        "Reprinted in 3 other articles, the earliest: evil" in line and "2020-01-02" in line for line in lines
    )
    assert any(line.endswith("Reprinted in 1 other article, the earliest: tinthu.vn") for line in lines)
    assert "\x1b" not in "".join(lines)


def test_an_address_stands_once() -> None:
    """With links it is behind the title and nowhere else; without, it is a line of its own."""
    for links in (True, False):
        written = to_screen(page(), colour=False, links=links, width=200)
        assert written.count("https://tinthu.vn/2.html") == 1
        assert ("   https://tinthu.vn/2.html\n" in written) == (not links)


def test_hits_are_numbered_through_all_pages() -> None:
    """The first hit of the third page of ten is the twenty-first; the next page is told, unless there is none."""
    shown = replace(page(), page=3)
    written = to_screen(shown, colour=False, links=False, width=80)
    assert re.findall(r"^\d+\. ", written, re.MULTILINE) == ["21. ", "22. ", "23. "]
    assert written.endswith("For more, add: --page 4\n")
    assert "--page" not in to_screen(replace(shown, has_next=False), colour=False, links=False, width=80)
    assert written.count("Partial matches") == 1


def test_the_environment_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether to colour was decided by whoever calls; a variable does not change it behind their back."""
    usual = to_screen(page(), colour=True, links=False, width=72)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "30")
    assert to_screen(page(), colour=True, links=False, width=72) == usual
