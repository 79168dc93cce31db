"""Every form of term at its boundary: the day before, the day, the day after."""

from datetime import date, timedelta
from typing import Any

import pytest
from book import LISTING, Life, book, correction, determination, ending, unshown, with_ground, with_item

from streams.core.caps import expiry_reason
from streams.core.checks import SubjectFacts, check_determination
from streams.core.decisions import DecisionKind
from streams.core.due import next_day
from streams.core.events import Determination, SubjectKind
from streams.core.law import Cap, LawBook
from streams.core.terms import add_days, add_months, stop_of

DAY = timedelta(days=1)
PERSON = SubjectFacts(SubjectKind.PERSON, date(1980, 1, 1))
MADE = date(2024, 1, 31)


def paper(effect: date, **more: Any) -> Determination:
    return determination(effect, **{"ground": "2", **more})


def codes(d: Determination, law: LawBook) -> list[tuple[str, str | None]]:
    today = max(d.effect_date or MADE, MADE) + 900 * DAY
    return [(fault.code, fault.field) for fault in check_determination(d, "court", PERSON, law, today).faults]


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2024, 1, 31), 2, date(2024, 3, 31)),
        (date(2024, 8, 31), 6, date(2025, 2, 28)),
        (date(2024, 11, 15), 1, date(2024, 12, 15)),
        (date(2024, 12, 15), 1, date(2025, 1, 15)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(9998, 12, 31), 12, date(9999, 12, 31)),
        (date(9999, 1, 1), 12, date.max),
    ],
)
def test_months_end_on_the_corresponding_day_or_the_last_of_the_month(start: date, months: int, end: date) -> None:
    assert add_months(start, months) == end


def test_days_are_counted_from_the_day_after_and_never_beyond_the_calendar() -> None:
    assert add_days(date(2024, 2, 28), 1) == date(2024, 2, 29)
    assert add_days(date.max, 1) == date.max


@pytest.mark.parametrize(
    ("form", "last"),
    [
        ({"term_months": 6}, date(2024, 7, 31)),
        ({"term_days": 10}, date(2024, 2, 10)),
        ({"term_years": 1, "term_months": 1}, date(2025, 2, 28)),
        ({"term_months": 1, "term_days": 1}, date(2024, 3, 1)),
    ],
)
def test_an_entry_lives_on_its_last_day_and_ends_on_the_next(form: dict[str, Any], last: date) -> None:
    law = with_ground(unshown(), f"form {form}", **form)
    life = Life(law, MADE)
    life.sends(paper(MADE))
    (entry,) = life.standing.entries.values()
    assert entry.ends_on == last
    assert next_day(life.standing, law, life.day) == last + DAY
    assert life.ticks(last) == ()
    (expired,) = life.ticks(last + DAY)
    assert (expired.kind, expired.code) == (DecisionKind.EXPIRED, "term_ended")


@pytest.mark.parametrize(
    ("counts_from", "last"),
    [("effect", date(2024, 7, 31)), ("document", date(2024, 7, 30)), ("conduct", date(2024, 7, 1))],
)
def test_a_term_counts_from_the_day_its_text_names(counts_from: str, last: date) -> None:
    law = with_ground(book(), f"counts {counts_from}", term_months=6, counts_from=counts_from)
    d = paper(MADE, document_date=MADE - DAY, conduct_end=date(2024, 1, 1))
    stop = stop_of(law, d)
    assert stop is not None and (stop.reason, stop.last_day) == ("term_ended", last)


def test_a_term_from_the_end_of_the_conduct_needs_that_day() -> None:
    law = with_ground(book(), "needs conduct", term_months=6, counts_from="conduct")
    assert codes(paper(MADE), law) == [("CONDUCT_END_MISSING", "conduct_end")]
    assert codes(paper(MADE, conduct_end=MADE), law) == []
    later = stop_of(law, paper(MADE))  # an older record under a later book
    assert later is not None and later.last_day == date(2024, 7, 31)


STATED = {"stated_months": (12, 36)}


@pytest.mark.parametrize(
    ("valid_until", "found"),
    [
        (None, [("VALID_UNTIL_MISSING", "valid_until")]),
        (date(2025, 1, 29), [("VALID_UNTIL_OUTSIDE", "valid_until")]),
        (date(2025, 1, 30), []),  # one year, written from its first day to its last
        (date(2025, 1, 31), []),
        (date(2027, 1, 30), []),
        (date(2027, 1, 31), []),
        (date(2027, 2, 1), [("VALID_UNTIL_OUTSIDE", "valid_until")]),
    ],
)
def test_a_stated_last_day_lies_between_least_and_most(
    valid_until: date | None, found: list[tuple[str, str | None]]
) -> None:
    assert codes(paper(MADE, valid_until=valid_until), with_ground(book(), "stated", **STATED)) == found


@pytest.mark.parametrize("ground", ["1", "3"])
def test_a_stated_last_day_is_refused_where_the_law_sets_the_term_or_none(ground: str) -> None:
    d = paper(MADE, ground=ground, valid_until=date(2025, 1, 31))
    assert codes(d, book()) == [("VALID_UNTIL_OUTSIDE", "valid_until")]


