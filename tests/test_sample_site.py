"""The bundled newspapers are what the tests that lean on them believe they are."""

from __future__ import annotations

import gzip
import re
import unicodedata
from calendar import timegm
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import feedparser
import pytest
import requests
from bs4 import BeautifulSoup

from tests.sample_site import HANOI, SampleArticle, SamplePaper, SampleSite, load_papers, respond, tones_apart

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "127.0.0.1:8801"
PAPERS = load_papers()
ARTICLES = [(paper, article) for paper in PAPERS for article in paper.articles]
EACH_ARTICLE = pytest.mark.parametrize(
    ("paper", "article"), ARTICLES, ids=[f"{paper.name}-{article.id}" for paper, article in ARTICLES]
)
BODY = {"A": "#content", "B": "#newscontents .content-fck", "C": ".article__body.cms-body"}
TITLE = {"A": ".detail-news h1", "B": "h2.title-news", "C": "h1.article__title"}
LEAD = {"A": "#content p:nth-of-type(2) > strong", "B": "h4.sapo", "C": ".article__sapo"}
DATE = {"A": "div.date", "B": ".news-header span.pubdate", "C": ".article__meta time"}
BYLINE = {
    "A": "#content p:nth-last-of-type(2) strong",
    "B": ".content-fck p:last-of-type strong",
    "C": ".article__author .name",
}
CAPTIONS = {"A": "#content td.caption", "B": ".content-fck p em", "C": ".cms-body figcaption"}
DATE_FORMAT = {"A": "%d/%m/%Y, %H:%M", "B": "%d/%m/%Y - %H:%M", "C": "%d/%m/%Y %H:%M"}
NEW_PLACEMENT = re.compile(r"o[àáảãạèéẻẽẹ]\b|(?<!q)u[ỳýỷỹỵ]\b", re.IGNORECASE)
OLD_PLACEMENT = re.compile(r"[òóỏõọ][ae]\b|[ùúủũụ]y\b", re.IGNORECASE)


def soup_of(paper: SamplePaper, article: SampleArticle) -> BeautifulSoup:
    """The article's page in NFC, parsed."""
    page = respond(paper, paper.path(article), HOST).body.decode()
    return BeautifulSoup(unicodedata.normalize("NFC", page), "lxml")


def words_of(article: SampleArticle) -> str:
    """Everything a reader reads."""
    return "\n".join((article.title, article.lead, article.body, article.author, *article.captions))


def shingles(text: str) -> set[tuple[str, ...]]:
    """Runs of four words."""
    words = re.findall(r"\w+", text)
    return {tuple(words[start : start + 4]) for start in range(len(words) - 3)}


def article_in(name: str, words: str) -> SampleArticle:
    """The one article of the paper whose slug holds the words."""
    (found,) = [a for paper, a in ARTICLES if paper.name == name and words in a.slug]
    return found


@pytest.fixture
def site() -> Iterator[SampleSite]:
    """The papers, freshly printed and served."""
    with SampleSite() as running:
        yield running


@pytest.fixture
def http() -> Iterator[requests.Session]:
    """A client that ignores the machine's proxies."""
    with requests.Session() as session:
        session.trust_env = False
        session.headers["User-Agent"] = "sample-reader/1"
        yield session


def test_there_are_three_papers_in_three_provinces_and_three_families() -> None:
    """Three newspapers, no two alike in province or markup."""
    assert [paper.name for paper in PAPERS] == ["cuusa", "taylinh", "vanthuan"]
    assert len({paper.province for paper in PAPERS}) == 3
    assert {paper.family for paper in PAPERS} == {"A", "B", "C"}


def test_there_are_enough_articles() -> None:
    """At least 45 articles, 15 in each paper, from 2009 to 2025, and at least ten of the year 2017."""
    years = [article.published.year for _, article in ARTICLES]
    assert len(ARTICLES) >= 45
    assert min(len(paper.articles) for paper in PAPERS) >= 15
    assert (min(years), max(years)) == (2009, 2025)
    assert years.count(2017) >= 10


