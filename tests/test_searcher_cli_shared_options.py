"""The settings that options, environment and configuration make, in this order."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from crawl.datafolder.folder import Config
from searcher.cli.shared_options import settings


class Terminal(io.StringIO):
    """Standard output that is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


@pytest.mark.parametrize(
    ("given", "environment", "colour", "links"),
    [
        ({}, {}, True, True),
        ({"no_color": True}, {}, False, True),
        ({"no_links": True}, {}, True, False),
        ({}, {"NO_COLOR": "1"}, False, True),
        ({}, {"TERM": "dumb"}, False, False),
    ],
)
def test_colour_and_links_are_for_terminals(
    given: dict[str, Any],
    environment: dict[str, str],
    colour: bool,
    links: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both on a terminal that can show them, unless an option or NO_COLOR says no; neither elsewhere."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    given = {"data": str(tmp_path), **given}
    monkeypatch.setattr(sys, "stdout", Terminal())
    made = settings(given, Config())
    assert (made.colour, made.links) == (colour, links)
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    made = settings(given, Config())
    assert (made.colour, made.links) == (False, False)


def test_what_is_nearest_names_the_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The option, else TIMBAO_ENGINE, else the configuration, else the data folder's own."""
    given: dict[str, Any] = {"data": str(tmp_path)}
    config = Config(engine="whoosh:/of-the-config")
    assert settings(given, Config()).engine == settings(given, Config()).folder.engine_locator
    assert settings(given, config).engine == "whoosh:/of-the-config"
    monkeypatch.setenv("TIMBAO_ENGINE", "whoosh:/of-the-environment")
    assert settings(given, config).engine == "whoosh:/of-the-environment"
    assert settings({**given, "engine": "whoosh:/given"}, config).engine == "whoosh:/given"
