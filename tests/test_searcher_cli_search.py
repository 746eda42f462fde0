"""`timbao search` as people and other programs use it: what it finds, what it prints where, what it refuses."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import ARTICLES, Timbao, lines


@pytest.mark.parametrize(
    "query",
    [
        "dân vận khánh hòa",
        "dan van khanh hoa",
        "DÂN VẬN KHÁNH HOÀ",
        unicodedata.normalize("NFD", "DÂN VẬN KHÁNH HOÀ"),
    ],
)
def test_every_way_of_typing_finds_the_article(archive: Timbao, query: str) -> None:
    """With marks, without, in capitals with the other tone placement, decomposed: the same article, rightly marked."""
    page = archive("search", *query.split(), "--json").json
    hit = page["hits"][0]
    assert hit["url"] == ARTICLES[0]["url"]
    assert page["total"] == 1
    assert not hit["partial"]
    marked = {hit["snippet"]["text"][start:end].lower() for start, end in hit["snippet"]["marks"]}
    assert marked == {"khánh hòa", "dân vận"}
    assert [hit["title"][start:end] for start, end in hit["title_marks"]] == ["dân vận"]


def test_marks_typed_are_marks_meant(archive: Timbao) -> None:
    """`đường tránh` does not match `dương chanh` nor the reverse; typed without marks both are candidates."""
    assert [
        hit["id"] for hit in archive("search", "đường tránh", "--json").json["hits"] if not hit["partial"]
    ] == [archive("show", ARTICLES[1]["url"], "--json").json["id"]]
    titles = {hit["title"] for hit in archive("search", "duong", "--json").json["hits"]}
    assert titles == {"Hứa mở đường tránh trước mùa mưa", "Chè dương chanh"}


def test_the_json_has_the_public_shape(archive: Timbao) -> None:
    """`--json` holds every key that outsiders rely on, absent values as null."""
    page = archive("search", "hứa", "--json").json
    assert page["schema"] == 1
    assert {
        "query",
        "suggestions",
        "total",
        "groups",
        "took_ms",
        "generation",
        "hits",
        "timeline",
        "facets",
    } < set(page)
    assert page["query"] == {"text": "hứa", "parsed": "hứa", "slips": []}
    hit = page["hits"][0]
    assert set(hit) == {
        *("id", "url", "title", "source", "province", "section", "author", "published", "score", "partial"),
        *("snippet", "title_marks", "reprints"),
    }
    assert (hit["published"], hit["author"], hit["section"]) == ("2017-05-02", None, None)


def test_json_lines_and_ids_name_the_same_hits(archive: Timbao) -> None:
    """`--jsonl` and `--ids` list what `--json` lists, in its order."""
    ids = [hit["id"] for hit in archive("search", "dân", "--json").json["hits"]]
    assert ids
    assert [json.loads(line)["id"] for line in archive("search", "dân", "--jsonl").out.splitlines()] == ids
    assert archive("search", "dân", "--ids").out.splitlines() == ids


def test_filters_narrow_and_sort_orders(archive: Timbao) -> None:
    """Dates are inclusive days, filters may be typed without marks, newest comes first when asked."""
    assert (
        archive("search", "duong", "--from", "2017-05-02", "--to", "2017-05-02", "--ids").out.count("\n") == 1
    )
    assert archive("search", "dân", "--section", "chinh tri", "--ids").out.count("\n") == 1
    assert archive("search", "dân", "--author", "bui mau", "--ids").out.count("\n") == 1
    assert archive("search", "dân", "--source", "bao-khac.example", "--ids").out.count("\n") == 1
    newest = archive("search", "duong", "--sort", "newest", "--json").json["hits"]
    assert [hit["published"] for hit in newest] == ["2019-01-01", "2017-05-02"]


@pytest.mark.parametrize(
    ("first", "last"),
    [("2017", "2017"), ("5/2017", "2017-05"), ("2017.05.02", "2/5/2017"), ("1-2017", "6.2017")],
)
def test_days_are_written_as_in_the_query_language(archive: Timbao, first: str, last: str) -> None:
    """`--from` and `--to` take years and months too, and both ends are inclusive."""
    found = archive("search", "duong", "--from", first, "--to", last, "--json").json
    assert [hit["published"] for hit in found["hits"]] == ["2017-05-02"]


def test_a_newspaper_may_be_named_by_its_title(archive: Timbao, tmp_path: Path) -> None:
    """`--source` takes the title as well as the key, in any spelling, and JSON goes on giving the key."""
    (tmp_path / "data" / "sources.toml").write_text(
        '[sources."bao-thu.example"]\ntitle = "Báo Thử Hoà"\nhosts = ["bao-thu.example"]\n', encoding="utf-8"
    )
    for named in ("bao-thu.example", "Báo Thử Hòa", "bao thu hoa"):
        found = archive("search", "dân", "--source", named, "--json").json
        assert {hit["source"] for hit in found["hits"]} == {"bao-thu.example"}
    assert archive("show", str(ARTICLES[1]["url"])).out.splitlines()[2].startswith("Báo Thử Hoà · ")


def test_why_nothing_was_found_is_said(archive: Timbao) -> None:
    """A newspaper or province of which there is nothing, and a page behind the last, are named; status 1."""
    run = archive("search", "dân", "--source", "bao-la.example")
    assert (run.status, run.out) == (1, "")
    assert "bao-la.example" in run.err
    assert "timbao sources list" in run.err
    run = archive("search", "dân", "--province", "Atlantis", "--json")
    assert (run.status, run.json["total"]) == (1, 0)
    assert "Atlantis" in run.err
    assert "sources" not in archive("search", "zzzzz").err
    run = archive("search", "duong", "--limit", "1", "--page", "7")
    assert (run.status, run.out) == (1, "")
    assert "no page 7; the last one is 2" in run.err
    run = archive("search", "dân vận", "--limit", "1", "--page", "7", "--ids")
    assert "the last one is 2" in run.err, "one whole and one partial match"


def test_a_hyphen_excludes_and_an_unknown_option_is_an_error(archive: Timbao) -> None:
    """`-word` is part of the query wherever it stands; `--word` never is, except behind `--`."""
    assert archive("search", "duong", "-tránh", "--json").json["total"] == 1
    assert archive("search", "-tránh", "duong", "--json").json["total"] == 1
    wrong = archive("search", "đường", "--limt", "5")
    assert (wrong.status, wrong.out) == (2, "")
    assert "--limit" in wrong.err
    assert archive("search", "--ids", "--", "đường", "--tránh").status == 0


def test_nothing_found_is_status_1(archive: Timbao) -> None:
    """A search that finds nothing says so on standard error, and by its status."""
    run = archive("search", "zzzzz")
    assert (run.status, run.out) == (1, "")
    assert run.err.strip()


@pytest.mark.parametrize(
    "query", ["", "...", "(đường", '"đường', "AND", "title:", "(" * 2000, "NOT " * 500 + "("]
)
def test_a_query_that_is_none_is_status_2(archive: Timbao, query: str) -> None:
    """What cannot be understood is answered by a sentence with a position and status 2, never by a traceback."""
    run = archive("search", query)
    assert (run.status, run.out) == (2, "")
    assert "At character" in run.err


def test_bad_values_are_status_2(archive: Timbao) -> None:
    """Impossible options are refused in one sentence."""
    for wrong in (
        ["--limit", "0"],
        ["--page", "0"],
        ["--from", "yesterday"],
        ["--sort", "best"],
        ["--limit", "x"],
    ):
        run = archive("search", "đường", *wrong)
        assert (run.status, run.out) == (2, ""), wrong
        assert run.err.strip()
    dated = archive("search", "đường", "--from", "yesterday").err
    assert "15/3/2021" in dated
    assert "%" not in dated
    assert archive("search", "đường", "--from", "2020-01-01", "--to", "2019-01-01").status == 2


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_characters="\0"), max_size=40))
def test_no_query_gives_a_traceback(archive: Timbao, query: str) -> None:
    """Any argument is answered: found, not found, or a sentence."""
    assert archive("search", "--", query.encode(errors="surrogatepass").decode(errors="replace")).status in {
        0,
        1,
        2,
    }


def test_reprints_are_folded_from_import_to_search(timbao: Timbao) -> None:
    """Copies in other papers are one hit that names the first; later ones join it; `--reprints show` shows all."""
    sentence = "Chiều qua bão số {} làm tốc mái {} căn nhà ven biển, {} người dân được đưa tới nơi tránh trú an toàn. "
    text = "".join(sentence.format(number, number * 7, number * 31) for number in range(1, 12))
    original = {"url": "https://mot.example/1", "source": "mot.example", "title": "Bão vào", "body": text}
    copies = [
        original | {"published": "2021-03-15"},
        original | {"url": "https://hai.example/2", "source": "hai.example", "published": "2021-03-16"},
        original
        | {"url": "https://ba.example/3", "source": "ba.example", "body": text.replace("chiều", "Trưa")},
    ]

    def search(*options: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(timbao("search", "tốc mái", "--json", *options).out)
        return found

    assert timbao("import", "-", stdin=lines(*copies[:2], *ARTICLES)).status == 0
    assert timbao("index").status == 0
    assert (search()["total"], search()["groups"], len(search()["hits"])) == (2, 1, 1)
    assert timbao("import", "-", stdin=lines(copies[2])).status == 0
    assert timbao("index").status == 0
    folded, shown = search(), search("--reprints", "show")
    assert (folded["total"], folded["groups"], len(folded["hits"])) == (3, 1, 1)
    assert (shown["total"], shown["groups"], len(shown["hits"])) == (3, 1, 3)
    for hit in (*folded["hits"], *shown["hits"]):
        assert hit["reprints"]["count"] == 2
        assert hit["reprints"]["first"]["source"] == "mot.example"
        assert hit["reprints"]["first"]["published"] == "2021-03-15"
    run = timbao("show", shown["hits"][0]["id"], "--reprints")
    assert run.status == 0
    assert [line.split("\t")[1] for line in run.out.splitlines()] == [
        "mot.example",
        "hai.example",
        "ba.example",
    ]
    lone = timbao("show", ARTICLES[0]["url"], "--reprints")
    assert (lone.status, lone.out) == (1, "")


def test_a_slip_is_offered_beside_the_results(archive: Timbao) -> None:
    """Off a terminal, standard error says what was probably meant, and what partial matches were looked for with."""
    found = archive("search", "hứa mở đưng tránh")
    assert "Did you mean: hứa mở đường tránh (1)" in found.err
    assert "No article has “đưng”; partial matches were looked for with “đường”." in found.err
    assert "Did you mean" not in found.out
    assert found.out.startswith(archive("search", "đường tránh", "--ids").out.split("\n")[0])
