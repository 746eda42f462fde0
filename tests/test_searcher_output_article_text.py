"""One article as text: to read, its versions, and its reprints."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import given

from crawl.article import Article, Revision
from index.document import Document
from searcher.output.article_text import LINE, reprints_text, revisions_text, to_screen, to_text
from searcher.results.lookup import Reading
from searcher.results.reprints import Comparison
from tests.result_pages import UNSAFE, hostile_texts

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


@given(hostile_texts)
def test_nothing_hostile_reaches_a_reader(text: str) -> None:
    """No control, override or lone surrogate of any field is shown, of its versions and reprints neither."""
    document = Document(
        *(text, text, text, SEEN),
        url=text,
        lead=text,
        body=text,
        captions=(text,),
        author=text,
        province=text,
        section=text,
        agency=text,
    )
    version = Revision(1, SEEN, "0" * 64, Article(url=None, source=text, title=text))
    outputs = (
        to_text(Reading(document)),
        to_screen(Reading(document), colour=False, width=60),
        revisions_text((version,)),
        reprints_text((Comparison(document, (text,), (text,)),)),
    )
    for output in outputs:
        assert not UNSAFE.search(output)
        output.encode()


def test_lines_are_no_longer_than_can_be_followed() -> None:
    """However wide the terminal, prose is wrapped; an address is never cut."""
    url = f"https://mot.vn/{'bai-bao-' * 20}1.html"
    shown = to_screen(Reading(replace(FIRST, body="Bão vào bờ. " * 60, url=url)), colour=False, width=300)
    lines = shown.splitlines()
    assert url in lines
    assert LINE - 12 < max(len(line) for line in lines if line != url) <= LINE


def test_a_version_is_one_line() -> None:
    """Number, moment, the first twelve characters of the digest, and the title without its line breaks."""
    article = Article(url=None, source="mot.vn", title="Bão\nvào  bờ")
    shown = revisions_text((Revision(2, SEEN, "0123456789abcdef" * 4, article),))
    assert shown == "2\t2024-01-01T00:00:00+00:00\t0123456789ab\tBão vào bờ\n"
