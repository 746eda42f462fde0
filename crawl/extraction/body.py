"""Where on a page the article's text stands: the element whose text is worth most as prose.

It is the maximum-subsequence idea of text extraction (Pasternack and
Roth, "Extracting article text from the web with maximum subsequence segmentation", WWW 2009) on a tree: prose
counts for an element, links and scraps count against it, and the element of greatest sum holds the body.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from crawl.extraction.blocks import Element, Outline
from crawl.extraction.boilerplate import teasers

_RIVAL = 0.5
"""An element that the markup calls an article is believed if it is worth this share of the best there is."""

_ARTICLE = 250  # the least worth of an article that stands before others
_SEVERAL = 3  # articles make a list


def find_body(outline: Outline, places: Sequence[int]) -> list[int]:
    """Those of the places (of `without_furniture`) that hold the article's body; none without prose."""
    selected = [place for place in places if any(one.selected for one in outline[place].around)]
    if selected:
        return selected
    worths = _worths(outline, places)
    best = _best(worths)
    if best is None:
        return []
    if own := _article_of_heading(outline, places, worths, best):
        return _inside(outline, places, own)
    for marked in ([one for one in worths if one.body], [one for one in worths if one.article]):
        rivals = [one for one in marked if worths[one] >= _RIVAL * worths[best]]
        if rivals:
            # The same article again, or the next one, may follow on the page: the first of equals is meant.
            greatest = max(worths[one] for one in rivals)
            first = min((one for one in rivals if worths[one] >= _RIVAL * greatest), key=_number)
            within = _with_others_of_its_kind(outline, places, worths, first)
            worths = _worths(outline, within)
            inner = _best(worths)
            return _with_others_of_its_kind(outline, within, worths, inner) if inner else within
    return _with_others_of_its_kind(outline, places, worths, best)


def _with_others_of_its_kind(
    outline: Outline, places: Sequence[int], worths: Mapping[Element, int], best: Element
) -> list[int]:
    """What the element holds, and all from the first to the last of its kind beside it that holds prose.

    Texts are set in several like boxes where advertisements lie between. What is an article by itself is whole.
    """
    within = _inside(outline, places, best)
    if not best.kind or best.article:
        return within
    around = outline[within[0]].around
    outer = around[around.index(best) + 1 :][:1]
    alike: list[int] = []
    for place in _inside(outline, places, outer[0]) if outer else ():
        own = outline[place].around
        beside = own[own.index(outer[0]) - 1] if own[0] is not outer[0] else None
        if beside is not None and beside.kind == best.kind and worths[beside] > 0:
            block = outline[place].block
            if beside is not best and (block.heading == 1 or (block.heading and block.is_link)):
                break  # another article
            alike.append(place)
    return [place for place in places if alike[0] <= place <= alike[-1]] if alike else within


def _article_of_heading(
    outline: Outline, places: Sequence[int], worths: Mapping[Element, int], best: Element
) -> Element | None:
    """The article that holds the page's one top heading, if there are several others in the best element."""
    headed = [place for place in places if outline[place].block.heading == 1]
    if len(headed) != 1:
        return None
    around = outline[headed[0]].around
    own = next((one for one in around if one.article and worths[one] >= _ARTICLE), None)
    others = {one for place in _inside(outline, places, best) for one in outline[place].around if one.article}
    return own if len(others.difference(around)) >= _SEVERAL else None


def _worths(outline: Outline, places: Sequence[int]) -> dict[Element, int]:
    """The worth of every element around the places, without teasers where they are half of the prose."""
    below = teasers(outline, places)
    worths: defaultdict[Element, int] = defaultdict(int)
    lists: defaultdict[Element, list[int]] = defaultdict(lambda: [0, 0, 0])
    for place in places:
        block = outline[place].block
        for element in outline[place].around:
            worths[element] += block.worth
            tally = lists[element]
            tally[0] += block.is_prose
            if place in below:
                tally[1] += 1
                tally[2] += block.worth
    for element, (prose, count, worth) in lists.items():
        if count == prose or (count > 1 and 2 * count >= prose):
            worths[element] -= worth
    return worths


def _best(worths: Mapping[Element, int]) -> Element | None:
    """The innermost of the elements of greatest worth, if that is any worth at all."""
    element = max(worths, key=lambda one: (worths[one], one.number), default=None)
    return element if element is not None and worths[element] > 0 else None


def _inside(outline: Outline, places: Iterable[int], element: Element) -> list[int]:
    return [place for place in places if element in outline[place].around]


def _number(element: Element) -> int:
    return element.number
