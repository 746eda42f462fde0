"""The command `timbao` as people and schedulers use it: what it prints where, and its exit statuses."""

from __future__ import annotations

import importlib
import inspect
import json
import os
import pkgutil
import pty
import re
import signal
import subprocess
import sys
import time
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import crawl
import index
import searcher
from crawl.archive.store import Archive
from searcher.cli.main import _STATUS
from tests.conftest import COMMAND, Timbao
from tests.sample_site import SampleSite

ARTICLES = (
    {
        "url": "https://bao-thu.example/chinh-tri/202103/dan-van-8210000/",
        "source": "bao-thu.example",
        "title": "Những đóng góp cho công tác dân vận",
        "lead": "Hội Khoa học tỉnh Khánh Hòa có nhiều đóng góp vào công tác dân vận.",
        "body": "Thời gian qua, hội đã mở 37 hội nghị.\n\nTỉnh Khánh Hòa có hơn 83.000 hội viên.",
        "author": "Bùi Mậu",
        "published": "2021-03-15T22:42:00+07:00",
        "section": "Chính trị",
    },
    {
        "url": "https://bao-thu.example/giao-thong/201705/duong-tranh-8210001/",
        "source": "bao-thu.example",
        "title": "Hứa mở đường tránh trước mùa mưa",
        "body": "Chủ tịch hứa thông xe đường tránh trong năm 2017.",
        "published": "2017-05-02",
    },
    {
        "url": "https://bao-khac.example/duong-a1.html",
        "source": "bao-khac.example",
        "title": "Chè dương chanh",
        "body": "Món chè của người dân ven sông.",
        "published": "2019-01-01",
    },
)


def lines(*articles: object) -> bytes:
    """The articles as JSON Lines."""
    return b"".join(json.dumps(article, ensure_ascii=False).encode() + b"\n" for article in articles)


@pytest.fixture
def archive(timbao: Timbao) -> Timbao:
    """The command on a data folder that holds the three articles, indexed."""
    assert timbao("import", "-", stdin=lines(*ARTICLES)).status == 0
    assert timbao("index").status == 0
    return timbao


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


def test_an_article_that_vanished_is_told(timbao: Timbao, tmp_path: Path) -> None:
    """`show` says since when its newspaper no longer shows it, `status` how many there are; all of it can be read."""
    assert timbao("import", "-", stdin=lines(*ARTICLES)).status == 0
    url = ARTICLES[0]["url"]
    assert timbao("show", url, "--json").json["vanished"] is None
    assert "Vanished" not in timbao("status").out
    data = tmp_path / "data"
    with Archive(data / "archive.sqlite", data / "pages") as archive:
        assert archive.put_absence(url, seen=datetime(2030, 1, 2, 20, tzinfo=UTC), reason="http-410")
    assert timbao("show", url, "--json").json["vanished"] == "2030-01-02T20:00:00+00:00"
    shown = timbao("show", url).out
    assert "Khoa học" in shown
    assert "has not shown this article any more since" in shown
    assert "Vanished: 1 article" in timbao("status").out
    assert timbao("status", "--json").json["vanished"] == 1


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


def test_no_index_is_status_3(timbao: Timbao) -> None:
    """Without an index or an archive the sentence says which command makes one."""
    run = timbao("search", "đường")
    assert (run.status, run.out) == (3, "")
    assert "timbao index" in run.err
    run = timbao("index")
    assert run.status == 3
    assert "timbao import" in run.err
    assert timbao("show", "x").status == 3


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


