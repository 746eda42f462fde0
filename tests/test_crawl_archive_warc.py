"""Raw pages on disk."""

from __future__ import annotations

import contextlib
import gzip
import io
import itertools
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from crawl.archive import warc
from crawl.archive.warc import DamagedRecord, RecordPlace, WarcFolder, read_pages
from crawl.article import Page

FETCHED = datetime(2021, 3, 15, 15, 42, tzinfo=UTC)
HEADER_TEXTS = st.text(max_size=30) | st.text(alphabet='aé\r\n\t :;="Đ\ud800\x00\x85\u2028', max_size=12)
PAGES = st.builds(
    Page,
    url=st.sampled_from(["http://bao.vn/a", "http://bao.vn/b?x=1"]),
    final_url=st.sampled_from(["http://bao.vn/a", "https://khac.vn:8443/"]),
    status=st.integers(100, 599),
    headers=st.lists(
        st.tuples(
            st.sampled_from(["Content-Type", "content-encoding", "Transfer-Encoding", "Content-Length"])
            | HEADER_TEXTS,
            HEADER_TEXTS | st.sampled_from(["gzip", "chunked", "5"]),
        ),
        max_size=4,
    ).map(tuple),
    body=st.binary(max_size=2000)
    | st.sampled_from([b"", b"\r\n\r\n", b"WARC/1.1\r\n", gzip.compress(b"x"), b"5\r\nabc"]),
    fetched=st.just(FETCHED),
)


def page(number: int, size: int = 100) -> Page:
    """A page whose body is known by its number."""
    url = f"http://bao.vn/{number}"
    return Page(url, url, 200, (("Content-Type", "text/html"),), bytes([number % 256]) * size, FETCHED)


def records(path: Path) -> int:
    """How many whole, valid records the file holds; their digests are proved."""
    with path.open("rb") as file:
        return sum(
            1
            for record in ArchiveIterator(file, check_digests="raise")
            if record.raw_stream.read() is not None
        )


def fill(folder: Path, *numbers: int) -> list[RecordPlace]:
    """Pages appended by one writer after another."""
    places: list[RecordPlace] = []
    for number in numbers:
        writer = WarcFolder(folder)
        places.append(writer.append(page(number), places[-1] if places else None))
        writer.close()
    return places


@settings(deadline=None)
@given(st.lists(PAGES, min_size=1, max_size=3))
@example(
    [
        Page(
            "http://b\u00e1o.vn/\ud800\r\nX: y",
            "http://b\u00e1o.vn/\r\nX: y",
            200,
            (("\u0110 :", "\ud800"),),
            b"",
            FETCHED,
        )
    ]
)
def test_a_page_comes_back(pages: list[Page]) -> None:
    """Body, status and moment come back as they were whatever the headers hold, and the file is valid."""
    with tempfile.TemporaryDirectory() as folder:
        writer = WarcFolder(Path(folder))
        place = None
        places = [place := writer.append(written, place) for written in pages]
        writer.sync()
        for written, where in zip(pages, places, strict=True):
            found = writer.read(where)
            assert found.body == written.body
            assert (found.status, found.fetched) == (written.status, written.fetched)
            if written.url.isascii():
                assert (found.url, found.final_url) == (written.url, written.final_url)
        writer.close()
        assert records(Path(folder) / places[0].file) == len(pages)


@settings(deadline=None)
@given(
    st.dictionaries(
        st.from_regex(r"[A-Za-z][A-Za-z0-9!#$&'*+.^_`|~-]{0,9}", fullmatch=True),
        st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E)),
    )
)
def test_plain_headers_come_back(headers: dict[str, str]) -> None:
    """Headers of printable ASCII come back as they were, in their order."""
    written = tuple((f"x-{name}", value) for name, value in headers.items())
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(WarcFolder(Path(folder))) as writer:
        found = writer.read(
            writer.append(Page("http://a.vn/", "http://a.vn/", 200, written, b"x", FETCHED), None)
        )
    assert found.headers == (*written, ("Content-Length", "1"))


