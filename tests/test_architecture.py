"""The laws of the house: which way imports point, who may import what, and how modules are called."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("crawl", "index", "searcher")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))

# Of crawl, what anybody above may import: it loads neither requests nor bs4.
LIGHT = {"crawl.article", "crawl.archive", "crawl.datafolder", "crawl.messages"}

# Third-party packages and the only modules, or folders, that may import them.
CONFINED: dict[str, set[str]] = {
    "bs4": {"crawl/extraction/soup.py"},
    "click": {"crawl/cli/", "index/cli.py", "searcher/cli/"},
    "feedparser": {"crawl/frontier/feeds.py"},
    "flask": {"searcher/web/"},
    "lxml": {"crawl/frontier/links.py", "crawl/extraction/dom.py"},
    "opensearchpy": {"index/cluster.py"},
    "protego": {"crawl/fetching/robots.py"},
    "requests": {"crawl/fetching/fetcher.py"},
    "soupsieve": {"crawl/extraction/soup.py"},
    "tomlkit": {"crawl/sources/tomlfile.py"},
    "urllib3": {"crawl/fetching/fetcher.py"},
    "waitress": {"searcher/web/server.py"},
    "warcio": {"crawl/archive/warc.py"},
}
DUMPING_GROUNDS = {"utils", "util", "helpers", "common", "base", "types", "constants", "settings", "misc"}


def imports(path: Path, *, top_level_only: bool = False) -> Iterator[str]:
    """The absolute names of the modules that a module imports; not those for type checking only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if (isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING")
        or (top_level_only and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path} has a relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def modules_of_crawl(path: Path, *, top_level_only: bool = False) -> set[str]:
    """The modules of crawl that a module imports, however it says so."""
    names = imports(path, top_level_only=top_level_only)
    return {".".join(name.split(".")[:2]) for name in names if name.startswith("crawl.")}


def name_of(path: Path) -> str:
    """The path inside the checkout, with forward slashes."""
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_one_way(path: Path) -> None:
    """searcher imports index and crawl, index imports crawl, crawl imports nothing of ours."""
    package = name_of(path).split("/")[0]
    allowed = PACKAGES[: PACKAGES.index(package) + 1]
    ours = {name.split(".")[0] for name in imports(path)} & set(PACKAGES)
    assert ours <= set(allowed)


@pytest.mark.parametrize(
    "path", [path for path in MODULES if not name_of(path).startswith("crawl/")], ids=name_of
)
def test_only_light_parts_of_crawl_are_imported_from_above(path: Path) -> None:
    """Above crawl only its light modules are imported, except where commands are put together."""
    heavy = modules_of_crawl(path) - LIGHT
    if name_of(path) == "index/build.py":
        return
    if path.name == "cli.py" or path.parent.name in {"cli", "jobs"}:
        heavy = modules_of_crawl(path, top_level_only=True) - LIGHT
    assert not heavy


def test_no_way_of_importing_is_overlooked(tmp_path: Path) -> None:
    """Modules are seen whether they are imported by their own name, from their package, or inside a function."""
    module = tmp_path / "module.py"
    for said in (
        "import crawl.fetching.fetcher",
        "from crawl.fetching import fetcher",
        "from crawl.fetching.fetcher import Fetcher",
    ):
        module.write_text(f"{said}\n")
        assert modules_of_crawl(module) == {"crawl.fetching"}
        module.write_text(f"def late() -> None:\n    {said}\n")
        assert modules_of_crawl(module) == {"crawl.fetching"}
        assert modules_of_crawl(module, top_level_only=True) == set()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_third_party_packages_stay_where_they_belong(path: Path) -> None:
    """Each confined package is imported only by the modules that exist for it."""
    found = {name.split(".")[0] for name in imports(path)}
    for package, allowed in CONFINED.items():
        is_at_home = name_of(path).startswith(tuple(allowed))
        assert package not in found or is_at_home, f"{name_of(path)} imports {package}"
    assert "whoosh" not in found or name_of(path).startswith("index/embedded/whoosh/")


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_module_is_a_dumping_ground(path: Path) -> None:
    """A module is named after its one reason to change, and no name shadows a top-level package."""
    assert path.stem not in DUMPING_GROUNDS
    assert path.stem not in PACKAGES


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_binds_the_name_index(path: Path) -> None:
    """`index` is a package; a variable or parameter of that name would hide it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not (isinstance(node, ast.Name) and node.id == "index" and isinstance(node.ctx, ast.Store))
        assert not (isinstance(node, ast.arg) and node.arg == "index")


def test_tests_are_flat() -> None:
    """Under tests/ there are two packages, the tests and the benchmarks: `tests/index/` would hide `index`."""
    packages = {name_of(path.parent) for path in (ROOT / "tests").rglob("__init__.py")}
    assert packages == {"tests", "tests/bench"}


def loaded_by(statement: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after a statement."""
    program = f"import sys\n{statement}\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


@pytest.mark.parametrize("name", sorted(LIGHT))
def test_light_modules_load_neither_requests_nor_bs4(name: str) -> None:
    """What may be imported from above costs no crawler, whichever module of a folder it is."""
    paths = map(name_of, MODULES)
    inside = [path[:-3].replace("/", ".") for path in paths if f"{name}.".replace(".", "/") in path]
    module = ", ".join([name, *inside])
    assert not loaded_by(f"import {module}") & {"requests", "bs4", "lxml", "feedparser", "flask", "whoosh"}


def test_a_terminal_search_loads_neither_the_crawler_nor_the_web() -> None:
    """`import searcher.cli.main`, and all that a search needs after it, load neither requests, bs4 nor Flask."""
    heavy = {
        "requests",
        "bs4",
        "lxml",
        "flask",
        "werkzeug",
        "feedparser",
        "warcio",
        "rich",
        "filelock",
        "whoosh",
    }
    assert not loaded_by("import searcher.cli.main") & (heavy | {"sqlite3", "numpy"})
    searching = "searcher.cli.search, searcher.results.search, searcher.output.records"
    assert not loaded_by(f"import {searching}, index.embedded.adapter") & heavy


def test_a_search_server_loads_neither_requests_nor_bs4() -> None:
    """`import searcher.web.app` brings Flask, not the crawler."""
    assert not loaded_by("import searcher.web.app, index.embedded.adapter") & {
        "requests",
        "bs4",
        "lxml",
        "feedparser",
    }


def test_only_its_own_programs_load_whoosh() -> None:
    """Neither writing nor serving an index takes Whoosh."""
    modules = ("index.build", "index.embedded.writer", "index.embedded.workers", "searcher.web")
    assert "whoosh" not in loaded_by(f"import {', '.join(modules)}")


def test_the_seam_loads_no_backend() -> None:
    """`index.engine` names engines without loading any."""
    assert not loaded_by("import index.engine") & {"whoosh", "opensearchpy", "numpy"}
