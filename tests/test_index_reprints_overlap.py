"""How much two texts share, and which articles are compared."""

from __future__ import annotations

import random
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.reprints.candidates import MAX_CANDIDATES, MIN_COMMON, SketchTable
from index.reprints.overlap import (
    KEYS,
    MIN_SYLLABLES,
    NO_KEY,
    SHINGLE,
    Syllables,
    overlap,
    shingles,
    sketch,
    syllables,
)
from tests.bench.reprints import TEMPLATES

TEXTS = st.lists(st.integers(0, 400), max_size=300).map(lambda codes: np.array(codes, np.uint16) * 2)


def text(seed: int, size: int = 300) -> Syllables:
    """An invented text of many different words."""
    chance = random.Random(seed)
    return np.array([2 * chance.randrange(5_000) for _syllable in range(size)], np.uint16)


def edited(original: Syllables, share: float, seed: int = 0) -> Syllables:
    """The text with this share of its syllables exchanged."""
    chance = np.random.default_rng(seed)
    changed = original.copy()
    places = chance.random(len(original)) < share
    changed[places] = 2 * chance.integers(10_000, 15_000, int(places.sum()))
    return changed


def test_spelling_does_not_matter() -> None:
    """Tone placement, capitals and Unicode vintages are one text; numbers are told apart by the lowest bit."""
    plain = syllables("Ủy ban họp về hòa giải năm 2021")
    assert plain.dtype == np.uint16
    assert plain.tolist() == syllables("UỶ BAN HỌP VỀ HOÀ GIẢI NĂM 2021").tolist()
    assert (
        plain.tolist() == syllables(unicodedata.normalize("NFD", "ủy ban họp về hòa giải năm 2021")).tolist()
    )
    assert (plain & 1).tolist() == [0, 0, 0, 0, 0, 0, 0, 1]


@given(TEXTS)
def test_shingles_are_the_runs_of_the_text(some: Syllables) -> None:
    """Equal runs, and only they, have equal numbers."""
    runs = [tuple(some[place : place + SHINGLE]) for place in range(max(0, len(some) - SHINGLE + 1))]
    numbers = shingles(some).tolist()
    assert len(numbers) == len(runs)
    assert len(set(zip(runs, numbers, strict=True))) == len(set(runs)) == len(set(numbers))


@given(TEXTS)
def test_a_sketch_is_made_of_sets(some: Syllables) -> None:
    """Order and repetition of shingles do not matter, every key stands in its own class, short texts have none."""
    keys = sketch(some)
    assert keys.shape == (KEYS,)
    used = keys != NO_KEY
    assert (keys[used] >> 26 == np.flatnonzero(used)).all()
    assert used.any() == (len(some) >= SHINGLE)
    if len(some) > SHINGLE:
        twice = np.concatenate([some, some])
        assert (sketch(twice) <= keys).all()


def test_equal_keys_estimate_the_resemblance() -> None:
    """Over many pairs the share of equal keys is near the Jaccard index of the sets of shingles."""
    errors = []
    for seed in range(40):
        one = text(seed)
        other = edited(one, 0.1, seed)
        sets = set(shingles(one).tolist()), set(shingles(other).tolist())
        resemblance = len(sets[0] & sets[1]) / len(sets[0] | sets[1])
        errors.append(float((sketch(one) == sketch(other)).mean()) - resemblance)
    assert abs(np.mean(errors)) < 0.03


@given(TEXTS, TEXTS)
def test_overlap_is_a_share_and_takes_no_sides(one: Syllables, other: Syllables) -> None:
    """Shares lie between 0 and 1, of the shorter text at least as much as of the longer; short texts share nothing."""
    found = overlap(one, other)
    assert 0 <= found.of_longer <= found.of_shorter <= 1
    assert found.of_longer <= found.of_both <= found.of_shorter
    if len(one) != len(other):
        assert overlap(other, one) == found
    if min(len(one), len(other)) < MIN_SYLLABLES:
        assert not found.is_reprint


@pytest.mark.parametrize("share", [0.0, 0.05, 0.2, 0.4])
def test_what_was_not_changed_is_found(share: float) -> None:
    """Of a text edited here and there the share that was kept is measured, closely."""
    for seed in range(10):
        one = text(seed)
        other = edited(one, share, seed)
        found = overlap(one, other)
        assert found.of_both == pytest.approx(float((one == other).mean()), abs=0.13)


