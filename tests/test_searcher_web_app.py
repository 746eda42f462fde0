"""The search page, the reading page and the JSON API, asked as a browser and as a program ask them."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import unicodedata
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from urllib.request import urlopen

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from crawl.archive.store import Archive
from crawl.article import Article
from crawl.datafolder.folder import DataFolder
from crawl.messages import printable
from index.document import Document
from index.engine import (
    CorruptIndex,
    EngineError,
    EngineStatus,
    EngineUnavailable,
    Hits,
    NoIndex,
    StaleIndex,
)
from index.opening import open_engine
from index.text.vietnamese import fold
from searcher.results.lookup import LateArchive
from searcher.web.app import create_app
from searcher.web.problems import MAX_ADDRESS
from searcher.web.server import CannotServe, serve
from tests.oracle_engine import OracleEngine
from tests.served_site import (
    HOSTILE_ID,
    MANY,
    REVISED,
    REVISED_ID,
    ROAD,
    ROAD_ID,
    SEEN,
    fill,
    served,
    stocked_archive,
)

EVIL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OracleEngine, Archive]]:
    """The articles of `served_site`, in an engine in memory and in a real archive."""
    engine = OracleEngine()
    with fill(engine, tmp_path_factory.mktemp("archive")) as archive:
        yield engine, archive


@pytest.fixture(scope="module")
def client(stocked: tuple[OracleEngine, Archive]) -> FlaskClient:
    """A visitor of the site, English-speaking only where asked."""
    return _Visitor(create_app(stocked[0], lambda: stocked[1]))


class _Visitor(FlaskClient):
    """A visitor who reads every answer to its end, files too."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Ask."""
        return super().open(*args, buffered=True, **kwargs)


def soup(client: FlaskClient, address: str, status: int = 200, **parameters: str) -> BeautifulSoup:
    """The HTML page at an address of the site, which answers with this status."""
    response = client.get(address, query_string=parameters) if parameters else client.get(address)
    assert response.status_code == status
    assert response.content_type == "text/html; charset=utf-8"
    return BeautifulSoup(response.text, "html.parser")


def marks_of(page: BeautifulSoup) -> set[str]:
    """What is highlighted, in lower case."""
    return {mark.get_text().lower() for mark in page.find_all("mark")}


# The search page


def test_the_start_page_is_a_form_and_nothing_else(client: FlaskClient) -> None:
    """`/` and an empty query show a labelled search field in a GET form, no results, and say Vietnamese."""
    for address in ("/", "/search", "/search?q=", "/search?q=+&source=baonuido"):
        page = soup(client, address)
        assert page.html is not None
        assert page.html["lang"] == "vi"
        form = page.select_one("search form")
        assert form is not None
        assert (form["method"], form["action"]) == ("get", "/search")
        field = page.select_one("input[type=search][name=q]")
        assert field is not None
        assert page.select_one(f"label[for={field['id']}]") is not None
        assert not page.select("[role=status], .hits")


def test_no_page_needs_scripts_or_anything_from_elsewhere(client: FlaskClient) -> None:
    """No script, no inline style or handler, and no resource that is not this site's."""
    for address in ("/", "/search?q=duong", f"/a/{ROAD_ID}?q=duong", f"/a/{HOSTILE_ID}?q=duong"):
        page = soup(client, address)
        assert not page.select("script, style, [style], iframe, object, embed, base")
        assert not [tag for tag in page.find_all(True) for name in tag.attrs if name.startswith("on")]
        for tag in page.select("link[href], img[src]"):
            assert not urlsplit(str(tag.get("href") or tag.get("src"))).netloc
        for resource in page.select("link[rel=stylesheet], link[rel=icon]"):
            assert client.get(str(resource["href"])).status_code == 200


def test_a_query_without_marks_finds_and_marks_the_words(client: FlaskClient) -> None:
    """`duong tranh` finds the article on `đường tránh`, links to it, and marks exactly what answers."""
    page = soup(client, "/search?q=duong+tranh")
    first = page.select_one("ol.hits li")
    assert first is not None
    link = first.select_one("h3 a")
    assert link is not None
    assert link["href"] == f"/a/{ROAD_ID}?q=duong+tranh"
    assert link.get_text() == ROAD.title
    assert {fold(mark) for mark in marks_of(page)} <= {"duong tranh", "duong", "tranh"}
    assert "đường tránh" in marks_of(page)
    when = first.select_one("time")
    assert when is not None
    assert when["datetime"] == "2021-03-15T22:42:00+07:00"
    assert when.get_text() == "22:42 15/03/2021"
    origin = first.select_one(".origin")
    assert origin is not None
    assert "baobienxanh" in origin.get_text()
    assert "Biển Xanh" in origin.get_text()
    original = first.select_one("a[rel~=noopener]")
    assert original is not None
    assert original["href"] == ROAD.url


def test_the_count_is_announced(client: FlaskClient) -> None:
    """The number of articles that match whole stands in an element with role status."""
    status = soup(client, "/search?q=lua&lang=en").select_one("[role=status]")
    assert status is not None
    assert status.get_text(" ", strip=True) == f"{len(MANY)} articles"


