"""The newspapers: the shipped list is sound, the user's own file changes just what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from crawl.datafolder.quiet_hours import QuietHours
from crawl.sources.registry import SHIPPED, load_sources, source_for_host
from crawl.sources.source import (
    DEFAULT_DELAY,
    EarlierSelectors,
    HostYears,
    Selectors,
    Source,
    SourcesError,
)
from crawl.sources.writing import save_source, set_enabled
from index.text.provinces import province_on

TODAY = date(2026, 11, 1)

OWN = Source(
    name="vanthuan",
    title='Báo "Vạn Thuận"\n',
    hosts=("127.0.0.1:8801", "[::1]:8801"),
    years=(HostYears("127.0.0.1:8801", 2026, 2026), HostYears("[::1]:8801", 2019, 2025)),
    province="Khánh Hòa",
    scheme="http",
    feeds=("/rss/home.rss",),
    sitemaps=("/sitemap.xml",),
    sections=("/thoi-su/",),
    article_url=r"/\d{6}/[^/]+-\d{7}/$",
    selectors=Selectors(body=("#content", "div > p:nth-of-type(2)"), remove=(".tools",)),
    delay=0.25,
    quiet=(QuietHours(390, 510), QuietHours(1320, 300)),
    enabled=True,
    family="A",
)


def named(user_file: Path | None, name: str) -> Source:
    """The source of that name."""
    return next(source for source in load_sources(user_file) if source.name == name)


def test_shipped_newspapers() -> None:
    """Every province has a newspaper; all are off and unverified until somebody has looked."""
    sources = load_sources(None)
    assert len({province_on(source.province or "", TODAY) for source in sources}) == 34
    assert not any(source.enabled or source.verified for source in sources)
    assert all(source.title.startswith(("Báo ", "Huế ")) for source in sources)
    assert all(source.name.removeprefix("www.") == source.name.lower() for source in sources)


def test_shipped_provinces_are_todays(bench_data: Path) -> None:
    """The provinces are named as the units that exist since July 2025."""
    rows = (bench_data / "admin_2025.tsv").read_text("utf-8").splitlines()[1:]
    units = {re.sub("(?i)^(tỉnh|thành phố|thủ đô) ", "", row.split("\t")[1]) for row in rows}
    assert {province_on(source.province or "", TODAY) for source in load_sources(None)} == units


def test_every_paper_seen_is_listed(bench_data: Path) -> None:
    """Every domain ever seen of a provincial paper leads to a source."""
    table = (bench_data / "press" / "papers.tsv").read_text("utf-8")
    domains = set(re.findall(r"(?<![\w.])(?:[a-z]+\.)+vn\b", table))
    sources = load_sources(None)
    assert len(domains) > 60
    assert [domain for domain in sorted(domains) if source_for_host(sources, domain) is None] == []


def test_family_selectors_are_inherited() -> None:
    """A source reads pages by its family's selectors, which stand in the file once."""
    khanh_hoa, dong_nai = named(None, "baokhanhhoa.vn"), named(None, "baodongnai.com.vn")
    assert khanh_hoa.family == dong_nai.family == "A"
    assert khanh_hoa.selectors == dong_nai.selectors
    assert "#content" in khanh_hoa.selectors.body


def test_a_missing_user_file_is_empty(tmp_path: Path) -> None:
    """Nothing written yet means the shipped list."""
    assert load_sources(tmp_path / "none.toml") == load_sources(None)


def test_former_templates_have_their_days(tmp_path: Path) -> None:
    """A page is read by the selectors that held on the day it was fetched, and saving keeps them all."""
    file = tmp_path / "sources.toml"
    old, older = Selectors(body=(".old",)), Selectors(body=(".older",))
    earlier = (EarlierSelectors(date(2012, 1, 31), older), EarlierSelectors(date(2019, 5, 31), old))
    save_source(file, replace(OWN, earlier=earlier))
    found = named(file, "vanthuan")
    assert found.earlier == earlier
    days = {
        date(2011, 1, 1): older,
        date(2012, 2, 1): old,
        date(2019, 5, 31): old,
        date(2019, 6, 1): OWN.selectors,
    }
    assert {day: found.as_of(day).selectors for day in days} == days


