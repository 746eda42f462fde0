"""`timbao index`: once, again, damaged, and by several processes."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import ARTICLES, Timbao, lines


def test_nothing_new_is_said(archive: Timbao) -> None:
    """A second index run does nothing and says so; one new article is all the third one touches."""
    before = archive("status", "--json").json["index"]
    assert "Nothing new" in archive("index").out
    assert archive("status", "--json").json["index"] == before
    archive(
        "import",
        "-",
        stdin=lines({**ARTICLES[1], "url": "https://bao-thu.example/moi-1.html", "title": "Mới"}),
    )
    assert archive("index").out.startswith("1 article indexed")
    after = archive("status", "--json").json["index"]
    assert after["documents"] == before["documents"] + 1
    assert after["generation"] != before["generation"]
    assert archive("search", "mới", "--json").json["total"] == 1


def test_several_processes_index_from_the_command(archive: Timbao) -> None:
    """The installed command starts its workers and tells of its articles as if it had worked alone."""
    before = archive("search", "khánh hòa", "--ids").out
    run = archive("index", "--rebuild", "--workers", "2")
    assert (run.status, run.err) == (0, "")
    assert run.out.startswith("3 articles indexed")
    assert archive("search", "khánh hòa", "--ids").out == before
    assert archive("index", "--workers", "0").status == 2


def test_a_damaged_index_is_not_called_up_to_date(archive: Timbao, tmp_path: Path) -> None:
    """Where nothing is new but the index is damaged, `index` and `update` say so with status 3."""
    for file in (tmp_path / "data" / "search").rglob("*"):
        if file.is_file() and file.stat().st_size > 1_000:
            file.write_bytes(file.read_bytes()[:-500])
    for command in ("index", "update"):
        run = archive(command)
        assert (run.status, run.out) == (3, "")
        assert "timbao index --rebuild" in run.err
    assert archive("index", "--rebuild").status == 0
    assert archive("index").status == 0


def test_a_rebuild_answers_the_same(archive: Timbao) -> None:
    """A rebuilt index is another generation with the same hits and scores."""
    before = archive("search", "dân", "--json").json
    assert archive("index", "--rebuild").status == 0
    after = archive("search", "dân", "--json").json
    assert after["generation"] != before["generation"]
    assert after["hits"] == before["hits"]
