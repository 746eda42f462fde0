"""Text from before Unicode, and UTF-8 that was misread: right letters come back, good text stays."""

from __future__ import annotations

import functools
import io
import json
import unicodedata
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from crawl.extraction.encoding.charsets import CHARSETS, WINDOWS, Charset, read_viqr
from crawl.extraction.encoding.decode import decode, repair_text, spelt_out

NAMED = {charset.name: charset for charset in CHARSETS}
TONES = "\u0300\u0301\u0303\u0309\u0323"
VOWELS = "aăâeêioôơuưy"
LETTERS = [unicodedata.normalize("NFC", vowel + tone) for vowel in VOWELS for tone in ("", *TONES)] + ["đ"]

ARTICLE = """Cảng cá Vĩnh Trường mở lại sau bão
Sáng nay, hơn hai trăm tàu cá của ngư dân đã trở về cảng Vĩnh Trường sau những ngày tránh bão ở các vịnh kín gió.
Ông Nguyễn Hữu Thuận, chủ một chiếc tàu vỏ gỗ, cho biết cả đội đều an toàn, chỉ có lưới bị rách và một ít dầu đổ.
Theo ban quản lý cảng, việc bốc dỡ hải sản sẽ diễn ra bình thường từ chiều mai, giá thu mua không thay đổi nhiều.
Kỹ sư Đỗ Thị Quỳnh nói rằng cầu cảng cũ đã xuống cấp, phải sửa trước mùa mưa; kinh phí ước khoảng ba tỷ đồng.
Người dân phường bên cạnh đề nghị dọn rác, khơi thông cống rãnh, giữ gìn vệ sinh để khỏi phát sinh dịch bệnh."""
SENTENCES = ARTICLE.split("\n")


@functools.cache
def codes(name: str) -> dict[str, bytes]:
    """How a character set writes each letter; a vowel's mark in VNI has the case of the vowel."""
    charset = NAMED[name]
    found = {letter: bytes([code]) for code, letter in charset.characters.items() if 0 < code < 0x100}
    for pair, letter in charset.pairs.items():
        if pair.isupper() == letter.isupper():
            found[letter] = pair.encode("latin-1")
    if charset.capitals_by_font:
        found |= {letter.upper(): code for letter, code in found.items() if letter.upper() not in found}
    return found


def encode(text: str, charset: Charset) -> bytes:
    """The text in a legacy character set, quotation marks and dashes where Windows has them."""
    if charset.name == "cp1258":
        text = "".join(map(tone_apart, text))
    known = codes(charset.name)
    return b"".join(letter.encode() if letter.isascii() else known.get(letter, b"?") for letter in text)


def tone_apart(letter: str) -> str:
    """The letter with its own marks, its tone mark behind it."""
    marks = unicodedata.normalize("NFD", letter)
    tones = "".join(mark for mark in marks if mark in TONES)
    return unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in tones)) + tones


def as_windows(body: bytes) -> str:
    """The bytes as a program shows them that knows only Windows-1252."""
    return body.decode("latin-1").translate(WINDOWS)


def lower_where_the_font_decided(text: str, charset: Charset) -> str:
    """What can be compared: where capitals were a matter of the font, the case of letters is lost."""
    return text.lower() if charset.capitals_by_font else text


@pytest.fixture(params=CHARSETS, ids=lambda charset: charset.name)
def charset(request: pytest.FixtureRequest) -> Charset:
    """Each legacy character set."""
    found: Charset = request.param
    return found


