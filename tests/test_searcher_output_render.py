"""Pages of results as JSON, lines and terminal text, against golden files and hostile text."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl.article import VIETNAM
from crawl.messages import current_language, set_language
from index.document import Document
from searcher.output.render import reprints_line, to_json, to_jsonl, to_lines, to_text
from searcher.querylang.syntax import parse
from searcher.results.request import SearchRequest
from searcher.results.search import Reprints, ResultHit, ResultPage, Suggestion
from searcher.results.snippets import Snippet, marks, snippet
from searcher.suggest.corrections import Slip

GOLDEN = Path(__file__).parent / "golden"
SEEN = datetime(2024, 1, 1, tzinfo=UTC)

DOCUMENTS = (
    Document(
        id="k1",
        source="baomau.vn",
        title="Làng chài Vĩnh Sóng giữ nghề đan lưới",
        first_seen=SEEN,
        url="https://baomau.vn/lang-chai-vinh-song-1.html",
        lead="Hơn ba mươi hộ ở làng chài Vĩnh Sóng vẫn sống bằng nghề đan lưới.",
        body="Sáng sớm, bến cá đã đông. " * 12
        + "\n\nÔng Lê Thử nói làng chài này có trước khi có con đường. "
        + "Chiều xuống, thuyền về. " * 12,
        author="Trần Ví Dụ",
        province="Khánh Hòa",
        section="Kinh tế",
        published=datetime(2021, 3, 15, 22, 42, tzinfo=VIETNAM),
    ),
    Document(
        id="k2",
        source="tinthu.vn",
        title="Con đường mới về làng",
        first_seen=SEEN,
        url="https://tinthu.vn/2.html",
        body="Người làng góp đất.\n\nKhông ai nhắc đến nghề chài lưới.",
        published=date(2020, 1, 2),
    ),
    Document(id="k3", source="tinthu.vn", title="", first_seen=SEEN, body="Thuyền chài ra khơi."),
)


def page(text: str = '"làng chài" OR chài', *documents: Document, partial: int = 1) -> ResultPage:
    """A page as the searcher makes it, with fixed scores; the last `partial` hits are partial."""
    documents = documents or DOCUMENTS
    query = parse(text).query
    hits = tuple(
        ResultHit(
            document,
            7.31234567 - place,
            place >= len(documents) - partial,
            snippet(document, query),
            marks(document.title, query, "title"),
        )
        for place, document in enumerate(documents)
    )
    return ResultPage(
        text=text,
        parsed=parse(text).parsed,
        total=len(hits) - partial,
        groups=len(hits) - partial,
        took_ms=1.9004,
        generation="7",
        hits=hits,
        page=1,
        limit=10,
        has_next=True,
        suggestions=(Suggestion("làng chay", 1200, SearchRequest("làng chay")),),
        slips=(Slip("chàii", "chài", 0, 5),),
    )


@pytest.fixture(autouse=True)
def _english() -> object:
    """Golden files are written in English."""
    before = current_language()
    set_language("en")
    yield
    set_language(before)


def test_json_is_as_published() -> None:
    """The JSON object holds the same names, values and nulls as the golden file, on one line."""
    written = to_json(page())
    assert json.loads(written) == json.loads((GOLDEN / "results.json").read_text(encoding="utf-8"))
    assert "\n" not in written


def test_json_lines_are_the_hits() -> None:
    """JSON Lines hold exactly the hits of the JSON object, one a line."""
    lines = to_jsonl(page())
    assert lines.endswith("\n")
    assert [json.loads(line) for line in lines.splitlines()] == json.loads(to_json(page()))["hits"]


@pytest.mark.parametrize(
    ("name", "colour", "links"),
    [("results-plain.txt", False, False), ("results-colour.txt", True, False)],
)
def test_terminal_text_is_as_published(name: str, colour: bool, links: bool) -> None:
    """The text for a terminal is that of the golden file; without colour it holds no escape sequence."""
    written = to_text(page(), colour=colour, links=links, width=72)
    assert written == (GOLDEN / name).read_text(encoding="utf-8")
    assert ("\x1b" in written) == colour


def test_lines_are_as_published() -> None:
    """Off a terminal there is one record a line, tab separated, partial matches named."""
    assert to_lines(page()) == (GOLDEN / "results-lines.txt").read_text(encoding="utf-8")


def test_links_are_in_the_title() -> None:
    """With links the title leads to the article (OSC 8), and nothing else is styled without colour."""
    written = to_text(page(), colour=False, links=True, width=200)
    found = re.findall(r"\x1b\]8;[^;]*;([^\x1b]+)\x1b\\(.*?)\x1b\]8;;\x1b\\", written)
    assert [address for address, _text in found] == [document.url for document in DOCUMENTS if document.url]
    assert "Con đường mới về làng" in found[1][1]
    assert "\x1b[" not in written


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize(("total", "hits"), [(0, 0), (0, 1), (1, 1), (1234, 1)])
def test_the_first_line_says_how_many(total: int, hits: int, colour: bool) -> None:
    """The first line counts whole matches, and says so when there are none or only partial ones."""
    shown = replace(page(), total=total, groups=total, hits=page().hits[:hits], suggestions=())
    first = to_text(shown, colour=colour, links=False, width=80).splitlines()[0]
    expected = {0: "Nothing found." if hits == 0 else "No article holds all of it.", 1: "1 article, 2 ms"}
    assert expected.get(total, "1,234 articles, 2 ms") in first


HOSTILE = (
    "\x1b]0;title\x07 \x1b]52;c;ZXZpbA==\x07 \x1b[2J \x9b2J "
    "\u202echài\u2028\u2029 \ud800 \r\n\t\x00 </script> chài"
)


def hostile_page(text: str) -> ResultPage:
    """A page on which every text a newspaper or person chose is `text`."""
    document = Document(
        id=text,
        source=text,
        title=text,
        first_seen=SEEN,
        url="https://a.vn/" + text,
        body=text,
        author=text,
        province=text,
        section=text,
    )
    shown = page("chài", document, partial=0)
    return replace(shown, text=text, generation=text, suggestions=(Suggestion(text, 1, SearchRequest(text)),))


UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@given(
    st.text(max_size=40) | st.just(HOSTILE) | st.text("\x1b\x9b[]\\;\x07\u202e\ud800\t\r\n chà", max_size=40)
)
def test_nothing_hostile_reaches_the_output(text: str) -> None:
    """No control, override or lone surrogate is printed; records stay one a line; JSON keeps the text."""
    shown = hostile_page(text)
    plain = to_text(shown, colour=False, links=False, width=60)
    assert not UNSAFE.search(plain)
    coloured = to_text(shown, colour=True, links=True, width=60)
    assert not UNSAFE.search(re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;[^;\x1b]*;[\x21-\x7e]*\x1b\\", "", coloured))
    record = to_lines(shown)
    assert not UNSAFE.search(record)
    assert (record.count("\n"), record.count("\t")) == (1, 4)
    written = to_json(shown)
    assert not UNSAFE.search(written)
    assert json.loads(written)["hits"][0]["title"] == text
    assert to_jsonl(shown).count("\n") == 1
    for output in (plain, coloured, record, written):
        output.encode()


def test_offsets_survive_escaping() -> None:
    """After decoding, the JSON's marks still point at what matched."""
    hit = json.loads(to_json(hostile_page(HOSTILE)))["hits"][0]
    assert [hit["title"][start:end] for start, end in hit["title_marks"]] == ["chài", "chài"]
    text = hit["snippet"]["text"]
    assert [text[start:end] for start, end in hit["snippet"]["marks"]] == ["chài", "chài"]


