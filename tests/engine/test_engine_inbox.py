"""The rule against loss and repetition, under every disorder a rebalance, a seek or a lost message can make."""

from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.engine.batches import Fetched
from streams.engine.inbox import Inbox, Offer


def record(offset: int, topic: str = "t") -> Any:
    return SimpleNamespace(topic=topic, partition=0, offset=offset, timestamp=0, key=b"k", value=b"v", headers=())


def drain(inbox: Inbox, topic: str = "t") -> list[int]:
    taken = []
    while (waiting := inbox.head(topic)) is not None:
        taken.extend(record.offset for record in waiting.records[waiting.at :])
        inbox.drop_head(topic)
    return taken


@st.composite
def logs(draw: st.DrawFn) -> tuple[set[int], int, list[tuple[int, int]]]:
    """A log with holes (compaction, markers, aborted), a committed offset, and fetches of any intervals."""
    end = draw(st.integers(1, 30))
    present = draw(st.sets(st.integers(0, end - 1)))
    committed = draw(st.integers(0, end))
    bounds = st.tuples(st.integers(0, end), st.integers(0, end)).filter(lambda pair: pair[0] < pair[1])
    return present, committed, draw(st.lists(bounds, max_size=12))


@settings(max_examples=500)
@given(log=logs())
def test_taken_is_a_gapless_run_from_the_committed_offset(log: tuple[set[int], int, list[tuple[int, int]]]) -> None:
    present, committed, fetches = log
    inbox = Inbox(["t"], 4)
    inbox.open({"t": committed})
    for stamp, (start, end) in enumerate(fetches):
        records = [record(offset) for offset in sorted(present) if start <= offset < end]
        before = inbox.frontier("t") or 0
        offer = inbox.offer("t", Fetched(start, end, stamp, records))
        if offer is Offer.GAP:  # what the task does then: seek to the frontier, the next fetch begins there
            assert start > before
            again = [record(offset) for offset in sorted(present) if before <= offset < end]
            assert inbox.offer("t", Fetched(before, end, stamp, again)) is Offer.TAKEN
    reached = inbox.frontier("t") or 0
    assert drain(inbox) == [offset for offset in sorted(present) if committed <= offset < reached]


def test_a_stale_batch_cannot_jump_over_what_is_read_again() -> None:
    """Fetched before the rebalance: 150 to 199. Committed: 100. Taking it would lose 100 to 149."""
    inbox = Inbox(["t"], 4)
    inbox.open({"t": 100})
    stale = Fetched(150, 200, 1, [record(offset) for offset in range(150, 200)])
    assert inbox.offer("t", stale) is Offer.GAP
    assert inbox.offer("t", Fetched(100, 160, 2, [record(offset) for offset in range(100, 160)])) is Offer.TAKEN
    assert inbox.offer("t", stale) is Offer.TAKEN
    assert drain(inbox) == list(range(100, 200))


def test_markers_alone_move_the_frontier_and_the_offset_to_commit() -> None:
    inbox = Inbox(["t"], 4)
    inbox.open({"t": 0})
    inbox.offer("t", Fetched(0, 2, 1, [record(0), record(1)]))
    assert inbox.offer("t", Fetched(2, 3, 2, [])) is Offer.TAKEN
    waiting = inbox.head("t")
    assert waiting is not None and waiting.end == 3
    assert inbox.frontier("t") == 3


def test_closed_takes_nothing_and_opening_forgets() -> None:
    inbox = Inbox(["t"], 1)
    fetched = Fetched(0, 1, 1, [record(0)])
    assert inbox.offer("t", fetched) is Offer.CLOSED
    inbox.open({"t": 0})
    inbox.offer("t", fetched)
    assert inbox.full("t") and inbox
    inbox.open({"t": 0})
    assert not inbox and not inbox.full("t")