def test_every_letter_can_be_written(charset: Charset) -> None:
    """All letters of Vietnamese are in each character set, each by itself; capitals too unless a font made them."""
    letters = LETTERS if charset.capitals_by_font else LETTERS + [letter.upper() for letter in LETTERS]
    written = [encode(letter, charset) for letter in letters]
    assert b"?" not in b"".join(written)
    assert len(set(written)) == len(letters)
    assert [unicodedata.normalize("NFC", charset.read(as_windows(code))) for code in written] == letters


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("tcvn3", b"Ti\xd5ng Vi\xd6t"),
        ("tcvn5712-1", b"Ti\xd5ng Vi\xd6t"),
        ("vni", b"Tie\xe1ng Vie\xe4t"),
        ("viscii", b"Ti\xaang Vi\xaet"),
        ("vps", b"Ti\x89ng Vi\x8ct"),
        ("cp1258", b"Ti\xea\xecng Vi\xea\xf2t"),
    ],
)
@pytest.mark.parametrize(
    "declared", [None, "iso-8859-1", "utf-8", "windows-1258", "gb2312", "x-user-defined"]
)
def test_two_words_are_enough(name: str, body: bytes, declared: str | None) -> None:
    """The name of the language is read from bytes whatever was declared, and as text that was misread."""
    assert decode(body, declared) == "Tiếng Việt"
    assert repair_text(as_windows(body)) == repair_text(body.decode("latin-1")) == "Tiếng Việt"
    assert decode(body, name) == "Tiếng Việt"


@pytest.mark.parametrize("declared", [None, "windows-1252", "utf-8", "gb2312", "windows-1258"])
def test_an_article_comes_back(charset: Charset, declared: str | None) -> None:
    """An article comes back letter by letter, from bytes under any declaration, in HTML too."""
    body = encode(ARTICLE, charset)
    expected = lower_where_the_font_decided(ARTICLE, charset)
    assert lower_where_the_font_decided(decode(body, declared), charset) == expected
    page = (
        b"<html><head><script>var a = 'x';</script></head><body><p class=lead>" + body + b"</p></body></html>"
    )
    assert expected in lower_where_the_font_decided(decode(page, declared), charset)


@given(st.sampled_from(CHARSETS), st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=4), st.booleans())
def test_misread_text_comes_back(charset: Charset, sentences: list[str], latin_1: bool) -> None:
    """Any few sentences that somebody read as Windows-1252 or ISO-8859-1 come back, in one line or several."""
    for separator in (" ", "\n"):
        text = separator.join(sentences)
        body = encode(text, charset)
        repaired = repair_text(body.decode("latin-1") if latin_1 else as_windows(body))
        assert lower_where_the_font_decided(repaired, charset) == lower_where_the_font_decided(text, charset)


@given(
    st.lists(st.sampled_from([*SENTENCES, "Đường", "Khánh Hòa", "façade naïve"]), min_size=1),
    st.integers(1, 2),
)
def test_misread_utf8_comes_back(sentences: list[str], times: int) -> None:
    """UTF-8 read as Windows-1252 or ISO-8859-1, once or twice, comes back."""
    text = "\n".join(sentences)
    windows = latin_1 = text
    for _ in range(times):
        windows = as_windows(windows.encode())
        latin_1 = latin_1.encode().decode("latin-1")
    assert repair_text(windows) == repair_text(latin_1) == text


@pytest.mark.parametrize(
    ("misread", "meant"),
    [
        ("Céng hßa x· héi chñ nghÜa", "Cộng hòa xã hội chủ nghĩa"),
        ("®\xadêng TrÇn Phó", "đường Trần Phú"),
        ("TiÕng ViÖt rÊt hay", "Tiếng Việt rất hay"),
        ("Microsoft vµo ViÖt Nam", "Microsoft vào Việt Nam"),
        ("CéNG HßA x· héi chñ nghÜa", "CỘNG HÒA xã hội chủ nghĩa"),
        ("Vô ¸N Sè 5 ë §µ N½NG\nVô ¸n sè 5 ë §µ N½ng", "VỤ ÁN SỐ 5 Ở ĐÀ NẴNG\nVụ án số 5 ở Đà Nẵng"),
        ("“§µ N½ng” – thµnh phè ®¸ng sèng", "“Đà Nẵng” – thành phố đáng sống"),
        ("\x93§µ N½ng\x94 \x96 thµnh phè ®¸ng sèng", "“Đà Nẵng” – thành phố đáng sống"),
        ("YÛ YÕ", "Ỷ Ỹ"),
        ("Xin chaøo caùc baïn", "Xin chào các bạn"),
        ("Ñöôøng Ñieän Bieân Phuû", "Đường Điện Biên Phủ"),
        ("KhÃ¡nh HÃ²a", "Khánh Hòa"),
        ("KhÃƒÂ¡nh HÃƒÂ²a", "Khánh Hòa"),
        ("Ä\x90Æ°á»\x9dng", "Đường"),
        ("Tráº§n PhÃº", "Trần Phú"),
        ("â€œViá»‡t Namâ€\x9d", "“Việt Nam”"),
        ("lÃ\xa0 ngÆ°á»\x9di", "là người"),
        ("lÃ  ngÆ°á»\x9di", "là người"),
        ("NgÃ y lÃ m viá»‡c á»Ÿ nhÃ , rá»“i nghá»‰", "Ngày làm việc ở nhà, rồi nghỉ"),
        ("HoÃ\xa0i Anh", "Hoài Anh"),
        ("Ä�Æ°á»�ng phá»‘ HÃ  Ná»™i", "�ư�ng phố Hà Nội"),
        ("ï»¿HÃ  Ná»™i", "Hà Nội"),
        ("Tiêìng Viêòt", "Tiếng Việt"),
    ],
)
def test_misread(misread: str, meant: str) -> None:
    """Known examples come back: capitals that a font made, quotation marks, what a program had stripped."""
    assert repair_text(misread) == meant


