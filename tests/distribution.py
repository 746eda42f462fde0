"""What the tests of the distributions share: the project's own files, and pip."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent


def project_files() -> list[str]:
    """What belongs to the project: what git tracks, or what a source distribution says that it holds."""
    if not (ROOT / ".git").exists():
        return (ROOT / "timbao.egg-info" / "SOURCES.txt").read_text(encoding="utf-8").splitlines()
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    tracked = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    return list(filter(None, tracked.decode().split("\0")))


def copy_project(target: Path) -> None:
    """Copy the project into a new folder, so that nothing left in the checkout gets into what is built there."""
    for name in project_files():
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes((ROOT / name).read_bytes())


def pip(python: str | Path, *arguments: str) -> None:
    """Run pip quietly."""
    command = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
