"""The options that every command takes, and the settings that they make with environment and configuration."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from crawl.datafolder.folder import Config
from searcher.cli.shared_options import settings


class Terminal(io.StringIO):
    """Standard output as a person has it."""

    def isatty(self) -> bool:
        """Say yes."""
        return True


def test_the_nearest_hand_chooses_the_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The option goes before the environment, that before the configuration, that before the data folder's own."""
    given: dict[str, Any] = {"data": str(tmp_path)}
    assert settings(given, Config()).engine == f"whoosh:{tmp_path / 'search'}"
    config = Config(engine="whoosh:configured", contact="desk@example.org")
    assert settings(given, config).engine == "whoosh:configured"
    monkeypatch.setenv("TIMBAO_ENGINE", "whoosh:environment")
    assert settings(given, config).engine == "whoosh:environment"
    assert settings({**given, "engine": "whoosh:option"}, config).engine == "whoosh:option"
    assert settings(given, config).contact == "desk@example.org"


@pytest.mark.parametrize(
    ("environment", "given", "colour", "links"),
    [
        ({}, {}, True, True),
        ({"NO_COLOR": "1"}, {}, False, True),
        ({"NO_COLOR": ""}, {}, True, True),
        ({"TERM": "dumb"}, {}, False, False),
        ({}, {"no_color": True}, False, True),
        ({}, {"no_links": True}, True, False),
    ],
)
def test_a_terminal_has_colours_and_links_unless_they_are_unwanted(
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    given: dict[str, Any],
    colour: bool,
    links: bool,
) -> None:
    """Options and the environment take them away, one by one (no-color.org); a file or a pipe never has them."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", Terminal())
    found = settings(given, Config())
    assert (found.colour, found.links) == (colour, links)
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    found = settings(given, Config())
    assert (found.colour, found.links) == (False, False)