@EACH_ARTICLE
def test_an_article_is_complete(paper: SamplePaper, article: SampleArticle) -> None:
    """Each has title, lead, three to eight paragraphs, author, tags and a section that the paper has."""
    assert article.title
    assert article.lead
    assert article.author
    assert article.tags
    assert 3 <= len(article.paragraphs) <= 8
    assert article.section in dict(paper.sections).values()
    assert article.published.tzinfo is not None
    assert article.published.utcoffset() == HANOI.utcoffset(None)
    assert words_of(article) == unicodedata.normalize("NFC", words_of(article))


def test_addresses_and_numbers_are_unique() -> None:
    """No two articles of a paper share an address or an id."""
    for paper in PAPERS:
        assert len({paper.path(article) for article in paper.articles}) == len(paper.articles)
        assert len({article.id for article in paper.articles}) == len(paper.articles)


def test_addresses_have_the_shape_of_their_family() -> None:
    """Dated path, -a{id}.html, -post{id}.html; the slug is the title without its marks."""
    shapes = {"A": r"/[a-z-]+/\d{6}/[a-z0-9-]+-\d{7}/", "B": r"/[a-z0-9-]+-a\d+\.html"}
    for paper, article in ARTICLES:
        assert re.fullmatch(shapes.get(paper.family, r"/[a-z0-9-]+-post\d+\.html"), paper.path(article))


@EACH_ARTICLE
def test_the_page_prints_the_truth(paper: SamplePaper, article: SampleArticle) -> None:
    """Title, lead, paragraphs, captions, byline and date stand where the family puts them."""
    soup = soup_of(paper, article)

    def texts(selector: str) -> list[str]:
        return [" ".join(element.get_text().split()) for element in soup.select(selector)]

    assert texts(TITLE[paper.family]) == [article.title]
    assert texts(LEAD[paper.family]) == [article.lead]
    assert texts(BYLINE[paper.family]) == [article.byline]
    printed = re.search(r"\d\d/\d\d/\d{4}[, -]* \d\d:\d\d", texts(DATE[paper.family])[0])
    assert printed is not None
    moment = datetime.strptime(printed[0], DATE_FORMAT[paper.family]).replace(tzinfo=HANOI)
    assert moment == article.published
    captions = [text for text in texts(CAPTIONS[paper.family]) if not text.startswith("(")]
    assert sorted(captions) == sorted(article.captions)
    body = [text for text in texts(f"{BODY[paper.family]} p") if text in article.paragraphs]
    assert body == list(article.paragraphs)


def test_each_family_keeps_its_traps() -> None:
    """A prints the title twice and no canonical; B's h1 is a breadcrumb; C's JSON-LD author is the paper."""
    by_family = {paper.family: paper for paper in PAPERS}
    a, b, c = by_family["A"], by_family["B"], by_family["C"]
    soup = soup_of(a, a.articles[0])
    assert soup.select("#content p")[0].get_text() == a.articles[0].title
    assert soup.select("#content img")[0]["alt"] == a.articles[0].captions[0]
    assert not soup.select("link[rel=canonical]")
    assert not soup.select("script[type='application/ld+json']")
    assert "các thông tin tiện ích" in soup.get_text()
    soup = soup_of(b, b.articles[3])
    assert soup.select("h1")[0].get_text() == "THỜI SỰ > Cửu Sa"
    assert soup.select("meta[property='og:description']")[0]["content"] == b.articles[3].lead
    assert soup.select(".content-fck .box-related a")
    soup = soup_of(c, c.articles[2])
    data = soup.select("script[type='application/ld+json']")[0].get_text()
    assert '"name": "Báo Tây Lĩnh"' in data
    assert "articleBody" not in data
    assert soup.select("aside.article__related-inline a")
    assert soup.select(".article-comments .comment")


def test_the_decomposed_pages_are_decomposed() -> None:
    """At least two pages are NFD through and through, one has its tone marks apart; the others are NFC."""
    kinds = {"NFD": 0, "apart": 0}
    for paper, article in ARTICLES:
        page = respond(paper, paper.path(article), HOST).body.decode()
        assert unicodedata.is_normalized("NFC", page) == (not article.nfd and not article.tones_apart)
        kinds["NFD"] += article.nfd and unicodedata.is_normalized("NFD", page)
        kinds["apart"] += article.tones_apart and not unicodedata.is_normalized("NFD", page)
    assert kinds["NFD"] >= 2
    assert kinds["apart"] >= 1
    assert tones_apart("Tiếng Việt") == "Tiê\u0301ng Viê\u0323t"


