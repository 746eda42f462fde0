"""What the README says is true: commands, options, the query language, formats, programs."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from crawl.datafolder.folder import CONFIG_KEYS, Config
from index.opening import open_engine
from searcher.cli.main import timbao as root_command
from searcher.querylang.syntax import FIELD_NAMES, parse
from searcher.web.app import create_app
from tests.conftest import Timbao

ROOT = Path(__file__).parent.parent
MOST_WORDS = 2_000
ARTICLE = {
    "url": "https://bao-thu.example/bai-1.html",
    "title": "Dân vận khéo",
    "body": "Dân vận ở Ninh Hòa.",
}
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHARED = {"--data", "--engine", "--lang", "--no-color", "--no-links", "--help"}


def commands() -> dict[str, set[str]]:
    """Every command as it is typed, with its own options."""
    found: dict[str, set[str]] = {}

    def visit(command: click.Command, name: str) -> None:
        inner = command.commands if isinstance(command, click.Group) else {}
        names = command.list_commands(click.Context(command)) if isinstance(command, click.Group) else inner
        for child in names:
            assert isinstance(command, click.Group)
            below = command.get_command(click.Context(command), child)
            assert below is not None
            visit(below, f"{name} {child}")
        if not names:
            options = {opt for param in command.params for opt in param.opts if opt.startswith("--")}
            found[name] = options - SHARED

    visit(root_command(Config()), "timbao")
    return found


COMMANDS = commands()


def section(title: str) -> str:
    """The text below a heading, up to the next of its rank."""
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(title: str, table: int = 0) -> list[list[str]]:
    """The cells of a table below a heading, the first unless another is asked for, without its head."""
    lines = re.findall(r"(?:^\|.*\|\n)+", section(title), re.MULTILINE)[table].splitlines()[2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def shell_lines() -> Iterator[str]:
    """Every line in a shell block, without its comment."""
    for block in re.findall(r"```(?:sh|crontab)\n(.*?)```", README, re.DOTALL):
        for line in block.splitlines():
            yield line.partition("  #")[0].strip()


def test_it_is_read_in_one_sitting() -> None:
    """The README has fewer than 2,000 words; what only contributors need stands elsewhere."""
    assert len(README.split()) < MOST_WORDS


def test_what_it_links_to_exists() -> None:
    """Each link to another document of the project leads to a file."""
    linked = [target for target in re.findall(r"\]\(([^)]+)\)", README) if "://" not in target]
    assert linked
    assert [target for target in linked if not (ROOT / target).is_file()] == []


def test_every_command_is_described_with_all_its_options() -> None:
    """The table of commands names each command that exists, each of its options, and nothing else."""
    described = {}
    for typed, text in rows("Commands"):
        words = [word for word in typed.strip("`").split() if word[0].islower()]
        described[" ".join(words)] = set(re.findall(r"`(--[a-z-]+)`", text))
    assert described == COMMANDS


def test_the_shared_options_are_described() -> None:
    """Options that every command takes are named above the table."""
    named = set(re.findall(r"`(--[a-z-]+)`", section("Commands").partition("|")[0]))
    assert named == SHARED


@pytest.mark.parametrize("line", [line for line in shell_lines() if "timbao" in line and "make" not in line])
def test_every_example_is_a_command_that_exists(line: str) -> None:
    """Each line in a shell block parses as a command with options that it has."""
    words = shlex.split(line)
    words = words[next(i for i, word in enumerate(words) if word.endswith("timbao")) :][1:]
    name = next(name for name in COMMANDS if f"timbao {' '.join(words)} ".startswith(f"{name} "))
    options = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert options <= COMMANDS[name] | SHARED


@pytest.mark.parametrize("row", rows("The query language"), ids=lambda row: row[0])
def test_the_query_language_is_understood_as_described(row: list[str]) -> None:
    """Each row of the table is read as its last cell says, and that reading stands for the same query."""
    typed, _meaning, understood = (cell.strip("`") for cell in row)
    assert parse(typed).parsed == understood
    assert parse(understood).query == parse(typed).query


def test_every_field_named_in_the_table_exists() -> None:
    """Whatever stands with a colon in the query table is a field name."""
    text = "\n".join(" ".join(row) for row in rows("The query language")[:-1])
    named = set(re.findall(r"`(\w+):`", text))
    assert named
    assert named <= set(FIELD_NAMES)


def test_every_make_target_exists() -> None:
    """Each `make …` in the README is a target of the Makefile; users need one, the others are for contributors."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {line.partition(" ")[2] for line in shell_lines() if line.startswith("make ")}
    assert named == {"demo"}
    assert named <= targets


