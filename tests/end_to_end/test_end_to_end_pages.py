"""What a real run shows people, in a real browser: the main paths through portal and console, and every page."""

import os
from collections.abc import Iterator

import pytest
from deployment import Played
from playwright.sync_api import Browser

from monitoring.assessment import gathering
from monitoring.assessment.months import after
from sinks.clickhouse.connection import connect
from tests.browser import places
from tests.browser.chrome import NARROW, WIDE, opened
from tests.browser.pages import PAGES, SERVICES, Page, served

pytestmark = pytest.mark.servers
MAIN = [page for page in served(*SERVICES) if page.path is not None]


@pytest.fixture(scope="module")
def run(played: Played) -> Iterator[places.Run]:
    """With a month frozen: public statistics are of no other day than the end of one."""
    with connect(played.here.addresses.clickhouse, played.here.settings.database) as client:
        month = after(gathering.today(client).replace(day=1), -2)
    frozen = played.here.chengxin("assess", "freeze", "--month", f"{month:%Y-%m}")
    assert frozen.returncode == 0, frozen.stderr
    with places.opened(played.here.settings, played.here.addresses, os.environ) as opened_run:
        yield opened_run


@pytest.mark.parametrize("page", MAIN, ids=lambda page: page.name)
def test_a_main_path_works(browser: Browser, run: places.Run, page: Page) -> None:
    _walked(browser, run, page, WIDE)


@pytest.mark.check
@pytest.mark.parametrize("page", MAIN, ids=lambda page: page.name)
def test_a_main_path_works_on_a_telephone(browser: Browser, run: places.Run, page: Page) -> None:
    _walked(browser, run, page, NARROW)


@pytest.mark.check
@pytest.mark.parametrize("page", [page for page in PAGES if page.service != "repo"], ids=lambda page: page.name)
def test_axe_finds_nothing_on_a_page_of_a_run(browser: Browser, run: places.Run, page: Page) -> None:
    for width, dark in ((WIDE, False), (WIDE, True), (NARROW, False)):
        with opened(browser, page, run.address(page), width, dark=dark, typed=run.typed(page)) as shown:
            assert (shown.faults(), shown.inaccessible()) == ([], [])


def _walked(browser: Browser, run: places.Run, page: Page, width: int) -> None:
    assert page.path is not None
    with opened(browser, page, run.address(page), width, typed=run.typed(page)) as shown:
        page.path(shown.tab)
        assert shown.faults() == []
