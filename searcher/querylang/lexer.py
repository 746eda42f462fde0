"""The pieces of a typed query: words, phrases, operators, parentheses, field names. See `searcher.querylang.syntax`."""

from __future__ import annotations

import enum
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from crawl.messages import TimbaoError
from crawl.messages import gettext as _
from index.query import Term, Word
from index.text.tokens import Tokens, analyse_terms
from index.text.written_dates import written_dates
from searcher.querylang.words import plain_words, special_words

EVERYDAY_NAMES: Mapping[str, str] = {
    "báo": "source",
    "tỉnh": "province",
    "mục": "section",
    "thẻ": "tags",
    "từ": "from",
    "đến": "to",
}
"""Field names that are also everyday words: they are text unless a value stands right behind the colon."""

FIELD_NAMES: Mapping[str, str] = {
    **{name: name for name in ("title", "lead", "body", "captions", "author", "tags")},
    **{name: name for name in ("source", "province", "section", "from", "to")},
    "caption": "captions",
    "tag": "tags",
    "tiêuđề": "title",
    "tieude": "title",
    "tácgiả": "author",
    "tacgia": "author",
    **EVERYDAY_NAMES,
}
"""What may stand before a colon (capitals do not matter) → the field it means."""


class QuerySyntaxError(TimbaoError, ValueError):
    """A text that is no query.

    `position` is the offset of the fault in code points of the NFC text, `hint` says what is wrong,
    `suggestion` is the text with this fault mended, or empty.
    """

    def __init__(self, position: int, hint: str, suggestion: str = "") -> None:
        self.position, self.hint, self.suggestion = position, hint, suggestion
        message = _("At character {number}: {hint}").format(number=position + 1, hint=hint)
        if suggestion:
            message += " " + _("Try: {query}").format(query=suggestion)
        super().__init__(message)


