"""The user's own file of newspapers changes as they would change it, and by nothing else."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawl.cli.sources import _switch
from crawl.datafolder.folder import DataFolder, Settings
from crawl.sources.registry import load_sources
from crawl.sources.source import Selectors, Source, SourcesError, UnknownSource
from crawl.sources.writing import save_selectors, save_source, set_enabled
from tests.test_crawl_sources_registry import OWN, named


def test_enabling_overrides_one_key(tmp_path: Path) -> None:
    """Switching a shipped newspaper on leaves everything else of it, and everybody else, as shipped."""
    file = tmp_path / "sources.toml"
    set_enabled(file, "baokhanhhoa.vn", enabled=True)
    expected = [replace(one, enabled=one.name == "baokhanhhoa.vn") for one in load_sources(None)]
    assert list(load_sources(file)) == expected
    set_enabled(file, "baokhanhhoa.vn", enabled=False)
    assert load_sources(file) == load_sources(None)


def test_saving_keeps_what_is_there(tmp_path: Path) -> None:
    """A saved newspaper comes back equal, beside earlier entries and keys of the user's own."""
    file = tmp_path / "sources.toml"
    file.write_text(
        '\ufeff[families.mine]\nlead = [".dek"]\n'
        '[sources.x]\nhosts = ["X.example:80"]\nfamily = "mine"\n'
        '[sources."baohue.example"]\nhosts = ["a.example"]\ndelay = 9\n',
        encoding="utf-8",
    )
    save_source(file, OWN)
    set_enabled(file, "x", enabled=True)
    assert named(file, "vanthuan") == OWN
    assert named(file, "x") == Source(
        "x", "x", ("x.example:80",), selectors=Selectors(lead=(".dek",)), enabled=True, family="mine"
    )
    assert named(file, "baohue.example").delay == 9.0
    assert file.read_text("utf-8").startswith('\ufeff[families.mine]\nlead = [".dek"]\n[sources.x]\n')


def test_saving_over_a_shipped_newspaper(tmp_path: Path) -> None:
    """A shipped newspaper can be rewritten, back to a default too; what TOML cannot unsay is refused."""
    file = tmp_path / "sources.toml"
    changed = replace(
        named(None, "sggp.org.vn"), feeds=(), delay=2.0, selectors=Selectors(body=(".x",)), title="T"
    )
    changed = replace(changed, selectors=replace(named(None, "sggp.org.vn").selectors, body=(".x",)))
    save_source(file, changed)
    assert named(file, "sggp.org.vn") == changed
    before = file.read_bytes()
    with pytest.raises(SourcesError):
        save_source(file, replace(changed, article_url=None))
    assert file.read_bytes() == before


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(str.strip),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(str.strip),
    st.floats(0, 1e6),
)
def test_any_name_can_be_saved(tmp_path: Path, name: str, title: str, delay: float) -> None:
    """Names and titles of any characters survive the file."""
    source = replace(OWN, name=name, title=title, delay=delay, feeds=(title,))
    file = tmp_path / "sources.toml"
    file.unlink(missing_ok=True)
    save_source(file, source)
    assert named(file, name) == source


def test_unknown_names_are_refused(tmp_path: Path) -> None:
    """A newspaper that nobody knows is not invented by switching it on."""
    with pytest.raises(UnknownSource, match=r"baokhanhoa\.vn"):
        set_enabled(tmp_path / "s.toml", "baokhanhoa.vn", enabled=True)
    assert not (tmp_path / "s.toml").exists()


def test_changes_at_once_all_take_effect(tmp_path: Path) -> None:
    """Newspapers switched on at the same moment by several commands are all on afterwards."""
    folder = DataFolder(tmp_path)
    names = [source.name for source in load_sources(None)][:12]
    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(lambda name: _switch(Settings(folder, ""), (name,), enabled=True), names))
    assert {source.name for source in load_sources(folder.sources) if source.enabled} == set(names)


