"""Agent 2, 办理: one subject at a time, decide what an event means under the law in force, and tell whom it concerns.

The step is a thin shell around ``core.decide`` and ``core.evolve``: it knows where standings are kept and which
topic hears of what, and nothing about credit.
"""

from datetime import date

import msgspec

from streams import era as eras
from streams.core.decide import decide
from streams.core.decisions import Decision, DecisionKind, Receipt
from streams.core.due import next_day
from streams.core.events import Accepted, EventKind
from streams.core.evolve import evolve
from streams.core.law import LawBook
from streams.core.standing import Standing
from streams.desk import Desk
from streams.engine.ports import Record, State, Transaction
from streams.era import Era
from streams.tally import SOURCE_HEADER, Tally
from streams.wire import from_avro

TOKEN_BYTES = 16
_ADMITTED = frozenset({"Accepted"})


class CaseworkStep:
    """The logic of one casework task: partition N of ``accepted`` and the standings that live there."""

    def __init__(self, partition: int, desk: Desk, tally: Tally) -> None:
        self._partition = partition
        self._codec = desk.codec
        self._law = desk.law
        self._answered = desk.catalogue.answered
        self._messages = desk.messages
        self._chunk = desk.chunk
        self._tally = tally
        self._era = Era()
        self._stored = Era()  # as the state holds it
        self._dirty: dict[str, tuple[Standing, LawBook, date]] = {}  # with the law and day last seen

    def begin(self, state: State) -> None:
        self._era = self._stored = eras.load(state.get(eras.KEY))

    def ready(self, topic: str) -> bool:
        return True

    def handle(self, record: Record, tx: Transaction) -> bool:
        """One record of ``accepted``. False while a tick or law event still has subjects to move."""
        event = from_avro(self._codec.decode(record.value, _ADMITTED, max_bytes=1 << 24).value, Accepted)
        era = self._era
        if event.kind is EventKind.TICK:
            assert event.tick is not None
            return self._move(era.ticked(event.tick.day), event, tx)
        if event.kind is EventKind.LAW:
            already = era.change is not None and era.change.receipt_id == event.receipt_id
            return self._move(era if already else era.announced(event), event, tx)
        receipt = self._decide(event, event.subject, *self._judged_by(event), tx)
        assert receipt is not None
        tx.emit(self._messages.receipt(receipt))
        code = receipt.faults[0].code if receipt.faults else None
        self._tally.receipt(self._answered(event.source_topic), receipt.outcome, code)
        for name, value in record.headers:
            if name == SOURCE_HEADER:
                self._tally.source(int(value))
        return True

    def flush(self, tx: Transaction) -> None:
        """One encode per subject and transaction, however often it changed."""
        for subject, (standing, law, day) in self._dirty.items():
            due = next_day(standing, law, self._era.day or day)
            key = bytes.fromhex(subject)
            if standing == Standing(subject):  # erased: nothing is kept of it
                tx.state.delete(key)
                continue
            tx.state.put(key, msgspec.msgpack.encode(standing), None if due is None else due.toordinal())
        self._dirty.clear()
        if self._era != self._stored:
            tx.state.put(eras.KEY, eras.dump(self._era))
            self._stored = self._era

    def rollback(self) -> None:
        self._dirty.clear()
        self._tally.rollback()

    def _judged_by(self, event: Accepted) -> tuple[LawBook, date]:
        """Law and day for a record: this partition's, or where it is behind the newest that intake is known to have
        checked with.

        Intake's tasks run apart, so a record may come before this partition's tick of the same day, even the first,
        and one of an older day or book after it: days and books never go back.
        """
        assert event.intake_day is not None and event.law_digest is not None
        self._era = self._era.met(event.intake_day, event.law_digest)
        day, digest = self._era.judging
        return self._law(digest), day

    def _move(self, era: Era, event: Accepted, tx: Transaction) -> bool:
        """A bounded part of what a tick or a law event moves; what is left is remembered in the era."""
        self._era = era
        if era.work is None or era.day is None or era.due_by is None:
            return True
        self.flush(tx)
        if era.work == "sweep":
            return self._sweep(era, event, tx)
        law = self._law(era.due_by)
        keys = tx.state.due(era.day.toordinal(), self._chunk)
        for key in keys:
            self._decide(event, key.hex(), law, era.day, tx)
        if len(keys) == self._chunk:
            return False
        self._era = msgspec.structs.replace(era, work=None)
        return True

    def _sweep(self, era: Era, event: Accepted, tx: Transaction) -> bool:
        assert era.change is not None and era.law is not None and era.day is not None
        law = self._law(era.law)
        keys = tx.state.keys_after(era.cursor, self._chunk)
        for key in keys:
            if len(key) == TOKEN_BYTES and not self._passed_over(era, key.hex(), tx):
                self._decide(era.change, key.hex(), law, era.day, tx)
        if len(keys) == self._chunk:
            self._era = msgspec.structs.replace(era, cursor=keys[-1])
            return False
        ticking = event.kind is EventKind.TICK
        self._era = msgspec.structs.replace(era, work="due" if ticking else None, cursor=b"")
        return not ticking

    def _passed_over(self, era: Era, subject: str, tx: Transaction) -> bool:
        return era.ahead is not None and era.passes_over(self._standing(subject, tx.state).last_day)

    def _decide(self, event: Accepted, subject: str, law: LawBook, day: date, tx: Transaction) -> Receipt | None:
        """Decide and evolve one subject."""
        standing = self._standing(subject, tx.state)
        verdict = decide(standing, event, law, day)
        for decision in verdict.decisions:
            before, standing = standing, evolve(standing, decision)
            self._tell(decision, standing, law, tx)
            if decision.kind is DecisionKind.ERASED:
                for output in self._messages.erasure(decision, before, self._partition):
                    tx.emit(output)
        moved = event.kind in (EventKind.TICK, EventKind.LAW)  # the next due day changes even if nothing was decided
        if verdict.decisions or moved:
            self._dirty[subject] = (standing, law, day)
        if event.kind is EventKind.TICK and (following := next_day(standing, law, day)) and following <= day:
            raise RuntimeError(f"a tick left {following} due on {day}: the core must move what is due")
        return verdict.receipt

    def _standing(self, subject: str, state: State) -> Standing:
        if (kept := self._dirty.get(subject)) is not None:
            return kept[0]
        raw = state.get(bytes.fromhex(subject))
        return Standing(subject) if raw is None else msgspec.msgpack.decode(raw, type=Standing)

    def _tell(self, decision: Decision, standing: Standing, law: LawBook, tx: Transaction) -> None:
        for output in self._messages.of(decision, standing, law, self._partition):
            tx.emit(output)
        self._tally.decision(decision.kind)
        lifted = sum(obligation.state == "lifting" for obligation in decision.changed)
        self._tally.obligations(len(decision.raised), lifted)
