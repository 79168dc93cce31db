"""Intake worked out again: every source record under the day and law its own output names, every tick as it came."""

from collections.abc import Iterator
from datetime import date

from schemas.codec import SchemaFault
from streams.core import ids
from streams.core.events import Accepted, EventKind, LawChange, Tick
from streams.desk import Desk
from streams.engine.ports import Output
from streams.examine import Examiner, Source, forwarded
from streams.oracle.days import Days
from streams.oracle.difference import Difference, between
from streams.oracle.history import History, Message
from streams.wire import from_avro, source_key, subject_partition, to_avro

_FORWARDED = (EventKind.TICK, EventKind.LAW)
_CLOCK: dict[str, type[Tick | LawChange]] = {"ClockTick": Tick, "LawActivation": LawChange}
_MOST = 1 << 24  # bytes of a record of our own


class Retrace:
    """``order``: what ``accepted`` holds, by partition. ``rejections``: the receipts intake should have written,
    complete once ``intake`` has run to its end."""

    def __init__(self, desk: Desk, examiner: Examiner, history: History) -> None:
        self._desk = desk
        self._examiner = examiner
        self._history = history
        self.order: dict[int, list[Accepted]] = {}
        self.rejections: list[Output] = []
        self._accepted: dict[str, list[Message]] = {}  # by receipt id; more than one is a difference
        self._clocked: dict[int, list[Message]] = {}  # ticks and law events by partition
        self._reigns: dict[int, list[tuple[date, str]]] = {}  # day and law, as the clock of a partition changed them
        channels = desk.catalogue.channels_of("receipts")
        topics = [desk.catalogue.name("receipts", channel) for channel in channels]
        self._receipts = {m.key: m for name in topics for m in history.of(name)}

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
            if event.kind in _FORWARDED:
                self._clocked.setdefault(message.partition, []).append(message)
            same = self._accepted.setdefault(event.receipt_id, [])
            same.append(message)
            yield None if len(same) == 1 else Difference(where, f"{event.receipt_id} once", "once more")

    def clock(self) -> Iterator[Difference | None]:
        """``accepted`` N holds the ticks and law events of ``clock`` N: all read so far, once, in order."""
        written = self._history.partitions("clock")
        for partition in sorted(written.keys() | self._clocked.keys()):
            wanted = list(self._obeyed(partition, written.get(partition, [])))
            seen = [message.value for message in self._clocked.get(partition, [])]
            for number in range(max(len(wanted), len(seen))):
                left = wanted[number] if number < len(wanted) else None
                right = seen[number] if number < len(seen) else None
                where = f"accepted {partition}, tick or law event {number}"
                yield between(self._desk.codec, where, left, right)

    def _obeyed(self, partition: int, messages: list[Message]) -> Iterator[bytes]:
        """What intake makes of one partition of the clock; what is not of the clock moves nothing."""
        days, reigns = Days(), self._reigns.setdefault(partition, [])
        admitted = self._desk.catalogue.admitted("clock")
        for message in messages:
            try:
                decoded = self._desk.codec.decode(message.value, admitted)
            except SchemaFault:
                continue
            source = Source("clock", "clock", "", partition, message.offset)
            payload = from_avro(decoded.value, _CLOCK[decoded.record])
            event = forwarded(source, payload, days.day, days.digest)
            yield self._desk.codec.encode("Accepted", to_avro(event))
            if isinstance(payload, Tick):
                days.tick(payload.day)
            else:
                days.announce(event)
            days.change_law()
            if days.day is not None and days.digest is not None:
                reigns.append((days.day, days.digest))

    def intake(self, families: tuple[str, ...]) -> Iterator[Difference | None]:
        """Each source record examined again, and nothing accepted that nobody sent."""
        sent = {m.receipt_id for events in self.order.values() for m in events if m.kind not in _FORWARDED}
        for family in families:
            for channel in self._desk.catalogue.channels_of(family):
                name = self._desk.catalogue.name(family, channel)
                for partition, messages in self._history.partitions(name).items():
                    reign = 0
                    for message in messages:
                        source = Source(name, family, channel, partition, message.offset)
                        sent.discard(ids.receipt_id(name, partition, message.offset))
                        difference, reign = self._again(source, message, reign)
                        yield difference
        for receipt_id in sorted(sent):
            yield Difference(f"accepted {receipt_id}", "a record that a department sent", "none")

    def _again(self, source: Source, message: Message, reign: int) -> tuple[Difference | None, int]:
        """``reign``: place in the history of days and laws that the record before was judged at; it never goes back."""
        where = f"{source.topic}:{source.partition}:{source.offset}"
        held = self._accepted.get(ids.receipt_id(source.topic, source.partition, source.offset), [None])[0]
        receipt = self._receipts.get(source_key(source.topic, source.partition, source.offset))
        if receipt is None:
            return Difference(where, "one receipt", "none"), reign
        judged = self._judged(held, receipt)
        reigns = self._reigns.get(source.partition, [])
        found = next((n for n in range(reign, len(reigns)) if reigns[n] == judged), None)
        if found is None:
            return Difference(where, f"a day and law of clock {source.partition}, in order", f"{judged}"), reign
        return self._examined(source, message, held, *reigns[found]), found

    def _judged(self, held: Message | None, receipt: Message) -> tuple[date | None, str | None]:
        """Day and law that intake says it judged by."""
        try:
            if held is not None:
                said = self._desk.codec.decode(held.value, max_bytes=_MOST).value
                return said["intake_day"], said["law_digest"]
            said = self._desk.codec.decode(receipt.value, frozenset({"Receipt"}), max_bytes=_MOST).value
        except SchemaFault:
            return None, None
        return said["day"], said["law_digest"]

    def _examined(
        self, source: Source, message: Message, held: Message | None, day: date, digest: str
    ) -> Difference | None:
        codec, where = self._desk.codec, f"{source.topic}:{source.partition}:{source.offset}"
        ruling = self._examiner.examine(source, message.value, day, self._desk.law(digest))
        if ruling.accepted is None:
            assert ruling.receipt is not None
            self.rejections.append(self._desk.messages.receipt(source.channel, ruling.receipt))
            return between(codec, f"{where} accepted", None, None if held is None else held.value)
        if held is None:
            return Difference(where, "accepted", "rejected")
        partition = subject_partition(ruling.accepted.subject, self._desk.partitions)
        if held.partition != partition:
            return Difference(where, f"accepted {partition}", f"accepted {held.partition}")
        return between(codec, f"{where} accepted", codec.encode("Accepted", to_avro(ruling.accepted)), held.value)
