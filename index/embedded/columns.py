"""Writes what a segment holds besides postings: names, and a value or two for each document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np

from index.embedded.layout import KEYS, NO_KEY, PARAGRAPH_END, Ints
from index.embedded.segmentfile import Array, SegmentFileWriter
from index.embedded.storage import decode, encode
from index.text.vietnamese import folds


def write_names(file: SegmentFileWriter, prefix: str, names: Sequence[bytes]) -> None:
    """A list of byte strings, end to end."""
    file.write(f"{prefix}_offsets", offsets_of(list(map(len, names))))
    file.write(f"{prefix}_bytes", np.frombuffer(b"".join(names), np.uint8))


def offsets_of(sizes: Sequence[int]) -> Ints:
    """Where each of things of these sizes begins when they lie end to end, and where the last one ends."""
    offsets = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=offsets[1:])
    return offsets


def write_vocabulary(file: SegmentFileWriter, terms: Sequence[bytes]) -> None:
    """The terms, sorted, and which of them each folded form is of."""
    write_names(file, "term", terms)
    spellings: defaultdict[str, list[int]] = defaultdict(list)
    words = (numbered for numbered in enumerate(terms) if numbered[1] != encode(PARAGRAPH_END))
    for number, term in words:
        for folded in folds(decode(term)):
            spellings[folded].append(number)
    forms = sorted(spellings)
    numbers = [spellings[form] for form in forms]
    write_names(file, "fold", list(map(encode, forms)))
    file.write("fold_begins", offsets_of(list(map(len, numbers))))
    file.write("fold_terms", np.fromiter(chain.from_iterable(numbers), np.int32))


def write_keys(file: SegmentFileWriter, columns: Sequence[Sequence[str | None]]) -> None:
    """The value of every document in every keyword field."""
    names: list[bytes] = []
    begins = [0]
    file.reserve("codes", sum(map(len, columns)))
    for column in columns:
        values = sorted({value for value in column if value is not None})
        codes: dict[str | None, int] = {value: code for code, value in enumerate(values)}
        codes[None] = NO_KEY
        file.append("codes", np.fromiter(map(codes.__getitem__, column), np.int32, len(column)))
        names += map(encode, values)
        begins.append(len(names))
    assert len(begins) == len(KEYS) + 1
    file.write("key_fields", np.array(begins))
    write_names(file, "key", names)


def write_blocks(
    file: SegmentFileWriter, blocks: Iterable[bytes], sizes: Sequence[int], block: Array, slot: Array
) -> None:
    """The stored documents in blocks of these sizes, and where each document is."""
    file.write("stored_block", block)
    file.write("stored_slot", slot)
    file.write("block_offsets", offsets_of(sizes))
    file.reserve("blocks", sum(sizes))
    for content in blocks:
        file.append("blocks", np.frombuffer(content, np.uint8))
