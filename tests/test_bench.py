"""The benchmarks run end to end on invented articles, measure rightly, and cannot be made to lower their floors."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.engine import SearchOptions
from index.opening import open_engine
from index.text.tokens import analyse_terms
from index.text.vietnamese import canonical, fold
from tests.bench import equality
from tests.bench.contest import CLASSES, Case
from tests.bench.contestants import timbao_query
from tests.bench.corpora import digest, read_documents
from tests.bench.engines import Answers, mismatches
from tests.bench.peers import SYSTEMS
from tests.bench.relevance import FloorLowered, Score, below, bootstrap, hold, raised, rank, score
from tests.bench.spellings import (
    CONDITIONS,
    decomposed,
    misspelt,
    newer_placement,
    older_placement,
    other_placement,
    unmarked,
)
from tests.bench.synthetic import synthetic

ROOT = Path(__file__).parent.parent
ONSETS = ["", "b", "ch", "đ", "h", "kh", "l", "ngh", "ph", "t", "th", "x"]
TONES = "\u0300\u0301\u0303\u0309\u0323"


class Corpus:
    """Invented articles, titles and questions about them, and query classes, as the benchmarks read them."""

    def __init__(self, folder: Path) -> None:
        chance = random.Random(7)
        vowels = ["a", "à", "ê", "ốn", "ường", "iên", "oà", "ủy", "ăng", "ơi", "inh", "ôm"]
        self.words = sorted({onset + vowel for onset in ONSETS for vowel in vowels})
        self.articles = [self._article(number, chance) for number in range(40)]
        self.news, self.titles = folder / "news.jsonl", folder / "titles.json"
        self.xquad, self.queries = folder / "xquad.json", folder / "queries.json"
        self.news.write_text("".join(json.dumps(article) + "\n" for article in self.articles), "utf-8")
        self._write(
            self.titles, [{"id": one["id"], "title": one["title"].title()} for one in self.articles[::2]]
        )
        paragraphs = [{"id": one["id"], "text": one["body"]} for one in self.articles[:10]]
        questions = [
            {"question": " ".join(one["text"].split()[3:8]) + "?", "paragraph": one["id"]}
            for one in paragraphs
        ]
        self._write(self.xquad, {"paragraphs": paragraphs, "questions": questions})
        self._write(self.queries, {kind: self._cases(kind, chance) for kind in CLASSES})

    @staticmethod
    def _write(path: Path, content: object) -> None:
        path.write_text(json.dumps(content), "utf-8")

    def _article(self, number: int, chance: random.Random) -> dict[str, Any]:
        body = [" ".join(chance.choices(self.words, k=30)) for _paragraph in range(3)]
        return {
            "id": f"a{number}",
            "source": f"bao{number % 3}.example",
            "title": " ".join(body[1].split()[5:11]),
            "lead": " ".join(chance.choices(self.words, k=8)),
            "body": "\n\n".join(body),
            "published": f"20{10 + number % 10}-03-15",
        }

    def _cases(self, kind: str, chance: random.Random) -> list[Any]:
        words = [article["body"].split()[:3] for article in chance.sample(self.articles, 4)]
        if kind == "g_filter":
            return [
                {"t": some[:1], "lo": 20100101, "hi": 20191231, "site": f"bao{number % 3}.example"}
                for number, some in enumerate(words)
            ]
        return [[fold(word) for word in some] if kind == "h_folded" else some for some in words]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """The invented corpus."""
    return Corpus(tmp_path_factory.mktemp("corpus"))


def run(module: str, *options: str | Path) -> subprocess.CompletedProcess[str]:
    """A benchmark as it is run from a checkout."""
    return subprocess.run(
        [sys.executable, "-m", f"tests.bench.{module}", *options],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def relevance(corpus: Corpus, *options: str | Path) -> subprocess.CompletedProcess[str]:
    """The relevance benchmark over the invented corpus."""
    inputs = ("--news", corpus.news, "--titles", corpus.titles, "--xquad", corpus.xquad)
    return run("relevance", *inputs, *options)


def test_relevance_gives_the_promised_json(corpus: Corpus, tmp_path: Path) -> None:
    """Every system has every condition on both tasks, with MRR and recalls as shares, and timbao finds texts."""
    done = relevance(corpus, "--json", "--floors", tmp_path / "floors.json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found) == {"news", "xquad"}
    for systems in found.values():
        assert set(systems) == set(SYSTEMS)
        for name, conditions in systems.items():
            assert set(conditions) == set(CONDITIONS)
            for one in conditions.values():
                assert 0 <= one["r1"] <= one["mrr"] <= one["r10"] <= 1
                assert one["interval"][0] <= one["mrr"] <= one["interval"][1]
                assert (one["ahead"] is None) == (name == "timbao")
        for condition in ("typed", "unmarked", "placement", "decomposed"):
            assert systems["timbao"][condition]["r1"] > 0.9
        assert systems["timbao"]["decomposed"] == systems["timbao"]["typed"]


def test_relevance_prints_a_table(corpus: Corpus, tmp_path: Path) -> None:
    """Without --json there is a line for every system under every condition of both tasks."""
    done = relevance(corpus, "--systems", "timbao,fts5", "--floors", tmp_path / "floors.json")
    first_words = [line.split()[0] for line in done.stdout.splitlines() if line.startswith("  ")]
    assert first_words == ["timbao", "fts5"] * 2 * len(CONDITIONS)


def test_pins_hold_and_are_never_lowered(corpus: Corpus, tmp_path: Path) -> None:
    """--pin writes what was reached; a run below a floor says which and fails, and --pin leaves it standing."""
    floors = tmp_path / "floors.json"
    options = ("--systems", "timbao", "--limit-docs", "20", "--floors", floors)
    assert relevance(corpus, *options, "--pin").returncode == 0
    pinned = json.loads(floors.read_text())
    assert {frozenset(found) for found in pinned.values()} == {frozenset(CONDITIONS)}
    assert relevance(corpus, *options).returncode == 0
    first = next(iter(pinned))
    pinned[first]["misspelt"] = 1.01
    floors.write_text(json.dumps(pinned))
    for more in ([], ["--pin"]):
        done = relevance(corpus, *options, *more)
        assert done.returncode == 1
        assert "misspelt" in done.stderr
        assert "1.01" in done.stderr
        assert json.loads(floors.read_text()) == pinned


def test_floors_of_other_corpora_are_kept(tmp_path: Path) -> None:
    """A pin changes the floors of the corpora that were measured and no others."""
    floors = tmp_path / "floors.json"
    floors.write_text(json.dumps({"other": {"typed": 0.9}, "this": {"typed": 0.5}}))
    hold(floors, {"this": {"typed": Score(0.6789, 0.6, 0.7, (0.6, 0.7))}}, pin=True)
    assert json.loads(floors.read_text()) == {"other": {"typed": 0.9}, "this": {"typed": 0.678}}


def test_the_floors_in_the_repository_are_those_of_the_corpora(bench_data: Path) -> None:
    """The shipped floors name the digests of the development corpora, so that they are really held to."""
    from tests.bench.relevance import FLOORS

    news = digest(20_000, bench_data / "news/news-50k.jsonl.zst", bench_data / "news/titles-dev.json")
    xquad = digest(None, bench_data / "xquad/xquad-vi-dev.json")
    assert set(json.loads(FLOORS.read_text())) == {news, xquad}


@pytest.mark.parametrize(
    ("option", "value"), [("--news", "none.jsonl"), ("--systems", "lucene"), ("--titles", "none.json")]
)
def test_wrong_options_of_relevance_are_explained(
    corpus: Corpus, tmp_path: Path, option: str, value: str
) -> None:
    """A missing file or an unknown system is named in one sentence, without a traceback."""
    done = relevance(corpus, option, tmp_path / value if "none" in value else value)
    assert done.returncode != 0
    assert value in done.stderr
    assert "Traceback" not in done.stderr


def test_engines_agree_and_give_the_promised_json(corpus: Corpus) -> None:
    """All four engines build and answer all nine classes, in one and in several commits, with the same totals."""
    done = run(
        "engines", "--corpus", corpus.news, "--queries", corpus.queries, "--docs", "30", "--segments", "1,3",
        "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["mismatches"] == []
    assert set(found["engines"]) == {"timbao", "tantivy", "fts5", "whoosh"}
    assert min(found["analysis"].values()) > 0
    for one in found["engines"].values():
        for result in (one, one["segmented"]["3"]):
            assert result["docs"] == 30
            assert min(result[key] for key in ("docs_per_s", "docs_per_cpu_s", "peak_mb", "index_mb")) > 0
            assert set(result["queries"]) == set(CLASSES)
            assert all(speed["total_hits"] > 0 for speed in result["queries"].values())
            assert all(
                {"p50_ms", "p95_ms", "first_ms", "documents_ms"} <= speed.keys()
                for speed in result["queries"].values()
            )


def test_engines_print_a_table(corpus: Corpus) -> None:
    """Without --json there is a line for every class."""
    options = ("--engines", "timbao,fts5", "--docs", "5", "--segments", "1")
    done = run("engines", "--corpus", corpus.news, "--queries", corpus.queries, *options)
    assert done.returncode == 0, done.stderr
    assert all(f"  {kind} " in done.stdout for kind in CLASSES)


@pytest.mark.parametrize(
    ("content", "said"),
    [("", "There is no article"), ('{"url": 1}\n', "empty.jsonl cannot be used: line 1: url")],
)
def test_engines_explain_a_corpus_without_articles(
    corpus: Corpus, tmp_path: Path, content: str, said: str
) -> None:
    """An empty or damaged corpus is a sentence, not a traceback."""
    empty = tmp_path / "empty.jsonl"
    empty.write_text(content)
    done = run("engines", "--corpus", empty, "--queries", corpus.queries)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_growth_gives_costs_for_every_size(corpus: Corpus) -> None:
    """For each number of articles, more than there are included: building, size, opening, all nine classes; a common
    word is in as large a share of them as before.
    """
    inputs = ("--corpus", corpus.news, "--queries", corpus.queries, "--real", "30")
    done = run("growth", *inputs, "--docs", "30,120", "--json")
    assert done.returncode == 0, done.stderr
    small, large = json.loads(done.stdout)
    assert (small["built"]["docs"], large["built"]["docs"]) == (30, 120)
    for one in (small, large):
        assert set(one["speeds"]) == set(CLASSES)
        assert one["build_s"] > 0
        assert one["opened"]["open_s"] > 0
    totals = [sum(speed["total_hits"] for speed in one["speeds"].values()) for one in (small, large)]
    assert 3 < totals[1] / totals[0] < 5


def test_snippets_are_timed_new_and_again(corpus: Corpus) -> None:
    """Queries made of titles have hits, whose excerpts take some time, each of both times."""
    done = run("snippets", "--corpus", corpus.news, "--titles", corpus.titles, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert min(found.values()) > 0, found


def test_growth_prints_a_table(corpus: Corpus) -> None:
    """Without --json there is a line for every class, with a median and a 95th percentile."""
    inputs = ("--corpus", corpus.news, "--queries", corpus.queries)
    done = run("growth", *inputs, "--docs", "10")
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [line[0] for line in lines[-len(CLASSES) :]] == list(CLASSES)
    assert {len(line) for line in lines[-len(CLASSES) :]} == {4}


def test_equality_is_confirmed(corpus: Corpus) -> None:
    """timbao answers the invented cases as stock Whoosh does, and the comparison says so."""
    done = run("equality", "--corpus", corpus.news, "--queries", corpus.queries)
    assert (done.returncode, done.stdout.count("the same")) == (0, 1), done.stdout


def test_a_wrong_score_and_a_missing_match_are_differences(corpus: Corpus, tmp_path: Path) -> None:
    """An answer is compared match by match and score by score."""
    documents = list(read_documents(corpus.news, 20))
    case = Case("d_or34", tuple(analyse_terms(documents[0].body)[:2]))
    with closing(open_engine(f"whoosh:{tmp_path / 'timbao'}")) as engine:
        equality.fill(engine, documents, 1, [])
        found = engine.search(timbao_query(case), SearchOptions(limit=20)).hits
        right = {hit.document.id: hit.score for hit in found}
        first = documents[0].id
        assert equality.difference(engine, case, right) is None
        assert equality.difference(engine, case, right | {first: right[first] * 1.001})
        assert equality.difference(engine, case, {id: right[id] for id in right if id != first})
        assert equality.difference(engine, case, right | {"another": 1.0})


def test_synthetic_articles_keep_what_counts(corpus: Corpus) -> None:
    """The first are the real ones; later ones have ids of their own, the same number of paragraphs and titles, and
    are the same every time; words that are new in half of the real articles go on being new.
    """
    real = list(read_documents(corpus.news))
    odd = [replace(one, body=f"{one.body} {'xyz' * (number + 1)} .") for number, one in enumerate(real)]
    made = list(synthetic(odd, 200))
    assert made == list(synthetic(odd, 200))
    assert made[: len(odd)] == odd
    assert len({one.id for one in made}) == len(made) == 200
    for number, one in enumerate(made):
        template = odd[number % len(odd)]
        assert (one.title, one.body.count("\n\n")) == (template.title, template.body.count("\n\n"))
    words = [{word for one in some for word in one.body.split()} for some in (odd, made)]
    assert len(words[0]) < len(words[1]) < 5 * len(words[0])
    assert list(synthetic(odd, 3)) == odd[:3]


def test_differing_totals_are_named() -> None:
    """A case that one engine counts differently is reported with every engine's total."""
    cases = [Case("a_rare", ("một",)), Case("a_rare", ("hai",))]
    answers = {"one": Answers(totals=[3, 4]), "other": Answers(totals=[3, 5])}
    (found,) = mismatches(cases, answers)
    assert (found.terms, found.totals) == (("hai",), {"one": 4, "other": 5})


