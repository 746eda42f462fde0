"""Articles as lines of JSON."""

from __future__ import annotations

import json
import unicodedata
from datetime import date, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawl.article import VIETNAM, Article, content_digest, dump_article
from crawl.ingest.json_lines import BadLine, ImportedArticle, paragraphs, read_line
from crawl.sources.registry import load_sources
from crawl.sources.source import Source

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["http://a.vn/", "2021-03-15"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)
KEYS = st.sampled_from([*Article.__dataclass_fields__, "id", "else"])


def line(**fields: object) -> bytes:
    """A line that is good but for what is said here."""
    return json.dumps({"url": "http://bao.vn/a", "title": "Lũ", **fields}, ensure_ascii=False).encode()


def check(data: bytes) -> None:
    """The line is an article that can be kept, or a bad line."""
    try:
        found = read_line(data, None)
    except BadLine:
        return
    article = found.article
    assert article.url or found.id
    assert article.source
    assert article.title or article.body
    dump_article(article).encode()
    assert len(content_digest(article)) == 64
    if article.published:
        article.published.isoformat()


@given(st.binary() | st.text().map(str.encode))
@example(b"")
@example(b"null")
@example(b'{"id": true, "title": "t", "source": "s"}')
@example(b"[" * 100_000)
@example(b'{"a":' * 100_000)
@example(b'{"id":' + b"9" * 100_000 + b"}")
@example(b'{"id": 1e999, "title": NaN}')
@example(b'{"url": "http://a.vn/", "title": "\\ud800"}')
@example(b'{"id": "\\ud800\\udc00\\udfff", "title": "\\u0000", "source": "\\ud800"}')
def test_any_bytes_are_an_article_or_a_bad_line(data: bytes) -> None:
    """Whatever a line holds, it is an article that can be kept, or BadLine says why not."""
    check(data)


@given(st.dictionaries(KEYS, VALUES))
@example({"url": "http://a.vn/", "title": "t", "published": "9999-12-31T23:59:59-12:00"})
@example({"id": "x", "title": "t", "source": "\ud800"})
def test_any_object_is_an_article_or_a_bad_line(fields: dict[str, object]) -> None:
    """The same holds for objects with the right keys and any values."""
    check(json.dumps(fields).encode())


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xff", "not UTF-8 text (byte 1)"),
        (b'{"title": "t', "not JSON: Unterminated string starting at (column 11)"),
        (b"[" * 100_000, "not JSON that can be read"),
        (b"9" * 100_000, "not JSON that can be read"),
        (b"[1]", "not a JSON object"),
        (line(url="ftp://a.vn/"), "url is not an http or https address"),
        (line(url=5), "url is not a text"),
        (line(url=None), "neither url nor id"),
        (line(url="", id=""), "neither url nor id"),
        (line(id=True), "id is not a text"),
        (line(title=None), "neither title nor body"),
        (line(title=" \n", body="\n\n"), "neither title nor body"),
        (line(title=5), "title is not a text"),
        (line(body=["a"]), "body is not a text"),
        (line(captions="x"), "captions is not a list of texts"),
        (line(tags=[1]), "tags is not a list of texts"),
        (line(published=20210315), "published is not a text"),
        (
            line(published="hôm qua"),
            "published is not a date like 2021-03-15, 2021-03-15T22:42:00+07:00 or 15/3/2021: hôm qua",
        ),
        (line(url=None, id="7"), "no source; name one with --source"),
    ],
)
def test_each_bad_line_is_named(data: bytes, reason: str) -> None:
    """Each kind of bad line has a reason of its own."""
    with pytest.raises(BadLine) as caught:
        read_line(data, None)
    assert caught.value.reason == reason


