"""The query tree: what an engine is asked. Leaves are analysed terms, never text.

What each node matches is defined here in words and, executably, by the oracle engine of the tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

PAIR_WEIGHT = 0.5
"""Weight of two neighbouring query words found side by side, against 1 for each word.

Pairs are found at query time, from positions; they take no room in the index. What else could stand for words of
several syllables was compared by MRR@10 on 726 questions over 240 paragraphs (XQuAD, Vietnamese) and on 130 titles
over 3,000 bodies of news, all ranked by bm25s: syllables .948 and .785, syllables and pairs as terms .956 and .793,
words segmented by pyvi .949 and .794 (at five times the cost of analysis, and only where marks are typed), pyvi's
words beside their syllables .940 (questions), words segmented by underthesea .932 (questions).
"""

MAX_EXPANSION = 10_000
"""How many different words of an index a pattern may stand for; see `index.engine.TooManyWords`."""

MAX_EXPANSION_TOGETHER = 2 * MAX_EXPANSION
"""How many all different patterns of one phrase or neighbourhood may stand for; what they find is held at once."""


@dataclass(frozen=True, slots=True)
class Term:
    """An article holds this term.

    `term` is canonical (see `index.text.vietnamese.canonical`). With `any_marks` every indexed term that folds
    to `fold(term)` matches too, and all of them count as one term; the exact spelling counts a little more.
    `field` restricts it to one text field; None means every text field.
    """

    term: str
    any_marks: bool = False
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Wildcard:
    """An article holds a term that fits this pattern: each `*` stands for any characters, also none.

    `pattern` is in lower case, composed, and otherwise as typed: unlike in a whole word, the place of a tone says
    what may follow. What is left without the stars matches as a `Term` does, and counts a little more than the others.
    With `any_marks` the pattern need only fit once both are folded. All that match count as one term, as often as they
    stand there together (of a written date each key that fits).
    """

    pattern: str
    any_marks: bool = False
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """An article holds this term as a `Term` would match it, or one that is one letter off.

    That is one letter more, one less, another one in its place, or two neighbours exchanged; a letter with other
    marks is another letter. With `any_marks` what is compared is folded. All that match count as one term, what is
    written as typed a little more.
    """

    term: str
    any_marks: bool = False
    field: str | None = None


Word = Term | Wildcard | Fuzzy
"""What one word of an article can match."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """The terms stand next to each other, in this order, in one field (`field` None: in any one text field)."""

    terms: tuple[Word, ...]
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Near:
    """The terms stand within `distance` words of each other in one field (`field` None: in any one text field).

    Every place of one of the terms counts from which on all of them stand within `distance` places. With `ordered`
    it must be the first term's, and the others follow it in this order, each at a place of its own.
    A paragraph's end is one place, and no obstacle.
    """

    terms: tuple[Word, ...]
    distance: int
    ordered: bool = False
    field: str | None = None


@dataclass(frozen=True, slots=True)
class SameParagraph:
    """The terms stand in one paragraph, caption or tag of one field (`field` None: of any one text field).

    In whatever order and however often: every paragraph that holds them all counts once.
    """

    terms: tuple[Word, ...]
    field: str | None = None


Text = Word | Phrase | Near | SameParagraph
"""What is looked up in text and scored by how often it stands there."""


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword field (source, province, section) has this value, whole; other fields never match.

    `value` is a key made by `index.text.tokens.keyword_key`; with `any_marks` it is compared folded.
    """

    field: str
    value: str
    any_marks: bool = False


@dataclass(frozen=True, slots=True)
class Between:
    """Published from `first` to `last`, inclusive calendar days in Vietnam; None is open.

    An article without a date is never between.
    """

    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class And:
    """All of these; scores add up."""

    children: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of these; scores of those that match add up."""

    children: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least `count` of these; scores of those that match add up."""

    count: int
    children: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Everything that `child` does not match; scores nothing."""

    child: Query


@dataclass(frozen=True, slots=True)
class Prefer:
    """What `required` matches; where `preferred` matches too, its score times `weight` is added."""

    required: Query
    preferred: Query
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Weighted:
    """What `child` matches, its score times `weight`."""

    child: Query
    weight: float


@dataclass(frozen=True, slots=True)
class Everything:
    """Every article; scores nothing."""


Query = Text | Keyword | Between | And | Or | AtLeast | Not | Prefer | Weighted | Everything


def leaves(query: Query) -> Iterator[Word | Phrase]:
    """The text leaves that can make an article match (what stands under `Not` cannot)."""
    match query:
        case Term() | Wildcard() | Fuzzy() | Phrase():
            yield query
        case Near(terms) | SameParagraph(terms):
            yield from (term if term.field else replace(term, field=query.field) for term in terms)
        case And(children) | Or(children) | AtLeast(_, children):
            for child in children:
                yield from leaves(child)
        case Prefer(required, _) | Weighted(required, _):
            yield from leaves(required)
        case _:
            return
