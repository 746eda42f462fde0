"""Pages and articles as values."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawl.article import (
    VIETNAM,
    Article,
    Page,
    content_digest,
    dump_article,
    format_when,
    load_article,
    local_day,
    parse_when,
    utc_now,
)

# Repaired text holds no lone surrogate; all else may come.
TEXTS = st.text() | st.text(alphabet='aĐ \n\u0301\x00\u2028"\\', max_size=20)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_FIRST, _LAST = datetime.fromisoformat("0002-01-01"), datetime.fromisoformat("9998-01-01")
MOMENTS = st.datetimes(_FIRST, _LAST, timezones=ZONES).map(lambda moment: moment.replace(microsecond=0))
ARTICLES = st.builds(
    Article,
    url=st.none() | TEXTS,
    source=TEXTS,
    title=TEXTS,
    lead=TEXTS,
    body=TEXTS,
    captions=st.lists(TEXTS, max_size=3).map(tuple),
    author=st.none() | TEXTS,
    published=st.none() | st.dates() | MOMENTS,
    section=st.none() | TEXTS,
    tags=st.lists(TEXTS, max_size=3).map(tuple),
    headings=st.lists(TEXTS, max_size=3).map(tuple),
    images=st.lists(TEXTS, max_size=3).map(tuple),
    role=st.none() | TEXTS,
    agency=st.none() | TEXTS,
    modified=st.none() | st.dates() | MOMENTS,
    language=st.none() | TEXTS,
)


@given(ARTICLES)
def test_a_stored_article_comes_back(article: Article) -> None:
    """What was stored is what is loaded, on one line, and the same article gives the same line."""
    line = dump_article(article)
    assert "\n" not in line
    assert load_article(line) == article
    assert dump_article(load_article(line)) == line


@given(ARTICLES, ARTICLES)
def test_the_digest_tells_contents_apart(one: Article, other: Article) -> None:
    """Two articles have one digest exactly when all but their URLs is equal."""
    same = dump_article(replace(one, url=None)) == dump_article(replace(other, url=None))
    assert (content_digest(one) == content_digest(other)) is same
    assert content_digest(replace(one, url="http://bao.vn/khac")) == content_digest(one)


def test_the_digest_is_stable() -> None:
    """The digest is the SHA-256 of the line of JSON: archives of today are compared with those of tomorrow."""
    article = Article(url="http://a.vn/", source="a.vn", title="Lũ", published=date(2021, 3, 15))
    line = (
        '{"author":null,"body":"","captions":[],"lead":"","published":"2021-03-15","section":null,'
        '"source":"a.vn","tags":[],"title":"Lũ","url":null}'
    )
    assert content_digest(article) == hashlib.sha256(line.encode()).hexdigest()


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists) | ARTICLES.map(dump_article)
)
@example({"title": "t"})
@example({**json.loads(dump_article(Article(None, "a", "t"))), "more": 1})
@example({**json.loads(dump_article(Article(None, "a", "t"))), "published": 5})
@example({**json.loads(dump_article(Article(None, "a", "t"))), "tags": None})
def test_damaged_text_is_said_to_be_no_article(stored: object) -> None:
    """Text that is no article's raises ValueError and nothing else."""
    with pytest.raises(ValueError):
        load_article(json.dumps(stored))
    with pytest.raises(ValueError):
        load_article("{")


@given(MOMENTS | st.dates())
def test_a_moment_comes_back(when: date) -> None:
    """What was written is what is read, with its zone."""
    assert str(parse_when(format_when(when))) == str(when)


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2021-03-15", date(2021, 3, 15)),
        (" 20210315\n", date(2021, 3, 15)),
        ("2021-03-15T22:42", datetime(2021, 3, 15, 22, 42, tzinfo=VIETNAM)),
        ("2021-03-15 22:42:07.999", datetime(2021, 3, 15, 22, 42, 7, tzinfo=VIETNAM)),
        ("2021-03-15T15:42:00Z", datetime(2021, 3, 15, 15, 42, tzinfo=UTC)),
    ],
)
def test_dates_of_iso_8601(text: str, when: date) -> None:
    """Dates are dates, date-times are moments to the second, in Vietnam where they name no zone."""
    found = parse_when(text)
    assert (type(found), found) == (type(when), when)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "15/03/2021",
        "2021-02-30",
        "2021-03-15T25:00",
        "hôm qua",
        "0001-01-01T00:00:00+07:00",
        "9999-12-31T23:00:00Z",
    ],
)
def test_what_is_no_date(text: str) -> None:
    """Anything else, and a moment that another zone's calendar does not have, raises ValueError."""
    with pytest.raises(ValueError):
        parse_when(text)


@given(st.text())
@example("0001-01-01T00:00:00+23:59")
@example("2021-03-15T00:00+24:00")
def test_any_text_is_a_date_or_is_not(text: str) -> None:
    """What is accepted can be used in every way, what is not raises ValueError."""
    try:
        when = parse_when(text)
    except ValueError:
        return
    assert isinstance(local_day(when), date)
    assert parse_when(format_when(when)) == when


def test_headers_are_found_whatever_their_case() -> None:
    """The first header of a name is given, None where there is none."""
    headers = (("ETag", "1"), ("X-A", "a"), ("x-a", "b"))
    page = Page("u", "u", 200, headers, b"", utc_now())
    assert (page.header("x-A"), page.header("etag"), page.header("age")) == ("a", "1", None)


def test_now_is_in_utc_without_fractions() -> None:
    """The present is aware and whole seconds."""
    now = utc_now()
    assert now.tzinfo is UTC
    assert now.microsecond == 0
