"""From a locator to the engine that it names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from index.embedded.adapter import WhooshEngine
from index.engine import EngineUnavailable
from index.opening import open_engine


def test_the_locator_names_the_engine(tmp_path: Path) -> None:
    """`whoosh:PATH` opens the embedded engine, which has the same locator; opening creates nothing."""
    engine = open_engine(f"whoosh:{tmp_path / 'here'}")
    assert isinstance(engine, WhooshEngine)
    assert engine.locator == f"whoosh:{tmp_path / 'here'}"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("locator", ["", "whoosh", "whoosh:", "lucene:/tmp/x", "/tmp/x"])
def test_an_unknown_locator_is_refused_with_advice(locator: str) -> None:
    """A locator that no engine understands raises EngineUnavailable, quoting it and showing a right one."""
    with pytest.raises(EngineUnavailable) as caught:
        open_engine(locator)
    assert caught.value.locator == locator
    assert repr(locator) in str(caught.value)
    assert "whoosh:" in str(caught.value)


@pytest.mark.parametrize("path", ["\0", "a\0b", "\ud800"])
def test_a_name_that_no_folder_can_have_is_refused(path: str) -> None:
    """It is no damage and no index that is still to be made: the locator is wrong, and so the message says."""
    with pytest.raises(EngineUnavailable, match="no folder can have this name"):
        open_engine(f"whoosh:{path}")


def test_opening_loads_no_engine() -> None:
    """Only the engine that is named is loaded, and only then."""
    code = "import sys, index.opening; print([m for m in sys.modules if m.startswith('index.embedded')])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_searching_does_not_load_the_lock(tmp_path: Path) -> None:
    """Only a writer pays for importing the lock."""
    code = (
        "import sys; from index.engine import NoIndex\n"
        "from index.opening import open_engine; from index.query import Everything\n"
        "try: open_engine('whoosh:' + sys.argv[1]).search(Everything())\n"
        "except NoIndex: print('filelock' in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "False"
