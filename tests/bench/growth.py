"""How timbao's costs grow with the number of articles: building, size, memory, opening, the classes of queries.

    python -m tests.bench.growth [--docs N,N,… --real N --corpus FILE --queries FILE] [--json]

Articles beyond the `--real` first ones of the corpus are made of those (`tests.bench.synthetic`), in a process of
their own, while another indexes them as they come; waiting for them is taken off.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

from index.document import Document
from index.opening import open_engine
from tests.bench.contest import Case
from tests.bench.contestants import CONTESTANTS
from tests.bench.corpora import CorpusError, data_folder, present, read_documents
from tests.bench.engines import Articles, Built, Speed, answer, build_apart, read_cases
from tests.bench.synthetic import synthetic

_TIMBAO = "timbao"
_PRIVATE = re.compile(r"^RssAnon:\s+(\d+) kB", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Opened:
    """A fresh process from opening the index to its first answer: seconds, and its private memory then.

    `private_mb` is in MB of 10⁶ bytes, the interpreter's included; None where the system does not say.
    """

    open_s: float
    private_mb: float | None


@dataclass(frozen=True, slots=True)
class Size:
    """Everything about one number of articles. `build_s` is without the time for making the articles."""

    built: Built
    build_s: float
    opened: Opened
    speeds: dict[str, Speed]


def measure(corpus: Path, real: int, size: int, classes: Mapping[str, list[Case]]) -> Size:
    """Build an index of `size` articles, open it, ask it."""
    with tempfile.TemporaryDirectory(prefix="timbao-bench-") as scratch:
        pipe, folder = Path(scratch) / "articles", Path(scratch) / _TIMBAO
        os.mkfifo(pipe)
        maker = get_context("spawn").Process(target=_make, args=(pipe, corpus, real, size), daemon=True)
        maker.start()
        built = build_apart(_TIMBAO, pipe, size, folder, 1)
        maker.join()
        if maker.exitcode:
            sys.exit(f"The articles could not be made of {corpus}.")
        first = next(iter(classes.values()))[0]
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            opened = pool.submit(_open, folder, first).result()
        speeds = {kind: answer({_TIMBAO: folder}, cases)[_TIMBAO].speed() for kind, cases in classes.items()}
        return Size(built, size / built.docs_per_s, opened, speeds)


def _make(pipe: Path, corpus: Path, real: int, size: int) -> None:
    Articles.prepare(pipe, _articles(corpus, real, size))


def _articles(corpus: Path, real: int, size: int) -> Iterator[Document]:
    yield from synthetic(list(read_documents(corpus, min(real, size))), size)


def _open(folder: Path, case: Case) -> Opened:
    open_engine(f"whoosh:{folder}").close()  # so that the modules are loaded
    began = time.perf_counter()
    reader = CONTESTANTS[_TIMBAO].read(folder)
    reader.question(case)()
    seconds = time.perf_counter() - began
    status = Path("/proc/self/status")
    found = _PRIVATE.search(status.read_text("ascii")) if status.exists() else None
    return Opened(seconds, int(found[1]) * 1024 / 1e6 if found else None)


def table(sizes: Sequence[Size]) -> str:
    """For people: a column for each number of articles."""
    rows: list[tuple[str, list[str]]] = [
        ("articles", [f"{size.built.docs:,}" for size in sizes]),
        ("build s", [f"{size.build_s:.1f}" for size in sizes]),
        ("docs/CPU s", [f"{size.built.docs_per_cpu_s:.0f}" for size in sizes]),
        ("peak MB", [f"{size.built.peak_mb:.0f}" for size in sizes]),
        ("index MB", [f"{size.built.index_mb:.1f}" for size in sizes]),
        ("open s", [f"{size.opened.open_s:.3f}" for size in sizes]),
        ("private MB", [f"{size.opened.private_mb or 0:.0f}" for size in sizes]),
    ]
    rows += [
        (f"{kind} ms", [f"{size.speeds[kind].p50_ms:.3f} {size.speeds[kind].p95_ms:8.3f}" for size in sizes])
        for kind in sizes[0].speeds
    ]
    return "\n".join(f"  {name:14}" + "".join(f"{cell:>20}" for cell in cells) for name, cells in rows)


def main() -> None:
    """Read the options, measure, print."""
    options = _options().parse_args()
    sizes = []
    try:
        classes = read_cases(present(options.queries, "--queries"))
        corpus = present(options.corpus, "--corpus")
        if next(read_documents(corpus, 1), None) is None:
            sys.exit(f"There is no article in {corpus}.")
        for size in options.docs:
            print(f"{size} articles …", file=sys.stderr)
            sizes.append(measure(corpus, options.real, size, classes))
    except CorpusError as error:
        sys.exit(str(error))
    print(json.dumps([asdict(size) for size in sizes]) if options.json else table(sizes))


def _options() -> argparse.ArgumentParser:
    news = data_folder() / "news"
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument(
        "--docs", type=_numbers, default=[50_000, 200_000, 1_000_000], metavar="N,…", help="how many to index"
    )
    parser.add_argument("--real", type=int, default=50_000, metavar="N", help="how many of them are real")
    parser.add_argument(
        "--corpus", type=Path, default=news / "news-50k.jsonl.zst", metavar="FILE.jsonl[.zst]"
    )
    parser.add_argument("--queries", type=Path, default=news / "queries.json", metavar="FILE.json")
    parser.add_argument("--json", action="store_true")
    return parser


def _numbers(text: str) -> list[int]:
    return [max(1, int(number)) for number in text.split(",")]


if __name__ == "__main__":
    main()