class Kind(enum.Enum):
    """What a piece is; NOT is also the excluding hyphen, END stands behind the last piece.

    WORD is a word that stands for itself, because it has a star, a tilde or a weight. NEAR stands right behind a
    PHRASE, WEIGHT right behind an operand.
    """

    WORDS = enum.auto()
    WORD = enum.auto()
    PHRASE = enum.auto()
    NEAR = enum.auto()
    WEIGHT = enum.auto()
    FIELD = enum.auto()
    OPEN = enum.auto()
    CLOSE = enum.auto()
    NOT = enum.auto()
    AND = enum.auto()
    OR = enum.auto()
    END = enum.auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece at `text[start:end]`.

    `value` is the name of a FIELD, the text of WORDS, WORD and PHRASE, the number of a WEIGHT, the distance of NEAR,
    behind `>` where the order counts. `words` are those of WORDS, WORD and PHRASE; with `exact`, those without marks
    match no others.
    """

    kind: Kind
    start: int
    end: int
    value: str = ""
    words: tuple[Word, ...] = ()
    exact: bool = False

    @property
    def is_special(self) -> bool:
        """Whether there is a pattern or a word with a slip in it."""
        return not all(isinstance(word, Term) for word in self.words)


@dataclass(frozen=True, slots=True)
class TypedText:
    """A typed text that was read, once: its pieces, and what it is analysed into. All who look at it look at this."""

    text: str
    analysed: Tokens
    tokens: tuple[Token, ...]

    def part(self, start: int, end: int) -> Tokens:
        """What `text[start:end]` is analysed into; no word runs over either border. A date over one is none."""
        here = between(self.analysed, start, end)
        dates = tuple(
            replace(date, start=start + date.start, end=start + date.end)
            for date in written_dates(self.text[start:end])
        )
        return Tokens(self.analysed.terms[here], self.analysed.starts[here], self.analysed.ends[here], dates)


def between(analysed: Tokens, start: int, end: int) -> slice:
    """Where those terms are that were written between these places of the text."""
    return slice(bisect_left(analysed.starts, start), bisect_left(analysed.starts, end))


STARTS = frozenset({Kind.WORDS, Kind.WORD, Kind.PHRASE, Kind.FIELD, Kind.OPEN, Kind.NOT})
"""What can begin an operand."""

_ENGLISH = {"AND": Kind.AND, "OR": Kind.OR, "NOT": Kind.NOT}
_OPERATORS = {**_ENGLISH, "VÀ": Kind.AND, "HOẶC": Kind.OR, "KHÔNG": Kind.NOT}
_PARENTHESES = {"(": Kind.OPEN, ")": Kind.CLOSE}

_BLANK = re.compile(r"\s+")
_QUOTE = re.compile('=?["“”„‟＂]')
_INSIDE = re.compile('[^"“”„‟＂]*')
_CHUNK = re.compile(r'[^\s()"“”„‟＂]+')
_EXCLUSION = re.compile(r'(?<![^\s(])-(?=[^\W_]|=?["“”„‟＂]|\()')
_FIELD = re.compile(r"([^\W\d_]+):")
_BORDER = r'(?=[\s()"“”„‟＂]|$)'
_NEAR = re.compile(rf"~(>?[0-9]{{1,4}}|p|đoạn)(?:{_BORDER}|(?=\^[0-9]))")
_WEIGHT = re.compile(rf"\^([0-9]+(?:[.,][0-9]+)?){_BORDER}")
_WEIGHED = frozenset({Kind.WORD, Kind.PHRASE, Kind.NEAR, Kind.CLOSE})
_SLIPS = re.compile(r"(?<=[^\W\d_])~(?!1?$)[0-9]+$")


def lex(text: str, analysed: Tokens) -> TypedText:
    """The text cut into its pieces; what holds no word and is no operator is left out.

    `analysed` is its analysis. Raises QuerySyntaxError.
    """
    return TypedText(text, analysed, tuple(_Lexer(text, analysed).tokens()))


class _Lexer:
    """Cuts one text; what is a word in it was found before, by its analysis."""

    def __init__(self, text: str, analysed: Tokens) -> None:
        self._text = text
        self._analysed = analysed
        self._operators = _OPERATORS if any(map(str.islower, text)) else _ENGLISH

    def tokens(self) -> Iterator[Token]:
        position, before = 0, None
        while position < len(self._text):
            if blank := _BLANK.match(self._text, position):
                position, before = blank.end(), None
                continue
            token = self._structure(position, before) or self._chunk(position, before)
            position, before = token.end, token.kind
            if token.kind is not Kind.WORDS or token.words:
                yield token

    def _terms(self, start: int, end: int) -> tuple[str, ...]:
        return self._analysed.terms[between(self._analysed, start, end)]

    def _structure(self, start: int, before: Kind | None) -> Token | None:
        """A distance, weight, parenthesis, phrase, excluding hyphen or field name, if one begins here."""
        if before is Kind.PHRASE and (near := _NEAR.match(self._text, start)):
            return Token(Kind.NEAR, start, near.end(), near[1])
        if before in _WEIGHED and (weight := _WEIGHT.match(self._text, start)):
            return Token(Kind.WEIGHT, start, weight.end(), weight[1])
        if kind := _PARENTHESES.get(self._text[start]):
            return Token(kind, start, start + 1)
        if quote := _QUOTE.match(self._text, start):
            return self._quoted(quote)
        if exclusion := _EXCLUSION.match(self._text, start):
            return Token(Kind.NOT, start, exclusion.end())
        return None if before is Kind.FIELD else self._field_name(start)

    def _quoted(self, quote: re.Match[str]) -> Token:
        text = self._text
        inside = _INSIDE.match(text, quote.end())
        assert inside is not None
        terms = self._terms(*inside.span())
        if inside.end() == len(text):
            mended = text + '"' if terms else without(text, quote.start(), len(text))
            raise QuerySyntaxError(quote.end() - 1, _("this quotation mark is never closed."), mended)
        if not terms:
            raise QuerySyntaxError(
                quote.start(),
                _("there is no word between these quotation marks."),
                without(text, quote.start(), inside.end() + 1),
            )
        exact = quote[0].startswith("=")
        words = special_words(inside[0], exact=exact) or plain_words(terms, exact=exact)
        return Token(Kind.PHRASE, quote.start(), inside.end() + 1, inside[0], words, exact)

    def _field_name(self, start: int) -> Token | None:
        text = self._text
        match = _FIELD.match(text, start)
        if match is None or (name := match[1].lower()) not in FIELD_NAMES:
            return None
        value = _CHUNK.match(text, match.end())
        if text.startswith("(", match.end()) or _QUOTE.match(text, match.end()):
            return Token(Kind.FIELD, start, match.end(), name)
        if value and self._terms(*value.span()):
            return Token(Kind.FIELD, start, match.end(), name)
        if name in EVERYDAY_NAMES:
            return None
        blank = _BLANK.match(text, match.end())
        mended = without(text, start, match.end())
        if blank and blank.end() < len(text):
            mended = text[: match.end()] + text[blank.end() :]
        hint = _("{field}: needs a value right behind it.").format(field=match[1])
        raise QuerySyntaxError(start, hint, mended)

    def _chunk(self, start: int, before: Kind | None) -> Token:
        chunk = _CHUNK.match(self._text, start)
        assert chunk is not None
        if word := self._word(start, chunk[0]):
            return word
        # What is glued to a field name or to an excluding hyphen is a value, even in capitals.
        attached = before in {Kind.FIELD, Kind.NOT}
        kind = Kind.WORDS if attached else self._operators.get(chunk[0], Kind.WORDS)
        words = plain_words(self._terms(*chunk.span())) if kind is Kind.WORDS else ()
        return Token(kind, start, chunk.end(), chunk[0], words)

    def _word(self, start: int, chunk: str) -> Token | None:
        """A word with a star, a tilde or a weight behind it, if the chunk is one."""
        weight = _WEIGHT.search(chunk)
        word = chunk[: weight.start()] if weight else chunk
        if slips := _SLIPS.search(word):
            place = start + slips.start()
            mended = f"{self._text[:place]}~{self._text[start + len(word) :]}"
            raise QuerySyntaxError(place, _("only one letter can be off."), mended)
        words = special_words(word)
        if weight and not words:
            words = plain_words(self._terms(start, start + len(word)))
        return Token(Kind.WORD, start, start + len(word), word, words) if words else None


def without(text: str, start: int, end: int) -> str:
    """The text without this part, or with the part quoted where nothing else would be left."""
    rest = f"{text[:start].rstrip()} {text[end:].lstrip()}".strip()
    if analyse_terms(rest):
        return rest
    return f'"{text[start:end]}"' if analyse_terms(text[start:end]) else ""