def test_speed_is_the_median_over_rounds_then_over_cases() -> None:
    """A case that is slow in one round is not slow; the first touch is apart, and so is reading documents."""
    speed = Answers([0.5, 0.7, 0.6], [0.1, 0.2, 0.3], [[1, 2, 3], [1, 90, 3], [1, 2, 3]], [1, 2, 3]).speed()
    assert (speed.p50_ms, speed.first_ms, speed.documents_ms, speed.total_hits) == (2000, 600, 200, 6)
    assert speed.p95_ms == pytest.approx(2900)


def test_reciprocal_ranks_and_recall_by_hand() -> None:
    """Places 1, 2, none and 4 give MRR (1 + 1/2 + 0 + 1/4) / 4; against all first, the peer trails by the rest."""
    found = score([1, 2, 0, 4], ours=[1, 1, 1, 1])
    assert (found.mrr, found.r1, found.r10) == (0.4375, 0.25, 0.75)
    assert found.ahead == pytest.approx(0.5625)
    assert found.ahead_interval is not None
    assert found.ahead_interval[0] < 0.5625 < found.ahead_interval[1]


def test_rank_counts_from_one() -> None:
    """The first hit has rank 1, one that is not there 0."""
    assert [rank(["b", "a"], name) for name in "bax"] == [1, 2, 0]