def test_partial_matches_stand_under_a_heading_of_their_own(client: FlaskClient) -> None:
    """What holds only some of the words comes after a heading that says so, behind the whole matches."""
    page = soup(client, "/search?q=duong+cau&lang=en")
    whole, partly = page.select("ol.hits")
    assert [link["href"] for link in whole.select("h3 a")] == [f"/a/{ROAD_ID}?q=duong+cau&lang=en"]
    assert [link["href"] for link in partly.select("h3 a")] == [f"/a/{HOSTILE_ID}?q=duong+cau&lang=en"]
    heading = partly.find_previous_sibling()
    assert heading is not None
    assert heading.name == "h2"
    assert "only some of the words" in heading.get_text()
    assert heading.find_previous_sibling() == whole


def test_pages_are_linked_and_hold_each_article_once(client: FlaskClient) -> None:
    """Following rel=next from the first page shows every article once; rel=prev leads back."""
    address, seen, back = "/search?q=lua&sort=oldest&lang=vi", [], []
    while True:
        page = soup(client, address)
        seen += [str(link["href"]) for link in page.select(".hits h3 a")]
        back.append([str(link["href"]) for link in page.select("nav a[rel=prev]")])
        onward = page.select_one("nav a[rel=next]")
        if onward is None:
            break
        address = str(onward["href"])
    assert len(seen) == len(set(seen)) == len(MANY)
    assert back == [[], ["/search?q=lua&sort=oldest&lang=vi"], ["/search?q=lua&sort=oldest&page=2&lang=vi"]]


def test_a_page_behind_the_last_says_so(client: FlaskClient) -> None:
    """Page 9 of three pages is no failure: it says that there is no more and links to the first page."""
    page = soup(client, "/search?q=lua&page=9&lang=en")
    assert "no page 9; the last one is 3" in page.get_text()
    assert "no more results" in page.get_text()
    assert page.find("a", href="/search?q=lua&lang=en") is not None


def test_filters_narrow_and_stay_filled_in(client: FlaskClient) -> None:
    """Dates are inclusive days, a repeated filter takes either value, and the form shows what was typed."""
    page = soup(client, "/search?q=lua&from=2/1/2020&to=2020-01-04&source=baonuido&source=khac")
    assert len(page.select(".hits li")) == 3
    assert [str(field["value"]) for field in page.select("input[name=source]")] == ["baonuido", "khac"]
    first = page.select_one("input[name=from]")
    assert first is not None
    assert first["value"] == "2/1/2020"
    assert page.select_one("details[open]") is not None
    assert soup(client, "/search?q=lua&from=&source=&sort=").select_one("details[open]") is None


def test_nothing_found_comes_with_advice(client: FlaskClient) -> None:
    """A word nobody printed gives a page that says so and what to try."""
    page = soup(client, "/search?q=khôngcóđâu&lang=en")
    assert "Nothing found." in page.get_text()
    assert page.select_one(".advice") is not None
    assert page.select(".reason") == []


def test_a_filter_that_nothing_can_pass_is_named(client: FlaskClient) -> None:
    """A newspaper and a province of which there is no article are named as the reason for nothing, as text."""
    page = soup(client, "/search?q=lua&source=<i>baola&source=baonuido&province=Lạ&lang=en")
    assert len(page.select(".hits li")) == 0
    assert [reason.get_text() for reason in page.select(".reason")] == [
        "No article here is from a newspaper called <i>baola.",
        "No article here is from a province called Lạ.",
    ]


def test_a_query_error_shows_where_and_what_instead(client: FlaskClient) -> None:
    """An unclosed parenthesis is a 400 page with the place marked and a link to the mended query, filters kept."""
    page = soup(client, "/search?q=a+(duong&source=x&page=2&lang=en", status=400)
    assert marks_of(page) == {"("}
    problem = page.select_one(".problem")
    assert problem is not None
    assert "character 3" in problem.get_text()
    mended = problem.select_one("a")
    assert mended is not None
    assert mended.get_text() == "a (duong)"
    assert client.get(str(mended["href"])).status_code == 200
    assert "source=x" in str(mended["href"])
    field = page.select_one("input[name=q]")
    assert field is not None
    assert field["value"] == "a (duong"


def test_only_what_is_around_a_fault_is_shown(client: FlaskClient) -> None:
    """Of a long query the page repeats 60 characters before the fault and 60 behind it."""
    page = soup(client, "/search", status=400, q=f"{'a' * 100}({'b' * 100}")
    shown = page.select_one(".problem code")
    assert shown is not None
    assert shown.get_text() == f"{'a' * 60}({'b' * 60}"


@pytest.mark.parametrize(
    "parameters",
    [
        "from=homqua",
        "to=2021-13-01",
        "from=2022&to=2021",
        "page=0",
        "page=x",
        "page=99999999",
        "sort=sao",
        "source=-",
        "limit=0",
        "limit=1001",
    ],
)
def test_values_that_make_no_sense_are_refused(client: FlaskClient, parameters: str) -> None:
    """A bad date, number, order or filter is a 400 with a sentence, on the page and in the API alike."""
    page = soup(client, f"/search?q=duong&{parameters}", status=400)
    answer = client.get(f"/api/v1/search?q=duong&{parameters}")
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["detail"] in page.get_text()
    assert "position" not in answer.json


