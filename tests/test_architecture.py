"""The laws of the house: which way imports point, who may import what, and how modules are called."""

from __future__ import annotations

import ast
import functools
import graphlib
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from index.opening import open_engine
from tests.served_site import fill

ROOT = Path(__file__).parent.parent
PACKAGES = ("crawl", "index", "searcher")
PATHS = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))

# A room is a folder, or a module that stands beside the folders of its package. Each with the rooms that it imports:
# the table says how the house is, from the ground up, so a new arrow is a change to it, and so is one that is gone.
ROOMS = """
crawl.article:
crawl.extraction.encoding:
crawl.messages:
crawl.urls:
crawl.datafolder: crawl.article crawl.messages
crawl.fetching: crawl.article crawl.messages crawl.urls
crawl.archive: crawl.article crawl.fetching crawl.messages crawl.urls
crawl.sources: crawl.datafolder crawl.messages
crawl.extraction: crawl.article crawl.datafolder crawl.extraction.encoding crawl.messages crawl.sources
    crawl.urls
crawl.frontier: crawl.archive crawl.article crawl.extraction crawl.fetching crawl.messages crawl.sources
    crawl.urls
crawl.crawler: crawl.archive crawl.article crawl.datafolder crawl.extraction crawl.fetching crawl.frontier
    crawl.messages crawl.sources crawl.urls
crawl.ingest: crawl.archive crawl.article crawl.crawler crawl.extraction crawl.extraction.encoding
    crawl.fetching crawl.messages crawl.sources crawl.urls
crawl.sources.probing: crawl.archive crawl.article crawl.crawler crawl.datafolder crawl.extraction
    crawl.fetching crawl.frontier crawl.ingest crawl.messages crawl.sources crawl.urls
crawl.cli: crawl.archive crawl.article crawl.crawler crawl.datafolder crawl.extraction crawl.ingest
    crawl.messages crawl.sources crawl.sources.probing crawl.urls
index.query:
index.ranking:
index.text: index.query
index.document: crawl.article index.text
index.reprints: crawl.archive crawl.article crawl.datafolder crawl.messages index.text
index.engine: crawl.messages index.document index.query index.text
index.embedded: crawl.article crawl.datafolder crawl.messages index.document index.engine index.query
    index.ranking index.text
index.embedded.whoosh: crawl.messages index.document index.embedded index.engine index.ranking index.text
index.opening: crawl.messages index.embedded index.engine
index.build: crawl.archive crawl.article crawl.datafolder crawl.messages crawl.sources index.document
    index.engine index.opening index.query index.reprints index.text
index.cli: crawl.datafolder crawl.messages index.build
searcher.querylang: crawl.messages index.document index.engine index.query index.text
searcher.suggest: index.document index.engine index.query index.text searcher.querylang
searcher.results: crawl.archive crawl.article crawl.datafolder crawl.messages index.document index.engine
    index.opening index.query index.reprints index.text searcher.querylang searcher.suggest
searcher.output: crawl.article crawl.messages index.document searcher.results
searcher.jobs: crawl.archive crawl.article crawl.crawler crawl.datafolder crawl.frontier crawl.messages
    crawl.sources index.build index.engine searcher.output
searcher.web: crawl.archive crawl.article crawl.messages index.document index.engine index.query
    searcher.output searcher.querylang searcher.results
searcher.cli: crawl.archive crawl.datafolder crawl.frontier crawl.ingest crawl.messages crawl.sources
    index.document index.engine index.opening index.text searcher.jobs searcher.output searcher.results
    searcher.web
searcher.__main__: searcher.cli
searcher: index.document index.engine searcher.querylang searcher.results
crawl:
index:
"""
MAY_IMPORT = {
    room: set(others.split())
    for room, others in re.findall(r"^([\w.]+):((?:[ \n]+[\w.]+)*)$", ROOMS, re.MULTILINE)
}

# Of crawl, what anybody above may import: it loads neither requests nor bs4.
LIGHT = {"crawl.article", "crawl.archive", "crawl.datafolder", "crawl.messages"}

