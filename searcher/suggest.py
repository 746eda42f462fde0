"""Another query worth trying: "Ý bạn là …?", from the index's own words and which of them stand side by side.

Never run silently. Four slips are looked for, word by word: keystrokes of an input method that was off (`khanhs hoaf`,
`kha1nh ho2a`), a word the index does not have that is one letter from one it has, marks that are wrong, and marks
that are missing where the neighbours say which were meant.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from index.document import FIELDS, Document
from index.engine import Engine
from index.query import Everything, Phrase, Query, Term
from index.tokens import analyse
from index.vietnamese import fold, folds, has_marks
from searcher.inputmethods import from_telex, from_vni
from searcher.lexer import Kind, QuerySyntaxError, lex

MAX_WORDS = 8
"""Longer queries get no suggestion: they find their article by their other words."""

MAX_SLIPS = 4
"""In how many words of one query a slip is looked for beside what the words themselves find."""

_CANDIDATES = 6  # how many spellings of an unknown word are weighed against its neighbours
_READ = 10  # how many articles are read for how a pair of words is written
_FAR_MORE = (
    10  # how many times as often other marks must stand there, before marks that were typed are doubted
)
_RARE = 1000  # of so many articles at most one has a word that may be a slip that others made, too
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_CHUNK = re.compile(r"[^\s()\"“”„‟＂:-]+")


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of the query at `text[start:end]`, under its key."""

    term: str
    start: int
    end: int


def correction(text: str, engine: Engine, *, found_nothing: bool = False) -> str | None:
    """The text as it was probably meant, or None where nothing better is known.

    Only words and phrases are mended: whoever writes operators and fields knows what they write. Words that the
    index has are doubted where they are rare, or all of them where the text `found_nothing`.
    Raises what the engine raises.
    """
    if not _is_plain(text):
        return None
    mended = _typed_out(text, engine)
    words = _words(mended)
    if not 0 < len(words) <= MAX_WORDS:
        return mended if mended != text else None
    articles = _count(Everything(), engine)
    doubted = articles * len(FIELDS) if found_nothing else articles // _RARE
    chosen = {
        place: meant
        for place in range(len(words))
        if (meant := _meant(place, words, engine, doubted=doubted)) is not None
    }
    for place, term in _marked_by_neighbours(words, engine).items():
        if _holders(words[place].term, engine):
            chosen.setdefault(place, term)
    mended = _replaced(mended, words, chosen)
    return mended if fold(mended) != fold(text) or _keys(mended) != _keys(text) else None


def _is_plain(text: str) -> bool:
    """Whether there are only words and phrases; a quotation mark too many, as titles have it, is neither."""
    try:
        return {token.kind for token in lex(text)} <= {Kind.WORDS, Kind.PHRASE}
    except QuerySyntaxError:
        return False


@dataclass(frozen=True, slots=True)
class Slip:
    """A word that no article has, at `start:end` of the query, and the word it was probably meant to be."""

    typed: str
    meant: str
    start: int
    end: int


def slips(text: str, engine: Engine) -> tuple[Slip, ...]:
    """The first MAX_SLIPS words of the text that no article has and that one of the index's words explains.

    Raises what the engine raises.
    """
    words = _words(text)
    unknown = (place for place, word in enumerate(words) if not _holders(word.term, engine))
    found = ((words[place], _meant(place, words, engine)) for place in islice(unknown, MAX_SLIPS))
    return tuple(
        Slip(text[word.start : word.end], meant, word.start, word.end) for word, meant in found if meant
    )


def mended(text: str, found: Sequence[Slip]) -> str:
    """The text with these slips, in the order of their places, put right."""
    for slip in reversed(found):
        text = text[: slip.start] + _in_case_of(slip.typed, slip.meant) + text[slip.end :]
    return text


def _in_case_of(typed: str, meant: str) -> str:
    """The word in capitals where it was typed so: one in small letters would make operators of the others."""
    return meant.upper() if typed.isupper() else meant


def _keys(text: str) -> tuple[str, ...]:
    return analyse(text).terms


def _words(text: str) -> list[_Word]:
    tokens = analyse(text)
    triples = zip(tokens.terms, tokens.starts, tokens.ends, strict=True)
    return [_Word(term, start, end) for term, start, end in triples if term.isalpha()]


def _replaced(text: str, words: Sequence[_Word], chosen: dict[int, str]) -> str:
    for place in sorted(chosen, reverse=True):
        word = words[place]
        if chosen[place] != word.term:
            meant = _in_case_of(text[word.start : word.end], chosen[place])
            text = text[: word.start] + meant + text[word.end :]
    return text


def _holders(term: str, engine: Engine) -> int:
    """How often the index has the word: typed with marks as it is, without them in any marking."""
    spellings = engine.spellings((fold(term),))
    return sum(found.count for found in spellings if found.term == term or not has_marks(term))


# Keystrokes


def _typed_out(text: str, engine: Engine) -> str:
    """The text with keystrokes of Telex and VNI turned into letters, where the index has the result only."""

    def letters(chunk: re.Match[str]) -> str:
        typed = chunk[0]
        if not typed.isascii() or not any(map(str.isalpha, typed)) or _all_known(typed, engine):
            return typed
        meant = (from_telex(typed), from_vni(typed))
        known = next((word for word in meant if word is not None and _holders(word, engine)), None)
        return typed if known is None else _in_case_of(typed, known)

    return _CHUNK.sub(letters, text)


