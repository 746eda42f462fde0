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
    from:2021-03 to:2021  published in these days, inclusive; see `searcher.querylang.dates`

Operators are capitals. In a text without any lower-case letter the Vietnamese ones are words. A hyphen
excludes only at the start of a word; anywhere else it separates words, as all other punctuation does
(`?` too, and `*`, `~` and `^` where they touch no word).
An unknown `word:` is text, and so is an everyday Vietnamese field name with nothing right behind its colon.
A word typed without marks matches every marking of it, one typed with marks only itself.
"""

from __future__ import annotations

import contextlib
import re
import unicodedata
from dataclasses import dataclass, replace

from crawl.messages import gettext as _
from index.engine import TooManyWords
from index.query import (
    Prefer,
    Query,
    Term,
    Wildcard,
)
from index.text.tokens import analyse
from searcher.querylang.bare_words import prose, relaxed, term_words
from searcher.querylang.lexer import (
    FIELD_NAMES,
    Kind,
    QuerySyntaxError,
    TypedText,
    lex,
)
from searcher.querylang.parser import AS_TYPED_WEIGHT, MAX_DEPTH, Parser
from searcher.querylang.written_query import describe

__all__ = [
    "FIELD_NAMES",
    "MAX_CHARACTERS",
    "MAX_DEPTH",
    "MAX_WORDS",
    "ParsedQuery",
    "QuerySyntaxError",
    "describe",
    "parse",
]

MAX_CHARACTERS = 4_000
MAX_WORDS = 256

MAX_BARE_WORDS = 6
"""Up to this many bare words are a query whose words are all wanted, more are prose.

On 800 titles and 726 questions (development halves), articles with all the words first up to 6 words and by score
beyond gave MRR@10 .785 and .956 against .735 and .948 with them always first; typed without marks .780 against .656.
"""

_QUOTES = re.compile('["“”„‟＂]')


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """What was understood.

    `query` is the strict match set. `partial` asks for any word, not all, of each run of two or more bare
    words outside OR and NOT; it is None when there is no such run. `text` is the input in NFC. `parsed`
    writes the query in canonical spelling with every operator spelt out; parsing it gives the same query, unless a word
    was too long to be a term whole (`index.text.tokens.MAX_TERM_LENGTH`).
    `is_prose` says that more than MAX_BARE_WORDS bare words stand in a text without operators: a title or a
    question. Hardly any article has all of its words, so they cannot be asked to come first, and quotation
    marks in it quote: `partial` takes their words like any others. `title` is the same for a text that has so many
    words only with those in quotation marks, among bare ones: where nothing matches it, it was a title.
    `typed` is the text as it was read, without the quotation marks where one too many stands in prose.
    """

    query: Query
    partial: Query | None
    text: str
    parsed: str
    typed: TypedText
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
    analysed = analyse(text)
    if not analysed.terms:
        raise QuerySyntaxError(0, _("there is nothing to search for; type at least one word."))
    if len(analysed.terms) > MAX_WORDS:
        raise QuerySyntaxError(
            analysed.starts[MAX_WORDS],
            _("a query may have at most {limit} words.").format(limit=MAX_WORDS),
            text[: analysed.ends[MAX_WORDS - 1]],
        )
    try:
        return _parsed(text, lex(text, analysed))
    except QuerySyntaxError:
        with contextlib.suppress(QuerySyntaxError):
            plain = lex(_QUOTES.sub(" ", text), analysed)  # no word has a quotation mark in it
            if _is_prose(plain):  # a quotation mark too many in a title quotes nothing
                return _parsed(text, plain)
        raise


def understood(text: str) -> ParsedQuery | None:
    """What a text means that was made out of another; None where that made it too long, or no query."""
    try:
        return parse(text)
    except QuerySyntaxError:
        return None


def _parsed(text: str, typed: TypedText) -> ParsedQuery:
    query = Parser(typed).parse()
    if isinstance(query, Term) and query.any_marks:
        query = Prefer(query, replace(query, any_marks=False), AS_TYPED_WEIGHT)
    if _is_prose(typed):
        ranked = prose(typed.text, typed.analysed)
        return ParsedQuery(query, ranked, text, describe(query), typed, is_prose=True)
    title = prose(typed.text, typed.analysed) if _is_title(typed) else None
    return ParsedQuery(query, relaxed(query), text, describe(query), typed, title=title)


def _is_prose(typed: TypedText) -> bool:
    return _is_plain(typed) and _count(typed, Kind.WORDS) > MAX_BARE_WORDS


def _is_title(typed: TypedText) -> bool:
    return _is_plain(typed) and _count(typed, Kind.WORDS) > 0 and _count(typed, *Kind) > MAX_BARE_WORDS


def _is_plain(typed: TypedText) -> bool:
    return all(token.kind in {Kind.WORDS, Kind.PHRASE} and not token.exact for token in typed.tokens)


def _count(typed: TypedText, *kinds: Kind) -> int:
    parts = (typed.part(token.start, token.end) for token in typed.tokens if token.kind in kinds)
    return sum(len(term_words(part)) for part in parts)


def too_many_words(parsed: ParsedQuery, error: TooManyWords) -> QuerySyntaxError:
    """What to answer where a pattern in a query stands for too many words: where it is, and how many they are."""
    places = (
        token.start
        for token in parsed.typed.tokens
        for word in token.words
        if isinstance(word, Wildcard) and word.pattern == error.pattern
    )
    return QuerySyntaxError(next(places, 0), str(error))
