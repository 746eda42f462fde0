"""One search, over the engine that defines what matches."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.document import Document
from index.engine import DEFAULT_OPTIONS, Group, Hits, NoIndex, SearchOptions, Sort
from index.query import Query, Term, leaves
from index.text.tokens import Tokens
from searcher.querylang import syntax
from searcher.querylang.lexer import TypedText, lex
from searcher.querylang.syntax import QuerySyntaxError, parse
from searcher.results.request import (
    MAX_LIMIT,
    MAX_REACH,
    DatesReversed,
    EmptyFilter,
    LimitOutOfRange,
    PageOutOfRange,
    RequestError,
    SearchRequest,
)
from searcher.results.search import MAX_PARTIAL, ResultHit, Searcher
from tests import oracle_engine
from tests.oracle_engine import OracleEngine
from tests.published_cases import published_cases

SEEN = datetime(2024, 1, 1, tzinfo=UTC)


def article(name: str, body: str = "", **fields: object) -> Document:
    """A document of which only what matters is said."""
    return Document(id=name, body=body, **{"source": "a.vn", "title": "", "first_seen": SEEN, **fields})  # type: ignore[arg-type]


def searcher(*documents: Document) -> Searcher:
    """A searcher over these documents."""
    engine = OracleEngine()
    with engine.writer() as writer:
        for document in documents:
            writer.put(document)
        writer.commit("")
    return Searcher(engine)


def ids(found: Searcher, text: str, **request: object) -> list[str]:
    """The ids that a request finds, in order."""
    page = found.search(SearchRequest(text, **request))  # type: ignore[arg-type]
    return [hit.document.id for hit in page.hits]


ARTICLES = (
    article("1", "Hội nghị dân vận", title="Dân vận khéo", published=date(2021, 3, 15)),
    article("2", "Người dân đi vận động", province="Khánh Hòa", published=date(2020, 1, 1)),
    article("3", "Nhân dân", province="Khánh Hoà", source="b.vn", author="Nguyễn Văn An"),
    article("4", "Vận tải", section="Kinh tế", author="Lê Ân"),
    article("5", "Bóng đá"),
)
CORPUS = searcher(*ARTICLES)


def test_whole_matches_come_first_and_make_the_total() -> None:
    """Articles with all words come first, neighbours before strays; those with some follow, uncounted."""
    page = CORPUS.search(SearchRequest("dân vận"))
    assert [(hit.document.id, hit.partial) for hit in page.hits[:2]] == [("1", False), ("2", False)]
    assert {(hit.document.id, hit.partial) for hit in page.hits[2:]} == {("3", True), ("4", True)}
    assert (page.total, page.groups, page.has_next, page.suggestions) == (2, 2, False, ())
    assert (page.text, page.parsed, page.generation) == ("dân vận", "dân vận", "1")
    assert page.took_ms >= 0


def test_hits_carry_a_snippet_and_title_marks() -> None:
    """What the query found is marked in the excerpt and in the title."""
    hit = CORPUS.search(SearchRequest("dân vận")).hits[0]
    assert hit.title_marks == ((0, 7),)
    assert [hit.snippet.text[start:end] for start, end in hit.snippet.marks] == ["dân vận"]


def test_partial_matches_follow_by_relevance_only() -> None:
    """Sorted by date, or with strict operators, there are whole matches only."""
    assert ids(CORPUS, "dân vận", sort=Sort.NEWEST) == ["1", "2"]
    assert ids(CORPUS, "dân vận", sort=Sort.OLDEST) == ["2", "1"]
    assert ids(CORPUS, "dân AND vận AND tải") == []


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"province": ("Khánh Hòa",)}, {"2", "3"}),
        ({"province": ("khanh hoa",)}, {"2", "3"}),
        ({"province": ("Khánh Hòa",), "source": ("b.vn",)}, {"3"}),
        ({"source": ("b.vn", "a.vn")}, {"1", "2", "3", "4"}),
        ({"author": ("an",)}, {"3", "4"}),
        ({"author": ("Ân",)}, {"4"}),
        ({"section": ("kinh te",)}, {"4"}),
        ({"first": date(2021, 1, 1)}, {"1"}),
        ({"first": date(2020, 1, 1), "last": date(2020, 1, 1)}, {"2"}),
        ({"last": date(2019, 12, 31)}, set()),
    ],
)
def test_filters_narrow_whole_and_partial_matches(filters: dict[str, object], expected: set[str]) -> None:
    """A filter keeps the articles that have one of its values, whatever marks it was typed with."""
    assert set(ids(CORPUS, "dân vận", **filters)) == expected


def test_filters_never_change_scores() -> None:
    """A hit scores the same with a filter as without."""
    free = {hit.document.id: hit.score for hit in CORPUS.search(SearchRequest("dân vận")).hits}
    narrowed = CORPUS.search(SearchRequest("dân vận", province=("Khánh Hòa",), last=date(2022, 1, 1))).hits
    assert narrowed
    assert all(hit.score == free[hit.document.id] for hit in narrowed)


WORDS = st.lists(st.sampled_from(["dân", "vận", "dan", "huế", "đi"]), max_size=5).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(
    bodies=st.lists(WORDS, min_size=1, max_size=14),
    query=st.sampled_from(["dân vận", "dan huế đi", "huế", '"dân vận" đi', "dân vận -huế"]),
    limit=st.integers(1, 6),
)
def test_pages_put_together_are_the_whole_list(bodies: list[str], query: str, limit: int) -> None:
    """Turning pages over the border of whole and partial matches shows every hit once, in the same order."""
    found = searcher(*(article(f"{number:02}", body) for number, body in enumerate(bodies)))
    at_once = found.search(SearchRequest(query, limit=MAX_LIMIT))
    turned: list[ResultHit] = []
    for number in range(1, len(bodies) + 2):
        page = found.search(SearchRequest(query, limit=limit, page=number))
        assert page.total == at_once.total
        turned += page.hits
        if not page.has_next:
            break
        assert len(page.hits) == limit
    assert turned == list(at_once.hits)
    assert [hit.partial for hit in turned] == [place >= at_once.total for place in range(len(turned))]
    strict = {hit.document.id for hit in turned if not hit.partial}
    some = {hit.document.id for hit in turned if hit.partial}
    assert len(strict) + len(some) == len(turned)


def test_partial_matches_are_capped() -> None:
    """At most MAX_PARTIAL partial matches are shown, over all pages."""
    found = searcher(*(article(f"{number:03}", "dân") for number in range(MAX_PARTIAL + 5)))
    assert len(ids(found, "dân vận", limit=MAX_LIMIT)) == MAX_PARTIAL
    page = found.search(SearchRequest("dân vận", limit=30, page=4))
    assert (len(page.hits), page.has_next, page.total) == (MAX_PARTIAL - 90, False, 0)
    assert ids(found, "dân vận", limit=30, page=5) == []


@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        (SearchRequest("a", limit=0), LimitOutOfRange),
        (SearchRequest("a", limit=MAX_LIMIT + 1), LimitOutOfRange),
        (SearchRequest("a", page=0), PageOutOfRange),
        (SearchRequest("a", page=MAX_REACH // 10 + 1), PageOutOfRange),
        (SearchRequest("a", page=10**30), PageOutOfRange),
        (SearchRequest("a", source=("...",)), EmptyFilter),
        (SearchRequest("a", author=("",)), EmptyFilter),
        (SearchRequest("a", first=date(2021, 1, 2), last=date(2021, 1, 1)), DatesReversed),
    ],
)
def test_impossible_requests_say_what_to_change(request_: SearchRequest, kind: type[RequestError]) -> None:
    """A request out of bounds is an error of its own class whose sentence is filled in."""
    with pytest.raises(kind) as caught:
        CORPUS.search(request_)
    assert "{" not in str(caught.value)
    assert len(str(caught.value)) > 20


def test_the_last_page_within_reach_is_answered() -> None:
    """The deepest page that paging allows is empty, not an error."""
    assert ids(CORPUS, "dân", page=MAX_REACH // 10) == []


def test_errors_of_query_and_engine_pass_through() -> None:
    """A query that cannot be understood and a missing index are reported as what they are."""
    with pytest.raises(QuerySyntaxError):
        CORPUS.search(SearchRequest("("))
    with pytest.raises(NoIndex):
        Searcher(OracleEngine()).search(SearchRequest("a"))


def test_a_pattern_for_too_many_words_is_a_fault_of_the_query(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is reported at the place where the pattern stands, with the number of words."""
    monkeypatch.setattr(oracle_engine, "MAX_EXPANSION", 1)
    for text, position in (("a OR v*", 5), ('a "b v*"', 2), ("v*", 0), ("tinh* -(v*)", 8)):
        with pytest.raises(QuerySyntaxError) as caught:
            CORPUS.search(SearchRequest(text))
        assert caught.value.position == position
        assert "v* stands for 2 words" in caught.value.hint
    assert set(ids(CORPUS, "vậ*")) == {"1", "2", "4"}


