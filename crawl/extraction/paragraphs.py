"""Blocks of text as they stand on a page → the parts of an article. Plain values; no HTML is known here.

The rules are those of Vietnamese newsrooms: the lead (sapo) before the body, captions under their pictures,
the byline as the last short paragraph, boxes of related news under one of a few headings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_RELATED = re.compile(
    r"(?:các |những )?(?:tin|bài)(?: tức| bài)?(?: viết| báo)?"
    r" (?:liên quan|khác|cùng (?:chuyên mục|chủ đề|sự kiện)|(?:mới|cũ)(?: nhất| hơn| đăng| cập nhật)?"
    r"|nổi bật|nóng|(?:đọc|xem) nhiều(?: nhất)?|đã (?:đưa|đăng)|tiếp theo)"
    r"|xem thêm|đọc thêm|đọc tiếp|xem tiếp|(?:mời )?(?:quý )?(?:bạn|độc giả) (?:đọc )?(?:xem|đọc) thêm"
    r"|(?:có thể bạn|bạn có thể)(?: sẽ)? quan tâm|cùng (?:chuyên mục|chủ đề)|được quan tâm|(?:đọc|xem) nhiều(?: nhất)?"
    r"|tiêu điểm|dòng sự kiện"
    r"|related (?:articles?|stor(?:y|ies)|news|posts?|content)|read (?:more|next|also)|see also"
    r"|more from\b.{0,40}|more (?:\w+ ){0,3}(?:stories|news)|elsewhere on .{0,40}|don.t miss"
    r"|(?:most|popular|trending|latest|recent) (?:read|viewed|shared|popular|now|posts|stories|articles|news)\b.{0,20}"
    r"|you (?:may|might) (?:also )?(?:like|be interested in)|recommended(?: for you)?|what to read next"
)
_FURNITURE = re.compile(
    r"các thông tin tiện ích|in bài(?: viết| này)?|bản in|gửi (?:email|bình luận|ý kiến|bài viết)"
    r"|lưu (?:tin|bài viết)|chia sẻ(?: bài viết| facebook)?|bình luận(?: \(\d+\))?"
    r"|ý kiến(?: bạn đọc| của bạn)?|từ kho[áa]|từ khóa|tags?"
    r"|quay lại|trở lại(?: đầu trang)?|lên đầu trang|về đầu trang|theo dõi .{0,40} trên(?: google news)?"
    r"|nghe (?:đọc )?bài(?: viết)?|quảng cáo|copy link|sao chép liên kết|phóng to|thu nhỏ"
    r"|\d+ (?:lượt )?(?:thích|chia sẻ|shares?|likes?)|listen live|back to (?:top|gallery)"
    r"|(?:continue reading|(?:story|article) continues)(?: below)?(?: (?:this )?advertisement)?|adverts?"
    r"|share(?: this)?|advertisement|print|comments?|click to .{0,30}|sign up .{0,60}|subscribe .{0,60}"
)
_MARKERS = " \t\n.,:;>»|•►▶*-–—…!→+#"
_CREDIT = re.compile(
    r"\(?(?:(?:theo|nguồn|source)\b[ :]+.{1,60}|tổng hợp|sưu tầm|(?:lược|biên) (?:dịch|ghi|soạn))\)?"
)
# What a site counts or files below an article.
_COUNTED = re.compile(
    r"(?:số )?(?:lượt|lần) (?:xem|đọc|truy cập)\b.{0,30}|(?:đã xem|views?)\s*:?\s*[\d.,]+"
    r"|(?:từ kho[áa]|từ khóa|tags?|chủ đề):.*"
)
# Whose the site is: no paragraph of an article begins so.
_IMPRINT = re.compile(
    r"\W*(?:©|copyright\b|all rights reserved|(?:toàn bộ )?bản quyền (?:thuộc|©)|giấy phép (?:xuất bản|thiết lập|số)"
    r"|giấy phép hoạt động (?:báo|trang|tạp)|(?:cấm|không được) sao chép|ghi rõ nguồn|(?:phó )?tổng biên tập\s*:"
    r"|chịu trách nhiệm (?:chính|nội dung)\s*:|cơ quan chủ quản\s*:)",
    re.IGNORECASE,
)
_PHOTO_CREDIT = re.compile(
    r"\(?(?:ảnh(?: tư liệu| minh họa| minh hoạ)?|hình|photos?|images?|pictures?)(?: credit| courtesy| by)?"
    r"\s*:\s*[^:]{1,80}"
    r"|.{1,60}[|/]\s*(?:getty images|reuters|afp|ap|shutterstock)"
)
# Invitations at the end of an article: to subscribe, to follow, to write in, to accept cookies.
_INVITATION = re.compile(
    r"\b(?:subscribe|sign(?:ing)? up|newsletters?|your inbox|follow (?:us|him|her|me|them)"
    r"|join (?:us|our|the conversation)|get (?:the|our|more) .{0,40}(?:updates|news|stories)"
    r"|(?:uses?|accept) cookies|cookie settings|commission|all rights reserved"
    r"|mời (?:quý )?(?:bạn đọc|độc giả|vị)|đăng ký (?:nhận|kênh|theo dõi)|theo dõi (?:chúng tôi|kênh)"
    r"|liên hệ quảng cáo|mọi (?:ý kiến|thông tin|thắc mắc).{0,40}(?:gửi|liên hệ))",
)
_BYLINE_LABEL = re.compile(
    r"(?:(?:tin|bài(?: viết)?|ảnh|clip|video|thực hiện|tác giả|người viết|phóng viên|pv|đồ họa)"
    r"\s*(?:,|và|&|-|/)?\s*)+:\s*|by\s+",
    re.IGNORECASE,
)
_GROUP = re.compile(r"nhóm (?:p\.?v|phóng viên|tác giả)\b.{0,30}", re.IGNORECASE)
_CONNECTIVES = frozenset({"và", "với", "and", "de", "van", "von", "-", "–", "&", "/", "sư", "giả", "sĩ"})
_SENTENCE_END = re.compile(r"[.!?…:;][\"”’')\]]*$")

_NAME_LENGTH = 80
_NAME_WORDS = 8
_CAPTION_LENGTH = 250
_INVITATION_LENGTH = 300
_HEADING_LENGTH = 120
_LEAD_LENGTH = 40  # a shorter bold line is a sub-heading
_SCRAP = 15  # shorter blocks are labels, buttons and dates
_TAIL = 5  # how many blocks from the end a byline may stand
_MOSTLY = 0.8


@dataclass(frozen=True, slots=True)
class Block:
    """One run of text between two block boundaries of a page.

    `linked`, `bold` and `slanted` count the characters set so, `links` the links that begin in it. `heading` is
    1 to 6 for h1 to h6, else 0; `caption`, `lead` and `byline` tell what the markup calls by such a name;
    `listed` tells list items, `pictured` text that follows a picture with no text between; `picture` is the
    address of the last picture before it, '' if there is none or it is not known; `centred` and `right` are
    the alignment.
    """

    text: str
    linked: int = 0
    links: int = 0
    bold: int = 0
    slanted: int = 0
    heading: int = 0
    caption: bool = False
    lead: bool = False
    byline: bool = False
    listed: bool = False
    centred: bool = False
    right: bool = False
    pictured: bool = False
    picture: str = ""

    @property
    def worth(self) -> int:
        """How much the block speaks for being prose: its characters, against links and scraps."""
        unlinked = len(self.text) - self.linked
        return unlinked - _SCRAP if unlinked >= self.linked else -self.linked - _SCRAP

    @property
    def is_link(self) -> bool:
        """Whether it is nothing but links."""
        return self.linked >= _MOSTLY * len(self.text)

    @property
    def is_bold(self) -> bool:
        """Whether it is bold throughout."""
        return self.bold >= _MOSTLY * len(self.text)


@dataclass(frozen=True, slots=True)
class Parts:
    """An article's text, sorted.

    `headings` are the sub-headings among the paragraphs, `pictures` the addresses of the captions' pictures.
    `author` is who signed it, `credit` whom it is taken from; `role` is what the paper calls the author.
    """

    lead: str
    paragraphs: tuple[str, ...]
    captions: tuple[str, ...] = ()
    author: str | None = None
    headings: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    role: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True)
class Byline:
    """How a text is signed: its author, what the paper calls them, and the source that it credits."""

    author: str | None = None
    role: str | None = None
    credit: str | None = None


def sort_out(blocks: Iterable[Block], title: str, lead: str, description: str) -> Parts:
    """Sort the blocks of a body into lead, paragraphs, captions and byline, and drop what is none of them.

    `lead` is one found outside the body, '' if none; `description` is what the page tells machines that the
    article is about: it is the lead if the body begins with it.
    """
    captions, kept = _captions(_without_related(blocks))
    byline, kept = _byline(kept)
    known = {text_key(title)} | ({text_key(lead)} if lead else set())
    kept = [block for block in kept if not _is_furniture(block) and text_key(block.text) not in known]
    if not lead and kept and _is_lead(kept, description):
        lead = kept.pop(0).text
    while kept and kept[-1].heading:
        kept.pop()
    texts = tuple(block.text for block in kept)
    unique = _unique(captions, but=(*texts, lead))
    return Parts(
        lead,
        texts,
        tuple(_line(block) for block in unique),
        byline.author,
        tuple(block.text for block in kept if _is_heading(block)),
        tuple(block.picture for block in unique),
        byline.role,
        byline.credit,
    )


def text_key(text: str) -> str:
    """What two printings of one text share: its words, without case and punctuation."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFC", text).lower()))


