"""Whether timbao finds and scores what Whoosh 2.7.4 does, with the same BM25F: over its own format and over timbao's.

    python -m tests.bench.equality [--docs N --cases N --corpus FILE --queries FILE]

Matches of every class but `h_folded`, and their scores to 1 in 10,000 but in `e_phrase`, which Whoosh weighs in
another way. timbao answers from one segment and from several, without and with deleted articles, in one thread and in
four. Ends with status 1 if anything differs.

Whoosh keeps the length of a field in one byte, so articles are shortened to lengths that it does not round; it never
sees what timbao has deleted, because its statistics would still count that. Over timbao's own folder it has exact
lengths and statistics, and weighs phrases and prefixes as timbao does; there all of their scores are compared too.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from whoosh import query
from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.fields import ID, NUMERIC, STORED, TEXT, Schema
from whoosh.index import create_in, open_dir
from whoosh.scoring import BM25F
from whoosh.util.numeric import byte_to_length, length_to_byte

from crawl.article import utc_now
from index.document import TEXT_FIELDS, Document, published_day, text_terms
from index.engine import Engine, SearchOptions
from index.opening import open_engine
from index.query import And, Wildcard
from index.ranking import K1, B
from index.text.tokens import keyword_key
from tests.bench.contest import (
    ANY,
    EITHER_FIELD,
    FOLDED,
    PHRASE,
    RARE,
    Case,
    day_number,
    one_paragraph,
    source_key,
)
from tests.bench.contestants import timbao_filter, timbao_query
from tests.bench.corpora import CorpusError, data_folder, present, read_documents
from tests.bench.engines import read_cases
from tests.oracle_whoosh import TOLERANCE, WhooshOracle

_FIELDS = ("title", "body")
_WEIGHTS = {field.name: field.weight for field in TEXT_FIELDS}
_THREADS = 4
_SEGMENTS = 8
_DELETED = 10
"""One in so many articles."""

_STEM = 3
"""Letters of a prefix."""

Answer = Mapping[str, float]
"""The scores of all matches, by id."""


def shortened(document: Document) -> Document:
    """The document in one paragraph, with only title and body, both of a length that Whoosh does not round."""
    bare = replace(one_paragraph(document), captions=(), author=None, tags=())
    return replace(bare, title=_shortened(bare.title), body=_shortened(bare.body))


def _shortened(text: str) -> str:
    words = text.split()
    while length := _length(" ".join(words)):
        surplus = length - max(n for n in range(length + 1) if byte_to_length(length_to_byte(n)) == n)
        if not surplus:
            break
        del words[-surplus:]
    return " ".join(words)


def _length(text: str) -> int:
    found = text_terms(Document("", "", "", utc_now(), body=text)).get("body")
    return len(found.terms) if found else 0


def build_stock(folder: Path, documents: Iterable[Document]) -> None:
    """An index of stock Whoosh in one segment."""
    folder.mkdir()
    texts = {name: TEXT(SpaceSeparatedTokenizer()) for name in _FIELDS}
    schema = Schema(id=STORED(), source=ID(), day=NUMERIC(sortable=True), **texts)
    writer = create_in(str(folder), schema).writer(limitmb=512)
    for document in documents:
        terms = {name: " ".join(found.terms) for name, found in text_terms(document).items()}
        day = day_number(published_day(document))
        writer.add_document(id=document.id, source=source_key(document), day=day, **terms)
    writer.commit()


def ask_stock(folder: Path, cases: Iterable[Case]) -> list[Answer]:
    """All matches of each case."""
    opened = open_dir(str(folder))
    with opened.searcher(weighting=BM25F(B=B, K1=K1)) as searcher:
        return [_answer(searcher, case) for case in cases]


def _answer(searcher: Any, case: Case) -> Answer:
    scores = _scores(searcher, _stock_query(case))
    if case.source is None:
        return scores
    # A search of its own: Whoosh ignores a filter that nothing passes, and its Require lets more pass.
    days = query.NumericRange("day", day_number(case.first), day_number(case.last))
    within = _scores(searcher, query.And([days, query.Term("source", keyword_key(case.source))]))
    return {id: score for id, score in scores.items() if id in within}


def _scores(searcher: Any, asked: Any) -> Answer:
    return {hit["id"]: hit.score for hit in searcher.search(asked, limit=None)}


def _stock_query(case: Case) -> Any:
    if case.kind == PHRASE and len(case.terms) > 1:
        return query.Phrase("body", list(case.terms))
    leaves = [query.Term("body", term, boost=_WEIGHTS["body"]) for term in case.terms]
    if case.kind == EITHER_FIELD:
        titles = [query.Term("title", term, boost=_WEIGHTS["title"]) for term in case.terms]
        leaves = [query.Or(list(pair)) for pair in zip(titles, leaves, strict=True)]
    return (query.Or if case.kind == ANY else query.And)(leaves)


def difference(engine: Engine, case: Case, expected: Answer) -> str | None:
    """What timbao answers differently; None if nothing. Equal scores may be in any order."""
    found = engine.search(
        timbao_query(case), SearchOptions(within=timbao_filter(case), limit=len(expected) + 1)
    )
    scores = {hit.document.id: hit.score for hit in found.hits}
    if (found.total, scores.keys()) != (len(expected), expected.keys()):
        return (
            f"{found.total} matches, {len(expected)} expected, {len(scores.keys() ^ expected.keys())} others"
        )
    if case.kind == PHRASE:
        return None
    for id, score in scores.items():
        if not math.isclose(score, expected[id], rel_tol=TOLERANCE):
            return f"{id} scores {score}, {expected[id]} expected"
    return None


def differences(engine: Engine, cases: Sequence[Case], expected: Sequence[Answer]) -> Iterator[str]:
    """The same of all cases, asked one after the other and then by several threads at once."""
    with ThreadPoolExecutor(_THREADS) as threads:
        for found in (
            map(difference, [engine] * len(cases), cases, expected),
            threads.map(difference, [engine] * len(cases), cases, expected),
        ):
            for case, one in zip(cases, found, strict=True):
                if one:
                    yield f"{case.kind} {' '.join(case.terms)}: {one}"


def fill(engine: Engine, documents: Sequence[Document], segments: int, deleted: Sequence[str]) -> None:
    """Build timbao's index in so many commits, and then delete."""
    with engine.writer(rebuild=True) as writer:
        for part in range(segments):
            for document in documents[part::segments]:
                writer.put(document)
            writer.commit("")
        for id in deleted:
            writer.delete(id)
        writer.commit("")