def test_the_text_is_echoed_in_nfc() -> None:
    """A text typed decomposed comes back composed, with the same hits."""
    page = CORPUS.search(SearchRequest("da\u0302n va\u0323\u0302n"))
    assert page.text == "dân vận"
    assert page.parsed == parse("dân vận").parsed
    assert page.total == 2


def test_prose_is_ranked_by_score() -> None:
    """For a pasted title the best match comes first even if it lacks a word; what holds all is counted."""
    title = "xã ven biển đón mùa cá cơm đầu năm"
    found = searcher(
        article("best", "xã ven biển đón mùa cá cơm đầu " * 3),
        article("whole", "năm " + "khác " * 40 + "đầu cơm cá mùa đón biển ven xã"),
        article("some", "mùa lũ"),
        article("none", "bóng đá"),
    )
    page = found.search(SearchRequest(title))
    assert [(hit.document.id, hit.partial) for hit in page.hits] == [
        ("best", True),
        ("whole", False),
        ("some", True),
    ]
    assert page.total == 1
    pages = [found.search(SearchRequest(title, limit=1, page=number)) for number in (1, 2, 3)]
    assert [page.hits[0].document.id for page in pages] == ["best", "whole", "some"]
    assert [page.has_next for page in pages] == [True, True, False]
    assert [hit.document.id for hit in found.search(SearchRequest(title, sort=Sort.NEWEST)).hits] == ["whole"]


