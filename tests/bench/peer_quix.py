"""Quix Streams with its exactly-once guarantee and its state store (RocksDB with a changelog topic)."""

from pathlib import Path
from typing import Any

from bench_job import Config, Job
from quixstreams import Application, message_context
from quixstreams.models import Serializer, Topic

from streams.engine.ports import Output


class OfOutput(Serializer):
    """Takes the bytes of an output; its topic and key are chosen by ``to_topic``."""

    def __call__(self, value: Output, ctx: Any) -> bytes | None:
        return value.value


def main(config: Config) -> None:
    job = Job.of(config)
    app = Application(
        broker_address=config.bootstrap,
        consumer_group="bench-quix",
        auto_offset_reset="earliest",
        processing_guarantee="exactly-once",
        state_dir=Path(config.folder) / "quix",
        loglevel="WARNING",
    )
    topics: dict[str, Topic] = {}

    def target(value: Output, *_: Any) -> Topic:
        if value.topic not in topics:
            topics[value.topic] = app.topic(value.topic, key_serializer="bytes", value_serializer=OfOutput())
        return topics[value.topic]

    def examine(value: bytes) -> list[Output]:
        place = message_context()
        return job.examine(place.topic, place.partition, place.offset, value)

    def decide(value: bytes, state: Any) -> list[Output]:
        outputs, changed = job.decide(value, state.get_bytes("state"), message_context().partition)
        state.set_bytes("state", changed)
        return outputs

    def read(name: str) -> Any:
        return app.dataframe(app.topic(name, key_deserializer="bytes", value_deserializer="bytes"))

    read(job.events).apply(examine, expand=True).to_topic(target, key=lambda output: output.key)
    read(job.accepted).apply(decide, stateful=True, expand=True).to_topic(target, key=lambda output: output.key)
    app.run()


if __name__ == "__main__":
    main(Config.of_this_process())
