"""Pages of results as JSON and JSON Lines, against the golden file and hostile text."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given

from searcher.output.as_json import json_text, results_json, results_json_lines
from tests.result_pages import (
    GOLDEN,
    HOSTILE,
    UNSAFE,
    folded_page,
    hostile_page,
    hostile_texts,
    page,
)


def test_json_is_as_published() -> None:
    """The JSON object holds the same names, values and nulls as the golden file, on one line."""
    written = results_json(page())
    assert json.loads(written) == json.loads((GOLDEN / "results.json").read_text(encoding="utf-8"))
    assert "\n" not in written


def test_json_lines_are_the_hits() -> None:
    """JSON Lines hold exactly the hits of the JSON object, one a line."""
    lines = results_json_lines(page())
    assert lines.endswith("\n")
    assert [json.loads(line) for line in lines.splitlines()] == json.loads(results_json(page()))["hits"]


@given(hostile_texts)
def test_nothing_hostile_reaches_json(text: str) -> None:
    """No control, override or lone surrogate is written, hits stay one a line, and what is read is the text."""
    shown = hostile_page(text)
    written = results_json(shown)
    assert not UNSAFE.search(written)
    assert json.loads(written)["hits"][0]["title"] == text
    assert results_json_lines(shown).count("\n") == 1
    written.encode()


def test_offsets_survive_escaping() -> None:
    """After decoding, the JSON's marks still point at what matched."""
    hit = json.loads(results_json(hostile_page(HOSTILE)))["hits"][0]
    assert [hit["title"][start:end] for start, end in hit["title_marks"]] == ["chài", "chài"]
    text = hit["snippet"]["text"]
    assert [text[start:end] for start, end in hit["snippet"]["marks"]] == ["chài", "chài"]


def test_reprints_are_counted_and_the_first_is_named() -> None:
    """A folded hit says in how many others it was printed and which was the first; its name is as it is."""
    first, second = (hit["reprints"] for hit in json.loads(results_json(folded_page()))["hits"])
    evil = "evil\x1b[2J.vn"
    assert first == {"count": 3, "first": {"id": "k2", "source": evil, "published": "2020-01-02"}}
    assert second == {"count": 1, "first": {"id": "k3", "source": "tinthu.vn", "published": None}}


def test_signs_that_turn_lines_around_are_escaped() -> None:
    """Marks of direction and byte order, which a terminal obeys or swallows, are written as numbers."""
    assert json_text({"a": "\u200e\u200f\u061c\ufeff\x7f"}) == r'{"a": "\u200e\u200f\u061c\ufeff\u007f"}'


def test_what_is_no_number_is_refused() -> None:
    """NaN and infinity are no JSON (RFC 8259, section 6): they would break whoever reads it."""
    for value in (math.nan, math.inf):
        with pytest.raises(ValueError, match="JSON"):
            json_text({"score": value})


def test_numbers_are_as_exact_as_they_mean_anything() -> None:
    """Scores have four decimals and milliseconds three; what is no number of JSON is refused."""
    shown = replace(page(), took_ms=1.23456)
    written = json.loads(results_json(shown))
    assert (written["took_ms"], written["hits"][0]["score"]) == (1.235, 7.3123)
    with pytest.raises(ValueError, match="JSON"):
        json_text({"score": float("nan")})
