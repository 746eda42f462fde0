"""What a person typed → `Query`: tolerant of text, strict about operators.

The grammar, loosest binding first (`parse` accepts exactly this, and says where anything else goes wrong):

    dân vận khéo          bare words: articles with all of them, neighbours preferred; partial matches follow
    a OR b, a HOẶC b      either
    a AND b, a VÀ b       both; `AND` may be left out between anything but bare words
    NOT a, KHÔNG a, -a    without; of bare words it takes the next one only
    "khánh hòa"           these words side by side; any of " “ ” „ ‟ ＂ opens and closes
    ="khanh hoa"          the same, with marks exactly as typed
    "gió mùa"~5           these words at most so many places apart, in any order
    "gió mùa"~>5          the same, each before the next
    "gió mùa"~p           these words in one paragraph; ~đoạn is the same
    ninh*, "ninh th*"     words that begin so; a star stands for any letters
    khanh~                this word, or one letter off
    huế^2                 counts twice; behind a word, a phrase or a group
    (a OR b) c            grouping
    title:huế             in one field: a word, a quoted phrase or a group; see FIELD_NAMES
    from:2021-03 to:2021  published in these days, inclusive; see `parse_day`

Operators are capitals. In a text without any lower-case letter the Vietnamese ones are words. A hyphen
excludes only at the start of a word; anywhere else it separates words, as all other punctuation does
(`?` too, and `*`, `~` and `^` where they touch no word).
An unknown `word:` is text, and so is an everyday Vietnamese field name with nothing right behind its colon.
A word typed without marks matches every marking of it, one typed with marks only itself.
"""

from __future__ import annotations

import calendar
import contextlib
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date

from crawl.messages import gettext as _
from index.document import KEYWORD_FIELDS
from index.engine import TooManyWords
from index.query import (
    And,
    Between,
    Everything,
    Fuzzy,
    Keyword,
    Near,
    Not,
    Or,
    Phrase,
    Prefer,
    Query,
    SameParagraph,
    Term,
    Weighted,
    Wildcard,
)
from index.text.tokens import analyse, analyse_terms
from searcher.querylang.bare_words import bare_words, prose, relaxed, said, term_words
from searcher.querylang.lexer import FIELD_NAMES, STARTS, Kind, QuerySyntaxError, Token, lex, without
from searcher.querylang.words import any_marks, is_special, typed_words
from searcher.querylang.written_query import describe, weight_text

__all__ = [
    "FIELD_NAMES",
    "MAX_CHARACTERS",
    "MAX_DEPTH",
    "MAX_WORDS",
    "ParsedQuery",
    "QuerySyntaxError",
    "describe",
    "parse",
    "parse_day",
    "whole_value",
]

MAX_CHARACTERS = 4_000
MAX_WORDS = 256
MAX_DEPTH = 32
"""How deep parentheses may stand inside each other."""

MAX_BARE_WORDS = 6
"""Up to this many bare words are a query whose words are all wanted, more are prose.

On 800 titles and 726 questions (development halves), articles with all the words first up to 6 words and by score
beyond gave MRR@10 .785 and .956 against .735 and .948 with them always first; typed without marks .780 against .656.
"""

AS_TYPED_WEIGHT = 2.0
"""What a single word typed without marks counts more where it is written without any, and `word~` as that word."""

LEAST_LETTERS = 3
"""How long a word must be for one of its letters to be off."""

LEAST_WEIGHT, MOST_WEIGHT = 0.01, 100.0
"""How little and how much a word with a weight may count."""

_QUOTES = re.compile('["“”„‟＂]')
_STARS_AND_TILDES = re.compile(r"\*|~1?")

_KEYWORDS = frozenset(field.name for field in KEYWORD_FIELDS)


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """What was understood.

    `query` is the strict match set. `partial` asks for any word, not all, of each run of two or more bare
    words outside OR and NOT; it is None when there is no such run. `text` is the input in NFC. `parsed`
    writes the query in canonical spelling with every operator spelt out; parsing it gives the same query.
    `is_prose` says that more than MAX_BARE_WORDS bare words stand in a text without operators: a title or a
    question. Hardly any article has all of its words, so they cannot be asked to come first, and quotation
    marks in it quote: `partial` takes their words like any others. `title` is the same for a text that has so many
    words only with those in quotation marks, among bare ones: where nothing matches it, it was a title.
    """

    query: Query
    partial: Query | None
    text: str
    parsed: str
    is_prose: bool = False
    title: Query | None = None


