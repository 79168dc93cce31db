"""Agent 1, 收件: reads what departments publish, checks it, replaces the identity by a token and seals it.

The step is the thin shell around ``examine``. It is also the only forwarder of ``clock`` N to ``accepted`` N: what
day it is, and which law is in force, changes here and in casework at the same place of history.
"""

from datetime import date
from typing import Any

from schemas.codec import Decoded, SchemaFault
from streams import era as eras
from streams.core.decisions import Receipt
from streams.core.events import Accepted, LawChange, Tick
from streams.core.law import LawBook
from streams.desk import Desk
from streams.engine.ports import Output, Record, State, Transaction
from streams.era import Era
from streams.examine import Examiner, Ruling, Source, forwarded, quarantined
from streams.identity.sealing import Identity
from streams.tally import SOURCE_HEADER, Tally
from streams.wire import from_avro, subject_partition

_SEALED_KEPT = 20_000  # identities this task has sealed on this day and need not seal again
_CLOCK: dict[str, type[Tick | LawChange]] = {"ClockTick": Tick, "LawActivation": LawChange}


class IntakeStep:
    """The logic of one intake task: partition N of ``events.*``, ``feedback.*``, ``cases.*`` and ``clock``."""

    def __init__(self, partition: int, desk: Desk, examiner: Examiner, tally: Tally) -> None:
        self._partition = partition
        self._desk = desk
        self._examiner = examiner
        self._tally = tally
        self._accepted_topic = desk.messages.topic("accepted")
        self._clock_topic = desk.messages.topic("clock")
        self._admitted_on_clock = desk.catalogue.admitted("clock")
        self._era = Era()
        self._stored = Era()  # as the state holds it
        self._sealed: dict[tuple[str, bytes], None] = {}  # topic and key
        self._sealed_on: date | None = None

    def begin(self, state: State) -> None:
        self._era = self._stored = eras.load(state.get(eras.KEY))

    def ready(self, topic: str) -> bool:
        """Before the first tick and law book nothing can be judged; the clock goes first."""
        return topic == self._clock_topic or self._era.begun

    def handle(self, record: Record, tx: Transaction) -> bool:
        era = self._era
        source = self._source(record)
        if source.family == "clock":
            self._forward(source, record, era, tx)
            return True
        assert era.day is not None and era.law is not None
        ruling = self._examiner.examine(source, record.value, era.day, self._desk.law(era.law))
        if ruling.receipt is not None:
            self._reject(source, ruling, ruling.receipt, record, tx)
        else:
            self._pass_on(ruling, record, era, tx)
        return True

    def flush(self, tx: Transaction) -> None:
        if self._era != self._stored:
            tx.state.put(eras.KEY, eras.dump(self._era))
            self._stored = self._era

    def rollback(self) -> None:
        self._sealed.clear()
        self._tally.rollback()

    def _source(self, record: Record) -> Source:
        family, _ = self._desk.catalogue.owner_of(record.topic, self._desk.prefix)
        topic = record.topic.removeprefix(self._desk.prefix)
        return Source(topic, family, self._desk.catalogue.answered(topic), record.partition, record.offset)

    def _forward(self, source: Source, record: Record, era: Era, tx: Transaction) -> None:
        try:
            decoded = self._desk.codec.decode(record.value, self._admitted_on_clock)
        except SchemaFault as fault:  # only our clock writes here; what is not of ours is kept and moves nothing
            self._quarantine(source, "", fault.code, record.value, tx)
            return
        accepted = self._obey(source, decoded, era)
        self._emit_accepted(accepted, self._partition, None, tx)

    def _obey(self, source: Source, decoded: Decoded, era: Era) -> Accepted:
        payload = from_avro(decoded.value, _CLOCK[decoded.record])
        accepted = forwarded(source, payload, era.day, era.law)
        self._era = era.ticked(payload.day) if isinstance(payload, Tick) else era.announced(accepted)
        return accepted

    def _reject(self, source: Source, ruling: Ruling, receipt: Receipt, record: Record, tx: Transaction) -> None:
        tx.emit(self._desk.messages.receipt(receipt))
        if ruling.quarantine is not None:
            self._quarantine(source, receipt.receipt_id, ruling.quarantine, record.value, tx)
        self._tally.receipt(source.channel, receipt.outcome, receipt.faults[0].code)
        self._tally.source(record.timestamp_ms)

    def _pass_on(self, ruling: Ruling, record: Record, era: Era, tx: Transaction) -> None:
        accepted = ruling.accepted
        assert accepted is not None and era.day is not None and era.law is not None
        if ruling.identity is not None:
            self._seal(accepted, ruling.identity, era.day, self._desk.law(era.law), tx)
        partition = subject_partition(accepted.subject, self._desk.partitions)
        self._emit_accepted(accepted, partition, record.timestamp_ms, tx)

    def _emit_accepted(self, accepted: Accepted, partition: int, source_ms: int | None, tx: Transaction) -> None:
        value = self._desk.codec.encode("Accepted", accepted)
        headers = () if source_ms is None else ((SOURCE_HEADER, str(source_ms).encode()),)
        tx.emit(Output(self._accepted_topic, accepted.subject.encode() or None, value, partition, headers))

    def _seal(self, accepted: Accepted, identity: Identity, day: date, law: LawBook, tx: Transaction) -> None:
        """The sealed identity and, where a State rule lets this person appear in public, the masked form."""
        topic, key = self._desk.messages.topic("identities"), f"{accepted.subject}:{accepted.name_check}".encode()
        partition = subject_partition(accepted.subject, self._desk.partitions)
        if self._first_today(topic, key, day):
            tx.emit(Output(topic, *self._examiner.seal(accepted, identity, day), partition))
        display = self._examiner.display(accepted, identity, day, law)
        topic = self._desk.messages.topic("displays")
        if display is not None and self._first_today(topic, key, day):
            tx.emit(Output(topic, *display, partition))

    def _first_today(self, topic: str, key: bytes, day: date) -> bool:
        """Whether this was not written yet; asked anew each day, because an erasure may have come between."""
        if day != self._sealed_on or len(self._sealed) >= _SEALED_KEPT:
            self._sealed.clear()
            self._sealed_on = day
        first = (topic, key) not in self._sealed
        self._sealed[topic, key] = None
        return first

    def _quarantine(self, source: Source, receipt_id: str, code: str, value: bytes | None, tx: Transaction) -> None:
        fields: dict[str, Any] = quarantined(source, receipt_id, code, value)
        key = f"{source.topic}:{source.partition}:{source.offset}".encode()
        tx.emit(
            Output(self._desk.messages.topic("quarantine"), key, self._desk.codec.encode("QuarantinedRecord", fields))
        )
