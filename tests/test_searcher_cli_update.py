"""`timbao update`: what it says, and how it ends when it cannot go on."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from tests.conftest import COMMAND, Timbao
from tests.sample_site import SampleSite


def test_an_interrupted_update_does_not_go_on(timbao: Timbao, tmp_path: Path) -> None:
    """Ctrl-C while an update crawls ends it with 130: nothing is indexed, and the record says why it ended.

    When its time is up instead, what was fetched is indexed.
    """
    folder = tmp_path / "data"
    environment = {**os.environ, "TIMBAO_DATA": str(folder), "TIMBAO_ALLOW_ADDRESSES": "127.0.0.1/32"}
    with SampleSite() as site:
        name, url = next(iter(site.urls.items()))
        assert timbao("sources", "add", url, "--name", name).status == 0
        before = len(site.requests)
        with subprocess.Popen(
            [COMMAND, "update", "--max-seconds", "100", "--lang", "en"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as run:
            while len(site.requests) == before:
                time.sleep(0.02)
            run.send_signal(signal.SIGINT)
            out, err = run.communicate(timeout=30)
        assert (run.returncode, out) == (130, b"")
        assert b"Traceback" not in err
        status = timbao("status", "--json").json
        assert status["last_run"]["error"] == "interrupted"
        assert status["index"]["generation"] is None
        assert "; interrupted\n" in timbao("status").out
        assert timbao("update", "--max-seconds", "1").status == 0
    status = timbao("status", "--json").json
    assert status["last_run"]["error"] is None
    assert status["index"]["generation"] is not None


def test_a_record_that_cannot_be_written_is_said(timbao: Timbao, tmp_path: Path) -> None:
    """Where the run record has no place, an update ends with status 3 and names it; another error goes before."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "runs").write_text("in the way")
    run = timbao("update")
    assert run.status == 3
    assert str(tmp_path / "data" / "runs") in run.err
    assert "Traceback" not in run.err
    run = timbao("update", TIMBAO_ALLOW_ADDRESSES="everything")
    assert run.status == 2
    assert "everything" in run.err


def test_an_update_of_no_newspaper_says_so(timbao: Timbao) -> None:
    """Where none is enabled it indexes what was imported, with status 0, and says how to enable one."""
    run = timbao("update")
    assert run.status == 0
    assert "0 new and 0 changed" in run.out
    assert "timbao sources enable" in run.err
