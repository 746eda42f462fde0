"""What indexing may take of the memory is shared out, and no more than that."""

from __future__ import annotations

import pytest

from index.embedded.budget import BUDGET, MOST_WORKERS, share


@pytest.mark.parametrize("workers", range(1, MOST_WORKERS + 1))
def test_every_process_has_room_for_documents_within_the_budget(workers: int) -> None:
    """All shares together leave each process some ten megabytes for documents, and as much again for itself."""
    assert share(workers) >= 16 << 20
    assert workers * (share(workers) + (64 << 20)) <= BUDGET
