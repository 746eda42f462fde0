"""Marks in hostile text: nothing of the text becomes markup, wherever the marks stand, and the marks stay."""

from __future__ import annotations

import functools
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape

from bs4 import BeautifulSoup, Tag
from hypothesis import given, settings
from hypothesis import strategies as st

from crawl.messages import printable
from index.document import Document
from index.text.tokens import analyse_terms
from searcher.web.app import create_app
from searcher.web.marking import marked
from tests.oracle_engine import OracleEngine

SEEN = datetime(2024, 1, 1, tzinfo=UTC)

# Beginnings and ends of tags, comments, entities, attributes and template expressions, in any order.
pieces = st.sampled_from(
    [
        *(
            "<img src=x onerror=alert(1)>",
            "<script>alert(1)</script>",
            "<svg/onload=alert(1)>",
            "<b>",
            "</b>",
        ),
        *(
            "<mark>",
            "</mark>",
            "</p>",
            "</h1>",
            "</title>",
            "</ul>",
            "<!--",
            "-->",
            "<![CDATA[",
            "]]>",
            "<",
            ">",
        ),
        *(
            "&lt;i&gt;",
            "&amp;",
            "&#60;",
            '"',
            "'",
            "' onclick=x ",
            "{{ 7 * 7 }}",
            "{% raw %}",
            "\x1b[2J",
            "\u202e",
        ),
    ]
)
between_words = st.text(max_size=6)
hostile_texts = st.builds(
    lambda middle: f"Bão {''.join(middle)} lũ", st.lists(pieces | between_words, min_size=1, max_size=5)
).filter(lambda text: "\n\n" not in text)
"""From one word to another, so that a phrase that holds both is marked with all that stands between them."""


@given(hostile_texts | st.text(max_size=60), st.lists(st.integers(0, 60), max_size=8))
def test_marks_never_break_escaping(text: str, cuts: list[int]) -> None:
    """Wherever marks stand they are the only tags, and without them unescaping gives the printable text."""
    places = sorted({min(cut, len(text)) for cut in cuts})
    stretches = tuple(zip(places[::2], places[1::2], strict=False))
    markup = str(marked(text, stretches))
    assert markup.count("<mark>") == markup.count("</mark>") == len(stretches)
    bare = re.sub("</?mark>", "", markup)
    assert not set(bare) & set("<>\"'")
    assert unescape(bare) == printable(text)


def test_a_phrase_with_a_tag_inside_is_marked_as_text() -> None:
    """What an image inside a marked phrase would do is shown, not done."""
    text = "Bão<img src=x onerror=alert(1)>lũ"
    assert marked(text, ((0, len(text)),)) == "<mark>Bão&lt;img src=x onerror=alert(1)&gt;lũ</mark>"


def pages_about(text: str) -> dict[str, BeautifulSoup]:
    """Both pages of a site with an article that says `text` in every field, and a reprint of it that does too.

    What is asked is a phrase of all its words.
    """
    engine = OracleEngine()
    article = Document(
        id="a1",
        source=text,
        title=text,
        first_seen=SEEN,
        url=f"https://a.example/{re.sub('[^!-~]', '', text)}",
        lead=text,
        body=f"{text}\n\n{text}",
        captions=(text, text),
        author=text,
        province=text,
        section=text,
        tags=(text,),
        published=date(2021, 1, 1),
        group="g",
        agency=text,
    )
    with engine.writer() as writer:
        writer.put(article)
        writer.put(replace(article, id="a2", published=date(2021, 1, 2)))
        writer.commit("")
    visitor = create_app(engine).test_client()
    phrase = {"q": f'"{" ".join(analyse_terms(text))}"', "reprints": "show"}
    answers = {address: visitor.get(address, query_string=phrase) for address in ("/search", "/a/a1")}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {address: BeautifulSoup(answer.text, "html.parser") for address, answer in answers.items()}


def shape(tag: Tag) -> list[object]:
    """The elements inside, each with the names of its attributes and what is inside it."""
    return [
        (child.name, sorted(child.attrs), shape(child))
        for child in tag.find_all(recursive=False)
        if isinstance(child, Tag)
    ]


@functools.cache
def usual_shape(address: str) -> list[object]:
    """What a page about a harmless article looks like."""
    page = pages_about("Bão và lũ")[address]
    for mark in page.find_all("mark"):
        mark.unwrap()
    return shape(page)


@settings(max_examples=30)
@given(hostile_texts)
def test_no_markup_of_an_article_survives(text: str) -> None:
    """Both pages have the elements that they have for a harmless article, and show each text whole and marked."""
    for address, page in pages_about(text).items():
        places = page.select("h3, .snippet" if address == "/search" else "h1, .text p, .captions li")
        assert len(places) == (4 if address == "/search" else 6)
        for place in places:
            (mark,) = place.find_all("mark")
            assert mark.get_text() == place.get_text() == printable(text)
            mark.unwrap()
        assert shape(page) == usual_shape(address)
