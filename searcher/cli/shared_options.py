"""Options that every command takes, before or after its name, and the settings they make."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

import click

from crawl.datafolder.folder import Config, Settings, choose_folder
from crawl.messages import LANGUAGES, mark


def shared_options() -> list[click.Parameter]:
    """Options that every command takes, before or after its name."""
    return [
        click.Option(
            ["--data"],
            type=click.Path(),
            metavar="DIR",
            help=mark("The data folder (else TIMBAO_DATA, else timbao.toml)."),
        ),
        click.Option(
            ["--engine"],
            type=click.Path(),
            metavar="LOCATOR",
            help=mark("Where the index is: whoosh:PATH (else TIMBAO_ENGINE)."),
        ),
        click.Option(
            ["--lang"],
            type=click.Choice(LANGUAGES),
            help=mark("The language of messages (else TIMBAO_LANG)."),
        ),
        click.Option(["--no-color"], is_flag=True, default=None, help=mark("No colour, even on a terminal.")),
        click.Option(
            ["--no-links"], is_flag=True, default=None, help=mark("No hyperlinks, even on a terminal.")
        ),
    ]


def settings(given: Mapping[str, Any], config: Config) -> Settings:
    """What all commands work with: each option as it was given, else the environment, else the configuration.

    Raises ConfigError.
    """
    folder = choose_folder(given.get("data"), config)
    on_terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return Settings(
        folder=folder,
        engine=given.get("engine")
        or os.environ.get("TIMBAO_ENGINE")
        or config.engine
        or folder.engine_locator,
        contact=config.contact,
        quiet=config.quiet,
        colour=on_terminal and not given.get("no_color") and not os.environ.get("NO_COLOR"),
        links=on_terminal and not given.get("no_links"),
    )