def test_a_second_writer_is_told_who_is_busy(archive: Timbao, tmp_path: Path) -> None:
    """While another process writes the index or the archive, status 3 and its process id."""
    program = (
        "import sys, time\nfrom index.opening import open_engine\nfrom crawl.datafolder.folder import DataFolder\n"
        "from pathlib import Path\nfolder = DataFolder(Path(sys.argv[1]))\n"
        "with open_engine(folder.engine_locator).writer(), folder.lock('archive'):\n"
        "    print('ready', flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "data")], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "ready\n"
        try:
            for arguments in (["index", "--rebuild"], ["import", "-"]):
                run = archive(*arguments, stdin=lines(ARTICLES[0]))
                assert run.status == 3
                assert str(holder.pid) in run.err
            assert archive("search", "dân").status == 0
        finally:
            holder.kill()
    assert archive("index", "--rebuild").status == 0


def test_what_is_good_in_a_bad_import_is_kept(timbao: Timbao, tmp_path: Path) -> None:
    """Bad lines, binary and empty files are named with place and reason; everything else is searchable."""
    (tmp_path / "mixed.jsonl").write_bytes(
        lines(ARTICLES[0]) + b'{"url": 3}\nnot json\n' + lines(ARTICLES[1])
    )
    (tmp_path / "binary.jsonl").write_bytes(bytes(range(256)))
    (tmp_path / "empty.jsonl").write_bytes(b"")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    run = timbao("import", "mixed.jsonl", "binary.jsonl", "empty.jsonl", "photo.jpg")
    assert run.status == 4
    assert run.out.startswith("2 new")
    for place in ("mixed.jsonl:2: ", "mixed.jsonl:3: ", "binary.jsonl:1: ", "empty.jsonl: ", "photo.jpg: "):
        assert f"\n{place}" in f"\n{run.err}"
    assert timbao("index").out.startswith("2 articles")


def test_usage_errors_are_status_2(timbao: Timbao) -> None:
    """A missing file, an unknown command, newspaper or option: status 2 and a sentence."""
    for wrong in (
        ["import", "nowhere.jsonl"],
        ["serch"],
        ["crawl", "no-such-paper"],
        ["index", "--fast"],
        ["import"],
    ):
        run = timbao(*wrong)
        assert run.status == 2, wrong
        assert run.err.strip()
    assert timbao("crawl").status == 2
    assert timbao("search", "x", "--engine", "solr:here").status == 3
    assert timbao("crawl", TIMBAO_ALLOW_ADDRESSES="everything").status == 2


def test_show_prints_one_article(archive: Timbao) -> None:
    """By id or address: text to read, JSON to quote, revisions to compare; status 1 for an unknown one."""
    by_url = archive("show", str(ARTICLES[0]["url"]), "--json").json
    assert by_url["title"] == ARTICLES[0]["title"]
    assert by_url["revisions"] == 1
    text = archive("show", by_url["id"]).out
    assert "83.000 hội viên" in text
    assert "\x1b" not in text
    archive("import", "-", stdin=lines({**ARTICLES[0], "title": "Tựa đề đã sửa"}))
    assert archive("show", by_url["id"], "--revisions").out.count("\n") == 2
    assert archive("show", "nothing").status == 1
    assert archive("show", by_url["id"], "--raw").status == 1


def test_an_article_can_be_read_without_an_index(timbao: Timbao) -> None:
    """What was imported and not indexed yet is shown, and an unknown name is status 1."""
    timbao("import", "-", stdin=lines(*ARTICLES))
    shown = timbao("show", str(ARTICLES[0]["url"]), "--json").json
    assert (shown["title"], shown["province"]) == (ARTICLES[0]["title"], None)
    assert timbao("show", "nothing").status == 1


def test_versions_are_in_the_json_when_asked_for(archive: Timbao) -> None:
    """`--json --revisions` holds every version; each has what was printed then. Without it there are only counts."""
    archive("import", "-", stdin=lines({**ARTICLES[0], "title": "Tựa đề đã sửa"}))
    shown = archive("show", str(ARTICLES[0]["url"]), "--json", "--revisions").json
    assert [version["title"] for version in shown["versions"]] == [ARTICLES[0]["title"], "Tựa đề đã sửa"]
    assert (shown["title"], shown["revisions"]) == ("Tựa đề đã sửa", 2)
    assert "versions" not in archive("show", shown["id"], "--json").json


def on_terminal(tmp_path: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    """What a command of 40 columns shows on a terminal, and its status."""
    ours, theirs = pty.openpty()
    settled = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "TIMBAO_DATA": str(tmp_path / "data"),
        "TIMBAO_LANG": "en",
        "TERM": "xterm",
        "COLUMNS": "40",
        "LINES": "100",
    }
    with subprocess.Popen(
        [COMMAND, *arguments], env={**settled, **environment}, stdin=theirs, stdout=theirs, stderr=theirs
    ) as run:
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 4096):
                shown += part
        except OSError:  # how Linux says that the other end is closed
            pass
        os.close(ours)
    return run.returncode, shown.decode().replace("\r\n", "\n")


