"""Excerpts and their marks, compared with what the engine matches."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.document import Document
from index.query import And, Phrase, Term, Word, leaves
from index.text.tokens import analyse, analyse_terms
from index.text.vietnamese import fold, folds
from searcher.querylang.syntax import parse
from searcher.results.snippets import SNIPPET_WIDTH, Snippet, marks, snippet

SEEN = datetime(2024, 1, 1, tzinfo=UTC)


def article(body: str = "", lead: str = "", captions: tuple[str, ...] = ()) -> Document:
    """A document of which only what matters is said."""
    return Document("1", "a.vn", "Tiêu đề dân vận", SEEN, lead=lead, body=body, captions=captions)


def excerpt(text: str, document: Document, width: int = SNIPPET_WIDTH) -> Snippet:
    """The snippet for a typed query."""
    return snippet(document, parse(text).query, width)


def marked(found: Snippet) -> list[str]:
    """The stretches that are highlighted."""
    return [found.text[start:end] for start, end in found.marks]


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("hoà", "Hòa, hoa, HOÀ", ["Hòa", "HOÀ"]),
        ("hoa", "Hòa, hoa, họa", ["Hòa", "hoa", "họa"]),
        ('="hoa"', "Hòa, hoa", ["hoa"]),
        ("dân vận", "dân vận, vận dân; dân", ["dân vận", "vận dân", "dân"]),
        ('"dân vận"', "dân vận, vận dân; dân", ["dân vận"]),
        ('"dân vận"', "dân. Vận", ["dân. Vận"]),
        ('"a a"', "a a a", ["a a a"]),
        ('"a b a c"', "a b a b a c", ["a b a c"]),
        ("dân -vận", "dân vận", ["dân"]),
        ("dân OR (vận NOT xe)", "dân vận xe", ["dân vận"]),
        ("title:dân", "dân", []),
        ("body:dân", "dân", ["dân"]),
        ("source:dân", "dân", []),
        ("25000", "25.000 đồng", ["25.000"]),
        ("tieng", "tie\u0302\u0301ng", ["tie\u0302\u0301ng"]),
        ('"dân vận"', "dân\n\nvận", []),
        ("v*", "Dân vận, Vạn vật", ["vận", "Vạn vật"]),
        ("hoà*", "Hòa, hoàn, hóa", ["Hòa", "hoàn"]),
        ('"dân v*"', "dân vận; dân, vạn; vận", ["dân vận", "dân, vạn"]),
        ("van~", "vang bán ván dan vỏ", ["vang bán ván dan"]),
        ("vận~", "vang bán vậnh vân vận", ["vậnh vân vận"]),
        ('"dân vận"~p', "vận một dân", ["vận", "dân"]),
        ("dân^2 vận", "dân vận", ["dân vận"]),
    ],
)
def test_marks_are_what_the_query_matches(query: str, text: str, expected: list[str]) -> None:
    """Marks follow the rules of matching: spellings, tones typed or not, phrases, fields, exclusions."""
    assert [text[start:end] for start, end in marks(text, parse(query).query, "body")] == expected


LONG = "Mở đầu không có gì. " * 30 + "Công tác dân vận ở Huế rất tốt. " + "Kết thúc dài dòng. " * 30


def test_the_best_passage_is_shown_from_its_sentence() -> None:
    """The excerpt begins with the sentence that answers, and says by ellipses that there is more."""
    found = excerpt("dân vận", article(LONG))
    assert found.text.startswith("… Công tác dân vận ở Huế")
    assert found.text.endswith(" …")
    assert marked(found) == ["dân vận"]


def test_a_text_that_fits_is_shown_whole() -> None:
    """Nothing is cut from a text that fits, and at the end of a longer one the excerpt is filled."""
    body = "Câu một. Câu hai.\n\nVề Huế."
    assert excerpt("huế", article(body)) == Snippet(body, ((22, 25),))
    near_the_end = excerpt("sóc", article(LONG + "Về Sóc."), 60).text
    assert near_the_end == "… Kết thúc dài dòng. Kết thúc dài dòng. Về Sóc."


def test_more_words_beat_earlier_ones_and_neighbours_beat_strays() -> None:
    """Of several passages the one with more different words wins, then the one with them side by side."""
    gap = " Câu khác." * 40
    body = f"Dân đây.{gap} Vận động người dân.{gap} Làm dân vận.{gap} Dân vận nữa."
    assert "Làm dân vận" in excerpt("dân vận", article(body), 60).text
    assert excerpt("dân", article(body), 60).text.startswith("Dân đây.")


def test_captions_are_quoted_only_for_want_of_better() -> None:
    """A caption is the excerpt if it alone answers; lead and body come before it."""
    captions = ("Ảnh một", "Lễ hội Huế")
    assert excerpt("huế", article("Bài", captions=captions)) == Snippet("Lễ hội Huế", ((7, 10),))
    assert excerpt("huế", article("Về Huế", captions=captions)).text == "Về Huế"


def test_without_a_match_the_beginning_is_shown() -> None:
    """An article found by its title shows its lead, else its body, else a caption, unmarked."""
    assert excerpt("tiêu", article("Thân bài", "Sa-pô")) == Snippet("Sa-pô", ())
    assert excerpt("tiêu", article("Thân bài")) == Snippet("Thân bài", ())
    assert excerpt("tiêu", article(captions=("Ảnh",))) == Snippet("Ảnh", ())
    assert excerpt("tiêu", article()) == Snippet("", ())
    beginning = excerpt("tiêu", article(LONG))
    assert beginning.text.startswith("Mở đầu")
    assert beginning.text.endswith(" …")


def test_a_word_longer_than_the_excerpt_is_cut() -> None:
    """A monstrous token gives an excerpt of bounded length that is still marked."""
    body = "đầu " + "x" * 100_000 + " cuối"
    found = excerpt("x" * 64, article(body))
    assert len(found.text) <= SNIPPET_WIDTH + 4
    assert marked(found) == ["x" * SNIPPET_WIDTH]


def test_repetition_costs_no_more_than_other_text() -> None:
    """A long phrase of one word over a long text of that word is found in one pass, as one stretch."""
    text = "a " * 50_000
    query = parse('"' + "a " * 250 + '"').query
    assert marks(text, query, "body") == ((0, len(text) - 1),)


WORDS = st.sampled_from(["dân", "dan", "Dận", "vận", "van", "Huế", "hue", "đi", "x", "25.000"])
GAPS = st.sampled_from([" ", " ", ", ", ". ", "\n\n", "\n", " - ", "…"])
TEXTS = st.lists(st.tuples(WORDS, GAPS), max_size=40).map(lambda parts: "".join(map("".join, parts)))
QUERIES = st.sampled_from(
    [
        "dân vận",
        "dan van hue",
        '"dân vận" huế',
        "huế -đi",
        'hue OR "đi x"',
        '="dan" 25000',
        "body:dân vận",
        "x",
    ]
)


@settings(max_examples=300, deadline=None)
@given(TEXTS, QUERIES)
def test_marks_cover_exactly_the_matching_tokens(text: str, typed: str) -> None:
    """Read token by token: a token lies in a mark if and only if a word or whole phrase is there."""
    query = parse(typed).query
    found = marks(text, query, "body")
    offset, expected, actual = 0, [], []
    for paragraph in text.split("\n\n"):
        tokens = analyse(paragraph)
        hit: set[int] = set()
        for leaf in leaves(query):
            terms = leaf.terms if isinstance(leaf, Phrase) else (leaf,)
            for place in range(len(tokens.terms) - len(terms) + 1):
                if all(spells(term, tokens.terms[place + step]) for step, term in enumerate(terms)):
                    hit.update(range(place, place + len(terms)))
        for place, (start, end) in enumerate(zip(tokens.starts, tokens.ends, strict=True)):
            expected.append(place in hit)
            actual.append(any(first <= offset + start and offset + end <= last for first, last in found))
        offset += len(paragraph) + 2
    assert actual == expected


def spells(term: Word, found: str) -> bool:
    """Whether an indexed term answers a term of the query."""
    assert isinstance(term, Term)
    return found == term.term or (term.any_marks and fold(term.term) in folds(found))


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS, st.lists(TEXTS, max_size=2), QUERIES, st.integers(20, 80))
def test_an_excerpt_is_the_articles_own_text(
    body: str, lead: str, captions: list[str], typed: str, width: int
) -> None:
    """It is a stretch of one section, cut between words, not too long; marks are sorted and inside."""
    document = article(body, lead, tuple(captions))
    found = excerpt(typed, document, width)
    own = found.text.removeprefix("… ").removesuffix(" …")
    assert any(own in section for section in (body, lead, *captions))
    assert len(own) <= width
    assert set(analyse_terms(own)) <= set(analyse_terms(" ".join((body, lead, *captions))))
    edges = [edge for mark in found.marks for edge in mark]
    assert edges == sorted(set(edges))
    assert all(0 <= edge <= len(found.text) for edge in edges)
    answers = any(
        marks(text, parse(typed).query, field)
        for field, text in (("body", body), ("lead", lead), *(("captions", caption) for caption in captions))
    )
    assert bool(found.marks) == answers


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300), st.integers(1, 60))
def test_hostile_text_gives_an_excerpt(text: str, width: int) -> None:
    """Any text at all is quoted without a crash and within bounds."""
    found = snippet(article(text), And((Term("a", any_marks=True), Term("0"))), width)
    assert len(found.text) <= width + 4


def test_of_a_huge_text_the_first_stretch_with_matches_is_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a text of many stretches no more is looked at than it takes to find something, wherever that stands."""
    monkeypatch.setattr("searcher.results.snippets.STRETCH", 500)
    paragraph = "mưa rơi trên phố nhỏ. " * 10
    body = "\n\n".join(
        [paragraph] * 20 + [f"{paragraph}lũ dâng. {paragraph}"] + [paragraph] * 3 + ["lũ dâng cao"]
    )
    assert marked(excerpt("lũ dâng", article(body))) == ["lũ dâng"]
    assert marked(excerpt("mưa", article(body)))
    assert marked(excerpt("lũ", article("mưa " * 1_000 + "lũ"))) == ["lũ"]
    assert not marked(excerpt("bão", article(body)))
