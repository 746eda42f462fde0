"""What is said of results in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from crawl.article import When
from crawl.messages import speaking
from searcher.output.sentences import iso_day, reprints_line, shown_when, slip_sentences
from searcher.results.search import Reprints
from searcher.suggest.corrections import Slip
from tests.result_pages import DOCUMENTS, page


def test_an_article_that_was_first_names_no_other() -> None:
    """Of the article itself as the first of its reprints only the number of the others is said."""
    assert reprints_line(DOCUMENTS[0], Reprints(1, DOCUMENTS[0]), str) == "Reprinted in 1 other article"


def test_the_first_of_the_reprints_is_named_by_its_title() -> None:
    """Number, newspaper and day; an article without a date has none to tell."""
    titles = {"baomau.vn": "Báo Mẫu", "tinthu.vn": "Tin Thử"}
    line = reprints_line(DOCUMENTS[0], Reprints(1_200, DOCUMENTS[1]), titles.__getitem__)
    assert line == "Reprinted in 1,200 other articles, the earliest: Tin Thử, 2020-01-02"
    line = reprints_line(DOCUMENTS[0], Reprints(2, DOCUMENTS[2]), titles.__getitem__)
    assert line == "Reprinted in 2 other articles, the earliest: Tin Thử"


@pytest.mark.parametrize(
    ("when", "vietnamese", "english"),
    [
        (date(2021, 3, 5), "05/03/2021", "2021-03-05"),
        (datetime(2021, 3, 4, 18, 7, tzinfo=UTC), "01:07 05/03/2021", "2021-03-05 01:07"),
    ],
)
def test_dates_are_written_as_the_reader_writes_them(when: When, vietnamese: str, english: str) -> None:
    """Moments are in Vietnam's time, which may be another day; days stay what they are."""
    assert shown_when(when) == english
    with speaking("vi"):
        assert shown_when(when) == vietnamese


def test_the_day_for_programs_is_vietnams() -> None:
    """ISO 8601 whatever the language, of the day in Vietnam; nothing where nobody knows it."""
    late = replace(DOCUMENTS[0], published=datetime(2021, 3, 4, 18, 7, tzinfo=UTC))
    with speaking("vi"):
        assert [iso_day(one) for one in (late, DOCUMENTS[2])] == ["2021-03-05", ""]


def test_each_slip_is_told() -> None:
    """One sentence for each word that no article has, with what it was taken for."""
    shown = replace(page(), slips=(Slip("chàii", "chài", 0, 5), Slip("lướii", "lưới", 6, 11)))
    assert [("chàii" in line, "“lưới”" in line) for line in slip_sentences(shown)] == [
        (True, False),
        (False, True),
    ]
