"""督导: what a department is told of an order to it, on ``supervision.<channel>``: given, overdue, answered, done."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum

from msgspec import Struct

from streams.core.decisions import Decision, MissedKind, Order
from streams.core.events import Duty
from streams.core.standing import Standing


class OrderState(StrEnum):
    GIVEN = "given"
    OVERDUE = "overdue"  # its due day passed without "done"
    ANSWERED = "answered"  # not done yet: the duty and its day stay
    DONE = "done"


class SupervisionOrder(Struct, frozen=True):
    """Fields as in ``SupervisionOrder.avsc``."""

    order_no: str
    to: str
    by: str
    duty: Duty
    obligation_id: str | None
    ordered_on: date
    due_on: date
    state: OrderState
    answered_on: date | None
    decision_id: str
    day: date
    law_digest: str


def orders(decision: Decision, standing: Standing) -> Iterator[SupervisionOrder]:
    """What ``decision`` says of orders; ``standing`` is the department's after it."""
    if decision.order is not None:
        yield _told(decision.order, _state(decision.order), decision)
    for one in decision.missed:
        if one.kind is MissedKind.ORDER:
            yield _told(standing.orders[one.ref], OrderState.OVERDUE, decision)


def _state(order: Order) -> OrderState:
    if order.done:
        return OrderState.DONE
    return OrderState.GIVEN if order.answered_on is None else OrderState.ANSWERED


def _told(order: Order, state: OrderState, decision: Decision) -> SupervisionOrder:
    return SupervisionOrder(
        order_no=order.order_no,
        to=order.to,
        by=order.by,
        duty=order.duty,
        obligation_id=order.obligation_id,
        ordered_on=order.ordered_on,
        due_on=order.due_on,
        state=state,
        answered_on=order.answered_on,
        decision_id=decision.decision_id,
        day=decision.decided_on,
        law_digest=decision.law_digest,
    )
