"""What every engine must do, as tests: inherit from `EngineContract` and say how to make an empty engine."""

from __future__ import annotations

import abc
import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawl.article import VIETNAM, When
from index.document import KEYWORD_FIELDS, TEXT_FIELDS, Document
from index.engine import (
    ONLY_COUNTED,
    Engine,
    EngineBusy,
    Hit,
    Hits,
    NoIndex,
    QueryTimeout,
    SearchOptions,
    Sort,
    TermCount,
    TooManyWords,
    ValueCount,
    Writer,
)
from index.query import (
    MAX_EXPANSION,
    And,
    AtLeast,
    Between,
    Everything,
    Fuzzy,
    Keyword,
    Near,
    Not,
    Or,
    Phrase,
    Prefer,
    Query,
    SameParagraph,
    Term,
    Weighted,
    Wildcard,
)
from tests.oracle_engine import OracleEngine

SEEN = datetime(2024, 1, 1, tzinfo=UTC)

# Few terms, so that random queries find something; several spellings of one folded form; marks on a
# consonant, composed or not; another script.
WORDS = (
    "ha",
    "hà",
    "hạ",
    "da",
    "đa",
    "đà",
    "nam",
    "năm",
    "nẵng",
    "ñam",
    "n\u0303am",
    "й",
    "и",
    "2021",
    "3.5",
    "15/03/2021",
    "3/2021",
    "2021-03",
    "2021-03-15",
)
KEYS = ("khánh hòa", "khanh hoa", "đà nẵng", "da nang")
DAYS = st.dates(date(2020, 1, 1), date(2020, 1, 4))
MOMENTS = st.builds(
    datetime,
    st.just(2020),
    st.just(1),
    day=st.integers(1, 4),
    hour=st.sampled_from((0, 6, 7, 16, 17, 23)),
    minute=st.sampled_from((0, 59)),
    tzinfo=st.sampled_from((UTC, VIETNAM)),
)

_texts = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)


def documents() -> st.SearchStrategy[Document]:
    """Small documents over few words and few ids."""
    return st.builds(
        Document,
        id=st.sampled_from("abcdefgh"),
        source=st.sampled_from(("a.vn", "b.vn")),
        title=_texts,
        first_seen=st.just(SEEN),
        lead=_texts,
        body=st.lists(_texts, max_size=3).map("\n\n".join),
        captions=st.lists(_texts, max_size=2).map(tuple),
        author=st.none() | _texts,
        province=st.none() | st.sampled_from(KEYS),
        tags=st.lists(_texts, max_size=2).map(tuple),
        published=st.none() | DAYS | MOMENTS,
        group=st.none() | st.sampled_from("ab"),
    )


_field_names = st.none() | st.sampled_from([field.name for field in TEXT_FIELDS] * 3 + ["source", "nowhere"])
_terms = st.builds(Term, st.sampled_from((*WORDS, "absent")), st.booleans(), _field_names)
_PATTERNS = (
    "h*",
    "*a",
    "n*m",
    "ñ*",
    "đ*",
    "đa*",
    "hà*",
    "*",
    "**",
    "3*5",
    "x*",
    "202*",
    "2021-03*",
    "hoà*",
    "ha",
)
_PATTERN_WORDS = st.builds(Wildcard, st.sampled_from(_PATTERNS), st.booleans()) | st.builds(
    Fuzzy, st.sampled_from((*WORDS, "hna", "han", "nẵn", "hoà", "a", "")), st.booleans()
)
_plain_terms = st.builds(Term, st.sampled_from(WORDS), st.booleans()) | _PATTERN_WORDS
_leaves = (
    _terms
    | _PATTERN_WORDS
    | st.builds(SameParagraph, st.lists(_plain_terms, max_size=3).map(tuple), _field_names)
    | st.builds(SameParagraph, st.tuples(_terms, _terms))
    | st.builds(Phrase, st.lists(_plain_terms, max_size=3).map(tuple), _field_names)
    | st.builds(Phrase, st.tuples(_terms, _terms), _field_names)
    | st.builds(
        Near, st.lists(_plain_terms, max_size=3).map(tuple), st.integers(-1, 6), st.booleans(), _field_names
    )
    | st.builds(
        Keyword,
        st.sampled_from([field.name for field in KEYWORD_FIELDS] + ["title", "id"]),
        st.sampled_from((*KEYS, "a.vn", "a", "")),
        st.booleans(),
    )
    | st.builds(Between, st.none() | DAYS, st.none() | DAYS)
    | st.just(Everything())
)