def test_former_templates_may_be_a_familys(tmp_path: Path) -> None:
    """Until a day a newspaper had the templates of another family, but for what its own table says."""
    file = tmp_path / "sources.toml"
    file.write_text(
        '[families.old]\nlead = [".dek"]\nbody = [".text"]\n[sources.x]\nhosts = ["x.example"]\n'
        '[sources.x.selectors_until.2019-05-31]\nfamily = "old"\nbody = [".own"]\n'
    )
    (former,) = named(file, "x").earlier
    assert former == EarlierSelectors(date(2019, 5, 31), Selectors(lead=(".dek",), body=(".own",)))
    file.write_text(file.read_text().replace('family = "old"', 'family = "none"'))
    with pytest.raises(SourcesError, match="none"):
        load_sources(file)


@pytest.mark.parametrize(
    ("text", "entry", "detail"),
    [
        ("sources = 1", "sources", "table"),
        ("other = 1", "", "other"),
        ("[sources", "", ""),
        ("a = 1979-05-27T07:32:00Z\n" * 2, "", ""),
        ("[sources.x]\nhosts = ['x.vn']\nhots = 1", "sources.", "hots"),
        ("[sources.x]\ntitle = 'X'", "sources.", "hosts"),
        ("[sources.x]\nhosts = 'x.vn'", "sources.", "hosts"),
        ("[sources.x]\nhosts = ['http://x.vn/']", "sources.", "http://x.vn/"),
        ("[sources.x]\nhosts = ['x.vn', 1]", "sources.", "hosts"),
        ("[sources.x]\nhosts = ['x.vn']\nenabled = 'yes'", "sources.", "enabled"),
        ("[sources.x]\nhosts = ['x.vn']\ndelay = -1", "sources.", "delay"),
        ("[sources.x]\nhosts = ['x.vn']\ndelay = nan", "sources.", "delay"),
        ("[sources.x]\nhosts = ['x.vn']\nquiet = ['noon']", "sources.", "'noon'"),
        ("[sources.x]\nhosts = ['x.vn']\nyears = ['x.vn 2026-2019']", "sources.", "2026-2019"),
        ("[sources.x]\nhosts = ['x.vn']\ndelay = true", "sources.", "delay"),
        ("[sources.x]\nhosts = ['x.vn']\nscheme = 'ftp'", "sources.", "scheme"),
        ("[sources.x]\nhosts = ['x.vn']\narticle_url = '('", "sources.", "article_url"),
        ("[sources.x]\nhosts = ['x.vn']\nfamily = 'Z'", "sources.", "Z"),
        ("[sources.x]\nhosts = ['x.vn']\nname = 'y'", "sources.", "name"),
        ("[sources.x]\nhosts = ['x.vn']\nselectors = 1", "selectors", "table"),
        ("[sources.x]\nhosts = ['x.vn']\nselectors.boddy = ['p']", "selectors", "boddy"),
        ("[sources.x]\nhosts = ['x.vn']\nselectors.body = 'p'", "selectors", "body"),
        ("[sources.x]\nhosts = ['x.vn']\nselectors_until = 1", "selectors_until", "table"),
        ("[sources.x]\nhosts = ['x.vn']\nselectors_until.soon.body = ['p']", "selectors_until", "soon"),
        ("[sources.x]\nhosts = ['x.vn']\nselectors_until.2019-01-01.boddy = ['p']", "2019-01-01", "boddy"),
        ("[sources.x]\nhosts = ['WWW.baokhanhhoa.vn']", "sources.", "baokhanhhoa.vn"),
        ("[sources.'']\nhosts = ['x.vn']", "sources.", "name"),
        ("[sources.x]\nhosts = ['x.vn']\nfamily = 'A'\n[families.A]\nbody = [1]", "families.A", "body"),
    ],
)
def test_faults_are_named(tmp_path: Path, text: str, entry: str, detail: str) -> None:
    """A file that cannot be used says where and why, changes nothing, and is not overwritten."""
    file = tmp_path / "sources.toml"
    file.write_text(text, encoding="utf-8")
    for attempt in (
        lambda: load_sources(file),
        lambda: set_enabled(file, "baohatinh.vn", enabled=True),
        lambda: save_source(file, OWN),
    ):
        with pytest.raises(SourcesError) as error:
            attempt()
        assert error.value.path == file
        assert entry in error.value.entry
        assert detail in error.value.detail
        assert str(file) in str(error.value)
    assert file.read_text("utf-8") == text


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a = " + b"[" * 100_000])
def test_bytes_that_are_no_toml(tmp_path: Path, content: bytes) -> None:
    """A file of other bytes, or nested beyond reason, is a clear error as well."""
    file = tmp_path / "sources.toml"
    file.write_bytes(content)
    with pytest.raises(SourcesError):
        load_sources(file)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """A folder where the file should be is an error of the same kind, in reading and in writing."""
    with pytest.raises(SourcesError):
        load_sources(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(SourcesError):
        set_enabled(tmp_path / "file" / "sources.toml", "baohatinh.vn", enabled=True)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("baokhanhhoa.vn", "baokhanhhoa.vn"),
        ("WWW.BaoKhanhHoa.vn", "baokhanhhoa.vn"),
        ("baothuathienhue.vn", "huengaynay.vn"),
        ("dongkhoi.baovinhlong.vn", "baodongkhoi.vn"),
        ("127.0.0.1:8801", "vanthuan"),
        ("127.0.0.1:8802", None),
        ("khanhhoa.vn", None),
        ("baokhanhhoa.vn.example", None),
        ("", None),
    ],
)
def test_finding_by_host(host: str, name: str | None) -> None:
    """A host, old or new, belongs to one newspaper; a port is part of it; nothing else matches."""
    found = source_for_host((*load_sources(None), OWN), host)
    assert (found.name if found else None) == name


