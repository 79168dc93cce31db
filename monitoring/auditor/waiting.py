"""What waits for its target: thirty days and no longer; what it waited for in vain raises nothing when it comes.

Somebody has said that the record is wrong or over before the record was there (docs/adr/0008); until its department
looks at it again nobody acts on it.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from monitoring.auditor.findings import Finding, Invariant
from monitoring.auditor.view import OPEN, View, Waiting, key_of, place

Fields = dict[str, Any]
DAYS = timedelta(days=30)


def waits_no_longer(view: View) -> Iterator[Finding]:
    day = view.last_day
    for receipt, waiting in view.waiting.items():
        where = f"receipt {receipt}"
        if view.now(waiting.target) in view.entries:
            yield Finding(Invariant.WAITING, where, f"waits for {waiting.target}, which is here", "settled")
        elif day is not None and waiting.since + DAYS <= day:
            seen = f"waits since {waiting.since}, on {day}"
            yield Finding(Invariant.WAITING, where, seen, f"given up on {waiting.since + DAYS}")


def nothing_open_while_barred(view: View) -> Iterator[Finding]:
    """A correction may give an entry with measures a number about which something was given up: they are lifted."""
    barred = {
        id(view.entries[now]): receipt
        for places in view.given_up.values()
        for where, receipt in places.items()
        if (now := view.now(where)) in view.entries
    }
    for identifier, fact in view.obligations.items():
        if fact.state in OPEN and id(fact.entry) in barred:
            expected = f"lifting: {barred[id(fact.entry)]} waited in vain for its ground"
            yield Finding(Invariant.GIVEN_UP, f"obligation {identifier}", fact.state, expected)


def given_up_in_time(view: View, decision: Fields) -> Iterator[Finding]:
    if decision["kind"] != "review":
        return
    waiting = view.waiting.get(decision["settles"] or "")
    if waiting is None or decision["decided_on"] < waiting.since + DAYS:
        seen = f"given up on {decision['decided_on']}, waiting {waiting}"
        where = f"decision {decision['decision_id']}"
        yield Finding(Invariant.WAITING, where, seen, f"what has waited {DAYS.days} days")


def barred_raises_nothing(view: View, decision: Fields) -> Iterator[Finding]:
    """An entry about which something was given up raises nothing, unless its own department corrects it now; a
    correction that gives it a number about which something was given up is no such look."""
    entry, barred = decision["entry"], view.given_up.get(decision["subject"])
    if entry is None or not barred or not decision["raised"]:
        return
    before, after = (place(decision["subject"], key) for key in (decision["key"] or entry["key"], entry["key"]))
    meant = {after} if looked_at(decision) else {before, after}
    if looked_at(decision) and after == before:
        return
    for where, receipt in barred.items():
        if where in meant or view.now(where) in meant:
            seen = f"{len(decision['raised'])} raised for {after}"
            expected = f"nothing: {receipt} waited for it in vain"
            yield Finding(Invariant.GIVEN_UP, f"decision {decision['decision_id']}", seen, expected)


def looked_at(decision: Fields) -> bool:
    """A department that corrects its record now has looked at it again; a correction that waited has not."""
    direct = decision["cause"]["kind"] == "correction" and decision["settles"] is None
    return bool(decision["kind"] == "corrected" and direct)


def fold_waiting(view: View, decision: Fields) -> None:
    """Who waits, who was given up, and which bar has fallen. Asks where entries stand before the decision."""
    settled = decision["settles"]
    if settled is not None:
        view.settled[settled] = decision["code"] if decision["kind"] in {"held", "review"} else None
        waited = view.waiting.pop(settled, None)
        if decision["kind"] == "review" and waited is not None:
            view.given_up.setdefault(decision["subject"], {})[waited.target] = settled
    if decision["waiting"] is not None:
        view.waiting[decision["waiting"]["receipt_id"]] = _waiting(decision)
    barred, entry = view.given_up.get(decision["subject"]), decision["entry"]
    if barred and entry is not None and (entry["ended_on"] is not None or looked_at(decision)):
        before = place(decision["subject"], decision["key"] or entry["key"])
        for where in [one for one in barred if view.now(one) == before]:
            del barred[where]


def _waiting(decision: Fields) -> Waiting:
    said = decision["waiting"]
    target = (said["ending"] or said["correction"] or said["case"])["target"]
    key = key_of(said["channel"], target)
    return Waiting(place(decision["subject"], key), said["since"])


CHECKS: tuple[tuple[Invariant, Callable[[View, Fields], Iterator[Finding]]], ...] = (
    (Invariant.WAITING, given_up_in_time),
    (Invariant.GIVEN_UP, barred_raises_nothing),
)
