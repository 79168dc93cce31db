"""The application catalogue: no wider than the law, published, and refused where it says what the law does not."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import yaml

from sinks.portal.applications import FILE, Applications, Information
from sinks.portal.page import page
from sinks.portal.refusals import Refusal
from tests.flow.flow_stand import BOOK, CATALOGUE
from topics.files import TopicFault

DAY = date(2026, 11, 2)
DATA: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
HERE = Applications.load(BOOK, CATALOGUE)
STATUS = frozenset(Information) - {Information.OWN_PROPOSALS}


def loaded(change: Callable[[dict[str, Any]], object], tmp_path: Any) -> Applications:
    data = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    change(data)
    file = tmp_path / FILE.name
    file.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return Applications.load(BOOK, CATALOGUE, file)


def test_every_row_in_use_is_no_wider_than_an_active_rule() -> None:
    for row in HERE.rows:
        if row.information is not Information.OWN_MEASURES:
            assert row.measures == ()
            continue
        (channel,) = HERE.departments(row)
        for measure in row.measures:
            assert any(r.active and r.measure == measure and r.executor == channel for r in BOOK.rules.values())


def test_only_departments_of_government_are_in_use_by_the_first_paragraph() -> None:
    used = {c for row in HERE.rows if row.inactive_reason is None and row.measures for c in HERE.departments(row)}
    assert used == {"market", "justice", "health", "tourism", "housing", "treasury", "education", "hr"}


@pytest.mark.parametrize(("day", "allowed"), [(date(2020, 9, 30), False), (date(2020, 10, 1), True)])
def test_a_purpose_begins_with_its_text(day: date, allowed: bool) -> None:
    if allowed:
        assert HERE.allowed("licensing", "market", STATUS, day).code == "LICENSING-MARKET"
        return
    with pytest.raises(Refusal, match="未施行"):
        HERE.allowed("licensing", "market", STATUS, day)


def test_every_inactive_line_says_why() -> None:
    for purpose in ("commendation", "other_administration", "public_service"):
        with pytest.raises(Refusal, match=str(HERE.purposes[purpose].inactive_reason)[:8]):
            HERE.allowed(purpose, "market", STATUS, DAY)


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_a_line_not_in_use_hides_none_that_is(tmp_path: Any, order: list[int]) -> None:
    idle = {"code": "IDLE", "purpose": "audit", "departments": ["credit"], "information": "all_records"}

    def add(data: dict[str, Any]) -> None:
        used = data["rows"].pop()
        rows = [{**idle, "inactive_reason": "条文尚未施行"}, used]
        data["rows"] += [rows[number] for number in order]

    assert loaded(add, tmp_path).allowed("audit", "credit", STATUS, DAY).code == "AUDIT"


def test_where_no_line_is_in_use_the_first_says_why() -> None:
    with pytest.raises(Refusal, match="公共资源交易中心"):
        HERE.allowed("procurement", "trading", STATUS, DAY)


FAULTS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "a measure no rule gives": (lambda d: d["rows"][0]["measures"].append("no_aircraft"), "no active rule gives"),
    "a measure that is none": (lambda d: d["rows"][0]["measures"].append("x"), "no active rule gives x"),
    "a department that is none": (lambda d: d["rows"][0].update(departments=["moon"]), "moon is no channel"),
    "a purpose that is none": (lambda d: d["rows"][0].update(purpose="x"), "purpose x is not listed"),
    "a text that is none": (lambda d: d["purposes"][0].update(instrument="X-1"), "X-1 is no verified text"),
    "a scope that is none": (lambda d: d["rows"][0].update(information="everything"), "everything"),
    "measures of all records": (lambda d: d["rows"][-1].update(measures=["food_licence_refused"]), "AUDIT|rows"),
    "an exemption of nothing": (lambda d: d["exemptions"][0].pop("inactive_reason"), "withholds nothing"),
    "an exemption of what is none": (lambda d: d["exemptions"][0].update(purposes=["x"]), "no purpose x"),
    "a key that is none": (lambda d: d["rows"][0].update(score=1), "score"),
}


@pytest.mark.parametrize(("change", "said"), FAULTS.values(), ids=FAULTS)
def test_a_catalogue_that_says_too_much_is_refused(change: Any, said: str, tmp_path: Any) -> None:
    with pytest.raises(TopicFault, match=said):
        loaded(change, tmp_path)


def test_an_exemption_in_use_withholds_its_purposes_and_no_others(tmp_path: Any) -> None:
    assert all(HERE.withheld(purpose, DAY) is None for purpose in HERE.purposes)  # none was found in any text read

    def use(data: dict[str, Any]) -> None:
        del data["exemptions"][0]["inactive_reason"]
        data["exemptions"][0]["purposes"] = ["audit"]

    found = loaded(use, tmp_path)
    withheld = found.withheld("audit", DAY)
    assert withheld is not None and withheld.code == "SECRECY"
    assert found.withheld("licensing", DAY) is None and found.withheld("audit", date(2021, 10, 31)) is None


def test_the_page_shows_every_line_and_needs_nothing_beside_it() -> None:
    told = page(HERE, BOOK, CATALOGUE, DAY)
    for row in HERE.rows:
        assert f'id="{row.code}"' in told
    for purpose in HERE.purposes.values():
        assert purpose.zh in told and (purpose.inactive_reason or "") in told
    assert "src=" not in told and "href=" not in told and "<script" not in told
    assert "吊销食品生产经营许可证处罚决定" in told  # the records behind a measure
