"""Whoever asks for a province is offered its earlier and later ones, as a query that can be typed."""

from __future__ import annotations

import pytest

from searcher.querylang.syntax import parse
from searcher.suggest.other_provinces import with_other_provinces


@pytest.mark.parametrize(
    ("text", "provinces", "wider"),
    [
        ("cảng", ("khanh hoa",), '(cảng) AND province:("Khánh Hòa" OR "Ninh Thuận")'),
        ("CẢNG", ("khanh hoa",), '(CẢNG) AND PROVINCE:("KHÁNH HÒA" OR "NINH THUẬN")'),
        ("cảng", ("Khánh Hòa", "Ninh Thuận"), None),
        ("cảng", ("Sơn La",), None),
        ("cảng", ("son la",), None),
        ("cảng", ("Tỉnh Sơn La",), '(cảng) AND province:("Sơn La")'),
        ("cảng", ("TP. Huế",), '(cảng) AND province:("Huế" OR "Thừa Thiên Huế")'),
        ('tỉnh:"TP Huế"', (), 'province:"tp huế" OR province:huế OR province:"thừa thiên huế"'),
        ('tỉnh:"Khánh Hoà" cảng', (), '(province:"khánh hòa" OR province:"ninh thuận") AND cảng'),
        ('tỉnh:"phu khanh"', (), 'province:"phu khanh" OR province:"phú yên" OR province:"khánh hòa"'),
        ('cảng -tỉnh:"Khánh Hòa"', (), None),
        ("cảng khánh hòa", (), None),
        ('tỉnh:"Sơn La"', (), None),
    ],
)
def test_earlier_and_later_provinces_are_added(
    text: str, provinces: tuple[str, ...], wider: str | None
) -> None:
    """Asked for in the query or beside it, other names of the land are added; excluded or unchanged ones are not."""
    found = with_other_provinces(parse(text), provinces)
    assert found == wider
    if found is not None:
        assert parse(found)
