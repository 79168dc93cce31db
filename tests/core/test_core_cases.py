"""A person's case step by step: the mark, the due day, the fall of everything, and what a repair leaves."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from book import (
    LISTING,
    MONDAY,
    SUBJECT,
    Life,
    accepted,
    book,
    case,
    correction,
    determination,
    ending,
    listed,
    unshown,
    with_item,
    with_rules,
)
from msgspec.structs import replace

from streams.core.decisions import Decision, DecisionKind, DueState, ObligationState
from streams.core.due import next_day
from streams.core.events import CaseStep, Handling, Matter, Target
from streams.core.evolve import evolve
from streams.core.index import Index
from streams.core.law import Ground
from streams.core.lifting import standing
from streams.core.standing import Standing
from streams.core.time_limits import days_late

FOOD = "FOOD_LICENCE_REVOKED"
DAY = timedelta(days=1)


def banned() -> Life:
    """A person whose period a law itself sets, a year after the document."""
    item = book().items[FOOD]
    day = date(2026, 10, 12)
    life = Life(book(), day)
    body = next(b for b in book().bodies.values() if b.sector in item.providers and b.level in item.levels)
    fields: dict[str, Any] = {"basis": item.instruments[0], "ground": next(iter(item.grounds)), "body": body.code}
    life.sends(determination(day, FOOD, role=item.roles[0] if item.roles else None, **fields), channel=body.channel)
    life.day = date(2027, 11, 2)
    return life


def versions(life: Life) -> set[int]:
    return {one.version for group in life.standing.obligations.values() for one in group}


def test_opening_and_closing_tell_each_department_once() -> None:
    life = listed()
    life.sends(case(MONDAY))
    assert versions(life) == {2} and life.standing.disputed(f"court|1|{LISTING}")
    life.sends(case(MONDAY, matter=Matter.LAWSUIT, case_no="C2"))
    assert versions(life) == {2}  # it is marked already
    life.sends(case(MONDAY, CaseStep.REJECTED))
    assert versions(life) == {2} and life.standing.disputed(f"court|1|{LISTING}")
    _, (closed,) = life.sends(case(MONDAY, CaseStep.WITHDRAWN, matter=Matter.LAWSUIT, case_no="C2"))
    assert versions(life) == {3} and not life.standing.disputed(f"court|1|{LISTING}")
    assert {one.state for one in closed.changed} == {ObligationState.PROPOSED}


def test_upheld_is_one_decision_with_every_lifting() -> None:
    life = listed()
    life.sends(case(MONDAY))
    _, (decision,) = life.sends(case(MONDAY, CaseStep.UPHELD))
    assert decision.kind is DecisionKind.ENDED and decision.case is not None
    assert {one.state for one in decision.changed} == {ObligationState.LIFTING}
    assert decision.entry is not None and decision.entry.ended_reason == "court_objection_upheld"
    assert not life.standing.disputed(f"court|1|{LISTING}")


@pytest.mark.parametrize("matter", [Matter.RECONSIDERATION, Matter.LAWSUIT])
def test_a_document_that_fell_never_counted(matter: Matter) -> None:
    reason = book().endings[f"{matter.value}_upheld"]
    assert reason.annuls and reason.delete_working_days == 3
    life = listed()
    _, (decision,) = life.sends(case(MONDAY, CaseStep.UPHELD, matter=matter))
    assert decision.code == reason.code


def test_time_alone_decides_no_case() -> None:
    life = listed(unshown())
    life.sends(case(MONDAY))
    due = MONDAY + timedelta(days=15)
    assert next_day(life.standing, life.law, life.day) == due + DAY
    assert life.ticks(due) == ()
    (decision,) = life.ticks(due + DAY)
    assert (decision.kind, decision.changed, decision.raised) == (DecisionKind.OVERDUE, (), ())
    assert [(one.kind.value, one.ref, one.channel) for one in decision.missed] == [("case", "C1", "court")]
    before = life.standing
    assert life.ticks(due + 40 * DAY) == () and life.standing == before
    life.sends(case(life.day, CaseStep.REJECTED))
    assert life.standing.missed == {}


def test_a_corrected_number_takes_its_cases_along() -> None:
    life = listed()
    life.sends(case(MONDAY))
    life.ticks(MONDAY + timedelta(days=16))
    life.sends(correction(life.day, determination(date(2026, 10, 12), number="7", ground="2")))
    assert life.standing.disputed(f"court|7|{LISTING}") and f"court|1|{LISTING}" not in life.standing.cases
    assert life.ticks(life.day + DAY) == ()  # still known to be overdue
    life.sends(case(life.day, CaseStep.UPHELD))
    assert life.standing.entries[f"court|7|{LISTING}"].ended_on == life.day


def test_a_due_day_waits_for_its_calendar_and_comes_with_it() -> None:
    years = book().working_days
    without = replace(
        book(), digest="w" * 64, working_days={year: days for year, days in years.items() if year != "2026"}
    )
    item = "TELECOM_CARD_FINDING"
    source = next(b for b in book().bodies.values() if b.sector in book().items[item].providers)
    life = Life(without, date(2026, 10, 12))
    made = determination(life.day, item, ground=next(iter(book().items[item].grounds)), body=source.code)
    life.sends(replace(made, basis=book().items[item].instruments[0]), channel=source.channel)
    life.day = MONDAY
    _, (opened,) = life.sends(case(MONDAY, target=Target("1", item)), channel=source.channel)
    assert opened.case is not None and opened.case.due.state is DueState.AWAITING_CALENDAR
    (filled,) = life.law_becomes(book())
    assert filled.case is not None and filled.case.due.day == date(2026, 11, 5)
    assert [one.kind for one in life.ticks(date(2026, 11, 6))] == [DecisionKind.OVERDUE]


def test_a_repair_leaves_the_ban_and_nothing_new_begins_on_it() -> None:
    life = banned()
    entry = next(iter(life.standing.entries.values()))
    bans = life.standing.obligations[entry.key]
    assert bans
    target = Target("1", FOOD)
    _, (decision,) = life.sends(
        case(life.day, CaseStep.UPHELD, matter=Matter.REPAIR, target=target), channel=entry.channel
    )
    assert (decision.kind, decision.changed, decision.entry) == (DecisionKind.REPAIRED, (), None)
    assert life.standing.repaired == {entry.key: life.day}
    assert life.standing.obligations[entry.key] == bans
    rule = replace(
        life.law.rules[bans[0].rule], rule_id="NEW.v1/1", reach="standing_cases", in_force_from=life.day + DAY
    )
    later = with_rules(life.law, "n" * 64, rule)
    assert life.law_becomes(later) == ()
    assert next_day(life.standing, later, life.day) != life.day + DAY
    assert all(not one.raised for one in life.ticks(life.day + DAY))
    life.sends(
        replace(correction(life.day, replace(entry.determination, document_digest="c" * 64))), channel=entry.channel
    )
    assert {one.rule for one in life.standing.obligations[entry.key]} == {one.rule for one in bans}


def test_a_repair_lifts_what_is_no_ban_of_law() -> None:
    """A measure of the same entry that rests on a text of another grade falls with the repair."""
    life = banned()
    entry = next(iter(life.standing.entries.values()))
    one = life.standing.obligations[entry.key][0]
    other = replace(one, obligation_id="f" * 32, basis=("F-49",))
    life.standing = replace(life.standing, obligations={entry.key: (one, other)})
    case_ = case(life.day, CaseStep.UPHELD, matter=Matter.REPAIR, target=Target("1", FOOD))
    _, (decision,) = life.sends(case_, channel=entry.channel)
    assert [lifted.obligation_id for lifted in decision.changed] == ["f" * 32]


def test_a_full_standing_takes_no_new_case_but_every_end() -> None:
    life = listed()
    life.standing = replace(life.standing, seen={str(number): "" for number in range(4_000)})
    receipt, _ = life.sends(case(MONDAY))
    assert receipt is not None and receipt.faults[0].code == "SUBJECT_OVERFLOW" and not life.standing.cases
    receipt, _ = life.sends(case(MONDAY, CaseStep.UPHELD))
    assert receipt is not None and not receipt.faults


def test_an_application_that_waited_in_vain_is_no_reason_to_hold_the_record_back() -> None:
    for step, raises in ((CaseStep.OPENED, True), (CaseStep.UPHELD, False)):
        life = Life(book(), MONDAY)
        life.sends(case(MONDAY, step))
        life.ticks(MONDAY + timedelta(days=30))
        _, decisions = life.sends(determination(life.day, ground="2"))
        assert bool(decisions[0].raised) is raises


def test_a_department_that_did_not_prove_a_lifting_is_overdue_until_it_does() -> None:
    life = listed()
    life.sends(ending(MONDAY))
    (decision,) = life.ticks(date(2026, 11, 6))
    (obligation,) = life.standing.obligations[f"court|1|{LISTING}"]
    assert [(one.kind.value, one.ref, one.channel) for one in decision.missed] == [
        ("proof", obligation.obligation_id, obligation.executor)
    ]
    assert obligation.state is ObligationState.LIFTING


@pytest.mark.parametrize(
    ("reported", "late"),
    [(date(2026, 11, 5), None), (date(2026, 11, 6), 1), (date(2026, 12, 5), 30)],
)
def test_days_late_are_counted_from_the_day_after_the_third_working_day(reported: date, late: int | None) -> None:
    assert days_late(Index.of(book()), MONDAY, reported) == late


def test_nobody_is_late_before_the_regulation_or_without_a_calendar() -> None:
    index = Index.of(book())
    assert days_late(index, date(2020, 9, 30), date(2021, 9, 30)) is None
    assert days_late(index, date(2020, 10, 1), date(2021, 10, 1)) is not None
    assert days_late(Index.of(replace(book(), digest="d" * 64, working_days={})), MONDAY, date(2027, 11, 2)) is None


def test_who_must_help_sets_the_days_only_outside_the_courts() -> None:
    life = listed()
    _, (decision,) = life.sends(case(MONDAY, handling=Handling.OTHER_UNIT))
    assert decision.case is not None and decision.case.due.day == MONDAY + timedelta(days=15)
    _, (decision,) = life.sends(case(MONDAY, handling=Handling.CREDIT_BUREAU, case_no="C2"))
    assert decision.case is not None and decision.case.due.day == MONDAY + timedelta(days=20)


def test_the_fold_of_the_decisions_is_the_standing_and_survives_its_bytes() -> None:
    life = listed()
    life.sends(case(MONDAY))
    life.ticks(MONDAY + timedelta(days=16))
    life.sends(case(life.day, CaseStep.UPHELD))
    life.ticks(life.day + timedelta(days=9))
    folded = Standing(SUBJECT)
    for decision in life.decisions:
        raw = msgspec.msgpack.encode(decision)
        folded = evolve(folded, msgspec.msgpack.decode(raw, type=Decision))
    assert folded == life.standing
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(folded), type=Standing) == folded


def test_a_standing_of_before_is_read() -> None:
    life = listed()
    old = msgspec.to_builtins(life.standing)
    for name in ("cases", "repaired", "missed", "consents", "orders"):
        old.pop(name, None)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(old), type=Standing) == life.standing


def test_a_book_without_limits_or_schemes_still_decides() -> None:
    """A book published before they were law."""
    life = listed(replace(book(), digest="o" * 64, limits={}, repair=()))
    _, (opened,) = life.sends(case(MONDAY))
    assert opened.case is not None and opened.case.due.state is DueState.NOT_IN_TEXT
    _, (repaired,) = life.sends(case(MONDAY, CaseStep.UPHELD, matter=Matter.REPAIR, case_no="C2"))
    assert repaired.kind is DecisionKind.REPAIRED and "repair_as_decided" in repaired.reasons


def test_an_entry_repaired_before_it_came_raises_nothing() -> None:
    law = with_item(book(), "e" * 64)
    life = Life(law, date(2027, 11, 2))
    life.sends(case(life.day, CaseStep.UPHELD, matter=Matter.REPAIR))
    _, decisions = life.sends(determination(date(2026, 10, 12), ground="2"))
    assert [one.kind for one in decisions] == [DecisionKind.RECORDED, DecisionKind.REPAIRED]
    assert not any(one.raised or one.changed for one in decisions)


def test_the_same_step_twice_is_a_duplicate() -> None:
    life = listed()
    life.sends(case(MONDAY))
    receipt, decisions = life.happens(accepted(case(MONDAY), 99))
    assert receipt is not None and receipt.outcome.value == "duplicate" and decisions == ()


def test_a_repaired_ban_ends_with_the_ground_that_kept_it_alive() -> None:
    """A ground corrected to one whose period no law sets: the repair ends it as it ends every other."""
    life = repaired_ban()
    key, entry = next(iter(life.standing.entries.items()))
    grounds = book().items[FOOD].grounds
    bare = Ground("no_period", "", "")
    life.law = with_item(book(), "no period", FOOD, grounds={**grounds, "no_period": bare})
    said = replace(entry.determination, ground="no_period")
    life.sends(correction(life.day, said, entry.determination.document_no), channel=entry.channel)
    now = life.standing.entries[key]
    assert now.ended_reason == "repaired" and now.ended_on == life.day
    assert not any(standing(one) for one in life.standing.obligations[key])


def test_a_repaired_ban_whose_ground_is_corrected_goes_on_as_the_law_of_that_ground_orders() -> None:
    """Ten years by 药品管理法 122, repaired, should have said 118: for life. No repair ends that."""
    life, met = Life(book(), MONDAY), ("minimum_reached", "wrong_corrected", "duties_done", "public_promise")
    who = {"role": "legal_representative", "entity_code": "91110000600037341L"}
    said = determination(date(2026, 1, 5), "DRUG_TRADE_BAN", ground="122", body="SD-DRUGS", basis="L-DRUG", **who)
    life.sends(said, channel="drugs")
    about: dict[str, Any] = {
        "matter": Matter.REPAIR,
        "target": Target("1", "DRUG_TRADE_BAN"),
        **dict.fromkeys(met, True),
    }
    life.sends(case(MONDAY, CaseStep.UPHELD, **about), channel="drugs")
    _, (decision,) = life.sends(correction(MONDAY, replace(said, ground="118")), channel="drugs")
    assert [one.rule for one in decision.changed] == ["DRUG-2019.v1/122"]
    assert [(one.rule, one.ends_on) for one in decision.raised] == [("DRUG-2019.v1/118", None)]


def test_a_repaired_ban_ends_when_the_book_no_longer_sets_its_period() -> None:
    life = repaired_ban()
    key = next(iter(life.standing.entries))
    life.law_becomes(with_item(book(), "no law sets it", FOOD, statutory_term=False))
    assert life.standing.entries[key].ended_reason == "repaired"
    assert not any(standing(one) for one in life.standing.obligations[key])


def repaired_ban() -> Life:
    life = banned()
    entry = next(iter(life.standing.entries.values()))
    document = entry.determination.document_no
    said = case(life.day, CaseStep.UPHELD, matter=Matter.REPAIR, target=Target(document, FOOD))
    life.sends(said, channel=entry.channel)
    assert life.standing.repaired and life.standing.entries[entry.key].ended_on is None
    assert any(standing(one) for one in life.standing.obligations[entry.key])
    return life
