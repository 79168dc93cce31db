"""Sealed and verified on a real broker and a real ClickHouse; then edited as somebody with all rights could."""

import asyncio
import json
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from clickhouse_driver import Client
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import PolicyViolationError, TopicAlreadyExistsError
from typer.testing import CliRunner

from sinks.clickhouse import migrate
from sinks.clickhouse.connection import connect
from streams.audit import keys, sealing, store, verifying
from streams.audit.judging import Report
from streams.audit.keys import AuditFault
from streams.audit.rows import Rows
from streams.audit.seals import Seal
from streams.cli.main import app
from streams.oracle import history
from streams.oracle.history import Message
from streams.reader import Reader
from streams.settings import Settings
from topics import admin
from topics.catalogue import FOLDER

pytestmark = pytest.mark.servers
FAMILIES = ("audit", "audit.entries", "lawbooks", "decisions", "querylog", "publication")


class Here:
    """A deployment of a few topics whose append times are those of the records, so that a forger can repeat them."""

    def __init__(self, bootstrap: str, prefix: str, folder: Path) -> None:
        self.reader = Reader(Settings(kafka_bootstrap=bootstrap, prefix=prefix, data_dir=folder), bootstrap)
        self.copy = folder / "kept-elsewhere.jsonl"
        specs = self.reader.catalogue.topics(prefix)
        timed = [one._replace(config={**one.config, "message.timestamp.type": "CreateTime"}) for one in specs]
        self.specs = {one.name: one for one in timed}
        admin.create(bootstrap, timed)

    def topic(self, family: str) -> str:
        return self.reader.topic(family)

    def write(self, family: str, records: Sequence[tuple[bytes, bytes | None, int]], partition: int = 0) -> None:
        producer = KafkaProducer(bootstrap_servers=self.reader.bootstrap, acks="all")
        for key, value, at in records:
            producer.send(self.topic(family), key=key, value=value, timestamp_ms=at, partition=partition)
        producer.close()

    def held(self, family: str) -> list[Message]:
        return list(history.each(self.reader.bootstrap, [family], self.reader.settings.prefix))

    def forge(self, family: str, records: Sequence[Message]) -> None:
        """The topic with other records in it, at the times they name."""
        spec = self.specs[self.topic(family)]
        client = KafkaAdminClient(bootstrap_servers=self.reader.bootstrap)
        client.delete_topics([spec.name])
        until = time.monotonic() + 30
        while spec.name in client.list_topics() and time.monotonic() < until:
            time.sleep(0.1)
        client.close()
        for _ in range(50):
            try:
                admin.create(self.reader.bootstrap, [spec])
                break
            except TopicAlreadyExistsError:
                time.sleep(0.2)
        self.write(family, [(one.key or b"", one.value, one.timestamp_ms) for one in records])

    def seal(self) -> Seal:
        return asyncio.run(sealing.seal(self.reader, self.copy))

    def verify(self, tables: Rows | None = None, now: datetime | None = None) -> Report:
        believed = keys.believed(self.reader.settings.audit_dir / keys.PUBLIC)
        kept = store.read_copy(self.copy)
        return verifying.verify(self.reader, believed, kept, now or datetime.now(UTC), tables)


@pytest.fixture
def here(kafka_bootstrap: str, prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Here]:
    topics = tmp_path / "topics"
    shutil.copytree(FOLDER / "cities", topics / "cities")
    for name in ("bodies", *FAMILIES):
        shutil.copy(FOLDER / f"{name}.yaml", topics)
    monkeypatch.setenv("CHENGXIN_TOPICS", str(topics))
    yield Here(kafka_bootstrap, prefix, tmp_path)


def now_ms() -> int:
    return int(time.time() * 1000)


def looks(number: int) -> list[tuple[bytes, bytes, int]]:
    return [(f"{one:032x}".encode(), f"officer {one} looked".encode(), now_ms() - 1000 + one) for one in range(number)]


def flip(held: list[Message]) -> list[Message]:
    value = held[2].value
    assert value is not None
    return [*held[:2], held[2]._replace(value=value[:-1] + bytes([value[-1] ^ 1])), *held[3:]]