def says_the_same(text: str, description: str) -> bool:
    """Whether a printed text is what the description says: descriptions are cut short, sapos go on."""
    printed, said = text_key(text), text_key(description)
    if min(len(said), len(printed)) < _LEAD_LENGTH:
        return bool(said) and said == printed
    return printed.startswith(said) or said.startswith(printed)


def name_in(text: str, *, trusted: bool = False) -> str | None:
    """The name in a byline (`Tin, ảnh: P.Y` → `P.Y`), or None where the text is no byline.

    `trusted` is for text whose place or markup already says that it is one.
    """
    line = text.split("\n", 1)[0]
    label = _BYLINE_LABEL.match(line)
    name = re.sub(r"\s*\(.*\)$", "", line[label.end() :] if label else line).strip(" \t-–,:;|*•")
    if not re.search(r"[^\W\d_]", name) or len(name) > _NAME_LENGTH or _CREDIT.match(name.lower()):
        return None
    if trusted or label or _GROUP.fullmatch(name):
        return name
    words = name.replace(",", " ").split()
    named = [word for word in words if word not in _CONNECTIVES]
    is_name = 2 <= len(words) <= _NAME_WORDS and all(word[0].isupper() for word in named)
    return name if named and is_name else None


def role_in(text: str) -> str | None:
    """What stands in brackets behind the name in a byline: `Kỹ sư Bùi Mau (Chủ tịch hội)`."""
    match = re.search(r"\(([^()]{3,120})\)\s*$", text)
    return match[1].strip() if match and len(text) <= 2 * _NAME_LENGTH else None


