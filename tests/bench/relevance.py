"""How often people find what they look for: known-item queries in, a table or JSON out.

    python -m tests.bench.relevance [--news FILE --titles FILE --xquad FILE --limit-docs N] [--json] [--pin]

Two tasks: a title looks for its article's body (titles and leads are not indexed), a question looks for the
paragraph that answers it. Every query is typed in the ways of `tests.bench.spellings`. Reported are the mean
reciprocal rank of the first ten hits and the shares found first and among the ten (Voorhees, "The TREC-8
question answering track report", 1999), with 95 % percentile bootstrap intervals (Efron & Tibshirani,
"An introduction to the bootstrap", 1993, chapter 13); against a peer the paired difference.

`floors.json` holds what timbao must reach on known corpora; a run below ends with status 1. `--pin` raises
the floors to what was measured and refuses to lower one.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.bench.corpora import (
    CorpusError,
    KnownItem,
    Passage,
    data_folder,
    digest,
    present,
    read_documents,
    read_questions,
    read_titles,
)
from tests.bench.peers import SYSTEMS, Ranking
from tests.bench.spellings import CONDITIONS

FLOORS = Path(__file__).with_name("floors.json")
_OURS = next(iter(SYSTEMS))
_SAMPLES = 2_000

Interval = tuple[float, float]
Floors = dict[str, dict[str, float]]
"""By digest of a task's corpus, then by condition: the least MRR that timbao must reach."""


@dataclass(frozen=True, slots=True)
class Task:
    """Passages, and queries of which each looks for one of them. `digest` identifies the files."""

    name: str
    digest: str
    passages: Sequence[Passage]
    items: Sequence[KnownItem]


@dataclass(frozen=True, slots=True)
class Score:
    """One system under one condition; `interval` is of the MRR.

    `ahead` says by how much timbao's MRR is higher, query by query, with its interval; None for timbao itself.
    """

    mrr: float
    r1: float
    r10: float
    interval: Interval
    ahead: float | None = None
    ahead_interval: Interval | None = None


Ranks = Mapping[str, list[int]]
"""By condition, for each item: where its passage came, counted from 1; 0 where it did not."""

Scores = dict[str, dict[str, Score]]
"""By system, then by condition."""


class FloorLowered(Exception):
    """A pin would lower a floor; nothing is written."""

    def __init__(self, condition: str, floor: float, measured: float) -> None:
        self.condition, self.floor, self.measured = condition, floor, measured
        super().__init__(
            f"The floor of {condition} is {floor}, this run reached {measured:.4f}. Floors are only raised: "
            "find what made the ranking worse."
        )


def find(system: Ranking, items: Sequence[KnownItem]) -> Ranks:
    """Where each item's passage came, typed in every way."""
    answers: dict[str, Sequence[str]] = {}
    ranks: dict[str, list[int]] = {}
    for condition, spelt in CONDITIONS.items():
        ranks[condition] = []
        for item in items:
            query = spelt(item.query)
            if query not in answers:
                answers[query] = system.search(query)
            ranks[condition].append(rank(answers[query], item.answer))
    return ranks


def rank(found: Sequence[str], answer: str) -> int:
    """The place of the answer, counted from 1; 0 if it is not there."""
    return found.index(answer) + 1 if answer in found else 0


def score(ranks: Sequence[int], ours: Sequence[int] | None = None) -> Score:
    """The measures of these ranks; with `ours` also by how much timbao is ahead."""
    reciprocal = _reciprocal(ranks)
    ahead = None if ours is None else _reciprocal(ours) - reciprocal
    return Score(
        mrr=float(reciprocal.mean()),
        r1=sum(place == 1 for place in ranks) / len(ranks),
        r10=sum(place > 0 for place in ranks) / len(ranks),
        interval=bootstrap(reciprocal),
        ahead=None if ahead is None else float(ahead.mean()),
        ahead_interval=None if ahead is None else bootstrap(ahead),
    )


def _reciprocal(ranks: Sequence[int]) -> NDArray[np.float64]:
    return np.array([1 / place if place else 0.0 for place in ranks])


