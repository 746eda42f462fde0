"""Whoosh's own classes over timbao's folder: they find and score what the engine does, and change nothing."""

from __future__ import annotations

import itertools
import random
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh import index as whoosh_index
from whoosh import query as whoosh
from whoosh.filedb.filestore import FileStorage, ReadOnlyError
from whoosh.qparser import MultifieldParser, QueryParser
from whoosh.reading import TermNotFound
from whoosh.scoring import BM25F
from whoosh.sorting import FieldFacet

from crawl.article import VIETNAM
from index.document import TEXT_FIELDS, Document, text_terms
from index.embedded import generations
from index.embedded.adapter import WhooshEngine
from index.embedded.whoosh import Phrase as WhooshPhrase
from index.embedded.whoosh import Prefix, ReadOnlyIndex, exists_in, open_dir
from index.engine import CorruptIndex, EngineError, NoIndex, StaleIndex
from index.query import And, Between, Everything, Keyword, Not, Or, Phrase, Prefer, Query, Term, Wildcard
from tests.bench.corpora import NoCorpus, data_folder, present, read_documents
from tests.engine_contract import BATCHES, DAYS, KEYS, WORDS, article, fill
from tests.oracle_whoosh import WhooshOracle

# Equality.

_FIELDS = st.none() | st.sampled_from([field.name for field in TEXT_FIELDS])
_TERMS = st.builds(Term, st.sampled_from((*WORDS, "absent")))
_LEAVES = (
    st.builds(Term, st.sampled_from(WORDS), st.just(value=False), _FIELDS)
    | st.builds(Wildcard, st.sampled_from(("h*", "đa*", "hà*", "202*", "x*")), st.just(value=False), _FIELDS)
    | st.builds(Phrase, st.lists(_TERMS, min_size=1, max_size=3).map(tuple), _FIELDS)
    | st.builds(Keyword, st.just("province"), st.sampled_from((*KEYS, "absent")))
    | st.builds(Keyword, st.just("group"), st.sampled_from("ab"))
    | st.builds(Between, st.none() | DAYS, DAYS)
    | st.just(Everything())
)


def _branches(children: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    several = st.lists(children, min_size=1, max_size=3).map(tuple)
    return (
        st.builds(And, several)
        | st.builds(Or, several)
        | st.builds(Not, children)
        | st.builds(Prefer, children, children)
    )


@settings(max_examples=25, deadline=None)
@given(BATCHES, st.lists(st.recursive(_LEAVES, _branches, max_leaves=5), min_size=5, max_size=5))
def test_whoosh_finds_and_scores_what_the_engine_does(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[Document | str]], asked: list[Query]
) -> None:
    """For terms, And, Or, Not, phrases, prefixes and filters: the same articles, the same scores, the same best,
    whatever was put, replaced and deleted in however many commits.
    """
    folder = tmp_path_factory.mktemp("opened")
    with closing(WhooshEngine(folder)) as engine:
        fill(engine, batches)
        with WhooshOracle(folder) as oracle:
            for query in asked:
                assert oracle.difference(engine, query) is None, query


_REAL = 5_000
_CASES = 8


def _asked_of(documents: Sequence[Document], chance: random.Random) -> Iterator[Query]:
    """Queries of every class whose words stand in one and the same article."""
    for _case in range(_CASES):
        fields = {
            name: found.terms for name, found in text_terms(chance.choice(documents)).items() if name != "author"
        }
        field = chance.choice(list(fields))
        one, other, third = (Term(chance.choice(fields[field]), field=field) for _term in range(3))
        start = chance.randrange(len(fields[field]))
        words = tuple(map(Term, fields[field][start : start + chance.choice((2, 3))]))
        yield replace(one, field=chance.choice((field, None)))
        yield And((one, other))
        yield Or((one, other, third))
        yield And((one, Not(other)))
        yield Phrase(words, field)
        yield Wildcard(f"{third.term[:3]}*", field=field)


def test_whoosh_agrees_on_real_articles(tmp_path: Path) -> None:
    """On thousands of real articles, in several segments and with deletions, hits and scores are the engine's."""
    try:
        corpus = present(data_folder() / "news" / "news-50k.jsonl.zst", "--corpus")
    except NoCorpus as error:
        pytest.skip(str(error))
    documents = list(read_documents(corpus, _REAL))
    deleted = [document.id for document in documents[::9]]
    parts = [documents[: _REAL * 3 // 5], documents[_REAL * 3 // 5 : _REAL * 9 // 10], documents[_REAL * 9 // 10 :]]
    with closing(WhooshEngine(tmp_path)) as engine:
        fill(engine, [*parts, deleted])
        assert len(open_dir(tmp_path).reader().leaf_readers()) > 1
        with WhooshOracle(tmp_path) as oracle:
            for query in _asked_of(documents, random.Random(9)):
                assert oracle.difference(engine, query) is None, query
