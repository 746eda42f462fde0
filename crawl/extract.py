"""(Page, Source) → Article: what the newspaper printed, without the page around it. Pure: no I/O, no clock.

HTML is read here only: it becomes blocks of text with the elements around them, and plain modules decide what
they are (`markup` knows what names mean, `density` finds the body, `headline` reads the top, `paragraphs`
sorts the rest, `structured` reads what the page says to machines). A source's own selectors come first, each
where it finds something.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, NavigableString, PageElement, Tag
from soupsieve import SelectorSyntaxError

from crawl.article import Article, Page, When
from crawl.dates import parse_written
from crawl.decode import decode
from crawl.density import find_body, is_list, without_furniture
from crawl.headline import agreed_date, choose_title, lead_above, printed_date, text_after, title_place
from crawl.markup import Attributes, Marks, read_marks
from crawl.messages import gettext as _
from crawl.outline import Outline, OutlineWriter, clean
from crawl.paragraphs import Parts, name_in, sort_out, text_key
from crawl.sources import Source
from crawl.structured import read_json_ld, read_meta
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

_NO_ATTRIBUTES = Attributes()
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
    soup = BeautifulSoup(decode(_beginning(page.body), charset[1] if charset else None), "lxml")
    return _Reading(page, source, soup).article()


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

    def __init__(self, page: Page, source: Source, soup: BeautifulSoup) -> None:
        self._page, self._source, self._soup = page, source, soup
        for unwanted in self._every(source.selectors.remove):
            unwanted.decompose()
        self._meta = read_meta(_meta_pairs(soup))
        self._said = read_json_ld(
            script.get_text() for script in soup.find_all("script", type="application/ld+json")
        )

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
        outline = _outline(self._soup, self._chosen_body())
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

    def _every(self, selectors: Iterable[str]) -> list[Tag]:
        return [found for selector in selectors for found in self._matches(selector)]

    def _first(self, selectors: Iterable[str]) -> list[Tag]:
        """The matches of the first alternative that finds any text."""
        for selector in selectors:
            if found := [element for element in self._matches(selector) if clean(element.get_text(" "))]:
                return found
        return []

    def _matches(self, selector: str) -> list[Tag]:
        try:
            return list(self._soup.select(selector))
        # Soup Sieve does not implement pseudo-elements such as `::text`.
        except (SelectorSyntaxError, NotImplementedError) as error:
            raise BadSelector(self._source.name, selector) from error

    def _texts(self, selectors: Iterable[str]) -> tuple[str, ...]:
        texts = (clean(element.get_text(" ")) for element in self._first(selectors)[:_MOST_TAGS])
        return tuple(dict.fromkeys(text for text in texts if text))

    def _text(self, selectors: Iterable[str]) -> str:
        return next(iter(self._texts(selectors)), "")

    def _chosen_body(self) -> Tag | None:
        found = self._first(self._source.selectors.body)[:_MOST_CANDIDATES]
        return max(found, key=lambda element: len(element.get_text()), default=None)

    # The single facts.

    def _title(self, outline: Outline, places: Sequence[int], body: Sequence[int]) -> str:
        claims = [clean(claim) for claim in (self._meta.headline, self._said.headline) if claim]
        window = clean(self._soup.title.get_text()) if self._soup.title else ""
        return choose_title(outline, places, body, [claim for claim in claims if claim], window)

    def _published(self, printed: When | None) -> When | None:
        chosen = next(filter(None, map(parse_written, self._texts(self._source.selectors.date))), None)
        claimed = self._said.published or self._meta.published or _time_element(self._soup)
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
        path = [clean(name) for name in self._said.breadcrumb or _breadcrumb(self._soup)]
        names = [
            name for name in path if name and name.lower() not in _HOME and text_key(name) != text_key(title)
        ]
        return names[-1] if names else None

    def _tags(self) -> tuple[str, ...]:
        found = self._texts(self._source.selectors.tags) or _tag_links(self._soup)
        tags = [clean(tag).strip("#,;. ") for tag in found or self._said.tags or self._meta.tags]
        unique = {text_key(tag): tag for tag in reversed(tags) if 0 < len(tag) <= _LONGEST_NAME}
        return tuple(reversed(unique.values()))[:_MOST_TAGS]

    def _address(self) -> tuple[str, bool]:
        """The article's URL, and whether the page calls itself the site's home."""
        final = absolute(self._page.final_url) or self._page.final_url
        links = self._soup.find_all("link", rel="canonical", limit=_MOST_CANDIDATES)
        claims = [*(link.get("href") for link in links), self._meta.url]
        found = [absolute(claim, final) for claim in claims if isinstance(claim, str)]
        hosts = self._source.hosts
        own = [url for url in found if url and (not hosts or within(url, hosts))]
        inner = [url for url in own if not _is_root(url)]
        return (inner[0] if inner else final), bool(own) and _is_root(own[0])


def _outline(soup: BeautifulSoup, chosen: Tag | None) -> Outline:
    """The page's blocks, by an iterative walk: markup may be nested 100,000 deep."""
    writer = OutlineWriter()
    waiting: list[PageElement | None] = [soup]
    while waiting:
        node = waiting.pop()
        if node is None:
            writer.leave()
        elif isinstance(node, Tag):
            marks = read_marks(node.name, _attributes(node))
            if not marks.unread:
                writer.enter(marks, chosen=node is chosen)
                waiting.append(None)
                waiting += reversed(node.contents)
        elif type(node) is NavigableString:  # its subclasses are comments and declarations
            writer.write(node)
    return writer.outline


