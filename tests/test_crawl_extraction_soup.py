"""Selectors mean the same elements of our tree as a browser's tools show on the page."""

from __future__ import annotations

import pytest
import soupsieve
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from crawl.extraction.dom import DEEPEST, parse, text_of
from crawl.extraction.soup import _MOST_ELEMENTS, BadSelectorSyntax, Soup

PAGE = """<html><head><title>T</title></head><body>
<div id="content"><div><p>một</p></div><div class="ads"></div>
<div><h1>đầu</h1><p class="sapo big">hai <b>đậm</b></p><p class="sapo">ba</p></div></div>
<table><tr><td>ô 1<tr><td class="w-1/2 md:flex">ô 2</table>
<p id="123">số</p><article><a href="/x">Tin liên quan</a></article><o:p>lạ</o:p></body></html>"""


def texts(selector: str, html: str = PAGE) -> list[str]:
    """The texts of the elements that the selector means."""
    return [" ".join(text_of(element).split()) for element in Soup(parse(html).root).select(selector)]


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("p.sapo", ["hai đậm", "ba"]),
        (".big", ["hai đậm"]),
        ("#content > div:nth-child(3) > p.sapo", ["hai đậm", "ba"]),
        ("body > div > div:nth-of-type(3) > p:last-child", ["ba"]),
        ("html > body > table > tbody > tr:nth-child(2) > td", ["ô 2"]),
        ("table > tr", []),
        (r".w-1\/2.md\:flex", ["ô 2"]),
        (r"#\31 23", ["số"]),
        ("div:has(> h1) > p", ["hai đậm", "ba"]),
        ("div:has(.sapo b) > h1", ["đầu"]),
        ("div:has(> .sapo > b) > h1", ["đầu"]),
        ("div:has(.ads + div h1 ~ p.big) p.big", ["hai đậm"]),
        ("div:has(> .sapo > i) > h1", []),
        ("p:is(.sapo, #x):not(.big)", ["ba"]),
        ("p:-soup-contains('đậm')", ["hai đậm"]),
        ("a:contains('liên quan')", ["Tin liên quan"]),
        ('a[href^="/"], h1', ["đầu", "Tin liên quan"]),
        ("span", ["lạ"]),
        ("h1 ~ p.sapo", ["hai đậm", "ba"]),
        ("DIV > H1 + p", ["hai đậm"]),
        (".SAPO", []),
        ("#", None),
    ],
)
def test_what_people_write(selector: str, expected: list[str] | None) -> None:
    """Selectors by hand and by a browser's tools find what they mean: tables have the bodies nobody wrote."""
    if expected is None:
        with pytest.raises(BadSelectorSyntax):
            texts(selector)
    else:
        assert texts(selector) == expected


NAMES = st.sampled_from(["a", "b", "A", "c-d"])
MARKUP = st.recursive(
    st.sampled_from(["chữ", "<br>", ""]),
    lambda inner: st.builds(
        "<{0} class='{1} {2}' id={3}>{4}</{0}>".format,
        st.sampled_from(["div", "p", "b", "span"]),
        NAMES,
        NAMES,
        NAMES,
        st.lists(inner, max_size=3).map("".join),
    ),
    max_leaves=12,
)
STEPS = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "p", "div", "*"]),
    st.sampled_from([".", "#"]),
    NAMES,
    st.sampled_from(["", ".a", "#b"]),
)
SELECTORS = st.lists(STEPS, min_size=1, max_size=3).flatmap(
    lambda steps: st.sampled_from([" ", " > ", "~", " + ", ", "]).map(lambda mark: mark.join(steps))
)


@given(MARKUP, SELECTORS)
def test_the_same_as_beautiful_soup(markup: str, selector: str) -> None:
    """On the same markup the same elements are found as by BeautifulSoup itself, in the same order."""
    root = parse(f"<html><body>{markup}</body></html>").root
    soup = BeautifulSoup(_markup_of(root), "html.parser")
    theirs = soupsieve.select(selector, soup)
    ours = Soup(root).select(selector)
    assert [(element.tag, dict(element.attrib)) for element in ours] == [
        (tag.name, {"class": " ".join(tag["class"]), "id": tag["id"]}) for tag in theirs
    ]


def _markup_of(root: object) -> bytes:
    from lxml import etree

    return bytes(etree.tostring(root, encoding="utf-8", method="html"))


@pytest.mark.parametrize(
    ("selector", "position", "reason"),
    [
        ("", 1, "missing"),
        ("p[", 2, "attribute"),
        ("div p[a=b", 6, "attribute"),
        ("div..x", 4, "class name"),
        ("div.1a", 4, "class name"),
        ("p #", 3, "id"),
        ("::nope", 1, "::nope"),
        ("p:foo", 2, ":foo"),
        (".x::before", 3, "::before"),
        ("a:has(", 7, "parenthesis"),
        ("a)", 2, "parenthesis"),
        ("a) Malformed attribute", 2, "parenthesis"),
        ("p:nth-child(", 2, ":nth-child"),
        ("p:nth-child(x)", 2, ":nth-child"),
        (">>", 1, ">"),
        ("a >> b", 4, ">"),
        ("a,,b", 3, ","),
        ("a b*c", 4, "first"),
        ("a{}", 2, "{"),
        ("@media", 1, ""),
        ("a:has(:has(b))", 12, ":has()"),
        (":--x", 1, ":--x is not known"),
        ("b, p:--x.c", 5, ":--x is not known"),
        pytest.param(f"p:nth-child({'9' * 5000})", 2, ":nth-child is too large", id="a number without end"),
        ("div,\n p[", 8, "attribute"),
        ("div,\r\n p[", 9, "attribute"),
        ("a,\u2028\n p[", 7, "attribute"),
    ],
)
def test_bad_selectors(selector: str, position: int, reason: str) -> None:
    """What is no selector is refused with the place of the fault and its reason."""
    with pytest.raises(BadSelectorSyntax) as error:
        texts(selector)
    assert error.value.position == position
    assert reason in error.value.reason
    assert "position" not in error.value.reason


@given(st.text(st.sampled_from("ap .#[]()='\"\\\\:>+~*,-1|^$@{}é\n\0")) | st.text())
def test_any_text_is_a_selector_or_not(selector: str) -> None:
    """No text raises anything else, and a fault lies in the text or right behind it."""
    try:
        texts(selector)
    except BadSelectorSyntax as error:
        assert error.position is None or 1 <= error.position <= len(selector) + 1  # noqa: PT017


@pytest.mark.parametrize("selector", ["a" + " > a" * 3000, ":not(" * 5000 + "a" + ")" * 5000])
def test_selectors_without_end(selector: str) -> None:
    """A selector of thousands of steps or levels gives an answer or an error that says so."""
    depth = "<a>" * (DEEPEST + 10) + "x"
    try:
        texts(selector, depth)
    except BadSelectorSyntax as error:
        assert "deep" in error.reason  # noqa: PT017


def test_a_page_of_too_many_elements_is_cut_short() -> None:
    """Elements without number do not fill the memory: the first are found, the others are not."""
    html = "<p class=a>đầu</p>" + "<br>" * (_MOST_ELEMENTS + 10) + "<p class=a>cuối</p>"
    soup = Soup(parse(html).root)
    assert [text_of(element) for element in soup.select(".a")] == ["đầu"]
    assert len(soup.select("*")) == _MOST_ELEMENTS
