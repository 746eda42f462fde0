"""From a page to the article on it: the sample newspapers, real pages if present, and hostile ones."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl.article import VIETNAM, Article, Page
from crawl.extraction.extract import MAX_HTML, Extraction, Rejected, Unreadable, extract, read_page
from crawl.extraction.selectors import BadSelector
from crawl.sources.registry import load_sources
from crawl.sources.source import EarlierSelectors, Selectors, Source
from tests.bench.extraction import FLOORS, digest, hold, measure
from tests.bench.labelled import Labelled, load_pages
from tests.sample_site import SampleArticle, SamplePaper, load_papers, respond

HOST = "127.0.0.1:8801"
PAPERS = load_papers()
FAMILIES = {source.family: source.selectors for source in load_sources(None) if source.family}
EACH_ARTICLE = pytest.mark.parametrize(
    ("paper", "article"),
    [(paper, article) for paper in PAPERS for article in paper.articles],
    ids=[f"{paper.name}-{article.id}" for paper in PAPERS for article in paper.articles],
)
WITH_AND_WITHOUT = pytest.mark.parametrize("select", [False, True], ids=["general", "selectors"])
SOURCE = Source("x.vn", "Báo X", ("x.vn",))
PROSE = "<p>" + "Sáng nay, hội nghị tổng kết công tác dân vận được tổ chức tại thành phố. " * 6 + "</p>"


def page(
    body: bytes | str, url: str = "https://x.vn/tin/bai-1.html", status: int = 200, kind: str = "text/html"
) -> Page:
    """A fetched page."""
    content = body.encode() if isinstance(body, str) else body
    return Page(url, url, status, (("content-type", kind),), content, datetime(2021, 3, 16, tzinfo=UTC))


def news(head: str = "", top: str = "", body: str = PROSE * 2, bottom: str = "") -> str:
    """A plain article page."""
    return (
        f"<html><head><title>Tổng kết công tác dân vận - Báo X</title>{head}</head><body>"
        f"<div class='main'>{top}<h1>Tổng kết công tác dân vận</h1><div id='content'>{body}</div></div>{bottom}</body>"
    )


def article_of(body: bytes | str, source: Source = SOURCE) -> Article:
    """The article on the page; there must be one."""
    found = extract(page(body), source)
    assert isinstance(found, Article), found
    return found


def sample(paper: SamplePaper, path: str, *, select: bool) -> Extraction:
    """What is extracted from one page of a sample newspaper."""
    answer = respond(paper, path, HOST)
    assert answer is not None
    source = Source(
        paper.name, paper.title, (HOST,), selectors=FAMILIES[paper.family] if select else Selectors()
    )
    return extract(page(answer.body, f"http://{HOST}{path}", answer.status, answer.content_type), source)


def truth(paper: SamplePaper, article: SampleArticle) -> Article:
    """What the sample newspaper meant to print, as an article."""

    def nfc(texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(normalize("NFC", text) for text in texts)

    return Article(
        url=f"http://{HOST}{paper.path(article)}",
        source=paper.name,
        title=normalize("NFC", article.title),
        lead=normalize("NFC", article.lead),
        body="\n\n".join(nfc(tuple(block.removeprefix("## ") for block in article.blocks))),
        captions=nfc(article.captions),
        author=None if article.author.startswith("Theo ") else normalize("NFC", article.author),
        published=article.published,
        section=normalize("NFC", article.section),
        tags=nfc(article.tags),
        headings=nfc(article.headings),
        images=tuple(f"http://{HOST}{path}" for path in paper.image_paths(article)),
        role=normalize("NFC", article.role) or None,
        modified=article.updated,
        language="vi",
    )


@EACH_ARTICLE
@WITH_AND_WITHOUT
def test_sample_articles(paper: SamplePaper, article: SampleArticle, select: bool) -> None:
    """Every sample article comes out whole and clean, with its family's selectors and without any."""
    found = sample(paper, paper.path(article), select=select)
    expected = truth(paper, article)
    assert isinstance(found, Article)
    # Family B prints its sections in capitals.
    section = expected.section if (found.section or "").lower() == (expected.section or "").lower() else None
    assert found == Article(
        **{name: getattr(expected, name) for name in Article.__slots__} | {"section": found.section}
    )
    assert section