def _attributes(element: Tag) -> Attributes:
    given = element.attrs
    if not given:
        return _NO_ATTRIBUTES

    def value(name: str) -> str:
        found = given.get(name) or ""
        return (found if isinstance(found, str) else " ".join(found))[:_LONGEST_VALUE]

    return Attributes(
        names=f"{value('class')} {value('id')}".strip(),
        role=value("role"),
        kind=value("itemprop") or value("property"),
        style=value("style"),
        align=value("align"),
        hidden="hidden" in given,
    )


def _meta_pairs(soup: BeautifulSoup) -> Iterator[tuple[str, str]]:
    for element in soup.find_all("meta"):
        for attribute in ("property", "name", "itemprop"):
            name, content = element.get(attribute), element.get("content")
            if isinstance(name, str) and isinstance(content, str):
                yield name, content


def _time_element(soup: BeautifulSoup) -> When | None:
    """The page's one `time` element of HTML with a date for machines; several are of several articles."""
    written = {
        element.get("datetime") for element in soup.find_all("time", datetime=True, limit=_MOST_CANDIDATES)
    }
    only = written.pop() if len(written) == 1 else None
    return parse_written(only) if isinstance(only, str) else None


def _named(soup: BeautifulSoup, mark: Callable[[Marks], bool]) -> Iterator[Tag]:
    """The first elements whose names say so."""
    matching = (one for one in soup.find_all(True) if mark(read_marks(one.name, _attributes(one))))
    return itertools.islice(matching, _MOST_CANDIDATES)


def _breadcrumb(soup: BeautifulSoup) -> list[str]:
    for element in _named(soup, lambda marks: marks.breadcrumb):
        names = [link.get_text(" ") for link in element.find_all("a", limit=_MOST_TAGS)]
        if names:
            return names
    return []


def _tag_links(soup: BeautifulSoup) -> list[str]:
    """The links of the first element that is called a list of tags and is little else."""
    for element in _named(soup, lambda marks: marks.tags):
        around = element.parent if element.name == "a" and element.parent else element
        links = [link.get_text(" ") for link in around.find_all("a", limit=_MOST_TAGS)]
        if links and 2 * sum(map(len, links)) >= len(around.get_text(" ", strip=True)):
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
