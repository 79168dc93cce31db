"""Measures: what must never be raised, and what must never outlive its ground. Each test breaks one thing."""

import copy
from typing import Any

import pytest
from audit_history import BOOK, PERSON, History, only
from audit_lawful import lawful
from audit_papers import day, listing, order

from monitoring.auditor.audit import report
from monitoring.auditor.findings import Invariant as I
from monitoring.auditor.tables import current_rows, rows
from streams.core.events import FeedbackState


@pytest.fixture(scope="module")
def whole() -> History:
    return lawful()


@pytest.fixture
def history(whole: History) -> History:
    return copy.deepcopy(whole)


@pytest.fixture
def early() -> History:
    """One listing with three open measures."""
    history = History().start()
    history.determination(listing())
    assert history.audit().match
    return history


def everywhere(history: History, obligation_id: str, **changes: Any) -> None:
    """Change one obligation consistently in decisions, deltas and .current, as a faulty core would have it."""
    found = [one for decision in history.decisions for one in (*decision["raised"], *decision["changed"])]
    for one in (*found, *history.deltas, *history.current.values()):
        if one["obligation_id"] == obligation_id:
            one.update(changes)


def first_raised(history: History) -> dict[str, Any]:
    raised: dict[str, Any] = history.decisions[0]["raised"][0]
    return raised


def test_an_executor_whom_no_rule_names(early: History) -> None:
    everywhere(early, first_raised(early)["obligation_id"], executor="education")
    for delta in early.deltas:
        delta["_channel"] = delta["executor"]
    assert only(early) == {I.REMIT}


@pytest.mark.parametrize("field", ["item", "role"])
def test_a_rule_of_another_item_or_role(early: History, field: str) -> None:
    other = {"item": "COURT_CONSUMPTION_ORDER", "role": "legal_representative"}
    early.decisions[0]["entry"]["determination"][field] = other[field]
    assert I.RULE_OF_ITEM in only(early)


def test_consumption_limits_from_a_listing(early: History) -> None:
    donor = History().start()
    donor.determination(order())
    early.decisions[0]["raised"] = donor.decisions[0]["raised"]
    assert I.RULE_OF_ITEM in only(early)


def test_an_inactive_rule_that_raises(early: History) -> None:
    raised, rule = first_raised(early), BOOK.rules["M-141.v1/15"]
    everywhere(early, raised["obligation_id"], rule=rule.rule_id, clause=rule.clause, measure=rule.measure)
    assert I.RULE_ACTIVE in only(early)


def test_a_rule_not_yet_in_force(early: History) -> None:
    raised, rule = first_raised(early), BOOK.rules["CIVIL-SERVICE-2018.v1/26-4"]
    changes = {"rule": rule.rule_id, "clause": rule.clause, "measure": rule.measure, "basis": list(rule.basis)}
    everywhere(early, raised["obligation_id"], executor="org", **changes)
    assert I.RULE_IN_FORCE in only(early)


def test_a_document_older_than_the_rule(early: History) -> None:
    early.decisions[0]["entry"]["determination"]["document_date"] = day("2016-01-27")
    assert only(early) == {I.RULE_IN_FORCE, I.SAME_CONTENT}


def test_a_memorandum_alone_after_the_cut_over(early: History) -> None:
    early.decisions[0]["decided_on"] = day("2020-12-07")
    for raised in early.decisions[0]["raised"]:
        everywhere(early, raised["obligation_id"], since=day("2020-12-07"))
    assert only(early) == {I.BASIS, I.RULE_IN_FORCE}


def test_an_entitys_listing_that_reaches_someone(early: History) -> None:
    early.decisions[0]["entry"]["subject_kind"] = "entity"
    assert only(early) == {I.OWN_RECORD, I.SCALE}


def test_an_order_through_a_role_without_the_entity() -> None:
    history = History().start()
    history.determination(order(role="legal_representative", entity_code="91370000MA3C000000"))
    assert history.audit().match
    history.decisions[0]["entry"]["determination"]["entity_code"] = None
    assert only(history) == {I.OWN_RECORD, I.SAME_CONTENT}


