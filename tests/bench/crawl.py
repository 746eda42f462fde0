"""How fast timbao crawls, beside Scrapy doing the same work in the same run: a table or JSON.

    python -m tests.bench.crawl [--hosts N] [--pages N] [--only timbao|scrapy] [--json]

One process serves N newspapers of N articles each, on loopback addresses of their own; each crawler then has a
process and an empty folder to itself. Both discover the articles from the front page, list pages and related links,
obey robots.txt, ask one thing at a time of a host without any delay, keep their list of what to visit on disk, and
put every page into the same WARC and SQLite archive, and then the text that the same extraction finds in it, in as
many processes of its own as there are processors: what differs is the crawler. Scrapy finds links with its own
LinkExtractor, and stores and reads in threads while its reactor goes on. `pages_per_s` counts articles stored per
second from the first request to the last commit, `pages_per_cpu_s` the same per second of processor time of the
crawler and the processes that read for it (which other work on the machine disturbs less). `peak_mb` is the largest
memory of the crawler itself; the processes that read are the same on both sides.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from crawl.archive.store import Archive
from crawl.article import Article, Page
from crawl.crawler.pipeline import crawl
from crawl.extraction.sandbox import extractors, read_page
from crawl.fetching.addresses import allowed_networks
from crawl.fetching.fetcher import Fetcher
from crawl.frontier.frontier import Frontier
from crawl.sources.source import Source
from tests.sample_site import SamplePaper, load_papers, respond

if TYPE_CHECKING:
    from scrapy.http import Response

ARTICLE = r"-post\d+\.html$"
PER_LIST = 50
_FIRST_ID = 1_000_000
_PLACEHOLDER = 987_000
_HOST = "host.invalid"
_AGENT = "timbao-bench (+https://example.org)"


@dataclass(frozen=True)
class Score:
    """What one crawler did."""

    pages_per_s: float
    pages_per_cpu_s: float
    peak_mb: float
    articles: int


class Newspaper:
    """An endless supply of articles, made of the pages of an invented newspaper with other numbers in them."""

    def __init__(self, articles: int) -> None:
        self._articles = articles
        paper = next(paper for paper in load_papers() if paper.family == "C")
        numbered = tuple(
            replace(article, id=_PLACEHOLDER + place, title=f"{article.title} {_PLACEHOLDER + place}")
            for place, article in enumerate(paper.articles)
        )
        self._pages = _rendered(replace(paper, articles=numbered, events=()))
        self._ids = re.compile(rb"987\d{3}(?!\d)")
        self._slugs = [paper.path(article) for article in numbered]

    def page(self, target: str, host: str) -> bytes | None:
        """The page at a path with its query; None where there is none."""
        if target == "/robots.txt":
            return b"User-agent: *\nDisallow: /tim-kiem\n"
        if target == "/":
            lists = range(1, -(-self._articles // PER_LIST) + 1)
            return _links([f"/tin/?page={number}" for number in lists])
        if match := re.fullmatch(r"/tin/\?page=(\d+)", target):
            first = (int(match[1]) - 1) * PER_LIST
            return _links([self._path(n) for n in range(first, min(first + PER_LIST, self._articles))])
        if match := re.fullmatch(r"/.*-post(\d+)\.html", target):
            number = int(match[1]) - _FIRST_ID
            return self._article(number, host) if 0 <= number < self._articles else None
        return None

    def _path(self, number: int) -> str:
        slug = self._slugs[number % len(self._slugs)]
        return re.sub(r"987\d{3}", str(_FIRST_ID + number), slug)

    def _article(self, number: int, host: str) -> bytes:
        """The page whose links lead to articles of the same round."""
        size = len(self._slugs)
        round_start = _FIRST_ID + number // size * size
        page = self._ids.sub(
            lambda found: str(round_start + int(found[0]) - _PLACEHOLDER).encode(),
            self._pages[number % size],
        )
        return page.replace(_HOST.encode(), host.encode())


def _rendered(paper: SamplePaper) -> list[bytes]:
    return [respond(paper, paper.path(article), _HOST).body for article in paper.articles]


def _links(paths: Sequence[str]) -> bytes:
    return f"<html><body>{''.join(f'<a href={path!r}>tin</a>' for path in paths)}</body></html>".encode()


async def _serve(hosts: int, articles: int) -> None:
    """Serve until killed; the hosts are printed when all listen."""
    paper = Newspaper(articles)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                request = await reader.readuntil(b"\r\n\r\n")
                body = paper.page(request.split(b" ", 2)[1].decode(), host)
                status, body = ("200 OK", body) if body is not None else ("404 Not Found", b"")
                kind = "text/plain" if b"User-agent" in body[:10] else "text/html; charset=utf-8"
                head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
                writer.write(head.encode() + body)
                await writer.drain()
        writer.close()

    async def listen(number: int) -> str:
        address = f"127.0.1.{number + 1}"
        host = ""
        server = await asyncio.start_server(lambda reader, writer: answer(reader, writer, host), address, 0)
        host = f"{address}:{server.sockets[0].getsockname()[1]}"
        return host

    print(" ".join([await listen(number) for number in range(hosts)]), flush=True)
    await asyncio.Event().wait()


@contextlib.contextmanager
def served(hosts: int, articles: int) -> Iterator[list[str]]:
    """The hosts of newspapers served by another process."""
    command = [
        sys.executable,
        "-m",
        "tests.bench.crawl",
        "--serve",
        f"--hosts={hosts}",
        f"--pages={articles}",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()
        finally:
            process.kill()


def _source(host: str) -> Source:
    return Source(host, host, (host,), scheme="http", sections=("/",), article_url=ARTICLE, delay=0.0)


def crawl_with_timbao(hosts: Sequence[str], folder: Path) -> None:
    """The crawl as `timbao crawl --delay 0` does it."""
    with (
        Archive(folder / "archive.sqlite", folder / "pages", create=True) as archive,
        Frontier(folder / "frontier.sqlite") as frontier,
        Fetcher(_AGENT, allowed_networks("127.0.0.0/8")) as fetcher,
    ):
        crawl([_source(host) for host in hosts], archive, frontier, fetcher, delay=0)


def crawl_with_scrapy(hosts: Sequence[str], folder: Path) -> None:
    """The same with Scrapy, whose callbacks store what it fetched in the same archive."""
    import scrapy
    from scrapy.crawler import CrawlerProcess
    from scrapy.linkextractors import LinkExtractor

    sources = {host: _source(host) for host in hosts}
    extractor = LinkExtractor(allow_domains=hosts)

    with Archive(folder / "archive.sqlite", folder / "pages", create=True) as archive:

        class Spider(scrapy.Spider):
            name = "bench"
            start_urls = [f"http://{host}/" for host in hosts]  # noqa: RUF012  # Scrapy's own convention

            async def parse(self, response: Response) -> AsyncIterator[scrapy.Request]:
                for link in extractor.extract_links(response):  # type: ignore[arg-type]
                    yield response.follow(link, self.parse)
                if re.search(ARTICLE, response.url):
                    source = sources[response.url.split("/")[2]]
                    await asyncio.to_thread(_store, archive, source, _page(response))

        process = CrawlerProcess(
            {
                "USER_AGENT": _AGENT,
                "ROBOTSTXT_OBEY": True,
                "CONCURRENT_REQUESTS": 16,
                "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
                "DOWNLOAD_DELAY": 0,
                "JOBDIR": str(folder / "job"),
                "LOG_LEVEL": "ERROR",
                "TELNETCONSOLE_ENABLED": False,
            }
        )
        process.crawl(Spider)
        process.start()


def _page(response: Response) -> Page:
    headers = tuple((name.decode(), values[0].decode()) for name, values in response.headers.items())
    return Page(response.url, response.url, response.status, headers, response.body, datetime.now(UTC))


def _store(archive: Archive, source: Source, page: Page) -> None:
    """What timbao's own crawl does with a page."""
    number = archive.put_page(page, source.name)
    article = read_page(page, source)
    if isinstance(article, Article):
        archive.put_article(replace(article, url=article.url or page.url), page=number, seen=page.fetched)
    else:
        archive.reject_page(number, article.reason)


