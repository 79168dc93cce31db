"""What keeps a record and what does not; and what a department's standing keeps of orders of supervision."""

from datetime import date, timedelta
from typing import Any

import pytest
from book import LISTING, Life, book, determination, ending
from msgspec.structs import replace

from streams.core import limits
from streams.core.decisions import DecisionKind, Outcome
from streams.core.due import next_day
from streams.core.events import Duty, SubjectKind, Supervision, SupervisionStep
from streams.core.retention import over_on
from streams.core.standing import CLOSED_ORDER_DAYS, Standing

DAY = date(2026, 11, 2)
ONE = timedelta(days=1)
OVER = DAY + timedelta(days=31)


def waived() -> Life:
    """An honour that is over, of somebody about whom nothing else is known."""
    life = Life(book(), DAY)
    said = determination(DAY, "HONOUR", "h", body="SD-CIVILITY", ground="moral_model", basis="R-SHANDONG")
    life.sends(said, channel="civility")
    life.sends(ending(DAY, "honour_waived", "HONOUR", "h"), channel="civility")
    assert over_on(life.law, life.standing) == OVER
    return life


@pytest.mark.parametrize(
    "held",
    [
        {"payload": determination(DAY, number="")},
        {"payload": determination(DAY), "name": "another"},
        {"payload": determination(DAY), "kind": SubjectKind.NAME_ONLY},
        {"payload": ending(DAY)},  # waits, and is given up thirty days later
    ],
)
def test_a_record_that_is_only_held_puts_no_erasure_off(held: dict[str, Any]) -> None:
    life = waived()
    for day in (DAY + 10 * ONE, OVER - ONE):
        life.day = day
        assert life.sends(**held)[0] is not None
        assert over_on(life.law, life.standing) == OVER
    assert life.ticks(OVER)[-1].kind is DecisionKind.ERASED


def test_no_day_on_which_something_was_held_is_the_day_of_the_erasure() -> None:
    """Else the row of what was held that day, which is not of a day before, would stay whole for ever."""
    life = waived()
    life.day = OVER  # the record overtakes its partition's tick of the day
    life.sends(determination(DAY, number=""))
    assert next_day(life.standing, life.law, OVER) == OVER + ONE
    assert life.ticks(OVER) == ()
    (erased,) = life.ticks(OVER + ONE)
    assert erased.kind is DecisionKind.ERASED
    assert max(one.decided_on for one in life.decisions[:-1]) < erased.decided_on


def test_nor_the_day_on_which_something_is_given_up() -> None:
    life = waived()
    life.day = OVER - 30 * ONE
    life.sends(ending(life.day))
    (review,) = life.ticks(OVER)
    assert (review.kind, next_day(life.standing, life.law, OVER)) == (DecisionKind.REVIEW, OVER + ONE)
    assert [one.kind for one in life.ticks(OVER + ONE)] == [DecisionKind.ERASED]


def test_however_often_something_is_held_the_erasure_comes_thirty_days_later() -> None:
    life = waived()
    for number in range(31):
        life.day = OVER + number * ONE
        life.sends(determination(DAY, number="", ground=str(number)))
        assert over_on(life.law, life.standing) == OVER + min(number + 1, 30) * ONE
    assert life.ticks(life.day)[-1].kind is DecisionKind.ERASED


def test_what_was_only_ever_held_is_kept_five_years_from_the_first() -> None:
    life = Life(book(), DAY)
    life.sends(determination(DAY, number=""))
    first = over_on(life.law, life.standing)
    assert first == date(2031, 11, 2) + timedelta(days=31)
    life.day = date(2030, 1, 7)
    life.sends(determination(life.day, number="", ground="5"))
    assert over_on(life.law, life.standing) == first


def test_what_waits_outlives_the_erasure_and_ends_what_comes() -> None:
    """Else a document that comes a day later would be acted on, though its department has said that it is over."""
    life = waived()
    life.day = OVER - ONE
    life.sends(ending(life.day))
    digest = life.standing.waiting[0].content_digest
    assert life.ticks(OVER)[-1].kind is DecisionKind.ERASED
    now = life.standing
    assert (now.entries, now.name_check, list(now.seen)) == ({}, "", [digest]) and len(now.waiting) == 1
    assert next_day(now, life.law, OVER) == OVER - ONE + timedelta(days=30)
    life.day = OVER + ONE
    life.sends(determination(date(2026, 10, 12)))
    assert life.standing.entries[f"court|1|{LISTING}"].ended_reason == "performed"
    assert not life.standing.obligations and not life.standing.waiting


def test_what_waits_for_ever_is_given_up_and_erased_in_the_end() -> None:
    life = waived()
    life.day = OVER - ONE
    life.sends(ending(life.day))
    life.ticks(OVER)
    (review,) = life.ticks(OVER - ONE + timedelta(days=30))
    assert review.kind is DecisionKind.REVIEW and life.standing.given_up
    last = over_on(life.law, life.standing)
    assert last == OVER.replace(year=OVER.year + 5) + timedelta(days=31)
    assert life.ticks(last)[-1].kind is DecisionKind.ERASED and life.standing == Standing(life.standing.subject)


