"""A table of a TOML file is changed as a person would do it: all else stays as it was, to the byte."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl.sources.tomlfile import CannotEdit, with_table

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False)
VALUES = st.one_of(TEXT, st.booleans(), NUMBERS, st.lists(TEXT, max_size=8))
TABLES = st.dictionaries(TEXT, VALUES | st.dictionaries(TEXT, VALUES, max_size=3), max_size=4)
# As people write: comments above and behind, blank lines, odd spaces, lists over several lines.
COMMENTS = st.sampled_from(["# Báo này đóng cửa năm 2016.", "#", "  # indented", "# enabled = true", ""])
LINES = {
    "hosts": ['hosts=["x.vn"]', "hosts = [ 'a.vn', ] # its own", 'hosts = [\n  "x.vn",  # since 2019\n]'],
    "title": ["title = 'Báo'", 'title="Báo"   # as printed'],
    "enabled": ["enabled = false", "enabled=false # not yet"],
    "inline": ['selectors = {{ lead = [".sapo"] }}  # found in 2024', "selectors={{}}#none yet"],
    "selectors": [
        "",
        '[{heading}.selectors] # old\nlead = [".sapo"]',
        'selectors.lead = [".sapo"]',
        'selectors.lead = [".sapo", # first\n".bare"] # last',
        '[{heading}.selectors]\nlead = [ # newest last\n  ".#old",  # until 2019\n  ".bare",\n  ".sapo"  # since\n]',
    ],
}


@st.composite
def entries(draw: st.DrawFn, name: str) -> str:
    """One newspaper's entry with the comment above it."""
    heading = f'sources."{name}"'
    plain = ["hosts", "title", "enabled"]
    keys = draw(st.lists(st.sampled_from([*plain, "inline"]), unique=True))
    keys = keys if "inline" in keys else [*keys, "selectors"]
    lines = [draw(COMMENTS), f"[{heading}]" + draw(st.sampled_from(["", " # of the north"]))]
    for key in keys:
        lines += [draw(COMMENTS), draw(st.sampled_from(LINES[key])).format(heading=heading)]
    return "\n".join(lines) + "\n"


@given(st.data(), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\ufeff"]))
def test_what_a_person_wrote_stays(data: st.DataObject, newline: str, mark: str) -> None:
    """Of any hand-written file every entry but the one changed, and every comment of that one, is as before.

    Where a list with comments would be another one, that is left to whoever wrote them.
    """
    parts = [data.draw(entries(f"{name}.vn")) for name in "abc"]
    family = data.draw(st.sampled_from(["", "[families.mine]\nlead = ['h2'] # no dek\n"]))
    parts.insert(data.draw(st.integers(0, 3)), family)
    changed = data.draw(st.sampled_from([part for part in parts if part.startswith(("#", "[s", "\n", " "))]))
    text = mark + "".join(parts).replace("\n", newline)
    before = tomllib.loads(text.removeprefix(mark))
    name = next(name for name in before["sources"] if f'[sources."{name}"]' in changed)
    table = before["sources"][name]
    wanted = {
        **table,
        "enabled": True,
        "selectors": {**table.get("selectors", {}), "body": ["#b", 'a[x="é"]']},
    }
    if lead := table.get("selectors", {}).get("lead"):
        shorter = [one for one in lead if one != ".bare"]
        lead = data.draw(st.sampled_from([lead, [*lead, ".new", "p"], shorter, [".other"]]))
        wanted["selectors"]["lead"] = lead
    try:
        result = with_table(text, ("sources", name), wanted)
    except CannotEdit as error:
        assert (lead, ".bare" in changed) == ([".other"], True)
        assert 'lead = [".other"]\n' in error.lines + "\n"  # noqa: PT017
        return
    after = tomllib.loads(result.removeprefix(mark))
    assert after == {**before, "sources": {**before["sources"], name: wanted}}
    rest = text.split(changed.replace("\n", newline))
    assert result.startswith(rest[0])
    assert result.endswith(rest[-1])
    assert [line for line in text.split(newline) if line.strip().startswith("#")] == [
        line for line in result.split(newline) if line.strip().startswith("#")
    ]
    assert all(piece in result for line in changed.split("\n") if (piece := line.partition("#")[2]))
    assert result.count("\n") == result.count(newline)


@given(TABLES, TABLES, TEXT, TEXT)
def test_any_table_comes_back(first: dict[str, object], second: dict[str, object], a: str, b: str) -> None:
    """A new table of any values is read back as it was, and so is what it is changed to."""
    text = with_table("# mine\n", (a, b), first)
    assert tomllib.loads(text) == {a: {b: first}}
    second = {**second, "enabled": True}
    text = with_table(text, (a, b), second)
    assert tomllib.loads(text) == {a: {b: second}}
    assert text.startswith("# mine\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", '[sources."b.vn"]\nenabled = true\n'),
        ("# end", '# end\n\n[sources."b.vn"]\nenabled = true\n'),
        ('[sources."b.vn"]', '[sources."b.vn"]\nenabled = true\n'),
        ('sources."b.vn".enabled = false\n', 'sources."b.vn".enabled = true\n'),
        ('[sources]\n"b.vn".x = 1 # c\n', '[sources]\n"b.vn".x = 1 # c\n"b.vn".enabled = true\n'),
        (
            'sources = { "b.vn" = { enabled = false } } # c\n',
            'sources = { "b.vn" = { enabled = true } } # c\n',
        ),
        (
            '[sources."b.vn".selectors]\nx = 1\n[a]\n[sources."b.vn"]\nenabled = false\n',
            '[sources."b.vn".selectors]\nx = 1\n[a]\n[sources."b.vn"]\nenabled = true\n',
        ),
    ],
)
def test_whatever_the_form(text: str, expected: str) -> None:
    """Tables without headings, in one line, or in several places are changed where they stand."""
    known = tomllib.loads(text).get("sources", {}).get("b.vn", {})
    assert with_table(text, ("sources", "b.vn"), {**known, "enabled": True}).split() == expected.split()


