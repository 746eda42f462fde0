"""What can be a written Vietnamese syllable: the evidence by which text in an unknown encoding is recognised.

Stricter than search needs it (`index.text.vietnamese` forgives slips), so that a wrong reading hardly ever passes.
"""

from __future__ import annotations

import functools
import re
import unicodedata

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_TONE = re.compile(f"[{_TONES}]")
_TONE_ON_NO_VOWEL = re.compile(f"(?<![aeiouy\u0302\u0306\u031b])[{_TONES}]")

_ONSETS = frozenset("b c ch d đ g gh gi h k kh l m n ng ngh nh ph qu r s t th tr v x".split()) | {""}
# All rimes of the written language (Đoàn Thiện Thuật, Ngữ âm tiếng Việt, 1977); `qu` keeps its u to itself.
_RIMES = frozenset(
    """
    a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et ê êch êm ên ênh êp êt êu
    i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong
    ooc oong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
    u ua uân uâng uât uây uc uê uêch uên uênh ui um un ung uơ uôc uôi uôm uôn uông uôt up ut uy uya uych uyên
    uyêt uynh uyp uyt uyu ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu
    y yêm yên yêng yêt yêu
    """.split()
)
_WITHOUT_ONSET = frozenset("yêm yên yêng yêt yêu".split())
_WITH_Y = frozenset(["", "h", "k", "l", "m", "qu", "s", "t", "v"])  # what may stand before a y that is alone
_CHECKED = ("c", "ch", "p", "t")
_CHECKED_TONES = frozenset("\u0301\u0323")  # a syllable that ends in a stop is sắc or nặng


_LONGEST = 12  # code points of a decomposed syllable, amply


def is_syllable(word: str) -> bool:
    """Whether the word, in any case and normalisation, is spelt as a Vietnamese syllable with all its marks."""
    return len(word) <= _LONGEST and _is_syllable(word)


@functools.lru_cache(maxsize=50_000)
def _is_syllable(word: str) -> bool:
    decomposed = unicodedata.normalize("NFD", word.lower())
    tones = _TONE.findall(decomposed)
    if len(tones) > 1 or _TONE_ON_NO_VOWEL.search(decomposed):
        return False
    bare = unicodedata.normalize("NFC", _TONE.sub("", decomposed))
    return any(_spells(bare[:cut], bare[cut:], tones) for cut in range(min(4, len(bare))))


def _spells(onset: str, rime: str, tones: list[str]) -> bool:
    if onset not in _ONSETS or rime not in _RIMES:
        return False
    if rime in _WITHOUT_ONSET and onset:
        return onset == "qu"
    if rime == "y" and onset not in _WITH_Y:
        return False
    return not rime.endswith(_CHECKED) or bool(_CHECKED_TONES.intersection(tones))
