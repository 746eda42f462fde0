"""What the benchmarks read: articles in the import format, titles and questions whose answer is known."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

import zstandard

from crawl.article import utc_now
from crawl.ingest.json_lines import BadLine, read_line
from index.document import Document


class CorpusError(Exception):
    """A corpus cannot be used; the message says which and why."""


class NoCorpus(CorpusError):
    """A corpus is missing; the message names the option that gives it."""

    def __init__(self, path: Path, option: str) -> None:
        self.path, self.option = path, option
        super().__init__(
            f"There is no {path}. Name the file with {option}, or its folder in TIMBAO_BENCH_DATA."
        )


class BadCorpus(CorpusError):
    """A corpus is not what it should be."""

    def __init__(self, path: Path, detail: str) -> None:
        self.path, self.detail = path, detail
        super().__init__(f"{path} cannot be used: {detail}. Mend it or name another file.")


@dataclass(frozen=True, slots=True)
class Passage:
    """A text to be found: an article's body, or a paragraph."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class KnownItem:
    """What a person types, and the id of the one passage that they look for."""

    query: str
    answer: str


def data_folder() -> Path:
    """Where the corpora lie that may not be copied into the project."""
    return Path(os.environ.get("TIMBAO_BENCH_DATA", "../shared/data"))


def present(path: Path, option: str) -> Path:
    """The path, if it is a file. Raises NoCorpus."""
    if not path.is_file():
        raise NoCorpus(path, option)
    return path


def read_documents(path: Path, limit: int | None = None) -> Iterator[Document]:
    """The first articles of a `.jsonl`, `.jsonl.gz` or `.jsonl.zst` file, as they are indexed.

    Raises BadCorpus.
    """
    seen = utc_now()
    with _opened(path) as lines:
        for number, line in enumerate(islice(lines, limit), 1):
            try:
                found = read_line(line, None)
            except BadLine as error:
                raise BadCorpus(path, f"line {number}: {error.reason}") from error
            article = found.article
            yield Document(
                id=found.id or str(article.url),
                source=article.source,
                title=article.title,
                first_seen=seen,
                url=article.url,
                lead=article.lead,
                body=article.body,
                captions=article.captions,
                author=article.author,
                section=article.section,
                tags=article.tags,
                published=article.published,
            )


def read_titles(path: Path) -> list[KnownItem]:
    """The titles of a file `[{"id": …, "title": …}]`, each looking for its article. Raises BadCorpus."""
    with sound(path):
        return [KnownItem(item["title"], item["id"]) for item in json.loads(path.read_text("utf-8"))]


def read_questions(path: Path) -> tuple[list[Passage], list[KnownItem]]:
    """Paragraphs, and the questions that each answers.

    The file is `{"paragraphs": [{"id", "text"}], "questions": [{"question", "paragraph"}]}`. Raises BadCorpus.
    """
    with sound(path):
        found = json.loads(path.read_text("utf-8"))
        passages = [Passage(item["id"], item["text"]) for item in found["paragraphs"]]
        return passages, [KnownItem(item["question"], item["paragraph"]) for item in found["questions"]]


@contextmanager
def sound(path: Path) -> Iterator[None]:
    """Turn what a file of another shape leads to into BadCorpus."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadCorpus(path, f"{type(error).__name__}: {error}") from error


def digest(limit: int | None, *paths: Path) -> str:
    """SHA-256, in hexadecimal, of these files and of how many articles are read of them."""
    running = hashlib.sha256(str(limit).encode())
    for path in paths:
        with path.open("rb") as file:
            running.update(hashlib.file_digest(file, "sha256").digest())
    return running.hexdigest()


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as file:
        match path.suffix:
            case ".zst":
                yield io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(file))
            case ".gz":
                with gzip.open(file) as unpacked:
                    yield io.BufferedReader(unpacked)
            case _:
                yield file
