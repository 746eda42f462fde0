"""(Page, Source) → Article: what the newspaper printed, without the page around it. Pure: no I/O, no clock.

HTML is parsed in `tree` and becomes, in one `walk`, blocks of text with the elements around them; plain modules decide
what they are (`markup` knows what names mean, `density` finds the body, `headline` reads the top, `paragraphs`
sorts the rest, `structured` reads what the page says to machines, `kinds` what is no article). A source's own
selectors come first, each where it finds something (`chosen`).

No general extractor stands behind these rules, not even as a fallback: trafilatura 2.3 alone finds less
(on 121 labelled pages of the world's press F1 .957 at best against .977; on Vietnamese ones it misses a tenth of
the text, the leads above all), and to run it beside costs more time than all that is done here. BeautifulSoup reads
what people write about markup, in `soup`, and nothing else: its tree takes longer to make than all the rest. The peers
are measured beside this in `tests/bench/extraction.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from urllib.parse import urlsplit

from crawl.article import Article, Page, When, local_day
from crawl.extraction.agencies import agency_of
from crawl.extraction.blocks import Outline, clean
from crawl.extraction.body import find_body, is_list, without_furniture
from crawl.extraction.boilerplate import without_boxes
from crawl.extraction.dates import is_plausible, parse_written
from crawl.extraction.dom import Tree, parse, text_of
from crawl.extraction.encoding.decode import decode, spelt_out
from crawl.extraction.encoding.language import language_of
from crawl.extraction.metadata import read_json_ld, read_meta
from crawl.extraction.non_articles import Signs, is_error, is_missing_notice, without_text
from crawl.extraction.paragraphs import Parts, name_in, sort_out, text_key
from crawl.extraction.selectors import BadSelector, Chosen
from crawl.extraction.title import (
    agreed_date,
    choose_title,
    lead_above,
    path_above,
    printed_date,
    text_after,
    title_place,
)
from crawl.extraction.trace import Found, How, Trace
from crawl.extraction.walk import canonical_links, meta_pairs, printed_path, tag_links, time_element, walk
from crawl.messages import gettext as _
from crawl.sources.source import Source
from crawl.urls import absolute, within

MAX_HTML = 4 * 2**20
"""How long a page may be, in bytes, without the pictures written into it: no article's is longer, and hostile markup
takes seconds a megabyte. To parse only a part would cut an article short and say nothing."""

UNREADABLE = "unreadable"
BAD_SELECTOR = "bad-selector"

_HTML_TYPES = frozenset({"", "text/html", "application/xhtml+xml", "application/xml", "text/xml"})
_WRITTEN_PICTURE = re.compile(rb"data:[\w/.+-]{1,80};base64,[A-Za-z0-9+/=%\s]{999,}")
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([^\s\"';]+)", re.IGNORECASE)
_HOME = frozenset({"trang chủ", "trang nhất", "home", "tin tức"})
_NEWSROOM = re.compile(
    r"\b(?:báo|tòa soạn|toà soạn|ban biên tập|tạp chí|admin|online)\b|https?:|\.vn\b", re.IGNORECASE
)

_MOST_TAGS = 40
_LONGEST_NAME = 80
_BYLINE_REACH = 6  # how many blocks above and below the body a marked byline may stand
_SIGNS_LENGTH = 2000
# A date later than the page was fetched is wrong; where there is no other, the moment of fetching may be: of an
# imported page it is its file's.
_A_DAY, _TEN_YEARS = timedelta(days=1), timedelta(days=3653)
_JUST_NOW = timedelta(minutes=2)
# How many characters of text make an article of a page that tells machines it is one; of one that bears a
# date line, of one that only prints its title, and of one that does not even do that.
_SAID_TEXT, _DATED_TEXT, _TEXT, _UNTITLED_TEXT = 30, 100, 250, 1000


@dataclass(frozen=True, slots=True)
class Rejected:
    """The page is no article: `reason` is a key that `crawl.crawler.report.explained` knows, or such as status-404."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Nothing could be found out about the page: `reason` is a key as in Rejected, `detail` a sentence."""

    reason: str
    detail: str


Extraction: TypeAlias = Article | Rejected
Reading: TypeAlias = Extraction | Unreadable
"""What may come of a page when nothing is allowed to stop its reader."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What came of a page, and how each part of the article was found."""

    result: Extraction
    found: tuple[Found, ...] = ()


