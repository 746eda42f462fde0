"""Which words a pattern, or a word with a slip in it, stands for."""

from __future__ import annotations

from fnmatch import fnmatchcase

from hypothesis import given
from hypothesis import strategies as st

from index.query import Fuzzy, Term, Wildcard, Word
from index.text.patterns import answers, compiled, is_one_letter_off, spelt_out
from index.text.vietnamese import canonical

WORDS = st.text("aábd", max_size=4)


def edited(word: str) -> set[str]:
    """Every spelling of these letters that one slip makes of a word, found by making each."""
    splits = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    return (
        {left + right[1:] for left, right in splits}
        | {left + letter + right for left, right in splits for letter in "aábd"}
        | {left + letter + right[1:] for left, right in splits for letter in "aábd" if right}
        | {left + right[1] + right[0] + right[2:] for left, right in splits if len(right) > 1}
    )


@given(WORDS, WORDS)
def test_one_letter_off_is_one_slip(one: str, other: str) -> None:
    """Two words are near if one slip makes the one of the other, or none; it does not matter of which."""
    assert is_one_letter_off(one, other) == (other in edited(one))
    assert is_one_letter_off(one, other) == is_one_letter_off(other, one)


@given(st.text("ab*", max_size=9), st.text("ab", max_size=9))
def test_a_star_is_the_only_wildcard(pattern: str, word: str) -> None:
    """A pattern of letters and stars fits what the shell's rule says it does; other signs stand for themselves."""
    assert bool(compiled(pattern).fullmatch(word)) == fnmatchcase(word, pattern)
    assert not compiled("a?c").fullmatch("abc")
    assert compiled("a?.*").fullmatch("a?.")


def test_many_stars_take_no_longer_than_one() -> None:
    """A pattern whose pieces stand everywhere in a word but for the last is given up in time that can be waited for.

    To try each piece in every place would take longer than the universe has lasted.
    """
    word = "a" * 64
    assert not compiled("*a" * 32 + "*b").fullmatch(word)
    assert compiled("*a" * 32 + "*").fullmatch(word)
    assert not answers(Wildcard("*a" * 32 + "*b"), word)


@given(st.builds(Term, WORDS) | st.builds(Fuzzy, WORDS) | st.builds(Wildcard, st.text("aábd*", max_size=5)))
def test_every_word_answers_to_itself(word: Word) -> None:
    """What was typed, without what is open in it, is always among what matches."""
    assert answers(word, spelt_out(word))


def test_marks_count_only_where_any_were_typed() -> None:
    """A pattern with a mark fits under its marks, whichever way the tone is placed; one without fits under any."""
    for key in map(canonical, ("hoà", "hoàn", "hoàng")):
        assert answers(Wildcard("hoà*"), key)
        assert answers(Wildcard("hoa*", any_marks=True), key)
        assert not answers(Wildcard("hoa*"), key)
    assert not answers(Wildcard("hoà*"), canonical("hoá"))
    assert answers(Wildcard("qui*", any_marks=True), canonical("quỳ"))
    assert answers(Fuzzy("quan", any_marks=True), "quân")
    assert not answers(Fuzzy("quan", any_marks=True), "quần áo")
