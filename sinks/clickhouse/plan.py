"""What to do with a topic-partition that was just assigned: one pure decision, every case named and tested.

Three witnesses are heard. Kafka's group remembers ``committed`` and, in its metadata, the ``block`` that was planned
there; ClickHouse remembers what is ``held``; the topic says which offsets still exist (``log``). A block is stored
whole or not at all, blocks of a partition are stored in order, and a plan is committed before its block is stored.
So honest witnesses can differ by one block only; anything else is an accident that this function recognises
(group offsets lost, database restored) or refuses to guess about.
"""

from typing import NamedTuple


class Block(NamedTuple):
    """A planned block: offsets ``start``..``end`` inclusive and the digest of the bytes in between."""

    start: int
    end: int
    digest: str


class Held(NamedTuple):
    """What ClickHouse has. ``recorded``: next offset by ``sink_positions``; ``rows``: highest offset among the rows
    at or after ``recorded`` (rows whose position was not written any more). None = nothing."""

    recorded: int | None
    rows: int | None

    @property
    def next(self) -> int | None:
        """First offset that is not stored yet; None = this database never saw the partition."""
        known = [self.recorded] if self.recorded is not None else []
        if self.rows is not None:
            known.append(self.rows + 1)
        return max(known) if known else None


class Log(NamedTuple):
    """The topic-partition: first offset that still exists, and the offset after the last."""

    first: int
    end: int


class GoOn(NamedTuple):
    """Both agree: read on from ``start``."""

    start: int


class Replay(NamedTuple):
    """The planned block may or may not have arrived: store exactly it again, under the same token, first."""

    block: Block


class Skip(NamedTuple):
    """Everything below ``start`` is stored although the group does not know: jump there."""

    start: int
    why: str


class Rewind(NamedTuple):
    """ClickHouse lost what the group believes stored: store again from ``start``; up to ``until`` look twice."""

    start: int
    until: int
    why: str


class Stop(NamedTuple):
    """No honest history leads here: a person decides."""

    why: str


Step = GoOn | Replay | Skip | Rewind | Stop


def plan(committed: int | None, block: Block | None, held: Held, log: Log) -> Step:
    """Decide from the three witnesses. ``block`` is None where the commit carried no plan.

    >>> plan(10, Block(10, 19, "d"), Held(10, None), Log(0, 50))
    Replay(block=Block(start=10, end=19, digest='d'))
    """
    step = _without_log(committed, block, held, log)
    start = step.block.start if isinstance(step, Replay) else None if isinstance(step, Stop) else step.start
    if start is None:
        return step
    if start > log.end:
        return Stop(
            f"the next offset is {start}, but the topic ends at {log.end}: it was created anew or lost records. "
            "Keep the old rows apart (another database or prefix), or restore the topic."
        )
    if start < log.first:
        return Stop(
            f"offsets {start} to {log.first - 1} are gone from the topic and not stored: rows would be missing. "
            "Restore them, or, to go on without, store the gap's end in sink_positions and delete the group's offset."
        )
    return step


def _without_log(committed: int | None, block: Block | None, held: Held, log: Log) -> Step:
    stored = held.next
    if committed is None:
        if stored is None:
            return GoOn(log.first)
        return Skip(stored, "the group's offsets are lost or new; going on after what ClickHouse holds")
    if block is not None and block.start != committed:
        return Stop(f"the plan {block.start}-{block.end} lies at offset {committed}: this commit is not the sink's")
    if stored is None or stored < committed:
        until = committed if block is None else block.end + 1
        return _behind(stored, until, log)
    if block is None:
        return GoOn(committed) if stored == committed else Stop(_AHEAD.format(stored=stored, committed=committed))
    return Replay(block) if stored == committed else _beyond(block, held, stored)


_AHEAD = (
    "ClickHouse holds everything below {stored}, the group stands at {committed} without a plan: its offsets were "
    "moved by hand, or two groups write here. To go on after the rows held, delete the group's offset."
)


def _behind(stored: int | None, until: int, log: Log) -> Rewind:
    """ClickHouse has less than the group believes."""
    if stored is None:
        return Rewind(log.first, until, "the database never saw this partition; storing all of it again")
    return Rewind(stored, until, f"the group was at {until}: the database was restored from before")


def _beyond(block: Block, held: Held, stored: int) -> Step:
    """ClickHouse is ahead of a planned block: fine if by exactly this block."""
    whole = held.recorded == block.end + 1 and stored == block.end + 1
    rows_only = (held.recorded is None or held.recorded <= block.start) and stored <= block.end + 1
    if whole or rows_only:
        return Skip(block.end + 1, "the planned block has arrived; only the next commit was missing")
    return Stop(
        f"ClickHouse holds everything below {stored}, but block {block.start}-{block.end} is the last one planned: "
        "another writer is at work, or the group's offsets were restored from an older copy."
    )
