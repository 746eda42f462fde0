"""An article's address is what its page says, where the page may say so."""

from __future__ import annotations

import pytest

from crawl.extraction.address import Address, canonical_links, read_address
from crawl.extraction.dom import parse

FINAL = "https://x.vn/tin/bai-1.html"


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ([], Address(FINAL, stated=False, home=False)),
        ([None, ""], Address(FINAL, stated=False, home=False)),
        (["https://x.vn/a"], Address("https://x.vn/a", stated=True, home=False)),
        (["https://y.vn/a", "/b"], Address("https://x.vn/b", stated=True, home=False)),
        (["https://x.vn/", "/b"], Address("https://x.vn/b", stated=True, home=True)),
        (["/b", "https://x.vn/"], Address("https://x.vn/b", stated=True, home=False)),
        (["https://x.vn"], Address(FINAL, stated=False, home=True)),
        (["https://y.vn/"], Address(FINAL, stated=False, home=False)),
    ],
)
def test_whose_claims_count(claims: list[str | None], expected: Address) -> None:
    """The first claim on a host of the paper counts; its home is no article's, and tells what the page is."""
    assert read_address(claims, FINAL, ("x.vn",)) == expected


def test_without_hosts_any_claim_counts() -> None:
    """An archive without hosts of its own believes its pages."""
    assert read_address(["https://y.vn/a"], FINAL, ()) == Address("https://y.vn/a", stated=True, home=False)


def test_canonical_links() -> None:
    """A link may have several relations; other links are no canonical ones."""
    html = "<link rel='CANONICAL shortlink' href=/a><link rel=next href=/b><link rel=canonical>"
    assert canonical_links(parse(html).root) == ["/a", ""]
