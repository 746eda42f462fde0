"""How well articles are recognised that several papers print: precision, recall and speed, as a table or JSON.

    python -m tests.bench.reprints [--news FILE --limit-docs N] [--json] [--pin]

Of every fourth article a copy is made in a known way, each kind of edit as often as the others: paragraphs cut, the
lead rewritten, 5 to 40 % of the syllables changed here and there, or sentences. Words that come in are taken from
other articles. Each copy keeps at least 60 % of its original. Beside them lie hard negatives: the other articles of the
corpus, many of them about the same event, and bulletins (draws, weather, scores) that differ in their numbers alone.

A found pair is right when both come from one original. Articles of the corpus that are reprints of each other already,
or quote each other at length (the share of five-syllable shingles, another measure than the program's), are left out:
neither right nor wrong.

`reprints-floors.json` holds what must be reached on known corpora; a run below ends with status 1. `--pin` raises
the floors to what was measured and refuses to lower one.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import random
import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from crawl.archive.store import Archive
from crawl.article import Article, utc_now
from index.document import Document
from index.reprints.groups import ReprintGroups
from index.text.tokens import analyse_terms
from tests.bench.corpora import CorpusError, data_folder, digest, present, read_documents

FLOORS = Path(__file__).with_name("reprints-floors.json")
UNDECIDED = 0.25
"""Articles of the corpus that share more than this of their longer shingles are no certain negatives."""

_EVERY = 4
_LONG_SHINGLE = 5
_WORD = re.compile(r"\S+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")

Edit = Callable[[Article, "Words"], Article]


@dataclass(frozen=True, slots=True)
class Words:
    """Where changed texts take what comes in: sentences of the corpus, and chance."""

    sentences: Sequence[str]
    chance: random.Random

    def others(self, count: int) -> list[str]:
        """So many words, as they stand together somewhere."""
        words: list[str] = []
        while len(words) < count:
            words += self.chance.choice(self.sentences).split()
        return words[:count]


@dataclass(frozen=True, slots=True)
class Copy:
    """A made reprint: which article it is of, and how it was made."""

    original: str
    id: str
    kind: str


def whole(article: Article, words: Words) -> Article:
    """The text as it is, under another headline."""
    return replace(article, title=" ".join(words.others(10)))


def cut(article: Article, words: Words) -> Article:
    """Paragraphs left out, as long as 60 % of the text is left."""
    paragraphs = article.body.split("\n\n")
    enough = 0.6 * len(f"{article.lead} {article.body}".split())
    for place in words.chance.sample(range(len(paragraphs)), len(paragraphs)):
        rest = [*paragraphs[:place], "", *paragraphs[place + 1 :]]
        if len(" ".join((article.lead, *rest)).split()) >= enough:
            paragraphs = rest
    return replace(article, body="\n\n".join(filter(None, paragraphs)))


def new_lead(article: Article, words: Words) -> Article:
    """Another lead and another first paragraph, as long as 60 % of the text is left."""
    first, _break, rest = article.body.partition("\n\n")
    size = len(first.split())
    changed = replace(article, lead=" ".join(words.others(len(article.lead.split()))))
    if size <= 0.3 * len(article.body.split()):
        changed = replace(changed, body=f"{' '.join(words.others(size))}\n\n{rest}")
    return changed


def changed_words(share: float) -> Edit:
    """Single syllables exchanged all over the text."""

    def edit(article: Article, words: Words) -> Article:
        def maybe(found: re.Match[str]) -> str:
            return words.others(1)[0] if words.chance.random() < share else found[0]

        return replace(article, lead=_WORD.sub(maybe, article.lead), body=_WORD.sub(maybe, article.body))

    return edit


def changed_sentences(share: float) -> Edit:
    """Whole sentences written anew, so many that this share of the text is new."""

    def edit(article: Article, words: Words) -> Article:
        left = share * len(article.body.split())
        paragraphs = [_SENTENCE_END.split(paragraph) for paragraph in article.body.split("\n\n")]
        places = [(one, two) for one, some in enumerate(paragraphs) for two in range(len(some))]
        for one, two in words.chance.sample(places, len(places)):
            size = len(paragraphs[one][two].split())
            if size <= left:
                paragraphs[one][two] = " ".join(words.others(size))
                left -= size
        return replace(article, body="\n\n".join(map(" ".join, paragraphs)))

    return edit


KINDS: Mapping[str, Edit] = {
    "whole": whole,
    "paragraphs cut": cut,
    "lead rewritten": new_lead,
    **{f"{share} % of syllables": changed_words(share / 100) for share in (5, 10, 20, 30, 40)},
    **{f"{share} % in sentences": changed_sentences(share / 100) for share in (10, 20, 30, 40)},
}

TEMPLATES = (
    (
        "Kết quả xổ số kiến thiết tỉnh Khánh Hòa mở thưởng ngày {} tháng {}: giải đặc biệt {}{}, giải nhất {}, giải nhì"
        " {}, giải ba {} và {}, giải tư {}, {}, {} và {}, giải năm {}, giải sáu {}, {} và {}, giải bảy {}, giải tám {}."
        " Người trúng thưởng nhận thưởng tại công ty trong vòng ba mươi ngày kể từ ngày mở thưởng, mang theo vé số còn"
        " nguyên vẹn và giấy tờ tùy thân."
    ),
    (
        "Dự báo thời tiết khu vực Nam Trung Bộ ngày {} tháng {}: nhiều mây, có mưa rào và dông vài nơi, gió đông bắc"
        " cấp {} đến cấp {}, vùng ven biển có lúc giật cấp {}. Nhiệt độ thấp nhất từ {} đến {} độ C, cao nhất từ {}"
        " đến {} độ"
        " C, độ ẩm trung bình {} phần trăm, lượng mưa phổ biến {} mm, có nơi trên {} mm. Sóng biển cao từ {} đến {} m."
    ),
    (
        "Kết quả vòng {} giải bóng đá các câu lạc bộ, ngày {} tháng {}: Khánh Hòa gặp Bình Định {} - {}, Hà Nội gặp Hải"
        " Phòng {} - {}, Nam Định gặp Thanh Hóa {} - {}, Đà Nẵng gặp Quảng Nam {} - {}, Bình Dương gặp Sài Gòn {} - {}."
        " Sau vòng này Hà Nội có {} điểm, Khánh Hòa có {} điểm, Nam Định có {} điểm, Bình Định có {} điểm."
    ),
)


def bulletins(count: int, chance: random.Random) -> Iterator[Article]:
    """Texts that differ in their numbers alone, `count` of each template."""
    for template, number in itertools.product(TEMPLATES, range(count)):
        blanks = template.count("{}")
        low, high = (10_000, 99_999) if "xổ số" in template else (1, 40)
        body = template.format(*(chance.randint(low, high) for _blank in range(blanks)))
        name = f"bulletin-{TEMPLATES.index(template)}-{number}"
        yield Article(f"https://tin.example/{name}", f"tin{number % 7}.example", name, body=body)


def article_of(document: Document) -> Article:
    """The article that a document of the corpus was made of."""
    return Article(
        document.url,
        document.source,
        document.title,
        document.lead,
        document.body,
        published=document.published,
    )


@dataclass(frozen=True, slots=True)
class Trial:
    """The articles in the order of their arrival, the copies among them, and the texts by URL."""

    articles: Sequence[Article]
    copies: Sequence[Copy]


def make(news: Path, limit: int) -> Trial:
    """The same trial for the same corpus."""
    chance = random.Random(1)
    originals = [article_of(document) for document in read_documents(news, limit)]
    sentences = [sentence for one in originals for sentence in _SENTENCE_END.split(one.body)[:3] if sentence]
    words = Words(sentences, chance)
    articles = [*originals, *bulletins(max(1, limit // 200), chance)]
    copies: list[Copy] = []
    for original, (kind, edit) in zip(originals[::_EVERY], itertools.cycle(KINDS.items()), strict=False):
        url = f"{original.url}?copy"
        articles.append(replace(edit(original, words), url=url, source=f"copy.{original.source}"))
        copies.append(Copy(str(original.url), url, kind))
    chance.shuffle(articles)
    return Trial(articles, copies)


@dataclass(frozen=True, slots=True)
class Found:
    """What came out: groups of URLs, and the articles grouped in a second of processor time."""

    groups: Sequence[frozenset[str]]
    per_cpu_s: float


def group(articles: Sequence[Article]) -> Found:
    """Group them as the program does: from an archive, into a file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (
            Archive(folder / "archive.sqlite", folder / "pages", create=True) as archive,
            ReprintGroups(folder / "reprints.sqlite") as groups,
        ):
            with archive.batch():
                for article in articles:
                    archive.put_article(article, seen=utc_now())
            began = time.process_time()
            groups.update(archive)
            taken = time.process_time() - began
            members: defaultdict[str, set[str]] = defaultdict(set)
            for stored in archive.changes(0):
                if story := groups.group_of(stored.id):
                    members[story].add(str(stored.article.url))
    return Found([frozenset(some) for some in members.values()], len(articles) / taken)