def opened_differences(engine: Engine, folder: Path, cases: Sequence[Case]) -> Iterator[str]:
    """What Whoosh answers differently over the engine's own folder; prefixes are asked for beside the cases."""
    asked = [
        (case, query if within is None else And((query, within)))
        for case in cases
        for query, within in [(timbao_query(case), timbao_filter(case))]
    ]
    asked += [
        (case, Wildcard(f"{case.terms[0][:_STEM]}*", field="body")) for case in cases if case.kind == RARE
    ]
    with WhooshOracle(folder) as oracle:
        for case, query in asked:
            if one := oracle.difference(engine, query):
                yield f"{case.kind} {' '.join(case.terms)}, over timbao's format: {one}"


def compare(
    documents: Sequence[Document],
    cases: Sequence[Case],
    folder: Path,
    told: Callable[[str], object] = lambda _text: None,
) -> list[str]:
    """All that differs, whichever way timbao's index came to be; `told` hears what is being compared."""
    deleted = [document.id for document in documents[::_DELETED]]
    kept = [document for number, document in enumerate(documents) if number % _DELETED]
    told(f"stock Whoosh indexes {len(kept)} articles and answers {len(cases)} queries")
    build_stock(folder / "stock", kept)
    expected = ask_stock(folder / "stock", cases)
    found: list[str] = []
    for name, content, segments, removed in (
        ("one segment", kept, 1, []),
        (f"{_SEGMENTS} commits", kept, _SEGMENTS, []),
        ("one segment with deletes", documents, 1, deleted),
        (f"{_SEGMENTS} commits with deletes", documents, _SEGMENTS, deleted),
    ):
        told(f"timbao: {name}")
        with closing(open_engine(f"whoosh:{folder / 'timbao'}")) as engine:
            fill(engine, content, segments, removed)
            found += [f"{name}: {one}" for one in differences(engine, cases, expected)]
            opened = opened_differences(engine, folder / "timbao", cases)
            found += [f"{name}: {one}" for one in opened]
    return found


def main() -> None:
    """Read the options, compare, print."""
    options = _options().parse_args()
    try:
        classes = read_cases(present(options.queries, "--queries"))
        documents = list(map(shortened, read_documents(present(options.corpus, "--corpus"), options.docs)))
    except CorpusError as error:
        sys.exit(str(error))
    cases = [case for kind, found in classes.items() if kind != FOLDED for case in found[: options.cases]]
    with tempfile.TemporaryDirectory(prefix="timbao-bench-") as scratch:
        found = compare(documents, cases, Path(scratch), lambda text: print(f"{text} …", file=sys.stderr))
    print(
        "\n".join(found)
        or f"{len(cases)} queries over {len(documents)} articles: the same as Whoosh, over its format and timbao's"
    )
    sys.exit(bool(found))


def _options() -> argparse.ArgumentParser:
    news = data_folder() / "news"
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--docs", type=int, default=20_000, metavar="N")
    parser.add_argument("--cases", type=int, default=20, metavar="N", help="of each class")
    parser.add_argument(
        "--corpus", type=Path, default=news / "news-50k.jsonl.zst", metavar="FILE.jsonl[.zst]"
    )
    parser.add_argument("--queries", type=Path, default=news / "queries.json", metavar="FILE.json")
    return parser


if __name__ == "__main__":
    main()