def test_every_field_is_read() -> None:
    """A full line gives a full article; unknown keys are left out and named; text comes in NFC without outer spaces."""
    found = read_line(
        line(
            url="HTTP://Bao.VN:80/a?utm_source=x",
            id=7,
            source="khac.vn",
            title=unicodedata.normalize("NFD", " Mưa lũ "),
            lead="Sapo",
            body="một\r\n\r\nhai",
            captions=["Ảnh 1", " "],
            author="",
            published="2021-03-15T22:42:00.5",
            section="Thời sự",
            tags=["lũ"],
            words=3,
        ),
        None,
    )
    moment = datetime(2021, 3, 15, 22, 42, tzinfo=VIETNAM)
    article = Article(
        "http://bao.vn/a",
        "khac.vn",
        "Mưa lũ",
        "Sapo",
        "một\n\nhai",
        ("Ảnh 1",),
        None,
        moment,
        "Thời sự",
        ("lũ",),
    )
    assert found == ImportedArticle(article, "7", ("words",))


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("15/3/2021", date(2021, 3, 15)),
        ("22:42 15-03-2021", datetime(2021, 3, 15, 22, 42, tzinfo=VIETNAM)),
        ("Thứ Hai, ngày 15 tháng 3 năm 2021", date(2021, 3, 15)),
        ("Mon, 15 Mar 2021 22:42:00 +0700", datetime(2021, 3, 15, 22, 42, tzinfo=VIETNAM)),
        ("2021-03-15", date(2021, 3, 15)),
    ],
)
def test_dates_are_read_as_papers_write_them(written: str, moment: date) -> None:
    """Besides ISO 8601, every form that is read on a newspaper's page is a date of publication."""
    assert read_line(line(published=written), None).article.published == moment


@given(st.text(alphabet="aĐ \u0301x", min_size=1).filter(str.strip))
def test_what_was_exported_is_imported(title: str) -> None:
    """The archive's own line, imported, is the article it was made of."""
    title = unicodedata.normalize("NFC", title).strip()
    article = Article("http://bao.vn/a", "bao.vn", title, body="một\n\nhai", published=date(2021, 3, 15))
    assert read_line(dump_article(article).encode(), None) == ImportedArticle(article, None)


@pytest.mark.parametrize(
    ("given_source", "said", "expected"),
    [(None, None, "bao.vn"), (None, "khac.vn", "khac.vn"), ("nay.vn", "khac.vn", "nay.vn")],
)
def test_whose_article_it_is(given_source: str | None, said: str | None, expected: str) -> None:
    """The source that the user names, else the one that the line names, else the URL's host."""
    assert read_line(line(url="http://www.bao.vn/a", source=said), given_source).article.source == expected


def test_a_newspaper_that_is_known_by_another_host() -> None:
    """A URL on any host of a known newspaper, shipped ones too, belongs to it under its stable key."""
    known = Source("moi", "Báo Mới", ("baomoi.vn", "bao.vn"))
    for url in ("https://www.bao.vn/a", "https://baomoi.vn/a"):
        assert read_line(line(url=url), None, (known,)).article.source == "moi"
    shipped = load_sources(None)
    assert read_line(line(url="https://hanoimoi.com.vn/a"), None, shipped).article.source == "hanoimoi.vn"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        (" \n\t\n", ""),
        ("a\n\n\n \nb", "a\n\nb"),
        ("a\r\n\r\nb\rc", "a\n\nb\nc"),
        ("  a \n b  \n\n c", "a \n b\n\nc"),
    ],
)
def test_paragraphs_are_one_blank_line_apart(text: str, expected: str) -> None:
    """Blank lines, spaces or not, one or many, part paragraphs; single line ends stay."""
    assert paragraphs(text) == expected


@given(st.text(alphabet="ab \t\n\r\u00a0\u2028"))
def test_paragraphs_that_are_right_stay(text: str) -> None:
    """Done twice it changes nothing more, no word is lost, and no paragraph is empty."""
    found = paragraphs(text)
    assert paragraphs(found) == found
    assert found.split() == text.split()
    assert all(part.strip() for part in found.split("\n\n")) or not found


def test_a_megabyte_of_spaces_is_quick() -> None:
    """The time grows with the length only."""
    text = "a" + " " * 1_000_000 + "\t" * 1_000_000 + "b"
    assert paragraphs(text + "\n" * 1_000_000) == text


@pytest.mark.parametrize("given", ["http://bao.vn/a", "HTTPS://bao.vn/a", "https://"])
def test_an_id_is_no_address(given: str) -> None:
    """An address given as an id would name another article everywhere; it belongs into `url`."""
    with pytest.raises(BadLine, match="id is an address; use url"):
        read_line(line(id=given), None)
    assert read_line(line(id="bài http://"), None).id == "bài http://"
