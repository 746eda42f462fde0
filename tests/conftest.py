"""What many tests need: an environment of their own, the command as a user runs it, and the corpora if present."""

from __future__ import annotations

import json
import os
import pty
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

ARTICLES = (
    {
        "url": "https://bao-thu.example/chinh-tri/202103/dan-van-8210000/",
        "source": "bao-thu.example",
        "title": "Những đóng góp cho công tác dân vận",
        "lead": "Hội Khoa học tỉnh Khánh Hòa có nhiều đóng góp vào công tác dân vận.",
        "body": "Thời gian qua, hội đã mở 37 hội nghị.\n\nTỉnh Khánh Hòa có hơn 83.000 hội viên.",
        "author": "Bùi Mậu",
        "published": "2021-03-15T22:42:00+07:00",
        "section": "Chính trị",
    },
    {
        "url": "https://bao-thu.example/giao-thong/201705/duong-tranh-8210001/",
        "source": "bao-thu.example",
        "title": "Hứa mở đường tránh trước mùa mưa",
        "body": "Chủ tịch hứa thông xe đường tránh trong năm 2017.",
        "published": "2017-05-02",
    },
    {
        "url": "https://bao-khac.example/duong-a1.html",
        "source": "bao-khac.example",
        "title": "Chè dương chanh",
        "body": "Món chè của người dân ven sông.",
        "published": "2019-01-01",
    },
)

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


def lines(*articles: object) -> bytes:
    """The articles as JSON Lines."""
    return b"".join(json.dumps(article, ensure_ascii=False).encode() + b"\n" for article in articles)


@pytest.fixture
def archive(timbao: Timbao) -> Timbao:
    """The command on a data folder that holds the three articles, indexed."""
    assert timbao("import", "-", stdin=lines(*ARTICLES)).status == 0
    assert timbao("index").status == 0
    return timbao


def on_terminal(tmp_path: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    """What a command of 40 columns shows on a terminal, and its status."""
    ours, theirs = pty.openpty()
    settled = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "TIMBAO_DATA": str(tmp_path / "data"),
        "TIMBAO_LANG": "en",
        "TERM": "xterm",
        "COLUMNS": "40",
        "LINES": "100",
    }
    with subprocess.Popen(
        [COMMAND, *arguments], env={**settled, **environment}, stdin=theirs, stdout=theirs, stderr=theirs
    ) as run:
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 4096):
                shown += part
        except OSError:  # how Linux says that the other end is closed
            pass
        os.close(ours)
    return run.returncode, shown.decode().replace("\r\n", "\n")
