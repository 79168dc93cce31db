"""超期: a due day that passes unanswered is said once, at the next tick. It confirms and ends nothing (PIPL 24)."""

from collections.abc import Iterator
from datetime import date, timedelta

from streams.core.decisions import DecisionKind, Entry, Missed, MissedKind
from streams.core.docket import Docket
from streams.core.standing import WAITS_FOR, Standing, mark

_DAY = timedelta(days=1)


def decide_overdue(docket: Docket) -> None:
    """One decision OVERDUE for each entry, and one for a department's orders, whose due day is over."""
    now, today = docket.standing, docket.today
    for entry in tuple(now.entries.values()):
        _say(docket, entry.key, tuple(one for one in waited_for(now, entry) if one.due_on < today))
    _say(docket, None, tuple(one for one in _orders(now) if one.due_on < today))


def days(now: Standing) -> Iterator[date]:
    """The days whose ticks find something newly overdue."""
    for key, obligations in now.obligations.items():
        for obligation in obligations:
            if obligation.due.day is not None:  # few have one: asked here, because this runs with every record
                yield from (one.due_on + _DAY for one in waited_for(now, now.entries[key]))
                break
    for key in now.cases:
        yield from (one.due_on + _DAY for one in _undecided(now, now.entries[key]))
    for one in _orders(now):
        yield one.due_on + _DAY


def waited_for(now: Standing, entry: Entry) -> Iterator[Missed]:
    """What is due about one entry on a known day, and is not decided to be overdue yet."""
    for obligation in now.obligations.get(entry.key, ()):
        day = obligation.due.day
        if day is None or (kind := WAITS_FOR.get(obligation.state)) is None:
            continue
        if now.missed.get(mark(kind, obligation.obligation_id)) != day:
            yield Missed(kind, obligation.obligation_id, obligation.executor, day)
    yield from _undecided(now, entry)


def _undecided(now: Standing, entry: Entry) -> Iterator[Missed]:
    for case in now.cases.get(entry.key, ()):
        day = case.due.day
        if case.pending and day is not None and now.missed.get(mark(MissedKind.CASE, case.case_no, entry)) != day:
            yield Missed(MissedKind.CASE, case.case_no, entry.channel, day)
        day = None if case.correction_due is None else case.correction_due.day
        if day is not None and now.missed.get(mark(MissedKind.CORRECTION, case.case_no, entry)) != day:
            yield Missed(MissedKind.CORRECTION, case.case_no, entry.channel, day)


def _orders(now: Standing) -> Iterator[Missed]:
    for order in now.orders.values():
        if not order.done and now.missed.get(mark(MissedKind.ORDER, order.order_no)) != order.due_on:
            yield Missed(MissedKind.ORDER, order.order_no, order.to, order.due_on)


def _say(docket: Docket, key: str | None, missed: tuple[Missed, ...]) -> None:
    if not missed:
        return
    reasons = tuple(dict.fromkeys(f"{one.kind.value}_overdue" for one in missed))
    docket.add(DecisionKind.OVERDUE, code=reasons[0], key=key, missed=missed, reasons=reasons)
