"""Three invented provincial newspapers, served on loopback.

The papers, their provinces and everything that happens in them are made up. Each wears the markup of another
family of press sites, so that crawling, cleaning and searching can be tried end to end without the network,
and each article's truth is at hand as a :class:`SampleArticle`. The words are in ``tests/site``.

    python -m tests.sample_site --port 8801
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import re
import threading
import tomllib
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime, parsedate_to_datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast
from urllib.parse import parse_qs, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import TracebackType

SITE = Path(__file__).with_name("site")
PAGE_SIZE = 3
HTML = "text/html; charset=utf-8"
HANOI = timezone(timedelta(hours=7))

_WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010100000000376ef924"
    "0000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)


@dataclass(frozen=True, slots=True)
class SampleImage:
    """A picture's caption, and the number of blocks of the body that stand before the picture."""

    caption: str
    after: int = 1


@dataclass(frozen=True, slots=True)
class SampleArticle:
    """What the newspaper meant to print: the truth against which a cleaned page is compared."""

    slug: str
    id: int
    title: str
    lead: str
    body: str
    author: str
    published: datetime
    section: str
    tags: tuple[str, ...] = ()
    images: tuple[SampleImage, ...] = ()
    role: str = ""
    credit: str = ""
    updated: datetime | None = None
    longform: bool = False
    nfd: bool = False
    tones_apart: bool = False
    reprint_of: str = ""

    @property
    def blocks(self) -> tuple[str, ...]:
        """Sub-headings (still marked ``## ``) and paragraphs in order."""
        return tuple(block.strip() for block in self.body.strip().split("\n\n"))

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The paragraphs of the body; neither lead nor sub-headings nor captions nor byline."""
        return tuple(block for block in self.blocks if not block.startswith("## "))

    @property
    def headings(self) -> tuple[str, ...]:
        """The sub-headings inside the body."""
        return tuple(block[3:] for block in self.blocks if block.startswith("## "))

    @property
    def captions(self) -> tuple[str, ...]:
        """The captions in reading order."""
        return tuple(image.caption for image in self.images)

    @property
    def byline(self) -> str:
        """The author as printed: ``Tin, ảnh: P.Y``."""
        return f"{self.credit}: {self.author}" if self.credit else self.author

    @property
    def changed(self) -> datetime:
        """When the page last changed."""
        return self.updated or self.published


@dataclass(frozen=True, slots=True)
class SampleEvent:
    """A page that gathers the articles of one running story; it looks like an article's URL and is none."""

    id: int
    slug: str
    title: str
    tag: str


@dataclass(frozen=True, slots=True)
class SamplePaper:
    """One newspaper: what it prints and how its site lays that out."""

    name: str
    title: str
    province: str
    family: str
    tone_placement: str
    owner: str
    address: str
    licence: str
    article_path: str
    image_path: str
    page_path: str
    sitemap: str
    feed_path: str
    feed_size: int
    feed_date: str
    sections: tuple[tuple[str, str], ...]
    articles: tuple[SampleArticle, ...]
    events: tuple[SampleEvent, ...] = ()
    gzipped_month: str = ""

    @property
    def newest(self) -> tuple[SampleArticle, ...]:
        """The articles, newest first, as lists and feeds show them."""
        return tuple(sorted(self.articles, key=lambda article: article.published, reverse=True))

    def path(self, article: SampleArticle) -> str:
        """The article's address on this site."""
        section = next(slug for slug, name in self.sections if name == article.section)
        return self._fill(self.article_path, article, section=section)

    def image_paths(self, article: SampleArticle) -> tuple[str, ...]:
        """Where the article's pictures lie."""
        return tuple(self._fill(self.image_path, article, n=n) for n in range(1, len(article.images) + 1))

    def section_path(self, section: str, page: int = 1) -> str:
        """A section's list of articles; the first page has no number in any family."""
        return self.page_path.format(section=section, page=page) if page > 1 else f"/{section}/"

    def feeds(self) -> dict[str, str]:
        """Feed paths, each with the name of its section; the home feed's is empty."""
        numbered = enumerate(self.sections, 1)
        return {"/rss/home.rss": ""} | {
            self.feed_path.format(section=slug, number=number): name for number, (slug, name) in numbered
        }

    def _fill(self, pattern: str, article: SampleArticle, **more: object) -> str:
        return pattern.format(
            slug=article.slug,
            id=article.id,
            month=f"{article.published:%Y%m}",
            hash=hashlib.sha256(f"{self.name}/{article.id}".encode()).hexdigest()[:32],
            **more,
        )


