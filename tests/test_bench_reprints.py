"""The benchmark of reprints makes what it says, judges rightly, and cannot be made to lower its floors."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from crawl.article import Article
from tests.bench.reprints import (
    KINDS,
    Copy,
    Found,
    Result,
    Trial,
    Words,
    bulletins,
    group,
    hold,
    judge,
    long_shingles,
    make,
    shared,
)


def text(seed: int, words: int = 240) -> str:
    """Sentences of invented words, in paragraphs."""
    chance = random.Random(seed)
    said = [
        "".join(map(chance.choice, ("bcdghklmn", "aeiou", "bcdghklmn", "aeiou"))) for _word in range(words)
    ]
    sentences = [" ".join(said[start : start + 12]) + "." for start in range(0, words, 12)]
    return "\n\n".join(" ".join(sentences[start : start + 3]) for start in range(0, len(sentences), 3))


def article(name: str, body: str) -> Article:
    """An article of which only the text matters."""
    return Article(f"https://a.example/{name}", "a.example", name, lead=text(99, 24), body=body)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_copy_keeps_at_least_sixty_percent(kind: str) -> None:
    """What is left of the original is what the kind says, and never much less than 60 % of its syllables."""
    words = Words([text(7).upper()], random.Random(1))
    one = article("one", text(1))
    kept = set(f"{one.lead} {one.body}".split())
    other = KINDS[kind](one, words)
    left = [word for word in f"{other.lead} {other.body}".split() if word in kept]
    assert len(left) >= 0.5 * 264
    assert (len(left) == 264) == (kind == "whole")


def test_pairs_are_judged_by_their_originals() -> None:
    """Two copies of one original are right, two originals wrong, unless they share much of each other anyway."""
    articles = [article(name, text(seed)) for name, seed in (("a", 1), ("b", 2), ("c", 1), ("d", 3))]
    copies = [article("a?copy", text(1)), article("d?copy", text(3))]
    a, b, c, d, of_a, of_d = (str(one.url) for one in (*articles, *copies))
    trial = Trial([*articles, *copies], [Copy(a, of_a, "whole"), Copy(d, of_d, "whole")])
    found = judge(trial, Found([frozenset({a, of_a, b}), frozenset({c, of_d})], 5.0))
    assert (found.right, found.wrong, found.undecided) == (1, 3, 0)
    assert (found.precision, found.recall, found.by_kind) == (0.25, 0.5, {"whole": 0.5})
    assert judge(trial, Found([frozenset({a, c})], 5.0)).undecided == 1
    assert shared(long_shingles("a b c d e f"), long_shingles("b c d e f g h")) == 0.5


def test_the_program_is_measured_from_archive_to_groups(tmp_path: Path) -> None:
    """Over invented articles the trial is the same every time, all whole copies are found, no bulletin is paired."""
    news = tmp_path / "news.jsonl"
    written = [
        {
            "url": f"https://a.example/{seed}",
            "source": "a.example",
            "title": str(seed),
            "lead": "",
            "body": text(seed),
        }
        for seed in range(60)
    ]
    news.write_text("".join(json.dumps(one) + "\n" for one in written), "utf-8")
    trial = make(news, 60)
    assert trial == make(news, 60)
    found = group([*trial.articles, *bulletins(4, random.Random(3))])
    assert found.per_cpu_s > 0
    assert not [url for some in found.groups for url in some if "bulletin" in url]
    result = judge(trial, found)
    assert (result.precision, result.by_kind["whole"]) == (1.0, 1.0)
    assert result.recall > 0.8


def test_floors_are_only_raised(tmp_path: Path) -> None:
    """A pin is what was measured, rounded down; speed is not held."""
    floors = tmp_path / "floors.json"
    result = Result(0.99567, 0.97, {}, 1, 0, 0, 5000.0)
    hold(floors, "corpus", result, pin=True)
    assert json.loads(floors.read_text()) == {"corpus": {"precision": 0.995, "recall": 0.97}}
    for pin in (False, True):
        with pytest.raises(SystemExit, match="recall"):
            hold(floors, "corpus", Result(0.99567, 0.9, {}, 1, 0, 0, 5000.0), pin=pin)
    hold(floors, "another corpus", Result(0.1, 0.1, {}, 1, 0, 0, 1.0), pin=False)
