"""The witness of a steady load: a ``read_committed`` reader in a process of its own that notes when it has each record
of the topics it follows. So what it says includes the commit, and the way to a department's reader."""

import asyncio
import multiprocessing
import time
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer

from streams.load.times import Log
from streams.load.writing import end_with_parent
from topics.access import reach

_POLL_MS = 100
_FETCH_WAIT_MS = 20


class Witness:
    """Follows ``topics`` from now on until ``end``."""

    def __init__(self, bootstrap: str, topics: list[str], log: Path) -> None:
        context = multiprocessing.get_context("spawn")
        self._ready, self._end, self._log = context.Event(), context.Event(), log
        arguments = (bootstrap, topics, log, self._ready, self._end)
        self._process: BaseProcess = context.Process(target=_run, args=arguments, name="witness")
        self._process.start()

    def until_ready(self, timeout_s: float) -> None:
        """Returns when nothing written from now on is missed. Raises TimeoutError."""
        if not self._ready.wait(timeout_s):
            raise TimeoutError(f"the witness did not come up within {timeout_s:.0f} s")

    def end(self) -> None:
        """Let it note what is there by now, and save."""
        self._end.set()
        self._process.join()
        if self._process.exitcode:
            raise ChildProcessError(f"the witness ended with {self._process.exitcode}")

    def kill(self) -> None:
        self._process.kill()
        self._process.join()


def _run(bootstrap: str, topics: list[str], log: Path, ready: Any, end: Any) -> None:
    end_with_parent()
    asyncio.run(_follow(bootstrap, topics, log, ready, end))


async def _follow(bootstrap: str, topics: list[str], file: Path, ready: Any, end: Any) -> None:
    log = Log(topics)
    consumer = AIOKafkaConsumer(
        *topics,
        **reach(bootstrap),
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=_FETCH_WAIT_MS,
        max_partition_fetch_bytes=1 << 20,
    )
    await consumer.start()
    try:
        await consumer.end_offsets(consumer.assignment())
        ready.set()
        while True:
            ending = end.is_set()
            found = await consumer.getmany(timeout_ms=_POLL_MS, max_records=10_000)
            at = time.time()
            for place, records in found.items():
                for record in records:
                    log.note(place.topic, place.partition, record.offset, at)
            if ending and not found:
                break
    finally:
        await consumer.stop()
    log.save(file)
