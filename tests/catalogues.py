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
KEYWORDS = {"_": None, "gettext": None, "mark": None, "ngettext": (1, 2)}

# What click says itself, where users meet it; it asks the same catalogue.
CLICK_MESSAGES = (
    "Usage:",
    "Options",
    "Commands",
    "Show this message and exit.",
    "Show the version and exit.",
    "Error: {message}",
    "Try '{command} {option}' for help.",
    "Missing command.",
    "Missing argument",
    "Missing option",
    "No such option: {name}",
    "No such command {name!r}.",
    "Invalid value: {message}",
    "Invalid value for {param_hint}: {message}",
    "{value!r} is not one of {choices}.",
    "{value!r} is not a valid {number_type}.",
    "{value} is not in the range {range}.",
    "Got unexpected extra argument ({args})",
    "Option {name!r} requires an argument.",
    "{name} {filename!r} does not exist.",
)


def messages() -> Catalog:
    """Every message in the code, in the order of the files."""
    found = Catalog(project="timbao", charset="utf-8")
    for package in ("crawl", "index", "searcher"):
        for file, line, message, comments, context in sorted(
            extract_from_dir(ROOT / package, METHODS, keywords=KEYWORDS), key=lambda row: (row[0], row[1])
        ):
            del line
            found.add(message, locations=[(f"{package}/{file}", None)], auto_comments=comments, context=context)
    for text in CLICK_MESSAGES:
        found.add(text, auto_comments=["click's own"])
    return found


def main() -> None:
    """Rewrite both catalogues."""
    for language in ("vi", "en"):
        path = LOCALE / language / "LC_MESSAGES" / "timbao.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue = Catalog(locale=language, charset="utf-8")
        if path.exists():
            with path.open("rb") as file:
                catalogue = read_po(file, locale=language)
        catalogue.update(messages(), no_fuzzy_matching=True)
        if language == "en":
            for message in catalogue:
                message.string = message.string if message.id == "" else message.id
        with path.open("wb") as file:
            write_po(file, catalogue, width=110, omit_header=False, ignore_obsolete=True)


if __name__ == "__main__":
    main()
