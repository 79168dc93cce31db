"""Who may do what in Kafka, worked out from ``topics/*.yaml`` and the flow; no second list says it again.

What is not listed here is denied: the authorizer knows no default but no. Each role that a family names as writer or
reader is one account; the agents, which share a process and its consumer group, are one; each channel and each partner
has its own, and only for its own topics.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from sinks.clickhouse.tables import SINK_GROUP
from streams import flow
from topics.catalogue import Catalogue, Family

ADMIN = "admin"  # creates topics, users and rights; a super user of the cluster, so it needs none itself
WORKER = "worker"
SINK = "sink"
CLOCK = "clock"
EXPORTER = "exporter"
SEALER = "sealer"

Operation = Literal["READ", "WRITE", "DESCRIBE", "DESCRIBE_CONFIGS", "IDEMPOTENT_WRITE"]
Resource = Literal["TOPIC", "GROUP", "TRANSACTIONAL_ID", "CLUSTER"]
THE_CLUSTER = "kafka-cluster"  # Kafka's own name for its only one


class Right(NamedTuple):
    """One thing an account may do. ``prefixed``: with everything whose name begins so."""

    account: str
    operation: Operation
    resource: Resource
    name: str
    prefixed: bool = False


def of_channel(code: str) -> str:
    """The account of a channel: no component has a dot in its name, so the two can never be confused."""
    return f"channel.{code}"


def of_partner(code: str) -> str:
    return f"partner.{code}"


def accounts(catalogue: Catalogue) -> list[str]:
    """Every account that has a right, in a stable order; without ``ADMIN``."""
    return sorted({right.account for right in rights(catalogue, "")})


def rights(catalogue: Catalogue, prefix: str) -> list[Right]:
    """Everything that anybody may do, in a stable order, each once."""
    found = set(_topics(catalogue, prefix))
    writing = {right.account for right in found if right.operation == "WRITE"}
    found |= {Right(account, "IDEMPOTENT_WRITE", "CLUSTER", THE_CLUSTER) for account in writing}
    found |= {*_worker(catalogue, prefix), *_sink(prefix), *_alone(catalogue, prefix)}
    found |= {*_exporter(catalogue, prefix), *_outside(catalogue)}
    return sorted(found)


def _topics(catalogue: Catalogue, prefix: str) -> Iterator[Right]:
    """Reading and writing, as the families say it. Either includes seeing that the topic is there."""
    for family in catalogue.families.values():
        for channel in catalogue.channels_of(family.family) or (None,):
            name = catalogue.name(family.family, channel, prefix)
            for role in family.writers:
                yield Right(_account(role, family, channel), "WRITE", "TOPIC", name)
            for role in family.readers:
                yield Right(_account(role, family, channel), "READ", "TOPIC", name)


def _account(role: str, family: Family, channel: str | None) -> str:
    if role in ("channel", "partner"):
        if channel is None or (role == "partner") != (family.channels == "partners"):
            raise ValueError(f"topics/{family.family}.yaml: {role} stands for the owner of a topic that it has not")
        return of_channel(channel) if role == "channel" else of_partner(channel)
    return WORKER if any(role == agent.name for agent in flow.AGENTS) else role


def _worker(catalogue: Catalogue, prefix: str) -> Iterator[Right]:
    """The agents' group and transactions, and what their self-check looks at."""
    group = f"{prefix}{flow.APP}"
    yield Right(WORKER, "READ", "GROUP", group)
    yield Right(WORKER, "DESCRIBE_CONFIGS", "CLUSTER", THE_CLUSTER)
    for agent in flow.AGENTS:
        yield Right(WORKER, "WRITE", "TRANSACTIONAL_ID", f"{group}.{agent.name}.", prefixed=True)
        for name in (*catalogue.inputs(agent.name, prefix), catalogue.name(agent.changelog, None, prefix)):
            yield Right(WORKER, "DESCRIBE_CONFIGS", "TOPIC", name)


def _sink(prefix: str) -> Iterator[Right]:
    yield Right(SINK, "READ", "GROUP", f"{prefix}{SINK_GROUP}")


def _alone(catalogue: Catalogue, prefix: str) -> Iterator[Right]:
    """Topics with one writer at a time: who opens transactions by the topic's name ends whoever had them open."""
    for account, family in ((CLOCK, "clock"), (SEALER, "audit")):
        yield Right(account, "WRITE", "TRANSACTIONAL_ID", catalogue.name(family, None, prefix))


def _exporter(catalogue: Catalogue, prefix: str) -> Iterator[Right]:
    """How far everything is, and how fresh: offsets and times of every topic, without a record of it."""
    for group in (flow.APP, SINK_GROUP):
        yield Right(EXPORTER, "DESCRIBE", "GROUP", f"{prefix}{group}")
    for spec in catalogue.topics(prefix):
        yield Right(EXPORTER, "DESCRIBE", "TOPIC", spec.name)


def _outside(catalogue: Catalogue) -> Iterator[Right]:
    """Consumer groups of those outside, each under its own code: theirs to name, and nobody else's."""
    for code in catalogue.channels:
        yield Right(of_channel(code), "READ", "GROUP", f"{code}.", prefixed=True)
    for code in catalogue.partners:
        yield Right(of_partner(code), "READ", "GROUP", f"{code}.", prefixed=True)