def test_a_measure_on_a_name(early: History) -> None:
    early.accepted[-1]["subject_kind"] = "name_only"
    assert only(early) == {I.NOT_A_NAME}


@pytest.mark.parametrize("outcome", ["held", "duplicate", "needs_correction"])
def test_a_measure_from_a_record_that_was_refused(early: History, outcome: str) -> None:
    early.receipts[0]["outcome"] = outcome
    assert only(early) == {I.NOT_REFUSED}


def test_a_measure_raised_on_a_ground_that_has_ended(early: History) -> None:
    early.decisions[0]["entry"]["ended_on"] = day("2019-01-12")
    assert only(early) == {I.LIVE_GROUND, I.PUBLIC_TERM}


def test_an_ending_that_lifts_nothing(early: History) -> None:
    early.ending(listing())
    early.decisions[-1]["changed"] = []
    early.deltas, early.current = early.deltas[:3], {one["obligation_id"]: one for one in early.deltas[:3]}
    assert only(early) == {I.LIVE_GROUND}


def test_an_ending_that_ends_nothing(early: History) -> None:
    early.ending(listing())
    del early.decisions[-1]
    early.deltas, early.current = early.deltas[:3], {one["obligation_id"]: one for one in early.deltas[:3]}
    assert only(early) == {I.ENDED}


def test_a_waiting_ending_that_is_forgotten_when_its_target_comes() -> None:
    history = History().start()
    history.ending(listing())
    history.determination(listing())
    assert history.audit().match
    history.decisions = [one for one in history.decisions if one["kind"] != "ended"]
    assert only(history) == {I.WAITING}


def test_expiry_that_did_not_happen(early: History) -> None:
    late = copy.deepcopy(early.accepted[1])
    late["tick"]["day"] = day("2021-01-11")
    early.accepted.append(late)
    assert only(early) == {I.LIVE_GROUND, I.NOT_PAST_END, I.BASIS_STANDS, I.PUBLIC_TERM}


def test_the_last_day_itself_is_not_past(early: History) -> None:
    early.tick("2020-12-06")
    assert early.audit().match


def test_an_obligation_longer_than_its_ground() -> None:
    history = History().start()
    history.tick("2019-07-01")
    history.determination(listing())
    bar = next(one for one in history.decisions[0]["raised"] if one["executor"] == "org")
    everywhere(history, bar["obligation_id"], ends_on=day("2021-01-11"))
    assert only(history) == {I.NOT_PAST_END}
    everywhere(history, bar["obligation_id"], ends_on=None)
    assert only(history) == {I.NOT_PAST_END}


def test_a_basis_that_ended_and_lifted_nothing(early: History) -> None:
    late = copy.deepcopy(early.accepted[1])
    late["tick"]["day"] = day("2020-12-07")
    early.accepted.append(late)
    assert I.BASIS_STANDS in only(early)


def test_a_version_that_jumps(early: History) -> None:
    early.feedback("M-141.v1/3", FeedbackState.CONFIRMED)
    last = early.decisions[-1]["changed"][0]
    last["version"] = 3
    early.current[last["obligation_id"]]["version"] = early.deltas[-1]["version"] = 3
    assert only(early) == {I.VERSIONS}


def test_an_obligation_raised_twice(early: History) -> None:
    early.decisions.append(early.decisions[0])
    assert I.VERSIONS in only(early)


def test_a_change_of_what_was_never_raised(early: History) -> None:
    early.feedback("M-141.v1/3", FeedbackState.CONFIRMED)
    early.decisions[0]["raised"] = [one for one in early.decisions[0]["raised"] if one["rule"] != "M-141.v1/3"]
    assert {I.VERSIONS, I.TRANSITIONS, I.LIVE_GROUND} <= only(early)


@pytest.mark.parametrize("state", ["in_effect", "lifted"])
def test_a_step_that_is_not_allowed(early: History, state: str) -> None:
    early.feedback("M-141.v1/3", FeedbackState.CONFIRMED)
    early.decisions[-1]["changed"][0]["state"] = state
    assert {I.TRANSITIONS, I.OFFICER_ONLY} <= only(early)