CRAWLERS: dict[str, Callable[[Sequence[str], Path], None]] = {
    "timbao": crawl_with_timbao,
    "scrapy": crawl_with_scrapy,
}


def run_alone(name: str, hosts: Sequence[str]) -> Score:
    """Crawl in this process, which does nothing else, and measure it."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        began = time.perf_counter()
        CRAWLERS[name](hosts, folder)
        seconds = time.perf_counter() - began
        extractors().close()  # only processes that have ended are counted
        with Archive(folder / "archive.sqlite", folder / "pages") as archive:
            articles = archive.counts().articles
    crawler, readers = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    cpu = sum(usage.ru_utime + usage.ru_stime for usage in (crawler, readers))
    peak_mb = crawler.ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)
    return Score(articles / seconds, articles / cpu, peak_mb, articles)


def measure(names: Sequence[str], hosts: int, articles: int) -> dict[str, Score]:
    """The score of each crawler, one after another over the same newspapers."""
    scores = {}
    with served(hosts, articles) as places:
        for name in names:
            command = [sys.executable, "-m", "tests.bench.crawl", "--run", name, "--at", *places]
            run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            scores[name] = Score(**json.loads(run.stdout.splitlines()[-1]))
    return scores


def main() -> None:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--hosts", type=int, default=10, metavar="N", help="newspapers (10)")
    parser.add_argument("--pages", type=int, default=100, metavar="N", help="articles of each (100)")
    parser.add_argument("--only", choices=CRAWLERS)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--run", choices=CRAWLERS, help=argparse.SUPPRESS)
    parser.add_argument("--at", nargs="*", default=(), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(_serve(options.hosts, options.pages))
    elif options.run:
        print(json.dumps(asdict(run_alone(options.run, options.at))))
    else:
        names = [options.only] if options.only else list(CRAWLERS)
        scores = measure(names, options.hosts, options.pages)
        if options.json:
            print(json.dumps({name: asdict(score) for name, score in scores.items()}))
            return
        print(f"{'':10}{'pages/s':>9}{'per CPU s':>11}{'peak MB':>9}{'articles':>10}")
        for name, score in scores.items():
            rates = f"{score.pages_per_s:9.1f}{score.pages_per_cpu_s:11.1f}"
            print(f"{name:10}{rates}{score.peak_mb:9.0f}{score.articles:10}")


if __name__ == "__main__":
    main()
