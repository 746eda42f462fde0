"""Bytes to text: nothing that was readable is lost, nothing that was right is changed."""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl.extraction.encoding.decode import decode, repair_text

TEXT = "Nghị quyết về dân vận ở Khánh Hòa: “hoà giải ở cơ sở”, Đắk Lắk, thuỷ lợi, ngoằn ngoèo. " * 4
READABLE = st.text(st.characters(exclude_categories=["Cs"]))


def windows_1258(text: str) -> bytes:
    """Vietnamese as Windows wrote it: letters with their own marks, tone marks after them."""
    out = []
    for letter in unicodedata.normalize("NFC", text):
        marks = unicodedata.normalize("NFD", letter)
        tones = "".join(mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323")
        bare = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in tones))
        out.append(letter if letter.isascii() else bare + tones)
    return "".join(out).encode("cp1258")


@given(READABLE)
def test_utf8_comes_back_whole(text: str) -> None:
    """UTF-8 is read as what it says, in NFC, without a declaration; only a leading byte order mark goes."""
    expected = unicodedata.normalize("NFC", text.removeprefix("\ufeff"))
    assert decode(text.encode(), "utf-8") == repair_text(expected)


@given(
    st.binary(max_size=2000), st.none() | st.text(max_size=20) | st.sampled_from(["utf-16", "gbk", "koi8-r"])
)
def test_any_bytes_give_clean_text(body: bytes, declared: str | None) -> None:
    """Whatever the bytes and whatever was declared, text comes back that is NFC and can be written as UTF-8."""
    text = decode(body, declared)
    text.encode()
    assert unicodedata.is_normalized("NFC", text)


@pytest.mark.parametrize(
    "declared", [None, "iso-8859-1", "windows-1252", "us-ascii", "windows-1258", "nonsense"]
)
def test_utf8_is_recognised_under_a_wrong_declaration(declared: str | None) -> None:
    """Servers that declare a Western character set by habit do not turn UTF-8 into mojibake."""
    assert decode(TEXT.encode(), declared) == unicodedata.normalize("NFC", TEXT)


@pytest.mark.parametrize("declared", [None, "windows-1258", " Windows-1258 ", '"x-cp1258"'])
def test_windows_1258(declared: str | None) -> None:
    """The Windows code page for Vietnamese is read, declared or guessed, and its tone marks composed."""
    assert decode(windows_1258(TEXT), declared) == unicodedata.normalize("NFC", TEXT)


@pytest.mark.parametrize(
    "head",
    [
        b'<meta charset="windows-1258">',
        b"<META http-equiv=Content-Type content='text/html; charset=windows-1258'>",
        b'<?xml version="1.0" encoding="windows-1258"?>',
    ],
)
def test_the_page_declares(head: bytes) -> None:
    """The page's own declaration is read in all its spellings."""
    assert decode(head + windows_1258("Đà Nẵng"), None).endswith("Đà Nẵng")


def test_the_header_goes_before_the_page() -> None:
    """What HTTP declares has precedence over the page (WHATWG HTML, section 13.2.3.1)."""
    body = b"<meta charset=koi8-r>" + windows_1258("Đà Nẵng")
    assert decode(body, "windows-1258").endswith("Đà Nẵng")


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_are_obeyed_and_dropped(codec: str) -> None:
    """A byte order mark decides, whatever was declared, and is no part of the text; a later one stays."""
    assert decode("Hà\ufeff Nội".encode(codec), "iso-8859-1") == "Hà\ufeff Nội"


def test_utf16_needs_the_header() -> None:
    """UTF-16 without a mark is read when HTTP says so; a page that says so itself was read as bytes of ASCII."""
    assert decode("Hà Nội".encode("utf-16-le"), "utf-16") == "Hà Nội"
    assert decode("<meta charset=utf-16>Hà Nội".encode(), None).endswith("Hà Nội")


def test_utf16_that_is_none() -> None:
    """A declaration of UTF-16 is not believed of bytes without a single zero."""
    assert decode("<p>Hà Nội".encode(), "utf-16") == "<p>Hà Nội"


