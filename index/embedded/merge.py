"""Makes one segment of several: numbers are mapped, nothing is analysed again.

Works through the lists in stretches of bounded size, so memory does not grow with the segments.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.embedded.columns import write_blocks, write_keys, write_names, write_vocabulary
from index.embedded.layout import FIELDS, KEYS, NO_KEY, Bools, Ints
from index.embedded.postings import PostingsWriter, ragged
from index.embedded.segment import Segment
from index.embedded.segmentfile import Array, SegmentFileWriter

_STRETCH = 1_000_000
"""Positions worked on at once (more where a single term has more)."""

_BLOCKS = 4_096
"""Compressed blocks copied before the memory of what was read is given back: some 16 MiB."""


@dataclass(frozen=True, slots=True)
class Source:
    """A segment to be merged, and which of its documents are not deleted."""

    segment: Segment
    live: Bools


@dataclass(frozen=True, slots=True)
class _Mapped:
    """A source with its numbers in the merged segment: of its documents (-1: deleted) and of its terms."""

    segment: Segment
    live: Bools
    documents: Ints
    terms: Ints

    @property
    def whole(self) -> bool:
        return bool(self.live.all())


def merge(sources: Sequence[Source], path: Path) -> None:
    """Write the living documents of some segments, no two of the same id, as one segment."""
    ids, documents = _merged_ids(sources)
    names = sorted(set().union(*(source.segment.vocabulary for source in sources)))
    numbers = {name: number for number, name in enumerate(names)}
    parts = [
        _Mapped(source.segment, source.live, mapped, _looked_up(numbers, source.segment.vocabulary))
        for source, mapped in zip(sources, documents, strict=True)
    ]
    del numbers
    file = SegmentFileWriter(path)
    try:
        _write_postings(file, parts, len(names))
        write_vocabulary(file, names)
        write_names(file, "id", ids)
        _write_columns(file, parts, len(ids))
        _write_stored(file, parts, len(ids))
        file.finish()
    finally:
        file.close()


def _looked_up(numbers: dict[bytes, int], names: Sequence[bytes]) -> Ints:
    return np.fromiter(map(numbers.__getitem__, names), np.int64, len(names))


def _merged_ids(sources: Sequence[Source]) -> tuple[list[bytes], list[Ints]]:
    """All living ids, sorted, and for each source the place of each of its documents among them."""
    ids: list[bytes] = []
    for source in sources:
        ids += [source.segment.ids[number] for number in np.flatnonzero(source.live).tolist()]
    order = np.array(sorted(range(len(ids)), key=ids.__getitem__), np.int64)
    places = np.empty(len(ids), np.int64)
    places[order] = np.arange(len(ids))
    documents: list[Ints] = []
    start = 0
    for source in sources:
        stop = start + int(np.count_nonzero(source.live))
        mapped = np.full(len(source.live), -1, np.int64)
        mapped[source.live] = places[start:stop]
        documents.append(mapped)
        start = stop
    return [ids[number] for number in order], documents


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Some postings: for each the list, the document and the count, and the positions of all."""

    lists: Ints
    docs: Ints
    counts: Array
    positions: Array


def _write_postings(file: SegmentFileWriter, parts: Sequence[_Mapped], terms: int) -> None:
    sizes = np.zeros(terms + 1, np.int64)
    for part in parts:
        sizes[part.terms + 1] += np.diff(part.segment.list_positions[:: len(FIELDS)])
        part.segment.file.release_pages()
    postings, positions = np.sum([_living(part) for part in parts], axis=0)
    writer = PostingsWriter(file, terms, int(postings), int(positions))
    for start, stop in _cuts(np.cumsum(sizes)):
        found = [_read(part, start, stop) for part in parts]
        for merged in _merged([stretch for stretch in found if len(stretch.lists)]):
            writer.append(merged.lists, merged.docs, merged.counts, merged.positions)
        for part in parts:
            part.segment.file.release_pages()
    writer.finish()


def _living(part: _Mapped) -> tuple[int, int]:
    """How many postings and positions the living documents of a source have."""
    segment = part.segment
    total = segment.file.count("docs")
    if part.whole:
        return total, segment.file.count("positions")
    postings = positions = 0
    for start in range(0, total, _STRETCH):
        stop = min(start + _STRETCH, total)
        keep = part.live[segment.file.part("docs", start, stop)]
        postings += int(np.count_nonzero(keep))
        positions += int(segment.counts(start, stop)[keep].sum(dtype=np.int64))
    return postings, positions


