"""How much of an article extraction finds, and how much else: labelled pages in, a table or JSON out.

    python -m tests.bench.extraction [--pages DIR] [--truth FILE-or-DIR] [--json]

Texts are compared as multisets of 4-word shingles; precision and recall are averages over pages and F1 is
their harmonic mean, as in Zyte's benchmark (https://github.com/scrapinghub/article-extraction-benchmark).
The truth is either one JSON file, `{ID: {"articleBody": …}}`, with the pages as `ID.html.gz`, or a folder
with a `NAME.json` for each page. Pages whose truth says that they are no articles count in `rejected` alone.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawl.article import Article, Page, format_when, parse_when
from crawl.extract import extract
from crawl.paragraphs import text_key
from crawl.sources import Source

Shingles = Counter[tuple[str, ...]]


@dataclass(frozen=True)
class Labelled:
    """A page and what a person found on it; absent facts are None and do not count."""

    name: str
    html: bytes
    url: str
    is_article: bool = True
    text: str = ""
    optional: str = ""
    forbidden: tuple[str, ...] = ()
    title: str | None = None
    author: str | None = None
    published: str | None = None


@dataclass(frozen=True)
class Fields:
    """Shares of the pages with such a fact on which it was found; None where no page has one."""

    title: float | None
    published: float | None
    author: float | None


@dataclass(frozen=True)
class Score:
    """The result. `leaked` counts strings found in the text that must not be there."""

    f1: float
    precision: float
    recall: float
    pages_per_s: float
    fields: Fields
    rejected: float | None
    leaked: int


def shingles(text: str) -> Shingles:
    """The 4-word shingles of a text; a shorter text is one shingle."""
    words = re.findall(r"\w+", text.lower())
    return Counter(tuple(words[start : start + 4]) for start in range(max(1, len(words) - 3)) if words)


def load_pages(pages: Path, truth: Path) -> Iterator[Labelled]:
    """The labelled pages, in the order of their names."""
    if truth.is_file():
        for name, facts in sorted(json.loads(truth.read_text("utf-8")).items()):
            html = gzip.decompress((pages / f"{name}.html.gz").read_bytes())
            yield Labelled(name, html, facts.get("url") or f"https://{name}/x", text=facts["articleBody"])
        return
    for path in sorted(truth.glob("*.json")):
        html = gzip.decompress((pages / f"{path.stem}.html.gz").read_bytes())
        yield _labelled(path.stem, html, json.loads(path.read_text("utf-8")))


def _labelled(name: str, html: bytes, facts: dict[str, Any]) -> Labelled:
    url = facts.get("canonical_url") or f"https://{name.partition('__')[0]}/{name}"
    if not facts["article"]:
        return Labelled(name, html, url, is_article=False)
    optional = set(facts.get("optional_idx", ()))
    body = [text for place, text in enumerate(facts["body"]) if place not in optional]
    return Labelled(
        name,
        html,
        url,
        text="\n\n".join([facts["lead"] or "", *body]),
        optional="\n\n".join(facts["body"][place] for place in sorted(optional)),
        forbidden=tuple(facts["related_must_not_appear"]),
        title=facts["title"],
        author=facts["author"],
        published=facts["published"],
    )


def text_of(article: Article | None) -> str:
    """What is compared: the lead and the body."""
    return f"{article.lead}\n\n{article.body}" if article else ""


def measure(pages: list[Labelled]) -> Score:
    """The score of timbao's extraction over the pages."""
    found: list[tuple[Labelled, Article | None]] = []
    started = time.perf_counter()
    for page in pages:
        source = Source(name="bench", title="bench", hosts=(page.url.split("/")[2],))
        fetched = Page(
            page.url, page.url, 200, (("Content-Type", "text/html"),), page.html, datetime.now(UTC)
        )
        result = extract(fetched, source)
        found.append((page, result if isinstance(result, Article) else None))
    seconds = time.perf_counter() - started
    articles = [(page, article) for page, article in found if page.is_article]
    others = [article for page, article in found if not page.is_article]
    rates = [precision_recall(page, text_of(article)) for page, article in articles]
    precision, recall = (_mean([rate[side] for rate in rates]) or 0.0 for side in (0, 1))
    return Score(
        f1=2 * precision * recall / (precision + recall or 1),
        precision=precision,
        recall=recall,
        pages_per_s=len(pages) / seconds,
        fields=_fields(articles),
        rejected=_mean([article is None for article in others]),
        leaked=sum(_leaks(page, article) for page, article in articles),
    )


def precision_recall(page: Labelled, text: str) -> tuple[float, float]:
    """How much of the text is wanted, how much of the wanted it holds; optional paragraphs count neither way."""
    required = set(map(text_key, page.text.split("\n")))
    optional = set(map(text_key, page.optional.split("\n"))) - required
    kept = "\n".join(line for line in text.split("\n") if text_key(line) not in optional)
    wanted, got = shingles(page.text), shingles(kept)
    extra = (got - wanted) - shingles(page.optional)  # a required paragraph may stand there once more
    right = (got & wanted).total()
    precision = right / (right + extra.total()) if got else float(not wanted)
    return precision, right / wanted.total() if wanted else 1.0


def _fields(articles: list[tuple[Labelled, Article | None]]) -> Fields:
    titles = [
        _same(article.title if article else None, page.title) for page, article in articles if page.title
    ]
    authors = [
        _within(article.author if article else None, page.author) for page, article in articles if page.author
    ]
    dates = [_same_minute(article, page.published) for page, article in articles if page.published]
    return Fields(_mean(titles), _mean(dates), _mean(authors))


def _same(found: str | None, wanted: str) -> bool:
    return text_key(found or "") == text_key(wanted)


def _within(found: str | None, wanted: str) -> bool:
    """The name alone is as right as the whole byline (`Tin, ảnh: P.Y`)."""
    return bool(found) and text_key(wanted).endswith(text_key(found or ""))


def _same_minute(article: Article | None, wanted: str) -> bool:
    if article is None or article.published is None:
        return False
    truth = parse_when(wanted)
    if not isinstance(truth, datetime):
        return format_when(article.published)[:10] == wanted
    found = article.published
    return isinstance(found, datetime) and found.replace(second=0) == truth


def _leaks(page: Labelled, article: Article | None) -> int:
    text = text_key(text_of(article))
    return sum(text_key(string) in text for string in page.forbidden)


def _mean(values: list[Any]) -> float | None:
    return sum(values) / len(values) if values else None


def main() -> None:
    """Read the options, measure, print."""
    data = Path(os.environ.get("TIMBAO_BENCH_DATA", "../shared/data")) / "extraction-benchmark"
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--pages", type=Path, default=data / "html", metavar="DIR")
    parser.add_argument("--truth", type=Path, default=data / "ground-truth.json", metavar="FILE-or-DIR")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    pages = list(load_pages(options.pages, options.truth)) if options.truth.exists() else []
    if not pages:
        sys.exit(f"There are no labelled pages at {options.truth}. Name them with --pages and --truth.")
    score = measure(pages)
    if options.json:
        print(json.dumps({"timbao": asdict(score)}))
        return
    print(f"{'':10}{'F1':>8}{'P':>8}{'R':>8}{'pages/s':>9}")
    print(f"{'timbao':10}{score.f1:8.3f}{score.precision:8.3f}{score.recall:8.3f}{score.pages_per_s:9.0f}")
    print(f"fields {asdict(score.fields)} rejected {score.rejected} leaked {score.leaked}")


if __name__ == "__main__":
    main()
