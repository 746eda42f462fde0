"""Written TOML is read back as it was, and a failed writing leaves the old file."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl.sources.tomlfile import write_toml

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
PLAIN = TEXT | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False)
VALUES = PLAIN | st.lists(TEXT, max_size=8)
TABLES = st.recursive(
    st.dictionaries(TEXT, VALUES, max_size=4),
    lambda inner: st.dictionaries(TEXT, VALUES | inner, max_size=4),
    max_leaves=12,
)


@given(tables=TABLES)
def test_round_trip(tables: dict[str, object], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Any tables of texts, numbers, lists and tables come back equal through the standard library's reader."""
    path = tmp_path_factory.getbasetemp() / "round.toml"
    write_toml(path, tables, "a header")  # type: ignore[arg-type]
    text = path.read_text("utf-8")
    assert text.startswith("# a header\n")
    assert tomllib.loads(text) == tables


def test_a_failed_writing_changes_nothing(tmp_path: Path) -> None:
    """What cannot be written leaves the old file whole and no litter beside it."""
    path = tmp_path / "new" / "s.toml"
    write_toml(path, {"a": 1}, "h")
    with pytest.raises(AssertionError):
        write_toml(path, {"a": object()}, "h")  # type: ignore[dict-item]
    assert tomllib.loads(path.read_text("utf-8")) == {"a": 1}
    assert [entry.name for entry in path.parent.iterdir()] == ["s.toml"]
