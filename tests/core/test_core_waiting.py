"""Records that wait, come again, or name an entry by a number it no longer has."""

from datetime import date, timedelta

import pytest
from book import LISTING, Life, accepted, book, case, correction, determination, ending
from msgspec.structs import replace

from streams.core.decisions import DecisionKind, Outcome, Receipt, Waiting
from streams.core.due import next_day
from streams.core.events import CaseStep, Correction, Determination, Ending, Matter
from streams.core.lifting import standing

DAY = date(2026, 11, 2)
MADE = date(2026, 10, 12)
OLD, NEW = f"court|1|{LISTING}", f"court|2|{LISTING}"


def outcome(given: tuple[Receipt | None, object]) -> tuple[Outcome, str | None]:
    receipt = given[0]
    assert receipt is not None
    return receipt.outcome, receipt.faults[0].code if receipt.faults else None


def open_measures(life: Life) -> int:
    return sum(standing(one) for group in life.standing.obligations.values() for one in group)


def renumbered() -> Life:
    """A listing reported as number 1 whose number is corrected to 2."""
    life = Life(book(), DAY)
    life.sends(determination(MADE), name="x")
    life.sends(correction(DAY, determination(MADE, number="2")), name="x")
    assert list(life.standing.entries) == [NEW]
    return life


def test_a_waiting_ending_is_not_judged_by_a_name_nobody_knows() -> None:
    life = Life(book(), DAY)
    event = accepted(ending(DAY), 1, name="x")
    waiting = Waiting(event.receipt_id, "1", "court", event.content_digest, DAY, "x", event.ending)
    life.sends(determination(MADE), name="x")
    entry = life.standing.entries[OLD]
    nameless = replace(life.standing, name_check="", waiting=(waiting,), entries={}, obligations={}, seen={})
    life.standing = replace(nameless, entries={"court|0|" + LISTING: entry})
    life.sends(correction(DAY, determination(MADE), number="0"))
    assert life.standing.entries[OLD].ended_reason == "performed" and not life.standing.waiting


def test_held_when_its_target_came_it_may_be_sent_again() -> None:
    life = Life(book(), DAY)
    life.sends(ending(DAY), name="y")
    life.sends(determination(MADE), name="x")
    assert life.decisions[-1].code == "NAME_MISMATCH" and not life.standing.waiting
    assert outcome(life.sends(ending(DAY), name="y")) == (Outcome.HELD, "NAME_MISMATCH")
    assert outcome(life.sends(ending(DAY), name="x")) == (Outcome.ACCEPTED, None)


@pytest.mark.parametrize("said", [ending(DAY), correction(DAY, determination(MADE, ground="3"), "1")])
def test_what_names_the_person_otherwise_and_came_first_bars_the_entry(said: Correction | Ending) -> None:
    """Doubt raises nothing, on no later day either, until the channel looks at its record again."""
    life = Life(book(), DAY)
    life.sends(said, name="y")
    _, decisions = life.sends(determination(MADE), name="x")
    assert [(one.kind, one.code) for one in decisions] == [
        (DecisionKind.RECORDED, "ending_given_up"),
        (DecisionKind.HELD, "NAME_MISMATCH"),
    ]
    life.ticks(DAY + timedelta(days=40))
    life.law_becomes(replace(book(), digest="another"))
    assert open_measures(life) == 0
    life.sends(correction(life.day, determination(MADE, ground="3")), name="x")
    assert open_measures(life) > 0


def test_an_ending_by_the_old_number_ends_the_entry() -> None:
    life = renumbered()
    assert outcome(life.sends(ending(DAY))) == (Outcome.ACCEPTED, None)
    assert life.standing.entries[NEW].ended_reason == "performed" and open_measures(life) == 0


def test_a_correction_by_any_number_the_entry_had_corrects_it() -> None:
    life = renumbered()
    life.sends(correction(DAY, determination(MADE, number="3"), number="2"), name="x")
    assert outcome(life.sends(correction(DAY, determination(MADE, number="4")), name="x")) == (Outcome.ACCEPTED, None)
    assert outcome(life.sends(correction(DAY, determination(MADE), number="3"), name="x")) == (Outcome.ACCEPTED, None)
    assert list(life.standing.entries) == [OLD] and open_measures(life) == 1
    assert outcome(life.sends(ending(DAY, number="4"))) == (Outcome.ACCEPTED, None)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (determination(MADE), (Outcome.DUPLICATE, "DUPLICATE_RECORD")),
        (determination(MADE, ground="2"), (Outcome.NEEDS_CORRECTION, "CONTENT_CHANGED")),
    ],
)
def test_the_old_number_reported_anew_makes_no_second_entry(
    said: Determination, expected: tuple[Outcome, str | None]
) -> None:
    life = renumbered()
    assert outcome(life.sends(said, name="x")) == expected
    assert list(life.standing.entries) == [NEW]


def test_no_other_entry_takes_a_number_that_was_once_used() -> None:
    life = renumbered()
    life.sends(determination(MADE, number="5"), name="x")
    taken = life.sends(correction(DAY, determination(MADE), number="5"), name="x")
    assert outcome(taken) == (Outcome.NEEDS_CORRECTION, "CONTENT_CHANGED")


