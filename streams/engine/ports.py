"""The engine's vocabulary: what a step gets, what it may do, and what the engine promises it.

The engine knows topics, partitions, records, transactions and state; it knows nothing of what they mean.
A step is synchronous, deterministic and free of I/O: the engine replays it after every failure.
"""

from collections.abc import Sequence, Sized
from typing import NamedTuple, Protocol

from msgspec import Struct


class Record(Struct, frozen=True, gc=False):
    """One record as read from a topic (committed ones only)."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int  # log append time
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


class Output(Struct, frozen=True, gc=False):
    """One record to write. ``partition`` None: by hash of the key, else the step's own choice."""

    topic: str
    key: bytes | None
    value: bytes | None
    partition: int | None = None
    headers: Sequence[tuple[str, bytes]] = ()


class State(Protocol):
    """The task's key-value state inside the running transaction. Reads see the transaction's own writes.

    ``due`` is a number by which keys can be found without a scan (a timer); None = never due. Any key will do that is
    neither empty nor ``state.OFFSETS_KEY``.
    """

    def get(self, key: bytes) -> bytes | None: ...
    def put(self, key: bytes, value: bytes, due: int | None = None) -> None: ...
    def delete(self, key: bytes) -> None: ...
    def due(self, until: int, limit: int) -> list[bytes]:
        """Keys with due <= ``until`` in order of (due, key), at most ``limit``."""
        ...

    def keys_after(self, key: bytes, limit: int) -> list[bytes]:
        """Keys greater than ``key`` in byte order, at most ``limit`` (for sweeps with a cursor)."""
        ...


class Transaction(Protocol):
    """What a step may do: change state and emit outputs; all or nothing together with the input offsets."""

    @property
    def state(self) -> State: ...
    def emit(self, output: Output) -> None: ...


class Step(Protocol):
    """The logic of one task (agent, partition number). One instance per task and restore; owned by the task.

    * ``begin(state)`` is called once, after the state is restored and before anything else.
    * ``ready(topic)`` False: the engine keeps that topic's batches back and asks again after each record handled.
    * ``handle`` returns True when the record is done, False when it wants to go on with the SAME record in the next
      transaction (bounded work: the state must remember how far it came). The offset moves only after True, and no
      other record comes before it, also after a restart.
    * ``flush`` is called once before commit: write what was kept dirty in memory.
    * ``rollback``: the transaction was aborted; forget everything cached since the last commit.
    * Raising anything is a bug: the process stops before commit. Bad input is not a bug: emit what says so.
    """

    def begin(self, state: State) -> None: ...
    def ready(self, topic: str) -> bool: ...
    def handle(self, record: Record, tx: Transaction) -> bool: ...
    def flush(self, tx: Transaction) -> None: ...
    def rollback(self) -> None: ...


class AgentSpec(NamedTuple):
    """One agent: its name, its input topics (same partition count, asserted), its changelog topic, its step factory.

    ``topics`` in order of priority: when several wait, earlier ones are handled first. ``ranks`` beside them, rising:
    topics of one rank take turns as their batches came, so that a backlog in one does not keep the others waiting;
    without ranks each topic has its own.
    """

    name: str
    topics: tuple[str, ...]
    changelog: str
    make_step: "StepFactory"
    ranks: tuple[int, ...] = ()


class StepFactory(Protocol):
    def __call__(self, partition: int) -> Step: ...


class Observer(Protocol):
    """Where the engine reports what it measures. Labels are agent names and partition numbers only."""

    def transaction(
        self, agent: str, partition: int, records: int, outputs: int, seconds: float, *, state: Sized
    ) -> None:
        """Committed. ``len(state)``: keys it holds now; on disk that is a count over all of them, so not each time."""
        ...

    def restored(self, agent: str, partition: int, keys: int, seconds: float) -> None: ...
    def position(self, agent: str, topic: str, partition: int, offset: int) -> None: ...
    def retried(self, agent: str, partition: int, error: str) -> None: ...
    def assigned(self, agent: str, partitions: int) -> None: ...
