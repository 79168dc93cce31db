"""督导: a department that is told otherwise of an order than was decided is found."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from audit_orders import DEPARTMENT, NUMBER, Ordering, Told

from monitoring.auditor.findings import Invariant as I


def ordered(*answers: bool, until: str = "2019-01-31") -> Ordering:
    history = Ordering()
    history.start()
    history.order("2019-01-31")
    history.tick(until)
    for done in answers:
        history.answers(done)
    return history


@pytest.mark.parametrize(
    ("history", "state"),
    [
        (ordered, "given"),
        (lambda: ordered(until="2019-02-01"), "overdue"),
        (lambda: ordered(False), "answered"),
        (lambda: ordered(True), "done"),
        (lambda: ordered(False, True, until="2019-02-01"), "done"),
    ],
)
def test_what_is_told_as_decided_is_lawful(history: Callable[[], Ordering], state: str) -> None:
    played = history()
    (told,) = played.orders.values()
    assert told is not None and told["state"] == state
    report = played.audit()
    assert report.match, report.findings
    assert report.checked[I.ORDERS_TOLD] == 2  # as told, and as it stands


def forgotten(told: Told) -> None:
    told.clear()


def tombstone(told: Told) -> None:
    told[DEPARTMENT, NUMBER] = None


def still_given(told: Told) -> None:
    _of(told)["state"] = "given"


def another_day(told: Told) -> None:
    _of(told)["due_on"] = date(2019, 2, 28)


def to_another(told: Told) -> None:
    told["court", NUMBER] = told.pop((DEPARTMENT, NUMBER))


def another_reads_it_too(told: Told) -> None:
    told["court", NUMBER] = told[DEPARTMENT, NUMBER]


def under_another_number(told: Told) -> None:
    told[DEPARTMENT, "督2号"] = told.pop((DEPARTMENT, NUMBER))


def _of(told: Told) -> dict[str, Any]:
    value = told[DEPARTMENT, NUMBER]
    assert value is not None
    return value


@pytest.mark.parametrize(
    "bend", [forgotten, tombstone, still_given, another_day, to_another, another_reads_it_too, under_another_number]
)
def test_a_department_told_otherwise_is_found(bend: Callable[[Told], None]) -> None:
    history = ordered(until="2019-02-01")
    bend(history.orders)
    assert set(history.audit().failed) == {I.ORDERS_TOLD}
