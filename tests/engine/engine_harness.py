"""A counting job on the real engine and a checker that knows nothing of it.

Every input record must give exactly one output; outputs of one key count 1, 2, 3 ... in the order written; the state
in the changelog is the fold of the outputs. The checker reads with plain consumers, read_committed.
"""

import asyncio
import hashlib
import json
import os
import random
import signal
import struct
import subprocess
import sys
import time
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from streams.engine.config import EngineConfig
from streams.engine.ports import AgentSpec, Output, Record, State, Transaction
from streams.engine.state import OFFSETS_KEY, unpack

HERE = Path(__file__).parent
COUNT = struct.Struct(">Q16s")  # records of this key, digest over their ids in order


def fold(state: bytes | None, record_id: bytes) -> bytes:
    count, digest = COUNT.unpack(state) if state else (0, b"")
    return COUNT.pack(count + 1, hashlib.sha256(digest + record_id).digest()[:16])


@dataclass(frozen=True)
class Job:
    """Topics and settings of one run; travels to the worker process as JSON."""

    bootstrap: str
    prefix: str
    topics: int = 2
    partitions: int = 4
    spin_us: int = 0  # work per record
    bug_at: int | None = None  # the step raises at this offset
    die_in: str | None = None  # topic whose first record takes two transactions; the worker dies once in between
    variant: str = "plain"  # see worker_main
    flags: str = ""  # folder through which a variant and the test talk
    config: dict[str, Any] = field(default_factory=dict)

    @property
    def inputs(self) -> tuple[str, ...]:
        return tuple(f"{self.prefix}in.{number:02d}" for number in range(self.topics))

    @property
    def output(self) -> str:
        return f"{self.prefix}out"

    @property
    def changelog(self) -> str:
        return f"{self.prefix}log"

    def engine_config(self) -> EngineConfig:
        values = {
            "app_id": f"{self.prefix}app",
            "bootstrap": self.bootstrap,
            "session_timeout_s": 6.0,
            "data_dir": "unused",
            **self.config,
        }
        return EngineConfig(**{**values, "data_dir": Path(values["data_dir"])})

    def agent(self) -> AgentSpec:
        return AgentSpec("count", self.inputs, self.changelog, lambda partition: Counting(self, partition))


class Counting:
    """Counts per key and says so once per record."""

    def __init__(self, job: Job, partition: int) -> None:
        self.job = job
        self.partition = partition

    def begin(self, state: State) -> None:
        """Nothing to look up."""

    def ready(self, topic: str) -> bool:
        return True

    def handle(self, record: Record, tx: Transaction) -> bool:
        if self.job.bug_at == record.offset:
            raise KeyError("a bug, on purpose")
        if record.topic == self.job.die_in and not record.offset and not self._second_half(tx):
            return False
        if self.job.spin_us:
            until = time.perf_counter() + self.job.spin_us / 1e6
            while time.perf_counter() < until:
                pass
        assert record.key is not None
        record_id = f"{record.topic}:{record.partition}:{record.offset}".encode()
        state = fold(tx.state.get(record.key), record_id)
        tx.state.put(record.key, state, due=COUNT.unpack(state)[0])
        tx.emit(Output(self.job.output, record.key, record_id, self.partition))
        return True

    def _second_half(self, tx: Transaction) -> bool:
        """False in the first of two transactions; in the second the process dies the first time it comes here."""
        if tx.state.get(b"half") is None:
            tx.state.put(b"half", b"")
            return False
        died = Path(self.job.flags) / "died"
        if not died.exists():
            died.touch()
            os._exit(9)
        return True

    def flush(self, tx: Transaction) -> None: ...
    def rollback(self) -> None: ...


def create(job: Job) -> None:
    admin = KafkaAdminClient(bootstrap_servers=job.bootstrap)
    plain = [NewTopic(name, job.partitions, 1) for name in (*job.inputs, job.output)]
    log = NewTopic(job.changelog, job.partitions, 1, topic_configs={"cleanup.policy": "compact"})
    admin.create_topics([*plain, log], wait_for_metadata=True)
    admin.close()


def fill(job: Job, records: int, keys: int = 500, seed: int = 1, transactional: bool = False) -> set[str]:
    """Write input records, a key always to the same partition number. Returns the ids (topic:partition:offset)."""
    return asyncio.run(_fill(job, records, keys, random.Random(seed), transactional))


async def _fill(job: Job, records: int, keys: int, chance: random.Random, transactional: bool) -> set[str]:
    by_tp: dict[tuple[str, int], list[bytes]] = {}
    for _ in range(records):
        key = f"key-{chance.randrange(keys)}".encode()
        by_tp.setdefault((chance.choice(job.inputs), zlib.crc32(key) % job.partitions), []).append(key)
    producer = AIOKafkaProducer(
        bootstrap_servers=job.bootstrap,
        max_batch_size=64 * 1024,
        transactional_id=f"{job.prefix}filler" if transactional else None,
    )
    ids = set()
    await producer.start()
    try:
        if transactional:
            await producer.begin_transaction()
        pending = [
            [await producer.send(topic, b"payload" * 10, key=key, partition=partition) for key in found]
            for (topic, partition), found in by_tp.items()
        ]
        for futures in pending:
            for future in futures:
                done = await future
                ids.add(f"{done.topic}:{done.partition}:{done.offset}")
        if transactional:
            await producer.commit_transaction()
    finally:
        await producer.stop()
    return ids


