"""What a real run shows people, in a real browser: the main paths through portal and console, and every page."""

import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from deployment import Played
from playwright.sync_api import Browser, Locator, expect
from playwright.sync_api import Page as Tab

from monitoring.assessment import gathering
from monitoring.assessment.months import after
from sinks.clickhouse.connection import connect
from tests.browser import places
from tests.browser.chrome import NARROW, WIDE, Opened, opened
from tests.browser.pages import PAGES, SERVICES, Page, served
from tests.docs.doc_pages import lines, read

pytestmark = pytest.mark.servers
PATIENCE_S = 120
OWN, FLOW = (next(page for page in PAGES if page.name == name) for name in ("portal-own", "console-flow"))
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


def test_what_a_person_files_by_the_forms_is_on_the_own_page(browser: Browser, run: places.Run) -> None:
    """An objection, a consent and its end: declared, sent, told as filed, and then worked off like every record."""
    with opened(browser, OWN, run.address(OWN), typed=run.typed(OWN)) as shown:
        tab = shown.tab
        card = tab.locator("main article.card", has=tab.locator("input[value=objection]")).first
        record = tab.locator(f"#{card.get_attribute('id')}")
        form = record.locator("form", has=tab.locator("input[value=objection]"))
        form.get_by_role("button").click()
        assert urlsplit(tab.url).path == "/my"  # nothing is sent before it is declared
        _filed(shown, form, "提出异议")
        _worked_off(tab, record.get_by_text("异议处理中"))
        expect(form).to_have_count(0)
        tab.get_by_text("给予同意").click()
        given = tab.locator("details form[action='/my/consents']").first
        _filed(shown, given, "同意")
        stands = tab.locator("table form[action='/my/consents']")
        _worked_off(tab, stands)
        _filed(shown, stands, "撤回同意")
        _worked_off(tab, tab.locator("main").get_by_text("已撤回"))
        assert shown.faults() == []


@pytest.mark.check
def test_figures_follow_the_run_and_pause_holds_them(browser: Browser, run: places.Run, played: Played) -> None:
    """Without the page being loaded again; let go on, it shows what came meanwhile."""
    with opened(browser, FLOW, run.address(FLOW)) as shown, opened(browser, FLOW, run.address(FLOW)) as other:
        figure, meanwhile = (one.tab.locator("td[data-text='clock>intake.total']") for one in (shown, other))
        at, pause = shown.tab.locator("[data-at]"), shown.tab.locator("[data-pause]")
        shown.tab.evaluate("window.here = true")
        was = _number(figure)
        _let_a_day_pass(played)
        _grown(figure, was)
        pause.click()
        expect(pause).to_have_attribute("aria-pressed", "true")
        paused, when = figure.inner_text(), at.inner_text()
        _let_a_day_pass(played)
        _grown(meanwhile, _number(figure))
        assert (figure.inner_text(), at.inner_text()) == (paused, when)
        pause.click()
        _grown(figure, _number(figure))
        assert shown.tab.evaluate("window.here") and shown.faults() == []


@pytest.mark.check
@pytest.mark.skipif(shutil.which("curl") is None, reason="the guide asks with curl")
def test_the_commands_of_the_portals_guide_do_what_it_says(run: places.Run) -> None:
    """No sample and no template names the example's person: an empty record, and both looks at it."""
    typed = [line for line in lines(read("docs/portal.md")) if line.startswith(("TOKEN=", "curl "))]
    script = "\n".join(f"{line}; echo" if line.startswith("curl ") else line for line in typed)
    status, record, looks = [json.loads(said) for said in run.typed_at_the_portal(script).splitlines()]
    assert status["records"] == record["records"] == []
    assert [one["officer"] for one in looks["looks"]][:2] == ["R-17", "self"]


def _let_a_day_pass(played: Played) -> None:
    """So that every worker has something to do."""
    ticks = [played.here.parts.codec.decode(record.value) for record in played.here.read("clock")]
    last: date = max(one.value["day"] for one in ticks if one.record == "ClockTick")
    done = played.here.chengxin("clock", "tick", "--to", f"{last + timedelta(days=1)}")
    assert done.returncode == 0, done.stderr


def _number(figure: Locator) -> int:
    """0 where there is none."""
    text = figure.inner_text().replace(",", "")
    return int(text) if text.isdigit() else 0


def _grown(figure: Locator, above: int) -> None:
    """Wait until a figure is larger; it may be smaller meanwhile, where a process answers late."""
    until = time.monotonic() + PATIENCE_S
    while _number(figure) <= above:
        assert time.monotonic() < until, figure.inner_text()
        figure.page.wait_for_timeout(500)


def _filed(shown: Opened, form: Locator, title: str) -> None:
    """A form of the own page is sent; what is said then is kept, and the way leads back."""
    if (declared := form.get_by_role("checkbox")).count():
        declared.check()
    form.get_by_role("button").click()
    expect(shown.tab.locator("main h1")).to_have_text(f"{title}：已提交")
    expect(shown.tab.locator("main dl code").first).to_have_text(re.compile("[0-9a-f]{32}"))
    assert (shown.faults(), shown.inaccessible()) == ([], [])
    shown.tab.get_by_role("link", name="回到我的信用记录").click()
    expect(shown.tab.locator("#records")).to_be_visible()


def _worked_off(tab: Tab, sign: Locator) -> None:
    """The own page loaded anew until ``sign`` is there: what is filed goes through both agents first."""
    until = time.monotonic() + PATIENCE_S
    while not sign.count():
        assert time.monotonic() < until, tab.locator("main").inner_text()[:2_000]
        time.sleep(1)
        tab.reload()