def test_the_form_keeps_what_is_not_typed(client: FlaskClient) -> None:
    """The order, reprints and a language chosen by hand go along with the next search; what is usual does not."""
    page = soup(client, "/search?q=lua&sort=oldest&reprints=show&lang=en")
    assert [str(option["value"]) for option in page.select("option[selected]")] == ["oldest"]
    kept = {str(field["name"]): str(field["value"]) for field in page.select("input[type=hidden]")}
    assert kept == {"lang": "en", "reprints": "show"}
    assert soup(client, "/search?q=lua").select("input[type=hidden]") == []


def test_the_head_says_where_the_page_stands(client: FlaskClient) -> None:
    """The title holds the query, cut where it is long, and links in the head lead to the pages beside this one."""
    page = soup(client, "/search?q=lua&page=2&lang=en")
    assert {
        str(link["rel"][0]): str(link["href"]) for link in page.select("link[rel=prev], link[rel=next]")
    } == {
        "prev": "/search?q=lua&lang=en",
        "next": "/search?q=lua&page=3&lang=en",
    }
    count = page.select_one("[role=status]")
    assert count is not None
    assert count.get_text().strip().endswith(", page 2")
    assert page.title is not None
    assert page.title.get_text() == "lua – tìm báo"
    long = soup(client, f"/search?q=lua+-{'x' * 200}").title
    assert long is not None
    assert len(long.get_text()) < 100


def test_slips_are_told_and_another_query_is_offered(client: FlaskClient) -> None:
    """A word of no article is named with what was taken for it; the query without the slip says how much it finds."""
    page = soup(client, "/search?q=khánh+thành+đưng+tránh&lang=en")
    assert [line.get_text() for line in page.select(".slip")] == [
        "No article has “đưng”; partial matches were looked for with “đường”."
    ]
    assert [line.get_text().strip() for line in page.select(".suggestions li")] == [
        "Did you mean khánh thành đường tránh (1)"
    ]
    count = page.select_one("[role=status]")
    assert count is not None
    assert count.get_text().strip() == "No article holds all of it."


# The reading page


def test_what_an_article_does_not_have_is_left_out() -> None:
    """Without a title there is a word for it, in the head and in results too; blank paragraphs are none."""
    engine = OracleEngine()
    with engine.writer() as writer:
        writer.put(Document("7", "mot.vn", "", SEEN, body="Bão vào bờ.\n\n \n\nMưa to."))
        writer.commit("")
    visitor = create_app(engine).test_client()
    page = soup(visitor, "/a/7?lang=en")
    assert page.title is not None
    assert page.title.get_text() == "(untitled) – tìm báo"
    assert [tag.get_text() for tag in page.select("h1, .text p")] == ["(untitled)", "Bão vào bờ.", "Mưa to."]
    assert page.select(".captions, .tags, .byline *, article > footer ol") == []
    assert [link.get_text() for link in soup(visitor, "/search?q=bão&lang=en").select("h3 a")] == [
        "(untitled)"
    ]


def test_the_reading_page_shows_the_whole_article(client: FlaskClient) -> None:
    """Title, byline, date, source, lead, every paragraph, captions and tags are there; the query is marked."""
    page = soup(client, f"/a/{ROAD_ID}?q=duong")
    heading = page.select_one("h1")
    assert heading is not None
    assert heading.get_text() == ROAD.title
    assert [paragraph.get_text() for paragraph in page.select(".text p")] == [
        ROAD.lead,
        *ROAD.body.split("\n\n"),
    ]
    original = page.select_one(".byline a")
    assert original is not None
    assert (original["href"], original["rel"]) == (ROAD.url, ["noopener", "noreferrer", "external"])
    for text in (*ROAD.captions, *ROAD.tags, str(ROAD.author), str(ROAD.section), "Biển Xanh"):
        assert text in page.get_text()
    assert marks_of(page) == {"đường"}
    for place in ("h1", ".lead", ".text p:not(.lead)", ".captions"):
        assert page.select(f"{place} mark")


def test_the_way_back_keeps_the_search(client: FlaskClient) -> None:
    """The link back leads to the same page of the same search; without a search there is none."""
    back = soup(client, f"/a/{ROAD_ID}?q=duong&source=a&page=2").select_one("a[rel=up]")
    assert back is not None
    assert back["href"] == "/search?q=duong&source=a&page=2"
    assert soup(client, f"/a/{ROAD_ID}").select_one("a[rel=up]") is None


def test_a_bad_query_is_no_reason_to_hide_an_article(client: FlaskClient) -> None:
    """With a query that cannot be read the article is shown without marks."""
    for parameters in ("q=(", "q=duong&from=x", "q=%ff"):
        assert marks_of(soup(client, f"/a/{ROAD_ID}?{parameters}")) == set()


