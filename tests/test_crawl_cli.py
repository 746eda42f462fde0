"""The commands that fill the archive, as people use them: on a terminal, off it, and where something is wrong."""

from __future__ import annotations

import json
import os
import pty
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import COMMAND, Timbao
from tests.sample_site import SampleSite, load_papers

OnTerminal = Callable[..., str]


@pytest.fixture
def on_terminal(tmp_path: Path) -> OnTerminal:
    """Runs `timbao` on a terminal; gives all that it wrote there, errors too."""

    def run(*arguments: str, **more: str) -> str:
        ours, theirs = pty.openpty()
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "TERM": "xterm",
            "TIMBAO_LANG": "en",
            "TIMBAO_DATA": str(tmp_path / "data"),
            "TIMBAO_ALLOW_ADDRESSES": "127.0.0.1/32",
            **more,
        }
        written = bytearray()

        def read() -> None:
            while True:
                try:
                    piece = os.read(ours, 65536)
                except OSError:  # the other end is closed
                    return
                if not piece:
                    return
                written.extend(piece)

        reader = threading.Thread(target=read)
        reader.start()
        try:
            subprocess.run(
                [COMMAND, *arguments], env=environment, stdout=theirs, stderr=theirs, check=False, timeout=60
            )
        finally:
            os.close(theirs)
            reader.join(10)
            os.close(ours)
        return written.decode().replace("\r\n", "\n")

    return run


def small_site() -> SampleSite:
    """The smallest of the sample newspapers."""
    return SampleSite(papers=[paper for paper in load_papers() if paper.name == "vanthuan"])


def unused_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def add(timbao: Timbao, site: SampleSite) -> None:
    """Make the sample newspaper known, without its delay."""
    assert timbao("sources", "add", site.urls["vanthuan"], "--name", "vanthuan").status == 0


def test_progress_is_gone_before_the_report(timbao: Timbao, on_terminal: OnTerminal) -> None:
    """On a terminal a table of hosts is shown while the crawl runs, and taken away before the table of the report is
    printed; a terminal that can do nothing gets the report alone, without escape codes.
    """
    with small_site() as site:
        add(timbao, site)
        written = on_terminal("crawl", "vanthuan", "--delay", "0", "--max-pages", "3")
        shown, _newspaper, report = written.rpartition("newspaper")
        assert site.urls["vanthuan"].split("/")[2] in shown
        assert "\x1b[2K" in shown  # its lines are cleared again
        assert "\x1b" not in report
        assert report.splitlines()[0].split() == "pages new changed unchanged failed left out".split()
        assert report.splitlines()[1].split()[:2] == ["vanthuan", "3"]
        plain = on_terminal("crawl", "vanthuan", "--delay", "0", "--max-pages", "3", TERM="dumb")
        assert plain.startswith("newspaper ")
        assert "\x1b" not in plain


def test_a_report_for_programs(timbao: Timbao) -> None:
    """With `--json` the whole report is one object on standard output, also of a crawl that failed."""
    with small_site() as site:
        add(timbao, site)
        run = timbao("crawl", "--delay", "0", "--json")
    assert run.json["schema"] == 1
    assert run.json["interrupted"] is False
    part = run.json["sources"]["vanthuan"]
    assert (part["new"], part["changed"], part["failed"], part["silent"]) == (17, 0, {}, False)
    dead = timbao("crawl", "--delay", "0", "--json")
    assert dead.status == 4
    part = dead.json["sources"]["vanthuan"]
    assert part["failed"] == {"unreachable": 1}
    assert part["silent"] is True
    assert "cannot be reached" in part["examples"]["unreachable"]


def test_checking_newspapers(timbao: Timbao) -> None:
    """Each enabled newspaper has its line: whether it answers, when a crawl last got something, what is wrong."""
    assert timbao("sources", "check").status == 2
    with small_site() as site:
        add(timbao, site)
        assert timbao("sources", "check", "--delay", "0").out == "vanthuan\tanswers\t-\n"
        timbao("crawl", "--delay", "0", "--max-pages", "2")
        found = timbao("sources", "check", "vanthuan", "--delay", "0", "--json").json
        assert (found["source"], found["state"], found["remarks"]) == ("vanthuan", "answers", {})
        assert found["last_success"].startswith("20")
    run = timbao("sources", "check", "--delay", "0")
    assert run.status == 4
    name, state, last, *remarks = run.out.rstrip("\n").split("\t")
    assert (name, state) == ("vanthuan", "silent")
    assert last == found["last_success"]
    assert all("cannot be reached" in remark for remark in remarks)


