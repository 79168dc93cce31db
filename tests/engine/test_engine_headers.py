"""A header's name that is no UTF-8 stops no reader: each record of the batch is read, as it is from any other."""

from typing import Any

import aiokafka.consumer.fetcher as aiokafka_fetcher
import kafka.consumer.fetcher as kafka_fetcher
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as Place
from foreign_header import Raw
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.record.default_records import DefaultRecordBatchBuilder

from streams.engine import headers

NAMES = [b"plain", b"\xff\xfe", "测试".encode(), b"half \xe6\xb5", b""]
SHOWN = ["plain", "\\xff\\xfe", "测试", "half \\xe6\\xb5", ""]
UNCOMPRESSED, GZIP = 0, 1
headers.forgive()


def batch(names: list[bytes], compression: int) -> bytes:
    """One batch, a record for each name."""
    made = DefaultRecordBatchBuilder(
        magic=2, compression_type=compression, is_transactional=0, producer_id=-1, producer_epoch=-1, base_sequence=-1,
        batch_size=1 << 20,
    )  # fmt: skip
    for number, name in enumerate(names):
        made.append(number, 1, b"key", b"value %d" % number, [(Raw(name), b"x"), (Raw(b"second"), None)])
    return bytes(made.build())


def read(records: Any) -> list[tuple[int, bytes, list[tuple[str, bytes | None]]]]:
    found = {}
    while records.has_next():
        for one in records.next_batch():
            found[one.offset] = (one.offset, bytes(one.value), [tuple(header) for header in one.headers])
    return list(found.values())


@pytest.mark.parametrize("compression", [UNCOMPRESSED, GZIP])
@pytest.mark.parametrize("client", [aiokafka_fetcher, kafka_fetcher])
def test_each_record_is_read_whatever_its_headers_are_called(client: Any, compression: int) -> None:
    data = batch(NAMES, compression)
    wanted = [(n, b"value %d" % n, [(SHOWN[n], b"x"), ("second", None)]) for n in range(len(NAMES))]
    assert read(client.MemoryRecords(data)) == wanted
    assert read(client.MemoryRecords(data + data)) == wanted, "the next batch begins where the last one ended"


@pytest.mark.parametrize("client", [aiokafka_fetcher, kafka_fetcher])
def test_what_is_broken_otherwise_is_still_refused(client: Any) -> None:
    data = bytearray(batch([b"plain", b"\xff"], UNCOMPRESSED))
    data[61] ^= 1  # the length of the first record
    with pytest.raises(Exception, match=r"[Cc]orrupt|[Ii]nvalid"):
        read(client.MemoryRecords(bytes(data)))


def test_what_is_asked_of_a_batch_beside_its_records_is_the_clients_answer() -> None:
    records = aiokafka_fetcher.MemoryRecords(batch(NAMES, UNCOMPRESSED))
    assert isinstance(records, headers._Records)
    found = records.next_batch()
    assert (found.base_offset, found.next_offset, found.is_control_batch, found.validate_crc()) == (0, 5, False, True)
    assert records.next_batch() is None and not records.has_next()


@pytest.mark.servers
async def test_a_real_broker_takes_it_and_both_clients_read_on(kafka_bootstrap: str, prefix: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    admin.create_topics({f"{prefix}events.court": {"num_partitions": 1, "replication_factor": 1}})
    admin.wait_for_topics([f"{prefix}events.court"])
    admin.close()
    producer = KafkaProducer(bootstrap_servers=kafka_bootstrap)
    for name in NAMES:
        producer.send(f"{prefix}events.court", value=b"v", partition=0, headers=[(Raw(name), b"x")]).get(timeout=30)
    producer.close()
    ours = AIOKafkaConsumer(bootstrap_servers=kafka_bootstrap, auto_offset_reset="earliest")
    await ours.start()
    try:
        ours.assign([Place(f"{prefix}events.court", 0)])
        names = [(await ours.getone()).headers[0][0] for _ in NAMES]
    finally:
        await ours.stop()
    assert names == SHOWN
    others = KafkaConsumer(bootstrap_servers=kafka_bootstrap)
    others.assign([TopicPartition(f"{prefix}events.court", 0)])
    others.seek_to_beginning()
    assert [next(others).headers[0][0] for _ in NAMES] == SHOWN
    others.close()
