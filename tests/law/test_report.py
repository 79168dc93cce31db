"""The report counts what is there, and finds a gap, a conflict and a missing case where one is made."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from streams.cli.law import app
from streams.cli.law_report import CASES
from streams.core.law import LawBook
from streams.law.files import read_folder
from streams.law.loader import FOLDER, load
from streams.law.report.build import Report, build
from streams.law.report.dates import conflicts, gaps
from streams.law.report.page import page
from streams.law.report.proof import faults, prove

DAY = timedelta(days=1)
TODAY = date(2026, 11, 28)
Changed = Callable[..., Path]


@pytest.fixture(scope="module")
def made() -> Report:
    return build(None, [CASES], TODAY)


@pytest.fixture(scope="module")
def book() -> LawBook:
    return load()


def test_figures(made: Report) -> None:
    figures = made.figures()
    assert list(figures) == [
        "instruments", "memoranda", "active_rules", "inactive_rules", "items", "fields_with_chain",
        "groups_with_chain", "cases", "rules_without_case", "gaps", "conflicts",
    ]  # fmt: skip
    assert (figures["fields_with_chain"], figures["groups_with_chain"]) == (9, 10)
    assert figures["active_rules"] >= 60 and figures["active_rules"] > made.in_force
    assert figures["cases"] >= 300
    assert (figures["rules_without_case"], figures["gaps"], figures["conflicts"]) == (0, 0, 0)
    assert made.sound


def test_the_day_decides_what_is_in_force(made: Report) -> None:
    """The book is the same; before the cut-over the memoranda act, after it the statutes of later years."""
    then = build(None, [CASES], date(2018, 7, 1))
    assert (then.active, then.figures()["items"]) == (made.active, made.figures()["items"])
    (old,) = (one for one in then.versions if one.name == "M-141.v1")
    (new,) = (one for one in made.versions if one.name == "M-141.v1")
    assert (len(old.in_force(then.day)), len(new.in_force(made.day))) == (3, 0)


def test_every_row_that_is_idle_says_why(made: Report) -> None:
    for version in made.versions:
        assert len(version.rows) == len(version.active) + sum(version.reasons().values())
        assert set(version.reasons()) <= set(made.book.reasons)
        assert version.rows or version.unread in made.book.reasons, version.name


# The memoranda of the domain pages under the names of the book.
PUNISH = [
    "M-141", "M-2798", "M-1001", "M-1580", "M-1962", "M-QUAL", "M-CHAO", "M-454", "M-1206", "M-2058", "M-346",
    "M-CUST", "M-1553", "M-POWER", "M-1399", "M-TOUR", "M-457", "M-1614", "M-1702", "M-1704", "M-1600", "M-1862",
    "M-2045", "M-1579", "M-1943", "M-277", "M-SALT", "M-QUARANTINE", "M-ECERT", "M-BIDDING", "M-370", "M-384",
    "M-385", "F-64",
]  # fmt: skip
REWARD = ["I-1467", "I-VOL", "I-AEO", "I-SAFE", "I-331"]


def test_every_memorandum_of_the_pages_has_its_rows_or_says_why(made: Report) -> None:
    there = {one.name.partition(".")[0]: one.incentive for one in made.versions}
    assert {key: there.get(key) for key in PUNISH + REWARD} == {
        **dict.fromkeys(PUNISH, False),
        **dict.fromkeys(REWARD, True),
    }
    of_that_grade = {one.code for one in made.book.instruments.values() if one.basis_grade == "memorandum"}
    assert of_that_grade - set(there) - {one.instrument.code for one in made.left_out} == set()


def test_memoranda_that_are_left_out(made: Report) -> None:
    assert {one.instrument.code: one.reason for one in made.left_out} == {
        "M-MARR": "outside_the_notice",
        "M-3062": "replaced_by_later_text",
        **dict.fromkeys(("M-STAT-1", "M-FUNDS", "I-TRAFFIC", "I-FOOD-DRUG"), "text_not_found"),
    }


def test_instruments_stand_under_the_day_they_were_checked(made: Report) -> None:
    days = made.by_checked_day()
    assert list(days) == sorted(days)
    assert sum(map(len, days.values())) == len(made.book.instruments)


@pytest.mark.parametrize("days", [-1, 0, 1])
def test_scales_a_day_short_joined_and_a_day_long(book: LawBook, days: int) -> None:
    (old,) = (one for one in book.scales if one.in_force_to is not None)
    assert old.in_force_to is not None
    moved = replace(old, in_force_to=old.in_force_to + days * DAY)
    wrong = replace(book, scales=tuple(moved if one is old else one for one in book.scales))
    assert [one.what for one in gaps(wrong)] == (["no severity scale is in force"] if days < 0 else [])
    assert [one.what for one in conflicts(wrong)] == (["two severity scales are in force"] if days > 0 else [])


@pytest.mark.parametrize("days", [-1, 0, 1])
def test_versions_a_day_short_joined_and_a_day_long(book: LawBook, days: int) -> None:
    rules = dict(book.rules)
    for code, rule in book.rules.items():
        if rule.memorandum == "COMPANY-OFFICERS" and rule.version == 1:
            assert rule.in_force_to is not None
            rules[code] = replace(rule, in_force_to=rule.in_force_to + days * DAY)
    wrong = replace(book, rules=rules)
    holes = [one.what for one in gaps(wrong)]
    assert holes == (
        ["COMPANY-OFFICERS: no version is in force, though an earlier and a later one are"] if days < 0 else []
    )
    twice = [one.what for one in conflicts(wrong)]
    assert ("COMPANY-OFFICERS: two versions are in force" in twice) is (days > 0)
    assert bool(twice) is (days > 0)


def test_an_item_that_outlives_its_paper_is_a_gap(book: LawBook) -> None:
    paper = replace(book.instruments["L-ECOMMERCE"], in_force_to=date(2025, 12, 31))
    (found,) = gaps(replace(book, instruments={**book.instruments, paper.code: paper}))
    assert found == (date(2026, 1, 1), "ECOMMERCE_PENALTY: none of the papers it may rest on is in force")


def test_a_rule_that_never_meets_its_item_is_a_gap(book: LawBook) -> None:
    rule = replace(book.rules["M-1962.v1/1"], in_force_from=date(2010, 1, 1), in_force_to=date(2016, 9, 21))
    (found,) = gaps(replace(book, rules={**book.rules, rule.rule_id: rule}))
    assert found.what == "M-1962.v1/1: active, but never while one of its items is"
    met = replace(rule, in_force_to=date(2016, 9, 22))
    assert gaps(replace(book, rules={**book.rules, rule.rule_id: met})) == ()


def test_one_measure_proposed_twice_is_a_conflict(book: LawBook) -> None:
    rule = book.rules["CIVIL-SERVICE-2018.v1/26-4"]
    again = replace(rule, rule_id="AGAIN.v1/1", memorandum="AGAIN", version=1)
    (found,) = conflicts(replace(book, rules={**book.rules, again.rule_id: again}))
    assert "propose civil_service_bar to the same body for the same record" in found.what
    later = replace(again, active=False)
    assert conflicts(replace(book, rules={**book.rules, again.rule_id: later})) == ()


ONE = """
about: x
cases:
  - name: n
    cites: 公务员法 第二十六条第四项
    law_on: 2026-11-02
    when: {determination: {ground: "1"}}
    then: {rules: [%s]}
