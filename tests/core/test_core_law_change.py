"""Another law book comes into force, or a basis ends, while cases stand."""

from datetime import date, timedelta

import pytest
from book import LISTING, ORDER, Life, correction, determination, ending, unshown, with_item, with_rules
from msgspec.structs import replace

from streams.core.decisions import DecisionKind, DueState, ObligationState
from streams.core.due import next_day
from streams.core.events import Feedback, FeedbackState

DAY = date(2026, 11, 2)
BAR = "CIVIL-SERVICE-2018.v1/26-4"


def listed(day: date = DAY) -> Life:
    life = Life(unshown(), day)
    life.sends(determination(day))
    return life


def states(life: Life) -> dict[str, str]:
    return {one.rule: one.state.value for group in life.standing.obligations.values() for one in group}


def test_a_rule_that_the_new_book_lacks_is_lifted() -> None:
    life = listed()
    (decision,) = life.law_becomes(with_rules(unshown(), "without", without=(BAR,)))
    assert decision.kind is DecisionKind.LAW_APPLIED
    assert decision.law_digest == "without"
    assert [one.lift_reason for one in decision.changed] == ["rule_withdrawn"]
    assert [(one.rule, one.reason) for one in decision.considered] == [(BAR, "rule_not_in_book")]
    assert [one.kind for one in decision.notices] == ["lifted"]
    assert life.standing.entries["court|1|" + LISTING].record_only == "basis_ended"
    assert life.law_becomes(life.law) == ()


def test_a_rule_that_the_new_book_switches_off_is_lifted() -> None:
    life = listed()
    off = replace(unshown().rules[BAR], active=False, inactive_reason="row_read_in_part")
    (decision,) = life.law_becomes(with_rules(unshown(), "off", off))
    assert states(life) == {BAR: "lifting"}
    assert decision.considered[0].reason == "row_read_in_part"


def test_a_rule_switched_on_again_is_proposed_anew_and_the_lifting_goes_on() -> None:
    life = listed()
    life.law_becomes(with_rules(unshown(), "without", without=(BAR,)))
    (decision,) = life.law_becomes(unshown())
    assert [one.rule for one in decision.raised] == [BAR]
    held = [one.state for group in life.standing.obligations.values() for one in group]
    assert held == [ObligationState.LIFTING, ObligationState.PROPOSED]
    assert life.standing.entries["court|1|" + LISTING].record_only is None


def test_a_new_rule_for_standing_cases_reaches_them_and_one_for_new_documents_does_not() -> None:
    life = listed()
    bar = unshown().rules[BAR]
    standing = replace(bar, rule_id="NEW.v1/1")
    new = replace(bar, rule_id="NEW.v1/2", reach="new_documents")
    (decision,) = life.law_becomes(with_rules(unshown(), "more", standing, new))
    assert [one.rule for one in decision.raised] == ["NEW.v1/1"]
    assert decision.reasons == ("rule_applies",)


def test_a_rule_that_begins_later_is_due_on_its_first_day() -> None:
    life = listed()
    later = replace(unshown().rules[BAR], rule_id="NEW.v1/1", in_force_from=date(2027, 3, 1))
    assert life.law_becomes(with_rules(unshown(), "later", later)) == ()
    assert next_day(life.standing, life.law, life.day) == date(2027, 3, 1)
    assert life.ticks(date(2027, 2, 28)) == ()
    assert [one.rule for one in life.ticks(date(2027, 3, 1))[0].raised] == ["NEW.v1/1"]
    assert next_day(life.standing, life.law, life.day) is None


def test_a_rule_whose_end_is_moved_keeps_its_obligations_until_then() -> None:
    life = listed()
    ends = replace(unshown().rules[BAR], in_force_to=date(2027, 6, 30))
    (decision,) = life.law_becomes(with_rules(unshown(), "ends", ends))
    assert [(one.ends_on, one.version) for one in decision.changed] == [(date(2027, 6, 30), 2)]
    assert decision.reasons == ("law_changed",) and decision.notices == ()
    assert next_day(life.standing, life.law, life.day) == date(2027, 7, 1)
    (tick,) = life.ticks(date(2027, 7, 1))
    assert [one.lift_reason for one in tick.changed] == ["basis_ended"]


