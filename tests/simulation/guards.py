"""Guards of the product, each taken away on purpose: some seed must then fail, or the simulation proves nothing.

``GUARDS`` maps a name to what removes it and to the seed known to show it. Where two guards cover the same accident,
the removal takes both away and says so.
"""

import contextlib
import itertools
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from unittest import mock

from aiokafka import AIOKafkaConsumer

from sinks.clickhouse import offsets, storing
from sinks.clickhouse.plan import GoOn
from streams.engine import producer, reader
from streams.engine.config import EngineConfig
from streams.engine.inbox import Inbox
from streams.engine.producer import TaskProducer
from streams.engine.progress import Progress
from streams.engine.reader import Reader
from streams.engine.task import Task
from tests.simulation.database import SimulatedDatabase

Removal = Callable[[], contextlib.AbstractContextManager[Any]]


class Guard(NamedTuple):
    """``api``: the request at which a fault has to strike to show it, where any other fault would be a waste."""

    what: str  # what is taken away, as docs/guarantees.md names it
    remove: Removal
    seed: int
    api: str = ""


@contextlib.contextmanager
def _patched(*patches: Any) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        for patch in patches:
            stack.enter_context(patch)
        yield


def _progress_unheeded() -> Any:
    """The offsets in the changelog cover a group that lags behind; without them only the order of the start does."""
    restore = Task.restore

    async def forgetful(self: Task, reader: Reader) -> None:
        await restore(self, reader)
        self.progress = Progress()

    return mock.patch.object(Task, "restore", forgetful)


def _without_fencing() -> Any:
    numbers = itertools.count()
    return mock.patch.object(EngineConfig, "transactional_id", lambda self, agent, n: f"{agent}.{n}.{next(numbers)}")


def _asked_first() -> Any:
    fence = Task.fence
    asked: dict[str, Any] = {}

    async def ask_then_fence(self: Task) -> None:
        async with Reader(self.config, self.partition) as one:
            asked[self.name] = await one.committed(self.agent.topics)
        await fence(self)

    async def ask(self: Task, reader: Reader) -> Any:
        return asked[self.name]

    return _patched(
        mock.patch.object(Task, "fence", ask_then_fence), mock.patch.object(Task, "ask", ask), _progress_unheeded()
    )


def _offsets_apart() -> Any:
    async def twice(self: TaskProducer, outputs: Any, offsets: Any) -> None:
        await self._producer.begin_transaction()
        for delivered in await self._send(await self._group_by_partition(outputs)):
            await delivered
        await self._producer.commit_transaction()
        await self._producer.begin_transaction()
        await self._producer.send_offsets_to_transaction(offsets, self._group)
        await self._producer.commit_transaction()

    return _patched(mock.patch.object(TaskProducer, "write", twice), _progress_unheeded())


def _blind_retry() -> Any:
    return mock.patch.object(producer, "no_blind_retry", lambda client: None)


def _gaps_taken() -> Any:
    offer = Inbox.offer

    def take(self: Inbox, topic: str, fetched: Any) -> Any:
        frontier = self.frontier(topic)
        if frontier is not None and fetched.start > frontier:
            fetched = fetched._replace(start=frontier)
        return offer(self, topic, fetched)

    return mock.patch.object(Inbox, "offer", take)


def _repeats_taken() -> Any:
    offer = Inbox.offer

    def take(self: Inbox, topic: str, fetched: Any) -> Any:
        frontier = self.frontier(topic)
        if frontier is not None and fetched.start < frontier and fetched.records:
            assert self._frontier is not None
            self._frontier[topic] = fetched.start
        return offer(self, topic, fetched)

    return mock.patch.object(Inbox, "offer", take)


def _uncommitted_state() -> Any:
    def consumer(**options: Any) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(**{**options, "isolation_level": "read_uncommitted"})

    return mock.patch.object(reader, "AIOKafkaConsumer", consumer)


def _state_kept() -> Any:
    """Only the first start of a task object restores; later ones go on with what was in memory."""
    restore, close = Task.restore, Task._drop
    kept: dict[int, Any] = {}

    async def once(self: Task, reader: Reader) -> None:
        if id(self) in kept:
            self.store, self.progress = kept[id(self)][1:]
        else:
            await restore(self, reader)

    async def drop(self: Task) -> None:
        if self.store is not None:
            kept[id(self)] = (self, self.store, self.progress)
            self.store = None
        await close(self)

    return _patched(mock.patch.object(Task, "restore", once), mock.patch.object(Task, "_drop", drop))


def _no_token() -> Any:
    numbers = itertools.count()
    insert = SimulatedDatabase.insert
    return mock.patch.object(
        SimulatedDatabase, "insert", lambda self, block, token: insert(self, block, f"{next(numbers)}")
    )


def _no_plan() -> Any:
    return mock.patch.object(
        storing, "plan", lambda committed, block, held, log: GoOn(log.first if committed is None else committed)
    )


def _no_doubt() -> Any:
    async def believing(self: Any, block: Any) -> bool:
        return True

    return mock.patch.object(storing.Storing, "_arrived", believing)


def _commit_repeated() -> Any:
    class Never(Exception):
        """In place of what is raised where no answer came, so that such a commit is one to be tried again."""

    return _patched(
        mock.patch.object(offsets, "KafkaConnectionError", Never),
        mock.patch.object(offsets, "RequestTimedOutError", Never),
    )


GUARDS = {
    "fencing": Guard("one transactional id per task", _without_fencing, 4),
    "order of the start": Guard("offsets asked after fencing (and not kept in the changelog)", _asked_first, 5),
    "one transaction": Guard("offsets in the transaction (and not kept in the changelog)", _offsets_apart, 1),
    "no blind retry": Guard("a lost answer ends the producer", _blind_retry, 5040, "EndTxn"),
    "gaps": Guard("the inbox takes no batch that starts above its frontier", _gaps_taken, 3),
    "repeats": Guard("the inbox takes nothing twice", _repeats_taken, 13),
    "read committed": Guard("state is restored from committed records only", _uncommitted_state, 1),
    "state anew": Guard("every start restores the state", _state_kept, 5),
    "token": Guard("every attempt of a block has the same token", _no_token, 1),
    "plan": Guard("an assignment replays the planned block", _no_plan, 5),
    "doubt": Guard("after a doubt the rows are counted", _no_doubt, 2),
    "commit once": Guard(
        "a commit whose answer was lost is not repeated in its generation", _commit_repeated, 494, "OffsetCommit"
    ),
}
