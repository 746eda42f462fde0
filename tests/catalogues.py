"""Brings the message catalogues up to date with the messages in the code: `make messages`.

Translations are kept, English ones are the messages themselves; what is new in Vietnamese waits untranslated,
and a test says which.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from crawl.messages import DOMAIN, LANGUAGES

ROOT = Path(__file__).parent.parent
LOCALE = ROOT / "crawl" / "messages" / "locale"
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
    "{name} {filename!r} is a file.",
    "{name} {filename!r} is a directory.",
    "{name} {filename!r} is not readable.",
    "{name} {filename!r} is not writable.",
    "Could not open file {filename!r}: {message}",
    "{value!r} is not a valid {number_type}.",
    "{value} is not in the range {range}.",
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


def catalogue(language: str) -> Catalog:
    """The catalogue of `language` (one of LANGUAGES) as translators have left it."""
    with po_path(language).open("rb") as file:
        return read_po(file, locale=language)


def po_path(language: str) -> Path:
    """Where the catalogue of `language` lies; compiled, it lies beside it."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def main() -> None:
    """Rewrite the catalogues and compile them, so that `timbao` speaks them at once."""
    for language in LANGUAGES:
        found = catalogue(language)
        found.update(messages(), no_fuzzy_matching=True, update_creation_date=False)
        found.header_comment = _HEADER
        if language == "en":
            for message in found:
                message.string = message.string if message.id == "" else message.id
        path = po_path(language)
        with path.open("wb") as po:
            write_po(po, found, width=110, ignore_obsolete=True, include_lineno=False)
        with path.with_suffix(".mo").open("wb") as mo:
            write_mo(mo, found)


if __name__ == "__main__":
    main()
