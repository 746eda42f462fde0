"""What the crawler remembers: when to come again, what is one article, what is gone, where it would be lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from crawl.archive.store import Archive
from crawl.article import Article, StoredArticle
from crawl.crawler.pipeline import crawl
from crawl.crawler.report import SourceReport
from crawl.fetching.fetcher import Fetcher
from crawl.frontier import traps
from crawl.frontier.frontier import Frontier
from tests.test_crawl_crawler_pipeline import LOCAL, Site, anchors, article, status, text

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
Answer = Callable[[BaseHTTPRequestHandler], None]


class Newsroom:
    """A site, and an archive and a frontier for crawling it as often as wanted."""

    def __init__(self, folder: Path) -> None:
        self.site = Site()
        self.source = self.site.source()
        self.archive = Archive(folder / "archive.sqlite", folder / "pages", create=True)
        self.frontier = Frontier(folder / "frontier.sqlite")
        self.fetcher = Fetcher("timbao/test", LOCAL, deadline=5, patience=2)

    def print(self, **paths: Answer) -> None:
        """Put pages on the site; two underscores are a slash, `front` is the front page."""
        self.site.paths |= {f"/{'' if name == 'front' else name}": answer for name, answer in paths.items()}

    def crawl(self, *, recheck: bool = False, max_pages: int | None = None) -> SourceReport:
        """Crawl it; the requests of this crawl alone are then in `site.requests`."""
        self.site.requests.clear()
        report = crawl(
            [self.source],
            self.archive,
            self.frontier,
            self.fetcher,
            delay=0,
            recheck=recheck,
            max_pages=max_pages,
        )
        return report.sources[0]

    def wait(self, time: timedelta) -> None:
        """Let time pass: all that the frontier remembers is that much longer ago."""
        for column in ("due", "visited", "news"):
            rows = self.frontier._db.execute(
                f"SELECT rowid, {column} FROM visit WHERE {column} > ''"
            ).fetchall()
            for row, stamp in rows:
                earlier = (datetime.fromisoformat(stamp) - time).isoformat(timespec="microseconds")
                self.frontier._db.execute(f"UPDATE visit SET {column} = ? WHERE rowid = ?", (earlier, row))

    def url(self, path: str) -> str:
        """The address of a path."""
        return f"http://{self.site.host}{path}"

    def stored(self, path: str) -> StoredArticle:
        """The one article known at a path."""
        (found,) = self.archive.find(self.url(path))
        return found

    def asked(self, path: str) -> int:
        """How often the last crawl asked for a path."""
        return len(self.site.times(path))


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    """A site without pages."""
    room = Newsroom(tmp_path)
    with room.site, room.archive, room.frontier, room.fetcher:
        yield room


def feed(*urls: str) -> Answer:
    """An RSS feed."""
    items = "".join(f"<item><link>{url}</link></item>" for url in urls)
    return text(f'<rss version="2.0"><channel>{items}</channel></rss>', kind="application/rss+xml")


def sitemap(*entries: tuple[str, datetime | None]) -> Answer:
    """A sitemap of pages with the moments of their last change."""
    urls = "".join(
        f"<url><loc>{url}</loc>{f'<lastmod>{moment.isoformat()}</lastmod>' if moment else ''}</url>"
        for url, moment in entries
    )
    return text(f"<urlset>{urls}</urlset>", kind="application/xml")


def page(title: str, *, said: str = "", published: datetime | None = None, words: str = "làm việc") -> Answer:
    """An article page whose body is made of `words`; `said` goes into its head."""
    paragraph = f"Hội Kỹ sư nông nghiệp tỉnh vừa tổng kết {words} trong năm nay cho bà con được biết. "
    when = (published or datetime(2021, 3, 15, 15, tzinfo=UTC)).isoformat()
    return text(
        f'<html><head><title>{title}</title>{said}<meta property="article:published_time" content="{when}">'
        f"</head><body><article><h1>{title}</h1>{f'<p>{paragraph * 3}</p>' * 4}</article></body></html>"
    )


def claims(url: str) -> str:
    """A canonical link."""
    return f'<link rel="canonical" href="{url}">'


# When to come again


def test_a_list_that_brings_nothing_is_read_ever_more_seldom(newsroom: Newsroom) -> None:
    """After a silent month a feed rests for days, which the report tells; what it brought then is found, and from
    then on every crawl reads it again.
    """
    newsroom.source = newsroom.site.source(sections=(), feeds=("/rss",))
    newsroom.print(rss=feed(newsroom.url("/bai-10000.html")), **{"bai-10000.html": article("Một")})
    assert newsroom.crawl().new == 1
    assert newsroom.crawl().fetched == 1
    newsroom.wait(30 * DAY)
    assert newsroom.crawl().fetched == 1
    newsroom.print(rss=feed(newsroom.url("/bai-10001.html")), **{"bai-10001.html": article("Hai")})
    newsroom.wait(3 * DAY)
    resting = newsroom.crawl()
    assert (resting.fetched, resting.rejected) == (0, (("resting", 1),))
    newsroom.wait(DAY)
    assert newsroom.crawl().new == 1
    newsroom.wait(HOUR)
    assert newsroom.crawl().fetched == 1


def test_an_empty_page_is_tried_again(newsroom: Newsroom) -> None:
    """A page without anything on it is no article yet; the next crawl looks again, unlike at one that is a list."""
    newsroom.print(front=anchors("/bai-10000.html", "/bai-10001.html"))
    newsroom.print(**{"bai-10000.html": text(""), "bai-10001.html": anchors("/", "/bai-10000.html")})
    first = newsroom.crawl()
    assert dict(first.rejected)["empty"] == 1
    newsroom.print(**{"bai-10000.html": article("Một"), "bai-10001.html": article("Hai")})
    assert newsroom.crawl().new == 1
    assert (newsroom.asked("/bai-10000.html"), newsroom.asked("/bai-10001.html")) == (1, 0)


@pytest.mark.parametrize(
    "dead",
    [
        text("<html><body>Trang chủ</body></html>"),
        text(""),
        text("{}", kind="application/json"),
        text("<rss><channel><item><link>http://khac.example/bai-1.html</link></item></channel></rss>"),
        status(404),
        status(410),
    ],
    ids=["html", "empty", "json", "foreign", "404", "410"],
)
@pytest.mark.parametrize("kind", ["feeds", "sitemaps"])
def test_a_dead_list_is_retired_and_comes_back(newsroom: Newsroom, kind: str, dead: Answer) -> None:
    """A feed or sitemap that names nothing of the newspaper is told as a failure and tried ever more seldom, once a
    month in the end; as soon as it is alive when tried, it is read as before.
    """
    newsroom.source = newsroom.site.source(**{"sections": (), kind: ("/rss",)})
    newsroom.print(rss=dead)
    first = newsroom.crawl()
    assert sum(number for _reason, number in first.failed) == 1
    newsroom.wait(365 * DAY)
    assert newsroom.crawl().fetched == 1
    newsroom.print(rss=feed(newsroom.url("/bai-10000.html")), **{"bai-10000.html": article("Một")})
    newsroom.wait(29 * DAY)
    resting = newsroom.crawl()
    assert (resting.fetched, resting.rejected) == (0, (("retired", 1),))
    newsroom.wait(DAY)
    assert newsroom.crawl().new == 1
    assert newsroom.crawl().fetched == 1


def test_an_article_is_looked_at_again_while_it_is_young(newsroom: Newsroom) -> None:
    """Printed just now, it is visited again after an hour without being asked for, an old one is not; a change is
    a new revision, and makes it young once more.
    """
    now = datetime.now(UTC)
    newsroom.print(front=anchors("/bai-10000.html", "/bai-10001.html"))
    newsroom.print(**{"bai-10000.html": page("Tin nóng", published=now), "bai-10001.html": page("Tin cũ")})
    assert newsroom.crawl().new == 2
    newsroom.crawl()
    assert newsroom.asked("/bai-10000.html") == 0
    newsroom.wait(HOUR)
    newsroom.print(**{"bai-10000.html": page("Tin nóng, đã sửa", published=now)})
    report = newsroom.crawl()
    assert (report.changed, newsroom.asked("/bai-10001.html")) == (1, 0)
    assert newsroom.stored("/bai-10000.html").revision == 2
    newsroom.wait(HOUR)
    assert newsroom.crawl().unchanged == 1
    newsroom.wait(HOUR)
    assert newsroom.crawl().unchanged == 0


def test_a_later_date_in_a_sitemap_calls_for_a_visit(newsroom: Newsroom) -> None:
    """An article whose sitemap says that it changed is visited; that all changed at one moment is not believed."""
    now = datetime.now(UTC)
    urls = [newsroom.url(f"/bai-{n}.html") for n in range(10_000, 10_012)]
    newsroom.source = newsroom.site.source(sections=(), sitemaps=("/so-do.xml",))
    newsroom.print(**{f"bai-{n}.html": page(f"Bài {n}") for n in range(10_000, 10_012)})
    newsroom.print(**{"so-do.xml": sitemap(*((url, now - n * DAY) for n, url in enumerate(urls, 1)))})
    assert newsroom.crawl().new == 12
    newsroom.print(
        **{
            "so-do.xml": sitemap(
                (urls[0], now + HOUR), *((u, now - n * DAY) for n, u in enumerate(urls[1:], 2))
            )
        }
    )
    assert newsroom.crawl().unchanged == 1
    assert newsroom.asked("/bai-10000.html") == 1
    newsroom.print(**{"so-do.xml": sitemap(*((url, now + 2 * HOUR) for url in urls))})
    assert newsroom.crawl().unchanged == 0


def test_a_feed_that_tells_of_a_change_calls_for_a_visit(newsroom: Newsroom) -> None:
    """An article to which its feed gives a later date of change is visited, and its new revision stored."""
    now = datetime.now(UTC)

    def atom(*, updated: datetime) -> Answer:
        dates = f"<published>{(now - DAY).isoformat()}</published><updated>{updated.isoformat()}</updated>"
        entry = f'<entry><link href="/bai-10000.html"/>{dates}</entry>'
        return text(f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>', kind="application/atom+xml")

    newsroom.source = newsroom.site.source(sections=(), feeds=("/tin.atom",))
    newsroom.print(**{"bai-10000.html": page("Bài"), "tin.atom": atom(updated=now - DAY)})
    assert newsroom.crawl().new == 1
    newsroom.print(**{"bai-10000.html": page("Bài đã sửa")})
    assert newsroom.crawl().changed == 0
    newsroom.print(**{"tin.atom": atom(updated=now + HOUR)})
    assert newsroom.crawl().changed == 1


def test_a_stored_article_is_visited_when_its_sitemap_tells_of_a_change(newsroom: Newsroom) -> None:
    """What was imported is not fetched; once a sitemap gives it a date after the import, it is visited as any other."""
    url, seen = newsroom.url("/bai-10000.html"), datetime(2022, 1, 1, tzinfo=UTC)
    imported = Article(url=url, source=newsroom.source.name, title="Một", body="Nội dung cũ.")
    newsroom.archive.put_article(imported, seen=seen)
    newsroom.source = newsroom.site.source(sections=(), sitemaps=("/so-do.xml",))
    newsroom.print(**{"bai-10000.html": page("Một"), "so-do.xml": sitemap((url, seen - DAY))})
    for _crawl in range(2):
        newsroom.crawl()
        assert newsroom.asked("/bai-10000.html") == 0
    newsroom.print(**{"so-do.xml": sitemap((url, seen + DAY))})
    assert newsroom.crawl().changed == 1
    newsroom.crawl()
    assert newsroom.asked("/bai-10000.html") == 0


def test_sitemaps_of_past_months_are_read_once(newsroom: Newsroom) -> None:
    """A month that is over brings nothing any more, unless the sitemaps' own index says so; the present one does."""
    month = f"/sitemaps/news-{datetime.now(UTC):%Y-%m}.xml"
    past = "/sitemaps/news-2021-3.xml"

    def show(past_date: str) -> None:
        maps = f"<sitemap><loc>{past}</loc>{past_date}</sitemap><sitemap><loc>{month}</loc></sitemap>"
        newsroom.site.paths["/so-do.xml"] = text(f"<sitemapindex>{maps}</sitemapindex>")

    newsroom.source = newsroom.site.source(sections=(), sitemaps=("/so-do.xml",))
    newsroom.site.paths[past] = sitemap((newsroom.url("/bai-10000.html"), None))
    newsroom.site.paths[month] = sitemap((newsroom.url("/bai-10001.html"), None))
    show("")
    newsroom.crawl()
    assert (newsroom.asked(past), newsroom.asked(month)) == (1, 1)
    newsroom.wait(60 * DAY)
    newsroom.crawl()
    assert (newsroom.asked(past), newsroom.asked(month)) == (0, 1)
    show("<lastmod>2026-02-03</lastmod>")
    newsroom.wait(60 * DAY)
    newsroom.crawl()
    assert newsroom.asked(past) == 1


