"""Long text on a terminal, a screen at a time."""

from __future__ import annotations

import os
import shutil

import click


def page_through(text: str) -> None:
    """Show text on a terminal, through the pager where it is longer than the screen."""
    os.environ.setdefault("LESS", "FIRX")
    if text.count("\n") < shutil.get_terminal_size().lines or not os.environ.get("PAGER", "less"):
        click.echo(text, nl=False)
    else:
        click.echo_via_pager(text.removesuffix("\n"), color=True)  # click ends it with a line feed of its own