# Third-party packages and the only modules, or folders, that may import them.
CONFINED: dict[str, set[str]] = {
    "bs4": {"crawl/extraction/soup.py"},
    "click": {"crawl/cli/", "index/cli.py", "searcher/cli/"},
    "feedparser": {"crawl/frontier/feeds.py"},
    "flask": {"searcher/web/"},
    "lxml": {"crawl/frontier/links.py", "crawl/extraction/dom.py"},
    "opensearchpy": {"index/cluster/"},
    "protego": {"crawl/fetching/robots.py"},
    "requests": {"crawl/fetching/fetcher.py"},
    "soupsieve": {"crawl/extraction/soup.py"},
    "tomlkit": {"crawl/sources/tomlfile.py"},
    "urllib3": {"crawl/fetching/fetcher.py"},
    "waitress": {"searcher/web/server.py"},
    "warcio": {"crawl/archive/warc.py"},
}
DUMPING_GROUNDS = {"utils", "util", "helpers", "common", "base", "types", "constants", "settings", "misc"}
LONGEST_MODULE = 400  # lines


def name_of(path: Path) -> str:
    """The path inside the checkout, with forward slashes."""
    return path.relative_to(ROOT).as_posix()


def module_of(path: Path) -> str:
    """The name by which a file is imported."""
    return name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


MODULES = {module_of(path): path for path in PATHS}


def imports(path: Path, *, top_level_only: bool = False) -> Iterator[str]:
    """The absolute names of the modules that a module imports, also inside functions and for type checking only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if top_level_only and (is_for_types(node) or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path} has a relative import"
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (name if name in MODULES else node.module for name in names)


def is_for_types(node: ast.AST) -> bool:
    """Whether a statement is there for type checkers only."""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def room_of(module: str) -> str:
    """The room that a module stands in."""
    if MODULES[module].name == "__init__.py":
        return module
    folder = module.rpartition(".")[0]
    return module if folder in PACKAGES else folder


@functools.cache
def arrows(*, between_rooms: bool) -> Mapping[str, set[str]]:
    """Which of our modules, or rooms, imports which others."""
    found: dict[str, set[str]] = defaultdict(set)
    for module, path in MODULES.items():
        for other in set(imports(path)) & MODULES.keys():
            start, end = (room_of(module), room_of(other)) if between_rooms else (module, other)
            found[start] |= {end} - {start}
    return found


@pytest.mark.parametrize("between_rooms", [False, True], ids=["modules", "rooms"])
def test_nothing_is_imported_in_a_circle(between_rooms: bool) -> None:
    """Neither modules nor rooms import each other round about, not even inside functions or for types."""
    graphlib.TopologicalSorter(arrows(between_rooms=between_rooms)).prepare()


def test_the_table_of_rooms() -> None:
    """Every room imports the rooms that the table gives for it, no other and no fewer."""
    found = arrows(between_rooms=True)
    rooms = {room_of(module) for module in MODULES}
    assert {room: found.get(room, set()) for room in rooms} == MAY_IMPORT


def test_imports_point_one_way() -> None:
    """searcher imports index and crawl, index imports crawl, crawl imports nothing of ours."""
    for room, others in arrows(between_rooms=True).items():
        package = room.split(".")[0]
        allowed = PACKAGES[: PACKAGES.index(package) + 1]
        assert {other.split(".")[0] for other in others} <= set(allowed), room


def modules_of_crawl(path: Path, *, top_level_only: bool = False) -> set[str]:
    """The parts of crawl that a module imports, however it says so."""
    names = imports(path, top_level_only=top_level_only)
    return {".".join(name.split(".")[:2]) for name in names if name.startswith("crawl.")}


@pytest.mark.parametrize(
    "path", [path for path in PATHS if not name_of(path).startswith("crawl/")], ids=name_of
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


@pytest.mark.parametrize("path", PATHS, ids=name_of)
def test_third_party_packages_stay_where_they_belong(path: Path) -> None:
    """Each confined package is imported only by the modules that exist for it."""
    found = {name.split(".")[0] for name in imports(path)}
    for package, allowed in CONFINED.items():
        is_at_home = name_of(path).startswith(tuple(allowed))
        assert package not in found or is_at_home, f"{name_of(path)} imports {package}"
    assert "whoosh" not in found or name_of(path).startswith("index/embedded/whoosh/")


@pytest.mark.parametrize("path", PATHS, ids=name_of)
def test_no_module_is_a_dumping_ground(path: Path) -> None:
    """A module is short, named after its one reason to change, and no name shadows a top-level package."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE
    assert path.stem not in DUMPING_GROUNDS
    assert path.stem not in PACKAGES