@pytest.mark.parametrize("reference", ["&#{};", "&#x{:x};"])
def test_spelt_out_references_are_misread_text_too(charset: Charset, reference: str) -> None:
    """Misread letters that a page spells out, signs among them, come back; what would be markup stays spelt out."""
    misread = as_windows(encode(ARTICLE, charset))
    spelt = "".join(letter if letter.isascii() else reference.format(ord(letter)) for letter in misread)
    came_back = lower_where_the_font_decided(
        spelt_out(f"<p>{spelt} &lt;a&gt; &#60;b&#x3E; &amp;c &quot;"), charset
    )
    assert came_back == lower_where_the_font_decided(
        f"<p>{ARTICLE} &lt;a&gt; &#60;b&#x3E; &amp;c &quot;", charset
    )


def test_named_references_are_misread_text_too() -> None:
    """So do those with names, which name signs that are letters elsewhere."""
    assert (
        spelt_out("<p>c&copy;u c&aacute; &reg;&uml;ng tr&ordf;n Ti&Otilde;ng Vi&Ouml;t")
        == "<p>câu cỏ đăng trên Tiếng Việt"
    )


def test_a_template_in_utf8_around_an_old_body(charset: Charset) -> None:
    """Lines of UTF-8 in a page of legacy bytes are read as what they are."""
    menu = "<a href='/'>Trang chủ</a> | Chính trị – Xã hội"
    page = menu.encode() + b"\n<p>" + encode(ARTICLE, charset) + b"</p>\n" + menu.encode()
    expected = lower_where_the_font_decided(f"{menu}\n<p>{ARTICLE}</p>\n{menu}", charset)
    assert lower_where_the_font_decided(decode(page, "utf-8"), charset) == expected


def test_each_paragraph_counts() -> None:
    """In one text, Unicode stays beside what was misread, and each misread paragraph is read in its own way."""
    unicode_title, tcvn3, vni = SENTENCES[0], SENTENCES[1], SENTENCES[2]
    mixed = [
        unicode_title,
        as_windows(encode(tcvn3, NAMED["tcvn3"])),
        as_windows(encode(vni, NAMED["vni"])),
        "Côte d’Azur, façade naïve",
    ]
    assert repair_text("\n".join(mixed)) == f"{unicode_title}\n{tcvn3}\n{vni}\nCôte d’Azur, façade naïve"


def test_the_article_explains_the_caption() -> None:
    """A line too short to be sure of is read as the text around it is."""
    assert repair_text("¶nh: TTX") == "¶nh: TTX"
    assert repair_text("TiÕng ViÖt rÊt hay\n¶nh: TTX") == "Tiếng Việt rất hay\nảnh: TTX"


