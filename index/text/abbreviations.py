"""Other ways to say the same: abbreviations of the press and of the administration, and words with two spellings.

Analysis only takes apart what is also written apart (`TPHCM`, `TP.HCM`, `TP HCM` are the same two tokens). What an
abbreviation stands for is asked at query time, both ways, and counts less than what was typed: rewriting texts would
be wrong wherever letters are ambiguous.

Authorities: the lists of abbreviations in Nghị định 30/2020/NĐ-CP (appendix I, names of documents) and in the
portals of the provinces; which are in use was counted in news. Left out because they are ambiguous: BTC, CA, HN, NS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.text.vietnamese import fold

JOINED = {
    "".join(parts): parts
    for parts in (
        ("tp", "hcm"),
        ("gd", "đt"),
        ("kh", "cn"),
        ("kh", "đt"),
        ("kh", "kt"),
        ("kt", "xh"),
        ("lđ", "tb", "xh"),
        ("lđ", "tb"),
        ("nn", "ptnt"),
        ("qp", "an"),
        ("tb", "xh"),
        ("tn", "mt"),
        ("tt", "tt"),
        ("vh", "tt", "dl"),
        ("vh", "tt"),
        ("vh", "xh"),
    )
}
"""Written together → the tokens it has when written apart (`GD-ĐT`, `GD & ĐT`)."""

MEANINGS = tuple(
    (tuple(short.split()), tuple(meaning.split()))
    for short, meaning in (
        ("atgt", "an toàn giao thông"),
        ("bđbp", "bộ đội biên phòng"),
        ("bđs", "bất động sản"),
        ("bhxh", "bảo hiểm xã hội"),
        ("bhyt", "bảo hiểm y tế"),
        ("blhs", "bộ luật hình sự"),
        ("bqlda", "ban quản lý dự án"),
        ("bvđk", "bệnh viện đa khoa"),
        ("cand", "công an nhân dân"),
        ("cccd", "căn cước công dân"),
        ("clb", "câu lạc bộ"),
        ("cmnd", "chứng minh nhân dân"),
        ("cntt", "công nghệ thông tin"),
        ("cqđt", "cơ quan điều tra"),
        ("csđt", "cảnh sát điều tra"),
        ("csgt", "cảnh sát giao thông"),
        ("cshs", "cảnh sát hình sự"),
        ("đbqh", "đại biểu quốc hội"),
        ("đbscl", "đồng bằng sông cửu long"),
        ("gd đt", "giáo dục và đào tạo"),
        ("gtvt", "giao thông vận tải"),
        ("hcm", "hồ chí minh"),
        ("hđnd", "hội đồng nhân dân"),
        ("hđqt", "hội đồng quản trị"),
        ("hđxx", "hội đồng xét xử"),
        ("hlhpn", "hội liên hiệp phụ nữ"),
        ("hlv", "huấn luyện viên"),
        ("htx", "hợp tác xã"),
        ("kcn", "khu công nghiệp"),
        ("kh cn", "khoa học và công nghệ"),
        ("kh đt", "kế hoạch và đầu tư"),
        ("kh kt", "khoa học kỹ thuật"),
        ("kt xh", "kinh tế xã hội"),
        ("lđ tb xh", "lao động thương binh và xã hội"),
        ("lđlđ", "liên đoàn lao động"),
        ("mttq", "mặt trận tổ quốc"),
        ("nhnn", "ngân hàng nhà nước"),
        ("nn ptnt", "nông nghiệp và phát triển nông thôn"),
        ("nsnd", "nghệ sỹ nhân dân"),
        ("nsưt", "nghệ sỹ ưu tú"),
        ("ntm", "nông thôn mới"),
        ("pccc", "phòng cháy chữa cháy"),
        ("pgs", "phó giáo sư"),
        ("qđnd", "quân đội nhân dân"),
        ("ql", "quốc lộ"),
        ("qltt", "quản lý thị trường"),
        ("qp an", "quốc phòng an ninh"),
        ("tand", "tòa án nhân dân"),
        ("tdtt", "thể dục thể thao"),
        ("thcs", "trung học cơ sở"),
        ("thpt", "trung học phổ thông"),
        ("tn mt", "tài nguyên và môi trường"),
        ("tngt", "tai nạn giao thông"),
        ("tnhh", "trách nhiệm hữu hạn"),
        ("tp", "thành phố"),
        ("tt tt", "thông tin và truyền thông"),
        ("ttxvn", "thông tấn xã việt nam"),
        ("tw", "trung ương"),
        ("tx", "thị xã"),
        ("ubnd", "ủy ban nhân dân"),
        ("vđv", "vận động viên"),
        ("vh tt dl", "văn hóa thể thao và du lịch"),
        ("vh xh", "văn hóa xã hội"),
        ("vks", "viện kiểm sát"),
        ("vksnd", "viện kiểm sát nhân dân"),
        ("xhcn", "xã hội chủ nghĩa"),
    )
)
"""Abbreviation and meaning, as the terms that analysis makes of them."""

COMPOUNDS = tuple(
    (tuple(form.split()), tuple(other.split()))
    for form, other in (
        ("biệt ly", "biệt li"),
        ("cách ly", "cách li"),
        ("chia ly", "chia li"),
        ("cự ly", "cự li"),
        ("hy hữu", "hi hữu"),
        ("hy sinh", "hi sinh"),
        ("hy vọng", "hi vọng"),
        ("ly dị", "li dị"),
        ("ly hôn", "li hôn"),
        ("ly khai", "li khai"),
        ("ly kỳ", "li kỳ"),
        ("ly tâm", "li tâm"),
        ("ly thân", "li thân"),
    )
)
"""Words of two syllables spelt with y or i whose syllables are other words by themselves (`ly`, `li`, `hy`, `hi`).

