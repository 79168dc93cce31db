"""A record under another name speaks against one that stands: it ends nothing, and nothing new is begun meanwhile."""

from datetime import date, timedelta

import pytest
from book import LISTING, Life, book, case, correction, determination, ending, with_rules
from msgspec.structs import replace

from streams.core import limits
from streams.core.decisions import DecisionKind, Outcome
from streams.core.due import next_day
from streams.core.events import CaseStep, Matter, Payload
from streams.core.lifting import standing

MADE, DAY = date(2026, 10, 12), date(2026, 11, 2)
ONE = timedelta(days=1)
KEY = f"court|1|{LISTING}"
BAR = "CIVIL-SERVICE-2018.v1/26-4"
UPHELD = case(DAY, CaseStep.UPHELD)
AGAINST = [ending(DAY), correction(DAY, determination(MADE, ground="5")), UPHELD]
# held for what they lack, under whatever name
INCOMPLETE = [
    replace(ending(DAY, "revoked"), document_no=""),
    replace(correction(DAY, determination(MADE, ground="5")), document_no=""),
    replace(UPHELD, document_digest=None),
]
SHOWN = determination(date(2025, 10, 12), ground="2")


def listed() -> Life:
    life = Life(book(), DAY)
    life.sends(determination(MADE, ground="2"))
    return life


def open_versions(life: Life) -> list[int]:
    return [one.version for group in life.standing.obligations.values() for one in group if standing(one)]


def another_rule(life: Life) -> None:
    """The law gets one more rule for whatever stands."""
    new = replace(life.law.rules[BAR], rule_id="NEW.v1/1", reach="standing_cases")
    life.law_becomes(with_rules(life.law, "with another rule", new))


@pytest.mark.parametrize("said", AGAINST)
def test_it_is_held_and_each_department_is_told_of_the_doubt_once(said: Payload) -> None:
    life = listed()
    before = open_versions(life)
    receipt, (held,) = life.sends(said, name="y")
    assert receipt is not None and (receipt.outcome, receipt.faults[0].code) == (Outcome.HELD, "NAME_MISMATCH")
    assert (held.kind, held.key, held.entry) == (DecisionKind.HELD, KEY, life.standing.entries[KEY])
    assert life.standing.doubts == {life.standing.entries[KEY].receipt_id: receipt.receipt_id}
    assert open_versions(life) == [version + 1 for version in before] and before
    life.sends(ending(DAY, "revoked"), name="y")
    assert open_versions(life) == [version + 1 for version in before], "told once"


@pytest.mark.parametrize(
    "said",
    [
        case(DAY, CaseStep.OPENED),  # an application says nothing against the record
        case(DAY, CaseStep.REJECTED),
        ending(DAY, "no_property_found"),  # helps nothing while a term runs, under whatever name
        ending(DAY, number="9"),  # of another document
        case(date(2026, 11, 2), CaseStep.UPHELD, matter=Matter.REPAIR, case_no="2"),  # too early by 36号令
        *INCOMPLETE,
    ],
)
def test_what_would_change_nothing_puts_nothing_in_doubt(said: Payload) -> None:
    life = listed()
    before = open_versions(life)
    receipt, _ = life.sends(said, name="y")
    assert receipt is not None and receipt.faults[0].code == "NAME_MISMATCH"
    assert not life.standing.doubts and open_versions(life) == before


def test_no_new_measure_is_raised_from_it_until_its_department_looks_at_it() -> None:
    life, clear = listed(), listed()
    life.sends(ending(DAY), name="y")
    for one in (life, clear):
        another_rule(one)
    assert (len(open_versions(clear)), len(open_versions(life))) == (2, 1)
    life.ticks(DAY + 40 * ONE)
    assert len(open_versions(life)) == 1
    _, (corrected,) = life.sends(correction(DAY, determination(MADE, ground="2")), name="x")
    assert [one.rule for one in corrected.raised] == ["NEW.v1/1"]
    assert [one.rule for one in corrected.changed] == [BAR], "told that the doubt is over"
    assert not life.standing.doubts and len(open_versions(life)) == 2


