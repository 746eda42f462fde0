"""Answers a query tree from a snapshot: which documents match, how well, and which of them come first.

The oracle engine of the tests is the definition of what is computed here.
"""

from __future__ import annotations

import heapq
from collections import Counter

from index import ranking
from index.document import KEYWORD_FIELDS, TEXT_FIELDS, Field
from index.embedded.snapshot import Postings, Snapshot
from index.embedded.storage import DAY, UNDATED, day_start
from index.engine import Hit, Hits, Sort
from index.query import And, Between, Everything, Keyword, Not, Or, Phrase, Prefer, Query, Term, Weighted
from index.vietnamese import fold

Scores = dict[int, float]
"""The documents that match, and what each scores."""


def search(
    snapshot: Snapshot, query: Query, within: Query | None, sort: Sort, limit: int, offset: int
) -> Hits:
    """One slice of the matches of `query` that `within` matches too."""
    evaluator = Evaluator(snapshot)
    matches = evaluator.matches(query)
    if within is not None:
        allowed = evaluator.matches(within)
        matches = {number: score for number, score in matches.items() if number in allowed}
    start, stop = max(offset, 0), max(offset, 0) + max(limit, 0)
    chosen = _best(snapshot, _ranks(snapshot, matches, sort), stop)[start:] if limit > 0 else []
    scored = sort is Sort.RELEVANCE
    hits = tuple(Hit(snapshot.document(number), matches[number] if scored else 0.0) for number in chosen)
    return Hits(len(matches), hits, snapshot.generation.name)


def _ranks(snapshot: Snapshot, matches: Scores, sort: Sort) -> Scores | dict[int, int]:
    """A number for each match; the smaller, the earlier it comes."""
    moments = snapshot.moments
    match sort:
        case Sort.RELEVANCE:
            return {number: -score for number, score in matches.items()}
        case Sort.NEWEST:
            return {number: -moments[number] for number in matches}  # -UNDATED is beyond every moment
        case Sort.OLDEST:
            dated = {number: moments[number] for number in matches}
            return {number: -UNDATED if moment == UNDATED else moment for number, moment in dated.items()}


def _best(snapshot: Snapshot, ranks: Scores | dict[int, int], count: int) -> list[int]:
    """The first `count` documents by rank, then id. Ids are read only for what can be among them."""
    if count < len(ranks):
        last = heapq.nsmallest(count, ranks.values())[-1]
        ranks = {number: rank for number, rank in ranks.items() if rank <= last}
    return sorted(ranks, key=lambda number: (ranks[number], snapshot.id_of(number)))[:count]


class Evaluator:
    """Evaluates queries on one snapshot, reading each list of postings once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._postings: dict[tuple[str, str], Postings] = {}

    def matches(self, query: Query) -> Scores:
        """The documents that `query` matches."""
        match query:
            case Term():
                return self._phrase(Phrase((query,)))
            case Phrase():
                return self._phrase(query)
            case Keyword():
                return self._keyword(query)
            case Between(first, last):
                return self._between(
                    UNDATED + 1 if first is None else day_start(first),
                    -UNDATED if last is None else day_start(last) + DAY,
                )
            case And(children):
                return self._all_of([self.matches(child) for child in children])
            case Or(children):
                return self._any_of([self.matches(child) for child in children])
            case Not(child):
                unwanted = self.matches(child)
                return {number: 0.0 for number in self._snapshot.live if number not in unwanted}
            case Prefer():
                return self._prefer(query)
            case Weighted(child, weight):
                return {number: weight * score for number, score in self.matches(child).items()}
            case Everything():
                return dict.fromkeys(self._snapshot.live, 0.0)

    def _all_of(self, results: list[Scores]) -> Scores:
        if not results:
            return self.matches(Everything())
        common = min(results, key=len)
        for result in results:
            common = {number: 0.0 for number in common if number in result}
        return {number: sum(result[number] for result in results) for number in common}

    def _any_of(self, results: list[Scores]) -> Scores:
        total: Scores = {}
        for result in results:
            for number, score in result.items():
                total[number] = total.get(number, 0.0) + score
        return total

    def _prefer(self, query: Prefer) -> Scores:
        preferred = self.matches(query.preferred)
        return {
            number: score + query.weight * preferred[number] if number in preferred else score
            for number, score in self.matches(query.required).items()
        }

    def _between(self, start: int, end: int) -> Scores:
        moments = self._snapshot.moments
        return {number: 0.0 for number in self._snapshot.live if start <= moments[number] < end}

    def _keyword(self, query: Keyword) -> Scores:
        if query.field not in (field.name for field in KEYWORD_FIELDS):
            return {}
        values = {query.value}
        if query.any_marks:
            values = self._snapshot.spellings(query.field, fold(query.value))
        return {number: 0.0 for value in values for number in self._snapshot.holders(query.field, value)}

    def _phrase(self, phrase: Phrase) -> Scores:
        scores: Scores = {}
        asked = {phrase.field, *(term.field for term in phrase.terms)} - {None}
        for field in TEXT_FIELDS:
            if asked <= {field.name}:
                self._score(scores, field, self._frequencies(field.name, phrase.terms))
        return scores

    def _score(self, scores: Scores, field: Field, frequencies: dict[int, float]) -> None:
        if not frequencies:
            return
        snapshot = self._snapshot
        lengths = snapshot.lengths(field.name)
        score = ranking.scorer(
            field.weight, snapshot.count, len(frequencies), snapshot.mean_length(field.name)
        )
        for number, frequency in frequencies.items():
            scores[number] = scores.get(number, 0.0) + score(frequency, lengths[number])

    def _frequencies(self, field: str, terms: tuple[Term, ...]) -> dict[int, float]:
        """How often a phrase stands in a field, by document; a phrase of one term is that term."""
        if not terms:
            return {}
        if len(terms) == 1:
            return self._term_frequencies(field, terms[0])
        spellings = [self._all_spellings(field, term) for term in terms]
        holding = [set().union(*(found.counts for found in parts)) for parts in spellings]
        common = set.intersection(*holding)
        with self._snapshot.decoding():
            counted = {number: self._occurrences(number, spellings) for number in common}
        return {number: float(count) for number, count in counted.items() if count}

    def _term_frequencies(self, field: str, term: Term) -> dict[int, float]:
        exact = self._read(field, term.term).counts
        if not term.any_marks:
            return {number: float(count) for number, count in exact.items()}
        others: Counter[int] = Counter()
        for spelling in self._snapshot.spellings(field, fold(term.term)) - {term.term}:
            others.update(self._read(field, spelling).counts)
        return {
            number: ranking.spelling_frequency(exact.get(number, 0), others[number])
            for number in exact.keys() | others.keys()
        }

    def _all_spellings(self, field: str, term: Term) -> list[Postings]:
        names = self._snapshot.spellings(field, fold(term.term)) if term.any_marks else {term.term}
        return [self._read(field, name) for name in names]

    @staticmethod
    def _occurrences(number: int, spellings: list[list[Postings]]) -> int:
        """How often the terms, each in any of its spellings, stand next to each other in a document."""
        starts: set[int] | None = None
        for step, parts in enumerate(spellings):
            places = {
                position - step
                for found in parts
                if number in found.counts
                for position in found.positions(number)
            }
            starts = places if starts is None else starts & places
        return len(starts or ())

    def _read(self, field: str, term: str) -> Postings:
        key = (field, term)
        if key not in self._postings:
            self._postings[key] = self._snapshot.postings(field, term)
        return self._postings[key]