def test_no_header_is_smuggled_in() -> None:
    """Line ends in a header or a URL make no further header."""
    headers = (
        ("X-A", "1\r\nSet-Cookie: x"),
        ("X-B\r\nEvil", "2"),
        ("Content-Encoding", "gzip"),
        ("X-C", "tiếng"),
    )
    sent = Page("http://a.vn/\r\nEvil: 1", "http://a.vn/\nEvil: 1", 200, headers, b"x", FETCHED)
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(WarcFolder(Path(folder))) as writer:
        found = writer.read(writer.append(sent, None))
    assert found.headers == (
        ("X-A", "1  Set-Cookie: x"),
        ("X-B%0D%0AEvil", "2"),
        ("X-Archive-Orig-Content-Encoding", "gzip"),
        ("X-C", "ti%E1%BA%BFng"),
        ("Content-Length", "1"),
    )
    assert found.final_url == "http://a.vn/%20Evil:%201"


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_a_torn_tail_is_cut_off(tmp_path: Path, kept: int) -> None:
    """Of what lies behind the last noted record, the beginning of a record is cut off and whole records stay; the
    next page follows where nothing is left, else goes into a new file. Every file is then valid to its end.
    """
    places = fill(tmp_path, 1, 2)
    file = tmp_path / places[0].file
    noted = file.read_bytes()
    whole = noted + noted[places[1].offset :] * kept
    for tail in (
        b"",
        noted[:1],
        b"\x1f\x8b\x08\0",
        noted[: places[0].length // 2],
        noted[: places[0].length - 1],
    ):
        file.write_bytes(whole + tail)
        writer = WarcFolder(tmp_path)
        third = writer.append(page(3), places[-1])
        writer.close()
        assert file.read_bytes()[: len(whole)] == whole
        assert (third.file == file.name) == (kept == 0)
        assert records(file) == 2 + kept + (kept == 0)
        assert records(tmp_path / third.file) == (3 if kept == 0 else 1)
        assert [writer.read(place).body[0] for place in (*places, third)] == [1, 2, 3]


def test_a_damaged_tail_stays(tmp_path: Path) -> None:
    """Bytes that are no beginning of a record are left as they are, and a new file is begun."""
    places = fill(tmp_path, 1)
    file = tmp_path / places[0].file
    whole = file.read_bytes() + bytes(100)
    file.write_bytes(whole)
    writer = WarcFolder(tmp_path)
    assert writer.append(page(2), places[-1]).file != file.name
    writer.close()
    assert file.read_bytes() == whole


def test_warcio_itself_finds_nothing_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`warcio check` accepts every file, over rotations and a run that was killed in the middle of a record."""
    monkeypatch.setattr(warc, "ROTATE_AT", 3000)
    places = fill(tmp_path, *range(12))
    with (tmp_path / places[-1].file).open("ab") as torn:
        torn.write((tmp_path / places[0].file).read_bytes()[:200])
    writer = WarcFolder(tmp_path)
    writer.append(page(12), places[-1])
    writer.close()
    files = sorted(map(str, tmp_path.iterdir()))
    assert len(files) > 1
    program = "from warcio.cli import main; main()"
    command = [sys.executable, "-W", "ignore", "-c", program, "check", "-v", *files]
    checked = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.count("digest pass") >= 13
    assert "fail" not in checked.stdout


def test_what_was_given_up_stays(tmp_path: Path) -> None:
    """A writer that goes on after its last record was not noted writes over nothing."""
    writer = WarcFolder(tmp_path)
    first = writer.append(page(1), None)
    writer.append(page(2), first)
    third = writer.append(page(3), first)
    writer.close()
    assert third.offset == 0
    assert (records(tmp_path / first.file), records(tmp_path / third.file)) == (2, 1)


def test_two_writers_in_turn(tmp_path: Path) -> None:
    """Two open writers that tell each other the last record do not write over each other's pages."""
    places: list[RecordPlace] = []
    with contextlib.closing(WarcFolder(tmp_path)) as one, contextlib.closing(WarcFolder(tmp_path)) as other:
        for number, writer in zip(range(10), itertools.cycle([one, other]), strict=False):
            places.append(writer.append(page(number), places[-1] if places else None))
        assert [one.read(place).body[0] for place in places] == list(range(10))
    assert len({place.file for place in places}) == 1
    assert records(tmp_path / places[0].file) == 10


def test_a_new_file_is_begun_at_a_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No record is begun behind ROTATE_AT; every file is valid and every page is found."""
    monkeypatch.setattr(warc, "ROTATE_AT", 2000)
    writer = WarcFolder(tmp_path)
    place = None
    places = [place := writer.append(page(number), place) for number in range(20)]
    writer.close()
    assert len({place.file for place in places}) > 2
    assert all(place.offset < 2000 for place in places)
    assert sum(records(file) for file in tmp_path.iterdir()) == 20
    assert [writer.read(place).body[0] for place in places] == list(range(20))


def test_a_lost_file_is_not_made_up(tmp_path: Path) -> None:
    """When the newest file is gone or shorter than it was, a new one is begun and the rest is left alone."""
    places = fill(tmp_path, 1, 2)
    file = tmp_path / places[0].file
    short = file.read_bytes()[:-100]
    file.write_bytes(short)
    assert fill(tmp_path, 3)[0].file != file.name
    writer = WarcFolder(tmp_path)
    assert writer.append(page(4), places[-1]).file != file.name
    writer.close()
    assert file.read_bytes() == short
    with pytest.raises(ValueError):
        writer.read(places[1])
    with pytest.raises(OSError):
        writer.read(RecordPlace("none.warc.gz", 0, 10))


def test_damage_is_noticed(tmp_path: Path) -> None:
    """A stored page with any byte changed, or any part of its end missing, is not handed out with another body."""
    (place,) = fill(tmp_path, 65)
    file = tmp_path / place.file
    whole = file.read_bytes()
    good = page(65)
    writer = WarcFolder(tmp_path)
    for position in range(0, len(whole), 3):
        for damaged in (
            whole[:position] + bytes([whole[position] ^ 0x10]) + whole[position + 1 :],
            whole[:position],
        ):
            file.write_bytes(damaged)
            with contextlib.suppress(ValueError, OSError):
                assert writer.read(place).body == good.body


def test_damage_is_named_by_its_place_in_few_words(tmp_path: Path) -> None:
    """Where other bytes lie in a record's place, the file and the offset are said, and little of the bytes."""
    (place,) = fill(tmp_path, 65)
    noise = gzip.compress(b"\x1b[31m" + b"no record at all " * 100 + b"\r\n")
    (tmp_path / place.file).write_bytes(noise)
    with pytest.raises(DamagedRecord) as caught:
        WarcFolder(tmp_path).read(RecordPlace(place.file, 0, len(noise)))
    said = str(caught.value)
    assert f"{place.file} at byte 0" in said
    assert len(said) < 250
    assert said.isprintable()


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=300), st.integers(0, 400), st.booleans())
def test_any_bytes_are_pages_or_damage(noise: bytes, position: int, packed: bool) -> None:
    """Reading a file of noise, or one with noise in its middle, gives pages or raises ValueError."""
    record = warc._record(page(1))
    if not packed:
        record = gzip.decompress(record)
    for data in (noise, record[:position] + noise + record[position:], record + noise):
        with contextlib.suppress(ValueError):
            assert all(isinstance(found, Page) for found in read_pages(io.BytesIO(data)))