def test_a_new_newspaper_shows_what_is_read_from_it(timbao: Timbao) -> None:
    """Adding a newspaper reads an article of it, so that a person sees at once whether its pages are understood."""
    with small_site() as site:
        added = timbao("sources", "add", site.urls["vanthuan"], "--name", "vanthuan")
        titles = [article.title for article in site.papers["vanthuan"].articles]
    (line,) = [line for line in added.err.splitlines() if "as it is read" in line]
    assert any(title in line for title in titles)


def test_newspapers_are_listed_in_columns(timbao: Timbao, on_terminal: OnTerminal) -> None:
    """On a terminal the cells stand below one another; off it a tab is between them. Enabled ones come first."""
    timbao("sources", "enable", "hanoimoi.vn", "baohaiphong.vn")
    lines = timbao("sources", "list").out.splitlines()
    shown = on_terminal("sources", "list").splitlines()
    assert [line.split("\t")[0] for line in lines[:2]] == ["baohaiphong.vn", "hanoimoi.vn"]
    assert all(line.split("\t")[1].startswith("disabled") for line in lines[2:])
    place = shown[0].index("enabled")
    assert len(shown) == len(lines)
    for line, row in zip(shown, lines, strict=True):
        assert "\t" not in line
        assert line[place:].startswith(row.split("\t")[1])
        assert line[place - 2 : place] == "  "


def test_a_dry_run_leaves_nothing_behind(timbao: Timbao, tmp_path: Path) -> None:
    """Without a data folder it makes none beyond the newspapers' file; with one, it changes nothing in it."""
    with small_site() as site:
        add(timbao, site)
        found = timbao("crawl", "--dry-run", "--delay", "0")
        assert found.out == "vanthuan: 17 new addresses found, nothing stored\n"
        assert {path.name for path in (tmp_path / "data").iterdir()} <= {"sources.toml", "sources.lock"}
        timbao("crawl", "--delay", "0", "--max-pages", "4")
        before = {path: path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file()}
        assert timbao("crawl", "--dry-run", "--delay", "0").status == 0
        assert {
            path: path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file()
        } == before


def test_failures_say_why(timbao: Timbao) -> None:
    """A site where nobody listens, and one at an address that is not allowed: the report says so in words, with the
    address and what to do.
    """
    with small_site() as site:
        add(timbao, site)
    dead = timbao("crawl", "--delay", "0")
    assert dead.status == 4
    assert "failed: cannot be reached; the next crawl tries again ×1" in dead.out
    assert f"{site.urls['vanthuan']}robots.txt cannot be reached" in dead.out
    assert "refused" in dead.out
    forbidden = timbao("crawl", TIMBAO_ALLOW_ADDRESSES="")
    assert "set TIMBAO_ALLOW_ADDRESSES=127.0.0.1" in forbidden.out


def test_adding_a_site_that_cannot_be_reached(timbao: Timbao) -> None:
    """The sentence says why, and promises no crawl: there is no entry."""
    run = timbao("sources", "add", f"http://127.0.0.1:{unused_port()}/")
    assert run.status == 2
    assert "cannot be reached" in run.err
    assert "tries again" not in run.err


@pytest.mark.parametrize("name", ["", " ", "hai từ", "a\tb", "a\u200bb", "a\x1b[1m", "-x", "a\u00a0b"])
def test_names_that_cannot_be_typed(timbao: Timbao, name: str) -> None:
    """A name that holds white space or something invisible, or looks like an option, is refused in a sentence."""
    run = timbao("sources", "add", "http://127.0.0.1:9/", f"--name={name}")
    assert (run.status, run.out) == (2, "")
    assert "a name is typed as an argument" in run.err
    assert "\x1b" not in run.err


