"""(Page, Source) → Article: what the newspaper printed, without the page around it. Pure: no I/O, no clock.

HTML is read here only: it becomes blocks of text with the elements around them, and plain modules decide what
they are (`markup` knows what names mean, `density` finds the body, `headline` reads the top, `paragraphs`
sorts the rest, `structured` reads what the page says to machines). A source's own selectors come first, each
where it finds something.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

from crawl.article import Article, Page, When
from crawl.dates import parse_written
from crawl.decode import decode, spelt_out
from crawl.density import find_body, is_list, without_furniture
from crawl.headline import agreed_date, choose_title, lead_above, printed_date, text_after, title_place
from crawl.markup import Attributes, Marks, read_marks
from crawl.messages import gettext as _
from crawl.outline import Outline, OutlineWriter, clean
from crawl.paragraphs import Parts, name_in, sort_out, text_key
from crawl.sources import Source
from crawl.structured import read_json_ld, read_meta
from crawl.tree import BadSelectorSyntax, Element, Tree, cut, parse, select, text_of
from crawl.urls import absolute, within

MAX_HTML = 2 * 2**20
"""How much of a page is parsed, in bytes: no article is longer, and hostile markup takes seconds a megabyte."""

UNREADABLE = "unreadable"
BAD_SELECTOR = "bad-selector"

_HTML_TYPES = frozenset({"", "text/html", "application/xhtml+xml", "application/xml", "text/xml"})
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([^\s\"';]+)", re.IGNORECASE)
_HOME = frozenset({"trang chủ", "trang nhất", "home", "tin tức"})
_NEWSROOM = re.compile(
    r"\b(?:báo|tòa soạn|toà soạn|ban biên tập|tạp chí|admin|online)\b|https?:|\.vn\b", re.IGNORECASE
)

_MOST_CANDIDATES = 20  # how many elements of one name are looked into
_MOST_TAGS = 40
_LONGEST_VALUE = 300  # attributes beyond this are generated, or an attack
_LONGEST_NAME = 80
_BYLINE_REACH = 6  # how many blocks above and below the body a marked byline may stand
# How many characters of text make an article of a page that tells machines it is one; of one that bears a
# date line, of one that only prints its title, and of one that does not even do that.
_SAID_TEXT, _DATED_TEXT, _TEXT, _UNTITLED_TEXT = 30, 100, 250, 1000


@dataclass(frozen=True, slots=True)
class Rejected:
    """The page is no article: `reason` is empty, not-html, list-page, no-text or such as status-404."""

    reason: str


Extraction: TypeAlias = Article | Rejected


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Nothing could be found out about the page: `reason` is UNREADABLE or BAD_SELECTOR, `detail` a sentence."""

    reason: str
    detail: str


class BadSelector(Exception):
    """A CSS selector of the newspaper `source` cannot be read."""

    def __init__(self, source: str, selector: str) -> None:
        self.source, self.selector = source, selector
        message = _(
            "{selector} is no CSS selector. Correct it in the entry of {source} among the newspapers."
        )
        super().__init__(message.format(selector=selector, source=source))


def read_page(page: Page, source: Source) -> Extraction | Unreadable:
    """`extract`, whatever comes of it: no single page may end a crawl or an import."""
    try:
        return extract(page, source)
    except BadSelector as error:
        return Unreadable(BAD_SELECTOR, str(error))
    except Exception as error:  # noqa: BLE001  a fault of ours, or markup that breaks a library
        message = _("{url} cannot be read ({error}). The page is kept.")
        return Unreadable(UNREADABLE, message.format(url=page.final_url, error=repr(error)[:200]))


def extract(page: Page, source: Source) -> Extraction:
    """The article that the page holds, or why it holds none. Any bytes give an answer.

    The article's `url` is the page's canonical URL if that lies on one of the source's hosts (for a source
    without hosts: anywhere), else its final one. Raises BadSelector.
    """
    content_type = page.header("Content-Type") or ""
    if not 200 <= page.status < 300:
        return Rejected(f"status-{page.status}")
    if not page.body.strip():
        return Rejected("empty")
    if content_type.split(";")[0].strip().lower() not in _HTML_TYPES or b"<" not in page.body:
        return Rejected("not-html")
    charset = _CHARSET.search(content_type)
    tree = parse(spelt_out(decode(_beginning(page.body), charset[1] if charset else None)))
    return _Reading(page, source, tree).article()