def test_no_day_is_due_for_what_the_doubt_keeps_back() -> None:
    life = listed()
    life.ticks(DAY + ONE)  # the bureau is fed
    rule = replace(life.law.rules[BAR], rule_id="NEW.v1/1", reach="standing_cases", in_force_from=DAY + 10 * ONE)
    life.law_becomes(with_rules(life.law, "later", rule))
    assert next_day(life.standing, life.law, life.day) == DAY + 10 * ONE
    life.sends(ending(DAY), name="y")
    assert next_day(life.standing, life.law, life.day) == date(2028, 10, 13)


@pytest.mark.parametrize("said", [ending(DAY), correction(DAY, determination(MADE, ground="2")), UPHELD])
def test_the_same_under_the_right_name_ends_the_doubt(said: Payload) -> None:
    life = listed()
    life.sends(said, name="y")
    receipt, _ = life.sends(said, name="x")
    assert receipt is not None and receipt.outcome is Outcome.ACCEPTED
    assert not life.standing.doubts


def test_a_correction_that_only_waited_is_no_look_at_the_record() -> None:
    life = Life(book(), DAY)
    life.sends(correction(DAY, determination(MADE, ground="5", number="3"), number="2"), name="x")
    life.sends(determination(MADE, ground="2"))
    life.sends(ending(DAY), name="y")
    assert life.standing.doubts
    life.sends(correction(DAY, determination(MADE, ground="2", number="2")), name="x")  # and the one that waited
    assert list(life.standing.entries) == [f"court|3|{LISTING}"]
    assert not life.standing.doubts, "the department corrected it itself, too"


def test_nobody_else_is_shown_it_meanwhile_and_the_person_keeps_his_honour() -> None:
    life = listed()
    honour = determination(MADE, "HONOUR", "7", body="SD-CIVILITY", ground="moral_model", basis="R-SHANDONG")
    life.sends(honour, channel="civility")
    assert life.standing.publications and not life.standing.rewards
    _, (held,) = life.sends(ending(DAY), name="y")
    assert held.moves is not None and [one.reason for one in held.moves.publications] == ["ground_in_doubt"]
    assert not life.standing.publications and not life.standing.bureau
    assert [one.offer for one in life.standing.rewards.values()] == ["RED_LIST"], "a list in doubt bars nobody"
    life.sends(ending(DAY, "honour_withdrawn", "HONOUR", "7"), channel="civility", name="y")
    assert life.standing.rewards, "a record under another name takes nothing away"
    life.sends(correction(DAY, determination(MADE, ground="2")), name="x")
    assert life.standing.publications and not life.standing.rewards


def test_at_the_bounds_the_first_doubt_about_an_entry_still_passes() -> None:
    life = listed()
    life.standing = replace(life.standing, seen={str(n): "r" for n in range(limits.RECORDS)})
    assert life.sends(ending(DAY), name="y")[1][0].code == "NAME_MISMATCH" and life.standing.doubts
    assert life.sends(ending(DAY, "revoked"), name="y")[1][0].code == limits.OVERFLOW


def test_what_names_another_and_comes_before_its_target_waits_for_it() -> None:
    """The name is known already, by another document."""
    life = listed()
    life.sends(ending(DAY, number="9"), name="y")
    assert [one.ending.target.document_no for one in life.standing.waiting if one.ending] == ["9"]
    life.sends(determination(MADE, number="9"), name="x")
    entry = life.standing.entries[f"court|9|{LISTING}"]
    assert entry.record_only == "ending_given_up" and entry.key not in life.standing.obligations
    life.sends(correction(DAY, determination(MADE, number="9"), number="9"), name="x")
    assert life.standing.entries[entry.key].record_only is None and entry.key in life.standing.obligations


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    "said",
    [
        case(DAY, CaseStep.OPENED),
        case(DAY, CaseStep.REJECTED),
        ending(DAY, "no_property_found"),  # helps nothing while a term runs
        case(DAY, CaseStep.UPHELD, matter=Matter.REPAIR, case_no="2"),  # too early
        *INCOMPLETE,
    ],
)
def test_what_would_change_nothing_and_comes_first_bars_nothing(said: Payload, known: bool) -> None:
    """Whether or not a name is known when it comes."""
    life = Life(book(), DAY)
    if known:
        life.sends(determination(MADE, number="9"), name="x")
    life.sends(said, name="y")
    life.sends(determination(MADE, ground="2"), name="x")
    assert (life.standing.entries[KEY].record_only, life.standing.doubts) == (None, {})
    assert life.standing.obligations[KEY] and not life.standing.waiting