@dataclass(frozen=True, slots=True)
class Result:
    """Precision over all decided pairs, recall over all copies and by kind, speed."""

    precision: float
    recall: float
    by_kind: Mapping[str, float]
    right: int
    wrong: int
    undecided: int
    articles_per_cpu_s: float


def judge(trial: Trial, found: Found) -> Result:
    """Compare what was found with how the copies were made."""
    original = {one.id: one.original for one in trial.copies}
    texts = {str(one.url): f"{one.lead} {one.body}" for one in trial.articles}
    right = wrong = undecided = 0
    for one, other in (pair for some in found.groups for pair in itertools.combinations(sorted(some), 2)):
        roots = original.get(one, one), original.get(other, other)
        if roots[0] == roots[1]:
            right += 1
        elif shared(long_shingles(texts[roots[0]]), long_shingles(texts[roots[1]])) > UNDECIDED:
            undecided += 1
        else:
            wrong += 1
    place = {url: number for number, some in enumerate(found.groups) for url in some}
    hits: defaultdict[str, list[bool]] = defaultdict(list)
    for copy in trial.copies:
        hits[copy.kind].append(place.get(copy.id, -1) == place.get(copy.original, -2))
    every = [hit for some in hits.values() for hit in some]
    return Result(
        precision=right / max(1, right + wrong),
        recall=sum(every) / max(1, len(every)),
        by_kind={kind: sum(hits[kind]) / len(hits[kind]) for kind in KINDS if hits[kind]},
        right=right,
        wrong=wrong,
        undecided=undecided,
        articles_per_cpu_s=found.per_cpu_s,
    )


