"""Whatever answers is spotted, wherever it stands and however it is written; nothing else is said to answer."""

from __future__ import annotations

import sys
from string import ascii_lowercase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.text.spotter import Spotter, _letters
from index.text.tokens import analyse
from index.text.vietnamese import fold, folds, lower_case

SPOTTED = (
    "dân ", "vận", "Dan, ", "TPHCM", "15/3/2021", "25.000 ", "tie\u0302\u0301ng", "…", "_", ":", "\xad", "\u0301",
    "\u200d ",
)  # fmt: skip


@given(st.lists(st.sampled_from(SPOTTED)))
def test_what_is_spotted_is_what_analysis_finds(parts: list[str]) -> None:
    """Each stretch is a part of the analysed tokens as they stand there, and nothing that answers is left out.

    Between two stretches there is a token.
    """
    text = "".join(parts)

    def answer(term: str) -> int:
        return len(term) % 3

    tokens = analyse(text)
    expected = list(zip(tokens.starts, tokens.ends, map(answer, tokens.terms), strict=True))
    runs = Spotter(answer).runs(text)
    places = [expected.index(one) for run in runs for one in run]
    assert places == sorted(places)
    assert {place for place, one in enumerate(expected) if one[2]} <= set(places)
    for run in runs:
        first = expected.index(run[0])
        assert run == expected[first : first + len(run)]
    lasts, firsts = [expected.index(run[-1]) for run in runs], [expected.index(run[0]) for run in runs]
    assert all(last + 1 < first for last, first in zip(lasts, firsts[1:], strict=False))


WORDS = (
    "dân", "DÂN", "da\u0302n", "d\u00adân", "\u0301dân", "ðân", "Dan", "vận", "kỹ", "kĩ", "ki", "kẻ", "\u212aỹ",
    "hòa", "hoà", "Ho\u200da\u0300", "TPHCM", "Tp.HCM", "hcm", "GDĐT", "U.B.N.D", "ubnd", "u.b", "7h30", "7",
    "25.000", "1,5", "２", "2", "²", "quận7", "m²", "ß", "ſ", "ы", "\u1100\u1161", "İa", "\ud800",
    "x" * 70, "_an_", "đ",
)  # fmt: skip
GAPS = (
    " ", "  ", "\n\n", "\n", ". ", "-", ",", ".", ":", "/", "\u200b", "\u00a0", "“", "_", ":\xad:", " \u0301 ", "",
)  # fmt: skip


@settings(max_examples=500)
@given(
    st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(GAPS))),
    st.lists(st.sampled_from(WORDS), max_size=3),
    st.booleans(),
)
def test_knowing_the_terms_changes_nothing(
    text: list[tuple[str, str]], asked: list[str], any_marks: bool
) -> None:
    """The same runs are found where only certain terms are looked for as where every word is analysed."""
    terms = {term for word in asked for term in analyse(word).terms}
    folded = set(map(fold, terms)) if any_marks else set()

    def answer(term: str) -> int:
        return int(term in terms or not folded.isdisjoint(folds(term)))

    whole = "".join(word + gap for word, gap in text)
    for separator in (None, "\n\n"):
        assert Spotter(answer, terms).runs(whole, separator) == Spotter(answer).runs(whole, separator)


def test_a_separator_parts_neighbours() -> None:
    """Words on both sides of one are in two runs, others in one, whatever punctuation is between them."""
    spotter = Spotter(lambda term: int(term in {"một", "hai"}), ["một", "hai"])
    assert [len(run) for run in spotter.runs("một hai\n\nhai – một, ba hai", "\n\n")] == [2, 2, 1]
    assert [len(run) for run in spotter.runs("một hai\n\nhai – một, ba hai")] == [4, 1]


def test_every_letter_is_known() -> None:
    """Each character of Unicode that is a letter from a to z without its marks is looked up as that letter."""
    points = [point for point in range(sys.maxunicode + 1) if not 0xD800 <= point < 0xE000]
    written, numbers = _letters("".join(map(chr, points)))
    assert numbers is not None
    letters = dict(zip(numbers, written[1:-1].decode(), strict=True))
    for place, point in enumerate(points):
        if chr(point).isalpha() and (letter := fold(lower_case(chr(point)))) in set(ascii_lowercase):
            assert letters[place] == letter.replace("y", "i"), hex(point)


@pytest.mark.parametrize("text", ["", " ", "\u0301", "\n\n"])
def test_nothing_is_found_in_nothing(text: str) -> None:
    """A text without words has no runs."""
    assert Spotter(lambda _term: 1, ["a"]).runs(text) == []