def read_page(page: Page, source: Source) -> Reading:
    """`extract`, whatever comes of it: no single page may end a crawl or an import."""
    try:
        return extract(page, source)
    except BadSelector as error:
        return Unreadable(BAD_SELECTOR, str(error))
    except Exception as error:  # noqa: BLE001  a fault of ours, or markup that breaks a library
        return unreadable(page.final_url, repr(error))


def unreadable(url: str, error: str) -> Unreadable:
    """That a page cannot be read, and why."""
    message = _("{url} cannot be read ({error}). The page is kept.")
    return Unreadable(UNREADABLE, message.format(url=url, error=error[:200]))


def extract(page: Page, source: Source) -> Extraction:
    """The article that the page holds, or why it holds none. Any bytes give an answer.

    The article's `url` is the page's canonical URL if that lies on one of the source's hosts (for a source
    without hosts: anywhere), else its final one. Raises BadSelector.
    """
    return explain(page, source).result


def explain(page: Page, source: Source) -> Explanation:
    """What `extract` gives, and how it was found. Raises BadSelector."""
    tree = tree_of(page)
    if isinstance(tree, Rejected):
        return Explanation(tree)
    return _Reading(page, source.as_of(local_day(page.fetched)), tree).explanation()


def tree_of(page: Page) -> Tree | Rejected:
    """The page's markup, or why it has none that is worth reading."""
    content_type = page.header("Content-Type") or ""
    if not 200 <= page.status < 300:
        return Rejected(f"status-{page.status}")
    if _is_front(page.final_url) and not _is_front(page.url):
        return Rejected("redirect-home")
    if not page.body.strip():
        return Rejected("empty")
    if content_type.split(";")[0].strip().lower() not in _HTML_TYPES or b"<" not in page.body:
        return Rejected("not-html")
    body = page.body if len(page.body) <= MAX_HTML else _WRITTEN_PICTURE.sub(b"data:,", page.body)
    if len(body) > MAX_HTML:
        return Rejected("too-long")
    charset = _CHARSET.search(content_type)
    return parse(spelt_out(decode(body, charset[1] if charset else None)))


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where things stand on the page: places in its outline.

    `places` are outside furniture, `body` holds the article's body, `heading` is where its title is printed.
    """

    outline: Outline
    places: Sequence[int]
    body: Sequence[int]
    title: str
    heading: int | None

    @property
    def top(self) -> int:
        """Where the article begins."""
        return self.body[0] if self.heading is None else self.heading


class _Reading:
    """One page being read, with what it claims of itself."""

    def __init__(self, page: Page, source: Source, tree: Tree) -> None:
        self._page, self._source, self._root = page, source, tree.root
        self._chosen = Chosen(tree.root, source)
        self._meta = read_meta(meta_pairs(tree.root))
        self._said = read_json_ld(tree.json_ld)
        self._body = self._chosen.body()
        self._walked = walk(tree.root, self._body)
        self._trace = Trace()

    def explanation(self) -> Explanation:
        """The article, or why there is none."""
        layout = self._layout()
        parts = self._parts(layout)
        printed = (
            printed_date(layout.outline, layout.top, layout.body, self._page.fetched) if layout.body else None
        )
        when = self._published(printed) if layout.body else None
        if reason := self._objection(layout, parts, when):
            return Explanation(Rejected(reason))
        author, role = self._author(layout, parts)
        captions, images = self._captions(parts)
        return Explanation(
            Article(
                url=self._address()[0],
                source=self._source.name,
                title=layout.title,
                lead=parts.lead,
                body="\n\n".join(parts.paragraphs),
                captions=captions,
                images=images,
                author=author,
                role=role,
                published=when,
                modified=self._modified(when),
                section=self._section(layout),
                tags=self._tags(),
                headings=parts.headings,
                agency=self._agency(author, parts),
                language=self._language(layout, parts),
            ),
            self._trace.found,
        )

    def _layout(self) -> _Layout:
        outline = self._walked.outline
        places = without_furniture(outline)
        body = find_body(outline, without_boxes(outline, places))
        if not body:
            return _Layout(outline, places, (), "", None)
        self._trace.note("body", How.SELECTOR if self._body is not None else How.PROSE)
        title = self._chosen.text("title")
        self._trace.note("title", How.SELECTOR)
        if not title:
            title = self._title(outline, places, body)
        return _Layout(outline, places, body, title, title_place(outline, body, title))

    def _parts(self, layout: _Layout) -> Parts:
        text = text_after(layout.outline, layout.body, layout.title)
        description = self._meta.description or self._said.description or ""
        lead = self._chosen.text("lead")
        how = How.SELECTOR
        if text and not lead:
            lead = lead_above(layout.outline, layout.places, layout.top, text, description)
            how = How.PRINTED
        parts = sort_out([layout.outline[place].block for place in text], layout.title, lead, description)
        if parts.lead:
            self._trace.note("lead", how if lead else How.TEXT)
        return parts

    def _objection(self, layout: _Layout, parts: Parts, when: When | None) -> str | None:
        """Why this is no article, or None. `og:type` is no argument: it says `article` on home pages too."""
        says_so = self._said.is_article or self._meta.is_article
        signs = self._signs(layout, parts)
        if is_error(signs) and not (says_so and when):
            return "error-page"
        if says_so:
            enough = _SAID_TEXT
        elif self._address()[1] or self._is_own(layout.title) or is_list(layout.outline, layout.body):
            return "list-page"
        elif layout.heading is None:
            enough = _UNTITLED_TEXT
        else:
            enough = _DATED_TEXT if when else _TEXT
        length = len(parts.lead) + sum(map(len, parts.paragraphs))
        if layout.title and length >= enough:
            return "missing-notice" if is_missing_notice(layout.title, length) else None
        return "list-page" if is_list(layout.outline, layout.places) else without_text(signs)

    def _signs(self, layout: _Layout, parts: Parts) -> Signs:
        blocks = [layout.outline[place].block for place in layout.places]
        text = "\n".join((parts.lead, *parts.paragraphs)).strip()
        pictures = {block.picture for block in blocks if block.picture}
        return Signs(
            heading=next((block.text for block in blocks if block.heading == 1), ""),
            window=self._window(),
            text=text or "\n".join(block.text for block in blocks if not block.is_link)[:_SIGNS_LENGTH],
            pictures=len(pictures),
            players=sum(1 for _player in self._root.iter("video", "iframe", "object")),
            password=any(
                element.get("type", "").lower() == "password" for element in self._root.iter("input")
            ),
        )

    # The single facts, each noted with the way it was found.

    def _first(self, field: str, *candidates: tuple[str | None, How]) -> str | None:
        """The first candidate that is there."""
        for value, how in candidates:
            if value:
                self._trace.note(field, how)
                return value
        return None

    def _window(self) -> str:
        return next((clean(text_of(element)) for element in self._root.iter("title")), "")

    def _title(self, outline: Outline, places: Sequence[int], body: Sequence[int]) -> str:
        claims = [clean(claim) for claim in (self._meta.headline, self._said.headline) if claim]
        claims = [claim for claim in claims if claim]
        title = choose_title(outline, places, body, claims, self._window())
        is_printed = any(outline[place].block.text == title for place in places)
        claimed = any(text_key(title) in text_key(claim) for claim in claims)
        told = How.CONFIRMED if is_printed else How.META
        self._trace.note("title", told if claimed else How.PRINTED)
        return title

    def _published(self, printed: When | None) -> When | None:
        written = map(parse_written, self._chosen.texts("date"))
        chosen = next(filter(None, written), None)
        shown = chosen or printed
        claims = (
            (self._said.published, How.JSON_LD),
            (self._meta.published, How.META),
            (None if self._said.published or self._meta.published else time_element(self._root), How.TIME),
            (shown, How.SELECTOR if chosen else How.PRINTED),
        )
        likely = (
            claim
            for ahead in (_A_DAY, _TEN_YEARS)
            for claim in claims
            if claim[0] and is_plausible(claim[0], self._page.fetched + ahead)
        )
        claimed, told = next(likely, (None, How.PRINTED))
        if claimed is None:
            return None
        when = agreed_date(claimed, shown)
        self._trace.note("published", told if when == claimed else How.AGREED)
        return when

    def _modified(self, published: When | None) -> When | None:
        """When the paper last changed the article.

        A page that says it was changed when it was fetched, or before it was published, says nothing.
        """
        said, meta = self._said.modified, self._meta.modified
        changed = said or meta
        if changed is None or published is None:
            return None
        claimed = self._said.published or self._meta.published
        if isinstance(published, datetime) and isinstance(changed, datetime):
            if isinstance(claimed, datetime) and claimed.tzinfo != published.tzinfo and claimed != published:
                changed = changed.replace(tzinfo=published.tzinfo)  # their zones are wrong alike
            if not published < changed < self._page.fetched - _JUST_NOW:
                return None
        elif not local_day(published) < local_day(changed) < local_day(self._page.fetched):
            return None
        self._trace.note("modified", How.JSON_LD if said else How.META)
        return changed

    def _captions(self, parts: Parts) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The captions, and the addresses of their pictures where any is known."""
        if chosen := self._chosen.texts("captions"):
            self._trace.note("captions", How.SELECTOR)
            return chosen, ()
        if parts.captions:
            self._trace.note("captions", How.MARKUP)
        base = self._page.final_url
        pictures = tuple((absolute(picture, base) or "") if picture else "" for picture in parts.pictures)
        return parts.captions, pictures if any(pictures) else ()

    def _author(self, layout: _Layout, parts: Parts) -> tuple[str | None, str | None]:
        """The author and their role; machines are often told the newspaper's own name, which says nothing."""
        chosen = name_in(self._chosen.text("author"), trusted=True)
        said, meta = (
            name_in(name, trusted=True) if name and not self._is_newsroom(name) else None
            for name in (clean(self._said.author or ""), clean(self._meta.author or ""))
        )
        author = self._first(
            "author",
            (chosen, How.SELECTOR),
            (said, How.JSON_LD),
            (_marked_byline(layout), How.MARKUP),
            (parts.author, How.SIGNED),
            (meta, How.META),
        )
        is_signed = bool(author) and text_key(author or "") == text_key(parts.author or "")
        return author, self._first("role", (parts.role if is_signed else None, How.SIGNED))

    def _is_newsroom(self, name: str) -> bool:
        return self._is_own(name) or _NEWSROOM.search(name) is not None

    def _is_own(self, name: str) -> bool:
        """Whether it is the newspaper's own name."""
        own = (self._source.title, self._meta.site, self._said.site)
        return text_key(name) in {text_key(known) for known in own if known}

    def _agency(self, author: str | None, parts: Parts) -> str | None:
        credits = filter(None, (parts.credit, author, self._said.author))
        text = (parts.lead, *parts.paragraphs[:1], *parts.paragraphs[-1:])
        return self._first("agency", (agency_of(credits, text), How.TEXT))

    def _language(self, layout: _Layout, parts: Parts) -> str | None:
        text = "\n".join((layout.title, parts.lead, *parts.paragraphs))
        return self._first("language", (language_of(text, self._root.get("lang")), How.TEXT))

    def _section(self, layout: _Layout) -> str | None:
        path = self._said.breadcrumb or printed_path(self._walked.breadcrumbs)
        if not path and layout.heading is not None:
            path = path_above(layout.outline, layout.places, layout.heading)
        named = [name for name in map(clean, path) if name and name.lower() not in _HOME]
        names = [name for name in named if text_key(name) != text_key(layout.title)]
        return self._first(
            "section",
            (next(iter(self._chosen.texts("section")[-1:]), None), How.SELECTOR),
            (clean(self._said.section or ""), How.JSON_LD),
            (clean(self._meta.section or ""), How.META),
            (names[-1] if names else None, How.BREADCRUMB),
        )

    def _tags(self) -> tuple[str, ...]:
        candidates = (
            (self._chosen.texts("tags"), How.SELECTOR),
            (tag_links(self._walked.tags), How.MARKUP),
            (self._said.tags, How.JSON_LD),
            (self._meta.tags, How.META),
        )
        found, how = next((one for one in candidates if one[0]), ((), How.META))
        tags = [clean(tag).strip("#,;. ") for tag in found]
        unique = {text_key(tag): tag for tag in reversed(tags) if 0 < len(tag) <= _LONGEST_NAME}
        if unique:
            self._trace.note("tags", how)
        return tuple(reversed(unique.values()))[:_MOST_TAGS]

    def _address(self) -> tuple[str, bool]:
        """The article's URL, and whether the page calls itself the site's home."""
        final = absolute(self._page.final_url) or self._page.final_url
        claims = [*canonical_links(self._root), self._meta.url]
        found = [absolute(claim, final) for claim in claims if claim]
        hosts = self._source.hosts
        own = [url for url in found if url and (not hosts or within(url, hosts))]
        inner = [url for url in own if not _is_root(url)]
        self._trace.note("url", How.META if inner else How.ADDRESS)
        return (inner[0] if inner else final), bool(own) and _is_root(own[0])


def _marked_byline(layout: _Layout) -> str | None:
    """The author whom markup names just above or below the body."""
    first, last = layout.top - _BYLINE_REACH, layout.body[-1] + _BYLINE_REACH
    around = {place for place in layout.places if first <= place <= last}.difference(layout.body)
    blocks = [layout.outline[place].block for place in sorted(around)]
    return next(
        (name for block in blocks if block.byline and (name := name_in(block.text, trusted=True))), None
    )


def _is_root(url: str) -> bool:
    return urlsplit(url).path in {"", "/"}


def _is_front(url: str) -> bool:
    return _is_root(url) and not urlsplit(url).query
