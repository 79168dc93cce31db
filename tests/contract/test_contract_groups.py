"""A consumer group as the sink relies on it: who owns what, and whose commits count. Also a watch on inner names of
aiokafka.
"""

import asyncio
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.commit import OffsetCommitRequest

from sinks.clickhouse.offsets import Fenced, GroupOffsets
from tests.contract.contract_stand import SESSION_S, Kafka, assigned, member


def test_offset_and_metadata_travel(kafka: Kafka) -> None:
    topic = kafka.create("x", 2)

    async def work() -> None:
        consumer = await member(kafka, topic)
        await assigned(consumer, 2)
        offsets, place = GroupOffsets(consumer), TopicPartition(topic, 0)
        assert await offsets.committed([place], offsets.generation) == {}
        await offsets.commit(offsets.generation, {place: (7, '{"plan":1}')})
        found = (await offsets.committed([place], offsets.generation))[place]
        assert (found.offset, found.metadata) == (7, '{"plan":1}')
        await consumer.stop()

    kafka.run(work)


def test_a_plan_of_an_earlier_generation_is_refused_though_the_member_still_owns_the_partition(kafka: Kafka) -> None:
    topic = kafka.create("x", 2)

    async def work() -> None:
        first = await member(kafka, topic)
        await assigned(first, 2)
        offsets = GroupOffsets(first)
        old = offsets.generation
        second = await member(kafka, topic)
        await asyncio.gather(assigned(first, 1), assigned(second, 1))
        mine = next(iter(first.assignment()))
        with pytest.raises(Fenced):
            await offsets.commit(old, {mine: (3, "old plan")})
        with pytest.raises(Fenced):
            await offsets.committed([mine], old)
        assert await offsets.committed([mine], offsets.generation) == {}
        await offsets.commit(offsets.generation, {mine: (3, "new plan")})
        await second.stop()
        await assigned(first, 2)  # what the other had comes back at once: it left in order
        await first.stop()

    kafka.run(work)


def test_a_member_that_was_thrown_out_commits_nothing_even_to_an_empty_group(kafka: Kafka) -> None:
    """An empty group would accept a commit without a generation from anybody."""
    topic = kafka.create("x", 2)

    async def work() -> None:
        consumer = await member(kafka, topic)
        await assigned(consumer, 2)
        offsets, place = GroupOffsets(consumer), TopicPartition(topic, 0)
        generation = offsets.generation
        await consumer._coordinator.close()
        consumer._coordinator.reset_generation()
        with pytest.raises(Fenced):
            await offsets.commit(generation, {place: (9, "late")})
        with pytest.raises(Fenced):
            await offsets.commit(-1, {place: (9, "late")})
        assert await _raw(consumer, -1, "", {place: 4}) == 0
        await consumer.stop()

    kafka.run(work)


async def _raw(consumer: Any, generation: int, name: str, offsets: dict[TopicPartition, int]) -> int:
    """A commit as it comes out of some buffer, late; the broker's word on it."""
    coordinator = consumer._coordinator
    await coordinator.ensure_coordinator_known()
    topics = [(place.topic, [(place.partition, at, "late")]) for place, at in offsets.items()]
    request = OffsetCommitRequest(coordinator.group_id, generation, name, -1, topics)
    answer = await consumer._client.send(coordinator.coordinator_id, request)
    return int(answer.topics[0][1][0][1])


def test_a_commit_whose_answer_was_lost_cannot_come_over_a_newer_one(kafka: Kafka) -> None:
    """The member leaves: what may still be under way from it is of a member that is no more."""
    topic = kafka.create("x", 2)

    async def work() -> None:
        consumer = await member(kafka, topic)
        await assigned(consumer, 2)
        offsets, place = GroupOffsets(consumer), TopicPartition(topic, 0)
        generation, name = offsets.generation, consumer._coordinator.member_id
        send = consumer._client.send

        async def lose(node: int, request: Any, **options: Any) -> Any:
            if isinstance(request, OffsetCommitRequest):
                raise KafkaConnectionError("the answer was lost")
            return await send(node, request, **options)

        consumer._client.send = lose
        with pytest.raises(Fenced):
            await offsets.commit(generation, {place: (3, "plan")})
        consumer._client.send = send
        async with asyncio.timeout(30):
            while offsets.generation <= generation:
                await consumer.getmany(timeout_ms=100)
        await assigned(consumer, 2)
        await offsets.commit(offsets.generation, {place: (8, "newer")})
        assert await _raw(consumer, generation, name, {place: 3}) == 25  # unknown member
        assert (await offsets.committed([place], offsets.generation))[place].offset == 8
        await consumer.stop()

    kafka.run(work)


def test_a_member_that_is_not_heard_loses_its_partitions_and_its_say(kafka: Kafka) -> None:
    topic = kafka.create("x", 2)

    async def work() -> None:
        silent = await member(kafka, topic)
        await assigned(silent, 2)
        offsets, place = GroupOffsets(silent), TopicPartition(topic, 0)
        generation, name = offsets.generation, silent._coordinator.member_id
        await silent._coordinator._stop_heartbeat_task()
        await _stop_coordination(silent)
        other = await member(kafka, topic)
        await assigned(other, 2, seconds=4 * SESSION_S)
        assert await _raw(silent, generation, name, {place: 3}) == 25  # unknown member
        await other.stop()
        silent._coordinator.generation = -1  # nothing to leave
        await silent.stop()

    kafka.run(work)


async def _stop_coordination(consumer: Any) -> None:
    """The member goes on owning what it owned and says nothing more, as a process that sleeps."""
    task = consumer._coordinator._coordination_task
    task.cancel()
    await asyncio.wait([task])