@pytest.mark.parametrize("paper", PAPERS, ids=[paper.name for paper in PAPERS])
@WITH_AND_WITHOUT
def test_sample_lists_are_no_articles(paper: SamplePaper, select: bool) -> None:
    """Home, sections, search, events and pages that are not there are refused, each with its reason."""
    sections = [paper.section_path(slug) for slug, _ in paper.sections]
    events = [f"/{event.slug}-event{event.id}.html" for event in paper.events]
    for path in ["/", "/tim-kiem/", *sections, *events]:
        assert sample(paper, path, select=select) == Rejected("list-page"), path
    assert sample(paper, "/khong-co/", select=select) == Rejected("status-404")


@pytest.mark.parametrize(
    "paper", [paper for paper in PAPERS if paper.family == "B"], ids=lambda paper: paper.name
)
def test_the_print_page_is_the_same_article(paper: SamplePaper) -> None:
    """A print version carries the article's own URL and text."""
    for article in paper.articles:
        path = paper.path(article)
        printed, shown = (sample(paper, prefix + path, select=False) for prefix in ("/print", ""))
        assert isinstance(printed, Article)
        assert isinstance(shown, Article)
        assert (printed.url, printed.body, printed.lead) == (shown.url, shown.body, shown.lead)


@pytest.mark.parametrize("status", [301, 404, 410, 500, 503])
def test_refusals_by_status(status: int) -> None:
    """What the server calls an error is none of its articles."""
    assert extract(page(news(), status=status), SOURCE) == Rejected(f"status-{status}")


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        ("", "text/html", "empty"),
        (" \n ", "text/html", "empty"),
        ("%PDF-1.4 <<", "application/pdf", "not-html"),
        ("{}", "application/json", "not-html"),
        ("just words", "text/html", "not-html"),
        ("<html></html>", "text/html", "no-text"),
        ("<p>Trang không tồn tại hoặc đã bị xoá.</p>", "text/html; charset=utf-8", "error-page"),
        (
            "<h1>Bảo trì</h1><p>Hệ thống đang bảo trì, mời bạn đọc quay lại sau ít phút nữa.</p>",
            "text/html",
            "error-page",
        ),
    ],
)
def test_refusals_by_content(body: str, kind: str, reason: str) -> None:
    """Empty, foreign and contentless pages are refused with a reason."""
    assert extract(page(body, kind=kind), SOURCE) == Rejected(reason)


def test_a_page_that_says_it_is_the_home_page() -> None:
    """`og:type` article does not make an article of a home page."""
    head = '<meta property="og:type" content="article"><link rel="canonical" href="https://x.vn/">'
    assert extract(page(news(head)), SOURCE) == Rejected("list-page")


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("https://x.vn/tin/khac.html", "https://x.vn/tin/khac.html"),
        ("/tin/khac.html", "https://x.vn/tin/khac.html"),
        ("https://www.x.vn/a", "https://www.x.vn/a"),
        ("https://evil.example/a", "https://x.vn/tin/bai-1.html"),
        ("https://x.vn.evil.example/a", "https://x.vn/tin/bai-1.html"),
        ("javascript:alert(1)", "https://x.vn/tin/bai-1.html"),
        ("data:text/html,x", "https://x.vn/tin/bai-1.html"),
        ("ftp://x.vn/a", "https://x.vn/tin/bai-1.html"),
        ("", "https://x.vn/tin/bai-1.html"),
    ],
)
def test_canonical_urls(href: str, url: str) -> None:
    """A page may name another address of its own newspaper, and nobody else's."""
    assert article_of(news(f'<link rel="canonical" href="{href}">')).url == url


