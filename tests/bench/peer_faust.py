"""Faust as its tutorial writes it: an agent per stage, one event at a time, a table, ``send``. At least once."""

import sys
from pathlib import Path
from typing import Any

import faust
from bench_job import Config, Job

config = Config.of_this_process()
job = Job.of(config)
app = faust.App(
    "bench-faust",
    broker=f"kafka://{config.bootstrap}",
    datadir=Path(config.folder) / "faust",
    store="memory://",
    key_serializer="raw",
    value_serializer="raw",
    topic_partitions=config.partitions,
    consumer_auto_offset_reset="earliest",
    producer_max_request_size=8 << 20,
    web_enabled=False,
)
events = app.topic(job.events, key_type=bytes, value_type=bytes)
accepted = app.topic(job.accepted, key_type=bytes, value_type=bytes)
states = app.Table("states", partitions=config.partitions, key_type=bytes, value_type=bytes)
topics: dict[str, Any] = {job.accepted: accepted}


async def send(outputs: list[Any]) -> None:
    for output in outputs:
        if output.topic not in topics:
            topics[output.topic] = app.topic(output.topic)
        await topics[output.topic].send(key=output.key, value=output.value, partition=output.partition)


@app.agent(events)
async def intake(stream: Any) -> None:
    async for event in stream.events():
        message = event.message
        await send(job.examine(message.topic, message.partition, message.offset, event.value))


@app.agent(accepted)
async def casework(stream: Any) -> None:
    async for event in stream.events():
        outputs, states[event.key] = job.decide(event.value, states.get(event.key), event.message.partition)
        await send(outputs)


if __name__ == "__main__":
    sys.argv[1:] = ["worker", "-l", "warn", "--without-web"]
    app.main()
