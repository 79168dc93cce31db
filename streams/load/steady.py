"""A steady load: so many records a second for so long, then a burst of ten times that, and how long everything took.

The publisher, a witness and a look at ClickHouse run beside the pipeline on the same machine and cost their part of it.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from sinks.clickhouse.connection import connect
from streams.addresses import Addresses
from streams.app import Parts
from streams.law import loader
from streams.load import backlog, gauges, lateness, pace, prepared
from streams.load.lateness import Phases
from streams.load.rows import Rows, Visible
from streams.load.session import SEED, WORKERS
from streams.load.steady_result import Steady
from streams.load.times import Times
from streams.load.witness import Witness
from streams.local import stack
from streams.run.children import Children
from streams.run.watch import Stalled, Watch
from streams.sample.calendar import LAST_DAY
from streams.settings import Settings
from streams.setup import prepare

WARM_S = 30.0  # at the rate, not counted: programs, connections, the broker's compiler
BURST = 10  # times the rate
BURST_S = 10.0
REST_S = 60.0  # at the rate again, so that the end of the burst is seen
STARTING_S = 5.0  # from the start of the publisher to the first record
LOOK_S = 2.0
SAY_S = 30.0
PATIENCE_S = 180.0


class Wanted(NamedTuple):
    rate: float
    minutes: float

    @property
    def phases(self) -> dict[str, pace.Phase]:
        return {
            "warm": pace.Phase(self.rate, WARM_S),
            "steady": pace.Phase(self.rate, 60 * self.minutes),
            "burst": pace.Phase(BURST * self.rate, BURST_S),
            "rest": pace.Phase(self.rate, REST_S),
        }

    @property
    def records(self) -> int:
        return sum(phase.records for phase in self.phases.values())


class SteadyLoad:
    """On servers of its own in ``settings.data_dir``."""

    def __init__(self, settings: Settings, addresses: Addresses, console: Console, wanted: Wanted) -> None:
        self.settings = settings
        self.addresses = addresses
        self.wanted = wanted
        self.console = console
        self.parts = Parts(settings, addresses.kafka)
        self.memory = gauges.Memory(wanted.records)
        self._logs = settings.data_dir / "moments"
        self._logs.mkdir(parents=True, exist_ok=True)
        self._said = 0.0

    def run(self) -> Steady:
        files = self._prepared()
        topics = [n for n in self._topics("receipts", "sanctions") if not n.endswith(".current")]
        witness = Witness(self.addresses.kafka, topics, self._logs / "seen")
        try:
            witness.until_ready(PATIENCE_S)
            with Children(self.settings, self.addresses) as children:
                for number in range(WORKERS):
                    children.start(f"worker-{number + 1}", "streams.cli.main", "worker")
                children.start("sink", "streams.cli.main", "sink")
                self._until_working(children)
                visible = Visible(self.addresses.clickhouse, self.settings.database)
                begin = time.time() + STARTING_S
                self._publish(children, files, begin)
                ended = self._worked_off(children)
                visible.end()
                witness.end()
                return self._result(visible.rows, begin, ended)
        finally:
            witness.kill()

    def _prepared(self) -> list[Path]:
        """Servers ready, law in force, and every record made."""
        asyncio.run(prepare(self.parts, self.addresses, loader.load(), LAST_DAY, self.console.print))
        self.console.print(f"生成记录 / making {self.wanted.records:,} records before the clock runs")
        shares = backlog.shares(self.wanted.records, SEED, self.parts.partitions, os.cpu_count() or 1)
        return prepared.prepare(self._logs, shares)

    def _topics(self, *families: str) -> list[str]:
        catalogue, prefix = self.parts.catalogue, self.settings.prefix
        return [catalogue.name(f, channel, prefix) for f in families for channel in catalogue.channels_of(f)]

    def _until_working(self, children: Children) -> None:
        """Wait until every partition is past the tick: what a start takes is another question."""
        with contextlib.closing(Watch(self.parts, children.check, PATIENCE_S)) as watch:
            watch.until_day(LAST_DAY, lambda: None)

    def _publish(self, children: Children, files: list[Path], begin: float) -> None:
        phases = tuple(self.wanted.phases.values())
        orders = pace.Orders(
            self.addresses.kafka, self.settings.prefix, files, phases, begin=begin, log=self._logs / "sent"
        )
        publisher = pace.start(orders)
        try:
            self._watch(children, lambda _: not publisher.is_alive())
        finally:
            publisher.kill()
            publisher.join()
        if publisher.exitcode:
            raise ChildProcessError(f"the publisher ended with {publisher.exitcode}: not every record was acknowledged")

    def _worked_off(self, children: Children) -> float:
        """Wait for every receipt, then for every row; returns the moment of the last receipt, to a look exactly."""
        self._watch(children, lambda seen: seen.receipts >= self.wanted.records)
        ended, rows = time.time(), [-1, -2]

        def settled(seen: gauges.Look) -> bool:
            rows.append(seen.rows)
            return len(set(rows[-4:])) == 1

        self._watch(children, settled)
        return ended

    def _watch(self, children: Children, done: Callable[[gauges.Look], bool]) -> None:
        moved, last = time.monotonic(), (-1, -1)
        while True:
            servers = {one.server: one.pid for one in stack.status(self.settings.data_dir) if one.pid is not None}
            seen = gauges.look({**children.pids, **servers}, children.metrics)
            self.memory.note(seen)
            self._say(seen)
            if (seen.receipts, seen.rows) != last:
                moved, last = time.monotonic(), (seen.receipts, seen.rows)
            if done(seen):
                return
            children.check()
            if time.monotonic() - moved > PATIENCE_S:
                raise Stalled(f"nothing moved for {PATIENCE_S:.0f} s at {last[0]} receipts, {last[1]} rows")
            time.sleep(LOOK_S)

    def _say(self, seen: gauges.Look) -> None:
        if time.monotonic() - self._said > SAY_S:
            self._said = time.monotonic()
            memory = "  ".join(f"{name} {rss:.0f}" for name, rss in seen.rss.items())
            self.console.print(f"{seen.receipts:,} receipts  {seen.rows:,} rows  MB: {memory}")

    def _result(self, rows: Rows, begin: float, ended: float) -> Steady:
        bounds, at = {}, begin
        for name, phase in self.wanted.phases.items():
            bounds[name] = (at, at + phase.seconds)
            at += phase.seconds
        sent, seen = Times.load(self._logs / "sent"), Times.load(self._logs / "seen")
        client = connect(self.addresses.clickhouse, self.settings.database, timeout_s=PATIENCE_S)
        try:
            missing, doubled = lateness.answered(client, self.settings.prefix, sent)
            found = lateness.waits(client, self.settings.prefix, sent, seen, rows=rows, phases=Phases(bounds))
        finally:
            client.disconnect()
        return Steady(
            rate=self.wanted.rate,
            minutes=self.wanted.minutes,
            records=sent.count,
            wanted=self.wanted.records,
            missing=missing,
            duplicated=doubled,
            waits={name: one.spreads() for name, one in found.items()},
            after_burst_s=ended - bounds["burst"][1],
            spans={name: self.memory.span(name) for name in ("sink", *(f"worker-{n + 1}" for n in range(WORKERS)))},
            cpu=self.memory.cpu,
        )