@pytest.mark.parametrize(
    ("claimed", "printed", "expected"),
    [
        ("2021-03-15T22:42:05+07:00", "15/03/2021 22:42", datetime(2021, 3, 15, 22, 42, 5, tzinfo=VIETNAM)),
        ("2021-03-15", "15/03/2021 - 22:42", datetime(2021, 3, 15, 22, 42, tzinfo=VIETNAM)),
        ("2021-03-15T00:00:00+07:00", "15/03/2021 - 22:42", datetime(2021, 3, 15, 22, 42, tzinfo=VIETNAM)),
        ("2021-03-15T22:42:05Z", "15/03/2021 22:42", datetime(2021, 3, 15, 22, 42, 5, tzinfo=VIETNAM)),
        ("2021-03-15T15:42:05Z", "15/03/2021 22:42", datetime(2021, 3, 15, 15, 42, 5, tzinfo=UTC)),
        (
            "2021-03-15T22:42:05+07:00",
            "Cập nhật 17/03/2021 08:00",
            datetime(2021, 3, 15, 22, 42, 5, tzinfo=VIETNAM),
        ),
        ("", "15/03/2021 - 22:42", datetime(2021, 3, 15, 22, 42, tzinfo=VIETNAM)),
    ],
)
def test_dates_that_disagree(claimed: str, printed: str, expected: datetime) -> None:
    """What is told to machines is completed and its zone corrected by what is printed, never overruled."""
    head = f'<meta property="article:published_time" content="{claimed}">'
    found = article_of(news(head, body=f"<span class=date>{printed}</span>{PROSE}"))
    assert found.published == expected
    assert printed not in found.body


def test_todays_date_is_not_the_articles() -> None:
    """The clock in the site's header and the dates of other articles are not taken."""
    clock = "<div id=today>Thứ Ba, 16/03/2021 08:00</div>" + "<div><a href=/a>Mục</a></div>" * 12
    other = "<ul><li><a href=/b>Tin khác hôm qua</a> <span>14/03/2021</span></li></ul>"
    assert article_of(news(top=clock, bottom=other)).published is None


def test_furniture_stays_out() -> None:
    """Navigation, share bars, comments, related boxes and footers inside and around the body are left out."""
    junk = (
        "<ul class=menu><li><a href=/>Trang chủ</a></ul>",
        "<div class=social-share><a href=#>Chia sẻ</a></div>",
        "<div class=box-comment><p>Bạn đọc bình luận rất dài dòng về bài viết này.</p></div>",
        "<div class=article__related><h3>Tin liên quan</h3><a href=/b>Bài khác</a><p>Sapo bài khác.</p></div>",
        "<p>Xem thêm: <a href=/c>Một bài khác nữa cũng đáng đọc</a></p>",
        "<div hidden>Nội dung ẩn</div><p style='display: none'>Ẩn</p><script>var a = 'Mã';</script>",
        "<p>&nbsp;</p><p>.</p><p>các thông tin tiện ích</p>",
    )
    assert article_of(news(body=PROSE + "".join(junk) + PROSE)).body == article_of(news()).body


def test_text_is_cleaned() -> None:
    """Controls and direction overrides go, white space collapses, marks are composed; `<br>` ends lines of verse."""
    body = "<p>\x1b[2JTiê\u0301ng\u00a0 \u202eViệt&#x7; \n ở<br>Nha Trang</p>"
    assert article_of(news(body=PROSE + body + PROSE)).body.split("\n\n")[1] == "[2JTiếng Việt ở\nNha Trang"


def test_paragraphs_without_elements() -> None:
    """Two line breaks, or one after a sentence, end a paragraph as well."""
    sentence = "Đây là một câu đủ dài để làm thành một đoạn văn trong bài báo này."
    body = f"{sentence}<br><br>{sentence}<br>{sentence}<br>" * 2
    assert article_of(news(body=body)).body.split("\n\n") == [sentence] * 6


def test_selectors_that_find_nothing_are_passed_over() -> None:
    """Alternatives are tried in order, and general rules take over where none finds anything."""
    stale = Selectors(title=(".old", "h1"), body=("#old",), date=(".old",), lead=(".old",))
    assert article_of(news(), Source("x.vn", "Báo X", ("x.vn",), selectors=stale)) == article_of(news())


def test_selectors_decide() -> None:
    """Where a source's selectors find something, that is what counts."""
    html = news(
        body=f"<div class=t>Tên thật của bài</div><i class=w>Ng. Văn A</i><b class=s>Mục A</b><q>Nhãn</q>"
        f"<u>1/2/2020</u><div class=c>Chú thích</div><div class=x>{PROSE}</div><div class=body>{PROSE}</div>"
    )
    chosen = Selectors(
        title=(".t",),
        body=(".body",),
        date=("u",),
        author=(".w",),
        captions=(".c",),
        section=(".s",),
        tags=("q",),
        remove=(".x",),
    )
    found = article_of(html, Source("x.vn", "Báo X", ("x.vn",), selectors=chosen))
    assert (found.title, found.author, found.captions) == ("Tên thật của bài", "Ng. Văn A", ("Chú thích",))
    assert (found.section, found.tags, str(found.published)) == ("Mục A", ("Nhãn",), "2020-02-01")
    assert found.body == article_of(news(body=PROSE)).body


