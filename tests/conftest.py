"""What many tests need: an environment of their own, the command as a user runs it, and the corpora if present."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from crawl.messages import set_language

COMMAND = Path(sys.executable).with_name("timbao")

# How long an example takes says more about the machine's other work than about the code.
hypothesis.settings.register_profile("timbao", deadline=None)
hypothesis.settings.load_profile("timbao")

# A suite started in the background ignores Ctrl-C, and so would every command that it starts and interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Sentences in tests are English, whatever the machine's locale; nothing of the user's is read."""
    for name in [name for name in os.environ if name.startswith("TIMBAO_") and name != "TIMBAO_BENCH_DATA"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LANGUAGE", "en")
    set_language("en")
    yield
    set_language("en")


@pytest.fixture(scope="session")
def bench_data() -> Path:
    """The folder of corpora that may not be copied here; tests that need it are skipped where it is absent."""
    folder = os.environ.get("TIMBAO_BENCH_DATA")
    if not folder:
        pytest.skip("TIMBAO_BENCH_DATA is not set: the corpora are not here")
    path = Path(folder)
    assert path.is_dir(), f"TIMBAO_BENCH_DATA names {path}, which is no folder"
    return path


@dataclass(frozen=True)
class Run:
    """What a command printed and how it ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


Timbao = Callable[..., Run]


@pytest.fixture
def timbao(tmp_path: Path) -> Timbao:
    """Runs `timbao` as a user does, in a process, on a data folder of the test's own, in English."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "TIMBAO_LANG": "en",
        "TIMBAO_DATA": str(tmp_path / "data"),
        "TIMBAO_ALLOW_ADDRESSES": "127.0.0.1/32",
    }

    def run(*arguments: str, stdin: bytes | None = None, **more: str) -> Run:
        done = subprocess.run(
            [COMMAND, *arguments],
            env={**environment, **more},
            cwd=tmp_path,
            input=stdin or b"",
            capture_output=True,
            check=False,
            timeout=120,
        )
        out, err = done.stdout.decode(errors="surrogateescape"), done.stderr.decode()
        assert "Traceback" not in err, err
        return Run(done.returncode, out, err)

    return run
