"""督导: a department that is told otherwise of an order than was decided is found."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec
import pytest
from audit_history import Fields, History, wire

from monitoring.auditor import feed
from monitoring.auditor.findings import Invariant as I
from monitoring.auditor.view import View
from streams.core.decisions import Decision
from streams.core.events import EventKind, SubjectKind, Supervision, SupervisionStep
from streams.orders import orders

Told = dict[tuple[str, str], Fields | None]
DEPARTMENT, NUMBER = "railway", "督1号"


@dataclass
class Ordering(History):
    """``orders``: by reader and key, the last word on each order, as the department's topic holds it."""

    orders: Told = field(default_factory=dict)

    def tell(self, decision: Decision) -> None:
        super().tell(decision)
        for one in orders(decision, self.told[decision.subject]):
            told = msgspec.to_builtins(one, builtin_types=(date,))
            self.orders[one.to, one.order_no] = wire("SupervisionOrder", told)

    def answers(self, done: bool) -> None:
        content = Supervision(SupervisionStep.ANSWERED, NUMBER, DEPARTMENT, self.today, done=done, officer="T-7")
        self._record(EventKind.SUPERVISION, "d" * 32, SubjectKind.ENTITY, channel=DEPARTMENT, supervision=content)

    def view(self) -> View:
        view = super().view()
        for (reader, key), value in self.orders.items():
            feed.order(view, reader, key, value)
        return view


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