`index.text.vietnamese` merges a syllable only where both spellings are always the same word. Authority: Từ điển tiếng
Việt of the Institute of Linguistics gives both forms of each; in news `hi sinh` stands 267 times, `hy sinh` 102 times.
"""

NUMBERED = (("p", "phường"), ("q", "quận"))
"""Abbreviation and meaning before a number (`P.5`, `Q.1`); anywhere else the letter means nothing by itself."""


@dataclass(frozen=True, slots=True)
class Other:
    """Another way to say the words at `start:end` of a query: the terms `terms`, side by side."""

    start: int
    end: int
    terms: tuple[str, ...]


def others(words: Sequence[str], marked: Sequence[bool]) -> Iterator[Other]:
    """Where words stand that can be said in another way, the longest first found, none inside another.

    A word for which `marked` is false was typed without marks and is compared without them.
    """
    start = 0
    while start < len(words):
        found = _at(words, marked, start)
        if found is None:
            start += 1
        else:
            yield found
            start = found.end


def _at(words: Sequence[str], marked: Sequence[bool], start: int) -> Other | None:
    if start + 1 < len(words) and _DISTRICT.fullmatch(words[start + 1]):
        for letter, meaning in NUMBERED:
            for typed, meant in ((letter, meaning), (meaning, letter)):
                if _is(words[start], typed, marked[start]):
                    return Other(start, start + 2, (meant, words[start + 1]))
    for form, other in _BY_FOLD.get(fold(words[start]), ()):
        end = start + len(form)
        if end <= len(words) and all(map(_is, words[start:end], form, marked[start:end])):
            return Other(start, end, other)
    return None


def _is(word: str, part: str, exact: bool) -> bool:
    return word == part or (not exact and word == fold(part))


def _by_fold() -> dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]]:
    """Both directions of the tables by the fold of a form's first word, longer forms first."""
    table: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for short, meaning in (*MEANINGS, *COMPOUNDS):
        table.setdefault(fold(short[0]), []).append((short, meaning))
        table.setdefault(fold(meaning[0]), []).append((meaning, short))
    for forms in table.values():
        forms.sort(key=lambda pair: -len(pair[0]))
    return table


_DISTRICT = re.compile("[0-9]{1,2}")
_BY_FOLD = _by_fold()
