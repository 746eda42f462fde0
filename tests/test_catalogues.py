"""The messages in both languages: complete, well formed, compiled."""

from __future__ import annotations

import gettext
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from string import Formatter

import click
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo

import crawl.messages
from crawl.datafolder.folder import Config
from crawl.messages import DOMAIN, LANGUAGES
from index.text.vietnamese import canonical
from searcher.cli.main import timbao as root_command
from tests.catalogues import CLICK_MESSAGES, KEYWORDS, METHODS, catalogue, messages

INSTALLED = Path(crawl.messages.__file__).parent / "locale"
ADVICE = (
    "Run: make messages; then translate what is new in crawl/messages/locale/vi/…/timbao.po and run it again."
)
# Nothing in these is English, so they read the same in Vietnamese.
WORDLESS = {"{found}, {duration} ms"}
# What users type or look for letter by letter: options, variables, commands, endings of files, locators, dates.
TYPED = re.compile(
    r"--[a-z][a-z-]*|TIMBAO_[A-Z]+|timbao (?:sources )?[a-z]+\b|\.(?:html|jsonl|warc|toml)\b|whoosh:PATH"
    r"|\b\d[\d./:+T-]*\d\b"
)

CATALOGUES = {language: catalogue(language) for language in LANGUAGES}
VIETNAMESE = CATALOGUES["vi"]


def forms(text: str | Iterable[str] | None) -> tuple[str, ...]:
    """The singular and plural forms of a message or its translation; most have one."""
    return (text,) if isinstance(text, str) else tuple(text or ("",))


def texts(found: Catalog) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Every message with its translation, the header left out."""
    return {forms(message.id): forms(message.string) for message in found if message.id}


def pairs(found: Catalog) -> Iterator[tuple[str, str]]:
    """Every translated form beside the English one that it stands for: in Vietnamese, the plural."""
    for ids, strings in texts(found).items():
        yield from (pair for pair in zip(ids[-len(strings) :], strings, strict=True) if pair[1])


def placeholders(text: str) -> set[str]:
    """What `.format` and `%` fill in, with conversions and format specifications."""
    braces = {
        f"{{{name}!{conversion}:{spec}}}"
        for _literal, name, spec, conversion in Formatter().parse(text)
        if name is not None
    }
    return braces | set(re.findall(r"%\(\w+\)\w", text))


def helps(command: click.Command) -> Iterator[str]:
    """Every help text of a command, its options and the commands below it; click's own options are click's."""
    yield command.help or ""
    for param in command.params:
        if isinstance(param, click.Option) and param.name != "version":
            yield param.help or ""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from helps(below)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogues_hold_the_messages_of_the_code(language: str) -> None:
    """Every message in the code and the templates is in the catalogue, and none that is gone."""
    written, held = set(texts(messages())), set(texts(CATALOGUES[language]))
    missing, gone = written - held, held - written
    assert not missing, ADVICE
    assert not gone, ADVICE


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated(language: str) -> None:
    """No form of any message is empty or marked as doubtful."""
    found = CATALOGUES[language]
    waiting = [ids for ids, strings in texts(found).items() if not all(text.strip() for text in strings)]
    assert not waiting, ADVICE
    assert not [message.id for message in found if message.fuzzy]


def test_the_english_catalogue_says_what_the_code_says() -> None:
    """English is what the messages are written in, so its translations are the messages themselves."""
    assert [ids for ids, strings in texts(CATALOGUES["en"]).items() if ids != strings] == []


def test_no_vietnamese_message_is_left_in_english() -> None:
    """A translation differs from its message, except where the message has no word in it."""
    assert {english for english, text in pairs(VIETNAMESE) if english == text} == WORDLESS


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_survive_translation(language: str) -> None:
    """A translation fills in exactly what its message fills in, converted and formatted alike."""
    broken = [
        (english, text)
        for english, text in pairs(CATALOGUES[language])
        if placeholders(english) != placeholders(text)
    ]
    assert broken == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_messages_can_be_filled_in(language: str) -> None:
    """`.format` and `%` put every value into every translation and leave no brace behind."""
    for english, text in pairs(CATALOGUES[language]):
        printf = re.findall(r"%\((\w+)\)", text)
        names = {
            name: 4242 for _literal, name, _spec, _conversion in Formatter().parse(text) if name is not None
        }
        filled = text % dict.fromkeys(printf, 4242) if printf else text.format(**names)
        assert not set(filled) & set("{}"), english
        assert filled.count("4242") >= len(names) + len(printf), english


def test_what_is_typed_stays_as_it_is() -> None:
    """Commands, options, variables, endings of files, locators and dates are the same in Vietnamese."""
    changed = [
        (english, text)
        for english, text in pairs(VIETNAMESE)
        if not set(TYPED.findall(english)) <= set(TYPED.findall(text))
    ]
    assert changed == []


def test_sentences_end_and_begin_alike() -> None:
    """Line breaks, the white space around a message and its last mark are kept, since messages are joined."""
    changed = [
        (english, text)
        for english, text in pairs(VIETNAMESE)
        if english.count("\n") != text.count("\n")
        or text != text.strip()
        or any(english.endswith(mark) != text.endswith(mark) for mark in ".:?!")
    ]
    assert changed == []


def test_vietnamese_is_written_in_one_way() -> None:
    """Translations are NFC, with tone marks where the dictionary style has them (tùy, khóa, hủy), as in the index."""
    for _english, text in pairs(VIETNAMESE):
        assert unicodedata.is_normalized("NFC", text), text
        for word in re.findall(r"[^\W\d_]+", text):
            assert word.lower() == canonical(word), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogues_are_valid(language: str) -> None:
    """Forms are as many as the language has, and printf placeholders agree: what msgfmt --check asks."""
    found = CATALOGUES[language]
    assert [(message.id, faults) for message, faults in found.check()] == []
    assert str(found.locale) == language
    assert found.num_plurals == {"vi": 1, "en": 2}[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogues_are_compiled(language: str) -> None:
    """Where the program looks lies a compiled catalogue that says what the source says."""
    compiled = gettext.find(DOMAIN, str(INSTALLED), [language])
    assert compiled, f"the {language} catalogue is not compiled. {ADVICE}"
    with Path(compiled).open("rb") as file:
        assert texts(read_mo(file)) == texts(CATALOGUES[language]), f"{compiled} is out of date. {ADVICE}"


def test_every_help_text_can_be_translated() -> None:
    """What any command says of itself and of its options is a message, not a text that stays English."""
    known = {english for english, _text in pairs(CATALOGUES["en"])}
    said = set(helps(root_command(Config())))
    assert len(said) > 20
    assert said - known == set()


def test_click_says_what_is_translated_for_it() -> None:
    """Each sentence translated for click is one that the installed click says."""
    rows = extract_from_dir(Path(click.__file__).parent, METHODS[:1], keywords=KEYWORDS)
    said = {message for _file, _line, message, _comments, _context in rows}
    assert set(CLICK_MESSAGES) - said == set()
