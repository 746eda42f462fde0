"""The command `timbao`: the one place where the parts are put together, and the commands that search.

Commands are imported when they are called, so that a search loads neither the crawler nor the web server.
What all commands share is added here: the options that choose the data, examples first in the help,
the user's language, and the exit statuses.
"""

from __future__ import annotations

import importlib
import os
import sys
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

import click

from crawl.archive import Archive, ArchiveError, NoArchive
from crawl.datafolder import (
    Config,
    ConfigError,
    DataFolderError,
    Locked,
    Settings,
    choose_folder,
    load_config,
)
from crawl.messages import (
    LANGUAGES,
    format_number,
    mark,
    preferred_language,
    printable,
    set_language,
    use_utf8_output,
)
from crawl.messages import gettext as _
from index.engine import EngineError, Sort, open_engine

NOTHING_FOUND = 1
USAGE_ERROR = 2
UNUSABLE_DATA = 3
PARTLY_DONE = 4
INTERRUPTED = 130

_ELSEWHERE = {
    "crawl": "crawl.cli:crawl",
    "import": "crawl.cli:import_files",
    "index": "index.cli:build_index",
    "sources": "crawl.cli:sources",
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit status."""
    use_utf8_output()
    given = list(sys.argv[1:] if arguments is None else arguments)
    # Arguments may come decomposed (macOS file names, some terminals); bytes that are no UTF-8 come as surrogates.
    given = [unicodedata.normalize("NFC", text.encode(errors="surrogateescape").decode(errors="replace")) for text in given]
    sys.exit(_run(given))


def _run(arguments: list[str]) -> int:
    set_language(preferred_language())
    try:
        config = load_config()
        set_language(_language(arguments, config))
        outcome = timbao.main(args=arguments, prog_name="timbao", standalone_mode=False, obj=config)
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
    except BrokenPipeError:
        # Whoever read our output has seen enough; the interpreter must not complain while it shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        status = _status_of(error)
        if status is None:
            raise
        click.echo(printable(str(error)), err=True)
    return status


def _status_of(error: Exception) -> int | None:
    """The exit status for an error that explains itself; None for one that is a defect of ours."""
    if isinstance(error, (EngineError, ArchiveError, DataFolderError, Locked)):
        return UNUSABLE_DATA
    if isinstance(error, ConfigError):
        return USAGE_ERROR
    explained = {"QuerySyntaxError", "RequestError", "SourcesError", "UnknownSource", "BadNetwork", "CannotServe"}
    if explained & {kind.__name__ for kind in type(error).__mro__}:
        return USAGE_ERROR
    return None


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


def _shared_options() -> list[click.Parameter]:
    """Options that every command takes, before or after its name."""
    return [
        click.Option(["--data"], metavar="DIR", help=mark("The data folder (else TIMBAO_DATA, else timbao.toml).")),
        click.Option(["--engine"], metavar="LOCATOR", help=mark("Where the index is: whoosh:PATH (else TIMBAO_ENGINE).")),
        click.Option(["--lang"], type=click.Choice(LANGUAGES), help=mark("The language of messages (else TIMBAO_LANG).")),
        click.Option(["--no-color"], is_flag=True, default=None, help=mark("No colour, even on a terminal.")),
        click.Option(["--no-links"], is_flag=True, default=None, help=mark("No hyperlinks, even on a terminal.")),
    ]


def _settings(given: dict[str, Any], config: Config) -> Settings:
    folder = choose_folder(given.get("data"), config)
    on_terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return Settings(
        folder=folder,
        engine=given.get("engine") or os.environ.get("TIMBAO_ENGINE") or config.engine or folder.engine_locator,
        contact=config.contact,
        colour=on_terminal and not given.get("no_color") and not os.environ.get("NO_COLOR"),
        links=on_terminal and not given.get("no_links"),
    )


class _Spoken(click.Command):
    """A command whose help starts with examples and speaks the user's language."""

    def format_help(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        if self.epilog:
            with formatter.section(_("Examples")):
                for example in self.epilog.splitlines():
                    formatter.write_text(example)
            formatter.write_paragraph()
        self.format_usage(context, formatter)
        self.format_help_text(context, formatter)
        self.format_options(context, formatter)

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        if "query" in {param.name for param in self.params}:
            args = self._with_exclusions(context, args)
        return super().parse_args(context, args)

    def _with_exclusions(self, context: click.Context, args: list[str]) -> list[str]:
        """In a query `-word` excludes a word: only what starts with two hyphens is an option."""
        before, separator, after = args, [], []
        if "--" in args:
            cut = args.index("--")
            before, separator, after = args[:cut], ["--"], args[cut + 1 :]
        del separator
        options, words = self._split(before)
        return [*options, "--", *words, *after]

    def _split(self, args: list[str]) -> tuple[list[str], list[str]]:
        takes_value = {
            name: not getattr(param, "is_flag", False) for param in self.params for name in param.opts
        }
        options: list[str] = []
        words: list[str] = []
        rest = iter(args)
        for argument in rest:
            if not argument.startswith("--"):
                words.append(argument)
                continue
            options.append(argument)
            if "=" not in argument and takes_value.get(argument):
                options += [value for value in [next(rest, None)] if value is not None]
        return options, words

    def invoke(self, context: click.Context) -> Any:
        given = {option.name: context.params.pop(option.name, None) for option in _shared_options()}
        outer = context.find_root().params
        merged = {name: outer.get(name) if value is None else value for name, value in given.items()}
        if isinstance(context.obj, Config):
            context.obj = _settings({k: v for k, v in merged.items() if k}, context.obj)
        return super().invoke(context)
