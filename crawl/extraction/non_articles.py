"""Whether a page is an article, and if not, what it is: why it is kept out, in a word. Plain values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from crawl.extraction.blocks import Outline
from crawl.extraction.boilerplate import teasers

_MISSING = r"không tìm thấy|không tồn tại|not found"
_REMOVED = r"bị (?:xóa|xoá|gỡ)"
_PAGE = r"(?:trang|bài(?: viết| báo)?|nội dung|đường dẫn|liên kết|địa chỉ|hệ thống|website|page|url)"
_GONE = rf"(?:{_MISSING}|{_REMOVED}|bảo trì|does not exist|unavailable)"
_ERROR = re.compile(
    r"(?:(?:lỗi|error)\W*)?[45]\d\d(?:\W+(?:not found|forbidden|error|lỗi|page|trang|internal|bad|service).{0,60})?\W*"
    rf"|.{{0,20}}\b{_PAGE}\b.{{0,40}}\b{_GONE}\b.{{0,60}}"
    rf"|.{{0,20}}\b{_GONE} (?:{_PAGE}|kết quả)\b.{{0,60}}"
    r"|(?:lỗi hệ thống|lỗi kết nối|bảo trì|(?:page )?not found|error|access denied|just a moment)\W*",
    re.IGNORECASE,
)
# For what looks like an article otherwise, and only as the whole of a title: headlines begin with such words too.
_ASKED = (
    r"(?:này|đó|web|bạn|quý vị|độc giả|đang|cần|muốn|vừa|tìm|kiếm|yêu cầu|truy cập|xem|hiện|you|requested)"
)
_WHAT = r"(?:trang|bài(?: viết| báo)?|nội dung|đường dẫn|liên kết|địa chỉ|page)"
_TOLD = rf"(?:{_MISSING}|(?:đã )?{_REMOVED}(?: bỏ)?)"
_MORE = r"(?: (?:khỏi|trên) (?:hệ thống|trang|website).{0,30}|\W+(?:hoặc|và)\b.{0,60})?"
_NOTICE = re.compile(
    r"\W*(?:"
    rf"(?:(?:lỗi|error|404)\W+)*404(?:\W+(?:lỗi|error|page|{_MISSING}))*(?:\W+{_WHAT}(?: {_ASKED})*)?"
    rf"|{_WHAT}(?: {_ASKED})*\W+{_TOLD}{_MORE}"
    rf"|không tìm thấy {_WHAT}(?: {_ASKED})*"
    r"|not found"
    r")(?:\s+[-–—|]\s+(?:báo|đài|tạp chí)\b.{0,40})?\W*",
    re.IGNORECASE,
)
# What web servers say themselves, however much they add for those who run them.
_SERVER_ERROR = re.compile(
    r"server error in .{1,80}|runtime error|(?:[45]\d\d )?(?:bad gateway|service (?:temporarily )?unavailable"
    r"|gateway time-?out|internal server error|forbidden|too many requests)|attention required!.{0,40}"
    r"|database error|error establishing a database connection|http status [45]\d\d\b.{0,60}",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"đăng nhập|đăng ký (?:tài khoản|thành viên|gói)|dành (?:riêng )?cho (?:thuê bao|thành viên|hội viên|bạn đọc đã)"
    r"|log ?in|sign in|subscribers? only",
    re.IGNORECASE,
)
_ERROR_LENGTH = 600  # an error page that says more links to other articles, which are not its text
_SERVER_ERROR_LENGTH = 5000
_NOTICE_LENGTH = 1500  # characters: a notice in an article's template has advice and excuses below it
_GALLERY = 4  # pictures


# How many characters of text make an article of a page that tells machines it is one; of one that bears a
# date line, of one that only prints its title, and of one that does not even do that.
_SAID_TEXT, _DATED_TEXT, _TEXT, _UNTITLED_TEXT = 30, 100, 250, 1000


@dataclass(frozen=True, slots=True)
class Standing:
    """What speaks for and against an article: its `title`, and the `length` of its lead and paragraphs in characters.

    `claimed`: the page tells machines that it is an article; `dated`: it has a date; `printed`: the title is
    printed at its top; `home`: it calls itself the home of its site, or bears the paper's own name as its title;
    `listed`: its body is a list of articles, `lists`: the whole page is one.
    """

    title: str
    length: int
    claimed: bool = False
    dated: bool = False
    printed: bool = False
    home: bool = False
    listed: bool = False
    lists: bool = False


@dataclass(frozen=True, slots=True)
class Signs:
    """What a page without enough text for an article has instead.

    `heading` is its title as printed, `window` as the browser shows it, `text` what stands in its body;
    `pictures` and `players` count what is shown there, `password` tells whether it asks for one.
    """

    heading: str
    window: str
    text: str
    pictures: int = 0
    players: int = 0
    password: bool = False


def objection(standing: Standing, signs: Signs) -> str | None:
    """Why this is no article, or None. `og:type` is no argument: it says `article` on home pages too."""
    if is_error(signs) and not (standing.claimed and standing.dated):
        return "error-page"
    if not standing.claimed and (standing.home or standing.listed):
        return "list-page"
    if standing.title and standing.length >= _enough(standing):
        return "missing-notice" if is_missing_notice(standing.title, standing.length) else None
    return "list-page" if standing.lists else without_text(signs)


def _enough(standing: Standing) -> int:
    """How many characters of text make an article of such a page."""
    if standing.claimed:
        return _SAID_TEXT
    if not standing.printed:
        return _UNTITLED_TEXT
    return _DATED_TEXT if standing.dated else _TEXT


def is_list(outline: Outline, places: Sequence[int]) -> bool:
    """Whether the places hold a list of articles: half of their prose are teasers under linked headlines."""
    prose = [place for place in places if outline[place].block.is_prose]
    below = teasers(outline, places)
    return bool(below) and 2 * len(below) >= len(prose)


def is_error(signs: Signs) -> bool:
    """Whether the page says that it is an error, whatever its status says (a "soft 404")."""
    titles = (signs.heading, re.split(r"\s[|–—-]\s", signs.window)[0])
    if any(_SERVER_ERROR.fullmatch(title.strip()) for title in titles):
        return len(signs.text) < _SERVER_ERROR_LENGTH
    if any(title and _ERROR.fullmatch(title.strip()) for title in titles):
        return len(signs.text) < _ERROR_LENGTH
    return 0 < len(signs.text) <= 200 and _ERROR.fullmatch(" ".join(signs.text.split())) is not None


def is_missing_notice(title: str, length: int) -> bool:
    """Whether an article of so many characters is what sites show instead of one that they no longer have."""
    return length < _NOTICE_LENGTH and _NOTICE.fullmatch(title) is not None


def without_text(signs: Signs) -> str:
    """The reason to keep out a page with too little text: login-wall, video-page, gallery-page or no-text."""
    if signs.password or _LOGIN.search(signs.text) or _LOGIN.match(signs.heading):
        return "login-wall"
    if signs.players:
        return "video-page"
    return "gallery-page" if signs.pictures >= _GALLERY else "no-text"
