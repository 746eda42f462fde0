"""Pages of results as one record a line, against the golden file and hostile text."""

from __future__ import annotations

from hypothesis import given

from searcher.output.records import to_ids, to_records
from tests.result_pages import (
    GOLDEN,
    UNSAFE,
    hostile_page,
    hostile_texts,
    page,
)


def test_lines_are_as_published() -> None:
    """Off a terminal there is one record a line, tab separated, partial matches named."""
    assert to_records(page()) == (GOLDEN / "results-lines.txt").read_text(encoding="utf-8")


def test_ids_are_one_a_line() -> None:
    """Each hit's id, in the order of the hits."""
    assert to_ids(page()) == "k1\nk2\nk3\n"


@given(hostile_texts)
def test_nothing_hostile_reaches_a_record(text: str) -> None:
    """No control, override or lone surrogate is printed, and a record stays five columns on one line."""
    record = to_records(hostile_page(text))
    assert not UNSAFE.search(record)
    assert (record.count("\n"), record.count("\t")) == (1, 4)
    record.encode()
