"""Consecutive terms of a group together: chains, gaps, what does not count, and records that come late."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import permutations

import pytest
from book import LISTING, ORDER, Life, book, correction, determination, ending, with_ground, with_item
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from streams.core.decisions import DecisionKind, Entry
from streams.core.law import Cap, LawBook

DAY = timedelta(days=1)
FIRST = date(2024, 12, 1)
ONE_DOCUMENT_ENDS = date(2027, 12, 1)  # three years by ground 2
CAP = date(2029, 12, 1)  # five years from FIRST


def capped() -> LawBook:
    """The court list with terms of three years, and five years for all that follow each other."""
    law = with_ground(book(), "three", term_years=3)
    law = with_ground(law, "life", "5", life=True)
    return with_item(law, "capped", cap=Cap("telecom", 5), term_ending="own_term_ended")


LAW = capped()


def life_on(day: date) -> Life:
    return Life(LAW, day)


def reports(life: Life, effect: date, number: str, ground: str = "2") -> Entry:
    """One document more, reported on the day it takes effect or later."""
    life.ticks(max(life.day, effect))
    life.sends(determination(effect, number=number, ground=ground))
    return entry(life, number)


def entry(life: Life, number: str) -> Entry:
    return life.standing.entries[f"court|{number}|{LISTING}"]


def test_one_document_is_not_capped_by_less_than_its_years() -> None:
    assert reports(life_on(FIRST), FIRST, "1").ends_on == ONE_DOCUMENT_ENDS


@pytest.mark.parametrize(
    ("second", "ends"),
    [
        (date(2025, 6, 1), date(2028, 6, 1)),  # overlaps, but stays below the cap
        (date(2027, 6, 1), CAP),  # overlaps
        (ONE_DOCUMENT_ENDS, CAP),  # its last day
        (ONE_DOCUMENT_ENDS + DAY, CAP),  # touches
        (ONE_DOCUMENT_ENDS + 2 * DAY, date(2030, 12, 3)),  # a day between them: another chain
    ],
)
def test_a_chain_holds_while_terms_touch(second: date, ends: date) -> None:
    life = life_on(FIRST)
    reports(life, FIRST, "1")
    assert reports(life, second, "2").ends_on == ends


def test_a_chain_of_three_counts_from_the_first_and_the_end_is_told() -> None:
    life = life_on(FIRST)
    reports(life, FIRST, "1")
    reports(life, date(2026, 1, 1), "2")
    assert reports(life, date(2028, 1, 1), "3").ends_on == CAP
    assert "cap_reached" in life.decisions[-1].reasons
    assert life.ticks(CAP) is not None and entry(life, "3").ended_on is None
    (expired,) = life.ticks(CAP + DAY)
    assert (expired.kind, expired.code) == (DecisionKind.EXPIRED, "cap_reached")
    assert expired.code in LAW.reasons


@pytest.mark.parametrize(("effect", "ends"), [(CAP, CAP), (CAP + DAY, date(2032, 12, 2))])
def test_what_begins_after_the_cap_begins_a_chain_of_its_own(effect: date, ends: date) -> None:
    life = life_on(FIRST)
    reports(life, FIRST, "1")
    reports(life, date(2027, 6, 1), "2")
    assert reports(life, effect, "3").ends_on == ends


def test_life_within_a_group_ends_at_the_cap() -> None:
    assert reports(life_on(FIRST), FIRST, "1", ground="5").ends_on == CAP


def test_an_item_of_no_group_is_not_in_the_chain() -> None:
    life = life_on(FIRST)
    life.sends(determination(FIRST, ORDER))
    assert reports(life, date(2027, 6, 1), "2").ends_on == date(2030, 6, 1)


def test_another_group_is_another_chain() -> None:
    law = with_item(LAW, "another group", ORDER, cap=Cap("orders", 2))
    life = Life(law, FIRST)
    life.sends(determination(FIRST, ORDER))
    assert life.standing.entries[f"court|1|{ORDER}"].ends_on == date(2026, 12, 1)
    assert reports(life, date(2027, 6, 1), "2").ends_on == date(2030, 6, 1)


@pytest.mark.parametrize(("reason", "ends"), [("revoked", date(2030, 6, 1)), ("performed", CAP)])
def test_a_term_that_fell_from_the_start_never_counted(reason: str, ends: date) -> None:
    life = life_on(FIRST)
    reports(life, FIRST, "1")
    life.ticks(date(2026, 6, 1))
    life.sends(ending(life.day, reason, number="1"))
    reports(life, date(2026, 6, 1), "2")
    assert reports(life, date(2027, 6, 1), "3").ends_on == ends


def test_a_term_ended_early_counts_for_the_days_it_ran() -> None:
    life = life_on(FIRST)
    reports(life, FIRST, "1")
    life.ticks(date(2025, 6, 1))
    life.sends(ending(life.day, "performed", number="1"))
    assert reports(life, date(2025, 6, 3), "2", ground="5").ends_on == date(2030, 6, 3)  # a day between them


def test_a_correction_works_out_the_entry_again() -> None:
    life = life_on(FIRST)
    reports(life, FIRST, "1")
    reports(life, date(2027, 6, 1), "2")
    late = determination(date(2028, 1, 1), number="2", ground="2")
    life.ticks(date(2028, 1, 1))
    life.sends(correction(life.day, late, "2"))
    assert entry(life, "2").ends_on == date(2031, 1, 1)  # it no longer touches the first one
    life.sends(correction(life.day, replace(late, effect_date=date(2027, 12, 1), document_date=FIRST), "2"))
    assert entry(life, "2").ends_on == CAP


def test_an_earlier_document_that_comes_late_shortens_what_follows() -> None:
    life = life_on(FIRST)
    later = reports(life, date(2027, 6, 1), "2")
    assert later.ends_on == date(2030, 6, 1)
    _, decisions = life.sends(determination(FIRST, number="1", ground="2"))
    recorded, shortened = decisions
    assert (recorded.kind, shortened.kind, shortened.code) == (
        DecisionKind.RECORDED,
        DecisionKind.LAW_APPLIED,
        "cap_reached",
    )
    assert entry(life, "2").ends_on == CAP
    assert all(one.ends_on is not None and one.ends_on <= CAP for one in shortened.changed)
    assert shortened.changed


def test_an_earlier_document_that_comes_after_the_cap_ends_what_is_over() -> None:
    life = life_on(FIRST)
    reports(life, date(2027, 6, 1), "2")
    life.ticks(CAP + DAY)
    _, decisions = life.sends(determination(FIRST, number="1", ground="2"))
    assert [decision.kind for decision in decisions] == [
        DecisionKind.RECORDED,
        DecisionKind.LAW_APPLIED,
        DecisionKind.EXPIRED,
    ]
    assert decisions[-1].code == "cap_reached"
    assert entry(life, "2").ended_on == life.day


def test_nothing_lengthens_a_term_again() -> None:
    life = life_on(FIRST)
    reports(life, FIRST, "1")
    reports(life, date(2027, 6, 1), "2")
    life.sends(ending(life.day, "revoked", number="1"))
    assert entry(life, "2").ends_on == CAP


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 3_000), min_size=2, max_size=4, unique=True), st.integers(0, 1_500))
@example([0, 730, 1827, 2558], 0)  # the third, cut by a chain that the late first one moves, must not part the fourth
def test_no_order_of_arrival_gives_longer_terms_than_the_order_of_effect(begins: list[int], later: int) -> None:
    documents = [(FIRST + timedelta(days=days), str(number)) for number, days in enumerate(sorted(begins))]
    today = documents[-1][0] + timedelta(days=later)
    longest = ends_of(documents, today)
    for order in permutations(documents):
        for end, most in zip(ends_of(order, today), longest, strict=True):
            assert end is None or (most is not None and end <= most)


def ends_of(documents: Iterable[tuple[date, str]], today: date) -> list[date | None]:
    """Last days of the documents by number, None for what is over, if they arrive on one day in this order."""
    life = life_on(today)
    for effect, number in documents:
        life.sends(determination(effect, number=number, ground="2"))
    ends = [entry(life, number) for number in sorted(number for _, number in documents)]
    return [None if one.ended_on else one.ends_on for one in ends]
