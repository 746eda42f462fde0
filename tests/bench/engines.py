"""How fast engines index and answer, side by side: articles and query classes in, a table or JSON out.

    python -m tests.bench.engines [--docs N --corpus FILE --queries FILE --engines NAME,…] [--segments 1,8] [--json]

Each engine indexes the same articles in a process of its own, so that its peak of memory is its own. The clock
runs from extracted articles to the last commit, analysis included on every side; reading them is taken off.
Then all answer the same cases in one process: each case once on a freshly opened index (`first_ms`), then in
rounds that go from engine to engine. A case's time is its median over the rounds; p50 and p95 are over the
cases of a class. The totals of a case must agree between the engines; where they do not, it is said.

To answer is, on every side alike, to find the ten best hits, their scores and the exact number of all: tantivy gives
addresses of hits, timbao hits that read their documents when asked, FTS5 row numbers, Whoosh document numbers.
Reading the ten stored documents and decoding them is measured apart, the first time (`documents_ms`).
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from index.document import Document, text_terms
from index.text.tokens import analyse_terms
from index.text.vietnamese import fold
from tests.bench.contest import CLASSES, Case, Reader, one_paragraph
from tests.bench.contestants import CONTESTANTS
from tests.bench.corpora import BadCorpus, CorpusError, data_folder, present, read_documents, sound

_SLOW = "whoosh"
_FEW = 5_000
"""With more articles the slow one takes part only when asked."""

_STATUS = Path("/proc/self/status")
_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)

_Result = TypeVar("_Result")

_BATCH = 500
_ROUNDS = 7
_PATIENCE = 5.0
"""Seconds that an engine may spend on a class before it sits out the rounds left; it always gets one."""


@dataclass(frozen=True, slots=True)
class Built:
    """What building one index took. `peak_mb` is the process's largest resident memory, in MB of 10⁶ bytes."""

    docs: int
    docs_per_s: float
    docs_per_cpu_s: float
    peak_mb: float
    index_mb: float


@dataclass(frozen=True, slots=True)
class Analysis:
    """Articles for each second of CPU whose terms are found, dates included: with no word known before, and then."""

    cold: float
    warm: float


@dataclass(frozen=True, slots=True)
class Speed:
    """One class: median and 95th percentile over its cases, warm, in milliseconds; `first_ms` the first time.

    `documents_ms` is reading the documents of the hits, after that first time.
    """

    p50_ms: float
    p95_ms: float
    first_ms: float
    documents_ms: float
    total_hits: int


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A case for which the engines count differently."""

    kind: str
    terms: tuple[str, ...]
    totals: dict[str, int]


@dataclass(frozen=True, slots=True)
class Answers:
    """What one engine did with the cases of one class, in their order. Seconds."""

    first: list[float] = field(default_factory=list)
    documents: list[float] = field(default_factory=list)
    warm: list[list[float]] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)

    def speed(self) -> Speed:
        """The summary."""
        times = np.median(np.array(self.warm), axis=0) * 1000
        return Speed(
            p50_ms=float(np.median(times)),
            p95_ms=float(np.percentile(times, 95)),
            first_ms=float(np.median(self.first)) * 1000,
            documents_ms=float(np.median(self.documents)) * 1000,
            total_hits=sum(self.totals),
        )


class Articles:
    """The prepared articles in a file; `wall` and `cpu` say how many seconds reading them took so far."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.wall = self.cpu = 0.0

    @staticmethod
    def prepare(path: Path, documents: Iterator[Document]) -> int:
        """Write them, and say how many they are."""
        count = 0
        with path.open("wb") as file:
            while batch := [one_paragraph(document) for document in islice(documents, _BATCH)]:
                pickle.dump(batch, file)
                count += len(batch)
        return count

    def __iter__(self) -> Iterator[Document]:
        with self._path.open("rb") as file:
            while batch := self._read(file):
                yield from batch

    def _read(self, file: Any) -> list[Document]:
        wall, cpu = time.perf_counter(), time.thread_time()
        try:
            batch: list[Document] = pickle.load(file)
        except EOFError:
            batch = []
        self.wall += time.perf_counter() - wall
        self.cpu += time.thread_time() - cpu
        return batch


