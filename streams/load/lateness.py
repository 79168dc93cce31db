"""From the moment a record was published to each thing that follows from it, told apart by phase of the load."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from clickhouse_driver import Client

from streams.load.rows import Rows
from streams.load.times import Place, Spread, Times, spread

LIFTED = ("lifting", "lifted")
_RECEIPTS = "SELECT topic, partition, offset, source_topic, source_partition, source_offset FROM receipts"
_DECISIONS = (
    "SELECT d.partition, d.offset, r.source_topic, r.source_partition, r.source_offset FROM decisions AS d "
    "INNER JOIN receipts AS r ON d.cause_receipt_id = r.receipt_id"
)
_CHANGES = (
    "SELECT o.topic, o.partition, o.offset, o.state, r.source_topic, r.source_partition, r.source_offset "
    "FROM obligations AS o INNER JOIN decisions AS d ON o.decision_id = d.decision_id "
    "INNER JOIN receipts AS r ON d.cause_receipt_id = r.receipt_id WHERE NOT o.incentive"
)


class Waits(NamedTuple):
    """Seconds waited in one phase, each from a record's moment: ``receipt`` to its receipt in a reader's hands,
    ``sanction`` to each proposal or other change on a department's topic but liftings, ``lifting`` to those, ``row`` to
    each decision's row in ClickHouse."""

    receipt: list[float]
    sanction: list[float]
    lifting: list[float]
    row: list[float]

    def spreads(self) -> dict[str, Spread]:
        return {name: spread(waits) for name, waits in self._asdict().items()}


class Phases(NamedTuple):
    """Where the moments of a phase begin and end, in seconds since the epoch, by name of the phase."""

    bounds: dict[str, tuple[float, float]]

    def of(self, moment: float) -> str | None:
        return next((name for name, (begin, end) in self.bounds.items() if begin <= moment < end), None)


def waits(client: Client, prefix: str, sent: Times, seen: Times, *, rows: Rows, phases: Phases) -> dict[str, Waits]:
    """Join what the publisher, the witness and ClickHouse know. What was not seen has no wait: ``answered``
    counts it."""
    found = {name: Waits([], [], [], []) for name in phases.bounds}

    def note(kind: str, source: Place, offset: int, at: float | None) -> None:
        moment = sent.get((prefix + source[0], source[1]), offset)
        phase = None if moment is None else phases.of(moment)
        if phase is not None and moment is not None and at is not None:
            getattr(found[phase], kind).append(at - moment)

    for topic, partition, offset, *source in _each(client, _RECEIPTS):
        note("receipt", (source[0], source[1]), source[2], seen.get((topic, partition), offset))
    for topic, partition, offset, state, *source in _each(client, _CHANGES):
        kind = "lifting" if state in LIFTED else "sanction"
        note(kind, (source[0], source[1]), source[2], seen.get((topic, partition), offset))
    for partition, offset, *source in _each(client, _DECISIONS):
        note("row", (source[0], source[1]), source[2], rows.at(partition, offset))
    return found


def answered(client: Client, prefix: str, sent: Times) -> tuple[int, int]:
    """How many records that were acknowledged have no receipt, and how many receipts are one too many."""
    query = "SELECT source_topic, source_partition, source_offset, count() FROM receipts GROUP BY 1, 2, 3"
    answered = repeated = 0
    for topic, partition, offset, times in _each(client, query):
        answered += sent.get((prefix + topic, partition), offset) is not None
        repeated += times - 1
    return sent.count - answered, repeated


def _each(client: Client, query: str) -> Iterator[tuple[Any, ...]]:
    settings = {"max_block_size": 100_000, "join_algorithm": "full_sorting_merge"}
    found: Iterator[tuple[Any, ...]] = client.execute_iter(query, settings=settings)
    return found