def parse(text: str) -> ParsedQuery:
    """The query that `text` means, by the grammar above.

    Raises QuerySyntaxError for a text without a word, beyond MAX_CHARACTERS, MAX_WORDS or MAX_DEPTH,
    or with an operator, quotation mark, parenthesis or field that has nothing to work on.
    """
    if len(text) > MAX_CHARACTERS:
        raise QuerySyntaxError(
            MAX_CHARACTERS, _("a query may have at most {limit} characters.").format(limit=MAX_CHARACTERS)
        )
    text = unicodedata.normalize("NFC", text)
    words = analyse(text)
    if not words.terms:
        raise QuerySyntaxError(0, _("there is nothing to search for; type at least one word."))
    if len(words.terms) > MAX_WORDS:
        raise QuerySyntaxError(
            words.starts[MAX_WORDS],
            _("a query may have at most {limit} words.").format(limit=MAX_WORDS),
            text[: words.ends[MAX_WORDS - 1]],
        )
    try:
        return _parsed(text, text)
    except QuerySyntaxError:
        plain = _QUOTES.sub(" ", text)
        with contextlib.suppress(QuerySyntaxError):
            if _is_prose(plain):  # a quotation mark too many in a title quotes nothing
                return _parsed(text, plain)
        raise


def _parsed(text: str, readable: str) -> ParsedQuery:
    query = _Parser(readable).parse()
    if isinstance(query, Term) and query.any_marks:
        query = Prefer(query, replace(query, any_marks=False), AS_TYPED_WEIGHT)
    if _is_prose(readable):
        return ParsedQuery(query, prose(readable), text, describe(query), is_prose=True)
    title = prose(readable) if _is_title(readable) else None
    return ParsedQuery(query, relaxed(query), text, describe(query), title=title)


def _is_prose(text: str) -> bool:
    return _is_plain(text) and _count(text, Kind.WORDS) > MAX_BARE_WORDS


def _is_title(text: str) -> bool:
    return _is_plain(text) and _count(text, Kind.WORDS) > 0 and _count(text, *Kind) > MAX_BARE_WORDS


def _is_plain(text: str) -> bool:
    return all(token.kind in {Kind.WORDS, Kind.PHRASE} and not token.exact for token in lex(text))


def _count(text: str, *kinds: Kind) -> int:
    return sum(len(term_words(token.value)) for token in lex(text) if token.kind in kinds)


def parse_day(text: str, *, last: bool = False) -> date:
    """The first (or `last`) day of the time written as 2021, 2021-03, 2021-03-15, 3/2021 or 15/3/2021.

    The separators `-`, `/` and `.` are alike. Raises ValueError for anything else.
    """
    match = _YEAR_FIRST.fullmatch(text.strip()) or _YEAR_LAST.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    year, month, day = (int(match[part]) if match[part] else None for part in ("year", "month", "day"))
    assert year is not None
    if last:
        month = month or 12
        day = day or calendar.monthrange(year, month)[1]
    return date(year, month or 1, day or 1)


_YEAR_FIRST = re.compile(r"(?P<year>[0-9]{4})(?:[-/.](?P<month>[0-9]{1,2})(?:[-/.](?P<day>[0-9]{1,2}))?)?")
_YEAR_LAST = re.compile(r"(?:(?P<day>[0-9]{1,2})[-/.])?(?P<month>[0-9]{1,2})[-/.](?P<year>[0-9]{4})")


def whole_value(field: str | None, text: str, *, exact: bool = False) -> Query:
    """What finds the words of `text` together in a field: a word, a phrase or a keyword.

    `text` holds at least one word. With `exact`, words without marks match no others.
    """
    if field in _KEYWORDS:
        key = " ".join(analyse_terms(text))
        return Keyword(field, key, any_marks=not exact and any_marks(key))
    words = typed_words(text, exact=exact)
    return Phrase(words, field) if len(words) > 1 else replace(words[0], field=field)