def _without_related(blocks: Iterable[Block]) -> list[Block]:
    """The blocks outside boxes of related news (a label and links after it) that are more than links."""
    kept: list[Block] = []
    in_box = False
    for block in blocks:
        if is_related_label(block):
            in_box = True
        elif block.is_link or (in_box and _is_box_line(block)):
            continue
        else:
            in_box = False
            kept.append(block)
    return kept


def is_related_label(block: Block) -> bool:
    """Whether it heads related news: `Xem thêm`, alone or with links behind it."""
    text = block.text.lower().strip(_MARKERS)
    label = _RELATED.match(text)
    return label is not None and (label.end() == len(text) or block.linked * 2 >= len(text) - label.end())


def is_imprint(text: str) -> bool:
    """Whether it begins to say whose the site is, or what may be done with it."""
    return _IMPRINT.match(text) is not None


def _is_box_line(block: Block) -> bool:
    return block.linked * 2 >= len(block.text) or (block.listed and block.linked > 0)


def _captions(blocks: Iterable[Block]) -> tuple[list[Block], list[Block]]:
    captions: list[Block] = []
    kept: list[Block] = []
    for block in blocks:
        (captions if block.caption or _looks_like_caption(block) else kept).append(block)
    return captions, kept


def _looks_like_caption(block: Block) -> bool:
    """Under its picture, short, and set unlike the text: centred or slanted."""
    if not block.pictured or block.heading or len(block.text) > _CAPTION_LENGTH:
        return False
    if _PHOTO_CREDIT.fullmatch(block.text.lower()):
        return True
    return block.centred or block.slanted >= _MOSTLY * len(block.text)