@dataclass(frozen=True, slots=True)
class Response:
    """One answer, before the connection adds what is its own."""

    status: int
    content_type: str
    body: bytes
    last_modified: datetime | None = None
    location: str = ""

    @property
    def etag(self) -> str:
        """A strong validator made from the content."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:20]}"'


def load_papers() -> tuple[SamplePaper, ...]:
    """The bundled papers, in the order of their names."""
    return tuple(_load(folder.parent) for folder in sorted(SITE.glob("*/paper.toml")))


def _load(folder: Path) -> SamplePaper:
    facts: dict[str, Any] = tomllib.loads((folder / "paper.toml").read_text("utf-8"))
    rows = tomllib.loads((folder / "articles.toml").read_text("utf-8"))["articles"]
    facts["sections"] = tuple(facts["sections"].items())
    facts["events"] = tuple(SampleEvent(**event) for event in facts.get("events", ()))
    facts["articles"] = tuple(_article(row) for row in rows)
    return SamplePaper(**facts)


def _article(row: dict[str, Any]) -> SampleArticle:
    images = tuple(SampleImage(**image) for image in row.get("images", ()))
    return SampleArticle(**(row | {"images": images, "tags": tuple(row["tags"])}))


def slugify(text: str) -> str:
    """Vietnamese text as these sites write it in addresses."""
    bare = _TONES.sub("", unicodedata.normalize("NFD", text.lower().replace("đ", "d")))
    return re.sub("[^a-z0-9]+", "-", bare.encode("ascii", "ignore").decode()).strip("-")


def tones_apart(text: str) -> str:
    """Letters with their hats on, tone marks beside them: the shape Windows-1258 keyboards leave behind."""

    def apart(letter: str) -> str:
        split = unicodedata.normalize("NFD", letter)
        return unicodedata.normalize("NFC", _TONES.sub("", split)) + "".join(_TONES.findall(split))

    return "".join(apart(letter) for letter in unicodedata.normalize("NFC", text))


def date_line(family: str, moment: datetime) -> str:
    """The date as the family prints it for people."""
    if family == "A":
        return f"{_WEEKDAYS[moment.weekday()]}, {moment:%d/%m/%Y, %H:%M} [GMT+7]"
    return f"{moment:%d/%m/%Y - %H:%M}" if family == "B" else f"{moment:%d/%m/%Y %H:%M}"


@cache
def _environment() -> Environment:
    environment = Environment(loader=FileSystemLoader(SITE), autoescape=True, undefined=StrictUndefined)
    environment.trim_blocks = environment.lstrip_blocks = True
    # Sites of this kind write Vietnamese letters, not \u escapes, into their JSON-LD.
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    environment.filters["slugify"] = slugify
    return environment


def respond(paper: SamplePaper, target: str, host: str) -> Response:
    """Answer a request for ``target`` (path and query); ``host`` is host:port, for the absolute URLs."""
    parts = urlsplit(target)
    number = parse_qs(parts.query).get("p", ["1"])[0]
    page = int(number) if number.isdecimal() else 1
    answer = _plain(paper, parts.path, host) or _html(paper, parts.path, page, host)
    return answer or Response(404, HTML, _render(paper, "section.html", host, heading="404"))


def _plain(paper: SamplePaper, path: str, host: str) -> Response | None:
    """Everything that is not a page: robots.txt, sitemaps, feeds, pictures."""
    if path == "/robots.txt":
        lines = ["User-agent: *", "Disallow: /tim-kiem", "Crawl-delay: 0.05"]
        if paper.sitemap != "none":
            lines += ["", f"Sitemap: http://{host}/sitemap.xml"]
        return Response(200, "text/plain; charset=utf-8", "\n".join([*lines, ""]).encode())
    sitemaps = _sitemaps(paper)
    if path in sitemaps:
        children = () if sitemaps[path] else tuple(sitemaps)[1:]
        content = _render(paper, "sitemap.xml", host, articles=sitemaps[path], children=children)
        if path.endswith(".gz"):
            # A fixed time keeps the bytes, and so the ETag, the same from call to call.
            return Response(200, "application/gzip", gzip.compress(content, mtime=0))
        return Response(200, "application/xml; charset=utf-8", content)
    if path in paper.feeds():
        section = paper.feeds()[path]
        articles = [article for article in paper.newest if section in ("", article.section)]
        content = _render(paper, "feed.xml", host, heading=section, articles=articles[: paper.feed_size])
        return Response(200, "application/rss+xml; charset=utf-8", content)
    if path.endswith((".jpg", ".png", ".gif")):
        return Response(200, "image/png", _PNG)
    return None


def _html(paper: SamplePaper, path: str, page: int, host: str) -> Response | None:
    """Home, articles, lists."""
    if path == "/":
        return Response(200, HTML, _render(paper, "home.html", host))
    print_page = paper.family == "B" and path.startswith("/print/")
    article = _find(paper, path.removeprefix("/print") if print_page else path)
    if article is not None:
        body = _article_page(paper, article, host, print_page)
        return Response(200, HTML, body, article.changed)
    if any(paper.path(article) == f"{path}/" for article in paper.articles):
        return Response(301, "text/plain; charset=utf-8", b"", location=f"{path}/")
    numbered = re.fullmatch(r"(/[a-z-]+/)trang-(\d+)/", path)
    if numbered and paper.family == "A":
        path, page = numbered[1], int(numbered[2])
    return _list_page(paper, path, page, host)


def _find(paper: SamplePaper, path: str) -> SampleArticle | None:
    """The article at ``path``. Families B and C look at the number alone, so that any slug will do."""
    known = re.fullmatch(r"/[a-z0-9-]+-(?:a|post)(\d+)\.html", path)
    for article in paper.articles:
        if paper.path(article) == path or (known and paper.family != "A" and int(known[1]) == article.id):
            return article
    return None


def _list(paper: SamplePaper, path: str) -> tuple[str, tuple[SampleArticle, ...]] | None:
    name = path.strip("/")
    for slug, title in paper.sections:
        if path == paper.section_path(slug):
            return title, tuple(article for article in paper.newest if article.section == title)
    for event in paper.events:
        if name == f"{event.slug}-event{event.id}.html":
            return event.title, tuple(article for article in paper.newest if event.tag in article.tags)
    if paper.family == "C" and (tag := re.fullmatch("/tu-khoa/([a-z0-9-]+)/", path)):
        tagged = [article for article in paper.newest if tag[1] in map(slugify, article.tags)]
        return (f"Từ khoá: {tag[1]}", tuple(tagged)) if tagged else None
    return ("Tìm kiếm", paper.newest) if name == "tim-kiem" else None


def _render(paper: SamplePaper, template: str, host: str, **more: object) -> bytes:
    context: dict[str, object] = {"articles": (), "page": 1, "page_paths": (), "heading": ""}
    # The most read are not the newest, or a crawler could live on the sidebar alone.
    context["popular"] = sorted(paper.articles, key=lambda article: article.title)[:4]
    context |= {"paper": paper, "root": f"http://{host}", "date_line": date_line, "rfc822": format_datetime}
    folder = f"{paper.name}/" if template.endswith(".html") else ""
    return _environment().get_template(folder + template).render(context | more).encode()


def _list_page(paper: SamplePaper, path: str, page: int, host: str) -> Response | None:
    found = _list(paper, path)
    if found is None or not 0 <= (page - 1) * PAGE_SIZE < max(1, len(found[1])):
        return None
    heading, articles = found
    section = path.strip("/")
    paths = [path]
    for number in range(2, -(-len(articles) // PAGE_SIZE) + 1):
        known = section in dict(paper.sections)
        paths.append(paper.section_path(section, number) if known else f"{path}?p={number}")
    shown = articles[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    more = {"heading": heading, "articles": shown, "page": page, "page_paths": paths}
    return Response(200, HTML, _render(paper, "section.html", host, **more))


def _article_page(paper: SamplePaper, article: SampleArticle, host: str, print_page: bool) -> bytes:
    images = tuple(zip(article.captions, paper.image_paths(article), article.images, strict=True))
    blocks = [
        (
            block.startswith("## "),
            block.removeprefix("## "),
            [image for image in images if min(image[2].after, len(article.blocks)) == place],
        )
        for place, block in enumerate(article.blocks, 1)
    ]
    others = [other for other in paper.newest if other != article]
    # Stable: same subject first, then same section, each newest first; so the box is never empty.
    others.sort(key=lambda other: (not set(other.tags) & set(article.tags), other.section != article.section))
    more = {"article": article, "blocks": blocks, "related": others[:3], "print_page": print_page}
    html = _render(paper, "article.html", host, **more)
    if article.nfd:
        return unicodedata.normalize("NFD", html.decode()).encode()
    return tones_apart(html.decode()).encode() if article.tones_apart else html


def _sitemaps(paper: SamplePaper) -> dict[str, tuple[SampleArticle, ...]]:
    """Sitemap paths with the articles each lists: none, one, or an index (of none) and one a month."""
    if paper.sitemap == "none":
        return {}
    if paper.sitemap == "flat":
        return {"/sitemap.xml": paper.newest}
    months: dict[str, tuple[SampleArticle, ...]] = {"/sitemap.xml": ()}
    for article in paper.newest:
        month = f"{article.published.year}-{article.published.month}"
        path = f"/sitemaps/news-{month}.xml{'.gz' if month == paper.gzipped_month else ''}"
        months[path] = (*months.get(path, ()), article)
    return months


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, site: SampleSite, name: str) -> None:
        self.site, self.name = site, name
        super().__init__(("127.0.0.1", port), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10
    # Headers and body in one segment: sent apart they wait 40 ms for the client's delayed acknowledgement.
    wbufsize = -1

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a test's output is not an access log."""

    def _answer(self, *, with_body: bool) -> None:
        server = cast("_Server", self.server)
        server.site.requests.append((server.name, self.path, self.headers.get("User-Agent", "")))
        answer = respond(server.site.papers[server.name], self.path, f"127.0.0.1:{server.server_port}")
        status = 304 if answer.status == 200 and self._unchanged(answer) else answer.status
        self.send_response(status)
        self.send_header("ETag", answer.etag)
        if answer.last_modified:
            self.send_header(
                "Last-Modified", format_datetime(answer.last_modified.astimezone(UTC), usegmt=True)
            )
        if answer.location:
            self.send_header("Location", answer.location)
        if status != 304:
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if with_body and status != 304:
            self.wfile.write(answer.body)

    def _unchanged(self, answer: Response) -> bool:
        # RFC 9110: a request that carries both validators is judged by its ETag alone.
        if tags := self.headers.get("If-None-Match"):
            return answer.etag in tags or tags.strip() == "*"
        since = self.headers.get("If-Modified-Since")
        if not since or answer.last_modified is None:
            return False
        try:
            return answer.last_modified.replace(microsecond=0) <= parsedate_to_datetime(since)
        except (TypeError, ValueError):
            return False


