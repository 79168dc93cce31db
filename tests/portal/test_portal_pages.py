"""Public pages: nothing but what is published, masked and until it ends; and what they say where there is nothing."""

import re
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest
from portal_stand import DAY, Board, Door, ending, person

from sinks.portal.board import PAGE
from sinks.portal.figures import Counts, Ended, Filed, Proposed, Recorded
from sinks.portal.pages import menu
from tests.flow.flow_stand import BOOK, listing

PATHS = [one.path for one in menu.PUBLIC] + list(menu.EXAMPLES) + ["/my/login"]
COUNTS = Counts(
    DAY,
    (
        Recorded(2025, "COURT_DEFAULTER_LISTING", "SD-COURT-370102", "2", "serious", 40),
        Recorded(2026, "COURT_DEFAULTER_LISTING", "SD-COURT-370202", "2", "serious", 31),
        Recorded(2026, "FOOD_LICENCE_REVOKED", "SD-MARKET-370102", "", "ordinary", 3),
    ),
    (Proposed(2026, "COURT_DEFAULTER_LISTING", "no_aircraft", False, "lifted", 25),),
    (Ended("COURT_DEFAULTER_LISTING", "performed", 12),),
    (Filed(2026, "objection", "opened", 14),),
)


def page(door: Door, path: str, language: str = "zh") -> str:
    answer = door.client.get(path, params={"lang": language})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    return answer.text


