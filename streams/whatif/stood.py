"""Which measures stood against or for whom, and until when, under one law: collected decision by decision."""

from collections.abc import Iterator
from datetime import date
from typing import Literal, NamedTuple, Protocol, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from streams.core.decisions import Decision, Entry, Obligation
from streams.core.law import LawBook
from streams.core.lifting import standing
from streams.core.standing import Standing
from streams.whatif.notified import Notices
from streams.whatif.seen import Sight, Sights

Direction = Literal["reached", "released", "longer", "shorter"]
DIRECTIONS: tuple[Direction, ...] = ("reached", "released", "longer", "shorter")


class Measured(NamedTuple):
    """One measure about one document for one department, whichever rule raised it."""

    subject: str
    record: str  # receipt id of the document's record
    measure: str
    executor: str


class Stood(Struct, frozen=True):
    """One proposal: since when, until when, and what is told of it in tables and samples."""

    measured: Measured
    born: date
    lifted: date | None  # the day on which it was told to be over
    ends_on: date | None  # last day as known
    severity: str
    item: str
    body: str
    rule: str
    decision_id: str

    @property
    def last(self) -> date:
        """Its last day: the one before the lifting, else the one that is known; ``date.max``: none is."""
        return self.ends_on or date.max if self.lifted is None else date.fromordinal(self.lifted.toordinal() - 1)

    def within(self, first: date) -> bool:
        """Whether it stood at the end of any day from ``first`` on. What is lifted on the day it was raised stood on
        none."""
        return self.last >= max(first, self.born)


class Register:
    """Everything that was proposed, by obligation, and beside it what others saw and what the person was told. A replay
    tells it each decision."""

    def __init__(
        self, known: dict[str, Stood] | None = None, sights: Sights | None = None, notices: Notices | None = None
    ) -> None:
        self._known = known or {}
        self.sights = sights or Sights()
        self.notices = notices or Notices()

    def copy(self) -> "Register":
        return Register(dict(self._known), self.sights.copy(), self.notices.copy())

    def decided(self, decision: Decision, after: Standing, book: LawBook) -> None:
        self.sights.decided(decision, after, book)
        self.notices.decided(decision, after)
        for one in decision.raised:
            assert decision.entry is not None
            self._known[one.obligation_id] = _raised(one, decision, decision.entry)
        for one in decision.changed:
            stood = self._known[one.obligation_id]
            over = None if standing(one) else stood.lifted or decision.decided_on
            self._known[one.obligation_id] = replace(stood, ends_on=one.ends_on, lifted=over)

    def within(self, first: date) -> dict[Measured, Stood]:
        """What stood on any day from ``first`` on; of several proposals of one measure the one that lasts longest."""
        found: dict[Measured, Stood] = {}
        for stood in self._known.values():
            before = found.get(stood.measured)
            if stood.within(first) and (before is None or stood.last > before.last):
                found[stood.measured] = stood
        return found


def _raised(one: Obligation, decision: Decision, entry: Entry) -> Stood:
    return Stood(
        measured=Measured(decision.subject, entry.receipt_id, one.measure, one.executor),
        born=decision.decided_on,
        lifted=None,
        ends_on=one.ends_on,
        severity=entry.severity.level,
        item=entry.determination.item,
        body=entry.determination.body,
        rule=one.rule,
        decision_id=decision.decision_id,
    )


class Lasting(Protocol):
    @property
    def last(self) -> date: ...


Of = TypeVar("Of", Measured, Sight)
Lasts = TypeVar("Lasts", bound=Lasting)


def changes(before: dict[Of, Lasts], after: dict[Of, Lasts]) -> Iterator[tuple[Direction, Lasts]]:
    """What differs between two laws, in a fixed order: who is newly reached, who is released, whose measure (or sight)
    lasts longer or shorter. Told is that of the law under which it stands (longer): the draft's."""
    for key in sorted(before.keys() | after.keys()):
        one, other = before.get(key), after.get(key)
        if one is None and other is not None:
            yield "reached", other
        elif one is not None and other is None:
            yield "released", one
        elif one is not None and other is not None and one.last != other.last:
            yield ("longer" if other.last > one.last else "shorter"), other
