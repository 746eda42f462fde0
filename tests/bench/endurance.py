"""What a crawl withstands: kills at random moments, and any number of pages in bounded memory.

    python -m tests.bench.endurance [--kills 100] [--pages 5000] [--seconds N] [--hosts 4] [--json]

Invented newspapers on loopback are crawled by the real crawler in a process of its own, which is killed with
SIGKILL again and again; then the crawl is brought to its end and everything is counted. Afterwards `--pages` more
are crawled without kills, or as many of them as `--seconds` allow, and the memory of the crawler's processes is noted
as it goes: the resident size that proc(5) gives, in which each process counts the libraries that all of them share.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import cast

from crawl.archive.store import Archive
from crawl.archive.warc import read_pages
from crawl.crawler.pipeline import crawl
from crawl.crawler.report import Progress
from crawl.fetching.addresses import allowed_networks
from crawl.fetching.fetcher import Fetcher
from crawl.frontier.frontier import Frontier
from crawl.sources.source import Source

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["crawl.crawler.pipeline"])
_WORDS = (
    "đường sông núi chợ làng tỉnh báo lúa mưa nắng cầu trường học sinh nông dân mùa vụ giá thị xã".split()
)
_PER_SITEMAP = 1000
_FIRST = 1_000_000  # the number of a newspaper's first article
_BETWEEN_NOTES = 20  # pages
_PATIENCE = 120  # seconds for the crawler to ask for anything at all; only a hang takes longer


@dataclass(frozen=True)
class Kills:
    """What a number of kills did.

    `asked_again` counts requests for what was asked for before, `unnoted` whole pages that the archive does not know
    of because the crawler died in between; of both there may be one a worker and kill, `most`.
    """

    kills: int
    articles: int
    stored: int
    revisions: int
    unnoted: int
    asked_again: int
    most: int

    @property
    def lost_nothing(self) -> bool:
        """Whether everything is there whole, once, and each kill cost at most one request a worker."""
        return (
            self.stored == self.articles
            and self.revisions == 0
            and 0 <= self.unnoted <= self.most
            and self.asked_again <= self.most
        )


@dataclass(frozen=True)
class Course:
    """A crawl without kills.

    `memory` is the resident size in MiB of the crawler itself after each tenth of the pages, `readers` that of all
    its processes that read pages together. `peak_mb` is the largest sum of both, `pages_per_cpu_s` counts the time of
    the crawler itself.
    """

    pages: int
    pages_per_s: float
    pages_per_cpu_s: float
    memory: tuple[float, ...]
    readers: tuple[float, ...]
    peak_mb: float


class Newspaper(ThreadingHTTPServer):
    """An invented newspaper on a free port of 127.0.0.1, with numbered articles in sitemaps."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, articles: int) -> None:
        self.articles = articles
        self.asked: Counter[str] = Counter()
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: a killed crawler breaks its connections."""

    @property
    def host(self) -> str:
        """Its host and port."""
        return f"127.0.0.1:{self.server_port}"

    def page(self, path: str) -> str | None:
        """What is at a path."""
        number = int("".join(filter(str.isdigit, path)) or 0)
        if path == "/so-do.xml":
            maps = range(-(-self.articles // _PER_SITEMAP))
            return _listed("sitemapindex", "sitemap", [f"http://{self.host}/so-do-{one}.xml" for one in maps])
        if path.startswith("/so-do-"):
            first = number * _PER_SITEMAP
            numbers = range(first, min(first + _PER_SITEMAP, self.articles))
            return _listed(
                "urlset", "url", [f"http://{self.host}/bai-{_FIRST + one}.html" for one in numbers]
            )
        return _article(number) if path.startswith("/bai-") else None


def _listed(root: str, kind: str, urls: list[str]) -> str:
    return f"<{root}>{''.join(f'<{kind}><loc>{url}</loc></{kind}>' for url in urls)}</{root}>"


def _article(number: int) -> str:
    chance = random.Random(number)
    paragraphs = "".join(f"<p>{' '.join(chance.choices(_WORDS, k=60)).capitalize()}.</p>" for _ in range(5))
    others = range(max(_FIRST, number - 5), number)
    links = "".join(f"<li><a href='/bai-{other}.html'>Tin {other}</a></li>" for other in others)
    return (
        f"<html><head><title>Bài báo {number}</title>"
        "<meta property='article:published_time' content='2021-03-15T08:00:00+07:00'></head>"
        f"<body><article><h1>Bài báo {number}</h1>{paragraphs}</article><ul>{links}</ul></body></html>"
    )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each body waits 40 ms for the acknowledgement of its head

    def do_GET(self) -> None:
        site = cast("Newspaper", self.server)
        site.asked[self.path] += 1
        page = site.page(self.path)
        body = (page or "").encode()
        self.send_response(404 if page is None else 200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def newspapers(hosts: int, articles: int) -> Iterator[list[Newspaper]]:
    """That many newspapers with that many articles each, while the block runs."""
    sites = [Newspaper(articles) for _ in range(hosts)]
    for site in sites:
        threading.Thread(target=site.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield sites
    finally:
        for site in sites:
            site.shutdown()
            site.server_close()


@dataclass(frozen=True)
class _Note:
    """How far a crawl is, what memory its processes hold in MiB, and the CPU time of the crawler itself."""

    pages: int
    memory: float
    readers: float
    cpu: float


def _crawl(folder: Path, hosts: list[str], noted: Connection | None, seconds: float | None) -> None:
    """In a process of its own: crawl the hosts to the end, or for so many seconds; says now and then how far it is."""
    folder.mkdir(parents=True, exist_ok=True)
    sources = [
        Source(name=host, title=host, hosts=(host,), scheme="http", sitemaps=("/so-do.xml",))
        for host in hosts
    ]
    pages = 0
    stop = threading.Event()
    if seconds is not None:
        alarm = threading.Timer(seconds, stop.set)
        alarm.daemon = True
        alarm.start()

    def count(_progress: Progress) -> None:
        nonlocal pages
        pages += 1
        if pages % _BETWEEN_NOTES == 0:
            note()

    def note() -> None:
        if noted is not None:
            noted.send(_Note(pages, _resident("self"), sum(map(_resident, _children())), time.process_time()))

    with (
        Archive(folder / "archive.sqlite", folder / "pages", create=True) as archive,
        Frontier(folder / "frontier.sqlite") as frontier,
        Fetcher("timbao/test", allowed_networks("127.0.0.1/32")) as fetcher,
    ):
        crawl(sources, archive, frontier, fetcher, delay=0, progress=count, stop=stop)
        note()
    if noted is not None:
        noted.close()


def _children() -> list[str]:
    """The process ids of this process's children (proc(5))."""
    return " ".join(file.read_text() for file in Path("/proc/self/task").glob("*/children")).split()