def test_bootstrap_agrees_with_the_normal_interval() -> None:
    """For many values the interval of the mean is about ±1.96 standard errors; for equal ones it is a point."""
    values = np.random.default_rng(3).normal(5, 2, 4_000)
    low, high = bootstrap(values)
    error = 1.96 * values.std() / np.sqrt(len(values))
    assert (low, high) == pytest.approx((values.mean() - error, values.mean() + error), abs=error / 8)
    assert bootstrap(np.array([0.5] * 9)) == (0.5, 0.5)


shares = st.dictionaries(st.sampled_from(list(CONDITIONS)), st.floats(0, 1), min_size=1)


@given(shares, shares)
def test_new_floors_are_never_lower(first: Mapping[str, float], second: Mapping[str, float]) -> None:
    """Whatever is measured, raising either refuses, and only when a floor is missed, or lowers nothing."""
    floors = raised({name: _score(share) for name, share in first.items()}, {})
    measured = {name: _score(second.get(name, share)) for name, share in first.items()}
    try:
        after = raised(measured, floors)
    except FloorLowered:
        assert below(measured, floors)
    else:
        assert not below(measured, floors)
        assert all(after[name] >= floor for name, floor in floors.items())


def _score(mrr: float) -> Score:
    return Score(mrr, mrr, mrr, (mrr, mrr))


