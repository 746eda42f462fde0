"""When to visit a page again: lists by what they bring, articles while they are young, failures ever later."""

from __future__ import annotations

from datetime import datetime, timedelta

LONGEST_WAIT = timedelta(days=64)
"""No page is left alone for longer, unless for ever."""

LONGEST_ASKED = timedelta(days=7)
"""No host is left alone for longer, whatever it asks for: it may ask again once a week, and a slip in what it asks
(a year, a date in 9999) does not silence a newspaper for months."""

_SHORTEST_REST = timedelta(minutes=15)
_LONGEST_REST = timedelta(days=7)
_LONGEST_REST_OF_THE_IDLE = timedelta(days=30)
_QUIET_SHARE = 8
_DATED_REST = timedelta(days=1)
_LOOKS = tuple(timedelta(hours=hours) for hours in (1, 6, 24, 3 * 24, 7 * 24, 30 * 24))
_PROMPT_TRIES = 3


def next_reading(news: datetime, now: datetime, *, dated: bool = False, aside: bool = False) -> datetime:
    """When to read a list again that last brought something new at `news`: the longer ago, the later.

    It rests for an eighth of that time, so that what it does bring is found within a ninth of the time since its
    last news, and for a week at most. A rest of less than a quarter of an hour is none: every crawl reads it.
    A list whose own index gives it a date (`dated`) is read when that date changes, and once a day at most besides.
    One that nothing but links lead to (`aside`), as to the pages of thousands of tags, may rest for a month.
    """
    rest = _rest(now - news, _LONGEST_REST_OF_THE_IDLE if aside else _LONGEST_REST)
    return now + (max(rest, _DATED_REST) if dated else rest)


def next_trial(news: datetime, now: datetime) -> datetime:
    """When to try a list again that is no list any more, and was one, or was first heard of, at `news`.

    Many of them come back, so none is given up: in the end it is tried once a month.
    """
    return now + _rest(now - news, _LONGEST_REST_OF_THE_IDLE)


def _rest(quiet: timedelta, longest: timedelta) -> timedelta:
    rest = quiet / _QUIET_SHARE
    return min(rest, longest) if rest >= _SHORTEST_REST else timedelta()


def next_look(news: datetime, now: datetime) -> datetime | None:
    """When to look whether an article changed that was printed, or last changed, at `news`.

    An hour after that, 6 hours, 1 day, 3, 7 and 30 days; then never: most corrections come early.
    """
    return next((news + age for age in _LOOKS if news + age > now), None)


def next_try(attempts: int, now: datetime, *, lasting: bool = False) -> datetime:
    """When to try again what failed now, after `attempts` failures before.

    Three crawls in a row try again at once, later ones wait ever longer: from an hour to a week; where the
    server said that the page is gone (`lasting`), from a day to LONGEST_WAIT.
    """
    if attempts < _PROMPT_TRIES:
        return now
    shortest, longest = (timedelta(days=1), LONGEST_WAIT) if lasting else (timedelta(hours=1), _LONGEST_REST)
    doublings: int = min(attempts - _PROMPT_TRIES, 20)
    return now + min(shortest * (1 << doublings), longest)