class Frugal(OracleEngine):
    """An engine that notes how many hits are asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.limits: list[object] = []

    def search(self, query: Query, options: SearchOptions = DEFAULT_OPTIONS) -> Hits:
        """Note and answer."""
        self.limits.append(options.limit)
        return super().search(query, options)


def test_a_late_page_of_a_title_costs_what_an_early_one_does() -> None:
    """Only the articles that are shown are asked for, however far behind the first ones they are."""
    engine = Frugal()
    engine.committed = {
        str(number): article(str(number), "xã ven biển đón mùa cá cơm") for number in range(30)
    }
    page = Searcher(engine).search(SearchRequest("xã ven biển đón mùa cá cơm", limit=2, page=15))
    assert [hit.partial for hit in page.hits] == [False, False]
    assert (page.total, page.has_next) == (30, False)
    assert set(engine.limits) == {0, 2}


class Counted(OracleEngine):
    """An engine that counts the questions it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def search(self, query: Query, options: SearchOptions = DEFAULT_OPTIONS) -> Hits:
        """Count and answer."""
        self.asked += 1
        return super().search(query, options)

    def groups(self, names: Sequence[str], *, seconds: float | None = None) -> tuple[Group, ...]:
        """Count and answer."""
        self.asked += 1
        return super().groups(names, seconds=seconds)


def test_a_page_asks_no_more_often_the_more_hits_it_has() -> None:
    """What is printed again of a page's hits is asked for all at once."""
    engine = Counted()
    engine.committed = {
        f"{number}{copy}": article(f"{number}{copy}", "bão", group=str(number))
        for number in range(40)
        for copy in "ab"
    }
    asked = []
    for limit in (1, 5, 40):
        engine.asked = 0
        page = Searcher(engine).search(SearchRequest("bão", limit=limit))
        assert [hit.reprints.count for hit in page.hits if hit.reprints] == [1] * limit
        asked.append(engine.asked)
    assert asked == asked[:1] * 3


