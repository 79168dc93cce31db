"""What the engine, the agents and the sink report to. Figures of a transaction appear only once it is committed.

Steps are replayed after a failure; counting while they run would count a record twice. So an agent's ``Counts`` are
plain numbers kept per task and published by ``MetricsObserver.transaction``, which the engine calls after commit.
"""

import time
from collections import Counter as Tally
from collections.abc import Callable, Sized

from monitoring import catalogue as c
from monitoring.labels import CHANNEL, NONE, TABLE
from monitoring.meters import Meters

SIZED_S = 30.0


class Counts:
    """The counts of one task (agent, partition) in its running transaction.

    >>> from monitoring.labels import Vocabulary
    >>> observer = MetricsObserver(Meters(Vocabulary({"agent": frozenset({"intake"})})))
    >>> counts = observer.counts("intake", 0)
    >>> counts.receipt("court", "accepted")
    >>> observer.transaction("intake", 0, records=1, outputs=2, seconds=0.01, state={})
    """

    def __init__(self, meters: Meters, agent: str, now: Callable[[], float]) -> None:
        self._meters, self._agent, self._now = meters, agent, now
        self._receipts: Tally[tuple[str, str, str]] = Tally()
        self._decisions: Tally[str] = Tally()
        self._changes: Tally[str] = Tally()
        self._sources: list[int] = []
        self._latencies: list[float] = []

    def receipt(self, channel: str, outcome: str, code: str | None = None) -> None:
        """One receipt issued to ``channel``; ``code`` = first fault code, None where there is none."""
        self._receipts[channel, outcome, code or NONE] += 1

    def decision(self, kind: str) -> None:
        self._decisions[kind] += 1

    def obligations(self, raised: int, lifted: int) -> None:
        self._changes["raised"] += raised
        self._changes["lifted"] += lifted

    def source(self, timestamp_ms: int) -> None:
        """Log-append time of the source record; the latency is taken when the transaction is published."""
        self._sources.append(timestamp_ms)

    def latency(self, seconds: float) -> None:
        """A latency measured elsewhere, in seconds."""
        self._latencies.append(seconds)

    def rollback(self) -> None:
        """The transaction was aborted: forget what it counted."""
        self._receipts.clear()
        self._decisions.clear()
        self._changes.clear()
        self._sources.clear()
        self._latencies.clear()

    def publish(self) -> None:
        """The transaction is committed: add its counts to the metrics and start anew."""
        meters = self._meters
        for (channel, outcome, code), number in self._receipts.items():
            meters.counter(c.RECEIPTS, self._agent, channel, outcome, code).inc(number)
        for kind, number in self._decisions.items():
            meters.counter(c.DECISIONS, kind).inc(number)
        for change, number in self._changes.items():
            meters.counter(c.OBLIGATIONS, change).inc(number)
        histogram, now = meters.histogram(c.LATENCY, self._agent), self._now()
        for timestamp_ms in self._sources:
            histogram.observe(max(0.0, now - timestamp_ms / 1_000))
        for seconds in self._latencies:
            histogram.observe(seconds)
        self.rollback()


class MetricsObserver:
    """``streams.engine.ports.Observer`` on prometheus-client. ``now``: seconds since the epoch.

    One series of each channel's rejections is there at 0 from the start: so the sum over a channel's codes begins at 0
    too, and alert RejectionRate sees the first burst come.
    """

    def __init__(self, meters: Meters, now: Callable[[], float] = time.time) -> None:
        self._meters, self._now = meters, now
        self._counts: dict[tuple[str, int], Counts] = {}
        self._size_due: dict[tuple[str, int], float] = {}
        for channel in meters.words(CHANNEL):
            meters.counter(c.RECEIPTS, "intake", channel, "rejected", NONE)

    def counts(self, agent: str, partition: int) -> Counts:
        """The counts of that task, emptied: a step made anew starts a new transaction."""
        counts = self._counts.setdefault((agent, partition), Counts(self._meters, agent, self._now))
        counts.rollback()
        return counts

    def transaction(
        self, agent: str, partition: int, records: int, outputs: int, seconds: float, *, state: Sized
    ) -> None:
        """A transaction was committed; ``seconds`` from begin to commit. The state is counted every ``SIZED_S``."""
        self._meters.counter(c.RECORDS, agent).inc(records)
        self._meters.counter(c.OUTPUTS, agent).inc(outputs)
        self._meters.histogram(c.BATCH, agent).observe(records)
        self._meters.histogram(c.TRANSACTION, agent).observe(seconds)
        if (counts := self._counts.get((agent, partition))) is not None:
            counts.publish()
        if (now := self._now()) >= self._size_due.get((agent, partition), 0.0):
            self._size_due[agent, partition] = now + SIZED_S
            self._sized(agent, partition, len(state))

    def restored(self, agent: str, partition: int, keys: int, seconds: float) -> None:
        self._meters.histogram(c.RESTORE, agent).observe(seconds)
        self._sized(agent, partition, keys)

    def _sized(self, agent: str, partition: int, keys: int) -> None:
        self._meters.gauge(c.STATE_KEYS, agent, partition).set(keys)

    def position(self, agent: str, topic: str, partition: int, offset: int) -> None:
        self._meters.gauge(c.POSITION, agent, topic, partition).set(offset)

    def retried(self, agent: str, partition: int, error: str) -> None:
        self._meters.counter(c.RETRIES, agent, error).inc()
        if (counts := self._counts.get((agent, partition))) is not None:
            counts.rollback()

    def assigned(self, agent: str, partitions: int) -> None:
        self._meters.gauge(c.ASSIGNED, agent).set(partitions)


class SinkObserver:
    """What the ClickHouse sink reports. Calls not taken are 0 from the start: the first one is seen to come."""

    def __init__(self, meters: Meters) -> None:
        self._meters = meters
        for table in (NONE, *meters.words(TABLE)):
            meters.counter(c.SINK_RETRIES, table)

    def inserted(self, table: str, rows: int, seconds: float) -> None:
        """One acknowledged insert of one block."""
        self._meters.counter(c.SINK_ROWS, table).inc(rows)
        self._meters.histogram(c.SINK_INSERT, table).observe(seconds)

    def retried(self, table: str) -> None:
        """One call about ``table`` that the database did not take."""
        self._meters.counter(c.SINK_RETRIES, table).inc()

    def erasing(self, erasures: int) -> None:
        """So many erasures are known by now."""
        self._meters.gauge(c.SINK_ERASURES).set(erasures)

    def lag(self, topic: str, partition: int, offsets: int) -> None:
        self._meters.gauge(c.SINK_LAG, topic, partition).set(offsets)

    def left(self, topic: str, partition: int) -> None:
        """Another process tells the lag of this partition now."""
        self._meters.forget(c.SINK_LAG, topic, partition)
