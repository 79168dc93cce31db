"""Which notices a person would have been owed under one law, collected decision by decision as ``stood`` does with
measures. Counted is who is told something of a record, not how often."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from streams.core.decisions import Decision
from streams.core.disclosed import Move
from streams.core.docket import BEFORE_BUREAU
from streams.core.standing import Standing


class Notified(NamedTuple):
    """A kind of notice about one document's record."""

    subject: str
    record: str  # receipt id
    kind: str


class Notices:
    """Every notice that is owed, with the last day on which it was."""

    def __init__(self, known: dict[Notified, date] | None = None) -> None:
        self._known = known or {}

    def copy(self) -> "Notices":
        return Notices(dict(self._known))

    def decided(self, decision: Decision, after: Standing) -> None:
        for one in _told(decision, after):
            self._known[one] = decision.decided_on

    def within(self, first: date) -> set[Notified]:
        """What was owed on any day from ``first`` on."""
        return {one for one, day in self._known.items() if day >= first}


def _told(decision: Decision, after: Standing) -> Iterator[Notified]:
    about = decision.entry or after.entries.get(decision.key or "")
    for kind in {one.kind for one in decision.notices} - {BEFORE_BUREAU}:
        if about is not None:
            yield Notified(decision.subject, about.receipt_id, kind)
    for fed in () if decision.moves is None else decision.moves.bureau:
        if fed.move is Move.BEGUN:
            yield Notified(decision.subject, after.entries[fed.record.key].receipt_id, BEFORE_BUREAU)