@pytest.mark.parametrize("selector", ["p[", "", "::nope", "a:has("])
def test_bad_selectors_are_named(selector: str) -> None:
    """A selector that cannot be read is the source's fault, said with its name."""
    source = Source("x.vn", "Báo X", ("x.vn",), selectors=Selectors(body=(selector,)))
    with pytest.raises(BadSelector, match=r"x\.vn.*body"):
        extract(page(news()), source)


HEADED = "<h1>Tổng kết công tác dân vận</h1>"


@pytest.mark.parametrize(
    "make",
    [
        lambda: "<div>" * 100_000 + HEADED + PROSE * 2 + "</div>" * 100_000,
        lambda: HEADED + "<b>" * 20_000 + PROSE * 2,
        lambda: HEADED + "<p " + " ".join(f"a{n}=1" for n in range(100_000)) + ">" + PROSE * 2,
        lambda: HEADED + f'<p class="{"x " * 500_000}">' + PROSE * 2,
        lambda: HEADED + PROSE * 2 + "\0" * 1000,
        lambda: f"<script type=application/ld+json>{'[' * 100_000}</script>" + HEADED + PROSE * 2,
    ],
    ids=["deep", "deep-inline", "attributes", "class", "nul", "json"],
)
def test_hostile_markup_loses_nothing(make: Callable[[], str]) -> None:
    """Nesting, attributes and data beyond reason neither crash the reader nor hide the article."""
    found = article_of(make())
    assert found.title == "Tổng kết công tác dân vận"
    assert found.body.count("dân vận") == 12


@pytest.mark.parametrize(
    "make",
    [
        lambda: b'<a "' * 20_000,
        lambda: b"<!--" * 100_000,
        lambda: b"<![CDATA[" * 100_000,
        lambda: b"<ul><li><a href=x>y" * 5_000,
        lambda: b"<table><tr><td>" * 10_000,
        lambda: b"<p>" + b"x<br>" * 20_000,
        lambda: b"<div class='tags breadcrumb'>" * 10_000 + b"<a>x</a>" * 10_000,
        lambda: b'<meta property="og:title" content="x">' * 10_000,
        lambda: b"<" + os.urandom(200_000),
        lambda: b"<p>" + b" " * 5_000_000 + b"x" * 5_000_000,
    ],
    ids=["quotes", "comments", "cdata", "lists", "tables", "breaks", "tags", "meta", "random", "long"],
)
def test_hostile_markup_is_refused(make: Callable[[], bytes]) -> None:
    """Bytes without an article are refused, however they are arranged."""
    assert isinstance(extract(page(make()), SOURCE), Rejected)


@given(
    st.lists(
        st.sampled_from(
            [*"<>/\"'= \n", "p", "div", "h1", "a href=", "<p>", "</", "<!--", "&#", "é", "x" * 99]
        )
    )
)
def test_any_markup_gives_an_answer(pieces: list[str]) -> None:
    """No arrangement of markup raises, and whatever is found is normal text with a title."""
    found = extract(page("<html>" + "".join(pieces) + PROSE), SOURCE)
    assert isinstance(found, Rejected) or (found.title and found.body == normalize("NFC", found.body))


