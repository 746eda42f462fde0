"""What the names in markup mean: elements, classes, ids, roles and styles → marks. Plain values.

The words are those of the families of Vietnamese press sites, of the common editors and content systems, and
of HTML, ARIA and schema.org themselves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_UNREAD = frozenset(
    "script style noscript template iframe object embed svg math canvas audio video map head "
    "textarea select option button input label datalist dialog".split()
)
_BLOCKS = frozenset(
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol p pre section summary table tbody td tfoot "
    "th thead tr ul".split()
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# Content systems put an article's subjects into the names of what holds it: `post tag-news category-menu`;
# what they call related is another article all the same.
_NEVER_FURNITURE = frozenset({"html", "body", "main", *_HEADINGS})
_OTHER_ARTICLE = frozenset("lienquan recommended relate related tinlienquan".split())
_FURNITURE_TAGS = frozenset({"nav", "aside", "footer", "menu"})
_FURNITURE_ROLES = frozenset({"navigation", "banner", "contentinfo", "complementary", "search", "dialog"})
_FURNITURE = frozenset(
    "ad ads adv advert advertisement banner binhluan breadcrumb breadcrumbs comment comments consent cookie cookies "
    "disqus gdpr "
    "docnhieu docthem footer hotnews keyword keywords lienquan menu mostread mostview nav navbar navigation "
    "newsletter notebox pager pagination paging poll popular popup promo quangcao rating recommend "
    "recommendation recommended relate related share sharing shares sidebar social subscribe suggest "
    "suggestion tag taglist tags "
    "tinlienquan toolbar trending tukhoa widget xemthem".split()
)
_HIDDEN = frozenset({"hidden", "hide", "d-none", "sr-only", "visually-hidden"})
_CAPTION = frozenset({"avatar", "caption", "figcaption", "fig", "imgcaption", "note"})
_CAPTION_PAIRS = tuple(
    map(frozenset, (("image", "desc"), ("img", "desc"), ("photo", "desc"), ("box", "desc")))
)
_LEAD = frozenset(
    {"sapo", "chapeau", "lead", "alead", "standfirst", "summary", "desc", "description", "intro"}
)
_BYLINE = frozenset({"author", "byline", "tacgia"})
_QUOTE = frozenset({"quote", "quotes", "blockquote"})
_TAGS = frozenset({"tag", "tags", "taglist", "keyword", "keywords", "tukhoa"})
_BREADCRUMB = frozenset({"breadcrumb", "breadcrumbs"})

_NAME_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
# `comments-open` is what content systems call an article.
_COMMENTS = re.compile(r"(?:^|\s)(?:comments?|binh-?luan|disqus)(?!-(?:open|closed|off))", re.IGNORECASE)
_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_ALIGN_STYLE = re.compile(r"text-align\s*:\s*(center|right)", re.IGNORECASE)
_BOLD_STYLE = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Marks:
    """What one element's name and attributes say of the text in it.

    `heading` is 1 to 6 for h1 to h6, else 0; `align` is 'center', 'right' or ''; of one `kind` are elements of
    one name with the same classes, '' where these say too little. What stands `apart` from any article are footers
    and comments.
    """

    unread: bool = False
    block: bool = False
    heading: int = 0
    table: bool = False
    listed: bool = False
    link: bool = False
    bold: bool = False
    slanted: bool = False
    picture: bool = False
    line_break: bool = False
    furniture: bool = False
    apart: bool = False
    article: bool = False
    body: bool = False
    caption: bool = False
    lead: bool = False
    byline: bool = False
    quote: bool = False
    tags: bool = False
    breadcrumb: bool = False
    align: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Attributes:
    """The attributes that say something, '' where absent; `kind` is an itemprop (schema.org) or property."""

    classes: str = ""
    id: str = ""
    role: str = ""
    kind: str = ""
    style: str = ""
    align: str = ""
    hidden: bool = False

    @property
    def names(self) -> str:
        """The classes and the id."""
        return f"{self.classes} {self.id}".strip()


def read_marks(element: str, attributes: Attributes) -> Marks:
    """The marks of an element (its name in lower case)."""
    called = attributes.names
    names = frozenset(part.lower() for part in _NAME_PART.findall(called))
    style, kind = attributes.style, attributes.kind.lower()
    hidden = attributes.hidden or bool(_HIDDEN.intersection(called.split())) or _HIDDEN_STYLE.search(style)
    caption = (
        element == "figcaption" or bool(names & _CAPTION) or any(pair <= names for pair in _CAPTION_PAIRS)
    )
    aligned = _ALIGN_STYLE.search(style)
    block = element in _BLOCKS
    return Marks(
        unread=element in _UNREAD or bool(hidden),
        # A span that holds a caption or a byline is no part of the sentence beside it.
        block=block or (element == "span" and (caption or bool(names & _BYLINE))),
        heading=_HEADINGS.index(element) + 1 if element in _HEADINGS else 0,
        table=element == "table",
        listed=element == "li",
        link=element == "a",
        bold=element in {"b", "strong"} or _BOLD_STYLE.search(style) is not None,
        slanted=element in {"i", "em", "cite"},
        picture=element in {"img", "picture", "figure"},
        line_break=element == "br",
        furniture=block
        and element not in _NEVER_FURNITURE
        and _is_furniture(element, names, attributes.role),
        apart=element == "footer"
        or attributes.role.lower() == "contentinfo"
        or "footer" in names
        or _COMMENTS.search(called) is not None,
        article=element == "article",
        body="articlebody" in kind,
        caption=caption,
        lead=bool(names & _LEAD) or "description" in kind,
        byline=bool(names & _BYLINE) or kind == "author",
        quote=element == "blockquote" or bool(names & _QUOTE),
        tags=bool(names & _TAGS),
        breadcrumb=bool(names & _BREADCRUMB),
        kind=f"{element} {attributes.classes}" if attributes.classes or element in {"p", "section"} else "",
        align=(aligned[1] if aligned else "center" if element == "center" else attributes.align).lower(),
    )


def _is_furniture(element: str, names: frozenset[str], role: str) -> bool:
    if element == "article":
        return bool(names & _OTHER_ARTICLE)
    return element in _FURNITURE_TAGS or role.lower() in _FURNITURE_ROLES or bool(names & _FURNITURE)
