"""Bytewax: one dataflow, a stateful step per subject, recovery snapshots in its own store. At least once."""

from pathlib import Path
from typing import Any

import bytewax.operators as op
from bench_job import Config, Job
from bytewax.connectors.kafka import KafkaSink, KafkaSinkMessage, KafkaSource
from bytewax.dataflow import Dataflow
from bytewax.recovery import RecoveryConfig, init_db_dir
from bytewax.run import cli_main

from streams.engine.ports import Output

BATCH = 1_000  # records a source hands over at once; its default is one


def message(output: Output) -> Any:
    return KafkaSinkMessage(output.key, output.value, topic=output.topic)


def flow(config: Config) -> Dataflow:
    job = Job.of(config)
    brokers = [config.bootstrap]

    def examine(record: Any) -> list[Any]:
        return [message(one) for one in job.examine(record.topic, record.partition, record.offset, record.value)]

    def decide(state: bytes | None, record: Any) -> tuple[bytes, list[Any]]:
        outputs, changed = job.decide(record.value, state, record.partition)
        return changed, [message(one) for one in outputs]

    made = Dataflow("bench")
    events = op.input("events", made, KafkaSource(brokers, [job.events], batch_size=BATCH))
    accepted = op.input("accepted", made, KafkaSource(brokers, [job.accepted], batch_size=BATCH))
    by_subject = op.key_on("by_subject", accepted, lambda record: record.key.decode())
    stage1 = op.flat_map("examine", events, examine)
    stage2 = op.flat_map_value("decide_outputs", op.stateful_map("decide", by_subject, decide), lambda found: found)
    outputs = op.merge("outputs", stage1, op.key_rm("values", stage2))
    op.output("out", outputs, KafkaSink(brokers, None))
    return made


def main(config: Config) -> None:
    folder = Path(config.folder) / "bytewax"
    folder.mkdir(parents=True)
    init_db_dir(folder, 1)
    cli_main(flow(config), recovery_config=RecoveryConfig(folder))


if __name__ == "__main__":
    main(Config.of_this_process())
