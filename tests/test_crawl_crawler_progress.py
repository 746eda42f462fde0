"""What is shown of a crawl while it runs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crawl.crawler.progress import MinuteLines, Tracker
from crawl.crawler.report import Progress

EVENTS = st.lists(
    st.builds(
        Progress,
        source=st.just("bao"),
        url=st.sampled_from(["https://a.vn/x", "https://b.vn:81/y", "https://c.vn/\x1b[2J"]),
        outcome=st.sampled_from(["new", "changed", "unchanged", "list", "http-404"]),
        fetched=st.just(0),
    )
)


@given(EVENTS)
def test_every_page_is_counted_with_its_host(events: list[Progress]) -> None:
    """The hosts' numbers add up to what happened; the newest host stands last, with what came last."""
    tracker = Tracker()
    for event in events:
        tracker.note(event)
    assert sum(host.pages for host in tracker.hosts) == len(events)
    assert sum(host.new for host in tracker.hosts) == sum(event.outcome == "new" for event in events)
    assert len({host.host for host in tracker.hosts}) == len(tracker.hosts)
    if events:
        newest = tracker.hosts[-1]
        assert (newest.url, newest.outcome) == (events[-1].url, events[-1].outcome)
    assert "\x1b" not in tracker.sentence()


def test_a_line_a_minute() -> None:
    """However many pages come, no two lines are less than a minute apart, and each says what there was so far."""
    now = 0.0
    lines: list[tuple[float, str]] = []
    note = MinuteLines(lambda line: lines.append((now, line)), clock=lambda: now)
    for second in range(0, 200, 7):
        now = float(second)
        note(Progress("bao", "https://a.vn/x", "new", 0))
    assert [moment for moment, _line in lines] == [63.0, 126.0, 189.0]
    assert lines[0][1] == "10 pages so far; articles: 10 new, 0 changed; now a.vn"
