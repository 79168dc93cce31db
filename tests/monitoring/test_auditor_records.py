"""Receipts, law and single decisions: for each invariant a history that breaks it, and only it where possible."""

import copy
import json

import pytest
from audit_history import BOOK, LAW_DIR, NAME, History, only
from audit_lawful import lawful
from audit_papers import day, listing, order

from monitoring.auditor import admission
from monitoring.auditor.findings import Invariant as I
from monitoring.auditor.lawfiles import read_book, read_files
from monitoring.auditor.terms import corresponding_day
from streams.law import canonical
from topics.catalogue import Catalogue

CATALOGUE = Catalogue.load()


@pytest.fixture(scope="module")
def whole() -> History:
    return lawful()


@pytest.fixture
def history(whole: History) -> History:
    return copy.deepcopy(whole)


def test_a_lawful_history_matches(history: History) -> None:
    report = history.audit()
    assert report.match, report.findings
    rights = {I.OVERDUE, I.DISPUTED, I.REPAIRED, I.ORDERS_TOLD}  # test_auditor_rights.py, _orders.py
    rights |= {I.RED_LIST, I.PARTNER, I.PARTNERS_TOLD}  # test_auditor_incentives.py
    elsewhere = {I.ROWS, I.CURRENT_ROWS, I.CAP, I.ERASED} | rights  # servers; test_auditor_breadth.py, _erased.py
    assert {invariant for invariant in I if not report.checked[invariant]} == elsewhere, "each invariant saw something"


def test_a_lost_receipt(history: History) -> None:
    del history.receipts[2]
    assert only(history) == {I.ONE_RECEIPT, I.ADDS_UP}


def test_a_second_receipt(history: History) -> None:
    history.receipts.append(history.receipts[2])
    assert only(history) == {I.ONE_RECEIPT, I.ADDS_UP}


def test_a_receipt_of_no_record(history: History) -> None:
    stray = {**history.receipts[0], "source_offset": 999, "_key": "events.court:0:999"}
    history.receipts.append(stray)
    assert only(history) == {I.ONE_SOURCE}


def test_a_receipt_under_another_key(history: History) -> None:
    history.receipts[0]["_key"] = "events.court:0:1"
    assert only(history) == {I.ONE_SOURCE}


def test_receipts_of_what_retention_removed_are_no_fault(history: History) -> None:
    first = next(one for one in history.sources if one["_topic"] == "events.court")
    view = History().start().view()
    view.ledger.partition("events.court", 0, 1, 5)
    assert view.ledger.receipt("events.court", 0, first["_offset"], "accepted")


def test_a_rejected_record_on_accepted(history: History) -> None:
    refused = next(one for one in history.receipts if one["outcome"] == "rejected")
    stray = {**history.accepted[-1], "source_offset": refused["source_offset"]}
    history.accepted.append({**stray, "source_topic": "events.court", "receipt_id": "f" * 32})
    assert only(history) == {I.ACCEPTED_ONCE}


def test_an_accepted_record_that_is_missing(history: History) -> None:
    history.accepted = [one for one in history.accepted if one["subject"] != NAME]
    assert I.ACCEPTED_ONCE in only(history)


def test_accepted_from_no_record(history: History) -> None:
    history.accepted.append({**history.accepted[-1], "source_offset": 999})
    assert only(history) == {I.ACCEPTED_ONCE}


@pytest.mark.parametrize(
    ("kind", "said", "found"),
    [
        ("case", {"matter": "objection", "step": "opened"}, False),
        ("case", {"matter": "repair", "step": "opened"}, False),
        ("case", {"matter": "lawsuit", "step": "opened"}, True),
        ("case", {"matter": "objection", "step": "upheld"}, True),
        ("case", {"matter": "objection", "step": "withdrawn"}, True),
        ("ending", {"reason": "honour_waived"}, False),
        ("ending", {"reason": "revoked"}, True),
        ("consent", {"step": "given"}, False),
        ("consent", {"step": "withdrawn"}, False),
        ("feedback", {"state": "confirmed"}, True),
    ],
)
def test_the_portal_may_bring_what_a_person_may_do_and_nothing_else(
    kind: str, said: dict[str, str], found: bool
) -> None:
    value = {"source_topic": CATALOGUE.name("filings"), "kind": kind, kind: said}
    assert {one.invariant for one in admission.filed(value, "x")} == ({I.FILED} if found else set())
    assert not list(admission.filed({**value, "source_topic": "cases.court"}, "x"))


def test_a_departments_record_that_came_through_the_portal(history: History) -> None:
    history.determination(listing("鲁01执9号"))
    for one in (history.sources[-1], history.receipts[-1], history.accepted[-1]):
        assert "events.court" in (one.get("_topic"), one.get("source_topic"))
    taken = history.accepted[-1]
    taken["source_topic"] = CATALOGUE.name("filings")
    assert I.FILED in only(history)


def test_a_partition_that_did_not_reach_the_tick(history: History) -> None:
    late = next(one for one in history.accepted if one["kind"] == "tick")
    history.accepted.append({**late, "_partition": 1})
    assert I.SAME_DAY in only(history)


def test_a_law_book_nobody_published(history: History) -> None:
    history.decisions[0]["law_digest"] = "9" * 64
    assert only(history) == {I.LAW_PUBLISHED}


def test_a_record_accepted_under_a_law_book_nobody_published(history: History) -> None:
    history.accepted[2]["law_digest"] = "9" * 64
    assert only(history) == {I.LAW_PUBLISHED}


