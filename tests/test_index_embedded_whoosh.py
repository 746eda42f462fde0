"""Whoosh's own classes over timbao's folder: they find and score what the engine does, and change nothing."""

from __future__ import annotations

import itertools
import random
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh import index as whoosh_index
from whoosh import query as whoosh
from whoosh.filedb.filestore import FileStorage, ReadOnlyError
from whoosh.matching import ReadTooFar
from whoosh.qparser import MultifieldParser, QueryParser
from whoosh.query.spans import SpanNot
from whoosh.reading import TermNotFound
from whoosh.scoring import BM25F
from whoosh.sorting import FieldFacet

from crawl.article import VIETNAM
from index.document import TEXT_FIELDS, Document, text_terms
from index.embedded import generations, writer
from index.embedded.adapter import WhooshEngine
from index.embedded.whoosh import Phrase as WhooshPhrase
from index.embedded.whoosh import Prefix, ReadOnlyIndex, exists_in, open_dir
from index.embedded.whoosh.fields import SEARCHED
from index.embedded.whoosh.schema import SCHEMA
from index.engine import CorruptIndex, EngineError, NoIndex, SearchOptions, StaleIndex
from index.query import And, Between, Everything, Keyword, Not, Or, Phrase, Query, Term, Wildcard
from tests.bench.corpora import NoCorpus, data_folder, present, read_documents
from tests.engine_contract import BATCHES, DAYS, KEYS, WORDS, article, fill
from tests.oracle_whoosh import WhooshOracle

# Equality.

_FIELDS = st.none() | st.sampled_from([field.name for field in TEXT_FIELDS])
_TERMS = st.builds(Term, st.sampled_from((*WORDS, "absent")))
_LEAVES = (
    st.builds(Term, st.sampled_from(WORDS), st.just(value=False), _FIELDS)
    | st.builds(Wildcard, st.sampled_from(("h*", "đa*", "hà*", "202*", "x*")), st.just(value=False), _FIELDS)
    | st.builds(Phrase, st.lists(_TERMS, min_size=1, max_size=3).map(tuple), _FIELDS)
    | st.builds(Keyword, st.just("province"), st.sampled_from((*KEYS, "absent")))
    | st.builds(Keyword, st.just("group"), st.sampled_from("ab"))
    | st.builds(Between, st.none() | DAYS, DAYS)
    | st.just(Everything())
)


def _branches(children: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    several = st.lists(children, min_size=1, max_size=3).map(tuple)
    return st.builds(And, several) | st.builds(Or, several) | st.builds(Not, children)


@settings(max_examples=25, deadline=None)
@given(BATCHES, st.lists(st.recursive(_LEAVES, _branches, max_leaves=5), min_size=5, max_size=5))
def test_whoosh_finds_and_scores_what_the_engine_does(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[Document | str]], asked: list[Query]
) -> None:
    """For terms, And, Or, Not, phrases, prefixes and filters: the same articles, the same scores, the same best,
    whatever was put, replaced and deleted in however many commits.
    """
    folder = tmp_path_factory.mktemp("opened")
    with closing(WhooshEngine(folder)) as engine:
        fill_in_segments(engine, batches)
        with WhooshOracle(folder) as oracle:
            for query in asked:
                assert oracle.difference(engine, query) is None, query


