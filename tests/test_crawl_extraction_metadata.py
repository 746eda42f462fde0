"""What pages tell machines is read as far as it can be trusted to be data."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl.article import VIETNAM
from crawl.extraction.metadata import Claims, read_json_ld, read_meta

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYS = (
    "@type",
    "headline",
    "datePublished",
    "author",
    "publisher",
    "keywords",
    "articleSection",
    "itemListElement",
)


def article(**facts: object) -> str:
    """A script that describes an article."""
    return json.dumps({"@context": "https://schema.org", "@type": "NewsArticle", **facts}, ensure_ascii=False)


def test_an_article_in_json_ld() -> None:
    """The facts of a NewsArticle and of the breadcrumb list are read."""
    crumbs = {"@type": "BreadcrumbList", "itemListElement": [{"item": {"name": "Xã hội"}}, {"name": "Y tế"}]}
    facts = {
        "headline": "Tiêu đề",
        "description": "Mô tả",
        "datePublished": "2021-03-15T22:42:00+07:00",
        "author": [{"@type": "Person", "name": "P.Y"}, {"@type": "Person", "name": "T.H"}],
        "publisher": {"@type": "Organization", "name": "Báo X"},
        "articleSection": ["Y tế", "Xã hội"],
        "keywords": ["a, b", "c"],
    }
    assert read_json_ld([json.dumps(crumbs), article(**facts)]) == Claims(
        is_article=True,
        headline="Tiêu đề",
        description="Mô tả",
        author="P.Y, T.H",
        published=datetime(2021, 3, 15, 22, 42, tzinfo=VIETNAM),
        section="Y tế",
        tags=("a", " b", "c"),
        site="Báo X",
        breadcrumb=("Xã hội", "Y tế"),
    )


@pytest.mark.parametrize(
    "script",
    [
        '{"@graph": [{"@type": "WebPage"}, %s]}',
        "[%s]",
        "<!-- %s -->",
        "//<![CDATA[\n%s\n//]]>",
        " %s ; ",
    ],
)
def test_wrappings(script: str) -> None:
    """Graphs, lists and the wrappings of old editors make no difference."""
    assert read_json_ld([script % article(headline="T")]).headline == "T"


def test_white_space_without_end() -> None:
    """Half a megabyte of it in a script takes no time that grows with its square."""
    assert read_json_ld(['{"@type": "NewsArticle", "headline": "A"' + " " * 500_000 + "}"]).headline == "A"


def test_line_breaks_inside_texts() -> None:
    """Raw line breaks in JSON strings, which JSON forbids and papers write, do not lose the article."""
    assert read_json_ld(['{"@type": "NewsArticle", "description": "a\nb"}']).description == "a\nb"


@pytest.mark.parametrize("author", [{"@type": "Organization", "name": "Báo X"}, "", [], {"name": 3}, None])
def test_an_organisation_is_no_author(author: object) -> None:
    """A publisher named as author says nothing about who wrote."""
    assert read_json_ld([article(author=author)]).author is None


@pytest.mark.parametrize(
    "script",
    ["", "{", "[" * 100_000, '{"a":' * 50_000, "1" * 10_000, "null", '"x"', '{"@type": "Organization"}'],
)
def test_no_article(script: str) -> None:
    """Broken, hostile or other scripts claim nothing."""
    assert read_json_ld([script]) == Claims()


@given(st.dictionaries(st.sampled_from(KEYS), JSON))
def test_any_json_is_survived(node: dict[str, object]) -> None:
    """Values of any type where a text was meant do not raise."""
    read_json_ld(
        [json.dumps({**node, "@type": "NewsArticle"}), json.dumps({**node, "@type": ["BreadcrumbList"]})]
    )


def test_meta_elements() -> None:
    """The first value of each name counts, in order of trust; the names' case does not matter."""
    claims = read_meta(
        [
            ("description", "của trang"),
            ("OG:Description", "của bài"),
            ("og:description", "khác"),
            ("og:title", " "),
            ("twitter:title", "Tiêu đề"),
            ("article:published_time", "2021-03-15T22:42:00+07:00"),
            ("keywords", "a,b"),
            ("article:tag", "c"),
        ]
    )
    assert (claims.description, claims.headline, claims.tags) == ("của bài", "Tiêu đề", ("a", "b", "c"))
    assert claims.is_article


@pytest.mark.parametrize(
    "pairs", [[("og:type", "article")], [("article:published_time", "")], [("pubdate", "x")]]
)
def test_meta_elements_of_every_page(pairs: list[tuple[str, str]]) -> None:
    """What a site writes on all of its pages makes no article of one."""
    assert not read_meta(pairs).is_article


@pytest.mark.parametrize("stamp", [1615822920, "1615822920", 1615822920000, "2021-03-15T22:42:00+07:00"])
def test_dates_for_machines(stamp: int | str) -> None:
    """Seconds and milliseconds since 1970 are dates, as numbers and as text."""
    expected = datetime(2021, 3, 15, 22, 42, tzinfo=VIETNAM)
    claims = read_json_ld([article(datePublished=stamp, dateModified=stamp)])
    assert (claims.published, claims.modified) == (expected, expected)
    assert read_meta([("article:published_time", str(stamp))]).published == expected