def test_one_paper_writes_the_old_tone_placement_and_another_the_new() -> None:
    """Vạn Thuận: hòa, thủy, khỏe, and never otherwise; Cửu Sa: hoà, thuỷ, khoẻ; Tây Lĩnh both."""
    text = {paper.name: "\n".join(words_of(article) for article in paper.articles) for paper in PAPERS}
    assert not NEW_PLACEMENT.findall(text["vanthuan"])
    assert len(OLD_PLACEMENT.findall(text["vanthuan"])) > 40
    assert not OLD_PLACEMENT.findall(text["cuusa"])
    assert len(NEW_PLACEMENT.findall(text["cuusa"])) > 40
    assert NEW_PLACEMENT.search(text["taylinh"])
    assert OLD_PLACEMENT.search(text["taylinh"])


def test_reprints_word_for_word_and_edited() -> None:
    """One later article repeats another paper's words exactly; one repeats about half and says whose."""
    known = {f"{paper.name}/{article.slug}": article for paper, article in ARTICLES}
    exact = edited = 0
    for _, article in ARTICLES:
        if not article.reprint_of:
            continue
        first = known[article.reprint_of]
        assert article.published > first.published
        if (article.title, article.lead, article.body) == (first.title, first.lead, first.body):
            exact += 1
        elif article.author.startswith("Theo Báo"):
            shared = len(shingles(article.body) & shingles(first.body)) / len(shingles(article.body))
            edited += 0.4 < shared < 0.9
    assert (exact, edited) == (1, 1)


def test_the_archive_holds_what_searches_ask_for() -> None:
    """Promises about roads in 2017, công tác dân vận, dotted thousands, decimal commas, abbreviations."""
    promises = [a for _, a in ARTICLES if "lời hứa" in a.tags and a.published.year == 2017]
    assert len(promises) >= 4
    bypass = [a for _, a in ARTICLES if "đường tránh Vĩnh Ngạn" in a.tags]
    assert len({a.published.year for a in bypass}) >= 7
    everything = "\n".join(words_of(article) for _, article in ARTICLES)
    for words in ("công tác dân vận", "83.000", "3,5 tỷ", "UBND", "HĐND", "TP.", "GD-ĐT", "sáp nhập"):
        assert words in everything
    assert sum(article.longform for _, article in ARTICLES) >= 2


def crawl(site: SampleSite, http: requests.Session, name: str, starts: list[str]) -> dict[str, str]:
    """Every page reached by links alone that stays on the site and out of what robots.txt forbids."""
    found: dict[str, str] = {}
    waiting = [urljoin(site.urls[name], start) for start in starts]
    while waiting:
        url = waiting.pop()
        path = urlsplit(url).path
        if url in found or path.startswith("/tim-kiem"):
            continue
        answer = http.get(url, timeout=5)
        assert answer.status_code == 200, url
        content = gzip.decompress(answer.content) if path.endswith(".gz") else answer.content
        found[url] = content.decode()
        if "html" in answer.headers["Content-Type"]:
            links = [str(a["href"]) for a in BeautifulSoup(content, "lxml").select("a[href]")]
        else:
            links = re.findall(r"<(?:loc|link)>([^<]+)</", found[url])
        waiting += [
            urljoin(url, link.replace("&amp;", "&"))
            for link in links
            if not link.startswith(("#", "javascript:"))
        ]
    assert all(url.startswith(site.urls[name]) for url in found)
    return found


