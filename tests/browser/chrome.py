"""The system's Chromium, driven by Playwright: a page opened at a width, and what may be said against it."""

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Route, expect, sync_playwright
from playwright.sync_api import Page as Tab

from tests.browser.pages import Page

WIDE, NARROW = 1200, 420  # CSS pixels: a desk, a telephone
HEIGHT = 900
NAMES = ("chromium", "chromium-browser", "google-chrome")
CURE = "apt-get install chromium fontconfig fonts-noto-cjk"
_PATIENCE_MS = 30_000  # a page of a busy machine comes late
_ARGUMENTS = (  # as root in a container, and asking nothing of any network
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
_OVERFLOW = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const scrolls = (one) => { for (let at = one.parentElement; at; at = at.parentElement)
    if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(at).overflowX)) return true; return false; };
  return [...document.body.querySelectorAll('*')]
    .filter((one) => one.getBoundingClientRect().right > width + 1 && !scrolls(one))
    .slice(0, 3).map((one) => one.outerHTML.slice(0, 80));
}"""


class NoBrowser(Exception):
    """There is no Chromium on this machine; the message says how to get one."""


class Opened(NamedTuple):
    """A page in its tab. ``against``: what it asked of strangers and what its scripts said; filled as it happens."""

    page: Page
    tab: Tab
    against: list[str]

    def faults(self) -> list[str]:
        """What is wrong at this width: strangers asked, errors of scripts, a page wider than its window."""
        self.tab.wait_for_load_state()  # a path may end on a page whose style sheet is still on its way
        wide = [f"wider than the window: {one}" for one in self.tab.evaluate(_OVERFLOW)]
        return [*self.against, *wide]

    def inaccessible(self) -> list[str]:
        """What axe-core finds: rule, what it is about, and the first places."""
        found = Axe().run(self.tab, options={"resultTypes": ["violations"]}).response["violations"]
        return [
            f"{one['id']} ({one['impact']}): {one['help']}; "
            + "; ".join(f"{node['html'][:120]} [{node['failureSummary'][-160:]}]" for node in one["nodes"][:3])
            for one in found
        ]

    def picture(self, folder: Path) -> Path:
        """The page from its top as ``<name>.png``; a long one is cut at three windows, or nobody could read it."""
        folder.mkdir(parents=True, exist_ok=True)
        size = self.tab.viewport_size
        assert size is not None
        height = min(self.tab.evaluate("document.documentElement.scrollHeight"), 3 * HEIGHT)
        self.tab.set_viewport_size({"width": size["width"], "height": max(height, HEIGHT)})
        self.tab.evaluate("scrollTo(0, 0)")
        place = folder / f"{self.page.name}.png"
        self.tab.screenshot(path=place)
        self.tab.set_viewport_size(size)
        return place


@contextmanager
def chrome() -> Iterator[Browser]:
    """A browser with an empty profile of its own. Raises NoBrowser."""
    place = next(filter(None, map(shutil.which, NAMES)), None)
    if place is None:
        raise NoBrowser(f"没有 Chromium / no Chromium here: {CURE}")
    environment = {**os.environ, "LANG": "C.UTF-8"}
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=place, args=list(_ARGUMENTS), env=environment)
        try:
            yield browser
        finally:
            browser.close()


def _wrong(said: ConsoleMessage, page: Page, address: str) -> bool:
    """Whether the browser complains, of anything but a page that is to be refused."""
    return said.type == "error" and (page.status == 200 or said.location["url"] != address)


def _sent(tab: Tab, form: Mapping[str, str]) -> None:
    """One form filled in and sent."""
    for field, text in form.items():
        tab.locator(f"[name={field}]").fill(text)
    tab.locator("form", has=tab.locator(f"[name={next(iter(form))}]")).get_by_role("button").click()


@contextmanager
def opened(
    browser: Browser,
    page: Page,
    address: str,
    width: int = WIDE,
    *,
    dark: bool = False,
    typed: Iterable[Mapping[str, str]] = (),
) -> Iterator[Opened]:
    """The page, loaded, with what it must say in sight. Whatever is not on this machine is refused and told.

    ``typed``: forms on the way to it, each sent by its own button.
    """
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHT}, color_scheme="dark" if dark else "light", locale="zh-CN"
    )
    against: list[str] = []

    def guard(route: Route) -> None:
        there = urlsplit(route.request.url)
        if there.scheme in ("file", "data") or there.hostname == "127.0.0.1":
            route.continue_()
        else:
            against.append(f"asks {route.request.url}")
            route.abort()

    context.route("**/*", guard)
    tab = context.new_page()
    tab.on("pageerror", lambda error: against.append(f"script: {error}"))
    tab.on("console", lambda said: against.append(f"console: {said.text}") if _wrong(said, page, address) else None)
    try:
        answer = tab.goto(address)
        assert answer is None or answer.status in (page.status, 0), f"{address}: {answer.status}"
        for form in typed:
            _sent(tab, form)
        expect(tab.locator("body")).to_contain_text(page.says)
        yield Opened(page, tab, against)
    finally:
        context.close()
