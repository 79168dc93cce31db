"""Start-up self-check: a worker that could lose or double a record does not start.

Every finding says what is wrong, where, and what cures it.
"""

import importlib
import time
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from typing import Any, NamedTuple

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError, UnknownBrokerIdError

from streams.engine.config import EngineConfig
from streams.engine.ports import AgentSpec

TRANSACTION_VERSION = 2  # brokers then check that a record belongs to a transaction they know (KIP-890)
LOOKS, LOOK_S = 6, 0.5  # for topics not known yet
OFFSETS_KEPT_MINUTES = 7 * 24 * 60  # Kafka's default
CODECS = ("lz4.frame", "cramjam")  # cramjam carries zstd and snappy


class Finding(NamedTuple):
    """One reason not to start."""

    what: str
    cure: str

    def __str__(self) -> str:
        return f"{self.what}. Cure: {self.cure}"


def check(config: EngineConfig, agents: Iterable[AgentSpec]) -> list[Finding]:
    """Everything that is wrong, empty when the worker may start. Contacts the broker; takes a second."""
    findings, specs = list(_libraries()), list(agents)
    deadline = time.monotonic() + config.request_timeout_s
    while True:
        try:
            return [*findings, *_cluster(config, specs)]
        except KafkaError as error:
            # A broker that has just died is named by the others until its session is over.
            if not (error.retriable or isinstance(error, UnknownBrokerIdError)) or time.monotonic() > deadline:
                refused = Finding(f"Kafka refused to describe itself: {error!r}", "give the worker Describe rights")
                return [*findings, refused]
            time.sleep(LOOK_S)


def _cluster(config: EngineConfig, agents: list[AgentSpec]) -> list[Finding]:
    """What the cluster says of itself. Raises KafkaError where one of its brokers does not answer."""
    try:
        admin = KafkaAdminClient(
            **config.reach,
            request_timeout_ms=int(config.request_timeout_s * 1000),
            bootstrap_timeout_ms=int(config.request_timeout_s * 1000),
        )
    except (KafkaError, OSError, ValueError) as error:
        return [Finding(f"no answer from Kafka at {config.bootstrap}: {error!r}", "start it or correct it")]
    try:
        return [*_broker(config, admin), *_topics(config, agents, admin)]
    finally:
        admin.close()


def _libraries() -> Iterator[Finding]:
    faust, aiokafka = version("faust-streaming"), version("aiokafka")
    if _numbers(faust) < (0, 15, 2):
        yield Finding(f"faust-streaming {faust}: every rebalance fails before 0.15.2", "install the locked versions")
    if _numbers(aiokafka)[:2] != (0, 14):
        yield Finding(f"aiokafka {aiokafka}: the engine relies on internals of 0.14", "install the locked versions")
    for module in CODECS:
        try:
            importlib.import_module(module)
        except ImportError:
            yield Finding(
                f"module {module} is missing: one compressed batch would end the worker",
                "install aiokafka[lz4,zstd,snappy]",
            )


def _numbers(text: str) -> tuple[int, ...]:
    """
    >>> _numbers("0.15.3"), _numbers("0.14.0rc1")
    ((0, 15, 3), (0, 14, 0))
    """
    return tuple(int("".join(c for c in part.split("rc")[0] if c.isdigit()) or 0) for part in text.split(".")[:3])


def _broker(config: EngineConfig, admin: KafkaAdminClient) -> Iterator[Finding]:
    feature = admin.describe_features().get("transaction.version", {})
    level = feature.get("finalized", (0, 0))[1]
    if level < TRANSACTION_VERSION:
        yield Finding(
            f"the cluster's transaction.version is {level}, not {TRANSACTION_VERSION}",
            "a broker of Kafka 4.0 or newer, and kafka-features upgrade --feature transaction.version=2",
        )
    nodes = [str(node["broker_id"]) for node in admin.describe_cluster()["brokers"]]
    for node, values in _configs(admin, ConfigResourceType.BROKER, nodes).items():
        yield from broker_findings(config, node, values, len(nodes))