def test_an_import_in_part(timbao: Timbao, tmp_path: Path) -> None:
    """What is good is counted and the next step is said, also where something was bad; unknown keys are a warning."""
    good = {
        "url": "https://hanoimoi.com.vn/a",
        "title": "Bài",
        "published": "15/3/2021",
        "date": 1,
        "text": "x",
    }
    (tmp_path / "a.jsonl").write_text(json.dumps(good) + "\nnonsense\n")
    run = timbao("import", "a.jsonl")
    assert run.status == 4
    assert run.out == "1 new, 0 changed, 0 unchanged\n"
    lines = run.err.splitlines()
    assert "a.jsonl: keys that are not known were left out: date, text" in lines
    assert "1 could not be imported" in lines
    assert "Next: timbao index" in lines
    article = timbao("show", "https://hanoimoi.com.vn/a", "--json").json
    assert (article["source"], article["published"]) == ("hanoimoi.vn", "2021-03-15")
    again = timbao("import", "a.jsonl", "-", stdin=json.dumps({**good, "title": "Khác"}).encode())
    assert again.out == "0 new, 1 changed, 1 unchanged\n"


def test_one_is_not_many(timbao: Timbao) -> None:
    """English numbers agree with their nouns."""
    with small_site() as site:
        added = timbao("sources", "add", site.urls["vanthuan"], "--name", "vanthuan")
        assert ", 1 section found" in added.out
        assert "unverified" in added.err
        assert timbao("crawl", "--delay", "0", "--max-pages", "1").out.startswith("vanthuan: 1 page; ")


@pytest.fixture
def imported(timbao: Timbao, tmp_path: Path) -> Timbao:
    """A data folder with one article that came as a saved page."""
    prose = "<p>" + "Nước lũ trên sông dâng cao trong đêm, nhiều hộ dân phải sơ tán. " * 6 + "</p>"
    link = "<link rel=canonical href=https://bao-thu.vn/lu-1.html>"
    saved = tmp_path / "saved.html"
    saved.write_text(
        f"<meta charset=utf-8><title>Lũ</title>{link}<h1>Nước lũ dâng cao</h1><div>15/03/2021 22:42</div>"
        f"<div id=b>{prose * 2}</div><p class=author>Bùi Mậu</p>",
        encoding="utf-8",
    )
    assert timbao("import", str(saved)).status == 0
    return timbao


def test_stored_pages_are_read_again(imported: Timbao, tmp_path: Path) -> None:
    """`import --again` says what would change, then changes it, and after that finds nothing more to change."""
    assert imported("import", "--again").out == "0 new, 0 changed, 1 unchanged\n"
    entry = '[sources."bao-thu.vn"]\ntitle = "Báo Thử"\nhosts = ["bao-thu.vn"]\n[sources."bao-thu.vn".selectors]\n'
    (tmp_path / "data" / "sources.toml").write_text(entry + 'lead = ["#b p"]\n', encoding="utf-8")
    rehearsed = imported("import", "--again", "--dry-run", "bao-thu.vn")
    assert rehearsed.out.startswith("0 new, 1 changed, 0 unchanged\n  lead ×1\n")
    assert "  + Nước lũ trên sông" in rehearsed.out
    assert imported("import", "--again").out == rehearsed.out
    assert imported("import", "--again").out == "0 new, 0 changed, 1 unchanged\n"
    assert imported("status", "--json").json["revisions"] == 1


def test_reading_again_refuses_what_makes_no_sense(imported: Timbao) -> None:
    """An unknown newspaper, files' options with --again and --dry-run without it: status 2 and a sentence."""
    for wrong in (["--again", "nobody.vn"], ["--again", "--source", "x.vn"], ["--dry-run", "x.jsonl"], []):
        run = imported("import", *wrong)
        assert run.status == 2, wrong
        assert run.err.strip()
        assert "Traceback" not in run.err


def test_show_explains_how_parts_are_found(imported: Timbao) -> None:
    """`show --explain` names each part of the article with how and what is found on the stored page."""
    shown = imported("show", "https://bao-thu.vn/lu-1.html", "--explain")
    lines = dict(line.split("\t", 1) for line in shown.out.splitlines())
    assert lines["title"].endswith("\tNước lũ dâng cao")
    assert lines["published"] == "printed above the text\t2021-03-15T22:42:00+07:00"
    assert lines["author"].endswith("\tBùi Mậu")
    assert {"body", "url", "language"} <= set(lines)
