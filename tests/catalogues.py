"""Brings the message catalogues up to date with the messages in the code: `make messages`.

Translations are kept; new messages wait untranslated, and a test says which.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
LOCALE = ROOT / "crawl" / "locale"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
_HEADER = "# Messages of timbao. Brought up to date by: make messages"
KEYWORDS = {"_": None, "gettext": None, "mark": None, "ngettext": (1, 2)}

# What click says itself, where users meet it; it asks the same catalogue.
CLICK_MESSAGES: tuple[str | tuple[str, str], ...] = (
    "Usage:",
    "Options",
    "Commands",
    "Show this message and exit.",
    "Show the version and exit.",
    "%(prog)s, version %(version)s",
    "Error: {message}",
    "Aborted!",
    "Try '{command} {option}' for help.",
    "Choose from:\n\t{choices}",
    "Missing command.",
    "Missing argument",
    "Missing option",
    "Missing parameter",
    "No such option {name!r}.",
    "No such command {name!r}.",
    "Invalid value: {message}",
    "Invalid value for {param_hint}: {message}",
    "Option {name!r} does not take a value.",
    "{name} {filename!r} does not exist.",
    "{value!r} is not a valid {number_type}.",
    "{value} is not in the range {range}.",
    "required",
    "file",
    "directory",
    "path",
    ("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    ("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    ("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    (
        "{value!r} does not match the format {format}.",
        "{value!r} does not match the formats {formats}.",
    ),
    ("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
)


def messages() -> Catalog:
    """Every message in the code, in the order of the files."""
    found = Catalog(charset="utf-8")
    for package in ("crawl", "index", "searcher"):
        for file, _line, message, comments, context in sorted(
            extract_from_dir(ROOT / package, METHODS, keywords=KEYWORDS), key=lambda row: (row[0], row[1])
        ):
            found.add(message, locations=[(f"{package}/{file}", 0)], auto_comments=comments, context=context)
    for text in CLICK_MESSAGES:
        found.add(text, auto_comments=["click's own"])
    return found


def main() -> None:
    """Rewrite both catalogues."""
    for language in ("vi", "en"):
        path = LOCALE / language / "LC_MESSAGES" / "timbao.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue = Catalog(locale=language, charset="utf-8", header_comment=_HEADER, fuzzy=False)
        if path.exists():
            with path.open("rb") as file:
                catalogue = read_po(file, locale=language)
        catalogue.update(messages(), no_fuzzy_matching=True)
        catalogue.header_comment = _HEADER
        catalogue.fuzzy = False
        if language == "en":
            for message in catalogue:
                message.string = message.string if message.id == "" else message.id
        with path.open("wb") as file:
            write_po(file, catalogue, width=110, ignore_obsolete=True, include_lineno=False)


if __name__ == "__main__":
    main()