def _cuts(ends: Ints) -> Iterator[tuple[int, int]]:
    """Ranges of what ends there (terms, postings) with about `_STRETCH` positions, of one where it alone has more."""
    start = 0
    while start < len(ends) - 1:
        stop = int(np.searchsorted(ends, ends[start] + _STRETCH, "right")) - 1
        stop = max(stop, start + 1)
        yield start, stop
        start = stop


def _read(part: _Mapped, start: int, stop: int) -> _Stretch:
    """What a source has of the terms `start:stop`, under their new numbers."""
    segment = part.segment
    first, last = np.searchsorted(part.terms, (start, stop))
    lists = (part.terms[first:last, None] * len(FIELDS) + np.arange(len(FIELDS))).ravel()
    begins = segment.list_postings[first * len(FIELDS) : last * len(FIELDS) + 1]
    places = segment.list_positions[[first * len(FIELDS), last * len(FIELDS)]]
    counts = segment.counts(int(begins[0]), int(begins[-1]))
    docs = part.documents[segment.file.part("docs", int(begins[0]), int(begins[-1]))]
    positions = segment.positions(int(places[0]), int(places[1]))
    lists = np.repeat(lists, np.diff(begins))
    if part.whole:
        return _Stretch(lists, docs, counts, positions)
    keep = docs >= 0
    return _Stretch(lists[keep], docs[keep], counts[keep], positions[np.repeat(keep, counts)])


def _merged(found: Sequence[_Stretch]) -> Iterator[_Stretch]:
    """The postings of several sources in the order of lists and documents, in stretches again."""
    if len(found) < 2:
        yield from found
        return
    lists = np.concatenate([stretch.lists for stretch in found])
    docs = np.concatenate([stretch.docs for stretch in found])
    counts = np.concatenate([stretch.counts for stretch in found])
    positions = np.concatenate([stretch.positions for stretch in found])
    # each source is in order already, which a stable sort turns to account
    order = np.argsort(lists << 32 | docs, kind="stable")
    starts = (np.cumsum(counts, dtype=np.int64) - counts)[order]
    lists, docs, counts = lists[order], docs[order], counts[order]
    for first, last in _cuts(np.append(0, np.cumsum(counts, dtype=np.int64))):
        places = ragged(starts[first:last], counts[first:last])
        yield _Stretch(lists[first:last], docs[first:last], counts[first:last], positions[places])


def _write_columns(file: SegmentFileWriter, parts: Sequence[_Mapped], size: int) -> None:
    file.write("moments", _gathered([part.segment.file.array("moments") for part in parts], parts, size))
    file.reserve("lengths", size * len(FIELDS))
    for field in range(len(FIELDS)):
        file.append("lengths", _gathered([part.segment.field_lengths(field) for part in parts], parts, size))
    columns: list[list[str | None]] = []
    for field in range(len(KEYS)):
        column: list[str | None] = [None] * size
        for part in parts:
            values: list[str | None] = [*part.segment.key_values(field), None]
            assert NO_KEY == -1
            for number, code in zip(
                part.documents[part.live], part.segment.codes(field)[part.live], strict=True
            ):
                column[number] = values[code]
        columns.append(column)
    write_keys(file, columns)
    for part in parts:
        part.segment.file.release_pages()


def _gathered(columns: Sequence[Array], parts: Sequence[_Mapped], size: int) -> Array:
    """One column of the merged segment from those of its parts."""
    whole = np.empty(size, columns[0].dtype)
    for part, column in zip(parts, columns, strict=True):
        whole[part.documents[part.live]] = column[part.live]
    return whole


def _write_stored(file: SegmentFileWriter, parts: Sequence[_Mapped], size: int) -> None:
    """Copy the blocks that hold a living document, as they are."""
    block, slot = np.empty(size, np.int64), np.empty(size, np.int64)
    sizes: list[int] = []
    kept: list[tuple[_Mapped, Ints]] = []
    for part in parts:
        old = part.segment.file.array("stored_block")[part.live]
        needed, new = np.unique(old, return_inverse=True)
        block[part.documents[part.live]] = new + len(sizes)
        slot[part.documents[part.live]] = part.segment.file.array("stored_slot")[part.live]
        sizes += np.diff(part.segment.file.array("block_offsets"))[needed].tolist()
        kept.append((part, needed))
    write_blocks(file, _blocks(kept), sizes, block, slot)


def _blocks(kept: Sequence[tuple[_Mapped, Ints]]) -> Iterator[bytes]:
    for part, needed in kept:
        for start in range(0, len(needed), _BLOCKS):
            yield from map(part.segment.block, needed[start : start + _BLOCKS].tolist())
            part.segment.file.release_pages()