def test_what_a_person_wrote_stays(tmp_path: Path) -> None:
    """Switching newspapers on and off and saving one leave comments, order and layout of a hand-written file."""
    file = tmp_path / "sources.toml"
    written = (
        "# Our papers\r\n\r\n[sources.x]  # the first\r\nhosts=['x.example'] # since 2019\r\n"
        "enabled=false   # why not\r\n"
        "\r\n# the second\r\n[sources.y]\r\nhosts = ['y.example']\r\n# the end"
    )
    file.write_bytes(written.encode())
    set_enabled(file, "x", enabled=True)
    assert file.read_bytes().decode() == written.replace("enabled=false", "enabled=true")
    set_enabled(file, "x", enabled=False)
    set_enabled(file, "y", enabled=True)
    assert file.read_bytes().decode() == written.replace(
        "'y.example']\r\n", "'y.example']\r\nenabled = true\r\n"
    )
    file.write_bytes(written.encode())
    save_source(file, OWN)
    save_selectors(file, "x", {"lead": (".sapo",)})
    saved = file.read_bytes().decode()
    assert saved.startswith(written.replace("not\r\n", 'not\r\nselectors.lead = [".sapo"]\r\n'))
    assert named(file, "x").selectors == Selectors(lead=(".sapo",))
    assert named(file, "vanthuan") == OWN


def test_saving_selectors(tmp_path: Path) -> None:
    """Selectors of one part go over the family's, those of the other parts stay; unknown names are refused."""
    file = tmp_path / "sources.toml"
    save_selectors(file, "baokhanhhoa.vn", {"lead": (".sapo", "h2")})
    save_selectors(file, "baokhanhhoa.vn", {"remove": (".box",), "lead": ("h2",)})
    shipped = named(None, "baokhanhhoa.vn")
    expected = replace(shipped, selectors=replace(shipped.selectors, lead=("h2",), remove=(".box",)))
    assert named(file, "baokhanhhoa.vn") == expected
    before = file.read_bytes()
    with pytest.raises(UnknownSource):
        save_selectors(file, "baokhanhoa.vn", {"lead": ("h2",)})
    assert file.read_bytes() == before


def test_a_form_that_only_a_person_can_change(tmp_path: Path) -> None:
    """What is left to the user is said in lines of TOML that end as they should, and the file is as it was."""
    file = tmp_path / "sources.toml"
    written = '[sources.x]\nhosts = ["x.example"]\nselectors.lead = [ ".a", # since 2019\n ".b" ]\n'
    file.write_text(written, encoding="utf-8")
    with pytest.raises(SourcesError) as error:
        save_selectors(file, "x", {"lead": (".sapo",)})
    assert str(error.value).endswith(':\n\n# below [sources.x]\nselectors.lead = [".sapo"]\n')
    assert "Correct it" not in str(error.value)
    assert file.read_text("utf-8") == written


def test_a_disk_without_room(tmp_path: Path) -> None:
    """Where the file cannot be written the system's reason is said and what to do; the old file is whole."""
    file = tmp_path / "sources.toml"
    before = "# " + "x" * 5000 + "\n"
    file.write_text(before, encoding="utf-8")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(SourcesError) as error:
            set_enabled(file, "baokhanhhoa.vn", enabled=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert f"{file}: it cannot be written: {os.strerror(errno.EFBIG)}. Check the disk" in str(error.value)
    assert "Correct it" not in str(error.value)
    assert [(one.name, one.read_text("utf-8")) for one in tmp_path.iterdir()] == [("sources.toml", before)]


def test_only_writing_loads_what_writes() -> None:
    """Whoever reads the list, or may come to write it, has not loaded tomlkit yet."""
    code = (
        "import sys, crawl.sources.registry as s, crawl.sources.writing;"
        "s.load_sources(None); print('tomlkit' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.strip() == "False"
