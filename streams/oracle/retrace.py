"""Intake worked out again: every source record under the day and law its own output names, every tick as it came.

``reigns`` says how far it can be proved that the day named was the day of that place in history.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from schemas.codec import Codec, SchemaFault
from streams.core import ids
from streams.core.events import Accepted, EventKind, LawChange, SubjectKind, Tick
from streams.desk import Desk
from streams.engine.ports import Output
from streams.examine import Examiner, Ruling, Source, forwarded, quarantined
from streams.oracle.days import Days
from streams.oracle.difference import Difference, Headers, between, headed
from streams.oracle.expiry import Wanted
from streams.oracle.history import History, Message
from streams.oracle.reigns import Claim, Reign, misjudged, worked_off
from streams.oracle.sealed import Sealing
from streams.tally import SOURCE_HEADER
from streams.wire import from_avro, source_key, subject_partition, to_avro

_FORWARDED = (EventKind.TICK, EventKind.LAW)
_CLOCK: dict[str, type[Tick | LawChange]] = {"ClockTick": Tick, "LawActivation": LawChange}
_MOST = 1 << 24  # bytes of a record of our own


class _Sent(NamedTuple):
    """A source record with what intake made of it."""

    source: Source
    message: Message
    held: Message | None  # on ``accepted``
    receipt: Message
    said: Reign  # what it says it judged by

    @property
    def where(self) -> str:
        return f"{self.source.topic}:{self.source.partition}:{self.source.offset}"


def source_headers(message: Message) -> Headers:
    """What intake writes beside an accepted record: when its source came."""
    return ((SOURCE_HEADER, str(message.timestamp_ms).encode()),)


def rejected(codec: Codec, receipt: bytes | None) -> bool:
    """Written by intake; casework writes all others, in an order of its own."""
    try:
        said = codec.decode(receipt, frozenset({"Receipt"}), max_bytes=_MOST).value
    except SchemaFault:
        return False
    return bool(said["outcome"] == "rejected")


class Retrace:
    """``order``: what ``accepted`` holds, by partition. ``outputs``: receipts and quarantine that intake should have
    written, ``sealing``: the identities, ``expired``: accepted records whose source is no longer kept; all complete
    once ``clock`` and ``intake`` have run to their ends."""

    def __init__(self, desk: Desk, examiner: Examiner, history: History) -> None:
        self._desk = desk
        self._examiner = examiner
        self._history = history
        self.order: dict[int, list[Accepted]] = {}
        self.outputs: list[Wanted] = []
        self.sealing = Sealing()
        self.expired = 0
        self._accepted: dict[str, list[Message]] = {}  # by receipt id; more than one is a difference
        self._clocked: dict[int, list[Message]] = {}  # ticks and law events by partition
        self._clocked_before: dict[str, int] = {}  # by receipt id, of records in the partition of their own task
        self._reigns: dict[int, list[Reign]] = {}  # what ruled after each record of a partition's clock
        channels = desk.catalogue.channels_of("receipts")
        topics = [desk.catalogue.name("receipts", channel) for channel in channels]
        self._receipts: dict[bytes | None, Message] = {}
        for message in (m for name in topics for m in history.of(name)):
            self._receipts.setdefault(message.key, message)  # a second one is a difference later

    def accepted(self) -> Iterator[Difference | None]:
        """``accepted`` is readable and holds nothing twice."""
        for message in self._history.of("accepted"):
            where = f"accepted {message.partition}:{message.offset}"
            try:
                value = self._desk.codec.decode(message.value, frozenset({"Accepted"}), max_bytes=_MOST).value
            except SchemaFault as fault:
                yield Difference(where, "an accepted record", str(fault))
                continue
            event = from_avro(value, Accepted)
            self.order.setdefault(message.partition, []).append(event)
            clocked = self._clocked.setdefault(message.partition, [])
            if event.kind in _FORWARDED:
                clocked.append(message)
            elif event.source_partition == message.partition:
                self._clocked_before[event.receipt_id] = len(clocked)
            # a growth gave each new partition the ticks of the one it came from (docs/growth.md)
            name = f"{event.receipt_id}:{message.partition}" if event.kind in _FORWARDED else event.receipt_id
            same = self._accepted.setdefault(name, [])
            same.append(message)
            yield None if len(same) == 1 else Difference(where, f"{event.receipt_id} once", "once more")

    def clock(self) -> Iterator[Difference | None]:
        """``accepted`` N holds the ticks and law events of ``clock`` N: all read so far, once, in order; one that came
        of a growth begins with those of the partition it came from, up to the growth."""
        written = self._history.partitions("clock")
        for partition in sorted(written.keys() | self._clocked.keys()):
            own, seen = written.get(partition, []), self._clocked.get(partition, [])
            before = self._inherited(partition, seen, written)
            wanted = list(self._obeyed(partition, [*before, *own]))
            for number in range(max(len(wanted), len(seen))):
                left = wanted[number] if number < len(wanted) else None
                right = seen[number] if number < len(seen) else None
                where = f"accepted {partition}, tick or law event {number}"
                said = None if right is None else right.value
                yield between(self._desk.codec, where, left, said) or headed(where, (), right)
            since = [m.value for m in written.get(before[0].partition, [])[len(before) :]] if before else []
            if before and since != [message.value for message in own]:
                yield Difference(
                    f"clock {partition} since the growth", f"what clock {before[0].partition} holds", "other"
                )

    def _inherited(self, partition: int, seen: list[Message], written: Mapping[int, list[Message]]) -> list[Message]:
        """What another partition's clock had told when this one was made of it."""
        copied = [one for one in (self._event(message) for message in seen) if one.source_partition != partition]
        if not copied:
            return []
        last = max(one.source_offset for one in copied)
        return [m for m in written.get(copied[0].source_partition, []) if m.offset <= last]

    def _event(self, message: Message) -> Accepted:
        value = self._desk.codec.decode(message.value, frozenset({"Accepted"}), max_bytes=_MOST).value
        return from_avro(value, Accepted)

    def _obeyed(self, partition: int, messages: list[Message]) -> Iterator[bytes]:
        """What intake makes of one partition of the clock; what is not of the clock moves nothing."""
        days, reigns = Days(), self._reigns.setdefault(partition, [])
        admitted = self._desk.catalogue.admitted("clock")
        for message in messages:
            source = Source("clock", "clock", "", message.partition, message.offset)
            try:
                decoded = self._desk.codec.decode(message.value, admitted)
            except SchemaFault as fault:
                if message.partition == partition:
                    self._quarantine(source, "", fault.code, message)
                continue
            payload = from_avro(decoded.value, _CLOCK[decoded.record])
            event = forwarded(source, payload, days.day, days.digest)
            yield self._desk.codec.encode("Accepted", to_avro(event))
            if isinstance(payload, Tick):
                days.tick(payload.day)
            else:
                days.announce(event)
            days.change_law()
            reigns.append((days.day, days.digest))

    def intake(self, families: tuple[str, ...]) -> Iterator[Difference | None]:
        """Each source record examined again, and nothing accepted that nobody sent."""
        sent = {m.receipt_id: m for events in self.order.values() for m in events if m.kind not in _FORWARDED}
        for partition, sources in sorted(self._sources(families).items()):
            known: dict[tuple[str, int], _Sent] = {}
            for source, message in sources:
                receipt_id = ids.receipt_id(source.topic, partition, source.offset)
                sent.pop(receipt_id, None)
                receipt = self._receipts.get(source_key(source.topic, partition, source.offset))
                if receipt is None:
                    yield Difference(f"{source.topic}:{partition}:{source.offset}", "one receipt", "none")
                    continue
                held = self._accepted.get(receipt_id, [None])[0]
                known[source.topic, source.offset] = _Sent(source, message, held, receipt, self._judged(held, receipt))
            yield from self._in_order(partition, known)
            for one in known.values():
                yield self._again(one)
        for receipt_id, event in sorted(sent.items()):
            if self._history.expired(event.source_topic, event.source_partition, event.source_offset):
                self._expired(event)
            else:
                yield Difference(f"accepted {receipt_id}", "a record that a department sent", "none")

    def _expired(self, event: Accepted) -> None:
        """The source is gone; what it must have carried is known from the record itself."""
        self.expired += 1
        if event.subject_kind is not SubjectKind.NAME_ONLY:
            assert event.intake_day is not None  # else it was no reign of the clock
            self.sealing.demand(event, event.intake_day, None, examined=False)

    def _sources(self, families: tuple[str, ...]) -> dict[int, list[tuple[Source, Message]]]:
        """What each intake task had to work off."""
        found: dict[int, list[tuple[Source, Message]]] = {}
        for family in families:
            for channel in self._desk.catalogue.channels_of(family) or (None,):
                name = self._desk.catalogue.name(family, channel)
                sender = self._desk.catalogue.answered(name)
                for message in self._history.of(name):
                    source = Source(name, family, sender, message.partition, message.offset)
                    found.setdefault(message.partition, []).append((source, message))
        return found

    def _in_order(self, partition: int, known: dict[tuple[str, int], _Sent]) -> Iterator[Difference]:
        """The days and laws that one task says it judged by, against the order it worked in."""
        claims = worked_off([self._claim(one) for one in known.values()])
        if claims is None:
            where = f"accepted and receipts of the records of partition {partition}"
            yield Difference(where, "one order of work", "orders that contradict each other")
            return
        for claim, ruled in misjudged(self._reigns.get(partition, []), claims):
            expected = f"a day and law of clock {partition}, in order" if ruled is None else f"{ruled}, as clocked"
            yield Difference(known[claim.place].where, expected, f"{claim.said}")

    def _claim(self, sent: _Sent) -> Claim:
        place, said = (sent.source.topic, sent.source.offset), sent.said
        if sent.held is not None:
            clocked = self._clocked_before.get(ids.receipt_id(place[0], sent.source.partition, place[1]))
            return Claim(place, said, (("accepted", sent.held.partition), sent.held.offset), clocked)
        if not rejected(self._desk.codec, sent.receipt.value):
            return Claim(place, said)
        return Claim(place, said, ((sent.receipt.topic, sent.receipt.partition), sent.receipt.offset))

    def _judged(self, held: Message | None, receipt: Message) -> Reign:
        """Day and law that intake says it judged by."""
        try:
            if held is not None:
                said = self._desk.codec.decode(held.value, max_bytes=_MOST).value
                return said["intake_day"], said["law_digest"]
            said = self._desk.codec.decode(receipt.value, frozenset({"Receipt"}), max_bytes=_MOST).value
        except SchemaFault:
            return None, None
        return said["day"], said["law_digest"]

    def _again(self, sent: _Sent) -> Difference | None:
        """The record examined again, under the day and law it was judged by."""
        codec, source, held = self._desk.codec, sent.source, sent.held
        day, digest = sent.said
        assert day is not None and digest is not None  # else it was no reign of the clock
        ruling = self._examiner.examine(source, sent.message.value, day, self._desk.law(digest))
        if ruling.accepted is None:
            self._refused(source, ruling, sent.message)
            return between(codec, f"{sent.where} accepted", None, None if held is None else held.value)
        if held is None:
            return Difference(sent.where, "accepted", "rejected")
        if ruling.identity is not None:
            law = self._desk.law(digest)
            self.sealing.demand(
                ruling.accepted, day, self._examiner.display(ruling.accepted, ruling.identity, day, law)
            )
        partition = subject_partition(ruling.accepted.subject, self._desk.partitions)
        if held.partition != partition:
            return Difference(sent.where, f"accepted {partition}", f"accepted {held.partition}")
        where, wanted = f"{sent.where} accepted", codec.encode("Accepted", to_avro(ruling.accepted))
        return between(codec, where, wanted, held.value) or headed(where, source_headers(sent.message), held)

    def _refused(self, source: Source, ruling: Ruling, message: Message) -> None:
        receipt = ruling.receipt
        assert receipt is not None
        self._want(self._desk.messages.receipt(receipt), message)
        if ruling.quarantine is not None:
            self._quarantine(source, receipt.receipt_id, ruling.quarantine, message)

    def _quarantine(self, source: Source, receipt_id: str, code: str, message: Message) -> None:
        kept = self._desk.codec.encode("QuarantinedRecord", quarantined(source, receipt_id, code, message.value))
        key = source_key(source.topic, source.partition, source.offset)
        self._want(Output(self._desk.messages.topic("quarantine"), key, kept), message)

    def _want(self, output: Output, message: Message) -> None:
        """Intake works off one partition of one topic in order; between topics its order is not known."""
        self.outputs.append(Wanted(output, f"{message.topic}:{message.partition}", message.timestamp_ms))