def _beginning(body: bytes) -> bytes:
    """As much as is parsed, up to the end of a tag: half a character would make the encoding a riddle."""
    return body if len(body) <= MAX_HTML else body[: body.rfind(b">", 0, MAX_HTML) + 1]


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
        for unwanted in self._every(source.selectors.remove):
            cut(unwanted)
        self._meta = read_meta(_meta_pairs(tree.root))
        self._said = read_json_ld(tree.json_ld)
        self._walked = _walk(tree.root, self._chosen_body())

    def article(self) -> Extraction:
        """The article, or why there is none."""
        layout = self._layout()
        parts = self._parts(layout)
        when = self._published(printed_date(layout.outline, layout.top, layout.body)) if layout.body else None
        if reason := self._objection(layout, parts, when):
            return Rejected(reason)
        return Article(
            url=self._address()[0],
            source=self._source.name,
            title=layout.title,
            lead=parts.lead,
            body="\n\n".join(parts.paragraphs),
            captions=self._texts(self._source.selectors.captions) or parts.captions,
            author=self._author(_marked_byline(layout) or parts.author),
            published=when,
            section=self._section(layout.title),
            tags=self._tags(),
        )

    def _layout(self) -> _Layout:
        outline = self._walked.outline
        places = without_furniture(outline)
        body = find_body(outline, places)
        if not body:
            return _Layout(outline, places, (), "", None)
        title = self._text(self._source.selectors.title) or self._title(outline, places, body)
        return _Layout(outline, places, body, title, title_place(outline, body, title))

    def _parts(self, layout: _Layout) -> Parts:
        text = text_after(layout.outline, layout.body, layout.title)
        description = self._meta.description or self._said.description or ""
        lead = self._text(self._source.selectors.lead)
        if text and not lead:
            lead = lead_above(layout.outline, layout.places, layout.top, text, description)
        return sort_out([layout.outline[place].block for place in text], layout.title, lead, description)

    def _objection(self, layout: _Layout, parts: Parts, when: When | None) -> str | None:
        """Why this is no article, or None. `og:type` is no argument: it says `article` on home pages too."""
        if self._said.is_article or self._meta.is_article:
            enough = _SAID_TEXT
        elif self._address()[1] or self._is_own(layout.title) or is_list(layout.outline, layout.body):
            return "list-page"
        elif layout.heading is None:
            enough = _UNTITLED_TEXT
        else:
            enough = _DATED_TEXT if when else _TEXT
        if layout.title and len(parts.lead) + sum(map(len, parts.paragraphs)) >= enough:
            return None
        return "list-page" if is_list(layout.outline, layout.places) else "no-text"

    # What the selectors of the source find.

    def _every(self, selectors: Iterable[str]) -> list[Element]:
        return [found for selector in selectors for found in self._matches(selector)]

    def _first(self, selectors: Iterable[str]) -> list[Element]:
        """The matches of the first alternative that finds any text."""
        for selector in selectors:
            if found := [element for element in self._matches(selector) if clean(text_of(element))]:
                return found
        return []

    def _matches(self, selector: str) -> list[Element]:
        try:
            return select(self._root, selector)
        except BadSelectorSyntax as error:
            raise BadSelector(self._source.name, selector) from error

    def _texts(self, selectors: Iterable[str]) -> tuple[str, ...]:
        texts = (clean(text_of(element)) for element in self._first(selectors)[:_MOST_TAGS])
        return tuple(dict.fromkeys(text for text in texts if text))

    def _text(self, selectors: Iterable[str]) -> str:
        return next(iter(self._texts(selectors)), "")

    def _chosen_body(self) -> Element | None:
        found = self._first(self._source.selectors.body)[:_MOST_CANDIDATES]
        return max(found, key=lambda element: len(text_of(element)), default=None)

    # The single facts.

    def _title(self, outline: Outline, places: Sequence[int], body: Sequence[int]) -> str:
        claims = [clean(claim) for claim in (self._meta.headline, self._said.headline) if claim]
        window = next((clean(text_of(element)) for element in self._root.iter("title")), "")
        return choose_title(outline, places, body, [claim for claim in claims if claim], window)

    def _published(self, printed: When | None) -> When | None:
        chosen = next(filter(None, map(parse_written, self._texts(self._source.selectors.date))), None)
        claimed = self._said.published or self._meta.published or _time_element(self._root)
        return agreed_date(claimed, chosen or printed)

    def _author(self, printed: str | None) -> str | None:
        """The author; machines are often told the newspaper's own name, which says nothing."""
        chosen = name_in(self._text(self._source.selectors.author), trusted=True)
        said, meta = (
            name_in(name, trusted=True) if name and not self._is_newsroom(name) else None
            for name in (clean(self._said.author or ""), clean(self._meta.author or ""))
        )
        return chosen or said or printed or meta

    def _is_newsroom(self, name: str) -> bool:
        return self._is_own(name) or _NEWSROOM.search(name) is not None

    def _is_own(self, name: str) -> bool:
        """Whether it is the newspaper's own name."""
        own = (self._source.title, self._meta.site, self._said.site)
        return text_key(name) in {text_key(known) for known in own if known}

    def _section(self, title: str) -> str | None:
        chosen = self._texts(self._source.selectors.section)
        claimed = [clean(claim) for claim in (self._said.section, self._meta.section) if claim]
        if chosen or claimed:
            return (chosen or claimed)[-1 if chosen else 0]
        path = [clean(name) for name in self._said.breadcrumb or self._printed_path()]
        names = [
            name for name in path if name and name.lower() not in _HOME and text_key(name) != text_key(title)
        ]
        return names[-1] if names else None

    def _printed_path(self) -> list[str]:
        """The links of the breadcrumb that the page prints."""
        return next(filter(None, map(_links_in, self._walked.breadcrumbs)), [])

    def _tags(self) -> tuple[str, ...]:
        found = self._texts(self._source.selectors.tags) or _tag_links(self._walked.tags)
        tags = [clean(tag).strip("#,;. ") for tag in found or self._said.tags or self._meta.tags]
        unique = {text_key(tag): tag for tag in reversed(tags) if 0 < len(tag) <= _LONGEST_NAME}
        return tuple(reversed(unique.values()))[:_MOST_TAGS]

    def _address(self) -> tuple[str, bool]:
        """The article's URL, and whether the page calls itself the site's home."""
        final = absolute(self._page.final_url) or self._page.final_url
        claims = [*_canonical_links(self._root), self._meta.url]
        found = [absolute(claim, final) for claim in claims if claim]
        hosts = self._source.hosts
        own = [url for url in found if url and (not hosts or within(url, hosts))]
        inner = [url for url in own if not _is_root(url)]
        return (inner[0] if inner else final), bool(own) and _is_root(own[0])


