"""The stand of the sink's tests: real topics, a real database, the sink as child processes, and the checker.

The producer writes in transactions, some of them aborted, so that commit markers and hidden records lie in the
offsets as they do in production.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer
from clickhouse_driver import Client
from clickhouse_driver.errors import NetworkError
from sink_records import encode

from schemas.codec import Codec
from sinks.clickhouse import migrate
from sinks.clickhouse.__main__ import tables_by_topic
from sinks.clickhouse.connection import connect
from sinks.clickhouse.verify import Report, verify
from topics import admin
from topics.catalogue import Catalogue

HERE = Path(__file__).parent
TOPICS = ("accepted", "decisions", "receipts.court", "sanctions.railway")
SESSION_S = 6.0  # the least a broker allows by default
GRACE_S = 20.0


class Stand:
    """Servers, prefix and database of one test."""

    def __init__(self, bootstrap: str, url: str, prefix: str, database: str, logs: Path) -> None:
        self.bootstrap, self.url, self.prefix, self.database, self.logs = bootstrap, url, prefix, database, logs
        self.codec = Codec.load()
        self.written = {topic: 0 for topic in TOPICS}
        self.rows_wanted = 0
        self._number = 0

    def prepare(self) -> None:
        wanted = {*tables_by_topic(self.prefix), f"{self.prefix}erasures"}
        admin.create(self.bootstrap, [spec for spec in Catalogue.load().topics(self.prefix) if spec.name in wanted])
        with self.client("") as client:
            migrate.apply(client, self.database)

    def client(self, database: str | None = None) -> Client:
        return connect(self.url, self.database if database is None else database)

    @contextlib.contextmanager
    def sink(self, variant: str = "", **environment: str) -> Iterator[subprocess.Popen[bytes]]:
        """One sink process; ``variant`` names a fault of sink_faulty.py. Ended in order if it still runs, for the
        embedded ClickHouse does not outlive a client that dies while it logs in."""
        process = self.start(variant, **environment)
        try:
            yield process
        finally:
            end(process)

    def start(self, variant: str = "", **environment: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "sinks.clickhouse"]
        if variant:
            command = [sys.executable, str(HERE / "sink_faulty.py"), variant]
        with (self.logs / "sink.log").open("ab") as out:
            return subprocess.Popen(
                command,
                stderr=out,
                stdout=out,
                env=os.environ
                | {
                    "KAFKA_BOOTSTRAP": self.bootstrap,
                    "CLICKHOUSE_URL": self.url,
                    "CHENGXIN_DATA_DIR": str(self.logs),
                    "CHENGXIN_PREFIX": self.prefix,
                    "CHENGXIN_DATABASE": self.database,
                    "CHENGXIN_SESSION_TIMEOUT_S": str(SESSION_S),
                }
                | environment,
            )

    def log(self) -> str:
        return (self.logs / "sink.log").read_text()

    async def produce(self, count: int, per_transaction: int = 200, pause_s: float = 0.0) -> None:
        """``count`` records over all families and partitions; after every fifth transaction one is aborted."""
        producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap, transactional_id=f"{self.prefix}producer")
        await producer.start()
        try:
            done = 0
            while done < count:
                size = min(per_transaction, count - done)
                async with producer.transaction():
                    await self._send(producer, size)
                done += size
                if (done // per_transaction) % 5 == 0:
                    await producer.begin_transaction()
                    await self._send(producer, 7, counted=False)
                    await producer.abort_transaction()
                await asyncio.sleep(pause_s)
        finally:
            await producer.stop()

    async def _send(self, producer: AIOKafkaProducer, count: int, counted: bool = True) -> None:
        sent = []
        for _ in range(count):
            self._number += 1
            family = TOPICS[self._number % len(TOPICS)]
            partition = (self._number // len(TOPICS)) % 8 if family in ("accepted", "decisions") else 0
            value = encode(self.codec, family.split(".")[0], self._number)
            sent.append(await producer.send(self.prefix + family, value, partition=partition))
            if counted:
                self.written[family] += 1
                self.rows_wanted += not (family == "accepted" and self._number % 10 == 0)
        await asyncio.gather(*sent)

    def rows(self) -> int:
        """Rows of all tables as a plain SELECT sees them; -1 while the server is away."""
        query = "+".join(f"(SELECT count() FROM {table.name})" for table in {*tables_by_topic("").values()})
        try:
            with self.client() as client:
                return int(client.execute(f"SELECT {query}")[0][0])
        except (OSError, EOFError, NetworkError):
            return -1

    def wait_for(self, rows: int, timeout_s: float = 60.0) -> None:
        until = time.monotonic() + timeout_s
        while (seen := self.rows()) < rows:
            assert time.monotonic() < until, f"{seen} of {rows} rows after {timeout_s} s\n{self.log()[-3000:]}"
            time.sleep(0.1)

    async def reports(self) -> list[Report]:
        with self.client() as client:
            return await verify(self.bootstrap, client, tables_by_topic(self.prefix))

    async def assert_exactly_once(self) -> None:
        reports = await self.reports()
        assert all(report.good and not report.waiting for report in reports), (reports, self.log()[-3000:])
        assert sum(report.rows for report in reports) == self.rows_wanted, reports

    def positions(self) -> dict[tuple[str, int], Any]:
        with self.client() as client:
            found = client.execute("SELECT topic, partition, max(next) FROM sink_positions GROUP BY topic, partition")
        return {(topic, partition): offset for topic, partition, offset in found}


def end(process: subprocess.Popen[bytes]) -> None:
    """Let a sink leave; one that does not is killed."""
    if process.poll() is None:
        process.send_signal(signal.SIGCONT)
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
