"""(Page, Source) → Article: what the newspaper printed, without the page around it. Pure: no I/O, no clock.

Here stands the order of the steps, and for each part of an article whom to believe: a source's own selectors come
first, each where it finds something (`selectors`), then what the page says to machines or prints. The rules are
those of the modules beside this one.

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
from typing import TypeAlias
from urllib.parse import urlsplit

from crawl.article import Article, Page, When, local_day
from crawl.extraction.address import canonical_links, is_root, read_address
from crawl.extraction.agencies import agency_of
from crawl.extraction.blocks import Outline, clean, text_key
from crawl.extraction.body import find_body
from crawl.extraction.boilerplate import without_boxes, without_furniture
from crawl.extraction.byline import is_newsroom, marked_author, name_in
from crawl.extraction.dates import parse_written
from crawl.extraction.dom import Tree, parse, text_of
from crawl.extraction.encoding.decode import decode, spelt_out
from crawl.extraction.encoding.language import language_of
from crawl.extraction.lead import lead_above
from crawl.extraction.metadata import meta_pairs, read_json_ld, read_meta
from crawl.extraction.non_articles import Signs, Standing, is_list, objection
from crawl.extraction.outline import walk
from crawl.extraction.paragraphs import Parts, sort_out
from crawl.extraction.published import modified, printed_date, published, time_element
from crawl.extraction.sections import path_above, printed_path, section_names, tag_links, unique_tags
from crawl.extraction.selectors import BadSelector, SelectedParts
from crawl.extraction.title import choose_title, text_after, title_place
from crawl.extraction.trace import Found, How, Trace
from crawl.messages import gettext as _
from crawl.sources.source import Source
from crawl.urls import absolute

MAX_HTML = 4 * 2**20
"""How long a page may be, in bytes, without the pictures written into it: no article's is longer, and hostile markup
takes seconds a megabyte. To parse only a part would cut an article short and say nothing."""

UNREADABLE = "unreadable"
BAD_SELECTOR = "bad-selector"

_HTML_TYPES = frozenset({"", "text/html", "application/xhtml+xml", "application/xml", "text/xml"})
_WRITTEN_PICTURE = re.compile(rb"data:[\w/.+-]{1,80};base64,[A-Za-z0-9+/=%\s]{999,}")
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([^\s\"';]+)", re.IGNORECASE)

_SIGNS_LENGTH = 2000


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
        self._selected = SelectedParts(tree.root, source)
        self._meta = read_meta(meta_pairs(tree.root))
        self._said = read_json_ld(tree.json_ld)
        self._body = self._selected.body()
        self._walked = walk(tree.root, self._body)
        claimed = [*canonical_links(tree.root), self._meta.url]
        self._address = read_address(claimed, page.final_url, source.hosts)
        self._trace = Trace()

    def explanation(self) -> Explanation:
        """The article, or why there is none."""
        layout = self._layout()
        parts = self._parts(layout)
        when = self._published(layout)
        if reason := objection(self._standing(layout, parts, when), self._signs(layout, parts)):
            return Explanation(Rejected(reason))
        self._trace.note("url", How.META if self._address.stated else How.ADDRESS)
        author, role = self._author(layout, parts)
        captions, images = self._captions(parts)
        return Explanation(
            Article(
                url=self._address.url,
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
        title = self._selected.text("title")
        self._trace.note("title", How.SELECTOR)
        if not title:
            title = self._title(outline, places, body)
        return _Layout(outline, places, body, title, title_place(outline, body, title))

    def _parts(self, layout: _Layout) -> Parts:
        text = text_after(layout.outline, layout.body, layout.title)
        description = self._meta.description or self._said.description or ""
        lead = self._selected.text("lead")
        how = How.SELECTOR
        if text and not lead:
            lead = lead_above(layout.outline, layout.places, layout.top, text, description)
            how = How.PRINTED
        parts = sort_out([layout.outline[place].block for place in text], layout.title, lead, description)
        if parts.lead:
            self._trace.note("lead", how if lead else How.TEXT)
        return parts

    def _standing(self, layout: _Layout, parts: Parts, when: When | None) -> Standing:
        return Standing(
            title=layout.title,
            length=len(parts.lead) + sum(map(len, parts.paragraphs)),
            claimed=self._said.is_article or self._meta.is_article,
            dated=when is not None,
            printed=layout.heading is not None,
            home=self._address.home or self._is_own(layout.title),
            listed=is_list(layout.outline, layout.body),
            lists=is_list(layout.outline, layout.places),
        )

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

    def _published(self, layout: _Layout) -> When | None:
        if not layout.body:
            return None
        seen = self._page.fetched
        written = map(parse_written, self._selected.texts("date"))
        selected = next(filter(None, written), None)
        shown = selected or printed_date(layout.outline, layout.top, layout.body, seen)
        said, meta = self._said.published, self._meta.published
        claims = (
            (said, How.JSON_LD),
            (meta, How.META),
            (None if said or meta else time_element(self._root), How.TIME),
            (shown, How.SELECTOR if selected else How.PRINTED),
        )
        return self._trace.first("published", published(claims, shown, seen))

    def _modified(self, when: When | None) -> When | None:
        said, meta = self._said.modified, self._meta.modified
        claimed = self._said.published or self._meta.published
        changed = modified(said or meta, when, claimed, self._page.fetched)
        return self._trace.first("modified", (changed, How.JSON_LD if said else How.META))

    def _captions(self, parts: Parts) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The captions, and the addresses of their pictures where any is known."""
        if selected := self._selected.texts("captions"):
            self._trace.note("captions", How.SELECTOR)
            return selected, ()
        if parts.captions:
            self._trace.note("captions", How.MARKUP)
        base = self._page.final_url
        pictures = tuple((absolute(picture, base) or "") if picture else "" for picture in parts.pictures)
        return parts.captions, pictures if any(pictures) else ()

    def _author(self, layout: _Layout, parts: Parts) -> tuple[str | None, str | None]:
        """The author and their role; machines are often told the newspaper's own name, which says nothing."""
        selected = name_in(self._selected.text("author"), trusted=True)
        said, meta = (
            name_in(name, trusted=True) if name and not self._is_newsroom(name) else None
            for name in (clean(self._said.author or ""), clean(self._meta.author or ""))
        )
        marked = marked_author(layout.outline, layout.places, layout.top, layout.body)
        author = self._trace.first(
            "author",
            (selected, How.SELECTOR),
            (said, How.JSON_LD),
            (marked, How.MARKUP),
            (parts.author, How.SIGNED),
            (meta, How.META),
        )
        is_signed = bool(author) and text_key(author or "") == text_key(parts.author or "")
        return author, self._trace.first("role", (parts.role if is_signed else None, How.SIGNED))

    def _is_newsroom(self, name: str) -> bool:
        return self._is_own(name) or is_newsroom(name)

    def _is_own(self, name: str) -> bool:
        """Whether it is the newspaper's own name."""
        own = (self._source.title, self._meta.site, self._said.site)
        return text_key(name) in {text_key(known) for known in own if known}

    def _agency(self, author: str | None, parts: Parts) -> str | None:
        credits = filter(None, (parts.credit, author, self._said.author))
        text = (parts.lead, *parts.paragraphs[:1], *parts.paragraphs[-1:])
        return self._trace.first("agency", (agency_of(credits, text), How.TEXT))

    def _language(self, layout: _Layout, parts: Parts) -> str | None:
        text = "\n".join((layout.title, parts.lead, *parts.paragraphs))
        return self._trace.first("language", (language_of(text, self._root.get("lang")), How.TEXT))

    def _section(self, layout: _Layout) -> str | None:
        path = self._said.breadcrumb or printed_path(self._walked.breadcrumbs)
        if not path and layout.heading is not None:
            path = path_above(layout.outline, layout.places, layout.heading)
        names = section_names(path, layout.title)
        return self._trace.first(
            "section",
            (next(iter(self._selected.texts("section")[-1:]), None), How.SELECTOR),
            (clean(self._said.section or ""), How.JSON_LD),
            (clean(self._meta.section or ""), How.META),
            (names[-1] if names else None, How.BREADCRUMB),
        )

    def _tags(self) -> tuple[str, ...]:
        candidates = (
            (self._selected.texts("tags"), How.SELECTOR),
            (tag_links(self._walked.tags), How.MARKUP),
            (self._said.tags, How.JSON_LD),
            (self._meta.tags, How.META),
        )
        found, how = next((one for one in candidates if one[0]), ((), How.META))
        if tags := unique_tags(found):
            self._trace.note("tags", how)
        return tags


def _is_front(url: str) -> bool:
    return is_root(url) and not urlsplit(url).query
