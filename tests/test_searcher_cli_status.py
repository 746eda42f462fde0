"""`timbao status`, beside what the data folder holds."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import Timbao


def test_damaged_records_are_passed_over(timbao: Timbao, tmp_path: Path) -> None:
    """`status` shows the newest run record that can be read."""
    assert timbao("status", "--json").json["last_run"] is None
    assert timbao("update").status == 0
    for number, text in enumerate(["", "{", "[]", '{"started": 1}', "\udcff"]):
        record = tmp_path / "data" / "runs" / f"9999-{number}.json"
        record.write_text(text, errors="surrogateescape")
    run = timbao("status", "--json").json["last_run"]
    assert (run["new"], run["failed_sources"], run["error"]) == (0, [], None)
    assert "0 new and 0 changed" in timbao("status").out
