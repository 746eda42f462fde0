"""How long the excerpts of ten hits take, for queries that are new to the process and for the same ones again.

    python -m tests.bench.snippets [--docs N --corpus FILE --titles FILE] [--json]

A query is some neighbouring words of a title. Its ten best hits are found and their documents read beforehand; what is
timed is what a page shows of them, each with the passage and the marks in its title. It happens in a fresh process, so
that words are met there for the first time.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from index.document import Document
from index.engine import SearchOptions
from index.opening import open_engine
from index.query import Query
from searcher.querylang.syntax import QuerySyntaxError, parse
from searcher.results.snippets import marks, snippet
from tests.bench.corpora import CorpusError, data_folder, present, read_documents, read_titles

_HITS = 10
_WORDS = (2, 3, 4)
_SEED = 1


@dataclass(frozen=True, slots=True)
class Excerpts:
    """Medians and 95th percentiles over the queries that have ten hits, in milliseconds for those ten."""

    queries: int
    new_p50_ms: float
    new_p95_ms: float
    again_p50_ms: float
    again_p95_ms: float


def queries(titles: Sequence[str]) -> list[str]:
    """Some words of each title that has enough; the same ones every time."""
    chance = random.Random(_SEED)
    found = []
    for title in titles:
        words, count = title.split(), chance.choice(_WORDS)
        if len(words) >= count:
            start = chance.randrange(len(words) - count + 1)
            found.append(" ".join(words[start : start + count]))
    return found


def measure(folder: Path, asked: Sequence[str]) -> Excerpts:
    """Cut the excerpts of every query twice."""
    times = []
    with closing(open_engine(f"whoosh:{folder}")) as engine:
        for text in asked:
            try:
                query = parse(text).query
            except QuerySyntaxError:  # half of a pair of quotation marks, say
                continue
            documents = [hit.document for hit in engine.search(query, SearchOptions(limit=_HITS)).hits]
            if len(documents) == _HITS:
                times.append([_cut(documents, query) for _turn in range(2)])
    if not times:
        sys.exit(f"No query has {_HITS} hits.")
    (new, new_high), (again, again_high) = np.percentile(np.array(times) * 1000, (50, 95), axis=0).T.tolist()
    return Excerpts(len(times), new, new_high, again, again_high)


def _cut(documents: Sequence[Document], query: Query) -> float:
    began = time.perf_counter()
    for document in documents:
        snippet(document, query)
        marks(document.title, query, "title")
    return time.perf_counter() - began


def main() -> None:
    """Read the options, measure, print."""
    options = _options().parse_args()
    with tempfile.TemporaryDirectory(prefix="timbao-bench-") as scratch:
        folder = Path(scratch) / "index"
        try:
            asked = queries([item.query for item in read_titles(present(options.titles, "--titles"))])
            with open_engine(f"whoosh:{folder}").writer(rebuild=True) as writer:
                for document in read_documents(present(options.corpus, "--corpus"), options.docs):
                    writer.put(document)
                writer.commit("")
        except CorpusError as error:
            sys.exit(str(error))
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            found = pool.submit(measure, folder, asked).result()
    if options.json:
        print(json.dumps(asdict(found)))
        return
    print(f"{found.queries} queries, ms for {_HITS} hits (p50 / p95):")
    print(f"  new    {found.new_p50_ms:8.3f}{found.new_p95_ms:8.3f}")
    print(f"  again  {found.again_p50_ms:8.3f}{found.again_p95_ms:8.3f}")


def _options() -> argparse.ArgumentParser:
    news = data_folder() / "news"
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--docs", type=int, default=50_000, metavar="N")
    parser.add_argument(
        "--corpus", type=Path, default=news / "news-50k.jsonl.zst", metavar="FILE.jsonl[.zst]"
    )
    parser.add_argument("--titles", type=Path, default=news / "titles-dev.json", metavar="FILE.json")
    parser.add_argument("--json", action="store_true")
    return parser


if __name__ == "__main__":
    main()
