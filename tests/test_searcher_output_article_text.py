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


WHOLE = Document(
    "whole",
    "mot.vn",
    "Bão vào",
    SEEN,
    url=f"https://mot.vn/{'bao-' * 40}1.html",
    lead="Chiều qua bão đổ bộ.",
    body="Gió giật mạnh. " * 12 + "\n\nMưa to.",
    captions=("Sóng đánh vào bờ kè.",),
    author="Lê Thử",
    province="Khánh Hòa",
    section="",
    published=date(2021, 3, 15),
)


def test_an_article_is_shown_from_its_title_to_its_address() -> None:
    """Title, what is known of its origin, lead, body, captions in brackets, address, and since when it is gone."""
    shown = to_text(
        Reading(WHOLE, vanished=datetime(2022, 1, 2, 3, 4, tzinfo=UTC)),
        lambda name: {"mot.vn": "Báo Một"}[name],
    )
    assert shown.split("\n\n") == [
        "Bão vào",
        "Báo Một · Khánh Hòa · 2021-03-15 · Lê Thử",
        "Chiều qua bão đổ bộ.",
        "Gió giật mạnh. " * 12,
        "Mưa to.",
        "[Sóng đánh vào bờ kè.]",
        WHOLE.url,
        "The newspaper has not shown this article any more since 2022-01-02 10:04.\n",
    ]


def test_what_an_article_does_not_have_leaves_no_gap() -> None:
    """Without title, text and address there is a word for the title, and the origin."""
    assert to_text(Reading(Document("bare", "mot.vn", "", SEEN))) == "(untitled)\n\nmot.vn\n"


def test_lines_on_a_wide_screen_stay_readable() -> None:
    """However wide the terminal is, lines end before LINE columns; only the address stays in one piece."""
    lines = to_screen(Reading(WHOLE), colour=False, width=300).splitlines()
    assert WHOLE.url in lines
    assert LINE // 2 < max(len(line) for line in lines if line != WHOLE.url) <= LINE


def test_versions_are_one_a_line() -> None:
    """Number, moment, the first twelve digits of the digest and the title, whatever stands in the title."""
    article = Article(url=None, source="mot.vn", title="Bão\tvào\n\x1b[2J bờ")
    assert revisions_text([Revision(2, SEEN, "0123456789abcdef" * 4, article)]) == (
        "2\t2024-01-01T00:00:00+00:00\t0123456789ab\tBão vào [2J bờ\n"
    )


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
