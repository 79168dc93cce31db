"""A chaos run from beginning to end: all up, publishers sending, the plan played, everything caught up, proved."""

import asyncio
import contextlib
import math
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec
from aiokafka.errors import KafkaError
from kafka.errors import KafkaError as KafkaPythonError
from rich.console import Console

from sinks.clickhouse.tables import TABLES
from streams import clock, oracle
from streams.addresses import Addresses
from streams.app import Parts
from streams.chaos import proof, recovery
from streams.chaos.director import Director
from streams.chaos.disk import SmallDisk
from streams.chaos.plan import Fault
from streams.chaos.publishing import Order
from streams.chaos.relay import Relay
from streams.chaos.result import Result
from streams.chaos.screen import Screen
from streams.chaos.stage import PUBLISHERS, SIDES, Commands, Servers, Stage
from streams.chaos.wall import swept
from streams.flow import SOURCES
from streams.law import loader
from streams.load.reading import ends
from streams.local import stack
from streams.local.cluster import NODES, Cluster, Side
from streams.local.ports import distinct
from streams.local.progress import OnTerminal
from streams.run import checking
from streams.run.children import Children
from streams.run.phases import Phases
from streams.run.watch import Stalled, Watch, until_stored
from streams.sample.calendar import LAST_DAY
from streams.settings import Settings
from streams.setup import clock_log, prepare

PER_S = 90.0  # records a second of all publishers together
TICK_S = 5.0  # a day passes so often
SESSION_S = 6.0
START_S = 300.0  # for the first receipt
PATIENCE_S = 120.0
DISK_BYTES, DISK_PER_RECORD = 384 << 20, 8_000


class Wanted(NamedTuple):
    """``faults``: the plan; ``faults_s``: for so long it is played and published; ``disk``: may be mounted here;
    ``patience_s``: so long may everything stand still at the end before it counts as lost; ``catch_up_s``: so long may
    the end take in all, for workers that die and are started again for ever never stand quite still."""

    seed: int
    faults: list[Fault]
    faults_s: float
    disk: bool
    commands: Commands = Commands()
    patience_s: float = PATIENCE_S
    catch_up_s: float = math.inf