async def read_all(bootstrap: str, topic: str) -> dict[int, list[Any]]:
    """Every committed record by partition, in order."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, isolation_level="read_committed")
    await consumer.start()
    try:
        tps = [TopicPartition(topic, n) for n in sorted(await consumer._client._wait_on_metadata(topic))]
        consumer.assign(tps)
        await consumer.seek_to_beginning(*tps)
        ends = await consumer.end_offsets(tps)
        found: dict[int, list[Any]] = {tp.partition: [] for tp in tps}
        while any([await consumer.position(tp) < ends[tp] for tp in tps]):
            for tp, records in (await consumer.getmany(timeout_ms=200)).items():
                found[tp.partition].extend(records)
        return found
    finally:
        await consumer.stop()


@dataclass
class Report:
    """What the checker found wrong; empty means exactly once held."""

    missing: int = 0
    duplicates: int = 0
    unknown: int = 0
    out_of_order: int = 0
    wrong_state: int = 0
    seen: int = 0

    @property
    def good(self) -> bool:
        return not (self.missing or self.duplicates or self.unknown or self.out_of_order or self.wrong_state)


def examine(job: Job, expected: set[str]) -> Report:
    """Compare what a read_committed reader sees with the inputs."""
    outputs = asyncio.run(read_all(job.bootstrap, job.output))
    changelog = asyncio.run(read_all(job.bootstrap, job.changelog))
    report = Report()
    counts: Counter[str] = Counter()
    folded: dict[bytes, bytes] = {}
    for records in outputs.values():
        last: dict[str, int] = {}
        for record in records:
            record_id = record.value.decode()
            counts[record_id] += 1
            source, _, offset = record_id.rpartition(":")
            report.out_of_order += int(offset) <= last.get(source, -1)
            last[source] = int(offset)
            folded[record.key] = fold(folded.get(record.key), record.value)
    report.seen = sum(counts.values())
    report.duplicates = sum(count - 1 for count in counts.values())
    report.missing = len(expected - counts.keys())
    report.unknown = len(counts.keys() - expected)
    report.wrong_state = _wrong_state(changelog.values(), folded)
    return report


def _wrong_state(partitions: Iterable[Sequence[Any]], folded: dict[bytes, bytes]) -> int:
    kept: dict[bytes, bytes] = {}
    for records in partitions:
        for record in records:
            entry = unpack(record.value)
            assert entry is not None
            if record.key != OFFSETS_KEY:  # the engine's own
                kept[record.key] = entry.value
    return sum(kept.get(key) != folded.get(key) for key in kept.keys() | folded.keys())


class Workers:
    """Worker processes of one job, each with a log of its own. Leaving the context kills what is left."""

    def __init__(self, job: Job, folder: Path) -> None:
        self.job = job
        self.folder = folder
        self.alive: list[subprocess.Popen[bytes]] = []
        self._started = 0

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.alive:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()

    def start(self, **changes: Any) -> subprocess.Popen[bytes]:
        job = {**asdict(self.job), **changes}
        job["config"] = {"data_dir": str(self.folder), **job["config"]}
        self._started += 1
        log = (self.folder / f"worker-{self._started}.log").open("wb")
        environment = {**os.environ, "PYTHONPATH": str(HERE)}
        process = subprocess.Popen(
            [sys.executable, str(HERE / "worker_main.py"), json.dumps(job)], stdout=log, stderr=log, env=environment
        )
        log.close()
        self.alive.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait()
        self.alive.remove(process)

    def logs(self) -> str:
        return "\n".join(path.read_text(errors="replace")[-6000:] for path in sorted(self.folder.glob("worker-*.log")))


def lag(job: Job) -> int:
    """Input offsets that the group has not committed yet; very many while the broker does not answer."""
    try:
        return asyncio.run(_lag(job))
    except (KafkaError, TimeoutError, OSError):
        return 1 << 62


async def _lag(job: Job) -> int:
    consumer = AIOKafkaConsumer(bootstrap_servers=job.bootstrap, group_id=f"{job.prefix}app", enable_auto_commit=False)
    await consumer.start()
    try:
        tps = [TopicPartition(topic, number) for topic in job.inputs for number in range(job.partitions)]
        ends = await consumer.end_offsets(tps)
        committed = await consumer._coordinator.fetch_committed_offsets(tps)
        return sum(ends[tp] - (committed[tp].offset if tp in committed else 0) for tp in tps)
    finally:
        await consumer.stop()


def wait_for(condition: Any, seconds: float, what: str, workers: Workers | None = None) -> None:
    until = time.monotonic() + seconds
    while not condition():
        if workers and any(process.poll() is not None for process in workers.alive):
            raise AssertionError(f"a worker ended while waiting for: {what}\n{workers.logs()}")
        if time.monotonic() > until:
            raise AssertionError(f"not within {seconds} s: {what}\n{workers.logs() if workers else ''}")
        time.sleep(0.2)