def test_cut_and_prefixed_texts_are_reprints() -> None:
    """Paragraphs left out in the middle, or a new lead of another length, leave it the same article."""
    one = text(1)
    assert overlap(one, np.concatenate([one[:100], one[220:]])).is_reprint
    assert overlap(one, np.concatenate([text(2, 77), one[30:]])).is_reprint


def test_other_articles_are_no_reprints() -> None:
    """The same words in another order, a brief inside a round-up, and half of a sequel are other articles."""
    one = text(1)
    shuffled = np.random.default_rng(1).permutation(one)
    roundup = np.concatenate([one, text(2, 1_000)])
    sequel = np.concatenate([text(3, 150), one[:150]])
    for other in (shuffled, roundup, sequel, text(4)):
        assert not overlap(one, other).is_reprint


@pytest.mark.parametrize("template", TEMPLATES, ids=["draw", "weather", "scores"])
def test_bulletins_that_differ_in_numbers_are_no_reprints(template: str) -> None:
    """The same form filled with other numbers is another article; filled with the same, or nearly, it is the same."""
    chance = random.Random(1)
    first = [chance.randint(100, 999) for _blank in range(template.count("{}"))]
    second = [chance.randint(100, 999) for _blank in first]
    corrected = [*first[:-2], 7, 8]
    one, other, nearly = (syllables(template.format(*numbers)) for numbers in (first, second, corrected))
    assert not overlap(one, other).is_reprint
    assert overlap(one, nearly).is_reprint


def test_a_form_with_other_words_and_few_numbers_is_no_reprint() -> None:
    """Two days' weather reports, with a word or two exchanged and half of six numbers the same by chance."""
    form = (
        "Thời tiết {0} ngày {1} tháng {2}: nhiều mây, có mưa rào. Nhiệt độ thấp nhất {3} độ C, cao nhất {4} độ C. Gió"
        " đông bắc cấp {5}. Độ ẩm {6} phần trăm. Người dân chú ý đề phòng lốc, sét trong chiều tối và đêm, nhất là"
        " ở các xã miền núi và ven biển."
    )
    one = syllables(form.format("Khánh Hòa", 3, 11, 21, 30, 4, 80))
    assert not overlap(one, syllables(form.format("Bình Định", 9, 11, 19, 27, 4, 80))).is_reprint
    assert overlap(one, syllables(form.format("Bình Định", 3, 11, 21, 30, 4, 85))).is_reprint


def table_of(*texts: Syllables) -> SketchTable:
    """A table of these texts, numbered from 0."""
    table = SketchTable()
    for number, some in enumerate(texts):
        table.put(number, sketch(some))
    return table


def test_candidates_are_what_brute_force_finds() -> None:
    """Every article gets the others that have enough keys in common with it, and no article itself."""
    texts = [edited(text(seed % 15), 0.3, seed) for seed in range(60)]
    keys = [sketch(some) for some in texts]
    expected = {
        (one, other)
        for one in range(60)
        for other in range(60)
        if one != other and int(((keys[one] == keys[other]) & (keys[one] != NO_KEY)).sum()) >= MIN_COMMON
    }
    assert set(table_of(*texts).candidates(range(60))) == expected
    assert len(expected) > 60
    assert set(table_of(*texts).candidates([7])) == {pair for pair in expected if pair[0] == 7}


def test_candidates_are_few_and_survive_storage() -> None:
    """What everybody prints has MAX_CANDIDATES candidates at most; a table made of stored sketches is the same."""
    texts = [edited(text(1), 0.05, seed) for seed in range(40)]
    table = table_of(*texts)
    found = list(table.candidates([39]))
    assert 0 < len(found) <= MAX_CANDIDATES
    stored = SketchTable((number, sketch(some).astype("<u4").tobytes()) for number, some in enumerate(texts))
    assert list(stored.candidates([39])) == found
    table.put(39, sketch(text(2)))
    assert list(table.candidates([39])) == []
    assert list(SketchTable().candidates([])) == []
