"""Spellings collected from other projects' reports: what is written, and what is asked for there."""

from __future__ import annotations

import csv
import json
from pathlib import Path


def published_cases(folder: Path, *stages: str) -> dict[str, str]:
    """The cases of these stages: what is written, and the key it should have."""
    with (folder / "normalise_cases.tsv").open(encoding="utf-8") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        found = {
            json.loads(f'"{row["input"]}"'): json.loads(f'"{row["expected"]}"')
            for row in rows
            if row["stage"] in stages
        }
    assert found
    return found
