"""A search as the query string of a web address, and back."""

from __future__ import annotations

import unicodedata
from datetime import date
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.engine import Sort
from searcher.results import permalinks
from searcher.results.permalinks import BadDay, BadNumber, BadReprints, BadSort
from searcher.results.request import SearchRequest

texts = st.text(st.characters(exclude_categories=["Cs"])).map(lambda text: unicodedata.normalize("NFC", text))
values = st.lists(texts.map(str.strip).filter(bool), unique=True, max_size=3).map(tuple)
days = st.none() | st.dates(date(1000, 1, 1))
requests = st.builds(
    SearchRequest,
    text=texts.filter(lambda text: text == "" or text.strip() != ""),
    limit=st.integers(-5, 5_000),
    page=st.integers(-5, 5_000),
    first=days,
    last=days,
    source=values,
    province=values,
    section=values,
    author=values,
    sort=st.sampled_from(Sort),
    fold=st.booleans(),
)


@given(requests)
def test_what_was_written_is_read_again(request: SearchRequest) -> None:
    """Reading the written form gives the request back, whatever it holds."""
    assert permalinks.read(parse_qsl(permalinks.write(request))) == request


@given(requests)
def test_the_written_form_is_plain_ascii(request: SearchRequest) -> None:
    """It can stand in a header and in an attribute: printable ASCII without spaces, quotes and angle brackets."""
    written = permalinks.write(request)
    assert written.isascii()
    assert written.isprintable()
    assert not set(written) & set(" \"'<>")


@given(
    st.lists(
        st.tuples(st.sampled_from(["q", "from", "to", "page", "limit", "sort", "reprints", "x"]), st.text())
    )
)
def test_anything_is_read_or_refused(parameters: list[tuple[str, str]]) -> None:
    """Whatever stands in an address, it is a request or one of our errors."""
    try:
        found = permalinks.read(parameters)
    except (BadDay, BadNumber, BadReprints, BadSort):
        return
    assert permalinks.read(parse_qsl(permalinks.write(found))) == found


def test_a_month_means_its_first_and_its_last_day() -> None:
    """Days, months and years are understood, at both ends inclusive, in either order of writing."""
    read = permalinks.read([("q", "a"), ("from", "2/2020"), ("to", "2020-02")])
    assert (read.first, read.last) == (date(2020, 2, 1), date(2020, 2, 29))
    assert permalinks.read([("from", "15/03/2021")]).first == date(2021, 3, 15)


def test_repeated_and_empty_parameters() -> None:
    """Filters may be repeated, doubles count once, empty values and unknown names do not count."""
    read = permalinks.read(
        [("source", " a "), ("source", "b"), ("source", "a"), ("author", " "), ("page", ""), ("utm", "1")]
    )
    assert read == SearchRequest("", source=("a", "b"))


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("from", "hôm qua", BadDay),
        ("to", "2021-02-30", BadDay),
        ("page", "hai", BadNumber),
        ("limit", "1.5", BadNumber),
        ("page", "9" * 5_000, BadNumber),
        ("sort", "tốt nhất", BadSort),
    ],
)
def test_a_bad_value_is_named(name: str, value: str, error: type[Exception]) -> None:
    """A value that cannot be meant raises the error of its kind, which quotes it."""
    with pytest.raises(error) as caught:
        permalinks.read([(name, value)])
    assert repr(value) in str(caught.value)


def test_reprints_are_folded_or_shown_and_nothing_else() -> None:
    """`reprints` takes its two values in any case, and an error names them for anything else."""
    assert permalinks.read([("reprints", "Show")]) == SearchRequest("", fold=False)
    assert permalinks.read([("reprints", "fold")]) == SearchRequest("")
    with pytest.raises(BadReprints, match="fold, show"):
        permalinks.read([("reprints", "hide")])
