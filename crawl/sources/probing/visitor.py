"""A newspaper's pages, asked for one after another: only what robots.txt allows, no faster than is polite."""

from __future__ import annotations

import threading
import time
from urllib.parse import urljoin

from crawl.article import Page
from crawl.crawler.report import explained
from crawl.fetching.errors import FetchError, Interrupted
from crawl.fetching.fetcher import Fetcher
from crawl.fetching.robots import MAX_BYTES, NOT_NOW, Pace, Robots, read_robots
from crawl.frontier.feeds import feed_entries
from crawl.frontier.links import links
from crawl.messages import TimbaoError
from crawl.sources.source import Source
from crawl.urls import within


class NotVisited(TimbaoError):
    """The page at `url` was not had; `reason` says why."""

    def __init__(self, url: str, reason: str) -> None:
        self.url, self.reason = url, reason
        super().__init__(f"{url}: {reason}")


class Visitor:
    """Asks for pages of one newspaper. Redirects are followed on `hosts`; without any, everywhere.

    Once `stop` is set nothing more is asked for.
    """

    def __init__(
        self, fetcher: Fetcher, pace: Pace, hosts: tuple[str, ...], stop: threading.Event | None = None
    ) -> None:
        self._fetcher, self._pace, self._hosts = fetcher, pace, hosts
        self._stop = stop or threading.Event()
        self._begun = False
        self._robots: dict[str, Robots | NotVisited] = {}

    def robots(self, url: str) -> Robots:
        """What the robots.txt of this URL's host says, which is asked for once. Raises NotVisited."""
        root = urljoin(url, "/robots.txt")
        if root not in self._robots:
            self._robots[root] = self._rules(root)
        known = self._robots[root]
        if isinstance(known, NotVisited):
            raise known
        return known

    def page(self, url: str) -> Page:
        """The page, which came with status 200. Raises NotVisited."""
        if not self.robots(url).allowed(url):
            raise NotVisited(url, explained("robots.txt"))
        page = self._get(url)
        if page.status != 200:
            raise NotVisited(url, explained(f"http-{page.status}"))
        return page

    def _rules(self, root: str) -> Robots | NotVisited:
        try:
            rules = read_robots(self._get(root, first=MAX_BYTES))
        except NotVisited as error:
            return error
        return NotVisited(root, explained("robots-unavailable")) if rules is NOT_NOW else rules

    def _get(self, url: str, *, first: int | None = None) -> Page:
        if self._begun and self._stop.wait(self._pace.wait):
            raise NotVisited(url, str(Interrupted(url)))
        self._begun = True
        began = time.monotonic()
        try:
            return self._fetcher.get(url, permit=self._may_lead_to, first=first)
        except FetchError as error:
            raise NotVisited(url, str(error)) from error
        finally:
            self._pace.took(time.monotonic() - began)

    def _may_lead_to(self, target: str) -> bool:
        return not self._hosts or within(target, self._hosts)


def articles_on(page: Page, source: Source) -> list[str]:
    """The URLs of the newspaper's own articles that a feed or a list leads to."""
    found = [entry.url for entry in feed_entries(page)] or links(page, source).articles
    return [url for url in dict.fromkeys(found) if within(url, source.hosts)]
