"""A worker that could lose or double a record does not start, and says why."""

from dataclasses import replace
from pathlib import Path

import pytest
from engine_harness import Job, Workers, create
from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from kafka.errors import ClusterAuthorizationFailedError, KafkaError, KafkaTimeoutError, UnknownBrokerIdError

from streams.engine import selfcheck
from streams.engine.assignment import tasks_of
from streams.engine.config import EngineConfig
from streams.engine.errors import SplitAssignment
from streams.engine.ports import AgentSpec
from streams.engine.selfcheck import Finding, broker_findings, check, replica_findings

CONFIG = EngineConfig("app", "host:1")
BROKER = {
    "transaction.max.timeout.ms": "900000",
    "group.min.session.timeout.ms": "6000",
    "group.max.session.timeout.ms": "1800000",
    "transaction.state.log.replication.factor": "3",
    "offsets.topic.replication.factor": "3",
    "transaction.state.log.min.isr": "2",
    "offsets.retention.minutes": "10080",
}


@pytest.mark.servers
def test_a_sound_set_up_has_no_finding(kafka_bootstrap: str, prefix: str) -> None:
    job = Job(kafka_bootstrap, prefix)
    create(job)
    assert check(job.engine_config(), [job.agent()]) == []


@pytest.mark.servers
def test_every_fault_of_the_topics_is_named(kafka_bootstrap: str, prefix: str) -> None:
    job = Job(kafka_bootstrap, prefix, topics=3, config={"min_replication": 2})
    admin = KafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    admin.create_topics(
        [NewTopic(job.inputs[0], 8, 1), NewTopic(job.inputs[1], 4, 1), NewTopic(job.changelog, 8, 1)],
        wait_for_metadata=True,
    )
    admin.close()
    found = "\n".join(str(finding) for finding in check(job.engine_config(), [job.agent()]))
    assert f"topic {job.inputs[2]} of agent count does not exist" in found
    assert "differ in partitions" in found
    assert "is not compacted" in found
    assert "has 1 replicas, wanted 2" in found


@pytest.mark.servers
def test_a_refused_worker_ends_with_its_findings(kafka_bootstrap: str, prefix: str, tmp_path: Path) -> None:
    with Workers(Job(kafka_bootstrap, prefix), tmp_path) as group:
        worker = group.start()
        assert worker.wait(30) == 78
        group.alive.remove(worker)
        assert "does not exist. Cure: create the topics first" in group.logs()


def test_no_broker_is_a_finding() -> None:
    config = replace(CONFIG, bootstrap="127.0.0.1:1", session_timeout_s=3.0, request_timeout_s=4.0)
    (finding,) = check(config, [])
    assert "no answer from Kafka" in finding.what


@pytest.mark.parametrize(
    ("error", "looks", "said"),
    [
        (UnknownBrokerIdError(2), 3, []),
        (KafkaTimeoutError("slow"), 3, []),
        (ClusterAuthorizationFailedError("no"), 1, ["Kafka refused to describe itself"]),
    ],
)
def test_a_broker_that_has_just_died_is_looked_for_again_and_a_missing_right_is_not(
    error: KafkaError, looks: int, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def cluster(config: EngineConfig, agents: list[AgentSpec]) -> list[Finding]:
        seen.append(config)
        if len(seen) < 3:
            raise error
        return []

    monkeypatch.setattr(selfcheck, "_cluster", cluster)
    assert [finding.what[: len(said[0])] for finding in check(CONFIG, [])] == said
    assert len(seen) == looks


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("transaction.max.timeout.ms", "1000", "allows transactions of 1000 ms"),
        ("group.min.session.timeout.ms", "30000", "refuses a session timeout"),
        ("offsets.topic.replication.factor", "1", "offsets.topic.replication.factor is 1"),
        ("transaction.state.log.min.isr", "4", "min.isr is 4 of 3"),
        ("offsets.retention.minutes", "10079", "forgets a resting group's offsets after 10079 minutes"),
    ],
)
def test_broker_settings(setting: str, value: str, said: str) -> None:
    config = replace(CONFIG, min_replication=3)
    assert not list(broker_findings(config, "1", BROKER, 3))
    assert said in next(broker_findings(config, "1", {**BROKER, setting: value}, 3)).what


@pytest.mark.parametrize(
    ("replicas", "insync", "said"),
    [(1, 1, "wanted 2"), (2, 3, "nothing can be written"), (3, 1, "one dead disk")],
)
def test_replicas(replicas: int, insync: int, said: str) -> None:
    config = replace(CONFIG, min_replication=2)
    assert not list(replica_findings(config, "t", 3, 2))
    assert said in next(replica_findings(config, "t", replicas, insync)).what


def test_an_assignment_that_splits_a_task_is_refused() -> None:
    job = Job("host:1", "p.", topics=3)
    whole = {(topic, number) for topic in job.inputs for number in (0, 2)}
    other = AgentSpec("other", ("p.other",), "p.olog", lambda partition: job.agent().make_step(partition))
    assert tasks_of([job.agent(), other], whole | {("p.other", 1)}) == {("count", 0), ("count", 2), ("other", 1)}
    with pytest.raises(SplitAssignment, match=r"owns partition 2 of 2 topics, but not of p\.in\.01"):
        tasks_of([job.agent()], whole - {("p.in.01", 2)})


@pytest.mark.parametrize(
    "change",
    [
        {"app_id": ""},
        {"session_timeout_s": 20.0},
        {"transaction_timeout_ms": 10_000},
        {"stream_buffer": 0},
    ],
)
def test_settings_that_cannot_work_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="must"):
        replace(CONFIG, **change)  # type: ignore[arg-type]
