"""The pages that stand in the repository: readable at both widths, by keyboard and screen reader, in light and dark."""

import pytest
from playwright.sync_api import Browser

from tests.browser.chrome import NARROW, WIDE, opened
from tests.browser.pages import PAGES, Page, served
from tests.browser.places import in_repository

BAD = """<!doctype html><html><head><title>x</title></head><body><main><h1>x</h1>
<p style="color:#999;width:1300px">grey and wide</p><img src="http://203.0.113.1/x.png"><script>none.such()</script>
</main></body></html>"""


def test_every_page_has_a_name_of_its_own_and_enough_are_shown() -> None:
    assert len({page.name for page in PAGES}) == len(PAGES) >= 8


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("page", served("repo"), ids=lambda page: page.name)
def test_a_page_fits_its_window_and_its_path_works(browser: Browser, page: Page, width: int) -> None:
    with opened(browser, page, in_repository(page), width) as shown:
        if page.path is not None:
            page.path(shown.tab)
        assert shown.faults() == []


@pytest.mark.check
@pytest.mark.parametrize(("width", "dark"), [(WIDE, False), (WIDE, True), (NARROW, False)])
@pytest.mark.parametrize("page", served("repo"), ids=lambda page: page.name)
def test_axe_finds_nothing(browser: Browser, page: Page, width: int, dark: bool) -> None:
    with opened(browser, page, in_repository(page), width, dark=dark) as shown:
        assert shown.inaccessible() == []


def test_a_bad_page_is_found_out(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> None:
    place = tmp_path_factory.mktemp("bad") / "bad.html"
    place.write_text(BAD)
    with opened(browser, Page("bad", "", "grey"), place.as_uri()) as shown:
        found = shown.faults()
        assert len(found) >= 3
        for fault in ("asks http://203.0.113.1/x.png", "script: none is not defined", "wider than the window"):
            assert any(fault in one for one in found), (fault, found)
        rules = {one.partition(" ")[0] for one in shown.inaccessible()}
        assert rules >= {"color-contrast", "image-alt", "html-has-lang"}
