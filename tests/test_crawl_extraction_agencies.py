"""A text is an agency's where it is credited, begun or signed so; a mention is no credit."""

from __future__ import annotations

import pytest

from crawl.extraction.agencies import agency_of


@pytest.mark.parametrize(
    ("credit", "agency"),
    [
        ("Theo TTXVN", "TTXVN"),
        ("(Theo TTXVN/Vietnam+)", "TTXVN"),
        ("TTXVN", "TTXVN"),
        ("Nguồn: Thông tấn xã Việt Nam", "TTXVN"),
        ("Tin, ảnh: VNA", "TTXVN"),
        ("Theo Reuters, AFP", "Reuters"),
        ("Nguồn: THX", "Tân Hoa xã"),
        ("Theo baochinhphu.vn", None),
        ("Bùi Mậu", None),
        ("Báo Ấp Bắc", None),
        ("", None),
    ],
)
def test_credits(credit: str, agency: str | None) -> None:
    """Credits and bylines name an agency by any of its names."""
    assert agency_of([credit], []) == agency


@pytest.mark.parametrize(
    ("paragraph", "agency"),
    [
        ("(TTXVN) - Sáng 15/3, tại Hà Nội diễn ra hội nghị.", "TTXVN"),
        ("TTXVN - Sáng 15/3, tại Hà Nội diễn ra hội nghị.", "TTXVN"),
        ("Hà Nội (TTXVN) - Sáng 15/3 diễn ra hội nghị.", "TTXVN"),
        ("Hội nghị bế mạc chiều cùng ngày. (TTXVN)", "TTXVN"),
        ("Hội nghị bế mạc chiều cùng ngày (Theo Reuters)./.", "Reuters"),
        ("Phóng viên TTXVN tại London đưa tin về hội nghị.", None),
        ("Theo hãng tin Reuters, giá dầu tăng.", None),
        ("Ông nói với AFP rằng mọi việc đã xong.", None),
    ],
)
def test_paragraphs(paragraph: str, agency: str | None) -> None:
    """A dateline or a signature is a credit, a mention in the text is none."""
    assert agency_of([], [paragraph]) == agency
