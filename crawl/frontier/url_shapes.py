"""What a URL alone tells of its page: an article, a list, a numbered page of one, a list of a month that is over."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from crawl.article import VIETNAM
from crawl.sources.source import Source

_ASSET = re.compile(
    r"(?i)\.(?:jpe?g|png|gif|webp|svg|ico|css|js|json|xml|rss|pdf|docx?|xlsx?|zip|rar|mp[34]|m3u8|woff2?)$"
)
# `page=2`, `p=2`, `trang=2` in the query; `/trang-2/`, `/page/2`, `/p2`, `-p2.html` in the path.
_PAGE_QUERY = re.compile(r"(?i)(?:page|paged|p|trang)=\d{1,5}")
_PAGE_PATH = re.compile(r"(?i)(?:/(?:trang|page|p)[-/]?\d{1,5}|-p\d{1,5})(?:\.html?|/)?$")
_ARTICLE_END = re.compile(r"(?i)(?:\d{4}|-[0-9a-f]{7,})(?:\.[a-z]{2,5}|/)?$")
# Another dress of a page that has an address of its own.
_VARIANT = re.compile(r"(?i)/(?:print|in-bai|in-tin|amp)(?:/|$)")
_LONGEST_SECTION = 6  # words in a section's slug; headlines are longer
# `news-2021-3.xml`, `sitemap_news_202103.xml`, `2021/03/15.xml`; not part of a longer number.
_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_/.]?(1[0-2]|0?[1-9])(?:[-_/.]?(?:0[1-9]|[12]\d|3[01]))?(?!\d)")
_MONTH_AND_SOME = timedelta(days=31 + 35)


def is_article(url: str, source: Source) -> bool:
    """Whether a URL of the source looks like an article's."""
    parts = urlsplit(url)
    if _VARIANT.search(parts.path):
        return False
    if source.article_url is not None:
        return re.search(source.article_url, url) is not None
    if is_numbered(url) or _ASSET.search(parts.path):
        return False
    words = parts.path.rstrip("/").rpartition("/")[2].split("-")
    return _ARTICLE_END.search(parts.path) is not None or len(words) > _LONGEST_SECTION


def is_section(url: str) -> bool:
    """Whether a URL that is no article's may be a list of articles."""
    parts = urlsplit(url)
    shallow = len([segment for segment in parts.path.split("/") if segment]) <= 2
    if _ASSET.search(parts.path) or _VARIANT.search(parts.path):
        return False
    return is_numbered(url) or (shallow and not parts.query)


def is_numbered(url: str) -> bool:
    """Whether the URL is that of a numbered page of a list."""
    parts = urlsplit(url)
    return bool(_PAGE_QUERY.fullmatch(parts.query) or (not parts.query and _PAGE_PATH.search(parts.path)))


def is_of_a_past_month(url: str, now: datetime) -> bool:
    """Whether the URL of a list names a month, or a day, that is over for so long that nothing is added any more."""
    parts = urlsplit(url)
    months = [(int(year), int(month)) for year, month in _MONTH.findall(f"{parts.path}?{parts.query}")]
    return bool(months) and all(
        now > datetime(year, month, 1, tzinfo=VIETNAM) + _MONTH_AND_SOME for year, month in months
    )
