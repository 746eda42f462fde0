"""How much a match counts: BM25 with document length, as Whoosh weighs it.

Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), sections 3.4 and 3.5;
the inverse document frequency is Whoosh's `ln(N / (df + 1)) + 1`, which never becomes negative.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

K1 = 0.9
"""How soon more occurrences of a term stop adding to the score; chosen on development titles and questions."""

B = 0.75
"""How much a field that is longer than the mean is held against an article: 0 not at all, 1 in proportion."""

OTHER_SPELLING = 0.9
"""What an occurrence under other marks counts where the query left marks open; the exact spelling counts 1.

Close to 1, because most people who type without marks mean a marked word; below 1, so that at equal
frequency the article that is written exactly as the query comes first.
"""


def other_spelling(frequency: Floats) -> Floats:
    """What occurrences in another spelling than the one typed add to the frequency of a word that leaves it open."""
    return np.float32(OTHER_SPELLING) * frequency


def scorer(
    weight: float, documents: int, holders: int, mean_length: float
) -> Callable[[Floats, Floats], Floats]:
    """The score of one term in one field, as a function of its frequency and of the field's length in terms.

    `weight` is the field's, `documents` the number of articles, `holders` how many of them hold the term in
    this field, `mean_length` the field's over all articles, those without the field included.
    """
    rarity = np.float32(weight * (math.log(documents / (holders + 1)) + 1.0) * (K1 + 1.0))
    fixed = np.float32(K1 * (1.0 - B))
    by_length = np.float32(K1 * B / mean_length)

    def score(frequency: Floats, length: Floats) -> Floats:
        scores: Floats = np.divide(frequency, frequency + fixed + length * by_length, dtype=np.float32)
        scores *= rarity
        return scores

    return score
