"""What a task asks Kafka before it works: where the group stands, and what the changelog holds."""

import asyncio
from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.engine.config import EngineConfig
from streams.engine.errors import EngineError
from streams.engine.state import Store, load


class Reader:
    """A plain read_committed consumer for one task; no member of the group and never committing."""

    def __init__(self, config: EngineConfig, partition: int) -> None:
        self._partition = partition
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=config.bootstrap,
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
        await self._consumer.stop()

    async def committed(self, topics: Iterable[str]) -> dict[str, tuple[int, int]]:
        """For each topic (where to begin, first offset still there).

        Only right after the task's producer has started: before that, a transaction of the last owner may be about
        to move the committed offsets. Raises EngineError when a topic ends before the committed offset.
        """
        tps = [TopicPartition(topic, self._partition) for topic in topics]
        first = await self._consumer.beginning_offsets(tps)
        last = await self._consumer.end_offsets(tps)
        answers = await asyncio.gather(*[self._consumer.committed(tp) for tp in tps])
        found = {}
        for tp, answer in zip(tps, answers, strict=True):
            begin = first[tp] if answer is None else answer
            if begin > last[tp]:
                raise EngineError(
                    f"{tp.topic}:{tp.partition} ends at {last[tp]}, but offset {begin} is committed: the topic was "
                    "created anew. Cure: a new topic prefix, or reset the group's offsets"
                )
            found[tp.topic] = (begin, first[tp])
        return found

    async def replay(self, changelog: str, store: Store) -> int:
        """Fill ``store`` with everything committed to the changelog's partition. Returns the offset reached."""
        tp = TopicPartition(changelog, self._partition)
        end = (await self._consumer.end_offsets([tp]))[tp]
        self._consumer.assign([tp])
        await self._consumer.seek_to_beginning(tp)
        while (at := await self._consumer.position(tp)) < end:
            fetched = await self._consumer.getmany(tp, timeout_ms=200, max_records=5_000)
            load(store, ((record.key, record.value) for record in fetched.get(tp, [])))
            await asyncio.sleep(0)
        return int(at)