GOOD = [
    "Đà Nẵng", "Ðoàn", "Cà phê", "Hoàn thành công trình", "Hoà Bình", "Ðà Lạt", "Thaï", "ÐÔNG HÀ", "lá há só", "IRMÃ”",
    "NGÃ…", "façade naïve", "Côte d’Ivoire", "L’été, où est-il né ? Là, à Thaïlande.", "« déjà vu »",
    "Noël, août, goût",
    "Ångström", "På øen gør de det så sødt", "Blåbærsyltetøy på brød", "Göteborgs öar är många",
    "São Paulo", "Há só lá um avô; não são leões", "El Niño", "¿No sé qué? ¡Aún más baúles, Raúl!",
    "Übergrößenträger müssen Süßöl für Bäuche prüfen", "Spaß“", "Straße 3×²", "è più là, né qui né lì",
    "Привет, мир: «ёлка» — да", "Ελληνικά µ", "Zażółć gęślą jaźń", "Příliš žluťoučký kůň", "İstanbul’da güneş",
    "中文“引号”", "日本語・テスト", "한국어 ‘인용’·끝", "ภาษาไทย", "עברית", "العربية", "हिन्दी",
    "5 µm ± 0,2 µg", "30°C, 5 m², 1½, 20 ‰", "Ω≈ç√∫˜µ≤≥÷", "¬p ∨ ¬n", "x¹ + y² = z³", "© 2021 Báo", "Microsoft® Word™",
    "x[i]++; s = \"a'b`c\"; // ½", "Vie^.t Nam typed in ASCII", "L·lull", "§ 5 ¶ 3", "phát\xadtriên", "Hoa\xa0Ky",
    "I´m sure", "l´an", "qu´on", "d´un coup", "Le¹ Tran² Ha³ Thu¹ Nam²", "SÃ\xa0o", "Nhà hàng",
    "%2Â©zbar",    "‘썰전’ 유시민·전원책", "— Хочу", "The Blog » Feed", "d’été–hiver…",
]  # fmt: skip


@pytest.mark.parametrize("text", GOOD)
def test_good_text_stays(text: str) -> None:
    """Text that is right in any language, and what only looks odd, is normalised and nothing else."""
    assert repair_text(text) == unicodedata.normalize("NFC", text)
    assert decode(text.encode(), "windows-1252") == unicodedata.normalize("NFC", text)


@given(
    st.lists(st.sampled_from(GOOD), max_size=6),
    st.sampled_from(["\n", " ", " – ", "\n\n"]),
    st.sampled_from([str, str.upper, str.lower, str.title]),
)
def test_good_text_stays_in_company(texts: list[str], separator: str, case: type[str]) -> None:
    """Right texts of many languages together, in any case, are normalised and nothing else."""
    text = case(separator.join(texts))
    assert repair_text(text) == unicodedata.normalize("NFC", text)


SCRIPTS = st.characters(
    exclude_categories=["Cs"], exclude_characters="".join(map(chr, range(0x80, 0x100))) + "\ufeff"
)


@given(st.text(SCRIPTS))
def test_other_scripts_stay(text: str) -> None:
    """Text of any script in which no letter of ISO-8859-1 stands is left as it is, misordered marks apart."""
    assert decode(text.encode(), None) == repair_text(unicodedata.normalize("NFC", text))
    if not any(mark in text for mark in "\u0302\u0306"):
        assert repair_text(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("viqr", "meant"),
    [
        ("Tie^'ng Vie^.t ra^'t hay", "Tiếng Việt rất hay"),
        ("DDa` Na(~ng, DDa('k La('k", "Đà Nẵng, Đắk Lắk"),
        ("No' hay. Chu+a? Kia. Tui. Giu'p quy' o^ng.", "Nó hay. Chưa? Kia. Tui. Giúp quý ông."),
        ("chu`a. la\\. a\\?", "chùa. la. a?"),
        ("Add it's index.html", "Add it's index.html"),
        ("CSDDT, HDDND tha'ng 5", "CSĐT, HĐND tháng 5"),
        ("Chi. Hoa di qua.\nMe. o+? dda^u?\nAnh tra...", "Chị Hoa di qua.\nMẹ ở đâu?\nAnh tra..."),
        ('<p>Ho. kie^?m tra.</p> "Anh ddi qua."', '<p>Họ kiểm tra.</p> "Anh đi qua."'),
        ('<a href="mo.html?a">mo.</a>', '<a href="mo.html?a">mọ</a>'),
    ],
)
@pytest.mark.parametrize("label", ["viqr", "csVIQR"])
def test_viqr_where_declared(viqr: str, meant: str, label: str) -> None:
    """Marks typed in ASCII are read where the page declares so, outside markup, and only there."""
    assert decode(viqr.encode(), label) == meant
    assert decode(f"<meta charset={label}>".encode() + viqr.encode(), None).endswith(meant)
    assert repair_text(viqr) == viqr