@dataclass(frozen=True, slots=True)
class _Walked:
    """What one walk over a page's elements gives: its blocks, and the elements named breadcrumb or tags."""

    outline: Outline
    breadcrumbs: Sequence[Element]
    tags: Sequence[Element]


def _walk(root: Element, chosen: Element | None) -> _Walked:
    writer = OutlineWriter()
    breadcrumbs: list[Element] = []
    tags: list[Element] = []

    def visit(element: Element) -> None:
        marks = _marks_of(element)
        if marks.unread:
            return
        if marks.breadcrumb:
            breadcrumbs.append(element)
        if marks.tags:
            tags.append(element)
        writer.enter(marks, chosen=element is chosen)
        if element.text:
            writer.write(element.text)
        for child in element:
            visit(child)
            if child.tail:
                writer.write(child.tail)
        writer.leave(marks, chosen=element is chosen)

    visit(root)  # no deeper than trees are
    return _Walked(writer.outline, breadcrumbs[:_MOST_CANDIDATES], tags[:_MOST_CANDIDATES])


def _marks_of(element: Element) -> Marks:
    if not element.attrib:
        return _read_marks(element.tag)
    value = element.get
    return _read_marks(
        element.tag,
        value("class", "")[:_LONGEST_VALUE],
        value("id", "")[:_LONGEST_VALUE],
        value("role", "")[:_LONGEST_VALUE],
        (value("itemprop") or value("property") or "")[:_LONGEST_VALUE],
        value("style", "")[:_LONGEST_VALUE],
        value("align", "")[:_LONGEST_VALUE],
        value("hidden") is not None,
    )


@functools.lru_cache(maxsize=8192)
def _read_marks(
    tag: str,
    classes: str = "",
    id: str = "",
    role: str = "",
    kind: str = "",
    style: str = "",
    align: str = "",
    hidden: bool = False,
) -> Marks:
    return read_marks(tag, Attributes(f"{classes} {id}".strip(), role, kind, style, align, hidden))


def _meta_pairs(root: Element) -> Iterator[tuple[str, str]]:
    for element in root.iter("meta"):
        for attribute in ("property", "name", "itemprop"):
            name, content = element.get(attribute), element.get("content")
            if name is not None and content is not None:
                yield name, content


def _canonical_links(root: Element) -> list[str | None]:
    links = (link for link in root.iter("link") if "canonical" in link.get("rel", "").lower().split())
    return [link.get("href") for link in itertools.islice(links, _MOST_CANDIDATES)]


def _time_element(root: Element) -> When | None:
    """The page's one `time` element of HTML with a date for machines; several are of several articles."""
    times = (element.get("datetime") for element in root.iter("time"))
    written = set(itertools.islice((time for time in times if time is not None), _MOST_CANDIDATES))
    return parse_written(written.pop()) if len(written) == 1 else None


def _links_in(element: Element) -> list[str]:
    return [text_of(link) for link in itertools.islice(element.iterdescendants("a"), _MOST_TAGS)]


def _tag_links(named: Iterable[Element]) -> list[str]:
    """The links of the first of the elements named for tags that is little else."""
    for element in named:
        parent = element.getparent()
        around = parent if element.tag == "a" and parent is not None else element
        links = _links_in(around)
        if links and 2 * sum(map(len, links)) >= len(" ".join(text_of(around).split())):
            return links
    return []


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
