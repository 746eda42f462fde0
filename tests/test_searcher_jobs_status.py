"""What `timbao status` says of an index."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from crawl.datafolder.folder import DataFolder
from crawl.messages import speaking
from index.opening import open_engine
from searcher.jobs.status import gather, to_json, to_text
from tests.engine_contract import article, fill


def test_an_index_that_answers_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index that an upgrade left behind is told with what to type, in words and in JSON; others have no fault."""
    folder = DataFolder(tmp_path)
    for indexed, version in ((False, None), (True, None), (True, 99)):
        with closing(open_engine(folder.engine_locator)) as engine, speaking("en"):
            if indexed and version is None:
                fill(engine, [[article("1")]])
            if version:
                monkeypatch.setattr("index.embedded.generations.FORMAT", version)
            status = gather(folder, engine, (), ())
            fault = json.loads(to_json(status))["index"]["fault"]
            assert fault == status.fault
            assert ("--rebuild" in to_text(status)) is ("--rebuild" in (fault or "")) is bool(version)
