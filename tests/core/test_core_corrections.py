"""A correction that a case ordered: due three working days after, asked for once, and of what stands only."""

from datetime import date

import pytest
from book import LISTING, MONDAY, Life, book, case, correction, determination, ending, listed, unshown
from msgspec.structs import replace

from streams.core.decisions import DecisionKind, Due, DueState
from streams.core.due import next_day
from streams.core.events import CaseStep

AMENDED = case(date(2026, 11, 4), CaseStep.AMENDED)  # a Wednesday: three working days end on Monday 9
CORRECTS = correction(date(2026, 11, 5), determination(date(2026, 10, 12), ground="5"))


def missing(life: Life) -> list[tuple[str, str, date]]:
    last = life.decisions[-1]
    return [(one.kind.value, one.ref, one.due_on) for one in last.missed] if last.kind is DecisionKind.OVERDUE else []


def test_a_correction_that_a_case_ordered_is_overdue_after_three_working_days() -> None:
    life = listed(unshown())
    life.sends(case(MONDAY))
    life.day = date(2026, 11, 4)
    life.sends(AMENDED)
    assert life.standing.cases[life.decisions[-1].key or ""][0].correction_due == Due(DueState.SET, date(2026, 11, 9))
    assert next_day(life.standing, life.law, life.day) == date(2026, 11, 10)
    assert life.ticks(date(2026, 11, 9)) == () and missing(life) == []
    life.ticks(date(2026, 11, 10))
    assert missing(life) == [("correction", "C1", date(2026, 11, 9))] and life.decisions[-1].reasons == (
        "correction_overdue",
    )
    assert life.ticks(date(2026, 11, 11)) == (), "said once"
    life.sends(CORRECTS)
    assert not life.standing.missed and life.decisions[-1].days_late == 1


@pytest.mark.parametrize("opened", [True, False])
def test_a_correction_that_came_before_the_step_is_not_asked_for_again(opened: bool) -> None:
    """No order between partitions is assumed."""
    life = listed(unshown())
    if opened:
        life.sends(case(MONDAY))
    life.day = date(2026, 11, 5)
    life.sends(CORRECTS)
    life.sends(AMENDED)
    assert life.standing.cases[life.decisions[-1].key or ""][0].correction_due is None
    life.ticks(date(2026, 11, 30))
    assert missing(life) == []


def test_an_older_correction_is_not_the_one_that_a_case_ordered() -> None:
    life = listed(unshown())
    life.sends(correction(MONDAY, determination(date(2026, 10, 12), ground="5")))
    life.day = date(2026, 11, 4)
    life.sends(case(date(2026, 11, 3)))
    life.sends(AMENDED)
    life.ticks(date(2026, 11, 10))
    assert missing(life) == [("correction", "C1", date(2026, 11, 9))]


def test_nothing_is_corrected_of_what_has_ended() -> None:
    life = listed(unshown())
    life.day = date(2026, 11, 4)
    life.sends(AMENDED)
    life.sends(ending(date(2026, 11, 5)))
    life.ticks(date(2026, 11, 10))
    assert [kind for kind, *_ in missing(life)] == ["proof"] and not life.standing.corrected
    life.sends(case(date(2026, 11, 4), CaseStep.AMENDED, case_no="2"))
    assert life.standing.cases[life.decisions[-1].key or ""][1].correction_due is None


def test_the_day_of_a_correction_waits_for_its_calendar() -> None:
    whole = book()
    law = replace(whole, digest="no calendar", working_days={})
    life = listed(law)
    life.day = date(2026, 11, 4)
    life.sends(AMENDED)
    assert life.decisions[-1].case is not None
    assert life.decisions[-1].case.correction_due == Due(DueState.AWAITING_CALENDAR)
    life.law_becomes(whole)
    assert life.standing.cases[f"court|1|{LISTING}"][0].correction_due == Due(DueState.SET, date(2026, 11, 9))