def test_the_calendar_of_a_year_fills_the_days_that_waited_for_it() -> None:
    life = listed()
    life.day = date(2026, 12, 30)
    life.sends(ending(life.day))
    (lifting,) = life.standing.obligations["court|1|" + LISTING]
    assert lifting.due.state is DueState.AWAITING_CALENDAR
    days = {**unshown().working_days, "2027": ("-01-01",)}
    (decision,) = life.law_becomes(replace(unshown(), digest="2027", working_days=days))
    assert decision.reasons == ("calendar_arrived",) and decision.notices == ()
    (filled,) = decision.changed
    assert filled.due.day == date(2027, 1, 5)  # 31 December, then Monday and Tuesday after the New Year
    assert filled.version == lifting.version + 1
    assert life.law_becomes(life.law) == ()


def test_a_lifting_that_is_proved_waits_for_no_calendar() -> None:
    life = listed()
    life.day = date(2026, 12, 30)
    life.sends(ending(life.day))
    (lifting,) = life.standing.obligations["court|1|" + LISTING]
    life.sends(Feedback(lifting.obligation_id, FeedbackState.LIFTED, None, "T001", life.day), channel=lifting.executor)
    days = {**unshown().working_days, "2027": ("-01-01",)}
    assert life.law_becomes(replace(unshown(), digest="2027", working_days=days)) == ()


@pytest.mark.parametrize("last", [date(2026, 11, 1), date(2026, 11, 2)])
def test_a_book_that_lets_no_such_record_stand_ends_those_that_do(last: date) -> None:
    life = listed()
    sealed = with_item(unshown(), f"sealed {last}", stands_until=last)
    decided = life.law_becomes(sealed)
    assert (decided[0].kind, decided[0].code) == (DecisionKind.LAW_APPLIED, "record_sealed")
    assert len(decided) == 1 + (last < DAY)
    assert next_day(life.standing, life.law, life.day) in (None, last + timedelta(days=1))
    expired = decided[-1] if last < DAY else life.ticks(last + timedelta(days=1))[-1]
    assert (expired.kind, expired.code) == (DecisionKind.EXPIRED, "record_sealed")
    assert set(states(life).values()) == {"lifting"}
    assert life.law_becomes(sealed) == ()


def test_an_item_that_left_the_book_keeps_its_entry_and_loses_its_measures() -> None:
    life = Life(unshown(), DAY)
    life.sends(determination(DAY, ORDER))
    orders = tuple(key for key, rule in unshown().rules.items() if ORDER in rule.items)
    smaller = with_rules(unshown(), "small", without=orders)
    items = {key: item for key, item in smaller.items.items() if key != ORDER}
    (decision,) = life.law_becomes(replace(smaller, items=items))
    assert len(decision.changed) == 11
    assert set(states(life).values()) == {"lifting"}
    receipt, _ = life.sends(ending(DAY, "order_performed", ORDER))
    assert receipt is not None and receipt.outcome == "accepted"


def test_a_record_of_an_item_that_left_the_book_meanwhile_is_recorded_only() -> None:
    life = Life(replace(unshown(), digest="empty", items={}), DAY)
    receipt, (decision,) = life.sends(determination(DAY))
    assert receipt is not None and receipt.outcome == "accepted"
    assert decision.entry is not None and decision.entry.record_only == "item_not_in_book"
    assert decision.raised == ()


def test_a_correction_lifts_what_it_no_longer_justifies_and_raises_what_it_does() -> None:
    bar = unshown().rules[BAR]
    early = replace(bar, rule_id="EARLY.v1/1", reach="new_documents", in_force_from=None)
    late = replace(bar, rule_id="LATE.v1/1", reach="new_documents", in_force_from=date(2026, 11, 1))
    law = with_rules(unshown(), "both", early, late)
    life = Life(law, DAY)
    life.sends(determination(DAY))
    assert states(life) == {"EARLY.v1/1": "proposed", "LATE.v1/1": "proposed", BAR: "proposed"}
    made = date(2026, 10, 30)
    _, (decision,) = life.sends(correction(DAY, determination(made)))
    assert [(one.rule, one.lift_reason) for one in decision.changed] == [("LATE.v1/1", "corrected")]
    assert decision.raised == ()
    assert [one.kind for one in decision.notices] == ["corrected", "lifted"]
    _, (back,) = life.sends(correction(DAY, determination(DAY)))
    assert [one.rule for one in back.raised] == ["LATE.v1/1"]
