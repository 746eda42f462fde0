"""The source distribution, unpacked elsewhere, is the project whole: its tests run, and the same wheel is built."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.distribution import copy_project, pip, project_files

# Quick ones that between them need every kind of file that is no module: documents, pages, newspapers, the Makefile.
SOME_TESTS = [
    f"tests/test_{name}.py"
    for name in ("architecture", "contributing", "crawl_families", "readme", "sample_site")
]
MADE = {"PKG-INFO", "setup.cfg"}


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's own files and nothing else."""
    folder = tmp_path_factory.mktemp("copied")
    copy_project(folder)
    return folder


@pytest.fixture(scope="module")
def unpacked(copied: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution, built and unpacked."""
    folder = tmp_path_factory.mktemp("sdist")
    command = [sys.executable, "-m", "build", "--sdist", "--outdir", str(folder), str(copied)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (packed,) = folder.glob("*.tar.gz")
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
    return folder / packed.name.removesuffix(".tar.gz")


def pytest_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in a folder, whose modules go before those that are installed."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )


def test_it_holds_what_the_project_holds(unpacked: Path) -> None:
    """Every file of the project is in it, and no other but what describes it to installers."""
    held = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file()}
    described = {name for name in held if name.startswith("timbao.egg-info/")} | MADE
    own = {name for name in project_files() if not name.startswith("timbao.egg-info/")} - MADE
    assert held - described == own


def test_its_tests_can_be_run(unpacked: Path) -> None:
    """All of its tests are collected without an error, and some that need its other files pass."""
    collected = pytest_in(unpacked, "--collect-only")
    assert collected.returncode == 0, collected.stdout[-2000:]
    assert "tests/test_crawl_urls.py::" in collected.stdout
    passed = pytest_in(unpacked, *SOME_TESTS)
    assert passed.returncode == 0, passed.stdout[-4000:]


def test_the_same_wheel_is_built_from_it(copied: Path, unpacked: Path, tmp_path: Path) -> None:
    """The wheel that is made of it holds the same files as that which is made of a checkout."""
    held = []
    for name, source in (("checkout", copied), ("sdist", unpacked)):
        pip(sys.executable, "wheel", "--no-deps", "--wheel-dir", str(tmp_path / name), str(source))
        (wheel,) = (tmp_path / name).glob("*.whl")
        held.append(sorted(zipfile.ZipFile(wheel).namelist()))
    assert held[0] == held[1]
