"""What a transaction writes: outputs in their batches, none lost when one is full, and the bytes of the library."""

import platform
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.protocol.produce import ProduceRequest, ProduceRequest_v3, ProduceRequest_v7
from aiokafka.record.memory_records import MemoryRecords

from streams.engine.config import EngineConfig
from streams.engine.ports import Output
from streams.engine.producer import BATCH_BYTES, TaskProducer
from streams.engine.requests import encoded, join_once


def records(batch: BatchBuilder) -> list[Any]:
    assert batch.closed()
    batch._set_producer_state(7, 1, 0)
    reader = MemoryRecords(bytes(batch._build()))
    found = [record for one in iter(lambda: reader.next_batch() if reader.has_next() else None, None) for record in one]
    assert batch.record_count() == len(found)  # what sequence numbers are made of
    assert [record.offset for record in found] == list(range(len(found)))
    return found


async def batches_of(outputs: list[Output]) -> list[BatchBuilder]:
    producer = TaskProducer(EngineConfig("app", "localhost:9092"), "app.agent.4", 4)
    try:
        return producer._batches(outputs, 1_700_000_000_000)
    finally:
        await producer.close()


async def test_full_batches_are_followed_by_others_and_hold_every_record() -> None:
    values = [b"%07d" % number * 20_000 for number in range(20)] + [b"x" * 3 * BATCH_BYTES, b"last"]
    batches = await batches_of([Output("t", b"key", value, 0) for value in values])
    assert len(batches) == 5  # of 7, 7 and 6 records, the large one, the last
    assert [record.value for batch in batches for record in records(batch)] == values


async def test_key_value_headers_and_time_of_a_record() -> None:
    (batch,) = await batches_of(
        [Output("t", b"k", b"v", 0, (("h", b"1"),)), Output("t", None, b"w"), Output("t", b"k", None)]
    )
    found = [(record.key, record.value, [*record.headers], record.timestamp) for record in records(batch)]
    now = 1_700_000_000_000
    assert found == [(b"k", b"v", [("h", b"1")], now), (None, b"w", [], now), (b"k", None, [], now)]


@pytest.mark.parametrize("number", [1, 2, 127, 128, 700])
async def test_a_batch_is_written_as_the_library_writes_it(number: int) -> None:
    rows = [
        Output("t", (None, b"", b"k" * 40)[at % 3], (None, b"", b"v" * at)[at % 3], 0, (("h", b"1"),) * (at % 2))
        for at in range(number)
    ]
    (ours,) = await batches_of(rows)
    library = BatchBuilder(BATCH_BYTES, 0, is_transactional=True)
    for row in rows:
        library.append(timestamp=1_700_000_000_000, key=row.key, value=row.value, headers=[*row.headers])
    for batch in (ours, library):
        batch._set_producer_state(1 << 40, 3, 77)
    written = bytes(ours._build())
    assert written == bytes(library._build()) and ours.closed()
    assert ours._build() == written  # a batch sent again after an answer that says so


async def test_what_is_compressed_is_left_to_the_library() -> None:
    producer = TaskProducer(EngineConfig("app", "localhost:9092", compression="lz4"), "app.agent.4", 4)
    (batch,) = producer._batches([Output("t", b"k", b"v" * 1_000, 0)], 1_700_000_000_000)
    await producer.close()
    assert [(one.key, one.value) for one in records(batch)] == [(b"k", b"v" * 1_000)]
    assert len(batch._build()) < 200


async def test_a_request_is_written_as_the_library_writes_it() -> None:
    topics = [("主题", [(0, b"records"), (7, b"")]), ("two", [(1, b"\x00" * 5_000)])]
    for name in ("app.agent.3", None):
        request = ProduceRequest(name, -1, 15_000, topics)
        for version in (ProduceRequest_v3, ProduceRequest_v7):
            assert encoded(request.build(version)) == request.build(version).encode()
    sent = []

    async def send(node: int, request: Any) -> None:
        sent.append(request.prepare({0: (0, 9)}))

    client = SimpleNamespace(send=send)
    join_once(client)
    await client.send(1, ProduceRequest("app.agent.3", -1, 15_000, topics))
    assert sent[0].encode() == ProduceRequest("app.agent.3", -1, 15_000, topics).build(ProduceRequest_v7).encode()
    assert sent[0].encode.func is encoded
    await client.send(1, SimpleNamespace(prepare=lambda versions: "another request"))
    assert sent[1] == "another request"


_FAULTS = """
import resource
from streams.engine.allocator import keep_memory
{call}
def requests():
    parts = [bytes(60_000) for _ in range(50)]
    return [b"".join(parts) for _ in range(3)]
for _ in range(3):
    requests()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    requests()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the setting is glibc's")
def test_memory_of_one_transaction_serves_the_next() -> None:
    def faults(call: str) -> int:
        done = subprocess.run([sys.executable, "-c", _FAULTS.format(call=call)], capture_output=True, check=True)
        return int(done.stdout)

    assert faults("keep_memory()") * 20 < faults("")