class Read:
    """What texts were lexed, and what of them was analysed, in all modules that look at typed texts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lexed: list[str] = []
        self.analysed: list[str] = []

        def lexing(text: str, analysed: Tokens) -> TypedText:
            self.lexed.append(text)
            return lex(text, analysed)

        def noting(read: Callable[[str], Any]) -> Callable[[str], Any]:
            def reading(text: str) -> Any:
                self.analysed.append(text)
                return read(text)

            return reading

        monkeypatch.setattr(syntax, "lex", lexing)
        rooms = tuple(f"searcher.{room}." for room in ("querylang", "suggest", "results"))
        for module in [module for name, module in sys.modules.items() if name.startswith(rooms)]:
            for name in {"analyse", "analyse_terms"} & set(vars(module)):
                monkeypatch.setattr(module, name, noting(getattr(module, name)))


@pytest.mark.parametrize(
    ("text", "special"),
    [
        ("dân vận", 0),
        ("dan van", 0),
        ("bong da", 0),
        ("dânn vận", 0),
        ("da6n va65n", 0),
        ("xã ven biển đón mùa cá cơm đầu năm", 0),
        ('xã ven biển đón "mùa cá cơm đầu năm', 0),
        ('"dân vận" OR (khéo -lũ) title:huế^2 from:2021', 0),
        ("tỉnh:Khánh Hòa dân vận", 0),
        ('vậ* khanh~ "dân vậ*"', 4),
        ("ngày 15/3/2021 NĐ-CP", 0),
    ],
)
def test_a_typed_text_is_read_once(text: str, special: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """No text is lexed twice, what was typed is analysed once, and of it apart only words with stars and tildes."""
    read = Read(monkeypatch)
    CORPUS.search(SearchRequest(text))
    plain = text.replace('"', " ")
    assert read.lexed[0] == text
    assert len(set(read.lexed)) == len(read.lexed)
    whole = Counter(one for one in read.analysed if one in read.lexed)
    assert whole == Counter(set(read.lexed) - ({plain} - {text}))
    written = {part for one in ARTICLES for part in (one.title, one.lead, one.body)}
    assert len([one for one in read.analysed if one not in written and one not in whole]) <= special


NEWS = searcher(
    article("1", "bão số chín vào bờ", group="1", published=date(2021, 3, 16), source="a.vn"),
    article("2", "bão số chín", group="1", published=date(2021, 3, 15), source="b.vn"),
    article("3", "bão số chín đổ bộ", group="1", first_seen=SEEN.replace(year=2020), source="c.vn"),
    article("4", "bão số bốn", published=date(2021, 3, 14)),
    article("5", "bão tan", group="5"),
    article("6", "bão", group="6", first_seen=SEEN.replace(year=2023)),
    article("7", "mưa", group="6", first_seen=SEEN.replace(year=2022)),
)


def test_reprints_are_folded_under_the_best_of_them() -> None:
    """Of a group only its first hit is shown; `total` counts all, `groups` counts it once, shown or folded."""
    for query, whole in (("bão số", 4), ("bão", 6)):
        for sort in Sort:
            shown = NEWS.search(SearchRequest(query, sort=sort, fold=False))
            folded = NEWS.search(SearchRequest(query, sort=sort))
            assert (shown.total, shown.groups) == (folded.total, folded.groups) == (whole, whole - 2)
            seen: set[str] = set()
            expected = []
            for hit in shown.hits:
                name = hit.document.group or hit.document.id
                if hit.partial or name not in seen:
                    expected.append(hit)
                    seen.add(name)
            assert list(folded.hits) == expected


def test_a_hit_says_how_often_and_where_first_it_was_printed() -> None:
    """The others are counted and the earliest named, whatever the filters; undated ones by when they were seen."""
    by_id = {
        hit.document.id: hit for hit in NEWS.search(SearchRequest("bão", fold=False, source=("a.vn",))).hits
    }
    first = by_id["1"].reprints
    assert first is not None
    assert (first.count, first.first.id) == (2, "2")
    assert by_id["4"].reprints is None
    assert by_id["5"].reprints is None, "the rest of its group is not indexed yet"
    undated = by_id["6"].reprints
    assert undated is not None
    assert (undated.count, undated.first.id) == (1, "7")


@pytest.mark.parametrize("query", ["bão", "bão số chín vào bờ từ đêm qua"])
def test_folded_pages_are_slices_of_one_order(query: str) -> None:
    """Paging shows every folded hit once, in the same order, and says when there is no more."""
    at_once = NEWS.search(SearchRequest(query, limit=MAX_LIMIT))
    paged: list[str] = []
    number = 0
    while True:
        number += 1
        page = NEWS.search(SearchRequest(query, limit=1, page=number))
        paged += [hit.document.id for hit in page.hits]
        if not page.has_next:
            break
    assert paged == [hit.document.id for hit in at_once.hits]
    assert (page.total, page.groups) == (at_once.total, at_once.groups)


def test_published_abbreviations(bench_data: Path) -> None:
    """An abbreviation finds its meaning and the meaning the abbreviation, below what is written as typed."""
    for short, meaning in published_cases(bench_data, "abbr").items():
        if meaning.startswith("NOT "):
            assert list(leaves(parse(short).query)) == [Term("btc", any_marks=True)]
            continue
        both = searcher(article("short", f"{short} họp"), article("long", f"{meaning} họp"))
        assert ids(both, short) == ["short", "long"], short
        assert ids(both, meaning) == ["long", "short"], meaning
        assert both.search(SearchRequest(meaning)).total == 2


def test_partial_matches_see_through_a_slip() -> None:
    """Where no article has a word, partial matches are looked for with the one it was meant to be, and it is said.

    Only the words as typed count as whole, however many there are.
    """
    road = article("road", "Khởi công đường tránh Nha Trang qua xã Vĩnh Thạnh trong tháng tới")
    sea = article("sea", "Nha Trang tránh bão, tàu thuyền vào bờ, đường biển vắng")
    both = searcher(road, sea, article("other", "Đường tránh Ninh Hòa"))
    for text in ("đưng tránh Nha Trang", "khởi công đưng tránh Nha Trang qua xã Vĩnh Thạnh"):
        page = both.search(SearchRequest(text))
        assert page.total == 0
        assert page.hits[0].document.id == "road"
        assert all(hit.partial for hit in page.hits)
        assert [(slip.typed, slip.meant) for slip in page.slips] == [("đưng", "đường")]
        shown = page.hits[0].snippet
        assert any("đường" in shown.text[first:last] for first, last in shown.marks)
    for text in ('"đưng tránh"', "đưng AND tránh", "title:(đưng tránh)", "đưng", "đường tránh Nha Trang"):
        assert both.search(SearchRequest(text)).slips == ()


def test_published_words_with_i_and_y(bench_data: Path) -> None:
    """A word typed in one of its spellings finds the other; words that must stay apart do not find each other."""
    for text, other in published_cases(bench_data, "iy").items():
        apart = other.startswith("NOT ")
        one = searcher(article("1", other.removeprefix("NOT ")))
        assert ids(one, f'="{text}"' if apart else text) == ([] if apart else ["1"]), text


def test_a_title_with_quotations_finds_its_article() -> None:
    """Where quoted words stand nowhere together, the articles with some of the words follow, apart."""
    title = 'Ca sĩ kể: "Tôi không ngờ đây là chuyến đi cuối cùng"'
    one = article("one", "chuyến đi cuối cùng của ca sĩ, không ngờ đây là")
    page = searcher(one, article("other", "mùa lũ")).search(SearchRequest(title))
    assert (page.total, [(hit.document.id, hit.partial) for hit in page.hits]) == (0, [("one", True)])
    assert page.hits[0].snippet.marks
    whole = searcher(one, article("two", "Ca sĩ kể rằng tôi không ngờ đây là chuyến đi cuối cùng"))
    assert ids(whole, title) == ["two"]


@pytest.mark.parametrize(
    "text",
    [
        "HUẾ VÀ NAM VÀ BẮC VÀ TRUNG VÀ XNH",
        "VÀ THÀNH PHỐ HUEES",
        "VÀ NHÀ NƯỚC NHÂN DÂN CÙNG LÀM ĐƯỜGN",
        'Nhà nước và nhân dân cùng làm "đường',
        "khnh hòa" + "." * 3_992,
        "dân " * 254,
        "(" * 32 + "dân" + ")" * 32,
    ],
    ids=lambda text: text[:30],
)
@pytest.mark.parametrize("province", [(), ("Khánh Hòa",)])
def test_what_is_made_out_of_a_query_never_makes_it_fail(text: str, province: tuple[str, ...]) -> None:
    """Mending words, and other provinces, leave capitals capitals, and what they make too long is not offered."""
    road = article(
        "1", "Nhà nước và nhân dân làm đường ở thành phố Huế, Khánh Hòa, trung và xanh", province="Ninh Thuận"
    )
    page = searcher(road, article("2", "dân", province="Khánh Hòa")).search(
        SearchRequest(text, province=province)
    )
    assert all(parse(other.text).query != parse(text).query for other in page.suggestions)
    if text.isupper() and not province:
        assert {other.text.isupper() for other in page.suggestions} <= {True}
        assert page.hits[0].document.id == "1"
