"""Labelled pages, and how much of what a person found on them an extracted text has.

Texts are compared as multisets of 4-word shingles, as in Zyte's benchmark
(https://github.com/scrapinghub/article-extraction-benchmark). The truth is either one JSON file,
`{ID: {"articleBody": …}}`, with the pages as `ID.html.gz`, or a folder with a `NAME.json` for each page.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawl.extraction.blocks import text_key

Shingles = Counter[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
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
    section: str | None = None


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
        section=facts.get("section"),
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