def build(name: str, path: Path, count: int, folder: Path, segments: int) -> Built:
    """Index the `count` prepared articles in `path`, in as many commits as there shall be segments."""
    articles = Articles(path)
    commits = {count * part // segments for part in range(1, segments + 1)}
    builder = CONTESTANTS[name].build(folder, segments)
    wall, cpu = time.perf_counter(), _cpu_seconds()
    for number, document in enumerate(articles, 1):
        builder.put(document)
        if number in commits:
            builder.commit()
    builder.close()
    wall, cpu = time.perf_counter() - wall - articles.wall, _cpu_seconds() - cpu - articles.cpu
    return Built(
        docs=count,
        docs_per_s=count / wall,
        docs_per_cpu_s=count / cpu,
        peak_mb=_peak_bytes() / 1e6,
        index_mb=sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6,
    )


def _cpu_seconds() -> float:
    """All threads, and the processes that have ended."""
    ended = os.times()
    return time.process_time() + ended.children_user + ended.children_system


def _peak_bytes() -> int:
    """The largest resident memory of this process, which `ru_maxrss` on Linux mixes with its parent's."""
    if found := _PEAK.search(_STATUS.read_text("ascii")) if _STATUS.exists() else None:
        return int(found[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def analyse_some(path: Path) -> Analysis:
    """How fast the first of the prepared articles are analysed; nothing may have been in this process before."""
    documents = list(islice(Articles(path), _FEW))
    rates = []
    for _turn in range(2):
        began = time.process_time()
        for document in documents:
            text_terms(document)
        rates.append(len(documents) / (time.process_time() - began))
    return Analysis(*rates)


def build_apart(name: str, path: Path, count: int, folder: Path, segments: int) -> Built:
    """`build` in a fresh process."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(build, name, path, count, folder, segments).result()


def read_cases(path: Path) -> dict[str, list[Case]]:
    """The cases by class: `{CLASS: [[WORD, …] | {"t": [WORD, …], "lo": YYYYMMDD, "hi": …, "site": …}]}`.

    Raises BadCorpus, also for a class that is not in `CLASSES`.
    """
    with sound(path):
        found = json.loads(path.read_text("utf-8"))
        if unknown := found.keys() - set(CLASSES):
            raise BadCorpus(path, f"no class is called {', '.join(sorted(unknown))}")
        return {kind: [_case(kind, entry) for entry in found[kind]] for kind in CLASSES if found.get(kind)}


def _case(kind: str, entry: Any) -> Case:
    words = entry["t"] if isinstance(entry, dict) else entry
    terms = tuple(analyse_terms(" ".join(words)))
    if not terms:
        raise ValueError(f"{kind} has a case without a word")
    if kind == "h_folded":
        terms = tuple(map(fold, terms))
    if not isinstance(entry, dict):
        return Case(kind, terms)
    first, last = (datetime.strptime(str(entry[key]), "%Y%m%d").date() for key in ("lo", "hi"))  # noqa: DTZ007 - a bare day
    return Case(kind, terms, first, last, entry["site"])


def answer(folders: Mapping[str, Path], cases: Sequence[Case]) -> dict[str, Answers]:
    """Time every engine on the cases of one class."""
    readers = {name: CONTESTANTS[name].read(folder) for name, folder in folders.items()}
    try:
        return _timed(readers, cases)
    finally:
        for reader in readers.values():
            reader.close()


def _timed(readers: Mapping[str, Reader], cases: Sequence[Case]) -> dict[str, Answers]:
    questions = {name: [reader.question(case) for case in cases] for name, reader in readers.items()}
    answers = {name: Answers() for name in readers}
    for name, found in answers.items():
        for question in questions[name]:
            first, seconds = _clocked(question)
            found.first.append(seconds)
            found.documents.append(_clocked(first.documents)[1])
            found.totals.append(first.total)
    spent = dict.fromkeys(readers, 0.0)
    for _turn in range(_ROUNDS):
        for name, found in answers.items():
            if spent[name] <= _PATIENCE:
                found.warm.append([_clocked(question)[1] for question in questions[name]])
                spent[name] += sum(found.warm[-1])
    return answers


def _clocked(act: Callable[[], _Result]) -> tuple[_Result, float]:
    """What an act gives, and the seconds that it takes."""
    began = time.perf_counter()
    found = act()
    return found, time.perf_counter() - began


def mismatches(cases: Sequence[Case], answers: Mapping[str, Answers]) -> Iterator[Mismatch]:
    """The cases on whose totals the engines do not agree."""
    for place, case in enumerate(cases):
        totals = {name: found.totals[place] for name, found in answers.items()}
        if len(set(totals.values())) > 1:
            yield Mismatch(case.kind, case.terms, totals)


@dataclass(frozen=True, slots=True)
class Result:
    """One run with one number of segments. `segments` says how many each engine has, where it says so."""

    built: dict[str, Built]
    segments: dict[str, int | None]
    speeds: dict[str, dict[str, Speed]]
    mismatches: list[Mismatch]


def run(
    names: Sequence[str], path: Path, count: int, classes: Mapping[str, list[Case]], segments: int
) -> Result:
    """Build and ask every engine."""
    with tempfile.TemporaryDirectory(prefix="timbao-bench-") as scratch:
        folders = {name: Path(scratch) / name for name in names}
        built = {}
        for name, folder in folders.items():
            print(f"{segments} commit(s): {name} indexes …", file=sys.stderr)
            built[name] = build_apart(name, path, count, folder, segments)
        speeds: dict[str, dict[str, Speed]] = {name: {} for name in names}
        differing: list[Mismatch] = []
        for kind, cases in classes.items():
            print(f"{segments} commit(s): {kind} …", file=sys.stderr)
            answers = answer(folders, cases)
            differing += mismatches(cases, answers)
            for name, found in answers.items():
                speeds[name][kind] = found.speed()
        return Result(built, {name: _segments(name, folders[name]) for name in names}, speeds, differing)


def _segments(name: str, folder: Path) -> int | None:
    reader = CONTESTANTS[name].read(folder)
    reader.close()
    return reader.segments


def report(results: Mapping[int, Result]) -> dict[str, Any]:
    """The JSON: the first number of segments in the open, the others under `segmented`."""
    first, *others = results
    engines = {name: _engine(results[first], name) for name in results[first].built}
    for name, found in engines.items():
        found["segmented"] = {str(wanted): _engine(results[wanted], name) for wanted in others}
    differing = [asdict(one) for result in results.values() for one in result.mismatches]
    return {"engines": engines, "mismatches": differing}


def _engine(result: Result, name: str) -> dict[str, Any]:
    queries = {kind: asdict(speed) for kind, speed in result.speeds[name].items()}
    return {**asdict(result.built[name]), "segments": result.segments[name], "queries": queries}


def table(wanted: int, result: Result) -> str:
    """One run for people."""
    lines = [
        f"\n{wanted} commit(s)  {'docs':>8}{'docs/s':>9}{'docs/CPU s':>12}{'peak MB':>9}{'index MB':>10}"
    ]
    for name, one in result.built.items():
        lines.append(
            f"  {name:12}{one.docs:8}{one.docs_per_s:9.0f}{one.docs_per_cpu_s:12.0f}"
            f"{one.peak_mb:9.0f}{one.index_mb:10.1f}"
        )
    lines.append("\np50 / p95 / first touch / reading ten documents for the first time, ms")
    lines.append(f"  {'':10}" + "".join(f"{name:>34}" for name in result.built) + f"{'total hits':>14}")
    for kind in next(iter(result.speeds.values())):
        speeds = [result.speeds[name][kind] for name in result.built]
        times = "".join(
            f"{one.p50_ms:10.3f}{one.p95_ms:8.3f}{one.first_ms:8.3f}{one.documents_ms:8.3f}" for one in speeds
        )
        lines.append(f"  {kind:10}{times}{speeds[0].total_hits:14}")
    lines += [f"  totals differ: {one.kind} {' '.join(one.terms)}: {one.totals}" for one in result.mismatches]
    return "\n".join(lines)


def main() -> None:
    """Read the options, measure, print."""
    options = _options().parse_args()
    names = options.engines or [name for name in CONTESTANTS if name != _SLOW or options.docs <= _FEW]
    with tempfile.TemporaryDirectory(prefix="timbao-bench-") as scratch:
        path = Path(scratch) / "articles"
        try:
            classes = read_cases(present(options.queries, "--queries"))
            documents = read_documents(present(options.corpus, "--corpus"), options.docs)
            count = Articles.prepare(path, documents)
        except CorpusError as error:
            sys.exit(str(error))
        if not count:
            sys.exit(f"There is no article in {options.corpus}.")
        analysis = analyse_some(path)
        results = {wanted: run(names, path, count, classes, wanted) for wanted in options.segments}
    if options.json:
        print(json.dumps({**report(results), "analysis": asdict(analysis)}))
        return
    print(f"analysis: {analysis.warm:.0f} articles/CPU s, at first {analysis.cold:.0f}")
    print("\n".join(table(wanted, result) for wanted, result in results.items()))


def _options() -> argparse.ArgumentParser:
    news = data_folder() / "news"
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--docs", type=int, default=50_000, metavar="N")
    parser.add_argument(
        "--corpus", type=Path, default=news / "news-50k.jsonl.zst", metavar="FILE.jsonl[.zst]"
    )
    parser.add_argument("--queries", type=Path, default=news / "queries.json", metavar="FILE.json")
    parser.add_argument(
        "--engines", type=_names, metavar="NAME,…", help=f"{_SLOW} only when asked above {_FEW} articles"
    )
    parser.add_argument("--segments", type=_numbers, default=[1, 8], metavar="N,…")
    parser.add_argument("--json", action="store_true")
    return parser


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := set(names) - set(CONTESTANTS):
        raise argparse.ArgumentTypeError(
            f"no engine is called {', '.join(sorted(unknown))}; there are {', '.join(CONTESTANTS)}"
        )
    return names


def _numbers(text: str) -> list[int]:
    return [max(1, int(number)) for number in text.split(",")]


if __name__ == "__main__":
    main()
