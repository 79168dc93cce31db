"""What a task asks Kafka before it works: where the group stands, and what the changelog holds."""

import asyncio
from collections.abc import Iterable
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.engine.closing import end_fetching
from streams.engine.config import EngineConfig
from streams.engine.progress import Known, Progress, read
from streams.engine.state import Store, load


class Reader:
    """A plain read_committed consumer for one task; no member of the group and never committing."""

    def __init__(self, config: EngineConfig, partition: int) -> None:
        self._partition = partition
        self._consumer = AIOKafkaConsumer(
            **config.reach,
            group_id=config.app_id,
            enable_auto_commit=False,
            isolation_level="read_committed",
            auto_offset_reset="none",
            request_timeout_ms=int(config.request_timeout_s * 1000),
            max_partition_fetch_bytes=4 << 20,
            fetch_max_wait_ms=100,
        )

    async def __aenter__(self) -> "Reader":
        await self._consumer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await end_fetching(self._consumer)
        await self._consumer.stop()

    async def committed(self, topics: Iterable[str]) -> dict[str, Known]:
        """What the broker knows of each topic.

        Only right after the task's producer has started: before that, a transaction of the last owner may be about
        to move the committed offsets.
        """
        tps = [TopicPartition(topic, self._partition) for topic in topics]
        # aiokafka would find out about unknown topics one by one, and ask for committed offsets one by one: with two
        # hundred topics a task would not come up within the time limit. One request each.
        await self._consumer._client.set_topics([tp.topic for tp in tps])
        first = await self._consumer.beginning_offsets(tps)
        last = await self._consumer.end_offsets(tps)
        group = await self._consumer._coordinator.fetch_committed_offsets(tps)
        return {tp.topic: Known(_offset(group.get(tp)), first[tp], last[tp]) for tp in tps}

    async def replay(self, changelog: str, store: Store) -> Progress:
        """Fill ``store`` with everything committed to the changelog's partition. Returns the offsets kept there."""
        tp = TopicPartition(changelog, self._partition)
        end = (await self._consumer.end_offsets([tp]))[tp]
        self._consumer.assign([tp])
        await self._consumer.seek_to_beginning(tp)
        kept = None
        while await self._consumer.position(tp) < end:
            fetched = await self._consumer.getmany(tp, timeout_ms=200, max_records=5_000)
            kept = load(store, ((record.key, record.value) for record in fetched.get(tp, []))) or kept
            await asyncio.sleep(0)
        return read(kept)


def _offset(committed: Any) -> int | None:
    """-1 is the broker's word for a topic on which the group has committed nothing."""
    return None if committed is None or committed.offset < 0 else int(committed.offset)