@pytest.mark.parametrize("packed", [True, False])
def test_a_missing_end_is_noticed(packed: bool) -> None:
    """Wherever a file is cut, the pages before are given, the cut one is not, and ValueError says so. (A plain
    file may also end between the headers of a record and its block: that looks like the end of an empty record.)
    """
    one, two = warc._record(page(1, 300)), warc._record(page(2, 300))
    if not packed:
        one, two = gzip.decompress(one), gzip.decompress(two)
    for length in range(2, len(two) - 8, 3):
        if two[:length].endswith(b"\r\n\r\n"):
            continue
        pages = read_pages(io.BytesIO(one + two[:length]))
        assert next(pages).body == page(1, 300).body
        with pytest.raises(ValueError):
            # Its body may be whole, and only what ends the record be missing.
            assert [each.body for each in pages] == []


def test_a_file_comes_back(tmp_path: Path) -> None:
    """A page that was a file, not a server's answer, is a resource and comes back; other resources are no pages."""
    url = "file:///home/b%C3%A1o/1.html"
    sent = Page(url, url, 200, (("Content-Type", "text/html"),), b"<p>x", FETCHED)
    with contextlib.closing(WarcFolder(tmp_path)) as writer:
        place = writer.append(sent, None)
        assert writer.read(place) == sent
        other = writer.append(replace(sent, url="metadata://x", final_url="metadata://x"), place)
    with (tmp_path / other.file).open("rb") as file:
        assert [found.url for found in read_pages(file)] == [url]