def _resident(process: str) -> float:
    """Resident memory of a process in MiB (proc(5)); 0 for one that has ended."""
    try:
        status = Path("/proc", process, "status").read_text(encoding="ascii")
    except OSError:
        return 0
    size = status.partition("VmRSS:")[2].split()
    return int(size[0]) / 1024 if size else 0


def kill_again_and_again(folder: Path, *, kills: int, hosts: int, articles: int, seed: int = 1) -> Kills:
    """Crawl into the folder, killed that often at moments that chance chooses, then to the end; and count."""
    chance = random.Random(seed)
    with newspapers(hosts, articles) as sites:
        names = [site.host for site in sites]
        killed = 0
        while killed < kills:
            crawler = _PROCESSES.Process(target=_crawl, args=(folder, names, None, None))
            crawler.start()
            _wait_for_requests(sites, crawler, chance.randint(1, max(2, hosts * articles // kills)))
            time.sleep(chance.uniform(0, 0.02))
            crawler.kill()
            crawler.join()
            if crawler.exitcode != -signal.SIGKILL:
                break  # everything was fetched before the last kill
            killed += 1
        crawler = _PROCESSES.Process(target=_crawl, args=(folder, names, None, None))
        crawler.start()
        crawler.join()
        assert crawler.exitcode == 0
        asked = [number for site in sites for path, number in site.asked.items() if path.startswith("/bai-")]
    return _count(folder, killed, hosts, articles, sum(asked) - len(asked))


def _wait_for_requests(
    sites: list[Newspaper], crawler: multiprocessing.process.BaseProcess, number: int
) -> None:
    """Until that many articles more were asked for, or the crawler has ended."""
    enough = _asked(sites) + number
    deadline = time.monotonic() + _PATIENCE
    while _asked(sites) < enough and crawler.is_alive() and time.monotonic() < deadline:
        time.sleep(0.002)


def _asked(sites: list[Newspaper]) -> int:
    """How many articles were asked for: a crawler that is killed before it comes to them has nothing to lose."""
    return sum(
        number for site in sites for path, number in site.asked.copy().items() if path.startswith("/bai-")
    )


def _count(folder: Path, killed: int, hosts: int, articles: int, asked_again: int) -> Kills:
    with Archive(folder / "archive.sqlite", folder / "pages") as archive:
        counts = archive.counts()
        stored = sum(
            archive.raw_page(one.id) is not None and one.article.title.startswith("Bài báo")
            for one in archive.changes(0)
        )
    whole = 0
    for file in (folder / "pages").iterdir():
        with file.open("rb") as stream:
            whole += sum(1 for _page in read_pages(stream))
    unnoted = whole - counts.pages
    return Kills(killed, hosts * articles, stored, counts.revisions, unnoted, asked_again, killed * hosts)


def crawl_on(folder: Path, *, hosts: int, articles: int, seconds: float | None = None) -> Course:
    """Crawl newspapers with that many articles each without a kill, for so many seconds at most."""
    with newspapers(hosts, articles) as sites:
        reading, writing = _PROCESSES.Pipe(duplex=False)
        started = time.perf_counter()
        names = [site.host for site in sites]
        crawler = _PROCESSES.Process(target=_crawl, args=(folder, names, writing, seconds))
        crawler.start()
        writing.close()
        notes: list[_Note] = []
        try:
            while True:
                notes.append(reading.recv())
        except EOFError:
            crawler.join()
        taken = time.perf_counter() - started
    tenths = [notes[len(notes) * tenth // 10 - 1] for tenth in range(1, 11)]
    last = notes[-1]
    return Course(
        last.pages,
        round(last.pages / taken, 1),
        round(last.pages / last.cpu, 1),
        tuple(round(note.memory, 1) for note in tenths),
        tuple(round(note.readers, 1) for note in tenths),
        round(max(note.memory + note.readers for note in notes), 1),
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--pages", type=int, default=5000)
    parser.add_argument("--seconds", type=float, help="for the pages without kills, at most")
    parser.add_argument("--hosts", type=int, default=4)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        kills = kill_again_and_again(
            Path(folder, "kills"),
            kills=given.kills,
            hosts=given.hosts,
            articles=10 * given.kills // given.hosts,
        )
        course = crawl_on(
            Path(folder, "course"),
            hosts=given.hosts,
            articles=given.pages // given.hosts,
            seconds=given.seconds,
        )
    if given.json:
        print(json.dumps({"kills": asdict(kills), "course": asdict(course)}))
    else:
        print(kills, "nothing lost" if kills.lost_nothing else "SOMETHING IS LOST", course, sep="\n")
    sys.exit(0 if kills.lost_nothing else 1)


if __name__ == "__main__":
    main()