@given(st.text())
def test_viqr_of_any_text(text: str) -> None:
    """Any text is read as VIQR without failing, and what holds no sign of it stays."""
    plain = "".join(letter for letter in text if letter not in "\\^(+'`?~.dD")
    assert read_viqr(plain) == unicodedata.normalize("NFC", plain) or not plain.isascii()
    read_viqr(text)


@pytest.mark.parametrize(
    "piece", ["é\n", "ViÖt hé\n", "Ã©", "é ", "ma giaÒ\nThaï\n", "<", "a.", "a'`", "ViÖt"]
)
def test_repetitive_text_is_quick(piece: str) -> None:
    """Two hundred thousand characters of any one piece are read without going over them again and again."""
    text = piece * (200_000 // len(piece))
    assert repair_text(text)
    assert decode(text.encode(), "viqr")


def articles(bench_data: Path, step: int) -> Iterator[dict[str, str]]:
    """Every so many-th of the real articles."""
    with (bench_data / "news" / "news-50k.jsonl.zst").open("rb") as file:
        lines = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), "utf-8")
        yield from map(json.loads, islice(lines, 0, None, step))


def expressible(text: str, charset: Charset) -> str:
    """The text with typewriter punctuation, and without what the character set has no code for."""
    plain = text.translate(str.maketrans("“”‘’–—", "\"\"''--")).replace("…", "...")
    return "".join(letter for letter in plain if letter == "?" or b"?" not in encode(letter, charset))


def test_real_articles_come_back(charset: Charset, bench_data: Path) -> None:
    """Of real articles at least 99.5 % of the characters come back, as bytes and as misread text."""
    total = right = 0
    for article in articles(bench_data, 2000):
        text = expressible(unicodedata.normalize("NFC", article["title"] + "\n" + article["body"]), charset)
        body = encode(text, charset)
        text = lower_where_the_font_decided(text, charset)
        for repaired in (
            decode(body, "iso-8859-1"),
            repair_text(as_windows(body)),
            repair_text(body.decode("latin-1")),
        ):
            read = lower_where_the_font_decided(repaired, charset)
            total += len(text)
            right += sum(map(str.__eq__, text, read)) if len(text) == len(read) else 0
    assert right >= 0.995 * total > 0


def test_no_real_text_is_damaged(bench_data: Path) -> None:
    """Of all real articles, questions and pages none is changed but by normalisation: not one false repair."""
    texts = [
        value for article in articles(bench_data, 1) for value in article.values() if isinstance(value, str)
    ]
    texts += (bench_data / "xquad" / "xquad-vi-dev.json").read_text("utf-8").split('"')
    texts += (bench_data / "seed" / "article.txt").read_text("utf-8").split("\n")
    changed = [
        text
        for text in texts
        if repair_text(text) != unicodedata.normalize("NFC", text.removeprefix("\ufeff"))
    ]
    assert texts
    assert not changed


def test_known_cases(bench_data: Path) -> None:
    """The collected cases of legacy text come back, VIQR where it is declared."""
    rows = [line.split("\t") for line in (bench_data / "normalise_cases.tsv").read_text("utf-8").splitlines()]
    cases = [row for row in rows if row[3] == "legacy"]
    assert cases
    for misread, meant, why, *_ in cases:
        text = json.loads('"' + misread.replace('"', '\\"') + '"')
        read = (
            decode(text.encode(), "viqr") if why.startswith("VIQR") or "Tie^" in text else repair_text(text)
        )
        assert read == meant
