"""Everything a fault can act on: processes, brokers, cables, ClickHouse, its disk, a worker's wall clock."""

import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from streams.addresses import Addresses
from streams.chaos.disk import SmallDisk
from streams.chaos.publishing import Order
from streams.chaos.relay import Relay
from streams.chaos.wall import WallClock
from streams.local import stack
from streams.local.cluster import NODES, Cluster, Side
from streams.local.errors import tail
from streams.run.children import Children

WORKERS = ("worker-1", "worker-2")
PUBLISHERS = ("publisher-1", "publisher-2")
SINK = "sink"
GUEST = "worker-guest"  # comes and goes
SIDES = ("LEFT", "RIGHT")  # cables
_SAID_LINES = 200  # of the log of one that ended by itself
_REST_S = 1.0  # before a process that ended by itself is started again


class Servers(NamedTuple):
    """What runs behind the relay. ``door``: the relay's port before ClickHouse."""

    cluster: Cluster
    relay: Relay
    sides: dict[str, Side]
    addresses: Addresses  # past the relay
    door: int

    @property
    def clickhouse(self) -> str:
        """ClickHouse as the sink knows it, through the relay."""
        return f"{self.addresses.clickhouse.rpartition(':')[0]}:{self.door}"


class Commands(NamedTuple):
    """The modules that are run. A test of the test gives others, with a guard taken away."""

    worker: tuple[str, ...] = ("streams.cli.main", "worker")
    sink: tuple[str, ...] = ("streams.cli.main", "sink")


class Hit(NamedTuple):
    """A fault that was carried out. ``at`` is a Unix time."""

    kind: str
    at: float
    whom: str
    way: str


class Death(NamedTuple):
    """A process that ended although nobody touched it; it was started again."""

    whom: str
    code: int
    said: str


class Stage:
    """``busy`` are those under a fault: nobody hits them a second time, and nobody starts them meanwhile."""

    def __init__(
        self, children: Children, servers: Servers, data_dir: Path,
        *, disk: SmallDisk | None, session_s: float, commands: Commands,
    ) -> None:  # fmt: skip
        self.children = children
        self.servers = servers
        self.cluster = servers.cluster
        self.relay = servers.relay
        self.disk = disk
        self.session_timeout_s = session_s
        self.busy: set[str] = set()
        self.hits: list[Hit] = []
        self.deaths: list[Death] = []
        self.clocks = {name: WallClock(data_dir / f"{name}.time") for name in WORKERS}
        self._data_dir = data_dir
        self._commands = commands
        self._ended: dict[str, float] = {}  # since when it was seen ended
        self._orders: dict[str, Order] = {}

    def start(self, orders: Iterable[Order]) -> None:
        """The sink and the workers; the publishers come last."""
        for name in WORKERS:
            self.start_worker(name)
        place = {**self._place(SINK), "CLICKHOUSE_URL": self.servers.clickhouse}
        self.children.start(SINK, *self._commands.sink, environment=place)
        self._orders = dict(zip(PUBLISHERS, orders, strict=True))
        for name, order in self._orders.items():
            file = Path(order.folder) / f"{name}.json"
            self.children.start(name, "streams.chaos.publishing", str(file))

    def start_worker(self, name: str) -> None:
        clock = self.clocks[name].environment if name in self.clocks else {}
        self.children.start(name, *self._commands.worker, environment={**self._place(name), **clock})

    def _place(self, name: str) -> dict[str, str]:
        return {"KAFKA_BOOTSTRAP": self.side(name).bootstrap}

    def side(self, name: str) -> Side:
        """Behind whose cable a process sits: each permanent worker behind its own, the others with the second."""
        return self.servers.sides[SIDES[name != WORKERS[0]]]

    def hit(self, kind: str, whom: str, way: str = "") -> None:
        self.hits.append(Hit(kind, time.time(), whom, way))

    def victim(self, names: Iterable[str], draw: int) -> str | None:
        """One of ``names`` that lives and that no fault has: drawn by ``draw``. Taken: it is busy from now on."""
        ended = self.children.ended()
        free = sorted(name for name in names if name not in self.busy and name not in ended)
        if not free:
            return None
        chosen = free[draw % len(free)]
        self.busy.add(chosen)
        return chosen

    def broker(self, draw: int, way: str) -> int | None:
        """A broker to kill, as long as all live: the controller, or one of the others."""
        if not all(self.cluster.alive(node) for node in NODES):
            return None
        controller = self.cluster.controller()
        if way == "controller":
            return controller
        others = [node for node in NODES if node != controller]
        return others[draw % len(others)]

    def end(self) -> None:
        """Kill everybody: there is nothing left to be orderly about, and each would take its time."""
        for name in set(self.children.pids) - set(self.children.ended()):
            self.children.send(name, signal.SIGKILL)
        for health in stack.status(self._data_dir):
            if health.supervisor_pid is not None:
                os.kill(health.supervisor_pid, signal.SIGKILL)  # the kernel kills its server with it

    def kill_sending(self, publisher: str) -> bool:
        """SIGKILL in mid-send; False where nothing was on its way just then, and the publisher goes on."""
        self.children.send(publisher, signal.SIGSTOP)
        sending = self._orders[publisher].sending.exists()
        self.children.send(publisher, signal.SIGKILL if sending else signal.SIGCONT)
        return sending

    def kill_clickhouse(self) -> bool:
        """SIGKILL its process; its supervisor starts it again. False while it does not run."""
        for health in stack.status(self._data_dir):
            if health.server == "clickhouse" and health.state == "ready" and health.pid is not None:
                os.kill(health.pid, signal.SIGKILL)
                return True
        return False

    def revive(self) -> None:
        """Start again whoever ended by itself, as a supervisor would, after a rest."""
        for name, code in self.children.ended().items():
            if name in self.busy or (name in PUBLISHERS and code == 0):
                continue
            since = self._ended.setdefault(name, time.monotonic())
            if time.monotonic() - since > _REST_S:
                del self._ended[name]
                self.deaths.append(Death(name, code, tail(self.children.log(name), _SAID_LINES)))
                self.children.again(name)
