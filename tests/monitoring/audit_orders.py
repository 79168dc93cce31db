"""Histories in which departments read where the orders to them stand."""

from dataclasses import dataclass, field
from datetime import date

import msgspec
from audit_history import Fields, History, wire

from monitoring.auditor import feed
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
