"""The wheel, installed into an empty environment and run from elsewhere, is complete."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.distribution import copy_project, pip

ARTICLE = {
    "url": "https://bao-thu.example/bai-1.html",
    "source": "baokhanhhoa.vn",
    "title": "Đường tránh thông xe",
    "body": "Con đường dài mười cây số.",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the project."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    copy_project(source)
    pip(sys.executable, "wheel", "--no-deps", "--wheel-dir", str(folder), str(source))
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of an environment that holds the wheel and what it needs, nothing else."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    pip(folder / "bin" / "python", "install", str(wheel))
    return folder / "bin"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment that knows nothing but a data folder."""
    return {"PATH": os.defpath, "HOME": str(tmp_path), "TIMBAO_DATA": str(tmp_path / "data")}


def test_the_wheel_holds_the_packages_and_their_data_only(wheel: Path) -> None:
    """Three packages, catalogues, newspapers, templates and styles are inside; tests and build files are not."""
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {
        "crawl",
        "index",
        "searcher",
    }
    assert "crawl/sources/sources.toml" in names
    assert {f"crawl/messages/locale/{language}/LC_MESSAGES/timbao.mo" for language in ("vi", "en")} <= names
    assert any(name.startswith("searcher/web/templates/") for name in names)
    assert any(name.startswith("searcher/web/static/") for name in names)


def test_it_searches_in_vietnamese_and_in_english(installed: Path, environment: dict[str, str]) -> None:
    """Run from `/`: an import, an index, and a search whose sentences are Vietnamese or English as asked."""

    def timbao(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [installed / "timbao", *arguments],
            env=environment,
            cwd="/",
            input=text,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

    assert timbao("import", "-", text=json.dumps(ARTICLE)).returncode == 0
    assert timbao("index").returncode == 0
    found = timbao("search", "duong tranh")
    assert found.returncode == 0, found.stderr
    assert "«Đường tránh»" in found.stdout or "Đường tránh thông xe" in found.stdout
    assert json.loads(timbao("search", "đường", "--json").stdout)["hits"][0]["province"] == "Khánh Hòa"
    assert "Không tìm thấy" in timbao("search", "zzzz").stderr
    assert "Nothing found" in timbao("search", "zzzz", "--lang", "en").stderr
    assert "baokhanhhoa.vn" in timbao("sources", "list").stdout


@pytest.fixture
def server(installed: Path, environment: dict[str, str]) -> Iterator[str]:
    """The address of a running `timbao serve`."""
    subprocess.run(
        [installed / "timbao", "import", "-"],
        env=environment,
        cwd="/",
        input=json.dumps(ARTICLE).encode(),
        check=True,
    )
    subprocess.run([installed / "timbao", "index"], env=environment, cwd="/", check=True)
    with subprocess.Popen(
        [installed / "timbao", "serve", "--port", "0"],
        env=environment,
        cwd="/",
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        address = re.search(r"http://127\.0\.0\.1:\d+", process.stderr.readline())
        assert address
        yield address[0]
        process.terminate()


def test_it_serves_the_page(server: str) -> None:
    """The page, its style and the API come from the installed package."""
    with urllib.request.urlopen(f"{server}/search?q=duong") as answer:
        page = answer.read().decode()
    assert "<mark>" in page
    style = re.search(r'href="(/static/[^"]+\.css[^"]*)"', page)
    assert style
    with urllib.request.urlopen(server + style[1]) as answer:
        assert answer.status == 200
    with urllib.request.urlopen(f"{server}/api/v1/search?q=duong") as answer:
        assert json.load(answer)["total"] == 1