def test_the_configuration_example_holds_every_key() -> None:
    """The example of timbao.toml is valid and names exactly the keys there are."""
    blocks = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    assert set(tomllib.loads(blocks[0])) == CONFIG_KEYS


def test_the_newspaper_example_is_accepted(tmp_path: Path) -> None:
    """The entry that the README shows can be used as it stands."""
    from crawl.sources.registry import load_sources

    block = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)[1]
    own = tmp_path / "sources.toml"
    own.write_text(block, encoding="utf-8")
    added = next(source for source in load_sources(own) if source.name == "baokhanhhoa.vn")
    assert added.enabled
    assert added.selectors.lead == (".sapo",)


def test_the_import_format_is_as_described() -> None:
    """The table of keys names every key that a line may have, and the example line has them all and is read."""
    from crawl.ingest.json_lines import KEYS, BadLine, read_line

    described = {key for row in rows("Importing articles") for key in re.findall(r"`(\w+)`", row[0])}
    assert described == KEYS
    (example,) = re.findall(r"```json\n(.*?)\n```", section("Importing articles"), re.DOTALL)
    found = read_line(example.encode(), None)
    assert set(json.loads(example)) == KEYS - {"id"}
    assert found.left_out == ()
    assert all(getattr(found.article, key) for key in KEYS - {"id"})
    required = [key for key, text in rows("Importing articles") if "required" in text]
    assert required == ["`url`", "`title`"]
    for left in ({"url", "title"}, {"id", "source", "title"}, {"url", "body"}):
        line = {**json.loads(example), "id": "7"}
        assert read_line(json.dumps({key: line[key] for key in left}).encode(), None)
    for missing in ({"title", "body"}, {"url"}):
        kept = {key: value for key, value in json.loads(example).items() if key not in missing}
        with pytest.raises(BadLine):
            read_line(json.dumps(kept).encode(), None)


@pytest.mark.parametrize(
    "path", ["/", "/search?q=x", "/a/none", "/api/v1/search?q=x", "/healthz", "/openapi.json"]
)
def test_every_path_of_the_api_is_served(path: str, tmp_path: Path) -> None:
    """The table of the HTTP API names paths that exist: none answers that there is no such page."""
    client = create_app(open_engine(f"whoosh:{tmp_path / 'none'}")).test_client()
    with client.get(path) as answer:
        answered = answer.status_code
    assert answered in ({200, 503} if path != "/a/none" else {404, 503})
    assert path.partition("?")[0].replace("/none", "/ID") in section("The HTTP API")


def test_the_version_is_spoken() -> None:
    """`timbao --version` prints the version of pyproject.toml."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    command = Path(sys.executable).with_name("timbao")
    run = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    assert declared in run.stdout


def test_the_exit_statuses_mean_what_is_said(timbao: Timbao) -> None:
    """Each row of the table has a run that ends so; an interrupted one is tested where crawls are."""
    runs = {
        3: timbao("search", "dân"),
        4: timbao("import", "-", stdin=json.dumps(ARTICLE).encode() + b"\n{}\n"),
    }
    timbao("index")
    runs |= {
        0: timbao("search", "dân vận"),
        1: timbao("search", "zzzz"),
        2: timbao("search", '"dân'),
    }
    assert {status: run.status for status, run in runs.items()} == {status: status for status in runs}
    assert [int(status) for status, _means in rows("Commands", table=1)] == [*sorted(runs), 130]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder called `archive`, as the programs in the README call it, with one indexed article."""
    folder = tmp_path_factory.mktemp("library") / "archive"
    command = [str(Path(sys.executable).with_name("timbao")), "--data", str(folder)]
    subprocess.run([*command, "import", "-"], input=json.dumps(ARTICLE).encode(), check=True)
    subprocess.run([*command, "index"], check=True)
    return folder


def run_beside(archive: Path, program: str) -> subprocess.CompletedProcess[str]:
    """Run a program in the folder that holds the archive."""
    command = [sys.executable, "-c", program]
    return subprocess.run(
        command, cwd=archive.parent, capture_output=True, text=True, encoding="utf-8", check=False
    )


@pytest.mark.parametrize("title", ["As a library", "For Whoosh users"])
def test_the_programs_run_as_they_stand(title: str, archive: Path) -> None:
    """The program below each of these headings, run beside a data folder called `archive`, prints what it finds."""
    (program,) = re.findall(r"```python\n(.*?)```", section(title), re.DOTALL)
    run = run_beside(archive, program)
    assert run.returncode == 0, run.stderr
    assert ARTICLE["title"] in run.stdout
