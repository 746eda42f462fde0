"""Writing a file whole: a reader sees the old text or the new one, never half of either; and what lasts."""

from __future__ import annotations

import os
import uuid
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Replace the file by this text in UTF-8, atomically and durably.

    Missing folders are made. Raises OSError, and UnicodeEncodeError for a text with lone surrogates; the old file
    is then still whole.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        with temporary.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        sync(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync(path.parent)


def sync(path: Path) -> None:
    """Have a file's content, or a folder's entries, on the disk when this returns.

    A new name needs both: the file alone is not enough on every file system.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
