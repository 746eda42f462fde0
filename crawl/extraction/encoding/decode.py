"""Bytes → Unicode, losslessly: what is stored and shown is NFC and nothing else is changed.

Declared character sets are names that strangers chose, so they select from a list (WHATWG Encoding Standard,
section 4.2) and never reach Python's codec registry: `unicode_escape` is a codec there.
"""

from __future__ import annotations

import functools
import re
import sys
import unicodedata
from html import unescape

from crawl.extraction.encoding import mojibake
from crawl.extraction.encoding.charsets import CHARSETS, WINDOWS, read_viqr

# Python codec: the WHATWG labels for it, where they differ from the codec's own name.
_CODECS = {
    "utf-8": "utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8",
    "utf-16-le": "utf-16 utf-16le ucs-2 unicode csunicode iso-10646-ucs-2",
    "utf-16-be": "utf-16be unicodefffe",
    "cp1252": "windows-1252 x-cp1252 iso-8859-1 iso8859-1 iso_8859-1 latin1 l1 ascii us-ascii cp819",
    "cp1258": "windows-1258 x-cp1258",
    "cp1250": "windows-1250 x-cp1250",
    "cp1251": "windows-1251 x-cp1251",
    "cp1253": "windows-1253 x-cp1253",
    "cp1254": "windows-1254 x-cp1254 iso-8859-9 latin5",
    "cp1255": "windows-1255 x-cp1255",
    "cp1256": "windows-1256 x-cp1256",
    "cp1257": "windows-1257 x-cp1257",
    "cp874": "windows-874 iso-8859-11 tis-620 dos-874",
    "cp866": "ibm866 866",
    "iso8859-2": "iso-8859-2 latin2",
    "iso8859-3": "iso-8859-3 latin3",
    "iso8859-4": "iso-8859-4 latin4",
    "iso8859-5": "iso-8859-5 cyrillic",
    "iso8859-6": "iso-8859-6 arabic",
    "iso8859-7": "iso-8859-7 greek",
    "iso8859-8": "iso-8859-8 hebrew",
    "iso8859-10": "iso-8859-10 latin6",
    "iso8859-13": "iso-8859-13",
    "iso8859-14": "iso-8859-14",
    "iso8859-15": "iso-8859-15 latin9",
    "iso8859-16": "iso-8859-16",
    "koi8-r": "koi koi8 koi8_r",
    "koi8-u": "koi8-ru",
    "mac-roman": "macintosh mac x-mac-roman",
    "gb18030": "gbk gb2312 gb_2312-80 chinese x-gbk",
    "big5hkscs": "big5 big5-hkscs cn-big5 x-x-big5",
    "shift-jis": "shift_jis sjis ms_kanji x-sjis windows-31j",
    "euc-jp": "x-euc-jp",
    "iso2022-jp": "iso-2022-jp",
    "euc-kr": "korean ks_c_5601-1987 ksc5601 windows-949",
    # Not in the standard: names under which browsers of their time knew them.
    "tcvn3": "abc x-tcvn3 x-viet-abc",
    "tcvn5712-1": "tcvn tcvn5712 tcvn-5712 x-viet-tcvn x-viet-tcvn5712",
    "viscii": "csviscii viscii1.1-1 x-viet-viscii",
    "vni": "x-vni x-viet-vni",
    "vps": "x-vps x-viet-vps",
    "viqr": "csviqr x-viet-viqr",
}
_LEGACY = {charset.name: charset for charset in CHARSETS}
_BY_LABEL = {label: codec for codec, labels in _CODECS.items() for label in (codec, *labels.split())}

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))

_HEAD_LENGTH = 4096  # the standard looks at 1,024 bytes; real heads put scripts before the declaration
_META = re.compile(rb"<meta\b[^>]{0,300}?\bcharset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w:.-]{1,40})", re.IGNORECASE)
_XML = re.compile(rb"\s{0,9}<\?xml\b[^>]{0,100}?\bencoding\s{0,9}=\s{0,9}[\"']([\w:.-]{1,40})")

_SAMPLE_LENGTH = 65536  # enough to guess from, cheap enough for every page
# What an undeclared page here may be. Central European code pages are left out: they differ from cp1252 in
# letters that make any Western text look right, and are never met.
_SNIFFED = ["cp1258", "cp1252", "cp1251", "cp874", "gb18030", "big5hkscs", "shift-jis", "euc-jp", "euc-kr"]

# A tone typed before the letter's own mark does not compose: NFC keeps a + acute + circumflex apart, since
# these marks are of one combining class and may not be reordered (Unicode Standard, section 3.11).
_TONES = "\u0300\u0301\u0303\u0309"
_TONED = "".join(unicodedata.normalize("NFC", letter + tone) for letter in "aeoAEO" for tone in _TONES)
_MISORDERED = re.compile(f"([{_TONED}])([\u0302\u0306])")