def test_what_cannot_be_changed_is_said() -> None:
    """Where no new table fits, the lines to write are given."""
    with pytest.raises(CannotEdit) as error:
        with_table("sources = { a = 1 }", ("sources", "b.vn"), {"enabled": True, "hosts": ["b.vn"]})
    written = 'sources."b.vn".enabled = true\nsources."b.vn".hosts = ["b.vn"]'
    assert error.value.lines == f"# at the top\n{written}"


@pytest.mark.parametrize(
    ("text", "lost", "lines"),
    [
        (
            '[sources."b.vn"]\nx = [ # c\n 1 ]\n[sources."b.vn".y]\nz = 1\n',
            "x = [ # c\n 1 ]\n",
            '# below [sources."b.vn"]\nenabled = true\nx = [2]\n# below [sources."b.vn".y]\nw = true',
        ),
        (
            'sources."b.vn".x = [\n 1, # c\n]\nsources."b.vn".y.z = 1\n',
            'sources."b.vn".x = [\n 1, # c\n]\n',
            '# at the top\nsources."b.vn".enabled = true\nsources."b.vn".x = [2]\nsources."b.vn".y.w = true',
        ),
    ],
)
def test_what_is_said_can_be_pasted(text: str, lost: str, lines: str) -> None:
    """The lines to write, each where it says, make the file what it should be: they are all that differs."""
    wanted = {"enabled": True, "x": [2], "y": {"z": 1, "w": True}}
    with pytest.raises(CannotEdit) as error:
        with_table(text, ("sources", "b.vn"), wanted)
    assert error.value.lines == lines
    pasted = text.replace(lost, "")
    for block in lines.split("# ")[1:]:
        where, _, written = block.partition("\n")
        heading = where.removeprefix("below ") + "\n" if where.startswith("below") else ""
        assert heading in pasted
        pasted = pasted.replace(heading, f"{heading}{written.rstrip()}\n", 1)
    assert tomllib.loads(pasted) == {"sources": {"b.vn": wanted}}


def test_what_would_lose_a_comment_is_said() -> None:
    """What is no longer may have a comment that only its writer can give up."""
    with pytest.raises(CannotEdit) as error:
        with_table("[a.b]\nx = 1 # why\ny = '# no comment'\n", ("a", "b"), {"z": 1})
    assert error.value.lines == "# below [a.b]\nz = 1\n# without x\n# without y"
    assert with_table("[a.b]\ny = '# no comment'\n", ("a", "b"), {"z": 1}) == "[a.b]\nz = 1\n"


def test_long_lists_are_written_over_lines() -> None:
    """A list longer than a line has one line for each text."""
    feeds = [f"https://bao.example/rss/{number}.rss" for number in range(4)]
    text = with_table("", ("sources", "b"), {"feeds": feeds})
    assert text.splitlines() == ["[sources.b]", "feeds = [", *(f'    "{feed}",' for feed in feeds), "]"]
