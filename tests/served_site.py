"""Articles for the tests of the web page, the index made of them, and the real server on loopback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from crawl.archive.store import Archive
from crawl.article import VIETNAM, Article
from crawl.urls import article_id
from index.build import build
from index.engine import Engine

SEEN = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
PROVINCES = {"baobienxanh": "Biển Xanh", "baonuido": "Núi Đỏ"}

ROAD = Article(
    url="https://baobienxanh.example/duong-tranh.html",
    source="baobienxanh",
    title="Khánh thành đường tránh thị trấn Cồn Mây",
    lead="Sáng 15-3, tuyến đường tránh dài 7km được đưa vào sử dụng.",
    body="Người dân Cồn Mây chờ con đường này mười năm.\n\nXe tải không còn đi qua chợ.",
    captions=("Cầu trên đường tránh.",),
    author="Lê Thị Mận",
    published=datetime(2021, 3, 15, 22, 42, tzinfo=VIETNAM),
    section="Kinh tế",
    tags=("giao thông", "Cồn Mây"),
)
REVISED = Article(
    url="https://baonuido.example/ho-chua.html",
    source="baonuido",
    title="Hồ chứa nước Suối Vàng tích đầy sớm",
    body="Hồ chứa đã đầy từ giữa tháng tám.",
    published=date(2019, 8, 20),
)
HOSTILE = Article(
    url="javascript:alert(1)",
    source="baonuido",
    title="<script>alert('đường')</script> \"ngoặc\" & \x1b[2J\u202eđảo",
    lead="</p><img src=x onerror=alert(1)> đường",
    body='<mark>giả</mark> đường "><svg onload=alert(1)>',
    captions=("<b>đường</b>",),
    author="<i>ai đó</i>",
    tags=("</ul><script>",),
    section="<h1>",
)
MANY = tuple(
    Article(
        url=f"https://baonuido.example/lua/{number}.html",
        source="baonuido",
        title=f"Giá lúa kỳ {number}",
        body="Giá lúa tại ruộng tăng nhẹ.",
        published=date(2020, 1, number),
    )
    for number in range(1, 26)
)

ROAD_ID = article_id(ROAD.url or "")
REVISED_ID = article_id(REVISED.url or "")
HOSTILE_ID = article_id(HOSTILE.url or "")


def stocked_archive(folder: Path) -> Archive:
    """A new archive in `folder` with the articles above, one of them in two versions."""
    archive = Archive(folder / "archive.sqlite", folder / "pages", create=True)
    with archive.batch():
        archive.put_article(ROAD, seen=SEEN, alias="https://baobienxanh.example/print/duong-tranh.html")
        archive.put_article(Article(url=REVISED.url, source="baonuido", title="Hồ chứa"), seen=SEEN)
        archive.put_article(REVISED, seen=SEEN.replace(day=5))
        for article in (HOSTILE, *MANY):
            archive.put_article(article, seen=SEEN)
    return archive


def fill(engine: Engine, folder: Path) -> Archive:
    """The archive of these articles, after they were put into the engine as the indexer does it."""
    archive = stocked_archive(folder)
    build(archive, engine, PROVINCES)
    return archive


_SERVE = """
import sys
from index.opening import open_engine
from searcher.web.app import create_app
from searcher.web.server import serve
app = create_app(open_engine(sys.argv[1]))
serve(app, sys.argv[2], 0, lambda url: print(url, flush=True))
"""


@contextmanager
def served(locator: str, host: str = "127.0.0.1") -> Iterator[str]:
    """The URL of a real server, in a process of its own on `host`, over the engine at `locator`."""
    with subprocess.Popen(
        [sys.executable, "-c", _SERVE, locator, host],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent.parent,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.send_signal(signal.SIGINT)
            assert server.wait(timeout=10) == 0