# The labelled Vietnamese pages that the bar of .99 was set for, and those that came later. They are named, so that
# a folder that grows again changes neither corpus; what is renamed or labelled anew has no floor, and fails.
EARLIER = """
    baocantho.com.vn__article_2026 baocaobang.vn__index_2017 baolaocai.vn__baolaocai_sample_article.decompressed
    baolaocai.vn__baolaocai_sample_article_fixture baonghean.vn__web_1-index baonghean.vn__web_3-detail
    baonghean.vn__web_8-detail-longform baophapluat.vn__2-category baophapluat.vn__3-detail bizlive.vn__3-detail
    dantri.com.vn__home_2019-05 dantri.com.vn__x_2013-09 ngaynay.vn__3-detail sggp.org.vn__1-index
    vnexpress.net__fundus_2025_10_22 vtcnews.vn__vtcnews_home znews.vn__znews_home znews.vn__znews_sample_article
""".split()
LATER = """
    autonews.vn__desktop_02-search-result autonews.vn__desktop_03-detail-1 autonews.vn__desktop_03-detail-2
    autonews.vn__desktop_03-detail-car autonews.vn__desktop_05-404 autonews.vn__mobile_03-detail
    baonghean.vn__web_5-video-detail ttbc-hcm.gov.vn__02.3-event-register ttbc-hcm.gov.vn__03-detail
    ttbc-hcm.gov.vn__03.1-detail-video ttbc-hcm.gov.vn__03.2-detail-image ttbc-hcm.gov.vn__03.3-detail-event
    ttbc-hcm.gov.vn__04-rss tuoitre.vn__rebuild_2023 vanhocquenha.vn__mobile_3-detail
    vnexpress.net__rebuild_home_2022
""".split()
# Of the later ones: headlines and classified advertisements below the text that nothing links, labels or names; a
# page about the paper's feeds; a home page of which every headline is plain text.
TOO_MUCH = "tuoitre.vn__rebuild_2023"
TAKEN = {"ttbc-hcm.gov.vn__04-rss", "vnexpress.net__rebuild_home_2022"}


def vietnamese(folder: Path, names: Collection[str]) -> list[Labelled]:
    """The labelled pages of these names, which must have a floor."""
    pages = [one for one in load_pages(folder / "pages", folder / "pages") if one.name in names]
    assert digest(pages) in FLOORS.read_text("utf-8")
    return pages


def test_labelled_vietnamese_pages(bench_data: Path) -> None:
    """On the labelled pages of Vietnamese newspapers nothing falls below what was reached."""
    pages = vietnamese(bench_data, EARLIER)
    score = measure(pages)
    assert not hold(FLOORS, digest(pages), score, pin=False)
    assert (score.precision >= 0.99, score.recall >= 0.99) == (True, True)
    assert (score.fields.title, score.fields.published, score.fields.author) == (1.0, 1.0, 1.0)
    assert (score.rejected, score.leaked) == (1.0, 0)


def test_more_labelled_vietnamese_pages(bench_data: Path) -> None:
    """With those that came later nothing falls below what was reached, and only the named pages are read wrongly."""
    pages = vietnamese(bench_data, [*EARLIER, *LATER])
    assert len(pages) == len(EARLIER) + len(LATER)
    score = measure(pages)
    assert not hold(FLOORS, digest(pages), score, pin=False)
    assert score.recall >= 0.99
    assert (score.fields.title, score.fields.published, score.fields.author) == (1.0, 1.0, 1.0)
    known = measure([one for one in pages if one.name not in {TOO_MUCH, *TAKEN}])
    assert (known.precision >= 0.99, known.rejected, known.leaked) == (True, 1.0, 0)


def test_labelled_pages_of_the_world(bench_data: Path) -> None:
    """On the labelled pages of newspapers elsewhere nothing falls below what was reached."""
    folder = bench_data / "extraction-benchmark"
    pages = list(load_pages(folder / "html", folder / "ground-truth.json"))
    assert digest(pages) in FLOORS.read_text("utf-8")
    assert not hold(FLOORS, digest(pages), measure(pages), pin=False)