class Tags(HTMLParser):
    """Every tag with its attributes; a page that is cut off or closes what it did not open fails."""

    VOID = frozenset({"meta", "link", "input", "br", "img"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL))
        assert not self._open, self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open.pop() == tag, tag


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_whole_in_both_languages_and_needs_nothing_from_elsewhere(
    door: Door, path: str, language: str
) -> None:
    door.figures.given = COUNTS
    door.stand.send("events.court", listing(1, DAY))
    text = page(door, path, language)
    tags = Tags(text).found
    assert ("html", {"lang": "zh-CN" if language == "zh" else "en"}) in tags
    places = [value for tag, attrs in tags for name, value in attrs.items() if name in ("href", "src", "action")]
    assert places and all(one is not None and re.match(r"[/#?]", one) and not one.startswith("//") for one in places)
    assert not [tag for tag, _ in tags if tag in ("script", "iframe", "img")] and "<script" not in text
    assert sum(tag == "h1" for tag, _ in tags) == 1
    ids = [attrs["id"] for _, attrs in tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert person(1) not in text and "测试1" not in text


def test_a_published_person_is_masked_and_gone_with_the_ground(door: Door) -> None:
    door.stand.send("events.court", listing(1, DAY))
    text = page(door, "/exposure")
    assert "测**" in text and f"990000{'*' * 11}" in text and f"({DAY.year})鲁执1号" in text
    assert person(1) not in text and person(1)[6:14] not in text and "测试1" not in text
    assert "无异议" in text
    door.stand.send("events.court", ending(1, "performed"))
    text = page(door, "/exposure")
    assert "测**" not in text and "目前没有条目" in text


def test_a_disputed_entry_is_marked_and_one_past_its_last_day_is_gone_though_the_tick_is_late(door: Door) -> None:
    door.stand.send("events.court", listing(1, DAY))
    (own,) = door.get("/me/record", door.person(1))[1]["records"]
    assert door.post("/me/objections", door.person(1), record=own["record"])[0] == 202
    assert "异议处理中" in page(door, "/exposure")
    last = date.fromisoformat(own["shown"][0]["until"])
    for today, there in ((last, True), (last + timedelta(days=1), False)):
        door.today = today
        assert ("测**" in page(door, "/exposure")) is there


def test_nobody_else_is_on_a_list_and_an_empty_one_says_why(door: Door) -> None:
    door.food(1)
    door.order(2)
    door.honour(3)
    exposure, honours = page(door, "/exposure"), page(door, "/red-list")
    assert "目前没有条目" in exposure and "没有符合这些规则的记录" in exposure
    assert "没有读到允许自然人在此公开的国家规定" in honours
    for row in BOOK.publicity.values():
        text = exposure if row.list == "exposure" else honours
        assert row.name in text
        if row.inactive_reason is not None:
            assert BOOK.reasons[row.inactive_reason].partition("（《")[0].removesuffix("，规则未启用") in text


def test_lists_are_paged_kept_by_no_robot_and_know_no_search(door: Door) -> None:
    for number in range(1, PAGE + 2):
        door.stand.send("events.court", listing(number, DAY))
    first, second = door.client.get("/exposure"), door.client.get("/exposure?page=2")
    assert first.text.count("测**") == PAGE and second.text.count("测**") == 1
    assert 'rel="next"' in first.text and 'rel="prev"' in second.text and 'rel="next"' not in second.text
    for answer in (first, second):
        assert "noindex" in answer.headers["x-robots-tag"] and '<meta name="robots" content="noindex' in answer.text
        assert "<input" not in answer.text
    assert "x-robots-tag" not in door.client.get("/law").headers
    assert door.client.get("/exposure?page=3", headers={"accept": "text/html"}).status_code == 404
    assert door.client.get("/exposure?page=0").status_code == 422
    assert door.client.get("/exposure?name=测试1").text.count("测**") == PAGE  # as if nothing were asked
    assert "Disallow: /my" in door.client.get("/robots.txt").text


def test_the_memory_shows_none_without_the_masked_form_its_rule_shows(door: Door) -> None:
    door.stand.send("events.court", listing(1, DAY))
    ((key, _),) = door.stand.topics["displays"]
    board = Board(door.stand.topics)
    assert board.listed("exposure", DAY, 1).total == 1
    door.stand.topics["displays"].append((key, None))
    assert board.listed("exposure", DAY, 1).total == 0


def test_the_first_page_stands_though_nothing_can_be_counted(door: Door) -> None:
    door.figures.given = None
    assert "暂时无法统计" in page(door, "/")
    answer = door.client.get("/statistics")
    assert answer.status_code == 503 and "暂时无法统计" in answer.text and "<h1>" in answer.text


def test_statistics_and_cases_hide_what_is_small(door: Door) -> None:
    assert "还没有任何月份定稿" in page(door, "/statistics") and "还没有10份以上" in page(door, "/cases")
    door.figures.given = COUNTS
    text = page(door, "/statistics")
    assert "未必已经完整" in text and "may not yet be complete" in page(door, "/statistics", "en")
    assert '<td class="number">40</td>' in text and '<td class="number">3</td>' not in text
    told = page(door, "/cases")
    assert BOOK.items["COURT_DEFAULTER_LISTING"].name in told and "10份以上" in told
    assert BOOK.items["FOOD_LICENCE_REVOKED"].name not in told  # three are nobody's typical case
    assert BOOK.endings["performed"].name in told


def test_what_the_law_book_does_not_say_no_page_says(door: Door) -> None:
    rights = page(door, "/rights")
    for limit in BOOK.limits.values():
        assert limit.name in rights and limit.clause in rights
    assert "没有读到，不作推算" in rights and "谁认定、谁修复" in rights
    for item in BOOK.items.values():
        text = page(door, f"/catalogue/{item.code}")
        assert item.name in text and item.clause in text
    assert "仅作记录" in page(door, "/catalogue/ECOMMERCE_PENALTY")
    assert door.client.get("/catalogue/NOTHING", headers={"accept": "text/html"}).status_code == 404


def test_who_has_a_browser_is_told_in_a_page_and_a_program_in_json(door: Door) -> None:
    strange = door.client.get("/nowhere", headers={"accept": "text/html"})
    assert strange.status_code == 404 and "<h1>" in strange.text
    assert door.client.get("/nowhere").json()["code"] == "HTTP_404"
    stranger = door.client.get("http://testserver//elsewhere.invalid/x", headers={"accept": "text/html"})
    assert stranger.status_code == 404 and "elsewhere" not in stranger.text
    assert door.client.get("/status").json()["code"] == "HTTP_405"


def test_the_reader_chooses_the_language_once(door: Door) -> None:
    assert "Statistics" in page(door, "/statistics", "en")
    assert "Object and repair" in door.client.get("/rights").text  # the cookie
    assert "怎样提出异议" in page(door, "/rights", "zh")


def test_nothing_is_asked_about_a_person_so_nothing_is_on_the_query_log(door: Door) -> None:
    door.stand.send("events.court", listing(1, DAY))
    for path in PATHS:
        page(door, path)
    assert door.log.queries == []