def bootstrap(values: NDArray[np.float64]) -> Interval:
    """The 95 % percentile interval of the mean; the same for the same values."""
    chosen = np.random.default_rng(1).integers(0, len(values), (_SAMPLES, len(values)))
    low, high = np.percentile(values[chosen].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def run(task: Task, systems: Sequence[str]) -> Scores:
    """The scores of these systems on one task."""
    ranks: dict[str, Ranks] = {}
    for name in systems:
        print(f"{task.name}: {name} …", file=sys.stderr)
        ranks[name] = find(SYSTEMS[name](task.passages), task.items)
    ours = ranks.get(_OURS)
    return {
        name: {
            condition: score(places, ours[condition] if ours and name != _OURS else None)
            for condition, places in found.items()
        }
        for name, found in ranks.items()
    }


def below(scores: Mapping[str, Score], floors: Mapping[str, float]) -> list[str]:
    """A sentence for every condition that fell below its floor."""
    return [
        f"{condition}: MRR {scores[condition].mrr:.4f} is below its floor {floor}"
        for condition, floor in floors.items()
        if scores[condition].mrr < floor
    ]


def raised(scores: Mapping[str, Score], floors: Mapping[str, float]) -> dict[str, float]:
    """New floors at what was measured, three decimals rounded down. Raises FloorLowered."""
    for condition, floor in floors.items():
        if scores[condition].mrr < floor:
            raise FloorLowered(condition, floor, scores[condition].mrr)
    return {condition: math.floor(found.mrr * 1000) / 1000 for condition, found in scores.items()}


def news_task(news: Path, titles: Path, limit: int) -> Task:
    """Title → body among the first `limit` articles; titles of other articles are left out."""
    passages = [Passage(document.id, document.body) for document in read_documents(news, limit)]
    known = {passage.id for passage in passages}
    items = [item for item in read_titles(titles) if item.answer in known]
    return Task("news", digest(limit, news, titles), passages, items)


def xquad_task(path: Path) -> Task:
    """Question → paragraph."""
    passages, items = read_questions(path)
    return Task("xquad", digest(None, path), passages, items)


def table(task: Task, scores: Scores) -> str:
    """The scores for people: MRR, recall at 1 and at 10, and where a peer is compared, by how much it trails."""
    lines = [f"{task.name}: {len(task.items)} queries, {len(task.passages)} passages"]
    for condition in CONDITIONS:
        lines.append(f"\n{condition:22}{'MRR@10':>7}{'95 %':>16}{'R@1':>7}{'R@10':>7}  timbao ahead by")
        for name, found in scores.items():
            one = found[condition]
            interval = "[{:.3f}, {:.3f}]".format(*one.interval)
            line = f"  {name:20}{one.mrr:7.3f}{interval:>16}{one.r1:7.3f}{one.r10:7.3f}"
            if one.ahead is not None and one.ahead_interval is not None:
                line += "  {:+.3f} [{:+.3f}, {:+.3f}]".format(one.ahead, *one.ahead_interval)
            lines.append(line)
    return "\n".join(lines) + "\n"


def main() -> None:
    """Read the options, measure, print, hold to the floors."""
    options = _options().parse_args()
    try:
        tasks = [
            news_task(
                present(options.news, "--news"), present(options.titles, "--titles"), options.limit_docs
            ),
            xquad_task(present(options.xquad, "--xquad")),
        ]
    except CorpusError as error:
        sys.exit(str(error))
    for task in tasks:
        if not task.items:
            sys.exit(f"{task.name}: no query has its answer among the {len(task.passages)} passages.")
    results = {task.name: run(task, options.systems) for task in tasks}
    if options.json:
        print(json.dumps({name: _plain(scores) for name, scores in results.items()}))
    else:
        print("\n".join(table(task, results[task.name]) for task in tasks))
    if _OURS in options.systems:
        hold(options.floors, {task.digest: results[task.name][_OURS] for task in tasks}, pin=options.pin)


def hold(path: Path, measured: Mapping[str, Mapping[str, Score]], *, pin: bool) -> None:
    """Compare with the floors of the same corpora, and `pin` new ones; ends the program if one is missed."""
    floors: Floors = json.loads(path.read_text("utf-8")) if path.exists() else {}
    try:
        for corpus, scores in measured.items():
            if pin:
                floors[corpus] = raised(scores, floors.get(corpus, {}))
            elif missed := below(scores, floors.get(corpus, {})):
                sys.exit("\n".join(missed))
    except FloorLowered as error:
        sys.exit(str(error))
    if pin:
        path.write_text(json.dumps(floors, indent=4) + "\n", "utf-8")


def _options() -> argparse.ArgumentParser:
    data = data_folder()
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--news", type=Path, default=data / "news" / "news-50k.jsonl.zst", metavar="FILE")
    parser.add_argument("--titles", type=Path, default=data / "news" / "titles-dev.json", metavar="FILE.json")
    parser.add_argument(
        "--xquad", type=Path, default=data / "xquad" / "xquad-vi-dev.json", metavar="FILE.json"
    )
    parser.add_argument("--limit-docs", type=int, default=20_000, metavar="N")
    parser.add_argument("--systems", type=_names, default=list(SYSTEMS), metavar="NAME,NAME,…")
    parser.add_argument("--floors", type=Path, default=FLOORS, metavar="FILE.json")
    parser.add_argument("--pin", action="store_true", help="raise the floors to what this run reaches")
    parser.add_argument("--json", action="store_true")
    return parser


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := set(names) - set(SYSTEMS):
        raise argparse.ArgumentTypeError(
            f"no system is called {', '.join(sorted(unknown))}; there are {', '.join(SYSTEMS)}"
        )
    return names


def _plain(scores: Scores) -> dict[str, dict[str, dict[str, object]]]:
    return {
        name: {condition: asdict(found) for condition, found in conditions.items()}
        for name, conditions in scores.items()
    }


if __name__ == "__main__":
    main()
