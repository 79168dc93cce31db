"""The engine alone: a trivial job on the engine, on a warm Kafka Streams (exactly_once_v2) and in a bare client loop.

One broker, one input, one contestant at a time; the outputs of each are checked before its rate counts. A quarter of
the events warms up. Run: python tests/bench/engine_alone/bench_engine.py PEERS_PYTHON [EVENTS]; the last line is JSON.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from engine_job import PARTITIONS
from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from streams_jars import compiled

from streams.local.processes import die_with_parent
from streams.local.progress import Silent
from streams.local.stack import running

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
THREADS = 2  # of Kafka Streams: as many as the machine has cores; one makes less
PATIENCE_S = 300.0


class Ring:
    """One broker with the input waiting."""

    def __init__(self, bootstrap: str, peers: Path, records: int, folder: Path) -> None:
        self.bootstrap = bootstrap
        self.records = records
        self.folder = folder
        self._peers = peers

    def client(self, what: str, *arguments: str) -> dict[str, float]:
        command = [str(self._peers), str(HERE / "engine_client.py"), what, self.bootstrap, *arguments]
        done = subprocess.run([*command, str(self.records)], env=_environment(), stdout=subprocess.PIPE, check=True)
        found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return found

    def create(self, *names: str, **settings: str) -> None:
        admin = KafkaAdminClient(bootstrap_servers=self.bootstrap)
        configs = {"message.timestamp.type": "LogAppendTime", **settings}
        admin.create_topics([NewTopic(name, PARTITIONS, 1, topic_configs=configs) for name in names])
        admin.close()

    def rate(self, name: str, commands: Sequence[Sequence[str]]) -> float:
        """Run a contestant's processes until all outputs are there, then check them."""
        with processes(commands, self.folder / f"{name}.log") as children:
            self._wait(f"{name}.out", children)
        return self.client("check", f"{name}.out")["rate"]

    def _wait(self, topic: str, children: Sequence[subprocess.Popen[bytes]]) -> None:
        from kafka import KafkaConsumer, TopicPartition

        consumer = KafkaConsumer(bootstrap_servers=self.bootstrap)
        places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        before, moved = -1, time.monotonic()
        try:
            while True:
                now = sum(consumer.end_offsets(places).values())  # transactions leave markers: more than the records
                if now != before:
                    before, moved = now, time.monotonic()
                quiet = time.monotonic() - moved
                if now >= self.records and quiet > 5:
                    return
                if quiet > PATIENCE_S or any(child.poll() for child in children):
                    raise SystemExit(f"{topic}: stopped at {now}; see {self.folder}")
                time.sleep(0.5)
        finally:
            consumer.close()


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": f"{HERE}{os.pathsep}{ROOT}"}


@contextmanager
def processes(commands: Sequence[Sequence[str]], log: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Started together, killed at the end."""
    with log.open("wb") as out:
        children = [
            subprocess.Popen(
                list(command),
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                preexec_fn=die_with_parent,  # noqa: PLW1509 one prctl, before exec
            )
            for command in commands
        ]
    try:
        yield children
    finally:
        for child in children:
            child.kill()
            child.wait()


def measure(ring: Ring) -> dict[str, float]:
    ring.create("in", *(f"{name}.out" for name in ("raw", "kstreams", "ours", "two")))
    for name in ("ours", "two"):
        ring.create(f"{name}.log", **{"cleanup.policy": "compact"})
    ring.client("fill", "in")
    ring.client("raw", "in", "raw.out")
    classes, state = ring.folder / "classes", ring.folder / "state"
    classes.mkdir()
    java = [*compiled(classes), ring.bootstrap, "kstreams", "in", "kstreams.out", str(THREADS), str(state)]
    worker = [sys.executable, str(HERE / "engine_worker.py"), ring.bootstrap]
    return {
        "raw": ring.client("check", "raw.out")["rate"],
        "ours": ring.rate("ours", [[*worker, "ours.", "in", str(ring.folder / "ours")]]),
        "kstreams": ring.rate("kstreams", [java]),
        "two_workers": ring.rate("two", [[*worker, "two.", "in", str(ring.folder / f"two-{n}")] for n in (1, 2)]),
    }


def main(peers: Path, records: int) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="chengxin-engine-") as folder,
        running(Path(folder) / "broker", want_clickhouse=False, progress=Silent()) as stack,
    ):
        assert stack.kafka_bootstrap is not None
        rates = measure(Ring(stack.kafka_bootstrap, peers, records, Path(folder)))
    ratio = {name: round(rates["ours"] / rates[name], 3) for name in ("kstreams", "raw")}
    two = round(rates["two_workers"] / rates["ours"], 3)
    print(json.dumps({"engine_ratio": ratio, "two_workers": two, "events_per_second": rates, "records": records}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 2_000_000)
