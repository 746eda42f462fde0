"""Commands as the user meets them: in their language, examples first in the help, with the options all share."""

from __future__ import annotations

import copy
import re
from typing import Any

import click

from crawl.datafolder.folder import Config
from crawl.messages import gettext as _
from searcher.cli.parameter_types import Text
from searcher.cli.shared_options import settings, shared_options


class Command(click.Command):
    """A command whose help starts with examples, and that takes the options all commands share."""

    def format_help(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, the usage, what the command is for, and its options."""
        if self.epilog:
            with formatter.section(_("Examples")):
                for example in self.epilog.splitlines():
                    formatter.write(f"{'':>{formatter.current_indent}}{example}\n")
            formatter.write_paragraph()
        self.format_usage(context, formatter)
        self.format_help_text(context, formatter)
        self.format_options(context, formatter)

    def invoke(self, context: click.Context) -> Any:
        """Run the command with the settings that the options before and after its name make. Raises ConfigError."""
        given: dict[str, Any] = context.meta.setdefault("timbao.given", {})
        for option in shared_options():
            value = context.params.pop(option.name or "", None)
            if value is not None:
                given[option.name or ""] = value
        config: Config = context.meta.setdefault("timbao.config", context.obj)  # the root comes first
        context.obj = settings(given, config)
        return super().invoke(context)


class Group(Command, click.Group):
    """A command with commands of its own."""


class QueryCommand(Command):
    """A command that takes a query: `-word` excludes a word, so only what starts with two hyphens is an option."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Put options first, then everything else behind `--`."""
        cut = args.index("--") if "--" in args else len(args)
        needs_value = {
            name for param in self.params for name in param.opts if not getattr(param, "is_flag", False)
        }
        options: list[str] = []
        words: list[str] = []
        rest = iter(args[:cut])
        for argument in rest:
            if not argument.startswith("--"):
                words.append(argument)
                continue
            options.append(argument)
            if argument in needs_value and (value := next(rest, None)) is not None:
                options.append(value)
        return super().parse_args(context, [*options, "--", *words, *args[cut + 1 :]])


def localized(command: click.Command) -> click.Command:
    """The command as the user meets it: with the shared options, in the user's language."""
    described: dict[str, Any] = {
        "name": command.name,
        "callback": command.callback,
        "params": [localized_parameter(param) for param in (*command.params, *shared_options())],
        "help": command.help and _(command.help),
        "short_help": command.help and _first_sentence(_(command.help)),
        "options_metavar": _("[OPTIONS]"),
        "epilog": command.epilog,
    }
    if isinstance(command, click.Group):
        inner = {name: localized(child) for name, child in command.commands.items()}
        return Group(
            **described,
            subcommand_metavar=_("COMMAND [ARGS]..."),
            commands=inner,
            invoke_without_command=command.invoke_without_command,
        )
    takes_query = any(param.name == "query" for param in command.params)
    return (QueryCommand if takes_query else Command)(**described)


def _first_sentence(text: str) -> str:
    """What stands beside a command in a list, whole: click would cut it in the middle."""
    return re.split(r"(?<=[.!?])\s", text, maxsplit=1)[0]


def localized_parameter(param: click.Parameter) -> click.Parameter:
    """A copy of the parameter with its help in the user's language, and with what is typed for it as text."""
    param = copy.copy(param)
    if param.type is click.STRING:
        param.type = Text()
    if isinstance(param, click.Option) and param.help:
        param.help = _(param.help)
    return param