def test_aliases_lead_to_the_article(client: FlaskClient) -> None:
    """Its URL, another URL of it and its id show the same article, on the page and in the API."""
    names = (ROAD_ID, ROAD.url or "", "https://baobienxanh.example/print/duong-tranh.html?utm_source=x")
    for name in names:
        heading = soup(client, f"/a/{quote(name, safe=':/')}").select_one("h1")
        assert heading is not None
        assert heading.get_text() == ROAD.title
        answer = client.get(f"/api/v1/articles/{quote(name, safe='')}")
        assert answer.json is not None
        assert answer.json["id"] == ROAD_ID


def test_versions_are_listed_with_their_dates(client: FlaskClient) -> None:
    """An article that was changed once shows two versions and when each was first seen."""
    page = soup(client, f"/a/{REVISED_ID}?lang=en")
    footer = page.select_one("article > footer")
    assert footer is not None
    assert "2 versions" in footer.get_text()
    assert [time["datetime"] for time in footer.select("time")] == [
        SEEN.isoformat(),
        SEEN.replace(day=5).isoformat(),
    ]


def test_without_an_archive_there_are_no_versions(stocked: tuple[OracleEngine, Archive]) -> None:
    """A server that has only the index shows its articles by id, and null for what it cannot know."""
    visitor = create_app(stocked[0]).test_client()
    assert soup(visitor, f"/a/{REVISED_ID}").select("article > footer ol") == []
    answer = visitor.get(f"/api/v1/articles/{REVISED_ID}").json
    assert answer is not None
    assert (answer["revisions"], answer["aliases"]) == (None, None)


def test_an_archived_article_can_be_read_before_it_is_indexed(stocked: tuple[OracleEngine, Archive]) -> None:
    """What the archive holds and the index does not yet is shown all the same."""
    empty = OracleEngine()
    with empty.writer() as writer:
        writer.commit("")
    heading = soup(create_app(empty, lambda: stocked[1]).test_client(), f"/a/{REVISED_ID}").select_one("h1")
    assert heading is not None
    assert heading.get_text() == REVISED.title


def test_an_archive_that_comes_later_is_found(tmp_path: Path) -> None:
    """A server that was started before the first import has the aliases and versions once there is an archive."""
    archive = LateArchive(DataFolder(tmp_path))
    engine = OracleEngine()
    visitor = create_app(engine, archive).test_client()
    address = f"/api/v1/articles/{quote(REVISED.url or '', safe='')}"
    assert visitor.get(address).status_code == 503
    stocked_archive(tmp_path).close()
    with closing(archive):
        answer = visitor.get(address).json
        assert answer is not None
        assert (answer["id"], answer["revisions"]) == (REVISED_ID, 2)


def test_an_id_goes_before_an_alias(tmp_path: Path) -> None:
    """Where one article's id is what another is also called, the id counts."""
    engine = OracleEngine()
    with fill(engine, tmp_path) as archive:
        archive.put_article(Article(url=None, source="a", title="Khác"), seen=SEEN, alias=ROAD_ID)
        assert len(archive.find(ROAD_ID)) == 1
        answer = create_app(engine, lambda: archive).test_client().get(f"/api/v1/articles/{ROAD_ID}").json
    assert answer is not None
    assert answer["title"] == ROAD.title


def test_newspapers_have_their_titles(stocked: tuple[OracleEngine, Archive]) -> None:
    """Pages name a newspaper by its title, the API by its key; an unknown key is its own title."""
    titles = {"baobienxanh": "Báo Biển Xanh <1>"}
    visitor = create_app(stocked[0], lambda: stocked[1], lambda name: titles.get(name, name)).test_client()
    for address in ("/search?q=duong", f"/a/{ROAD_ID}"):
        shown = [origin.get_text() for origin in soup(visitor, address).select(".origin")]
        assert any("Báo Biển Xanh <1>" in text for text in shown)
        assert not any("baobienxanh" in text for text in shown)
    assert "baonuido" in soup(visitor, f"/a/{REVISED_ID}").get_text()
    answer = visitor.get(f"/api/v1/articles/{ROAD_ID}").json
    assert answer is not None
    assert answer["source"] == "baobienxanh"


def test_an_id_that_two_newspapers_share_is_not_guessed(tmp_path: Path) -> None:
    """An import's id that names two articles is a 404 that gives the ids of both."""
    engine = OracleEngine()
    with fill(engine, tmp_path) as archive:
        for source in ("a", "b"):
            archive.put_article(Article(url=None, source=source, title=source), seen=SEEN, alias="7")
        ids = [found.id for found in archive.find("7")]
        answer = create_app(engine, lambda: archive).test_client().get("/api/v1/articles/7")
    assert answer.status_code == 404
    assert answer.json is not None
    assert len(ids) == 2
    assert all(id in answer.json["detail"] for id in ids)


# Hostile text


