"""In which language a text is written, as far as a newspaper of Vietnam needs to know."""

from __future__ import annotations

import re

# Letters of Vietnamese that its neighbours and the minority languages in its script hardly use together.
_VIETNAMESE = re.compile("[ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+")
_ENGLISH = frozenset("the of and to in is was for that on with as at by".split())
_CODE = re.compile(r"([a-z]{2,3})(?:[-_].*)?", re.IGNORECASE)

_SAMPLE = 5000
_VIETNAMESE_SHARE = 0.05  # of the letters; in running Vietnamese text it is about 0.15
_ENGLISH_SHARE = 0.12  # of the words; in running English text it is about 0.25


def language_of(text: str, declared: str | None) -> str | None:
    """The ISO 639 code of the text's language; None where neither the text nor the page tells.

    What is `declared` (an HTML `lang`, as it was written) is believed of languages that cannot be told here, but
    not that a text is Vietnamese or English which does not look so: templates say the same of every page.
    """
    sample = text[:_SAMPLE]
    letters, words = len(_LETTER.findall(sample)), _WORD.findall(sample.lower())
    if letters and len(_VIETNAMESE.findall(sample)) >= _VIETNAMESE_SHARE * letters:
        return "vi"
    if words and sum(word in _ENGLISH for word in words) >= _ENGLISH_SHARE * len(words):
        return "en"
    match = _CODE.fullmatch((declared or "").strip())
    code = match[1].lower() if match else None
    return None if code in {"vi", "en"} else code
