"""Commits with a plan are made by the present owner or not at all; also a watch on inner names of aiokafka."""

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from sinks.clickhouse.offsets import Fenced, GroupOffsets

pytestmark = pytest.mark.servers


@pytest.fixture
def topic(kafka_bootstrap, prefix):
    admin = KafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    admin.create_topics([NewTopic(f"{prefix}x", 2, 1)])
    admin.close()
    return f"{prefix}x"


async def member(bootstrap, topic):
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=topic,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=6_000,
        heartbeat_interval_ms=500,
    )
    await consumer.start()
    consumer.subscribe(topics=[topic])
    return consumer


async def assigned(consumer, count):
    async with asyncio.timeout(30):
        while len(consumer.assignment()) != count:
            await consumer.getmany(timeout_ms=100)


async def test_offset_and_metadata_travel(kafka_bootstrap, topic):
    consumer = await member(kafka_bootstrap, topic)
    try:
        await assigned(consumer, 2)
        offsets, place = GroupOffsets(consumer), TopicPartition(topic, 0)
        assert await offsets.committed([place], offsets.generation) == {}
        await offsets.commit(offsets.generation, {place: (7, '{"plan":1}')})
        found = (await offsets.committed([place], offsets.generation))[place]
        assert (found.offset, found.metadata) == (7, '{"plan":1}')
    finally:
        await consumer.stop()


async def test_a_plan_of_an_earlier_generation_is_refused_though_the_member_still_owns_the_partition(
    kafka_bootstrap, topic
):
    first = await member(kafka_bootstrap, topic)
    second = None
    try:
        await assigned(first, 2)
        offsets = GroupOffsets(first)
        old = offsets.generation
        second = await member(kafka_bootstrap, topic)
        await asyncio.gather(assigned(first, 1), assigned(second, 1))
        mine = next(iter(first.assignment()))
        with pytest.raises(Fenced):
            await offsets.commit(old, {mine: (3, "old plan")})
        with pytest.raises(Fenced):
            await offsets.committed([mine], old)
        assert await offsets.committed([mine], offsets.generation) == {}
        await offsets.commit(offsets.generation, {mine: (3, "new plan")})
    finally:
        await first.stop()
        if second is not None:
            await second.stop()


async def test_a_member_that_was_thrown_out_commits_nothing_even_to_an_empty_group(kafka_bootstrap, topic):
    """An empty group would accept a commit without a generation from anybody."""
    consumer = await member(kafka_bootstrap, topic)
    try:
        await assigned(consumer, 2)
        offsets, place = GroupOffsets(consumer), TopicPartition(topic, 0)
        generation = offsets.generation
        await consumer._coordinator.close()
        consumer._coordinator.reset_generation()
        with pytest.raises(Fenced):
            await offsets.commit(generation, {place: (9, "late")})
        with pytest.raises(Fenced):
            await offsets.commit(-1, {place: (9, "late")})
    finally:
        await consumer.stop()