def test_hostile_articles_are_text(client: FlaskClient) -> None:
    """Tags, quotes and handlers in every field are shown as text, `javascript:` is no link, no control is left."""
    for address in ("/search?q=duong", f"/a/{HOSTILE_ID}?q=duong", "/search?q=%3Cscript%3E%1b%E2%80%AE"):
        text = client.get(address).text
        assert not EVIL.search(text)
        page = BeautifulSoup(text, "html.parser")
        assert not page.select("script, img, svg, i, h1 h1")
        assert not [link for link in page.select("a[href]") if "script:" in str(link["href"]).lower()]
    assert marks_of(soup(client, f"/a/{HOSTILE_ID}?q=duong")) == {"đường"}
    assert "<mark>giả</mark>" in soup(client, f"/a/{HOSTILE_ID}").get_text()


def test_the_api_keeps_hostile_text_whole_and_escaped(client: FlaskClient) -> None:
    """JSON gives the title back exactly, without a raw control character in the bytes."""
    response = client.get("/api/v1/search?q=ngoac+dao")
    assert not EVIL.search(response.text)
    assert response.json is not None
    assert "\x1b[2J\u202e" in response.json["hits"][0]["title"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(["q", "from", "to", "source", "sort", "page", "limit", "lang", "province"]),
        st.text(),
        max_size=4,
    ),
    st.text(max_size=20),
)
def test_no_request_breaks_the_site(client: FlaskClient, parameters: dict[str, str], name: str) -> None:
    """Whatever is asked, the answer is a page or a sentence, never a failure, and never a control character."""
    for path in ("/", "/search", "/api/v1/search", f"/a/{quote(name)}", f"/api/v1/articles/{quote(name)}"):
        response = client.get(path, query_string=parameters)
        assert response.status_code in {200, 400, 404}
        assert not EVIL.search(response.text)


def test_naughty_strings_pass_through_every_field(client: FlaskClient) -> None:
    """Each string of the list of naughty strings, as title, text and query, is shown as text and asked safely."""
    folder = os.environ.get("TIMBAO_BENCH_DATA")
    if not folder:
        pytest.skip("TIMBAO_BENCH_DATA does not name the folder with blns.json")
    naughty = json.loads((Path(folder) / "blns.json").read_text("utf-8"))
    engine = OracleEngine()
    with engine.writer() as writer:
        for number, text in enumerate(naughty):
            writer.put(_document(str(number), text))
        writer.commit("")
    visitor = create_app(engine).test_client()
    for number, text in enumerate(naughty):
        page = soup(visitor, f"/a/{number}?q={quote(text)}")
        assert not page.select(_DANGEROUS)
        heading = page.select_one("h1")
        assert heading is not None
        if text:
            assert heading.get_text() == printable(text)
        assert client.get("/search", query_string={"q": text, "author": text}).status_code in {200, 400}


_DANGEROUS = "script, img, svg, iframe, [onerror], [onload], [onclick], a[href^=javascript]"


def _document(id: str, text: str) -> Document:
    return Document(
        id, text, text, SEEN, url=text, lead=text, body=text, captions=(text,), author=text, tags=(text,)
    )


# The API


def test_offsets_cover_the_words_that_answer(client: FlaskClient) -> None:
    """Marks of titles and snippets, in code points, cover exactly the syllables asked for."""
    answer = client.get("/api/v1/search?q=duong+tranh").json
    assert answer is not None
    found = 0
    for hit in answer["hits"]:
        texts = ((hit["title"], hit["title_marks"]), (hit["snippet"]["text"], hit["snippet"]["marks"]))
        for text, marks in texts:
            assert unicodedata.is_normalized("NFC", text)
            for start, end in marks:
                assert fold(text[start:end].lower()) in {"duong tranh", "duong", "tranh"}
                found += 1
    assert found >= 3


def test_link_leads_through_all_pages(client: FlaskClient) -> None:
    """Following `Link: rel=next` gives the hits of one long page, in the same order."""
    whole = client.get("/api/v1/search?q=lua&limit=100").json
    assert whole is not None
    address, ids = "/api/v1/search?q=lua&limit=7", []
    while address:
        response = client.get(address)
        assert response.json is not None
        ids += [hit["id"] for hit in response.json["hits"]]
        onward = re.search(r'<([^>]+)>; rel="next"', ", ".join(response.headers.getlist("Link")))
        address = onward[1] if onward else ""
    assert ids == [hit["id"] for hit in whole["hits"]]
    assert len(ids) == len(MANY)


def test_link_leads_back(client: FlaskClient) -> None:
    """`Link: rel=prev` names the page before, from the second page on; the last page has no `next`."""
    relations = [
        dict(re.findall(r'<([^>]+)>; rel="(\w+)"', ", ".join(client.get(address).headers.getlist("Link"))))
        for address in (f"/api/v1/search?q=lua&limit=10&page={page}" for page in (1, 2, 3))
    ]
    address = "/api/v1/search?q=lua"
    assert relations == [
        {f"{address}&page=2": "next"},
        {address: "prev", f"{address}&page=3": "next"},
        {f"{address}&page=2": "prev"},
    ]


def test_a_query_error_has_its_position(client: FlaskClient) -> None:
    """Problem details of a query error hold type, title, status, detail, the position in NFC text, a suggestion."""
    decomposed = quote(unicodedata.normalize("NFD", 'đường "tránh'))
    response = client.get(f"/api/v1/search?q={decomposed}")
    assert (response.status_code, response.content_type) == (400, "application/problem+json")
    assert response.json is not None
    assert response.json["position"] == len("đường ")
    assert response.json["suggestion"] == 'đường "tránh"'
    assert {"type", "title", "status", "detail"} <= set(response.json)


