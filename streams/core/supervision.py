"""督导: an order to a department with a due day, and its answer. The standing is the department's, without a person."""

from msgspec.structs import replace

from streams.core import limits
from streams.core.decisions import DecisionKind, Fault, Order, Outcome, Receipt
from streams.core.docket import Docket
from streams.core.events import Supervision, SupervisionStep
from streams.core.standing import CLOSED_ORDER_DAYS, forget_closed

ORDER_NOT_SEEN = "ORDER_NOT_SEEN"


def decide_supervision(docket: Docket) -> Receipt:
    """Keeps the order, or what the department answers. An answer "not done yet" leaves the duty and its day.

    A number means its order until ``CLOSED_ORDER_DAYS`` after that was done; then it is free, whatever came between.
    """
    says = docket.event.supervision
    assert says is not None
    now = forget_closed(docket.standing, docket.today)
    order = now.orders.get(says.order_no)
    if says.step is SupervisionStep.ORDERED:
        return _ordered(docket, says, order, full=limits.records_full(now))
    if order is None:
        return docket.hold(Fault(ORDER_NOT_SEEN, "order_no"))
    if says.day < order.ordered_on:
        return docket.hold(Fault("DATE_ORDER", "day", says.day.isoformat(), f">= {order.ordered_on}"))
    if order.done:
        return docket.hold(Fault("ORDER_OUT_OF_ORDER", "order_no", "done", "an order that is not done"))
    if not says.done and limits.records_full(now):
        return docket.hold(Fault(limits.OVERFLOW))
    answered = replace(order, answered_on=says.day, done=says.done)
    docket.add(DecisionKind.SUPERVISED, code="order_answered", order=answered, reasons=("order_answered",))
    return docket.receipt(Outcome.ACCEPTED)


def _ordered(docket: Docket, says: Supervision, there: Order | None, full: bool) -> Receipt:
    if there is not None:
        seen = "done" if there.done else "open"
        free = f"a number not used before, or of an order done more than {CLOSED_ORDER_DAYS} days ago"
        return docket.hold(Fault("ORDER_OUT_OF_ORDER", "order_no", seen, free))
    if full:
        return docket.hold(Fault(limits.OVERFLOW))
    assert says.duty is not None and says.due_on is not None  # else intake refused it
    order = Order(
        order_no=says.order_no,
        by=docket.event.channel,
        to=says.channel,
        duty=says.duty,
        obligation_id=says.obligation_id,
        ordered_on=says.day,
        due_on=says.due_on,
    )
    docket.add(DecisionKind.SUPERVISED, code="order_given", order=order, reasons=("order_given",))
    return docket.receipt(Outcome.ACCEPTED)
