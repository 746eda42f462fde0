"""The reprints of one article compared."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from index.document import Document
from searcher.results.reprints import compare
from tests.oracle_engine import OracleEngine

SEEN = datetime(2024, 1, 1, tzinfo=UTC)
PARAGRAPHS = (
    "Chiều qua bão số chín đổ bộ vào bờ biển phía nam tỉnh Khánh Hòa.",
    "Hàng trăm căn nhà tốc mái, nhiều tàu cá bị sóng đánh chìm.",
    "Chính quyền đưa người dân tới nơi tránh trú an toàn từ hôm trước.",
)


def document(name: str, day: int | None, *paragraphs: str, group: str | None = "g") -> Document:
    """An article of the group with these paragraphs."""
    published = None if day is None else date(2021, 3, day)
    return Document(
        name,
        f"{name}.vn",
        name,
        SEEN,
        lead=paragraphs[0],
        body="\n\n".join(paragraphs[1:]),
        published=published,
        group=group,
    )


def engine(*documents: Document) -> OracleEngine:
    """An engine that holds these documents."""
    made = OracleEngine()
    with made.writer() as writer:
        for one in documents:
            writer.put(one)
        writer.commit("")
    return made


def test_what_was_added_and_cut_is_told_by_paragraphs() -> None:
    """Beside the earliest, an edited paragraph is kept, a new one added, one left out cut; undated ones come last."""
    own = "Phóng viên của báo có mặt tại hiện trường ghi nhận."
    edited = PARAGRAPHS[1].replace("Hàng trăm", "Gần ba trăm").replace("Hòa", "Hoà")
    found = compare(
        "later",
        engine(
            document("later", 16, PARAGRAPHS[0], edited, own, "\x1b[2JẢnh:\nmột"),
            document("first", 15, *PARAGRAPHS),
            document("undated", None, *PARAGRAPHS),
            document("alone", 1, own, group=None),
        ),
    )
    assert [one.document.id for one in found] == ["first", "later", "undated"]
    assert [(one.added, one.cut) for one in found] == [
        ((), ()),
        ((own, "\x1b[2JẢnh:\nmột"), (PARAGRAPHS[2],)),
        ((), ()),
    ]


def test_an_article_without_reprints_has_none() -> None:
    """What stands alone, and what is not indexed, is compared with nothing."""
    made = engine(document("alone", 1, *PARAGRAPHS, group=None))
    assert compare("alone", made) == compare("unknown", made) == ()


def test_a_short_paragraph_is_kept_where_the_other_has_it() -> None:
    """What is too short for runs of syllables is told by being equal; blank paragraphs are none."""
    found = compare(
        "later",
        engine(
            document("first", 15, *PARAGRAPHS, "Theo TTXVN."),
            document("later", 16, *PARAGRAPHS, "THEO TTXVN", " \t", "Nhóm PV."),
        ),
    )
    assert [(one.added, one.cut) for one in found] == [((), ()), (("Nhóm PV.",), ())]


def test_the_earliest_of_many_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a group that is too large to compare the earliest stay, so that the first is among them."""
    monkeypatch.setattr("searcher.results.reprints.MAX_REPRINTS", 2)
    many = engine(*(document(str(day), day, *PARAGRAPHS) for day in (14, 13, 12)))
    assert [one.document.id for one in compare("14", many)] == ["12", "13"]


def test_a_group_of_one_is_no_reprint() -> None:
    """An article whose reprints are all gone from the index stands alone."""
    assert compare("alone", engine(document("alone", 1, *PARAGRAPHS))) == ()
