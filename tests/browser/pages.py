"""Every page that the project shows, as data: what makes it, what must be read on it, and its main path.

A new page is a row here, and a service a row of ``SERVICES``. Tests open each page at two widths, and
`make screenshots` keeps a picture of it.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from monitoring.console.pages import PAGES as CONSOLE
from monitoring.console.words import read

SERVICES = {  # each prints, on a line of its own, `export CHENGXIN_<NAME>=http://...`
    "portal": ("portal", "--port", "0"),
    "console": ("console", "--port", "0", "--portal", "{portal}"),
}
OFFICER = "officer-17"  # has looked at the person of a run whose own page is shown


class Page(NamedTuple):
    """``place``: ``repo:`` a file of the repository; ``run:`` what ``made_by`` writes in the data folder of a run, as a
    pattern; else the name of a service and an address there, as ``portal:/applications``; ``{digest}`` in it is what
    ``made_by`` says in its last line.

    ``made_by``: a command, with ``{data}`` the run's folder, ``{month}`` its last month, ``{draft}`` a law book without
    the rule that stands most often, ``{law}`` the law book of the release. ``typed``: what is typed on the way from its
    address to the page, form by form: field -> text, with ``{officer}`` and ``{person}`` their tokens, ``{decision}``
    one about that person.
    """

    name: str  # of its picture: build/screenshots/<name>.png
    place: str
    says: str  # read on it, so that an empty or wrong page fails
    made_by: tuple[str, ...] = ()
    path: Callable[[Tab], None] | None = None  # what people do on it; raises if it does not work
    status: int = 200  # with which a service answers
    typed: tuple[Mapping[str, str], ...] = ()

    @property
    def service(self) -> str:
        return self.place.partition(":")[0]

    @property
    def address(self) -> str:
        return self.place.partition(":")[2]


def _to_a_record(tab: Tab) -> None:
    """From the index to a topic, and from there to the fields of its record."""
    tab.get_by_role("link", name="sanctions.{channel}", exact=True).click()
    tab.locator("#sanctions").get_by_role("link", name="ObligationChange").click()
    expect(tab.locator("#ObligationChange h3")).to_be_in_viewport()


def _through_the_menu(tab: Tab) -> None:
    """To each page of the menu, to the other language and back, by the keyboard's skip link to the text."""
    menu = tab.locator("header.site nav a")
    for number in range(menu.count()):
        menu.nth(number).click()
        expect(tab.locator("header.site [aria-current=page]")).to_have_count(1)
        expect(tab.locator("main h1")).to_be_visible()
    for language in ("en", "zh-CN"):
        tab.locator(f"header.site .tools a[hreflang={language}]").click()
        expect(tab.locator("html")).to_have_attribute("lang", language)
    tab.keyboard.press("Tab")
    expect(tab.locator("a.skip")).to_be_focused()


def _to_an_item(tab: Tab) -> None:
    """What a citizen does: from the catalogue to an item, and to how to object."""
    tab.get_by_role("link", name="纳入失信被执行人名单决定").first.click()
    expect(tab.locator("main")).to_contain_text("什么时候才能记入")
    tab.locator("main").get_by_role("link", name="异议与修复").click()
    expect(tab.locator("main h1")).to_contain_text("异议")


def _to_what_is_shown(tab: Tab) -> None:
    """From the exposure list, of an entry or of the rule that allows it, to the item and back."""
    link = tab.locator("main a[href^='/catalogue/']").first
    item = link.inner_text()
    link.click()
    expect(tab.locator("main h1")).to_have_text(item)
    tab.go_back()
    expect(tab.locator("header.site [aria-current=page]")).to_have_text("曝光台")


def _to_who_may_ask(tab: Tab) -> None:
    """Each purpose and each right says on what it rests, or why it is not in use."""
    for anchor in ("licensing", "LICENSING-MARKET"):
        expect(tab.locator(f"article#{anchor}")).to_contain_text("启用")
    expect(tab.locator("article#AUDIT")).to_contain_text("社会信用")


def _to_a_text(tab: Tab) -> None:
    """From the law book's contents to its texts, which open by a click."""
    tab.locator("nav.index a[href='#texts']").click()
    expect(tab.locator("#texts")).to_be_in_viewport()
    group = tab.locator("main details").first
    group.locator("summary").click()
    expect(group.locator("tbody tr").first).to_be_visible()


def _to_a_table(tab: Tab) -> None:
    """From the index of the figures to the table behind the chart; its last column is the total."""
    link = tab.locator("nav.index a").first
    title = link.inner_text()
    link.click()
    heading = tab.get_by_role("heading", name=title, exact=True)
    expect(heading).to_be_in_viewport()
    expect(tab.locator("main section", has=heading).locator("thead th").last).to_have_text("合计")


def _to_who_looked(tab: Tab) -> None:
    """From the own page's contents to who looked: an officer, and the person who reads it now."""
    expect(tab.locator("main article.card").first).to_contain_text("怎样提出异议")
    tab.locator("nav.index a[href='#looks']").click()
    expect(tab.locator("#looks")).to_be_in_viewport()
    looked = tab.get_by_role("region", name="谁查看过").locator("tbody tr")
    expect(looked.first).to_contain_text("您本人")
    expect(looked.filter(has_text=OFFICER).first).to_contain_text("已答复")