"""
BAR = "CIVIL-SERVICE-2018.v1/26-4"


def test_a_case_proves_what_it_states_and_only_if_it_passes(tmp_path: Path, book: LawBook) -> None:
    path = tmp_path / "one.yaml"
    path.write_text(ONE % BAR, encoding="utf-8")
    proof = prove([path], book)
    assert (proof.cases, proof.failed) == (1, ())
    assert BAR in proof.fires and BAR not in proof.spares
    assert "M-141.v1/10" in proof.spares  # looked at, no longer in force
    assert proof.without(book)[BAR] == ("spares",)
    assert proof.without(book)["M-141.v1/10"] == ("fires",)
    path.write_text(ONE % "", encoding="utf-8")
    wrong = prove([path], book)
    assert wrong.failed == ("one.yaml: n",)
    assert not wrong.fires and not wrong.spares and not wrong.ends


REFUSED = """
about: x
cases:
  - name: n
    cites: 公务员法 第二十六条第四项
    law_on: 2026-11-02
    when: {determination: {ground: "1", effect_date: 2026-11-03}}
    then: {outcome: rejected}
"""


def test_a_record_that_is_refused_proves_nothing_about_the_rules_of_its_item(tmp_path: Path, book: LawBook) -> None:
    path = tmp_path / "one.yaml"
    path.write_text(REFUSED, encoding="utf-8")
    proof = prove([path], book)
    assert (proof.cases, proof.failed, proof.fires, proof.spares, proof.ends) == (1, (), set(), set(), set())
    assert proof.without(book)[BAR] == ("fires", "spares")


def test_the_readme_says_of_how_many_rules_a_case_shows_that_they_do_not_apply(book: LawBook) -> None:
    proof = prove([CASES], book)
    active = {rule.rule_id for rule in book.rules.values() if rule.active}
    assert proof.without(book) == {}
    said = f"does not apply ({len(active & proof.spares)} of {len(active)})"
    assert said in (CASES.parents[1] / "README.md").read_text(encoding="utf-8")


def test_a_missing_case_is_told_with_file_row_and_what_to_add(tmp_path: Path, book: LawBook) -> None:
    path = tmp_path / "one.yaml"
    path.write_text(ONE % BAR, encoding="utf-8")
    told = [str(one) for one in faults(prove([path], book), book, read_folder(FOLDER, []).memoranda)]
    (here,) = (one for one in told if one.startswith("memoranda/CIVIL-SERVICE-2018.v1.yaml: rows[26-4]: "))
    assert f"no case shows {BAR} not apply. Add a case from just outside its boundary" in here
    (there,) = (one for one in told if one.startswith("memoranda/M-141.v1.yaml: rows[10]: "))
    assert "no case shows M-141.v1/10 propose its measure. Add a case whose then says rules: [M-141.v1/10]" in there


def test_check_fails_without_cases(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(ONE % BAR, encoding="utf-8")
    result = CliRunner().invoke(app, ["check", "--cases", str(tmp_path)])
    assert result.exit_code == 1
    assert "memoranda/M-141.v1.yaml: rows[10]: no case shows M-141.v1/10" in result.stderr


def test_command_writes_the_page_and_ends_with_one_object(tmp_path: Path) -> None:
    html = tmp_path / "deep" / "report.html"
    result = CliRunner().invoke(app, ["report", "--html", str(html), "--on", "2026-11-28"])
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout.splitlines()[-1])
    assert figures["rules_without_case"] == figures["gaps"] == figures["conflicts"] == 0
    assert html.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_command_fails_and_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(ONE % BAR, encoding="utf-8")
    arguments = ["report", "--cases", str(tmp_path), "--html", str(tmp_path / "r.html"), "--on", "2026-11-28"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1
    assert json.loads(result.stdout.splitlines()[-1])["rules_without_case"] > 100
    assert "规则缺案例" in (tmp_path / "r.html").read_text(encoding="utf-8")


class _Tags(HTMLParser):
    """Every element that is opened is closed, in order; nothing is fetched from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "link", "img", "iframe"}
        assert not {"src", "style", "onclick"} & {name for name, _ in attrs}
        assert all(value and value.startswith("#") for name, value in attrs if name == "href")
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_needs_nothing_beside_it(made: Report) -> None:
    text = page(made)
    tags = _Tags()
    tags.feed(text)
    assert tags.open == []
    for version in made.versions:
        assert version.title in text and version.name in text
    for field in made.book.fields.values():
        assert field in text
    assert f"今日有效 {made.in_force}" in text


def test_the_page_escapes_what_the_files_say(made: Report) -> None:
    title = "<b>&山东</b>"
    assert "<b>" not in page(made._replace(book=replace(made.book, title=title)))
