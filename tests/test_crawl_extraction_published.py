"""When an article was published and changed: what is printed and what is claimed are weighed against each other."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from crawl.article import VIETNAM, When
from crawl.extraction.blocks import Block, Placed
from crawl.extraction.dom import parse
from crawl.extraction.published import is_date_line, modified, printed_date, published, time_element
from crawl.extraction.trace import How

SEEN = datetime(2021, 3, 16, 12, tzinfo=UTC)
DAY = date(2021, 3, 15)
PROSE = Block("Sáng nay, hội nghị tổng kết công tác dân vận được tổ chức tại thành phố. " * 3)


def printed(*above: Block, title: str = "Tổng kết công tác dân vận") -> When | None:
    """The date printed above a title and its text."""
    outline = [Placed(block, ()) for block in (*above, Block(title, heading=1), PROSE)]
    return printed_date(outline, len(above), [len(above) + 1], SEEN)


def test_the_clock_of_a_site_is_above_its_menu() -> None:
    """Today's date is a clock where links stand between it and the title, and the article's where none do."""
    today = Block("16/03/2021")
    assert printed(today) == date(2021, 3, 16)
    assert printed(today, Block("Mục", linked=3)) is None
    assert printed(Block("15/03/2021"), Block("Mục", linked=3)) == DAY


def test_a_date_in_the_title_is_of_something_to_come() -> None:
    """Neither the title's own date nor one in a sentence is when the article was published."""
    assert printed(title="Lễ hội ngày 20/03/2021") is None
    assert printed(Block("Họp ngày 15/03/2021 tại thành phố.")) is None
    assert printed(Block("15/03/2021"), title="Lễ hội ngày 20/03/2021") == DAY


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("15/03/2021", True),
        ("2 giờ trước", True),
        ("Cập nhật lúc 10 giờ", True),
        ("Họp ngày 15/03/2021.", False),
        ("15/03/2021 " + "x" * 90, False),
        ("Tổng kết công tác", False),
    ],
)
def test_date_lines(text: str, is_one: bool) -> None:
    """A date line is short, no sentence, and says when."""
    assert is_date_line(text) is is_one


def test_a_later_claim_is_only_a_last_resort() -> None:
    """What lies after the page was fetched is believed where nothing else is; nothing is from beyond ten years."""
    later = (SEEN + timedelta(days=30)).date()
    assert published([(later, How.JSON_LD), (DAY, How.META)], None, SEEN) == (DAY, How.META)
    assert published([(later, How.JSON_LD)], None, SEEN) == (later, How.JSON_LD)
    assert published([((SEEN + timedelta(days=4000)).date(), How.META)], None, SEEN)[0] is None


def test_changes() -> None:
    """A change lies after the publication and before the page was fetched, by days where one is only a day."""
    first = datetime(2021, 3, 15, 8, tzinfo=VIETNAM)
    later = first + timedelta(hours=2)
    assert modified(later, first, first, SEEN) == later
    assert modified(first, first, first, SEEN) is None
    assert modified(SEEN - timedelta(seconds=30), first, first, SEEN) is None
    assert modified(SEEN - timedelta(minutes=3), first, first, SEEN) == SEEN - timedelta(minutes=3)
    assert modified(later, None, None, SEEN) is None
    assert modified(date(2021, 3, 15), DAY, None, SEEN) is None
    assert modified(DAY, date(2021, 3, 14), None, SEEN) == DAY
    assert modified(date(2021, 3, 16), DAY, None, SEEN) is None


def test_zones_that_are_wrong_alike() -> None:
    """Where the zone of the publication was put right, that of the change is; where it was right, both stay."""
    first = datetime(2021, 3, 15, 8, tzinfo=VIETNAM)
    claimed, changed = first.replace(tzinfo=UTC), datetime(2021, 3, 15, 10, tzinfo=UTC)
    assert modified(changed, first, claimed, SEEN) == changed.replace(tzinfo=VIETNAM)
    assert modified(changed, first, first.astimezone(UTC), SEEN) == changed


def test_one_time_element_is_the_articles() -> None:
    """Several times for machines are of several articles; one, however often, is this one's."""
    one, other = "<time datetime=2021-03-15>hôm qua</time>", "<b data-time=1615680000>hôm kia</b>"
    assert time_element(parse(one * 2).root) == DAY
    assert time_element(parse(one + one.replace("15", "14")).root) is None
    assert time_element(parse(other).root) == datetime(2021, 3, 14, 7, tzinfo=VIETNAM)
    assert time_element(parse("<p>15/03/2021").root) is None
