"""The command `timbao` as a whole: its help, languages and shared options, interrupts, the road from site to hit."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crawl.datafolder.folder import Config
from searcher.cli.main import _language
from tests.conftest import ARTICLES, COMMAND, Timbao, lines
from tests.sample_site import SampleSite


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


def test_the_configured_language_is_spoken(timbao: Timbao, tmp_path: Path) -> None:
    """`lang` in timbao.toml counts unless TIMBAO_LANG or `--lang` says otherwise; behind `--` nothing is an option."""
    (tmp_path / "timbao.toml").write_text('lang = "en"\n')
    unset = {"TIMBAO_LANG": "", "LANG": "vi_VN.UTF-8"}
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("TIMBAO", "LC_", "LANG"))
    }
    environment |= {"HOME": str(tmp_path), "LANG": "vi_VN.UTF-8"}
    run = subprocess.run(
        [COMMAND, "--help"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert "Usage:" in run.stdout
    assert "Cách dùng:" in timbao("--help", **unset).out, "an empty TIMBAO_LANG leaves it to the locale"
    for arguments in (["--lang", "vi"], ["--lang=vi"]):
        assert "Chưa có" in timbao("search", "dân", *arguments).err
    assert "Chưa có" not in timbao("search", "--", "dân", "--lang", "vi").err


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


def test_help_loads_nothing_heavy() -> None:
    """`timbao --help` names every command without loading the crawler, the web server or the engine."""
    heavy = {
        "requests",
        "bs4",
        "lxml",
        "flask",
        "werkzeug",
        "feedparser",
        "whoosh",
        "rich",
        "numpy",
        "sqlite3",
    }
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "searcher", "--help"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in run.stderr.splitlines()}
    assert "click" in loaded
    assert loaded & heavy == set()


@pytest.mark.parametrize(("typed", "meant"), [("serch", "search"), ("improt", "import"), ("indx", "index")])
def test_a_command_mistyped_is_offered(timbao: Timbao, typed: str, meant: str) -> None:
    """A command that is none is answered with the nearest ones, those of other packages too, and status 2."""
    run = timbao(typed)
    assert (run.status, run.out) == (2, "")
    assert f"'{meant}'" in run.err


@pytest.mark.parametrize(
    ("arguments", "configured", "environment", "spoken"),
    [
        ([], None, None, "vi"),
        ([], "en", None, "en"),
        ([], "en", "vi", "vi"),
        (["search", "x", "--lang", "en"], "vi", "vi", "en"),
        (["--lang=en", "search", "x"], "vi", "vi", "en"),
        (["search", "--", "--lang", "en"], "vi", None, "vi"),
        (["search", "x", "--lang"], "en", None, "en"),
        (["--lang", "fr"], None, None, "vi"),
        ([], "fr", None, "vi"),
    ],
)
def test_the_nearest_language_is_spoken(
    arguments: list[str],
    configured: str | None,
    environment: str | None,
    spoken: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The option, wherever it stands before `--`, else TIMBAO_LANG, else the configuration, else Vietnamese."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    if environment:
        monkeypatch.setenv("TIMBAO_LANG", environment)
    assert _language(arguments, Config(lang=configured)) == spoken