def _branches(children: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    several = st.lists(children, max_size=3).map(tuple)
    return (
        st.builds(And, several)
        | st.builds(Or, several)
        | st.builds(AtLeast, st.integers(-1, 3), several)
        | st.builds(Not, children)
        | st.builds(Prefer, children, children, st.sampled_from((0.5, 1.0, 2.0)))
        | st.builds(Weighted, children, st.sampled_from((0.5, 2.0)))
    )


QUERIES: st.SearchStrategy[Query] = st.recursive(_leaves, _branches, max_leaves=6)
BATCHES = st.lists(st.lists(documents() | st.sampled_from("abcdefgh"), max_size=6), min_size=1, max_size=4)


def fill(engine: Engine, batches: Iterable[Iterable[Document | str]]) -> None:
    """Apply batches, one commit each: a document is put, an id deleted."""
    with engine.writer() as writer:
        for number, batch in enumerate(batches):
            for change in batch:
                if isinstance(change, str):
                    writer.delete(change)
                else:
                    writer.put(change)
            writer.commit(str(number))


def article(id: str, title: str = "", body: str = "", published: When | None = None) -> Document:
    """A document of which only this matters."""
    return Document(id=id, source="a.vn", title=title, body=body, first_seen=SEEN, published=published)


def _put_and_fail(writer: Writer) -> None:
    writer.put(article("2"))
    raise ZeroDivisionError


def ids(hits: Hits) -> list[str]:
    """The ids of the hits, in order."""
    return [hit.document.id for hit in hits.hits]


def firsts_of_groups(found: Hits) -> tuple[Hit, ...]:
    """The hits without those that follow another one of their group."""
    groups = [hit.document.group or hit for hit in found.hits]
    return tuple(hit for place, hit in enumerate(found.hits) if groups[place] not in groups[:place])


def assert_same_ranking(found: Hits, expected: Hits) -> None:
    """The same documents with the same scores, ordered by score and then id.

    Scores may differ in the last digits, and then documents that tie for one engine need not for the other.
    """
    assert (found.total, found.groups) == (expected.total, expected.groups)
    scores = {hit.document.id: hit.score for hit in found.hits}
    assert scores == pytest.approx({hit.document.id: hit.score for hit in expected.hits}, rel=1e-4, abs=1e-9)
    order = [(-hit.score, hit.document.id) for hit in found.hits]
    assert order == sorted(order)
    assert {hit.document.id: hit.document for hit in found.hits} == {
        hit.document.id: hit.document for hit in expected.hits
    }


class EngineContract(abc.ABC):
    """Inherit, and define `make`."""

    @abc.abstractmethod
    def make(self, path: Path) -> Engine:
        """A new engine whose index does not exist; `path` is an empty folder for it."""

    @pytest.fixture
    def engine(self, tmp_path: Path) -> Iterator[Engine]:
        """An engine without an index."""
        engine = self.make(tmp_path / "engine")
        yield engine
        engine.close()

    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    @given(BATCHES, st.lists(QUERIES, min_size=3, max_size=6), st.none() | QUERIES)
    def test_it_finds_what_the_oracle_finds(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        batches: list[list[Document | str]],
        queries: list[Query],
        within: Query | None,
    ) -> None:
        """After any puts, replacements and deletions over several commits, any query finds the documents
        that the oracle finds, with its scores, in its order, by relevance and by date.
        """
        oracle = OracleEngine()
        fill(oracle, batches)
        with closing(self.make(tmp_path_factory.mktemp("random") / "engine")) as engine:
            fill(engine, batches)
            self.compare(engine, oracle, queries, within)

    @staticmethod
    def compare(engine: Engine, oracle: Engine, queries: list[Query], within: Query | None) -> None:
        """Ask both the same."""
        engine.verify()
        every = ids(oracle.search(Everything(), SearchOptions(limit=100)))
        names = sorted({document.group or "" for document in oracle.documents(every)}, reverse=True)
        assert engine.groups(names) == oracle.groups(names)
        for query in queries:
            for some in (every, [*every[::-2], "unknown"]):
                assert engine.matching(query, some) == oracle.matching(query, some)
            for field in ("source", "province", "title"):
                counts = engine.value_counts(query, field, within=within)
                assert counts == oracle.value_counts(query, field, within=within)
            assert engine.day_counts(query, within=within) == oracle.day_counts(query, within=within)
            found = engine.search(query, SearchOptions(within=within, limit=100))
            assert_same_ranking(found, oracle.search(query, SearchOptions(within=within, limit=100)))
            assert [
                hit.score for hit in engine.search(query, SearchOptions(within=within, limit=3)).hits
            ] == pytest.approx([hit.score for hit in found.hits[:3]])
            for limit, offset in ((100, 0), (2, 1)):
                folded = engine.search(
                    query, SearchOptions(within=within, fold=True, limit=limit, offset=offset)
                )
                assert folded.hits == firsts_of_groups(found)[offset : offset + limit]
                assert (folded.total, folded.groups) == (found.total, found.groups)
            for sort in (Sort.NEWEST, Sort.OLDEST):
                by_date = engine.search(query, SearchOptions(within=within, sort=sort, limit=100))
                expected = oracle.search(query, SearchOptions(within=within, sort=sort, limit=100))
                assert ids(by_date) == ids(expected)
                assert all(hit.score == 0.0 for hit in by_date.hits)

    def test_the_exact_spelling_comes_first(self, engine: Engine) -> None:
        """A term typed without marks finds every marking; at equal frequency the exact spelling is first."""
        fill(
            engine,
            [[article("1", body="cà chua"), article("2", body="ca chua"), article("3", body="cá chua")]],
        )
        assert ids(engine.search(Term("ca", any_marks=True))) == ["2", "1", "3"]
        assert ids(engine.search(Term("ca"))) == ["2"]

    def test_a_marked_word_that_is_meant_is_not_buried(self, engine: Engine) -> None:
        """An article that repeats a marked word beats one that holds the bare syllable once."""
        fill(engine, [[article("1", body="ca một hai ba"), article("2", body="cá cá cá ba")]])
        assert ids(engine.search(Term("ca", any_marks=True))) == ["2", "1"]

    def test_the_title_weighs_more_than_the_body(self, engine: Engine) -> None:
        """The same word counts for more in a title than in a body."""
        fill(
            engine,
            [[article("1", title="gió mùa", body="lũ lụt"), article("2", title="lũ lụt", body="gió mùa")]],
        )
        assert ids(engine.search(Term("lũ"))) == ["2", "1"]

    def test_preferring_neighbours_ranks_them_first(self, engine: Engine) -> None:
        """Of two articles with the same words equally often, both are found, the one with the preferred
        pair first.
        """
        fill(
            engine,
            [[article("1", body="tai nạn ở giao lộ thông"), article("2", body="tai nạn giao thông ở lộ")]],
        )
        words = And((Term("giao"), Term("thông")))
        pair = Phrase((Term("giao"), Term("thông")))
        assert ids(engine.search(words)) == ["1", "2"]
        assert ids(engine.search(Prefer(words, pair, 0.5))) == ["2", "1"]

    def test_filters_do_not_change_scores(self, engine: Engine) -> None:
        """`within` removes hits and leaves the scores of the others as they were."""
        days = [date(2020, 1, day) for day in (1, 2, 3)]
        fill(engine, [[article(str(day.day), body="lũ " * day.day, published=day) for day in days]])
        everywhere = {hit.document.id: hit.score for hit in engine.search(Term("lũ")).hits}
        filtered = engine.search(Term("lũ"), SearchOptions(within=Between(days[1], days[2])))
        assert filtered.total == 2
        assert {hit.document.id: hit.score for hit in filtered.hits} == {
            id: score for id, score in everywhere.items() if id != "1"
        }

    def test_a_phrase_does_not_run_across_paragraphs(self, engine: Engine) -> None:
        """The last word of a paragraph and the first of the next are no phrase."""
        fill(engine, [[article("1", body="gió\n\nmùa"), article("2", body="gió mùa")]])
        assert ids(engine.search(Phrase((Term("gió"), Term("mùa"))))) == ["2"]

    def test_neighbourhood_is_measured_in_words(self, engine: Engine) -> None:
        """Near finds words that stand no farther apart than asked, in either order or only in the one asked for,
        across a paragraph's end too; the closer they stand together often, the higher they come.
        """
        texts = ["gió một hai mùa", "mùa một gió", "gió\n\nmùa gió mùa", "gió"]
        fill(engine, [[article(str(number), body=text) for number, text in enumerate(texts)]])
        pair = (Term("gió"), Term("mùa"))
        assert ids(engine.search(Near(pair, 3))) == ["2", "1", "0"]
        assert ids(engine.search(Near(pair, 2))) == ["2", "1"]
        assert ids(engine.search(Near(pair, 3, ordered=True))) == ["2", "0"]
        assert ids(engine.search(Near(pair, 1, ordered=True))) == ["2"]

    def test_words_of_one_paragraph(self, engine: Engine) -> None:
        """Words of one paragraph, caption or tag are found in whatever order, and more highly where more paragraphs
        hold them all; words of two paragraphs are not, neither are those of two fields.
        """
        texts = ["gió mùa đông", "mùa một hai gió", "gió\n\nmùa", "gió mùa\n\nlũ\n\nmùa gió\n\nlũ"]
        fill(engine, [[article(str(number), body=text) for number, text in enumerate(texts)]])
        fill(engine, [[article("5", title="gió", body="mùa"), article("6", title="gió mùa")], ["0"]])
        pair = (Term("gió"), Term("mùa"))
        assert ids(engine.search(SameParagraph(pair))) == ["6", "3", "1"]
        assert ids(engine.search(SameParagraph(pair, "body"))) == ["3", "1"]
        assert engine.search(SameParagraph((*pair, Term("lũ")))).total == 0
        captions = replace(article("7"), captions=("gió to", "mùa mưa", "mùa gió"), tags=("gió", "mùa"))
        fill(engine, [[captions]])
        assert engine.search(SameParagraph(pair, "captions")).total == 1
        assert engine.search(SameParagraph(pair, "tags")).total == 0
        assert engine.search(Wildcard("*")).total == engine.search(Everything()).total
        assert engine.search(Or((Term("\n"), Term("\n", any_marks=True)))).total == 0
        assert engine.spellings(("\n",)) == ()

    def test_patterns_and_slips(self, engine: Engine) -> None:
        """A star stands for any letters; one letter may be wrong, marks being compared only where any were typed.
        What is written as typed comes first.
        """
        words = ["khánh", "khanh", "khách", "khành", "hánh", "hkánh", "khán", "hoà", "hoàn", "hoan", "đường"]
        fill(engine, [[article(word, body=word) for word in words]])

        def found(query: Query) -> list[str]:
            return ids(engine.search(query, SearchOptions(limit=100)))

        assert set(found(Wildcard("kh*"))) == {"khánh", "khanh", "khách", "khành", "khán"}
        assert found(Wildcard("khan*", any_marks=True))[0] == "khanh"
        assert set(found(Wildcard("khan*", any_marks=True))) == {"khánh", "khanh", "khành", "khán"}
        assert set(found(Wildcard("khan*"))) == {"khanh"}
        assert set(found(Wildcard("k*nh", any_marks=True))) == {"khánh", "khanh", "khành"}
        assert found(Wildcard("hoà*")) == ["hoà", "hoàn"]
        assert found(Wildcard("đ*")) == ["đường"]
        assert found(Wildcard("d*")) == []
        assert found(Wildcard("k?ánh")) == found(Wildcard("")) == []
        assert set(found(Fuzzy("khánh"))) == set(words[:7])
        assert found(Fuzzy("khánh"))[0] == "khánh"
        assert set(found(Fuzzy("hoan", any_marks=True))) == {"hoà", "hoàn", "hoan"}
        pair = Phrase((Term("khánh"), Wildcard("hoà*")))
        fill(engine, [[article("pair", body="khánh hoà"), article("stray", body="khánh và hoà")]])
        assert found(pair) == ["pair"]

    def test_a_pattern_for_too_many_words_is_refused(self, engine: Engine) -> None:
        """A pattern that stands for more words than MAX_EXPANSION is an error that says how many there are, wherever
        it stands in the query; with a letter more it is answered.
        """
        letters = "abcdefghijklmnopqrstuvwxyz"
        words = ["".join(parts) for parts in itertools.product("x", letters, letters, letters)]
        fill(engine, [[article("1", body=" ".join(words[:MAX_EXPANSION]))]])
        assert engine.search(Wildcard("x*")).total == 1
        fill(engine, [[article("2", body=" ".join(words[MAX_EXPANSION - 10 : MAX_EXPANSION + 1]))]])
        for query in (
            Wildcard("x*"),
            Wildcard("x*", any_marks=True),
            Not(Phrase((Wildcard("x*"), Term("a")))),
        ):
            with pytest.raises(TooManyWords) as caught:
                engine.search(query)
            assert (caught.value.pattern, caught.value.count) == ("x*", MAX_EXPANSION + 1)
        assert ids(engine.search(Wildcard("xa*"))) == ["1"]

    def test_days_are_those_of_vietnam(self, engine: Engine) -> None:
        """18:00 UTC is the next day in Vietnam, and a bare date is that day."""
        evening = datetime(2020, 1, 1, 18, tzinfo=UTC)
        fill(
            engine,
            [[article("1", published=evening), article("2", published=date(2020, 1, 1)), article("3")]],
        )
        assert ids(engine.search(Between(date(2020, 1, 2), None))) == ["1"]
        assert ids(engine.search(Between(None, date(2020, 1, 1)))) == ["2"]
        assert engine.search(Between(None, None)).total == 2
        assert engine.search(Between(date.min, date.max)).total == 2
        assert ids(engine.search(Everything(), SearchOptions(sort=Sort.NEWEST))) == ["1", "2", "3"]
        assert ids(engine.search(Everything(), SearchOptions(sort=Sort.OLDEST))) == ["2", "1", "3"]

    def test_the_time_of_day_counts_in_date_order(self, engine: Engine) -> None:
        """Articles of one day are ordered by the minute, across time zones; a bare date is its midnight."""
        noon = datetime(2020, 1, 1, 12, tzinfo=VIETNAM)
        later = datetime(2020, 1, 1, 5, 1, tzinfo=UTC)
        fill(
            engine,
            [
                [article("1", published=date(2020, 1, 1)), article("2", published=later)],
                [article("3", published=noon)],
            ],
        )
        assert ids(engine.search(Everything(), SearchOptions(sort=Sort.NEWEST))) == ["2", "3", "1"]
        assert ids(engine.search(Everything(), SearchOptions(sort=Sort.OLDEST))) == ["1", "3", "2"]

    def test_pages_are_slices_of_one_order(self, engine: Engine) -> None:
        """Pages put together are the whole ranking, also where scores tie; the total is that of all pages."""
        fill(engine, [[article(f"{number:02}", body="lũ " * (number % 3 + 1)) for number in range(25)]])
        for sort in Sort:
            whole = ids(engine.search(Term("lũ"), SearchOptions(sort=sort, limit=100)))
            pages = [
                engine.search(Term("lũ"), SearchOptions(sort=sort, limit=4, offset=offset))
                for offset in range(0, 28, 4)
            ]
            assert [id for page in pages for id in ids(page)] == whole
            assert {page.total for page in pages} == {25}
        assert sorted(whole) == [f"{number:02}" for number in range(25)]

    def test_limit_zero_counts(self, engine: Engine) -> None:
        """With limit 0, or an offset beyond the end, there are no hits but the total is exact."""
        fill(engine, [[article("1", body="lũ"), article("2", body="lũ")]])
        for hits in (
            engine.search(Term("lũ"), ONLY_COUNTED),
            engine.search(Term("lũ"), SearchOptions(offset=10**9)),
        ):
            assert (hits.total, hits.hits) == (2, ())

    @pytest.mark.parametrize(
        "query",
        [
            Term(""),
            Term("", any_marks=True),
            Term("\ud800"),
            Term("\ud800", any_marks=True),
            Term("x" * 100_000, any_marks=True),
            Term("\x00"),
            Phrase(()),
            Phrase((Term(""), Term(""))),
            Or(()),
            Near((), 3),
            Near((Term("gió"), Term("mùa")), -1),
            Near((Term("gió"), Term("")), 10**30, ordered=True),
            AtLeast(1, ()),
            AtLeast(3, (Term("gió"), Term("mùa"))),
            Keyword("source", ""),
            Keyword("source", "\ud800", any_marks=True),
            Keyword("nowhere", "a vn"),
            Between(date(2021, 1, 1), date(2020, 1, 1)),
            Not(And(())),
        ],
    )
    def test_what_cannot_match_matches_nothing(self, engine: Engine, query: Query) -> None:
        """Empty, contradictory and impossible queries find nothing and raise nothing."""
        fill(engine, [[article("1", title="lũ", body="gió mùa", published=date(2020, 6, 1))]])
        assert engine.search(query).total == 0

    def test_empty_and_is_everything(self, engine: Engine) -> None:
        """An And without children asks for nothing, so all match."""
        fill(engine, [[article("1"), article("2")]])
        assert ids(engine.search(And(()))) == ["1", "2"]

    def test_every_group_is_found_by_its_name_and_no_name_beside_it(self, engine: Engine) -> None:
        """Each of many values of one field has its own documents; what sorts beside it, or is another field's, none."""
        groups = ["a", "a\x00", "b", "đ", "z", "\U0001f600"]
        fill(engine, [[replace(article(f"{at}{one}"), group=one) for one in groups] for at in range(2)])
        with engine.writer() as writer:
            writer.delete("0b")
            writer.commit("")
        for one in groups:
            expected = [f"{at}{one}" for at in range(2) if (at, one) != (0, "b")]
            assert ids(engine.search(Keyword("group", one))) == expected
        for other in ("", "a\x01", "c", "a vn", "\U0001f601"):
            assert engine.search(Keyword("group", other)).total == 0

    def test_a_group_has_a_first_article(self, engine: Engine) -> None:
        """Dated articles come before others, then the earliest seen, then by id; groups come as they were named."""
        late, early = (datetime(2024, 1, day, tzinfo=UTC) for day in (2, 1))
        day, next_day = date(2020, 1, 1), date(2020, 1, 2)
        printed = [
            ("1", "a", None, early),
            ("2", "a", next_day, late),
            ("3", "a", day, late),
            ("4", "a", day, early),
            ("5", "a", day, early),
            ("6", "b", None, late),
            ("7", "b", None, early),
            ("8", "c", day, late),
            ("9", None, day, late),
        ]
        made = [
            replace(article(name), group=group, published=published, first_seen=seen)
            for name, group, published, seen in printed
        ]
        fill(engine, [made[::2], made[1::2]])
        for names, expected in (
            (["b", "x", "a", "b"], [("b", 2, "7"), ("a", 5, "4")]),
            (["c"], [("c", 1, "8")]),
            (["x"], []),
            ([], []),
        ):
            found = engine.groups(names)
            assert [(one.first.group, one.count, one.first.id) for one in found] == expected
        with engine.writer() as writer:
            writer.delete("4")
            writer.commit("")
        assert [(one.count, one.first.id) for one in engine.groups(["a"])] == [(4, "5")]

    def test_documents_are_told_to_match_or_not(self, engine: Engine) -> None:
        """Of the ids given, those of documents that match are named: no deleted and no replaced one, in any order."""
        old = [article("1", body="lũ"), article("2", body="lũ"), article("3", body="lũ"), article("4")]
        fill(engine, [old, ["1", article("2", body="gió"), article("0", body="lũ")]])
        assert engine.matching(Term("lũ"), ["4", "3", "2", "1", "0", "3", "x"]) == {"0", "3"}
        assert engine.matching(Term("lũ"), ["3"]) == {"3"}
        assert engine.matching(Everything(), []) == frozenset()

    def test_documents_come_back_as_they_were_put(self, engine: Engine) -> None:
        """Every attribute survives, whatever the text; unknown ids are left out, the asked order is kept."""
        full = Document(
            id="1",
            source="báo.vn",
            title="Tiêu đề \x1b[2J \u202e \ud800 \U0001f600",
            first_seen=SEEN,
            url="http://báo.vn/1",
            lead="sapo",
            body="một\n\nhai" + " ba" * 10_000,
            captions=("ảnh", ""),
            author="Tác giả",
            province="Khánh Hoà",
            section="Thời sự",
            tags=("lũ", ""),
            published=datetime(2021, 3, 15, 22, 42, tzinfo=VIETNAM),
        )
        empty = article("2")
        fill(engine, [[full, empty]])
        assert engine.documents(["2", "unknown", "1", "\ud800"]) == (empty, full)
        assert engine.documents([]) == ()
        assert engine.search(Keyword("province", "khánh hòa")).hits[0].document == full

    def test_very_long_and_very_repetitive_texts_are_found_whole(self, engine: Engine) -> None:
        """In a field of more than 65,536 words, with one word more than 255 times, the last phrase is found, and
        scores are those of the oracle.
        """
        oracle = OracleEngine()
        texts = [
            article("1", body="lũ " * 70_000 + "gió mùa đông bắc"),
            article("2", body="gió mùa " * 300),
            article("3", title="gió mùa"),
        ]
        words = (Term("gió"), Term("mùa"), Term("đông"))
        for to_fill in (engine, oracle):
            fill(to_fill, [texts[:2], texts[2:], ["2"], texts[1:2]])
        for query in (*words, Phrase(words), Phrase(words[:2]), Term("dong", any_marks=True), Term("lũ")):
            assert_same_ranking(engine.search(query), oracle.search(query))

    def test_spellings_are_counted(self, engine: Engine) -> None:
        """Every term of these folded forms is counted once for each text field it stands in, in the order of terms;
        one that no article ever held is not there.
        """
        texts = [article("1", title="lũ", body="gió mùa lũ"), article("2", body="lụ gió")]
        fill(engine, [texts, [article("3", body="kỹ, ky, quỷ")]])
        assert engine.spellings(["lu", "gio", "gió", "x"]) == (
            TermCount("gió", 2),
            TermCount("lũ", 2),
            TermCount("lụ", 1),
        )
        assert [found.term for found in engine.spellings(["ki", "ky", "qui"])] == ["ky", "kỹ", "quỷ"]
        assert engine.spellings([]) == ()

    def test_values_and_days_are_counted(self, engine: Engine) -> None:
        """Matches are counted by value, under one key whatever the spelling and as the first of them writes it,
        and by the day in Vietnam; what has no value or no date is left out.
        """
        evening = datetime(2020, 1, 1, 18, tzinfo=UTC)
        texts = [
            article("1", body="lũ", published=evening),
            article("2", body="lũ", published=date(2020, 1, 2)),
            article("3", body="lũ"),
            article("4", body="gió", published=date(2020, 1, 3)),
        ]
        provinces = [None, "Khánh Hoà", "khánh hòa", "Đà Nẵng"]
        fill(engine, [[replace(text, province=name) for text, name in zip(texts, provinces, strict=True)]])
        assert engine.value_counts(Term("lũ"), "province") == (ValueCount("khánh hòa", "Khánh Hoà", 2),)
        assert engine.value_counts(Everything(), "province", within=Not(Term("lũ"))) == (
            ValueCount("đà nẵng", "Đà Nẵng", 1),
        )
        assert engine.day_counts(Term("lũ")) == ((date(2020, 1, 2), 2),)
        assert engine.day_counts(Not(Everything())) == ()
        assert engine.value_counts(Not(Everything()), "source") == ()

    def test_a_search_is_given_up_when_its_time_is_over(self, engine: Engine) -> None:
        """With no time at all QueryTimeout is raised; with time enough the answer is as without a limit."""
        fill(engine, [[article("1", body="lũ")]])
        for query in (Term("lũ"), And((Term("lũ"), Not(Term("gió")))), Everything()):
            with pytest.raises(QueryTimeout):
                engine.search(query, SearchOptions(seconds=0))
            with pytest.raises(QueryTimeout):
                engine.matching(query, ["1"], seconds=0)
            assert engine.search(query, SearchOptions(seconds=60)) == engine.search(query)

    def test_there_is_no_index_before_the_first_commit(self, engine: Engine) -> None:
        """Asking raises NoIndex, also after a writer that left without committing."""
        asking: list[Callable[[], object]] = [
            engine.status,
            lambda: engine.search(Everything()),
            lambda: engine.documents(["1"]),
            lambda: engine.spellings(["lu"]),
            engine.verify,
        ]
        for ask in asking:
            with pytest.raises(NoIndex):
                ask()
        with engine.writer() as writer:
            writer.put(article("1"))
        for ask in asking:
            with pytest.raises(NoIndex):
                ask()

    def test_an_empty_index_answers(self, engine: Engine) -> None:
        """An index without documents finds nothing, and says so without fault."""
        fill(engine, [[]])
        for sort in Sort:
            assert engine.search(Not(Term("lũ", any_marks=True)), SearchOptions(sort=sort)).total == 0
        assert engine.status().documents == 0

    def test_only_a_commit_shows_and_keeps_changes(self, engine: Engine) -> None:
        """Before the commit nothing changes for readers; what was not committed is gone with the writer."""
        fill(engine, [[article("1", body="lũ")]])
        with engine.writer() as writer:
            writer.put(article("2", body="lũ"))
            writer.delete("1")
            assert ids(engine.search(Term("lũ"))) == ["1"]
        assert ids(engine.search(Term("lũ"))) == ["1"]
        assert engine.status().checkpoint == "0"

    def test_a_failure_inside_the_writer_discards(self, engine: Engine) -> None:
        """An exception in the with block leaves the index as it was, and free for the next writer."""
        fill(engine, [[article("1")]])
        with pytest.raises(ZeroDivisionError), engine.writer() as writer:
            _put_and_fail(writer)
        fill(engine, [[article("3")]])
        assert ids(engine.search(Everything())) == ["1", "3"]

    def test_every_commit_is_a_new_generation(self, engine: Engine) -> None:
        """The generation changes with each commit, even an empty one or a rebuild's. Answers and status
        name the newest, and the checkpoint is the last commit's.
        """
        seen = []
        with engine.writer() as writer:
            for checkpoint in ("", "một", "hai"):
                seen.append(writer.commit(checkpoint))
                status = engine.status()
                assert (status.generation, status.checkpoint) == (seen[-1], checkpoint)
                assert engine.search(Everything()).generation == seen[-1]
        with engine.writer(rebuild=True) as writer:
            seen.append(writer.commit("ba"))
        assert engine.status().generation == seen[-1]
        assert len(set(seen)) == len(seen)

    def test_the_last_put_wins(self, engine: Engine) -> None:
        """Of one id only the last document is there: within a batch, across batches, after deletions."""
        with engine.writer() as writer:
            writer.put(article("1", body="một"))
            writer.put(article("1", body="hai"))
            writer.commit("")
            assert [engine.search(Term(word)).total for word in ("một", "hai")] == [0, 1]
            writer.put(article("1", body="ba"))
            writer.delete("1")
            writer.delete("unknown")
            writer.put(article("1", body="bốn"))
            writer.put(article("1", body="năm"))
            writer.commit("")
        assert [engine.search(Term(word)).total for word in ("hai", "ba", "bốn", "năm")] == [0, 0, 0, 1]
        assert engine.search(Everything()).total == engine.status().documents == 1

    def test_a_rebuild_replaces_everything_at_its_first_commit(self, engine: Engine) -> None:
        """Until a rebuild commits the old index answers; then only the new one, which can be added to."""
        fill(engine, [[article("1")]])
        with engine.writer(rebuild=True) as writer:
            writer.put(article("2"))
            assert ids(engine.search(Everything())) == ["1"]
            writer.commit("")
            assert ids(engine.search(Everything())) == ["2"]
            writer.put(article("3"))
            writer.commit("")
        fill(engine, [[article("4")]])
        assert ids(engine.search(Everything())) == ["2", "3", "4"]

    def test_an_abandoned_rebuild_leaves_the_old_index(self, engine: Engine) -> None:
        """A rebuild that never commits changes nothing."""
        fill(engine, [[article("1")]])
        with engine.writer(rebuild=True) as writer:
            writer.put(article("2"))
        assert ids(engine.search(Everything())) == ["1"]

    def test_one_writer_at_a_time(self, engine: Engine) -> None:
        """A second writer is refused at once while the first is open, and served after."""
        with engine.writer():
            with pytest.raises(EngineBusy):
                engine.writer()
            with pytest.raises(EngineBusy):
                engine.writer(rebuild=True)
        with engine.writer() as writer:
            writer.commit("")

    def test_closing_is_not_the_end(self, engine: Engine) -> None:
        """Closing twice is no error, and a closed engine answers again when asked."""
        fill(engine, [[article("1")]])
        engine.close()
        engine.close()
        assert ids(engine.search(Everything())) == ["1"]