open_syllables = st.builds(
    lambda onset, first, tone, second: (onset, first + tone + second, first + second + tone),
    st.sampled_from(ONSETS),
    st.sampled_from(["o", "O"]),
    st.sampled_from(TONES),
    st.sampled_from(["a", "e", "A"]),
) | st.builds(
    lambda onset, tone, second: (onset, "u" + tone + second, "u" + second + tone),
    st.sampled_from(ONSETS),
    st.sampled_from(TONES),
    st.sampled_from(["y", "Y"]),
)


@given(open_syllables)
def test_tone_placements_are_inverse(syllable: tuple[str, str, str]) -> None:
    """Moving the tone there and back gives the same syllable, and both are one word to timbao."""
    onset, old, new = syllable
    older, newer = (unicodedata.normalize("NFC", onset + rest) for rest in (old, new))
    assert newer_placement(older) == newer
    assert older_placement(newer) == older
    assert newer_placement(newer) == newer
    assert older_placement(older) == older
    assert canonical(older) == canonical(newer)


@pytest.mark.parametrize("text", ["quý toàn hoạch khuỷu luỹ-thừa".replace("luỹ-thừa", ""), "Gamboá2", "qúy"])
def test_only_open_syllables_have_two_placements(text: str) -> None:
    """After q, before a final letter or in what is no syllable, nothing moves."""
    assert newer_placement(text) == older_placement(text) == other_placement(text) == text


