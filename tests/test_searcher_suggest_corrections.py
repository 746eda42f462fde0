"""What was probably meant: offered with its number of hits, from the index's own words, and never run silently."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import Document
from index.engine import Engine
from index.text.tokens import analyse
from searcher.querylang.lexer import TypedText
from searcher.querylang.syntax import parse
from searcher.results.request import SearchRequest
from searcher.results.search import Searcher
from searcher.suggest import corrections
from searcher.suggest.corrections import MAX_SLIPS, correction, mended, slips
from tests.oracle_engine import OracleEngine
from tests.published_cases import published_cases

SEEN = datetime(2024, 1, 1, tzinfo=UTC)
TEXTS = (
    "Tỉnh Khánh Hòa làm tốt công tác dân vận",
    "Đường tránh Khánh Hòa thông xe, công an tỉnh phân luồng",
    "Tai nạn giao thông trên đường sắt Bắc Nam",
    "Khánh thành nhà máy nước, hoa nở khắp lối",
    "Xe bus và oto đi qua bệnh viện đa khoa tỉnh",
)


def filled() -> Engine:
    """An index of a few articles of two provinces."""
    made = OracleEngine()
    with made.writer() as writer:
        for number, text in enumerate(TEXTS):
            province = "Ninh Thuận" if number == 1 else "Khánh Hòa"
            writer.put(
                Document(
                    str(number), "bao", text, SEEN, province=province, published=date(2020, 1, 1 + number)
                )
            )
        writer.commit("")
    return made


READY = filled()


def corrected(text: str, engine: Engine, *, found_nothing: bool = False) -> str | None:
    """What is offered for a text."""
    meant = correction(parse(text), engine, found_nothing=found_nothing)
    return None if meant is None else meant.text


@pytest.fixture
def engine() -> Engine:
    """The index of these articles."""
    return READY


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("khanhs hoaf", "khánh hòa"),
        ("kha1nh ho2a", "khánh hòa"),
        ("Khanh1 Hoa2", "khánh hòa"),
        ("dan van", "dân vận"),
        ("tai nan giao thong", "tai nạn giao thông"),
        ("khánhh hòa", "khánh hòa"),
        ("đưòng sắt", "đường sắt"),
        ("đường sắc", "đường sắt"),
        ("duong sat bac nam", "đường sắt bắc nam"),
        ("bệnh vện", "bệnh viện"),
        ('"duong sat"', '"đường sắt"'),
    ],
)
def test_slips_are_mended(engine: Engine, typed: str, meant: str) -> None:
    """Keystrokes, missing and wrong marks and a wrong letter lead to the words of the index."""
    assert corrected(typed, engine) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "khánh hòa",
        "công an tỉnh",
        "bus",
        "oto",
        "2021",
        "zzzz qqqq",
        "khánh -hoa",
        "title:duong",
        "a OR b",
        "hoa nở",
    ],
)
def test_what_is_right_or_unknown_is_left_alone(engine: Engine, typed: str) -> None:
    """Right queries, foreign words, operators and what nothing resembles get no suggestion."""
    assert corrected(typed, engine) is None


def test_a_suggestion_says_how_much_it_finds(engine: Engine) -> None:
    """The search itself runs as typed; the suggestion comes with its total, under the same filters."""
    page = Searcher(engine).search(SearchRequest("khanhs hoaf"))
    assert page.total == 0
    assert [(found.text, found.total) for found in page.suggestions] == [("khánh hòa", 2)]
    page = Searcher(engine).search(SearchRequest("khanhs hoaf", last=date(2020, 1, 1)))
    assert [found.total for found in page.suggestions] == [1]
    assert Searcher(engine).search(SearchRequest("khanhs hoaf", first=date(2021, 1, 1))).suggestions == ()


def test_a_name_without_quotation_marks_is_offered_with_them(engine: Engine) -> None:
    """`tỉnh:Khánh Hòa` finds nothing, as the province is called by both words; quoted it is found."""
    for text in ("tỉnh:Khánh Hòa", "tỉnh:khanh hoa dân vận", "dân AND tỉnh:Khánh Hòa"):
        page = Searcher(engine).search(SearchRequest(text))
        assert page.total == 0
        offered = {other.text: other.total for other in page.suggestions}
        quoted = re.sub("(?i)(khánh hòa|khanh hoa)", r'"\1"', text)
        assert offered[quoted] > 0
    assert Searcher(engine).search(SearchRequest("tỉnh:Lai Châu")).suggestions == ()


def test_provinces_that_add_no_article_are_not_offered(engine: Engine) -> None:
    """A wider query that finds only what was found already is no advice, whether the province is a filter or typed."""
    for request in (SearchRequest("dân vận", province=("Khánh Hòa",)), SearchRequest('dân tỉnh:"Khánh Hòa"')):
        page = Searcher(engine).search(request)
        assert page.total > 0
        assert page.suggestions == ()


def test_earlier_and_later_provinces_are_offered(engine: Engine) -> None:
    """Whoever asks for a province is offered what was merged into it and what it became, as a query to type."""
    page = Searcher(engine).search(SearchRequest("khánh hòa", province=("khanh hoa",)))
    assert page.total == 1
    (wider,) = page.suggestions
    assert "Ninh Thuận" in wider.text
    assert wider.total == 2
    assert Searcher(engine).search(SearchRequest(wider.text)).total == 2
    (later,) = Searcher(engine).search(SearchRequest("khánh hòa", province=("Ninh Thuận",))).suggestions
    assert later.total == 2
    assert Searcher(engine).search(SearchRequest("khánh hòa", province=("Sơn La",))).suggestions == ()


def test_published_keystrokes(bench_data: Path) -> None:
    """Keystrokes of other projects' reports become the words meant, and words that only look like some stay."""
    cases = published_cases(bench_data, "telex", "vni")
    engine = OracleEngine()
    with engine.writer() as writer:
        for number, text in enumerate(cases.values()):
            writer.put(Document(str(number), "bao", text, SEEN))
        writer.commit("")
    expected = {typed: None if meant == typed else meant for typed, meant in cases.items()}
    assert {typed: corrected(typed, engine) for typed in cases} == expected


