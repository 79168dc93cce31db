"""Three real Kafka brokers on this machine, each a controller too: for what one broker cannot show.

Every topic of the cluster has three copies and takes a write that two of them have. A broker can be killed and started
again by itself; all end with this process. Beside the usual listener each broker has one per *side*: its clients are
sent to another port than the broker's own, so that whoever sits there can hold them up or cut them off.
"""

import base64
import os
import subprocess
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from streams.local import kafka
from streams.local.errors import server_not_up
from streams.local.java import find_java
from streams.local.kafka_jars import kafka_jars
from streams.local.ports import LOOPBACK, distinct
from streams.local.processes import die_with_parent
from streams.local.progress import Reporter

NODES = (1, 2, 3)
UP_S = 120.0
# Three of them share the machine, so each is small: one thread where it would have three to eight, the plain collector,
# and the quick compiler only, because it is killed before the other one would pay.
HEAP = ("-Xms128m", "-Xmx448m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
SETTINGS = """\
default.replication.factor=3
min.insync.replicas=2
offsets.topic.replication.factor=3
transaction.state.log.replication.factor=3
transaction.state.log.min.isr=2
share.coordinator.state.topic.replication.factor=3
share.coordinator.state.topic.min.isr=2
replica.lag.time.max.ms=10000
num.network.threads=1
num.io.threads=4
num.replica.fetchers=1
log.cleaner.threads=1
"""


class Side(NamedTuple):
    """A listener of every broker whose clients are told to come to ``doors`` instead, one port for each node."""

    name: str  # upper case letters, as Kafka wants it
    doors: dict[int, int]

    @property
    def bootstrap(self) -> str:
        return ",".join(f"{LOOPBACK}:{port}" for port in self.doors.values())


class Cluster:
    """Brokers by node id. ``with`` starts them, waits until all answer, and kills them at the end."""

    def __init__(self, folder: Path, report: Reporter, sides: Sequence[Side] = ()) -> None:
        java = find_java(report)
        jars = kafka_jars(java, report)
        self._folder = folder
        self._report = report
        self._sides = tuple(sides)
        self._program = [str(java.binary), *HEAP, "-cp", f"{jars}/*"]
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        uses = ("broker", "controller", *self._names)
        ports = distinct(len(NODES) * len(uses), (port for side in sides for port in side.doors.values()))
        self.ports = {node: {use: ports.pop() for use in uses} for node in NODES}

    @property
    def _names(self) -> tuple[str, ...]:
        return tuple(side.name for side in self._sides)

    @property
    def bootstrap(self) -> str:
        """Straight to the brokers, past every side."""
        return ",".join(f"{LOOPBACK}:{self.ports[node]['broker']}" for node in NODES)

    def __enter__(self) -> Self:
        identity = "F" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
        try:
            self._report.say(f"启动三个 Kafka / starting three brokers: {self.bootstrap}")
            self._format(identity)
            for node in NODES:
                self.start(node)
            self._until(lambda: all(kafka.answers({"kafka": self.ports[node]["broker"]}) for node in NODES))
            self._until(lambda: self._members() == len(NODES))
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def start(self, node: int) -> None:
        """Start a node that does not run; returns at once, it answers some seconds later."""
        assert not self.alive(node), f"broker {node} runs already"
        with self.log(node).open("ab") as log:
            self._running[node] = subprocess.Popen(
                [*self._program, self._logging(node), "kafka.Kafka", str(self._room(node) / "server.properties")],
                cwd=self._room(node), env={**os.environ, **kafka.LOCALE}, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, preexec_fn=die_with_parent,  # noqa: PLW1509 - one prctl, before exec
            )  # fmt: skip

    def kill(self, node: int) -> None:
        """SIGKILL; returns when the process is gone."""
        self._running[node].kill()
        self._running[node].wait()

    def alive(self, node: int) -> bool:
        return node in self._running and self._running[node].poll() is None

    def controller(self) -> int | None:
        """The node that leads the quorum; None while nobody can say."""
        try:
            admin = KafkaAdminClient(
                bootstrap_servers=self.bootstrap.split(","), bootstrap_timeout_ms=2_000, request_timeout_ms=2_000
            )
        except (KafkaError, OSError):
            return None
        try:
            topic = admin.describe_metadata_quorum()["topics"][0]
            return int(topic["partitions"][0]["leader_id"])
        except (KafkaError, OSError, LookupError):
            return None
        finally:
            admin.close()

    def pids(self) -> dict[str, int]:
        """Process id of every broker that lives."""
        return {f"broker-{node}": child.pid for node, child in self._running.items() if child.poll() is None}

    def log(self, node: int) -> Path:
        return self._room(node) / "server.log"

    def _room(self, node: int) -> Path:
        return self._folder / f"broker-{node}"

    def _logging(self, node: int) -> str:
        return f"-Dlog4j2.configurationFile={(self._room(node) / 'log4j2.properties').as_uri()}"

    def _format(self, identity: str) -> None:
        """One folder after the other: three Java machines at once would only wait for each other."""
        for node in NODES:
            room = self._room(node)
            room.mkdir(parents=True)
            (room / "log4j2.properties").write_text(kafka.LOGGING)
            settings = room / "server.properties"
            settings.write_text(self._settings(node))
            command = [*self._program, "kafka.tools.StorageTool", "format", "-t", identity, "-c", str(settings)]
            done = subprocess.run(
                command, env={**os.environ, **kafka.LOCALE}, text=True, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, check=False,
            )  # fmt: skip
            if done.returncode != 0:
                self.log(node).write_text(done.stdout)
                raise server_not_up(
                    "Kafka", "无法格式化数据目录", "the data folder cannot be formatted", self.log(node)
                )

    def _settings(self, node: int) -> str:
        ports = self.ports[node]
        given = {"BROKER": ports["broker"], **{name: ports[name] for name in self._names}}
        told = {"BROKER": ports["broker"], **{side.name: side.doors[node] for side in self._sides}}
        voters = ",".join(f"{one}@{LOOPBACK}:{self.ports[one]['controller']}" for one in NODES)
        protocols = ",".join(f"{name}:PLAINTEXT" for name in (*given, "CONTROLLER"))
        return (
            f"{kafka.SETTINGS}{SETTINGS}node.id={node}\n"
            f"log.dirs={kafka.escaped(self._room(node) / 'data')}\n"
            f"listener.security.protocol.map={protocols}\n"
            "inter.broker.listener.name=BROKER\n"
            f"listeners={_listed(given)},CONTROLLER://{LOOPBACK}:{ports['controller']}\n"
            f"advertised.listeners={_listed(told)}\n"
            f"controller.quorum.voters={voters}\n"
        )

    def _members(self) -> int:
        admin = KafkaAdminClient(bootstrap_servers=self.bootstrap.split(","))
        try:
            return len(admin.describe_cluster()["brokers"])
        finally:
            admin.close()

    def _until(self, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + UP_S
        while not done():
            dead = [node for node in NODES if not self.alive(node)]
            if dead:
                raise server_not_up("Kafka", "进程已退出", "its process ended", self.log(dead[0]))
            if time.monotonic() > deadline:
                raise server_not_up("Kafka", f"{UP_S:.0f} 秒内没有应答", f"no answer within {UP_S:.0f} s", self.log(1))
            time.sleep(0.2)

    def _end(self) -> None:
        for child in self._running.values():
            child.kill()
        for child in self._running.values():
            child.wait()


def _listed(listeners: dict[str, int]) -> str:
    return ",".join(f"{name}://{LOOPBACK}:{port}" for name, port in listeners.items())