@pytest.mark.parametrize("query", ["", "?", "a" * 4_001, " ".join(["a"] * 257)])
def test_no_word_and_too_many_are_query_errors(client: FlaskClient, query: str) -> None:
    """An empty query and one beyond the limits are a 400 with a position."""
    response = client.get("/api/v1/search", query_string={"q": query})
    assert response.status_code == 400
    assert response.json is not None
    assert isinstance(response.json["position"], int)


def test_an_article_as_json(client: FlaskClient) -> None:
    """It has the fields of the import format and what is known besides; what is absent is null."""
    answer = client.get(f"/api/v1/articles/{REVISED_ID}").json
    assert answer == {
        "schema": 1,
        "id": REVISED_ID,
        "url": REVISED.url,
        "aliases": [],
        "source": "baonuido",
        "province": "Núi Đỏ",
        "section": None,
        "title": REVISED.title,
        "lead": "",
        "body": REVISED.body,
        "captions": [],
        "author": None,
        "published": "2019-08-20",
        "tags": [],
        "headings": None,
        "images": None,
        "role": None,
        "agency": None,
        "language": None,
        "modified": None,
        "first_seen": SEEN.isoformat(),
        "vanished": None,
        "revisions": 2,
    }


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/api/v1/articles/nobody", 404),
        ("GET", "/api/v1/nothing", 404),
        ("POST", "/api/v1/search", 405),
        ("DELETE", "/api/v1/articles/x", 405),
        ("POST", "/healthz", 405),
        ("GET", "/api/v1/search?q=" + "a" * 8_200, 414),
        ("GET", "/nothing", 404),
        ("GET", "/a/nobody", 404),
        ("GET", "/a/" + "x/" * 4_200, 414),
        ("POST", "/search", 405),
        ("GET", "/static/../web.py", 404),
    ],
)
def test_errors_are_problems_for_programs_and_pages_for_people(
    client: FlaskClient, method: str, address: str, status: int
) -> None:
    """RFC 9457 under /api and for operations; elsewhere an HTML page with a way back to the search."""
    response = client.open(address, method=method)
    assert response.status_code == status
    if status == 405:
        assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    if address.startswith(("/api", "/healthz")):
        assert response.content_type == "application/problem+json"
        assert response.json is not None
        assert response.json["status"] == status
        assert response.json["type"] == "about:blank"
        assert response.json["title"]
        assert response.json["detail"]
    else:
        assert BeautifulSoup(response.text, "html.parser").find("a", href="/") is not None


class Broken(OracleEngine):
    """An engine that fails as it is told to."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def search(self, *_query: object, **_options: object) -> Hits:
        """Fail."""
        raise self.error

    def documents(self, _ids: Sequence[str]) -> tuple[Document, ...]:
        """Fail."""
        raise self.error

    def status(self) -> EngineStatus:
        """Fail."""
        raise self.error


@pytest.mark.parametrize(
    "error",
    [
        NoIndex("whoosh:/secret/place"),
        StaleIndex("whoosh:/secret/place", "old"),
        CorruptIndex("whoosh:/secret/place", "bits"),
        EngineUnavailable("whoosh:/secret/place", "away \x1b[2J"),
    ],
)
def test_without_an_index_the_site_asks_for_patience(
    error: EngineError, caplog: pytest.LogCaptureFixture
) -> None:
    """503 with Retry-After, on pages and in the API; the place on disk is in the log, not in the answer."""
    visitor = create_app(Broken(error)).test_client()
    for address in ("/api/v1/search?q=a", "/api/v1/articles/a", "/readyz", "/search?q=a", "/a/x"):
        response = visitor.get(address)
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) > 0
        assert "/secret/place" not in response.text
        assert ("problem+json" in response.content_type) == (address[:4] in {"/api", "/rea"})
    assert "/secret/place" in caplog.text
    assert "\x1b" not in caplog.text, "logs are read on terminals"
    assert visitor.get("/").status_code == 200


def test_an_address_of_the_greatest_length_is_read() -> None:
    """One byte more is a 414."""
    visitor = create_app(OracleEngine()).test_client()
    longest = "/?x=" + "a" * (MAX_ADDRESS - 4)
    assert visitor.get(longest).status_code == 200
    assert visitor.get(f"{longest}a").status_code == 414


def test_the_log_holds_what_is_ours_to_mend(caplog: pytest.LogCaptureFixture) -> None:
    """An engine that is away is logged, in letters only; a visitor's mistake is not."""
    visitor = create_app(Broken(EngineUnavailable("whoosh:x", "away \x1b[2J"))).test_client()
    assert visitor.get("/api/v1/search?q=(").status_code == 400
    assert visitor.get("/nothing").status_code == 404
    assert caplog.records == []
    assert visitor.get("/api/v1/articles/a").status_code == 503
    assert "away" in caplog.text
    assert "\x1b" not in caplog.text


