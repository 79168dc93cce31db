"""``verify``: intake again on every source record, casework again on all of ``accepted``, then topic by topic and
row by row. The first difference ends it: what comes after one is mostly its consequence.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from streams.app import Parts
from streams.core import ids
from streams.core.events import Accepted, EventKind
from streams.engine.ports import Output
from streams.examine import Source
from streams.oracle import rows
from streams.oracle.difference import Difference, between
from streams.oracle.history import History, Message, read
from streams.oracle.recount import Recount
from streams.wire import from_avro, source_key, subject_partition, to_avro

SOURCES = ("events", "feedback", "cases")
WRITTEN = ("decisions", "receipts", "sanctions", "sanctions.current", "rewards", "rewards.current", "notices")


class Expected(NamedTuple):
    """What whoever wrote a sample record expects of it (side file)."""

    outcome: str
    code: str | None
    note: str


Expectations = dict[tuple[str, int, int], Expected]  # by source topic without prefix, partition, offset


class Verification(NamedTuple):
    """``difference`` None = match. ``checked``: how many of each were compared."""

    difference: Difference | None
    checked: dict[str, int]

    def __str__(self) -> str:
        return "match" if self.difference is None else str(self.difference)


def verify(
    parts: Parts,
    clickhouse_url: str | None = None,
    expectations: Expectations | None = None,
    progress: Callable[[str], None] = lambda step: None,
) -> Verification:
    """Compare the whole history with its recomputation. ``clickhouse_url`` None leaves the tables out."""
    checked: dict[str, int] = {}
    progress("read")
    families = [*SOURCES, *WRITTEN, "accepted", "clock"]
    topics = [name for family in families for name in _names(parts, family)]
    history = read(parts.bootstrap, topics, parts.settings.prefix)
    oracle = _Oracle(parts, history)
    steps: list[tuple[str, Callable[[], Iterator[Difference | None]]]] = [
        ("clock", oracle.clock),
        ("intake", oracle.intake),
        ("casework", oracle.casework),
        ("expectations", lambda: oracle.expectations(expectations or {})),
    ]
    if clickhouse_url is not None:
        url = clickhouse_url
        steps.append(("clickhouse", lambda: rows.compare(parts, history, url)))
    for name, step in steps:
        progress(name)
        checked[name] = 0
        for difference in step():
            if difference is not None:
                return Verification(difference, checked)
            checked[name] += 1
    return Verification(None, checked)


def _names(parts: Parts, family: str) -> list[str]:
    return [parts.catalogue.name(family, channel) for channel in parts.catalogue.channels_of(family) or (None,)]


class _Oracle:
    def __init__(self, parts: Parts, history: History) -> None:
        self._parts = parts
        self._history = history
        self._accepted: dict[str, tuple[Message, Accepted]] = {}
        self._order: dict[int, list[Accepted]] = {}
        self._receipts = {m.key: m for name in _names(parts, "receipts") for m in history.of(name)}
        self._rejected: list[Output] = []
        for message in history.of("accepted"):
            accepted = from_avro(parts.codec.decode(message.value, max_bytes=1 << 24).value, Accepted)
            self._accepted[accepted.receipt_id] = (message, accepted)
            self._order.setdefault(message.partition, []).append(accepted)

    def clock(self) -> Iterator[Difference | None]:
        """``accepted`` N holds the ticks and law events of ``clock`` N: all read so far, once, in order."""
        for partition, messages in self._history.partitions("clock").items():
            wanted = [ids.receipt_id("clock", m.partition, m.offset) for m in messages]
            moved = (EventKind.TICK, EventKind.LAW)
            seen = [a.receipt_id for a in self._order.get(partition, []) if a.kind in moved]
            where = f"accepted {partition}, ticks and law events"
            yield None if wanted == seen else Difference(where, f"{len(wanted)} as on clock", f"{len(seen)}")

    def intake(self) -> Iterator[Difference | None]:
        """Each source record examined again under the day and law its own output names."""
        found = 0
        for family in SOURCES:
            for channel in self._parts.catalogue.channels_of(family):
                for message in self._history.of(self._parts.catalogue.name(family, channel)):
                    source = Source(message.topic, family, channel, message.partition, message.offset)
                    found += source_key(message.topic, message.partition, message.offset) in self._receipts
                    yield self._again(source, message)
        sent = sum(a.kind not in (EventKind.TICK, EventKind.LAW) for _, a in self._accepted.values())
        known = found - len(self._rejected)
        yield None if sent == known else Difference("accepted", f"{known} records with a source", str(sent))

    def _again(self, source: Source, message: Message) -> Difference | None:
        codec, where = self._parts.codec, f"{source.topic}:{source.partition}:{source.offset}"
        held = self._accepted.get(ids.receipt_id(source.topic, source.partition, source.offset))
        receipt = self._receipts.get(source_key(source.topic, source.partition, source.offset))
        if receipt is None:
            return Difference(where, "one receipt", "none")
        if held is not None:
            day, digest = held[1].intake_day, held[1].law_digest
        else:
            said = codec.decode(receipt.value).value
            day, digest = said["day"], said["law_digest"]
        if day is None or digest is None:
            return Difference(where, "the day and law it was judged by", "none")
        ruling = self._parts.examiner.examine(source, message.value, day, self._parts.shelf.get(digest))
        if ruling.accepted is None:
            assert ruling.receipt is not None
            self._rejected.append(self._parts.messages.receipt(source.channel, ruling.receipt))
            return between(codec, f"{where} accepted", None, None if held is None else held[0].value)
        if held is None:
            return Difference(where, "accepted", "rejected")
        partition = subject_partition(ruling.accepted.subject, self._parts.partitions)
        if held[0].partition != partition:
            return Difference(where, f"accepted {partition}", f"accepted {held[0].partition}")
        return between(codec, f"{where} accepted", codec.encode("Accepted", to_avro(ruling.accepted)), held[0].value)

    def casework(self) -> Iterator[Difference | None]:
        """Everything casework should have written, against everything its topics hold."""
        wanted = list(self._rejected)
        for partition, events in sorted(self._order.items()):
            wanted += Recount(partition, self._parts.shelf.get, self._parts.messages).run(events).outputs
        by_topic: dict[str, list[Output]] = {}
        for output in wanted:
            by_topic.setdefault(output.topic.removeprefix(self._parts.settings.prefix), []).append(output)
        for family in WRITTEN:
            compacted = self._parts.catalogue.families[family].cleanup == "compact"
            for name in _names(self._parts, family):
                yield from self._topic(name, by_topic.get(name, []), compacted)

    def _topic(self, name: str, wanted: Iterable[Output], compacted: bool) -> Iterator[Difference | None]:
        """Values per key in order; of a compacted topic the last one (older ones may be gone)."""
        expected = _by_key((output.key, output.value) for output in wanted)
        seen = _by_key((message.key, message.value) for message in self._history.of(name))
        for key in sorted(expected.keys() | seen.keys()):
            one, other = expected.get(key, []), seen.get(key, [])
            if compacted:
                one, other = one[-1:], other[-1:]
            where = f"{name} key {key.decode(errors='replace')}"
            for number in range(max(len(one), len(other))):
                left = one[number] if number < len(one) else None
                right = other[number] if number < len(other) else None
                yield between(self._parts.codec, where, left, right)

    def expectations(self, expected: Expectations) -> Iterator[Difference | None]:
        """What the writer of a sample record expected, against its receipt."""
        for (topic, partition, offset), wanted in expected.items():
            message = self._receipts.get(source_key(topic, partition, offset))
            where = f"{topic}:{partition}:{offset} ({wanted.note})"
            if message is None:
                yield Difference(where, wanted.outcome, "no receipt")
                continue
            said = self._parts.codec.decode(message.value).value
            codes = [fault["code"] for fault in (*said["faults"], *said["warnings"])]
            right = said["outcome"] == wanted.outcome and (wanted.code is None or wanted.code in codes)
            seen = f"{said['outcome']} {codes}"
            yield None if right else Difference(where, f"{wanted.outcome} {wanted.code or ''}", seen)


def _by_key(pairs: Iterable[tuple[bytes | None, bytes | None]]) -> dict[bytes, list[bytes | None]]:
    found: dict[bytes, list[bytes | None]] = {}
    for key, value in pairs:
        found.setdefault(key or b"", []).append(value)
    return found
