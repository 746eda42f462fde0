"""The language of each visitor."""

from __future__ import annotations

from flask import Request

from crawl.messages import LANGUAGES


def language_of(asked: Request) -> str:
    """The language chosen by hand, else the one the browser prefers (RFC 9110 section 12.5.4)."""
    return chosen_language(asked) or asked.accept_languages.best_match(LANGUAGES, LANGUAGES[0])


def chosen_language(asked: Request) -> str | None:
    """The language that the address names, if we speak it."""
    chosen = asked.args.get("lang")
    return chosen if chosen in LANGUAGES else None