# References to what Windows-1252 and ISO-8859-1 have beyond ASCII, and to combining marks.
_LETTER_REFERENCE = re.compile(
    "&(?:(?!amp|lt|gt|quot|apos|nbsp|[lr][sad]quo|copy|bull|hellip|[mn]dash|middot|times|trade)[A-Za-z]{2,6}"
    "|#0*(?:1[2-9]\\d|2[0-5]\\d|7[6-9]\\d|8[0-7]\\d)|#[xX]0*(?:[89A-Fa-f][0-9A-Fa-f]|3[0-6][0-9A-Fa-f]));"
)
_SOME = 3  # fewer are somebody's name
# All that may be spelt out without becoming markup: a misread letter can be any sign (`c&copy;u` was câu).
_REFERENCE = re.compile(
    "&(?!(?:amp|lt|gt|quot|apos|#0*3[489]|#0*6[02]|#[xX]0*(?:2[267]|3[cCeE]));)#?[0-9A-Za-z]{2,8};"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_PILE = 1000  # marks in a row, from which on to put them in order takes noticeably long: time grows with their square
_JOINER = "\u034f"  # a combining grapheme joiner: invisible, and no mark to be put in order


def decode(body: bytes, declared: str | None) -> str:
    """The text of a page in NFC, without a leading byte order mark. Unreadable bytes become U+FFFD.

    `declared` is the character set of the HTTP header, as it was written. In order of trust: a byte order
    mark; UTF-8 that is well formed and says something beyond ASCII, since no other text looks like that by
    chance and servers declare ISO-8859-1 by habit; UTF-8 with a damaged spot; Vietnamese from before Unicode,
    which shows itself and was hardly ever declared rightly; the HTTP header; the page's own declaration; the
    bytes. VIQR, being ASCII, is read only where it is declared.
    """
    return repair_text(_decode(body, declared))


def spelt_out(html: str) -> str:
    """The markup with character references to letters as those letters, which may be misread as any others."""
    if len(_LETTER_REFERENCE.findall(html)) < _SOME:
        return html
    return repair_text(_REFERENCE.sub(lambda found: unescape(found[0]), html))


def repair_text(text: str) -> str:
    """The text in NFC; lone surrogates become U+FFFD, misordered marks are put right, a leading U+FEFF goes.

    What was surely read in a wrong character set is read in the right one (see `crawl.extraction.encoding.mojibake`).
    Text that is good Unicode is changed by nothing but the normalisation, and by joiners where marks are piled up.
    """
    try:
        text.encode()  # much faster than looking for what hardly any text has
    except UnicodeEncodeError:
        text = _SURROGATES.sub("\ufffd", text)
    text = _without_piles(text)
    text = unicodedata.normalize("NFC", mojibake.repair(text).removeprefix("\ufeff"))
    if "\u0302" in text or "\u0306" in text:
        text = _MISORDERED.sub(_reordered, text)
    return text


def _without_piles(text: str) -> str:
    """The text; where marks are piled up, 30 at most stand in a row (UAX #15, "Stream-Safe Text Format")."""
    if any(map(unicodedata.combining, text[::_PILE])):
        return _thirty_marks().sub(rf"\g<0>{_JOINER}", text)
    return text


@functools.cache
def _thirty_marks() -> re.Pattern[str]:
    marks = "".join(filter(unicodedata.combining, map(chr, range(sys.maxunicode + 1))))
    return re.compile(f"[{marks}]{{30}}(?=[{marks}])")


def _reordered(match: re.Match[str]) -> str:
    toned = unicodedata.normalize("NFD", match[1])
    right = unicodedata.normalize("NFC", toned[0] + match[2] + toned[1])
    return right if len(right) == 1 else match[0]


def _decode(body: bytes, declared: str | None) -> str:
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace")
    said = _codec(declared) or _own_declaration(body)
    if said is not None and said.startswith("utf-16") and b"\0" in body[:_HEAD_LENGTH]:
        return body.decode(said, "replace")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_bytes(body, said)
    if said == "viqr":
        return read_viqr(text)
    # Only ISO-2022-JP says anything beyond ASCII in ASCII bytes.
    return body.decode(said, "replace") if said == "iso2022-jp" else text


def _decode_bytes(body: bytes, said: str | None) -> str:
    """The text of what is not clean UTF-8."""
    if _damage(body) <= (0.5 if said == "utf-8" else 0.1):
        return body.decode("utf-8", "replace")
    seen = body.decode("latin-1").translate(WINDOWS)
    charset = mojibake.legacy_charset(seen) or (_LEGACY.get(said) if said else None)
    if charset is not None:
        return mojibake.read_around_utf8(seen, charset)
    if said is None or said in {"utf-8", "viqr"} or said.startswith("utf-16"):
        said = _guess(body)
    return seen if said == "cp1252" else body.decode(said, "replace")


def _codec(label: str | None) -> str | None:
    return _BY_LABEL.get(label.strip(" \t\r\n\f\"'").lower()) if label else None


def _own_declaration(body: bytes) -> str | None:
    """What the document declares; being read as ASCII it is not UTF-16 (WHATWG HTML, section 13.2.3.2)."""
    head = body[:_HEAD_LENGTH]
    found = _META.search(head) or _XML.match(head)
    codec = _codec(found[1].decode("ascii", "replace")) if found else None
    return "utf-8" if codec and codec.startswith("utf-16") else codec


def _damage(body: bytes) -> float:
    """How many places are not UTF-8, for each byte that could begin a character of it."""
    sample = body[:_SAMPLE_LENGTH]
    return sample.decode("utf-8", "replace").count("\ufffd") / max(1, sum(byte >= 0xC0 for byte in sample))


def _guess(body: bytes) -> str:
    """The codec of bytes that nobody described, that are not UTF-8 and not surely Vietnamese.

    What looks like nothing is read as browsers read it (WHATWG HTML, section 13.2.3.2, step 9).
    """
    from charset_normalizer import from_bytes  # hardly a page needs it, and lxml loads no slower

    best = from_bytes(body[:_SAMPLE_LENGTH], cp_isolation=_SNIFFED).best()
    return best.encoding if best is not None else "cp1252"