def test_no_page_is_cut_short() -> None:
    """A page beyond MAX_HTML is refused with a reason; pictures written into it do not count."""
    prose = "<p>" + "Nước lũ trên sông dâng cao trong đêm. " * 20 + "</p>"
    body = prose * (MAX_HTML // len(prose.encode()) + 1)
    assert extract(page(news(body=body)), SOURCE) == Rejected("too-long")
    picture = f'<img src="data:image/png;base64,{"iVBORw0KGgo" * (MAX_HTML // 11)}=">'
    found = article_of(news(body=f"{PROSE}{picture}{PROSE}<p>Đoạn cuối của bài ở sau tấm ảnh.</p>"))
    assert found.body.endswith("Đoạn cuối của bài ở sau tấm ảnh.")


def test_no_page_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong selector and a fault of ours are answers with a sentence; a good page and a bad one are as ever."""
    assert read_page(page(news()), SOURCE) == extract(page(news()), SOURCE)
    assert read_page(page("x", status=404), SOURCE) == Rejected("status-404")
    found = read_page(page(news()), Source("x.vn", "Báo X", ("x.vn",), selectors=Selectors(title=("a[",))))
    assert isinstance(found, Unreadable)
    assert (found.reason, "a[" in found.detail, "x.vn" in found.detail) == ("bad-selector", True, True)

    def broken(_html: str) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr("crawl.extraction.extract.read_meta", broken)
    found = read_page(page(news()), SOURCE)
    assert isinstance(found, Unreadable)
    assert (found.reason, "too deep" in found.detail) == ("unreadable", True)


def test_a_page_is_read_by_the_selectors_of_its_day() -> None:
    """A page fetched while the former templates were in use is read by their selectors."""
    former = EarlierSelectors(date(2019, 5, 31), Selectors(lead=(".intro",)))
    source = replace(SOURCE, selectors=Selectors(lead=(".sapo",)), earlier=(former,))
    html = news(top="<p class=intro>Lời dẫn cũ của bài báo.</p><p class=sapo>Lời dẫn mới của bài báo.</p>")
    for fetched, lead in (
        (datetime(2019, 5, 31, tzinfo=UTC), "cũ"),
        (datetime(2020, 1, 1, tzinfo=UTC), "mới"),
    ):
        found = extract(replace(page(html), fetched=fetched), source)
        assert isinstance(found, Article)
        assert found.lead == f"Lời dẫn {lead} của bài báo."


@pytest.mark.parametrize(
    ("head", "top", "expected"),
    [
        (
            '<meta property="article:published_time" content="1970-01-01T07:00:00+07:00">',
            "15/03/2021 22:42",
            22,
        ),
        (
            '<meta property="article:published_time" content="2071-03-15T20:00:00+07:00">',
            "15/03/2021 22:42",
            22,
        ),
        ('<meta property="article:published_time" content="1615822920">', "", 22),
        ('<meta property="article:published_time" content="1970-01-01T07:00:00+07:00">', "", None),
        ("", '<span data-time="1615822920000">hôm qua</span>', 22),
        ("", '<time datetime="2021-03-15T22:42:00+0700">3 giờ trước</time>', 22),
    ],
)
def test_dates_that_cannot_be(head: str, top: str, expected: int | None) -> None:
    """Dates from before online papers or from the future are passed over; seconds since 1970 are dates."""
    found = article_of(news(head, body=f"<div>{top}</div>{PROSE}{PROSE}"))
    hour = found.published.hour if isinstance(found.published, datetime) else None
    assert hour == expected
    assert found.body == article_of(news()).body


def test_a_title_without_a_heading() -> None:
    """The window's title without the site's name is recognised where it is printed; sub-headings are no titles."""
    parts = f"{PROSE}<p><b>Những kết quả ban đầu</b></p>{PROSE}"
    html = news(body=parts).replace("h1>", "div>")
    found = article_of(html)
    assert (found.title, found.headings) == ("Tổng kết công tác dân vận", ("Những kết quả ban đầu",))
    assert found.body == article_of(news(body=parts)).body


def test_tables_of_pictures() -> None:
    """Below or beside the pictures that a small table begins with stand captions, each of its own picture."""
    table = (
        "<table><tr><td><img src=/1.jpg></td><td><img src=/2.jpg></td></tr>"
        "<tr><td>Đại biểu dự họp.</td><td>Quang cảnh hội nghị.</td></tr></table>"
    )
    found = article_of(news(body=PROSE + table + PROSE))
    assert found.captions == ("Đại biểu dự họp.", "Quang cảnh hội nghị.")
    assert found.images == ("https://x.vn/1.jpg", "https://x.vn/2.jpg")
    assert found.body == article_of(news()).body
    figures = "<table><tr><td>Xã</td><td>Số hộ</td></tr><tr><td>Ninh Ích</td><td>1.200</td></tr></table>"
    assert "Ninh Ích" in article_of(news(body=PROSE + figures + PROSE)).body
