"""The job of the bench: what every contestant does with one event, by the same pure parts of the pipeline.

A contestant brings its own way of reading, writing, committing and keeping state, and calls ``examine`` for each
record of ``events.court`` and ``decide`` for each of ``accepted``. Today and the law do not change during a run.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple, Self

import msgspec

from schemas.codec import Codec
from streams.core.decide import decide
from streams.core.due import next_day
from streams.core.events import Accepted
from streams.core.evolve import evolve
from streams.core.law import LawBook
from streams.core.standing import Standing
from streams.engine.collector import settle
from streams.engine.ports import Output
from streams.engine.state import Entry, pack, unpack
from streams.examine import Examiner, Source, quarantined
from streams.identity import Keyring
from streams.law import loader
from streams.messages import Messages
from streams.wire import from_avro, subject_partition
from topics.catalogue import Catalogue

CHANNEL = "court"
DAY = date(2026, 10, 8)
_ACCEPTED = frozenset({"Accepted"})


class Event(NamedTuple):
    """One record of ``events.court``."""

    partition: int
    key: bytes
    value: bytes


class Config(NamedTuple):
    """What a contestant's process is told, as JSON in its first argument."""

    bootstrap: str
    folder: str  # its own, for state on disk
    keys: str  # folder of the keyring all contestants share
    partitions: int

    @classmethod
    def of_this_process(cls) -> Self:
        return cls(**json.loads(sys.argv[1]))

    def as_argument(self) -> str:
        return json.dumps(self._asdict())


class Job:
    """The pure parts put together as both agents have them."""

    def __init__(self, keys: Path, partitions: int, law: LawBook | None = None) -> None:
        self.codec = Codec.load()
        self.catalogue = Catalogue.load()
        self.keyring = Keyring.load(keys, self.catalogue.channels, create=True)
        self.messages = Messages(self.codec, self.catalogue, "", self.keyring)
        self.law = law or loader.load()
        self.partitions = partitions
        admitted = {family: self.catalogue.admitted(family) for family in self.catalogue.families}
        self.examiner = Examiner(self.codec, admitted, self.keyring, allow_synthetic=True)
        self.events = self.messages.topic("events", CHANNEL)
        self.accepted = self.messages.topic("accepted")
        self._sealed: set[bytes] = set()

    @classmethod
    def of(cls, config: Config) -> "Job":
        """The job of a contestant's process, with the collector set as our worker sets its own."""
        job = cls(Path(config.keys), config.partitions)
        settle()
        return job

    def examine(self, topic: str, partition: int, offset: int, value: bytes | None) -> list[Output]:
        """Stage 1: what a record of ``events.court`` leads to - the accepted record and the sealed identity, or the
        receipt of a rejection."""
        source = Source(topic, "events", CHANNEL, partition, offset)
        ruling = self.examiner.examine(source, value, DAY, self.law)
        if ruling.receipt is not None:
            outputs = [self.messages.receipt(ruling.receipt)]
            if ruling.quarantine is not None:
                fields = quarantined(source, ruling.receipt.receipt_id, ruling.quarantine, value)
                raw = self.codec.encode("QuarantinedRecord", fields)
                outputs.append(Output(self.messages.topic("quarantine"), None, raw))
            return outputs
        accepted = ruling.accepted
        assert accepted is not None
        number = subject_partition(accepted.subject, self.partitions)
        raw = self.codec.encode("Accepted", accepted)
        outputs = [Output(self.accepted, accepted.subject.encode(), raw, number)]
        if ruling.identity is not None:
            name = f"{accepted.subject}:{accepted.name_check}".encode()
            if name not in self._sealed:
                self._sealed.add(name)
                sealed = self.examiner.seal(accepted, ruling.identity, DAY)
                outputs.append(Output(self.messages.topic("identities"), *sealed, number))
        return outputs

    def decide(self, value: bytes, state: bytes | None, partition: int) -> tuple[list[Output], bytes]:
        """Stage 2: what a record of ``accepted`` leads to, and the subject's new state (as the engine packs it)."""
        event = from_avro(self.codec.decode(value, _ACCEPTED, max_bytes=1 << 24).value, Accepted)
        entry = unpack(state)
        standing = Standing(event.subject) if entry is None else msgspec.msgpack.decode(entry.value, type=Standing)
        verdict = decide(standing, event, self.law, DAY)
        assert verdict.receipt is not None
        outputs = [self.messages.receipt(verdict.receipt)]
        for decision in verdict.decisions:
            standing = evolve(standing, decision)
            outputs.extend(self.messages.of(decision, standing, self.law, partition))
        due = next_day(standing, self.law, DAY)
        packed = pack(Entry(msgspec.msgpack.encode(standing), None if due is None else due.toordinal()))
        assert packed is not None
        return outputs, packed


def alone(job: Job, events: Iterable[Event]) -> Iterator[Output]:
    """The job without Kafka: both stages of every event in turn, state in a dict. What all contestants share."""
    offsets, states = [0] * job.partitions, dict[bytes, bytes]()
    for partition, _, value in events:
        outputs = job.examine(job.events, partition, offsets[partition], value)
        offsets[partition] += 1
        for output in outputs:
            if output.topic == job.accepted:
                assert output.key is not None and output.value is not None and output.partition is not None
                decided, states[output.key] = job.decide(output.value, states.get(output.key), output.partition)
                yield from decided
        yield from outputs
