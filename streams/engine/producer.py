"""One task's transactional producer: outputs, changelog and input offsets in one transaction, batch by batch."""

import asyncio
import contextlib
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import IllegalOperation, KafkaError, NodeNotReadyError
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.protocol.transaction import (
    AddOffsetsToTxnRequest,
    AddPartitionsToTxnRequest,
    EndTxnRequest,
    TxnOffsetCommitRequest,
)

from streams.engine.checksum import Batch
from streams.engine.config import EngineConfig
from streams.engine.errors import IndefiniteError
from streams.engine.ports import Output
from streams.engine.requests import join_once

BATCH_BYTES = 960 * 1024  # a little below the broker's default message limit of 1 MB
STOP_S = 3.0  # a producer whose broker is silent is given up after this
_TRANSACTIONAL = (AddPartitionsToTxnRequest, AddOffsetsToTxnRequest, TxnOffsetCommitRequest, EndTxnRequest)
_NO_HEADERS: list[Any] = []
_partition_of_key = DefaultPartitioner()  # murmur2, as the Java client


def no_blind_retry(client: Any) -> None:
    """Make a lost answer to a transactional request end the producer instead of being retried inside its epoch.

    In Kafka's protocol a delayed commit or offset commit may act on a later transaction of the same epoch (Jepsen,
    Bufstream 0.1.0). A request that never left (NodeNotReadyError) is safe to repeat and is let through.
    """
    send = client.send

    async def guarded(node_id: int, request: Any, **options: Any) -> Any:
        try:
            return await send(node_id, request, **options)
        except NodeNotReadyError:
            raise
        except KafkaError as error:
            if isinstance(request, _TRANSACTIONAL):
                raise IndefiniteError(f"no answer to {type(request).__name__}: {error!r}") from error
            raise

    client.send = guarded


class TaskProducer:
    """Owns the transactional id of one task while it lives.

    ``start`` fences every earlier producer of this id and returns when their last transaction is decided. After any
    exception but before another transaction the producer must be closed: only a new one knows where it stands.
    """

    def __init__(self, config: EngineConfig, transactional_id: str, partition: int) -> None:
        self._group = config.app_id
        self._partition = partition
        self._compressed = config.compression is not None
        self._counts: dict[str, list[int]] = {}
        self._open = False
        self._producer = AIOKafkaProducer(
            **config.reach,
            client_id=transactional_id,
            transactional_id=transactional_id,
            transaction_timeout_ms=config.transaction_timeout_ms,
            request_timeout_ms=int(config.request_timeout_s * 1000),
            compression_type=config.compression,
            max_batch_size=BATCH_BYTES,
        )
        join_once(self._producer.client)
        no_blind_retry(self._producer.client)

    async def start(self) -> None:
        await self._producer.start()

    async def write(self, outputs: Iterable[Output], offsets: Mapping[TopicPartition, int]) -> None:
        """One transaction: all outputs and the input offsets, or nothing. Raises what Kafka raised."""
        try:
            await self._write(outputs, offsets)
        except (IllegalOperation, AssertionError) as error:
            # A producer that was fenced while the transaction was filled says that there is none, and not why.
            raise self._ended_by() or error from error

    def _ended_by(self) -> BaseException | None:
        """What ended the transaction, if aiokafka did."""
        waiter = self._producer._txn_manager._transaction_waiter
        return waiter.exception() if waiter is not None and waiter.done() and not waiter.cancelled() else None

    async def _write(self, outputs: Iterable[Output], offsets: Mapping[TopicPartition, int]) -> None:
        await self._producer.begin_transaction()
        self._open = True
        sent = await self._send(await self._group_by_partition(outputs))
        await self._producer.send_offsets_to_transaction(offsets, self._group)
        for delivered in sent:  # the commit itself does not look at them
            await delivered
        await self._producer.commit_transaction()
        self._open = False

    async def _group_by_partition(self, outputs: Iterable[Output]) -> dict[tuple[str, int], list[Output]]:
        grouped: dict[tuple[str, int], list[Output]] = {}
        for output in outputs:
            partition = output.partition
            if partition is None:
                known = self._counts.get(output.topic) or await self._partitions(output.topic)
                partition = self._choose(output.key, known)
            grouped.setdefault((output.topic, partition), []).append(output)
        return grouped

    async def _partitions(self, topic: str) -> list[int]:
        found = self._counts[topic] = sorted(await self._producer.partitions_for(topic))
        return found

    def _choose(self, key: bytes | None, partitions: list[int]) -> int:
        if key is None:  # the task's own number: no chance in what is written where
            return partitions[self._partition % len(partitions)]
        if len(partitions) == 1:  # hashing a key costs more than writing its record
            return partitions[0]
        return int(_partition_of_key(key, partitions, partitions))

    async def _send(self, grouped: Mapping[tuple[str, int], Sequence[Output]]) -> list[asyncio.Future[Any]]:
        sent, now = [], int(time.time() * 1000)
        for (topic, partition), outputs in grouped.items():
            for batch in self._batches(outputs, now):
                sent.append(await self._producer.send_batch(batch, topic, partition=partition))
        return sent

    def _batches(self, outputs: Sequence[Output], now: int) -> list[BatchBuilder]:
        """The outputs of one partition in closed batches, filled below the library's own counting: that would be a
        third of what a record costs."""
        made, number = [self._batch(now)], 0
        append = made[-1]._builder.append
        for output in outputs:
            key, value, headers = output.key, output.value, [*output.headers] if output.headers else _NO_HEADERS
            if append(number, now, key, value, headers) is None:
                made[-1]._relative_offset = number
                made.append(self._batch(now))
                append, number = made[-1]._builder.append, 0
                append(0, now, key, value, headers)  # the first record of a batch is never too large for it
            number += 1
        made[-1]._relative_offset = number
        for batch in made:
            batch.close()
        return made

    def _batch(self, now: int) -> BatchBuilder:
        return self._producer.create_batch() if self._compressed else Batch(BATCH_BYTES, now)

    async def close(self) -> None:
        """Abort what is open if Kafka answers, and let go. Never raises, never waits longer than twice STOP_S."""
        with contextlib.suppress(Exception):
            if self._open:
                await asyncio.wait_for(self._producer.abort_transaction(), STOP_S)
        try:
            await asyncio.wait_for(self._producer.stop(), STOP_S)
        except Exception:
            sender = self._producer._sender.sender_task
            if sender is not None:
                sender.cancel()
            with contextlib.suppress(Exception):
                await asyncio.wait_for(self._producer.client.close(), STOP_S)
