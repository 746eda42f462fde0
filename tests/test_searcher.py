"""timbao as a library: what `searcher` exports, to a program of somebody else's."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

import searcher
from crawl.datafolder.folder import DataFolder
from index.opening import open_engine
from searcher import EngineError, Searcher, SearchRequest
from tests.served_site import fill

USER_PROGRAM = """
from searcher import ResultHit, Searcher

def titles(folder: str) -> list[str]:
    with Searcher.open(folder) as archive:
        hits: tuple[ResultHit, ...] = archive.search("đường tránh").hits
    return [hit.document.title for hit in hits]

print(*titles("archive"))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder called `archive`, with an index."""
    folder = DataFolder(tmp_path_factory.mktemp("library") / "archive")
    folder.create()
    with closing(open_engine(folder.engine_locator)) as engine, fill(engine, folder.path):
        return folder.path


def run(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A program of its own, started beside the archive, in an environment that says nothing of a language."""
    environment = {"LC_ALL": "C", "PYTHONUTF8": "1"}
    command = [sys.executable, "-c", program]
    return subprocess.run(
        command,
        cwd=folder.parent,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_a_program_finds_what_the_command_finds(folder: Path) -> None:
    """A text, or a request with filters, asked of a data folder or of an index by its locator."""
    with Searcher.open(str(folder)) as archive:
        page = archive.search("đường tránh")
        assert page.hits == archive.search(SearchRequest("đường tránh")).hits
        assert page.hits[0].document.source == "baobienxanh"
        assert archive.search(SearchRequest("đường tránh", source=("baonuido",))).total == 0
    with Searcher.open(folder.parent, engine=DataFolder(folder).engine_locator) as archive:
        assert archive.search("đường tránh").hits == page.hits


def test_a_closed_searcher_opens_again(folder: Path) -> None:
    """Closing lets go of files only; what is asked after it is answered."""
    archive = Searcher.open(folder)
    archive.close()
    assert archive.search("đường tránh").total == 1


def test_a_program_hears_english_unless_it_sets_a_language(folder: Path) -> None:
    """Whatever the locale: errors and all other sentences are English, and Vietnamese once that was asked for."""
    program = "from searcher import EngineError, Searcher\n{}try:\n    Searcher.open('nowhere').search('x')\n"
    program += "except EngineError as error:\n    print(error)"
    assert run(program.format(""), folder).stdout.startswith("There is no index at ")
    asked = "from crawl.messages import set_language\nset_language('vi')\n"
    assert run(program.format(asked), folder).stdout.startswith("Chưa có ")


def test_errors_carry_what_they_speak_of(folder: Path) -> None:
    """A program needs to read no sentence: the place of a fault and the index are attributes."""
    with Searcher.open(folder) as archive, pytest.raises(searcher.QuerySyntaxError) as fault:
        archive.search('"đường')
    assert fault.value.position == 0
    with pytest.raises(EngineError) as missing:
        Searcher.open(folder / "nowhere").search("x")
    assert getattr(missing.value, "locator", "").startswith("whoosh:")


def test_a_user_s_program_is_fully_typed(folder: Path, tmp_path: Path) -> None:
    """It runs, and mypy in its strictest mode knows every type that it takes from here."""
    done = run(USER_PROGRAM, folder)
    assert done.stdout.startswith("Khánh thành đường tránh"), done.stderr
    module = tmp_path / "program.py"
    module.write_text(USER_PROGRAM.replace("list[str]:", "list[int]:"), encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(module)]
    checked = subprocess.run(
        command, cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=False
    )
    complaints = [line for line in checked.stdout.splitlines() if ": error:" in line]
    assert len(complaints) == 1, checked.stdout
    assert "List comprehension has incompatible type List[str]; expected List[int]" in complaints[0]


def test_every_name_that_is_exported_is_there() -> None:
    """`__all__` promises nothing else, and what is not promised is no attribute."""
    assert {name for name in searcher.__all__ if getattr(searcher, name).__name__ == name} == set(
        searcher.__all__
    )
    with pytest.raises(AttributeError, match="nothing"):
        _ = searcher.nothing


def test_importing_it_loads_nothing_yet() -> None:
    """The command imports this package too, and pays for what it uses only."""
    program = "import sys, searcher; print({'numpy', 'click', 'index', 'crawl'} & set(sys.modules))"
    assert (
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
        == "set()\n"
    )
