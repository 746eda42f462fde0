"""Who wrote a text: its byline, as Vietnamese newsrooms set it. Plain values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from crawl.extraction.blocks import Block, Outline
from crawl.extraction.labels import is_filing, is_furniture, is_invitation

_CREDIT = re.compile(
    r"\(?(?:(?:theo|nguồn|source)\b[ :]+.{1,60}|tổng hợp|sưu tầm|(?:lược|biên) (?:dịch|ghi|soạn))\)?"
)
# Behind a name and in one element with it. `Theo` is a name as well, but nobody's last one.
_TAKEN_FROM = re.compile(r"(?<=\S)\s+((?:Theo|Nguồn|Source)\b[ :]+.{1,60})$")
_BYLINE_LABEL = re.compile(
    r"(?:(?:tin|bài(?: viết)?|ảnh|clip|video|thực hiện|tác giả|người viết|phóng viên|pv|đồ họa)"
    r"\s*(?:,|và|&|-|/)?\s*)+:\s*|by\s+",
    re.IGNORECASE,
)
_GROUP = re.compile(r"nhóm (?:p\.?v|phóng viên|tác giả)\b.{0,30}", re.IGNORECASE)
_CONNECTIVES = frozenset({"và", "với", "and", "de", "van", "von", "-", "–", "&", "/", "sư", "giả", "sĩ"})
_SENTENCE_END = re.compile(r"[.!?…:;][\"”’')\]]*$")
_NEWSROOM = re.compile(
    r"\b(?:báo|tòa soạn|toà soạn|ban biên tập|tạp chí|admin|online)\b|https?:|\.vn\b", re.IGNORECASE
)

_NAME_LENGTH = 80
_NAME_WORDS = 8
_TAIL = 5  # how many blocks from the end a byline may stand
_REACH = 6  # how many blocks above and below the body a marked byline may stand


@dataclass(frozen=True, slots=True)
class Byline:
    """How a text is signed: its author, what the paper calls them, and the source that it credits."""

    author: str | None = None
    role: str | None = None
    credit: str | None = None


def read_byline(blocks: Sequence[Block]) -> tuple[Byline, list[Block]]:
    """How the text of these blocks is signed, and the blocks before such lines."""
    marked = [block for block in blocks if block.byline and len(block.text) <= 2 * _NAME_LENGTH]
    if len(marked) > _TAIL:  # the name is of something around the text
        marked = []
    signed = [(name, block) for block in marked if (name := name_in(block.text, trusted=True))]
    author, role = (signed[0][0], role_in(signed[0][1].text)) if signed else (None, None)
    kept = [block for block in blocks if block not in marked]
    credit = _credit_behind(signed[0][1].text) if signed else None
    below = None
    end = len(kept)
    for place in range(len(kept) - 1, max(0, len(kept) - 1 - _TAIL), -1):
        text = kept[place].text
        if is_furniture(kept[place]) or is_invitation(kept[place]) or is_filing(kept[place]):
            end = place
        elif _CREDIT.fullmatch(text.lower()):
            credit, end = text.strip("() "), place
        elif (name := _signature(kept[place])) is not None:
            bracket = role_in(text)
            if bracket and _CREDIT.fullmatch(bracket.lower()):
                credit, bracket = bracket, None
            credit = credit or _credit_behind(text)
            if author is None:
                author, role = name, bracket or below
            end = place
        elif _is_role(text):
            below = text.strip("()")
        else:
            break
    return Byline(author, role, credit), kept[:end]


def marked_author(outline: Outline, places: Sequence[int], top: int, body: Sequence[int]) -> str | None:
    """The author whom markup names just above or below the body; `top` is where the article begins."""
    first, last = top - _REACH, body[-1] + _REACH
    around = {place for place in places if first <= place <= last}.difference(body)
    blocks = [outline[place].block for place in sorted(around)]
    return next(
        (name for block in blocks if block.byline and (name := name_in(block.text, trusted=True))), None
    )


def name_in(text: str, *, trusted: bool = False) -> str | None:
    """The name in a byline (`Tin, ảnh: P.Y` → `P.Y`), or None where the text is no byline.

    `trusted` is for text whose place or markup already says that it is one.
    """
    line = text.split("\n", 1)[0]
    label = _BYLINE_LABEL.match(line)
    name = re.sub(r"\s*\(.*\)$", "", line[label.end() :] if label else line)
    name = _TAKEN_FROM.sub("", name).strip(" \t-–,:;|*•")
    if not re.search(r"[^\W\d_]", name) or len(name) > _NAME_LENGTH or _CREDIT.match(name.lower()):
        return None
    if trusted or label or _GROUP.fullmatch(name):
        return name
    words = name.replace(",", " ").split()
    named = [word for word in words if word not in _CONNECTIVES]
    is_name = 2 <= len(words) <= _NAME_WORDS and all(word[0].isupper() for word in named)
    return name if named and is_name else None


def is_newsroom(name: str) -> bool:
    """Whether it names a paper, its office or its site rather than a person."""
    return _NEWSROOM.search(name) is not None


def role_in(text: str) -> str | None:
    """What stands in brackets behind the name in a byline: `Kỹ sư Bùi Mau (Chủ tịch hội)`."""
    match = re.search(r"\(([^()]{3,120})\)\s*$", text)
    return match[1].strip() if match and len(text) <= 2 * _NAME_LENGTH else None


def _credit_behind(text: str) -> str | None:
    """Whom a text is taken from, where that stands behind the name of who wrote it: `Nhật Linh Theo Reuters`."""
    match = _TAKEN_FROM.search(text.split("\n", 1)[0])
    return match[1] if match else None


def _signature(block: Block) -> str | None:
    if block.heading or block.listed or len(block.text) > 2 * _NAME_LENGTH:
        return None
    line = block.text.split("\n", 1)[0]
    set_apart = block.right or block.is_bold or block.is_slanted
    if name_in(line) is None and _SENTENCE_END.search(line):
        return None
    return name_in(block.text, trusted=set_apart and len(line.split()) <= _NAME_WORDS)


def _is_role(text: str) -> bool:
    """`(Chủ tịch Liên hiệp hội)`, on the line after the name it belongs to."""
    return text.startswith("(") and text.endswith(")") and len(text) <= 2 * _NAME_LENGTH