def test_one_byte_one_record_or_the_order_of_a_topic_changed_is_found(here: Here) -> None:
    here.write("querylog", looks(6))
    assert here.seal().number == 1
    here.write("querylog", looks(9)[6:])
    assert [one.records for one in here.seal().ranges] == [3]
    assert (here.verify().count, here.verify().records) == (0, 9)
    before = here.held("querylog")
    forgeries: list[tuple[str, Callable[[list[Message]], list[Message]]]] = [
        ("changed", flip),
        ("moved", lambda held: [held[0], held[2], held[1], *held[3:]]),
        ("missing", lambda held: held[:-1]),
        ("moved", lambda held: [held[0], held[0], *held[1:]]),
        ("late", lambda held: [*held, held[0]._replace(timestamp_ms=now_ms() - 3 * 86_400_000)]),
    ]
    for kind, forgery in forgeries:
        here.forge("querylog", forgery(before))
        assert kind in {finding.kind for finding in here.verify().findings}, kind
    here.forge("querylog", before)
    assert here.verify().count == 0


async def test_what_is_not_committed_is_in_no_seal_yet_and_what_is_aborted_never(here: Here) -> None:
    name = here.topic("decisions")
    producer = AIOKafkaProducer(bootstrap_servers=here.reader.bootstrap, transactional_id=f"{name}.test")
    await producer.start()
    try:
        async with producer.transaction():
            await producer.send_and_wait(name, b"one", key=b"s", partition=3)
        await producer.begin_transaction()
        await producer.send_and_wait(name, b"never", key=b"s", partition=3)
        await producer.abort_transaction()
        await producer.begin_transaction()
        await producer.send_and_wait(name, b"two", key=b"s", partition=3)
        first = await sealing.seal(here.reader, here.copy)
        await producer.commit_transaction()
    finally:
        await producer.stop()
    second = await sealing.seal(here.reader, here.copy)
    assert [(one.partition, one.records) for one in (*first.ranges, *second.ranges)] == [(3, 1), (3, 1)]
    assert first.ranges[0].next == second.ranges[0].first
    report = await asyncio.to_thread(here.verify)
    assert (report.count, report.records, report.seals) == (0, 2, 2)


def test_records_deleted_by_an_administrator_are_missing_until_they_would_have_expired(here: Here) -> None:
    old = now_ms() - 1_099 * 86_400_000
    here.write("querylog", [(b"k", b"an old look", old), *looks(2)])
    here.seal()
    client = KafkaAdminClient(bootstrap_servers=here.reader.bootstrap)
    client.delete_records({TopicPartition(here.topic("querylog"), 0): 1})
    client.close()
    assert [finding.kind for finding in here.verify().findings] == ["missing"]
    later = here.verify(now=datetime.now(UTC) + timedelta(days=1.5))
    assert (later.count, later.gone, later.records) == (0, 1, 2)


def test_a_person_erased_from_a_compacted_topic_leaves_nothing_to_find(here: Here) -> None:
    person = b"a natural person's entry"
    here.write("publication", [(b"p1", person, now_ms()), (b"p2", b"another", now_ms())])
    here.seal()
    here.write("publication", [(b"p1", None, now_ms())])
    here.seal()
    client = KafkaAdminClient(bootstrap_servers=here.reader.bootstrap)
    both = {"cleanup.policy": "compact,delete"}  # of a topic that only compacts nobody may delete the beginning
    client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, here.topic("publication"), configs=both)])
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            client.delete_records({TopicPartition(here.topic("publication"), 0): 1})  # as compaction would
            break
        except PolicyViolationError:
            time.sleep(0.2)
    client.close()
    assert (here.verify().count, here.verify().gone, here.verify().records) == (0, 1, 2)
    kept = b"".join(one.value or b"" for family in ("audit", "audit.entries") for one in here.held(family))
    assert len(kept) > 300 and person not in kept and b"p1" not in kept


def test_seals_taken_from_their_topic_stop_the_sealer_and_are_found(here: Here) -> None:
    here.write("querylog", looks(3))
    here.seal()
    here.seal()
    seals = here.held("audit")
    here.forge("audit", seals[:1])
    with pytest.raises(AuditFault, match="one was changed or is gone"):
        here.seal()
    assert [finding.kind for finding in here.verify().findings] == ["copy"]
    here.forge("audit", [seals[0]._replace(value=(seals[0].value or b"")[:-1]), seals[1]])
    assert [finding.kind for finding in here.verify().findings] == ["seal", "copy", "copy"]