def long_shingles(text: str) -> set[tuple[str, ...]]:
    """The runs of five syllables of a text."""
    terms = analyse_terms(text)
    return set(zip(*(terms[place:] for place in range(_LONG_SHINGLE)), strict=False))


def shared(one: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> float:
    """The share of the smaller set that is in the other."""
    return len(one & other) / max(1, min(len(one), len(other)))


Floors = dict[str, dict[str, float]]
"""By digest of the corpus, then by measure."""


def below(result: Result, floors: Mapping[str, float]) -> list[str]:
    """A sentence for every measure that fell below its floor."""
    return [
        f"{name}: {getattr(result, name):.4f} is below its floor {floor}"
        for name, floor in floors.items()
        if getattr(result, name) < floor
    ]


def hold(path: Path, corpus: str, result: Result, *, pin: bool) -> None:
    """Compare with the floors of the same corpus, and `pin` new ones; ends the program if one is missed.

    Speed is printed and has no floor: it is another on every machine.
    """
    floors: Floors = json.loads(path.read_text("utf-8")) if path.exists() else {}
    if missed := below(result, floors.get(corpus, {})):
        sys.exit("\n".join([*missed, *(["Floors are only raised."] if pin else [])]))
    if pin:
        floors[corpus] = {
            "precision": math.floor(result.precision * 1000) / 1000,
            "recall": math.floor(result.recall * 1000) / 1000,
        }
        path.write_text(json.dumps(floors, indent=4) + "\n", "utf-8")


def table(result: Result) -> str:
    """The result for people."""
    lines = [
        (
            f"precision {result.precision:.4f}: {result.right} pairs right, {result.wrong} wrong,"
            f" {result.undecided} undecided"
        ),
        f"recall    {result.recall:.4f}",
        *(f"  {kind:22}{recall:7.4f}" for kind, recall in result.by_kind.items()),
        f"{result.articles_per_cpu_s:.0f} articles/s of processor time, reading the archive included",
    ]
    return "\n".join(lines)


def main() -> None:
    """Read the options, measure, print, hold to the floors."""
    options = _options().parse_args()
    try:
        trial = make(present(options.news, "--news"), options.limit_docs)
    except CorpusError as error:
        sys.exit(str(error))
    result = judge(trial, group(trial.articles))
    print(json.dumps({"timbao": asdict(result)}) if options.json else table(result))
    hold(options.floors, digest(options.limit_docs, options.news), result, pin=options.pin)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    news = data_folder() / "news" / "news-50k.jsonl.zst"
    parser.add_argument("--news", type=Path, default=news, metavar="FILE")
    parser.add_argument("--limit-docs", type=int, default=12_000, metavar="N")
    parser.add_argument("--floors", type=Path, default=FLOORS, metavar="FILE")
    parser.add_argument("--pin", action="store_true", help="raise the floors to what was measured")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


if __name__ == "__main__":
    main()
