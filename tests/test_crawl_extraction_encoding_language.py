"""A text's language is told by its letters and words before what its page says."""

from __future__ import annotations

import pytest

from crawl.extraction.encoding.language import language_of

VIETNAMESE = "Sáng nay, hội nghị tổng kết công tác dân vận được tổ chức tại thành phố."
ENGLISH = "The conference on the work of the province was held in the city with delegates from the districts."
EDE = "Hruê anei, hlăm ƀuôn sang, phung ƀuôn sang mâo bruă knuă mrâo."


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        (VIETNAMESE, None, "vi"),
        (VIETNAMESE, "en", "vi"),
        (VIETNAMESE.upper(), None, "vi"),
        (ENGLISH, "vi", "en"),
        (EDE, "vi", None),
        (EDE, "rad", "rad"),
        ("日本語の記事", "ja-JP", "ja"),
        ("日本語の記事", "no such thing", None),
        ("", "vi", None),
        ("", None, None),
    ],
)
def test_language(text: str, declared: str | None, language: str | None) -> None:
    """Vietnamese and English show themselves; other languages are what the page says they are."""
    assert language_of(text, declared) == language
