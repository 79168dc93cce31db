"""督导: each department reads of the orders to it where they stand, and of nobody else's."""

from collections.abc import Callable, Iterator
from typing import Any

from monitoring.auditor.findings import Finding, Invariant
from monitoring.auditor.view import View

Fields = dict[str, Any]


def fold_order(view: View, decision: Fields) -> None:
    """Where an order stands after the decision, by department and number."""
    order = decision["order"]
    if order is not None:
        answered = "given" if order["answered_on"] is None else "answered"
        view.ordered[order["to"], order["order_no"]] = ("done" if order["done"] else answered, order["due_on"])
    for one in decision["missed"]:
        if one["kind"] == "order":
            view.ordered[one["channel"], one["ref"]] = ("overdue", one["due_on"])


def fold_told(view: View, reader: str | None, key: str, value: Fields | None) -> Iterator[Finding]:
    """One record of the topic that the department ``reader`` may read; the last one of an order counts."""
    if value is None:
        view.orders_told.pop((reader, key), None)
        return
    view.orders_told[reader, key] = (value["state"], value["due_on"])
    if (value["to"], value["order_no"]) != (reader, key):
        seen = f"{value['order_no']} to {value['to']}, read by {reader}"
        yield Finding(Invariant.ORDERS_TOLD, f"order {key}", seen, "the key, to its reader")


def told(view: View) -> Iterator[Finding]:
    """At the end: what a department reads is what was decided last of each order to it."""
    for reader, number in sorted(view.ordered.keys() | view.orders_told.keys(), key=str):
        seen, expected = view.orders_told.get((reader, number)), view.ordered.get((reader, number))
        if seen != expected:
            yield Finding(Invariant.ORDERS_TOLD, f"order {number} to {reader}", str(seen), str(expected))


CHECKS: tuple[tuple[Invariant, Callable[[View], Iterator[Finding]], Callable[[View], int]], ...] = (
    (Invariant.ORDERS_TOLD, told, lambda view: len(view.ordered)),
)
