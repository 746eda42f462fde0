"""A file is replaced whole, or stays as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawl.datafolder.wholefile import write_whole


def test_a_file_is_replaced_in_a_folder_that_is_made(tmp_path: Path) -> None:
    """The text is there as it was given, line ends included, and whoever might read files here may read it."""
    path = tmp_path / "new" / "folder" / "x.json"
    for text in ("cũ\n", "mới\r\n"):
        write_whole(path, text)
        assert path.read_bytes() == text.encode()
    plain = tmp_path / "plain"
    plain.touch()
    assert path.stat().st_mode == plain.stat().st_mode
    assert [entry.name for entry in path.parent.iterdir()] == ["x.json"]


def test_a_failed_writing_leaves_the_old_text_and_no_litter(tmp_path: Path) -> None:
    """What fails half way, or cannot take the name, changes nothing and leaves nothing beside it."""
    path = tmp_path / "x.json"
    write_whole(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "new" * 10_000 + "\udcff")
    assert path.read_text() == "old"
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    with pytest.raises(OSError, match="folder"):
        write_whole(tmp_path / "folder", "new")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["folder", "x.json"]
    assert [entry.name for entry in (tmp_path / "folder").iterdir()] == ["inner"]
