"""What contributors are told is true: the rooms and what is in them, tests and their names, targets, hooks, links."""

from __future__ import annotations

import ast
import re
import shlex
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
DOCUMENTS = (".github/CONTRIBUTING.md", ".github/SECURITY.md", "CHANGELOG.md")
TEXTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in DOCUMENTS}
CONTRIBUTING = TEXTS[".github/CONTRIBUTING.md"]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PACKAGES = ("crawl", "index", "searcher")
ROOMS = sorted(path.parent for package in PACKAGES for path in (ROOT / package).rglob("__init__.py"))

# Tests of what several modules do together.
TOGETHER = {"test_crawl_endurance", "test_crawl_families", "test_crawl_hostile"}


def name_of(path: Path) -> str:
    """The path inside the checkout, with forward slashes."""
    return path.relative_to(ROOT).as_posix()


def section(title: str) -> str:
    """The text below a heading of CONTRIBUTING, up to the next of its rank."""
    return CONTRIBUTING.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def first_cells(title: str) -> list[str]:
    """What stands first in each row of the table below a heading."""
    return re.findall(r"^\| `([^`]+)` \|", section(title), re.MULTILINE)


def named_in(room: Path) -> list[str]:
    """What the docstring of a folder names.

    Its rows have two cells or four, set apart by two spaces at least: what is named (several with commas between
    them), and what that does. Lines of a drawing are no rows.
    """
    docstring = ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8"))) or ""
    named = []
    for line in docstring.splitlines()[1:]:
        cells = re.split(r" {2,}", line.strip())
        if len(cells) > 1 and not re.search(r"[─│▶]", line):
            assert len(cells) % 2 == 0, f"{name_of(room)}/__init__.py: no pairs of name and meaning: {line}"
            named += [name for cell in cells[::2] for name in cell.split(", ")]
    return named


def modules_and_folders(room: Path) -> Iterator[str]:
    """The modules of a folder by name, and the rooms inside it, with a slash."""
    for path in room.iterdir():
        if path.suffix == ".py" and path.stem != "__init__":
            yield path.stem
        elif (path / "__init__.py").is_file():
            yield f"{path.name}/"


@pytest.mark.parametrize("room", ROOMS, ids=name_of)
def test_each_folder_says_what_is_in_it(room: Path) -> None:
    """The docstring of a folder names each of its modules and rooms once, and what else it names is there."""
    named = named_in(room)
    assert sorted(set(named)) == sorted(named)
    assert set(modules_and_folders(room)) - set(named) == set(), "these are not named"
    others = set(named) - set(modules_and_folders(room))
    assert {name for name in others if "." not in name and not name.endswith("/")} == set()
    assert [name for name in others if not (room / name).exists()] == []


def test_the_map_names_every_room() -> None:
    """The map has one line for each folder of the packages, one for the tests, one for the benchmarks, no other."""
    rooms = [f"{name_of(room)}/" for room in ROOMS]
    assert sorted(first_cells("The rooms")) == sorted([*rooms, "tests/", "tests/bench/"])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_named_exists(name: str) -> None:
    """Each path in backticks and each link to another document leads to something."""
    paths = re.findall(r"`((?:crawl|index|searcher|tests|\.ci|\.github)/[\w/.-]*)`", TEXTS[name])
    links = re.findall(r"\]\(([^)#]+)\)", TEXTS[name])
    assert links
    assert [path for path in paths if not (ROOT / path).exists()] == []
    near = [link for link in links if "://" not in link]
    assert [link for link in near if not ((ROOT / name).parent / link).is_file()] == []


def test_each_target_of_make_is_described() -> None:
    """The table of commands names every target of the Makefile, and nothing else is said to be one."""
    targets = {f"make {name}" for name in re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE)}
    assert set(first_cells("Start")) == targets
    assert {f"make {name}" for name in re.findall(r"`make ([a-z-]+)", CONTRIBUTING)} <= targets


def test_what_is_told_of_the_code_stands_there() -> None:
    """Names of code that the chapters on laws and on adding something tell are found in the modules that they name."""
    for code, place in (
        ("CONFINED", "tests/test_architecture.py"),
        ("class EngineContract", "tests/engine_contract.py"),
        ("class Engine(Protocol)", "index/engine.py"),
        ("def gettext", "crawl/messages/__init__.py"),
        ("def ngettext", "crawl/messages/__init__.py"),
        ("def mark", "crawl/messages/__init__.py"),
        ("TIMBAO_TEST_KILLS", "tests/test_index_embedded.py"),
        ("--pin", "tests/bench/relevance.py"),
    ):
        assert code.split()[-1].partition("(")[0] in CONTRIBUTING
        assert code in (ROOT / place).read_text(encoding="utf-8"), place


def test_each_test_is_named_after_what_it_tests() -> None:
    """`test_<package>_<folder>_<module>` names a module or a folder that exists, but for the few in `TOGETHER`."""
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    modules = {name_of(path)[:-3].removesuffix("/__init__").replace("/", "_") for path in paths}
    tests = {path.stem for package in PACKAGES for path in (ROOT / "tests").glob(f"test_{package}_*.py")}
    assert tests - {f"test_{name}" for name in modules} == TOGETHER


def hooks() -> list[dict[str, str]]:
    """What is run before a commit."""
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    (repository,) = config["repos"]
    assert repository["repo"] == "local", "hooks of other repositories need the network"
    found: list[dict[str, str]] = repository["hooks"]
    return found


def test_a_commit_is_looked_at_as_make_lint_does() -> None:
    """Each hook is a command of `make lint` that is there, and none of those is left out."""
    recipe = re.search(r"^lint:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert recipe
    wanted = [line.replace("$(BIN)", ".venv/bin").split() for line in recipe[1].splitlines()]
    given = [shlex.split(hook["entry"]) for hook in hooks()]
    assert {hook["language"] for hook in hooks()} == {"system"}
    assert all(Path(sys.executable).with_name(Path(words[0]).name).is_file() for words in given)
    # pre-commit says itself which files are looked at, so `.` is not said and what is left out has to be forced.
    assert [[word for word in words if word != "--force-exclude"] for words in given] == [
        [word for word in words if word != "."] for words in wanted
    ]


def test_the_changelog_has_its_form() -> None:
    """It begins with what is unreleased; releases have a version and a day, and chapters the names that are usual."""
    versions = re.findall(r"^## (.*)$", TEXTS["CHANGELOG.md"], re.MULTILINE)
    assert versions[0] == "[Unreleased]"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", version) for version in versions[1:])
    chapters = set(re.findall(r"^### (.*)$", TEXTS["CHANGELOG.md"], re.MULTILINE))
    assert chapters <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_a_released_version_is_in_the_changelog() -> None:
    """The version of pyproject.toml is the newest in the changelog, once anything was released."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    released = re.findall(r"^## \[(\d[\d.]*)\]", TEXTS["CHANGELOG.md"], re.MULTILINE)
    assert not released or released[0] == declared
