"""The same article in several papers: what of a text is kept to recognise it, and how much two texts share.

A text is its syllables. A sketch of it (MinHash over shingles, one permutation: Li, Owen & Zhang, "One permutation
hashing", NIPS 2012; shingles: Broder, "On the resemblance and containment of documents", 1997) finds candidates;
`overlap` then lays the two texts side by side and counts what one has of the other.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.text.tokens import analyse_terms

SKETCH_VERSION = 2
"""Raised with every change of what a text is turned into here, or of what counts as a reprint."""

SHINGLE = 3
"""Syllables of a shingle: enough to be telling, few enough that a text with every third word changed keeps some."""

KEYS = 64
"""Keys of a sketch."""

NO_KEY = 0xFFFF_FFFF
"""Stands in a sketch where no shingle fell; it matches nothing."""

MIN_SYLLABLES = 30
"""Shorter texts are not compared: a caption or a notice is alike in many articles that are not the same."""

MIN_SHARED = 0.58
"""Of both texts together, the share that must be common. Of the shorter one alone it would not do: a brief inside
a round-up, or an article that its sequel quotes whole, is not the same article."""

MIN_ALONGSIDE = 0.92
MIN_SHARED_ALONGSIDE = 0.5
"""Texts that run alongside each other nearly from end to end may have this little in common: there an editor was at
work, where half of a sequel is old and half of it is new."""

MIN_CONTAINED = 0.06
"""Below this share of common shingles, texts are not even laid side by side."""

_REACH = 12
"""Syllables before and after an anchor that are compared place by place."""

_DRIFT = 6
"""Syllables by which the way from one anchor to the next may differ."""

_NUMBERS_KEPT = 0.8
_NUMBERS_LOST = 3
_CHANCE = 0.005
_MOST_KEPT = 0.95  # of the words, as far as is reckoned: two printings of one article may differ in a date

_Places = npt.NDArray[np.intp]
_Mask = npt.NDArray[np.bool_]

Syllables = npt.NDArray[np.uint16]
"""One code for each syllable of a text, in order: a hash in 15 bits, and a lowest bit that says "a number"."""

Sketch = npt.NDArray[np.uint32]
"""[KEYS] The least hash of all shingles that fall into each of KEYS classes, or NO_KEY."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two texts share, as shares of the shorter and of the longer one.

    `alongside` is the share of both together that runs alongside the other text, common or changed.
    `is_template` says that they are alike but for their numbers: two draws of a lottery, two days' weather.
    """

    of_shorter: float
    of_longer: float
    alongside: float
    is_template: bool = False

    @property
    def of_both(self) -> float:
        """The share of both together (Dice's coefficient): the harmonic mean of the two."""
        total = self.of_shorter + self.of_longer
        return 2 * self.of_shorter * self.of_longer / total if total else 0.0

    @property
    def is_reprint(self) -> bool:
        """Whether one is a reprint of the other."""
        least = MIN_SHARED_ALONGSIDE if self.alongside >= MIN_ALONGSIDE else MIN_SHARED
        return self.of_both >= least and not self.is_template


_NOTHING = Overlap(0.0, 0.0, 0.0)


def syllables(text: str) -> Syllables:
    """The codes of a text's syllables, however they are spelt; equal in every run and on every machine."""
    terms = analyse_terms(text)
    return np.fromiter(map(_codes.__getitem__, terms), np.uint16, len(terms))


class _CodeCache(dict[str, int]):
    _LIMIT = 500_000

    def __missing__(self, term: str) -> int:
        if len(self) >= self._LIMIT:
            self.clear()
        code = zlib.crc32(term.encode("utf-8", "surrogatepass")) & 0xFFFE | term[0].isdigit()
        self[term] = code
        return code


_codes = _CodeCache()


def sketch(text: Syllables) -> Sketch:
    """The keys of a text. Of two texts that share a share J of all their shingles, about as many keys are equal."""
    keys = np.full(KEYS, NO_KEY, np.uint32)
    hashes = np.sort((_mixed(shingles(text)) >> np.uint64(32)).astype(np.uint32))
    # Sorted, the hashes of one class (their highest bits) stand together, the least one first.
    classes = hashes >> np.uint32(32 - KEYS.bit_length() + 1)
    firsts = np.flatnonzero(np.diff(classes, prepend=np.uint32(KEYS)))
    keys[classes[firsts]] = hashes[firsts]
    return keys


def shingles(text: Syllables) -> npt.NDArray[np.uint64]:
    """The runs of SHINGLE syllables in the order of the text, each as one number."""
    codes = text.astype(np.uint64)
    runs = codes[: max(0, len(codes) - SHINGLE + 1)].copy()
    for place in range(1, SHINGLE):
        runs = runs << np.uint64(16) | codes[place : place + len(runs)]
    return runs


def _mixed(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Every bit depends on every bit: the finaliser of SplitMix64 (Steele, Lea & Flood, OOPSLA 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def overlap(one: Syllables, other: Syllables) -> Overlap:
    """How much of each text stands in the other, in the same order.

    Shingles that both have anchor the texts to each other where the next anchor is near, and about as far away in
    both. Around such anchors what is equal place by place counts too: a text of which every third word was changed
    has few whole shingles left. Phrases that two articles share here and there count for nothing.
    """
    shorter, longer = (one, other) if len(one) <= len(other) else (other, one)
    if len(shorter) < MIN_SYLLABLES:
        return _NOTHING
    anchors, drift = _anchors(shorter, longer)
    if len(anchors) < MIN_CONTAINED * len(shorter):
        return _NOTHING
    kept, around = _kept(shorter, longer, anchors, drift)
    count = int(kept.sum())
    return Overlap(
        of_shorter=count / len(shorter),
        of_longer=count / len(longer),
        alongside=2 * int(around.sum()) / (len(shorter) + len(longer)),
        is_template=_is_template(shorter, kept, around),
    )


def _anchors(shorter: Syllables, longer: Syllables) -> tuple[_Places, _Places]:
    """Where in the shorter text shingles begin that the longer one has, and how much later they begin there.

    Those are left out that no neighbour confirms.
    """
    wanted, had = shingles(shorter), shingles(longer)
    order = np.argsort(had, kind="stable")
    found = order[np.searchsorted(had, wanted, sorter=order).clip(max=len(had) - 1)]
    anchors = np.flatnonzero(had[found] == wanted)
    drift = found[anchors] - anchors
    linked = (np.diff(anchors) <= 2 * _REACH) & (np.abs(np.diff(drift)) <= _DRIFT)
    confirmed = np.zeros(len(anchors), np.bool_)
    confirmed[1:] |= linked
    confirmed[:-1] |= linked
    return anchors[confirmed], drift[confirmed]


def _kept(shorter: Syllables, longer: Syllables, anchors: _Places, drift: _Places) -> tuple[_Mask, _Mask]:
    """Of the shorter text's syllables: which the longer one has at the same place, and which were compared."""
    positions = np.arange(len(shorter))
    after = np.searchsorted(anchors, positions, side="right")
    kept = np.zeros(len(shorter), np.bool_)
    around = np.zeros(len(shorter), np.bool_)
    for nearest in (after - 1, after):
        anchor = nearest.clip(0, len(anchors) - 1)
        near = np.abs(positions - anchors[anchor]) <= _REACH
        opposite = positions + drift[anchor]
        near &= (opposite >= 0) & (opposite < len(longer))
        kept |= near & (shorter == longer[opposite.clip(0, len(longer) - 1)])
        around |= near
    return kept, around


def _is_template(text: Syllables, kept: _Mask, region: _Mask) -> bool:
    """Whether far fewer numbers than words were kept, in the region where the texts run alike.

    If numbers were kept like words, with chance q, their count would be binomial; so few must be most unlikely.
    """
    numbers = (text & 1).astype(np.bool_) & region
    words = region & ~numbers
    count = int(numbers.sum())
    if not count or not words.any():
        return False
    q = min(float(kept[words].mean()), _MOST_KEPT)
    found = int(kept[numbers].sum())
    if found >= _NUMBERS_KEPT * q * count or count - found < _NUMBERS_LOST:
        return False
    return _binomial(found, count, q) < _CHANCE


def _binomial(most: int, count: int, q: float) -> float:
    """The chance that of so many, each with chance q, no more than `most` come true."""
    ways = range(most + 1)
    return sum(math.comb(count, hits) * q**hits * (1 - q) ** (count - hits) for hits in ways)