def test_an_article_on_a_terminal_is_for_reading(archive: Timbao, tmp_path: Path) -> None:
    """Lines are cut between words only, the title is bold, the address is whole, nothing is lost."""
    url = str(ARTICLES[0]["url"])
    status, shown = on_terminal(tmp_path, "show", url)
    assert status == 0
    assert "\x1b[1m" in shown.splitlines()[0]
    assert url in shown
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert plain.split() == archive("show", url).out.split()
    assert max(len(line) for line in plain.splitlines() if line != url) <= 40
    assert "\x1b" not in on_terminal(tmp_path, "show", url, "--no-color")[1]


def test_raw_bytes_never_reach_a_terminal(archive: Timbao, tmp_path: Path) -> None:
    """`show --raw` on a terminal is refused with a way out."""
    assert archive("show", str(ARTICLES[0]["url"]), "--raw").status == 1
    status, shown = on_terminal(tmp_path, "show", str(ARTICLES[0]["url"]), "--raw")
    assert status == 2
    assert "Redirect it into a file" in shown.replace("\n", " ")


def test_an_unknown_language_is_said(archive: Timbao) -> None:
    """TIMBAO_LANG with a language that timbao does not speak gives one line on standard error, and the answer."""
    run = archive("search", "dân", TIMBAO_LANG="fr", LANG="en_GB.UTF-8")
    assert run.status == 0
    assert run.err.count("\n") == 1
    assert "fr" in run.err
    assert archive("search", "dân", TIMBAO_LANG="en_US").err == ""


def test_options_may_stand_before_or_after_the_command(archive: Timbao, tmp_path: Path) -> None:
    """`--data` and `--lang` mean the same in both places, and win over the environment."""
    elsewhere = str(tmp_path / "elsewhere")
    assert archive("--data", elsewhere, "search", "dân").status == 3
    assert archive("search", "dân", "--data", elsewhere).status == 3
    assert archive("search", "dân", "--data", str(tmp_path / "data"), TIMBAO_DATA=elsewhere).status == 0
    assert "Chưa có" in archive("--lang", "vi", "--data", elsewhere, "search", "dân").err


def test_vietnamese_is_the_default_language(timbao: Timbao) -> None:
    """Where neither flag nor locale asks for English, everything is Vietnamese, click's own words included."""
    run = timbao("--help", TIMBAO_LANG="")
    assert "Cách dùng:" in run.out
    assert "Usage" not in run.out
    assert "Usage:" in timbao("--help", TIMBAO_LANG="", LANG="en_GB.UTF-8").out


def test_help_starts_with_examples(timbao: Timbao) -> None:
    """Every command's help begins with commands that can be copied."""
    for name in ("crawl", "import", "index", "search", "serve", "show", "sources", "status", "update"):
        first, second = timbao(name, "--help").out.splitlines()[:2]
        assert first == "Examples:"
        assert "timbao" in second


def test_the_list_of_commands_has_whole_sentences(timbao: Timbao) -> None:
    """Beside each command stands the first sentence of its help to its end, in either language."""
    for language in ("en", "vi"):
        out = timbao("--help", TIMBAO_LANG=language).out
        assert "..." not in out.partition("\n  crawl")[2]