def index_of(texts: list[str]) -> Engine:
    """An index of these articles, each one line."""
    made = OracleEngine()
    with made.writer() as writer:
        for number, text in enumerate(texts):
            writer.put(Document(str(number), "bao", text, SEEN))
        writer.commit("")
    return made


def test_marks_are_those_of_the_whole_row() -> None:
    """Where each neighbour alone asks for other marks, the marking that all of them have together is offered."""
    made = index_of(["người dân vui"] * 30 + ["người đàn ông khác"] * 8 + ["đàn ông"] * 9 + ["ông khác"])
    assert corrected("nguoi dan ong khac", made) == "người đàn ông khác"


def test_what_stands_so_is_not_doubted() -> None:
    """Words with marks that stand side by side as typed are right, however frequent others with other marks are."""
    made = index_of(["hướng dẫn chỉ đường"] + ["chị Dương kể"] * 200)
    assert corrected("hướng dẫn chỉ đường", made) is None
    assert corrected("chỉ đường", made) == "chị dương"  # far more often than that


def test_the_likelier_slip_is_offered() -> None:
    """A letter left out, typed twice or exchanged is likelier than another in its place, and so are wrong marks."""
    made = index_of(["sử dụng đất"] * 3 + ["sử úng đất"] + ["tử hình phạt"] * 5 + ["từ hinh phạt"])
    assert corrected("sử ụng đất", made) == "sử dụng đất"
    made = index_of(["nhà trắng đẹp"] * 2 + ["nhà trăng đẹp"] + ["nhà trống đẹp"] * 9)
    for typed in ("nhà trắngg đẹp", "nhà trnắg đẹp", "nhà trắn đẹp"):
        assert corrected(typed, made) == "nhà trắng đẹp"


@given(st.text('adđườgnhk "(', max_size=40))
def test_slips_are_where_they_are_said_to_be(text: str) -> None:
    """Each slip is a word of the text, in order, at most MAX_SLIPS; with none the text stays as it is."""
    found = slips(TypedText(text, analyse(text), ()), READY)
    assert len(found) <= MAX_SLIPS
    assert [text[slip.start : slip.end] for slip in found] == [slip.typed for slip in found]
    assert [slip.start for slip in found] == sorted({slip.start for slip in found})
    assert (mended(text, found) == text) == (not found)


def test_words_of_the_index_are_doubted_where_they_are_rare_or_nothing_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A slip that some article made too, and a word that finds nothing here, give way to what fits far better."""
    monkeypatch.setattr(corrections, "_RARE", 10)
    made = OracleEngine()
    texts = ["thị trường nhà đất"] * 25 + ["thị truờn"] * 2 + ["tường gạch"] * 10
    with made.writer() as writer:
        for number, text in enumerate(texts):
            writer.put(Document(str(number), "bao", text, SEEN))
        writer.commit("")
    assert corrected("truờn nhà", made) == "trường nhà"
    assert corrected("thị truờn", made) is None  # it stands there so too often for a slip
    assert corrected("thị tường", made) is None
    assert corrected("thị tường", made, found_nothing=True) == "thị trường"
    assert corrected("đất gạch", made, found_nothing=True) is None