class SampleSite:
    """The papers on 127.0.0.1, each on its own port, for the length of a ``with`` block."""

    def __init__(self, ports: Sequence[int] = (), papers: Iterable[SamplePaper] | None = None) -> None:
        """Serve ``papers`` (all by default) on ``ports``; a paper without a port gets a free one."""
        served = load_papers() if papers is None else papers
        self.papers: dict[str, SamplePaper] = {paper.name: paper for paper in served}
        self.urls: dict[str, str] = {}
        self.requests: list[tuple[str, str, str]] = []
        self._ports = (*ports, *[0] * len(self.papers))
        self._running: list[tuple[_Server, threading.Thread]] = []

    def __enter__(self) -> Self:
        """Start the servers; ``urls`` is filled when this returns."""
        try:
            for port, name in zip(self._ports, self.papers, strict=False):
                server = _Server(port, self, name)
                thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
                thread.start()
                self._running.append((server, thread))
                self.urls[name] = f"http://127.0.0.1:{server.server_port}/"
        except OSError:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the servers."""
        self.close()

    def close(self) -> None:
        """Stop the servers and wait until they have stopped; harmless when repeated."""
        while self._running:
            server, thread = self._running.pop()
            server.shutdown()
            thread.join()
            server.server_close()

    def url(self, name: str, article: SampleArticle) -> str:
        """The article's address on the running site."""
        return self.urls[name].rstrip("/") + self.papers[name].path(article)

    def add(self, name: str, article: SampleArticle) -> None:
        """Print a new article."""
        self._print(name, [*self.papers[name].articles, article])

    def replace(self, name: str, article: SampleArticle) -> SampleArticle:
        """Print another version of the article that has this id, and return it as it is served.

        A version that is not dated later than the one before it is dated now, as a publishing system would.
        """
        old = self._known(name, article.id)
        if article.changed <= old.changed:
            article = replace(article, updated=datetime.now(HANOI).replace(microsecond=0))
        self._print(name, (article if known is old else known for known in self.papers[name].articles))
        return article

    def remove(self, name: str, article: SampleArticle) -> None:
        """Withdraw the article that has this id; its address answers 404 from now on."""
        old = self._known(name, article.id)
        self._print(name, (known for known in self.papers[name].articles if known is not old))

    def _known(self, name: str, number: int) -> SampleArticle:
        for article in self.papers[name].articles:
            if article.id == number:
                return article
        raise KeyError(f"{name} prints no article {number}")

    def _print(self, name: str, articles: Iterable[SampleArticle]) -> None:
        self.papers[name] = replace(self.papers[name], articles=tuple(articles))


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve the papers until interrupted."""
    parser = argparse.ArgumentParser(description="Serve three invented newspapers on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=0, help="the first of three ports (default: free ones)")
    first: int = parser.parse_args(arguments).port
    with SampleSite(range(first, first + 3) if first else ()) as site:
        for name, url in site.urls.items():
            print(f"{name:10} {url}", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