def test_an_ending_that_waited_for_the_number_before_it_was_corrected() -> None:
    life = Life(book(), DAY)
    life.sends(correction(DAY, determination(MADE, number="2")), name="x")
    life.sends(ending(DAY), name="x")
    life.sends(determination(MADE), name="x")
    assert life.standing.entries[NEW].ended_reason == "performed"
    assert not life.standing.waiting and not life.standing.obligations


def test_an_ending_that_waited_for_the_corrected_number_settles_with_the_correction() -> None:
    life = Life(book(), DAY)
    life.sends(determination(MADE), name="x")
    life.sends(ending(DAY, number="2"), name="x")
    life.sends(correction(DAY, determination(MADE, number="2")), name="x")
    assert [one.kind for one in life.decisions[-2:]] == [DecisionKind.CORRECTED, DecisionKind.ENDED]
    assert open_measures(life) == 0 and not life.standing.waiting


def test_an_ending_without_effect_counts_once_the_ground_is_corrected() -> None:
    life = Life(book(), DAY)
    life.sends(determination(MADE, ground="2"), name="x")
    said = ending(DAY, "no_property_found")
    assert outcome(life.sends(said)) == (Outcome.HELD, "ENDING_WITHOUT_EFFECT")
    life.sends(correction(DAY, determination(MADE)), name="x")
    assert outcome(life.sends(said)) == (Outcome.ACCEPTED, None)


def test_a_repair_too_early_counts_once_the_date_is_corrected() -> None:
    life = Life(book(), DAY)
    life.sends(determination(MADE, ground="2"))
    met = dict.fromkeys(("minimum_reached", "wrong_corrected", "duties_done", "public_promise"), True)
    said = case(DAY, CaseStep.UPHELD, matter=Matter.REPAIR, **met)
    assert outcome(life.sends(said)) == (Outcome.HELD, "REPAIR_TOO_EARLY")
    life.sends(correction(DAY, determination(date(2025, 10, 12), ground="2")))
    assert outcome(life.sends(said)) == (Outcome.ACCEPTED, None)
    assert open_measures(life) == 0


def test_a_correction_that_waited_and_shows_the_term_over_lets_nothing_begin() -> None:
    """Nobody is asked to act, or shown, on a ground that is known to be over (as by an ending that waited)."""
    life = Life(book(), DAY)
    life.sends(correction(DAY, determination(date(2023, 1, 5), ground="2")))
    _, decisions = life.sends(determination(MADE, ground="2"))
    assert [one.kind for one in decisions] == [DecisionKind.RECORDED, DecisionKind.CORRECTED]
    assert [(one.raised, one.changed, one.moves) for one in decisions] == [((), (), None)] * 2
    assert life.standing.entries[OLD].ended_reason == "term_ended"


def given_up() -> Life:
    """A revocation that waited 30 days in vain, and its listing one day later."""
    life = Life(book(), DAY)
    life.sends(ending(DAY, "revoked"), name="x")
    life.ticks(DAY + timedelta(days=30))
    assert life.decisions[-1].kind is DecisionKind.REVIEW
    life.ticks(DAY + timedelta(days=31))
    assert outcome(life.sends(determination(MADE), name="x")) == (Outcome.ACCEPTED, None)
    return life


def test_what_comes_after_its_ending_was_given_up_raises_nothing() -> None:
    life = given_up()
    assert life.standing.entries[OLD].record_only == "ending_given_up"
    assert not life.standing.obligations and next_day(life.standing, life.law, life.day) is None
    assert life.ticks(life.day + timedelta(days=1)) == () and life.law_becomes(replace(book(), digest="new")) == ()


def test_the_ending_sent_again_ends_it() -> None:
    life = given_up()
    assert outcome(life.sends(ending(DAY, "revoked"), name="x")) == (Outcome.ACCEPTED, None)
    assert not life.standing.given_up


def test_a_correction_after_review_raises_what_the_record_justifies() -> None:
    life = given_up()
    assert outcome(life.sends(correction(DAY, determination(MADE, extra_years=0)), name="x")) == (
        Outcome.ACCEPTED,
        None,
    )
    assert open_measures(life) == 1 and not life.standing.given_up
    assert life.standing.entries[OLD].record_only is None


def test_a_correction_that_waited_is_no_review() -> None:
    life = Life(book(), DAY)
    life.sends(ending(DAY, "revoked"), name="x")
    life.ticks(DAY + timedelta(days=30))
    life.sends(correction(life.day, determination(MADE, ground="2")), name="x")
    life.sends(determination(MADE), name="x")
    assert life.standing.entries[OLD].record_only == "ending_given_up" and open_measures(life) == 0


def test_a_number_about_which_something_waited_in_vain_is_not_taken_silently() -> None:
    life = Life(book(), DAY)
    life.sends(ending(DAY, "revoked", number="2"), name="x")
    life.sends(determination(MADE), name="x")
    life.ticks(DAY + timedelta(days=30))
    life.sends(correction(DAY, determination(MADE, number="2")), name="x")
    assert life.standing.entries[NEW].record_only == "ending_given_up" and open_measures(life) == 0
