"""Hand-written aiokafka: poll, work, one transaction for outputs, changelog and offsets. Exactly once in one process.

The strongest plain loop we can write: batches filled record by record, states encoded once per transaction. What it
lacks is the rest of an engine: no recovery of state, no second worker, no fencing by task, one topic.
"""

import asyncio

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from bench_job import Config, Job

from streams.engine.ports import Output

GROUP = "bench-aiokafka"
CHANGELOG = "bench-aiokafka-changelog"
MOST = 2_000  # records in one transaction


class Loop:
    def __init__(self, job: Job, producer: AIOKafkaProducer) -> None:
        self.job, self.producer = job, producer
        self.states: dict[bytes, bytes] = {}
        self.batches: dict[tuple[str, int], list[Output]] = {}

    def work(self, record: object) -> None:
        """One record of either topic."""
        topic, partition, key, value = record.topic, record.partition, record.key, record.value
        if topic == self.job.events:
            self.collect(self.job.examine(topic, partition, record.offset, value))
            return
        outputs, self.states[key] = self.job.decide(value, self.states.get(key), partition)
        self.collect(outputs)
        self.changed.add((key, partition))

    def collect(self, outputs: list[Output]) -> None:
        for output in outputs:
            self.batches.setdefault((output.topic, output.partition or 0), []).append(output)

    async def transaction(self, polled: dict[TopicPartition, list[object]]) -> None:
        self.batches, self.changed = {}, set()
        for records in polled.values():
            for record in records:
                self.work(record)
        self.collect([Output(CHANGELOG, key, self.states[key], number) for key, number in self.changed])
        async with self.producer.transaction():
            for delivered in [
                done for place, outputs in self.batches.items() for done in await self.send(place, outputs)
            ]:
                await delivered
            ends = {tp: records[-1].offset + 1 for tp, records in polled.items()}
            await self.producer.send_offsets_to_transaction(ends, GROUP)

    async def send(self, place: tuple[str, int], outputs: list[Output]) -> list[asyncio.Future[object]]:
        sent, builder = [], self.producer.create_batch()
        for output in outputs:
            if builder.append(timestamp=None, key=output.key, value=output.value) is None:
                sent.append(await self.producer.send_batch(builder, place[0], partition=place[1]))
                builder = self.producer.create_batch()
                builder.append(timestamp=None, key=output.key, value=output.value)
        sent.append(await self.producer.send_batch(builder, place[0], partition=place[1]))
        return sent


async def main(config: Config) -> None:
    job = Job.of(config)
    consumer = AIOKafkaConsumer(
        job.events,
        job.accepted,
        bootstrap_servers=config.bootstrap,
        group_id=GROUP,
        enable_auto_commit=False,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=config.bootstrap, transactional_id="bench-aiokafka", max_batch_size=256 * 1024
    )
    async with consumer, producer:
        loop = Loop(job, producer)
        while True:
            if polled := await consumer.getmany(timeout_ms=200, max_records=MOST):
                await loop.transaction(polled)


if __name__ == "__main__":
    asyncio.run(main(Config.of_this_process()))