def test_other_languages_as_declared() -> None:
    """Pages in other languages are read as they declare, or as their bytes look, and never as Vietnamese."""
    chinese, russian, french = (
        "中国新闻，越南岘港的早晨。" * 5,
        "Новости Вьетнама, город Дананг. " * 5,
        "Là-bas, l’été dernier. " * 5,
    )
    for declared in ("gb2312", None):
        assert decode(chinese.encode("gb18030"), declared) == chinese
    for declared in ("windows-1251", None):
        assert decode(russian.encode("cp1251"), declared) == russian
    assert decode(french.encode("cp1252"), "iso-8859-1") == french


def test_little_damaged_utf8() -> None:
    """A few letters with a damaged byte between them are UTF-8 where that is declared."""
    assert decode("Đà N\0ẵng".encode().replace(b"\0", b"\xff"), "utf-8") == "Đà N\ufffdẵng"


@pytest.mark.parametrize(
    "label", ["unicode_escape", "rot13", "zlib", "idna", "utf-7", "os", "../x", "\0", "é"]
)
def test_no_codec_that_is_no_character_set(label: str) -> None:
    """Labels outside the Encoding Standard are ignored: Python knows codecs that run over page text."""
    assert decode(rb"<p>\u0041 cbc</p>", label) == r"<p>\u0041 cbc</p>"


def test_damaged_utf8_keeps_the_rest() -> None:
    """A cut or damaged byte costs its own character only."""
    body = TEXT.encode()
    assert decode(body[:-3] + b"\xe1\xbb", None)[:300] == unicodedata.normalize("NFC", TEXT)[:300]
    assert decode(TEXT[:50].encode() + b"\xff" + TEXT[50:].encode(), None).replace("\ufffd", "") == TEXT


@pytest.mark.parametrize(
    ("damaged", "right"),
    [
        ("Vie\u0323\u0302t", "Việt"),
        ("a\u0301\u0302m", "ấm"),
        ("A\u0300\u0306N", "ẰN"),
        ("\u00e9\u0302", "ế"),
        ("\u01a1\u0301", "ớ"),
        ("\ud800x\udfff", "\ufffdx\ufffd"),
        ("\ufeffHuế", "Huế"),
    ],
)
def test_repairs(damaged: str, right: str) -> None:
    """Marks are put in order, lone surrogates replaced, a leading byte order mark dropped."""
    assert repair_text(damaged) == right


@pytest.mark.parametrize(
    "good",
    ["hoà", "hòa", "\u200bNghệ\u00ad An\u200e", "Ðà Nẵng", "a\u0302\u0306", "i\u0301\u0302", "👩\u200d🌾"],
)
def test_good_text_stays(good: str) -> None:
    """Both tone placements, invisible characters, look-alikes and other languages' marks are left alone."""
    assert repair_text(good) == unicodedata.normalize("NFC", good)


@given(READABLE)
def test_repair_is_stable(text: str) -> None:
    """Repaired text needs no repair, except for a second byte order mark that was text before."""
    once = repair_text(text)
    assert once.startswith("\ufeff") or repair_text(once) == once


@pytest.mark.parametrize("piece", [b"<meta ", b"<meta charset", b"charset=", b"<?xml ", b"\xc3", b"\x00\xff"])
def test_repetitive_bytes_are_quick(piece: bytes) -> None:
    """A megabyte of any one piece is decoded without searching it over and over."""
    assert decode(piece * (1_000_000 // len(piece)), None)


def test_piles_of_marks_are_kept_in_small_heaps() -> None:
    """However many marks are piled up, none is lost, and no more stand in a row than are quickly put in order."""
    pile = "e" + "\u0323\u0302" * 50_000 + " sau đó"
    repaired = repair_text(pile)
    rows = re.findall("[\u0300-\u034e\u0350-\u036f]+", repaired)
    assert max(map(len, rows)) <= 30
    assert unicodedata.normalize("NFD", repaired).count("\u0302") == 50_000
    assert repaired.endswith(" sau đó")
    assert repair_text(repaired) == repaired


def test_only_guessing_loads_the_guesser() -> None:
    """UTF-8 and what is declared are read without charset_normalizer; bytes that nobody described are not."""
    program = """
import sys
from crawl.extraction.encoding.decode import decode
decode("Huế".encode(), None), decode("Đà Lạt".encode(), "utf-8"), decode(b"caf\\xe9", "iso-8859-1")
print("charset_normalizer" in sys.modules, decode(b"\\xcf\\xf0\\xe8\\xe2\\xe5\\xf2 " * 20, None).split()[0])
print("charset_normalizer" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "Привет", "True"]
