"""Another query worth trying: "Ý bạn là …?", from the index's own words and which of them stand side by side.

Never run silently. Four slips are looked for, word by word: keystrokes of an input method that was off (`khanhs hoaf`,
`kha1nh ho2a`), a word the index does not have that is one letter from one it has, marks that are wrong, and marks
that are missing where the neighbours say which were meant.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise, takewhile

from index.document import FIELDS, KEYWORD_FIELDS, Document
from index.engine import ONLY_COUNTED, Engine, SearchOptions
from index.query import Everything, Phrase, Query, Term
from index.text.tokens import Tokens, analyse
from index.text.vietnamese import fold, folds, has_marks
from searcher.querylang.lexer import FIELD_NAMES, Kind, TypedText
from searcher.querylang.syntax import ParsedQuery, understood
from searcher.suggest.keystrokes import from_telex, from_vni

MAX_WORDS = 8
"""Longer queries get no suggestion: they find their article by their other words."""

MAX_SLIPS = 4
"""In how many words of one query a slip is looked for beside what the words themselves find."""

_CANDIDATES = 12  # how many spellings of an unknown word are weighed against its neighbours
_READ = 10  # how many articles are read for how a pair of words is written
_OF_LETTERS = 20  # how many letters may stand in another's place, about
_MARKINGS = 4  # how many ways of marking one word are weighed
_UNSEEN = 0.1  # for how many articles two words count that no article has side by side
_FAR_MORE = (
    10  # how many times as often other marks must stand there, before marks that were typed are doubted
)
_MOST_QUOTED = 6  # no province, newspaper or section has more words in its name
_WHOLE = frozenset(field.name for field in KEYWORD_FIELDS)
_RARE = 1000  # of so many articles at most one has a word that may be a slip that others made, too
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_CHUNK = re.compile(r"[^\s()\"“”„‟＂:-]+")


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of the query at `text[start:end]`, under its key."""

    term: str
    start: int
    end: int


def correction(
    parsed: ParsedQuery, engine: Engine, *, found_nothing: bool = False, known: ParsedQuery | None = None
) -> ParsedQuery | None:
    """The text as it was probably meant, or None where nothing better is known.

    Only words and phrases are mended: whoever writes operators and fields knows what they write. Words that the
    index has are doubted where they are rare, or all of them where the text `found_nothing`.
    `known` is another text that was read already, and may be what is meant. Raises what the engine raises.
    """
    if not _is_plain(parsed):
        return None
    read = (parsed,) if known is None else (parsed, known)
    before = _read(_typed_out(parsed.typed, engine), read)
    if before is None:
        return None
    words = _words(before.typed.analysed)
    if not 0 < len(words) <= MAX_WORDS:
        return before if before is not parsed else None
    chosen = _chosen(words, engine, found_nothing=found_nothing)
    after = _read(_replaced(before.text, words, chosen), (before, *read))
    return after if after is not None and _says_else(after, parsed) else None


def _read(text: str, known: Sequence[ParsedQuery]) -> ParsedQuery | None:
    """What the text means; it is read only where it is none of those that were."""
    return next((one for one in known if one.text == text), None) or understood(text)


def _says_else(meant: ParsedQuery, typed: ParsedQuery) -> bool:
    return fold(meant.text) != fold(typed.text) or meant.typed.analysed.terms != typed.typed.analysed.terms


def _chosen(words: Sequence[_Word], engine: Engine, *, found_nothing: bool) -> dict[int, str]:
    """The words that were probably meant, by their places; nothing for those that stay as they are."""
    articles = _count(Everything(), engine)
    doubted = articles * len(FIELDS) if found_nothing else articles // _RARE
    chosen = {
        place: meant
        for place in range(len(words))
        if (meant := _meant(place, words, engine, doubted=doubted)) is not None
    }
    put_right = [replace(word, term=chosen.get(place, word.term)) for place, word in enumerate(words)]
    for place, term in _marked_by_neighbours(put_right, engine).items():
        if _holders(words[place].term, engine):
            chosen.setdefault(place, term)
    return {} if _stands_so(words, chosen, engine) else chosen


