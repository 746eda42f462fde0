"""Long text on a terminal, a screen at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ARTICLES, on_terminal


@pytest.mark.usefixtures("archive")
def test_only_what_is_longer_than_the_screen_goes_through_the_pager(tmp_path: Path) -> None:
    """The pager is the user's own, and there is none where it is set to nothing."""
    url = str(ARTICLES[0]["url"])
    for lines, pager, paged in (("5", "sed s/^/|/", True), ("100", "sed s/^/|/", False), ("5", "", False)):
        status, shown = on_terminal(tmp_path, "show", url, "--no-color", LINES=lines, PAGER=pager)
        assert status == 0
        assert shown.startswith("|Những đóng góp" if paged else "Những đóng góp")


@pytest.mark.usefixtures("archive")
def test_less_shows_colours_and_gives_the_screen_back(tmp_path: Path) -> None:
    """Where the user has not said what `less` may do, it is told to leave colours, and to end on one screen."""
    url = str(ARTICLES[0]["url"])
    for environment, told in (({}, "FIRX"), ({"LESS": "S"}, "S")):
        pager = tmp_path / "pager"
        pager.write_text('#!/bin/sh\necho "LESS=$LESS"\ncat >/dev/null\n')
        pager.chmod(0o755)
        _status, shown = on_terminal(tmp_path, "show", url, LINES="5", PAGER=str(pager), **environment)
        assert shown == f"LESS={told}\n"