def response(
    body: bytes, *, headers: str = "", date: str = "2021-03-15T15:42:00Z", status: str = "200 OK"
) -> bytes:
    """A WARC record as another program may have written it."""
    http = f"HTTP/1.1 {status}\r\n{headers}\r\n".encode() + body
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.vn/\r\nWARC-Date: {date}\r\n"
    return f"{head}Content-Length: {len(http)}\r\n\r\n".encode() + http + b"\r\n\r\n"


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("2021-03-15T15:42:00Z", FETCHED),
        ("2021-03-15T15:42:00.123456Z", FETCHED),
        ("2021-03-15T15:42:00", FETCHED),
        ("2021-03-15T22:42:00+07:00", FETCHED.astimezone(timezone(timedelta(hours=7)))),
    ],
)
def test_dates_of_other_programs(date: str, moment: datetime) -> None:
    """Moments are in UTC, to the second."""
    (found,) = read_pages(io.BytesIO(response(b"x", date=date)))
    assert found.fetched == moment


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00+14:00", "hôm qua", "", "9" * 5000])
def test_a_page_without_a_date_was_fetched_now(date: str) -> None:
    """What is no date does not lose the page."""
    (found,) = read_pages(io.BytesIO(response(b"x", date=date)))
    assert found.fetched.year >= 2024
    assert found.body == b"x"


@pytest.mark.parametrize(
    ("written", "status"), [("200 OK", 200), ("404", 404), ("9" * 5000, 0), ("²00 x", 0), ("", 0), ("-1", 0)]
)
def test_statuses_of_other_programs(written: str, status: int) -> None:
    """A status is three digits; what is none is 0."""
    (found,) = read_pages(io.BytesIO(response(b"x", status=written)))
    assert found.status == status


def test_other_programs_keep_the_transfer_coding() -> None:
    """Bodies are decoded, of a large one no more than was asked for, and the records behind it are read."""
    body = bytes(range(256)) * 1000
    packed = gzip.compress(body)
    chunked = f"{len(packed):x}\r\n".encode() + packed + b"\r\n0\r\n\r\n"
    data = (
        response(packed, headers="Content-Encoding: gzip\r\n")
        + response(chunked, headers="Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n")
        + response(body)
    )
    assert [found.body == body for found in read_pages(io.BytesIO(data))] == [True] * 3
    assert [len(found.body) for found in read_pages(io.BytesIO(data), 1000)] == [1000] * 3


def test_a_bomb_is_not_inflated() -> None:
    """Of a small record that inflates to 200 MB only what was asked for is."""
    bomb = gzip.compress(bytes(200_000_000), 1)
    (found,) = read_pages(io.BytesIO(response(bomb, headers="Content-Encoding: gzip\r\n")), 10_000)
    assert found.body == bytes(10_000)
