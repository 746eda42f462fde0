"""Lines that say by their words that they, or what they head, are no part of an article. Plain values."""

from __future__ import annotations

import re

from crawl.extraction.blocks import Block

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
# Invitations at the end of an article: to subscribe, to follow, to write in, to accept cookies.
_INVITATION = re.compile(
    r"\b(?:subscribe|sign(?:ing)? up|newsletters?|your inbox|follow (?:us|him|her|me|them)"
    r"|join (?:us|our|the conversation)|get (?:the|our|more) .{0,40}(?:updates|news|stories)"
    r"|(?:uses?|accept) cookies|cookie settings|commission|all rights reserved"
    r"|mời (?:quý )?(?:bạn đọc|độc giả|vị)|đăng ký (?:nhận|kênh|theo dõi)|theo dõi (?:chúng tôi|kênh)"
    r"|liên hệ quảng cáo|mọi (?:ý kiến|thông tin|thắc mắc).{0,40}(?:gửi|liên hệ))",
)
_COMMENTS = re.compile(
    r"\W*(?:(?:các )?(?:ý kiến|bình luận|phản hồi)(?: (?:của )?(?:bạn đọc|độc giả|bạn|người đọc))?"
    r"|(?:độc giả|bạn đọc) (?:bình luận|góp ý|phản hồi)|\d+ (?:ý kiến|bình luận|phản hồi)"
    r"|(?:gửi|viết|để lại) (?:ý kiến|bình luận|phản hồi)(?: của bạn)?"
    r"|(?:(?:reader|latest|top|best)s?(?: rated)? )?(?:comments?|responses?|discussion)"
    r"|\d+ (?:comments?|responses?|replies)|\d+ thoughts? on .*|comments are closed"
    r"|(?:leave|post|add) a (?:comment|reply)|join the (?:conversation|discussion)"
    r"|(?:tell us )?what (?:do )?you think)\W*\d*\W*",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"(?:get|join|sign up|subscribe)\b.{0,60}\b(?:newsletters?|inbox|briefing|mailing list|updates).{0,60}"
    r"|(?:the |our |daily |weekly )*newsletters?\W*"
    r"|đăng ký (?:nhận|theo dõi)\b.{0,60}\b(?:bản tin|tin|email|thông báo)\b.{0,60}"
    r"|(?:we value )?(?:your|our) privacy\b.{0,40}|.{0,30}\b(?:uses?|about|accept|our) cookies\b.{0,60}"
    r"|about the authors?\W*|về tác giả\W*"
    r"|cookie (?:policy|settings|consent|notice|preferences)\W*",
    re.IGNORECASE,
)
_INVITATION_LENGTH = 300


def is_related_label(block: Block) -> bool:
    """Whether it heads related news: `Xem thêm`, alone or with links behind it."""
    text = block.text.lower().strip(_MARKERS)
    label = _RELATED.match(text)
    return label is not None and (label.end() == len(text) or block.linked * 2 >= len(text) - label.end())


def is_imprint(text: str) -> bool:
    """Whether it begins to say whose the site is, or what may be done with it."""
    return _IMPRINT.match(text) is not None


def is_furniture(block: Block) -> bool:
    """Whether it is a button, a counter or a sign, or no more than punctuation."""
    text = block.text.lower().strip(_MARKERS)
    return not text or _FURNITURE.fullmatch(text) is not None


def is_invitation(block: Block) -> bool:
    """Whether it asks readers to subscribe, to follow, to write in."""
    return len(block.text) <= _INVITATION_LENGTH and _INVITATION.search(block.text.lower()) is not None


def is_filing(block: Block) -> bool:
    """Whether it is about the site or the page: below an article only, for articles may quote such words."""
    text = block.text.lower().strip(_MARKERS)
    return len(text) <= _INVITATION_LENGTH and bool(_COUNTED.fullmatch(text) or is_imprint(text))


def is_comments_label(text: str) -> bool:
    """Whether it heads what readers wrote."""
    return _COMMENTS.fullmatch(text) is not None


def is_request(text: str) -> bool:
    """Whether it heads a box that asks for something: a newsletter's, or that of a site's cookies."""
    return _ASKING.fullmatch(text) is not None
