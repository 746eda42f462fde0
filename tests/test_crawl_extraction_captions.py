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


def test_what_stands_under_a_picture_and_is_no_caption() -> None:
    """A heading and a long paragraph are text, however they are set; a photographer's name is a caption in any way."""
    text = Block("Toàn cảnh hồ chứa nước.", pictured=True, centred=True)
    long = replace(text, text="Toàn cảnh hồ chứa nước. " * 11)
    assert split_captions([text, replace(text, heading=3), long]) == (
        [text],
        [replace(text, heading=3), long],
    )
    credit = Block("Ảnh: Bùi Mau", pictured=True)
    assert split_captions([credit, replace(credit, pictured=False)])[0] == [credit]
