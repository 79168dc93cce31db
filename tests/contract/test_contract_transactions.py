"""Transactions as Kafka keeps them for aiokafka, and the one way in which they do not protect us by themselves."""

import asyncio
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError, ProducerFenced
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.protocol.transaction import EndTxnRequest

from streams.engine.ports import Output
from streams.engine.producer import TaskProducer
from streams.engine.progress import Known, Progress
from streams.engine.reader import Reader
from streams.engine.state import Entry, pack
from tests.contract.contract_stand import Kafka, config, producer, seen


def test_committed_is_seen_and_aborted_is_not(kafka: Kafka) -> None:
    topic = kafka.create("t")

    async def work() -> None:
        one = await producer(kafka, "id")
        async with one.transaction():
            await one.send_and_wait(topic, b"committed", partition=0)
        await one.begin_transaction()
        await one.send_and_wait(topic, b"aborted", partition=0)
        await one.abort_transaction()
        async with one.transaction():
            await one.send_and_wait(topic, b"again", partition=0)
        await one.stop()
        await asyncio.sleep(5 if kafka.bootstrap.startswith("sim") else 0.5)  # markers may come a little later
        assert await seen(kafka, topic) == ([b"committed", b"again"], 6)
        assert await seen(kafka, topic, committed=False) == ([b"committed", b"aborted", b"again"], 6)

    kafka.run(work)


def test_an_open_transaction_hides_what_comes_after_it(kafka: Kafka) -> None:
    topic = kafka.create("t")

    async def work() -> None:
        one, other = await producer(kafka, "one"), await producer(kafka, "other")
        await one.begin_transaction()
        await one.send_and_wait(topic, b"open", partition=0)
        async with other.transaction():
            await other.send_and_wait(topic, b"done", partition=0)
        assert await seen(kafka, topic) == ([], 0)
        await one.commit_transaction()
        await one.stop()
        await other.stop()
        await asyncio.sleep(5 if kafka.bootstrap.startswith("sim") else 0.5)
        assert (await seen(kafka, topic))[0] == [b"open", b"done"]

    kafka.run(work)


def test_a_new_producer_fences_the_old_one_and_waits_for_its_transaction(kafka: Kafka) -> None:
    topic, source = kafka.create("t"), kafka.create("in")

    async def work() -> None:
        old = await producer(kafka, "id")
        await old.begin_transaction()
        await old.send_and_wait(topic, b"old", partition=0)
        await old.send_offsets_to_transaction({TopicPartition(source, 0): 7}, config(kafka).app_id)
        new = await producer(kafka, "id")
        assert await seen(kafka, topic) == ([], 2), "decided everywhere before the new producer has started"
        with pytest.raises(ProducerFenced):
            await old.commit_transaction()
        async with new.transaction():
            await new.send_and_wait(topic, b"new", partition=0)
        await new.stop()
        await old.stop()
        async with Reader(config(kafka), 0) as reader:
            assert (await reader.committed([source]))[source].group is None

    kafka.run(work)


def test_a_fenced_producer_writes_nothing_more(kafka: Kafka) -> None:
    topic = kafka.create("t")

    async def work() -> None:
        old = await producer(kafka, "id")
        await old.begin_transaction()
        new = await producer(kafka, "id")
        with pytest.raises(ProducerFenced):
            await old.send_and_wait(topic, b"old", partition=0)
        await new.stop()
        await old.stop()
        assert await seen(kafka, topic, committed=False) == ([], 0)

    kafka.run(work)


def test_one_transaction_moves_outputs_changelog_and_offsets(kafka: Kafka) -> None:
    topic, log, source = kafka.create("t"), kafka.create("log"), kafka.create("in")

    async def work() -> None:
        one = TaskProducer(config(kafka), f"{kafka.prefix}id", 0)
        await one.start()
        progress = Progress({source: 3})
        key, entry = progress.change()
        outputs = [Output(topic, b"k", b"v", 0), Output(log, b"s", pack(Entry(b"state", 5)), 0)]
        await one.write([*outputs, Output(log, key, pack(entry), 0)], {TopicPartition(source, 0): 3})
        await one.close()
        two = TaskProducer(config(kafka), f"{kafka.prefix}id", 0)
        await two.start()
        await two.close()
        async with Reader(config(kafka), 0) as reader:
            assert await reader.committed([source, topic]) == {source: Known(3, 0, 0), topic: Known(None, 0, 2)}
            from streams.engine.memory_store import MemoryStore

            store = MemoryStore()
            assert await reader.replay(log, store) == progress
            assert (store.get(b"s"), store.due(5, 9)) == (b"state", [(5, b"s")])

    kafka.run(work)


def test_a_batch_sent_twice_is_there_once(kafka: Kafka) -> None:
    topic = kafka.create("t")

    async def work() -> None:
        one = await producer(kafka, "id")
        send = one.client.send
        answers: list[Any] = []

        async def twice(node: int, request: Any, **options: Any) -> Any:
            if isinstance(request, ProduceRequest):
                answers.append(await send(node, request, **options))
            answers.append(await send(node, request, **options))
            return answers[-1]

        one.client.send = twice
        async with one.transaction():
            await one.send_and_wait(topic, b"once", partition=0)
        await one.stop()
        first, second = [answer for answer in answers if type(answer).__name__.startswith("Produce")]
        assert [topics[1][0][1:3] for answer in (first, second) for topics in answer.topics] == [(0, 0), (0, 0)]
        assert await seen(kafka, topic, committed=False) == ([b"once"], 2)

    kafka.run(work)


async def _end(one: Any, epoch: int) -> int:
    """A commit as it comes out of some buffer, late; the broker's word on it."""
    manager = one._txn_manager
    request = EndTxnRequest(
        transactional_id=manager.transactional_id,
        producer_id=manager.producer_id,
        producer_epoch=epoch,
        transaction_result=True,
    )
    answer = await one.client.send(one.client.get_random_node(), request)
    return int(answer.error_code)


def test_a_late_commit_of_the_same_epoch_ends_a_later_transaction(kafka: Kafka) -> None:
    """Why a lost answer must end the producer: within its epoch Kafka cannot tell a late commit from a new one."""
    topic = kafka.create("t")

    async def work() -> None:
        one = await producer(kafka, "id")
        await one.begin_transaction()
        await one.send_and_wait(topic, b"half of a transaction", partition=0)
        assert await _end(one, one._txn_manager.producer_epoch) == 0
        await asyncio.sleep(5 if kafka.bootstrap.startswith("sim") else 0.5)
        assert (await seen(kafka, topic))[0] == [b"half of a transaction"]
        with pytest.raises(KafkaError):  # the partition is in no transaction any more
            await one.send_and_wait(topic, b"the other half", partition=0)
        await one.stop()

    kafka.run(work)


def test_a_late_commit_of_an_earlier_epoch_is_refused(kafka: Kafka) -> None:
    topic = kafka.create("t")

    async def work() -> None:
        old = await producer(kafka, "id")
        epoch = old._txn_manager.producer_epoch
        new = await producer(kafka, "id")
        await new.begin_transaction()
        await new.send_and_wait(topic, b"new", partition=0)
        assert await _end(new, epoch) in (47, 90)  # invalid producer epoch, in old words or new
        assert await seen(kafka, topic) == ([], 0)
        await new.commit_transaction()
        await new.stop()
        await old.stop()

    kafka.run(work)