def test_other_placement_exchanges_every_word() -> None:
    """Each word gets the placement that it does not have."""
    assert other_placement("Khánh Hoà thủy HÓA, khoẻ") == "Khánh Hòa thuỷ HOÁ, khỏe"


def test_unmarked_and_decomposed() -> None:
    """Unmarked text is ASCII with d for đ; decomposed text is the same text in NFD."""
    assert unmarked("Đường Nguyễn Huệ") == "Duong Nguyen Hue"
    assert unicodedata.normalize("NFC", decomposed("Huệ")) == "Huệ" != decomposed("Huệ")


@given(st.lists(st.sampled_from(["đường", "Huế", "aa", "tỉnh", "và"]), min_size=1).map(" ".join))
def test_one_syllable_is_misspelt(text: str) -> None:
    """Exactly one syllable differs, the same in every run."""
    slipped = misspelt(text)
    assert slipped == misspelt(text)
    before, after = text.split(), slipped.split()
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 1


def test_a_text_without_syllables_cannot_be_misspelt() -> None:
    """Numbers and single letters stay."""
    assert misspelt("5 x 7") == "5 x 7"


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz", ".jsonl.zst"])
def test_packed_corpora_are_read_alike(corpus: Corpus, tmp_path: Path, suffix: str) -> None:
    """Plain, gzip and zstandard files give the same documents, and no more than asked for."""
    import gzip

    import zstandard

    packed = tmp_path / f"news{suffix}"
    content = corpus.news.read_bytes()
    pack: dict[str, Callable[[bytes], bytes]] = {
        ".jsonl": bytes,
        ".jsonl.gz": gzip.compress,
        ".jsonl.zst": zstandard.ZstdCompressor().compress,
    }
    packed.write_bytes(pack[suffix](content))
    found = [document.id for document in read_documents(packed, 7)]
    assert found == [article["id"] for article in corpus.articles[:7]]