def test_a_document_that_is_held_for_a_day_it_lacks_is_not_asked_for_more() -> None:
    law = with_ground(book(), "stated and held", **STATED)
    assert codes(paper(MADE, effect_date=None, valid_until=date(2099, 1, 1)), law) == []


def test_a_correction_moves_the_stated_last_day_and_the_proposals_with_it() -> None:
    law = with_ground(book(), "stated and corrected", **STATED)
    life = Life(law, MADE)
    life.sends(paper(MADE, valid_until=date(2026, 1, 31)))
    life.sends(correction(MADE, paper(MADE, valid_until=date(2025, 6, 30))))
    (entry,) = life.standing.entries.values()
    (obligation,) = life.standing.obligations[entry.key]
    assert entry.ends_on == obligation.ends_on == date(2025, 6, 30)


def test_life_has_no_last_day_and_says_so() -> None:
    law = with_ground(unshown(), "life", life=True)
    life = Life(law, MADE)
    _, (recorded,) = life.sends(paper(MADE))
    assert recorded.entry is not None and recorded.entry.ends_on is None
    assert "for_life" in recorded.reasons
    assert next_day(life.standing, law, MADE) is None


def test_an_ending_that_needs_an_entry_without_term_does_not_help_in_any_form() -> None:
    for form in ({"life": True}, {"term_days": 300}, {"term_months": 6}):
        life = Life(with_ground(book(), f"no property {form}", **form), MADE)
        life.sends(paper(MADE))
        receipt, _ = life.sends(ending(MADE, "no_property_found"))
        assert receipt is not None and [fault.code for fault in receipt.faults] == ["ENDING_WITHOUT_EFFECT"]


@pytest.mark.parametrize(
    ("form", "statutory", "last"),
    [
        ({"term_years": 10}, False, date(2028, 12, 31)),
        ({"term_years": 10}, True, date(2034, 1, 31)),
        ({"life": True}, False, date(2028, 12, 31)),
        ({"life": True}, True, None),
        ({}, True, date(2028, 12, 31)),  # the law sets no period for this ground, so nothing is excepted
    ],
)
def test_the_provincial_five_years_cut_all_but_a_period_of_a_law(
    form: dict[str, Any], statutory: bool, last: date | None
) -> None:
    law = with_ground(book(), f"ten {form}", **form)
    law = with_item(law, f"ten {form} {statutory}", statutory_term=statutory)
    stop = stop_of(law, paper(MADE, conduct_end=date(2023, 12, 31)))
    assert (None if stop is None else stop.last_day) == last
    assert stop is None or stop.reason == ("term_ended" if statutory and form else "disclosure_ended")


@pytest.mark.parametrize(
    ("form", "fields", "last"),
    [
        ({}, {}, ("disclosure_ended", date(2029, 1, 30))),  # from the document, not from its effect a day later
        ({}, {"continuing": True}, None),
        ({}, {"info_class": "other"}, None),
        ({"life": True}, {}, ("disclosure_ended", date(2029, 1, 30))),
        ({"life": True}, {"statutory_term": True}, None),
        ({"term_years": 10}, {}, ("term_ended", date(2034, 1, 31))),  # its own term is there
        ({"term_years": 10}, {"stands_until": date(2025, 12, 31)}, ("record_sealed", date(2025, 12, 31))),
    ],
)
def test_what_nothing_else_ends_ends_five_years_after_its_document(
    form: dict[str, Any], fields: dict[str, Any], last: tuple[str, date] | None
) -> None:
    law = with_ground(book(), f"document {form}", **form)
    law = with_item(law, f"document {form} {fields}", **{"continuing": False, **fields})
    stop = stop_of(law, paper(MADE, document_date=MADE - DAY))
    assert (None if stop is None else (stop.reason, stop.last_day)) == last


def test_a_sentence_without_the_day_of_the_act_is_refused() -> None:
    law = with_item(book(), "sentence", conduct_end_required=True)
    assert codes(paper(MADE), law) == [("CONDUCT_END_MISSING", "conduct_end")]
    assert codes(paper(MADE, conduct_end=MADE), law) == []


def test_the_end_of_a_term_is_told_by_the_reason_of_the_item() -> None:
    law = with_item(with_ground(book(), "own", term_days=1), "own reason", term_ending="own_term_ended")
    life = Life(law, MADE)
    _, (recorded,) = life.sends(paper(MADE))
    assert "own_term_ended" in recorded.reasons
    (expired,) = life.ticks(MADE + 2 * DAY)
    assert expired.code == "own_term_ended" and "own_term_ended" in law.reasons
    assert all(one.lift_reason == "own_term_ended" for one in expired.changed)


def test_what_ended_an_entry_is_known_without_the_item() -> None:
    law = with_item(book(), "capped for a reason", cap=Cap("telecom", 5))
    life = Life(law, MADE)
    life.sends(paper(MADE))
    (entry,) = life.standing.entries.values()
    gone = with_item(law, "gone")
    del gone.items[LISTING]
    assert expiry_reason(law, entry) == "term_ended"
    assert expiry_reason(gone, entry) == "own_term_ended"
