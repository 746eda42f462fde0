"""What an engine is fed."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl.article import VIETNAM, parse_when
from index.document import (
    FIELDS,
    TEXT_FIELDS,
    Document,
    FieldTerms,
    Kind,
    dump_document,
    keyword_values,
    load_document,
    published_day,
    text_terms,
)
from index.text.tokens import analyse, analyse_terms, keyword_key

SEEN = datetime(2024, 1, 1, tzinfo=UTC)
TEXTS = st.text() | st.text(alphabet="aĐ \n\u0301\ud800\x00\u2028", max_size=20)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_FIRST, _LAST = datetime.fromisoformat("0002-01-01"), datetime.fromisoformat("9998-01-01")
MOMENTS = st.datetimes(_FIRST, _LAST, timezones=ZONES).map(lambda moment: moment.replace(microsecond=0))
DOCUMENTS = st.builds(
    Document,
    id=TEXTS,
    source=TEXTS,
    title=TEXTS,
    first_seen=MOMENTS,
    url=st.none() | TEXTS,
    lead=TEXTS,
    body=TEXTS,
    captions=st.lists(TEXTS, max_size=3).map(tuple),
    author=st.none() | TEXTS,
    province=st.none() | TEXTS,
    section=st.none() | TEXTS,
    tags=st.lists(TEXTS, max_size=3).map(tuple),
    published=st.none() | st.dates() | MOMENTS,
)


@given(DOCUMENTS)
def test_a_stored_document_comes_back(document: Document) -> None:
    """Whatever text the fields hold, what was stored is what is loaded, time zones included."""
    loaded = load_document(dump_document(document))
    assert loaded == document
    assert str(loaded.published) == str(document.published)


@given(DOCUMENTS)
def test_positions_leave_gaps(document: Document) -> None:
    """Positions grow strictly, a paragraph's terms are neighbours, and between paragraphs a place is free."""
    found = text_terms(document)
    assert set(found) <= {field.name for field in TEXT_FIELDS}
    for terms in found.values():
        assert len(terms.terms) == len(terms.positions) > 0
        assert terms.breaks == sorted(set(range(max(terms.positions))) - set(terms.positions))
        assert all(one < other for one, other in zip(terms.positions, terms.positions[1:], strict=False))
    captions = [analysed for caption in document.captions if (analysed := analyse_terms(caption))]
    if captions:
        assert found["captions"].positions[-1] == sum(map(len, captions)) + len(captions) - 2


def test_a_gap_stands_between_paragraphs() -> None:
    """Empty paragraphs take no place; a line end inside a paragraph makes no gap."""
    document = Document("1", "a.vn", "", SEEN, body="lũ về\nhạ lưu\n\n\n\n…\n\ngió mùa")
    assert text_terms(document)["body"].terms == ["lũ", "về", "hạ", "lưu", "gió", "mùa"]
    assert text_terms(document)["body"].positions == [0, 1, 2, 3, 5, 6]
    assert text_terms(document)["body"].breaks == [4]
    assert set(text_terms(document)) == {"body"}


_PIECES = [
    "15/3/2021",
    "15.3.2021",
    "2021-03-15,",
    "(3/2021)",
    "ngày 15 tháng 3 năm 2021",
    "tháng\u00a03/2021.",
    "lũ",
]
_PIECES += [" ", "\n", "\u2003", "1.2.3", "tp.hcm", "a1b2", "—", "10/10/2020/5", "2021"]


@given(st.lists(st.sampled_from(_PIECES), max_size=20).map("".join))
def test_a_date_stands_where_its_last_word_does(text: str) -> None:
    """The positions of dates' keys are those that the analysis of the whole text gives, whatever stands around them."""
    tokens = analyse(text)
    words = len(tokens.terms)
    expected = {(key, bisect_left(tokens.ends, date.end)) for date in tokens.dates for key in date.keys}
    found = text_terms(Document("1", "a", text, SEEN)).get("title", FieldTerms([], [], []))
    dates = zip(found.terms[words:], found.positions[words:], strict=True)
    assert sorted(dates) == sorted(expected)


def test_each_text_field_is_analysed() -> None:
    """Every field that is declared as text is found in the terms, every keyword in the keys."""
    document = Document("1", "a", "b", SEEN, None, "c", "d", ("e",), "f", "g", "h", ("i",), date(2021, 3, 15))
    assert set(text_terms(document)) == {field.name for field in FIELDS if field.kind is Kind.TEXT}
    assert keyword_values(document) == {"source": "a", "province": "g", "section": "h"}


@pytest.mark.parametrize(
    ("value", "key"),
    [("Khánh Hoà", "khánh hòa"), (" khánh  hòa ", "khánh hòa"), ("bao.vn", "bao vn"), ("…", "")],
)
def test_keys_of_whole_values(value: str, key: str) -> None:
    """Spacing, case and the place of the tone do not matter; a value without a word has no key."""
    assert keyword_key(value) == key
    assert keyword_values(Document("1", value, "", SEEN)).get("source", "") == key


@pytest.mark.parametrize(
    ("published", "day"),
    [
        ("2021-03-15", date(2021, 3, 15)),
        ("2021-03-15T00:30:00+07:00", date(2021, 3, 15)),
        ("2021-03-14T17:30:00+00:00", date(2021, 3, 15)),
        ("2021-03-15T00:30:00+14:00", date(2021, 3, 14)),
    ],
)
def test_the_day_is_vietnams(published: str, day: date) -> None:
    """A moment counts to the day that it was in Vietnam, a bare date to itself."""
    assert published_day(Document("1", "a", "", SEEN, published=parse_when(published))) == day


def test_no_date_no_day() -> None:
    """A document without a date has no day; a moment keeps the zone it was printed in."""
    assert published_day(Document("1", "a", "", SEEN)) is None
    moment = datetime(2021, 3, 15, 22, 42, tzinfo=VIETNAM)
    document = Document("1", "a", "", SEEN, published=moment)
    assert b'"2021-03-15T22:42:00+07:00"' in dump_document(document)
