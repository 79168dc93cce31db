"""The sink against real servers, nothing dying: every record arrives once, restarts included."""

import asyncio
import signal

import pytest
from aiokafka import AIOKafkaProducer
from kafka import KafkaAdminClient, OffsetAndMetadata, TopicPartition
from sink_stand import Stand

from sinks.clickhouse import migrate, verify

pytestmark = pytest.mark.servers


async def test_every_record_becomes_one_row_and_an_orderly_restart_repeats_none(stand):
    await stand.produce(2_000)
    with stand.sink() as sink:
        stand.wait_for(stand.rows_wanted)
        sink.send_signal(signal.SIGTERM)
        assert sink.wait(20) == 0, stand.log()
    await stand.produce(400)
    with stand.sink():
        stand.wait_for(stand.rows_wanted)
    await stand.assert_exactly_once()
    assert "again" not in stand.log(), "an orderly stop leaves nothing to replay"


async def test_lost_group_offsets_repeat_nothing(stand):
    await stand.produce(1_000)
    with stand.sink() as sink:
        stand.wait_for(stand.rows_wanted)
        sink.send_signal(signal.SIGTERM)
        sink.wait(20)
    admin = KafkaAdminClient(bootstrap_servers=stand.bootstrap)
    admin.delete_groups([f"{stand.prefix}sink-clickhouse"])
    admin.close()
    await stand.produce(400)
    with stand.sink():
        stand.wait_for(stand.rows_wanted)
    await stand.assert_exactly_once()
    assert "offsets are lost" in stand.log()


async def test_an_older_database_is_filled_up_and_an_empty_one_rebuilt(stand):
    await stand.produce(1_000)
    with stand.sink() as sink:
        stand.wait_for(stand.rows_wanted)
        await stand.produce(600)
        stand.wait_for(stand.rows_wanted)
        sink.send_signal(signal.SIGTERM)
        sink.wait(20)
    lost = f"{stand.prefix}receipts.court"
    with stand.client() as client:  # as if restored from before these records
        middle = client.execute("SELECT quantileExact(offset) FROM receipts WHERE topic = %(t)s", {"t": lost})[0][0]
        client.execute(f"ALTER TABLE receipts DELETE WHERE offset >= {middle} SETTINGS mutations_sync = 2")
        client.execute(f"ALTER TABLE sink_positions DELETE WHERE topic = '{lost}' SETTINGS mutations_sync = 2")
        client.execute("INSERT INTO sink_positions (topic, partition, next) VALUES", [(lost, 0, middle)])
    with stand.sink() as sink:
        stand.wait_for(stand.rows_wanted)
        sink.send_signal(signal.SIGTERM)
        sink.wait(20)
    await stand.assert_exactly_once()
    with stand.client("") as client:
        client.execute(f"DROP DATABASE {stand.database} SYNC")
        migrate.apply(client, stand.database)
    with stand.sink():
        stand.wait_for(stand.rows_wanted)
    await stand.assert_exactly_once()


async def test_an_unreadable_record_of_our_own_stops_the_sink_and_nothing_is_skipped(stand):
    await stand.produce(400)
    with stand.sink() as sink:
        stand.wait_for(stand.rows_wanted)
        producer = AIOKafkaProducer(bootstrap_servers=stand.bootstrap)
        await producer.start()
        place = await producer.send_and_wait(f"{stand.prefix}receipts.court", b"junk")
        await producer.stop()
        assert sink.wait(20) == 1
    assert f"offset {place.offset}: NOT_FRAMED" in stand.log()
    assert stand.positions()[f"{stand.prefix}receipts.court", 0] <= place.offset


async def test_offsets_moved_back_by_hand_stop_the_sink(stand):
    await stand.produce(400)
    with stand.sink() as sink:
        stand.wait_for(stand.rows_wanted)
        sink.send_signal(signal.SIGTERM)
        sink.wait(20)
    admin = KafkaAdminClient(bootstrap_servers=stand.bootstrap)
    place = TopicPartition(f"{stand.prefix}receipts.court", 0)
    admin.alter_group_offsets(f"{stand.prefix}sink-clickhouse", {place: OffsetAndMetadata(1, "", None)})
    admin.close()
    with stand.sink() as sink:
        assert sink.wait(30) == 1
    assert "moved by hand" in stand.log()
    await stand.assert_exactly_once()


def test_missing_topics_and_an_unprepared_database_are_named(
    kafka_bootstrap, clickhouse_url, prefix, database, tmp_path
):
    stand = Stand(kafka_bootstrap, clickhouse_url, prefix, database, tmp_path)
    with stand.sink() as sink:
        assert sink.wait(20) == 1
    assert "run chengxin migrate --apply" in stand.log()
    with stand.client("") as client:
        migrate.apply(client, database)
    with stand.sink() as sink:
        assert sink.wait(20) == 1
    assert "create the topics first" in stand.log()


async def test_the_command_line_verifier_agrees(stand, monkeypatch, capsys):
    await stand.produce(400)
    with stand.sink():
        stand.wait_for(stand.rows_wanted)
    monkeypatch.setenv("KAFKA_BOOTSTRAP", stand.bootstrap)
    monkeypatch.setenv("CLICKHOUSE_URL", stand.url)
    monkeypatch.setenv("CHENGXIN_PREFIX", stand.prefix)
    monkeypatch.setenv("CHENGXIN_DATABASE", stand.database)
    assert await asyncio.to_thread(verify.main) == 0
    assert "ok  receipts: 100 rows, 0 duplicates, 0 missing, 0 strange, 0 waiting" in capsys.readouterr().out
    with stand.client() as client:
        client.execute("INSERT INTO receipts SELECT * FROM receipts LIMIT 1")
        client.execute("ALTER TABLE decisions DELETE WHERE partition = 3 SETTINGS mutations_sync = 2")
    assert await asyncio.to_thread(verify.main) == 1
    said = capsys.readouterr().out
    assert "BAD receipts: 101 rows, 1 duplicates" in said
    assert "BAD decisions" in said