@pytest.mark.parametrize("name", ["cuusa", "taylinh", "vanthuan"])
def test_every_article_is_reached_and_no_page_names_a_real_host(
    site: SampleSite, http: requests.Session, name: str
) -> None:
    """Following links from the home page over HTTP meets every article; no URL leaves the serving host."""
    found = crawl(site, http, name, ["/", "/rss/home.rss"])
    paths = {urlsplit(url).path for url in found}
    assert {site.papers[name].path(article) for article in site.papers[name].articles} <= paths
    allowed = (
        site.urls[name].rstrip("/"),
        "http://www.w3.org/",
        "https://schema.org",
        "http://www.sitemaps.org/",
    )
    for url, text in found.items():
        for link in re.findall(r"https?://[^\s\"'<>&;)]+", text):
            assert link.startswith(allowed), (url, link)
        assert not re.search(r"(?:src|href)=[\"']//", text)


def test_sections_alone_lead_to_every_article(site: SampleSite, http: requests.Session) -> None:
    """A paper without a sitemap loses nothing: its numbered section pages show all it has printed."""
    for name, paper in site.papers.items():
        seen = ""
        for slug, _ in paper.sections:
            page = 1
            while (answer := http.get(urljoin(site.urls[name], paper.section_path(slug, page)))).ok:
                soup = BeautifulSoup(answer.content, "lxml")
                seen += " ".join(
                    str(a["href"]) for a in soup.select(".list-news a, .listnews a, .timeline a")
                )
                page += 1
            assert page > 1
        assert all(paper.path(article) in seen for article in paper.articles)


def test_sitemaps_are_flat_monthly_or_missing(site: SampleSite, http: requests.Session) -> None:
    """Vạn Thuận has one sitemap with lastmod, Tây Lĩnh monthly ones of which one is gzipped, Cửu Sa none."""
    assert http.get(site.urls["cuusa"] + "sitemap.xml").status_code == 404
    assert "Sitemap" not in http.get(site.urls["cuusa"] + "robots.txt").text
    flat = http.get(site.urls["vanthuan"] + "sitemap.xml").text
    assert flat.count("<lastmod>") == len(site.papers["vanthuan"].articles)
    monthly = re.findall("<loc>(.*?)</loc>", http.get(site.urls["taylinh"] + "sitemap.xml").text)
    assert len(monthly) > 10
    assert sum(url.endswith(".xml.gz") for url in monthly) == 1
    text = "".join(page for page in crawl(site, http, "taylinh", ["/sitemap.xml"]).values())
    assert all(site.url("taylinh", article) in text for article in site.papers["taylinh"].articles)


def test_robots_forbids_searching_and_asks_for_a_short_delay(
    site: SampleSite, http: requests.Session
) -> None:
    """Each robots.txt closes /tim-kiem, asks for 0.05 seconds, and names the sitemap if there is one."""
    for name, url in site.urls.items():
        lines = http.get(url + "robots.txt").text.splitlines()
        assert {"User-agent: *", "Disallow: /tim-kiem", "Crawl-delay: 0.05"} <= set(lines)
        assert (f"Sitemap: {url}sitemap.xml" in lines) == (name != "cuusa")


def test_feeds_hold_the_newest_and_one_writes_gmt_plus_seven(
    site: SampleSite, http: requests.Session
) -> None:
    """Two papers date their feeds as RFC 822 wants; Cửu Sa holds five articles and writes GMT+7."""
    for name, paper in site.papers.items():
        feed = feedparser.parse(http.get(site.urls[name] + "rss/home.rss").content)
        assert [entry.title for entry in feed.entries] == [a.title for a in paper.newest[: paper.feed_size]]
        if name == "cuusa":
            assert len(feed.entries) == 5
            assert all(entry.published.endswith("GMT+7") for entry in feed.entries)
        else:
            first = datetime.fromtimestamp(timegm(feed.entries[0].published_parsed), UTC)
            assert first == paper.newest[0].published


@pytest.mark.parametrize("name", ["cuusa", "taylinh", "vanthuan"])
def test_unchanged_pages_are_not_sent_twice(site: SampleSite, http: requests.Session, name: str) -> None:
    """ETag and Last-Modified are honoured with 304 and no body; a wrong ETag outweighs a right date."""
    url = site.url(name, site.papers[name].articles[0])
    first = http.get(url)
    etag, date = first.headers["ETag"], first.headers["Last-Modified"]
    assert http.get(url, headers={"If-None-Match": etag}).status_code == 304
    again = http.get(url, headers={"If-Modified-Since": date})
    assert (again.status_code, again.content) == (304, b"")
    assert http.get(url, headers={"If-None-Match": '"other"', "If-Modified-Since": date}).status_code == 200
    assert http.get(url, headers={"If-Modified-Since": "yesterday"}).status_code == 200
    assert http.head(url).headers["Content-Length"] == str(len(first.content))


