"""Whatever the markup, there is a tree of it, with all its text and no deeper than it may be."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl.extraction.dom import DEEPEST, Element, cut, parse, text_of

PIECES = [
    "<div>",
    "</div>",
    "<p>",
    "<b>",
    "<o:p>",
    "</o:p>",
    "<a href='x' o:y=1>",
    "<!--",
    "-->",
    "&#7;",
    "\x1b",
    "<",
    "&",
]


def words(element: Element) -> list[str]:
    """The words in the element."""
    return text_of(element).split()


@pytest.mark.parametrize(
    "depth", [1, DEEPEST - 3, DEEPEST - 2, DEEPEST - 1, DEEPEST, DEEPEST + 1, 3000, 100_000]
)
def test_nothing_is_lost_at_any_depth(depth: int) -> None:
    """Text and elements of all depths are in the tree, which is no deeper than DEEPEST."""
    root = parse("<div>" * depth + "<h1>đầu</h1>giữa<p>cuối</p>" + "</div>" * depth + "sau").root
    assert words(root) == ["đầu", "giữa", "cuối", "sau"]
    assert [text_of(element) for element in root.iter("h1", "p")] == ["đầu", "cuối"]
    assert max(sum(1 for _one in element.iterancestors()) for element in root.iter()) < DEEPEST


def test_elements_nest_as_deep_as_in_any_newspaper() -> None:
    """A hundred elements inside each other stay so, twice what a newspaper has; a tree can be walked by recursion."""
    (found,) = parse("<div>" * 100 + "<p>đáy</p>" + "</div>" * 100).root.iter("p")
    assert sum(1 for _one in found.iterancestors("div")) == 100
    assert sys.getrecursionlimit() / 4 > DEEPEST


def test_attributes_beyond_reason_go() -> None:
    """Of a thousand attributes the first are kept, more than any element needs."""
    (found,) = parse(f"<p class=a {' '.join(f'a{number}=1' for number in range(1000))}>chữ</p>").root.iter(
        "p"
    )
    assert (found.get("class"), found.get("a30"), len(found.attrib)) == ("a", "1", 40)


@given(st.lists(st.sampled_from([*PIECES, "chữ "])))
def test_any_markup_has_a_tree(pieces: list[str]) -> None:
    """No arrangement of markup raises."""
    assert parse("".join(pieces)).root is not None


def test_names_that_a_tree_cannot_have() -> None:
    """Elements of word processors stay as inline ones, their odd attributes and control characters go."""
    root = parse("<p>a<o:p x:y='1' lang='\x01vi'>b\x1b</o:p>c</p>").root
    assert text_of(root) == "a b c"
    assert [dict(element.attrib) for element in root.iter("span")] == [{"lang": "vi"}]


def test_scripts_are_not_text() -> None:
    """The texts of JSON-LD scripts are apart, those of other scripts and of style sheets nowhere."""
    tree = parse(
        "<script>var a = '<p>no</p>'</script><style>p {}</style>"
        "<script type='application/ld+json'>{\"a\": 1}</script><p>có</p>"
    )
    assert words(tree.root) == ["có"]
    assert tree.json_ld == ('{"a": 1}',)


@pytest.mark.parametrize("html", ["", " \n", "<!-- x -->", "<!DOCTYPE html>", "<?xml version='1.0'?>"])
def test_nothing_is_an_empty_tree(html: str) -> None:
    """Without any element there is a root alone."""
    assert words(parse(html).root) == []


def test_cutting_keeps_the_text_after() -> None:
    """What is cut is gone with all in it; the words behind it stay where they were."""
    root = parse("<p>một<i>hai</i>ba<i>bốn</i>năm</p>").root
    for element in list(root.iter("i")):
        cut(element)
    assert words(root) == ["mộtbanăm"]
    cut(root)
    assert words(root) == ["mộtbanăm"]