def too_many_words(text: str, error: TooManyWords) -> QuerySyntaxError:
    """What to answer where a pattern in a query stands for too many words: where it is, and how many they are."""
    places = (
        token.start
        for token in lex(unicodedata.normalize("NFC", text))
        if token.kind in {Kind.WORD, Kind.PHRASE}
        and any(
            isinstance(word, Wildcard) and word.pattern == error.pattern for word in typed_words(token.value)
        )
    )
    return QuerySyntaxError(next(places, 0), str(error))


# Query algebra: one shape for one meaning, whatever parentheses were typed.


def _all_of(operands: list[Query]) -> Query:
    parts: list[Query] = []
    for operand in operands:
        parts += operand.children if isinstance(operand, And) else (operand,)
    positive = [part for part in parts if not isinstance(part, Not | Everything)]
    if not positive:
        return And((Everything(), *(part for part in parts if isinstance(part, Not))))
    parts = [part for part in parts if not isinstance(part, Everything)]
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _any_of(operands: list[Query]) -> Query:
    parts: list[Query] = []
    for operand in operands:
        parts += operand.children if isinstance(operand, Or) and not said(operand) else (operand,)
    return parts[0] if len(parts) == 1 else Or(tuple(parts))


def _negation(query: Query) -> Query:
    match query:
        case And((Everything(), Not(child))):
            return child
        case _:
            return Not(query)


def _refuse_short(token: Token, mended: str) -> None:
    """Raise where a word is too short to have a slip in it: of one or two letters it would be any other."""
    words = typed_words(token.value, exact=token.exact)
    if any(isinstance(word, Fuzzy) and len(word.term) < LEAST_LETTERS for word in words):
        hint = _("a word with ~ needs at least {least} letters.").format(least=LEAST_LETTERS)
        raise QuerySyntaxError(token.start, hint, mended)


def _preferring_as_typed(value: Query) -> Query:
    """A word with a slip: articles that have the word itself come first."""
    if not isinstance(value, Fuzzy):
        return value
    return Prefer(value, Term(value.term, value.any_marks, value.field), AS_TYPED_WEIGHT)


