"""The query grammar as a public contract."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.query import (
    PAIR_WEIGHT,
    And,
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
    leaves,
)
from index.text.patterns import spelt_out
from searcher.querylang.parser import AS_TYPED_WEIGHT
from searcher.querylang.syntax import (
    FIELD_NAMES,
    MAX_CHARACTERS,
    MAX_DEPTH,
    MAX_WORDS,
    ParsedQuery,
    QuerySyntaxError,
    describe,
    parse,
)


def words(*terms: Term, field: str | None = None) -> Prefer:
    """What a run of bare words means."""
    pairs = list(pairwise(terms))
    bare = [pair for pair in pairs if all(term.any_marks for term in pair)]
    pairs += [(replace(left, any_marks=False), replace(right, any_marks=False)) for left, right in bare]
    inside = tuple(Term(term.term, term.any_marks, field) for term in terms)
    return Prefer(And(inside), Or(tuple(Phrase(pair, field) for pair in pairs)), PAIR_WEIGHT)


def alone(term: Term) -> Prefer:
    """What a single word means that was typed without marks: the exact spelling first."""
    return Prefer(term, replace(term, any_marks=False), AS_TYPED_WEIGHT)


def understand(text: str) -> ParsedQuery | QuerySyntaxError:
    """The query or the reason why there is none; anything else is a failure."""
    try:
        return parse(text)
    except QuerySyntaxError as error:
        return error


PEOPLE, MOVE, HUE = Term("dân"), Term("vận"), Term("huế")
A, B, C = (Term(letter, any_marks=True) for letter in "abc")

MEANINGS: list[tuple[str, Query]] = [
    ("huế", HUE),
    ("hue", alone(Term("hue", any_marks=True))),
    ("Hoà", Term("hòa")),
    ("2021", Term("2021")),
    ("3,5", Term("3.5")),
    ("dân vận", words(PEOPLE, MOVE)),
    ("dan vận", words(Term("dan", any_marks=True), MOVE)),
    ('"dân vận"', Phrase((PEOPLE, MOVE))),
    ("“dân vận”", Phrase((PEOPLE, MOVE))),
    ('="dan van"', Phrase((Term("dan"), Term("van")))),
    ('="an"', Term("an")),
    ('"an"', alone(Term("an", any_marks=True))),
    ("a AND b", And((A, B))),
    ("a VÀ b", And((A, B))),
    ("a OR b", Or((A, B))),
    ("a HOẶC b", Or((A, B))),
    ("a NOT b", And((A, Not(B)))),
    ("a KHÔNG b", And((A, Not(B)))),
    ("a AND NOT b", And((A, Not(B)))),
    ("NOT a b", And((Not(A), B))),
    ("NOT NOT a", alone(A)),
    ("a -b", And((A, Not(B)))),
    ("-a", And((Everything(), Not(A)))),
    ("-(a b)", And((Everything(), Not(words(A, B))))),
    ('a -"b c"', And((A, Not(Phrase((B, C)))))),
    ("a -title:b", And((A, Not(Term("b", any_marks=True, field="title"))))),
    ("a -b-c", And((A, Not(Phrase((B, C)))))),
    ("a OR -b", Or((A, And((Everything(), Not(B)))))),
    ("a b OR c", Or((words(A, B), C))),
    ("a (b OR c)", And((A, Or((B, C))))),
    ("((a))", alone(A)),
    ("(a AND b) AND c", And((A, B, C))),
    ("a OR (b OR c)", Or((A, B, C))),
    ("a (-b)", And((A, Not(B)))),
    ("a - b", words(A, B)),
    ("a-b", words(A, B)),
    ("a -- b", words(A, B)),
    ("a --b", words(A, B)),
    ("a and b", words(A, Term("and", any_marks=True), B)),
    ("a? b", words(A, B)),
    ("a * b ~ ^2", words(A, B, Term("2"))),
    ("ninh*", Wildcard("ninh*", any_marks=True)),
    ("Hoà*", Wildcard("hoà*")),
    ("*th*n**", Wildcard("*th*n*", any_marks=True)),
    ('="ninh*"', Wildcard("ninh*")),
    ("202*", Wildcard("202*")),
    ("a ninh* b c", And((A, Wildcard("ninh*", True), words(B, C)))),
    ('"a ninh*"', Phrase((A, Wildcard("ninh*", True)))),
    ("title:ninh*", Wildcard("ninh*", True, "title")),
    ("a -ninh*", And((A, Not(Wildcard("ninh*", True))))),
    ("dân-v*", Phrase((PEOPLE, Wildcard("v*", True)))),
    ("covid19*", Phrase((Term("covid", True), Wildcard("19*")))),
    ("khanh~", Prefer(Fuzzy("khanh", any_marks=True), Term("khanh", any_marks=True), 2.0)),
    ("huế~1", Prefer(Fuzzy("huế"), Term("huế"), 2.0)),
    ('="hue~"', Prefer(Fuzzy("hue"), Term("hue"), 2.0)),
    ('"dân vận~"', Phrase((PEOPLE, Fuzzy("vận")))),
    ("5~10 a~b", words(Term("5"), Term("10"), A, B)),
    ('"dân vận"~5', Near((PEOPLE, MOVE), 5)),
    ('="a b"~12', Near((Term("a"), Term("b")), 12)),
    ('"dân vận"~0', Phrase((PEOPLE, MOVE))),
    ('"dân vận huế"~>7', Near((PEOPLE, MOVE, HUE), 7, ordered=True)),
    ('body:"dân vận"~>5^2', Weighted(Near((PEOPLE, MOVE), 5, ordered=True, field="body"), 2.0)),
    ('"dân vận"~>0', Phrase((PEOPLE, MOVE))),
    ('"dân"~5', PEOPLE),
    ('"dân vận huế"~p', SameParagraph((PEOPLE, MOVE, HUE))),
    ('body:"dân v*"~đoạn', SameParagraph((PEOPLE, Wildcard("v*", True)), "body")),
    ('"dân vận"~5^2', Weighted(Near((PEOPLE, MOVE), 5), 2.0)),
    ("huế^2", Weighted(HUE, 2.0)),
    ("a^2 huế", And((Weighted(A, 2.0), HUE))),
    ("a OR huế^0,5", Or((A, Weighted(HUE, 0.5)))),
    ('"dân vận"^3', Weighted(Phrase((PEOPLE, MOVE)), 3.0)),
    ("(dân vận)^2 -huế", And((Weighted(words(PEOPLE, MOVE), 2.0), Not(HUE)))),
    ("((a)^2)^3", Weighted(Weighted(A, 2.0), 3.0)),
    ("title:(a^2 OR b)", Or((Weighted(Term("a", True, "title"), 2.0), Term("b", True, "title")))),
    ("a:b", words(A, B)),
    ("10:30", Term("10:30")),
    ("Nghị quyết: 25", words(Term("nghị"), Term("quyết"), Term("25"))),
    ("từ: ngữ", words(Term("từ"), Term("ngữ"))),
    ("VIỆT VÀ NAM", words(Term("việt"), Term("và"), Term("nam", any_marks=True))),
    ("VIỆT AND NAM", And((Term("việt"), Term("nam", any_marks=True)))),
    ("title:huế", Term("huế", field="title")),
    ("Title:huế", Term("huế", field="title")),
    ("title:AND", alone(Term("and", any_marks=True, field="title"))),
    ("-AND", And((Everything(), Not(Term("and", any_marks=True))))),
    ("title:dân vận", And((Term("dân", field="title"), MOVE))),
    ('tag:"dân vận"', Phrase((PEOPLE, MOVE), "tags")),
    ("caption:(dân vận)", words(PEOPLE, MOVE, field="captions")),
    ("body:(a OR title:b)", Or((Term("a", True, "body"), Term("b", True, "title")))),
    ("source:baokhanhhoa.vn", Keyword("source", "baokhanhhoa vn", any_marks=True)),
    ("báo:Tuổi-Trẻ", Keyword("source", "tuổi trẻ")),
    ('tỉnh:"Khánh Hoà"', Keyword("province", "khánh hòa")),
    ("mục:(thời sự)", Keyword("section", "thời sự")),
    ('province:="Khanh Hoa"', Keyword("province", "khanh hoa")),
    ("tácgiả:Lan", alone(Term("lan", any_marks=True, field="author"))),
    ("from:2021-03 a", And((Between(date(2021, 3, 1), None), A))),
    ("đến:2020", Between(None, date(2020, 12, 31))),
    ('to:"15/3/2021"', Between(None, date(2021, 3, 15))),
    ("Phan Rang-Tháp", words(Term("phan", True), Term("rang", True), Term("tháp"))),
]


@pytest.mark.parametrize(("text", "meaning"), MEANINGS, ids=[text for text, _ in MEANINGS])
def test_each_form_means_what_the_grammar_says(text: str, meaning: Query) -> None:
    """Every form of the grammar gives exactly its query tree, typed in NFC and in NFD."""
    assert parse(text).query == meaning
    assert parse(unicodedata.normalize("NFD", text)).query == meaning


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ('dân vận "Khánh Hoà" NOT Huế', 'dân vận AND "khánh hòa" AND NOT huế'),
        ("a (b OR c) -(d e)", "a AND (b OR c) AND NOT (d e)"),
        ('tỉnh:(huế OR "Đà Nẵng")', 'province:huế OR province:"đà nẵng"'),
        ("title:(dân vận) từ:2021", "title:(dân vận) AND from:2021-01-01"),
        ('25.000 3,5 ="an"', '25000 3,5 AND ="an"'),
        ("-huế", "NOT huế"),
        ("-(A^2,0 B) Hoà*", "NOT (a^2 AND b) AND hoà*"),
        ('ninh* ="khanh~" title:"A  b"~07', 'ninh* AND ="khanh~" AND title:"a b"~7'),
        ('"a b"~đoạn^1.5 ((c d)^2)^3', '"a b"~p^1.5 AND ((c d)^2)^3'),
    ],
)
def test_parsed_spells_out_what_was_understood(text: str, parsed: str) -> None:
    """The readable form has canonical terms, English operators and all implied ones."""
    assert parse(text).parsed == parsed


MISTAKES = [
    ("đường hà~", 6, "đường hà"),
    ('"a~ b"', 0, '"a b"'),
    ("", 0, ""),
    ("...", 0, ""),
    ("🙂", 0, ""),
    ('""', 0, ""),
    ("a AND", 2, "a"),
    ("AND a", 0, "a"),
    ("OR", 0, '"OR"'),
    ("a OR OR b", 5, "a OR b"),
    ("a NOT", 2, "a"),
    ("a NOT AND b", 6, "a NOT b"),
    ("a ()", 2, "a"),
    ("a (...)", 2, "a"),
    ("(a", 0, "(a)"),
    ("a (b (c)", 2, "a (b (c))"),
    ("a)", 1, "a"),
    (")a", 0, "a"),
    ('a "b', 2, 'a "b"'),
    ('a ="b', 3, 'a ="b"'),
    ('tivi 15"', 7, "tivi 15"),
    ('a ""', 2, "a"),
    ("a title:", 2, "a"),
    ("a title: b", 2, "a title:b"),
    ("title:... a", 0, "... a"),
    ("(title:) a", 1, "( ) a"),
    ("a from:lúc", 7, ""),
    ("a to:2021-13", 5, ""),
    ("from:30/2/2021", 5, ""),
    ("khanh~2 a", 5, "khanh~ a"),
    ("a huế^0 b", 5, "a huế b"),
    ('"a b"^1000', 5, '"a b"'),
    ("a source:khanh*", 9, "a source:khanh"),
    ('tỉnh:"khánh hoà~"', 5, 'tỉnh:"khánh hoà"'),
    ('source:"a b"~5', 12, 'source:"a b"'),
    ("from:2021*", 5, "from:2021"),
]


@pytest.mark.parametrize(("text", "position", "suggestion"), MISTAKES, ids=[text for text, *_ in MISTAKES])
def test_a_mistake_is_named_with_its_place_and_a_way_out(text: str, position: int, suggestion: str) -> None:
    """Each mistake points at the character to blame and offers the text with that fault mended."""
    error = understand(text)
    assert isinstance(error, QuerySyntaxError)
    assert (error.position, error.suggestion) == (position, suggestion)
    assert error.hint in str(error)
    assert error.suggestion in str(error)


def test_bare_words_relax_to_any_of_them() -> None:
    """The partial query asks for any bare word, prefers neighbours, and keeps all else strict."""
    parsed = parse('dân vận "a b" -huế from:2021')
    any_word = Prefer(Or((PEOPLE, MOVE)), Or((Phrase((PEOPLE, MOVE)),)), PAIR_WEIGHT)
    strict = (Phrase((A, B)), Not(HUE), Between(date(2021, 1, 1), None))
    assert parsed.partial == And((any_word, *strict))
    assert parse("dân vận").partial == any_word


@pytest.mark.parametrize("text", ["dân", '"dân vận"', "dân AND vận", "a b OR c d", "title:(a b)", "-(a b)"])
def test_operators_leave_nothing_to_relax(text: str) -> None:
    """Single words, phrases, operators and fields are strict: there is no partial query."""
    assert parse(text).partial is None


def test_limits_are_sentences_not_crashes() -> None:
    """Too many parentheses, words or characters are refused at the place where it is too much."""
    depth = understand("(" * 2000 + "a")
    count = understand("a " * (MAX_WORDS + 1))
    length = understand("x" * 100_000)
    odd = understand("NOT " * 255 + "a")
    assert isinstance(depth, QuerySyntaxError)
    assert depth.position == MAX_DEPTH
    assert isinstance(count, QuerySyntaxError)
    assert count.position == 2 * MAX_WORDS
    assert isinstance(parse(count.suggestion), ParsedQuery)
    assert isinstance(length, QuerySyntaxError)
    assert length.position == MAX_CHARACTERS
    assert isinstance(odd, ParsedQuery)
    assert parse("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH).query == alone(A)
    assert parse("a " * MAX_WORDS).partial is not None


PIECES = st.sampled_from(
    [
        *(
            "AND",
            "OR",
            "NOT",
            "VÀ",
            "HOẶC",
            "KHÔNG",
            "-",
            "(",
            ")",
            '"',
            "“",
            "”",
            '="',
            "=",
            " ",
            " ",
            " ",
            ":",
        ),
        *(
            "title:",
            "source:",
            "from:",
            "từ:",
            "báo:",
            "x:",
            "2021",
            "~",
            "~5",
            "~>5",
            '"~p',
            "^2",
            "^0,5",
            "h*",
            "3,5",
            "1.2.3",
            "dân",
            "van",
            "Huế",
            "TP.",
        ),
        *(
            "...",
            "?",
            "*",
            "🙂",
            "\u200b",
            "\u0301",
            "\ud800",
            "\x00",
            "İ",
            "ß",
            "한",
            "\u2028",
            "đ",
            "ð",
            "_",
        ),
    ]
)
TYPED = st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=40)


@settings(max_examples=1500, deadline=None)
@given(TYPED)
def test_any_text_is_a_query_or_a_placed_message(text: str) -> None:
    """Whatever is typed, the answer is a query that can match something, or an error inside the text."""
    answer = understand(text)
    if isinstance(answer, QuerySyntaxError):
        assert 0 <= answer.position <= len(unicodedata.normalize("NFC", text))
    else:
        assert answer.text == unicodedata.normalize("NFC", text)
        assert all(
            leaf.terms if isinstance(leaf, Phrase) else spelt_out(leaf) for leaf in leaves(answer.query)
        )


@settings(max_examples=1500, deadline=None)
@given(TYPED)
def test_what_was_understood_means_the_same_when_typed(text: str) -> None:
    """Parsing `parsed` gives the same query, the same `parsed` and, but for quoting prose, the same partial query."""
    answer = understand(text)
    if isinstance(answer, ParsedQuery):
        again = parse(answer.parsed)
        assert (again.query, again.parsed) == (answer.query, answer.parsed)
        assert again.partial == answer.partial or answer.is_prose


@settings(max_examples=800, deadline=None)
@given(TYPED)
def test_following_the_suggestions_leads_to_a_query(text: str) -> None:
    """Every suggestion mends its fault: taking one after the other ends, at a query or with none left."""
    answer = understand(text)
    for _step in range(len(text) + 1):
        if not isinstance(answer, QuerySyntaxError) or not answer.suggestion:
            return
        answer = understand(answer.suggestion)
    assert isinstance(answer, ParsedQuery), str(answer)


def test_every_field_name_restricts_to_its_field() -> None:
    """Each documented name, attached to a value, makes a leaf of the field that the table names."""
    for name, field in FIELD_NAMES.items():
        query = parse(f"{name}:2021").query
        if isinstance(query, Between):
            assert (query.first is not None) == (field == "from")
        else:
            assert isinstance(query, Term | Keyword)
            assert query.field == field


def test_describing_a_partial_query_reads_as_it_matches() -> None:
    """The relaxed words stand in parentheses beside other conditions."""
    partial = parse("a b -c").partial
    assert partial is not None
    assert describe(partial) == "(a OR b) AND NOT c"


def test_naughty_strings_are_queries_or_messages() -> None:
    """Each of the Big List of Naughty Strings is a query that reads back the same, or a polite refusal."""
    folder = os.environ.get("TIMBAO_BENCH_DATA")
    if not folder:
        pytest.skip("TIMBAO_BENCH_DATA does not name the folder of test data")
    strings = json.loads((Path(folder) / "blns.json").read_text(encoding="utf-8"))
    answers = [understand(text) for text in strings]
    parsed = [answer for answer in answers if isinstance(answer, ParsedQuery)]
    assert len(parsed) > len(strings) / 2
    assert all(parse(answer.parsed).query == answer.query for answer in parsed)


def test_searching_loads_nothing_heavy() -> None:
    """Importing what a terminal search needs loads no web framework, fetcher, backend or rich."""
    code = (
        "import sys, searcher.querylang.syntax, searcher.results.search;"
        "import searcher.results.snippets, searcher.output.records;"
        "heavy = {'flask', 'requests', 'bs4', 'lxml', 'whoosh', 'numpy', 'rich', 'click'} & set(sys.modules);"
        "print(*sorted(heavy))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.stdout, done.stderr) == ("\n", "")


def test_long_texts_are_prose() -> None:
    """More than MAX_BARE_WORDS bare words without operators are a title or a question, whose quotes only quote."""
    words_typed = "một hai ba bốn năm sáu bảy"
    assert parse(words_typed).is_prose
    assert not parse("một hai ba bốn năm sáu").is_prose
    assert not parse(f"{words_typed} -tám").is_prose
    assert not parse(f'{words_typed} ="tám"').is_prose
    assert not parse('"một hai ba bốn năm sáu bảy"').is_prose
    quoting = parse(f'{words_typed} "tám chín" mười')
    assert quoting.is_prose
    assert quoting.partial == parse(f"{words_typed} tám chín mười").partial
    assert Phrase((Term("tám"), Term("chín"))) in tuple(leaves(quoting.query))


def test_a_title_holds_quotations() -> None:
    """A text that has so many words only with the quoted ones is strict, and a title where nothing matches it."""
    quoting = parse('Ca sĩ kể: "Tôi không ngờ đây là chuyến lưu diễn cuối cùng"')
    assert not quoting.is_prose
    assert quoting.title == parse("Ca sĩ kể: Tôi không ngờ đây là chuyến lưu diễn cuối cùng").partial
    for text in (
        '"một hai ba bốn năm sáu bảy"',
        'một hai "ba bốn"',
        "một hai ba bốn năm sáu bảy",
        'a -"b c d e f g"',
    ):
        assert parse(text).title is None


def test_a_quotation_mark_too_many_quotes_nothing_in_prose() -> None:
    """In a title a stray or empty pair of quotation marks is punctuation; in a short query it is a mistake."""
    plain = parse("Mẹ Hương đã tát tôi rất đau đớn")
    for text in (
        '“"Mẹ" Hương đã tát tôi rất đau đớn”',
        'Mẹ Hương đã tát tôi rất "đau đớn',
        '"" Mẹ Hương đã tát tôi rất đau đớn',
    ):
        found = parse(text)
        assert (found.partial, found.query, found.is_prose) == (plain.partial, plain.query, True)
        assert found.text == text
    for text in ('"mẹ Hương', 'NOT "mẹ Hương đã tát tôi rất đau đớn', '"" mẹ'):
        assert isinstance(understand(text), QuerySyntaxError)


def test_prose_typed_with_marks_means_its_bare_words_as_they_are() -> None:
    """Where most words have marks, the others are ranked as typed; typed without marks, each stands for all."""
    marked, bare = (
        parse("nước lũ cho thấy đường tránh trong xã"),
        parse("nuoc lu cho thay duong tranh trong xa"),
    )
    assert not any(
        term.any_marks for term in leaves(marked.partial or marked.query) if isinstance(term, Term)
    )
    assert all(term.any_marks for term in leaves(bare.partial or bare.query) if isinstance(term, Term))
    assert Term("cho", any_marks=True) in set(leaves(marked.query))


def test_what_asks_counts_less_in_a_question() -> None:
    """In a question the words that ask count less than what is asked about, also typed without marks; in a title,
    which an article may well hold, they count like all others.
    """
    for text, asking in (
        ("Ai đã hứa làm con đường tránh nào vào năm nào?", {"ai", "nào"}),
        ("ai da hua lam con duong tranh nao vao nam nao ?", {"ai", "nao"}),
        ("Ai đã hứa làm con đường tránh nào vào năm nào", set()),
    ):
        ranked = parse(text).partial
        assert isinstance(ranked, Prefer)
        assert isinstance(ranked.required, Or)
        lighter = [word for word in ranked.required.children if isinstance(word, Weighted)]
        assert {word.child.term for word in lighter if isinstance(word.child, Term)} == asking
        assert all(word.weight < 1 for word in lighter)
        assert len(ranked.required.children) == len(parse(text.rstrip(" ?")).partial.required.children)  # type: ignore[union-attr]