def fill_in_segments(engine: WhooshEngine, batches: list[list[Document | str]]) -> None:
    """Commit batches so that several segments remain, with deletions, however small they are."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(writer, "_SMALL", 0)
        fill(engine, batches)


_REAL = 5_000
_CASES = 8


def _asked_of(documents: Sequence[Document], chance: random.Random) -> Iterator[Query]:
    """Queries of every class whose words stand in one and the same article."""
    for _case in range(_CASES):
        fields = {
            name: found.terms
            for name, found in text_terms(chance.choice(documents)).items()
            if name != "author"
        }
        field = chance.choice(list(fields))
        one, other, third = (Term(chance.choice(fields[field]), field=field) for _term in range(3))
        start = chance.randrange(len(fields[field]))
        words = tuple(map(Term, fields[field][start : start + chance.choice((2, 3))]))
        yield replace(one, field=chance.choice((field, None)))
        yield And((one, other))
        yield Or((one, other, third))
        yield And((one, Not(other)))
        yield Phrase(words, field)
        yield Wildcard(f"{third.term[:3]}*", field=field)


def test_whoosh_agrees_on_real_articles(tmp_path: Path) -> None:
    """On thousands of real articles, in several segments and with deletions, hits and scores are the engine's."""
    try:
        corpus = present(data_folder() / "news" / "news-50k.jsonl.zst", "--corpus")
    except NoCorpus as error:
        pytest.skip(str(error))
    documents = list(read_documents(corpus, _REAL))
    deleted = [document.id for document in documents[::9]]
    parts = [
        documents[: _REAL * 3 // 5],
        documents[_REAL * 3 // 5 : _REAL * 9 // 10],
        documents[_REAL * 9 // 10 :],
    ]
    with closing(WhooshEngine(tmp_path)) as engine:
        fill(engine, [*parts, deleted])
        assert len(open_dir(tmp_path).reader().leaf_readers()) > 1
        with WhooshOracle(tmp_path) as oracle:
            for query in _asked_of(documents, random.Random(9)):
                assert oracle.difference(engine, query) is None, query


# What a user of Whoosh has.

ARTICLES = (
    replace(
        article(
            "1", "Hoà Bình: lũ quét sau bão", "Đêm qua lũ quét.\n\nCúm A/H5N1 chưa có.", date(2020, 1, 5)
        ),
        source="Báo Hòa Bình",
        province="Hoà Bình",
        captions=("Cầu bị lũ cuốn", "Đường ngập"),
    ),
    replace(
        article(
            "2",
            "Nghệ An khắc phục hậu quả bão",
            "lũ " * 300,
            datetime(2020, 2, 1, 6, 30, tzinfo=VIETNAM),
        ),
        source="Báo Nghệ An",
    ),
    replace(article("3", "Bão vào Nghệ An", "Mưa to, lũ lên."), source="Báo Nghệ An"),
    replace(article("4", "Bãoo", "Tin hoãn", date(2020, 1, 5)), source="Báo Nghệ An"),
)
"""The last is put, and deleted later."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an index of two segments and a deletion."""
    first = [*ARTICLES[2:], *map(padding, range(400))]
    with closing(WhooshEngine(tmp_path / "search")) as engine:
        fill(engine, [first, ARTICLES[:2], ["4"]])
    assert [
        reader.has_deletions() for reader, _base in open_dir(tmp_path / "search").reader().leaf_readers()
    ] == [
        True,
        False,
    ]
    return tmp_path / "search"


def padding(number: int) -> Document:
    """An article that is there to make the first segment too big to be merged with the other."""
    return article(f"padding{number:03}", "Tin khác", "Không có gì")


def found(searcher: Any, query: Any, **options: Any) -> list[str]:
    """The ids of what a query finds, in order."""
    return [hit["id"] for hit in searcher.search(query, limit=None, **options)]


def parsed(text: str, field: str = "body") -> Any:
    """A query as Whoosh's own parser reads it."""
    return QueryParser(field, SCHEMA).parse(text)


def test_the_five_lines_of_the_documentation_work(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the package shows, typed as it stands, prints scores, dates and marked titles, the best first."""
    import index.embedded.whoosh as package

    lines = itertools.dropwhile(
        lambda line: not line.startswith("    "), (package.__doc__ or "").splitlines()
    )
    code = "\n".join(
        line[4:] for line in itertools.takewhile(lambda line: line.startswith("    ") or not line, lines)
    )
    (folder.parent / "archive").mkdir()
    folder.rename(folder.parent / "archive" / "search")
    monkeypatch.chdir(folder.parent)
    exec(code, {})
    (printed,) = capsys.readouterr().out.splitlines()
    assert printed.endswith(
        '2020-01-05 00:00:00 Hoà Bình: <b class="match term0">lũ</b> <b class="match term1">quét</b> sau bão'
    )


@pytest.mark.parametrize(
    "typed", ["hoà bình", "HÒA BÌNH", unicodedata.normalize("NFD", "Hòa Bình"), '"hoà bình"']
)
def test_every_spelling_of_a_word_finds_it(folder: Path, typed: str) -> None:
    """What Whoosh's parser is given passes through the same analysis as the articles did."""
    with open_dir(folder).searcher() as searcher:
        assert found(searcher, parsed(typed, "title")) == ["1"]
        (hit,) = searcher.search(parsed(typed, "title"))
        assert hit.highlights("title").startswith(
            '<b class="match term0">Hoà</b> <b class="match term1">Bình</b>'
        )


def test_one_word_that_is_several_terms_stands_side_by_side(folder: Path) -> None:
    """`H5N1` is found as a whole, not wherever its pieces stand."""
    with open_dir(folder).searcher() as searcher:
        assert found(searcher, parsed("H5N1")) == ["1"]
        assert found(searcher, parsed("H1N5")) == []


def test_several_fields_are_searched_at_once(folder: Path) -> None:
    """A parser for several fields finds what stands in any, and scores are those of a search without a field."""
    query = MultifieldParser([field.name for field in TEXT_FIELDS], SCHEMA).parse("lũ bão")
    with open_dir(folder).searcher() as searcher, closing(WhooshEngine(folder)) as engine:
        hits = engine.search(And((Term("lũ"), Term("bão")))).hits
        assert found(searcher, query) == [hit.document.id for hit in hits]
        assert [hit.score for hit in searcher.search(query)] == pytest.approx(
            [hit.score for hit in hits], rel=1e-4
        )
        assert len(hits) == 3


def test_dates_sort_and_articles_without_one_come_last(folder: Path) -> None:
    """By date, oldest or newest first, whatever segment they are in."""
    with open_dir(folder).searcher() as searcher:
        assert found(searcher, parsed("lũ"), sortedby="published") == ["1", "2", "3"]
        assert found(searcher, parsed("lũ"), sortedby=FieldFacet("published", reverse=True)) == [
            "2",
            "1",
            "3",
        ]
        groups = searcher.search(parsed("lũ"), groupedby="published").groups("published")
        assert set(groups) == {datetime(2020, 1, 5), datetime(2020, 2, 1, 6, 30), None}  # noqa: DTZ001


def test_keywords_sort_and_group(folder: Path) -> None:
    """By source, under its key, both ways round; without a province an article is in the group of none."""
    with open_dir(folder).searcher() as searcher:
        assert found(searcher, parsed("lũ"), sortedby=["source", "published"]) == ["1", "2", "3"]
        reverse = FieldFacet("source", reverse=True)
        assert found(searcher, parsed("lũ"), sortedby=[reverse, "published"]) == ["2", "3", "1"]
        sizes = {
            name: len(group)
            for name, group in searcher.search(parsed("lũ"), groupedby="province").groups("province").items()
        }
        assert sizes == {"hòa bình": 1, "": 2}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("lũ published:2020", ["1", "2"]),
        ("lũ published:202001", ["1"]),
        ("lũ published:[20200105 to 20200131]", ["1"]),
        ("lũ published:[20200106 to]", ["2"]),
        ("lũ published:[to 20200131]", ["1"]),
        ("lũ published:20200201063000", ["2"]),
        ('lũ source:"Báo Nghệ An"', ["2", "3"]),
        ("published:20200105", ["1"]),
        ('source:"Báo Nghệ An"', ["2", "3"]),
        ("lũ province:'hoà bình'", ["1"]),
        ("lũ NOT quét", ["2", "3"]),
        ("qué*", ["1"]),
        ("id:3", ["3"]),
        ("id:4", []),
        ("captions:cuốn", ["1"]),
    ],
)
def test_fields_are_searched_as_whoosh_writes_them(folder: Path, typed: str, expected: list[str]) -> None:
    """Dates by year, month, range or to the second, keywords by their whole value, prefixes, ids, captions."""
    with open_dir(folder).searcher() as searcher:
        assert sorted(found(searcher, parsed(typed))) == expected


def test_what_whoosh_asks_behind_the_last_posting_is_answered(tmp_path: Path) -> None:
    """SpanNot looks at where the other matcher stands after its end, as Whoosh's own matchers let it."""
    with closing(WhooshEngine(tmp_path)) as engine:
        fill(engine, [[article("1", body="lũ quét"), article("2", body="lũ"), article("3", body="lũ về")]])
    without = SpanNot(whoosh.Term("body", "lũ"), whoosh.Term("body", "quét"))
    with open_dir(tmp_path).searcher() as searcher:
        assert sorted(found(searcher, without)) == ["1", "2", "3"]


def test_stored_fields_are_the_article(folder: Path) -> None:
    """A hit shows what the article holds; what it does not have is left out."""
    with open_dir(folder).searcher() as searcher:
        shown = searcher.document(id="1")
        assert shown == {
            "id": "1",
            "title": ARTICLES[0].title,
            "body": ARTICLES[0].body,
            "captions": "Cầu bị lũ cuốn\nĐường ngập",
            "source": "Báo Hòa Bình",
            "province": "Hoà Bình",
            "published": datetime(2020, 1, 5),  # noqa: DTZ001
            "first_seen": ARTICLES[0].first_seen,
        }
        assert searcher.document(id="4") is None


def test_words_are_suggested(folder: Path) -> None:
    """Near words of all segments come, and none that only a deleted article has."""
    with open_dir(folder).searcher() as searcher:
        assert "bão" in searcher.suggest("title", "bãoi", maxdist=1)
        assert "bãoo" not in searcher.suggest("title", "bãoi", maxdist=2)
        assert searcher.corrector("body").suggest("quéta", maxdist=1) == ["quét"]
        assert searcher.correct_query(parsed("phụcx", "title"), "phụcx").string == "phục"


def test_similar_articles_are_found(folder: Path) -> None:
    """`more_like_this` takes the key terms of a hit's text and never brings the hit itself."""
    with open_dir(folder).searcher() as searcher:
        (hit,) = searcher.search(parsed("quét"))
        assert {other["id"] for other in hit.more_like_this("title", numterms=10)} == {"2", "3"}


def test_statistics_leave_deleted_articles_out(folder: Path) -> None:
    """Counts and lengths are exact, and of what is not deleted."""
    with open_dir(folder).searcher() as searcher:
        reader = searcher.reader()
        assert (reader.doc_count(), reader.doc_count_all(), reader.has_deletions()) == (403, 404, True)
        assert (searcher.doc_frequency("body", "lũ"), searcher.frequency("body", "lũ")) == (3, 302)
        assert searcher.doc_field_length(searcher.document_number(id="2"), "body") == 300
        assert (reader.max_field_length("body"), reader.min_field_length("body")) == (300, 3)
        assert reader.field_length("captions") == 6
        info = reader.term_info("body", "lũ")
        assert (info.doc_frequency(), info.weight(), info.max_weight()) == (3, 302, 300)
        assert (info.min_length(), info.max_length()) == (4, 300)
        numbers = sorted(searcher.document_number(id=id) for id in "123")
        assert (info.min_id(), info.max_id()) == (numbers[0], numbers[-1])
        with pytest.raises(TermNotFound):
            reader.term_info("title", "bãoo")


def test_terms_are_walked_in_order(folder: Path) -> None:
    """The terms of a field are those of its articles, ascending, and a cursor stands at each of them in turn."""
    reader = open_dir(folder).reader()
    kept = [*ARTICLES[:3], padding(0)]
    terms = sorted({term for one in kept for term in text_terms(one)["title"].terms})
    assert list(reader.field_terms("title")) == terms
    assert "\n" not in set(reader.field_terms("body"))
    assert list(reader.field_terms("source")) == ["a vn", "báo hòa bình", "báo nghệ an"]
    assert [name for name, _text in reader.terms_from("title", "vào".encode())] == ["title"]
    cursor, walked = reader.cursor("title"), []
    while cursor.is_valid():
        assert cursor.term_info().doc_frequency() == reader.doc_frequency("title", cursor.text())
        walked.append(cursor.text())
        cursor.next()
    assert (walked, cursor.text(), cursor.term_info()) == (terms, None, None)
    assert (cursor.first(), cursor.find("bãp")) == (terms[0], next(term for term in terms if term > "bãp"))
    assert set(reader.indexed_field_names()) >= {"id", "published", "title", "source"}
    assert {field for field, _text in reader.all_terms()} == {
        "body",
        "captions",
        "id",
        "province",
        "published",
        "source",
        "title",
    }


@settings(max_examples=25, deadline=None)
@given(BATCHES, st.lists(st.integers(0, 6), max_size=6))
def test_a_matcher_walks_postings(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[Document | str]], leaps: list[int]
) -> None:
    """However it leaps, it is at the first posting that is not before; frequencies and positions are the article's."""
    folder = tmp_path_factory.mktemp("walked")
    with closing(WhooshEngine(folder)) as engine:
        fill_in_segments(engine, batches)
        found = engine.search(Everything(), SearchOptions(limit=100))
        documents = {hit.document.id: hit.document for hit in found.hits}
    for reader, _offset in open_dir(folder).reader().leaf_readers():
        held = {
            number: text_terms(documents[fields["id"]]).get("body") for number, fields in reader.iter_docs()
        }
        for word in reader.field_terms("body"):
            expected = {
                number: [
                    place for term, place in zip(body.terms, body.positions, strict=True) if term == word
                ]
                for number, body in held.items()
                if body and word in body.terms
            }
            assert_walks(reader.postings("body", word), expected, leaps)


def assert_walks(matcher: Any, expected: dict[int, list[int]], leaps: list[int]) -> None:
    """A matcher has these documents, by number, with these positions, wherever it leaps to on the way."""
    assert list(matcher.copy().all_ids()) == sorted(expected)
    for leap in leaps:
        rest = [number for number in sorted(expected) if number >= max(leap, matcher.id())]
        matcher.skip_to(leap)
        assert matcher.is_active() == bool(rest)
        if not rest:
            with pytest.raises(ReadTooFar):
                matcher.next()
            break
        assert (matcher.id(), matcher.weight()) == (rest[0], len(expected[rest[0]]))
        assert matcher.value_as("positions") == sorted(expected[rest[0]])
        assert matcher.value_as("frequency") == matcher.weight()
    matcher.reset()
    assert matcher.id() == min(expected)


def test_a_rare_term_of_any_field_weighs_more(folder: Path) -> None:
    """The weight of a term can be asked for in every field that is searched, keywords and dates included."""
    with open_dir(folder).searcher() as searcher:
        terms = {field: list(searcher.reader().lexicon(field)) for field in SEARCHED}
        filled = {field: texts for field, texts in terms.items() if texts}
        assert {"id", "source", "published", "title", "body"} <= filled.keys()
        for field, texts in filled.items():
            weights = [searcher.idf(field, text) for text in texts]
            holders = [searcher.doc_frequency(field, text) for text in texts]
            assert weights[holders.index(min(holders))] == max(weights)


def test_a_boost_multiplies_scores(folder: Path) -> None:
    """A phrase or prefix that counts twice scores twice as much."""
    with open_dir(folder).searcher() as searcher:
        for query in (WhooshPhrase("title", ["nghệ", "an"]), Prefix("title", "bã")):
            scores = [hit.score for hit in searcher.search(query)]
            twice = [hit.score for hit in searcher.search(query.with_boost(2.0))]
            assert twice == [pytest.approx(2 * score) for score in scores] != []


def test_whoosh_own_weighting_may_be_taken(folder: Path) -> None:
    """With Whoosh's BM25F the same articles match, and its own phrase and ours are the same to it."""
    with open_dir(folder).searcher(weighting=BM25F) as searcher:
        for query in (whoosh.Term("body", "lũ"), WhooshPhrase("body", ["lũ", "quét"]), Prefix("body", "lu")):
            scores = [hit.score for hit in searcher.search(query)]
            assert scores == sorted(scores, reverse=True)
        ours = searcher.search(WhooshPhrase("body", ["lũ", "quét"]))
        stock = searcher.search(whoosh.Phrase("body", ["lũ", "quét"]))
        assert [(hit.docnum, hit.score) for hit in ours] == [(hit.docnum, hit.score) for hit in stock] != []


# Reading only.


def test_nothing_is_pickled(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither opening nor searching reads or writes a pickle, positions included."""

    def refused(*_arguments: object, **_options: object) -> None:
        raise AssertionError

    for module in ("whoosh.index", "whoosh.formats", "whoosh.compat", "pickle"):
        for name in ("loads", "dumps", "pickle"):
            monkeypatch.setattr(f"{module}.{name}", refused, raising=False)
    with open_dir(folder).searcher() as searcher:
        (hit,) = searcher.search(parsed('"lũ quét"'))
        assert hit.more_like_this("body") is not None


def test_writing_is_refused(folder: Path) -> None:
    """Every way of changing the index through Whoosh raises an error with a sentence, and changes no file."""
    opened = open_dir(folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    ways = (
        opened.writer,
        opened.optimize,
        lambda: opened.lock("WRITELOCK"),
        lambda: opened.delete_by_term("title", "bão"),
        lambda: opened.delete_by_query(whoosh.Every()),
        lambda: opened.add_field("x", opened.schema["title"]),
        lambda: opened.remove_field("title"),
        lambda: type(opened).create(FileStorage(str(folder)), opened.schema),
        lambda: opened.storage.create_index(opened.schema),
        lambda: opened.storage.create_file("x"),
        lambda: opened.storage.delete_file("CURRENT"),
        lambda: opened.storage.rename_file("CURRENT", "x"),
        opened.storage.create,
        opened.storage.clean,
        opened.storage.destroy,
    )
    for way in ways:
        with pytest.raises(ReadOnlyIndex, match="timbao index") as caught:
            way()
        assert caught.value.locator == f"whoosh:{folder}"
        assert isinstance(caught.value, EngineError)
        assert isinstance(caught.value, ReadOnlyError)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_commits_are_seen(folder: Path) -> None:
    """A searcher stays what it was; a refreshed or new one has what was committed, after a rebuild too."""
    opened = open_dir(folder)
    searcher = opened.searcher()
    assert searcher.up_to_date()
    assert searcher.refresh() is searcher
    for word, rebuild in (("một", False), ("hai", True), ("ba", True)):
        with closing(WhooshEngine(folder)) as engine, engine.writer(rebuild=rebuild) as changes:
            changes.put(article("5", f"Tin mới {word}"))
            changes.commit("")
        assert not searcher.up_to_date()
        assert found(searcher, parsed(word, "title")) == []
        searcher = searcher.refresh()
        assert found(searcher, parsed(word, "title")) == ["5"]
    assert opened.doc_count() == 1
    assert opened.last_modified() > 0
    opened.close()
    assert not opened.is_empty()


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    """An index without an article is one all the same."""
    with closing(WhooshEngine(tmp_path)) as engine, engine.writer() as changes:
        changes.commit("")
    opened = open_dir(tmp_path)
    assert opened.is_empty()
    with opened.searcher() as searcher:
        assert found(searcher, parsed("lũ published:2020")) == []


def test_an_index_is_told_from_none(folder: Path, tmp_path: Path) -> None:
    """`exists_in` knows an index, also a damaged one; Whoosh's own knows only its own."""
    assert exists_in(folder)
    assert exists_in(str(folder))
    assert not exists_in(tmp_path / "none")
    assert not whoosh_index.exists_in(str(folder))
    (folder / "CURRENT").write_text("{}")
    assert exists_in(folder)


def test_what_cannot_be_opened_says_why(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No index, one of another version and a damaged one are the engine's own errors; damage also later."""
    with pytest.raises(NoIndex):
        open_dir(tmp_path / "none")
    monkeypatch.setattr(generations, "FORMAT", 99)
    with pytest.raises(StaleIndex):
        open_dir(folder)
    monkeypatch.undo()
    searcher = open_dir(folder).searcher()
    for segment in folder.rglob("*.seg"):
        content = bytearray(segment.read_bytes())
        content[: len(content) // 2] = bytes(len(content) // 2)
        segment.write_bytes(content)
    with pytest.raises(CorruptIndex):
        searcher.search(parsed("lũ"))
    (folder / "CURRENT").write_text("{}")
    with pytest.raises(CorruptIndex):
        open_dir(folder)