def _unique(captions: Iterable[Block], *, but: Iterable[str]) -> list[Block]:
    seen = set(map(text_key, but))
    kept: list[Block] = []
    for block in captions:
        if text_key(block.text) not in seen:
            seen.add(text_key(block.text))
            kept.append(block)
    return kept


def _line(block: Block) -> str:
    return " ".join(block.text.split())


def _is_heading(block: Block) -> bool:
    """A heading, or a short bold line that is no sentence."""
    short = len(block.text) <= _HEADING_LENGTH and not _SENTENCE_END.search(block.text)
    return bool(block.heading) or (short and block.is_bold)


def _byline(blocks: Sequence[Block]) -> tuple[Byline, list[Block]]:
    """Who signed the text, and the blocks before such lines."""
    marked = [block for block in blocks if block.byline and len(block.text) <= 2 * _NAME_LENGTH]
    if len(marked) > _TAIL:  # the name is of something around the text
        marked = []
    signed = [(name, block) for block in marked if (name := name_in(block.text, trusted=True))]
    author, role = (signed[0][0], role_in(signed[0][1].text)) if signed else (None, None)
    kept = [block for block in blocks if block not in marked]
    credit = below = None
    end = len(kept)
    for place in range(len(kept) - 1, max(0, len(kept) - 1 - _TAIL), -1):
        text = kept[place].text
        if _is_furniture(kept[place]) or _is_invitation(kept[place]) or _is_filing(kept[place]):
            end = place
        elif _CREDIT.fullmatch(text.lower()):
            credit, end = text.strip("() "), place
        elif (name := _signature(kept[place])) is not None:
            bracket = role_in(text)
            if bracket and _CREDIT.fullmatch(bracket.lower()):
                credit, bracket = bracket, None
            if author is None:
                author, role = name, bracket or below
            end = place
        elif _is_role(text):
            below = text.strip("()")
        else:
            break
    return Byline(author, role, credit), kept[:end]


def _signature(block: Block) -> str | None:
    if block.heading or block.listed or len(block.text) > 2 * _NAME_LENGTH:
        return None
    line = block.text.split("\n", 1)[0]
    set_apart = block.right or block.is_bold or block.slanted >= _MOSTLY * len(block.text)
    if name_in(line) is None and _SENTENCE_END.search(line):
        return None
    return name_in(block.text, trusted=set_apart and len(line.split()) <= _NAME_WORDS)


def _is_role(text: str) -> bool:
    """`(Chủ tịch Liên hiệp hội)`, on the line after the name it belongs to."""
    return text.startswith("(") and text.endswith(")") and len(text) <= 2 * _NAME_LENGTH


def _is_furniture(block: Block) -> bool:
    text = block.text.lower().strip(_MARKERS)
    return not text or _FURNITURE.fullmatch(text) is not None


def _is_invitation(block: Block) -> bool:
    return len(block.text) <= _INVITATION_LENGTH and _INVITATION.search(block.text.lower()) is not None


def _is_filing(block: Block) -> bool:
    """Whether it is about the site or the page: below an article only, for articles may quote such words."""
    text = block.text.lower().strip(_MARKERS)
    return len(text) <= _INVITATION_LENGTH and bool(_COUNTED.fullmatch(text) or is_imprint(text))


def _is_lead(blocks: Sequence[Block], description: str) -> bool:
    """Whether the first block is the lead: markup or description say so, or it alone is wholly bold."""
    first = blocks[0]
    if len(first.text) < _LEAD_LENGTH:
        return False
    if len(blocks) == 1:
        return first.lead
    following = next((block for block in blocks[1:] if len(block.text) >= _LEAD_LENGTH), blocks[1])
    is_bold = first.is_bold and not first.heading and not following.is_bold
    return first.lead or is_bold or says_the_same(first.text, description)
