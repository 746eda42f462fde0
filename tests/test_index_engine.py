"""Every engine keeps the contract, the oracle that defines it included."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.embedded import batch, budget, merge, segmentfile, writer
from index.engine import (
    CorruptIndex,
    Engine,
    EngineBusy,
    EngineError,
    EngineUnavailable,
    NoIndex,
    StaleIndex,
)
from index.opening import open_engine
from tests.engine_contract import EngineContract
from tests.oracle_engine import OracleEngine


class TestOracleEngine(EngineContract):
    """The definition agrees with itself, and with what the contract says in words."""

    def make(self, path: Path) -> Engine:
        """In memory."""
        assert not path.exists()
        return OracleEngine()


class TestWhooshEngine(EngineContract):
    """The embedded engine, opened as users open it."""

    def make(self, path: Path) -> Engine:
        """In a folder of its own."""
        return open_engine(f"whoosh:{path}")


@pytest.fixture(scope="class")
def no_memory() -> Iterator[None]:
    """No two documents fit into memory together."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(budget, "BUDGET", 0)
        yield


@pytest.fixture(scope="class")
def small_stretches() -> Iterator[None]:
    """Work is cut into stretches of a few postings, checksums are of a few bytes, little is merged."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "_STRETCH", 4)
        patch.setattr(batch, "_POSITION_BITS", 2)
        patch.setattr(merge, "_STRETCH", 4)
        patch.setattr(segmentfile, "_STRETCH_BITS", 6)
        patch.setattr(segmentfile, "_STRETCH", 64)
        patch.setattr(writer, "_SMALL", 0)
        yield


@pytest.mark.usefixtures("no_memory")
class TestWhooshEngineWithoutMemory(EngineContract):
    """The same where every document becomes a segment at once, and all are merged."""

    def make(self, path: Path) -> Engine:
        """In a folder of its own."""
        return open_engine(f"whoosh:{path}")


@pytest.mark.usefixtures("small_stretches")
class TestWhooshEngineInPieces(EngineContract):
    """The same where everything that large indexes cut into pieces is in many pieces."""

    def make(self, path: Path) -> Engine:
        """In a folder of its own."""
        return open_engine(f"whoosh:{path}")


@pytest.mark.parametrize(
    "error",
    [
        NoIndex("whoosh:x"),
        StaleIndex("whoosh:x", "why"),
        EngineBusy("whoosh:x", "process 7"),
        EngineUnavailable("whoosh:x", "why"),
        CorruptIndex("whoosh:x", "why"),
    ],
)
def test_every_error_names_the_index(error: EngineError) -> None:
    """Each error is an EngineError, carries its locator, and names it in the sentence for the user."""
    assert getattr(error, "locator") == "whoosh:x"  # noqa: B009 - the root class has none
    assert "whoosh:x" in str(error)


def test_the_seam_loads_no_backend() -> None:
    """Importing the seam loads neither Whoosh nor the lock's package: one on a cluster never needs them."""
    code = "import sys, index.engine; print([m for m in ('whoosh', 'filelock') if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