def test_a_digest_names_files_and_limit(corpus: Corpus) -> None:
    """Other content, another order or another number of articles is another corpus."""
    digests = {
        digest(None, corpus.news, corpus.titles),
        digest(None, corpus.titles, corpus.news),
        digest(10, corpus.news, corpus.titles),
    }
    assert len(digests) == 3
    assert digest(10, corpus.news, corpus.titles) in digests


def test_invented_words_survive_analysis(corpus: Corpus) -> None:
    """The invented corpus tests what it seems to: each of its words is one term."""
    assert all(len(analyse_terms(word)) == 1 for word in corpus.words)


@pytest.fixture
def labelled(tmp_path: Path) -> tuple[Path, Path]:
    """Two pages with their truth, one of an article and one of none, as a folder and as a table."""
    import gzip

    prose = (
        "Nước lũ trên sông dâng cao trong đêm, nhiều hộ dân ở vùng trũng phải sơ tán lên nơi cao hơn. " * 5
    )
    pages = {
        "a": f"<title>Lũ</title><h1>Nước lũ dâng cao</h1><div>15/03/2021 22:42</div><div><p>{prose}</p></div>",
        "b": "<title>Trang chủ</title>" + "<p><a href=/x>Một bài báo nào đó của báo</a></p>" * 9,
    }
    for name, html in pages.items():
        (tmp_path / f"{name}.html.gz").write_bytes(gzip.compress(html.encode()))
    facts = {
        "article": True, "title": "Nước lũ dâng cao", "lead": "", "body": [prose], "author": None, "section": None,
        "published": "2021-03-15T22:42:00+07:00", "related_must_not_appear": ["Một bài báo nào đó"],
    }  # fmt: skip
    (tmp_path / "a.json").write_text(json.dumps(facts))
    (tmp_path / "b.json").write_text(json.dumps({"article": False}))
    return tmp_path, tmp_path


def test_extraction_gives_the_promised_json(labelled: tuple[Path, Path], tmp_path: Path) -> None:
    """F1, precision, recall, pages/s and fields by system; timbao finds the one article and refuses the other page."""
    options = ("--pages", labelled[0], "--truth", labelled[1], "--floors", tmp_path / "floors")
    done = run("extraction", *options, "--json", "--systems", "timbao")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["timbao"]
    assert (found["f1"], found["precision"], found["recall"], found["interval"]) == (1, 1, 1, [1, 1])
    assert (found["rejected"], found["leaked"]) == (1, 0)
    assert found["pages_per_s"] > 0
    assert found["fields"] == {"title": 1, "published": 1, "author": None, "section": None}


def test_floors_of_extraction_hold(labelled: tuple[Path, Path], tmp_path: Path) -> None:
    """--pin writes what was reached; a run below a floor fails and says which, and --pin does not lower it."""
    floors = tmp_path / "floors"
    options = ("--pages", labelled[0], "--truth", labelled[1], "--floors", floors, "--systems", "timbao")
    assert run("extraction", *options, "--pin").returncode == 0
    ((corpus, pinned),) = json.loads(floors.read_text()).items()
    assert pinned == {"f1": 1.0, "precision": 1.0, "recall": 1.0}
    floors.write_text(json.dumps({corpus: {"recall": 1.01}}))
    for more in ([], ["--pin"]):
        done = run("extraction", *options, *more)
        assert done.returncode == 1
        assert "recall" in done.stderr
        assert "1.01" in done.stderr


def test_wrong_options_of_extraction_are_explained(tmp_path: Path) -> None:
    """A folder without pages and an unknown system are named without a traceback."""
    for options in (("--pages", tmp_path, "--truth", tmp_path), ("--systems", "lucene")):
        done = run("extraction", *options)
        assert done.returncode != 0
        assert str(options[-1]) in done.stderr
        assert "Traceback" not in done.stderr