def _to_an_obligation(tab: Tab) -> None:
    """What an operator does: from the board to one department's obligations in one state, to the officers' door."""
    expect(tab.locator("[data-part=board] tr").first).to_be_visible()
    tab.locator("header.site nav a[href='/obligations']").click()
    tab.locator("main td.number a").first.click()
    state = tab.locator("#state option:checked").inner_text()
    rows = tab.locator("main table").last.locator("tbody tr")
    expect(rows.filter(has_text=state)).to_have_count(rows.count())
    assert rows.count() > 0, state
    tab.locator("header.site nav a[href='/explain']").click()
    expect(tab.locator("#token")).to_be_visible()


def _to_the_reports(tab: Tab) -> None:
    """From a report with its charts and tables to the list of them all, and back to it."""
    title = tab.locator("main h1").inner_text()
    for part in ("figure.chart svg", ".cards .card", "main table tbody tr"):
        expect(tab.locator(part).first).to_be_visible()
    digest = tab.url.rpartition("/")[2]
    tab.locator("main a[href='/what-if']").click()
    expect(tab.locator("header.site [aria-current=page]")).to_have_count(1)
    tab.locator(f"main a[href='/what-if/{digest}']").click()
    expect(tab.locator("main h1")).to_have_text(title)


def _signed_out(tab: Tab) -> None:
    """The question was put on record before the answer; after signing out nothing can be asked."""
    expect(tab.locator("main .notice")).to_contain_text("查询日志")
    tab.locator("form[action='/explain/sign-out'] button").click()
    expect(tab.locator("#token")).to_be_visible()
    expect(tab.locator("#decision_id")).to_have_count(0)


def _bulletin(folder: str, *more: str, month: str = "{month}") -> tuple[str, ...]:
    return ("bulletin", "--month", month, "--out", f"{{data}}/{folder}", *more)


_PORTAL = (
    ("portal-home", "/", "依法记录，依法终止"),
    ("portal-home-en", "/?lang=en", "recorded by law, ended by law"),
    ("portal-exposure", "/exposure", "失信被执行人名单"),
    ("portal-red-list", "/red-list", "没有读到允许自然人在此公开的国家规定"),
    ("portal-catalogue", "/catalogue", "纳入失信被执行人名单决定"),
    ("portal-item", "/catalogue/COURT_DEFAULTER_LISTING", "什么时候才能记入"),
    ("portal-applications", "/applications", "公共信用信息应用目录"),
    ("portal-law", "/law", "没有启用的规则和理由"),
    ("portal-rights", "/rights", "谁认定、谁修复"),
    ("portal-statistics", "/statistics", "记入的文书：重点领域和年度"),
    ("portal-cases", "/cases", "怎样结束"),
    ("portal-login", "/my/login", "登录凭证"),
)
_PATHS = {
    "portal-home": _through_the_menu,
    "portal-exposure": _to_what_is_shown,
    "portal-catalogue": _to_an_item,
    "portal-applications": _to_who_may_ask,
    "portal-law": _to_a_text,
    "portal-statistics": _to_a_table,
    "console-flow": _through_the_menu,
    "console-channels": _to_an_obligation,
}
PAGES = (
    Page("topics", "repo:docs/topics.html", "诚信主题目录", path=_to_a_record),
    Page("applications", "repo:docs/applications.html", "公共信用信息应用目录"),
    Page(
        "law-report",
        "run:law-report.html",
        "失信被执行人",
        ("law", "report", "--html", "{data}/law-report.html"),
    ),
    Page("bulletin", "run:bulletin/*.html", "总体 totals", _bulletin("bulletin")),
    Page("bulletin-city", "run:city/*.html", "济南市", _bulletin("city", "--city", "济南市")),
    Page("bulletin-empty", "run:empty/*.html", "无 / none", _bulletin("empty", month="2016-01")),
    Page("what-if", "run:draft/*.html", "措施合计", ("what-if", "--law", "{draft}", "--out", "{data}/draft")),
    Page("what-if-nothing", "run:same/*.html", "没有差别", ("what-if", "--law", "{law}", "--out", "{data}/same")),
    *(Page(name, f"portal:{address}", says, path=_PATHS.get(name)) for name, address, says in _PORTAL),
    Page(
        "console-report", "console:/what-if/{digest}", "如何阅读", ("what-if", "--law", "{draft}"), path=_to_the_reports
    ),
    *(
        Page(name, f"console:{one.path}", read()[f"title_{one.name}"][0], path=_PATHS.get(name))
        for one in CONSOLE
        for name in (f"console-{one.name}",)
    ),
    Page("console-flow-english", "console:/?lang=en", "Live flow"),
    Page("console-version", "console:/law/M-141.v1", "条款"),
    Page(
        "console-explained",
        "console:/explain",
        "考虑过但未适用的规则",
        path=_signed_out,
        typed=({"token": "{officer}"}, {"decision_id": "{decision}", "matter": "核2026-3"}),
    ),
    Page("portal-own", "portal:/my/login", "谁查看过", path=_to_who_looked, typed=({"token": "{person}"},)),
    Page("portal-refused", "portal:/nowhere", "没有这个地址或者方法", status=404),
)


def served(*services: str) -> tuple[Page, ...]:
    """The pages of some services."""
    return tuple(page for page in PAGES if page.service in services)
