"""The contest of crawlers runs end to end, and both sides do all the work."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from tests.bench.crawl import Newspaper

ROOT = Path(__file__).parent.parent


def test_both_crawlers_store_every_article() -> None:
    """From the front pages alone each of them finds and stores all articles of all newspapers."""
    command = [sys.executable, "-m", "tests.bench.crawl", "--hosts=2", "--pages=7", "--json"]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=ROOT)
    assert run.returncode == 0, run.stderr
    scores = json.loads(run.stdout)
    assert set(scores) == {"timbao", "scrapy"}
    for score in scores.values():
        assert score["articles"] == 14
        assert score["pages_per_s"] > 0
        assert score["pages_per_cpu_s"] > 0
        assert score["peak_mb"] > 1


def test_every_link_to_an_article_leads_to_one() -> None:
    """The newspaper's lists name all its articles, and each of their links leads to an article that is there or would
    be in a longer newspaper; no two articles have one title.
    """
    paper = Newspaper(60)
    lists = [paper.page(f"/tin/?page={number}", "a.vn") or b"" for number in (1, 2)]
    paths = re.findall(r"'(/[^']*-post\d+\.html)'", b"".join(lists).decode())
    assert len(set(paths)) == 60
    titles = set()
    for path in paths:
        page = (paper.page(path, "a.vn") or b"").decode()
        assert "host.invalid" not in page
        titles.update(re.findall(r"<title>(.*?)</title>", page))
    assert len(titles) == 60
    assert paper.page(paths[0].replace("post1", "post9"), "a.vn") is None