def test_a_recheck_covers_every_article_of_the_archive(newsroom: Newsroom) -> None:
    """Also those that were imported or whose frontier was lost, at their newest host; and none twice."""
    newsroom.source = replace(newsroom.source, hosts=(newsroom.site.host, "cu.example"))
    for url in ("http://cu.example/bai-10000.html", newsroom.url("/bai-10000.html")):
        imported = Article(url=url, source=newsroom.source.name, title="Một", body="Nội dung cũ.")
        newsroom.archive.put_article(
            imported, seen=datetime(2022, 1, 1, tzinfo=UTC), alias="http://cu.example/bai-10000.html"
        )
    newsroom.print(front=anchors("/bai-10001.html"))
    newsroom.print(**{"bai-10000.html": page("Một"), "bai-10001.html": page("Hai")})
    assert newsroom.crawl().new == 1
    assert newsroom.asked("/bai-10000.html") == 0
    report = newsroom.crawl(recheck=True)
    assert (report.changed, report.unchanged, report.failed) == (1, 1, ())
    assert newsroom.asked("/bai-10000.html") == 1


def lying(content: Callable[[], Answer]) -> Answer:
    """A page whose ETag never changes, from a server that believes in it."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.headers["If-None-Match"]:
            status(304, ETag='"1"')(handler)
        else:
            content()(handler)

    return answer


def test_an_etag_that_lies_is_noticed(newsroom: Newsroom) -> None:
    """A front page that is said to be unchanged is read whole every fourth time; when something new is on it after
    all, that is told, and it is not asked so again.
    """
    articles = ["/bai-10000.html"]
    newsroom.print(**{f"bai-{n}.html": page(f"Bài {n}") for n in (10_000, 10_001, 10_002)})
    newsroom.print(front=lying(lambda: anchors_with_etag(*articles)))
    assert newsroom.crawl().new == 1
    articles.append("/bai-10001.html")
    assert [newsroom.crawl().new for _again in range(3)] == [0, 0, 0]
    noticed = newsroom.crawl()
    assert (noticed.new, dict(noticed.rejected)) == (1, {"etag-lies": 1})
    articles.append("/bai-10002.html")
    assert newsroom.crawl().new == 1


def anchors_with_etag(*targets: str) -> Answer:
    """A list page with the tag that never changes."""
    return text("".join(f'<a href="{target}">x</a>' for target in targets), ETag='"1"')


def test_a_recheck_asks_no_server_whether_something_changed(newsroom: Newsroom) -> None:
    """Who asks for a recheck gets the truth, also of an article whose ETag lies."""
    titles = ["Một"]
    newsroom.print(front=anchors("/bai-10000.html"))
    newsroom.site.paths["/bai-10000.html"] = lying(lambda: page(titles[-1], said="<!-- x -->"))
    newsroom.crawl()
    titles.append("Một, đã sửa")
    assert newsroom.crawl(recheck=True).changed == 1


# What is one article


def test_an_article_under_any_number_of_slugs_is_one(newsroom: Newsroom) -> None:
    """Slugs of one article, with its canonical link or without, are its aliases; after a few the rest are left, and
    the other articles of the same list are all found.
    """
    slugs = [f"bai-viet-so-{n}-cua-chung-toi-hom-nay" for n in range(150)]
    for number, said in ((10_000, claims("/mot-bai-10000.html")), (20_000, "")):
        newsroom.print(**{f"{slug}-{number}.html": page(f"Bài {number}", said=said) for slug in slugs})
    newsroom.print(**{f"khac-{n}.html": page(f"Bài {n}") for n in range(30_000, 30_005)})
    newsroom.print(front=anchors(*(path for path in newsroom.site.paths if path != "/")))
    report = newsroom.crawl()
    assert (report.new, report.changed) == (7, 0)
    assert dict(report.rejected)["same-article"] > 200
    first = newsroom.stored(f"/{slugs[0]}-10000.html")
    assert first.article.url == newsroom.url("/mot-bai-10000.html")
    assert newsroom.stored(f"/{slugs[1]}-10000.html").id == first.id
    assert newsroom.stored(f"/{slugs[1]}-20000.html").id == newsroom.stored(f"/{slugs[0]}-20000.html").id
    assert len(first.aliases) == 21


@pytest.mark.parametrize("claim", ["/", "/thoi-su/", "/bai-10000.html", "http://khac.example/bai-10000.html"])
def test_a_wrong_canonical_link_swallows_nothing(newsroom: Newsroom, claim: str) -> None:
    """Pages that all call themselves the front page, a section, one of them, or a page of another newspaper are
    articles of their own, now and when they are looked at again, though their texts are much alike.
    """
    paths = [f"/bai-{n}.html" for n in range(10_000, 10_006)]
    newsroom.print(front=anchors(*paths))
    newsroom.print(**{path[1:]: page(f"Bài ở {path}", said=claims(claim)) for path in paths})
    assert newsroom.crawl().new == 6
    report = newsroom.crawl(recheck=True)
    assert (report.new, report.changed, report.unchanged) == (0, 0, 6)
    assert [newsroom.stored(path).article.title for path in paths] == [f"Bài ở {path}" for path in paths]


def test_a_claim_takes_no_place_of_an_article_still_to_be_visited(newsroom: Newsroom) -> None:
    """A page that calls itself the next article of its list is stored as what it is, and so is that article."""
    paths = ("/bai-10000.html", "/bai-10001.html")
    newsroom.print(front=anchors(*paths))
    newsroom.print(**{
        "bai-10000.html": page("Bài mạo danh", said=claims(paths[1]), words="mạo danh"),
        "bai-10001.html": page("Bài thật", words="rất thật"),
    })  # fmt: skip
    assert newsroom.crawl().new == 2
    assert [newsroom.stored(path).article.title for path in paths] == ["Bài mạo danh", "Bài thật"]
    assert newsroom.asked(paths[1]) == 1


def test_an_article_keeps_its_identity_when_its_site_is_rebuilt(newsroom: Newsroom) -> None:
    """Under a new address, slightly corrected and without a redirect, it is the article it was; another one with
    its headline, of another day or with another text, is not.
    """
    newsroom.print(front=anchors("/202103/mot-bai-bao-b180e1a/"))
    newsroom.print(**{"202103/mot-bai-bao-b180e1a/": page("Một bài báo", words="kết quả thi đua")})
    newsroom.crawl()
    newsroom.print(front=anchors("/mot-bai-bao-359750.html", "/tin-359751.html", "/tin-359752.html"))
    newsroom.print(
        **{
            "mot-bai-bao-359750.html": page("Một bài báo", words="kết quả thi đua"),
            "tin-359751.html": page(
                "Một bài báo", words="kết quả thi đua", published=datetime(2022, 1, 1, tzinfo=UTC)
            ),
            "tin-359752.html": text(
                "<html><head><meta property='article:published_time' content='2021-03-15'></head><body><article>"
                f"<h1>Một bài báo</h1>{'<p>Trời nhiều mây, đêm và sáng có mưa rào vài nơi.</p>' * 9}</article></body>"
            ),
        }
    )
    assert newsroom.crawl().new == 2
    old = newsroom.stored("/202103/mot-bai-bao-b180e1a/")
    assert newsroom.stored("/mot-bai-bao-359750.html").id == old.id
    assert len({newsroom.stored(f"/tin-35975{n}.html").id for n in (1, 2)} - {old.id}) == 2


# What is gone


@pytest.mark.parametrize(
    "gone",
    [
        status(404),
        status(410),
        text("", code=302, Location="/"),
        page("404 - Không tìm thấy trang"),
        page("Bài viết không tồn tại hoặc đã bị xóa"),
        text("<html><body><p>Không có gì.</p></body></html>"),
    ],
    ids=["404", "410", "front page", "404 with 200", "notice", "nothing"],
)
def test_an_article_that_vanished_is_marked_and_comes_back(newsroom: Newsroom, gone: Answer) -> None:
    """It is stored as it was, marked with the time, and no longer when it is there again."""
    newsroom.print(front=anchors("/bai-10000.html"), **{"bai-10000.html": page("Một bài báo")})
    newsroom.crawl()
    assert newsroom.stored("/bai-10000.html").vanished is None
    newsroom.print(**{"bai-10000.html": gone})
    report = newsroom.crawl(recheck=True)
    stored = newsroom.stored("/bai-10000.html")
    assert (report.vanished, stored.article.title, stored.revision) == (1, "Một bài báo", 1)
    assert stored.vanished is not None
    assert abs(stored.vanished - datetime.now(UTC)) < HOUR
    assert newsroom.archive.counts().vanished == 1
    assert newsroom.crawl().vanished == 0
    assert newsroom.stored("/bai-10000.html").vanished == stored.vanished
    newsroom.print(**{"bai-10000.html": page("Một bài báo")})
    assert newsroom.crawl().unchanged == 1
    assert newsroom.stored("/bai-10000.html").vanished is None
    assert newsroom.archive.counts().vanished == 0


def test_an_old_alias_may_end(newsroom: Newsroom) -> None:
    """An article is gone when its own address is, not when one that led to it once is."""
    newsroom.print(front=anchors("/bai-10000.html", "/cu-20000.html"))
    newsroom.print(**{"bai-10000.html": page("Một"), "cu-20000.html": page("Một")})
    newsroom.crawl()
    newsroom.print(**{"cu-20000.html": status(404)})
    assert newsroom.crawl(recheck=True).vanished == 0
    assert newsroom.stored("/cu-20000.html").vanished is None


def test_what_never_was_cannot_vanish(newsroom: Newsroom) -> None:
    """A dead link is a failure and no more; the archive learns nothing from it."""
    newsroom.print(front=anchors("/bai-10000.html", "/bai-10001.html"))
    newsroom.print(**{"bai-10001.html": page("404 - Không tìm thấy trang")})
    report = newsroom.crawl()
    assert (report.vanished, dict(report.failed)) == (0, {"http-404": 1})
    assert dict(report.rejected) == {"missing-notice": 1}
    assert newsroom.archive.counts().articles == 0


# Where it would be lost


def serve_any(newsroom: Newsroom, answer: Callable[[str], Answer]) -> None:
    """Let the site answer every path."""

    class Everywhere(dict[str, Answer]):
        def get(self, path: str, _default: Answer | None = None) -> Answer:  # type: ignore[override]
            return status(404) if path == "/robots.txt" else answer(path)

    newsroom.site.paths = Everywhere()


def test_an_endless_calendar_is_left(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that lead to ever more pages and to no article are left when their budget is spent, which is told."""
    monkeypatch.setattr(traps, "CREDIT", 40)

    def day(path: str) -> Answer:
        number = int(path.strip("/").partition("-")[2] or 0)
        return anchors(f"/lich-{number + 1}/", f"/lich-{number + 2}/")

    serve_any(newsroom, day)
    report = newsroom.crawl()
    assert 40 <= report.fetched < 50
    assert dict(report.rejected)["over-budget"] > 0