def test_a_narrow_terminal_is_no_obstacle() -> None:
    """A width of nothing is answered with the least that text needs, and no line exceeds it."""
    written = to_text(page(), colour=False, links=False, width=0)
    assert max(map(len, written.splitlines())) <= 20
    assert "«Làng" in written


def test_a_snippet_without_text_leaves_no_blank_line() -> None:
    """An article without lead, body and captions is shown by title and origin alone."""
    bare = replace(page().hits[0], snippet=Snippet("", ()))
    written = to_text(
        replace(page(), hits=(bare,), slips=(), has_next=False), colour=False, links=False, width=80
    )
    assert written.splitlines()[3:] == [
        "1. «Làng chài» Vĩnh Sóng giữ nghề đan lưới",
        "   2021-03-15 · baomau.vn · Khánh Hòa · Trần Ví Dụ",
        "   k1",
        "   https://baomau.vn/lang-chai-vinh-song-1.html",
    ]


def test_reprints_are_told_in_one_line() -> None:
    """A folded hit says in how many others it was printed and where first, JSON too; hostile names are tamed."""
    evil = replace(DOCUMENTS[1], source="evil\x1b[2J.vn")
    found = page()
    hits = (
        replace(found.hits[0], reprints=Reprints(3, evil)),
        replace(found.hits[1], reprints=Reprints(1, DOCUMENTS[2])),
    )
    shown = replace(found, hits=hits, total=1234, groups=56)
    lines = to_text(shown, colour=False, links=False, width=100).splitlines()
    assert lines[0] == "1,234 articles, 56 without reprints, 2 ms"
    assert any(
        "Reprinted in 3 other articles, the earliest: evil" in line and "2020-01-02" in line for line in lines
    )
    assert any(line.endswith("Reprinted in 1 other article, the earliest: tinthu.vn") for line in lines)
    own = Reprints(1, DOCUMENTS[0])
    assert reprints_line(DOCUMENTS[0], own, str) == "Reprinted in 1 other article"
    assert "\x1b" not in "".join(lines)
    first, second = (hit["reprints"] for hit in json.loads(to_json(shown))["hits"])
    assert first == {"count": 3, "first": {"id": "k2", "source": evil.source, "published": "2020-01-02"}}
    assert second == {"count": 1, "first": {"id": "k3", "source": "tinthu.vn", "published": None}}