def test_a_defect_shows_no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    """An unexpected exception is a 500 that says nothing of the code; the log has it."""
    visitor = create_app(Broken(ZeroDivisionError("inner secret"))).test_client()
    for address, kind in (("/api/v1/search?q=a", "application/problem+json"), ("/search?q=a", "text/html")):
        response = visitor.get(address)
        assert response.status_code == 500
        assert response.content_type.startswith(kind)
        assert "secret" not in response.text
        assert "Traceback" not in response.text
    assert "inner secret" in caplog.text


def test_operations_tell_life_from_readiness(client: FlaskClient) -> None:
    """Without an index the process is healthy but not ready; with one it is both, and says which generation."""
    empty = create_app(OracleEngine()).test_client()
    assert (empty.get("/healthz").status_code, empty.get("/readyz").status_code) == (200, 503)
    ready = client.get("/readyz").json
    assert ready == {"status": "ready", "generation": "1", "documents": len(MANY) + 3}
    for address in ("/healthz", "/readyz"):
        assert client.get(address).headers["Cache-Control"] == "no-store", "an old answer tells nothing"


def test_an_index_of_another_analysis_is_not_ready() -> None:
    """An index that searches would refuse as stale is not called ready."""

    class Old(OracleEngine):
        def status(self) -> EngineStatus:
            return EngineStatus("1", 0, "", 0, 0)

    assert create_app(Old()).test_client().get("/readyz").status_code == 503


def test_the_description_tells_the_truth(client: FlaskClient) -> None:
    """Every path of openapi.json answers, and its schemas name exactly the members of real answers."""
    description = client.get("/openapi.json").json
    assert description is not None
    schemas = description["components"]["schemas"]
    answers: dict[str, Any] = {
        "SearchAnswer": client.get("/api/v1/search?q=duong").json,
        "Article": client.get(f"/api/v1/articles/{ROAD_ID}").json,
        "Problem": client.get("/api/v1/search?q=(").json,
    }
    answers["Hit"] = answers["SearchAnswer"]["hits"][0]
    for name, answer in answers.items():
        assert set(schemas[name]["properties"]) == set(answer)
        assert set(schemas[name]["required"]) <= set(answer)
    for path in description["paths"]:
        asked = client.get(path.replace("{id}", ROAD_ID), query_string={"q": "duong"})
        assert str(asked.status_code) in description["paths"][path]["get"]["responses"]
    asked_for = {
        p["name"] for p in description["paths"]["/api/v1/search"]["get"]["parameters"] if "name" in p
    }
    assert asked_for == {
        "q",
        "from",
        "to",
        "source",
        "province",
        "section",
        "author",
        "sort",
        "reprints",
        "limit",
        "page",
    }


# Languages, caches, headers


def test_each_visitor_is_answered_in_their_language(client: FlaskClient) -> None:
    """Vietnamese unless `lang` or the browser asks for English; one visitor's language never reaches another."""
    cases = [
        ({}, "", "vi"),
        ({"Accept-Language": "en-US,en;q=0.9"}, "", "en"),
        ({"Accept-Language": "vi,en;q=0.8"}, "", "vi"),
        ({"Accept-Language": "fr"}, "", "vi"),
        ({"Accept-Language": "en"}, "&lang=vi", "vi"),
        ({}, "&lang=en", "en"),
        ({}, "&lang=xx", "vi"),
    ] * 10

    def spoken(case: tuple[dict[str, str], str, str]) -> bool:
        headers, parameter, language = case
        response = client.application.test_client().get(f"/search?q=duong{parameter}", headers=headers)
        moment = "22:42 15/03/2021" if language == "vi" else "2021-03-15 22:42"
        return f'<html lang="{language}">' in response.text and f">{moment}<" in response.text

    with ThreadPoolExecutor(4) as visitors:
        assert all(visitors.map(spoken, cases))
    assert 'lang="vi"' in client.get("/").text[:60]


def test_the_other_language_is_one_link_away(client: FlaskClient) -> None:
    """The link to the other language keeps the search."""
    page = soup(client, "/search?q=duong&page=1&lang=en")
    assert page.find("a", href="?q=duong&page=1&lang=vi") is not None


def test_a_known_answer_is_not_sent_again(tmp_path: Path) -> None:
    """The ETag is the same for equal searches and changes with the index; 304 has no body."""
    engine = OracleEngine()
    with fill(engine, tmp_path) as archive:
        visitor = create_app(engine, lambda: archive).test_client()
        for path in ("/search", "/api/v1/search"):
            tag = visitor.get(f"{path}?q=h%E1%BB%93&page=1").headers["ETag"]
            assert visitor.get(f"{path}?page=&sort=relevance&q=ho%CC%82%CC%80").headers["ETag"] == tag
            assert visitor.get(f"{path}?q=ho").headers["ETag"] != tag
            again = visitor.get(f"{path}?q=h%E1%BB%93", headers={"If-None-Match": tag})
            assert (again.status_code, again.data) == (304, b"")
            with engine.writer() as writer:
                writer.commit("")
            assert visitor.get(f"{path}?q=h%E1%BB%93", headers={"If-None-Match": tag}).status_code == 200
        assert (
            visitor.get("/search?q=ho").headers["ETag"] != visitor.get("/search?q=ho&lang=en").headers["ETag"]
        )


