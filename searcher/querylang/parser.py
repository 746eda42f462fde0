"""The pieces of a typed query → `Query`, by the grammar of `searcher.querylang.syntax`."""

from __future__ import annotations

import re

from crawl.messages import gettext as _
from index.query import (
    And,
    Between,
    Everything,
    Fuzzy,
    Near,
    Not,
    Or,
    Phrase,
    Prefer,
    Query,
    SameParagraph,
    Term,
    Weighted,
)
from searcher.querylang.bare_words import bare_words, said, term_words
from searcher.querylang.dates import parse_day
from searcher.querylang.lexer import FIELD_NAMES, STARTS, Kind, QuerySyntaxError, Token, TypedText, without
from searcher.querylang.words import KEYWORDS, keyword, side_by_side
from searcher.querylang.written_query import weight_text

MAX_DEPTH = 32
"""How deep parentheses may stand inside each other."""

AS_TYPED_WEIGHT = 2.0
"""What a single word typed without marks counts more where it is written without any, and `word~` as that word."""

LEAST_LETTERS = 3
"""How long a word must be for one of its letters to be off."""

LEAST_WEIGHT, MOST_WEIGHT = 0.01, 100.0
"""How little and how much a word with a weight may count."""

_STARS_AND_TILDES = re.compile(r"\*|~1?")


class Parser:
    """Recursive descent, one method per line of the grammar; recursion is bounded by MAX_DEPTH."""

    def __init__(self, typed: TypedText) -> None:
        self._typed = typed
        self._text = typed.text
        self._tokens = (*typed.tokens, Token(Kind.END, len(typed.text), len(typed.text)))
        self._next = 0

    def parse(self) -> Query:
        """The query that the pieces mean. Raises QuerySyntaxError."""
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
                if run and field not in KEYWORDS | {"from", "to"}:
                    return bare_words(term_words(self._typed.part(first.start, last.end)), field)
                return self._value(field, self._joined(first, last))
            case _:
                raise self._misplaced(token)

    def _joined(self, first: Token, last: Token) -> Token:
        """The words from one token to another as one value."""
        between = (token for token in self._tokens if first.start <= token.start <= last.start)
        words = tuple(word for token in between for word in token.words)
        return Token(Kind.WORDS, first.start, last.end, self._text[first.start : last.end], words)

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
        if field in KEYWORDS | {"from", "to"}:
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
        if token.is_special:
            plain = _STARS_AND_TILDES.sub("", self._text[token.start : token.end])
            mended = self._text[: token.start] + plain + self._text[token.end :]
            self._refuse_special(field, token.start, mended)
            _refuse_short(token, mended)
        if field not in {"from", "to"}:
            return self._whole(field, token)
        try:
            day = parse_day(token.value, last=field == "to")
        except ValueError:
            hint = _("this is no date; write it as 2021, 2021-03, 2021-03-15 or 15/3/2021.")
            raise QuerySyntaxError(token.start, hint) from None
        return Between(day, None) if field == "from" else Between(None, day)

    @staticmethod
    def _whole(field: str | None, token: Token) -> Query:
        if field in KEYWORDS:
            terms = (word.term for word in token.words if isinstance(word, Term))
            return keyword(field, terms, exact=token.exact)
        return _preferring_as_typed(side_by_side(field, token.words))

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


def _refuse_short(token: Token, mended: str) -> None:
    """Raise where a word is too short to have a slip in it: of one or two letters it would be any other."""
    if any(isinstance(word, Fuzzy) and len(word.term) < LEAST_LETTERS for word in token.words):
        hint = _("a word with ~ needs at least {least} letters.").format(least=LEAST_LETTERS)
        raise QuerySyntaxError(token.start, hint, mended)


def _preferring_as_typed(value: Query) -> Query:
    """A word with a slip: articles that have the word itself come first."""
    if not isinstance(value, Fuzzy):
        return value
    return Prefer(value, Term(value.term, value.any_marks, value.field), AS_TYPED_WEIGHT)


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
