"""The site in a real browser: Chromium, headless, over a server on loopback."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from index.opening import open_engine
from tests.served_site import MANY, ROAD, fill, served

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

Open = Callable[[bool], "Chrome"]

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=vi",
)
_BLOCKED = 2
"""Chromium's content setting for what a page may not do."""


def _missing(what: str) -> NoReturn:
    """Skip where a developer has no browser; fail where it was promised."""
    reason = f"{what} is not installed"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server over the embedded engine."""
    folder = tmp_path_factory.mktemp("site")
    with closing(open_engine(f"whoosh:{folder / 'articles'}")) as engine:
        fill(engine, folder).close()
    with served(engine.locator) as url:
        yield url


@pytest.fixture
def open_browser(tmp_path: Path) -> Iterator[Open]:
    """Open a browser with a fresh profile, with or without JavaScript; it is closed after the test."""
    try:
        from selenium.webdriver import Chrome, ChromeOptions, ChromeService
    except ImportError:
        _missing("selenium")
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    driver = shutil.which("chromedriver")
    if not browser or not driver:
        _missing("chromedriver" if browser else "Chromium")
    opened: list[Chrome] = []

    def start(scripts: bool) -> Chrome:
        options = ChromeOptions()
        options.binary_location = browser or ""
        for flag in (*_FLAGS, f"--user-data-dir={tmp_path / 'profile'}"):
            options.add_argument(flag)
        if not scripts:
            blocked = {"profile.managed_default_content_settings.javascript": _BLOCKED}
            options.add_experimental_option("prefs", blocked)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        opened.append(Chrome(options=options, service=ChromeService(driver)))
        opened[0].implicitly_wait(5)
        return opened[0]

    yield start
    for chrome in opened:
        chrome.quit()


@contextmanager
def _leaving(chrome: Chrome) -> Iterator[None]:
    """Do what leads to another page, and go on only when the old one is gone.

    A form sent by a key gives control back before its answer is there: what is read then may be either page.
    Between the two, the driver has more than one error for an element of the old one.
    """
    from selenium.common.exceptions import WebDriverException
    from selenium.webdriver.support.wait import WebDriverWait

    old = chrome.find_element("tag name", "html")

    def gone(_chrome: Chrome) -> bool:
        try:
            return not old.tag_name
        except WebDriverException:
            return True

    yield
    WebDriverWait(chrome, 30).until(gone)


def _texts(chrome: Chrome, selector: str) -> list[str]:
    return [found.text for found in chrome.find_elements("css selector", selector)]


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_reader_searches_reads_goes_back_and_pages(site: str, open_browser: Open, scripts: bool) -> None:
    """Typing a query without marks shows marked snippets; a title opens the article, its link leads back.

    All of it works with and without JavaScript, and the console stays silent.
    """
    chrome = open_browser(scripts)
    chrome.get("data:text/html,<title>off</title><script>document.title = 'on'</script>")
    assert chrome.title == ("on" if scripts else "off")

    chrome.get(site)
    chrome.find_element("name", "q").send_keys("duong tranh")
    with _leaving(chrome):
        chrome.find_element("css selector", "button[type=submit]").click()
    assert "đường tránh" in [mark.lower() for mark in _texts(chrome, ".snippet mark")]

    with _leaving(chrome):
        chrome.find_element("link text", ROAD.title).click()
    assert _texts(chrome, "h1") == [ROAD.title]
    assert "đường" in [mark.lower() for mark in _texts(chrome, ".text mark")]

    with _leaving(chrome):
        chrome.find_element("css selector", "a[rel=up]").click()
    field = chrome.find_element("name", "q")
    assert field.get_attribute("value") == "duong tranh"
    field.clear()
    with _leaving(chrome):
        field.send_keys("gia lua\n")
    seen = _texts(chrome, ".hits h3")
    with _leaving(chrome):
        chrome.find_element("css selector", "nav a[rel=next]").click()
    seen += _texts(chrome, ".hits h3")
    assert len(set(seen)) == len(seen) == 20 < len(MANY)
    with _leaving(chrome):
        chrome.find_element("css selector", "nav a[rel=prev]").click()
    assert _texts(chrome, ".hits h3") == seen[:10]

    assert chrome.get_log("browser") == []  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_is_wider_than_its_window(site: str, open_browser: Open, width: int) -> None:
    """On a telephone and on a desk nothing has to be scrolled sideways, with all filters open."""
    chrome = open_browser(True)
    chrome.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    long = "x" * 300
    for address in ("", "search?q=duong&sort=newest", f"search?q={long}", f"search?q=({long}", f"a/{long}"):
        chrome.get(site + address)
        assert chrome.execute_script("return document.documentElement.scrollWidth") <= width


def test_the_keyboard_reaches_everything(site: str, open_browser: Open) -> None:
    """Pressing Tab leads to the skip link first, then to the field, the button, the filters and each result."""
    from selenium.webdriver import Keys

    chrome = open_browser(True)
    chrome.get(site + "search?q=duong+tranh")
    selectors = (".skip", "input[type=search]", "button[type=submit]", "summary", ".hits h3 a")
    wanted = [chrome.find_element("css selector", selector) for selector in selectors]
    reached = [chrome.find_element("tag name", "body")]
    for _step in range(10):
        reached[-1].send_keys(Keys.TAB)
        reached.append(chrome.switch_to.active_element)
    assert [element for element in reached if element in wanted] == wanted