def test_endless_pages_of_a_list_are_left(newsroom: Newsroom) -> None:
    """Numbered pages that differ and yet bring nothing new are followed for a few pages only."""

    def numbered(path: str) -> Answer:
        number = int(path.partition("=")[2] or 1)
        listed = (f"/bai-1000{n}.html" for n in range(9) if number == 1 or number >> n & 1)
        return anchors(f"/?page={number + 1}", *listed)

    serve_any(newsroom, lambda path: page(f"Bài {path}") if "bai" in path else numbered(path))
    report = newsroom.crawl()
    assert report.new == 9
    assert report.fetched < 40
    assert dict(report.rejected) == {"barren-pages": 1}


def test_a_list_is_followed_into_the_depth_of_its_history(newsroom: Newsroom) -> None:
    """Numbered pages are followed as long as they bring something; later crawls read the first ones only."""

    def numbered(path: str) -> Answer:
        number = int(path.partition("=")[2] or 1)
        articles = (f"/bai-{number:03}{n:02}.html" for n in range(3))
        return anchors(*articles, f"/?page={number + 1}") if number <= 20 else anchors()

    serve_any(newsroom, lambda path: page(f"Bài {path}") if "bai" in path else numbered(path))
    assert newsroom.crawl().new == 60
    assert newsroom.crawl().fetched == 1


def test_articles_that_are_none_are_left(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """A generator of pages that look like articles and lead to more of themselves ends with its budget, and the next
    crawl begins another.
    """
    monkeypatch.setattr(traps, "CREDIT", 40)

    def noise(path: str) -> Answer:
        number = int(path.strip("/").removesuffix(".html").partition("-")[2] or 10_000)
        return anchors(f"/x-{2 * number}.html", f"/x-{2 * number + 1}.html")

    serve_any(newsroom, noise)
    first, second = newsroom.crawl(), newsroom.crawl()
    assert 40 <= first.fetched < 50
    assert 40 <= second.fetched < 50


def test_a_maze_is_not_entered(newsroom: Newsroom) -> None:
    """Folders inside themselves are not followed for ever."""
    serve_any(newsroom, lambda path: anchors(f"{path.rpartition('/')[0]}/a/b/bai-10000.html"))
    report = newsroom.crawl()
    assert report.fetched < 10
    assert dict(report.rejected)["maze"] == 1
