"""The command `timbao`: the root of all commands, the user's language, and the exit status in the end.

Commands are imported when they are called, so that a search loads neither the crawler nor the web server.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

import click

from crawl.datafolder.folder import Config, load_config
from crawl.messages import LANGUAGES, preferred_language, printable, set_language, use_utf8_output
from crawl.messages import gettext as _
from searcher.cli.command import Group, localized, localized_parameter
from searcher.cli.exit_status import INTERRUPTED, UNUSABLE_DATA, status_of
from searcher.cli.shared_options import shared_options
from searcher.output.streams import OutputError, guarded_streams

# Where each command is: module and attribute.
_COMMANDS = {
    "crawl": "crawl.cli.crawling:crawl",
    "import": "crawl.cli.importing:import_files",
    "index": "index.cli:build_index",
    "search": "searcher.cli.search:search",
    "serve": "searcher.cli.serve:serve",
    "show": "searcher.cli.show:show",
    "sources": "crawl.cli.sources:sources",
    "status": "searcher.cli.status:status",
    "update": "searcher.cli.update:update",
}

_ROOT_EXAMPLES = """timbao import articles.jsonl.zst
timbao index
timbao search đường tránh Khánh Hòa
timbao serve"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit status."""
    with guarded_streams():
        use_utf8_output()
        status = _run(list(sys.argv[1:] if arguments is None else arguments))
    sys.exit(status)


def _run(arguments: list[str]) -> int:
    set_language(preferred_language())
    _warn_of_unknown_language()
    try:
        config = load_config()
        set_language(_language(arguments, config))
        outcome = timbao(config).main(args=arguments, prog_name="timbao", standalone_mode=False)
        # click answers --help and --version with a status of its own and everything else with None.
        status = outcome if isinstance(outcome, int) else 0
        sys.stdout.flush()
    except click.exceptions.Abort:
        return INTERRUPTED
    except KeyboardInterrupt:
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except OutputError as error:
        if error.is_closed:
            return 0  # whoever read our output has seen enough
        click.echo(printable(str(error)), err=True)
        return UNUSABLE_DATA
    except Exception as error:
        explained = status_of(error)
        if explained is None:
            raise
        click.echo(printable(str(error)), err=True)
        return explained
    return status


def _warn_of_unknown_language() -> None:
    """Whoever asked for a language is told when they do not get it."""
    wanted = os.environ.get("TIMBAO_LANG", "")
    if wanted and wanted.lower()[:2] not in LANGUAGES:
        sentence = _("TIMBAO_LANG is {value}, which is no language of timbao's. It speaks: {known}")
        click.echo(sentence.format(value=printable(wanted), known=", ".join(LANGUAGES)), err=True)


def _language(arguments: Sequence[str], config: Config) -> str:
    """The language to speak: needed before the command line is parsed, because its errors are spoken too."""
    for position, argument in enumerate(arguments):
        if argument == "--":
            break
        value = arguments[position + 1] if argument == "--lang" and position + 1 < len(arguments) else None
        value = argument.removeprefix("--lang=") if argument.startswith("--lang=") else value
        if value in LANGUAGES:
            return value
    if config.lang in LANGUAGES and "TIMBAO_LANG" not in os.environ:
        return config.lang
    return preferred_language()


class _Root(Group):
    """All commands by name, imported when they are called."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module, _colon, attribute = _COMMANDS[cmd_name].partition(":")
        return localized(getattr(importlib.import_module(module), attribute))


def timbao(config: Config) -> click.Group:
    """The root command, speaking the language chosen by now."""
    root = _Root(
        "timbao",
        params=[localized_parameter(param) for param in shared_options()],
        help=_("Search the archives of Vietnam's regional press."),
        epilog=_ROOT_EXAMPLES,
        options_metavar=_("[OPTIONS]"),
        subcommand_metavar=_("COMMAND [ARGS]..."),
        # Only named here: click lists them, and offers the nearest for what is none.
        commands={name: click.Command(name) for name in _COMMANDS},
        context_settings={"obj": config},
    )
    return click.version_option(package_name="timbao", prog_name="timbao")(root)
