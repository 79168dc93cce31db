"""What the book says of telecom fraud, tax, travel, wages and incentives, against the texts it was taken from."""

import re
from datetime import date

import pytest

from streams.core.law import LawBook, Rule
from streams.law.loader import load

TELECOM = ("TELECOM_FRAUD_CONVICTION", "TELECOM_CARD_FINDING", "TELECOM_CARD_EXCEPTION")
LAST_DAY = date(2020, 12, 6)  # before the cut-over
REWARDS = ("VOLUNTEER_GOOD_RECORD", "YOUNG_VOLUNTEER_5A", "DONATION_RECORD", "HONOUR")


@pytest.fixture(scope="module")
def book() -> LawBook:
    return load()


def active(book: LawBook, memorandum: str) -> dict[str, Rule]:
    return {rule.no: rule for rule in book.rules.values() if rule.memorandum == memorandum and rule.active}


def test_who_may_find_in_telecom_fraud(book: LawBook) -> None:
    assert [book.items[code].levels for code in TELECOM] == [
        ("national", "province", "city"),
        ("national", "province", "city"),
        ("national", "province"),
    ]
    assert {book.items[code].providers for code in TELECOM} == {("police",)}


def test_terms_and_cap_in_telecom_fraud(book: LawBook) -> None:
    terms = [{ground.term_years for ground in book.items[code].grounds.values()} for code in TELECOM]
    assert terms == [{3}, {2}, {2}]
    caps = [book.items[code].cap for code in TELECOM]
    assert [(cap.group, cap.years) for cap in caps if cap] == [("telecom_joint_punishment", 5)] * 3


def test_measures_in_telecom_fraud(book: LawBook) -> None:
    rules = active(book, "TELECOM-2024")
    assert {no: rule.executor for no, rule in rules.items() if not no.startswith("A-")} == {
        **dict.fromkeys(("F1", "F2", "F3", "C3"), "pbc"),
        **dict.fromkeys(("T1", "T2"), "comms"),
    }
    others = {no for no in rules if no.startswith("A-")}
    assert others == {f"A-{no}" for no in ("F1", "F2", "F3", "T1", "T2", "C2")}
    assert all(rule.executor_source == "project_mapping" and "L-TELECOM-FRAUD" in rule.basis for rule in rules.values())
    for number in ("F1", "F2", "F3", "T1", "T2"):
        assert "basic" in book.measures[rules[number].measure].definition


def test_memoranda_of_these_fields_end_before_the_cut_over(book: LawBook) -> None:
    for key in ("M-2798", "M-384", "M-385", "I-331", "I-VOL"):
        assert {rule.in_force_to for rule in book.rules.values() if rule.memorandum == key} == {LAST_DAY}
    assert set(active(book, "M-2798")) == {"4", "11"}
    assert set(active(book, "M-384")) == set(active(book, "M-385")) == {"A"}
    assert active(book, "I-331") == active(book, "I-VOL") == {}


def test_the_exit_stop_stands_on_the_law(book: LawBook) -> None:
    (rule,) = active(book, "TAX-EXIT-2001").values()
    assert (rule.executor, rule.executor_source, rule.in_force_to) == ("police", "text", None)
    assert set(rule.roles) == {"self", "legal_representative"}


def test_acts_on_trains_and_aircraft(book: LawBook) -> None:
    trains = book.items["RAILWAY_SAFETY_LISTING"].grounds
    assert {code for code, ground in trains.items() if ground.term_days == 180} == {f"a{n}" for n in range(1, 8)}
    assert {"fare_paid", "fare_paid_ninety_days"} <= set(book.items["RAILWAY_SAFETY_LISTING"].endings)  # if earlier
    aircraft = book.items["AVIATION_SAFETY_LISTING"].grounds
    assert len(aircraft) == 10
    assert {ground.term_years for ground in aircraft.values()} == {1}


def test_eight_directions_of_the_wage_list(book: LawBook) -> None:
    rules = active(book, "WAGES-2020")
    assert len({rule.measure for rule in book.rules.values() if rule.memorandum == "WAGES-2020"}) == 8
    assert set(rules) == {"48-funds", "48-procurement", "48-bidding", "48-lending"}  # the others say no content
    loose = [no for no, rule in rules.items() if not book.measures[rule.measure].binding]
    assert loose == ["48-lending"]  # no bank is bound
    assert {ground.term_years for ground in book.items["WAGE_ARREARS_LISTING"].grounds.values()} == {3}


def test_incentives_are_never_negative_and_never_a_duty(book: LawBook) -> None:
    for code in REWARDS:
        item = book.items[code]
        assert (item.info_class, item.conduct, item.list_decision) == ("other", None, False)
    for rule in book.rules.values():
        classes = {book.items[code].info_class for code in rule.items}
        assert classes <= ({"other"} if rule.incentive else {"negative"}), rule.rule_id
        if rule.incentive and rule.active:
            assert not book.measures[rule.measure].binding


def test_no_amount_stands_in_the_catalogue(book: LawBook) -> None:
    for item in book.items.values():
        for text in (item.name, *(ground.name for ground in item.grounds.values())):
            assert not re.search(r"[0-9０-９一二三四五六七八九十百千万亿]+ ?万?元", text), text