def test_a_missing_key_is_told_and_a_new_one_goes_on_where_the_old_one_ended(here: Here) -> None:
    here.write("querylog", looks(3))
    here.seal()
    folder = here.reader.settings.audit_dir
    (folder / "seal.key").unlink()
    with pytest.raises(AuditFault, match="--new-key"):
        here.seal()
    second = asyncio.run(sealing.seal(here.reader, here.copy, new_key=True))
    third = asyncio.run(sealing.seal(here.reader, here.copy, new_key=True))
    assert (second.number, third.number, len({second.key, third.key})) == (2, 3, 2)
    assert here.verify().count == 0
    (folder / keys.PUBLIC).write_text(third.key + "\n")
    assert [finding.kind for finding in here.verify().findings] == ["seal", "seal"]
    (folder / keys.PUBLIC).unlink()
    with pytest.raises(AuditFault, match="anybody's seal"):
        here.verify()


def test_rows_of_clickhouse_lie_where_the_sealed_records_do(here: Here, clickhouse_url: str, database: str) -> None:
    here.write("decisions", looks(3), partition=1)
    here.seal()
    with connect(clickhouse_url) as client:
        migrate.apply(client, database)
    with connect(clickhouse_url, database) as client:
        insert(client, here, here.held("decisions"))

        def found() -> list[str]:
            return [finding.kind for finding in here.verify(rows()).findings]

        def rows() -> Rows:
            return Rows(client, here.reader.settings.prefix, datetime.now(UTC))

        client.execute(
            f"INSERT INTO sink_positions (topic, partition, next) VALUES ('{here.topic('decisions')}', 1, 3)"
        )
        assert found() == []
        assert here.verify(rows()).rows == 3
        client.execute("ALTER TABLE decisions DELETE WHERE offset = 1 SETTINGS mutations_sync = 1")
        assert found() == ["row"]
        insert(client, here, [here.held("decisions")[1]._replace(timestamp_ms=now_ms() - 5_000)])
        assert found() == ["row", "row"]
        client.execute("ALTER TABLE decisions DELETE WHERE offset = 1 SETTINGS mutations_sync = 1")
        insert(client, here, [here.held("decisions")[1], here.held("decisions")[1]])
        assert found() == ["row"]
    shutil.rmtree(here.reader.settings.audit_dir)


def insert(client: Client, here: Here, records: Sequence[Message]) -> None:
    rows = [(here.topic("decisions"), one.partition, one.offset, when(one.timestamp_ms)) for one in records]
    client.execute("INSERT INTO decisions (topic, partition, offset, appended_at) VALUES", rows)


def when(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC)


def test_the_commands_seal_and_verify_and_end_with_one_where_something_was_edited(here: Here) -> None:
    here.write("querylog", looks(4))
    settings = here.reader.settings
    names = {"KAFKA_BOOTSTRAP": here.reader.bootstrap, "CHENGXIN_PREFIX": settings.prefix}
    runner = CliRunner(env={**names, "CHENGXIN_DATA_DIR": str(settings.data_dir)})
    made = runner.invoke(app, ["audit", "seal"])
    assert made.exit_code == 0 and made.stdout.startswith("seal 1 ") and "4 records, root " in made.stdout
    whole = runner.invoke(app, ["audit", "verify", "--topics-only"])
    assert whole.exit_code == 0, whole.output
    said = {"seals": 1, "records": 4, "gone": 0, "set_aside": 0, "unsealed": 0, "rows": 0, "findings": 0}
    assert json.loads(whole.stdout.splitlines()[-1]) == said
    here.forge("querylog", flip(here.held("querylog")))
    edited = runner.invoke(app, ["audit", "verify", "--topics-only"])
    assert edited.exit_code == 1 and "changed: querylog 0 offset 2: 所见" in edited.stdout
    assert json.loads(edited.stdout.splitlines()[-1])["findings"] == 1
    foreign = settings.data_dir / "foreign.jsonl"
    kept = settings.audit_dir / "seals.jsonl"
    foreign.write_bytes(kept.read_bytes().replace(b'"number":1', b'"number":7', 1))
    other = runner.invoke(app, ["audit", "verify", "--topics-only", "--copy", str(foreign)])
    assert other.exit_code == 1 and "copy: seal 7" in other.stdout
    torn = runner.invoke(app, ["audit", "verify", "--topics-only", "--copy", str(settings.audit_dir / "seal.pub")])
    assert isinstance(torn.exception, AuditFault) and "not a copy of seals" in str(torn.exception)
