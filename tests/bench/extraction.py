"""How much of an article extraction finds, and how much else: labelled pages in, a table or JSON out.

    python -m tests.bench.extraction [--pages DIR] [--truth FILE-or-DIR] [--systems NAME,…] [--json] [--pin]

Precision and recall are averages over pages and F1 is their harmonic mean, as in Zyte's benchmark (see
`tests.bench.labelled`); the 95 % interval of F1 is a percentile bootstrap over pages (Efron & Tibshirani,
"An introduction to the bootstrap", 1993, chapter 13). Pages/s are per second of processor time, decoding
included. Pages whose truth says that they are no articles count in `rejected` alone. A date is right
to the minute, where the page tells the minute.

`extraction_floors.json` holds what timbao must reach on known corpora; a run below ends with status 1. `--pin`
raises the floors to what was measured and refuses to lower one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from crawl.article import format_when, parse_when
from crawl.extraction.blocks import text_key
from tests.bench.extractors import ABSENT, SYSTEMS, Extracted, Extractor
from tests.bench.labelled import Labelled, load_pages, precision_recall

FLOORS = Path(__file__).with_name("extraction_floors.json")
_SAMPLES = 2_000
_FLOORED = ("f1", "precision", "recall")


@dataclass(frozen=True, slots=True)
class Fields:
    """Shares of the pages with such a fact on which it was found; None where no page has one."""

    title: float | None
    published: float | None
    author: float | None
    section: float | None


@dataclass(frozen=True, slots=True)
class Score:
    """One system's result. `interval` is of F1; `leaked` counts strings in the text that must not be there."""

    f1: float
    interval: tuple[float, float]
    precision: float
    recall: float
    pages_per_s: float
    fields: Fields
    rejected: float | None
    leaked: int


class FloorLowered(Exception):
    """A pin would lower a floor; nothing is written."""

    def __init__(self, measure: str, floor: float, measured: float) -> None:
        self.measure, self.floor, self.measured = measure, floor, measured
        super().__init__(
            f"The floor of {measure} is {floor}, this run reached {measured:.4f}. Floors are only raised."
        )


def measure(pages: Sequence[Labelled], system: Extractor = SYSTEMS["timbao"]) -> Score:
    """The score of a system over the pages."""
    started = time.process_time()
    found = [(page, _found(system, page)) for page in pages]
    seconds = time.process_time() - started
    articles = [(page, one) for page, one in found if page.is_article]
    others = [one for page, one in found if not page.is_article]
    rates = np.array([precision_recall(page, one.text if one else "") for page, one in articles])
    precision, recall = rates.mean(axis=0)
    return Score(
        f1=float(_f1(precision, recall)),
        interval=_interval(rates),
        precision=float(precision),
        recall=float(recall),
        pages_per_s=len(pages) / seconds,
        fields=_fields(articles),
        rejected=_share([one is None for one in others]),
        leaked=sum(_leaks(page, one.text if one else "") for page, one in articles),
    )


def _found(system: Extractor, page: Labelled) -> Extracted | None:
    try:
        return system(page)
    except Exception as error:  # noqa: BLE001  a peer that breaks on a page has found nothing there
        print(f"{page.name}: {error!r}", file=sys.stderr)
        return None


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall or 1)


