"""The segment format: every array of a segment, its type, its shape and its meaning, in one place.

A segment holds N documents, T terms, P postings and Q positions; F text fields and K keyword fields are declared
in `index.document`. Documents are numbered in the order of their ids, terms in the order of their bytes
(UTF-8, which is the order of code points). A *list* is what one term has in one text field: list `t * F + f`.
How the sections lie in a file: `index.embedded.segmentfile`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from index.document import KEYWORD_FIELDS, TEXT_FIELDS

FORMAT = 4
"""Raised with every change of what the files mean."""

FIELDS = tuple(field.name for field in TEXT_FIELDS)
"""The text fields by number."""

KEYS = tuple(field.name for field in KEYWORD_FIELDS)
"""The keyword fields by number."""

NO_KEY = -1
"""The code of a document that has no value in a keyword field."""

PARAGRAPH_END = "\n"
"""The term that stands where one paragraph, caption or tag ends and another follows; no text has it."""

UNDATED = -(2**63)
"""The moment of a document without a date."""

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]
"""Numbers of documents."""
Floats = npt.NDArray[np.float32]
Keys = npt.NDArray[np.uint64]

SECTIONS: dict[str, np.dtype[np.generic]] = {
    name: np.dtype(kind)
    for name, kind in {
        # The vocabulary: term t is term_bytes[term_offsets[t]:term_offsets[t + 1]].
        "term_offsets": "<i8",  # [T + 1]
        "term_bytes": "u1",
        # The folded forms of terms, names like those; form n is of the terms in fold_terms from fold_begins[n] on.
        "fold_offsets": "<i8",
        "fold_bytes": "u1",
        "fold_begins": "<i8",
        "fold_terms": "<i4",
        # The postings of list l are list_postings[l]:list_postings[l + 1], ordered by document.
        "list_postings": "<i8",  # [T * F + 1]
        "list_positions": "<i8",  # [T * F + 1] the same for positions
        "docs": "<i4",  # [P] the document
        "counts": "u1",  # [P] how many positions; 255 and more stand in wide_counts
        "positions": "<u2",  # [Q] ascending within a posting; 65,535 and more stand in wide_positions
        # What does not fit its narrow array: where in it, ascending, and the true value.
        "wide_counts_at": "<i8",
        "wide_counts": "<i8",
        "wide_positions_at": "<i8",
        "wide_positions": "<i8",
        # The documents: id n is id_bytes[id_offsets[n]:id_offsets[n + 1]].
        "id_offsets": "<i8",  # [N + 1]
        "id_bytes": "u1",
        "moments": "<i8",  # [N] microseconds since 1970-01-01T00:00+07:00, or UNDATED
        "lengths": "<u4",  # [F * N] terms of field f in document n, at f * N + n
        # Keyword field k has its values sorted in key_bytes/key_offsets, one field after the other.
        "codes": "<i4",  # [K * N] the number of the value of document n in field k at k * N + n, or NO_KEY
        "key_fields": "<i8",  # [K + 1] where each field's values begin
        "key_offsets": "<i8",
        "key_bytes": "u1",
        # The documents as they were put, in compressed blocks.
        "stored_block": "<i4",  # [N] the block
        "stored_slot": "<i4",  # [N] the document's place in it
        "block_offsets": "<i8",  # [B + 1]
        "blocks": "u1",
    }.items()
}