def broker_findings(config: EngineConfig, node: str, values: Mapping[str, str], nodes: int) -> Iterator[Finding]:
    """What one broker's settings forbid."""
    longest = int(values["transaction.max.timeout.ms"])
    if config.transaction_timeout_ms > longest:
        yield Finding(
            f"broker {node} allows transactions of {longest} ms, the worker asks for {config.transaction_timeout_ms}",
            "lower transaction_timeout_ms or raise transaction.max.timeout.ms",
        )
    session = config.session_timeout_s * 1000
    if not int(values["group.min.session.timeout.ms"]) <= session <= int(values["group.max.session.timeout.ms"]):
        yield Finding(f"broker {node} refuses a session timeout of {session:.0f} ms", "change session_timeout_s")
    for log in ("transaction.state.log", "offsets.topic"):
        factor = int(values[f"{log}.replication.factor"])
        if factor < config.min_replication:
            yield Finding(
                f"broker {node}: {log}.replication.factor is {factor}, wanted at least {config.min_replication}",
                "set it before the first transaction of the cluster",
            )
    kept = int(values["offsets.retention.minutes"])
    if kept < OFFSETS_KEPT_MINUTES:
        yield Finding(
            f"broker {node} forgets a resting group's offsets after {kept} minutes, wanted {OFFSETS_KEPT_MINUTES}",
            "set offsets.retention.minutes",
        )
    least = int(values["transaction.state.log.min.isr"])
    if nodes < least:
        yield Finding(f"broker {node}: transaction.state.log.min.isr is {least} of {nodes} brokers", "start the others")


def _topics(config: EngineConfig, agents: list[AgentSpec], admin: KafkaAdminClient) -> Iterator[Finding]:
    names = sorted({topic for agent in agents for topic in (*agent.topics, agent.changelog)})
    described = _describe(admin, names)
    settings = _configs(admin, ConfigResourceType.TOPIC, sorted(described))
    for agent in agents:
        counts = {name: len(described.get(name, ())) for name in (*agent.topics, agent.changelog)}
        yield from partition_findings(agent.name, counts)
        if agent.changelog in described and "compact" not in settings[agent.changelog]["cleanup.policy"]:
            yield Finding(f"changelog {agent.changelog} is not compacted", "set cleanup.policy=compact")
    for name, partitions in described.items():
        replicas = min(len(partition["replica_nodes"]) for partition in partitions)
        yield from replica_findings(config, name, replicas, int(settings[name]["min.insync.replicas"]))


def partition_findings(agent: str, counts: Mapping[str, int]) -> Iterator[Finding]:
    """All inputs of an agent and its changelog exist and have one partition count.

    >>> [f.what for f in partition_findings("a", {"x": 8, "y": 4, "z": 0})]
    ['topic z of agent a does not exist', 'topics of agent a differ in partitions: x 8, y 4']
    """
    for name in (name for name, count in counts.items() if not count):
        yield Finding(f"topic {name} of agent {agent} does not exist", "create the topics first")
    present = {name: count for name, count in counts.items() if count}
    if len(set(present.values())) > 1:
        usual = max(present.values(), key=list(present.values()).count)
        odd = [name for name, count in present.items() if count != usual]
        shown = sorted({odd[0], next(name for name, count in present.items() if count == usual)} | set(odd[:4]))
        listed = ", ".join(f"{name} {present[name]}" for name in shown)
        yield Finding(f"topics of agent {agent} differ in partitions: {listed}", "create them with equal counts")


def replica_findings(config: EngineConfig, topic: str, replicas: int, insync: int) -> Iterator[Finding]:
    """
    >>> [f.what for f in replica_findings(EngineConfig("a", "b:1", min_replication=3), "t", 3, 1)]
    ['topic t: min.insync.replicas 1 of 3: one dead disk could lose acknowledged records']
    """
    if replicas < config.min_replication:
        yield Finding(f"topic {topic} has {replicas} replicas, wanted {config.min_replication}", "add replicas")
    if insync > replicas:
        yield Finding(f"topic {topic}: min.insync.replicas {insync} of {replicas}: nothing can be written", "lower it")
    elif replicas > 1 and insync < 2:
        yield Finding(
            f"topic {topic}: min.insync.replicas {insync} of {replicas}: one dead disk could lose acknowledged records",
            "set min.insync.replicas=2",
        )


def _describe(admin: KafkaAdminClient, names: list[str]) -> dict[str, Any]:
    """Partitions by topic, of those that exist. A broker may need a moment to know a topic just created."""
    for _ in range(LOOKS):
        described = {
            topic["name"]: topic["partitions"] for topic in admin.describe_topics(names) if topic["partitions"]
        }
        if len(described) == len(names):
            break
        time.sleep(LOOK_S)
    return described


def _configs(admin: KafkaAdminClient, kind: Any, names: list[str]) -> dict[str, dict[str, str]]:
    if not names:
        return {}
    answer = admin.describe_configs([ConfigResource(kind, name) for name in names], config_filter="all")
    return {
        name: {key: entry["value"] for key, entry in values.items()}
        for name, values in answer[kind.name.lower()].items()
    }