class Chaos:
    """On servers of its own in ``folder``, which is empty. CHENGXIN_TOPICS names the catalogue that all of it uses."""

    def __init__(self, folder: Path, console: Console, wanted: Wanted) -> None:
        self.folder = folder
        self.wanted = wanted
        self.phases = Phases(console)
        self.console = console
        self.day = LAST_DAY

    def run(self) -> Result:
        with self._disk() as disk, self._servers() as servers:
            parts = self._prepared(servers.addresses)
            children = Children(parts.settings, servers.addresses)
            with swept(children.started), children:
                stage = Stage(
                    children, servers, self.folder, disk=disk, session_s=SESSION_S, commands=self.wanted.commands
                )
                self._play(parts, stage)
                stalled = self._caught_up(parts, stage)
                result = self._proved(parts, servers.addresses, stage, stalled)
                stage.end()
                return result

    def _disk(self) -> contextlib.AbstractContextManager[SmallDisk | None]:
        size = DISK_BYTES + int(DISK_PER_RECORD * PER_S * self.wanted.faults_s)
        place = self.folder / "clickhouse" / "data"
        return SmallDisk(place, size) if self.wanted.disk else contextlib.nullcontext()

    @contextlib.contextmanager
    def _servers(self) -> Iterator[Servers]:
        """The relay's ports are taken before the brokers start, who name them to their clients."""
        report = OnTerminal()
        with contextlib.ExitStack() as opened, self.phases.phase("服务器 / servers"):
            clickhouse = opened.enter_context(stack.running(self.folder, want_kafka=False, progress=report))
            url = clickhouse.clickhouse_url
            assert url is not None
            door, *doors = distinct(1 + len(SIDES) * len(NODES))
            sides = {name: Side(name, {node: doors.pop() for node in NODES}) for name in SIDES}
            cluster = Cluster(self.folder, report, list(sides.values()))
            behind = {side.doors[node]: cluster.ports[node][side.name] for side in sides.values() for node in NODES}
            relay = opened.enter_context(Relay({**behind, door: int(url.rpartition(":")[2])}))
            opened.enter_context(cluster)
            addresses = Addresses(cluster.bootstrap, url)
            keep = opened.pop_all()
        with keep:
            yield Servers(cluster, relay, sides, addresses, door)

    def _prepared(self, addresses: Addresses) -> Parts:
        settings = Settings().model_copy(
            update={
                "data_dir": self.folder, "prefix": "", "database": "chengxin", "replication": len(NODES),
                "session_timeout_s": SESSION_S, "kafka_bootstrap": None, "clickhouse_url": None,
            }
        )  # fmt: skip
        with self.phases.phase("准备 / ready"):
            parts = Parts(settings, addresses.kafka)
            asyncio.run(prepare(parts, addresses, loader.load(), self.day, self.phases.say))
        return parts

    def _play(self, parts: Parts, stage: Stage) -> None:
        """Publish and play the plan until both are over; then all is whole again and the publishers are told to end."""
        orders = [self._order(parts, number) for number in range(len(PUBLISHERS))]
        stage.start(orders)
        with (
            self.phases.phase("故障 / faults"),
            Screen(self.phases, parts, [order.journal for order in orders], self.wanted.faults_s) as screen,
            self._days(parts),
        ):
            self._working(stage, screen)
            over = time.monotonic() + self.wanted.faults_s
            Director(stage, self.wanted.faults).play(lambda: time.monotonic() >= over, lambda: screen.show(stage))
            Path(orders[0].stop).touch()
            while any(name not in stage.children.ended() for name in PUBLISHERS):
                stage.revive()
                screen.show(stage)
                time.sleep(0.1)

    def _working(self, stage: Stage, screen: Screen) -> None:
        """Returns when receipts come: before that there is nothing to disturb."""
        deadline = time.monotonic() + START_S
        while not screen.answered:
            stage.revive()
            screen.show(stage)
            if time.monotonic() > deadline:
                raise Stalled(f"no receipt within {START_S:.0f} s of the start: {stage.deaths}")
            time.sleep(0.1)

    def _order(self, parts: Parts, number: int) -> Order:
        order = Order(
            parts.bootstrap, parts.settings.prefix, self.wanted.seed, number, len(PUBLISHERS), parts.partitions,
            PER_S / len(PUBLISHERS), str(self.folder),
        )  # fmt: skip
        (self.folder / f"{PUBLISHERS[number]}.json").write_bytes(msgspec.json.encode(order))
        return order

    @contextlib.contextmanager
    def _days(self, parts: Parts) -> Iterator[None]:
        """Days pass meanwhile; a tick that brokers do not take is tried again, as the clock's own process would."""
        over = threading.Event()

        async def tick(day: date) -> None:
            async with clock.opened(clock_log(parts), parts.codec, parts.shelf) as writer:
                await writer.tick_to(day)

        def follow() -> None:
            while not over.wait(TICK_S):
                with contextlib.suppress(KafkaError, KafkaPythonError, OSError):
                    asyncio.run(tick(self.day + timedelta(days=1)))
                    self.day += timedelta(days=1)

        thread = threading.Thread(target=follow, name="clock")
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _caught_up(self, parts: Parts, stage: Stage) -> str | None:
        """Wait until every record has its receipt and casework is past the last day; else what stands still."""
        with self.phases.phase("追平 / catching up"):
            names = [parts.catalogue.name(f, c) for f in SOURCES for c in parts.catalogue.channels_of(f)]
            sent = sum(asyncio.run(ends(parts.bootstrap, names)).values())
            with contextlib.closing(Watch(parts, self._in_time(stage), self.wanted.patience_s)) as watch:
                try:
                    watch.until_receipts(sent, lambda: None)
                    watch.until_day(self.day, lambda: None)
                except Stalled as stalled:
                    return str(stalled)
        return None

    def _in_time(self, stage: Stage) -> Callable[[], None]:
        over = time.monotonic() + self.wanted.catch_up_s

        def revive() -> None:
            stage.revive()
            if time.monotonic() > over:
                said = f"{len(stage.deaths)} times a process ended by itself"
                raise Stalled(f"not caught up after {self.wanted.catch_up_s:.0f} s; {said}")

        return revive

    def _proved(self, parts: Parts, addresses: Addresses, stage: Stage, stalled: str | None) -> Result:
        with self.phases.phase("读取 / reading"):
            history = oracle.read_all(parts)
        rows: dict[str, int] = {table.name: 0 for table in TABLES}
        with self.phases.phase("等待入库 / waiting for ClickHouse"):
            try:
                rows = until_stored(parts, addresses.clickhouse, stage.revive, self.wanted.patience_s, history)
            except Stalled as missing:
                stalled = stalled or str(missing)
        outcome = checking.judge(parts, addresses, history, rows, expectations={}, phases=self.phases)
        with self.phases.phase("核对 / account"):
            journals = sorted(self.folder.glob("publisher-*.journal"))
            account = proof.account(parts, addresses.clickhouse, history, journals)
            passages = list(proof.passages(parts, history))
        return Result(
            seed=self.wanted.seed,
            hits=stage.hits,
            deaths=stage.deaths,
            recoveries=recovery.recoveries_s([int(hit.at * 1_000) for hit in stage.hits], passages),
            lateness_s=recovery.lateness_s(passages),
            account=account,
            outcome=outcome,
            stalled=stalled,
            seconds=self.phases.seconds,
            spent=self.phases.spent,
        )
