"""`timbao sources try` as people use it: look, look again with selectors, save what is right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Run, Timbao
from tests.sample_site import SampleSite, load_papers

LEAD = "lead=#content > p:nth-child(2):has(strong)"


@pytest.fixture
def crawled(timbao: Timbao) -> Timbao:
    """A data folder that holds the smallest sample newspaper, whose site is gone again."""
    with SampleSite(papers=[paper for paper in load_papers() if paper.name == "vanthuan"]) as site:
        assert timbao("sources", "add", site.urls["vanthuan"], "--name", "vanthuan").status == 0
        assert timbao("crawl", "--delay", "0").status == 0
    return timbao


def cells(run: Run, part: str) -> list[str]:
    """The last cells of the lines for a part."""
    rows = [line.split("\t") for line in run.out.splitlines()]
    return [row[3] for row in rows if row[1] == part]


def test_trying_and_saving(crawled: Timbao, tmp_path: Path) -> None:
    """What selectors find is shown before it is saved, saving keeps what a person wrote, and then it holds."""
    file = tmp_path / "data" / "sources.toml"
    written = "# Our paper\n" + file.read_text("utf-8") + "# the end\n"
    file.write_text(written, encoding="utf-8")
    before = crawled("sources", "try", "vanthuan")
    assert (before.status, before.err) == (0, "")
    assert (len(cells(before, "title")), cells(before, "selector")) == (3, [])
    tried = crawled("sources", "try", "vanthuan", "--select", LEAD, "--select", "remove=.tools", "--save")
    assert tried.status == 0
    assert cells(tried, "selector") == ["1"] * 6
    assert cells(tried, "removed") == ["In bài này | Gửi bài viết"] * 3
    assert "import --again --dry-run vanthuan" in tried.err
    saved = 'selectors.lead = ["#content > p:nth-child(2):has(strong)"]\nselectors.remove = [".tools"]\n'
    assert file.read_text("utf-8") == written.replace("# the end", f"{saved}# the end")
    after = crawled("sources", "try", "vanthuan")
    assert after.out == tried.out
    assert crawled("sources", "check", "--delay", "0").out.count("selectors") == 0


def test_what_matches_nothing_is_not_saved(crawled: Timbao, tmp_path: Path) -> None:
    """A selector that matches on no page is said loudly, and nothing is saved of the good ones either."""
    file = tmp_path / "data" / "sources.toml"
    before = file.read_bytes()
    tried = crawled("sources", "try", "vanthuan", "--select", LEAD, "--select", "tags=.none, .nil", "--save")
    assert tried.status == 2
    assert "tags: “.none, .nil” MATCHES NOTHING on any of these pages." in tried.err
    assert "lead" not in tried.err
    assert "Nothing was saved" in tried.err
    assert file.read_bytes() == before


def test_what_was_not_tried_or_gives_no_article_is_not_saved(timbao: Timbao, tmp_path: Path) -> None:
    """Of pages that cannot be had no selector is said to match nothing; without an article nothing is saved."""
    timbao("sources", "enable", "baokhanhhoa.vn")
    file = tmp_path / "data" / "sources.toml"
    before = file.read_bytes()
    (tmp_path / "short.html").write_text("<h1>Trang trống</h1>", encoding="utf-8")
    for page, sentence, remark in (
        ("none.html", "could be tried on none of these pages", "has to match"),
        ("short.html", "", "none of these pages gave an article"),
    ):
        arguments = ("sources", "try", "baokhanhhoa.vn", page, "--select", "title=h1")
        tried = timbao(*arguments)
        assert (tried.status, sentence in tried.err) == (4, True)
        saved = timbao(*arguments, "--save")
        assert saved.status == 2
        assert remark in saved.err
        assert "MATCHES NOTHING" not in tried.err + saved.err
        assert file.read_bytes() == before


def test_a_stale_selector_is_a_remark(crawled: Timbao, tmp_path: Path) -> None:
    """`sources check` names the parts whose selectors find nothing any more, and a selector that is none."""
    file = tmp_path / "data" / "sources.toml"
    text = file.read_text("utf-8")
    file.write_text(text + 'selectors.lead = [".sapo"]\nselectors.title = ["h1"]\n', encoding="utf-8")
    remarks = crawled("sources", "check", "--delay", "0", "--json").json["remarks"]
    remark = remarks['sources."vanthuan".selectors']
    assert "the selectors for lead." in remark
    file.write_text(text + "selectors.lead = ['p[']\n", encoding="utf-8")
    told = crawled("sources", "check", "--delay", "0").out
    assert "“p[” is no CSS selector for lead: at character 2" in told


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["vanthuan", "--select", "foo=.x"], "no part foo to select. There are: title, lead, body, date"),
        (["vanthuan", "--select", ".sapo"], "names no part"),
        (["vanthuan", "--select", "=.sapo"], "no part"),
        (["vanthuan", "--select", "lead="], "a selector is missing here"),
        (["vanthuan", "--select", 'tags=a[href="x'], "at character 2, an attribute"),
        (["vanthuan", "--select", "lead=p:not(b"], "a closing parenthesis is missing"),
        (["vanthuan", "--save"], "nothing to save"),
        (["nobody.vn"], "No newspaper is called nobody.vn"),
        (
            ["http://127.0.0.1:1/", "--select", "lead=p", "--save"],
            "First: timbao sources add http://127.0.0.1:1/",
        ),
    ],
)
def test_what_makes_no_sense(timbao: Timbao, arguments: list[str], sentence: str) -> None:
    """Unknown names and parts, what is no selector and what cannot be saved: status 2 and a sentence."""
    timbao("sources", "enable", "baokhanhhoa.vn")
    arguments = ["baokhanhhoa.vn" if word == "vanthuan" else word for word in arguments]
    run = timbao("sources", "try", *arguments)
    assert (run.status, run.out) == (2, "")
    assert sentence in run.err


def test_pages_that_fail_are_status_4(timbao: Timbao, tmp_path: Path) -> None:
    """Each page has its lines, also where it could not be read; then the exit status says so."""
    (tmp_path / "trống.html").write_bytes(b"")
    run = timbao("sources", "try", "baokhanhhoa.vn", "trống.html", "không.html")
    assert run.status == 4
    assert run.out == "trống.html\tproblem\t-\tit is empty\nkhông.html\tproblem\t-\tthere is no such file\n"


def test_the_url_of_a_page_is_the_page(timbao: Timbao) -> None:
    """Whoever gives the URL of a page in place of a newspaper sees that page, of a site that nobody knows yet."""
    with SampleSite(papers=[paper for paper in load_papers() if paper.name == "vanthuan"]) as site:
        front = timbao("sources", "try", site.urls["vanthuan"])
        url = front.out.partition("\t")[0]
        one = timbao("sources", "try", url, "--select", "title=h1", "--json").json
    assert front.status == 0
    assert len({line.partition("\t")[0] for line in front.out.splitlines()}) == 3
    assert one["page"] == url
    assert {part["part"]: part["how"] for part in one["parts"]}[
        "title"
    ] == "a selector of the newspaper's entry"
    assert one["selectors"] == [{"part": "title", "selector": "h1", "elements": 1}]


def test_adding_replaces_no_entry_that_is_there(timbao: Timbao, tmp_path: Path) -> None:
    """What the data folder's own file says of a newspaper is left, to the byte; the message names the file."""
    file = tmp_path / "data" / "sources.toml"
    file.parent.mkdir()
    written = (
        '[sources.vanthuan]  # by hand\ntitle = "Báo"\nhosts = ["127.0.0.1"]\ndelay = 9.0  # asked by phone\n'
    )
    file.write_text(written, encoding="utf-8")
    run = timbao("sources", "add", "http://127.0.0.1:9/", "--name", "vanthuan")
    assert (run.status, run.out) == (2, "")
    assert "has an entry for vanthuan already" in run.err
    assert file.read_text("utf-8") == written
