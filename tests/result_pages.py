"""Pages of results as the searcher makes them, and with hostile text, for the tests of what is made of them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from hypothesis import strategies as st

from crawl.article import VIETNAM
from index.document import Document
from searcher.querylang.syntax import parse
from searcher.results.request import SearchRequest
from searcher.results.search import Reprints, ResultHit, ResultPage, Suggestion
from searcher.results.snippets import marks, snippet
from searcher.suggest.corrections import Slip

GOLDEN = Path(__file__).parent / "golden"
SEEN = datetime(2024, 1, 1, tzinfo=UTC)


DOCUMENTS = (
    Document(
        id="k1",
        source="baomau.vn",
        title="Làng chài Vĩnh Sóng giữ nghề đan lưới",
        first_seen=SEEN,
        url="https://baomau.vn/lang-chai-vinh-song-1.html",
        lead="Hơn ba mươi hộ ở làng chài Vĩnh Sóng vẫn sống bằng nghề đan lưới.",
        body="Sáng sớm, bến cá đã đông. " * 12
        + "\n\nÔng Lê Thử nói làng chài này có trước khi có con đường. "
        + "Chiều xuống, thuyền về. " * 12,
        author="Trần Ví Dụ",
        province="Khánh Hòa",
        section="Kinh tế",
        published=datetime(2021, 3, 15, 22, 42, tzinfo=VIETNAM),
    ),
    Document(
        id="k2",
        source="tinthu.vn",
        title="Con đường mới về làng",
        first_seen=SEEN,
        url="https://tinthu.vn/2.html",
        body="Người làng góp đất.\n\nKhông ai nhắc đến nghề chài lưới.",
        published=date(2020, 1, 2),
    ),
    Document(id="k3", source="tinthu.vn", title="", first_seen=SEEN, body="Thuyền chài ra khơi."),
)


def page(text: str = '"làng chài" OR chài', *documents: Document, partial: int = 1) -> ResultPage:
    """A page as the searcher makes it, with fixed scores; the last `partial` hits are partial."""
    documents = documents or DOCUMENTS
    query = parse(text).query
    hits = tuple(
        ResultHit(
            document,
            7.31234567 - place,
            place >= len(documents) - partial,
            snippet(document, query),
            marks(document.title, query, "title"),
        )
        for place, document in enumerate(documents)
    )
    return ResultPage(
        text=text,
        parsed=parse(text).parsed,
        total=len(hits) - partial,
        groups=len(hits) - partial,
        took_ms=1.9004,
        generation="7",
        hits=hits,
        page=1,
        limit=10,
        has_next=True,
        suggestions=(Suggestion("làng chay", 1200, SearchRequest("làng chay")),),
        slips=(Slip("chàii", "chài", 0, 5),),
    )


HOSTILE = (
    "\x1b]0;title\x07 \x1b]52;c;ZXZpbA==\x07 \x1b[2J \x9b2J "
    "\u202echài\u2028\u2029 \ud800 \r\n\t\x00 </script> chài"
)
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
hostile_texts = (
    st.text(max_size=40) | st.just(HOSTILE) | st.text("\x1b\x9b[]\\;\x07\u202e\ud800\t\r\n chà", max_size=40)
)
"""Texts that a newspaper or a person may have chosen."""


def hostile_page(text: str) -> ResultPage:
    """A page on which every text a newspaper or person chose is `text`."""
    document = Document(
        id=text,
        source=text,
        title=text,
        first_seen=SEEN,
        url="https://a.vn/" + text,
        body=text,
        author=text,
        province=text,
        section=text,
    )
    shown = page("chài", document, partial=0)
    return replace(shown, text=text, generation=text, suggestions=(Suggestion(text, 1, SearchRequest(text)),))


def folded_page() -> ResultPage:
    """A page whose hits have reprints, one of them first printed by a paper with a hostile name."""
    evil = replace(DOCUMENTS[1], source="evil\x1b[2J.vn")
    found = page()
    hits = (
        replace(found.hits[0], reprints=Reprints(3, evil)),
        replace(found.hits[1], reprints=Reprints(1, DOCUMENTS[2])),
    )
    return replace(found, hits=hits, total=1234, groups=56)
