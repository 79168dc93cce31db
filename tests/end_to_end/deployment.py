"""One deployment on real servers: its own prefix, database, keys and processes, and the command line against it."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from rich.console import Console

from streams.addresses import Addresses
from streams.app import Parts
from streams.run import cleanup
from streams.run.checking import Outcome
from streams.run.children import Children
from streams.run.pipeline import Run
from streams.sample import Sample
from streams.settings import Settings

RECORDS = 800
DAYS = 16  # of the sample: from the notice to past the cut-over, so that proposals are made and lifted
KILLS = {20: "worker-1", 45: "sink"}  # in the first days, while records are on their way
SESSION_S = 6.0  # the least a broker allows by default


class Killed(Children):
    """Kills processes with SIGKILL while a run asks whether they live; the run itself starts them again.

    ``plan``: number of the question -> name of the process.
    """

    def __init__(self, settings: Settings, addresses: Addresses, plan: dict[int, str]) -> None:
        super().__init__(settings, addresses)
        self.plan = plan
        self.kills: list[str] = []
        self._asked = 0

    def check(self) -> None:
        self._asked += 1
        name = self.plan.pop(self._asked, None)
        if name is not None:
            self.kill(name)
        super().check()

    def kill(self, name: str) -> None:
        child = self._running[name]
        child.send_signal(signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL
        self.kills.append(name)

    def exit_of(self, name: str, timeout_s: float) -> int:
        """Exit code of a process that ends by itself."""
        return self._running[name].wait(timeout_s)


class Deployment:
    """``run`` is a ``chengxin run`` of which every step can be taken apart."""

    def __init__(self, settings: Settings) -> None:
        assert settings.kafka_bootstrap is not None and settings.clickhouse_url is not None
        self.settings = settings
        self.addresses = Addresses(settings.kafka_bootstrap, settings.clickhouse_url)
        self.parts = Parts(settings, self.addresses.kafka)
        self.screen = io.StringIO()
        self.run = Run(self.parts, self.addresses, Console(file=self.screen, width=200), RECORDS)
        self.book = self.run.book()
        whole = self.run.sample(self.book)
        self.sample = Sample(whole.seed, whole.days[:DAYS])

    def ready(self) -> None:
        self.run.ready(self.book, self.sample.days[0].day)

    def play(self, children: Children) -> Outcome:
        """Publish, wait, check; fails with the logs' ends where a process dies."""
        self.run.publish(self.sample, children)
        return self.run.check(children)

    def chengxin(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """The command as a user would call it."""
        return chengxin(self.settings, *arguments, **environment)

    def read(self, *topics: str) -> list[ConsumerRecord]:
        """All committed records of topics, named without prefix; within a partition in order."""
        return list(self._read([self.settings.prefix + topic for topic in topics]))

    def _read(self, names: list[str]) -> Iterator[ConsumerRecord]:
        consumer = KafkaConsumer(
            bootstrap_servers=self.addresses.kafka, isolation_level="read_committed", enable_auto_commit=False
        )
        try:
            places = [TopicPartition(name, p) for name in names for p in sorted(consumer.partitions_for_topic(name))]
            consumer.assign(places)
            consumer.seek_to_beginning(*places)
            ends = consumer.end_offsets(places)
            while any(consumer.position(place) < ends[place] for place in places):
                for records in consumer.poll(timeout_ms=500).values():
                    yield from records
        finally:
            consumer.close()


class Played(NamedTuple):
    """A run that is over; two workers and the sink still work."""

    here: Deployment
    children: Killed
    outcome: Outcome


def chengxin(
    settings: Settings, *arguments: str, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """``chengxin`` in a process of its own, with these settings; ``cwd``: the folder it is called in."""
    fields = {f"CHENGXIN_{name.upper()}": str(value) for name, value in settings.model_dump(exclude_none=True).items()}
    servers = {"KAFKA_BOOTSTRAP": settings.kafka_bootstrap, "CLICKHOUSE_URL": settings.clickhouse_url}
    here = {key: value for key, value in os.environ.items() if key not in servers}
    given = {key: value for key, value in servers.items() if value is not None}
    return subprocess.run(
        [str(Path(sys.executable).with_name("chengxin")), *arguments],
        cwd=cwd,
        env={**here, **fields, **given, "COLUMNS": "200", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )


@contextmanager
def deployed(bootstrap: str, url: str, name: str, folder: Path) -> Iterator[Deployment]:
    """A deployment whose topics and database are removed at the end."""
    settings = Settings(
        kafka_bootstrap=bootstrap,
        clickhouse_url=url,
        data_dir=folder,
        prefix=f"{name}.",
        database=name,
        session_timeout_s=SESSION_S,
    )
    made = Deployment(settings)
    try:
        yield made
    finally:
        cleanup.remove(settings, made.addresses)
