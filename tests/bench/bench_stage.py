"""One contestant on a stage of its own: a fresh broker, the same events waiting, one process, the outputs looked at.

A quarter of the events warms everything up: both programs, their connections, the broker's just-in-time compiler. When
each of them has its receipt the contestant is stopped where it stands (SIGSTOP), the counted events are written, and it
goes on (SIGCONT): from there to the last receipt its events per second are counted. So starting up is left out, nobody
has a head start, and nobody shares the machine with the publisher.
"""

import asyncio
import hashlib
import os
import signal
import subprocess
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import psutil
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from bench_job import CHANNEL, DAY, Config, Event, Job, alone

from streams import clock
from streams.app import Parts
from streams.law import loader
from streams.local.errors import tail
from streams.local.processes import die_with_parent
from streams.local.progress import Silent
from streams.local.stack import running
from streams.oracle import history
from streams.settings import Settings
from topics import admin
from topics.catalogue import Catalogue

HERE = Path(__file__).parent
COMPARED = ("receipts", "decisions", "sanctions", "sanctions.current", "rewards", "rewards.current", "notices")
OURS = "ours"
WRITTEN = (f"events.{CHANNEL}", "accepted", "identities", "quarantine", "publication")  # beside what is compared
PATIENCE_S = 240.0
LOOK_S = 0.25
WARM_PART = 4  # one event in so many warms up


class Contestant(NamedTuple):
    """``python``: the interpreter with its libraries; ``topics``: what it needs beside the pipeline's."""

    name: str
    script: str
    guarantee: str
    python: Path
    topics: tuple[str, ...] = ()


class Result(NamedTuple):
    """One run. ``seconds``, ``cpu_us`` (processor time of the process per event) and ``broker_us`` are of the counted
    events; ``digest``: over all outputs compared."""

    name: str
    events: int
    seconds: float
    cpu_us: float
    outputs: int
    digest: str
    receipts: int
    repeated: int  # records of all outputs that were there already: the pure parts write none twice
    counted: int  # of the events: those after the warm-up
    broker_us: float  # processor time of the broker per counted event

    @property
    def rate(self) -> float:
        return self.counted / self.seconds


class Failed(Exception):
    """A contestant ended or stalled; the message has the end of its log."""


@contextmanager
def stage(folder: Path, home: Path, contestant: Contestant) -> Iterator[Parts]:
    """A fresh broker with the topics the contestant needs - ours all of them, with the law in force and the day; gone
    at the end. ``home``: folder of the keyring."""
    with running(folder, want_clickhouse=False, progress=Silent()) as stack:
        assert stack.kafka_bootstrap is not None
        parts = Parts(Settings(data_dir=home, kafka_bootstrap=stack.kafka_bootstrap), stack.kafka_bootstrap)
        specs = {spec.name: spec for spec in parts.catalogue.topics()}
        if contestant.name == OURS:
            admin.create(parts.bootstrap, [*specs.values()])
            asyncio.run(_begin(parts))
        else:
            theirs = [specs[name] for name in (*WRITTEN, *(topic for topic, _ in compared(parts.catalogue)))]
            log = specs["casework-changelog"]
            admin.create(parts.bootstrap, [*theirs, *(log._replace(name=name) for name in contestant.topics)])
        yield parts


async def _begin(parts: Parts) -> None:
    book = loader.load()
    parts.shelf.publish(book)
    log = clock.ClockLog(parts.bootstrap, parts.messages.topic("clock"), parts.partitions)
    async with clock.opened(log, parts.codec, parts.shelf) as writer:
        await writer.activate(book.digest, DAY)
        await writer.tick_to(DAY)


async def publish(parts: Parts, events: Sequence[Event]) -> None:
    """Write all events, a partition's in order, so that every stage has the same offsets."""
    topic = parts.messages.topic("events", CHANNEL)
    async with AIOKafkaProducer(bootstrap_servers=parts.bootstrap, acks="all", max_batch_size=256 * 1024) as producer:
        sent = [await producer.send(topic, e.value, key=e.key, partition=e.partition) for e in events]
        await asyncio.gather(*sent)


