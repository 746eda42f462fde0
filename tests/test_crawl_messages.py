"""The user's language, and text made safe for a terminal."""

from __future__ import annotations

import contextlib
import copy
import importlib
import inspect
import io
import locale
import pickle
import pkgutil
import sys
import threading
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_type_hints

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import crawl
import index
import searcher
from crawl import messages
from crawl.archive.warc import RecordPlace
from crawl.article import Article, StoredArticle
from crawl.messages import (
    LANGUAGES,
    current_language,
    format_number,
    gettext,
    mark,
    ngettext,
    preferred_language,
    printable,
    set_language,
    speaking,
    use_utf8_output,
)


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "vi"),
        ({"LANG": "C.UTF-8"}, "vi"),
        ({"LANG": "POSIX"}, "vi"),
        ({"LANG": "de_DE.UTF-8"}, "vi"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "vi_VN"}, "vi"),
        ({"LANG": "vi_VN", "LC_MESSAGES": "en_GB"}, "en"),
        ({"LANG": "vi_VN", "LANGUAGE": "en:vi"}, "en"),
        ({"LANG": "en_US", "LANGUAGE": ""}, "en"),
        ({"LANG": "en_US", "TIMBAO_LANG": "vi"}, "vi"),
        ({"LANG": "vi_VN", "TIMBAO_LANG": "EN_us"}, "en"),
        ({"LANG": "en_US", "TIMBAO_LANG": "xx"}, "en"),
        ({"LANG": "en_US", "TIMBAO_LANG": ""}, "en"),
    ],
)
def test_the_preferred_language(environ: dict[str, str], language: str) -> None:
    """The program's own variable, else English where the locale asks for it, else Vietnamese."""
    assert preferred_language(environ) == language


def test_the_language_of_the_process_and_of_the_block() -> None:
    """A block speaks its language, blocks nest, and leaving one by an exception goes back."""
    set_language("vi")
    assert current_language() == "vi"
    with speaking("en"):
        assert current_language() == "en"
        with contextlib.suppress(ZeroDivisionError), speaking("vi"):
            assert current_language() == "vi"
            raise ZeroDivisionError
        assert current_language() == "en"
        set_language("vi")
        assert current_language() == "en"
    assert current_language() == "vi"


def test_each_thread_has_its_own_language() -> None:
    """Threads that speak different languages at the same time do not disturb each other or the process."""
    barrier = threading.Barrier(len(LANGUAGES))
    heard: dict[str, set[str]] = {language: set() for language in LANGUAGES}

    def speak(language: str) -> None:
        with speaking(language):
            for _ in range(20):
                barrier.wait(10)
                heard[language].add(current_language() + format_number(1000))

    threads = [threading.Thread(target=speak, args=(language,)) for language in LANGUAGES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert heard == {"vi": {"vi1.000"}, "en": {"en1,000"}}
    assert current_language() == "en"


@pytest.mark.parametrize("language", ["", "de", "VI", "../vi", "en_US"])
def test_other_languages_are_refused(language: str) -> None:
    """A language without a catalogue raises ValueError and changes nothing."""
    with pytest.raises(ValueError):
        set_language(language)
    with pytest.raises(ValueError), speaking(language):
        pass
    assert current_language() == "en"


def test_an_unknown_message_is_itself() -> None:
    """What no catalogue holds is shown as it stands in the code, in the right number; marking changes nothing."""
    for language in LANGUAGES:
        with speaking(language):
            assert gettext("no such message {name}") == "no such message {name}"
            assert ngettext("{count} such thing", "{count} such things", 2) == "{count} such things"
            assert ngettext("{count} such thing", "{count} such things", 1) == "{count} such thing"
    assert mark("no such message") == "no such message"


def test_vietnamese_is_spoken_where_it_is_built() -> None:
    """A message of the catalogue is translated; a checkout that was never built speaks English."""
    if not (Path(messages.__file__).parent / "locale/vi/LC_MESSAGES/timbao.mo").exists():
        pytest.skip("the catalogues are compiled when the distribution is built")
    with speaking("vi"):
        assert "hãy nêu tên báo" in gettext("no source; name one with --source")


@given(st.text())
@example("\x1b]0;x\x07\x9b2J\u202e\u2028\ud800\r")
def test_printable_text_is_harmless(text: str) -> None:
    """Nothing is left that moves the cursor, reorders a line or is no text; all else is left as it was."""
    found = printable(text)
    assert printable(found) == found
    assert found.encode().decode() == found
    controls = {each for each in found if unicodedata.category(each) in {"Cc", "Cs", "Zl", "Zp"}}
    assert controls <= {"\t", "\n"}
    assert not any(
        unicodedata.bidirectional(each) in {"RLO", "LRO", "RLE", "LRE", "RLI", "LRI", "FSI", "PDF", "PDI"}
        for each in found
    )
    kept = [each for each in text if unicodedata.category(each)[0] in "LMNPS"]
    assert [each for each in found if unicodedata.category(each)[0] in "LMNPS"] == kept


@given(st.integers())
def test_numbers_have_the_separator_of_the_language(number: int) -> None:
    """Thousands are grouped; without the separators it is the number."""
    for language, separator in (("vi", "."), ("en", ",")):
        with speaking(language):
            assert format_number(number).replace(separator, "") == str(number)
    assert format_number(-1234567) == "-1,234,567"


def test_output_is_utf8_whatever_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a locale of another encoding both streams are switched to UTF-8; streams that cannot be are left."""
    raw = io.BytesIO()
    monkeypatch.setattr(locale, "getpreferredencoding", lambda **_options: "ANSI_X3.4-1968")
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    use_utf8_output()
    print("Báo \ud800", flush=True)
    assert raw.getvalue() == "Báo ?\n".encode()


def test_the_environment_of_the_process_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no environment is given it is the process's own."""
    monkeypatch.setenv("TIMBAO_LANG", "en")
    assert preferred_language() == "en"
    monkeypatch.setenv("TIMBAO_LANG", "vi")
    assert preferred_language() == "vi"


def errors() -> Iterator[type[BaseException]]:
    """All exceptions that the packages define."""
    for package in (crawl, index, searcher):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__"):
                for one in vars(importlib.import_module(found.name)).values():
                    if (
                        isinstance(one, type)
                        and issubclass(one, BaseException)
                        and one.__module__ == found.name
                    ):
                        yield one


DATA: dict[object, object] = {
    str: "Huế",
    int: 3,
    int | None: 3,
    float: 1.5,
    Path: Path("here"),
    date: date(2021, 3, 15),
    OSError: OSError(28, "No space left on device"),
    RecordPlace: RecordPlace("pages.warc.gz", 7, 9),
    Sequence[StoredArticle]: (
        StoredArticle(
            "a1", Article("http://bao.vn/1", "bao.vn", "Lũ"), 1, datetime(2024, 1, 1, tzinfo=UTC), 1
        ),
    ),
}
"""For each type of an error's data a value."""


@pytest.mark.parametrize("kind", list(errors()), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])
def test_an_error_outlives_being_copied_and_sent(
    kind: type[BaseException], again: Callable[[BaseException], BaseException]
) -> None:
    """A copy, here or from another process, has the class, the text and the data, whatever language is spoken."""
    types = get_type_hints(kind.__init__) if inspect.isfunction(kind.__init__) else {"message": str}
    error = kind(*(DATA[one] for name, one in types.items() if name != "return"))
    with speaking("vi"):
        other = again(error)
    assert type(other) is kind
    assert (str(other), other.args) == (str(error), error.args)
    assert repr(vars(other)) == repr(vars(error))
