"""The hours of the day in which a newspaper wants to be left alone: those in which its readers come."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from crawl.article import VIETNAM
from crawl.messages import TimbaoError
from crawl.messages import gettext as _

_SPAN = re.compile(r"\s*(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})\s*")
_DAY = 24 * 60


class BadHours(TimbaoError, ValueError):
    """The text is no span of hours."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(_("{text} is no span of hours, such as 06:30-08:30").format(text=repr(text)))


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begins` until just before `ends`, in minutes since midnight in Vietnam; it may pass midnight."""

    begins: int
    ends: int

    def hold(self, moment: datetime) -> bool:
        """Whether the aware moment lies within them."""
        local = moment.astimezone(VIETNAM)
        minute = local.hour * 60 + local.minute
        if self.begins < self.ends:
            return self.begins <= minute < self.ends
        return minute >= self.begins or minute < self.ends

    def __str__(self) -> str:
        return "{:02}:{:02}-{:02}:{:02}".format(*divmod(self.begins, 60), *divmod(self.ends, 60))


def parse_quiet_hours(text: str) -> QuietHours:
    """Hours written `06:30-08:30`; the whole day is `00:00-24:00`. Raises BadHours."""
    match = _SPAN.fullmatch(text)
    if match is None:
        raise BadHours(text)
    begins_hour, begins_minute, ends_hour, ends_minute = map(int, match.groups())
    begins, ends = begins_hour * 60 + begins_minute, ends_hour * 60 + ends_minute
    if max(begins_minute, ends_minute) > 59 or begins >= _DAY or ends > _DAY or begins == ends:
        raise BadHours(text)
    return QuietHours(begins, ends)


def is_quiet(hours: Iterable[QuietHours], moment: datetime) -> bool:
    """Whether the aware moment lies within any of them."""
    return any(span.hold(moment) for span in hours)
