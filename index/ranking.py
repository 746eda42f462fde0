"""How much a match counts: BM25 with document length, as Whoosh weighs it.

Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), sections 3.4 and 3.5;
the inverse document frequency is Whoosh's `ln(N / (df + 1)) + 1`, which never becomes negative.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Frequencies = npt.NDArray[np.uint8] | npt.NDArray[np.int64] | Floats

K1 = 0.9
"""How soon more occurrences of a term stop adding to the score; chosen on development titles and questions."""

B = 0.75
"""How much a field that is longer than the mean is held against an article: 0 not at all, 1 in proportion."""

OTHER_SPELLING = 0.9
"""What an occurrence under other marks counts where the query left marks open; the exact spelling counts 1.

Close to 1, because most people who type without marks mean a marked word; below 1, so that at equal
frequency the article that is written exactly as the query comes first.
"""


def other_spelling(frequency: Frequencies) -> Floats:
    """What occurrences in another spelling than the one typed add to the frequency of a word that leaves it open."""
    return np.multiply(frequency, np.float32(OTHER_SPELLING), dtype=np.float32)


def norms(lengths: Floats, mean_length: float) -> Floats:
    """What the length of a field in terms, `mean_length` over all articles, does to the score of each article.

    Articles without the field count in the mean.
    """
    return lengths * np.float32(K1 * B / mean_length) + np.float32(K1 * (1.0 - B))


class Scorer:
    """The score of one term in one field, as a function of its frequency there and of the article.

    `weight` is the field's, `holders` is how many articles hold the term in this field, `norms` are those of all
    articles.
    """

    def __init__(self, weight: float, documents: int, holders: int, norms: Floats) -> None:
        self.size = len(norms)
        self._norms = norms
        self._rarity = np.float32(weight * (math.log(documents / (holders + 1)) + 1.0) * (K1 + 1.0))

    def scores(self, frequencies: Frequencies) -> Floats:
        """The scores of all articles, zero where the frequency is."""
        return self._scored(frequencies, self._norms)

    def scores_of(self, articles: npt.NDArray[np.int32], frequencies: Frequencies) -> Floats:
        """The scores of some articles, given by their numbers."""
        return self._scored(frequencies, self._norms.take(articles))

    def _scored(self, frequencies: Frequencies, norms: Floats) -> Floats:
        scores: Floats = np.divide(frequencies, norms + frequencies, dtype=np.float32)
        scores *= self._rarity
        return scores
