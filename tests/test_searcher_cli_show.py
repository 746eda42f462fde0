"""`timbao show`: an article for reading, for quoting, with its history, on a terminal and off it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from crawl.archive.store import Archive
from tests.conftest import ARTICLES, Timbao, lines, on_terminal


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


def test_only_what_is_longer_than_the_screen_is_paged(archive: Timbao, tmp_path: Path) -> None:
    """A long article goes through PAGER, a short one and one for which PAGER is empty do not."""
    url = str(ARTICLES[0]["url"])
    pager = tmp_path / "pager"
    pager.write_text('#!/bin/sh\necho "LESS=$LESS"\nexec cat\n')
    pager.chmod(0o755)
    whole = on_terminal(tmp_path, "show", url, PAGER=str(pager))[1]
    assert not whole.startswith("LESS=")
    paged = on_terminal(tmp_path, "show", url, PAGER=str(pager), LINES="5")[1]
    assert paged.startswith("LESS=FIRX\n")
    assert paged.partition("\n")[2] == whole
    assert on_terminal(tmp_path, "show", url, PAGER="", LINES="5")[1] == whole
    del archive
