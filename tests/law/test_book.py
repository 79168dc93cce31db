"""What the law book says, against the texts it was taken from."""

import re
from datetime import date
from pathlib import Path

import pytest

from streams.core.law import LawBook, Rule
from streams.law.loader import FOLDER, load

CHECKED = date(2026, 11, 22)
FIRM = {"law", "regulation", "central_policy"}


@pytest.fixture(scope="module")
def book() -> LawBook:
    return load()


def test_closed_lists_of_the_notice(book: LawBook) -> None:
    assert len(book.fields) == 11
    assert len(book.groups) == 12
    assert len(book.conducts) == 4


def test_active_rules_keep_what_the_design_asks(book: LawBook) -> None:
    active = [rule for rule in book.rules.values() if rule.active]
    assert active
    for rule in active:
        bases = [book.instruments[code] for code in rule.basis]
        assert rule.inactive_reason is None
        assert rule.mark in {"verified", "verified_number_unverified"}
        assert all(base.mark in {"verified", "verified_number_unverified"} for base in bases)
        assert rule.executor is not None and rule.executor_body is not None
        assert book.bodies[rule.executor_body].channel == rule.executor
        assert rule.executor_source == "text" or rule.remit
        ended = rule.in_force_to is not None and rule.in_force_to < book.cut_over
        assert ended or any(base.basis_grade in FIRM for base in bases), rule.rule_id


def test_inactive_rows_say_why(book: LawBook) -> None:
    idle = [rule for rule in book.rules.values() if not rule.active]
    assert idle
    assert all(rule.inactive_reason in book.reasons for rule in idle)


def active(book: LawBook, memorandum: str) -> dict[str, Rule]:
    return {rule.no: rule for rule in book.rules.values() if rule.memorandum == memorandum and rule.active}


def test_nine_consumption_items(book: LawBook) -> None:
    rules = active(book, "CONSUMPTION-2015")
    assert {no: rule.executor for no, rule in rules.items()} == {
        "1-aviation": "aviation",
        "1-railway": "railway",
        "1-transport": "transport",
        "2": "tourism",
        "3": "housing",
        "4": "housing",
        "5": "police",
        "6": "tourism",
        "7": "education",
        "8": "finance",
        "9": "railway",
    }
    roles = {"self", "legal_representative", "principal_responsible", "directly_responsible_performance"}
    assert all(set(rule.roles) == roles | {"actual_controller"} for rule in rules.values())
    assert all(rule.items == ("COURT_CONSUMPTION_ORDER",) for rule in rules.values())


def test_memorandum_141_ends_before_the_cut_over(book: LawBook) -> None:
    assert {no: rule.executor for no, rule in active(book, "M-141").items()} == {
        "3": "finance",
        "10": "hr",
        "12": "market",
    }
    assert {rule.in_force_to for rule in book.rules.values() if rule.memorandum == "M-141"} == {date(2020, 12, 6)}
    assert book.cut_over == date(2020, 12, 7)


def test_listing_reaches_the_civil_service_and_nothing_else_today(book: LawBook) -> None:
    today = [
        rule.rule_id
        for rule in book.rules.values()
        if rule.active and "COURT_DEFAULTER_LISTING" in rule.items and rule.in_force_to is None
    ]
    assert today == ["CIVIL-SERVICE-2018.v1/26-4"]
    assert active(book, "F-64") == {}


def test_grounds_and_terms_of_the_list(book: LawBook) -> None:
    grounds = book.items["COURT_DEFAULTER_LISTING"].grounds
    assert {code: (ground.term_years, ground.extra_years_max) for code, ground in grounds.items()} == {
        "1": (None, 0),
        **{code: (2, 3) for code in "23456"},
    }
    assert [code for code, ending in book.endings.items() if ending.only_without_term] == ["no_property_found"]


def test_deletion_days_are_those_of_the_text_of_each_item(book: LawBook) -> None:
    listing = set(book.items["COURT_DEFAULTER_LISTING"].endings)
    province = {"revoked", "corrected", "correction_shows_not_recordable"}  # 条例 40
    of_a_case = {"court_objection_upheld", "reconsideration_upheld", "lawsuit_upheld"}  # 法释 12, 条例 40
    with_days = {code: row.delete_working_days for code, row in book.endings.items() if row.delete_working_days}
    assert with_days == dict.fromkeys(listing | province | of_a_case | {"term_ended"}, 3)


def test_every_ending_belongs_to_an_item(book: LawBook) -> None:
    used = {code for item in book.items.values() for code in item.endings}
    made = {"term_ended", "corrected", "correction_shows_not_recordable"}  # reported by nobody
    made |= {"objection_upheld", "court_objection_upheld", "reconsideration_upheld", "lawsuit_upheld", "repaired"}
    assert used == set(book.endings) - made


def test_every_measure_and_executor_is_used(book: LawBook) -> None:
    assert {rule.measure for rule in book.rules.values()} == set(book.measures)


def test_unverified_numbers_are_empty(book: LawBook) -> None:
    for instrument in book.instruments.values():
        if instrument.mark != "verified":
            assert instrument.number is None, instrument.code
        assert instrument.source
        assert instrument.checked >= CHECKED


# Numbers known from memory or from program text only; no source read shows them with their papers.
UNCONFIRMED = [
    "法释〔2015〕17", "法释〔2010〕8", "法〔2016〕285", "〔2016〕2202", "〔2016〕2012", "〔2016〕2190", "〔2017〕427",
    "〔2018〕737", "〔2017〕946", "〔2016〕2796", "〔2016〕2641", "〔2017〕1164", "〔2018〕176", "〔2018〕342",
    "〔2024〕203",
]  # fmt: skip


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.yaml")), ids=lambda path: path.name)
def test_no_unconfirmed_number_anywhere(path: Path) -> None:
    text = re.sub(r"[\[［(（]", "〔", re.sub(r"[\]］)）]", "〕", path.read_text(encoding="utf-8")))
    assert [number for number in UNCONFIRMED if number in text] == []