@pytest.mark.parametrize("path", PATHS, ids=name_of)
def test_nothing_binds_the_name_index(path: Path) -> None:
    """`index` is a package; a variable or parameter of that name would hide it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not (isinstance(node, ast.Name) and node.id == "index" and isinstance(node.ctx, ast.Store))
        assert not (isinstance(node, ast.arg) and node.arg == "index")


def test_tests_are_flat() -> None:
    """Under tests/ there are two packages, the tests and the benchmarks: `tests/index/` would hide `index`."""
    packages = {name_of(path.parent) for path in (ROOT / "tests").rglob("__init__.py")}
    assert packages == {"tests", "tests/bench"}


def loaded_by(statement: str, *arguments: str) -> set[str]:
    """The modules, ours and the packages of others, that a fresh interpreter has loaded after a statement."""
    program = f"import sys\n{statement}\nprint('\\n', *sys.modules)"
    command = [sys.executable, "-c", program, *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8")
    names = run.stdout.splitlines()[-1].split()
    return {name if name.startswith(PACKAGES) else name.split(".")[0] for name in names}


CRAWLER = {module for module in MODULES if module.startswith("crawl.")} - {
    module for module in MODULES for light in LIGHT if f"{module}.".startswith(f"{light}.")
}
"""What of crawl is only for crawling: all but the light modules and the few that those stand on."""
CRAWLER -= {"crawl.urls", "crawl.fetching", "crawl.fetching.inflate"}
PARSERS = {"requests", "bs4", "soupsieve", "lxml", "feedparser", "tomlkit"}


@pytest.mark.parametrize("name", sorted(LIGHT))
def test_light_modules_load_neither_requests_nor_bs4(name: str) -> None:
    """What may be imported from above costs no crawler, whichever module of a folder it is."""
    inside = ", ".join(module for module in MODULES if f"{module}.".startswith(f"{name}."))
    assert not loaded_by(f"import {inside}") & (CRAWLER | PARSERS | {"flask", "whoosh"})


def test_starting_the_command_is_light() -> None:
    """The command knows its commands by name: none of them is loaded before it is called."""
    heavy = CRAWLER | PARSERS | {"flask", "rich", "sqlite3", "numpy", "whoosh"}
    assert not loaded_by("import searcher.cli.main") & heavy


def test_a_terminal_search_loads_neither_the_crawler_nor_the_web_nor_whoosh(tmp_path: Path) -> None:
    """`timbao search`, from its start to its last line, over an index that has what it looks for."""
    with closing(open_engine(f"whoosh:{tmp_path / 'search'}")) as engine, fill(engine, tmp_path):
        pass
    search = (
        "from searcher.cli.main import main\n"
        "try: main(['--data', sys.argv[1], 'search', 'đường tránh'])\n"
        "except SystemExit as end: assert end.code == 0"
    )
    heavy = CRAWLER | PARSERS | {"flask", "werkzeug", "warcio", "rich", "filelock", "whoosh"}
    assert not loaded_by(search, str(tmp_path)) & heavy


def test_a_search_server_loads_no_crawler() -> None:
    """The site brings Flask; it fetches nothing and reads no page."""
    site = "searcher.web.app, searcher.web.server, index.embedded.adapter"
    assert not loaded_by(f"import {site}") & (CRAWLER | PARSERS | {"whoosh"})


def test_only_its_own_programs_load_whoosh() -> None:
    """Neither writing nor serving an index takes Whoosh."""
    ours = [module for module in MODULES if not module.startswith("index.embedded.whoosh")]
    assert "whoosh" not in loaded_by(f"import {', '.join(ours)}")


def test_the_seam_loads_no_backend() -> None:
    """`index.engine` names engines without loading any."""
    assert not loaded_by("import index.engine") & {"whoosh", "opensearchpy", "numpy"}


LIVE_OBJECTS = {"HostCount", "HostQueue", "Tally"}
"""Dataclasses that count while something runs, and are handed to nobody as values."""


@pytest.mark.parametrize("path", PATHS, ids=name_of)
def test_values_are_frozen(path: Path) -> None:
    """Every public dataclass is frozen: what one part hands to another does not change behind its back."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and node.name not in LIVE_OBJECTS:
            for decorator in map(ast.unparse, node.decorator_list):
                assert not decorator.startswith("dataclass") or "frozen=True" in decorator, node.name
