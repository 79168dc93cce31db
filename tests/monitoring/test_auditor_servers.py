"""The auditor against a real broker and a real ClickHouse: markers, aborted writes, rows stored twice."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from audit_history import BOOK, CODEC, LAW_DIR, History
from audit_lawful import lawful
from clickhouse_driver import Client
from kafka import KafkaProducer
from rich.console import Console
from typer.testing import CliRunner

from monitoring.auditor import AuditReport, audit
from monitoring.auditor.findings import Invariant as I
from monitoring.auditor.reading import NoTopic, Reader
from monitoring.auditor.show import show
from sinks.clickhouse import migrate
from sinks.clickhouse.columns import Stored, names
from sinks.clickhouse.columns import rows as columns_of
from sinks.clickhouse.connection import connect
from sinks.clickhouse.tables import BY_FAMILY
from topics.admin import create
from topics.catalogue import Catalogue

pytestmark = pytest.mark.servers
CATALOGUE = Catalogue.load()
Fields = dict[str, Any]
Row = tuple[str, str, bytes | None, Fields]  # topic, family, key, value


class World:
    """One history on a broker and in a database of its own."""

    def __init__(self, bootstrap: str, url: str, prefix: str, database: str) -> None:
        self.bootstrap, self.url, self.prefix, self.database = bootstrap, url, prefix, database

    def audit(self) -> AuditReport:
        return audit(self.bootstrap, self.url, self.prefix, self.database, LAW_DIR)

    def name(self, family: str, channel: str | None = None) -> str:
        return CATALOGUE.name(family, channel, self.prefix)

    def write(self, history: History) -> None:
        one = [spec._replace(partitions=1) for spec in CATALOGUE.topics(self.prefix)]  # all that is written below
        create(self.bootstrap, one)
        plain = KafkaProducer(bootstrap_servers=self.bootstrap)
        for one in history.sources:
            plain.send(self.prefix + one["_topic"], b"no frame", partition=0)
        for one in history.accepted:
            if one["kind"] == "tick":
                plain.send(self.name("clock"), CODEC.encode("ClockTick", one["tick"]), partition=0)
        plain.close()
        producer = KafkaProducer(bootstrap_servers=self.bootstrap, transactional_id=f"{self.prefix}writer")
        producer.init_transactions()
        self._send(producer, history, commit=False)
        self._send(producer, history, commit=True)
        producer.close()

    def _send(self, producer: KafkaProducer, history: History, commit: bool) -> None:
        producer.begin_transaction()
        for topic, record, key, value in self._outputs(history):
            producer.send(topic, CODEC.encode(record, value), key, partition=0)
        (producer.commit_transaction if commit else producer.abort_transaction)()

    def _outputs(self, history: History) -> Iterator[tuple[str, str, bytes, Fields]]:
        def clean(value: Fields) -> Fields:
            return {key: inner for key, inner in value.items() if not key.startswith("_")}

        for one in history.books:
            yield self.name("lawbooks"), "LawBookPublished", one["_key"].encode(), clean(one)
        for one in history.receipts:
            channel = one["source_topic"].rpartition(".")[2]
            yield self.name("receipts", channel), "Receipt", one["_key"].encode(), clean(one)
        for one in history.accepted:
            yield self.name("accepted"), "Accepted", one["subject"].encode(), clean(one)
        for one in history.decisions:
            yield self.name("decisions"), "Decision", one["subject"].encode(), clean(one)
        for one in history.deltas:
            topic = self.name(one["_family"], one["_channel"])
            yield topic, "ObligationChange", one["obligation_id"].encode(), clean(one)
        for identifier, one in history.current.items():
            topic = self.name("rewards.current" if one["incentive"] else "sanctions.current", one["executor"])
            yield topic, "ObligationCurrent", identifier.encode(), clean(one)
        for identifier, one in history.fed.items():
            yield self.name("bureau"), "BureauFeed", identifier.encode(), clean(one)

    def store(self) -> None:
        """What the sink would store of the topics."""
        client = connect(self.url)
        migrate.apply(client, self.database)
        with Reader(self.bootstrap) as reader:
            for spec in CATALOGUE.topics(self.prefix):
                table = BY_FAMILY.get(spec.family)
                if table is None:
                    continue
                stored = [
                    Stored(read.topic, read.partition, read.offset, 1, CODEC.decode(read.value).value)
                    for read in reader.read(reader.bounds([spec.name]))
                ]
                if stored:
                    into = f"INSERT INTO {table.name} ({', '.join(names(table))}) VALUES"
                    client.execute(into, columns_of(table, stored), columnar=True)
        client.disconnect()

    def sql(self, statement: str) -> None:
        with Client.from_url(self.url) as client:
            client.execute(
                statement.replace("TABLE ", f"TABLE {self.database}.").replace("INTO ", f"INTO {self.database}.")
            )


@pytest.fixture
def world(kafka_bootstrap: str, clickhouse_url: str, prefix: str, database: str) -> Callable[[History], World]:
    def build(history: History) -> World:
        made = World(kafka_bootstrap, clickhouse_url, prefix, database)
        made.write(history)
        made.store()
        return made

    return build


def test_what_is_lawful_matches_and_what_is_stored_twice_does_not(world: Callable[[History], World]) -> None:
    here = world(lawful())
    report = here.audit()
    assert report.match, report.findings
    assert report.checked[I.ROWS] > 50 and report.checked[I.CURRENT_ROWS] > 20
    idle = {I.CAP, I.ERASED, I.OVERDUE, I.DISPUTED, I.REPAIRED, I.ORDERS_TOLD}  # what this history has nothing of
    idle |= {I.RED_LIST, I.PARTNER, I.PARTNERS_TOLD}
    assert {invariant for invariant, number in report.checked.items() if not number} == idle

    rows = f"SELECT * FROM {here.database}.decisions LIMIT 1 SETTINGS insert_deduplicate = 0"
    here.sql(f"INSERT INTO decisions {rows}")
    assert set(here.audit().failed) == {I.ROWS}


def test_a_wrong_history_is_told_by_the_command(world: Callable[[History], World]) -> None:
    from streams.cli.auditor import app

    history = lawful()
    executor, history.decisions[0]["raised"][0]["executor"] = history.decisions[0]["raised"][0]["executor"], "education"
    here = world(history)
    flags = {"bootstrap": here.bootstrap, "prefix": here.prefix, "database": here.database}
    words = [word for name, value in flags.items() for word in (f"--{name}", value)]
    result = CliRunner().invoke(app, words, env={"CLICKHOUSE_URL": here.url})
    assert result.exit_code == 1, result.output
    assert "the rule names the executor" in result.output
    assert "education" in result.output and f"'{executor}'" in result.output


def test_a_wrong_prefix_is_no_match(kafka_bootstrap: str, prefix: str) -> None:
    with pytest.raises(NoTopic, match="check the prefix"):
        audit(kafka_bootstrap, None, prefix, "none", LAW_DIR)


def test_the_table_shows_ok_and_the_first_difference() -> None:
    history = copy.deepcopy(lawful())
    good, console = history.audit(), Console(record=True, width=160)
    show(good, console)
    assert "match" in console.export_text()
    history.decisions[0]["law_digest"] = BOOK.digest[::-1]
    show(history.audit(), console)
    text = console.export_text()
    assert "1 wrong" in text and BOOK.digest[::-1] in text and "1 differences" in text