def test_hostile_titles_reach_no_terminal(timbao: Timbao) -> None:
    """Escape sequences, overrides and lone surrogates in an article or its source never come out of any rendering."""
    hostile = "Đường \x1b]0;x\x07 \x1b[2J \x9b \u202e tránh \u2028 x"
    timbao(
        "import",
        "-",
        stdin=lines({**ARTICLES[1], "title": hostile, "source": hostile})
        + b'{"id": "s", "title": "\\ud800 duong", "source": "s"}\n',
    )
    timbao("index")
    url = str(ARTICLES[1]["url"])
    for command in (
        *(["search", "đường"], ["search", "đường", "--json"], ["search", "đường", "--jsonl"]),
        *(["show", url], ["show", url, "--json"], ["show", url, "--revisions"]),
        *(["status"], ["status", "--json"]),
    ):
        out = timbao(*command).out
        assert "tránh" in out, command
        assert not set(out) & {"\x1b", "\x07", "\x9b", "\u202e", "\u2028"}, command
        out.encode()


@pytest.mark.usefixtures("archive")
def test_a_closed_pipe_is_silent(tmp_path: Path) -> None:
    """Whoever stops reading gets no complaint."""
    environment = {**os.environ, "TIMBAO_DATA": str(tmp_path / "data")}
    with subprocess.Popen(
        [COMMAND, "show", str(ARTICLES[0]["url"])],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as run:
        assert run.stdout
        assert run.stderr
        run.stdout.close()
        assert run.stderr.read() == b""


def test_an_interrupt_is_status_130(timbao: Timbao, tmp_path: Path) -> None:
    """Ctrl-C ends a command with 130 and without a traceback."""
    del timbao
    environment = {**os.environ, "TIMBAO_DATA": str(tmp_path / "data"), "TIMBAO_LANG": "en"}
    with subprocess.Popen(
        [COMMAND, "import", "-"], env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as run:
        assert run.stdin
        assert run.stderr
        run.stdin.write(lines(ARTICLES[0]))
        run.stdin.flush()
        while not (tmp_path / "data" / "archive.holder").exists():
            time.sleep(0.02)
        time.sleep(0.2)
        run.send_signal(signal.SIGINT)
        assert b"Traceback" not in run.stderr.read()
        assert run.wait(30) == 130


def test_an_interrupted_update_does_not_go_on(timbao: Timbao, tmp_path: Path) -> None:
    """Ctrl-C while an update crawls ends it with 130: nothing is indexed, and the record says why it ended.

    When its time is up instead, what was fetched is indexed.
    """
    folder = tmp_path / "data"
    environment = {**os.environ, "TIMBAO_DATA": str(folder), "TIMBAO_ALLOW_ADDRESSES": "127.0.0.1/32"}
    with SampleSite() as site:
        name, url = next(iter(site.urls.items()))
        assert timbao("sources", "add", url, "--name", name).status == 0
        before = len(site.requests)
        with subprocess.Popen(
            [COMMAND, "update", "--max-seconds", "100", "--lang", "en"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as run:
            while len(site.requests) == before:
                time.sleep(0.02)
            run.send_signal(signal.SIGINT)
            out, err = run.communicate(timeout=30)
        assert (run.returncode, out) == (130, b"")
        assert b"Traceback" not in err
        status = timbao("status", "--json").json
        assert status["last_run"]["error"] == "interrupted"
        assert status["index"]["generation"] is None
        assert "; interrupted\n" in timbao("status").out
        assert timbao("update", "--max-seconds", "1").status == 0
    status = timbao("status", "--json").json
    assert status["last_run"]["error"] is None
    assert status["index"]["generation"] is not None


def test_a_record_that_cannot_be_written_is_said(timbao: Timbao, tmp_path: Path) -> None:
    """Where the run record has no place, an update ends with status 3 and names it; another error goes before."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "runs").write_text("in the way")
    run = timbao("update")
    assert run.status == 3
    assert str(tmp_path / "data" / "runs") in run.err
    assert "Traceback" not in run.err
    run = timbao("update", TIMBAO_ALLOW_ADDRESSES="everything")
    assert run.status == 2
    assert "everything" in run.err


def test_an_update_of_no_newspaper_says_so(timbao: Timbao) -> None:
    """Where none is enabled it indexes what was imported, with status 0, and says how to enable one."""
    run = timbao("update")
    assert run.status == 0
    assert "0 new and 0 changed" in run.out
    assert "timbao sources enable" in run.err


def test_damaged_records_are_passed_over(timbao: Timbao, tmp_path: Path) -> None:
    """`status` shows the newest run record that can be read."""
    assert timbao("status", "--json").json["last_run"] is None
    assert timbao("update").status == 0
    for number, text in enumerate(["", "{", "[]", '{"started": 1}', "\udcff"]):
        record = tmp_path / "data" / "runs" / f"9999-{number}.json"
        record.write_text(text, errors="surrogateescape")
    run = timbao("status", "--json").json["last_run"]
    assert (run["new"], run["failed_sources"], run["error"]) == (0, [], None)
    assert "0 new and 0 changed" in timbao("status").out


# Errors that end in a report, not on the command line; each with where.
_REPORTED = {
    "crawl.fetching.addresses.SpecialAddress": "becomes RefusedAddress",
    "crawl.fetching.errors.FetchError": "counted by reason in the report of a crawl",
    "crawl.fetching.inflate.Damaged": "becomes BadContent",
    "crawl.fetching.inflate.Overflow": "becomes TooLarge",
    "crawl.ingest.json_lines.BadLine": "named with its line in the report of an import",
    "crawl.extraction.dom.BadSelectorSyntax": "becomes BadSelector",
    "crawl.datafolder.quiet_hours.BadHours": "becomes ConfigError or SourcesError",
    "crawl.archive.warc.DamagedRecord": "becomes ArchiveError",
}


def errors() -> dict[str, type[BaseException]]:
    """Every public exception class of the three packages, by its full name."""
    found: dict[str, type[BaseException]] = {}
    for package in (crawl, index, searcher):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for name, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
                if issubclass(kind, BaseException) and kind.__module__ == module.name and name[0] != "_":
                    found[f"{module.name}.{name}"] = kind
    return found


def test_every_error_has_its_exit_status() -> None:
    """Each public error has an exit status, its own or its parent's, or a reason to need none; no name is stale."""
    known = errors()
    assert set(_STATUS) | set(_REPORTED) <= set(known)
    for name, kind in known.items():
        parents = {f"{parent.__module__}.{parent.__qualname__}" for parent in kind.__mro__}
        assert bool(parents & set(_STATUS)) != bool(parents & set(_REPORTED)), name


def test_an_interrupt_while_modules_load_is_status_130(tmp_path: Path) -> None:
    """Ctrl-C before the command line is even read ends like a later one, without a word."""
    (tmp_path / "click.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "searcher", "status"],
        env=environment,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


def test_the_whole_road(timbao: Timbao) -> None:
    """Newspapers on loopback are added, crawled, indexed and searched; a second update finds nothing new."""
    with SampleSite() as site:
        for name, url in site.urls.items():
            added = timbao("sources", "add", url, "--name", name, "--province", site.papers[name].province)
            assert added.status == 0, added.err
        assert timbao("sources", "add", site.urls["cuusa"], "--name", "other").status == 2
        own = Path(timbao("status", "--json").json["data"]) / "sources.toml"
        own.write_text(own.read_text().replace("enabled = true", "enabled = true\ndelay = 0.01"))
        update = timbao("update", "--max-seconds", "100")
        assert update.status == 0, update.err
        count = sum(len(paper.articles) for paper in site.papers.values())
        status = timbao("status", "--json").json
        assert status["articles"] == status["index"]["documents"] == count
        assert status["revisions"] == 0
        assert all(source["last_success"] for source in status["sources"].values())
        again = timbao("update")
        assert again.out.startswith("0 new")
    page = timbao("search", "ca com Mui Ganh", "--json").json
    assert page["hits"][0]["province"] == "Vạn Thuận"
    records = sorted((Path(status["data"]) / "runs").glob("*.json"))
    assert [json.loads(path.read_text())["new"] for path in records] == [count, 0]
    assert status["last_run"]["new"] == count
    assert all(source["enabled"] for source in status["sources"].values())
    raw = timbao("show", page["hits"][0]["id"], "--raw")
    assert "<html" in raw.out
    gone = timbao("update")
    assert gone.status == 4
    assert "cuusa" in gone.out


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