class _Parser:
    """Recursive descent, one method per line of the grammar; recursion is bounded by MAX_DEPTH."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [*lex(text), Token(Kind.END, len(text), len(text))]
        self._next = 0

    def parse(self) -> Query:
        query = self._any_of(None, 0)
        if self._token.kind is not Kind.END:
            raise self._closes_nothing(self._token)
        return query

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        self._next += 1
        return self._tokens[self._next - 1]

    def _any_of(self, field: str | None, depth: int) -> Query:
        operands = [self._all_of(field, depth)]
        while self._token.kind is Kind.OR:
            self._take()
            operands.append(self._all_of(field, depth))
        return _any_of(operands)

    def _all_of(self, field: str | None, depth: int) -> Query:
        operands = [self._operand(field, depth)]
        while self._token.kind is Kind.AND or self._token.kind in STARTS:
            if self._token.kind is Kind.AND:
                self._take()
            operands.append(self._operand(field, depth))
        return _all_of(operands)

    def _operand(self, field: str | None, depth: int) -> Query:
        begin, negative = self._next, False
        while self._token.kind is Kind.NOT:
            self._take()
            negative = not negative
        if self._token.kind is Kind.FIELD:
            field = FIELD_NAMES[self._take().value]
        query = self._unit(field, depth, run=self._next == begin)
        return _negation(query) if negative else query

    def _unit(self, field: str | None, depth: int, *, run: bool) -> Query:
        """A group, a phrase, or words: with `run` as many as follow each other, else one; and its weight."""
        token = self._token
        match token.kind:
            case Kind.OPEN:
                return self._weighed(self._group(field, depth + 1))
            case Kind.PHRASE:
                return self._weighed(self._near(field, self._take()))
            case Kind.WORD:
                return self._weighed(self._value(field, self._take()))
            case Kind.WORDS:
                first = last = self._take()
                while run and self._token.kind is Kind.WORDS:
                    last = self._take()
                words = Token(Kind.WORDS, first.start, last.end, self._text[first.start : last.end])
                plain = run and field not in _KEYWORDS | {"from", "to"}
                return bare_words(words.value, field) if plain else self._value(field, words)
            case _:
                raise self._misplaced(token)

    def _weighed(self, query: Query) -> Query:
        if self._token.kind is not Kind.WEIGHT:
            return query
        token = self._take()
        weight = float(token.value.replace(",", "."))
        if not LEAST_WEIGHT <= weight <= MOST_WEIGHT:
            hint = _("a weight lies between {least} and {most}.").format(
                least=weight_text(LEAST_WEIGHT), most=weight_text(MOST_WEIGHT)
            )
            raise QuerySyntaxError(token.start, hint, self._text[: token.start] + self._text[token.end :])
        return Weighted(query, weight)

    def _near(self, field: str | None, phrase: Token) -> Query:
        """The words of a phrase, and how near each other they stand."""
        query = self._value(field, phrase)
        if self._token.kind is not Kind.NEAR:
            return query
        near = self._take()
        if not isinstance(query, Phrase):
            self._refuse_special(field, near.start, self._text[: near.start] + self._text[near.end :])
            return query
        distance = near.value.removeprefix(">")
        if not distance.isdecimal():
            return SameParagraph(query.terms, field)
        ordered = distance != near.value
        return Near(query.terms, int(distance), ordered, field) if int(distance) else query

    def _refuse_special(self, field: str | None, position: int, mended: str) -> None:
        """Raise QuerySyntaxError for a field that is looked up whole."""
        if field in _KEYWORDS | {"from", "to"}:
            hint = _("{field}: is compared whole, so * and ~ cannot stand in it.").format(field=field)
            raise QuerySyntaxError(position, hint, mended)

    def _group(self, field: str | None, depth: int) -> Query:
        opening = self._take()
        if depth > MAX_DEPTH:
            raise QuerySyntaxError(
                opening.start, _("parentheses may be {limit} deep at most.").format(limit=MAX_DEPTH)
            )
        query = self._any_of(field, depth)
        if self._token.kind is not Kind.CLOSE:
            raise QuerySyntaxError(opening.start, _("this parenthesis is never closed."), self._text + ")")
        self._take()
        return query

    def _value(self, field: str | None, token: Token) -> Query:
        if is_special(token.value):
            plain = _STARS_AND_TILDES.sub("", self._text[token.start : token.end])
            mended = self._text[: token.start] + plain + self._text[token.end :]
            self._refuse_special(field, token.start, mended)
            _refuse_short(token, mended)
        if field not in {"from", "to"}:
            return _preferring_as_typed(whole_value(field, token.value, exact=token.exact))
        try:
            day = parse_day(token.value, last=field == "to")
        except ValueError:
            hint = _("this is no date; write it as 2021, 2021-03, 2021-03-15 or 15/3/2021.")
            raise QuerySyntaxError(token.start, hint) from None
        return Between(day, None) if field == "from" else Between(None, day)

    def _misplaced(self, token: Token) -> QuerySyntaxError:
        """Why no operand begins at this token: what stands before it lacks one, or the token itself does."""
        before = self._tokens[self._next - 1] if self._next else None
        if token.kind in {Kind.AND, Kind.OR}:
            return self._lonely(token, _("{operator} needs something to search for before it."))
        if before is None:
            return self._closes_nothing(token)
        if before.kind is Kind.OPEN:
            mended = without(self._text, before.start, token.end)
            return QuerySyntaxError(before.start, _("there is nothing between these parentheses."), mended)
        return self._lonely(before, _("{operator} needs something to search for after it."))

    def _lonely(self, operator: Token, hint: str) -> QuerySyntaxError:
        written = self._text[operator.start : operator.end]
        mended = without(self._text, operator.start, operator.end)
        return QuerySyntaxError(operator.start, hint.format(operator=written), mended)

    def _closes_nothing(self, token: Token) -> QuerySyntaxError:
        mended = without(self._text, token.start, token.end)
        return QuerySyntaxError(token.start, _("this parenthesis closes nothing."), mended)