@pytest.mark.parametrize(
    ("field", "said", "found"),
    [
        ("item", "NOT_LISTED", I.CLOSED_CATALOGUE),
        ("ground", "99", I.CLOSED_CATALOGUE),
        ("ground", None, I.CLOSED_CATALOGUE),
        ("basis", "J-CONSUMPTION", I.CLOSED_CATALOGUE),
        ("role", "chairman", I.CLOSED_CATALOGUE),
        ("effect_date", day("1989-12-31"), I.DATES),
        ("document_date", day("2019-01-13"), I.DATES),
    ],
)
def test_what_the_catalogue_does_not_know(history: History, field: str, said: object, found: I) -> None:
    """Accepted and decided alike, as if intake had let it pass."""
    history.accepted[2]["determination"][field] = said
    assert found in only(history)
    history.decisions[0]["entry"]["determination"][field] = said
    assert found in only(history) and I.SAME_CONTENT not in only(history)


def test_a_subject_the_item_is_not_about() -> None:
    history = History().start()
    history.determination(order())
    history.accepted[-1]["subject_kind"] = "entity"
    assert only(history) == {I.CLOSED_CATALOGUE}


@pytest.mark.parametrize("kind", ["recorded", "corrected"])
@pytest.mark.parametrize(
    ("field", "said"),
    [("valid_until", day("2020-01-01")), ("ground", "4"), ("document_date", day("2019-01-07")), ("document_no", "1")],
)
def test_a_decision_about_something_else_than_was_accepted(
    history: History, kind: str, field: str, said: object
) -> None:
    decision = next(one for one in history.decisions if one["kind"] == kind)
    decision["entry"]["determination"][field] = said
    assert I.SAME_CONTENT in only(history)


def test_a_decision_about_somebody_else(history: History) -> None:
    history.decisions[0]["subject"] = "d" * 32
    assert I.SAME_CONTENT in only(history)


def test_a_book_that_differs_from_the_law_files(history: History) -> None:
    book = json.loads(canonical.dump(BOOK))
    book["rules"]["F-64.v1/8-2"]["active"] = True
    history.books[0]["canonical"] = json.dumps(book).encode()
    report = history.audit()
    assert set(report.failed) == {I.LAW_FILES}
    assert report.findings[0].where == "rule F-64.v1/8-2"


def test_a_score_in_the_law_book(history: History) -> None:
    book = json.loads(canonical.dump(BOOK)) | {"personal_score_weights": {}}
    history.books[0]["canonical"] = json.dumps(book).encode()
    assert only(history) == {I.NO_SCORE}


@pytest.mark.parametrize("days", [-1, 1])
def test_a_term_that_ends_one_day_off(history: History, days: int) -> None:
    entry = history.decisions[0]["entry"]
    entry["ends_on"] = entry["ends_on"].replace(day=entry["ends_on"].day + days)
    assert I.TERM_END in only(history)


def test_terms_are_counted_by_the_civil_code() -> None:
    assert corresponding_day(day("2019-01-10"), 2) == day("2021-01-10")
    assert corresponding_day(day("2020-02-29"), 2) == day("2022-02-28")
    assert corresponding_day(day("2020-02-29"), 4) == day("2024-02-29")
    assert corresponding_day(day("9990-01-01"), 18) == day("9999-12-31"), "an absurd birth year stops nothing"


def test_the_earliest_stop_wins() -> None:
    history = History().start()
    history.determination(listing(extra_years=3, effect_date=day("2019-01-10"), conduct_end=day("2018-06-30")))
    assert history.decisions[0]["entry"]["ends_on"] == day("2023-06-30")
    assert history.audit().match


@pytest.mark.parametrize("severity", [{"scale": "order36-2026"}, {"level": "minor"}])
def test_a_severity_off_the_scale_of_that_day(history: History, severity: dict[str, str]) -> None:
    history.decisions[0]["entry"]["severity"] |= severity
    assert only(history) == {I.SCALE}


def test_serious_without_a_list_decision(history: History) -> None:
    ordered = history.decisions[1]["entry"]
    assert ordered["determination"]["item"] == "COURT_CONSUMPTION_ORDER"
    ordered["severity"]["level"] = "serious"
    assert only(history) == {I.SERIOUS, I.SCALE}


def test_a_decision_without_reasons(history: History) -> None:
    history.decisions[0]["reasons"] = []
    assert only(history) == {I.EXPLAINED}


@pytest.mark.parametrize("field", ["code", "reasons", "considered"])
def test_a_code_nobody_knows(history: History, field: str) -> None:
    known = history.decisions[0]["considered"][0]["rule"]
    strange = {"code": "because", "reasons": ["because"], "considered": [{"rule": known, "reason": "because"}]}
    history.decisions[0][field] = strange[field]
    assert only(history) == {I.EXPLAINED}


def test_a_rule_passed_over_in_silence(history: History) -> None:
    history.decisions[0]["considered"].pop()
    assert only(history) == {I.EXPLAINED}


@pytest.mark.parametrize("field", ["clause", "basis", "since"])
def test_an_obligation_that_quotes_another_place(history: History, field: str) -> None:
    wrong = {"clause": "第99项", "basis": ["F-49"], "since": day("2019-01-13")}
    history.decisions[0]["raised"][0][field] = wrong[field]
    assert I.EXPLAINED in only(history)


def test_the_books_reading_agrees_with_the_files() -> None:
    files, book = read_files(LAW_DIR), read_book(canonical.dump(BOOK))
    assert (files.rules, files.items, files.scales) == (book.rules, book.items, book.scales)
    assert files.words <= book.words
