"""timbao's extraction and its peers', each as a function from a labelled page to what it finds.

Peers get the page as `crawl.extraction.encoding.decode` reads it, so that all are compared by the text they choose,
and their time counts that too. They are in the extra `peers`; one that is not installed is left out.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from crawl.article import Article, Page, When
from crawl.extraction.dates import parse_written
from crawl.extraction.encoding.decode import decode
from crawl.extraction.extract import extract
from crawl.sources.source import Source
from tests.bench.labelled import Labelled


@dataclass(frozen=True, slots=True)
class Extracted:
    """What one system found on a page; None for what it does not look for or did not find."""

    text: str
    title: str | None = None
    published: When | None = None
    author: str | None = None
    section: str | None = None


Extractor = Callable[[Labelled], Extracted | None]
"""None where the system says that the page holds no article."""


def timbao(page: Labelled) -> Extracted | None:
    """Without any selectors."""
    source = Source(name="bench", title="bench", hosts=(page.url.split("/")[2],))
    fetched = Page(page.url, page.url, 200, (("Content-Type", "text/html"),), page.html, datetime.now(UTC))
    found = extract(fetched, source)
    if not isinstance(found, Article):
        return None
    text = f"{found.lead}\n\n{found.body}"
    return Extracted(text, found.title, found.published, found.author, found.section)


def trafilatura(page: Labelled, *, favour_precision: bool = False) -> Extracted:
    """With its fallbacks, as it is by default."""
    from trafilatura import bare_extraction

    found = bare_extraction(
        decode(page.html, None),
        include_comments=False,
        with_metadata=True,
        favor_precision=favour_precision,
    )
    if found is None:
        return Extracted("")
    return Extracted(found.text or "", found.title, parse_written(found.date or ""), found.author)


def trafilatura_precise(page: Labelled) -> Extracted:
    """In its precision mode."""
    return trafilatura(page, favour_precision=True)


def readability(page: Labelled) -> Extracted:
    """Text of the summary."""
    from lxml import html
    from readability import Document

    document = Document(decode(page.html, None))
    return Extracted(html.fromstring(document.summary()).text_content(), document.short_title())


def newspaper(page: Labelled) -> Extracted:
    """Without any download."""
    from newspaper import Article as NewspaperArticle

    found = NewspaperArticle(page.url, fetch_images=False)
    found.download(input_html=decode(page.html, None))
    found.parse()
    return Extracted(found.text, found.title, found.publish_date, ", ".join(found.authors) or None)


def resiliparse(page: Labelled) -> Extracted:
    """Without links and alternative texts."""
    from resiliparse.extract.html2text import extract_plain_text

    text = extract_plain_text(decode(page.html, None), main_content=True, links=False, alt_texts=False)
    return Extracted(text)


_PEERS: dict[str, tuple[str, Extractor]] = {
    "trafilatura": ("trafilatura", trafilatura),
    "trafilatura-precise": ("trafilatura", trafilatura_precise),
    "readability": ("readability", readability),
    "newspaper4k": ("newspaper", newspaper),
    "resiliparse": ("resiliparse", resiliparse),
}

SYSTEMS: dict[str, Extractor] = {
    "timbao": timbao,
    **{name: run for name, (module, run) in _PEERS.items() if importlib.util.find_spec(module)},
}
"""By name, those that are installed; timbao first."""

ABSENT = tuple(name for name in _PEERS if name not in SYSTEMS)
"""The peers that are not installed."""