@pytest.mark.parametrize(
    "address", ["/", "/search?q=duong", "/api/v1/search?q=(", "/nothing", "/static/style.css"]
)
def test_every_answer_is_guarded(client: FlaskClient, address: str) -> None:
    """Pages, errors and files alike carry the security headers."""
    headers = client.get(address).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "Accept-Language" in headers["Vary"]


@pytest.mark.parametrize(
    "address", ["/", "/search?q=duong", "/api/v1/search?q=duong", f"/a/{ROAD_ID}", "/nothing"]
)
def test_head_is_get_without_the_body(client: FlaskClient, address: str) -> None:
    """HEAD has the status and type of GET, and no body."""
    head, get = client.head(address), client.get(address)
    assert (head.status_code, head.content_type, head.data) == (get.status_code, get.content_type, b"")


# The real server


def test_the_real_server_over_the_real_engine(tmp_path: Path) -> None:
    """On loopback, over an index on disk: it announces its URL, answers, and names no server software."""
    engine = open_engine(f"whoosh:{tmp_path / 'index-of-articles'}")
    fill(engine, tmp_path).close()
    engine.close()
    with served(engine.locator) as url:
        place = urlsplit(url)
        assert place.hostname == "127.0.0.1"
        connection = http.client.HTTPConnection("127.0.0.1", place.port or 0, timeout=10)
        for address, status in (
            ("/api/v1/search?q=duong", 200),
            ("/a/" + "x" * 9_000, 414),
            ("/readyz", 200),
        ):
            connection.request("GET", address)
            response = connection.getresponse()
            body = response.read()
            assert response.status == status
            assert response.getheader("Server") is None
            if status == 200:
                assert json.loads(body)
        connection.close()


def test_an_address_of_ipv6_is_announced_in_brackets(tmp_path: Path) -> None:
    """The URL that is announced can be asked as it stands (RFC 3986, section 3.2.2)."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    with served(f"whoosh:{tmp_path / 'none'}", host="::1") as url:
        assert re.fullmatch(r"http://\[::1\]:\d+/", url)
        with urlopen(f"{url}healthz", timeout=10) as answer:
            assert answer.status == 200


def test_a_taken_port_is_said_plainly(stocked: tuple[OracleEngine, Archive]) -> None:
    """Listening where someone else does raises CannotServe, which names the port and the way out."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotServe) as caught:
            serve(create_app(stocked[0], lambda: stocked[1]), "127.0.0.1", port)
    assert str(port) in str(caught.value)
    assert "--port" in str(caught.value)


def test_an_address_that_is_none_is_said_plainly(stocked: tuple[OracleEngine, Archive]) -> None:
    """A host that is no address of this machine raises CannotServe too."""
    for host, port in (("192.0.2.1", 0), ("not a host", 80), ("127.0.0.1", 70_000)):
        with pytest.raises(CannotServe):
            serve(create_app(stocked[0], lambda: stocked[1]), host, port)


def test_reprints_are_told_and_led_to() -> None:
    """A folded hit says how often it was reprinted, a link unfolds, and each article's page leads to the others."""
    engine = OracleEngine()
    with engine.writer() as writer:
        for number, source in enumerate(("mot.vn", "hai.vn")):
            published = date(2021, 3, 15 + number)
            agency = "TTXVN" if number else None
            writer.put(
                Document(
                    source, source, "Bão vào bờ", SEEN, published=published, group="mot.vn", agency=agency
                )
            )
        writer.commit("")
    client = _Visitor(create_app(engine, lambda: None))
    page = soup(client, "/search?q=bão+vào&lang=en")
    told = [line.get_text().strip() for line in page.select(".hits .reprints")]
    assert told == ["Reprinted in 1 other article, the earliest: mot.vn, 2021-03-15"]
    (unfold,) = page.select(".count a")
    assert unfold.get_text() == "show reprints"
    assert str(unfold["href"]) == "/search?q=b%C3%A3o+v%C3%A0o&reprints=show&lang=en"
    second = soup(client, "/search?q=bão+vào&reprints=show&limit=1&page=2")
    assert [str(link["href"]) for link in second.select(".count a")] == [
        "/search?q=b%C3%A3o+v%C3%A0o&limit=1"
    ]
    unfolded = soup(client, str(unfold["href"]))
    assert len(unfolded.select(".hits h3")) == 2
    assert [link.get_text() for link in unfolded.select(".count a")] == ["fold reprints"]
    for address, other in (("/a/mot.vn", "hai.vn"), ("/a/hai.vn?q=bão", "mot.vn")):
        links = soup(client, address).select("section a")
        assert [str(link["href"]) for link in links] == [
            f"/a/{other}" + ("?q=b%C3%A3o" if "?" in address else "")
        ], "not itself, and with the search that led here"
    assert "(TTXVN)" in soup(client, "/a/mot.vn").get_text()
