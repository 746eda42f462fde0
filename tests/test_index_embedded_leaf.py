"""A leaf says the same however often it is asked, and in whatever way it keeps what it holds."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.embedded.layout import Numbers
from index.embedded.leaf import InField, Leaf, Listed, Spread, Values, add_up
from index.ranking import Scorer


def numbers(docs: list[int]) -> Numbers:
    """Numbers of documents as an engine has them."""
    return np.array(docs, np.int32)


def held(frequencies: dict[int, int], size: int, *, spread: bool) -> Values:
    """How often documents hold something, kept in one way or the other."""
    docs = numbers(sorted(frequencies))
    listed = Listed(docs, np.array([frequencies[doc] for doc in docs], np.uint8), size)
    return Spread(listed.row().astype(np.float32)) if spread else listed


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 1_000))
def test_every_way_to_ask_has_one_answer(seed: int, size: int) -> None:
    """Of documents that few or many fields hold, any few or many are asked about, again and again."""
    chance = random.Random(seed)
    norms = np.array([chance.uniform(0.1, 3) for _doc in range(size)], np.float32)
    parts, expected = [], np.zeros(size)
    for _field in range(chance.randrange(4)):
        share = chance.choice((0.002, 0.05, 0.5))
        frequencies = {doc: chance.randint(1, 200) for doc in range(size) if chance.random() < share}
        if frequencies:
            scorer = Scorer(chance.uniform(0.5, 3), size, len(frequencies), norms)
            parts.append(InField(held(frequencies, size, spread=chance.random() < 0.5), scorer))
            for doc, frequency in frequencies.items():
                expected[doc] += scorer.scores(np.full(size, frequency, np.float32))[doc]
    leaf = Leaf(parts, size)
    for _turn in range(8):
        asked = numbers([doc for doc in range(size) if chance.random() < chance.choice((0.01, 0.3, 1))])
        match chance.randrange(4):
            case 0:
                assert leaf.holding(asked).tolist() == (expected[asked] > 0).tolist()
            case 1:
                keep, scores = leaf.among(asked)
                assert keep.tolist() == (expected[asked] > 0).tolist()
                assert scores == pytest.approx(expected[asked], rel=1e-5)
            case 2:
                assert leaf.docs.tolist() == np.flatnonzero(expected).tolist()
                assert leaf.scores == pytest.approx(expected[expected > 0], rel=1e-5)
            case _:
                whole = np.ones(size, np.float32)
                leaf.add_to(whole)
                assert whole == pytest.approx(expected + 1, rel=1e-5)
        assert leaf.most >= np.count_nonzero(expected)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.dictionaries(st.integers(0, 99), st.integers(1, 9)), max_size=4),
    st.sampled_from([100, 10_000]),
)
def test_values_are_added_up(values: list[dict[int, int]], size: int) -> None:
    """The sum of each document, of few or of many."""
    found = add_up([held(one, size, spread=False) for one in values], size)
    docs = sorted(set().union(*values))
    assert found.docs.tolist() == docs
    assert found.values.tolist() == [sum(one.get(doc, 0) for one in values) for doc in docs]
    assert found.count == len(docs)