def order(number: str, **changes: Any) -> Supervision:
    fields = {"step": SupervisionStep.ORDERED, "order_no": number, "channel": "org", "day": DAY, **changes}
    return Supervision(**{"duty": Duty.PROVE_LIFTING, "due_on": DAY + 10 * ONE, **fields})


def answer(number: str, done: bool = True) -> Supervision:
    return Supervision(SupervisionStep.ANSWERED, number, "org", DAY, done=done, officer="T1")


def ordered(numbers: int) -> Life:
    life = Life(book(), DAY)
    for number in range(numbers):
        life.sends(order(f"O{number}"), channel="credit")
        life.sends(answer(f"O{number}"), channel="org")
    return life


def test_an_order_that_is_done_leaves_the_standing_after_its_time_and_one_that_is_not_stays() -> None:
    life = ordered(2)
    life.sends(order("open"), channel="credit")
    life.day = DAY + CLOSED_ORDER_DAYS * ONE
    life.sends(order("last day"), channel="credit")
    assert list(life.standing.orders) == ["O0", "O1", "open", "last day"] and len(life.standing.seen) == 6
    assert life.sends(order("O0"), channel="credit")[0].outcome is Outcome.DUPLICATE  # type: ignore[union-attr]
    life.day += ONE
    life.sends(order("next"), channel="credit")
    assert list(life.standing.orders) == list(life.standing.order_records) == ["open", "last day", "next"]
    assert len(life.standing.seen) == 3


def fate(life: Life, said: Supervision) -> tuple[str, str | None, str | None]:
    """Outcome, code and field of what the department's channel, or the one that orders, is told."""
    receipt, _ = life.sends(said, channel="credit" if said.step is SupervisionStep.ORDERED else "org")
    assert receipt is not None
    fault = receipt.faults[0] if receipt.faults else None
    return receipt.outcome.value, fault and fault.code, fault and fault.field


TAKEN = ("accepted", None, None)
HELD = ("held", "ORDER_OUT_OF_ORDER", "order_no")


@pytest.mark.parametrize("between", [True, False])
@pytest.mark.parametrize(("days", "again"), [(CLOSED_ORDER_DAYS, HELD), (CLOSED_ORDER_DAYS + 1, TAKEN)])
def test_a_number_is_free_thirty_days_after_its_order_was_done_whatever_came_between(
    between: bool, days: int, again: tuple[str, str | None, str | None]
) -> None:
    life = ordered(2)
    life.day = DAY + days * ONE
    if between:
        assert fate(life, order("another", day=life.day, due_on=life.day)) == TAKEN
    late = replace(answer("O1"), day=life.day)
    assert fate(life, late) == (HELD if again == HELD else ("held", "ORDER_NOT_SEEN", "order_no"))
    assert fate(life, order("O0", day=life.day, due_on=life.day)) == again
    assert not life.standing.orders["O0"].done if again == TAKEN else life.standing.orders["O0"].done


@pytest.mark.parametrize("between", [True, False])
def test_the_same_record_again_is_known_as_long_as_its_order_is(between: bool) -> None:
    life = ordered(1)
    life.day = DAY + CLOSED_ORDER_DAYS * ONE
    assert fate(life, order("O0"))[0] == "duplicate"
    life.day += ONE
    if between:
        fate(life, order("another", day=life.day, due_on=life.day))
    assert [fate(life, order("O0"))[0] for _ in range(2)] == ["accepted", "duplicate"]


def test_an_answer_is_not_of_a_day_before_its_order() -> None:
    life = Life(book(), DAY)
    life.sends(order("O0"), channel="credit")
    early = replace(answer("O0"), day=DAY - ONE)
    for _ in range(2):  # it fills nothing, so it is no duplicate
        assert fate(life, early) == ("held", "DATE_ORDER", "day")
    assert not life.standing.orders["O0"].done and len(life.standing.seen) == 1
    assert fate(life, replace(early, day=DAY)) == TAKEN


def test_closed_orders_do_not_fill_a_department_for_ever() -> None:
    life = ordered(3)
    records = life.standing.order_records
    many = {f"{n:032x}" for n in range(limits.RECORDS - len(life.standing.seen))}
    kept = replace(records["O0"], digests=(*records["O0"].digests, *many))
    full = replace(
        life.standing,
        seen={**life.standing.seen, **dict.fromkeys(many, "r")},
        order_records={**records, "O0": kept},
    )
    life.standing = full
    receipt, _ = life.sends(order("one more"), channel="credit")
    assert receipt is not None and receipt.faults[0].code == limits.OVERFLOW
    life.day = DAY + (CLOSED_ORDER_DAYS + 1) * ONE
    receipt, _ = life.sends(order("one more"), channel="credit")
    assert receipt is not None and receipt.outcome is Outcome.ACCEPTED
    assert list(life.standing.orders) == ["one more"] and len(life.standing.seen) == 1


def test_what_says_nothing_of_an_order_is_not_kept() -> None:
    life = ordered(1)
    before = life.standing.seen
    for said in (answer("O0", done=False), answer("unknown"), order("O0", duty=Duty.DECIDE_OBJECTIONS)):
        receipt, _ = life.sends(said, channel="org")
        assert receipt is not None and receipt.outcome is Outcome.HELD
    assert life.standing.seen == before
