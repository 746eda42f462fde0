"""The exit statuses of the command: every error has one."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path

import crawl
import index
import searcher
from searcher.cli.exit_status import _STATUS
from tests.conftest import ARTICLES, Timbao, lines

# Errors that end in a report, not on the command line; each with where.
_REPORTED = {
    "crawl.fetching.addresses.SpecialAddress": "becomes RefusedAddress",
    "crawl.fetching.errors.FetchError": "counted by reason in the report of a crawl",
    "crawl.fetching.inflate.Damaged": "becomes BadContent",
    "crawl.fetching.inflate.Overflow": "becomes TooLarge",
    "crawl.ingest.json_lines.BadLine": "named with its line in the report of an import",
    "crawl.extraction.soup.BadSelectorSyntax": "becomes BadSelector",
    "crawl.sources.probing.visitor.NotVisited": "becomes CannotAdd, or is told with its URL",
    "crawl.sources.tomlfile.CannotEdit": "becomes SourcesError",
    "crawl.datafolder.quiet_hours.BadHours": "becomes ConfigError or SourcesError",
    "crawl.archive.warc.DamagedRecord": "becomes ArchiveError",
}


def errors() -> dict[str, type[BaseException]]:
    """Every public exception class of the three packages, by its full name."""
    found: dict[str, type[BaseException]] = {}
    for package in (crawl, index, searcher):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for name, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
                if issubclass(kind, BaseException) and kind.__module__ == module.name and name[0] != "_":
                    found[f"{module.name}.{name}"] = kind
    return found


def test_every_error_has_its_exit_status() -> None:
    """Each public error has an exit status, its own or its parent's, or a reason to need none; no name is stale."""
    known = errors()
    del known["crawl.messages.TimbaoError"]  # the root of them all, which nobody raises
    assert set(_STATUS) | set(_REPORTED) <= set(known)
    for name, kind in known.items():
        parents = {f"{parent.__module__}.{parent.__qualname__}" for parent in kind.__mro__}
        assert bool(parents & set(_STATUS)) != bool(parents & set(_REPORTED)), name


def test_usage_errors_are_status_2(timbao: Timbao) -> None:
    """A missing file, an unknown command, newspaper or option: status 2 and a sentence."""
    for wrong in (
        ["import", "nowhere.jsonl"],
        ["serch"],
        ["crawl", "no-such-paper"],
        ["index", "--fast"],
        ["import"],
    ):
        run = timbao(*wrong)
        assert run.status == 2, wrong
        assert run.err.strip()
    assert timbao("crawl").status == 2
    assert timbao("search", "x", "--engine", "solr:here").status == 3
    assert timbao("crawl", TIMBAO_ALLOW_ADDRESSES="everything").status == 2


def test_no_index_is_status_3(timbao: Timbao) -> None:
    """Without an index or an archive the sentence says which command makes one."""
    run = timbao("search", "đường")
    assert (run.status, run.out) == (3, "")
    assert "timbao index" in run.err
    run = timbao("index")
    assert run.status == 3
    assert "timbao import" in run.err
    assert timbao("show", "x").status == 3


def test_what_is_good_in_a_bad_import_is_kept(timbao: Timbao, tmp_path: Path) -> None:
    """Bad lines, binary and empty files are named with place and reason; everything else is searchable."""
    (tmp_path / "mixed.jsonl").write_bytes(
        lines(ARTICLES[0]) + b'{"url": 3}\nnot json\n' + lines(ARTICLES[1])
    )
    (tmp_path / "binary.jsonl").write_bytes(bytes(range(256)))
    (tmp_path / "empty.jsonl").write_bytes(b"")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    run = timbao("import", "mixed.jsonl", "binary.jsonl", "empty.jsonl", "photo.jpg")
    assert run.status == 4
    assert run.out.startswith("2 new")
    for place in ("mixed.jsonl:2: ", "mixed.jsonl:3: ", "binary.jsonl:1: ", "empty.jsonl: ", "photo.jpg: "):
        assert f"\n{place}" in f"\n{run.err}"
    assert timbao("index").out.startswith("2 articles")


def test_a_second_writer_is_told_who_is_busy(archive: Timbao, tmp_path: Path) -> None:
    """While another process writes the index or the archive, status 3 and its process id."""
    program = (
        "import sys, time\nfrom index.opening import open_engine\nfrom crawl.datafolder.folder import DataFolder\n"
        "from pathlib import Path\nfolder = DataFolder(Path(sys.argv[1]))\n"
        "with open_engine(folder.engine_locator).writer(), folder.lock('archive'):\n"
        "    print('ready', flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "data")], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "ready\n"
        try:
            for arguments in (["index", "--rebuild"], ["import", "-"]):
                run = archive(*arguments, stdin=lines(ARTICLES[0]))
                assert run.status == 3
                assert str(holder.pid) in run.err
            assert archive("search", "dân").status == 0
        finally:
            holder.kill()
    assert archive("index", "--rebuild").status == 0
