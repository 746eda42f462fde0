"""The user's language: translation of messages (gettext), text made safe for a terminal, and the root of all errors.

Messages are written in English in the code, and that is what a program hears that uses timbao as a library and sets no
language; the command sets one, by default Vietnamese. `locale/` holds the complete Vietnamese and English catalogues,
compiled when the distribution is built.
"""

from __future__ import annotations

import copyreg
import functools
import gettext as _gettext
import locale
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

DOMAIN = "timbao"
LANGUAGES = ("vi", "en")
_LOCALE_DIR = Path(__file__).parent / "locale"
_default = "en"
_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)

# C0 and C1 controls, bidirectional overrides and isolates, line and paragraph separators, lone surrogates:
# what could move the cursor, reorder a line or break UTF-8 output. Tab and line feed stay.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


class TimbaoError(Exception):
    """The root of all errors that carry data beside their message; its text is in the language spoken when it arose."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any] | None]:
        """What a copy is made of, here or in another process: the message and the data as they are.

        An exception is otherwise made again by calling its class with its message, but ours are called with data.
        """
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__ or None  # type: ignore[attr-defined]


def preferred_language(environ: dict[str, str] | None = None) -> str:
    """`TIMBAO_LANG`, else English where the locale asks for English, else Vietnamese.

    The C and POSIX locales say nothing about the reader, so they mean Vietnamese.
    """
    environ = dict(os.environ) if environ is None else environ
    wanted = environ.get("TIMBAO_LANG", "").lower()[:2]
    if wanted in LANGUAGES:
        return wanted
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return "en" if environ[name].lower().startswith("en") else "vi"
    return "vi"


def set_language(language: str) -> None:
    """Speak `language` (one of LANGUAGES) from now on in this process, click's own sentences included.

    Raises ValueError for another language.
    """
    global _default  # noqa: PLW0603  the process has one default, chosen once at its start
    if language not in LANGUAGES:
        raise ValueError(language)
    _default = language
    # click translates through the process-wide domain; the environment is where gettext looks for the language.
    os.environ["LANGUAGE"] = language
    _gettext.bindtextdomain(DOMAIN, str(_LOCALE_DIR))
    _gettext.textdomain(DOMAIN)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak `language` within the block, in this thread or task only: each visitor of a server has their own.

    Raises ValueError for a language that is not one of LANGUAGES.
    """
    if language not in LANGUAGES:
        raise ValueError(language)
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def current_language() -> str:
    """The language messages are in."""
    return _spoken.get() or _default


@functools.cache
def _catalogue(language: str) -> _gettext.NullTranslations:
    return _gettext.translation(DOMAIN, _LOCALE_DIR, [language], fallback=True)


def gettext(message: str) -> str:
    """The message in the user's language."""
    return _catalogue(current_language()).gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """The message in the user's language, in the form that `number` needs."""
    return _catalogue(current_language()).ngettext(singular, plural, number)


def mark(message: str) -> str:
    """The message itself, marked for translation where it is written but shown only later."""
    return message


def printable(text: str) -> str:
    """The text with everything removed that could control a terminal or break its output."""
    return _UNPRINTABLE.sub("", text)


def format_number(number: int) -> str:
    """The number with the thousands separator of the user's language."""
    return f"{number:,}".replace(",", "." if current_language() == "vi" else ",")


def use_utf8_output() -> None:
    """Write UTF-8 whatever the locale says: the text is Vietnamese, and half a word is no answer."""
    import sys

    if locale.getpreferredencoding(do_setlocale=False).lower() not in {"utf-8", "utf8"}:
        for stream in (sys.stdout, sys.stderr):
            reconfigure = getattr(stream, "reconfigure", None)
            if reconfigure is not None:
                reconfigure(encoding="utf-8", errors="replace")