def test_a_refused_proposal_that_comes_back(history: History) -> None:
    refused = next(one for one in history.current.values() if one["state"] == "refused")
    history.decisions[-1]["changed"] = [{**refused, "state": "proposed", "version": refused["version"] + 1}]
    assert I.TRANSITIONS in only(history)


def test_a_confirmation_without_an_officer(early: History) -> None:
    early.feedback("M-141.v1/3", FeedbackState.CONFIRMED)
    early.decisions[-1]["kind"] = "law_applied"
    early.decisions[-1]["reasons"], early.decisions[-1]["code"] = ["basis_ended"], "basis_ended"
    assert only(early) == {I.OFFICER_ONLY}


def test_a_confirmation_of_another_obligation(early: History) -> None:
    early.feedback("M-141.v1/3", FeedbackState.CONFIRMED)
    early.accepted[-1]["feedback"]["obligation_id"] = "f" * 32
    assert only(early) == {I.OFFICER_ONLY}


def test_a_change_the_department_was_not_told(history: History) -> None:
    del history.deltas[-1]
    assert only(history) == {I.DELTAS}


def test_a_change_the_department_was_told_otherwise(history: History) -> None:
    history.deltas[-1]["ends_on"] = day("2030-01-01")
    assert only(history) == {I.DELTAS}


def test_a_change_told_twice(history: History) -> None:
    history.deltas.append(history.deltas[-1])
    assert only(history) == {I.VERSIONS, I.DELTAS}


def test_a_change_told_to_another_department(early: History) -> None:
    early.deltas[0]["_channel"] = "education"
    assert only(early) == {I.DELTAS}


def test_a_change_nobody_decided(early: History) -> None:
    early.deltas.append({**early.deltas[0], "obligation_id": "f" * 32})
    assert only(early) == {I.DELTAS}


@pytest.mark.parametrize("bend", ["missing", "old", "stray", "misplaced"])
def test_current_is_the_last_change(history: History, bend: str) -> None:
    identifier, value = next(iter(history.current.items()))
    if bend == "missing":
        del history.current[identifier]
    elif bend == "old":
        value["version"] -= 1
    elif bend == "stray":
        history.current["f" * 32] = {**value, "obligation_id": "f" * 32}
    else:
        value["obligation_id"] = "f" * 32
    assert only(history) == {I.CURRENT}


def test_rows_are_the_records_of_the_topics(early: History) -> None:
    view = early.view()
    view.table_of = {"decisions": "decisions", "accepted": "accepted_events"}
    view.rows = {("decisions", 0): (3, 3), ("accepted", 0): (5, 10)}
    assert not list(rows(view, "decisions", {("decisions", 0): (3, 3, 3)}))
    for wrong in ({}, {("decisions", 0): (4, 3, 4)}, {("decisions", 0): (2, 2, 1)}, {("decisions", 0): (3, 3, 4)}):
        assert {one.invariant for one in rows(view, "decisions", wrong)} == {I.ROWS}
    stray = {("decisions", 0): (3, 3, 3), ("decisions", 1): (1, 1, 0)}
    assert [one.where for one in rows(view, "decisions", stray)] == ["decisions, decisions:1"]


def test_the_current_view_of_the_database(early: History) -> None:
    view = early.view()
    good = [(identifier, 1, "proposed") for identifier in view.obligations]
    assert not list(current_rows(view, iter(good)))
    assert list(current_rows(view, iter(good[1:])))
    assert list(current_rows(view, iter([(good[0][0], 2, "lifting"), *good[1:]])))
    assert list(current_rows(view, iter([*good, ("f" * 32, 1, "proposed")])))


def test_findings_are_counted_and_the_first_are_kept(history: History) -> None:
    for decision in history.decisions:
        decision["reasons"] = []
    history.decisions *= 2
    found = report(history.view())
    assert found.failed[I.EXPLAINED] > 20
    assert sum(one.invariant is I.EXPLAINED for one in found.findings) == 20
    assert found.first(I.EXPLAINED) is not None and PERSON not in str(found.first(I.EXPLAINED))