@contextmanager
def process(contestant: Contestant, config: Config, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The contestant's one process; killed at the end."""
    root = HERE.parents[1]
    environment = {**os.environ, "PYTHONPATH": f"{HERE}:{root}"}
    with log.open("wb") as out:
        child = subprocess.Popen(
            [str(contestant.python), str(HERE / contestant.script), config.as_argument()],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=environment,
            cwd=log.parent,
            start_new_session=True,  # a signal it sends to its group must not end the bench
            preexec_fn=die_with_parent,  # noqa: PLW1509 one prctl, before exec, no other thread holds a lock it needs
        )
    try:
        yield child
    finally:
        child.terminate()
        with suppress(subprocess.TimeoutExpired):
            child.wait(5)
        child.kill()
        child.wait()


def run(contestant: Contestant, events: Sequence[Event], home: Path, number: int) -> Result:
    """One whole run. Raises Failed."""
    folder = home / f"{contestant.name}-{number}"
    folder.mkdir()
    warm = len(events) // WARM_PART
    with stage(folder / "broker", home, contestant) as parts:
        asyncio.run(publish(parts, events[:warm]))
        own = home if contestant.name == OURS else folder
        config = Config(parts.bootstrap, str(own), str(home / "keys"), parts.partitions)
        log = folder / "log"
        with process(contestant, config, log) as child:
            asyncio.run(_until_done(parts, warm, child, log))
            child.send_signal(signal.SIGSTOP)
            asyncio.run(publish(parts, events[warm:]))
            meters = psutil.Process(child.pid), _broker()
            before = [_busy(meter) for meter in meters]
            began = time.time()
            child.send_signal(signal.SIGCONT)
            asyncio.run(_until_done(parts, len(events), child, log))
            busy = [_busy(meter) - at for meter, at in zip(meters, before, strict=True)]
        return _result(contestant.name, parts, len(events), len(events) - warm, began, busy)


def _broker() -> psutil.Process:
    """The Java process that this one started for the stage."""
    children = psutil.Process().children(recursive=True)
    return next(child for child in children if "java" in child.name())


async def _until_done(parts: Parts, wanted: int, child: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for a receipt of each of the first ``wanted`` events. Raises Failed."""
    receipts = parts.messages.topic("receipts", CHANNEL)
    keys: set[bytes] = set()
    async with AIOKafkaConsumer(bootstrap_servers=parts.bootstrap, isolation_level="read_committed") as consumer:
        consumer.assign([TopicPartition(receipts, 0)])
        await consumer.seek_to_beginning()
        moved = time.monotonic()
        while len(keys) < wanted:
            found = await consumer.getmany(timeout_ms=0)
            for records in found.values():
                keys.update(record.key for record in records)
                moved = time.monotonic()
            if child.poll() is not None or time.monotonic() - moved > PATIENCE_S:
                raise Failed(f"{log}: {len(keys)} of {wanted} receipts, exit code {child.poll()}\n{tail(log)}")
            await asyncio.sleep(LOOK_S)


def _busy(meter: psutil.Process) -> float:
    times = meter.cpu_times()
    return float(times.user + times.system)


def _result(name: str, parts: Parts, events: int, counted: int, began: float, busy: Sequence[float]) -> Result:
    wanted = [topic for topic, _ in compared(parts.catalogue)]
    seen = history.read(parts.bootstrap, wanted, "")
    found = {topic: [_bytes(m.key, m.value) for m in seen.of(topic)] for topic in wanted}
    receipts = seen.of(parts.messages.topic("receipts", CHANNEL))
    ended = max(m.timestamp_ms for m in receipts) / 1000
    return Result(
        name,
        events,
        ended - began,
        busy[0] * 1e6 / counted,
        sum(map(len, found.values())) - repeated(found),
        digest(found),
        len({m.key for m in receipts}),
        repeated(found),
        counted,
        busy[1] * 1e6 / counted,
    )


def expected(job: Job, events: Sequence[Event]) -> str:
    """The digest of the outputs as the pure parts alone give them."""
    found: dict[str, set[bytes]] = {topic: set() for topic, _ in compared(job.catalogue)}
    for output in alone(job, events):
        if output.topic in found:
            found[output.topic].add(_bytes(output.key, output.value))
    return digest(found)


def compared(catalogue: Catalogue) -> list[tuple[str, str]]:
    """Topic and family of every output that must be the same whoever wrote it; sealing is random by nature."""
    channels = catalogue.channels_of
    return [(catalogue.name(family, one), family) for family in COMPARED for one in channels(family) or (None,)]


def repeated(found: Mapping[str, Collection[bytes]]) -> int:
    """How many records of all topics were there already in their topic: the digest does not see them.

    >>> repeated({"a": [b"1", b"2", b"1", b"1"], "b": [b"1"]})
    2
    """
    return sum(len(records) - len(set(records)) for records in found.values())


def digest(found: Mapping[str, Collection[bytes]]) -> str:
    """One digest over the distinct records of each topic, in whatever order they came.

    >>> digest({"a": [b"1", b"2"]}) == digest({"a": [b"2", b"1"]}), digest({"a": [b"1"]}) == digest({"b": [b"1"]})
    (True, False)
    >>> digest({"a": [b"1", b"1"]}) == digest({"a": [b"1"]})
    True
    """
    whole = hashlib.sha256()
    for topic in sorted(found):
        whole.update(topic.encode())
        for record in sorted({hashlib.sha256(one).digest() for one in found[topic]}):
            whole.update(record)
    return whole.hexdigest()


def _bytes(key: bytes | None, value: bytes | None) -> bytes:
    return (key or b"") + b"\0" + (value or b"")
