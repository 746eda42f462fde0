"""Which articles are one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl.archive.duplicates import fingerprint, is_same
from crawl.article import Article

BODY = (
    "Sáng 15-3, tuyến đường tránh dài bảy cây số được đưa vào sử dụng sau mười năm chờ đợi của người dân Cồn Mây. "
    "Từ nay xe tải không còn đi qua chợ, và học sinh đến trường an toàn hơn trước rất nhiều.\n\n"
    "Theo Sở Giao thông vận tải, giai đoạn hai nối đến cảng sẽ khởi công trong quý tới."
)
ONE = Article(
    url="http://bao.vn/1",
    source="bao",
    title="Khánh thành đường tránh",
    lead="Con đường được mong chờ.",
    body=BODY,
    published=datetime(2021, 3, 15, 20, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"url": "http://bao.vn/2", "section": "Kinh tế", "author": "P.Y", "tags": ("x",)}, True),
        ({"title": "KHÁNH THÀNH: đường tránh"}, True),
        ({"body": BODY + "\n\nẢnh: P.Y"}, True),
        ({"body": BODY.replace("bảy", "tám")}, True),
        ({"published": None}, True),
        ({"published": date(2021, 3, 16)}, True),  # 03:00 in Vietnam
        ({"published": date(2021, 3, 15)}, False),
        ({"title": "Khánh thành cầu vượt"}, False),
        ({"body": "Trời nhiều mây, có lúc có mưa rào và rải rác có dông. " * 3}, False),
        ({"body": ""}, False),
    ],
)
def test_the_same_and_others(changes: dict[str, object], same: bool) -> None:
    """Headline, day and most of the text make an article; its address, section, author and corrections do not."""
    other = replace(ONE, **changes)  # type: ignore[arg-type]
    assert is_same(ONE, other) == is_same(other, ONE) == same


@given(st.text(max_size=60), st.text(max_size=60))
def test_short_texts_are_the_same_only_word_for_word(one: str, other: str) -> None:
    """Of a few words, none may differ; an article that has any is the same as itself."""
    first, second = replace(ONE, lead="", body=one), replace(ONE, lead="", body=other)
    assert is_same(first, first) == (re.search(r"\w", unicodedata.normalize("NFC", one)) is not None)
    words = [" ".join(text.split()) for text in (one, other)]
    if all(text.isascii() and text.replace(" ", "").isalnum() for text in words) and words[0] != words[1]:
        assert is_same(first, second) == (words[0].casefold() == words[1].casefold())


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [((), (), False), (("Chợ nổi",), (), False), (("Chợ nổi",), ("Cầu",), False), (("Chợ nổi",), ("Chợ nổi",), True)],
)  # fmt: skip
def test_without_text_the_captions_tell(ours: tuple[str, ...], theirs: tuple[str, ...], same: bool) -> None:
    """Articles of pictures alone that share headline and day are one only if they show the same."""
    first, second = (replace(ONE, lead="", body="", captions=captions) for captions in (ours, theirs))
    assert is_same(first, second) == is_same(second, first) == same


def test_the_fingerprint_is_of_newspaper_headline_and_day() -> None:
    """It finds what may be one article, and must not change with the program."""
    assert fingerprint(ONE) == fingerprint(
        replace(ONE, title="khánh thành,  Đường tránh!", body="", url=None)
    )
    others = [replace(ONE, source="khac"), replace(ONE, title="x"), replace(ONE, published=None)]
    assert len({fingerprint(one) for one in (ONE, *others)}) == 4
    assert fingerprint(ONE) == "f0df30b00676ed833b35"