def _interval(rates: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tuple[float, float]:
    """The 95 % percentile interval of F1; the same for the same rates."""
    chosen = np.random.default_rng(1).integers(0, len(rates), (_SAMPLES, len(rates)))
    means = rates[chosen].mean(axis=1)
    low, high = np.percentile([_f1(precision, recall) for precision, recall in means], [2.5, 97.5])
    return float(low), float(high)


Pairs = Sequence[tuple[Labelled, Extracted | None]]


def _fields(articles: Pairs) -> Fields:
    return Fields(
        title=_share([_same(one.title if one else None, page.title) for page, one in articles if page.title]),
        published=_share([_same_minute(one, page.published) for page, one in articles if page.published]),
        author=_share(
            [_within(one.author if one else None, page.author) for page, one in articles if page.author]
        ),
        section=_share(
            [_same(one.section if one else None, page.section) for page, one in articles if page.section]
        ),
    )


def _same(found: str | None, wanted: str) -> bool:
    return text_key(found or "") == text_key(wanted)


def _within(found: str | None, wanted: str) -> bool:
    """The name alone is as right as the whole byline (`Tin, ảnh: P.Y`)."""
    return bool(found) and text_key(wanted).endswith(text_key(found or ""))


def _same_minute(one: Extracted | None, wanted: str) -> bool:
    if one is None or one.published is None:
        return False
    truth = parse_when(wanted)
    if not isinstance(truth, datetime):
        return format_when(one.published)[:10] == wanted
    found = one.published
    return isinstance(found, datetime) and found.tzinfo is not None and found.replace(second=0) == truth


def _leaks(page: Labelled, text: str) -> int:
    key = text_key(text)
    return sum(text_key(string) in key for string in page.forbidden)


def _share(values: Sequence[bool]) -> float | None:
    return sum(values) / len(values) if values else None


def digest(pages: Sequence[Labelled]) -> str:
    """What names a corpus: SHA-256, in hexadecimal, of its pages and their truth."""
    summed = hashlib.sha256()
    for page in pages:
        summed.update(hashlib.sha256(page.html).digest())
        summed.update(hashlib.sha256(repr(page).encode()).digest())
    return summed.hexdigest()


def hold(path: Path, corpus: str, score: Score, *, pin: bool) -> list[str]:
    """A sentence for every floor of the corpus that is missed; `pin` raises them instead. Raises FloorLowered."""
    floors: dict[str, dict[str, float]] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    known = floors.get(corpus, {})
    measured = {name: float(getattr(score, name)) for name in _FLOORED}
    missed = {name: floor for name, floor in known.items() if measured[name] < floor}
    if not pin:
        return [f"{name}: {measured[name]:.4f} is below its floor {floor}" for name, floor in missed.items()]
    for name, floor in missed.items():
        raise FloorLowered(name, floor, measured[name])
    floors[corpus] = {name: math.floor(value * 1000) / 1000 for name, value in measured.items()}
    path.write_text(json.dumps(floors, indent=4) + "\n", "utf-8")
    return []


def table(scores: Mapping[str, Score]) -> str:
    """The scores for people."""
    lines = [
        f"{'':20}{'F1':>7}{'95 %':>17}{'P':>7}{'R':>7}{'pages/s':>9}  title  date author section kept out leaked"
    ]
    for name, one in scores.items():
        interval = "[{:.3f}, {:.3f}]".format(*one.interval)
        shares = (*asdict(one.fields).values(), one.rejected)
        rest = " ".join("     -" if share is None else f"{share:6.2f}" for share in shares)
        rates = f"{one.f1:7.3f}{interval:>17}{one.precision:7.3f}{one.recall:7.3f}{one.pages_per_s:9.1f}"
        lines.append(f"{name:20}{rates} {rest}   {one.leaked:4}")
    return "\n".join(lines)


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := set(names) - set(SYSTEMS):
        known = ", ".join(SYSTEMS)
        raise argparse.ArgumentTypeError(
            f"no system is called {', '.join(sorted(unknown))}; there are {known}"
        )
    return names


def main() -> None:
    """Read the options, measure, print, hold to the floors."""
    data = Path(os.environ.get("TIMBAO_BENCH_DATA", "../shared/data")) / "extraction-benchmark"
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--pages", type=Path, default=data / "html", metavar="DIR")
    parser.add_argument("--truth", type=Path, default=data / "ground-truth.json", metavar="FILE-or-DIR")
    parser.add_argument("--systems", type=_names, default=list(SYSTEMS), metavar="NAME,NAME,…")
    parser.add_argument("--floors", type=Path, default=FLOORS, metavar="FILE.json")
    parser.add_argument("--pin", action="store_true", help="raise the floors to what this run reaches")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    pages = list(load_pages(options.pages, options.truth)) if options.truth.exists() else []
    if not any(page.is_article for page in pages):
        sys.exit(f"There are no labelled pages at {options.truth}. Name them with --pages and --truth.")
    if ABSENT:
        print(f"Not installed, so left out: {', '.join(ABSENT)} (pip install '.[peers]')", file=sys.stderr)
    scores = {name: measure(pages, SYSTEMS[name]) for name in options.systems}
    print(json.dumps({name: asdict(one) for name, one in scores.items()}) if options.json else table(scores))
    if "timbao" in scores:
        try:
            missed = hold(options.floors, digest(pages), scores["timbao"], pin=options.pin)
        except FloorLowered as error:
            sys.exit(str(error))
        if missed:
            sys.exit("\n".join(missed))


if __name__ == "__main__":
    main()
