"""Commands whose output goes to a closed or full place, and arguments that are paths."""

from __future__ import annotations

import os
import subprocess
import unicodedata
from pathlib import Path

import pytest

from tests.conftest import COMMAND, Timbao

LINE = '{"url": "https://bao-thu.example/a-1000.html", "source": "thử", "title": "Bài viết"}\n'.encode()
NFD = unicodedata.normalize("NFD", "bài viết")


def run(tmp_path: Path, shell: str) -> subprocess.CompletedProcess[bytes]:
    """What a shell makes of the line, in which $T is the command."""
    environment = {
        "PATH": os.environ["PATH"],
        "T": str(COMMAND),
        "TIMBAO_LANG": "en",
        "TIMBAO_DATA": str(tmp_path / "data"),
    }
    return subprocess.run(
        ["sh", "-c", shell], env=environment, cwd=tmp_path, capture_output=True, check=False, timeout=60
    )


@pytest.mark.parametrize("redirection", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-", "2>/dev/full"])
def test_a_command_does_its_work_without_somewhere_to_speak(
    tmp_path: Path, timbao: Timbao, redirection: str
) -> None:
    """Closed streams and a full standard error change neither what is done nor the status."""
    (tmp_path / "a.jsonl").write_bytes(LINE)
    (tmp_path / "bad.jsonl").write_bytes(b"{\n" + LINE)
    assert run(tmp_path, f'"$T" import a.jsonl {redirection}').returncode == 0
    assert run(tmp_path, f'"$T" import bad.jsonl {redirection}').returncode == 4
    assert timbao("status", "--json").json["articles"] == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("command", ["status", "status --json", "--help", "show --raw x.html", "sources"])
def test_full_output_is_a_sentence_and_status_3(tmp_path: Path, command: str) -> None:
    """Where standard output takes nothing, one line says so; where nothing can be said, the status does."""
    page = f"<h1>Bài viết</h1><article>{'<p>Một đoạn văn dài của bài viết này.</p>' * 1000}</article>"
    (tmp_path / "x.html").write_text(f"<title>Bài viết</title>{page}", encoding="utf-8")
    assert run(tmp_path, '"$T" import --source thu x.html').returncode == 0
    command = command.replace("x.html", (tmp_path / "x.html").as_uri())
    done = run(tmp_path, f'"$T" {command} >/dev/full')
    assert done.returncode == 3
    assert done.stderr.startswith(b"Standard output cannot be written: ")
    assert done.stderr.count(b"\n") == 1
    assert run(tmp_path, f'"$T" {command} >/dev/full 2>&1').returncode == 3


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    """A pipe that closes early ends a command silently, with status 0."""
    done = run(tmp_path, '{ sleep 0.5; "$T" sources; echo $? >&2; } | true')
    assert done.stderr == b"0\n"


@pytest.mark.parametrize("name", [NFD, "b\udcffi"], ids=["decomposed", "not UTF-8"])
def test_paths_reach_the_file_system_as_typed(tmp_path: Path, timbao: Timbao, name: str) -> None:
    """Files and data folders whose names are decomposed or no text at all can be named; no other folder is made."""
    try:
        (tmp_path / f"{name}.jsonl").write_bytes(LINE)
    except OSError:
        pytest.skip("this file system takes no such names")
    assert timbao("import", f"{name}.jsonl", "--data", f"data-{name}").status == 0
    assert timbao(f"--data=data-{name}", "status", "--json", LANG="en_US.UTF-8").json["articles"] == 1
    assert {os.fsencode(path.name) for path in tmp_path.iterdir()} == {
        os.fsencode(f"{name}.jsonl"),
        os.fsencode(f"data-{name}"),
    }


def test_names_are_composed(tmp_path: Path, timbao: Timbao) -> None:
    """An id, a newspaper's name and a query mean the same decomposed; bytes that are no text find nothing."""
    (tmp_path / "a.jsonl").write_bytes(LINE.replace(b'{"url"', '{"id": "bài", "url"'.encode()))
    assert timbao("import", "a.jsonl").status == 0
    assert timbao("show", unicodedata.normalize("NFD", "bài")).status == 0
    assert timbao("index").status == 0
    found = timbao("search", NFD, "--source", unicodedata.normalize("NFD", "thử"), "--json").json
    assert (found["total"], found["query"]["text"]) == (1, "bài viết")
    assert timbao("search", "b\udcffi", "--json").json["query"]["text"] == "b\ufffdi"
