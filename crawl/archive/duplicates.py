"""Which articles are one: the same text under other addresses of its newspaper, also after the site was rebuilt.

A page may claim any address as its own (`rel=canonical`), by mistake or by malice, and one article is found under
any number of slugs. So texts are compared wherever addresses disagree. Standard library only.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from crawl.article import Article, local_day

_WORD = re.compile(r"\w+")
_ALIKE = 0.6
_LEAST_WORDS = 20  # below, nothing but the very same text is the same
_LONGEST = 50_000  # characters of a text that are compared


def fingerprint(article: Article) -> str:
    """A digest of the newspaper, the headline and the day: equal for what may be one article, seldom for others."""
    day = "" if article.published is None else str(local_day(article.published))
    key = "\n".join((article.source, *_words(article.title), day))
    return hashlib.sha256(key.encode()).hexdigest()[:20]


def is_same(one: Article, other: Article) -> bool:
    """Whether they are one article, but for corrections of the text or a new template around it.

    The headline is the same, no other day is printed, and the texts share three fifths of their sequences of
    three words (Jaccard index of 3-shingles; Broder, "On the resemblance and containment of documents", 1997).
    """
    if _words(one.title) != _words(other.title) or _days_differ(one, other):
        return False
    ours, theirs = _words(f"{one.lead}\n{one.body}"), _words(f"{other.lead}\n{other.body}")
    if ours == theirs:
        # Pictures without a text, for one, may be others every day; their captions tell.
        return bool(ours) or one.captions == other.captions != ()
    if min(len(ours), len(theirs)) < _LEAST_WORDS:
        return False
    first, second = _shingles(ours), _shingles(theirs)
    return len(first & second) >= _ALIKE * len(first | second)


def _days_differ(one: Article, other: Article) -> bool:
    if one.published is None or other.published is None:
        return False
    return local_day(one.published) != local_day(other.published)


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFC", text[:_LONGEST]).casefold())


def _shingles(words: list[str]) -> set[tuple[str, str, str]]:
    return set(zip(words, words[1:], words[2:], strict=False))
