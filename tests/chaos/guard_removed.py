"""``python -m guard_removed GUARD worker|sink``: the real program with one guard of the design taken away.

For the tests of the chaos run only (``chaos_guards.py``): each of these must make it fail. Nothing of the product knows
that this file exists.
"""

import os
import sys
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.engine.ports import Output
from streams.engine.producer import TaskProducer


def transaction() -> None:
    """Outputs are committed by themselves; what was done and how far follows in a transaction of its own."""

    async def write(self: Any, outputs: Iterable[Output], offsets: Mapping[TopicPartition, int]) -> None:
        outputs = list(outputs)
        kept = [one for one in outputs if one.topic.endswith("-changelog")]
        await _committed(self, [one for one in outputs if not one.topic.endswith("-changelog")], {})
        await _committed(self, kept, offsets)

    TaskProducer.write = write  # type: ignore[method-assign]


async def _committed(self: Any, outputs: list[Output], offsets: Mapping[TopicPartition, int]) -> None:
    if not outputs and not offsets:
        return
    await self._producer.begin_transaction()
    self._open = True
    for delivered in await self._send(await self._group_by_partition(outputs)):
        await delivered
    if offsets:
        await self._producer.send_offsets_to_transaction(offsets, self._group)
    await self._producer.commit_transaction()
    self._open = False


def fencing() -> None:
    """Every process has transactional ids of its own, so that no owner of a task ends the one before."""
    made = TaskProducer.__init__

    def init(self: TaskProducer, config: Any, transactional_id: str, partition: int) -> None:
        made(self, config, f"{transactional_id}.{uuid.uuid4().hex}", partition)

    TaskProducer.__init__ = init  # type: ignore[method-assign]


def worker_read_committed() -> None:
    """The worker takes what aborted transactions left behind for records."""
    from streams.engine.transport import BatchThread

    create = BatchThread._create_worker_consumer

    def uncommitted(self: BatchThread, transport: Any) -> Any:
        consumer = create(self, transport)
        consumer._isolation_level = "read_uncommitted"
        return consumer

    BatchThread._create_worker_consumer = uncommitted  # type: ignore[method-assign]


def own_commits() -> None:
    """Faust commits the offsets of what was delivered, done or not, behind the transactions."""
    from streams.engine import runtime

    channel, settings = runtime.Engine.channel, runtime.Engine.settings

    def acknowledged(self: Any, app: Any, agent: Any) -> Any:
        made = channel(self, app, agent)
        made.acks = True
        return made

    runtime.Engine.channel = acknowledged  # type: ignore[method-assign]
    runtime.Engine.events = lambda self, stream: stream.events()  # type: ignore[method-assign]
    runtime.Engine.settings = lambda self: {**settings(self), "broker_commit_interval": 0.1}  # type: ignore[method-assign]


def changelog() -> None:
    """What the state holds is not restored: a task begins where the group stands, with nothing in memory."""
    from streams.engine.progress import Progress
    from streams.engine.reader import Reader

    async def nothing(self: Reader, changelog: str, store: Any) -> Progress:
        return Progress()

    Reader.replay = nothing  # type: ignore[method-assign]


def duplicate() -> None:
    """Casework does not look whether it has seen a record before."""
    import streams.core.decide as deciding

    deciding._repeated = lambda docket: None


def quarantine() -> None:
    """Bytes that are no record are a bug of whoever reads them."""
    from streams.examine import Examiner

    examine = Examiner.examine

    def trusting(self: Examiner, source: Any, value: bytes | None, *rest: Any) -> Any:
        ruling = examine(self, source, value, *rest)
        if ruling.quarantine is not None:
            raise RuntimeError("bytes that are no record")
        return ruling

    Examiner.examine = trusting  # type: ignore[method-assign]


def sink_read_committed() -> None:
    """The sink stores what aborted transactions left behind."""
    made = AIOKafkaConsumer.__init__

    def init(self: Any, *topics: str, **given: Any) -> None:
        made(self, *topics, **{**given, "isolation_level": "read_uncommitted"})

    AIOKafkaConsumer.__init__ = init


def token() -> None:
    """Every attempt to store a block is a new block, and nobody counts its rows afterwards."""
    from sinks.clickhouse import storing, writer

    insert = writer.Database.insert
    writer.Database.insert = lambda self, block, token: insert(self, block, uuid.uuid4().hex)  # type: ignore[method-assign]

    async def believing(self: Any, block: Any) -> bool:
        return True

    storing.Storing._arrived = believing  # type: ignore[method-assign]


def block_plan() -> None:
    """The sink goes on where its group stands, whatever was planned and stored since."""
    from sinks.clickhouse import storing
    from sinks.clickhouse.plan import GoOn

    token()
    storing.plan = lambda committed, block, held, log: GoOn(log.first if committed is None else committed)  # type: ignore[assignment]


GUARDS: dict[str, Callable[[], None]] = {
    one.__name__: one
    for one in (
        transaction, fencing, worker_read_committed, own_commits, changelog, duplicate, quarantine,
        sink_read_committed, token, block_plan,
    )
}  # fmt: skip

if __name__ == "__main__":
    GUARDS[sys.argv[1]]()
    sys.argv[:2] = ["chengxin"]
    from streams.cli.main import main

    assert os.environ["CHENGXIN_TOPICS"], "only inside a chaos run"
    main()