def test_reading_the_list_is_light() -> None:
    """Whoever wants to know the newspapers loads neither the HTTP client nor the HTML parser."""
    code = (
        "import sys, crawl.sources.registry as s; s.load_sources(None);"
        "print({'requests', 'bs4', 'lxml'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.strip() == "set()"


def test_defaults() -> None:
    """A newspaper that says nothing is polite, encrypted and off."""
    plain = Source("x", "X", ("x.vn",))
    assert (plain.scheme, plain.delay, plain.enabled) == ("https", DEFAULT_DELAY, False)
    assert SHIPPED.name == "sources.toml"


@pytest.mark.parametrize(
    ("name", "article", "other"),
    [
        ("baobinhdinh.vn", "viewer.aspx?macm=3&mabb=143852", "default.aspx?macm=3"),
        ("baocaobang.vn", "thoi-su/ky-hop-thu-3-1070562.html", "thoi-su.html"),
        ("baocaobang.vn", "Thoi-su/Ky-hop-thu-3/50123.bcb", "Thoi-su/"),
        ("baobacgiang.vn", "bg/xa-hoi/348120/mua-vai-thieu.bbg", "bg/xa-hoi/"),
        ("baobacninhtv.vn", "mua-vai-thieu-postid421345.bbg", "xa-hoi/"),
        ("baonghean.vn", "mua-lon-10301234.html", "mua-lon-event1234.html"),
        ("baokhanhhoa.vn", "xa-hoi/202103/mot-bai-8210000/", "xa-hoi/"),
    ],
)
def test_articles_are_told_from_lists(name: str, article: str, other: str) -> None:
    """The shipped rule of a newspaper knows its articles' addresses, of old systems too, from those of lists."""
    rule = named(None, name).article_url or ""
    assert re.search(rule, f"https://{name}/{article}")
    assert not re.search(rule, f"https://{name}/{other}")


def test_hosts_have_the_years_in_which_they_were_seen() -> None:
    """Every year given belongs to a host of that newspaper, and an older host was not seen after a newer one."""
    for source in load_sources(None):
        assert {seen.host for seen in source.years} <= set(source.hosts)
        order = [seen.last for host in source.hosts for seen in source.years if seen.host == host]
        assert order == sorted(order, reverse=True)
    (old,) = [seen for seen in named(None, "baohaiphong.vn").years if seen.host == "baohaiphong.com.vn"]
    assert (old.first, old.last, old.span) == (2019, 2020, "2019-2020")


def test_a_merged_paper_keeps_its_province() -> None:
    """An old host belongs to the paper that printed there, not to the one that it became a part of."""
    source = source_for_host(load_sources(None), "www.baobacgiang.com.vn")
    assert source is not None
    assert source.province == "Bắc Giang"


@pytest.mark.parametrize(("text", "line"), [("enabled = yes\n", 3), ("\nenabled", 4), ("title = 'x", 3)])
def test_the_line_at_fault_is_named(tmp_path: Path, text: str, line: int) -> None:
    """A file that is no TOML is an error that names the line, and stays as it is."""
    file = tmp_path / "sources.toml"
    file.write_text("[sources.x]\nhosts = ['x.vn']\n" + text)
    with pytest.raises(SourcesError, match=f"line {line} "):
        set_enabled(file, "x", enabled=True)
    assert file.read_text().endswith(text)