def _stands_so(words: Sequence[_Word], chosen: Mapping[int, str], engine: Engine) -> bool:
    """Whether the index has the words side by side as they were typed, with marks, and not far more often as chosen."""
    terms = [word.term for word in words]
    if not any(map(has_marks, terms)) or len(terms) == 1:
        return False
    typed = _count(Phrase(tuple(map(Term, terms))), engine)
    meant = Phrase(tuple(Term(chosen.get(place, term)) for place, term in enumerate(terms)))
    return typed > 0 and _count(meant, engine) < _FAR_MORE * (typed + 1)


def quoted_values(typed: TypedText) -> Iterator[str]:
    """The text with two and more words behind a field's colon in quotation marks; without them it takes one.

    `tỉnh:Khánh Hòa` asks for the province Khánh, and for the word Hòa anywhere.
    """
    text, tokens = typed.text, typed.tokens
    for place, token in enumerate(tokens):
        if token.kind is Kind.FIELD and FIELD_NAMES[token.value] in _WHOLE:
            words = tuple(takewhile(lambda after: after.kind is Kind.WORDS, tokens[place + 1 :]))
            for last in words[1:_MOST_QUOTED]:
                begin = words[0].start
                yield f'{text[:begin]}"{text[begin : last.end]}"{text[last.end :]}'


def _is_plain(parsed: ParsedQuery) -> bool:
    """Whether there are only words and phrases; a quotation mark too many, as titles have it, is neither."""
    kinds = {token.kind for token in parsed.typed.tokens}
    return kinds <= {Kind.WORDS, Kind.PHRASE} and parsed.typed.text == parsed.text


@dataclass(frozen=True, slots=True)
class Slip:
    """A word that no article has, at `start:end` of the query, and the word it was probably meant to be."""

    typed: str
    meant: str
    start: int
    end: int


def slips(typed: TypedText, engine: Engine) -> tuple[Slip, ...]:
    """The first MAX_SLIPS words of the text that no article has and that one of the index's words explains.

    Raises what the engine raises.
    """
    words = _words(typed.analysed)
    unknown = (place for place, word in enumerate(words) if not _holders(word.term, engine))
    found = ((words[place], _meant(place, words, engine)) for place in islice(unknown, MAX_SLIPS))
    return tuple(
        Slip(typed.text[word.start : word.end], meant, word.start, word.end) for word, meant in found if meant
    )


def mended(text: str, found: Sequence[Slip]) -> str:
    """The text with these slips, in the order of their places, put right."""
    for slip in reversed(found):
        text = text[: slip.start] + _in_case_of(slip.typed, slip.meant) + text[slip.end :]
    return text


def _in_case_of(typed: str, meant: str) -> str:
    """The word in capitals where it was typed so: one in small letters would make operators of the others."""
    return meant.upper() if typed.isupper() else meant


def _words(tokens: Tokens) -> list[_Word]:
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


def _typed_out(text: TypedText, engine: Engine) -> str:
    """The text with keystrokes of Telex and VNI turned into letters, where the index has the result only."""

    def letters(chunk: re.Match[str]) -> str:
        typed = chunk[0]
        if not typed.isascii() or not any(map(str.isalpha, typed)) or _is_known(chunk, text, engine):
            return typed
        meant = (from_telex(typed), from_vni(typed))
        known = next((word for word in meant if word is not None and _holders(word, engine)), None)
        return typed if known is None else _in_case_of(typed, known)

    return _CHUNK.sub(letters, text.text)