def test_pictures_are_pictures_and_the_rest_is_not_found(site: SampleSite, http: requests.Session) -> None:
    """Each picture is one pixel of PNG; an unknown address and a page after the last answer 404."""
    for name, paper in site.papers.items():
        for path in paper.image_paths(paper.articles[0]):
            answer = http.get(urljoin(site.urls[name], path))
            assert answer.headers["Content-Type"] == "image/png"
            assert answer.content.startswith(b"\x89PNG")
        assert http.get(site.urls[name] + "khong-co-trang-nay").status_code == 404
        assert http.get(urljoin(site.urls[name], paper.section_path("thoi-su", 99))).status_code == 404


def test_addresses_that_lead_to_the_same_article(site: SampleSite, http: requests.Session) -> None:
    """A without its last slash redirects; B and C look only at the number and name the canonical address."""
    paper = site.papers["vanthuan"]
    url = site.url("vanthuan", paper.articles[0])
    assert http.get(url.rstrip("/")).url == url
    for name, kind in (("cuusa", "a"), ("taylinh", "post")):
        article = site.papers[name].articles[0]
        page = http.get(f"{site.urls[name]}tua-cu-{kind}{article.id}.html").text
        assert f'rel="canonical" href="{site.url(name, article)}"' in page
    printed = http.get(
        site.urls["cuusa"] + "print" + site.papers["cuusa"].path(article_in("cuusa", "gia-heo-hoi"))
    )
    assert printed.ok
    assert "Đọc nhiều" in printed.text
    assert "Bài liên quan" not in printed.text


def test_an_article_can_be_changed_added_and_withdrawn_while_served(
    site: SampleSite, http: requests.Session
) -> None:
    """A replaced article is served anew with a newer date, an added one is listed, a removed one is gone."""
    old = article_in("vanthuan", "dua-vao-su-dung-tam")
    url = site.url("vanthuan", old)
    date = http.get(url).headers["Last-Modified"]
    new = site.replace("vanthuan", replace(old, lead="Bản tin đã được đính chính."))
    answer = http.get(url, headers={"If-Modified-Since": date})
    assert answer.status_code == 200
    assert "Bản tin đã được đính chính." in answer.text
    assert new.updated is not None
    assert new.updated.isoformat() in http.get(site.urls["vanthuan"] + "sitemap.xml").text
    added = replace(old, id=9999999, slug="tin-moi", published=datetime(2025, 12, 1, 8, tzinfo=HANOI))
    site.add("vanthuan", added)
    assert site.url("vanthuan", added) in http.get(site.urls["vanthuan"] + "rss/home.rss").text
    site.remove("vanthuan", added)
    assert http.get(site.url("vanthuan", added)).status_code == 404
    with pytest.raises(KeyError):
        site.remove("vanthuan", added)
    assert load_papers() == PAPERS


def test_requests_are_recorded(site: SampleSite, http: requests.Session) -> None:
    """The log tells paper, path with query, and the user agent, in order."""
    http.get(site.urls["cuusa"] + "thoi-su/?p=2")
    http.get(site.urls["taylinh"])
    assert site.requests == [
        ("cuusa", "/thoi-su/?p=2", "sample-reader/1"),
        ("taylinh", "/", "sample-reader/1"),
    ]


def test_the_site_is_silent_and_ends(http: requests.Session, capfd: pytest.CaptureFixture[str]) -> None:
    """Nothing is written to the terminal, and the ports are closed after the block."""
    with SampleSite() as running:
        url = running.urls["vanthuan"]
        assert http.get(url).ok
        assert len(set(running.urls.values())) == 3
    assert capfd.readouterr() == ("", "")
    http.close()
    with pytest.raises(requests.ConnectionError):
        http.get(url, timeout=2)
