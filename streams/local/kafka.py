"""One real Kafka broker (KRaft, its own controller) on the loopback interface."""

import base64
import os
import subprocess
import uuid
from pathlib import Path
from typing import Any

from streams.local import tls
from streams.local.errors import server_not_up
from streams.local.java import find_java
from streams.local.kafka_jars import kafka_jars
from streams.local.launch import Launch, Room
from streams.local.ports import LOOPBACK, choose, listening
from streams.local.processes import Pid
from streams.local.progress import Reporter

MAX_MESSAGE_BYTES = 10 << 20  # inputs take 8 MiB; the rest is room for batch framing
OFFSETS_KEPT_MINUTES = 365 * 24 * 60  # a developer's stack may rest for months; Kafka forgets groups after 7 days
# A killed broker may register again only when its former session has run out: 9 s by default, which is a long outage;
# at 3 s a machine with both cores overrun loses heartbeats and the only broker would fence itself.
# The cleaner's buffer is taken from the heap at start: its default of 128 MiB is a quarter of ours.
SETTINGS = f"""\
process.roles=broker,controller
node.id=1
controller.listener.names=CONTROLLER
auto.create.topics.enable=false
delete.topic.enable=true
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=8
offsets.retention.minutes={OFFSETS_KEPT_MINUTES}
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=8
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
broker.session.timeout.ms=6000
broker.heartbeat.interval.ms=1000
group.initial.rebalance.delay.ms=0
log.message.timestamp.type=LogAppendTime
message.max.bytes={MAX_MESSAGE_BYTES}
replica.fetch.max.bytes={MAX_MESSAGE_BYTES}
replica.fetch.response.max.bytes={2 * MAX_MESSAGE_BYTES}
log.cleaner.dedupe.buffer.size={32 << 20}
"""
PLAIN = """\
listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=BROKER
"""
LOGGING = """\
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d %p %c{1} %m%n
rootLogger.level=WARN
rootLogger.appenderRef.console.ref=console
"""
# Java names files in the locale's letters, and a bare one has no Chinese: the data folder could not be opened.
LOCALE = {"LC_ALL": "C.UTF-8"}
HEAP = ("-Xms128m", "-Xmx512m")


def prepare(room: Room, wanted: dict[str, int], parent: Pid | None, report: Reporter) -> Launch:
    """Fetch what is missing, choose ports, write the settings, format the data folder once; how to start it."""
    java = find_java(report)
    jars = kafka_jars(java, report)
    secure = tls.secured(room)
    uses = ("kafka", "controller", tls.INSIDE) if secure else ("kafka", "controller")
    ports = choose(room, uses, wanted, report)
    if secure:
        tls.renew(room)
    settings = room.folder / "server.properties"
    settings.write_text(
        f"{SETTINGS}log.dirs={escaped(room.data)}\n{_listeners(ports, secure)}"
        f"controller.quorum.voters=1@{LOOPBACK}:{ports['controller']}\n"
        f"{tls.settings(escaped(room.folder)) if secure else PLAIN}"
    )
    logging = room.folder / "log4j2.properties"
    logging.write_text(LOGGING)
    program = [str(java.binary), *HEAP, f"-Dlog4j2.configurationFile={logging.as_uri()}", "-cp", f"{jars}/*"]
    if not (room.data / "meta.properties").exists():
        _format(program, settings, room.log)
    return Launch("kafka", [*program, "kafka.Kafka", str(settings)], LOCALE, ports, parent)


def _listeners(ports: dict[str, int], secure: bool) -> str:
    """Where clients come, where the broker speaks to itself, where its controller is; all on loopback."""
    clients = {"BROKER": ports["kafka"]} | ({"INSIDE": ports[tls.INSIDE]} if secure else {})
    places = ",".join(f"{name}://{LOOPBACK}:{port}" for name, port in clients.items())
    return f"listeners={places},CONTROLLER://{LOOPBACK}:{ports['controller']}\nadvertised.listeners={places}\n"


def _format(program: list[str], settings: Path, log: Path) -> None:
    # "F" first: a name that begins with "-" would be read as an option.
    name = "F" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
    command = [*program, "kafka.tools.StorageTool", "format", "-t", name, "-c", str(settings)]
    environment = {**os.environ, **LOCALE}
    done = subprocess.run(
        command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode != 0:
        log.write_text(done.stdout)
        raise server_not_up("Kafka", "无法格式化数据目录", "the data folder cannot be formatted", log)


def escaped(path: Path) -> str:
    """A path as Java's properties files want it: they are Latin-1, with escapes for everything else."""
    return "".join(c if c.isascii() else f"\\u{ord(c):04x}" for c in str(path).replace("\\", "\\\\"))


def inside(room: Room, ports: dict[str, int]) -> dict[str, Any]:
    """How the one who holds the folder reaches its broker: of a secure one, by the broker's own certificate."""
    return tls.inside(room, ports) if tls.INSIDE in ports else {"bootstrap_servers": address(ports)}


def answers(ports: dict[str, int], room: Room | None = None) -> bool:
    """Whether the broker answers a client's metadata request; ``room`` where it may be a secure one."""
    from kafka import KafkaAdminClient
    from kafka.errors import KafkaError

    if not listening(ports["kafka"]):
        return False  # nobody listens yet, and the client would wait its whole time to find that out
    try:
        reach = inside(room, ports) if room is not None else {"bootstrap_servers": address(ports)}
        client = KafkaAdminClient(**reach, bootstrap_timeout_ms=2_000, request_timeout_ms=2_000)
    except (KafkaError, OSError):
        return False
    try:
        return bool(client.describe_cluster()["brokers"])
    except (KafkaError, OSError):
        return False
    finally:
        client.close()


def address(ports: dict[str, int]) -> str:
    """The value of KAFKA_BOOTSTRAP."""
    return f"{LOOPBACK}:{ports['kafka']}"
