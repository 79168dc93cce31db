"""Faust's transport with three changes: it reads committed records only, it fetches batches that know which offsets
they cover, and a topic-partition can be held back without stopping the others.
"""

import asyncio
import contextlib
import time
from collections.abc import Mapping
from typing import Any

from aiokafka.errors import ConsumerStoppedError
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from streams.engine.batches import Fetched
from streams.engine.closing import end_fetching
from streams.engine.headers import forgive
from streams.engine.rota import FETCH_WAIT_MS, Rota, rotate

PAUSE_S = 0.05  # between two looks while nothing may be fetched


class BatchThread(driver.AIOKafkaConsumerThread):
    """The thread that owns the Kafka consumer."""

    held: frozenset[TP] = frozenset()  # replaced as a whole by the main thread, never changed in place
    stamp: int = 0  # polls that returned something
    _room: asyncio.Future[None] | None = None
    _rota: Rota | None = None

    def _create_worker_consumer(self, transport: Any) -> Any:
        forgive()
        consumer = super()._create_worker_consumer(transport)
        # Faust hard-wires read_uncommitted unless its own exactly_once is on; both are read at consumer.start().
        consumer._isolation_level = "read_committed"
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS
        return consumer

    async def on_thread_stop(self) -> None:
        if self._consumer is not None:
            await end_fetching(self._consumer)
        await super().on_thread_stop()

    def wake(self) -> None:
        """From any thread: look again at ``held``."""
        self.thread_loop.call_soon_threadsafe(self._set_room)

    def _set_room(self) -> None:
        if self._room is not None and not self._room.done():
            self._room.set_result(None)

    async def _fetch_records(
        self,
        consumer: Any,
        active_partitions: set[TP],
        timeout: float | None = None,  # noqa: ASYNC109 - Faust's signature
        max_records: int | None = None,
    ) -> Mapping[TP, Fetched]:
        if not self.consumer.flow_active:
            return {}
        fetcher = consumer._fetcher
        if consumer._closed or fetcher._closed:
            raise ConsumerStoppedError()
        if self._rota is None:
            self._rota = Rota()
            rotate(fetcher, self._rota)
        with fetcher._subscriptions.fetch_context():
            found = await self._drain(fetcher, active_partitions, max_records)
            if not found:
                await self._wait(fetcher, active_partitions, until_s=timeout or PAUSE_S)
                found = await self._drain(fetcher, active_partitions, max_records)
            return found

    async def _wait(self, fetcher: Any, active: set[TP], until_s: float) -> None:
        if fetcher._subscriptions.reassignment_in_progress or not set(active) - self.held:
            await asyncio.sleep(PAUSE_S)
            return
        self._room = asyncio.get_running_loop().create_future()
        arrival = fetcher._create_fetch_waiter()
        await asyncio.wait({arrival, self._room}, timeout=until_s, return_when=asyncio.FIRST_COMPLETED)
        if arrival.done() and not arrival.cancelled():
            arrival.result()  # raises what the coordinator found unrecoverable
        else:
            arrival.cancel()

    async def _drain(self, fetcher: Any, active: set[TP], max_records: int | None) -> dict[TP, Fetched]:
        """Take what was fetched, with the positions before and after.

        Between the two looks at the positions nothing else runs: ``fetched_records`` with timeout 0 suspends only
        during a reassignment, which is excluded first. So no seek can come in between.
        """
        subscriptions = fetcher._subscriptions
        if subscriptions.reassignment_in_progress:
            return {}
        assignment = subscriptions.subscription.assignment
        before: dict[Any, int] = {}
        for tp in fetcher._records:
            state = assignment.state_value(tp)
            if tp in active and tp not in self.held and state is not None and state.has_valid_position:
                before[tp] = state.position
        if not before:
            return {}
        records = await fetcher.fetched_records(set(before), timeout=0, max_records=max_records)
        self.stamp += 1
        if self._rota is not None and records:
            self._rota.gave({tp: len(given) for tp, given in records.items()}, time.monotonic())
        found = {}
        for tp, start in before.items():
            end = assignment.state_value(tp).position
            if end > start:
                found[tp] = Fetched(start, end, self.stamp, records.get(tp, []))
        return found


class BatchConsumer(driver.Consumer):
    """The main thread's side: hold, release, rewind."""

    _thread: BatchThread

    def _new_consumer_thread(self) -> BatchThread:
        return BatchThread(self, loop=self.loop, beacon=self.beacon)

    async def perform_seek(self) -> None:
        """Nothing: each task reads from a frontier of its own (``rewind``).

        Faust, before it lets records flow, would ask for the committed offset of every topic-partition of the worker,
        one request after another. Where that takes longer than a request may, it takes the end of its patience for the
        order to stop (mode's ``wait_first``) and never reads again, alive and a member of the group. A worker that is
        left alone has well over a thousand.
        """

    def hold(self, tps: set[TP]) -> None:
        """Fetch nothing more from these until ``release``. What is already on its way still arrives."""
        self._thread.held |= tps

    def release(self, tps: set[TP]) -> None:
        self._thread.held -= tps
        self._thread.wake()

    async def rewind(self, offsets: Mapping[TP, int]) -> int:
        """Read again from these offsets. Returns a stamp: batches with a greater one were fetched afterwards.

        Raises IllegalStateError when a partition is no longer assigned, TimeoutError when the consumer is stuck.
        """
        await self.seek_wait(offsets)
        return self._thread.stamp

    async def first_offsets(self, tps: set[TP]) -> Mapping[TP, int]:
        """The first offset still there of each. Raises a KafkaError when the broker does not say."""
        found: Mapping[TP, int] = await self.earliest_offsets(*tps)
        return found

    def position_now(self, tp: TP) -> int | None:
        """Where the next fetch begins, None while unknown. No request is made."""
        subscription = self._thread._ensure_consumer()._subscription.subscription
        if subscription is None or subscription.assignment is None:
            return None
        state = subscription.assignment.state_value(tp)
        return state.position if state is not None and state.has_valid_position else None

    def highwater(self, tp: TP) -> int:
        # Faust asks this for its monitor after the records came: the partition may be gone by then.
        with contextlib.suppress(AssertionError, AttributeError):
            return super().highwater(tp) or 0
        return 0


class BatchTransport(driver.Transport):
    Consumer = BatchConsumer