def _is_known(chunk: re.Match[str], text: TypedText, engine: Engine) -> bool:
    """Whether the keystrokes are a word of the index as they stand; digits inside a word never are."""
    words = _words(text.part(*chunk.span()))
    return (
        len(words) == 1
        and (words[0].start, words[0].end) == chunk.span()
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
    """The word of the index that was most probably meant, how well it fits the neighbours, and how frequent it is."""
    term = words[place].term
    other_marks = [found for found in engine.spellings((fold(term),)) if found.term != term]
    near = [
        found for found in engine.spellings(tuple(_one_letter_off(fold(term)))) if _is_near(found.term, term)
    ]
    weighed = []
    for group in (other_marks, near):
        for found in sorted(group, key=lambda found: (-found.count, found.term))[:_CANDIDATES]:
            fits = _fits(found.term, place, words, engine)
            weighed.append((_likelier(found.term, term) * fits, fits, found.count, found.term))
    return max(weighed, default=(0, 0, 0, ""))[1:]


def _likelier(meant: str, typed: str) -> int:
    """How many times likelier this slip is than one letter in another's place, which may be any of some twenty.

    Marks, a letter left out, one typed twice and two exchanged leave next to no choice of what comes out (the noisy
    channel of Kernighan, Church & Gale, "A spelling correction program", 1990).
    """
    meant, typed = fold(meant), fold(typed)
    doubled = {
        typed[:place] + typed[place + 1 :]
        for place in range(1, len(typed))
        if typed[place] == typed[place - 1]
    }
    return _OF_LETTERS if len(meant) > len(typed) or sorted(meant) == sorted(typed) or meant in doubled else 1


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
    return engine.search(query, ONLY_COUNTED).total


# Marks


def _marked_by_neighbours(words: Sequence[_Word], engine: Engine) -> dict[int, str]:
    """For words that stand side by side: the marks they have where the index has them so, if others than typed.

    Of all markings met there the likeliest row of words is taken, by how many articles have each two of them side by
    side (Viterbi over a model of pairs). Marks that were typed are left only for what is found far more often.
    """
    met = [Counter[str]() for _word in words]
    for place, pair in enumerate(pairwise(word.term for word in words)):
        for written in _written(pair, engine):
            for offset, term in enumerate(written):
                met[place + offset][term] += 1
    if not any(met):
        return {}
    choices = [
        list(dict.fromkeys((word.term, *(term for term, _times in found.most_common(_MARKINGS)))))
        for word, found in zip(words, met, strict=True)
    ]
    likeliest = _likeliest(choices, [math.log(_FAR_MORE) * has_marks(word.term) for word in words], engine)
    return {
        place: term
        for place, (word, term) in enumerate(zip(words, likeliest, strict=True))
        if term != word.term
    }


def _likeliest(choices: Sequence[Sequence[str]], costs: Sequence[float], engine: Engine) -> tuple[str, ...]:
    """The row with one of the choices for each place that is written most; `costs` are those of all but the first."""
    rows: dict[str, tuple[float, tuple[str, ...]]] = {
        term: (-costs[0] * (place > 0), (term,)) for place, term in enumerate(choices[0])
    }
    for here, cost in zip(choices[1:], costs[1:], strict=True):
        rows = {
            term: max(
                (score + math.log(_pair(before, term, engine) + _UNSEEN) - cost * (place > 0), (*row, term))
                for before, (score, row) in rows.items()
            )
            for place, term in enumerate(here)
        }
    return max(rows.values())[1]


def _pair(left: str, right: str, engine: Engine) -> int:
    return _count(Phrase((Term(left), Term(right))), engine)


def _written(pair: tuple[str, str], engine: Engine) -> Iterator[tuple[str, ...]]:
    """How the pair is written in the first articles that hold it in any marking, if not mostly as typed."""
    anyhow = engine.search(
        Phrase(tuple(Term(fold(term), any_marks=True) for term in pair)), SearchOptions(limit=_READ)
    )
    much_more = _FAR_MORE if any(map(has_marks, pair)) else 1
    if anyhow.total >= much_more * (_pair(*pair, engine) + 1):
        for hit in anyhow.hits:
            yield from _forms(hit.document, pair)


def _forms(document: Document, pair: tuple[str, str]) -> Iterator[tuple[str, ...]]:
    wanted = tuple(map(fold, pair))
    for text in (document.title, document.lead, *document.body.split("\n\n")):
        for found in pairwise(analyse(text).terms):
            if all(form in folds(term) for form, term in zip(wanted, found, strict=True)):
                yield found
