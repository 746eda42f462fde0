"""One article as text: to read, its versions, and its reprints."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from index.document import Document
from searcher.output.article_text import reprints_text
from searcher.results.reprints import Comparison

SEEN = datetime(2024, 1, 1, tzinfo=UTC)
FIRST = Document("first", "mot.vn", "Bão vào", SEEN, published=date(2021, 3, 15))


def test_reprints_stand_below_each_other() -> None:
    """A line for each article, with the newspaper's title, and one for each paragraph that it added or cut."""
    later = Document("later", "hai.vn", "Bão\tvào", SEEN)
    shown = reprints_text(
        (Comparison(FIRST, (), ()), Comparison(later, ("Thêm.", "\x1b[2JẢnh:\nmột"), ("Bớt.",))),
        {"mot.vn": "Báo Một", "hai.vn": "Báo Hai"}.__getitem__,
    )
    assert shown.splitlines() == [
        "2021-03-15\tBáo Một\tfirst\tBão vào",
        "\tBáo Hai\tlater\tBão vào",
        "+ Thêm.",
        "+ [2JẢnh: một",
        "- Bớt.",
    ]


def test_the_agency_is_told() -> None:
    """Where a paper says which news agency it has an article from, the line says so; others have no empty column."""
    wire = replace(FIRST, agency="TTXVN")
    lines = reprints_text((Comparison(wire, (), ()), Comparison(FIRST, (), ()))).splitlines()
    assert [line.split("\t")[4:] for line in lines] == [["TTXVN"], []]