def _all_known(typed: str, engine: Engine) -> bool:
    """Whether the keystrokes are words of the index as they stand; digits inside a word never are."""
    words = _words(typed)
    return (
        len(words) == 1
        and words[0].end - words[0].start == len(typed)
        and _holders(words[0].term, engine) > 0
    )


# One letter off


def _meant(place: int, words: Sequence[_Word], engine: Engine, *, doubted: int = 0) -> str | None:
    """The word of the index that this one was most probably meant to be; None where that is itself.

    A word that the index has up to `doubted` times gives way only to one that fits its neighbours far better.
    """
    word = words[place]
    holders = _holders(word.term, engine)
    if holders > doubted:
        return None
    fits, count, best = _nearest(place, words, engine)
    if not holders:
        return best if fits or (len(words) == 1 and count > 1) else None
    return best if fits >= _FAR_MORE * (_fits(word.term, place, words, engine) + 1) else None


def _nearest(place: int, words: Sequence[_Word], engine: Engine) -> tuple[int, int, str]:
    """The word of the index that fits the neighbours best, how well, and how frequent it is.

    One with other marks goes before one with another letter, if it fits at all: marks are what people leave out.
    """
    term = words[place].term
    other_marks = [found for found in engine.spellings((fold(term),)) if found.term != term]
    near = [
        found for found in engine.spellings(tuple(_one_letter_off(fold(term)))) if _is_near(found.term, term)
    ]
    bests = [
        max(
            (_fits(found.term, place, words, engine), found.count, found.term)
            for found in sorted(group, key=lambda found: (-found.count, found.term))[:_CANDIDATES]
        )
        for group in (other_marks, near)
        if group
    ]
    return next((best for best in bests if best[0]), max(bests, default=(0, 0, "")))


def _one_letter_off(word: str) -> set[str]:
    """Every spelling one deletion, exchange, replacement or insertion of a letter away (Norvig's edits1)."""
    splits = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    deleted = {left + right[1:] for left, right in splits if right}
    exchanged = {left + right[1] + right[0] + right[2:] for left, right in splits if len(right) > 1}
    replaced = {left + letter + right[1:] for left, right in splits if right for letter in _LETTERS}
    inserted = {left + letter + right for left, right in splits for letter in _LETTERS}
    return (deleted | exchanged | replaced | inserted) - {word, ""}


def _is_near(found: str, typed: str) -> bool:
    """Whether the marks that were typed are among those of the word found."""
    marked = [letter for letter in typed if has_marks(letter)]
    return all(letter in found for letter in marked) or not marked


def _fits(term: str, place: int, words: Sequence[_Word], engine: Engine) -> int:
    """In how many articles the term stands beside its neighbours in the query."""
    before = [Phrase((_loose(words[place - 1].term), Term(term)))] if place else []
    after = [Phrase((Term(term), _loose(words[place + 1].term)))] if place + 1 < len(words) else []
    return sum(_count(phrase, engine) for phrase in (*before, *after))


def _loose(term: str) -> Term:
    return Term(term, any_marks=not has_marks(term))


def _count(query: Query, engine: Engine) -> int:
    return engine.search(query, limit=0).total


# Marks


def _marked_by_neighbours(words: Sequence[_Word], engine: Engine) -> dict[int, str]:
    """For words that stand side by side: the marks they have where the index has them so, if others than typed."""
    votes: dict[int, Counter[str]] = {}
    for place, (left, right) in enumerate(pairwise(words)):
        pair = (left.term, right.term)
        for written, count in _written(pair, engine):
            for offset, term in enumerate(written):
                votes.setdefault(place + offset, Counter())[term] += count
    return {place: found.most_common(1)[0][0] for place, found in votes.items()}


def _written(pair: tuple[str, str], engine: Engine) -> Iterator[tuple[tuple[str, ...], int]]:
    """How the pair is written in the articles that hold it in any marking, if not mostly as typed."""
    anyhow = engine.search(Phrase(tuple(Term(fold(term), any_marks=True) for term in pair)), limit=_READ)
    as_typed = _count(Phrase(tuple(Term(term) for term in pair)), engine)
    much_more = _FAR_MORE if any(map(has_marks, pair)) else 1
    if anyhow.total < much_more * (as_typed + 1):
        yield pair, as_typed
        return
    forms: Counter[tuple[str, ...]] = Counter()
    for hit in anyhow.hits:
        forms.update(_forms(hit.document, pair))
    if forms:
        form, _seen = forms.most_common(1)[0]
        yield form, anyhow.total


def _forms(document: Document, pair: tuple[str, str]) -> Iterator[tuple[str, ...]]:
    wanted = tuple(map(fold, pair))
    for text in (document.title, document.lead, *document.body.split("\n\n")):
        for found in pairwise(analyse(text).terms):
            if all(form in folds(term) for form, term in zip(wanted, found, strict=True)):
                yield found
