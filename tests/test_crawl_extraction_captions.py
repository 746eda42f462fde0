"""Captions stand under pictures, and are set unlike the text."""

from __future__ import annotations

from dataclasses import replace

from crawl.extraction.blocks import Block
from crawl.extraction.captions import split_captions


def test_captions_need_a_picture() -> None:
    """Centred or slanted text is a caption only under a picture: verse and quotations are set so, too."""
    verse = Block("Ai về Bình Định mà coi\nCon gái Bình Định cầm roi đi quyền", centred=True, slanted=60)
    below = replace(verse, pictured=True)
    assert split_captions([verse, below]) == ([below], [verse])
